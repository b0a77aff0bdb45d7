"""How far somebody is on a path, and which paths lead where. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from competence.access.rules import Role
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence

MOST_STEPS = 40
MOST_WEEKS = 208
MOST_WORDS = 200
MOST_ABOUT = 2000
DEEPEST = 3
"""So many paths after each other the map shows."""


class StepKind(StrEnum):
    """What a step asks for."""

    TASK = "task"
    LEVEL = "level"
    """A profile level in an area."""
    ACTIVITY = "activity"
    GATE = "gate"
    """A course, dialogue or practice check of the catalogue."""


STEP_NAMES: Mapping[StepKind, str] = {
    StepKind.TASK: N_("A task at a level"),
    StepKind.LEVEL: N_("A profile level"),
    StepKind.ACTIVITY: N_("An activity"),
    StepKind.GATE: N_("A course, dialogue or check"),
}

SEEN_FOR: Mapping[Role, str] = {
    Role.GUIDE: N_("Learning guide"),
    Role.DEVELOPMENT_NURSE: N_("Development nurse"),
    Role.LEADER: N_("Leader of a team"),
}
"""The roles for which somebody can say that she would like to be seen."""


@dataclass(frozen=True)
class Step:
    """One step of a path."""

    id: int
    kind: StepKind
    weeks: int = 0
    """How long it usually takes."""
    waits: bool = False
    """Whether it begins only when all before it are in place."""
    task_id: int | None = None
    level: int | None = None
    """Rank: on the practice scale for a task, on the profile scale for a profile level."""
    staff_group_id: int | None = None
    """Whose profile a level is in."""
    area: str = ""
    """Of the profile; "" for the whole of it."""
    activity_id: int | None = None
    gate: str = ""
    """The code of the course, dialogue or check."""


@dataclass(frozen=True)
class Known:
    """What is known of a person, as far as steps ask for it."""

    held: Mapping[int, int] = field(default_factory=dict)
    """Task -> the practice level at which she may do it today."""
    levels: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """(staff group, area) -> the profile level that she has reached in it."""
    done: frozenset[int] = frozenset()
    """The activities of the list that she has done."""
    passed: frozenset[str] = frozenset()
    """The codes of the courses, dialogues and checks that she has passed."""


def is_in_place(step: Step, known: Known) -> bool:
    """Whether what the step asks for is there: computed from what is held and done, never typed."""
    match step.kind:
        case StepKind.TASK:
            return known.held.get(step.task_id or 0, 0) >= (step.level or 1)
        case StepKind.LEVEL:
            return known.levels.get((step.staff_group_id or 0, step.area), 0) >= (step.level or 1)
        case StepKind.ACTIVITY:
            return step.activity_id in known.done
        case StepKind.GATE:
            return step.gate in known.passed


@dataclass(frozen=True)
class Walked:
    """How far somebody is on a path."""

    in_place: tuple[bool, ...]
    """For each step, in order."""
    open: tuple[bool, ...]
    """For each step: whether it is not in place, and can be begun."""
    weeks_left: int
    """What the steps that are not in place usually take, together."""

    @property
    def done(self) -> int:
        """How many steps are in place."""
        return sum(self.in_place)

    @property
    def complete(self) -> bool:
        """Whether all are."""
        return all(self.in_place)

    @property
    def following(self) -> int | None:
        """The place of the first step that is not in place; None when all are."""
        return next((at for at, there in enumerate(self.in_place) if not there), None)


def walked(steps: Sequence[Step], known: Known) -> Walked:
    """How far the person is."""
    there = tuple(is_in_place(step, known) for step in steps)
    open_ = tuple(not there[at] and (not step.waits or all(there[:at])) for at, step in enumerate(steps))
    left = sum(step.weeks for step, is_there in zip(steps, there, strict=True) if not is_there)
    return Walked(there, open_, left)


def check_step(step: Step, *, steps: int) -> None:
    """Nothing. RuleBroken when the step says nothing, or the path has as many as it can have."""
    if steps >= MOST_STEPS:
        raise RuleBroken(sentence(N_("A path has at most %(most)s steps."), most=MOST_STEPS))
    if not 0 <= step.weeks <= MOST_WEEKS:
        raise RuleBroken(
            sentence(N_("Write the weeks as a number, from 0 to %(most)s."), most=MOST_WEEKS), field="weeks"
        )
    missing = {
        StepKind.TASK: (step.task_id is None, N_("Choose a task."), "task"),
        StepKind.LEVEL: (step.staff_group_id is None, N_("Choose whose profile it is."), "staff_group"),
        StepKind.ACTIVITY: (step.activity_id is None, N_("Choose an activity."), "activity"),
        StepKind.GATE: (not step.gate, N_("Choose a course, dialogue or check."), "gate"),
    }
    lacks, words, name = missing[step.kind]
    if lacks:
        raise RuleBroken(sentence(words), field=name)
    if step.kind in (StepKind.TASK, StepKind.LEVEL) and not step.level:
        raise RuleBroken(sentence(N_("Choose a level.")), field="level")


# The map of where paths lead.


@dataclass(frozen=True)
class Way:
    """A path, as the map sees it."""

    path_id: int
    name: str
    from_groups: frozenset[int]
    """Staff groups for which it is; empty: for all of them."""
    to_group: int | None
    leads_to: str
    weeks: int


@dataclass(frozen=True)
class Node:
    """Something on the map: a staff group or an aim, or a path between two."""

    key: str
    label: str
    column: int
    row: int
    path_id: int = 0
    """Of a path; 0: a staff group or an aim."""


@dataclass(frozen=True)
class CareerMap:
    """Which paths lead where: columns of groups and aims, with the paths between."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]
    """(from, to) as places among the nodes."""

    @property
    def columns(self) -> int:
        """How many there are."""
        return 1 + max((node.column for node in self.nodes), default=-1)

    @property
    def rows(self) -> int:
        """How many the longest column has."""
        return 1 + max((node.row for node in self.nodes), default=-1)


def career_map(ways: Iterable[Way], start: Iterable[int], groups: Mapping[int, str]) -> CareerMap:
    """The map from the staff groups `start` on, over at most three paths after each other. Each path stands there once.

    `groups`: staff group -> its name.
    """
    listed = sorted(ways, key=lambda way: (way.name, way.path_id))
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    at: dict[str, int] = {}
    height: dict[int, int] = {}

    def place(key: str, label: str, column: int, path_id: int = 0) -> int:
        if key not in at:
            at[key] = len(nodes)
            row = height.get(column, 0)
            height[column] = row + 1
            nodes.append(Node(key, label, column, row, path_id))
        return at[key]

    ahead = [(group, place(f"group-{group}", groups.get(group, ""), 0)) for group in dict.fromkeys(start)]
    for depth in range(DEEPEST):
        reached = []
        for group, here in ahead:
            for way in listed:
                if way.from_groups and group not in way.from_groups:
                    continue
                if way.to_group == group:
                    continue
                known = f"path-{way.path_id}" in at
                if known and nodes[at[f"path-{way.path_id}"]].column != 2 * depth + 1:
                    continue  # it stands nearer already
                path = place(f"path-{way.path_id}", way.name, 2 * depth + 1, way.path_id)
                edges.append((here, path))
                if known:
                    continue
                aim = f"group-{way.to_group}" if way.to_group is not None else f"aim-{way.leads_to.casefold()}"
                label = groups.get(way.to_group, way.leads_to) if way.to_group is not None else way.leads_to
                new = aim not in at
                there = place(aim, label, 2 * depth + 2)
                edges.append((path, there))
                if new and way.to_group is not None:
                    reached.append((way.to_group, there))
        ahead = reached
    return CareerMap(tuple(nodes), tuple(edges))
