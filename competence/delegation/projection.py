"""The projection of delegations compared with their events, and written anew from them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, insert, update
from sqlalchemy.orm import Session

from competence.audit.chain import breaks
from competence.audit.rules import Link
from competence.delegation.agreements import Happening, Scope, Step, after
from competence.delegation.models import Delegation
from competence.foundation.orm import scoped, tenant_id

ROWS = cast(Table, Delegation.__table__)
Values = dict[str, Any]

_DAYS = ("instructed_on",)
_SAID = {
    "kind": "kind", "scope": "scope", "onward": "onward", "instructed_on": "instructed_on", "instructor": "instructor_id",
    "supervisor": "supervisor_id", "supervision": "supervision", "supervise_months": "supervise_months",
    "rests_on": "rests_on_id",
}  # fmt: skip
"""What an event names -> the column that holds it; what the earliest events do not name is not compared."""


def values_of(events: Sequence[Happening]) -> Values:
    """Column -> what the row of a delegation must say after its events, in the order of the chain; at least the first."""
    stands = after(events)
    assert stands is not None
    values: Values = {
        "giver_id": stands.giver_id, "valid_from": stands.valid_from, "valid_to": stands.valid_to,
        "accepted_on": stands.accepted_on, "declined_on": stands.declined_on, "ended_on": stands.ended_on,
        "supervise_on": stands.supervise_on,
    }  # fmt: skip
    for event in events:
        if event.step in (Step.DELEGATED, Step.TAKEN_OVER):
            for name, column in _SAID.items():
                if name in event.fields:
                    said = event.fields[name]
                    values[column] = date.fromisoformat(said) if name in _DAYS and said else said
    first = events[0].fields
    if "scope" in first:
        values["has_conditions"] = "conditions_hash" in first or first["scope"] == Scope.GROUP
    return values


class Comparison:
    """Compares the stored delegations with the evidence, as its events are read in order."""

    def __init__(self, session: Session) -> None:
        """Reads what is stored; the evidence is given to `see`."""
        self._session = session
        self._stored = {row.event_id: row for row in session.execute(scoped(session, ROWS).order_by(ROWS.c.id))}
        self._events: dict[tuple[int, int], list[Happening]] = {}
        self._about: dict[int, Values] = {}

    def see(self, link: Link, event_id: int, citizen_id: int | None) -> None:
        """Nothing; the event is taken into account. Events come ordered by person and place."""
        if link.kind not in _STEPS:
            return
        happened = Happening(Step(link.kind), link.recorded_at, link.by_person_id, link.fields, event_id)
        if happened.step is Step.DELEGATED:
            self._events[link.person_id, link.seq] = [happened]
            self._about[event_id] = {"person_id": link.person_id, "task_id": link.task_id, "citizen_id": citizen_id}
        elif (place := (link.person_id, link.refers_to or 0)) in self._events:
            self._events[place].append(happened)

    def right(self) -> Mapping[int, Values]:
        """First event -> what the row of its delegation must say."""
        return {some[0].id: self._about[some[0].id] | values_of(some) for some in self._events.values()}

    def differences(self) -> list[tuple[int, int]]:
        """(person, task) of every delegation whose row does not say what the evidence says; empty when all agree."""
        found = []
        right = self.right()
        for event, values in right.items():
            row = self._stored.get(event)
            if row is None or any(row._mapping[column] != value for column, value in values.items()):
                found.append((values["person_id"], values["task_id"]))
        found += [(row.person_id, row.task_id) for event, row in self._stored.items() if event not in right]
        return sorted(found)

    def rebuild(self) -> None:
        """Nothing; every delegation's row says what the evidence says, and is written anew where there is none."""
        for event, values in sorted(self.right().items()):
            row = self._stored.get(event)
            if row is not None:
                self._session.execute(
                    update(ROWS)
                    .where(ROWS.c.municipality_id == tenant_id(self._session), ROWS.c.id == row.id)
                    .values(values)
                )
            else:
                owned = {"municipality_id": tenant_id(self._session), "event_id": event}
                self._session.execute(insert(ROWS).values(owned | values))
        self._session.expire_all()


_STEPS = frozenset(step.value for step in Step)


def rebuild(session: Session) -> None:
    """Nothing; every delegation's row says what its events say, read anew."""
    comparison = Comparison(session)
    breaks(session, seen=comparison.see)
    comparison.rebuild()


def differences(session: Session) -> list[tuple[int, int]]:
    """The same, with the evidence read for it alone."""
    comparison = Comparison(session)
    breaks(session, seen=comparison.see)
    return comparison.differences()
