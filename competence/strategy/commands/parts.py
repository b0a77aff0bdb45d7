"""What a plan is made of: priorities, measures, indicators with values, the year wheel, and follow-ups."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.models import Area
from competence.coverage.queries.places import Node, tree
from competence.figures.queries.live import look_now
from competence.figures.rules import Figure
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.rules import Part
from competence.people.models import StaffGroup
from competence.strategy.commands.common import Row, changed, in_draft, part_of, running, writable
from competence.strategy.models import (
    IndicatorValue,
    Measure,
    PlanFollowUp,
    PlanIndicator,
    PlanPriority,
    StrategicPlan,
    WheelStep,
)
from competence.strategy.queries.needs import needs_map
from competence.strategy.queries.plans import owners_in
from competence.strategy.queries.priorities import figure_of
from competence.strategy.rules.indicators import Indicator, check_value
from competence.strategy.rules.planning import (
    MOST_INDICATORS,
    MOST_MEASURES,
    MOST_NOTE,
    MOST_PRIORITIES,
    MOST_WHEEL,
    About,
    Funding,
    PlanKind,
    Progress,
    WheelKind,
    Why,
    check_amounts,
    check_months,
    months_of,
    title_of,
    words,
)

Table = type[PlanPriority] | type[Measure] | type[PlanIndicator] | type[WheelStep]


def _room(session: Session, table: Table, plan: StrategicPlan, most: int) -> int:
    """How many the plan has. RuleBroken when it has as many as it can have."""
    counted = select(func.count()).select_from(table).where(table.strategy_id == plan.id)
    number = session.scalar(counted) or 0
    if number >= most:
        raise RuleBroken(
            sentence(N_("The plan has %(most)s of these already. A plan that says less is read."), most=most)
        )
    return number


def _record(session: Session, plan: StrategicPlan, verb: str, by: Actor, part_id: int | None = None) -> None:
    record(
        session, by=by.person_id, action=verb, subject="strategic_plan", subject_id=plan.id,
        detail={"unit": plan.unit_id, "part": part_id},
    )  # fmt: skip


# Priorities.


@dataclass(frozen=True)
class Prioritised:
    """What is said of a priority."""

    about: About
    title: str
    text: str = ""
    why: Why = Why.NONE
    area_id: int | None = None
    staff_group_id: int | None = None


@command
def put_priority(
    session: Session, strategy_id: int, said: Prioritised, *, by: Actor, priority_id: int | None = None
) -> PlanPriority:
    """The priority, new or changed, with the figure it rests on as it is now. NotFound for an area or a group that is none."""
    plan, node = writable(session, strategy_id, by)
    in_draft(plan)
    about = About(said.about)
    area_id = said.area_id if about is About.AREA else None
    group_id = said.staff_group_id if about is About.GROUP else None
    if about is About.AREA and session.scalar(select(Area.id).where(Area.id == area_id)) is None:
        raise RuleBroken(sentence(N_("Choose the subject area.")), field="area")
    if about is About.GROUP and session.scalar(select(StaffGroup.id).where(StaffGroup.id == group_id)) is None:
        raise RuleBroken(sentence(N_("Choose the staff group.")), field="staff_group")
    if about is About.GROUP and said.why is not Why.NONE:
        raise RuleBroken(
            sentence(N_("The figures are counted by subject area, not by staff group. Choose a theme or an area, or no figure.")),
            field="why",
        )  # fmt: skip
    title, text = title_of(said.title), words(said.text, "text", MOST_NOTE * 2)
    value = figure_now(session, node, said.why, area_id)
    row = _found(session, PlanPriority, priority_id, plan)
    if row is None:
        row = PlanPriority(strategy_id=plan.id, position=_room(session, PlanPriority, plan, MOST_PRIORITIES) + 1)
        session.add(row)
    row.about, row.area_id, row.staff_group_id = about, area_id, group_id
    row.title, row.text, row.why = title, text, said.why
    row.value, row.value_on = value, today() if value is not None else None
    changed(plan)
    session.flush()
    _record(session, plan, "put_priority", by, row.id)
    return row


def figure_now(session: Session, node: Node, why: Why, area_id: int | None) -> float | None:
    """The figure of the unit today, in the area when one is named; None where the priority rests on none."""
    if why is Why.NONE:
        return None
    units = tree(session, on=today())
    if why is Why.AHEAD:
        rows = needs_map(session, units, node, hides=False).rows
        return float(sum(row.ahead or 0 for row in rows if area_id in (None, row.area_id)))
    return figure_of(look_now(session, units, [node], since=today()), node, why, area_id)


@command
def remove_priority(session: Session, strategy_id: int, priority_id: int, *, by: Actor) -> None:
    """Nothing; the priority is gone, and its measures stand for themselves."""
    plan, _node = writable(session, strategy_id, by)
    in_draft(plan)
    row = part_of(session, PlanPriority, priority_id, plan)
    for measure in session.scalars(select(Measure).where(Measure.priority_id == row.id)):
        measure.priority_id = None
    session.flush()
    session.delete(row)
    changed(plan)
    _record(session, plan, "remove_priority", by, priority_id)


# Measures.


@dataclass(frozen=True)
class Measuring:
    """What is said of a measure."""

    title: str
    part: Part
    owner_id: int
    minutes: int
    kroner: int
    funding: Funding
    first_month: date
    last_month: date
    criterion: str = ""
    priority_id: int | None = None


@command
def put_measure(
    session: Session, strategy_id: int, said: Measuring, *, by: Actor, measure_id: int | None = None
) -> Measure:
    """The measure, new or changed. RuleBroken when its months lie outside the plan, or who is named cannot own it."""
    plan, node = writable(session, strategy_id, by)
    in_draft(plan)
    row = _found(session, Measure, measure_id, plan)
    if said.priority_id is not None:
        part_of(session, PlanPriority, said.priority_id, plan)
    if said.owner_id not in owners_in(session, node) and (row is None or row.owner_id != said.owner_id):
        raise RuleBroken(sentence(N_("Choose who sees to it: somebody with a role in the unit.")), field="owner")
    check_amounts(said.minutes, said.kroner)
    first, last = check_months(PlanKind(plan.kind), plan.year, said.first_month, said.last_month)
    title, criterion = title_of(said.title), words(said.criterion, "criterion", MOST_NOTE)
    if row is None:
        _room(session, Measure, plan, MOST_MEASURES)
        row = Measure(strategy_id=plan.id)
        session.add(row)
    row.title, row.part, row.owner_id = title, said.part, said.owner_id
    row.minutes, row.kroner, row.funding = said.minutes, said.kroner, said.funding
    row.first_month, row.last_month, row.priority_id = first, last, said.priority_id
    row.criterion = criterion
    changed(plan)
    session.flush()
    _record(session, plan, "put_measure", by, row.id)
    return row


@command
def remove_measure(session: Session, strategy_id: int, measure_id: int, *, by: Actor) -> None:
    """Nothing; the measure is gone, with what was said of it while the plan was a draft."""
    plan, _node = writable(session, strategy_id, by)
    in_draft(plan)
    row = part_of(session, Measure, measure_id, plan)
    for said in session.scalars(select(PlanFollowUp).where(PlanFollowUp.measure_id == row.id)):
        session.delete(said)
    session.flush()
    session.delete(row)
    changed(plan)
    _record(session, plan, "remove_measure", by, measure_id)


# Indicators.


@dataclass(frozen=True)
class Indicated:
    """What is said of an indicator."""

    kind: Indicator
    target: float
    at_least: bool
    title: str = ""
    unit_of_value: str = ""


@command
def put_indicator(
    session: Session, strategy_id: int, said: Indicated, *, by: Actor, indicator_id: int | None = None
) -> PlanIndicator:
    """The indicator, new or changed. One of their own has a title; of the others a plan has each once."""
    plan, _node = writable(session, strategy_id, by)
    in_draft(plan)
    kind = Indicator(said.kind)
    row = _found(session, PlanIndicator, indicator_id, plan)
    if kind is not Indicator.OWN:
        same = select(PlanIndicator.id).where(PlanIndicator.strategy_id == plan.id, PlanIndicator.kind == kind.value)
        if any(other != indicator_id for other in session.scalars(same)):
            raise RuleBroken(sentence(N_("The plan has this indicator already.")), field="kind")
    own = kind is Indicator.OWN
    title, unit = (title_of(said.title), words(said.unit_of_value, "unit_of_value", 20)) if own else ("", "")
    target = check_value(kind, said.target, field="target")
    if row is None:
        row = PlanIndicator(strategy_id=plan.id, position=_room(session, PlanIndicator, plan, MOST_INDICATORS) + 1)
        session.add(row)
    row.title, row.unit_of_value = title, unit
    row.kind, row.target, row.at_least = kind, target, said.at_least
    changed(plan)
    session.flush()
    _record(session, plan, "put_indicator", by, row.id)
    return row


@command
def remove_indicator(session: Session, strategy_id: int, indicator_id: int, *, by: Actor) -> None:
    """Nothing; the indicator is gone with what was typed in."""
    plan, _node = writable(session, strategy_id, by)
    in_draft(plan)
    row = part_of(session, PlanIndicator, indicator_id, plan)
    for value in session.scalars(select(IndicatorValue).where(IndicatorValue.indicator_id == row.id)):
        session.delete(value)
    session.flush()
    session.delete(row)
    changed(plan)
    _record(session, plan, "remove_indicator", by, indicator_id)


@command
def type_value(
    session: Session, strategy_id: int, indicator_id: int, measured_on: date, value: float, *, by: Actor
) -> IndicatorValue:
    """The value of the day, in the place of what was typed in for it before. Also in a decided plan, until it is replaced."""
    plan, _node = writable(session, strategy_id, by)
    running(plan)
    row = part_of(session, PlanIndicator, indicator_id, plan)
    if measured_on > today():
        raise RuleBroken(sentence(N_("Write a day that has been.")), field="measured_on")
    value = check_value(Indicator(row.kind), value, field="value")
    there = session.scalars(
        select(IndicatorValue).where(IndicatorValue.indicator_id == row.id, IndicatorValue.measured_on == measured_on)
    ).one_or_none()
    if there is None:
        there = IndicatorValue(indicator_id=row.id, measured_on=measured_on)
        session.add(there)
    there.value, there.recorded_at, there.recorded_by = value, now(), by.person_id
    changed(plan)
    session.flush()
    _record(session, plan, "type_indicator_value", by, row.id)
    return there


# The year wheel.


@command
def put_wheel_step(
    session: Session, strategy_id: int, month: date, kind: WheelKind, text: str, *, by: Actor
) -> WheelStep:
    """The step. RuleBroken when its month lies outside the plan."""
    plan, _node = writable(session, strategy_id, by)
    running(plan)
    month = month.replace(day=1)
    if month not in months_of(PlanKind(plan.kind), plan.year):
        raise RuleBroken(sentence(N_("The month lies outside the years of the plan.")), field="month")
    _room(session, WheelStep, plan, MOST_WHEEL)
    text = words(text, "text", 120)
    if WheelKind(kind) is WheelKind.OTHER and not text:
        raise RuleBroken(sentence(N_("Write what happens.")), field="text")
    row = WheelStep(strategy_id=plan.id, month=month, kind=kind, text=text)
    session.add(row)
    changed(plan)
    session.flush()
    _record(session, plan, "put_wheel_step", by, row.id)
    return row


MARKS = frozenset({"done", "open", "remove"})


@command
def mark_wheel_step(session: Session, strategy_id: int, wheel_id: int, what: str, *, by: Actor) -> None:
    """Nothing; the step is done ("done"), not done after all ("open"), or gone ("remove")."""
    plan, _node = writable(session, strategy_id, by)
    running(plan)
    row = part_of(session, WheelStep, wheel_id, plan)
    if what == "remove":
        session.delete(row)
    else:
        row.done_on = today() if what == "done" else None
    changed(plan)
    _record(session, plan, "mark_wheel_step", by, wheel_id)


# Follow-ups.


@command
def follow_up_plan(
    session: Session, strategy_id: int, text: str, *, by: Actor, measure_id: int | None = None,
    progress: Progress | None = None,
) -> PlanFollowUp:  # fmt: skip
    """What was said today of the plan, or of one of its measures and where that stands now; with the unit's figure of today."""
    plan, node = writable(session, strategy_id, by)
    running(plan)
    text = words(text, "text", MOST_NOTE * 2)
    if not text:
        raise RuleBroken(sentence(N_("Write how it goes.")), field="text")
    if measure_id is not None:
        measure = part_of(session, Measure, measure_id, plan)
        if progress is not None:
            _move(measure, Progress(progress))
    look = look_now(session, tree(session, on=today()), [node], since=today())
    said = PlanFollowUp(
        strategy_id=plan.id, measure_id=measure_id, text=text, value=look.sums[node.id].value(Figure.MET),
        written_on=today(), written_by=by.person_id,
    )  # fmt: skip
    session.add(said)
    changed(plan)
    session.flush()
    _record(session, plan, "follow_up_strategy", by, measure_id)
    return said


def _move(measure: Measure, progress: Progress) -> None:
    begun = progress in (Progress.UNDER_WAY, Progress.DONE)
    measure.begun_on = (measure.begun_on or today()) if begun else None
    measure.done_on = (measure.done_on or today()) if progress is Progress.DONE else None
    measure.dropped_on = (measure.dropped_on or today()) if progress is Progress.DROPPED else None


def _found(session: Session, table: type[Row], part_id: int | None, plan: StrategicPlan) -> Row | None:
    """The part that is changed; None when a new one is written. NotFound when it is none of the plan's."""
    return None if part_id is None else part_of(session, table, part_id, plan)
