"""Reads of a guide's time: what she has been given and what she has noted, for herself and her leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.development.models import GuideTime
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.queries import names_of


def week_of(on: date) -> tuple[date, date]:
    """(Monday, the Monday after) of the week in which the day lies."""
    monday = on - timedelta(days=on.weekday())
    return monday, monday + timedelta(days=7)


@dataclass(frozen=True)
class GuideWeek:
    """A guide's time in a week, in minutes."""

    given: int | None
    """None: nobody has said how much."""
    used: int


def guide_week(session: Session, person_id: int, *, on: date) -> GuideWeek:
    """What the guide is given a week on the day, over all her appointments, and what she has noted of that week."""
    given = session.scalar(
        select(func.sum(RoleAssignment.minutes_a_week)).where(
            RoleAssignment.person_id == person_id,
            RoleAssignment.role == Role.GUIDE,
            RoleAssignment.valid_from <= on,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on),
        )
    )
    monday, after = week_of(on)
    used = session.scalar(
        select(func.sum(GuideTime.minutes)).where(
            GuideTime.person_id == person_id, GuideTime.day >= monday, GuideTime.day < after
        )
    )
    return GuideWeek(int(given) if given else None, int(used or 0))


def noted_days(session: Session, person_id: int, *, since: date) -> Sequence[GuideTime]:
    """The days on which the guide has noted time, the latest first."""
    return session.scalars(
        select(GuideTime)
        .where(GuideTime.person_id == person_id, GuideTime.day >= since)
        .order_by(GuideTime.day.desc(), GuideTime.id)
    ).all()


@dataclass(frozen=True)
class GuideUse:
    """A guide's time, as her leader sees it; in minutes."""

    person_id: int
    name: str
    given: int | None
    this_week: int
    last_week: int


def use_of_time(session: Session, led: Reach, *, on: date, but: int) -> list[GuideUse]:
    """The time of each guide who works in the units that the reader leads, by name; not her own.

    `led`: the units of a role as leader, and no other. Whoever works elsewhere has another leader.
    """
    if not led:
        return []
    works = (
        select(Employment.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(
            or_(*(Unit.path.startswith(root, autoescape=True) for root in led.roots)),
            Employment.valid_from <= on, or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        )
    )  # fmt: skip
    given = session.execute(
        select(RoleAssignment.person_id, func.sum(RoleAssignment.minutes_a_week))
        .where(
            RoleAssignment.role == Role.GUIDE, RoleAssignment.deputy_for.is_(None), RoleAssignment.valid_from <= on,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on), RoleAssignment.person_id != but,
            RoleAssignment.person_id.in_(works),
        )
        .group_by(RoleAssignment.person_id)
    ).all()  # fmt: skip
    monday, after = week_of(on)
    guides = {person: int(minutes) if minutes else None for person, minutes in given}
    rows = session.execute(
        select(GuideTime.person_id, GuideTime.day, GuideTime.minutes).where(
            GuideTime.person_id.in_(guides), GuideTime.day >= monday - timedelta(days=7), GuideTime.day < after
        )
    ).all()
    names = names_of(session, guides)

    def minutes(person: int, first: date, end: date) -> int:
        return sum(row.minutes for row in rows if row.person_id == person and first <= row.day < end)

    found = [
        GuideUse(
            person, names.get(person, ""), given_, minutes(person, monday, after),
            minutes(person, monday - timedelta(days=7), monday),
        )
        for person, given_ in guides.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.name, one.person_id))
