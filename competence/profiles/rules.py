"""How far somebody is in a competence profile: a level in each area, and what the next one asks for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A task that a profile level asks for."""

    area: str
    level: int
    """Rank on the profile scale."""
    task_id: int
    practice_level: int
    """Rank on the practice scale."""
    position: int = 0

    def met(self, held: Mapping[int, int]) -> bool:
        """Whether the task is held at the level asked for, or above."""
        return held.get(self.task_id, 0) >= self.practice_level


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in an area (or in the whole profile)."""

    level: int
    """The highest profile level whose tasks are all held, the lower levels' included; 0 = not yet the first."""
    following: int | None
    """The next level; None when there is none above."""
    steps: tuple[Asked, ...] = ()
    """What the next level asks for and the levels below it did not, in order."""
    missing: tuple[Asked, ...] = ()
    """What is still to be held for the next level, what a lower level asks for included."""

    @property
    def done(self) -> int:
        """How many of the next level's own steps are held."""
        lacking = set(self.missing)
        return sum(1 for step in self.steps if step not in lacking)


def profile_level(asked: Iterable[Asked], held: Mapping[int, int]) -> Standing:
    """The standing in what is asked for. `held`: task -> practice level held, 0 or absent = not held.

    Levels add up: the second is reached only when all of the first is held too. Source: product.md, "The words"; a
    level without tasks of its own is reached with the one below it.
    """
    wanted = sorted(asked, key=lambda one: (one.level, one.position, one.task_id))
    reached = 0
    for level in sorted({one.level for one in wanted}):
        own = _strictest(one for one in wanted if one.level <= level)
        lacking = tuple(one for one in own if not one.met(held))
        if lacking:
            steps = tuple(one for one in wanted if one.level == level)
            return Standing(level - 1, level, steps, lacking)
        reached = level
    return Standing(reached, None)


def _strictest(asked: Iterable[Asked]) -> Sequence[Asked]:
    """Each task once, at the highest practice level that is asked of it."""
    by_task: dict[int, Asked] = {}
    for one in asked:
        known = by_task.get(one.task_id)
        if known is None or one.practice_level > known.practice_level:
            by_task[one.task_id] = one
    return sorted(by_task.values(), key=lambda one: (one.level, one.position, one.task_id))


def by_area(asked: Iterable[Asked], held: Mapping[int, int]) -> dict[str, Standing]:
    """Area -> the standing in it, areas in their order."""
    areas: dict[str, list[Asked]] = {}
    for one in asked:
        areas.setdefault(one.area, []).append(one)
    return {area: profile_level(some, held) for area, some in areas.items()}
