"""Talks: planned by the leader, prepared by the employee, held, and written down. Nobody else sees them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.common import words
from competence.learning.models import Talk, TalkTaker
from competence.learning.rules import TalkKind
from competence.learning.rules.talks import answered, takes_several
from competence.organisation.models import Unit
from competence.people.commands.common import unit_for
from competence.people.models import Employment

MOST_TAKERS = 60
WRITTEN_WITHIN = timedelta(days=90)
"""So long back a talk can have been held when it is written down."""


@dataclass(frozen=True)
class NewTalk:
    """A talk that is planned."""

    kind: TalkKind
    unit_id: int
    employment_ids: tuple[int, ...]
    planned_on: date
    planned_at: time | None = None


@dataclass(frozen=True)
class Written:
    """What was written together in a talk."""

    answers: Mapping[str, str]
    agreed: str
    held_on: date | None
    """None: it has not been held yet."""
    next_on: date | None = None


@command
def plan_talk(session: Session, new: NewTalk, *, by: Actor) -> Talk:
    """The talk, planned; those who take part see it. RuleBroken with the field that is wrong; NotFound out of reach."""
    unit = unit_for(session, new.unit_id, by, Permission.TALK_HOLD)
    takers = _takers(session, new.kind, unit, new.employment_ids, by)
    if new.planned_on < today():
        raise RuleBroken(sentence(N_("The day has passed. Choose a later one.")), field="planned_on")
    talk = Talk(
        kind=new.kind, unit_id=unit.id, held_by=by.person_id, planned_on=new.planned_on, planned_at=new.planned_at,
        answers={}, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(talk)
    session.flush()
    session.add_all(TalkTaker(talk_id=talk.id, employment_id=one.id, prepared={}) for one in takers)
    session.flush()
    _record_talk(session, "plan_talk", talk, by)
    return talk


def _takers(
    session: Session, kind: TalkKind, unit: Unit, employment_ids: Collection[int], by: Actor
) -> list[Employment]:
    wanted = sorted(set(employment_ids))
    if takes_several(kind) and len(wanted) < 2:
        raise RuleBroken(sentence(N_("Choose at least two for a talk of a group.")), field="takers")
    if not takes_several(kind) and len(wanted) != 1:
        raise RuleBroken(sentence(N_("Choose one for this talk.")), field="takers")
    if len(wanted) > MOST_TAKERS:
        raise RuleBroken(sentence(N_("Choose at most %(most)s."), most=MOST_TAKERS), field="takers")
    rows = session.execute(
        select(Employment, Unit.path).join(Unit, Unit.id == Employment.unit_id).where(Employment.id.in_(wanted))
    ).all()
    on = today()
    if len(rows) != len(wanted) or any(not row.path.startswith(unit.path) for row in rows):
        raise NotFound
    for row in rows:
        authorise(by, Permission.TALK_HOLD, row.path)
        if row.Employment.person_id == by.person_id:
            raise RuleBroken(sentence(N_("Your own talk is planned by your leader.")), field="takers")
        if row.Employment.valid_to is not None and row.Employment.valid_to <= on:
            raise RuleBroken(sentence(N_("The employment has ended. Nothing can be planned under it.")), field="takers")
    return [row.Employment for row in rows]


def _record_talk(session: Session, action: str, talk: Talk, by: Actor) -> None:
    record(session, by=by.person_id, action=action, subject="talk", subject_id=talk.id)


def _mine(session: Session, talk_id: int, by: Actor, seen: int | None) -> Talk:
    """The talk that she holds. NotFound for everybody else, whatever she leads; Overtaken when it is not as `seen`."""
    talk = session.scalars(
        select(Talk).where(Talk.id == talk_id, Talk.held_by == by.person_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if talk is None:
        raise NotFound
    if seen is not None and talk.revision != seen:
        raise Overtaken(sentence(N_("The talk has been changed meanwhile. Nothing was saved. Look at it again.")))
    return talk


@command
def move_talk(
    session: Session, talk_id: int, planned_on: date, planned_at: time | None, *, seen: int, by: Actor
) -> Talk:
    """The talk on another day. RuleBroken when it has been held or is called off."""
    authorise(by, Permission.TALK_HOLD)
    talk = _mine(session, talk_id, by, seen)
    _still_ahead(talk)
    if planned_on < today() and planned_on != talk.planned_on:
        raise RuleBroken(sentence(N_("The day has passed. Choose a later one.")), field="planned_on")
    talk.planned_on, talk.planned_at = planned_on, planned_at
    talk.revision += 1
    _record_talk(session, "move_talk", talk, by)
    return talk


@command
def cancel_talk(session: Session, talk_id: int, *, by: Actor) -> Talk:
    """The talk, called off; nobody is asked why."""
    authorise(by, Permission.TALK_HOLD)
    talk = _mine(session, talk_id, by, None)
    if talk.cancelled_on is None:
        _still_ahead(talk)
        talk.cancelled_on = today()
        talk.revision += 1
        _record_talk(session, "cancel_talk", talk, by)
    return talk


def _still_ahead(talk: Talk) -> None:
    if talk.held_on is not None:
        raise RuleBroken(sentence(N_("The talk has been held.")))
    if talk.cancelled_on is not None:
        raise RuleBroken(sentence(N_("The talk is called off. Plan a new one.")))


@command
def write_talk(session: Session, talk_id: int, said: Written, *, seen: int, by: Actor) -> Talk:
    """The talk with what was written together. Overtaken when it is not as `seen`.

    RuleBroken for a talk that is called off, and a day that has not come or lies long back.
    """
    authorise(by, Permission.TALK_HOLD)
    talk = _mine(session, talk_id, by, seen)
    if talk.cancelled_on is not None:
        raise RuleBroken(sentence(N_("The talk is called off. Plan a new one.")))
    if said.held_on is not None and said.held_on > today():
        raise RuleBroken(sentence(N_("The day has not come yet.")), field="held_on")
    if said.held_on is not None and said.held_on < today() - WRITTEN_WITHIN:
        raise RuleBroken(sentence(N_("A talk is written down within 90 days. Choose a later day.")), field="held_on")
    if said.held_on is None and talk.held_on is not None:
        raise RuleBroken(sentence(N_("The talk has been held. Write the day.")), field="held_on")
    if said.next_on is not None and said.next_on <= (said.held_on or today()):
        raise RuleBroken(sentence(N_("The next talk lies after this one.")), field="next_on")
    talk.answers = {
        code: words(text, f"a-{code}") for code, text in answered(TalkKind(talk.kind), said.answers).items()
    }
    talk.agreed, talk.held_on, talk.next_on = words(said.agreed, "agreed"), said.held_on, said.next_on
    talk.revision += 1
    _record_talk(session, "write_talk", talk, by)
    return talk


@command
def prepare_talk(
    session: Session, talk_id: int, prepared: Mapping[str, str], *, show: bool, seen: int, by: Actor
) -> TalkTaker:
    """What she has prepared for her own talk; hers alone until she shows it, and shown to those who take part after.

    NotFound for a talk that she takes no part in as an employee; Overtaken when it is not as `seen`.
    """
    row = session.execute(
        select(TalkTaker, Talk)
        .join(Talk, Talk.id == TalkTaker.talk_id)
        .join(Employment, Employment.id == TalkTaker.employment_id)
        .where(TalkTaker.talk_id == talk_id, Employment.person_id == by.person_id)
        .order_by(TalkTaker.id)
    ).first()
    if row is None:
        raise NotFound
    taker: TalkTaker = row.TalkTaker
    talk: Talk = row.Talk
    session.refresh(taker, with_for_update=True)
    if taker.revision != seen:
        raise Overtaken(sentence(N_("You have written this in another window. Nothing was saved. Look at it again.")))
    if talk.cancelled_on is not None:
        raise RuleBroken(sentence(N_("The talk is called off. Plan a new one.")))
    kind = TalkKind(talk.kind)
    taker.prepared = {code: words(text, f"a-{code}") for code, text in answered(kind, prepared).items()}
    taker.shown_at = (taker.shown_at or now()) if show else None
    taker.revision += 1
    _record_talk(session, "prepare_talk", talk, by)
    return taker
