"""How far somebody is in a competence profile, what a profile says, and how two versions of it differ. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace


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


def strictest_of_each(asked: Iterable[Asked]) -> list[Asked]:
    """The same with each task once in an area and level, at the highest practice level: levels may have become one."""
    found: dict[tuple[str, int, int], Asked] = {}
    for one in asked:
        key = (one.area, one.level, one.task_id)
        if key not in found or one.practice_level > found[key].practice_level:
            found[key] = one
    return list(found.values())


def by_area(asked: Iterable[Asked], held: Mapping[int, int]) -> dict[str, Standing]:
    """Area -> the standing in it, areas in their order."""
    areas: dict[str, list[Asked]] = {}
    for one in asked:
        areas.setdefault(one.area, []).append(one)
    return {area: profile_level(some, held) for area, some in areas.items()}


@dataclass(frozen=True, slots=True)
class Expected:
    """One sentence of what is expected in an area at a profile level."""

    area: str
    level: int
    text: str
    position: int = 0
    source: str = ""


@dataclass(frozen=True)
class AreaLevel:
    """What a profile says of an area at one level."""

    level: int
    statements: tuple[Expected, ...]
    tasks: tuple[Asked, ...]


@dataclass(frozen=True)
class Content:
    """All that one version of a profile says, in its order."""

    statements: tuple[Expected, ...] = ()
    tasks: tuple[Asked, ...] = ()
    purpose: str = ""
    responsibilities: str = ""

    @property
    def _rows(self) -> tuple[Expected | Asked, ...]:
        return (*self.statements, *self.tasks)

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas in their order."""
        places: dict[str, int] = {}
        for one in self._rows:
            places[one.area] = min(places.get(one.area, one.position), one.position)
        return tuple(sorted(places, key=lambda area: (places[area], area)))

    def of(self, area: str, level: int) -> AreaLevel:
        """What is said of the area at the level; empty when nothing is."""
        return AreaLevel(
            level,
            tuple(one for one in self.statements if (one.area, one.level) == (area, level)),
            tuple(one for one in self.tasks if (one.area, one.level) == (area, level)),
        )

    def levels(self, area: str) -> tuple[AreaLevel, ...]:
        """The levels of the area that say something, the lowest first."""
        ranks = sorted({one.level for one in self._rows if one.area == area})
        return tuple(self.of(area, rank) for rank in ranks)

    @property
    def duties(self) -> tuple[str, ...]:
        """The responsibilities, one by one."""
        return tuple(line for line in self.responsibilities.splitlines() if line.strip())

    def mark(self, area: str | None = None) -> str:
        """A short mark of what is said (of the area, if one is named): another mark, another text. For stale forms."""
        said = [
            sorted((e.area, e.level, e.text) for e in self.statements if area in (None, e.area)),
            sorted((t.area, t.level, t.task_id, t.practice_level) for t in self.tasks if area in (None, t.area)),
        ]
        texts = [self.purpose, self.responsibilities] if area is None else []
        return hashlib.sha256(json.dumps([said, texts]).encode()).hexdigest()[:16]

    @property
    def texts_mark(self) -> str:
        """The same for purpose and responsibilities alone."""
        return hashlib.sha256(json.dumps([self.purpose, self.responsibilities]).encode()).hexdigest()[:16]


def rescaled(
    said: Content, profile: Callable[[int], int], practice: Callable[[int], int]
) -> tuple[Content, Mapping[Asked, int]]:
    """(what is said with its levels read otherwise, each thing asked for -> the practice rank that it was before).

    Levels may become one: a task that then stands twice in an area and level is asked for at the higher practice level.
    """
    came_from: dict[Asked, int] = {}
    for one in said.tasks:
        read = replace(one, level=profile(one.level), practice_level=practice(one.practice_level))
        came_from[read] = max(came_from.get(read, 0), one.practice_level)
    kept = strictest_of_each(came_from)
    statements = dict.fromkeys(replace(one, level=profile(one.level)) for one in said.statements)
    return replace(said, statements=tuple(statements), tasks=tuple(kept)), {one: came_from[one] for one in kept}


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement or a task in two versions; None where a version does not have it."""

    before: Expected | Asked | None
    after: Expected | Asked | None

    @property
    def changed(self) -> bool:
        """Whether the versions differ: only one has it, or it is asked for at another practice level."""
        if self.before is None or self.after is None:
            return True
        levels = [one.practice_level for one in (self.before, self.after) if isinstance(one, Asked)]
        return len(set(levels)) > 1


@dataclass(frozen=True)
class Compared:
    """One area at one level in two versions."""

    area: str
    level: int
    statements: tuple[Pair, ...]
    tasks: tuple[Pair, ...]

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return any(pair.changed for pair in (*self.statements, *self.tasks))


def compare(before: Content, after: Content) -> tuple[Compared, ...]:
    """Area by area and level by level what both versions say, side by side: first in the order of the later version."""
    areas = dict.fromkeys((*after.areas, *before.areas))
    found = []
    for area in areas:
        levels = {one.level for one in (*before.levels(area), *after.levels(area))}
        for level in sorted(levels):
            old, new = before.of(area, level), after.of(area, level)
            found.append(
                Compared(
                    area,
                    level,
                    _pairs({one.text: one for one in old.statements}, {one.text: one for one in new.statements}),
                    _pairs({one.task_id: one for one in old.tasks}, {one.task_id: one for one in new.tasks}),
                )
            )
    return tuple(found)


def _pairs(old: Mapping[object, Expected | Asked], new: Mapping[object, Expected | Asked]) -> tuple[Pair, ...]:
    keys = dict.fromkeys((*new, *old))
    return tuple(Pair(old.get(key), new.get(key)) for key in keys)
