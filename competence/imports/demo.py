"""Loads a demonstration municipality: its facts written set-based as events, with a clock relative to today."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from competence.accounts.models import Account, RoleAssignment
from competence.accounts.passwords import hashed
from competence.audit.chain import NewEvent, append_all
from competence.audit.commands import record
from competence.coverage.models import Requirement
from competence.coverage.rules import Shift
from competence.decision.commands import recompute_all
from competence.delegation.models import Delegation, Stop
from competence.foundation.clock import COPENHAGEN, now, today
from competence.foundation.orm import begin_writing, open_session, tenant_id, work_for
from competence.imports.demo_rules import Rules, load_rules
from competence.imports.demonstration.generate import generate
from competence.imports.demonstration.rows import Delegated, Demonstration, SignOff
from competence.imports.demonstration.rows import Observation as Seen
from competence.imports.reference import read_files
from competence.organisation.models import Municipality, Unit
from competence.people.models import Absence, Employment, Person, PersonIdentity
from competence.signoffs import projection
from competence.signoffs.models import Observation, SignOffRequest
from competence.signoffs.rules import EventKind, Origin

NAME = "Fjordby Kommune"
PASSWORD = "fjordby-viser-vej"  # noqa: S105 - everybody in the demonstration has it, and the start prints it
SHIFTS = {
    "day": Shift.DAY,
    "evening": Shift.EVENING,
    "night": Shift.NIGHT,
    "D": Shift.DAY,
    "A": Shift.EVENING,
    "N": Shift.NIGHT,
}


def load_demo(
    bind: Any, employees: int = 286, *, name: str = NAME, wide: bool = False, host: str | None = None, seed: int = 1
) -> int:
    """The id of the demonstration municipality, committed; of the one that is there when it has been loaded before.

    One transaction: whoever ends the program on the way finds nothing, and the next start loads it whole.
    """
    with open_session(bind, None) as session:
        there = session.scalars(select(Municipality).where(Municipality.name == name)).first()
        if there is not None:
            return there.id
        begin_writing(session)
        municipality = Municipality(
            name=name, is_demo=True, settings={}, salt=f"demonstration-{name}", created_at=now(), host=host
        )
        session.add(municipality)
        session.flush()
        work_for(session, municipality.id)
        Loader(session, generate(employees, seed, wide=wide), wide=wide).load()
        session.commit()
        return municipality.id


class Loader:
    """Writes one demonstration. Offsets are days from the day on which it is loaded."""

    def __init__(self, session: Session, demo: Demonstration, *, wide: bool = False) -> None:
        self.session, self.demo, self.wide = session, demo, wide
        self.today = today()
        self.units: dict[str, Unit] = {}
        self.persons: dict[str, int] = {}
        self.employments: dict[str, int] = {}
        self.rules: Rules

    def day(self, offset: int) -> date:
        """The date so many days from today."""
        return self.today + timedelta(days=offset)

    def until(self, offset: int | None) -> date | None:
        """The half-open end for a last day."""
        return None if offset is None else self.day(offset + 1)

    def moment(self, offset: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment on the day, never later than now."""
        wall = datetime.combine(self.day(offset), time(hour, minute), COPENHAGEN)
        return min(wall, now())

    def load(self) -> None:
        """Nothing; everything is written and the stored answers are made."""
        self._units()
        self._people()
        self.rules = load_rules(
            self.session,
            read_files(),
            self.demo,
            wide=self.wide,
            day=self.day,
            moment=self.moment,
            persons=self.persons,
        )
        self._roles()
        self._evidence()
        self._observations()
        self._the_rest()
        record(
            self.session,
            by=None,
            action="load_demonstration",
            subject="municipality",
            subject_id=tenant_id(self.session),
        )
        self.session.flush()
        projection.rebuild(self.session, self.persons.values(), on=self.today)
        recompute_all(self.session)

    def _units(self) -> None:
        for position, row in enumerate(self.demo.units):
            parent = self.units[row.parent] if row.parent else None
            unit = Unit(
                name=row.name, kind=row.kind, parent_id=parent.id if parent else None, position=position,
                fallback_name=row.fallback_name, fallback_phone=row.fallback_phone, recorded_at=now(),
            )  # fmt: skip
            self.session.add(unit)
            self.session.flush()
            unit.path = f"{parent.path if parent else '/'}{unit.id}/"
            self.units[row.name] = unit
        self.session.flush()

    def _insert(self, table: type, rows: list[dict[str, Any]]) -> list[int]:
        if not rows:
            return []
        tenant = {"municipality_id": tenant_id(self.session)}
        wanted = insert(table).returning(table.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
        return list(self.session.scalars(wanted, [tenant | row for row in rows]))

    def _people(self) -> None:
        people = self.demo.people
        externals = self.demo.externals
        first = min((person.first for person in people), default=0)
        ids = self._insert(Person, [{"recorded_at": self.moment(first)} for _ in (*people, *externals)])
        self.persons = {person.number: id_ for person, id_ in zip(people, ids, strict=False)}
        self._insert(
            PersonIdentity,
            [
                {
                    "person_id": self.persons[p.number],
                    "number": p.number,
                    "name": p.name,
                    "email": p.email,
                    "phone": p.phone,
                }
                for p in people
            ]
            + [
                {"person_id": id_, "number": None, "name": e.name, "email": None, "phone": None}
                for e, id_ in zip(externals, ids[len(people) :], strict=True)
            ],
        )
        password = hashed(PASSWORD)
        self._insert(
            Account,
            [
                {
                    "person_id": self.persons[p.number],
                    "email": p.email.lower(),
                    "password_hash": password,
                    "recorded_at": now(),
                }
                for p in people
            ],
        )

    def _employments(self) -> None:
        rows, numbers = [], []
        for p in self.demo.people:
            if p.staff_group is None:
                continue
            numbers.append(p.number)
            rows.append(
                {
                    "person_id": self.persons[p.number],
                    "unit_id": self.units[p.unit].id,
                    "staff_group_id": self.rules.groups[p.staff_group],
                    "shifts": "".join(s for s in "DAN" if s in p.shifts),
                    "valid_from": self.day(p.first),
                    "valid_to": self.until(p.through),
                    "is_floater": p.is_floater,
                    "authorisation_checked_on": None
                    if p.authorisation_checked is None
                    else self.day(p.authorisation_checked),
                    "stage_from": None if p.stage_from is None else self.day(p.stage_from),
                    "recorded_at": self.moment(p.first),
                    "is_external": False,
                    "agency": None,
                    "authorisation_checked_by": None,
                }
            )
        ids = list(self.persons.values())
        extra = [id_ for id_ in self._external_ids() if id_ not in set(ids)]
        for e, person in zip(self.demo.externals, extra, strict=True):
            rows.append(
                {
                    "person_id": person,
                    "unit_id": self.units[e.unit].id,
                    "staff_group_id": self.rules.groups[e.staff_group],
                    "shifts": "".join(s for s in "DAN" if s in e.shifts),
                    "valid_from": self.day(e.first),
                    "valid_to": self.until(e.through),
                    "is_floater": False,
                    "is_external": True,
                    "agency": e.agency,
                    "authorisation_checked_on": None
                    if e.authorisation_checked is None
                    else self.day(e.authorisation_checked),
                    "authorisation_checked_by": self.persons.get(e.checked_by or ""),
                    "stage_from": None,
                    "recorded_at": self.moment(e.first),
                }
            )
        made = self._insert(Employment, rows)
        self.employments = dict(zip(numbers, made, strict=False))

    def _external_ids(self) -> list[int]:
        nameless = (
            select(PersonIdentity.person_id).where(PersonIdentity.number.is_(None)).order_by(PersonIdentity.person_id)
        )
        return list(self.session.scalars(nameless))

    def _roles(self) -> None:
        self._employments()
        self._insert(
            RoleAssignment,
            [
                {
                    "person_id": self.persons[r.person], "role": r.role, "unit_id": self.units[r.unit].id,
                    "valid_from": self.day(r.first), "valid_to": self.until(r.through), "purpose": r.purpose or None,
                    "recorded_at": self.moment(r.first),
                }
                for r in self.demo.roles
                if r.person in self.persons and r.unit in self.units
            ],
        )  # fmt: skip

    def _evidence(self) -> None:
        """Sign-offs, answers and delegations, in the order of each person's chain."""
        seen = _by_person_and_task(self.demo.observations)
        plan: list[tuple[datetime, int, SignOff | Delegated]] = []
        given_rows: list[SignOff | Delegated] = [*self.demo.signoffs, *self.demo.delegations]
        for order, row in enumerate(given_rows):
            at = self.moment(row.recorded, 10) if isinstance(row, SignOff) else self.moment(row.given, 11)
            plan.append((at, order * 2, row))
            if row.accepted is not None:
                yes = max(at + timedelta(minutes=6), self.moment(row.accepted, 10, 6))
                plan.append((min(yes, now()), order * 2 + 1, row))
        plan.sort(key=lambda step: step[:2])
        lengths: dict[str, int] = {}
        given: dict[int, int] = {}
        events: list[NewEvent] = []
        delegated: dict[int, Delegated] = {}
        for at, order, row in plan:
            lengths[row.person] = lengths.get(row.person, 0) + 1
            if order % 2:
                events.append(self._accepted(row, at, given[order - 1]))
                continue
            given[order] = lengths[row.person]
            if isinstance(row, Delegated):
                delegated[len(events)] = row
                events.append(self._delegated(row, at))
            else:
                events.append(self._signed(row, at, seen))
        written = append_all(self.session, events)
        self.session.add_all(
            Delegation(
                event_id=written[place].id, person_id=self.persons[row.person], giver_id=self.persons[row.giver],
                task_id=self.rules.tasks[row.task], valid_from=self.day(row.given), valid_to=self.until(row.through),
                accepted_on=self.day(row.accepted),
            )
            for place, row in delegated.items()
        )  # fmt: skip

    def _accepted(self, row: SignOff | Delegated, at: datetime, seq: int) -> NewEvent:
        kind = EventKind.ACCEPTED if isinstance(row, SignOff) else EventKind.DELEGATION_ACCEPTED
        person, task = self.persons[row.person], self.rules.tasks[row.task]
        return NewEvent(person, kind, person, task, refers_to=seq, fields={"device_of": None}, recorded_at=at)

    def _signed(self, row: SignOff, at: datetime, seen: Mapping[tuple[str, str], list[Seen]]) -> NewEvent:
        person, task = self.persons[row.person], self.rules.tasks[row.task]
        first = self.day(row.recorded if row.origin == Origin.TRANSFERRED else row.signed)
        days = 90 if row.origin == Origin.TRANSFERRED else 30
        fields: dict[str, Any] = {
            "level": row.level, "valid_from": first.isoformat(), "valid_to": self.day(row.through + 1).isoformat(),
            "answer_before": (self.day(row.recorded) + timedelta(days=days)).isoformat(), "origin": row.origin,
            "employment": self.employments.get(row.person),
            "observed": [
                {"kind": one.kind, "on": self.day(one.on).isoformat(), "by": self.persons.get(one.observer)}
                for one in seen.get((row.person, row.task), ())
                if row.signed - 60 <= one.on <= row.signed
            ],
        }  # fmt: skip
        texts: dict[str, str] = {}
        by = self.persons.get(row.signer or "") or self.persons.get(row.recorded_by or "")
        if row.instructor is not None:
            who = next(i for i in self.demo.instructors if i.key == row.instructor)
            fields["taught_on"] = self.day(row.signed).isoformat()
            texts = {"signer": f"{who.name}, {who.profession}, {who.organisation}", "certificate": who.certificate}
        if row.paper_signer is not None:
            fields["paper_signed_on"] = self.day(row.signed).isoformat()
            texts = {"signer": row.paper_signer}
        return NewEvent(person, EventKind.SIGNED, by, task, fields=fields, texts=texts, recorded_at=at)

    def _delegated(self, row: Delegated, at: datetime) -> NewEvent:
        fields = {
            "valid_from": self.day(row.given).isoformat(), "valid_to": self.day(row.through + 1).isoformat(),
            "kind": row.kind, "onward": False,
        }  # fmt: skip
        giver, task = self.persons[row.giver], self.rules.tasks[row.task]
        return NewEvent(self.persons[row.person], EventKind.DELEGATED, giver, task, fields=fields, recorded_at=at)

    def _observations(self) -> None:
        self._insert(
            Observation,
            [
                {
                    "person_id": self.persons[o.person], "task_id": self.rules.tasks[o.task], "gate_code": None, "kind": o.kind,
                    "observed_on": self.day(o.on), "observer_id": self.persons.get(o.observer),
                    "recorded_at": self.moment(o.on, 9, 30), "recorded_by": self.persons.get(o.observer),
                }
                for o in self.demo.observations
            ]
            + self._gates(),
        )  # fmt: skip

    def _gates(self) -> list[dict[str, Any]]:
        """What those employed more than a month ago have passed on their introduction."""
        rows = []
        for p in self.demo.people:
            if p.staff_group is None or p.first > -35:
                continue
            for code, kind in self.rules.gates.get(p.staff_group, ()):
                rows.append(
                    {
                        "person_id": self.persons[p.number],
                        "task_id": None,
                        "gate_code": code,
                        "kind": kind,
                        "observed_on": self.day(p.first + 21),
                        "observer_id": None,
                        "recorded_at": self.moment(p.first + 21),
                        "recorded_by": None,
                    }
                )
        return rows

    def _the_rest(self) -> None:
        demo = self.demo
        self._insert(
            SignOffRequest,
            [
                {
                    "employment_id": self.employments[r.person], "task_id": self.rules.tasks[r.task],
                    "asked_by": self.persons[r.asked_by], "asked_at": self.moment(r.asked, 14, 10),
                }
                for r in demo.requests
            ],
        )  # fmt: skip
        self._insert(
            Absence,
            [
                {
                    "employment_id": self.employments[a.person], "valid_from": self.day(a.first),
                    "valid_to": self.until(a.through), "recorded_at": self.moment(a.first),
                }
                for a in demo.absences
            ],
        )  # fmt: skip
        self._insert(
            Requirement,
            [
                {
                    "unit_id": self.units[r.unit].id, "unit_kind": "", "task_id": self.rules.tasks[r.task],
                    "shift": SHIFTS[r.shift], "day_kind": "every", "need": r.need, "level": r.level, "also_unstable": False,
                    "students_count": False, "valid_from": self.day(-300), "source": "demonstration",
                    "recorded_at": self.moment(-300),
                }
                for r in demo.requirements
            ],
        )  # fmt: skip
        self._insert(
            Stop,
            [
                {
                    "task_id": self.rules.tasks[s.task], "unit_id": self.units[s.unit].id,
                    "staff_group_id": self.rules.groups[s.staff_group] if s.staff_group else None,
                    "begins_at": self.moment(s.first, 8, 15), "valid_to": self.day(s.through + 1), "reason": s.reason,
                    "stopped_by": self.persons[s.stopped_by], "recorded_at": self.moment(s.first, 8, 15),
                }
                for s in demo.stops
            ],
        )  # fmt: skip


def _by_person_and_task(rows: Iterable[Seen]) -> dict[tuple[str, str], list[Seen]]:
    found: dict[tuple[str, str], list[Seen]] = {}
    for row in rows:
        found.setdefault((row.person, row.task), []).append(row)
    return found
