"""A file from its bytes to what it changes: read against what the municipality has, rehearsed, taken in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.catalogue.queries.scales import earlier_scales
from competence.coverage.commands import MOST_PEOPLE
from competence.foundation.changes import Tell, command, quiet
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import begin_writing
from competence.foundation.text import N_, sentence
from competence.imports.calendar import is_calendar, read_calendar
from competence.imports.commands import (
    OUT_OF_REACH,
    PaperPlan,
    PreparedPapers,
    import_matrix,
    import_needs,
    import_profiles,
    import_signoffs,
    plan_papers,
    prepare_papers,
)
from competence.imports.grid import Workbook
from competence.imports.headings import Listing, read_list
from competence.imports.kinds import PERMISSIONS, Kind
from competence.imports.known import MappingFile, read_mapping
from competence.imports.matrix import MatrixTask, parse_matrix
from competence.imports.parsed import Parsed, Problem
from competence.imports.people import NewEmployment, parse_people
from competence.imports.profiles import ProfileRow, parse_profiles
from competence.imports.queries import (
    area_names,
    known_groups,
    known_numbers,
    known_tasks,
    known_units,
    practice_levels,
    profile_levels,
    roots_of,
    unit_paths,
)
from competence.imports.requirements import NewRequirement, parse_requirements
from competence.imports.roster import FIELDS as ROSTER_FIELDS
from competence.imports.roster import RosterRow, parse_roster, remarks_of, roster_of
from competence.imports.sheets import read_workbook
from competence.imports.signoffs import PaperSignOff, parse_signoffs
from competence.imports.summary import Row
from competence.imports.units import NewUnit, parse_units
from competence.organisation.commands import import_units
from competence.people.commands import PeopleImported, PeoplePlan, import_people, plan_people
from competence.roster.commands import RosterPlan, import_roster, plan_roster
from competence.roster.queries import known_staff

R = TypeVar("R")


@dataclass(frozen=True)
class Reading:
    """A file as it reads against what the municipality has. With a problem in it nothing may be written."""

    kind: Kind
    parsed: Parsed[Row]
    plan: PaperPlan | None = None
    """Of papers only: what they come to."""
    papers: PreparedPapers | None = None
    """Of papers only: the same with all that is written, once it has been made ready."""
    people: PeoplePlan | None = None
    """Of employees only: what the list comes to, once it has been worked out."""
    roster: RosterPlan | None = None
    """Of a roster only: what it comes to, once it has been worked out."""

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """By row: what is left out, or taken in otherwise than the file says, and why; of a roster what to look at."""
        if self.roster is not None:
            return tuple(remarks_of(cast(Sequence[RosterRow], self.parsed.rows), self.roster))
        return (*self.plan.left_out, *self.plan.remarks) if self.plan else ()


@dataclass(frozen=True)
class Effect:
    """What a file changes, or would change, in rows (in cells for a matrix)."""

    new: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    left_out: int = 0
    new_persons: int = 0
    new_tasks: int = 0
    version: int | None = None
    """The number of the new draft of the matrix."""
    not_in_list: tuple[tuple[str, int], ...] = ()
    """(staff number, unit) of employments that the list does not name; they are left alone."""

    @property
    def writes(self) -> bool:
        """Whether anything is written."""
        return bool(self.new or self.changed or self.ended or self.new_persons or self.version)


def read_file(
    session: Session, kind: Kind, data: bytes, filename: str, *, by: Actor | None, mapping: bytes | None = None
) -> Reading:
    """The file, read and checked; nothing is written. SheetProblem when it cannot be taken in as a whole."""
    words = read_mapping(mapping) if mapping else MappingFile()
    within = by.reach(PERMISSIONS[kind]) if by is not None else None
    if kind is Kind.ROSTER:
        return Reading(kind, read_roster(session, _roster_rows(data, filename, words), words, within))
    reading = Reading(kind, _parse(session, kind, read_workbook(data, filename), words, within))
    if kind is Kind.SIGNOFFS:
        plan = plan_papers(session, cast(Sequence[PaperSignOff], reading.parsed.rows), by=by)
        return _with(replace(reading, plan=plan), plan.problems)
    if kind is Kind.REQUIREMENTS:
        return _with(reading, _needs_checked(session, cast(Sequence[NewRequirement], reading.parsed.rows), within))
    return reading


def _roster_rows(data: bytes, filename: str, words: MappingFile) -> Listing:
    """The rows of a list, or the events of a calendar."""
    if is_calendar(data, filename):
        return read_calendar(data)
    return read_list(read_workbook(data, filename).with_times(), ROSTER_FIELDS, words, alone=("number",))


def read_roster(
    session: Session, listing: Listing, words: MappingFile, within: Reach | None, *, called: Mapping[str, int] | None = None,
    name: str = "",
) -> Parsed[RosterRow]:  # fmt: skip
    """The duties of the rows, checked against the people and units of the municipality."""
    return parse_roster(
        listing, units=known_units(session, within), paths=unit_paths(session), staff=known_staff(session), mapping=words,
        called=called, name=name,
    )  # fmt: skip


def _with(reading: Reading, problems: Sequence[Problem]) -> Reading:
    """The reading with further problems, all in the order of the rows."""
    every = sorted(
        (*reading.parsed.problems, *problems), key=lambda p: (p.row is not None, p.sheet, p.row or 0, p.column)
    )
    return replace(reading, parsed=replace(reading.parsed, problems=tuple(every)))


def _parse(session: Session, kind: Kind, workbook: Workbook, words: MappingFile, within: Reach | None) -> Parsed[Row]:
    match kind:
        case Kind.ROSTER:
            raise ValueError(kind)  # read by `read_roster`, as it may be a calendar
        case Kind.UNITS:
            return parse_units(workbook, existing=known_units(session, within, closed=True), mapping=words)
        case Kind.PEOPLE:
            units, groups = known_units(session, within), known_groups(session)
            return parse_people(workbook, units=units, staff_groups=groups, today=today(), mapping=words)
        case Kind.MATRIX:
            return parse_matrix(
                workbook, tasks=known_tasks(session), staff_groups=known_groups(session), levels=practice_levels(session),
                earlier=earlier_scales(session), areas=area_names(session), mapping=words,
            )  # fmt: skip
        case Kind.SIGNOFFS:
            return parse_signoffs(
                workbook, tasks=known_tasks(session), levels=practice_levels(session), today=today(),
                numbers=known_numbers(session, within), mapping=words,
            )  # fmt: skip
        case Kind.REQUIREMENTS:
            return parse_requirements(
                workbook, units=known_units(session, within), tasks=known_tasks(session), levels=practice_levels(session),
                mapping=words,
            )  # fmt: skip
        case Kind.PROFILES:
            return parse_profiles(
                workbook, staff_groups=known_groups(session), tasks=known_tasks(session),
                profile_levels=profile_levels(session), practice_levels=practice_levels(session), mapping=words,
            )  # fmt: skip


def _needs_checked(session: Session, rows: Sequence[NewRequirement], within: Reach | None) -> list[Problem]:
    """Needs that nobody can mean, and kinds of units where it is not said below which place."""
    found = [
        row.place.problem(sentence(N_("Write how many are needed, from 0 to %(most)s."), most=MOST_PEOPLE), "need")
        for row in rows
        if row.need > MOST_PEOPLE
    ]
    found += [
        row.place.problem(sentence(N_("The last day has passed. Leave the row out.")), "valid_through")
        for row in rows
        if row.valid_to is not None and row.valid_to <= today()
    ]
    if within is not None and len(roots_of(session, within)) != 1:
        said = sentence(N_("You lead several places. Write the units by name instead of a kind of unit."))
        found += [row.place.problem(said, "place") for row in rows if row.unit_id is None and row.below is None]
    return found


@command
def take_in(session: Session, reading: Reading, *, by: Actor | None) -> Effect:
    """What the file changed. RuleBroken or NotFound when it cannot be taken; then nothing may be committed."""
    if reading.parsed.problems:
        raise RuleBroken(reading.parsed.problems[0].message)
    rows = reading.parsed.rows
    match reading.kind:
        case Kind.UNITS:
            units = import_units(session, cast(Sequence[NewUnit], rows), by=by)
            return Effect(new=units.added, changed=units.changed, unchanged=units.unchanged)
        case Kind.PEOPLE:
            return _of_people(import_people(session, cast(Sequence[NewEmployment], rows), by=by, plan=reading.people))
        case Kind.MATRIX:
            matrix = import_matrix(session, cast(Sequence[MatrixTask], rows), by=by)
            return Effect(
                new=matrix.new, changed=matrix.changed, ended=matrix.ended, unchanged=matrix.unchanged,
                new_tasks=matrix.new_tasks, version=matrix.number,
            )  # fmt: skip
        case Kind.SIGNOFFS:
            papers = import_signoffs(
                session, cast(Sequence[PaperSignOff], rows), by=by, plan=reading.plan, prepared=reading.papers
            )
            return Effect(new=papers.new, unchanged=papers.unchanged, left_out=papers.left_out)
        case Kind.REQUIREMENTS:
            needs = import_needs(session, cast(Sequence[NewRequirement], rows), by=by)
            return Effect(new=needs.added, changed=needs.changed, unchanged=needs.unchanged)
        case Kind.PROFILES:
            profiles = import_profiles(session, cast(Sequence[ProfileRow], rows), by=by)
            return Effect(new=profiles.new, unchanged=profiles.unchanged)
        case Kind.ROSTER:
            roster = import_roster(session, roster_of(cast(Sequence[RosterRow], rows)), by=by)
            return Effect(roster.added, roster.changed, roster.removed, roster.unchanged)


def _of_people(people: PeopleImported) -> Effect:
    return Effect(
        new=people.new_employments, changed=people.changed, ended=people.ended, unchanged=people.unchanged,
        new_persons=people.new_persons, not_in_list=people.not_in_list,
    )  # fmt: skip


def make_ready(session: Session, reading: Reading, *, by: Actor | None, tell: Tell = quiet) -> Reading:
    """The reading with all that can be done before the right to write is taken. Reads only.

    RuleBroken or NotFound when it cannot be taken in.
    """
    rows = reading.parsed.rows
    if reading.parsed.problems:
        return reading
    if reading.kind is Kind.SIGNOFFS and reading.plan is not None:
        papers = prepare_papers(session, cast(Sequence[PaperSignOff], rows), reading.plan, by=by, tell=tell)
        return replace(reading, papers=papers)
    if reading.kind is Kind.PEOPLE:
        return replace(reading, people=plan_people(session, cast(Sequence[NewEmployment], rows), by=by))
    return reading


def rehearse(session: Session, reading: Reading, *, by: Actor | None) -> tuple[Reading, Effect]:
    """What the file would change, and the reading with what else stands in its way. Nothing is written.

    Where it is not worked out by reading alone it is taken in and rolled back, so that a preview promises what the
    confirmation does.
    """
    if reading.parsed.problems:
        return reading, Effect()
    if reading.plan is not None:
        plan = reading.plan
        return reading, Effect(new=len(plan.transfers), unchanged=plan.unchanged, left_out=len(plan.left_out))
    try:
        if reading.kind is Kind.PEOPLE:
            people = plan_people(session, cast(Sequence[NewEmployment], reading.parsed.rows), by=by)
            return replace(reading, people=people), _of_people(people.result)
        if reading.kind is Kind.ROSTER:
            roster = plan_roster(session, roster_of(cast(Sequence[RosterRow], reading.parsed.rows)), by=by)
            changes = roster.changes
            return replace(reading, roster=roster), Effect(
                len(changes.added), len(changes.changed), len(changes.removed), changes.unchanged
            )
        return reading, _rolled_back(session, lambda: take_in(session, reading, by=by))
    except RuleBroken as broken:
        return _with(reading, [Problem("", None, "", broken.message)]), Effect()
    except NotFound:
        return _with(reading, [Problem("", None, "", OUT_OF_REACH)]), Effect()


def _rolled_back(session: Session, run: Callable[[], R]) -> R:
    """What `run` gives; nothing of it is written."""
    begin_writing(session)
    try:
        return _forgetting(session, run)
    finally:
        session.expunge_all()
        session.rollback()


@command
def _forgetting(session: Session, run: Callable[[], R]) -> R:
    """What `run` gives. No answers are recomputed: all of it is going to be rolled back."""
    result = run()
    session.flush()
    session.info.pop("touched", None)
    return result


def refusal(problem: RuleBroken | NotFound) -> Problem:
    """What stands in the way of the whole file."""
    return (
        Problem("", None, "", OUT_OF_REACH) if isinstance(problem, NotFound) else Problem("", None, "", problem.message)
    )


def own_tasks(reading: Reading) -> list[str]:
    """The tasks of a matrix that become the municipality's own, in its words."""
    return [row.name for row in reading.parsed.rows if isinstance(row, MatrixTask) and row.task is None]


def levels_not_stated(reading: Reading) -> int:
    """How many fields of a matrix name no level, so that rank 1 is taken."""
    rows = (row for row in reading.parsed.rows if isinstance(row, MatrixTask))
    return sum(1 for row in rows for cell in row.cells if cell.level_not_stated)
