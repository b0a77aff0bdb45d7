"""Reads for the page about a person: who she is, and the history of what was vouched for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.audit.models import EventText, EvidenceEvent
from competence.catalogue.models import Task, TaskGate
from competence.development.queries.own import employments_of
from competence.foundation.clock import local
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.organisation.models import Unit
from competence.people.models import Absence, Employment, Person, PersonIdentity
from competence.signoffs.models import Exemption, Observation
from competence.signoffs.queries import names_of, signers_of

EVENTS = cast(Table, EvidenceEvent.__table__)
TASKS = cast(Table, Task.__table__)
ABOUT_DELEGATION = ("delegated", "delegation_accepted", "delegation_ended")


@dataclass(frozen=True)
class Happened:
    """One event or observed time of the history."""

    seq: int
    """Its place in the chain; 0 = an observed time, which stands in none."""
    kind: str
    at: Any
    """A moment, or a date for an observed time."""
    task: str
    task_id: int
    by: str
    fields: Mapping[str, Any]
    refers_to: int | None = None
    texts: Mapping[str, str] | None = None
    device_of: str = ""


def get_person(
    session: Session, person_id: int, *, within: Reach
) -> tuple[PersonIdentity | None, Sequence[Employment]]:
    """The person's identity (None when erased) and all her employments, if one of them is within reach. NotFound otherwise."""
    person = session.scalars(select(Person).where(Person.id == person_id)).first()
    rows = employments_of(session, person_id)
    if person is None or not any(within.covers(row.unit.path) for row in rows):
        raise NotFound
    identity = session.scalars(select(PersonIdentity).where(PersonIdentity.person_id == person_id)).first()
    return identity, rows


def history_of(session: Session, person_id: int, *, with_texts: bool, limit: int = 400) -> list[Happened]:
    """What was observed, signed, answered and ended about the person, the newest first.

    The words written with an answer go to the guide and the person only: `with_texts` says whether the reader is one. Why
    she said no to a delegation stands on its own page, for its giver.
    """
    events = session.execute(
        scoped(session, EVENTS, EVENTS, TASKS.c.name.label("task"))
        .outerjoin(TASKS, (TASKS.c.municipality_id == EVENTS.c.municipality_id) & (TASKS.c.id == EVENTS.c.task_id))
        .where(EVENTS.c.person_id == person_id)
        .order_by(EVENTS.c.seq.desc())
        .limit(limit)
    ).all()
    seen = session.execute(
        select(Observation, Task.name, Unit.name)
        .outerjoin(Task, Task.id == Observation.task_id)
        .outerjoin(Unit, Unit.id == Observation.unit_id)
        .where(Observation.person_id == person_id, Observation.withdrawn_at.is_(None))
        .order_by(Observation.observed_on.desc(), Observation.id.desc())
        .limit(limit)
    ).all()
    gates = _gate_names(session, {one.gate_code for one, _name, _unit in seen if one.gate_code})
    people = {row.by_person_id for row in events} | {one.observer_id for one, _name, _unit in seen}
    people |= {row.fields.get("device_of") for row in events}
    names = names_of(session, [one for one in people if one])
    signers = signers_of(session, [row.id for row in events if "signer_hash" in row.fields])
    texts: dict[int, dict[str, str]] = {}
    if with_texts and events:
        for text in session.scalars(
            select(EventText).where(
                EventText.event_id.in_([row.id for row in events if row.kind != "delegation_declined"])
            )
        ):
            texts.setdefault(text.event_id, {})[text.name] = text.text
    found = [
        Happened(
            row.seq, row.kind, row.recorded_at, row.task or "", row.task_id or 0,
            signers.get(row.id) or names.get(row.by_person_id, ""), row.fields, row.refers_to, texts.get(row.id),
            names.get(row.fields.get("device_of") or 0, ""),
        )
        for row in events
    ]  # fmt: skip
    found += [
        Happened(
            0,
            one.kind,
            one.observed_on,
            name or gates.get(one.gate_code or "", ""),
            one.task_id or 0,
            names.get(one.observer_id or 0, ""),
            {"how": one.how, "unit": unit or "", "place": one.place or ""},
        )
        for one, name, unit in seen
    ]
    return sorted(found, key=_order, reverse=True)[:limit]


def _gate_names(session: Session, codes: set[str]) -> dict[str, str]:
    rows = session.execute(select(TaskGate.code, TaskGate.name).where(TaskGate.code.in_(sorted(codes))).distinct())
    return {row.code: row.name for row in rows} if codes else {}


def _order(one: Happened) -> tuple[date, int, int]:
    day = one.at if one.seq == 0 else local(one.at).date()
    return (day, one.seq > 0, one.seq)


def absences_of(session: Session, employments: Sequence[Employment]) -> Sequence[Absence]:
    """The person's times of absence, the newest first: from and to, nothing else."""
    ids = [row.id for row in employments]
    return session.scalars(
        select(Absence).where(Absence.employment_id.in_(ids)).order_by(Absence.valid_from.desc(), Absence.id.desc())
    ).all()


def exemptions_of(session: Session, person_id: int) -> Sequence[tuple[Exemption, str]]:
    """What she is exempt from by agreement: task, from and to."""
    rows = session.execute(
        select(Exemption, Task.name)
        .join(Task, Task.id == Exemption.task_id)
        .where(Exemption.person_id == person_id)
        .order_by(Exemption.valid_from.desc(), Exemption.id.desc())
    ).all()
    return [(row[0], row[1]) for row in rows]
