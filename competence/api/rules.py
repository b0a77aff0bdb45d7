"""What another system's key may be, how long it lasts, and how often it may ask."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from competence.access.rules import Permission, Reach
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, squeeze

KEY_PERMISSIONS = (Permission.WHO_MAY_ASK, Permission.WHO_MAY_PERSON)
"""What a key can be given, each of them or both: a part of what a planner has."""

LONGEST = timedelta(days=365)
CALLS_A_MINUTE = 300
"""A call for each of the duties of a large district, once a minute."""
WINDOW = timedelta(minutes=1)
USED_EVERY = timedelta(minutes=1)
"""So seldom it is noted that a key is in use."""
PREFIX = "kt_"
"""What a key begins with, so that it is known for one where it has been left lying about."""
TAIL = 4

_BEARER = re.compile(r"Bearer +([!-~]{1,200})", re.IGNORECASE)


class KeyState(StrEnum):
    """Whether a key opens anything."""

    RUNNING = "running"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class NewKey:
    """A key as the administrator asks for it."""

    name: str
    purpose: str
    unit_id: int
    permissions: tuple[Permission, ...]
    valid_through: date
    """Its last day."""


@dataclass(frozen=True)
class KeyHolder:
    """The system that asks, by its key."""

    key_id: int
    name: str
    purpose: str
    path: str
    """Of the unit over which, and over all below it, it may ask."""
    permissions: tuple[Permission, ...]
    last_used_at: datetime | None

    def may(self, permission: Permission) -> bool:
        """Whether the key carries the permission."""
        return permission in self.permissions

    def reach(self) -> Reach:
        """How far it reaches."""
        return Reach((self.path,))


def bearer(header: str | None) -> str | None:
    """The key of an Authorization header; None when it carries none."""
    found = _BEARER.fullmatch((header or "").strip())
    return found.group(1) if found else None


def state(*, valid_to: date, revoked_at: datetime | None, on: date) -> KeyState:
    """How a key stands on the day."""
    if revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.RUNNING if on < valid_to else KeyState.ENDED


def tidy(new: NewKey) -> NewKey:
    """The same without stray white space, each permission once."""
    once = tuple(one for one in KEY_PERMISSIONS if one in new.permissions)
    return NewKey(squeeze(new.name), squeeze(new.purpose), new.unit_id, once, new.valid_through)


def check(new: NewKey, *, taken: Sequence[str], on: date) -> None:
    """Nothing. RuleBroken at the field for a key that cannot be made. `taken`: the names of keys that open something."""
    if not new.name:
        raise RuleBroken(N_("Write what the system is called."), field="name")
    if not new.purpose:
        raise RuleBroken(N_("Write what the system asks for, so that the employees can read it."), field="purpose")
    for field in ("name", "purpose"):
        if looks_like_cpr(getattr(new, field)):
            raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field=field)
    if new.name.casefold() in {name.casefold() for name in taken}:
        raise RuleBroken(N_("There is a key of that name already. Call this one something else."), field="name")
    if not new.permissions:
        raise RuleBroken(N_("Choose at least one thing that the system may ask."), field="permissions")
    if new.valid_through < on:
        raise RuleBroken(N_("The last day has passed. Choose today or a later day."), field="valid_through")
    if new.valid_through > on + LONGEST:
        raise RuleBroken(
            N_("A key lasts one year at most. Choose %(day)s or an earlier day."),
            field="valid_through",
            day=on + LONGEST,
        )


def waits_until(calls: Sequence[datetime], *, now: datetime) -> datetime | None:
    """The moment from which the next call is answered; None: at once."""
    recent = sorted(at for at in calls if at > now - WINDOW)
    return recent[-CALLS_A_MINUTE] + WINDOW if len(recent) >= CALLS_A_MINUTE else None
