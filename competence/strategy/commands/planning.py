"""Plans: begun, written, held against a month, decided, and begun anew from another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.coverage.queries.places import Node, tree
from competence.figures.look import Look
from competence.figures.queries.kept import look_kept
from competence.figures.rules import first_of
from competence.foundation.changes import command
from competence.foundation.clock import add_months, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.strategy.commands.common import changed, in_draft, writable
from competence.strategy.models import Measure, PlanIndicator, PlanPriority, StrategicPlan, WheelStep
from competence.strategy.queries.plans import decided_like, parts_of, plan_for
from competence.strategy.rules.indicators import USUAL
from competence.strategy.rules.planning import (
    USUAL_WHEEL,
    PlanKind,
    check_decision,
    check_year,
    missing_before_decision,
    months_of,
    title_of,
    words,
)


@dataclass(frozen=True)
class Written:
    """What a plan says in words."""

    title: str
    frame: str = ""
    roles: str = ""
    evaluation: str = ""


@command
def begin_plan(
    session: Session,
    unit_id: int,
    kind: PlanKind,
    year: int,
    written: Written,
    *,
    by: Actor,
    copy_of: int | None = None,
) -> StrategicPlan:
    """The draft, with the usual indicators and year wheel; or with the parts of another plan, moved to its years.

    NotFound when the unit, or the other plan, is out of reach.
    """
    units = tree(session, on=today())
    node = units.by_id.get(unit_id)
    if node is None or not by.may(Permission.STRATEGY_WRITE, node.path):
        authorise(by, Permission.STRATEGY_WRITE)
        raise NotFound
    source = plan_for(session, units, copy_of, by)[0] if copy_of is not None else None
    check_year(year, on=today())
    plan = StrategicPlan(
        unit_id=node.id, kind=kind, year=year, title=title_of(written.title), frame=words(written.frame, "frame"),
        roles=words(written.roles or (source.roles if source else ""), "roles"),
        evaluation=words(written.evaluation, "evaluation"), baseline={}, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    if source is None:
        _usual(session, plan)
    else:
        _copied(session, plan, source)
    session.flush()
    _record(session, plan, "begin_strategy", by)
    return plan


def _usual(session: Session, plan: StrategicPlan) -> None:
    months = months_of(PlanKind(plan.kind), plan.year)
    for position, (kind, (target, at_least)) in enumerate(USUAL.items(), 1):
        session.add(PlanIndicator(strategy_id=plan.id, position=position, kind=kind, target=target, at_least=at_least))
    session.add_all(
        WheelStep(strategy_id=plan.id, month=month, kind=kind)
        for month in months
        for at, kind in USUAL_WHEEL
        if at == month.month
    )


def _copied(session: Session, plan: StrategicPlan, source: StrategicPlan) -> None:
    """Nothing; what the other plan consists of stands in the draft, its months moved by whole years, nothing begun."""
    parts = parts_of(session, source.id)
    years = 12 * (plan.year - source.year)
    months = months_of(PlanKind(plan.kind), plan.year)
    new: dict[int, int] = {}
    for one in parts.priorities:
        row = PlanPriority(
            strategy_id=plan.id, position=one.position, about=one.about, area_id=one.area_id,
            staff_group_id=one.staff_group_id, title=one.title, text=one.text, why=one.why, value=one.value,
            value_on=one.value_on,
        )  # fmt: skip
        session.add(row)
        session.flush()
        new[one.id] = row.id
    for measure in parts.measures:
        first = min(max(add_months(measure.first_month, years), months[0]), months[-1])
        last = min(max(add_months(measure.last_month, years), first), months[-1])
        if measure.done_on is None and measure.dropped_on is None:
            session.add(
                Measure(
                    strategy_id=plan.id, priority_id=new.get(measure.priority_id or 0), title=measure.title,
                    part=measure.part, owner_id=measure.owner_id, minutes=measure.minutes, kroner=measure.kroner,
                    funding=measure.funding, first_month=first, last_month=last, criterion=measure.criterion,
                )
            )  # fmt: skip
    session.add_all(
        PlanIndicator(
            strategy_id=plan.id, position=one.position, kind=one.kind, title=one.title, unit_of_value=one.unit_of_value,
            target=one.target, at_least=one.at_least,
        )
        for one in parts.indicators
    )  # fmt: skip
    session.add_all(
        WheelStep(strategy_id=plan.id, month=moved, kind=one.kind, text=one.text)
        for one in parts.wheel
        if (moved := add_months(one.month, years)) in months
    )


@command
def write_plan(session: Session, strategy_id: int, written: Written, *, seen: int, by: Actor) -> StrategicPlan:
    """The plan as it reads now. Of a decided plan only the evaluation can change. Overtaken when somebody was first."""
    plan, _node = writable(session, strategy_id, by)
    said = (title_of(written.title), words(written.frame, "frame"), words(written.roles, "roles"))
    if said != (plan.title, plan.frame, plan.roles):
        in_draft(plan)
    changed(plan, seen=seen)
    plan.title, plan.frame, plan.roles = said
    plan.evaluation = words(written.evaluation, "evaluation")
    _record(session, plan, "write_strategy", by)
    return plan


@command
def set_baseline(session: Session, strategy_id: int, month: date, *, by: Actor) -> StrategicPlan:
    """The plan with the month's figures frozen into it. RuleBroken when none were kept, or the plan is decided."""
    plan, node = writable(session, strategy_id, by)
    in_draft(plan)
    month = first_of(month)
    look = look_kept(session, [node], month)
    if look is None:
        raise RuleBroken(
            sentence(N_("No figures were kept in that month. Choose one of the months in the list.")), field="month"
        )
    plan.baseline_month, plan.baseline = month, frozen(look, node)
    changed(plan)
    _record(session, plan, "set_baseline", by)
    return plan


def frozen(look: Look, node: Node) -> dict[str, Any]:
    """The figures of the unit, of those right below it, and of its subject areas, as numbers that nothing changes any more."""
    top = look.units.by_id[node.id]
    below = [one for one in look.units.children.get(node.id, ()) if one.id in look.sums]
    fields = look.fields(top)
    return {
        "on": look.on.isoformat(),
        "whole": _four(look.sums[node.id]),
        "units": [[one.id, one.name, *_four(look.sums[one.id])] for one in below],
        "areas": [[area, name, *_four(fields[area])] for area, name in look.areas if area in fields],
    }


def _four(one: Any) -> list[int]:
    return [int(one.needs), int(one.gaps), int(one.critical_gaps), int(one.vulnerable)]


@command
def decide_plan(
    session: Session, strategy_id: int, decided_on: date, where: str, *, seen: int, by: Actor
) -> StrategicPlan:
    """The plan, decided; the one that was decided for the same unit and years is replaced by it.

    RuleBroken when the plan lacks what makes it one, or the day lies ahead.
    """
    plan, _node = writable(session, strategy_id, by)
    in_draft(plan)
    changed(plan, seen=seen)
    check_decision(decided_on, on=today())
    where = title_of(where, field="decided_where")
    parts = parts_of(session, plan.id)
    lacking = missing_before_decision(len(parts.priorities), len(parts.measures), len(parts.indicators))
    if lacking:
        raise RuleBroken(sentence(lacking[0]))
    for other in decided_like(session, plan):
        other.replaced_on = today()
        other.revision += 1
    plan.decided_on, plan.decided_where, plan.decided_by = decided_on, where, by.person_id
    _record(session, plan, "decide_strategy", by)
    return plan


@command
def remove_plan(session: Session, strategy_id: int, *, by: Actor) -> None:
    """Nothing; the draft and its parts are gone. RuleBroken for a plan that has been decided."""
    plan, _node = writable(session, strategy_id, by)
    in_draft(plan)
    parts = parts_of(session, plan.id)
    _record(session, plan, "remove_strategy", by)
    groups = (
        parts.follow_ups, parts.measures, parts.priorities, [value for some in parts.values.values() for value in some],
        parts.indicators, parts.wheel,
    )  # fmt: skip
    for rows in groups:
        for row in rows:
            session.delete(row)
        session.flush()
    session.delete(plan)


def _record(session: Session, plan: StrategicPlan, verb: str, by: Actor) -> None:
    record(
        session, by=by.person_id, action=verb, subject="strategic_plan", subject_id=plan.id,
        detail={"unit": plan.unit_id, "year": plan.year, "kind": PlanKind(plan.kind).value},
    )  # fmt: skip
