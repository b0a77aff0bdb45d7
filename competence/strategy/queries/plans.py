"""Plans within reach with their parts, and who can own a measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Role
from competence.accounts.models import RoleAssignment
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.staff import names_of
from competence.decision.queries import UNITS
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.people.models import PersonIdentity
from competence.strategy.models import (
    IndicatorValue,
    Measure,
    PlanFollowUp,
    PlanIndicator,
    PlanPriority,
    StrategicPlan,
    WheelStep,
)
from competence.strategy.rules.planning import Costed, Funding, Progress, Status, progress_of, status_of

ROLES = cast(Table, RoleAssignment.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
OWNING = (Role.DIRECTOR, Role.HR, Role.DEVELOPMENT_NURSE, Role.LEADER)
"""The roles whose holders can own a measure."""


def status(plan: StrategicPlan) -> Status:
    """Where the plan stands today."""
    return status_of(plan.decided_on, plan.replaced_on)


def progress(measure: Measure) -> Progress:
    """Where the measure stands today."""
    return progress_of(measure.begun_on, measure.done_on, measure.dropped_on)


def reads(actor: Actor, node: Node) -> bool:
    """Whether she may read plans of the unit: those within her reach, and those of a unit that she works under."""
    reach = actor.reach(Permission.STRATEGY_READ)
    return reach.covers(node.path) or any(root.startswith(node.path) for root in reach.roots)


def sees_owners(actor: Actor, node: Node) -> bool:
    """Whether she sees who owns a measure by name: those who write the plan, and those who see names within it."""
    if actor.may(Permission.STRATEGY_WRITE, node.path):
        return True
    named = actor.reach(Permission.COVERAGE_READ)
    leads = actor.reach(Permission.PLAN_WRITE)
    return any(root.startswith(node.path) or node.path.startswith(root) for root in (*named.roots, *leads.roots))


def plan_for(session: Session, units: Tree, strategy_id: int, actor: Actor) -> tuple[StrategicPlan, Node]:
    """The plan with its unit. NotFound when there is none by that id that she may read."""
    plan = session.scalars(select(StrategicPlan).where(StrategicPlan.id == strategy_id)).one_or_none()
    node = units.by_id.get(plan.unit_id) if plan is not None else None
    if plan is None or node is None or not reads(actor, node):
        raise NotFound
    return plan, node


def plans_for(session: Session, units: Tree, actor: Actor) -> list[tuple[StrategicPlan, Node]]:
    """The plans that she may read, drafts too, the latest year first."""
    rows = session.scalars(
        select(StrategicPlan).order_by(StrategicPlan.year.desc(), StrategicPlan.unit_id, StrategicPlan.id.desc())
    )
    return [(plan, node) for plan in rows if (node := units.by_id.get(plan.unit_id)) is not None and reads(actor, node)]


@dataclass(frozen=True)
class Parts:
    """All that a plan is made of, in its order."""

    priorities: Sequence[PlanPriority]
    measures: Sequence[Measure]
    indicators: Sequence[PlanIndicator]
    values: Mapping[int, Sequence[IndicatorValue]]
    """Indicator -> what was typed in, the earliest first."""
    wheel: Sequence[WheelStep]
    follow_ups: Sequence[PlanFollowUp]
    """The newest first."""

    @property
    def costed(self) -> list[Costed]:
        """What each of the measures takes."""
        return [
            Costed(one.part, one.minutes, one.kroner, Funding(one.funding), one.dropped_on is not None)
            for one in self.measures
        ]


def parts_of(session: Session, strategy_id: int) -> Parts:
    """The parts of the plan."""
    indicators = session.scalars(
        select(PlanIndicator)
        .where(PlanIndicator.strategy_id == strategy_id)
        .order_by(PlanIndicator.position, PlanIndicator.id)
    ).all()
    values: dict[int, list[IndicatorValue]] = {}
    for value in session.scalars(
        select(IndicatorValue)
        .where(IndicatorValue.indicator_id.in_([one.id for one in indicators]))
        .order_by(IndicatorValue.measured_on, IndicatorValue.id)
    ):
        values.setdefault(value.indicator_id, []).append(value)
    return Parts(
        session.scalars(
            select(PlanPriority)
            .where(PlanPriority.strategy_id == strategy_id)
            .order_by(PlanPriority.position, PlanPriority.id)
        ).all(),
        session.scalars(
            select(Measure).where(Measure.strategy_id == strategy_id).order_by(Measure.first_month, Measure.id)
        ).all(),
        indicators,
        values,
        session.scalars(
            select(WheelStep).where(WheelStep.strategy_id == strategy_id).order_by(WheelStep.month, WheelStep.id)
        ).all(),
        session.scalars(
            select(PlanFollowUp)
            .where(PlanFollowUp.strategy_id == strategy_id)
            .order_by(PlanFollowUp.written_on.desc(), PlanFollowUp.id.desc())
        ).all(),
    )


@dataclass(frozen=True)
class Owner:
    """Somebody who can own a measure, by the role in which she does."""

    person_id: int
    role: Role
    unit: str


def owners_in(session: Session, node: Node, *, on: date | None = None) -> dict[int, Owner]:
    """Person -> the highest role in force by which she can own a measure of the unit: one over it, or over a part of it."""
    on = on or today()
    c, u = ROLES.c, UNITS.c
    rows = session.execute(
        scoped(session, ROLES, c.person_id, c.role, u.name, u.path)
        .join(UNITS, (u.municipality_id == c.municipality_id) & (u.id == c.unit_id))
        .where(
            c.role.in_([role.value for role in OWNING]), c.valid_from <= on, or_(c.valid_to.is_(None), c.valid_to > on)
        )
        .order_by(c.id)
    ).all()
    found: dict[int, Owner] = {}
    for person, role, name, path in rows:
        if not path.startswith(node.path) and not node.path.startswith(path):
            continue
        one = Owner(person, Role(role), name)
        if person not in found or OWNING.index(one.role) < OWNING.index(found[person].role):
            found[person] = one
    return found


def named_owners(session: Session, owners: Mapping[int, Owner]) -> list[tuple[Owner, str]]:
    """The owners with their names, in the order of these; whoever has none any more is left out."""
    names = names_of(session, list(owners))
    return sorted(
        ((owner, names[person]) for person, owner in owners.items() if names.get(person)), key=lambda one: one[1]
    )


def decided_like(session: Session, plan: StrategicPlan) -> list[StrategicPlan]:
    """The other plans of the unit, kind and year that stand decided, held against whoever decides at the same time."""
    return list(
        session.scalars(
            select(StrategicPlan)
            .where(
                StrategicPlan.unit_id == plan.unit_id, StrategicPlan.kind == plan.kind, StrategicPlan.year == plan.year,
                StrategicPlan.id != plan.id, StrategicPlan.decided_on.is_not(None), StrategicPlan.replaced_on.is_(None),
            )
            .order_by(StrategicPlan.id)
            .with_for_update()
        )
    )  # fmt: skip
