"""What a team holds and never needs, and where else it is short of; and what one person alone holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.board import Board, BoardTask, board
from competence.coverage.queries.places import Node, Tree, requirements_on
from competence.coverage.queries.staff import Someone
from competence.coverage.queries.wide import UnitCounts, unit_counts
from competence.coverage.rules import DayKind, Shift, Standing, Status, needs_of, status
from competence.foundation.clock import today


@dataclass(frozen=True)
class Elsewhere:
    """Other units that are short of a task."""

    within: tuple[Node, ...]
    """Those within reach."""
    beyond: int
    """How many others of the municipality."""


@dataclass(frozen=True)
class Unneeded:
    """A task that somebody in the team holds, and nothing here asks for."""

    task: BoardTask
    holders: tuple[Someone, ...]
    elsewhere: Elsewhere


@dataclass(frozen=True)
class Single:
    """A task that is needed here and that one person alone holds, whatever her shift."""

    task: BoardTask
    holder: Someone
    shifts: tuple[Shift, ...]
    """On which it is needed."""


@dataclass(frozen=True)
class Latent:
    """Both, by task in the catalogue's order: never by person."""

    unneeded: tuple[Unneeded, ...]
    single: tuple[Single, ...]


def latent_in(session: Session, units: Tree, node: Node, within: Reach) -> Latent:
    """What the unit's own people hold today besides what its requirements ask for, on weekdays or weekends.

    Those who are away hold what they hold; floaters and externals belong to no team.
    """
    found = board(session, units, node, on=today(), every_task=True)
    needed = needed_in(session, found)
    mine = [
        at for at, one in enumerate(found.people) if one.worker.standing not in (Standing.FLOATER, Standing.EXTERNAL)
    ]
    held: list[tuple[BoardTask, dict[int, Someone]]] = [
        (task, {found.people[at].person_id: found.people[at] for at in mine if found.answer(at, row).level})
        for row, task in enumerate(found.tasks)
    ]
    idle = [(task, people) for task, people in held if people and task.id not in needed]
    short = short_of(session, units, node, {task.id for task, _people in idle}, within)
    return Latent(
        tuple(Unneeded(task, _by_name(people.values()), short[task.id]) for task, people in idle),
        tuple(
            Single(task, next(iter(people.values())), needed[task.id])
            for task, people in held
            if len(people) == 1 and task.id in needed
        ),
    )


def needed_in(session: Session, found: Board) -> Mapping[int, tuple[Shift, ...]]:
    """Task -> the shifts on which at least one of the board's workplaces asks for it, on weekdays or weekends."""
    stated = requirements_on(session, found.on, found.workplaces)
    asked = {
        (task, shift)
        for place in found.workplaces
        for days in (DayKind.WEEKDAY, DayKind.WEEKEND)
        for (task, shift), one in needs_of(place.place, stated, days).items()
        if one.need.need
    }
    return {task: tuple(shift for shift in Shift if (task, shift) in asked) for task, _shift in asked}


def short_of(session: Session, units: Tree, node: Node, tasks: set[int], within: Reach) -> Mapping[int, Elsewhere]:
    """Task -> the units outside the unit in which it is a gap today: those within reach, and how many others."""
    others = [one for one in units.nodes if not one.path.startswith(node.path) and not node.path.startswith(one.path)]
    gaps: dict[int, list[Node]] = {task: [] for task in tasks}
    for one in unit_counts(session, units, others) if tasks and others else []:
        if units.is_leaf(one.node) or any(one.by_shift.values()):
            for task in gaps_in(one) & tasks:
                gaps[task].append(one.node)
    return {
        task: Elsewhere(
            tuple(one for one in some if within.covers(one.path)), sum(not within.covers(one.path) for one in some)
        )
        for task, some in gaps.items()
    }


def gaps_in(counts: UnitCounts) -> set[int]:
    """The tasks that the unit is short of on some shift."""
    return {
        task for (task, shift), stated in counts.needs.items()
        if status(counts.have[task, shift], stated.need.need) is Status.GAP
    }  # fmt: skip


def _by_name(people: Iterable[Someone]) -> tuple[Someone, ...]:
    return tuple(sorted(people, key=lambda one: (one.name, one.employment_id)))
