"""Framework delegations to a staff group: the ground on which cells of reserved tasks may rest."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation.commands.versions import root_unit
from competence.delegation.models import FrameworkDelegation
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.people.models import StaffGroup


@dataclass(frozen=True)
class NewFramework:
    """What a written delegation to a staff group says. The days are half-open."""

    task_id: int
    staff_group_id: int
    giver: str
    instruction: str
    instruction_version: str
    valid_from: date
    valid_to: date | None


@command
def give_framework(
    session: Session, new: NewFramework, *, renews_id: int | None = None, by: Actor
) -> FrameworkDelegation:
    """The framework delegation; the one that it renews ends where it begins. RuleBroken at the field that is not right."""
    authorise(by, Permission.FRAMEWORK_WRITE, root_unit(session).path)
    task = session.scalars(select(Task).where(Task.id == new.task_id)).first()
    group = session.scalars(select(StaffGroup).where(StaffGroup.id == new.staff_group_id)).first()
    if task is None or group is None:
        raise NotFound
    _check(new, task)
    renewed = None
    if renews_id is not None:
        renewed = _get(session, renews_id)
        if (renewed.task_id, renewed.staff_group_id) != (task.id, group.id):
            raise RuleBroken(
                sentence(N_("A renewal is for the same task and staff group. Note a new one for another.")),
                field="task",
            )
    others = session.scalars(
        select(FrameworkDelegation)
        .where(FrameworkDelegation.task_id == task.id, FrameworkDelegation.staff_group_id == group.id)
        .where(or_(FrameworkDelegation.valid_to.is_(None), FrameworkDelegation.valid_to > new.valid_from))
        .order_by(FrameworkDelegation.id)
    )
    for other in others:
        if other is renewed:
            continue
        if new.valid_to is None or other.valid_from < new.valid_to:
            raise RuleBroken(
                sentence(N_("There is one for the task and the group already. Renew it, or end it first.")),
                field="task",
            )
    if renewed is not None and (renewed.valid_to is None or renewed.valid_to > new.valid_from):
        renewed.valid_to = max(new.valid_from, renewed.valid_from)
    row = FrameworkDelegation(
        giver_text=squeeze(new.giver), task_id=task.id, staff_group_id=group.id, instruction=squeeze(new.instruction),
        instruction_version=squeeze(new.instruction_version), valid_from=new.valid_from, valid_to=new.valid_to,
        renews_id=renews_id, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="give_framework", subject="framework_delegation", subject_id=row.id,
        detail={"task": task.id, "group": group.id, "renews": renews_id},
    )  # fmt: skip
    return row


def _check(new: NewFramework, task: Task) -> None:
    texts = {"giver": new.giver, "instruction": new.instruction, "instruction_version": new.instruction_version}
    for name, text in texts.items():
        if looks_like_cpr(text):
            raise RuleBroken(
                sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=name
            )
    if task.never_delegated:
        raise RuleBroken(
            sentence(
                N_("This task can never be given to somebody else: %(ground)s. It must be done in person."),
                ground=task.never_delegated,
            ),
            field="task",
        )
    if task.reserved == Reserved.NO:
        raise RuleBroken(
            sentence(N_("The law does not reserve this task. It needs no framework delegation.")), field="task"
        )
    if not squeeze(new.giver):
        raise RuleBroken(sentence(N_("Write who delegates.")), field="giver")
    if not squeeze(new.instruction):
        raise RuleBroken(
            sentence(N_("A framework delegation asks for a written instruction. Write its name.")), field="instruction"
        )
    if not squeeze(new.instruction_version):
        raise RuleBroken(
            sentence(N_("Write the version of the instruction, so that it is clear what was agreed.")),
            field="instruction_version",
        )
    if new.valid_from < today():
        raise RuleBroken(
            sentence(N_("A right is not given back in time. The first day can be today or later.")), field="valid_from"
        )
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise RuleBroken(sentence(N_("The last day lies before the first day.")), field="valid_through")


def _get(session: Session, framework_id: int) -> FrameworkDelegation:
    row = session.scalars(select(FrameworkDelegation).where(FrameworkDelegation.id == framework_id)).first()
    if row is None:
        raise NotFound
    return row


@command
def end_framework(session: Session, framework_id: int, *, reason: str, by: Actor) -> FrameworkDelegation:
    """The framework delegation, ended from today. The cells that rest on it are listed until they get another ground."""
    authorise(by, Permission.FRAMEWORK_WRITE, root_unit(session).path)
    row = _get(session, framework_id)
    if row.valid_to is not None and row.valid_to <= today():
        raise Overtaken(sentence(N_("It has already ended.")))
    if not reason.strip():
        raise RuleBroken(sentence(N_("Write why it ends, so that colleagues know.")), field="reason")
    if looks_like_cpr(reason):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="reason"
        )
    row.valid_to, row.ended_at, row.ended_by = max(today(), row.valid_from), now(), by.person_id
    row.end_reason = squeeze(reason)
    session.flush()
    record(
        session, by=by.person_id, action="end_framework", subject="framework_delegation", subject_id=row.id,
        detail={"task": row.task_id, "group": row.staff_group_id},
    )  # fmt: skip
    return row
