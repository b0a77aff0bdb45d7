"""Written instructions: which version counts, and those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.models import InstructionReading, InstructionVersion, Task
from competence.catalogue.rules import Asks
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound


@dataclass(frozen=True)
class Instruction:
    """A written instruction as it counts on a day."""

    name: str = ""
    url: str = ""
    version: str | None = None
    valid_from: date | None = None

    def __bool__(self) -> bool:
        return bool(self.name)


def versions_of(session: Session, task_id: int) -> Sequence[InstructionVersion]:
    """The versions that were written here, the newest first."""
    return session.scalars(
        select(InstructionVersion)
        .where(InstructionVersion.task_id == task_id)
        .order_by(InstructionVersion.number.desc(), InstructionVersion.id)
    ).all()


def before_the_first(task: Task) -> Instruction:
    """What came with the catalogue; false when nothing did."""
    return Instruction(
        task.instruction_name or "", task.instruction_url or "", task.instruction_version, task.instruction_from
    )


def instruction_on(session: Session, task: Task, on: date) -> Instruction:
    """The version that counts on the day; false when there is none."""
    known = remembered(session, ("instructions", task.id), lambda reading: _written(reading, task.id))
    found = next((said for first, said in known if first <= on), None)
    return before_the_first(task) if found is None else found


def _written(session: Session, task_id: int) -> Sequence[tuple[date, Instruction]]:
    """(first day, instruction) of the versions that were written here, the newest first."""
    return tuple(
        (one.valid_from, Instruction(one.name, one.url, one.version, one.valid_from))
        for one in versions_of(session, task_id)
    )


def get_instruction(session: Session, instruction_id: int) -> InstructionVersion:
    """The version. NotFound when there is none."""
    found = session.scalars(select(InstructionVersion).where(InstructionVersion.id == instruction_id)).first()
    if found is None:
        raise NotFound
    return found


def to_read(session: Session, *, on: date) -> Sequence[tuple[InstructionVersion, str]]:
    """(version, task) of those to be read and understood that count on the day: of each task the newest only."""
    rows = session.execute(
        select(InstructionVersion, Task.name)
        .join(Task, Task.id == InstructionVersion.task_id)
        .where(InstructionVersion.asks == Asks.READ, InstructionVersion.valid_from <= on)
        .where(Task.archived_on.is_(None) | (Task.archived_on > on))
        .order_by(InstructionVersion.task_id, InstructionVersion.number.desc())
    ).all()
    newest: dict[int, tuple[InstructionVersion, str]] = {}
    for version, task in rows:
        newest.setdefault(version.task_id, (version, task))
    return sorted(newest.values(), key=lambda one: (one[0].closes_on or date.max, one[1], one[0].id))


def has_read(session: Session, instruction_id: int, person_id: int) -> InstructionReading | None:
    """When the person said that she has read it, None while she has not."""
    return session.scalars(
        select(InstructionReading).where(
            InstructionReading.instruction_id == instruction_id, InstructionReading.person_id == person_id
        )
    ).first()
