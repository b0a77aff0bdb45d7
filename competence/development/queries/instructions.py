"""New versions of instructions that are to be read: what waits for a person, and who has not read yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, false, func, or_
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.catalogue.models import InstructionReading, InstructionVersion
from competence.catalogue.queries.instructions import to_read
from competence.decision.queries import EMPLOYMENTS, UNITS, running
from competence.delegation.queries import versions
from competence.entitlements.queries import GROUP, ROWS
from competence.foundation.clock import last_day
from competence.foundation.orm import scoped, tenant_id
from competence.people.models import PersonIdentity

READINGS = cast(Table, InstructionReading.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)


@dataclass(frozen=True)
class ToRead:
    """A version that waits for one person's "read and understood"."""

    instruction: InstructionVersion
    task: str

    @property
    def last_day(self) -> date | None:
        """The last day of the grace."""
        return last_day(self.instruction.closes_on)


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
        ToRead(version, task)
        for version, task in to_read(session, on=on)
        if any(not one.has_read for one in _readers(session, version, [EMPLOYMENTS.c.person_id == person_id], on))
    ]


def reading_lists(session: Session, within: Reach, *, on: date) -> list[ReadingList]:
    """Each version to be read, with those within reach who may do the task today."""
    reached = or_(false(), *(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots))
    return [
        ReadingList(version, task, tuple(_readers(session, version, [reached], on)))
        for version, task in to_read(session, on=on)
    ]


def _readers(
    session: Session, version: InstructionVersion, where: Iterable[ColumnElement[bool]], on: date
) -> Sequence[Reader]:
    """Those who may do the task on the day, each once, by name."""
    listed, _approved = versions(session)
    in_force = next((one.id for one in listed if one.in_force(on)), None)
    e, own = EMPLOYMENTS.c, tenant_id(session)
    personal = and_(
        ROWS.c.municipality_id == own, ROWS.c.employment_id == e.id, ROWS.c.task_id == version.task_id,
        ROWS.c.citizen_id.is_(None), ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on),
    )  # fmt: skip
    by_group = and_(
        GROUP.c.municipality_id == own, GROUP.c.version_id == in_force, GROUP.c.task_id == version.task_id,
        GROUP.c.staff_group_id == e.staff_group_id,
    )  # fmt: skip
    read = and_(
        READINGS.c.municipality_id == own, READINGS.c.person_id == e.person_id, READINGS.c.instruction_id == version.id
    )
    rows: Iterable[Any] = session.execute(
        scoped(
            session, EMPLOYMENTS, e.person_id, IDENTITIES.c.name, UNITS.c.name.label("unit"),
            READINGS.c.id.label("reading"),
        )
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .outerjoin(IDENTITIES, (IDENTITIES.c.municipality_id == e.municipality_id) & (IDENTITIES.c.person_id == e.person_id))
        .outerjoin(ROWS, personal)
        .outerjoin(GROUP, by_group)
        .outerjoin(READINGS, read)
        .where(running(on), func.coalesce(ROWS.c.level, GROUP.c.level, 0) > 0, *where)
        .order_by(IDENTITIES.c.name, e.person_id, e.id)
    )  # fmt: skip
    found: dict[int, Reader] = {}
    for row in rows:
        found.setdefault(row.person_id, Reader(row.person_id, row.name or "", row.unit, row.reading is not None))
    return list(found.values())
