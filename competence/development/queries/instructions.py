"""New versions of instructions that are to be read: what waits for a person, and who has not read yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, true
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.catalogue.models import InstructionReading, InstructionVersion
from competence.catalogue.queries.instructions import get_instruction, to_read, versions_of
from competence.catalogue.rules import Asks
from competence.decision.queries import EMPLOYMENTS, INSTRUCTIONS, TASKS, UNITS, book, load, running
from competence.decision.rules import judge
from competence.delegation.queries import versions
from competence.entitlements.queries import GROUP, ROWS
from competence.foundation.clock import last_day
from competence.foundation.orm import scoped, tenant_id
from competence.people.models import PersonIdentity
from competence.signoffs.queries import CURRENT

READINGS = cast(Table, InstructionReading.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)


@dataclass(frozen=True)
class ToRead:
    """A version that waits for one person's "read and understood"."""

    instruction: InstructionVersion
    task: str
    on: date
    """The day it is asked about."""

    @property
    def last_day(self) -> date | None:
        """The last day of the grace."""
        return last_day(self.instruction.closes_on)

    @property
    def has_closed(self) -> bool:
        """Whether the task is closed to her until she has read it."""
        closes = self.instruction.closes_on
        return self.instruction.closes_unread and closes is not None and closes <= self.on


@dataclass(frozen=True)
class Reader:
    """Somebody who may do the task and has been asked to read."""

    person_id: int
    name: str
    unit: str
    has_read: bool


@dataclass(frozen=True)
class ReadingList:
    """A version, and those within reach who may do its task."""

    instruction: InstructionVersion
    task: str
    readers: tuple[Reader, ...]

    @property
    def read(self) -> int:
        """How many have read it."""
        return sum(one.has_read for one in self.readers)

    @property
    def unread(self) -> list[Reader]:
        """Those who have not, by name."""
        return [one for one in self.readers if not one.has_read]

    def is_over(self, on: date) -> bool:
        """Whether the grace has run out."""
        return self.instruction.closes_on is not None and self.instruction.closes_on <= on


def waits_for(session: Session, person_id: int, *, on: date) -> list[ToRead]:
    """What the person may do today and has not read the new instruction for, the first grace first."""
    return [
        ToRead(version, task, on)
        for version, task in to_read(session, on=on)
        if any(
            not one.has_read
            for one in _readers(session, version.task_id, version, [EMPLOYMENTS.c.person_id == person_id], on)
        )
    ]


@dataclass(frozen=True)
class ToSignAgain:
    """A version whose author asks for the person's signature anew."""

    instruction: InstructionVersion
    task: str
    last_day: date
    """The last day on which her signature counts."""
    over: bool


def to_sign_again(session: Session, person_id: int, *, on: date) -> list[ToSignAgain]:
    """What the person's signature is to be given again for and has not been, the first grace first."""
    c, i = CURRENT.c, INSTRUCTIONS.c
    rows = session.execute(
        scoped(session, CURRENT, i.id, TASKS.c.name)
        .join(INSTRUCTIONS, (i.municipality_id == c.municipality_id) & (i.task_id == c.task_id))
        .join(TASKS, (TASKS.c.municipality_id == c.municipality_id) & (TASKS.c.id == c.task_id))
        .where(c.person_id == person_id, c.ended_on.is_(None), c.counts_from <= on)
        .where(or_(c.valid_to.is_(None), c.valid_to > on))
        .where(i.asks == Asks.SIGN_AGAIN, i.valid_from <= on, c.valid_from < i.valid_from)
        .where(or_(TASKS.c.archived_on.is_(None), TASKS.c.archived_on > on))
        .order_by(i.closes_on, i.id)
    ).all()
    found: dict[int, ToSignAgain] = {}
    for instruction_id, task in rows:
        version = get_instruction(session, instruction_id)
        assert version.closes_on is not None
        one = ToSignAgain(version, task, version.closes_on - timedelta(days=1), version.closes_on <= on)
        found.setdefault(version.task_id, one)
    return list(found.values())


def reading_lists(session: Session, within: Reach, *, on: date) -> list[ReadingList]:
    """Each version to be read, with those within reach who may do the task today."""
    reached = or_(false(), *(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots))
    return [
        ReadingList(version, task, tuple(_readers(session, version.task_id, version, [reached], on)))
        for version, task in to_read(session, on=on)
    ]


@dataclass(frozen=True)
class Asking:
    """How many a version asks, and how many have answered."""

    asked: int
    answered: int


def reach_of(session: Session, task_id: int, *, on: date) -> tuple[int, int]:
    """(people who may do the task on the day, people whose signature for it is in force): whom a new version would ask."""
    return len(_readers(session, task_id, None, [], on)), len(_signatures(session, task_id, on))


def answers_to(session: Session, task_id: int, *, on: date) -> dict[int, Asking]:
    """Version -> how many it asks and how many have answered, of those that ask somebody and have begun."""
    found: dict[int, Asking] = {}
    for version in versions_of(session, task_id):
        if version.asks == Asks.READ and version.valid_from <= on:
            readers = _readers(session, task_id, version, [], on)
            found[version.id] = Asking(len(readers), sum(one.has_read for one in readers))
        elif version.asks == Asks.SIGN_AGAIN and version.valid_from <= on:
            signed = _signatures(session, task_id, on)
            found[version.id] = Asking(len(signed), sum(day >= version.valid_from for day in signed.values()))
    return found


def _signatures(session: Session, task_id: int, on: date) -> dict[int, date]:
    """Person -> the first day of her signature for the task, where it is in force, of those who work here."""
    c, e = CURRENT.c, EMPLOYMENTS.c
    rows = session.execute(
        scoped(session, EMPLOYMENTS, e.person_id, c.valid_from)
        .join(CURRENT, (c.municipality_id == e.municipality_id) & (c.person_id == e.person_id))
        .where(running(on), c.task_id == task_id, c.citizen_id.is_(None), c.ended_on.is_(None))
        .where(c.counts_from <= on, or_(c.valid_to.is_(None), c.valid_to > on))
    )
    return {row.person_id: row.valid_from for row in rows}


def _readers(
    session: Session, task_id: int, version: InstructionVersion | None, where: Iterable[ColumnElement[bool]], on: date
) -> Sequence[Reader]:
    """Those who may do the task on the day, or could if they had read it, each once, by name."""
    conditions = [running(on), *where]
    able: set[int] | None = None
    if version is not None and version.closes_unread and version.closes_on is not None and version.closes_on <= on:
        opened = replace(book(session), must_read={})
        facts = load(session, and_(*conditions), shared=opened, task_id=task_id)
        able = {one.id for one in facts if judge(one, task_id, on=on).level}
    listed, _approved = versions(session)
    in_force = next((one.id for one in listed if one.in_force(on)), None)
    e, own = EMPLOYMENTS.c, tenant_id(session)
    personal = and_(
        ROWS.c.municipality_id == own, ROWS.c.employment_id == e.id, ROWS.c.task_id == task_id,
        ROWS.c.citizen_id.is_(None), ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on),
    )  # fmt: skip
    by_group = and_(
        GROUP.c.municipality_id == own, GROUP.c.version_id == in_force, GROUP.c.task_id == task_id,
        GROUP.c.staff_group_id == e.staff_group_id,
    )  # fmt: skip
    read = and_(
        READINGS.c.municipality_id == own,
        READINGS.c.person_id == e.person_id,
        READINGS.c.instruction_id == (version.id if version is not None else None),
    )
    rows: Iterable[Any] = session.execute(
        scoped(
            session, EMPLOYMENTS, e.id.label("employment"), e.person_id, IDENTITIES.c.name, UNITS.c.name.label("unit"),
            READINGS.c.id.label("reading"),
        )
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .outerjoin(IDENTITIES, (IDENTITIES.c.municipality_id == e.municipality_id) & (IDENTITIES.c.person_id == e.person_id))
        .outerjoin(ROWS, personal)
        .outerjoin(GROUP, by_group)
        .outerjoin(READINGS, read)
        .where(*conditions, func.coalesce(ROWS.c.level, GROUP.c.level, 0) > 0 if able is None else true())
        .order_by(IDENTITIES.c.name, e.person_id, e.id)
    )  # fmt: skip
    found: dict[int, Reader] = {}
    for row in rows:
        if able is not None and row.employment not in able:
            continue
        found.setdefault(row.person_id, Reader(row.person_id, row.name or "", row.unit, row.reading is not None))
    return list(found.values())
