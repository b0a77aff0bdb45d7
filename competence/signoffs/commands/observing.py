"""What somebody has seen: observed times, dialogues, courses and checks, and the ticks of a draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task, TaskGate
from competence.catalogue.queries import criteria_of
from competence.catalogue.rules import GateKind
from competence.delegation.rules import CellRule
from competence.foundation.changes import command, touched
from competence.foundation.clock import local, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.commands.common import check_dates, refused
from competence.signoffs.models import Observation, ObservationDraft
from competence.signoffs.queries import draft_of, get_employment, get_task, terms_to_sign
from competence.signoffs.rules import TIMES, How, ObservationKind, Where

PASSED_AS = {
    GateKind.DIALOGUE: ObservationKind.DIALOGUE,
    GateKind.PRACTICE_CHECK: ObservationKind.PRACTICE_CHECK,
    GateKind.COURSE: ObservationKind.COURSE,
    GateKind.E_LEARNING: ObservationKind.COURSE,
    GateKind.OTHER: ObservationKind.COURSE,
}
"""What is recorded when a gate has been passed."""


@dataclass(frozen=True)
class NewObservation:
    """One time, or a dialogue, course or check, to be recorded."""

    kind: ObservationKind
    observed_on: date
    gate_code: str | None = None
    how: How = How.OBSERVED
    unit_id: int | None = None
    """In which unit; None with no `place` either: where the person works."""
    place: Where | None = None
    observed_at: datetime | None = None
    """The moment by the phone; None when only the day is said."""
    sent_as: str | None = None
    """The UUID that the phone gave it."""


@command
def observe(session: Session, employment_id: int, task_id: int, new: NewObservation, *, by: Actor) -> Observation:
    """The observed time (or gate passed), recorded. RuleBroken when the rule, the date or the observer forbids it."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_OBSERVE, unit.path)
    task = get_task(session, task_id)
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot observe yourself.")))
    check_dates(employment, new.observed_on, field="observed_on", backwards=True)
    cell, _ = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles and cell.rule is not CellRule.ASSISTS:
        raise RuleBroken(refused(cell))
    _check_kind(session, employment, task, new)
    observation = Observation(
        person_id=employment.person_id, task_id=None if new.gate_code else task.id, gate_code=new.gate_code, kind=new.kind,
        how=new.how, unit_id=_unit_of(session, unit, new, by=by), place=new.place,
        observed_on=new.observed_on, observer_id=by.person_id, recorded_at=now(), recorded_by=by.person_id,
        observed_at=new.observed_at, sent_as=new.sent_as,
    )  # fmt: skip
    session.add(observation)
    session.flush()
    record(
        session, by=by.person_id, action="observe", subject="observation", subject_id=observation.id,
        person_id=employment.person_id, detail={"task": task.id, "kind": new.kind.value, "how": new.how.value},
    )  # fmt: skip
    # A gate may open several tasks, so all of the person's answers are looked at again.
    touched(session, person_id=employment.person_id, task_id=None if new.gate_code else task.id)
    return observation


def _unit_of(session: Session, own: Unit, new: NewObservation, *, by: Actor) -> int | None:
    """The unit in which it was seen. NotFound when it is out of the observer's reach."""
    if new.unit_id is None:
        return None if new.place is not None else own.id
    if new.place is not None:
        raise RuleBroken(sentence(N_("Choose a unit or another place, not both.")), field="where")
    if new.unit_id == own.id:
        return own.id
    path = session.scalar(select(Unit.path).where(Unit.id == new.unit_id))
    if path is None or not by.may(Permission.SIGNOFF_OBSERVE, path):
        raise NotFound
    return new.unit_id


def _check_kind(session: Session, employment: Employment, task: Task, new: NewObservation) -> None:
    if new.gate_code is None:
        if new.kind not in TIMES:
            raise RuleBroken(sentence(N_("Choose whether it was seen, done with help, or done alone.")), field="kind")
        return
    gate = session.scalars(
        select(TaskGate).where(
            TaskGate.task_id == task.id,
            TaskGate.staff_group_id == employment.staff_group_id,
            TaskGate.code == new.gate_code,
        )
    ).first()
    if gate is None:
        raise NotFound
    if PASSED_AS[GateKind(gate.kind)] is not new.kind:
        raise RuleBroken(sentence(N_("It must be recorded as what it is: %(name)s."), name=gate.name), field="gates")


@command
def withdraw_observation(session: Session, observation_id: int, *, by: Actor) -> None:
    """Nothing; an observed time that was recorded by mistake no longer counts. Only its observer can do that, the same day."""
    observation = session.scalars(select(Observation).where(Observation.id == observation_id)).first()
    if observation is None or observation.observer_id != by.person_id or observation.withdrawn_at is not None:
        raise NotFound
    if local(observation.recorded_at).date() != today():
        raise RuleBroken(sentence(N_("An observed time can be taken back the same day only.")))
    observation.withdrawn_at = now()
    record(
        session, by=by.person_id, action="withdraw_observation", subject="observation", subject_id=observation.id,
        person_id=observation.person_id,
    )  # fmt: skip
    touched(session, person_id=observation.person_id, task_id=observation.task_id)


@command
def save_draft(
    session: Session, employment_id: int, task_id: int, ticked: Iterable[int], *, by: Actor
) -> ObservationDraft:
    """The guide's ticks as they now are, free to change until she signs. Positions that no criterion has are left out."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_OBSERVE, unit.path)
    task = get_task(session, task_id)
    if by.person_id == employment.person_id:
        raise RuleBroken(sentence(N_("You cannot observe yourself.")))
    known = {criterion.position for criterion in criteria_of(session, task.id)}
    draft = draft_of(session, by.person_id, employment.id, task.id)
    if draft is None:
        draft = ObservationDraft(
            guide_id=by.person_id, employment_id=employment.id, task_id=task.id, ticked=[], saved_at=now()
        )
        session.add(draft)
    draft.ticked = sorted(set(ticked) & known)
    draft.saved_at = now()
    session.flush()
    return draft
