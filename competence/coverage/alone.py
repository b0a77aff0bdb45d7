"""Who alone bears several tasks of a shift: one absence then opens as many gaps. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from competence.coverage.rules import Shift

FEWEST_TASKS = 2
"""Of one task alone the board's own field says enough."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A person without whom nobody on the shift may do the tasks."""

    person_id: int
    shift: Shift
    tasks: tuple[int, ...]


def alone(holders: Mapping[tuple[int, Shift], Collection[int]]) -> list[Alone]:
    """Who is the only one for at least two of the tasks of a shift; by shift, then by how the tasks stand in `holders`.

    `holders`: (task, shift) -> the persons who count, for each task that is needed on the shift.
    """
    found: dict[tuple[Shift, int], list[int]] = {}
    for (task, shift), persons in holders.items():
        if len(set(persons)) == 1:
            found.setdefault((shift, next(iter(persons))), []).append(task)
    shifts = list(Shift)
    return [
        Alone(person, shift, tuple(tasks))
        for (shift, person), tasks in sorted(found.items(), key=lambda item: shifts.index(item[0][0]))
        if len(tasks) >= FEWEST_TASKS
    ]
