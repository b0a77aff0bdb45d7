"""Two versions side by side: what was added, taken away and changed, cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from competence.delegation.queries.drafts import AREAS
from competence.delegation.queries.reading import Column, ReadVersion, both_ways, cells_in, staff_groups
from competence.delegation.queries.terms import TASKS
from competence.delegation.rules import CellTerms
from competence.foundation.orm import scoped


class Difference(StrEnum):
    """How a cell of the later version stands to the earlier one's."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class DifferenceLine:
    """A cell that reads otherwise."""

    kind: Difference
    area_id: int
    area: str
    task_id: int
    task: str
    group: Column
    before: CellTerms | None
    after: CellTerms | None
    meant: tuple[CellTerms, CellTerms] | None
    """Both on the scale of the later day, when both are there: what they mean, side by side."""


def compare(
    session: Session, one: ReadVersion, other: ReadVersion, *, area_id: int | None = None, group_id: int | None = None
) -> Sequence[DifferenceLine]:
    """What `other` says otherwise than `one`, by area, task and staff group; of the area and the group only."""
    was, now, groups = cells_in(session, one), cells_in(session, other), staff_groups(session)
    forward, back = both_ways(session, one.asked_on, other.asked_on)
    tasks = scoped(session, TASKS, TASKS.c.id, TASKS.c.name, TASKS.c.area_id, AREAS.c.name.label("area")).join(
        AREAS, (AREAS.c.municipality_id == TASKS.c.municipality_id) & (AREAS.c.id == TASKS.c.area_id)
    )
    if area_id is not None:
        tasks = tasks.where(TASKS.c.area_id == area_id)
    lines = []
    for task in session.execute(
        tasks.order_by(AREAS.c.position, AREAS.c.name, AREAS.c.id, TASKS.c.position, TASKS.c.id)
    ):
        for group in groups.values():
            if group_id is not None and group.id != group_id:
                continue
            before, after = was.get((task.id, group.id)), now.get((task.id, group.id))
            meant = (before.through(forward), after.through(back)) if before and after else None
            kind = _kind(before, after, meant)
            if kind is not None:
                lines.append(
                    DifferenceLine(kind, task.area_id, task.area, task.id, task.name, group, before, after, meant)
                )
    return lines


def _kind(
    before: CellTerms | None, after: CellTerms | None, meant: tuple[CellTerms, CellTerms] | None
) -> Difference | None:
    if meant is None:
        return Difference.REMOVED if before else Difference.ADDED if after else None
    was, now = meant
    return None if replace(was, version=0, levels=()) == replace(now, version=0, levels=()) else Difference.CHANGED
