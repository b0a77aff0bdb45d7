"""How many gaps each unit below one will have, month by month. No names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from flask import render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Reach
from competence.coverage.queries.places import Node, Tree
from competence.coverage.rules import SMALLEST_GROUP, Shift
from competence.coverage.small import hidden_shifts
from competence.coverage.views.figures import hides_small
from competence.forecast.queries.ground import MONTHS, end_of
from competence.forecast.queries.wide import UnitAhead, units_ahead
from competence.forecast.views.drawing import day_and_month, short_month
from competence.forecast.views.filters import LENGTHS, Filters, filters
from competence.foundation.clock import now, today
from competence.foundation.web import db


@dataclass(frozen=True)
class Field:
    """The figures of a unit on a day."""

    gaps: int
    critical: int
    vulnerable: int
    more: bool
    """More gaps than today."""


@dataclass(frozen=True)
class Row:
    """A unit of the table."""

    node: Node
    depth: int
    is_leaf: bool
    fields: tuple[Field, ...] | None
    """One for each day; None: so few share each of its shifts that its figures are hidden."""


def first_days(months: int) -> list[date]:
    """Today, and the first day of so many months that follow."""
    found = [today()]
    for _month in range(months):
        found.append(date(found[-1].year + found[-1].month // 12, found[-1].month % 12 + 1, 1))
    return found


def days_of(chosen: Filters) -> list[date]:
    """Today, the first days of the months, and among them the day that is asked for, unless the forecast ends before it."""
    asked = {chosen.on} if chosen.on is not None and chosen.on < end_of(MONTHS) else set()
    return sorted({*first_days(chosen.months), *asked})


@dataclass(frozen=True)
class UnitsAhead:
    """How many gaps each of the units will have on each of the days."""

    chosen: Filters
    days: list[date]
    rows: list[Row]
    hides: bool
    as_of: date | None


def units_ahead_of(units: Tree, node: Node, actor: Actor) -> UnitsAhead:
    """The unit and all below it."""
    chosen = filters()
    days = days_of(chosen)
    below = units.below(node)
    # As on a board: all units without units below them, and those above where people have fixed shifts.
    counted = {
        found.node.id: found
        for found in units_ahead(db.session, below, days)
        if units.is_leaf(found.node) or any(found.by_shift.values())
    }
    hides = hides_small(actor)
    return UnitsAhead(
        chosen, days, [_row(units, one, node, counted, hides=hides, days=len(days)) for one in below], hides,
        min((one.as_of for one in counted.values() if one.as_of), default=None),
    )  # fmt: skip


def units_page(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The table of the unit and all below it."""
    found = units_ahead_of(units, node, actor)
    chosen, days, rows = found.chosen, found.days, found.rows
    whole = rows[0].fields or ()
    return render_template(
        "forecast/units.html",
        node=node, rows=rows, days=days, chosen=chosen, lengths=LENGTHS, hides=found.hides, smallest=SMALLEST_GROUP,
        whole=whole, worst=max(range(len(whole)), key=lambda at: whole[at].gaps) if whole else 0,
        growing=growing(rows), as_of=found.as_of, asked_at=days.index(chosen.on) if chosen.on in days else None,
        furthest=end_of(MONTHS) - timedelta(days=1), day_and_month=day_and_month,
        above=units.way_to(node, within), updated=now(), short_month=short_month,
    )  # fmt: skip


def _row(units: Tree, one: Node, top: Node, counted: dict[int, UnitAhead], *, hides: bool, days: int) -> Row:
    total = np.zeros((3, days), dtype=np.int64)
    seen = False
    for place in units.below(one):
        found = counted.get(place.id)
        if found is None:
            continue
        hidden = hidden_shifts(found.by_shift) if hides else set()
        shifts = [shift for shift in Shift if shift not in hidden]
        if shifts:
            total = total + found.total(shifts)
            seen = True
    depth = one.path.count("/") - top.path.count("/")
    fields = tuple(
        Field(gaps, critical, vulnerable, gaps > int(total[0, 0])) for gaps, critical, vulnerable in total.T.tolist()
    )
    return Row(one, depth, units.is_leaf(one), fields if seen else None)


def growing(rows: Sequence[Row]) -> Row | None:
    """The unit without others below it whose gaps grow most to the last day; None where none grows."""
    able = [row for row in rows if row.is_leaf and row.fields and row.fields[-1].gaps > row.fields[0].gaps]
    return max(able, key=lambda row: row.fields[-1].gaps - row.fields[0].gaps if row.fields else 0, default=None)
