"""The chains of a demonstration: sign-offs, answers and delegations; and what was observed before them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from competence.audit.chain import HEADS, NewEvent, append_all
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.delegation.agreements import DelegationKind, Scope, Supervision
from competence.delegation.models import Delegation
from competence.foundation.clock import now
from competence.foundation.orm import scoped
from competence.imports.demo.writing import Writing
from competence.imports.demonstration.rows import Delegated, SignOff
from competence.imports.demonstration.rows import Observation as Seen
from competence.signoffs.models import Observation
from competence.signoffs.rules import EventKind, Origin

HALF_A_YEAR = 182
"""Days from a delegation to its first supervision."""


def write_evidence(to: Writing) -> None:
    """Nothing; sign-offs, answers and delegations are written, in the order of each person's chain."""
    seen = _by_person_and_task(to.demo.observations)
    reserved = set(to.session.scalars(select(Task.id).where(Task.reserved != Reserved.NO.value)))
    plan: list[tuple[datetime, int, SignOff | Delegated]] = []
    given_rows: list[SignOff | Delegated] = [*to.demo.signoffs, *to.demo.delegations]
    for order, row in enumerate(given_rows):
        at = to.moment(row.recorded, 10) if isinstance(row, SignOff) else to.moment(row.given, 11)
        plan.append((at, order * 2, row))
        if row.accepted is not None:
            yes = max(at + timedelta(minutes=6), to.moment(row.accepted, 10, 6))
            plan.append((min(yes, now()), order * 2 + 1, row))
    plan.sort(key=lambda step: step[:2])
    heads = {row.person_id: row.seq for row in to.session.execute(scoped(to.session, HEADS))}
    lengths = {number: heads.get(id_, 0) for number, id_ in to.persons.items()}
    given: dict[int, int] = {}
    events: list[NewEvent] = []
    delegated: dict[int, Delegated] = {}
    for at, order, row in plan:
        lengths[row.person] += 1
        if order % 2:
            events.append(_accepted(to, row, at, given[order - 1]))
            continue
        given[order] = lengths[row.person]
        if isinstance(row, Delegated):
            delegated[len(events)] = row
            events.append(_delegated(to, row, at, reserved))
        else:
            events.append(_signed(to, row, at, seen))
    written = append_all(to.session, events)
    to.session.add_all(
        Delegation(
            event_id=written[place].id, person_id=to.persons[row.person], giver_id=to.persons[row.giver],
            task_id=to.rules.tasks[row.task], kind=events[place].fields["kind"], valid_from=to.day(row.given),
            valid_to=to.until(row.through), accepted_on=to.day(row.accepted), instructor_id=to.persons[row.giver],
            instructed_on=to.day(row.given), supervisor_id=to.persons[row.giver], supervision=Supervision.PRESENT,
            supervise_on=_supervise_on(to, row), supervise_months=6,
        )
        for place, row in delegated.items()
    )  # fmt: skip


def _accepted(to: Writing, row: SignOff | Delegated, at: datetime, seq: int) -> NewEvent:
    kind = EventKind.ACCEPTED if isinstance(row, SignOff) else EventKind.DELEGATION_ACCEPTED
    person, task = to.persons[row.person], to.rules.tasks[row.task]
    return NewEvent(person, kind, person, task, refers_to=seq, fields={"device_of": None}, recorded_at=at)


def _signed(to: Writing, row: SignOff, at: datetime, seen: Mapping[tuple[str, str], list[Seen]]) -> NewEvent:
    person, task = to.persons[row.person], to.rules.tasks[row.task]
    first = to.day(row.recorded if row.origin == Origin.TRANSFERRED else row.signed)
    days = 90 if row.origin == Origin.TRANSFERRED else 30
    fields: dict[str, Any] = {
        "level": row.level, "valid_from": first.isoformat(), "valid_to": to.day(row.through + 1).isoformat(),
        "answer_before": (to.day(row.recorded) + timedelta(days=days)).isoformat(), "origin": row.origin,
        "employment": to.employments.get(row.person),
        "observed": [
            {"kind": one.kind, "on": to.day(one.on).isoformat(), "by": to.persons.get(one.observer)}
            for one in seen.get((row.person, row.task), ())
            if row.signed - 60 <= one.on <= row.signed
        ],
    }  # fmt: skip
    texts: dict[str, str] = {}
    by = to.persons.get(row.signer or "") or to.persons.get(row.recorded_by or "")
    if row.instructor is not None:
        who = next(i for i in to.demo.instructors if i.key == row.instructor)
        fields["taught_on"] = to.day(row.signed).isoformat()
        texts = {"signer": f"{who.name}, {who.profession}, {who.organisation}", "certificate": who.certificate}
    if row.paper_signer is not None:
        fields["paper_signed_on"] = to.day(row.signed).isoformat()
        texts = {"signer": row.paper_signer}
    return NewEvent(person, EventKind.SIGNED, by, task, fields=fields, texts=texts, recorded_at=at)


def _delegated(to: Writing, row: Delegated, at: datetime, reserved: set[int]) -> NewEvent:
    giver, task = to.persons[row.giver], to.rules.tasks[row.task]
    kind = DelegationKind.FRAMEWORK if task in reserved else DelegationKind.TRANSFER
    supervised = _supervise_on(to, row)
    fields = {
        "valid_from": to.day(row.given).isoformat(), "valid_to": to.day(row.through + 1).isoformat(),
        "kind": kind.value, "scope": Scope.ALL.value, "onward": False, "instructed_on": to.day(row.given).isoformat(),
        "instructor": giver, "supervisor": giver, "supervision": Supervision.PRESENT.value,
        "supervise_on": supervised.isoformat() if supervised else None, "supervise_months": 6,
    }  # fmt: skip
    texts = {"instruction": f"Instruks for {row.task.lower()}", "instruction_version": "1"}
    return NewEvent(
        to.persons[row.person], EventKind.DELEGATED, giver, task, fields=fields, texts=texts, recorded_at=at
    )


def _supervise_on(to: Writing, row: Delegated) -> date | None:
    """Half a year after it was given, where that still lies before its end."""
    return to.day(row.given + HALF_A_YEAR) if row.given + HALF_A_YEAR < row.through else None


def write_observations(to: Writing) -> None:
    """Nothing; what was observed, and what was passed on introductions, is written."""
    to.insert(
        Observation,
        [
            {
                "person_id": to.persons[o.person], "task_id": to.rules.tasks[o.task], "gate_code": None, "kind": o.kind,
                "observed_on": to.day(o.on), "observer_id": to.persons.get(o.observer),
                "recorded_at": to.moment(o.on, 9, 30), "recorded_by": to.persons.get(o.observer),
            }
            for o in to.demo.observations
        ]
        + _gates(to),
    )  # fmt: skip


def _gates(to: Writing) -> list[dict[str, Any]]:
    """What those employed more than a month ago have passed on their introduction."""
    rows = []
    for p in to.demo.people:
        if p.staff_group is None or p.first > -35:
            continue
        for code, kind in to.rules.gates.get(p.staff_group, ()):
            rows.append(
                {
                    "person_id": to.persons[p.number],
                    "task_id": None,
                    "gate_code": code,
                    "kind": kind,
                    "observed_on": to.day(p.first + 21),
                    "observer_id": None,
                    "recorded_at": to.moment(p.first + 21),
                    "recorded_by": None,
                }
            )
    return rows


def _by_person_and_task(rows: Iterable[Seen]) -> dict[tuple[str, str], list[Seen]]:
    found: dict[tuple[str, str], list[Seen]] = {}
    for row in rows:
        found.setdefault((row.person, row.task), []).append(row)
    return found
