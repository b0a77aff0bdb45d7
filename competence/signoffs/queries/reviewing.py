"""Signatures whose ground has turned out wrong since: never judged again here, but put before the development nurse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.audit.models import AuditEntry
from competence.catalogue.models import Task
from competence.foundation.clock import local
from competence.foundation.orm import scoped
from competence.organisation.models import Unit
from competence.people.models import Employment, StaffGroup
from competence.signoffs.queries.bedside import names_of
from competence.signoffs.queries.evidence import EVENTS, chunks, events_of
from competence.signoffs.rules import EventKind, history

ROLES = cast(Table, RoleAssignment.__table__)
UNITS = cast(Table, Unit.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
AUDIT = cast(Table, AuditEntry.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
LOST = "lose_authorisation"
STANDS = "ground_stands"
"""The audit entry of a signature that was looked at and left as it is."""


class Doubt(StrEnum):
    """Why a ground is put before somebody."""

    APPOINTMENT = "appointment"
    """The signer's appointment was ended back in time, to before she signed."""
    OWN_SIGNOFF = "own_signoff"
    """The signer's own sign-off of the task was revoked, and she signed while she had it."""
    AUTHORISATION = "authorisation"
    """The signer's authorisation turned out to have ended or been limited before she signed under it."""


@dataclass(frozen=True)
class Review:
    """One signature to look at."""

    employment_id: int
    seq: int
    person: str
    task: str
    signer_id: int
    signer: str
    signed_on: date
    doubt: Doubt


def to_review(session: Session, within: Reach, *, but: int) -> list[Review]:
    """The signatures within reach that still stand and whose ground is in doubt, the newest first; not those by or about `but`.

    As many queries for one as for many.
    """
    doubts = {
        row.id: (row, doubt)
        for row, doubt in (*_lost_appointments(session), *_lost_tasks(session), *_lost_authorisations(session))
    }
    if not doubts:
        return []
    seen = scoped(session, AUDIT, AUDIT.c.subject_id).where(AUDIT.c.action == STANDS)
    looked_at = set(session.execute(seen).scalars())
    rows = [
        (row, doubt)
        for row, doubt in doubts.values()
        if row.id not in looked_at and but not in (row.person_id, row.by_person_id)
    ]
    paths = _paths(session, (int(row.fields.get("employment") or 0) for row, _doubt in rows))
    stands = _standing(session, [row for row, _doubt in rows])
    rows = [
        (row, doubt)
        for row, doubt in rows
        if (row.person_id, row.seq) in stands and within.covers(paths.get(row.fields.get("employment"), ""))
    ]
    names = names_of(session, sorted({one for row, _doubt in rows for one in (row.person_id, row.by_person_id)}))
    wanted = {row.task_id for row, _doubt in rows}
    tasks = {one.id: one.name for one in session.execute(select(Task.id, Task.name).where(Task.id.in_(wanted)))}
    found = [
        Review(
            row.fields["employment"], row.seq, names.get(row.person_id, ""), tasks.get(row.task_id, ""), row.by_person_id,
            names.get(row.by_person_id, ""), local(row.recorded_at).date(), doubt,
        )
        for row, doubt in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.signed_on, one.employment_id, one.seq), reverse=True)


def _signed_by(session: Session, persons: Iterable[int]) -> list[Any]:
    e = EVENTS.c
    rows: list[Any] = []
    for some in chunks(persons):
        rows += session.execute(
            scoped(session, EVENTS, e.id, e.person_id, e.seq, e.task_id, e.by_person_id, e.recorded_at, e.fields)
            .where(e.by_person_id.in_(some), e.kind == EventKind.SIGNED.value)
            .order_by(e.id)
        ).all()
    return rows


def _lost_appointments(session: Session) -> Iterable[tuple[Any, Doubt]]:
    r = ROLES.c
    given = session.execute(
        scoped(session, ROLES, r.person_id, r.role, r.valid_from, r.valid_to, r.ended_at, UNITS.c.path)
        .join(UNITS, (UNITS.c.municipality_id == r.municipality_id) & (UNITS.c.id == r.unit_id))
        .where(r.role.in_([Role.GUIDE.value, Role.DEVELOPMENT_NURSE.value]))
        .order_by(r.id)
    ).all()
    lost = [one for one in given if one.ended_at is not None and local(one.ended_at).date() > one.valid_to]
    if not lost:
        return
    signed = _signed_by(session, {one.person_id for one in lost})
    paths = _paths(session, (int(row.fields.get("employment") or 0) for row in signed))
    for row in signed:
        ground, on = row.fields.get("ground") or {}, local(row.recorded_at).date()
        path = paths.get(row.fields.get("employment"), "")
        own = [one for one in given if one.person_id == row.by_person_id and one.role == ground.get("as")]
        hit = any(
            one in lost and one.valid_to <= on <= local(one.ended_at).date() and path.startswith(one.path)
            for one in own
        )
        covered = any(
            path.startswith(one.path) and one.valid_from <= on and (one.valid_to is None or on < one.valid_to)
            for one in own
        )
        if hit and not covered:
            yield row, Doubt.APPOINTMENT


def _lost_tasks(session: Session) -> Iterable[tuple[Any, Doubt]]:
    e = EVENTS.c
    revoked = session.execute(
        scoped(session, EVENTS, e.person_id, e.task_id, e.recorded_at, e.refers_to)
        .where(e.kind == EventKind.REVOKED.value)
        .order_by(e.id)
    ).all()
    if not revoked:
        return
    places = {(one.person_id, one.refers_to) for one in revoked}
    began: dict[tuple[int, int], Any] = {}
    for some in chunks(person for person, _seq in places):
        rows = scoped(session, EVENTS, e.person_id, e.seq, e.recorded_at).where(
            e.person_id.in_(some), e.kind == EventKind.SIGNED.value
        )
        began |= {(row.person_id, row.seq): row.recorded_at for row in session.execute(rows)}
    lost: dict[tuple[int, int], list[tuple[Any, Any]]] = {}
    for one in revoked:
        span = began.get((one.person_id, one.refers_to)), one.recorded_at
        lost.setdefault((one.person_id, one.task_id), []).append(span)
    for row in _signed_by(session, {person for person, _task in lost}):
        spans = lost.get((row.by_person_id, row.task_id), ())
        if any(first is not None and first <= row.recorded_at <= last for first, last in spans):
            yield row, Doubt.OWN_SIGNOFF


def _lost_authorisations(session: Session) -> Iterable[tuple[Any, Doubt]]:
    e, a = EMPLOYMENTS.c, AUDIT.c
    lost = session.execute(
        scoped(session, AUDIT, a.person_id, a.recorded_at, a.detail, GROUPS.c.code)
        .join(EMPLOYMENTS, (e.municipality_id == a.municipality_id) & (e.id == a.subject_id))
        .join(GROUPS, (GROUPS.c.municipality_id == e.municipality_id) & (GROUPS.c.id == e.staff_group_id))
        .where(a.action == LOST, a.subject == "employment")
        .order_by(a.id)
    ).all()
    if not lost:
        return
    for row in _signed_by(session, {one.person_id for one in lost}):
        group = (row.fields.get("ground") or {}).get("group")
        if any(
            one.person_id == row.by_person_id and one.code == group and row.recorded_at <= one.recorded_at
            and local(row.recorded_at).date().isoformat() >= one.detail["since"]
            for one in lost
        ):  # fmt: skip
            yield row, Doubt.AUTHORISATION


def _paths(session: Session, employment_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks(employment_ids):
        rows = session.execute(
            scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id, UNITS.c.path)
            .join(
                UNITS,
                (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id),
            )
            .where(EMPLOYMENTS.c.id.in_(some))
        )
        found |= {row.id: row.path for row in rows}
    return found


def _standing(session: Session, rows: Sequence[Any]) -> set[tuple[int, int]]:
    """(person, place) of the signatures that nobody has ended since."""
    events = events_of(session, {row.person_id for row in rows}, task_ids={row.task_id for row in rows})
    return {
        (person, one.seq)
        for person, some in events.items()
        for one in history(some)
        if one.ended_on is None and not one.withdrawn
    }
