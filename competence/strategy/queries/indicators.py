"""The values of indicators over time, worked out from what the program knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import cast

from sqlalchemy import Table, func
from sqlalchemy.orm import Session

from competence.audit.models import EvidenceEvent
from competence.coverage.queries.places import Node, Tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.decision.queries import EMPLOYMENTS
from competence.figures.queries.kept import kept_of
from competence.figures.rules import Figure, Group, first_of, hidden
from competence.foundation.clock import add_months, local, today
from competence.foundation.orm import scoped
from competence.signoffs.queries import chunks
from competence.signoffs.rules import EventKind
from competence.strategy.models import PlanIndicator
from competence.strategy.queries.plans import Parts
from competence.strategy.queries.pulse import rounds_of
from competence.strategy.rules.indicators import (
    Indicator,
    Measured,
    Point,
    Works,
    headcount,
    measured,
    middle,
    turnover,
)

EVENTS = cast(Table, EvidenceEvent.__table__)
YEARS_SHOWN = 3
MONTHS_SHOWN = 12
AT_ONCE = 5000
FIRST_EVENTS = 6
"""Among so many events nearly everybody's first yes is found; the whole chain is read of the few others."""


def measured_of(session: Session, units: Tree, node: Node, parts: Parts) -> dict[int, Measured]:
    """Indicator -> its values over time: those that are worked out, and those that were typed in."""
    found: dict[Indicator, list[Point]] = {}
    staff = cache(partial(staffed, session, units, node))
    sources: Mapping[Indicator, Callable[[], list[Point]]] = {
        Indicator.DEVELOP: partial(develop_points, session, units, node),
        Indicator.TURNOVER: lambda: turnover_points(staff()),
        Indicator.COVERAGE: partial(coverage_points, session, node),
        Indicator.FIRST_SIGNATURE: lambda: signature_points(session, staff()),
    }
    for kind in {Indicator(one.kind) for one in parts.indicators}:
        found[kind] = sources[kind]() if kind in sources else []
    return {one.id: _measured(one, found[Indicator(one.kind)], parts) for one in parts.indicators}


def _measured(one: PlanIndicator, computed: Sequence[Point], parts: Parts) -> Measured:
    typed = [Point(value.measured_on, value.value, is_typed=True) for value in parts.values.get(one.id, ())]
    return measured(computed, typed, one.target, at_least=one.at_least)


def develop_points(session: Session, units: Tree, node: Node) -> list[Point]:
    """The share of each round of the pulse that is over and of which the unit's answers may be shown, by its last day."""
    points = []
    for one in rounds_of(session, units):
        result = one.results.get(node.id)
        if result is not None and result.can is not None:
            points.append(Point(one.ends - timedelta(days=1), result.can))
    return sorted(points)


def coverage_points(session: Session, node: Node) -> list[Point]:
    """The share of needs that were met, of each month of the last year that was kept."""
    kept = kept_of(session, [node.id], add_months(first_of(today()), -MONTHS_SHOWN))
    points = []
    for month, sums in kept.items():
        value = sums.value(Figure.MET)
        if value is not None:
            points.append(Point(min(add_months(month, 1) - timedelta(days=1), today()), value))
    return points


@dataclass(frozen=True)
class Staffed:
    """The employments of the last years, as they are counted in a unit."""

    works: Sequence[Works]
    is_small: bool
    """Whether so few work in the unit that nothing of its people is shown, or subtraction from the unit above would find them."""


def staffed(session: Session, units: Tree, node: Node) -> Staffed:
    """Every employment, externals left out; those outside the unit too, as whoever moves has not left."""
    inside = {one.id for one in units.below(node)}
    c, on = EMPLOYMENTS.c, today()
    rows = session.execute(
        scoped(session, EMPLOYMENTS, c.person_id, c.valid_from, c.valid_to, c.unit_id).where(
            ~c.is_external, c.valid_to.is_(None) | (c.valid_to > date(on.year - YEARS_SHOWN, 1, 1))
        )
    ).all()
    people: dict[int, set[int]] = {}
    for person, begins, ends, unit in rows:
        if begins <= on and (ends is None or on < ends):
            people.setdefault(unit, set()).add(person)

    def group(one: Node) -> Group:
        below = tuple(group(child) for child in units.children.get(one.id, ()))
        own = len(people.get(one.id, ()))
        return Group(one.id, own + sum(child.size for child in below), below, own if below else 0)

    small = hidden([group(one) for one in units.children.get(None, ())])
    works = [Works(person, begins, ends, unit in inside) for person, begins, ends, unit in rows]
    return Staffed(works, node.id in small or headcount(works, on) < SMALLEST_GROUP)


def turnover_points(staff: Staffed) -> list[Point]:
    """The turnover of each of the last years, the current one until today."""
    if staff.is_small:
        return []
    year = today().year
    points = []
    for one in range(year - YEARS_SHOWN + 1, year + 1):
        value = turnover(staff.works, one, on=today())
        if value is not None:
            points.append(Point(min(date(one, 12, 31), today()), value))
    return points


def _first_yes(session: Session, people: Sequence[int], *, within: int | None = None) -> dict[int, date]:
    """Person -> the day of the first signature she said yes to; those without one, `within` her first events, are left out."""
    found: dict[int, date] = {}
    c = EVENTS.c
    for some in chunks(sorted(people), AT_ONCE):
        wanted = (
            scoped(session, EVENTS, c.person_id, func.min(c.recorded_at))
            .where(c.person_id.in_(list(some)), c.kind == EventKind.ACCEPTED.value)
            .group_by(c.person_id)
        )
        for person, at in session.execute(wanted if within is None else wanted.where(c.seq <= within)):
            found[person] = local(at).date()
    return found


def signature_points(session: Session, staff: Staffed) -> list[Point]:
    """The median of each of the last years: days from a newcomer's first day to the first signature she said yes to."""
    if staff.is_small:
        return []
    first_days: dict[int, date] = {}
    inside: dict[int, bool] = {}
    for one in staff.works:
        if one.person_id not in first_days or one.begins < first_days[one.person_id]:
            first_days[one.person_id], inside[one.person_id] = one.begins, one.within
    since = date(today().year - YEARS_SHOWN + 1, 1, 1)
    new = [person for person, begins in first_days.items() if inside[person] and since <= begins <= today()]
    accepted = _first_yes(session, new, within=FIRST_EVENTS)
    accepted |= _first_yes(session, [person for person in new if person not in accepted])
    by_year: dict[int, list[int]] = {}
    for person in new:
        if person in accepted:
            begins = first_days[person]
            by_year.setdefault(begins.year, []).append(max(0, (accepted[person] - begins).days))
    points = []
    for year, days in sorted(by_year.items()):
        value = middle(days)
        if value is not None:
            points.append(Point(min(date(year, 12, 31), today()), value))
    return points
