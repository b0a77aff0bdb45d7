"""Where a board is thin, with those who are nearest. Reads nothing further: all of it stands on the board."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from competence.coverage.alone import alone
from competence.coverage.queries.board import Board, BoardTask
from competence.coverage.queries.places import Node
from competence.coverage.queries.staff import Someone
from competence.coverage.rules import Held, Need, Shift, Standing, Status
from competence.coverage.statements import Candidate, Gap, in_order, nearest
from competence.decision.rules import Answer


def gaps_of(board: Board) -> list[Gap]:
    """Every gap and vulnerable spot of the board, what asks most for attention first, without the people."""
    found = []
    for (task_id, shift), counts in board.counts.items():
        row = board.row_of[task_id]
        task = board.tasks[row]
        for place, count in zip(board.workplaces, counts, strict=True):
            if count.status in (Status.GAP, Status.VULNERABLE):
                found.append(Gap(task_id, task.name, task.critical, shift, count, place.id, place.name, position=row))
    return in_order(found)


def with_people(board: Board, gap: Gap) -> Gap:
    """The gap with who may today, who is nearest, and how the task stands on the other shifts."""
    row = board.row_of[gap.task_id]
    stated = board.needs[gap.unit_id].get((gap.task_id, gap.shift))
    need = stated.need if stated else Need(1)
    holders, others = sides(board, row, gap.unit_id, gap.shift, need)
    at = next(at for at, place in enumerate(board.workplaces) if place.id == gap.unit_id)
    elsewhere = tuple((shift, board.counts[gap.task_id, shift][at].status) for shift in Shift if shift is not gap.shift)
    return replace(
        gap,
        holders=tuple(candidate(one, answer) for one, answer in holders),
        near=tuple(nearest(candidate(one, answer, low=answer.level > 0) for one, answer in others)),
        elsewhere=elsewhere,
    )


def sides(
    board: Board, row: int, unit_id: int, shift: Shift, need: Need
) -> tuple[list[tuple[Someone, Answer]], list[tuple[Someone, Answer]]]:
    """Those of the shift's fixed people in the unit who count for the need, and those who do not; each with the answer."""
    holders: list[tuple[Someone, Answer]] = []
    others: list[tuple[Someone, Answer]] = []
    for at, one in enumerate(board.people):
        if one.unit_id != unit_id or one.worker.standing is not Standing.FIXED:
            continue
        if one.worker.absent or not one.worker.works(shift):
            continue
        answer = board.columns[at][row]
        counts = Held(one.worker, answer.level, bool(answer.limits)).meets(need)
        (holders if counts else others).append((one, answer))
    return holders, others


def candidate(one: Someone, answer: Answer, *, low: bool = False) -> Candidate:
    """The person as the sentences name her."""
    return Candidate(one.employment_id, one.person_id, one.first_name, answer, low)


@dataclass(frozen=True)
class AloneOn:
    """Somebody without whom nobody on the shift may do the tasks."""

    someone: Someone
    place: Node
    shift: Shift
    tasks: tuple[BoardTask, ...]


def alone_on(board: Board) -> list[AloneOn]:
    """Who alone bears several needed tasks of a shift, in each workplace of the board. With names: for whoever sees them."""
    found = []
    people = {one.person_id: one for one in board.people}
    for at, place in enumerate(board.workplaces):
        holders: dict[tuple[int, Shift], list[int]] = {}
        for (task_id, shift), counts in board.counts.items():
            stated = board.needs[place.id].get((task_id, shift))
            if counts[at].have == 1 and stated is not None and stated.need.need:
                some, _others = sides(board, board.row_of[task_id], place.id, shift, stated.need)
                holders[task_id, shift] = [one.person_id for one, _answer in some]
        found += [
            AloneOn(
                people[one.person_id], place, one.shift, tuple(board.tasks[board.row_of[task]] for task in one.tasks)
            )
            for one in alone(holders)
        ]
    return found


def totals(gaps: Sequence[Gap]) -> tuple[int, int]:
    """(gaps, vulnerable spots)."""
    open_ = sum(gap.count.status is Status.GAP for gap in gaps)
    return open_, len(gaps) - open_
