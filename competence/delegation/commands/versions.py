"""The matrix in versions: draft one, state its grounds, approve it by name."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import NewEvent, append, lock_chains
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved, validity_of
from competence.delegation.models import Cell, FrameworkDelegation, MatrixVersion
from competence.delegation.queries import CELLS
from competence.delegation.queries.drafts import frameworks, law_of, refuse_unlawful
from competence.delegation.queries.hearing import open_comments
from competence.delegation.queries.terms import default_validity, with_defaults
from competence.delegation.rules import ENTITLING, CellRule, Ground, Keeping, LeaderPart
from competence.foundation.bulk import hold_still
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import StaffGroup

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
    validity_date: str | None = None
    """A day that comes every year, "03-01", instead of months."""
    limits: tuple[Mapping[str, str], ...] = ()
    ground: Ground | None = None
    framework: Mapping[str, str] | None = None
    """{"giver", "instruction", "instruction_version"}"""
    agreed_with_leader: LeaderPart = LeaderPart.NONE
    keeping: Keeping = Keeping.AT_ONCE
    keeping_to: date | None = None
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


def lock_version(session: Session, number: int) -> MatrixVersion:
    """The version of that number, read anew and kept from others until the transaction ends. NotFound when there is none."""
    version = session.scalars(
        select(MatrixVersion)
        .where(MatrixVersion.municipality_id == tenant_id(session), MatrixVersion.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if version is None:
        raise NotFound
    return version


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
        "validity_date": cell.validity_date,
        "limits": [dict(limit) for limit in cell.limits],
        "ground": cell.ground,
        "framework": dict(cell.framework) if cell.framework else None,
        "agreed_with_leader": cell.agreed_with_leader,
        "keeping": cell.keeping,
        "keeping_to": cell.keeping_to,
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
    despite_comments: bool = False,
) -> MatrixVersion:
    """The draft, approved by a named person and in force from a day that is tomorrow at the earliest.

    `despite_comments`: the approver knows that comments of the hearing have no answer yet. `grounds` states by cell id
    the ground of cells on reserved tasks that have none yet. Times and validity that a cell leaves to its task are
    written into it, so that an approved version never changes. Source: product.md, Cell.
    """
    root = root_unit(session)
    authorise(by, Permission.MATRIX_APPROVE, root.path)
    lock_chains(session, [by.person_id])
    version = lock_version(session, number)
    hold_still(session)
    if version.approved_at is not None:
        raise Overtaken(sentence(N_("The version has already been approved. Nothing was written.")))
    if version.discarded_at is not None:
        raise Overtaken(sentence(N_("The draft has been given up. Make a new one.")))
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
    if not despite_comments and (unanswered := open_comments(session, version.id)):
        raise RuleBroken(
            sentence(
                N_(
                    "%(count)s comments of the hearing have no answer yet. Answer them, or confirm that you have read them."
                ),
                count=unanswered,
            ),
            field="despite_comments",
        )
    _state_grounds(session, version, grounds or {})
    refuse_unlawful(session, version.id)
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
    _name_frameworks(session, version, valid_from, by)
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
        | ({"each": row.validity_date} if row.validity_date else {})
        | ({"framework": row.framework} if row.framework else {})
        | _kept(row)
        for row in rows
    ]  # fmt: skip
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _kept(row: Any) -> dict[str, str | None]:
    """What those keep who lose the task by the cell; nothing where they lose it at once."""
    if row.keeping == Keeping.AT_ONCE:
        return {}
    return {"keeping": str(row.keeping), "keeping_to": row.keeping_to.isoformat() if row.keeping_to else None}


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
                )
            )
        cell.ground = given.ground
    session.flush()


def _name_frameworks(session: Session, version: MatrixVersion, valid_from: date, by: Actor) -> None:
    """Nothing; each framework delegation that the draft's cells name is recorded, unless the same one is there already.

    RuleBroken when a cell rests on a framework delegation that nobody has named: without its instruction it is none.
    """
    known = frameworks(session)
    cells = session.scalars(
        select(Cell).where(Cell.version_id == version.id, Cell.ground == Ground.FRAMEWORK).order_by(Cell.id)
    )
    for cell in cells:
        place = (cell.task_id, cell.staff_group_id)
        named = cell.framework
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


def _freeze_defaults(session: Session, version_id: int) -> None:
    """Write the task's times and validity into the cells that say none."""
    says_nothing = CELLS.c.validity_months.is_(None) & CELLS.c.validity_date.is_(None)
    rows = session.execute(
        with_defaults(session, CELLS.c.id, CELLS.c.observed_times, CELLS.c.validity_months, CELLS.c.validity_date)
        .where(CELLS.c.version_id == version_id, CELLS.c.rule.in_([rule.value for rule in ENTITLING]))
        .where(CELLS.c.observed_times.is_(None) | says_nothing)
    ).all()
    for row in rows:
        validity = validity_of(row.validity_months, row.validity_date) or default_validity(row)
        session.execute(
            update(CELLS)
            .where(CELLS.c.municipality_id == tenant_id(session), CELLS.c.id == row.id)
            .values(
                observed_times=row.observed_times if row.observed_times is not None else row.task_times,
                validity_months=None if validity.each else (validity.months or 0),
                validity_date=str(validity.each) if validity.each else None,
            )
        )
    session.expire_all()
