"""How many hours of learning were done in a time, by unit, of groups that are not too small to be told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, bindparam, func
from sqlalchemy.orm import Session

from competence.coverage.queries.places import Node, Tree
from competence.decision.queries import EMPLOYMENTS
from competence.figures.rules import Group, hidden
from competence.foundation.orm import execute, standing
from competence.learning.models import PlannedActivity
from competence.learning.rules import Balance, Part

PLANNED = cast(Table, PlannedActivity.__table__)


@dataclass(frozen=True)
class Learnt:
    """What was done of what the employees had said yes to."""

    minutes: Mapping[int, Mapping[Part, int]]
    """Unit -> with all below it; a unit of which nothing is told is left out, as is one where nothing was done."""
    hidden: frozenset[int]
    """The units of which nothing is told: too few there have done something, or they would be found by subtraction."""

    def of(self, units: Sequence[Node]) -> Balance | None:
        """Of the units together; None where anything is hidden, or nothing was done."""
        if any(one.id in self.hidden for one in units):
            return None
        found = Balance({part: sum(self.minutes.get(one.id, {}).get(part, 0) for one in units) for part in Part})
        return found if found.total else None

    def per_head(self, unit: Node, people: int) -> float | None:
        """Hours for each employee of the unit; None where they are hidden or nobody works there."""
        found = self.of([unit])
        return found.total / 60 / people if found is not None and people else None


def learnt(session: Session, units: Tree, outer: Sequence[Node], first: date, until: date) -> Learnt:
    """What was done from `first` on and before `until`. `outer`: the outermost units that the reader sees figures of."""
    minutes: dict[int, dict[Part, int]] = {}
    doers: dict[int, set[int]] = {}
    own: dict[int, set[int]] = {}
    for row in execute(session, _DONE, first=first, until=until).all():
        at = units.by_id.get(row.unit_id)
        own.setdefault(row.unit_id, set()).add(row.person_id)
        while at is not None:
            doers.setdefault(at.id, set()).add(row.person_id)
            sums = minutes.setdefault(at.id, {})
            sums[Part(row.part)] = sums.get(Part(row.part), 0) + int(row.minutes)
            at = units.by_id.get(at.parent_id or 0)

    def group(node: Node) -> Group:
        below = [one for one in units.children.get(node.id, ()) if one.id in doers]
        alone = len(own.get(node.id, ())) if below else 0
        return Group(node.id, len(doers.get(node.id, ())), tuple(map(group, below)), alone)

    unseen = hidden([group(one) for one in outer])
    return Learnt({unit: sums for unit, sums in minutes.items() if unit not in unseen}, unseen)


_DONE = (
    standing(PLANNED, EMPLOYMENTS.c.unit_id, EMPLOYMENTS.c.person_id, PLANNED.c.part,
             func.sum(PLANNED.c.minutes).label("minutes"))
    .join(EMPLOYMENTS, (EMPLOYMENTS.c.municipality_id == PLANNED.c.municipality_id) & (EMPLOYMENTS.c.id == PLANNED.c.employment_id))
    .where(
        PLANNED.c.yes_on.is_not(None), PLANNED.c.dropped_on.is_(None), PLANNED.c.done_on >= bindparam("first"),
        PLANNED.c.done_on < bindparam("until"),
    )
    .group_by(EMPLOYMENTS.c.unit_id, EMPLOYMENTS.c.person_id, PLANNED.c.part)
)  # fmt: skip
