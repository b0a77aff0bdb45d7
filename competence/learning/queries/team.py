"""A leader's employees with how far their plans are, in words; and the balance of units, in sums."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.places import Node, Tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.coverage.small import hidden_beside
from competence.decision.queries import EMPLOYMENTS, UNITS, running, within_unit
from competence.foundation.clock import local
from competence.foundation.orm import scoped
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity, PlanVersion
from competence.learning.rules import Balance, Part
from competence.learning.rules.standing import Balances, Laid, PlanState, Span, plan_state
from competence.people.models import PersonIdentity, StaffGroup

PAGE = 50
IDENTITIES = cast(Table, PersonIdentity.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
PLANNED = cast(Table, PlannedActivity.__table__)
PLANS = cast(Table, DevelopmentPlan.__table__)
VERSIONS = cast(Table, PlanVersion.__table__)


@dataclass(frozen=True)
class Member:
    """An employee, as the leader's list shows her."""

    employment_id: int
    person_id: int
    name: str
    group: str
    unit: str


@dataclass(frozen=True)
class MemberPlan:
    """How far her plan is."""

    state: PlanState
    agreed_on: date | None
    goals: int
    """Open goals that she has said yes to."""
    next_on: date | None
    """The day of the next activity."""


def members_of(session: Session, node: Node, *, on: date, but: int, page: int = 1) -> tuple[list[Member], int]:
    """(one page of those who work in the unit or below it, by name; how many there are), without the person `but`."""
    e = EMPLOYMENTS.c
    wanted = (within_unit(session, node.path), running(on), e.is_external.is_(False), e.person_id != but)
    joined = (
        scoped(
            session, EMPLOYMENTS, e.id, e.person_id, IDENTITIES.c.name, GROUPS.c.short_name, UNITS.c.name.label("unit")
        )
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .join(GROUPS, (GROUPS.c.municipality_id == e.municipality_id) & (GROUPS.c.id == e.staff_group_id))
        .join(IDENTITIES, (IDENTITIES.c.municipality_id == e.municipality_id) & (IDENTITIES.c.person_id == e.person_id))
        .where(*wanted)
    )

    def read(number: int) -> list[Member]:
        rows = session.execute(joined.order_by(IDENTITIES.c.name, e.id).limit(PAGE).offset((number - 1) * PAGE))
        return [Member(row.id, row.person_id, row.name, row.short_name, row.unit) for row in rows]

    if page <= 1 and len(found := read(1)) < PAGE:
        return found, len(found)
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    return read(min(max(1, page), max(1, -(-total // PAGE)))), int(total)


def plans_of(session: Session, employment_ids: Iterable[int], *, on: date) -> Mapping[int, MemberPlan]:
    """Employment -> how far its plan is; those without one are left out."""
    ids = sorted(set(employment_ids))
    p, v = PLANS.c, VERSIONS.c
    plans = session.execute(
        scoped(session, PLANS, p.id, p.employment_id, p.revision, p.paused_on)
        .where(p.employment_id.in_(ids), p.ended_on.is_(None))
        .order_by(p.id)
    ).all()
    versions: dict[int, list[tuple[Laid, date]]] = {}
    for row in session.execute(  # without what they say, which no list needs
        scoped(session, VERSIONS, v.plan_id, v.plan_revision, v.employee_yes_at, v.leader_yes_at)
        .where(v.plan_id.in_([one.id for one in plans]), v.withdrawn_at.is_(None))
        .order_by(v.number)
    ):
        answers = Laid(row.plan_revision, row.employee_yes_at is not None, row.leader_yes_at is not None)
        yes = max(_day(row.employee_yes_at), _day(row.leader_yes_at))
        versions.setdefault(row.plan_id, []).append((answers, yes))
    goals: dict[int, int] = {
        row.plan_id: row.how_many
        for row in session.execute(
            select(Goal.plan_id, func.count().label("how_many"))
            .where(
                Goal.plan_id.in_([one.id for one in plans]), Goal.yes_on.is_not(None), Goal.reached_on.is_(None),
                Goal.set_aside_on.is_(None),
            )
            .group_by(Goal.plan_id)
            .order_by(Goal.plan_id)
        )
    }  # fmt: skip
    ahead = {
        row.employment_id: row.first
        for row in session.execute(
            select(PlannedActivity.employment_id, func.min(PlannedActivity.begins).label("first"))
            .where(
                PlannedActivity.employment_id.in_(ids), PlannedActivity.done_on.is_(None),
                PlannedActivity.dropped_on.is_(None), PlannedActivity.begins >= on,
            )
            .group_by(PlannedActivity.employment_id)
            .order_by(PlannedActivity.employment_id)
        )
    }  # fmt: skip
    found = {}
    for plan in plans:
        every = versions.get(plan.id, [])
        found[plan.employment_id] = MemberPlan(
            plan_state(plan.revision, paused=plan.paused_on is not None, versions=[laid for laid, _yes in every]),
            max((yes for laid, yes in every if laid.agreed), default=None), goals.get(plan.id, 0),
            ahead.get(plan.employment_id),
        )  # fmt: skip
    return found


def _day(at: datetime | None) -> date:
    return local(at).date() if at is not None else date.min


def colleagues(session: Session, node_path: str, *, on: date, but: int) -> list[tuple[int, str]]:
    """(person, name) of those who work in the unit and could lead something for a colleague."""
    e = EMPLOYMENTS.c
    rows = session.execute(
        scoped(session, EMPLOYMENTS, e.person_id, IDENTITIES.c.name)
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .join(IDENTITIES, (IDENTITIES.c.municipality_id == e.municipality_id) & (IDENTITIES.c.person_id == e.person_id))
        .where(within_unit(session, node_path), running(on), e.is_external.is_(False), e.person_id != but)
    )
    return sorted({(row.person_id, row.name) for row in rows}, key=lambda one: (one[1], one[0]))


# The balance of units.

DIRECT = 0
"""In the place of a unit's id: those who work in the unit itself, not in one below it."""


@dataclass(frozen=True)
class UnitBalance:
    """The sums of a unit with all below it; None where they are hidden or there is nothing."""

    node: Node
    people: int
    """How many have something planned or done in the time."""
    planned: Balance | None
    done: Balance | None
    hidden: bool
    """What is there is told of nobody, since too few share it."""


def balance_of(
    session: Session, units: Tree, node: Node, span: Span, *, sees_all: Reach
) -> tuple[UnitBalance, list[UnitBalance]]:
    """(the unit, the units right below it) in the time.

    A sum is told of two or more; to whoever does not plan with the people of the unit (`sees_all`) of five or more, and
    then so that nobody is found by subtraction either.
    """
    below = [node, *units.children.get(node.id, ())]
    sums = {one.id: _Sums() for one in below} | {DIRECT: _Sums()}
    parts = {one.path: one.id for one in units.children.get(node.id, ())}
    p, e = PLANNED.c, EMPLOYMENTS.c
    day = func.coalesce(p.done_on, p.begins)
    rows = session.execute(
        scoped(session, PLANNED, e.person_id, UNITS.c.path, p.part, p.done_on.is_not(None).label("is_done"),
               func.sum(p.minutes).label("minutes"))
        .join(EMPLOYMENTS, (e.municipality_id == p.municipality_id) & (e.id == p.employment_id))
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .where(
            within_unit(session, node.path), p.yes_on.is_not(None), p.dropped_on.is_(None), day >= span.first,
            day < span.end, or_(e.valid_to.is_(None), e.valid_to > span.first),
        )
        .group_by(e.person_id, UNITS.c.path, p.part, p.done_on.is_not(None))
    )  # fmt: skip
    for row in rows:
        where = next((one for path, one in parts.items() if row.path.startswith(path)), DIRECT)
        for place in (node.id, where):
            sums[place].add(row.person_id, Part(row.part), bool(row.is_done), int(row.minutes))
    planned = _hidden(below, sums, sees_all, done=False)
    done = _hidden(below, sums, sees_all, done=True)
    made = [
        UnitBalance(
            one, len(sums[one.id].people), None if one.id in planned else Balance(sums[one.id].planned),
            None if one.id in done else Balance(sums[one.id].done), one.id in planned or one.id in done,
        )
        for one in below
    ]  # fmt: skip
    return made[0], made[1:]


class _Sums:
    """Minutes by part, and whose they are."""

    def __init__(self) -> None:
        self.planned: dict[Part, int] = dict.fromkeys(Part, 0)
        self.done: dict[Part, int] = dict.fromkeys(Part, 0)
        self.people: set[int] = set()
        self.doers: set[int] = set()

    def add(self, person: int, part: Part, is_done: bool, minutes: int) -> None:
        self.people.add(person)
        self.planned[part] += minutes
        if is_done:
            self.doers.add(person)
            self.done[part] += minutes


def _hidden(below: Sequence[Node], sums: Mapping[int, _Sums], sees_all: Reach, *, done: bool) -> set[int]:
    """The units whose sums are not told."""
    sizes = {key: len(one.doers if done else one.people) for key, one in sums.items()}
    top, parts = below[0].id, {key: size for key, size in sizes.items() if key != below[0].id}
    if len(below) == 1:
        parts = {}
    if sees_all.covers(below[0].path):
        found = {key for key, size in sizes.items() if size == 1 and key != DIRECT}
        ones = [key for key, size in parts.items() if size == 1]
        rest = {key: size for key, size in parts.items() if size > 1}
        if len(ones) == 1 and rest:  # else the one is found by subtraction
            found.add(min(rest, key=lambda key: (rest[key], key)))
        return found
    if 0 < sizes[top] < SMALLEST_GROUP:
        return {key for key, size in sizes.items() if size}
    return hidden_beside(parts)


__all__ = ["Balances", "Member", "MemberPlan", "UnitBalance", "balance_of", "colleagues", "members_of", "plans_of"]
