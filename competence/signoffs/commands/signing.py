"""A signer vouches for a person, or for all who have been trained together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import cast

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Appended, NewEvent, append_all, day_of, lock_chains
from competence.audit.commands import record_all
from competence.catalogue.models import Task
from competence.catalogue.queries.instructions import instruction_on
from competence.catalogue.queries.scales import turns
from competence.files.queries import hashes_at
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import OWN, execute, several, standing
from competence.foundation.text import Sentence
from competence.people.models import Employment
from competence.signoffs import projection
from competence.signoffs.commands.common import check_step
from competence.signoffs.commands.vouching import (
    ASKED_ALL_THE_SAME,
    ExternalInstructor,
    NewSignOff,
    ground_to_sign,
    signed_already,
    vouched,
)
from competence.signoffs.models import ObservationDraft, SignOffRequest
from competence.signoffs.queries import (
    Matter,
    events_of,
    get_employment,
    get_task,
    matters,
    places_of,
    readiness,
    signer_on,
    terms_to_sign,
)
from competence.signoffs.rules import Event, EventKind, Stage, Step, history, missing

EMPLOYMENTS = cast(Table, Employment.__table__)
REQUESTS = cast(Table, SignOffRequest.__table__)
DRAFTS = cast(Table, ObservationDraft.__table__)

__all__ = [
    "ASKED_ALL_THE_SAME",
    "ExternalInstructor",
    "Line",
    "NewSignOff",
    "Outcome",
    "ground_to_sign",
    "sign_off",
    "sign_together",
    "why_not_of",
]


@command
def sign_off(session: Session, employment_id: int, new: NewSignOff, *, by: Actor) -> Appended:
    """The event by which `by` vouches for the person. RuleBroken says why not, Overtaken that somebody was first."""
    employment, unit = get_employment(session, employment_id)
    authorise(by, Permission.EXTERNAL_INSTRUCTOR_RECORD if new.external else Permission.SIGNOFF_SIGN, unit.path)
    task = get_task(session, new.task_id)
    check_step(Step.SIGN, Stage.NOT_BEGUN, by=by, person_id=employment.person_id)
    lock_chains(session, [employment.person_id])  # before reading, or two signers build on one head
    on = day_of(session, employment.person_id)
    cell, first_day = terms_to_sign(session, employment, task.id, on=on)
    before = events_of(session, [employment.person_id], task_ids=[task.id]).get(employment.person_id, [])
    signed = [one for one in history(before, turns(session)) if one.citizen_id == new.citizen_id]
    ready = readiness(session, employment, task, cell, signed, ticked=new.ticked, on=on)
    signer = None if new.external else signer_on(session, by, task.id, unit=unit, on=on, first_day=first_day)
    files = hashes_at(session, [employment.person_id], [task.id]).get((employment.person_id, task.id), ())
    matter = Matter(employment, unit, task, cell, first_day, before, signed, ready, signer, on, files)
    event = vouched(
        session, matter, new, by=by, version_on=lambda task, day: instruction_on(session, task, day).version
    )
    return _write(session, [(matter, event)], by=by)[0]


@dataclass(frozen=True)
class Line:
    """One of many signatures: for whom, and what."""

    employment_id: int
    new: NewSignOff


@dataclass(frozen=True)
class Outcome:
    """What became of a line: the event, or every reason why there is none."""

    line: Line
    event: Appended | None = None
    why: tuple[Sentence, ...] = ()


@command
def sign_together(session: Session, lines: Sequence[Line], *, by: Actor) -> list[Outcome]:
    """What became of each line, in their order. Each is judged like a signature of its own; those that hold are written at once.

    Sent twice, it writes nothing the second time. NotFound when one is about nobody or nothing; then nothing is written.
    """
    employments, tasks = places_of(session, [one.employment_id for one in lines], [one.new.task_id for one in lines])
    for employment in employments.values():
        authorise(by, Permission.SIGNOFF_SIGN, employment.unit.path)
    lock_chains(session, [one.person_id for one in employments.values()])
    found = matters(
        session, [(employments[one.employment_id], tasks[one.new.task_id], one.new.ticked) for one in lines], by=by,
        day=lambda person: day_of(session, person),
    )  # fmt: skip

    version_on = _versions(session)
    holds: list[tuple[Matter, NewEvent]] = []
    taken: set[tuple[int, int]] = set()
    why: dict[int, tuple[Sentence, ...]] = {}
    for at, (line, matter) in enumerate(zip(lines, found, strict=True)):
        place = matter.employment.person_id, matter.task.id
        if place in taken:
            why[at] = (signed_already(Stage.TO_APPROVE if matter.task.second_approval else Stage.TO_ANSWER),)
            continue
        event, why_not = _judged(session, matter, line.new, by=by, version_on=version_on)
        if event is None:
            why[at] = why_not
        else:
            holds.append((matter, event))
            taken.add(place)
    events = iter(_write(session, holds, by=by))
    return [Outcome(line, None, why[at]) if at in why else Outcome(line, next(events)) for at, line in enumerate(lines)]


def why_not_of(
    session: Session, found: Sequence[tuple[Matter, NewSignOff]], *, by: Actor
) -> list[tuple[Sentence, ...]]:
    """Every reason why each of the signatures cannot be given now, in their order; empty for those that can."""
    version_on = _versions(session)
    return [_judged(session, matter, new, by=by, version_on=version_on)[1] for matter, new in found]


def _versions(session: Session) -> Callable[[Task, date], str | None]:
    @cache
    def version_on(task: Task, day: date) -> str | None:
        return instruction_on(session, task, day).version

    return version_on


def _judged(
    session: Session, matter: Matter, new: NewSignOff, *, by: Actor, version_on: Callable[[Task, date], str | None]
) -> tuple[NewEvent | None, tuple[Sentence, ...]]:
    """(the event, nothing) or (None, every reason): all that is missing where that is what the rule stops at."""
    try:
        check_step(Step.SIGN, Stage.NOT_BEGUN, by=by, person_id=matter.employment.person_id)
        return vouched(session, matter, new, by=by, version_on=version_on), ()
    except RuleBroken as broken:
        gaps = missing(matter.ready)
        stops = (broken.field, broken.message) in gaps
        return None, tuple(text for _field, text in gaps) if stops else (broken.message,)


def _write(session: Session, signed: Sequence[tuple[Matter, NewEvent]], *, by: Actor) -> list[Appended]:
    """The events as written, in their order, with all that follows from them."""
    if not signed:
        return []
    events = append_all(session, [new for _matter, new in signed])
    by_task: dict[int, dict[int, list[Event]]] = {}
    drafts: dict[int, list[int]] = {}
    for (matter, new), event in zip(signed, events, strict=True):
        told = {**new.fields, "signer_text": new.texts.get("signer")}
        written = Event(
            EventKind.SIGNED,
            event.seq,
            event.recorded_at,
            matter.task.id,
            new.citizen_id,
            by.person_id,
            None,
            told,
            event.id,
        )
        by_task.setdefault(matter.task.id, {})[event.person_id] = [*matter.before, written]
        drafts.setdefault(matter.task.id, []).append(matter.employment.id)
        touched(session, person_id=event.person_id, task_id=matter.task.id)
    for task, known in by_task.items():
        projection.rebuild(session, known, on=today(), task_id=task, known=known)
        execute(session, _CLOSE_REQUESTS, persons=sorted(known), task=task, at=now())
        execute(session, _DROP_DRAFTS, employments=sorted(drafts[task]), task=task, guide=by.person_id)
    record_all(
        session,
        [
            {
                "by_person_id": by.person_id, "action": "sign_off", "subject": "evidence_event", "subject_id": event.id,
                "person_id": event.person_id, "detail": {"task": new.task_id, "level": new.fields["level"]},
            }
            for (_matter, new), event in zip(signed, events, strict=True)
        ],
    )  # fmt: skip
    return events


_CLOSE_REQUESTS = (
    update(REQUESTS)
    .where(
        REQUESTS.c.municipality_id == bindparam(OWN), REQUESTS.c.task_id == bindparam("task"),
        REQUESTS.c.closed_at.is_(None),
        REQUESTS.c.employment_id.in_(
            standing(EMPLOYMENTS, EMPLOYMENTS.c.id).where(EMPLOYMENTS.c.person_id.in_(several("persons")))
        ),
    )
    .values(closed_at=bindparam("at"), closed_how="signed")
)  # fmt: skip
_DROP_DRAFTS = delete(DRAFTS).where(
    DRAFTS.c.municipality_id == bindparam(OWN), DRAFTS.c.employment_id.in_(several("employments")),
    DRAFTS.c.task_id == bindparam("task"), DRAFTS.c.guide_id == bindparam("guide"),
)  # fmt: skip
