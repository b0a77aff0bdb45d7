"""A personal delegation: an authorised person lets another do a reserved task, and she says yes."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, NewEvent, append, lock_chains
from competence.audit.commands import record
from competence.audit.models import EvidenceEvent
from competence.delegation.models import Delegation
from competence.delegation.queries import cell_for, version_in_force
from competence.delegation.rules import CellRule
from competence.entitlements.queries import holds
from competence.foundation.changes import command, touched
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import Employment, StaffGroup


@command
def delegate(
    session: Session, employment_id: int, task_id: int, *, valid_to: date | None, instruction: str, by: Actor
) -> Delegation:
    """The personal delegation that `by` gives, waiting for the receiver's yes. The giver is authorised and holds the task."""
    row = session.execute(
        select(Employment, Unit.path).join(Unit, Unit.id == Employment.unit_id).where(Employment.id == employment_id)
    ).one_or_none()
    if row is None or not any(by.may(one, row.path) for one in (Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN)):
        raise NotFound
    employment: Employment = row.Employment
    instruction = squeeze(instruction)
    if looks_like_cpr(instruction):
        raise RuleBroken(
            sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="instruction"
        )
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
                "employment": employment.id, "onward": False,
            },
            texts={"instruction": instruction} if instruction else {},
        ),
    )  # fmt: skip
    given = _project(session, event, employment.person_id, by.person_id, task_id, on, valid_to, None)
    record(
        session, by=by.person_id, action="delegate", subject="delegation", subject_id=given.id,
        person_id=employment.person_id, detail={"task": task_id},
    )  # fmt: skip
    touched(session, person_id=employment.person_id, task_id=task_id)
    return given


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
    row.valid_to = max(today(), row.valid_from)
    record(
        session, by=by.person_id, action="end_delegation", subject="delegation", subject_id=row.id, person_id=row.person_id,
        detail={"task": row.task_id},
    )  # fmt: skip
    touched(session, person_id=row.person_id, task_id=row.task_id)
    return row
