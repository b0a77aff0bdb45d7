"""What several commands on plans look up and check."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.coverage.queries.places import Node, tree
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.strategy.models import Measure, PlanIndicator, PlanPriority, StrategicPlan, WheelStep
from competence.strategy.queries.plans import plan_for, status
from competence.strategy.rules.planning import Status


def writable(session: Session, strategy_id: int, by: Actor) -> tuple[StrategicPlan, Node]:
    """The plan and its unit, held against whoever changes it at the same time.

    NotFound for whoever may not read it, NotAllowed for whoever may not write it.
    """
    units = tree(session, on=today())
    session.execute(select(StrategicPlan.id).where(StrategicPlan.id == strategy_id).with_for_update())
    plan, node = plan_for(session, units, strategy_id, by)
    session.refresh(plan)
    authorise(by, Permission.STRATEGY_WRITE, node.path)
    return plan, node


def in_draft(plan: StrategicPlan) -> None:
    """Nothing. RuleBroken when the plan has been decided: what was decided stays as it was."""
    if status(plan) is not Status.DRAFT:
        raise RuleBroken(sentence(N_("The plan is decided. Begin a new one from it to change what it says.")))


def running(plan: StrategicPlan) -> None:
    """Nothing. RuleBroken when another plan has taken its place."""
    if status(plan) is Status.REPLACED:
        raise RuleBroken(sentence(N_("The plan is replaced by a later one. Nothing more is written in it.")))


def changed(plan: StrategicPlan, *, seen: int | None = None) -> None:
    """Nothing; the plan counts one change more. Overtaken when it is not as it was `seen`; None: it was not looked at."""
    if seen is not None and plan.revision != seen:
        raise Overtaken(
            sentence(N_("Somebody has changed the plan meanwhile. Nothing was saved. What you wrote is still here."))
        )
    plan.revision += 1


Row = TypeVar("Row", PlanPriority, Measure, PlanIndicator, WheelStep)


def part_of(session: Session, table: type[Row], part_id: int, plan: StrategicPlan) -> Row:
    """The part by its id. NotFound when it is none of the plan's."""
    row = session.scalars(select(table).where(table.id == part_id)).one_or_none()
    if row is None or row.strategy_id != plan.id:
        raise NotFound
    return row
