"""A plan in the reader's language: the page and the report are made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import ROLE_NAMES, Actor
from competence.catalogue.models import Area
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.staff import names_of
from competence.figures.look import Look
from competence.figures.queries.live import look_now
from competence.figures.rules import Figure, Sums, per_cent
from competence.figures.views.charts import sparkline
from competence.foundation.clock import today
from competence.foundation.web import as_pattern, day, number, say
from competence.learning.rules import PART_NAMES, Part
from competence.people.models import StaffGroup
from competence.strategy.models import Measure, PlanFollowUp, PlanIndicator, PlanPriority, StrategicPlan, WheelStep
from competence.strategy.queries.indicators import measured_of
from competence.strategy.queries.plans import Owner, Parts, owners_in, parts_of, progress, sees_owners, status
from competence.strategy.queries.priorities import figure_of
from competence.strategy.rules.indicators import HOW, INDICATOR_NAMES, UNITS, Indicator, Measured
from competence.strategy.rules.planning import (
    ABOUT_NAMES,
    FUNDING_NAMES,
    PLAN_NAMES,
    PROGRESS_NAMES,
    STATUS_NAMES,
    WHEEL_NAMES,
    WHY_NAMES,
    About,
    Budget,
    Funding,
    PlanKind,
    Progress,
    Status,
    WheelKind,
    Why,
    budget_of,
    months_of,
)


@dataclass(frozen=True)
class FigureShown:
    """A key figure, at the beginning and now."""

    name: str
    before: str
    """Empty where the plan is held against no month."""
    now: str
    change: str
    tone: str
    """"better", "worse" or empty."""


@dataclass(frozen=True)
class PriorityShown:
    """What comes first."""

    row: PlanPriority
    about: str
    why: str
    """The figure it rests on, in words; empty where it rests on none."""
    now: str
    """The same figure today, in words; empty where it cannot be told."""


@dataclass(frozen=True)
class MeasureShown:
    """What is done."""

    row: Measure
    priority: str
    owner: str
    """Her name; empty where the reader does not see it."""
    role: str
    """The role by which she sees to it, and where; empty when she has none any more."""
    months: str
    hours: str
    cost: str
    funding: str
    progress: Progress
    progress_name: str


@dataclass(frozen=True)
class IndicatorShown:
    """What the plan is measured by."""

    row: PlanIndicator
    name: str
    how: str
    unit: str
    target: str
    latest: str
    """Empty before there is a value."""
    latest_on: date | None
    change: str
    reached: bool | None
    spark: Markup
    measured: Measured
    points: Sequence[tuple[str, str]]
    """(day, value), as they are read."""


@dataclass(frozen=True)
class WheelMonth:
    """A month of the year wheel."""

    month: date
    name: str
    steps: Sequence[tuple[WheelStep, str]]
    measures: int
    """How many measures run in it."""
    is_now: bool


@dataclass(frozen=True)
class PlanShown:
    """All that a plan shows."""

    plan: StrategicPlan
    node: Node
    kind: str
    years: str
    status: Status
    status_name: str
    parts: Parts
    now: Sums
    """The unit's figures of today."""
    figures: Sequence[FigureShown]
    priorities: Sequence[PriorityShown]
    measures: Sequence[MeasureShown]
    budget: Budget
    shares: Mapping[Part, int]
    funding: Sequence[tuple[str, str]]
    """(who pays, how much)."""
    indicators: Sequence[IndicatorShown]
    wheel: Sequence[WheelMonth]
    follow_ups: Sequence[tuple[PlanFollowUp, str]]
    """(what was said, of which measure)."""
    baseline_on: date | None
    units: Sequence[tuple[str, str, str, str, float, float]]
    """(unit, met then, met now, gaps then and now, the two shares as numbers) of those right below, where the plan is held
    against a month and both are known."""


def years_of(plan: StrategicPlan) -> str:
    """As "2026" or "2026–2027"."""
    return str(plan.year) if plan.kind == PlanKind.YEAR else f"{plan.year}–{plan.year + 1}"


def kroner(value: int) -> str:
    """As "12.500 kr."."""
    return str(_("DKK %(amount)s", amount=number(value)))


def hours(minutes: int) -> str:
    """As "12 timer"."""
    return str(_("%(hours)s hours", hours=in_hours(minutes)))


def in_hours(minutes: int) -> str:
    """As "12" or "1,5"."""
    return plain(minutes / 60)


def plain(value: float) -> str:
    """Without decimals where there are none."""
    return number(int(value) if value == int(value) else round(value, 1))


def with_unit(value: str, unit: str) -> str:
    """The value with its unit, if it has one."""
    return f"{value} {unit}".strip()


def shown(session: Session, units: Tree, plan: StrategicPlan, node: Node, actor: Actor | None) -> PlanShown:
    """The plan as it stands today. None as the reader: as the committee reads it on paper, without names."""
    parts = parts_of(session, plan.id)
    look = look_now(session, units, [node], since=today())
    sums = look.sums
    budget = budget_of(parts.costed)
    titles = {one.id: one.title for one in parts.measures}
    state = status(plan)
    baseline = plan.baseline.get("on")
    return PlanShown(
        plan, node, say(PLAN_NAMES[PlanKind(plan.kind)]), years_of(plan), state, say(STATUS_NAMES[state]), parts,
        sums[node.id], _figures(plan, sums[node.id]),
        _priorities(session, look, node, parts), _measures(session, node, parts, actor), budget,
        budget.balance.shares,
        [(say(FUNDING_NAMES[Funding(who)]), kroner(amount)) for who, amount in budget.by_funding.items()],
        _indicators(session, units, node, parts), _wheel(plan, parts),
        [(one, titles.get(one.measure_id or 0, "")) for one in parts.follow_ups],
        date.fromisoformat(baseline) if baseline else None, _below(plan, sums),
    )  # fmt: skip


def _figures(plan: StrategicPlan, now: Sums) -> list[FigureShown]:
    before = plan.baseline.get("whole")
    first = Sums(*before) if before else None
    made = []
    for name, value, more_is_better, unit in (
        (_("Staffing needs that are met"), lambda sums: sums.value(Figure.MET), True, "%"),
        (_("Gaps"), lambda sums: float(sums.gaps), False, ""),
        (_("Gaps in critical tasks"), lambda sums: float(sums.critical_gaps), False, ""),
        (_("Vulnerable staffing needs"), lambda sums: float(sums.vulnerable), False, ""),
    ):
        at, was = value(now), value(first) if first else None
        change, tone = _change(was, at, more_is_better=more_is_better, unit=_("percentage points") if unit else "")
        made.append(
            FigureShown(
                name, with_unit(plain(was), unit) if was is not None else "",
                with_unit(plain(at), unit) if at is not None else "–", change, tone,
            )
        )  # fmt: skip
    return made


def _change(was: float | None, at: float | None, *, more_is_better: bool, unit: str = "") -> tuple[str, str]:
    if was is None or at is None:
        return "", ""
    moved = round(at - was, 1)
    if not moved:
        return _("unchanged"), ""
    tone = "better" if (moved > 0) is more_is_better else "worse"
    return with_unit(f"{'+' if moved > 0 else '−'}{plain(abs(moved))}", unit), tone


def _priorities(session: Session, look: Look, node: Node, parts: Parts) -> list[PriorityShown]:
    areas: dict[int, str] = {row.id: row.name for row in session.execute(select(Area.id, Area.name))}
    groups: dict[int, str] = {row.id: row.name for row in session.execute(select(StaffGroup.id, StaffGroup.name))}
    made = []
    for row in parts.priorities:
        about = say(ABOUT_NAMES[About(row.about)])
        named = areas.get(row.area_id or 0) or groups.get(row.staff_group_id or 0)
        why = ""
        value = figure_of(look, node, Why(row.why), row.area_id)
        if row.value is not None and row.value_on is not None:
            why = _(
                "%(figure)s: %(value)s on %(day)s", figure=say(WHY_NAMES[Why(row.why)]), value=plain(row.value),
                day=day(row.value_on),
            )  # fmt: skip
        today_ = _("now %(value)s", value=plain(value)) if why and value is not None else ""
        made.append(PriorityShown(row, f"{about}: {named}" if named else about, why, today_))
    return made


def _measures(session: Session, node: Node, parts: Parts, actor: Actor | None) -> list[MeasureShown]:
    owners = owners_in(session, node)
    able = actor is not None and sees_owners(actor, node)
    wanted = {one.owner_id for one in parts.measures if one.owner_id is not None}
    if actor is not None and not able:
        wanted &= {actor.person_id}
    names = names_of(session, wanted) if actor is not None else {}
    priorities = {one.id: one.title for one in parts.priorities}
    return [
        MeasureShown(
            one, priorities.get(one.priority_id or 0, ""), names.get(one.owner_id or 0, ""),
            role_of(owners.get(one.owner_id or 0)), _months(one), hours(one.minutes), kroner(one.kroner),
            say(FUNDING_NAMES[Funding(one.funding)]), progress(one), say(PROGRESS_NAMES[progress(one)]),
        )
        for one in parts.measures
    ]  # fmt: skip


def role_of(owner: Owner | None) -> str:
    """As "leder, Team Havnen"; empty when she has no such role any more."""
    return f"{say(ROLE_NAMES[owner.role])}, {owner.unit}" if owner else ""


def _months(one: Measure) -> str:
    first, last = as_pattern(one.first_month, "MMM y"), as_pattern(one.last_month, "MMM y")
    if first == last:
        return first
    if one.first_month.year == one.last_month.year:
        return f"{as_pattern(one.first_month, 'MMM')}–{last}"
    return f"{first}–{last}"


def _indicators(session: Session, units: Tree, node: Node, parts: Parts) -> list[IndicatorShown]:
    values = measured_of(session, units, node, parts)
    made = []
    for row in parts.indicators:
        kind, found = Indicator(row.kind), values[row.id]
        unit = row.unit_of_value if kind is Indicator.OWN else say(UNITS[kind])
        words = _("at least %(value)s") if row.at_least else _("at most %(value)s")
        latest = found.latest
        change = ""
        if found.change is not None:
            change = _change(found.points[0].value, found.points[-1].value, more_is_better=row.at_least)[0]
        made.append(
            IndicatorShown(
                row, row.title or say(INDICATOR_NAMES[kind]), say(HOW[kind]), unit,
                words % {"value": with_unit(plain(row.target), unit)},
                with_unit(plain(latest.value), unit) if latest else "", latest.on if latest else None, change,
                found.reached,
                sparkline([one.value for one in found.points], row.target, tone="worse" if found.reached is False else ""),
                found, [(day(one.on), with_unit(plain(one.value), unit)) for one in found.points],
            )
        )  # fmt: skip
    return made


def _wheel(plan: StrategicPlan, parts: Parts) -> list[WheelMonth]:
    made = []
    for month in months_of(PlanKind(plan.kind), plan.year):
        steps = [
            (one, one.text if one.kind == WheelKind.OTHER else _step(one)) for one in parts.wheel if one.month == month
        ]
        running = sum(one.first_month <= month <= one.last_month and one.dropped_on is None for one in parts.measures)
        name = as_pattern(month, "MMMM") if plan.kind == PlanKind.YEAR else as_pattern(month, "MMMM y")
        made.append(WheelMonth(month, name, steps, running, month == today().replace(day=1)))
    return made


def _step(one: WheelStep) -> str:
    name = say(WHEEL_NAMES[WheelKind(one.kind)])
    return f"{name}: {one.text}" if one.text else name


def _below(plan: StrategicPlan, now: Mapping[int, Sums]) -> list[tuple[str, str, str, str, float, float]]:
    made = []
    for unit_id, name, needs, gaps, _critical, _vulnerable in plan.baseline.get("units", ()):
        found = now.get(unit_id)
        value = found.value(Figure.MET) if found else None
        before = per_cent(needs - gaps, needs)
        if found is None or value is None or before is None:
            continue  # closed meanwhile, or without needs then or now
        made.append(
            (
                name, with_unit(plain(round(before, 1)), "%"), with_unit(plain(value), "%"),
                f"{number(gaps)} → {number(found.gaps)}", before, value,
            )
        )  # fmt: skip
    return made


PART_ORDER = [(part, PART_NAMES[part]) for part in Part]
