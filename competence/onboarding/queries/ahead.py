"""Who has just begun, or soon will, without a programme; and whose first shift waits for the leader's yes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from competence.access.rules import Actor, Permission, Reach
from competence.foundation.clock import today
from competence.onboarding.models import FirstShiftYes, Onboarding
from competence.onboarding.queries.programmes import reach_of, unskilled_groups
from competence.onboarding.queries.templates import path_ids
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup

AHEAD = timedelta(days=56)
"""An employment that begins so soon is proposed a programme."""
NEW_FOR = timedelta(days=28)
"""And one that began no longer ago."""
MOST = 60


@dataclass(frozen=True)
class Proposed:
    """An employment for which no programme has begun."""

    employment_id: int
    person_id: int
    name: str
    group: str
    unit: str
    first_day: date
    is_external: bool
    is_student: bool


def proposed(session: Session, within: Reach) -> list[Proposed]:
    """Those within reach who begin soon, or began lately, and have no programme, the first day first. None when she
    worked in the municipality before: she is proposed nothing, and a programme can be begun for her all the same.
    """
    on, earlier = today(), aliased(Employment)
    before = exists().where(
        earlier.municipality_id == Employment.municipality_id,
        earlier.person_id == Employment.person_id,
        earlier.valid_from < Employment.valid_from,
    )
    has_one = exists().where(
        Onboarding.municipality_id == Employment.municipality_id, Onboarding.employment_id == Employment.id
    )
    rows = session.execute(
        select(
            Employment.id, Employment.person_id, PersonIdentity.name, StaffGroup.short_name, Unit.name.label("unit"),
            Employment.valid_from, Employment.is_external, StaffGroup.is_student,
        )
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(
            _in(within),
            Employment.valid_from > on - NEW_FOR,
            Employment.valid_from <= on + AHEAD,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
            ~has_one,
            ~before,
        )
        .order_by(Employment.valid_from, PersonIdentity.name, Employment.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Proposed(
            row.id,
            row.person_id,
            row.name,
            row.short_name,
            row.unit,
            row.valid_from,
            row.is_external,
            row.is_student,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Unready:
    """Somebody who works already while her first shift has not the leader's yes."""

    employment_id: int
    person_id: int
    name: str
    unit: str
    onboarding_id: int | None
    """Of her programme; None while she has none."""


def without_yes(session: Session, actor: Actor, paths: Iterable[str]) -> Sequence[Unready]:
    """The temps and unskilled who began lately in the units at `paths` and below, within the reader's reach as a
    follower of newcomers, and have not the leader's yes to their first shift.
    """
    reach, wanted = reach_of(actor), list(paths)
    if not reach.roots or not wanted:
        return []
    on = today()
    given = exists().where(
        FirstShiftYes.municipality_id == Onboarding.municipality_id,
        FirstShiftYes.onboarding_id == Onboarding.id,
        FirstShiftYes.withdrawn_at.is_(None),
    )
    rows = session.execute(
        select(
            Employment.id, Employment.person_id, PersonIdentity.name, Unit.name.label("unit"), Onboarding.id.label("at")
        )
        .join(Unit, Unit.id == Employment.unit_id)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .outerjoin(Onboarding, and_(Onboarding.employment_id == Employment.id, Onboarding.ended_on.is_(None)))
        .where(
            _in(reach),
            or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in wanted)),
            Employment.valid_from <= on,
            Employment.valid_from > on - NEW_FOR,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
            or_(Employment.is_external, Employment.staff_group_id.in_(sorted(unskilled_groups(session)))),
            or_(Onboarding.id.is_(None), ~given),
        )
        .order_by(PersonIdentity.name, Employment.id)
        .limit(MOST)
    )
    return [Unready(row.id, row.person_id, row.name, row.unit, row.at) for row in rows]


def _in(within: Reach) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(root, autoescape=True) for root in within.roots))


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be a buddy, a mentor or a supervisor."""

    person_id: int
    name: str
    group: str
    unit: str


def colleagues(session: Session, actor: Actor, path: str, *, but: int) -> list[Colleague]:
    """Who works today in the unit at `path`, below it, or in a unit that it lies in, as far as the leader reaches; by name.

    Without the newcomer.
    """
    on, above = today(), path_ids(path)
    rows = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name, StaffGroup.short_name, Unit.name.label("unit"))
        .join(Employment, Employment.person_id == PersonIdentity.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .where(
            _in(actor.reach(Permission.ONBOARDING_KEEP)),
            or_(Unit.path.startswith(path, autoescape=True), Unit.id.in_(above)),
            Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
            Employment.is_external.is_(False),
            PersonIdentity.person_id != but,
        )
        .order_by(PersonIdentity.name, PersonIdentity.person_id)
    )
    found: dict[int, Colleague] = {}
    for row in rows:
        found.setdefault(row.person_id, Colleague(*row))
    return list(found.values())
