"""What a draft of the matrix would do on its first day: to everybody who works in the municipality, and to every team's shifts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import true
from sqlalchemy.orm import Session

from competence.coverage.effects import CellChange, GapChange, Hit, Kind, gap_change, kinds_of
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree, requirements_on
from competence.coverage.queries.staff import Someone, ordered, people_where
from competence.coverage.rules import Crew, DayKind, Shift, Standing, Worker, needs_of, standing_of
from competence.decision.queries import DELEGATIONS, EMPLOYMENTS, GROUPS, book, facts_of
from competence.decision.rules import Answer, Book, Employment, judge
from competence.delegation.queries import cells_of
from competence.delegation.rules import UNDECIDED, CellTerms, Version, differs
from competence.foundation.clock import now
from competence.foundation.orm import execute, scoped, several, standing
from competence.signoffs.queries import CURRENT, EXEMPTIONS, OBSERVATIONS, WAITING

BATCH = 500
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Impact:
    """What the draft would do."""

    number: int
    first_day: date
    before: int | None
    """The number of the version that is in force until then; None: none."""
    changes: tuple[CellChange, ...]
    hits: tuple[Hit, ...]
    gaps: tuple[GapChange, ...]
    people: Mapping[int, Someone]
    """By employment, those who are hit."""

    def of(self, kind: Kind) -> list[Hit]:
        """Those to whom this happens."""
        return [hit for hit in self.hits if hit.kind is kind]

    def persons(self, kind: Kind) -> int:
        """How many persons that is."""
        return len({hit.person_id for hit in self.of(kind)})

    @property
    def times(self) -> int:
        """Observed times that it takes to train those who must be trained."""
        return sum(hit.times for hit in self.of(Kind.MUST))


def with_draft(shared: Book, version: Version, cells: Mapping[tuple[int, int], CellTerms], first_day: date) -> Book:
    """The municipality's rules as if the draft were approved from the day."""
    earlier = tuple(
        replace(one, valid_to=first_day)
        if one.valid_from is not None
        and one.valid_from < first_day
        and (one.valid_to is None or one.valid_to > first_day)
        else one
        for one in shared.versions
        if one.valid_from is None or one.valid_from < first_day
    )
    return replace(
        shared,
        versions=(Version(version.id, version.number, first_day, None, True), *earlier),
        cells={**shared.cells, version.id: cells},
        approved_at={**shared.approved_at, version.id: now()},
    ).with_kept()


def impact_of(
    session: Session, units: Tree, version: Version, *, first_day: date, tell: Tell = lambda _done, _total: None
) -> Impact:
    """What the draft would do from the day. Reads everybody; `tell` says how far it is."""
    before = book(session)
    after = with_draft(before, version, cells_of(session, version.id, version.number), first_day)
    changes = changed_cells(session, before, after, first_day)
    tasks = sorted({change.task_id for change in changes})
    rows = people_where(session, true(), on=first_day) if tasks else ()
    answers = Answers(session, before, after, tasks, first_day)
    hits, levels = answers.hits(rows, tell)
    gaps = gap_changes(session, units, rows, levels, first_day)
    return _impact(version, before, first_day, changes, hits, gaps, rows)


def effect_of(session: Session, units: Tree, version: Version, place: tuple[int, int], *, first_day: date) -> Impact:
    """What one cell (task, staff group) of the draft would do from the day, if it alone changed. Reads whom it may touch."""
    before = book(session)
    task, group = place
    last = before.version_on(first_day)
    stands = before.cells.get(last.id, {}) if last else {}
    said = cells_of(session, version.id, version.number).get(place, UNDECIDED)
    after = with_draft(before, version, {**stands, place: said}, first_day)
    changes = [one for one in changed_cells(session, before, after, first_day) if (one.task_id, one.group_id) == place]
    groups = {group} | {
        other for other, (followed, _stage) in before.follows.items() if followed == group and (task, other) not in stands
    }  # fmt: skip
    rows = people_where(session, EMPLOYMENTS.c.staff_group_id.in_(groups), on=first_day) if changes else ()
    answers = Answers(session, before, after, [task], first_day)
    hits, levels = answers.hits(rows)
    moved = np.flatnonzero(levels.before[:, 0] != levels.after[:, 0]).tolist()
    where = {rows[at].unit_id for at in moved}
    others = (
        people_where(
            session, EMPLOYMENTS.c.unit_id.in_(where) & EMPLOYMENTS.c.staff_group_id.not_in(groups), on=first_day
        )
        if where
        else ()
    )
    _none, theirs = Answers(session, before, before, [task], first_day).hits(others)
    here = [at for at, row in enumerate(rows) if row.unit_id in where]
    gaps = gap_changes(
        session, units, [*(rows[at] for at in here), *others], levels.only(here).joined(theirs), first_day, only=where
    )
    return _impact(version, before, first_day, changes, hits, gaps, rows)


def _impact(
    version: Version, before: Book, first_day: date, changes: Iterable[CellChange], hits: Sequence[Hit],
    gaps: Iterable[GapChange], rows: Iterable[Any],
) -> Impact:  # fmt: skip
    last = before.version_on(first_day)
    hit_by = {hit.employment_id for hit in hits}
    people = {one.employment_id: one for one in ordered((row for row in rows if row.id in hit_by), ())}
    return Impact(
        version.number, first_day, last.number if last else None, tuple(changes), tuple(hits), tuple(gaps), people
    )


def impact_again(
    session: Session, version: Version, first_day: date, hits: Sequence[Hit], gaps: Sequence[GapChange]
) -> Impact:
    """What was found before, with the cells and the names as they are now. Those who have left since are left out."""
    before = book(session)
    after = with_draft(before, version, cells_of(session, version.id, version.number), first_day)
    rows = people_where(session, true(), on=first_day)
    here = {row.id for row in rows}
    return _impact(
        version, before, first_day, changed_cells(session, before, after, first_day),
        [hit for hit in hits if hit.employment_id in here], gaps, rows,
    )  # fmt: skip


class Levels:
    """The levels of some people in some tasks, before and after: people x tasks."""

    def __init__(self, tasks: Sequence[int], before: np.ndarray, after: np.ndarray) -> None:
        self.tasks, self.before, self.after = list(tasks), before, after

    @classmethod
    def of(cls, tasks: Sequence[int], people: int) -> "Levels":
        """Of so many people, all without."""
        shape = (people, len(tasks))
        return cls(tasks, np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8))

    def only(self, people: Sequence[int]) -> "Levels":
        """Those of the people in these rows."""
        return Levels(self.tasks, self.before[people], self.after[people])

    def joined(self, others: "Levels") -> "Levels":
        """With the others' below."""
        return Levels(
            self.tasks, np.concatenate([self.before, others.before]), np.concatenate([self.after, others.after])
        )


class Answers:
    """The rule's answers on the first day, under the rules before and after; alike people are judged once."""

    def __init__(self, session: Session, before: Book, after: Book, tasks: Sequence[int], first_day: date) -> None:
        self._session, self._before, self._after = session, before, after
        self._tasks, self._first_day = list(tasks), first_day
        self._task = tasks[0] if len(tasks) == 1 else None
        needed = {need for task in tasks for need in before.must_hold.get(task, ())}
        self._with_facts = persons_with_facts(session, needed | set(tasks))
        self._alike: dict[Any, list[tuple[Answer, Answer]]] = {}

    def hits(self, rows: Sequence[Any], tell: Tell = lambda _done, _total: None) -> tuple[list[Hit], Levels]:
        """For whom something changes, and everybody's levels."""
        hits: list[Hit] = []
        levels = Levels.of(self._tasks, len(rows))
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            for at, (row, pairs) in enumerate(self._of(some), start):
                for place, (task, (old, new)) in enumerate(zip(self._tasks, pairs, strict=True)):
                    levels.before[at, place], levels.after[at, place] = old.level, new.level
                    hits += [
                        Hit(
                            kind, row.id, row.person_id, row.unit_id, row.staff_group_id, task, old.level or old.named_level,
                            new.level or new.named_level, max(0, new.needed - new.done),
                        )
                        for kind in kinds_of(old, new)
                    ]  # fmt: skip
            tell(min(start + BATCH, len(rows)), len(rows))
        return hits, levels

    def _of(self, rows: Sequence[Any]) -> Iterable[tuple[Any, list[tuple[Answer, Answer]]]]:
        known = {
            one.id: one
            for one in facts_of(
                self._session, [row for row in rows if row.person_id in self._with_facts], self._before, task_id=self._task
            )
        }  # fmt: skip
        for row in rows:
            facts = known.get(row.id)
            if facts is not None:
                yield row, _both(facts, self._after, self._tasks, self._first_day)
                continue
            key = _alike(row, self._before, self._first_day)
            if key not in self._alike:
                self._alike[key] = _both(_bare(row, self._before), self._after, self._tasks, self._first_day)
            yield row, self._alike[key]


def changed_cells(session: Session, before: Book, after: Book, on: date) -> list[CellChange]:
    """The cells that say something else on the day, by task and staff group."""
    was, is_ = before.version_on(on), after.version_on(on)
    old = before.cells.get(was.id, {}) if was else {}
    new = after.cells.get(is_.id, {}) if is_ else {}
    groups = {
        row.id: row.name
        for row in session.execute(
            scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.name).order_by(GROUPS.c.position, GROUPS.c.id)
        )
    }
    return [
        CellChange(task.id, task.name, task.area, group, name, one, other)
        for task in tasks_on(session, on)
        for group, name in groups.items()
        if differs(one := old.get((task.id, group), UNDECIDED), other := new.get((task.id, group), UNDECIDED))
    ]


_WITH_FACTS = {
    table.name: standing(table, table.c.person_id).where(table.c.task_id.in_(several("tasks"))).distinct()
    for table in (CURRENT, WAITING, OBSERVATIONS, EXEMPTIONS, DELEGATIONS)
}


def persons_with_facts(session: Session, tasks: Collection[int]) -> set[int]:
    """The persons about whom anything personal is known in the tasks; of the others the staff group says all."""
    found: set[int] = set()
    for statement in _WITH_FACTS.values():
        found.update(execute(session, statement, tasks=sorted(tasks)).scalars())
    return found


def _bare(row: Any, shared: Book) -> Employment:
    facts = Employment(
        id=row.id, person_id=row.person_id, staff_group_id=row.staff_group_id, unit_path=row.path, valid_from=row.valid_from,
        valid_to=row.valid_to, book=shared, authorisation_checked_on=row.authorisation_checked_on, stage_from=row.stage_from,
    )  # fmt: skip
    facts.__dict__["signed"] = {}
    return facts


def _alike(row: Any, shared: Book, on: date) -> Any:
    """What decides the answers of somebody about whom nothing personal is known."""
    checked = row.authorisation_checked_on
    unchecked = row.staff_group_id in shared.authorised and (checked is None or on < checked)
    path = row.path if shared.stops or shared.masks else ""
    return row.staff_group_id, unchecked, row.stage_from is not None and row.stage_from <= on, path


def _both(facts: Employment, after: Book, tasks: Sequence[int], on: date) -> list[tuple[Answer, Answer]]:
    other = replace(facts, book=after)
    other.__dict__["signed"] = facts.signed
    return [(judge(facts, task, on=on), judge(other, task, on=on)) for task in tasks]


def gap_changes(
    session: Session, units: Tree, rows: Sequence[Any], levels: Levels, on: date, *, only: Collection[int] | None = None
) -> Iterator[GapChange]:
    """Every shift of a unit where a gap in a changed task opens or closes, on weekdays and at weekends.

    `rows`: the people of `levels`, in its order. `only`: in these units.
    """
    staffed: dict[int, list[tuple[int, Worker]]] = {}
    for at, row in enumerate(rows):
        standing_ = standing_of(is_floater=row.is_floater, is_external=row.is_external, is_student=row.is_student)
        if standing_ is Standing.FIXED:
            staffed.setdefault(row.unit_id, []).append((at, Worker(row.id, row.person_id, row.shifts, standing_)))
    nodes: list[Node] = [node for node in units.nodes if units.is_leaf(node) or node.id in staffed]
    if only is not None:
        nodes = [node for node in nodes if node.id in only]
    stated = requirements_on(session, on, nodes)
    place = {task: at for at, task in enumerate(levels.tasks)}
    for node in nodes:
        here = sorted(staffed.get(node.id, ()))
        crew = Crew(enumerate(worker for _at, worker in here))
        rows_here = [at for at, _worker in here]
        for days in (DayKind.WEEKDAY, DayKind.WEEKEND):
            for (task, shift), said in needs_of(node.place, stated, days).items():
                if task not in place or not said.need.need:
                    continue
                was, will = (
                    crew.count(table[rows_here, place[task]].tolist() if here else [], shift, said.need).have
                    for table in (levels.before, levels.after)
                )
                if gap_change(was, will, said.need.need):
                    yield GapChange(node.id, task, Shift(shift), days, said.need.need, was, will)
