"""A student's stage and supervisor: each change ends what was and adds what is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.audit.commands import record
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.onboarding.commands.common import colleague, line
from competence.onboarding.models import StudentStage
from competence.onboarding.queries.students import open_stage
from competence.people.commands.common import employment_for
from competence.people.models import Employment, StaffGroup

MOST_STAGE = 80


@dataclass(frozen=True)
class NewStage:
    """The stage from a day on, and who supervises."""

    stage: str
    supervisor_id: int
    begins_on: date
    opens: bool = False
    """From that day the student has the tasks of the group that she follows."""


@command
def move_stage(session: Session, employment_id: int, new: NewStage, *, seen: int, by: Actor) -> StudentStage:
    """The student's stage from the day on; the one before ends there. `seen`: the id of the one that the page showed, 0 for none.

    Where it opens, tasks of the followed group can be signed from its first day, and not before. RuleBroken when she is no
    student, the day lies before today, or the supervisor does not fit; Overtaken when somebody else has moved it meanwhile.
    """
    employment, _unit = employment_for(session, employment_id, by, Permission.ONBOARDING_KEEP)
    session.execute(select(Employment.id).where(Employment.id == employment.id).with_for_update())
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("The employment has ended.")))
    group = session.scalars(select(StaffGroup).where(StaffGroup.id == employment.staff_group_id)).one()
    if not group.is_student:
        raise RuleBroken(sentence(N_("Only students have stages.")))
    stage = line(new.stage, "stage", MOST_STAGE)
    if not stage:
        raise RuleBroken(sentence(N_("Write which stage it is.")), field="stage")
    if new.begins_on < max(today(), employment.valid_from):
        raise RuleBroken(
            sentence(N_("A stage begins today or later. A right is not given back in time.")), field="begins_on"
        )
    if employment.valid_to is not None and new.begins_on >= employment.valid_to:
        raise RuleBroken(sentence(N_("The employment has ended by then.")), field="begins_on")
    supervisor: int | None = new.supervisor_id
    before = open_stage(session, employment.id)
    if before is None or before.supervisor_id != supervisor:
        supervisor = colleague(session, supervisor, by, but=employment.person_id, field="supervisor")
    if supervisor is None:
        raise RuleBroken(sentence(N_("Choose who supervises her.")), field="supervisor")
    if (before.id if before else 0) != seen:
        raise Overtaken(sentence(N_("The stage has been changed meanwhile. Nothing was saved. Look at it again.")))
    if before is not None and new.begins_on < before.begins_on:
        raise RuleBroken(
            sentence(N_("The stage before begins on %(day)s. Choose that day or a later one."), day=before.begins_on),
            field="begins_on",
        )
    stage_from = _stage_from(employment, new)
    if before is not None:
        before.ends_on = new.begins_on
    row = StudentStage(
        employment_id=employment.id, stage=stage, supervisor_id=supervisor, opens=new.opens, begins_on=new.begins_on,
        recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    employment.stage_from = stage_from
    session.flush()
    record(
        session, by=by.person_id, action="move_stage", subject="student_stage", subject_id=row.id,
        person_id=employment.person_id, detail={"opens": new.opens, "from": new.begins_on.isoformat()},
    )  # fmt: skip
    touched(session, person_id=employment.person_id)
    return row


def _stage_from(employment: Employment, new: NewStage) -> date | None:
    """The day from which tasks are open to her; it stays through later stages that open too. RuleBroken for closing ahead."""
    if new.opens:
        return min(employment.stage_from or new.begins_on, new.begins_on)
    if employment.stage_from is not None and employment.stage_from <= today() < new.begins_on:
        raise RuleBroken(
            sentence(N_("A stage that closes tasks again begins today: what is open cannot be closed ahead.")),
            field="begins_on",
        )
    return None
