"""What of development waits for somebody's answer: proposals, a plan laid before her, and what she is asked to lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Date, Select, Table, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.foundation.clock import today
from competence.foundation.orm import execute, standing
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity, PlanVersion, Talk, TalkTaker
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.queries import names_of

GOALS, PLANNED, PLANS, VERSIONS, EMPLOYMENTS, UNITS = (
    cast(Table, one.__table__) for one in (Goal, PlannedActivity, DevelopmentPlan, PlanVersion, Employment, Unit)
)


@dataclass(frozen=True)
class Waits:
    """All that waits for an employee."""

    goals: Sequence[Goal]
    activities: Sequence[PlannedActivity]
    versions: Sequence[PlanVersion]
    leading: Sequence[PlannedActivity]
    """What she is asked to lead, and has not answered."""
    names: Mapping[int, str]
    """Of those who have written, planned or laid something before her, and of those whom she is to lead."""
    learners: Mapping[int, int]
    """Employment -> person, of what she is asked to lead."""

    def __bool__(self) -> bool:
        return bool(self.goals or self.activities or self.versions or self.leading)

    def learner(self, planned: PlannedActivity) -> str:
        """The name of whoever learns by it."""
        return self.names.get(self.learners.get(planned.employment_id, 0), "")


def learning_waits(session: Session, person_id: int, employment_ids: Sequence[int]) -> Waits:
    """What waits for her. Of a plan that is paused nothing does."""
    mine = sorted(employment_ids)
    paused = select(DevelopmentPlan.employment_id).where(
        DevelopmentPlan.employment_id.in_(mine),
        DevelopmentPlan.ended_on.is_(None),
        DevelopmentPlan.paused_on.is_not(None),
    )
    goals = session.scalars(
        select(Goal)
        .join(DevelopmentPlan, DevelopmentPlan.id == Goal.plan_id)
        .where(
            Goal.employment_id.in_(mine), Goal.yes_on.is_(None), Goal.set_aside_on.is_(None), Goal.reached_on.is_(None),
            DevelopmentPlan.ended_on.is_(None), DevelopmentPlan.paused_on.is_(None),
        )
        .order_by(Goal.id)
    ).all()  # fmt: skip
    activities = session.scalars(
        select(PlannedActivity)
        .where(
            PlannedActivity.employment_id.in_(mine), PlannedActivity.yes_on.is_(None), PlannedActivity.dropped_on.is_(None),
            PlannedActivity.done_on.is_(None), PlannedActivity.employment_id.not_in(paused),
        )
        .order_by(PlannedActivity.id)
    ).all()  # fmt: skip
    versions = session.scalars(
        select(PlanVersion)
        .where(
            PlanVersion.employment_id.in_(mine),
            PlanVersion.employee_yes_at.is_(None),
            PlanVersion.withdrawn_at.is_(None),
        )
        .order_by(PlanVersion.id)
    ).all()
    leading = session.scalars(
        select(PlannedActivity)
        .where(
            PlannedActivity.led_by == person_id, PlannedActivity.led_yes_at.is_(None),
            PlannedActivity.dropped_on.is_(None), PlannedActivity.done_on.is_(None),
        )
        .order_by(PlannedActivity.begins, PlannedActivity.id)
    ).all()  # fmt: skip
    learners = _learners(session, leading)
    people = {one.recorded_by for one in goals} | {one.recorded_by for one in activities}
    people |= {one.made_by for one in versions}
    return Waits(goals, activities, versions, leading, names_of(session, people | set(learners.values())), learners)


_E, _DAY = EMPLOYMENTS.c, bindparam("day", type_=Date)


def _of_jobs(table: Table, *what: Any) -> Select[Any]:
    """What of the rows belongs to an employment that has not ended."""
    return (
        standing(table, *what)
        .join(EMPLOYMENTS, (_E.municipality_id == table.c.municipality_id) & (_E.id == table.c.employment_id))
        .where(or_(_E.valid_to.is_(None), _E.valid_to > _DAY))
    )


def _of_plans(table: Table, *what: Any) -> Select[Any]:
    """What of the rows belongs to a plan that runs besides, and is not on pause."""
    plan = (PLANS.c.municipality_id == table.c.municipality_id) & (PLANS.c.id == table.c.plan_id)
    return _of_jobs(table, *what).join(PLANS, plan).where(PLANS.c.ended_on.is_(None), PLANS.c.paused_on.is_(None))


_V = VERSIONS.c
_HERS = _E.person_id == bindparam("person")
_PAUSED = exists().where(
    PLANS.c.municipality_id == PLANNED.c.municipality_id, PLANS.c.employment_id == PLANNED.c.employment_id,
    PLANS.c.ended_on.is_(None), PLANS.c.paused_on.is_not(None),
)  # fmt: skip
_UNANSWERED = (
    _of_plans(GOALS, func.count()).where(
        _HERS, GOALS.c.yes_on.is_(None), GOALS.c.set_aside_on.is_(None), GOALS.c.reached_on.is_(None)
    ),
    _of_jobs(PLANNED, func.count()).where(
        _HERS, PLANNED.c.yes_on.is_(None), PLANNED.c.dropped_on.is_(None), PLANNED.c.done_on.is_(None), ~_PAUSED
    ),
    _of_plans(VERSIONS, func.count()).where(_HERS, _V.employee_yes_at.is_(None), _V.withdrawn_at.is_(None)),
    standing(PLANNED, func.count()).where(
        PLANNED.c.led_by == bindparam("person"), PLANNED.c.led_yes_at.is_(None), PLANNED.c.dropped_on.is_(None),
        PLANNED.c.done_on.is_(None),
    ),
)  # fmt: skip
_FIRST, *_MORE = (one.scalar_subquery() for one in _UNANSWERED)
_OWN = select(sum(_MORE, _FIRST))
_THEIRS = (
    _of_plans(VERSIONS, UNITS.c.path)
    .join(UNITS, (UNITS.c.municipality_id == _E.municipality_id) & (UNITS.c.id == _E.unit_id))
    .where(_V.leader_yes_at.is_(None), _V.withdrawn_at.is_(None), _E.person_id != bindparam("person"))
)


def waiting_count(session: Session, actor: Actor) -> int:
    """How much of development waits for her answer: for the bell."""
    return own_waiting(session, actor) + plans_waiting(session, actor)


def own_waiting(session: Session, actor: Actor) -> int:
    """How many goals, activities and versions of her own plan wait for her yes, and how much she is asked to lead."""
    return int(execute(session, _OWN, person=actor.person_id, day=today()).scalar() or 0)


def plans_waiting(session: Session, actor: Actor) -> int:
    """How many plans her employees have laid before her, that wait for her yes."""
    within = actor.reach(Permission.PLAN_WRITE)
    if not within.roots:
        return 0
    return sum(within.covers(row.path) for row in execute(session, _THEIRS, person=actor.person_id, day=today()))


def _learners(session: Session, some: Sequence[PlannedActivity]) -> dict[int, int]:
    ids = sorted({one.employment_id for one in some})
    if not ids:
        return {}
    rows = session.execute(select(Employment.id, Employment.person_id).where(Employment.id.in_(ids)))
    return {row.id: row.person_id for row in rows}


@dataclass(frozen=True)
class Led:
    """What somebody leads for others."""

    activities: Sequence[PlannedActivity]
    names: Mapping[int, str]
    """Employment -> the name of whoever learns by it."""


def led_by(session: Session, person_id: int, *, on: date) -> Led:
    """What she is asked to lead or has said yes to, from today on and without a day; by day."""
    found = session.scalars(
        select(PlannedActivity)
        .where(
            PlannedActivity.led_by == person_id, PlannedActivity.dropped_on.is_(None), PlannedActivity.done_on.is_(None),
            or_(PlannedActivity.begins.is_(None), PlannedActivity.ends > on, PlannedActivity.led_yes_at.is_(None)),
        )
        .order_by(PlannedActivity.id)
    ).all()  # fmt: skip
    learners = _learners(session, found)
    names = names_of(session, learners.values())
    by_day = sorted(found, key=lambda one: (one.begins or date.max, one.id))
    return Led(by_day, {employment: names.get(person, "") for employment, person in learners.items()})


def talks_ahead(session: Session, person_id: int) -> Sequence[tuple[Talk, TalkTaker | None]]:
    """The talks that are to be held and that she takes part in, with what she prepares; None where she holds it."""
    own = session.execute(
        select(Talk, TalkTaker)
        .join(TalkTaker, TalkTaker.talk_id == Talk.id)
        .join(Employment, Employment.id == TalkTaker.employment_id)
        .where(Employment.person_id == person_id, Talk.held_on.is_(None), Talk.cancelled_on.is_(None))
        .order_by(Talk.planned_on, Talk.id)
    ).all()
    held = session.scalars(
        select(Talk)
        .where(Talk.held_by == person_id, Talk.held_on.is_(None), Talk.cancelled_on.is_(None))
        .order_by(Talk.planned_on, Talk.id)
    ).all()
    every: list[tuple[Talk, TalkTaker | None]] = [(row.Talk, row.TalkTaker) for row in own]
    every += [(talk, None) for talk in held]
    return sorted(every, key=lambda one: (one[0].planned_on, one[0].id))
