"""The figures of many units on a day, live or kept: needs by subject area and shift, and what is counted with all below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from competence.coverage.heat import NOTHING, Field
from competence.coverage.queries.places import Node, Tree
from competence.figures.rules import Group, Sums, hidden

PARTS = ("needs", "gaps", "critical_gaps", "vulnerable")
Numbers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Look:
    """How units stand on a day, without names."""

    units: Tree
    nodes: tuple[Node, ...]
    """The units that were asked about and all below them, from the top down."""
    areas: tuple[tuple[int, str], ...]
    """(id, name) of the subject areas, in the catalogue's order."""
    numbers: Numbers
    """Units x areas x shifts x `PARTS`: each unit's own needs."""
    places: frozenset[int]
    """The units with needs of their own that count."""
    sums: Mapping[int, Sums]
    """Unit -> with all below it."""
    own_people: Mapping[int, int]
    on: date
    """The day that the figures are of."""
    as_of: date | None = None
    """The day of the stored answers, where it is not that one."""
    unplanned: Mapping[int, int] | None = None
    """Task -> signatures that lapse soon without a plan; None: not kept."""

    @cached_property
    def _at(self) -> dict[int, int]:
        return {node.id: at for at, node in enumerate(self.nodes)}

    @cached_property
    def _whole(self) -> Numbers:
        """Units x areas x `PARTS`, each unit with all below it."""
        found: Numbers = self.numbers.sum(axis=2)
        for node in reversed(self.nodes):
            parent = self._at.get(node.parent_id or 0)
            if parent is not None:
                found[parent] += found[self._at[node.id]]
        return found

    @cached_property
    def shown_areas(self) -> list[tuple[int, str]]:
        """The areas in which anything is needed."""
        asked = self.numbers[:, :, :, 0].sum(axis=(0, 2))
        return [area for area, needs in zip(self.areas, asked.tolist(), strict=True) if needs]

    def fields(self, node: Node) -> dict[int, Field]:
        """Area -> how the unit stands in it with all below it, for areas in which it needs anything."""
        rows: list[list[int]] = self._whole[self._at[node.id]].tolist()
        return {area: Field(*row) for (area, _name), row in zip(self.areas, rows, strict=True) if row[0]}

    def by_shift(self, node: Node, area_id: int) -> list[Field]:
        """How the unit itself stands in the area on each shift."""
        at = [area for area, _name in self.areas].index(area_id)
        rows: list[list[int]] = self.numbers[self._at[node.id], at].tolist()
        return [Field(*row) for row in rows]

    def shifts_of(self, area_id: int) -> list[int]:
        """Gaps in the area on each shift, all units together."""
        at = [area for area, _name in self.areas].index(area_id)
        found: list[int] = self.numbers[:, at, :, 1].sum(axis=0).tolist()
        return found

    def whole(self, node: Node) -> Field:
        """All areas together."""
        return field_of(self.sums[node.id])

    def leaves(self, node: Node) -> list[Node]:
        """The units with needs of their own in the unit: itself, or those below it."""
        return [one for one in self.units.below(node) if one.id in self.places]

    def together(self, some: Iterable[Node]) -> Sums:
        """Several units' sums as one's."""
        return sum((self.sums[node.id] for node in some), Sums())

    def rows(self, tops: Sequence[Node]) -> dict[int, Field]:
        """Area -> all of the units together."""
        found: dict[int, Field] = {}
        for top in tops:
            for area, field in self.fields(top).items():
                found[area] = found.get(area, NOTHING) + field
        return found

    def too_small(self, tops: Sequence[Node]) -> frozenset[int]:
        """The units about whose people nothing is shown to those who see numbers only."""
        return hidden([self._group(top) for top in tops])

    def _group(self, node: Node) -> Group:
        below = [one for one in self.units.children.get(node.id, ()) if one.id in self.sums]
        own = self.own_people.get(node.id, 0) if below else 0
        return Group(node.id, self.sums[node.id].people, tuple(self._group(one) for one in below), own)


def field_of(sums: Sums) -> Field:
    """The sums as a field of the heat map."""
    return Field(sums.needs, sums.gaps, sums.critical_gaps, sums.vulnerable)


def with_below(nodes: Sequence[Node], own: Mapping[int, Sums]) -> dict[int, Sums]:
    """Unit -> its own sums and those of all below it; `nodes` from the top down."""
    found = {node.id: own.get(node.id, Sums()) for node in nodes}
    for node in reversed(nodes):
        if node.parent_id in found:
            found[node.parent_id] += found[node.id]
    return found
