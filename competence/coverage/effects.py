"""What another version of the matrix does to people and teams. Pure: answers before and after come in, effects come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from competence.coverage.rules import DayKind, Shift, Status, status
from competence.decision.rules import Answer, State
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.text import N_


class Kind(StrEnum):
    """What happens to somebody and a task, in the order in which a reader needs it."""

    LOSES = "loses"
    LOW = "low"
    KEEPS = "keeps"
    GAINS = "gains"
    OPENS = "opens"
    CLOSES = "closes"
    MUST = "must"


KIND_NAMES: Mapping[Kind, str] = {
    Kind.LOSES: N_("may do it today and no longer may"),
    Kind.LOW: N_("may do it today; the level is too low for the new version"),
    Kind.KEEPS: N_("would have lost it and keeps it for a time"),
    Kind.GAINS: N_("may do it at once"),
    Kind.OPENS: N_("can come to do it after training"),
    Kind.CLOSES: N_("can no longer come to do it"),
    Kind.MUST: N_("must be trained"),
}


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that says something else."""

    task_id: int
    task: str
    area: str
    group_id: int
    group: str
    before: CellTerms
    after: CellTerms


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody for whom something changes."""

    kind: Kind
    employment_id: int
    person_id: int
    unit_id: int
    group_id: int
    task_id: int
    before: int
    """The level she may do it at on the first day under the version before; 0 = may not."""
    after: int
    times: int = 0
    """Observed times that are still to be seen before a signature."""


@dataclass(frozen=True, slots=True)
class GapChange:
    """A shift of a unit that stands otherwise: a gap opens or closes, or it becomes or is no longer vulnerable."""

    unit_id: int
    task_id: int
    shift: Shift
    days: DayKind
    need: int
    before: int
    after: int

    @property
    def opens(self) -> bool:
        """Whether it becomes a gap."""
        return self._stands(self.after) is Status.GAP and self._stands(self.before) is not Status.GAP

    @property
    def closes(self) -> bool:
        """Whether it is a gap no longer."""
        return self._stands(self.before) is Status.GAP and self._stands(self.after) is not Status.GAP

    @property
    def vulnerable(self) -> int:
        """1 when it becomes vulnerable, -1 when it is so no longer, else 0."""
        return (self._stands(self.after) is Status.VULNERABLE) - (self._stands(self.before) is Status.VULNERABLE)

    def _stands(self, have: int) -> Status:
        return status(have, self.need)


@dataclass(frozen=True, slots=True)
class Had:
    """What somebody holds a task by on the first day, under the version before."""

    level: int
    """For all citizens, or for those that are named; 0 = may not."""
    cell: CellTerms


def kinds_of(before: Had, after: Answer) -> frozenset[Kind]:
    """What the new version does to somebody, by what she had and the rule's answer on its first day."""
    found: set[Kind] = set()
    had, has = before.level, after.level or after.named_level
    if had and not has:
        found.add(Kind.LOW if after.state is State.LOW else Kind.LOSES)
    elif has and not had:
        found.add(Kind.GAINS)
    elif had and after.cell.version == before.cell.version:  # judged by the terms of the version before
        found.add(Kind.KEEPS)
    elif after.cell.entitles and not before.cell.entitles:
        found.add(Kind.OPENS)
    elif before.cell.entitles and not after.cell.entitles:
        found.add(Kind.CLOSES)
    if after.cell.rule is CellRule.MUST and not has and before.cell.rule is not CellRule.MUST:
        found.add(Kind.MUST)
    return frozenset(found)
