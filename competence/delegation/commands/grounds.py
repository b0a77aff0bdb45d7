"""On what the cells of reserved tasks rest, when a version is approved: stated, lawful, and named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation.drafting import GROUNDED, Wording, check_against_law, names_instruction
from competence.delegation.models import Cell, FrameworkDelegation, MatrixVersion
from competence.delegation.queries.drafts import frameworks, law_of
from competence.delegation.rules import ENTITLING, CellRule, Ground
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.people.models import StaffGroup


@dataclass(frozen=True)
class Framework:
    """The framework delegation that an approver names as the ground of a cell."""

    giver: str
    instruction: str
    instruction_version: str


@dataclass(frozen=True)
class GroundGiven:
    """The ground that the approver states for one cell of a reserved task."""

    ground: Ground
    framework: Framework | None = None


def ungrounded(session: Session, version_id: int) -> list[tuple[Cell, Task, StaffGroup]]:
    """The cells on reserved tasks that state no ground yet, by task: they keep the version from being approved."""
    rows = session.execute(
        select(Cell, Task, StaffGroup)
        .join(Task, Task.id == Cell.task_id)
        .join(StaffGroup, StaffGroup.id == Cell.staff_group_id)
        .where(
            Cell.version_id == version_id,
            Cell.ground.is_(None),
            Cell.rule.in_([rule.value for rule in GROUNDED]),
            Task.reserved.in_([Reserved.YES, Reserved.PARTLY]),
        )
        .order_by(Task.position, Task.id, StaffGroup.position, StaffGroup.id)
    )
    return [(cell, task, group) for cell, task, group in rows]


def state_grounds(session: Session, version: MatrixVersion, grounds: Mapping[int, GroundGiven]) -> None:
    by_id = {cell.id: (cell, task, group) for cell, task, group in ungrounded(session, version.id)}
    for cell_id, given in grounds.items():
        if cell_id not in by_id:
            continue
        cell, task, group = by_id[cell_id]
        if given.ground is Ground.OWN_RIGHT and not group.has_reserved_scope:
            raise RuleBroken(
                sentence(N_("%(group)s has no reserved scope of its own and cannot have own right."), group=group.name),
                field="grounds",
            )
        if given.ground is Ground.FRAMEWORK:
            if given.framework is None or not all(
                part.strip()
                for part in (given.framework.giver, given.framework.instruction, given.framework.instruction_version)
            ):
                raise RuleBroken(
                    sentence(
                        N_(
                            "A framework delegation needs its giver, its written instruction and the instruction's version."
                        )
                    ),
                    field="grounds",
                )
            session.add(
                FrameworkDelegation(
                    giver_text=squeeze(given.framework.giver),
                    task_id=task.id,
                    staff_group_id=group.id,
                    instruction=squeeze(given.framework.instruction),
                    instruction_version=squeeze(given.framework.instruction_version),
                    valid_from=today(),
                    recorded_at=now(),
                )
            )
        cell.ground = given.ground
    session.flush()


def check_law(session: Session, version: MatrixVersion) -> None:
    """Nothing. RuleBroken when a cell says what the law forbids: one from a file has not been through the editor."""
    cells = session.scalars(
        select(Cell)
        .join(Task, Task.id == Cell.task_id)
        .where(
            Cell.version_id == version.id,
            Cell.rule.in_([rule.value for rule in ENTITLING]),
            or_(Task.never_delegated != "", Cell.ground == Ground.OWN_RIGHT.value),
        )
        .order_by(Task.position, Task.id, Cell.id)
    )
    for cell in cells:
        law = law_of(session, cell.task_id, cell.staff_group_id)
        check_against_law(Wording(CellRule(cell.rule), ground=Ground(cell.ground) if cell.ground else None), law)


def name_frameworks(session: Session, version: MatrixVersion, valid_from: date, by: Actor) -> None:
    """Nothing; each framework delegation that the draft's cells name is recorded, unless the same one is there already.

    RuleBroken when a cell rests on a framework delegation that nobody has named: without its instruction it is none.
    """
    known = frameworks(session)
    cells = session.scalars(
        select(Cell).where(Cell.version_id == version.id, Cell.ground == Ground.FRAMEWORK).order_by(Cell.id)
    )
    for cell in cells:
        place = (cell.task_id, cell.staff_group_id)
        named = cell.framework if names_instruction(cell.framework) else None
        if named is None and place not in known:
            law = law_of(session, *place)
            raise RuleBroken(
                sentence(
                    N_(
                        "%(task)s for %(group)s rests on a framework delegation, but no instruction is named. "
                        "Open the cell and write giver, instruction and version."
                    ),
                    task=law.task,
                    group=law.group,
                ),
                field="grounds",
            )
        if named is None or known.get(place) == named:
            continue
        session.add(
            FrameworkDelegation(
                giver_text=named["giver"], task_id=cell.task_id, staff_group_id=cell.staff_group_id,
                instruction=named["instruction"], instruction_version=named["instruction_version"], valid_from=valid_from,
                recorded_at=now(), recorded_by=by.person_id,
            )
        )  # fmt: skip
    session.flush()
