"""What several of the commands check or write."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.chain import Appended, NewEvent, append, day_of
from competence.audit.commands import record
from competence.catalogue.queries.scales import turns
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.changes import touched
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.people.models import Employment
from competence.signoffs import projection
from competence.signoffs.queries import EVENTS, event_of, events_of
from competence.signoffs.rules import (
    Event,
    EventKind,
    Part,
    Signed,
    Stage,
    Step,
    history,
    part_of,
    refusal,
    stage_of,
)


def refused(cell: CellTerms) -> Sentence:
    """Why nothing can be signed under the cell, in the rule's own words."""
    texts = {
        CellRule.ASSISTS: N_(
            "The group assists with this task and cannot be signed off for it (division of tasks, version %(version)s)."
        ),
        CellRule.NOT_ALLOWED: N_(
            "This is not the staff group's task (division of tasks, version %(version)s). It cannot be signed."
        ),
        CellRule.NOT_RELEVANT: N_(
            "The task is not relevant for the staff group (division of tasks, version %(version)s). It cannot be signed."
        ),
        CellRule.UNDECIDED: N_("It is not decided whether the staff group may do this. It cannot be signed before that."),
    }  # fmt: skip
    return sentence(texts[cell.rule], version=cell.version)


def no_cpr(text: str, *, field: str) -> None:
    """Nothing. RuleBroken at the field when the text holds a CPR number."""
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)


def check_dates(employment: Employment, day: date, *, field: str, backwards: bool = False) -> None:
    """Nothing. RuleBroken when the day lies outside the employment, ahead (`backwards`: it was seen), or in the past."""
    if day < employment.valid_from:
        raise RuleBroken(
            sentence(N_("The date lies before the employment, which began on %(day)s."), day=employment.valid_from),
            field=field,
        )
    if employment.valid_to is not None and max(day, today()) >= employment.valid_to:
        raise RuleBroken(sentence(N_("The employment has ended.")), field=field)
    if backwards and day > today():
        raise RuleBroken(sentence(N_("The date lies ahead. Write the day it was seen.")), field=field)
    if not backwards and day < today():
        raise RuleBroken(
            sentence(N_("A right is not given back in time. The first day can be today or later.")), field=field
        )


def find_signed(session: Session, person_id: int, seq: int) -> Event:
    """The event by which somebody signed. NotFound when that place in the chain holds none."""
    row = session.execute(
        scoped(session, EVENTS).where(EVENTS.c.person_id == person_id, EVENTS.c.seq == seq)
    ).one_or_none()
    if row is None or row.kind != EventKind.SIGNED:
        raise NotFound
    return event_of(row)


def stage_after(session: Session, person_id: int, about: Event) -> tuple[Signed, Stage]:
    """The sign-off with all that later events have said of it, and where it stands today."""
    assert about.task_id is not None
    events = events_of(session, [person_id], task_ids=[about.task_id])[person_id]
    place = [one for one in history(events, turns(session)) if one.citizen_id == about.citizen_id]
    signed = next(one for one in place if one.seq == about.seq)
    return signed, stage_of(signed, place, on=day_of(session, person_id))


def check_step(
    step: Step, stage: Stage, *, by: Actor, person_id: int, signer_id: int | None = None, field: str | None = None
) -> None:
    """Nothing. RuleBroken with the reason when the step may not follow, Overtaken when somebody else was first."""
    part = part_of(by.person_id, person=person_id, signer=signer_id)
    why = refusal(stage, step, part)
    if why is not None:
        first = part is not Part.PERSON and step in _OTHERS_TOO
        raise (Overtaken if first else RuleBroken)(why, field=field)


_OTHERS_TOO = (Step.RETURN, Step.APPROVE, Step.DISAPPROVE, Step.SUSPEND, Step.RESUME, Step.REVOKE)
"""Steps that several may take: a refusal may mean that somebody else was first."""


def follow_up(
    session: Session, person_id: int, about: Event, kind: EventKind, *, by: Actor, fields: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Appended:  # fmt: skip
    """The event that answers or ends the sign-off `about`, appended, projected and noted."""
    event = append(
        session,
        NewEvent(
            person_id, kind, by.person_id, about.task_id, citizen_id=about.citizen_id, refers_to=about.seq,
            fields=dict(fields or {}), texts={k: squeeze(v) for k, v in (texts or {}).items() if v.strip()},
        ),
    )  # fmt: skip
    projection.rebuild(session, [person_id], on=day_of(session, person_id), task_id=about.task_id)
    record(
        session, by=by.person_id, action=kind.value, subject="evidence_event", subject_id=event.id, person_id=person_id,
        detail={"task": about.task_id, "refers_to": about.seq},
    )  # fmt: skip
    touched(session, person_id=person_id, task_id=about.task_id)
    return event
