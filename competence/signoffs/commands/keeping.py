"""What a phone kept while it had no network, received once; and the code by which a guide begins with a colleague."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import local, now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.text import Sentence
from competence.signoffs.commands.observing import NewObservation, observe, save_draft
from competence.signoffs.models import TrainingCode
from competence.signoffs.queries import draft_of, get_employment, get_task
from competence.signoffs.queries.keeping import others_since, recorded_as, state_now, wait_for_turn
from competence.signoffs.rules import How, ObservationKind, State, Where, check_moment, conflicts


@dataclass(frozen=True)
class KeptTime:
    """One observed time as the phone kept it."""

    sent_as: str
    """The UUID that the phone gave it."""
    kind: ObservationKind
    at: datetime
    """The moment by the phone."""
    how: How = How.OBSERVED
    unit_id: int | None = None
    place: Where | None = None


@dataclass(frozen=True)
class Kept:
    """An unfinished observation as a phone sends it."""

    seen: State | None
    """What stood when the phone was shown the page."""
    base: Sequence[int] | None
    """The ticks from which it went out."""
    ticks: Sequence[int] | None
    """The ticks as they now are; None when none was set."""
    times: Sequence[KeptTime]


class Meanwhile(RuleBroken):
    """Something happened since the phone was shown the page: nothing was written, and she chooses."""

    def __init__(self, reasons: Sequence[Sentence], state: State, stored: Sequence[int]) -> None:
        super().__init__(reasons[0])
        self.reasons = reasons
        self.state = state
        """What stands now: sent back with her choice."""
        self.stored = stored
        """Her ticks as they stand now."""


@command
def receive_kept(session: Session, employment_id: int, task_id: int, kept: Kept, *, by: Actor) -> int:
    """How many times were recorded now: sent again, it is none. Meanwhile when she must choose first.

    RuleBroken, and nothing is written, when one of the moments lies ahead or more than 24 hours back.
    """
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.SIGNOFF_OBSERVE, unit.path)
    task = get_task(session, task_id)
    wait_for_turn(session, employment.id)
    known = recorded_as(session, [one.sent_as for one in kept.times])
    new = [one for one in kept.times if one.sent_as not in known]
    draft = draft_of(session, by.person_id, employment.id, task.id)
    stored = list(draft.ticked) if draft else []
    changed = kept.ticks is not None and sorted(kept.ticks) != sorted(stored)
    if not new and not changed:
        return 0
    state = state_now(session, employment.person_id, task, on=today())
    since = kept.seen.seen if kept.seen else 0
    reasons = conflicts(
        kept.seen, state, base=kept.base, ticks=kept.ticks, stored=stored,
        others_since=others_since(session, employment.person_id, task.id, since, but=by.person_id),
    )  # fmt: skip
    if reasons:
        raise Meanwhile(reasons, state, stored)
    for one in new:
        check_moment(one.at, now=now())
    for one in {one.sent_as: one for one in new}.values():
        seen = NewObservation(
            one.kind, local(one.at).date(), None, one.how, one.unit_id, one.place, observed_at=one.at, sent_as=one.sent_as
        )  # fmt: skip
        observe(session, employment.id, task.id, seen, by=by)
    if changed:
        save_draft(session, employment.id, task.id, kept.ticks or (), by=by)
    return len(new)


@command
def show_code(session: Session, *, by: Actor) -> TrainingCode:
    """A new code of the actor's own, for her guide to scan; the one before it no longer counts."""
    authorise(by, Permission.OWN_READ)
    code = session.scalars(select(TrainingCode).where(TrainingCode.person_id == by.person_id).with_for_update()).first()
    if code is None:
        code = TrainingCode(person_id=by.person_id)
        session.add(code)
    code.secret, code.made_at = secrets.token_urlsafe(24), now()
    session.flush()
    record(
        session, by=by.person_id, action="show_training_code", subject="training_code", subject_id=code.id,
        person_id=by.person_id,
    )  # fmt: skip
    return code
