"""All of today's gaps in the units within reach, from the compact answers: without names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.wide import UnitCounts, unit_counts
from competence.coverage.rules import Count, Shift, Status
from competence.foundation.clock import today


@dataclass(frozen=True, slots=True)
class TodaysGap:
    """A task that fewer of a shift's fixed people may do than are needed today."""

    task: BoardTask
    shift: Shift
    count: Count


@dataclass(frozen=True)
class UnitGaps:
    """A unit with its gaps, in the order of the shifts, critical tasks first."""

    unit: Node
    gaps: tuple[TodaysGap, ...]
    by_shift: dict[Shift, int]
    """How many people have the shift as theirs: figures about few are not for everybody."""


@dataclass(frozen=True)
class GapsToday:
    """The units that have gaps today, in the order of the tree."""

    units: tuple[UnitGaps, ...]
    as_of: date | None
    """The day the figures were made for, when they are not today's."""


def gaps_today(
    session: Session, units: Tree, nodes: Sequence[Node], *, shifts: Sequence[Shift] = tuple(Shift)
) -> GapsToday:
    """Today's gaps of the units where people work, on those of the shifts that are asked about, in their order."""
    tasks = {task.id: (at, task) for at, task in enumerate(tasks_on(session, today()))}
    counted = [
        one for one in unit_counts(session, units, nodes) if units.is_leaf(one.node) or any(one.by_shift.values())
    ]
    found = []
    for one in counted:
        gaps = sorted(
            (
                (
                    shifts.index(shift),
                    not tasks[task_id][1].critical,
                    -count.missing,
                    tasks[task_id][0],
                    task_id,
                    shift,
                    count,
                )
                for task_id, shift, count in _short(one)
                if shift in shifts and task_id in tasks
            ),
            key=lambda gap: gap[:4],
        )
        if gaps:
            found.append(
                UnitGaps(
                    one.node,
                    tuple(TodaysGap(tasks[task_id][1], shift, count) for *_order, task_id, shift, count in gaps),
                    dict(one.by_shift),
                )
            )
    return GapsToday(tuple(found), min((one.as_of for one in counted if one.as_of), default=None))


def _short(one: UnitCounts) -> list[tuple[int, Shift, Count]]:
    counts = [
        (task_id, shift, Count(one.have[task_id, shift], stated.need.need))
        for (task_id, shift), stated in one.needs.items()
    ]
    return [(task_id, shift, count) for task_id, shift, count in counts if count.status is Status.GAP]
