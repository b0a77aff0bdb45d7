"""What a draft of the matrix would do on its first day: to everybody who works in the municipality, and to every team's shifts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session

from competence.coverage.effects import CellChange, GapChange, Had, Hit, Kind, kinds_of
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Tree, requirements_on
from competence.coverage.queries.staff import Someone, ordered, people_where
from competence.coverage.rules import Crew, DayKind, Need, Shift, Standing, Worker, needs_of, standing_of, status
from competence.decision.queries import DELEGATIONS, EMPLOYMENTS, GROUPS, READINGS, book, facts_of
from competence.decision.rules import Answer, Book, Employment, judge
from competence.delegation.queries import cells_of, row_of
from competence.delegation.rules import UNDECIDED, CellTerms, Version, differs
from competence.entitlements.queries import levels_in
from competence.foundation.clock import now
from competence.foundation.orm import execute, scoped, several, standing
from competence.signoffs.queries import CURRENT, EXEMPTIONS, OBSERVATIONS, WAITING

Place = tuple[int, int]
"""A task and a staff group."""
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
    """What the draft would do from the day, task by task; `tell` says how far it is."""
    before = book(session)
    after = with_draft(before, version, cells_of(session, version.id, version.number), first_day)
    changes = changed_cells(session, before, after, first_day)
    places = moved(before, after, {change.task_id for change in changes}, staff_groups(session), first_day)
    rows = people_where(session, true(), on=first_day) if places else ()
    of_group, of_unit = _by(rows, "staff_group_id"), _by(rows, "unit_id")
    change = Change(session, units, before, after, first_day)
    for done, (task, groups) in enumerate(sorted(places.items()), 1):
        there = partial(_beside, of_unit, groups)
        change.read(task, [row for group in sorted(groups) for row in of_group.get(group, ())], there)
        tell(done, len(places))
    return _impact(version, before, first_day, changes, change.hits, change.gaps, rows)


def effect_of(session: Session, units: Tree, version: Version, place: Place, *, first_day: date) -> Impact:
    """What one cell of the draft would do from the day, if it alone changed. Reads whom it may touch."""
    before = book(session)
    last = before.version_on(first_day)
    stands = before.cells.get(last.id, {}) if last else {}
    said = row_of(session, version.id, version.number, place[0]).get(place, UNDECIDED)
    after = with_draft(before, version, {**stands, place: said}, first_day)
    changes = [one for one in changed_cells(session, before, after, first_day) if (one.task_id, one.group_id) == place]
    change, met = Change(session, units, before, after, first_day), dict[int, Any]()
    places = moved(before, after, {place[0]} if changes else set(), staff_groups(session), first_day)
    for task, groups in sorted(places.items()):
        of_groups = EMPLOYMENTS.c.staff_group_id.in_(groups)
        rows = people_where(session, of_groups, on=first_day)
        met |= {row.id: row for row in rows}
        change.read(task, rows, partial(_of_others, session, of_groups, first_day))
    return _impact(version, before, first_day, changes, change.hits, change.gaps, met.values())


def moved(before: Book, after: Book, tasks: Collection[int], groups: Iterable[int], on: date) -> dict[int, set[int]]:
    """Task -> the staff groups whose answers may change: their cell says something else, or that of a task it asks for."""
    found: dict[int, set[int]] = {}
    was, will = before.version_on(on), after.version_on(on)
    for task in tasks:
        touched = {
            group
            for group in groups
            if differs(
                before.cell(task, group, version=was, stage_from=None, on=on),
                after.cell(task, group, version=will, stage_from=None, on=on),
            )
        }
        asked = {task} if touched else set()
        while asked:
            for one in asked:
                found.setdefault(one, set()).update(touched)
            asked = {
                one
                for one, needs in before.must_hold.items()
                if asked & set(needs) and not touched <= found.get(one, set())
            }
    return found


def _beside(of_unit: Mapping[int, Sequence[Any]], groups: Collection[int], where: Collection[int]) -> list[Any]:
    return [row for unit in where for row in of_unit.get(unit, ()) if row.staff_group_id not in groups]


def _of_others(session: Session, of_groups: ColumnElement[bool], on: date, where: Collection[int]) -> Sequence[Any]:
    return people_where(session, ~of_groups & EMPLOYMENTS.c.unit_id.in_(where), on=on)


def _by(rows: Iterable[Any], column: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


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


class Change:
    """What is found, task by task."""

    def __init__(self, session: Session, units: Tree, before: Book, after: Book, first_day: date) -> None:
        self._session, self._units, self._first_day = session, units, first_day
        self._before, self._after = before, after
        self._stated = requirements_on(session, first_day, units.nodes)
        self.hits: list[Hit] = []
        self.gaps: list[GapChange] = []

    def read(self, task: int, rows: Sequence[Any], others: Callable[[Collection[int]], Iterable[Any]]) -> None:
        """Nothing; what happens to these people by the task, and to the shifts where a level of theirs changes.

        `others`: whoever else works in some units.
        """
        last = self._before.version_on(self._first_day)
        stored = levels_in(self._session, task, on=self._first_day, version_id=last.id if last else None)
        levels: list[tuple[Any, int, int]] = []
        for row, new in zip(rows, self._answers(task, rows), strict=True):
            own = stored.of(row.id, row.staff_group_id)
            old = Had(own or stored.named.get(row.id, 0), self._cell(row, task, last))
            levels.append((row, own, new.level))
            self.hits += [
                Hit(
                    kind, row.id, row.person_id, row.unit_id, row.staff_group_id, task, old.level,
                    new.level or new.named_level, max(0, new.needed - new.done),
                )
                for kind in kinds_of(old, new)
            ]  # fmt: skip
        needs = self._needs(task, {row.unit_id for row, was, will in levels if was != will})
        if not needs:
            return
        for row in others(needs):
            level = stored.of(row.id, row.staff_group_id)
            levels.append((row, level, level))
        self.gaps += self._gap_changes(task, needs, [one for one in levels if one[0].unit_id in needs])

    def _cell(self, row: Any, task: int, version: Version | None) -> CellTerms:
        return self._before.cell(
            task, row.staff_group_id, version=version, stage_from=row.stage_from, on=self._first_day
        )

    def _answers(self, task: int, rows: Sequence[Any]) -> Iterator[Answer]:
        """Each one's answer on the first day by the new rules; alike people are judged once."""
        day, after = self._first_day, self._after
        about = {task, *after.must_hold.get(task, ())}
        with_facts = persons_with_facts(self._session, about, readers=not about.isdisjoint(after.must_read))
        some = [row for row in rows if row.person_id in with_facts]
        known = {one.id: one for one in facts_of(self._session, some, after, task_id=task)}
        alike: dict[Any, Answer] = {}
        for row in rows:
            facts = known.get(row.id)
            if facts is not None:
                yield judge(facts, task, on=day)
                continue
            key = _alike(row, after, day)
            if key not in alike:
                alike[key] = judge(_bare(row, after), task, on=day)
            yield alike[key]

    def _needs(self, task: int, where: Collection[int]) -> dict[int, list[tuple[DayKind, Shift, Need]]]:
        """What those of the units need that need anything in the task: unit -> (kind of day, shift, need)."""
        about = {
            place: some
            for place, said in self._stated.items()
            if (some := [one for one in said if one.task_id == task])
        }
        nodes = [node for unit_id in sorted(where) if (node := self._units.by_id.get(unit_id)) is not None]
        found: dict[int, list[tuple[DayKind, Shift, Need]]] = {}
        for node in nodes if about else ():
            for days in (DayKind.WEEKDAY, DayKind.WEEKEND):
                for (_task, shift), said in needs_of(node.place, about, days).items():
                    if said.need.need:
                        found.setdefault(node.id, []).append((days, Shift(shift), said.need))
        return found

    def _gap_changes(
        self,
        task: int,
        needs: Mapping[int, Iterable[tuple[DayKind, Shift, Need]]],
        levels: Iterable[tuple[Any, int, int]],
    ) -> Iterator[GapChange]:
        """Every shift of these people's units that stands otherwise in the task, on weekdays and at weekends."""
        staffed: dict[int, list[tuple[Any, int, int]]] = {}
        for one in levels:
            row = one[0]
            apart = standing_of(is_floater=row.is_floater, is_external=row.is_external, is_student=row.is_student)
            if apart is Standing.FIXED:
                staffed.setdefault(row.unit_id, []).append(one)
        for unit_id, here in sorted(staffed.items()):
            old, new = [was for _row, was, _will in here], [will for _row, _was, will in here]
            moved_past = {
                level
                for was, will in zip(old, new, strict=True)
                for level in range(min(was, will) + 1, max(was, will) + 1)
            }
            asked = [one for one in needs[unit_id] if max(1, one[2].level) in moved_past]
            if not asked:
                continue
            crew = Crew(enumerate(Worker(row.id, row.person_id, row.shifts) for row, _was, _will in here))
            for days, shift, need in asked:
                was, will = crew.count(old, shift, need).have, crew.count(new, shift, need).have
                if status(was, need.need) is not status(will, need.need):
                    yield GapChange(unit_id, task, shift, days, need.need, was, will)


def changed_cells(session: Session, before: Book, after: Book, on: date) -> list[CellChange]:
    """The cells that say something else on the day, by task and staff group."""
    was, is_ = before.version_on(on), after.version_on(on)
    old = before.cells.get(was.id, {}) if was else {}
    new = after.cells.get(is_.id, {}) if is_ else {}
    groups = staff_groups(session)
    return [
        CellChange(task.id, task.name, task.area, group, name, one, other)
        for task in tasks_on(session, on)
        for group, name in groups.items()
        if differs(one := old.get((task.id, group), UNDECIDED), other := new.get((task.id, group), UNDECIDED))
    ]


def staff_groups(session: Session) -> dict[int, str]:
    """Staff group -> its name, in their order."""
    rows = session.execute(scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.name).order_by(GROUPS.c.position, GROUPS.c.id))
    return {row.id: row.name for row in rows}


_WITH_FACTS = {
    table.name: standing(table, table.c.person_id).where(table.c.task_id.in_(several("tasks"))).distinct()
    for table in (CURRENT, WAITING, OBSERVATIONS, EXEMPTIONS, DELEGATIONS)
}


def persons_with_facts(session: Session, tasks: Collection[int], *, readers: bool = False) -> set[int]:
    """The persons about whom anything personal is known in the tasks; of the others the staff group says all."""
    found: set[int] = set()
    for statement in _WITH_FACTS.values():
        found.update(execute(session, statement, tasks=sorted(tasks)).scalars())
    if readers:
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
