"""Reads of keys: the administrator's list, whose key it is that somebody sends, and how often it has asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from competence.access.rules import Permission
from competence.accounts.rules import token_hash
from competence.api.models import ApiCall, ApiKey
from competence.api.rules import WINDOW, KeyHolder, KeyState, state, waits_until
from competence.foundation.clock import last_day, now, today
from competence.foundation.orm import execute, scoped, standing
from competence.organisation.models import Unit
from competence.people.models import PersonIdentity

KEYS, CALLS, UNITS, NAMES = (cast(Table, model.__table__) for model in (ApiKey, ApiCall, Unit, PersonIdentity))


@dataclass(frozen=True)
class ListedKey:
    """A key as the administrator sees it."""

    id: int
    name: str
    purpose: str
    unit: str
    permissions: tuple[Permission, ...]
    tail: str
    last_day: date
    state: KeyState
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None


def keys(session: Session) -> list[ListedKey]:
    """All keys, those that open something first, the newest of them on top."""
    rows = session.execute(
        scoped(session, KEYS, *KEYS.c, UNITS.c.name.label("unit"), NAMES.c.name.label("made_by"))
        .join(UNITS, (UNITS.c.municipality_id == KEYS.c.municipality_id) & (UNITS.c.id == KEYS.c.unit_id))
        .outerjoin(
            NAMES, (NAMES.c.municipality_id == KEYS.c.municipality_id) & (NAMES.c.person_id == KEYS.c.recorded_by)
        )
        .order_by(KEYS.c.id.desc())
    ).all()
    on = today()
    found = [
        ListedKey(
            row.id, row.name, row.purpose, row.unit, _permissions(row.permissions), row.tail,
            cast(date, last_day(row.valid_to)), state(valid_to=row.valid_to, revoked_at=row.revoked_at, on=on),
            row.recorded_at, row.made_by or "", row.revoked_at, row.last_used_at,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.state is not KeyState.RUNNING)


def _permissions(said: str) -> tuple[Permission, ...]:
    return tuple(Permission(one) for one in said.split())


def names_in_use(session: Session) -> Sequence[str]:
    """The names of the keys that open something today."""
    rows = session.scalars(
        select(ApiKey.name).where(ApiKey.revoked_at.is_(None), ApiKey.valid_to > today()).order_by(ApiKey.id)
    )
    return rows.all()


_HELD = (
    standing(
        KEYS, KEYS.c.id, KEYS.c.name, KEYS.c.purpose, KEYS.c.permissions, KEYS.c.valid_to, KEYS.c.revoked_at,
        KEYS.c.last_used_at, UNITS.c.path, UNITS.c.valid_to.label("closed"),
    )
    .join(UNITS, (UNITS.c.municipality_id == KEYS.c.municipality_id) & (UNITS.c.id == KEYS.c.unit_id))
    .where(KEYS.c.token_hash == bindparam("hash"))
)  # fmt: skip
_CALLED = standing(CALLS, CALLS.c.called_at).where(
    CALLS.c.key_id == bindparam("key"), CALLS.c.called_at > bindparam("since")
)


def holder_of(session: Session, token: str) -> KeyHolder | None:
    """Whose key it is; None when nobody's, or when it has ended or been revoked, or its unit is closed."""
    row = execute(session, _HELD, hash=token_hash(token)).one_or_none()
    on = today()
    if row is None or state(valid_to=row.valid_to, revoked_at=row.revoked_at, on=on) is not KeyState.RUNNING:
        return None
    if row.closed is not None and row.closed <= on:
        return None
    return KeyHolder(row.id, row.name, row.purpose, row.path, _permissions(row.permissions), row.last_used_at)


def must_wait_until(session: Session, key_id: int) -> datetime | None:
    """The moment from which the key's next call is answered; None: at once."""
    moment = now()
    calls = execute(session, _CALLED, key=key_id, since=moment - WINDOW).scalars()
    return waits_until(calls.all(), now=moment)
