"""The user's verbs about the matrix: draft, approve, stop, restrict, delegate."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import rfc8785
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, NewEvent, append, lock_chains
from competence.audit.commands import record
from competence.audit.models import EvidenceEvent
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation.models import Cell, Delegation, FrameworkDelegation, MatrixVersion, Stop, UnitMask
from competence.delegation.queries import CELLS, TASKS, cell_for, get_version, version_in_force
from competence.delegation.rules import ENTITLING, CellRule, Ground, LeaderPart
from competence.entitlements.queries import holds
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import Employment, StaffGroup

GROUNDED = frozenset({CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.MAY_CITIZEN})
"""The rules that must state a ground on a reserved task; a delegation is its own ground."""


@dataclass(frozen=True)
class NewCell:
    """A cell of a draft."""

    task_id: int
    staff_group_id: int
    rule: CellRule
    minimum_level: int | None = None
    education_level: int | None = None
    level_not_stated: bool = False
    observed_times: int | None = None
    validity_months: int | None = None
    limits: tuple[Mapping[str, str], ...] = ()
    ground: Ground | None = None
    agreed_with_leader: LeaderPart = LeaderPart.NONE
    note: str = ""
    source: str = ""


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


def root_unit(session: Session) -> Unit:
    """The top of the organisation tree. NotFound while there is none."""
    root = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if root is None:
        raise NotFound
    return root


@command
def new_draft(
    session: Session, cells: Sequence[NewCell], *, by: int | None, reference: tuple[str, str] | None = None
) -> MatrixVersion:
    """A draft version holding the cells, numbered after the newest. `by` None: the command line or the reference data."""
    last = session.execute(scoped(session, MatrixVersion, func.max(MatrixVersion.__table__.c.number))).scalar()
    draft = MatrixVersion(
        number=int(last or 0) + 1,
        recorded_at=now(),
        recorded_by=by,
        reference_code=reference[0] if reference else None,
        reference_version=reference[1] if reference else None,
    )
    session.add(draft)
    session.flush()
    rows = [_cell_row(session, draft.id, cell) for cell in cells]
    if rows:
        session.execute(insert(Cell), rows)
    record(
        session, by=by, action="new_draft", subject="matrix_version", subject_id=draft.id, detail={"cells": len(rows)}
    )
    return draft


def _cell_row(session: Session, version_id: int, cell: NewCell) -> dict[str, Any]:
    return {
        "municipality_id": tenant_id(session),
        "version_id": version_id,
        "task_id": cell.task_id,
        "staff_group_id": cell.staff_group_id,
        "rule": cell.rule,
        "minimum_level": cell.minimum_level,
        "education_level": cell.education_level,
        "level_not_stated": cell.level_not_stated,
        "observed_times": cell.observed_times,
        "validity_months": cell.validity_months,
        "limits": [dict(limit) for limit in cell.limits],
        "ground": cell.ground,
        "agreed_with_leader": cell.agreed_with_leader,
        "note": cell.note,
        "source": cell.source,
    }


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


@command
def approve_version(
    session: Session,
    number: int,
    *,
    valid_from: date,
    by: Actor,
    approved_as: str = "",
    grounds: Mapping[int, GroundGiven] | None = None,
) -> MatrixVersion:
    """The draft, approved by a named person and in force from a day that is tomorrow at the earliest.

    `grounds` states by cell id the ground of cells on reserved tasks that have none yet. Times and validity that a cell
    leaves to its task are written into it, so that an approved version never changes. Source: product.md, Cell.
    """
    root = root_unit(session)
    authorise(by, Permission.MATRIX_APPROVE, root.path)
    lock_chains(session, [by.person_id])
    version = get_version(session, number)
    if version.approved_at is not None:
        raise Overtaken(sentence(N_("The version has already been approved. Nothing was written.")))
    if valid_from <= today():
        raise RuleBroken(
            sentence(
                N_("A version is approved at the latest the day before it is in force. Choose tomorrow or later.")
            ),
            field="valid_from",
        )
    others = session.scalars(
        select(MatrixVersion).where(MatrixVersion.approved_at.is_not(None)).order_by(MatrixVersion.valid_from)
    ).all()
    if any(other.valid_from is not None and other.valid_from >= valid_from for other in others):
        raise RuleBroken(
            sentence(N_("Another version is already approved from that day or later. Choose a later day.")),
            field="valid_from",
        )
    _state_grounds(session, version, grounds or {})
    missing = ungrounded(session, version.id)
    if missing:
        _, task, group = missing[0]
        raise RuleBroken(
            sentence(
                N_("%(count)s cells on reserved tasks have no ground yet, the first is %(task)s for %(group)s."),
                count=len(missing),
                task=task.name,
                group=group.name,
            ),
            field="grounds",
        )
    _freeze_defaults(session, version.id)
    for other in others:
        if other.valid_to is None or other.valid_to > valid_from:
            other.valid_to = valid_from
    version.valid_from, version.approved_at = valid_from, now()
    version.approved_by, version.approved_as = by.person_id, approved_as or by.home_role.value
    session.flush()
    append(
        session,
        NewEvent(
            by.person_id,
            "matrix_approved",
            by.person_id,
            fields={
                "version": version.number,
                "valid_from": valid_from.isoformat(),
                "cells_hash": cells_hash(session, version.id),
                "as": version.approved_as,
            },
        ),
    )
    record(
        session, by=by.person_id, action="approve_version", subject="matrix_version", subject_id=version.id,
        detail={"number": version.number, "valid_from": valid_from.isoformat()},
    )  # fmt: skip
    touched(session, everybody=True)
    return version


def cells_hash(session: Session, version_id: int) -> str:
    """SHA-256 over the RFC 8785 JSON of the version's cells by task and group: what was approved, provable later."""
    rows = session.execute(
        scoped(session, CELLS).where(CELLS.c.version_id == version_id).order_by(CELLS.c.task_id, CELLS.c.staff_group_id)
    )
    document = [
        {
            "task": row.task_id, "group": row.staff_group_id, "rule": str(row.rule), "minimum": row.minimum_level,
            "education": row.education_level, "times": row.observed_times, "months": row.validity_months,
            "limits": row.limits, "ground": str(row.ground) if row.ground else None, "leader": str(row.agreed_with_leader),
        }
        for row in rows
    ]  # fmt: skip
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _state_grounds(session: Session, version: MatrixVersion, grounds: Mapping[int, GroundGiven]) -> None:
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
                )  # fmt: skip
            )
        cell.ground = given.ground
    session.flush()


def _freeze_defaults(session: Session, version_id: int) -> None:
    """Write the task's times and validity into the cells that say none."""
    rows = session.execute(
        scoped(session, CELLS, CELLS.c.id, CELLS.c.observed_times, CELLS.c.validity_months,
               TASKS.c.observed_times.label("times"), TASKS.c.validity_months.label("months"))
        .join(TASKS, (TASKS.c.municipality_id == CELLS.c.municipality_id) & (TASKS.c.id == CELLS.c.task_id))
        .where(CELLS.c.version_id == version_id, CELLS.c.rule.in_([rule.value for rule in ENTITLING]))
        .where((CELLS.c.observed_times.is_(None)) | (CELLS.c.validity_months.is_(None)))
    ).all()  # fmt: skip
    for row in rows:
        session.execute(
            update(CELLS)
            .where(CELLS.c.municipality_id == tenant_id(session), CELLS.c.id == row.id)
            .values(
                observed_times=row.observed_times if row.observed_times is not None else row.times,
                validity_months=row.validity_months if row.validity_months is not None else (row.months or 0),
            )
        )
    session.expire_all()


@command
def stop_task(
    session: Session,
    task_id: int,
    *,
    unit_id: int,
    staff_group_id: int | None,
    valid_to: date,
    reason: str,
    by: Actor,
) -> Stop:
    """The stop: the task is closed at once in the unit and below, for the group (None: all), until `valid_to`."""
    unit = session.scalars(select(Unit).where(Unit.id == unit_id)).first()
    if unit is None:
        raise NotFound
    authorise(by, Permission.STOP_WRITE, unit.path)
    task = session.scalars(select(Task).where(Task.id == task_id)).first()
    if task is None:
        raise NotFound
    if valid_to <= today():
        raise RuleBroken(sentence(N_("The last day of the stop must be today or later.")), field="valid_through")
    if not reason.strip():
        raise RuleBroken(sentence(N_("Write why the task is stopped, so that colleagues know.")), field="reason")
    if looks_like_cpr(reason):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="reason"
        )
    stop = Stop(
        task_id=task.id, unit_id=unit.id, staff_group_id=staff_group_id, begins_at=now(), valid_to=valid_to,
        reason=squeeze(reason), stopped_by=by.person_id, recorded_at=now(),
    )  # fmt: skip
    session.add(stop)
    session.flush()
    record(
        session, by=by.person_id, action="stop_task", subject="stop", subject_id=stop.id,
        detail={"task": task.id, "unit": unit.id, "group": staff_group_id},
    )  # fmt: skip
    touched(session, task_id=task.id)
    return stop


@command
def lift_stop(session: Session, stop_id: int, *, by: Actor) -> Stop:
    """The stop, lifted now: the answers are again what the matrix and the signatures say."""
    row = session.execute(select(Stop, Unit).join(Unit, Unit.id == Stop.unit_id).where(Stop.id == stop_id)).first()
    if row is None:
        raise NotFound
    stop, unit = row
    authorise(by, Permission.STOP_WRITE, unit.path)
    if stop.lifted_at is not None:
        raise Overtaken(sentence(N_("The stop has already been lifted.")))
    stop.lifted_at, stop.lifted_by = now(), by.person_id
    record(
        session, by=by.person_id, action="lift_stop", subject="stop", subject_id=stop.id, detail={"task": stop.task_id}
    )
    touched(session, task_id=stop.task_id)
    return stop


@command
def restrict(
    session: Session,
    task_id: int,
    *,
    unit_id: int,
    staff_group_id: int | None,
    minimum_level: int | None,
    reason: str,
    by: Actor,
) -> UnitMask:
    """The stricter rule of a unit from today: closed (None), or a higher minimum level. Never looser than the municipality."""
    unit = session.scalars(select(Unit).where(Unit.id == unit_id)).first()
    if unit is None:
        raise NotFound
    authorise(by, Permission.STOP_WRITE, unit.path)
    mask = UnitMask(
        task_id=task_id, unit_id=unit.id, staff_group_id=staff_group_id, minimum_level=minimum_level, valid_from=today(),
        reason=squeeze(reason), recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(mask)
    session.flush()
    record(
        session, by=by.person_id, action="restrict", subject="unit_mask", subject_id=mask.id, detail={"task": task_id}
    )
    touched(session, task_id=task_id)
    return mask


@command
def delegate(
    session: Session, employment_id: int, task_id: int, *, valid_to: date | None, instruction: str, by: Actor
) -> Delegation:
    """The personal delegation that `by` gives, waiting for the receiver's yes. The giver is authorised and holds the task."""
    employment = session.scalars(select(Employment).where(Employment.id == employment_id)).first()
    if employment is None:
        raise NotFound
    lock_chains(session, [employment.person_id])
    on = today()
    cell = cell_for(session, task_id, employment.staff_group_id, stage_from=employment.stage_from, on=on)
    if cell.rule is not CellRule.DELEGATION_ONLY:
        raise RuleBroken(sentence(N_("The division of tasks asks for no individual delegation here.")), field="task")
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot delegate to yourself.")))
    version = version_in_force(session, on)
    own = session.execute(
        select(Employment, StaffGroup)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .where(Employment.person_id == by.person_id)
    ).all()
    if not any(
        group.authorised
        and group.has_reserved_scope
        and holds(session, mine.id, task_id, on=on, version_id=version.id if version else None)
        for mine, group in own
    ):
        raise RuleBroken(
            sentence(N_("Only an authorised person with her own reserved scope who holds the task can delegate it."))
        )
    if valid_to is not None and valid_to <= on:
        raise RuleBroken(sentence(N_("The last day must be today or later.")), field="valid_through")
    event = append(
        session,
        NewEvent(
            employment.person_id, "delegated", by.person_id, task_id,
            fields={
                "valid_from": on.isoformat(), "valid_to": valid_to.isoformat() if valid_to else None, "kind": "konkret",
                "employment": employment.id, "instruction": squeeze(instruction) or None, "onward": False,
            },
        ),
    )  # fmt: skip
    row = _project(session, event, employment.person_id, by.person_id, task_id, on, valid_to, None)
    record(
        session, by=by.person_id, action="delegate", subject="delegation", subject_id=row.id,
        person_id=employment.person_id, detail={"task": task_id},
    )  # fmt: skip
    touched(session, person_id=employment.person_id, task_id=task_id)
    return row


def _project(
    session: Session, event: Appended, person_id: int, giver_id: int, task_id: int, valid_from: date, valid_to: date | None,
    accepted_on: date | None,
) -> Delegation:  # fmt: skip
    row = Delegation(
        event_id=event.id, person_id=person_id, giver_id=giver_id, task_id=task_id, valid_from=valid_from, valid_to=valid_to,
        accepted_on=accepted_on,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


@command
def accept_delegation(session: Session, delegation_id: int, *, by: Actor) -> Delegation:
    """The receiver's own yes to a delegation."""
    authorise(by, Permission.OWN_ANSWER)
    row = session.scalars(select(Delegation).where(Delegation.id == delegation_id)).first()
    if row is None or row.person_id != by.person_id:
        raise NotFound
    lock_chains(session, [by.person_id])
    if row.accepted_on is not None:
        raise Overtaken(sentence(N_("You have already said yes to this.")))
    given = session.get(EvidenceEvent, row.event_id)
    append(
        session,
        NewEvent(
            by.person_id, "delegation_accepted", by.person_id, row.task_id, refers_to=given.seq if given else None
        ),
    )
    row.accepted_on = today()
    record(
        session, by=by.person_id, action="accept_delegation", subject="delegation", subject_id=row.id, person_id=by.person_id,
        detail={"task": row.task_id},
    )  # fmt: skip
    touched(session, person_id=by.person_id, task_id=row.task_id)
    return row


@command
def end_delegation(session: Session, delegation_id: int, *, by: Actor) -> Delegation:
    """The delegation, ended from today by its giver or its receiver."""
    row = session.scalars(select(Delegation).where(Delegation.id == delegation_id)).first()
    if row is None or by.person_id not in (row.person_id, row.giver_id):
        raise NotFound
    lock_chains(session, [row.person_id])
    given = session.get(EvidenceEvent, row.event_id)
    append(
        session,
        NewEvent(row.person_id, "delegation_ended", by.person_id, row.task_id, refers_to=given.seq if given else None),
    )
    row.valid_to = max(today(), row.valid_from + timedelta(days=0))
    record(
        session, by=by.person_id, action="end_delegation", subject="delegation", subject_id=row.id, person_id=row.person_id,
        detail={"task": row.task_id},
    )  # fmt: skip
    touched(session, person_id=row.person_id, task_id=row.task_id)
    return row
