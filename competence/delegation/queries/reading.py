"""A version as a page reads it: tasks by area down, staff groups across, and what has changed since the one before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.catalogue.models import Area
from competence.catalogue.queries.scales import level_names_on, turns
from competence.catalogue.rules import Validity
from competence.catalogue.rules.scales import Turn, day_read, turns_between
from competence.delegation.queries.terms import TASKS, VERSIONS, Cells, cells_of, follows_on, row_of
from competence.delegation.rules import UNDECIDED, CellRule, CellTerms, Version, differs
from competence.foundation.clock import local, today
from competence.foundation.orm import scoped
from competence.people.models import PersonIdentity, StaffGroup

AREAS = cast(Table, Area.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)


@dataclass(frozen=True)
class ReadVersion:
    """A version with who approved it."""

    id: int
    number: int
    valid_from: date | None
    valid_to: date | None
    approved_at: datetime | None
    approved_by: str
    """The name as it is known now; "" for nobody, or somebody who has been forgotten."""
    approved_as: str
    """A role's code, or the words that came with an import."""
    reference_code: str | None
    reference_version: str | None
    name: str = ""
    description: str = ""
    discarded_at: datetime | None = None
    hearing_until: date | None = None
    """The last day for comments; None: nobody has been asked."""
    recorded_at: datetime | None = None
    hearing_reminded_at: datetime | None = None

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved it: nothing in it counts."""
        return self.approved_at is None

    @property
    def is_open(self) -> bool:
        """Whether it is a draft that can still be edited and approved."""
        return self.is_draft and self.discarded_at is None

    @property
    def ships(self) -> bool:
        """Whether it is the starting point that ships, taken over unread by nobody yet."""
        return self.is_open and self.reference_code == "EDIT"

    def in_force(self, on: date) -> bool:
        """Whether it is the one that holds on the day."""
        return Version(self.id, self.number, self.valid_from, self.valid_to, not self.is_draft).in_force(on)

    @property
    def asked_on(self) -> date:
        """The day for which it is read: today, of one that has ended or been given up its last."""
        if self.discarded_at is not None:
            return local(self.discarded_at).date()
        return day_read(self.valid_to, today=today())

    @property
    def role(self) -> Role | None:
        """The role she approved in, None where an import has other words."""
        return Role(self.approved_as) if self.approved_as in set(Role) else None


@dataclass(frozen=True)
class Column:
    """A staff group."""

    id: int
    code: str
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell as the table shows it."""

    terms: CellTerms | None
    """None: the version has no row there."""
    before: CellTerms | None = None
    """What the version before it says, where it says something else."""


@dataclass(frozen=True)
class Row:
    """A task with its cells in the order of the columns."""

    task_id: int
    name: str
    critical: bool
    cells: tuple[ReadCell, ...]
    times: tuple[int, ...]
    """Observed times that its cells ask for, each once, fewest first; empty when nobody is trained in it."""
    months: tuple[Validity, ...]
    """How long a signature counts, each once; None stands for one that does not lapse."""
    editorial: bool = False
    """All its cells rest on nothing but the editors of the starting point."""

    @property
    def has_changed(self) -> bool:
        """Whether one of its cells reads otherwise than before."""
        return any(cell.before for cell in self.cells)


@dataclass(frozen=True)
class AreaRows:
    """An area's tasks."""

    id: int
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Change:
    """A cell that reads otherwise than in the version before."""

    task_id: int
    task: str
    group: Column
    before: CellTerms
    after: CellTerms


@dataclass(frozen=True)
class Board:
    """A version, ready to be read."""

    version: ReadVersion
    columns: tuple[Column, ...]
    areas: tuple[AreaRows, ...]
    follows: tuple[tuple[Column, Column, str | None], ...]
    """(group without cells of its own, whom it follows, the stage from which it does)."""
    without: tuple[Column, ...]
    """Groups that have no cell and follow nobody."""
    compared_with: int | None
    """The number of the version that changes are counted from."""
    compared_on: date | None
    """The day for which that version is read."""
    changes: tuple[Change, ...] = ()
    level_not_stated: tuple[tuple[int, str, Column], ...] = ()
    """(task, its name, group) of cells whose source said no level."""
    tasks_outside: int = 0
    """Tasks of the catalogue that the version does not name: undecided for all."""
    rules: Mapping[CellRule, int] = field(default_factory=dict)
    """How many cells have each rule."""
    editorial: int = 0
    """How many cells rest on nothing but the editors of the starting point."""
    noted: int = 0


def read_versions(session: Session) -> list[ReadVersion]:
    """All versions, newest first."""
    rows = session.execute(
        scoped(session, VERSIONS, VERSIONS, IDENTITIES.c.name.label("approver"))
        .outerjoin(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == VERSIONS.c.municipality_id)
            & (IDENTITIES.c.person_id == VERSIONS.c.approved_by),
        )
        .order_by(VERSIONS.c.number.desc(), VERSIONS.c.id)
    )
    return [
        ReadVersion(
            row.id, row.number, row.valid_from, row.valid_to, row.approved_at, row.approver or "", row.approved_as or "",
            row.reference_code, row.reference_version, row.name, row.description, row.discarded_at, row.hearing_until,
            row.recorded_at, row.hearing_reminded_at,
        )
        for row in rows
    ]  # fmt: skip


def version_to_open(versions: Sequence[ReadVersion], on: date) -> ReadVersion | None:
    """The version a reader meets first: the one in force, else the newest; None when there is none at all."""
    standing = [v for v in versions if v.discarded_at is None] or versions
    return next((v for v in standing if v.in_force(on)), standing[0] if standing else None)


def version_before(versions: Sequence[ReadVersion], version: ReadVersion, on: date) -> ReadVersion | None:
    """The approved version that the version takes the place of: of a draft, the one in force."""
    if version.is_draft:
        return next((v for v in versions if v.in_force(on)), None)
    older = [v for v in versions if not v.is_draft and v.valid_from and version.valid_from]
    older = [v for v in older if cast(date, v.valid_from) < cast(date, version.valid_from)]
    return max(older, key=lambda v: (cast(date, v.valid_from), v.number), default=None)


def read_board(
    session: Session,
    versions: Sequence[ReadVersion],
    version: ReadVersion,
    *,
    on: date,
    every: bool = False,
    asked: date | None = None,
) -> Board:
    """The version's whole table. As many statements for three tasks as for three hundred.

    `every`: with the tasks and staff groups that it says nothing of, for those who edit it. `asked`: as it was that day.
    """
    day = asked or version.asked_on
    cells = cells_in(session, version, asked)
    before = version_before(versions, version, on)
    was = cells_in(session, before) if before else {}
    forward, back = both_ways(session, before.asked_on, day) if before else ((), ())
    groups = staff_groups(session)
    own = {group for _, group in cells}
    following = follows_on(session, day)
    columns = tuple(group for group in groups.values() if group.id in own or (every and group.id not in following))
    tasks = session.execute(
        scoped(
            session, TASKS, TASKS.c.id, TASKS.c.name, TASKS.c.critical, TASKS.c.archived_on, TASKS.c.area_id,
            AREAS.c.name.label("area"),
        )
        .join(AREAS, (AREAS.c.municipality_id == TASKS.c.municipality_id) & (AREAS.c.id == TASKS.c.area_id))
        .order_by(AREAS.c.position, AREAS.c.name, AREAS.c.id, TASKS.c.position, TASKS.c.id)
    ).all()  # fmt: skip
    named = {task for task, _ in cells}
    rows: dict[tuple[int, str], list[Row]] = {}
    changes: list[Change] = []
    not_stated: list[tuple[int, str, Column]] = []
    for task in tasks:
        if task.id not in named and not (every and task.archived_on is None):
            continue
        read: list[ReadCell] = []
        for column in columns:
            terms, old = cells.get((task.id, column.id)), was.get((task.id, column.id))
            changed = before is not None and differs(
                (old or UNDECIDED).through(forward), (terms or UNDECIDED).through(back)
            )
            read.append(ReadCell(terms, (old or UNDECIDED) if changed else None))
            if changed:
                changes.append(Change(task.id, task.name, column, old or UNDECIDED, terms or UNDECIDED))
            if terms is not None and terms.level_not_stated and terms.entitles:
                not_stated.append((task.id, task.name, column))
        trained = [
            cell.terms for cell in read if cell.terms and cell.terms.entitles and cell.terms.rule is not CellRule.CORE
        ]
        entitling = trained or [cell.terms for cell in read if cell.terms and cell.terms.entitles]
        rows.setdefault((task.area_id, task.area), []).append(
            Row(
                task.id, task.name, task.critical, tuple(read), tuple(sorted({t.observed_times for t in trained})),
                tuple(sorted({t.validity for t in entitling}, key=_length)),
                all(is_editorial(cell.terms) for cell in read if cell.terms),
            )
        )  # fmt: skip
    return Board(
        version=version,
        columns=columns,
        areas=tuple(AreaRows(id_, name, tuple(listed)) for (id_, name), listed in rows.items()),
        follows=tuple(
            (groups[group], groups[followed], stage)
            for group, (followed, stage) in following.items()
            if group not in own and group in groups and followed in groups
        ),
        without=tuple(group for group in groups.values() if group.id not in own and group.id not in following),
        compared_with=before.number if before else None,
        compared_on=before.asked_on if before else None,
        changes=tuple(changes),
        level_not_stated=tuple(not_stated),
        tasks_outside=sum(1 for task in tasks if task.id not in named and task.archived_on is None),
        rules=Counter(terms.rule for terms in cells.values()),
        editorial=sum(1 for terms in cells.values() if is_editorial(terms)),
        noted=sum(1 for terms in cells.values() if terms.note),
    )


def is_editorial(terms: CellTerms) -> bool:
    """Whether the cell rests on nothing but the editors of the starting point."""
    return terms.source.startswith("editorial")


def cells_in(session: Session, version: ReadVersion, asked: date | None = None) -> Cells:
    """The version's cells by task and group, as it is read; as they were on the day that is asked about."""
    return _as_on(session, cells_of(session, version.id, version.number), asked)


def _as_on(session: Session, cells: Cells, asked: date | None) -> Cells:
    if asked is None or not turns(session):
        return cells
    return {place: terms.at(asked) for place, terms in cells.items()}


def both_ways(session: Session, before: date, after: date) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
    """The changes through which the levels of the one day, and of the other, are read on the later of the two."""
    scale = turns(session)
    return turns_between(scale, before, after), turns_between(scale, after, before)


def levels_in(session: Session, version: ReadVersion, asked: date | None = None) -> dict[int, str]:
    """Rank -> name by which the version's cells name their levels, on the day that is asked about."""
    return level_names_on(session, asked or version.asked_on)


def row_in(session: Session, version: ReadVersion, task_id: int, asked: date | None = None) -> Cells:
    """The same of the task's cells at least."""
    return _as_on(session, row_of(session, version.id, version.number, task_id), asked)


def staff_groups(session: Session) -> dict[int, Column]:
    """Every staff group by its id, in the municipality's order."""
    rows = session.execute(
        scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.code, GROUPS.c.name, GROUPS.c.short_name).order_by(
            GROUPS.c.position, GROUPS.c.name, GROUPS.c.id
        )
    )
    return {row.id: Column(row.id, row.code, row.name, row.short_name) for row in rows}


def _length(validity: Validity) -> tuple[bool, int]:
    return validity.each is None, validity.months or 10_000
