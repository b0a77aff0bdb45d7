"""The figures of past months, as they were kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, bindparam, func
from sqlalchemy.orm import Session

from competence.catalogue.models import Area
from competence.coverage import many
from competence.coverage.queries.places import Node, Tree, tree
from competence.figures.look import PARTS, Look
from competence.figures.models import FigureTarget, UnitSnapshot
from competence.figures.rules import Figure, Sums
from competence.foundation.orm import execute, scoped, several, standing

SNAPSHOTS = cast(Table, UnitSnapshot.__table__)
TARGETS = cast(Table, FigureTarget.__table__)
AREAS = cast(Table, Area.__table__)

_S = SNAPSHOTS.c
_NUMBERS = (
    _S.needs, _S.gaps, _S.critical_gaps, _S.vulnerable, _S.planned, _S.people, _S.expiring, _S.renewing, _S.waiting, _S.waits
)  # fmt: skip
_OF_UNITS = standing(SNAPSHOTS, _S.month, _S.unit_id, *_NUMBERS).where(
    _S.unit_id.in_(several("units")), _S.month >= bindparam("first")
)
_MONTH = standing(SNAPSHOTS, _S.unit_id, _S.own_people, _S.is_place, _S.fields, _S.made_for, *_NUMBERS).where(
    _S.month == bindparam("month")
)
_MONTHS = standing(SNAPSHOTS, _S.month, func.max(_S.made_for)).group_by(_S.month).order_by(_S.month)
_WITHOUT_GAPS = standing(SNAPSHOTS, _S.unit_id, _S.month).where(
    _S.unit_id.in_(several("units")), _S.month >= bindparam("first"), _S.needs > 0, _S.gaps == 0
)


def _sums(row: Sequence[Any]) -> Sums:
    *numbers, waits = row
    needs, gaps, critical, vulnerable, planned, people, expiring, renewing, waiting = numbers
    return Sums(needs, gaps, critical, vulnerable, planned, people, expiring, renewing, waiting, tuple(waits))


def months_kept(session: Session) -> dict[date, date]:
    """Month -> the day that its figures are of, the oldest first."""
    return {row.month: row[1] for row in execute(session, _MONTHS)}


def kept_of(session: Session, unit_ids: Sequence[int], first: date) -> dict[date, Sums]:
    """Month -> the units together, of the months from `first` on in which all of them were kept."""
    found: dict[date, dict[int, Sums]] = {}
    for month, unit_id, *numbers in execute(session, _OF_UNITS, units=list(unit_ids), first=first):
        found.setdefault(month, {})[unit_id] = _sums(numbers)
    return {
        month: sum(by_unit.values(), Sums())
        for month, by_unit in sorted(found.items())
        if len(by_unit) == len(set(unit_ids))
    }


def look_kept(session: Session, tops: Sequence[Node], month: date) -> Look | None:
    """How the units and all below them stood in the month, as the tree was then; None when nothing was kept."""
    rows = {row.unit_id: row for row in execute(session, _MONTH, month=month)}
    if not all(top.id in rows for top in tops):
        return None
    on = max(row.made_for for row in rows.values())
    units: Tree = tree(session, on=on)
    nodes = tuple(
        node for top in tops if top.id in units.by_id for node in units.below(units.by_id[top.id]) if node.id in rows
    )
    areas = tuple(
        (row.id, row.name)
        for row in session.execute(
            scoped(session, AREAS, AREAS.c.id, AREAS.c.name).order_by(AREAS.c.position, AREAS.c.id)
        )
    )
    place = {area: at for at, (area, _name) in enumerate(areas)}
    numbers = np.zeros((len(nodes), len(areas), len(many.SHIFTS), len(PARTS)), dtype=np.intp)
    for at, node in enumerate(nodes):
        for area, shifts in rows[node.id].fields.items():
            if int(area) in place:
                numbers[at, place[int(area)]] = shifts
    return Look(
        units, nodes, areas, numbers, frozenset(node.id for node in nodes if rows[node.id].is_place),
        {node.id: _sums(rows[node.id][5:]) for node in nodes}, {node.id: rows[node.id].own_people for node in nodes}, on,
    )  # fmt: skip


def without_gaps(session: Session, unit_ids: Sequence[int], first: date) -> dict[int, set[date]]:
    """Unit -> the months from `first` on in which it had needs and no gap."""
    found: dict[int, set[date]] = {}
    for unit_id, month in execute(session, _WITHOUT_GAPS, units=list(unit_ids), first=first):
        found.setdefault(unit_id, set()).add(month)
    return found


def targets(session: Session) -> dict[Figure, int]:
    """What the municipality aims at."""
    rows = session.execute(scoped(session, TARGETS, TARGETS.c.figure, TARGETS.c.value))
    return {Figure(row.figure): row.value for row in rows}
