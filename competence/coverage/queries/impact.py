"""What a draft of the matrix would do on its first day: to everybody who works in the municipality, and to every team's shifts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from competence.coverage.rules import Crew, DayKind, Shift, Standing, needs_of
from competence.decision.queries import DELEGATIONS, GROUPS, READINGS, book, facts_of
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
    cells = cells_of(session, version.id, version.number)
    after = with_draft(before, version, cells, first_day)
    changes = changed_cells(session, before, after, first_day)
    tasks = {change.task_id for change in changes}
    last = before.version_on(first_day)
    if not changes:
        return Impact(version.number, first_day, last.number if last else None, (), (), (), {})
    rows = people_where(session, true(), on=first_day)
    levels = Levels(sorted(tasks), len(rows))
    hits: list[Hit] = []
    with_facts = persons_with_facts(
        session, tasks | {need for task in tasks for need in before.must_hold.get(task, ())}
    )
    alike: dict[Any, list[tuple[Answer, Answer]]] = {}
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        known = {one.id: one for one in facts_of(session, [row for row in some if row.person_id in with_facts], before)}
        for at, row in enumerate(some, start):
            facts = known.get(row.id)
            key = None if facts is not None else _alike(row, before, first_day)
            pairs = alike.get(key) if key is not None else None
            if pairs is None:
                pairs = _both(facts or _bare(row, before), after, levels.tasks, first_day)
                if key is not None:
                    alike[key] = pairs
            for place, (task, (old, new)) in enumerate(zip(levels.tasks, pairs, strict=True)):
                levels.before[at, place], levels.after[at, place] = old.level, new.level
                hits += [
                    Hit(
                        kind, row.id, row.person_id, row.unit_id, row.staff_group_id, task, old.level or old.named_level,
                        new.level or new.named_level, max(0, new.needed - new.done),
                    )
                    for kind in kinds_of(old, new)
                ]  # fmt: skip
        tell(min(start + BATCH, len(rows)), len(rows))
    people = ordered(rows, ())
    by_id = {one.employment_id: one for one in people}
    where = {row.id: at for at, row in enumerate(rows)}
    hit_by = {hit.employment_id for hit in hits}
    return Impact(
        version.number, first_day, last.number if last else None, tuple(changes), tuple(hits),
        tuple(gap_changes(session, units, people, where, levels, first_day)),
        {employment: by_id[employment] for employment in hit_by},
    )  # fmt: skip


class Levels:
    """The levels of everybody in the changed tasks, before and after: people x tasks."""

    def __init__(self, tasks: Sequence[int], people: int) -> None:
        self.tasks = list(tasks)
        self.before = np.zeros((people, len(tasks)), dtype=np.uint8)
        self.after = np.zeros((people, len(tasks)), dtype=np.uint8)


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
    found.update(session.scalars(scoped(session, READINGS, READINGS.c.person_id).distinct()))
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
    session: Session, units: Tree, people: Sequence[Someone], where: Mapping[int, int], levels: Levels, on: date
) -> Iterable[GapChange]:
    """Every shift of a unit where a gap in a changed task opens or closes, on weekdays and at weekends."""
    staffed: dict[int, list[Someone]] = {}
    for one in people:
        if one.worker.standing is Standing.FIXED:
            staffed.setdefault(one.unit_id, []).append(one)
    nodes: list[Node] = [node for node in units.nodes if units.is_leaf(node) or node.id in staffed]
    stated = requirements_on(session, on, nodes)
    place = {task: at for at, task in enumerate(levels.tasks)}
    for node in nodes:
        here = staffed.get(node.id, [])
        crew = Crew(enumerate(one.worker for one in here))
        rows = [where[one.employment_id] for one in here]
        for days in (DayKind.WEEKDAY, DayKind.WEEKEND):
            for (task, shift), said in needs_of(node.place, stated, days).items():
                if task not in place or not said.need.need:
                    continue
                was, will = (
                    crew.count(table[rows, place[task]].tolist() if rows else [], shift, said.need).have
                    for table in (levels.before, levels.after)
                )
                if gap_change(was, will, said.need.need):
                    yield GapChange(node.id, task, Shift(shift), days, said.need.need, was, will)
