"""What stood when a phone was shown the page, and what is recorded already of what it sends."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task
from competence.catalogue.queries import criteria_of
from competence.catalogue.queries.instructions import instruction_on
from competence.foundation.clock import now
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.models import Observation, TrainingCode
from competence.signoffs.queries.evidence import events_of
from competence.signoffs.rules import CODE_LASTS, TIMES, State


def state_now(session: Session, person_id: int, task: Task, *, on: date) -> State:
    """What a phone gives back when it sends, so that it is seen what has happened in between."""
    instruction = instruction_on(session, task, on)
    events = events_of(session, [person_id], task_ids=[task.id]).get(person_id, [])
    newest = session.scalar(
        select(func.max(Observation.id)).where(Observation.person_id == person_id, Observation.task_id == task.id)
    )
    return State(
        criteria=_mark(f"{one.position} {one.text}" for one in criteria_of(session, task.id)),
        instruction=_mark([instruction.name, instruction.url or "", instruction.version or ""]),
        signed=max((event.seq for event in events), default=0),
        seen=newest or 0,
    )


def _mark(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


def others_since(session: Session, person_id: int, task_id: int, observation_id: int, *, but: int) -> bool:
    """Whether somebody `but` that person has recorded a time of the task after that observation."""
    found = session.scalar(
        select(func.count())
        .select_from(Observation)
        .where(
            Observation.person_id == person_id,
            Observation.task_id == task_id,
            Observation.id > observation_id,
            Observation.kind.in_(TIMES),
            Observation.withdrawn_at.is_(None),
            Observation.observer_id != but,
        )
    )
    return bool(found)


def recorded_as(session: Session, sent_as: Iterable[str]) -> set[str]:
    """Those of the phone's UUIDs under which something is recorded already, also what was taken back since."""
    wanted = sorted(set(sent_as))
    if not wanted:
        return set()
    return {one for one in session.scalars(select(Observation.sent_as).where(Observation.sent_as.in_(wanted))) if one}


def wait_for_turn(session: Session, employment_id: int) -> None:
    """Nothing; whoever else sends for the employment waits until this transaction ends."""
    session.execute(select(Employment.id).where(Employment.id == employment_id).with_for_update())


def living_code(session: Session, person_id: int) -> TrainingCode | None:
    """The person's code, if it can be scanned now."""
    code = session.scalars(select(TrainingCode).where(TrainingCode.person_id == person_id)).first()
    return code if code and now() < code.made_at + CODE_LASTS else None


def who_shows(session: Session, secret: str) -> int | None:
    """The person whose living code it is; None when it is nobody's, or too old."""
    code = session.scalars(select(TrainingCode).where(TrainingCode.secret == secret)).first()
    return code.person_id if code and now() < code.made_at + CODE_LASTS else None


def employments_on(session: Session, person_id: int, *, on: date) -> list[tuple[int, str]]:
    """(employment, path of its unit) of the person's employments on the day, the newest first."""
    rows = session.execute(
        select(Employment.id, Unit.path)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(
            Employment.person_id == person_id,
            Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        )
        .order_by(Employment.valid_from.desc(), Employment.id.desc())
    )
    return [(row.id, row.path) for row in rows]
