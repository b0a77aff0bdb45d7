"""Audit entries, in the transaction of the change they tell of; access entries in their own."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from competence.audit.models import AccessEntry, AuditEntry
from competence.foundation.clock import now
from competence.foundation.orm import tenant_id

_ADD = insert(cast(Table, AuditEntry.__table__))
_ADD_ACCESS = insert(cast(Table, AccessEntry.__table__))


def record(
    session: Session,
    *,
    by: int | None,
    action: str,
    subject: str,
    subject_id: int | None = None,
    person_id: int | None = None,
    administrative: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Nothing; the change is noted. `by` is the acting person's id, None for the command line.

    `detail` holds ids and codes only.
    """
    record_all(
        session,
        [
            {
                "by_person_id": by,
                "action": action,
                "subject": subject,
                "subject_id": subject_id,
                "person_id": person_id,
                "administrative": administrative,
                "detail": dict(detail or {}),
            }
        ],
    )


def record_all(session: Session, entries: Iterable[Mapping[str, Any]]) -> None:
    """Nothing; every change of a bulk command is noted, each with the keys of `record`'s row."""
    common = {"municipality_id": tenant_id(session), "recorded_at": now()}
    blank: dict[str, Any] = {
        "subject_id": None,
        "person_id": None,
        "administrative": False,
        "detail": {},
        "by_person_id": None,
    }
    rows = [blank | dict(entry) | common for entry in entries]
    if rows:
        session.execute(_ADD, rows)


def log_access(
    session: Session, *, by: int | None, role: str, page: str, person_id: int | None = None, unit_id: int | None = None,
    purpose: str | None = None,
) -> None:  # fmt: skip
    """Nothing; it is noted who looked at whom, so that she can see it herself. `by` None: nobody was signed in."""
    session.execute(
        _ADD_ACCESS,
        {
            "municipality_id": tenant_id(session),
            "looked_at": now(),
            "by_person_id": by,
            "role": role,
            "page": page,
            "person_id": person_id,
            "unit_id": unit_id,
            "purpose": purpose,
        },
    )


def log_accesses(
    session: Session, person_ids: Iterable[int], *, by: int, role: str, page: str, purpose: str | None = None
) -> None:
    """Nothing; the same is noted for each of the persons but `by` herself, in one statement."""
    common = {"municipality_id": tenant_id(session), "looked_at": now(), "by_person_id": by, "role": role, "page": page}
    rows = [common | {"person_id": person, "purpose": purpose} for person in sorted(set(person_ids) - {by})]
    if rows:
        session.execute(_ADD_ACCESS, rows)
