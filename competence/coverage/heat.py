"""How fields of an overview stand: how many of the needs in a subject area are met, over one unit or many. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from competence.coverage.rules import Shift, Stated, Status, status


@dataclass(frozen=True, slots=True)
class Field:
    """Needs that are looked at together."""

    needs: int = 0
    gaps: int = 0
    critical_gaps: int = 0
    """Those of the gaps that are in critical tasks."""
    vulnerable: int = 0

    def __add__(self, other: "Field") -> "Field":
        """Both together."""
        return Field(
            self.needs + other.needs,
            self.gaps + other.gaps,
            self.critical_gaps + other.critical_gaps,
            self.vulnerable + other.vulnerable,
        )

    @property
    def met(self) -> float:
        """Per cent of the needs that are met; 100 where nothing is needed."""
        return 100 * (self.needs - self.gaps) / self.needs if self.needs else 100.0

    @property
    def whole_met(self) -> int:
        """The same without decimals: 100 is said of what is met to the last one only, 0 where none is."""
        return min(round(self.met), 99) if self.gaps else 100

    @property
    def heat(self) -> int:
        """1 covered, 2 covered but vulnerable, 3 one gap, 4 one gap in a critical task, 5 two gaps or more."""
        if self.gaps > 1:
            return 5
        if self.gaps:
            return 4 if self.critical_gaps else 3
        return 2 if self.vulnerable else 1


NOTHING = Field()


def total(fields: Iterable[Field]) -> Field:
    """All of them together."""
    return sum(fields, NOTHING)


def by_area(
    have: Mapping[tuple[int, Shift], int],
    needs: Mapping[tuple[int, Shift], Stated],
    areas: Mapping[int, int],
    critical: Collection[int],
) -> dict[int, Field]:
    """Area -> how a unit stands in it; areas in which it needs nothing are left out. `areas`: task -> its area."""
    sums: dict[int, list[int]] = {}
    for key, stated in needs.items():
        stands = status(have[key], stated.need.need)
        if stands is Status.NO_NEED:
            continue
        task = key[0]
        one = sums.setdefault(areas[task], [0, 0, 0, 0])
        one[0] += 1
        if stands is Status.GAP:
            one[1] += 1
            one[2] += task in critical
        elif stands is Status.VULNERABLE:
            one[3] += 1
    return {area: Field(*one) for area, one in sums.items()}
