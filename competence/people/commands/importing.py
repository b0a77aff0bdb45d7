"""Employees from a list, set-based: all is checked before anything is written, and a list read twice changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record_all
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, squeeze
from competence.organisation.models import Unit
from competence.people.commands.common import (
    check_authorisation_date,
    check_order,
    checked_email,
    checked_name,
    checked_shifts,
    checked_text,
)
from competence.people.models import Employment, Person, PersonIdentity, StaffGroup

PERSONS = cast(Table, Person.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
UNITS = cast(Table, Unit.__table__)
GROUPS = cast(Table, StaffGroup.__table__)


class PersonRow(Protocol):
    """A row of the list: one employment of a person, who may stand in several rows."""

    @property
    def number(self) -> str:
        """Staff number: the natural key of a person."""

    @property
    def name(self) -> str:
        """Full name, first name first."""

    @property
    def email(self) -> str | None:
        """None: the list says none, and one that is known stays."""

    @property
    def unit_id(self) -> int:
        """Where she works."""

    @property
    def staff_group(self) -> str:
        """The group's code."""

    @property
    def shifts(self) -> str:
        """Letters of D, A, N; empty = none fixed."""

    @property
    def valid_from(self) -> date:
        """First day."""

    @property
    def valid_to(self) -> date | None:
        """First day it no longer runs; None = open."""

    @property
    def is_floater(self) -> bool:
        """Whether she works in the unit's whole subtree."""

    @property
    def authorisation_checked_on(self) -> date | None:
        """The day it was looked up; None: the list says nothing, and what is known stays."""


@dataclass(frozen=True)
class ImportedPerson:
    """A row as a command takes it, when it comes from no file."""

    number: str
    name: str
    unit_id: int
    staff_group: str
    valid_from: date
    valid_to: date | None = None
    shifts: str = ""
    email: str | None = None
    is_floater: bool = False
    authorisation_checked_on: date | None = None


@dataclass(frozen=True)
class PeopleImported:
    """What a list changed."""

    new_persons: int = 0
    new_employments: int = 0
    changed: int = 0
    """Identities and employments that read otherwise now."""
    unchanged: int = 0
    """Rows that said what was known."""
    not_in_list: tuple[tuple[str, int], ...] = ()
    """(number, unit) of running employments of persons in the list which it does not name: left alone, to be decided."""


@dataclass
class _Segment:
    """One stored employment."""

    id: int
    unit_id: int
    group_id: int
    shifts: str
    is_floater: bool
    valid_from: date
    valid_to: date | None
    checked_on: date | None
    is_external: bool


@dataclass
class _Plan:
    """What is going to be written."""

    persons: list[PersonRow] = field(default_factory=list)
    """First row of each new person."""
    identities: list[dict[str, Any]] = field(default_factory=list)
    employments: list[tuple[PersonRow, dict[str, Any]]] = field(default_factory=list)
    """(row, columns without person) of employments of new and known persons."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    """Columns of known employments by id."""
    replaced: dict[int, int] = field(default_factory=dict)
    audit: list[dict[str, Any]] = field(default_factory=list)
    persons_touched: set[int] = field(default_factory=set)
    unchanged: int = 0
    not_in_list: list[tuple[str, int]] = field(default_factory=list)


@command
def import_people(session: Session, rows: Sequence[PersonRow], *, by: Actor | None) -> PeopleImported:
    """What the list changed. RuleBroken at the first row that cannot be taken; then nothing is written.

    A person is found by her staff number. An employment that is known and reads otherwise now is ended and added anew; a
    person who stands in one row and had one employment elsewhere has moved. `by` None: the command line.
    """
    units = _checked(session, rows, by)
    groups = {row.code: row.id for row in session.execute(scoped(session, GROUPS, GROUPS.c.code, GROUPS.c.id))}
    known = _known_identities(session)
    stored = _stored(session, {known[row.number].person_id for row in rows if row.number in known})
    plan = _Plan()
    by_number: dict[str, list[PersonRow]] = {}
    for row in rows:
        if row.unit_id not in units:
            raise NotFound
        if row.staff_group not in groups:
            raise RuleBroken(N_("The staff group %(group)s is not known."), group=row.staff_group)
        by_number.setdefault(squeeze(row.number), []).append(row)
    for number, theirs in by_number.items():
        identity = known.get(number)
        if identity is None:
            plan.persons.append(theirs[0])
            plan.employments += [(row, _columns(row, groups)) for row in theirs]
        else:
            _identity(plan, identity, theirs)
            _employments(plan, identity.person_id, theirs, stored.get(identity.person_id, []), groups)
    return _write(session, plan, known, by)


def _checked(session: Session, rows: Sequence[PersonRow], by: Actor | None) -> set[int]:
    """The open units within reach, after every row was found fit by itself and against the others."""
    if by is not None:
        authorise(by, Permission.IMPORT_PEOPLE)
    names: dict[str, str] = {}
    mails: dict[str, str] = {}
    spans: dict[tuple[str, int, str], list[tuple[date, date | None]]] = {}
    for row in rows:
        number = checked_text(row.number, field="number", longest=40)
        if not number:
            raise RuleBroken(N_("A row has no staff number."), field="number")
        name, email = checked_name(row.name), checked_email(row.email)
        check_order(row.valid_from, row.valid_to)
        check_authorisation_date(row.authorisation_checked_on)
        if names.setdefault(number, name) != name:
            raise RuleBroken(N_("Number %(number)s stands with two names."), field="name", number=number)
        if email and mails.setdefault(email, number) != number:
            raise RuleBroken(
                N_("The address of number %(number)s is somebody else's too."), field="email", number=number
            )
        twins = spans.setdefault((number, row.unit_id, row.staff_group), [])
        if any(_meet(twin, (row.valid_from, row.valid_to)) for twin in twins):
            raise RuleBroken(N_("Number %(number)s has the same employment twice in the same time."), number=number)
        twins.append((row.valid_from, row.valid_to))
    within = by.reach(Permission.IMPORT_PEOPLE) if by is not None else None
    return {
        row.id
        for row in session.execute(scoped(session, UNITS, UNITS.c.id, UNITS.c.path))
        if within is None or within.covers(row.path)
    }


def _meet(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def _known_identities(session: Session) -> dict[str, Any]:
    """Staff number -> the identity's row."""
    rows = session.execute(scoped(session, IDENTITIES).where(IDENTITIES.c.number.is_not(None)))
    return {row.number: row for row in rows}


def _stored(session: Session, person_ids: Iterable[int]) -> dict[int, list[_Segment]]:
    """Person -> her employments by first day."""
    found: dict[int, list[_Segment]] = {}
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for row in session.execute(
            scoped(session, EMPLOYMENTS)
            .where(EMPLOYMENTS.c.person_id.in_(some))
            .order_by(EMPLOYMENTS.c.valid_from, EMPLOYMENTS.c.id)
        ):
            found.setdefault(row.person_id, []).append(
                _Segment(
                    row.id, row.unit_id, row.staff_group_id, row.shifts, row.is_floater, row.valid_from, row.valid_to,
                    row.authorisation_checked_on, row.is_external,
                )
            )  # fmt: skip
    return found


def _columns(row: PersonRow, groups: Mapping[str, int]) -> dict[str, Any]:
    return {
        "unit_id": row.unit_id, "staff_group_id": groups[row.staff_group], "shifts": checked_shifts(row.shifts),
        "valid_from": row.valid_from, "valid_to": row.valid_to, "is_floater": row.is_floater, "is_external": False,
        "agency": None, "authorisation_checked_on": row.authorisation_checked_on, "authorisation_checked_by": None,
        "stage_from": None,
    }  # fmt: skip


def _identity(plan: _Plan, identity: Any, rows: Sequence[PersonRow]) -> None:
    """Plan the identity's change; a list without an address leaves the one that is known."""
    name = checked_name(rows[0].name)
    email = next((mail for row in rows if (mail := checked_email(row.email))), identity.email)
    changed = [part for part, new in (("name", name), ("email", email)) if getattr(identity, part) != new]
    if changed:
        plan.identities.append({"b_id": identity.id, "name": name, "email": email})
        plan.audit.append(
            _audit("change_identity", "person_identity", identity.id, identity.person_id, {"changed": changed})
        )


def _employments(
    plan: _Plan, person_id: int, rows: Sequence[PersonRow], segments: list[_Segment], groups: Mapping[str, int]
) -> None:
    """Plan what the rows change in the person's employments."""
    own = [segment for segment in segments if not segment.is_external]
    chains = _chains(own)
    unmatched: list[PersonRow] = []
    for row in rows:
        chain = _match(row, chains, groups)
        if chain is None:
            unmatched.append(row)
        else:
            chains.remove(chain)
            _update(plan, person_id, row, chain)
    running = [chain for chain in chains if chain[-1].valid_to is None or chain[-1].valid_to > today()]
    moved = running[0][-1] if len(rows) == len(unmatched) == len(running) == 1 else None
    if moved is not None and moved.valid_from < unmatched[0].valid_from and _runs_past(moved, unmatched[0].valid_from):
        first = unmatched[0].valid_from
        plan.changes.append(_change(moved, valid_to=first))
        detail = {"valid_to": first.isoformat()} | ({"correction": True} if first < today() else {})
        plan.audit.append(_audit("end_employment", "employment", moved.id, person_id, detail))
        plan.persons_touched.add(person_id)
    else:
        plan.not_in_list += [(rows[0].number, chain[-1].unit_id) for chain in running]
    for row in unmatched:
        plan.employments.append((row, _columns(row, groups) | {"person_id": person_id}))


def _runs_past(segment: _Segment, day: date) -> bool:
    return segment.valid_to is None or segment.valid_to > day


def _chains(segments: Sequence[_Segment]) -> list[list[_Segment]]:
    """The employments in the same unit and group that follow each other without a gap: what a list shows as one."""
    chains: list[list[_Segment]] = []
    for segment in segments:
        for chain in chains:
            last = chain[-1]
            if (last.unit_id, last.group_id, last.valid_to) == (segment.unit_id, segment.group_id, segment.valid_from):
                chain.append(segment)
                break
        else:
            chains.append([segment])
    return chains


def _match(row: PersonRow, chains: Sequence[list[_Segment]], groups: Mapping[str, int]) -> list[_Segment] | None:
    """The chain that the row speaks of: same unit, group and first day, else one in the same time."""
    same = [c for c in chains if (c[0].unit_id, c[0].group_id) == (row.unit_id, groups[row.staff_group])]
    exact = [c for c in same if c[0].valid_from == row.valid_from]
    meeting = [c for c in same if _meet((c[0].valid_from, c[-1].valid_to), (row.valid_from, row.valid_to))]
    return next(iter(exact or meeting), None)


def _update(plan: _Plan, person_id: int, row: PersonRow, chain: Sequence[_Segment]) -> None:
    """Plan the chain's change into what the row says: its end in place, other shifts from today on."""
    first, last = chain[0], chain[-1]
    before = len(plan.changes) + len(plan.employments)
    wanted = {"shifts": checked_shifts(row.shifts), "is_floater": row.is_floater}
    checked = row.authorisation_checked_on or last.checked_on
    detail: dict[str, Any] = {}
    if first.valid_from != row.valid_from and (first.valid_to is None or row.valid_from < first.valid_to):
        detail = {"valid_from": row.valid_from.isoformat(), "correction": True}
        if first is not last:
            plan.changes.append(_change(first, valid_from=row.valid_from))
    starts = row.valid_from if first is last and detail else last.valid_from
    differs = (last.shifts, last.is_floater) != (wanted["shifts"], wanted["is_floater"])
    ended = row.valid_to is not None and row.valid_to <= today()
    end = row.valid_to if row.valid_to is None or row.valid_to > starts else last.valid_to
    if differs and starts < today() and not ended:
        plan.changes.append(_change(last, valid_from=starts, valid_to=today()))
        anew = {
            "unit_id": last.unit_id, "staff_group_id": last.group_id, "valid_from": today(), "valid_to": end,
            "is_external": False, "agency": None, "authorisation_checked_on": checked, "authorisation_checked_by": None,
            "stage_from": None, "person_id": person_id,
        }  # fmt: skip
        plan.employments.append((row, anew | wanted))
    elif differs or detail or (last.valid_to, last.checked_on) != (end, checked):
        plan.changes.append(
            _change(last, valid_from=starts, valid_to=end, checked_on=checked, **(wanted if not ended else {}))
        )
    if len(plan.changes) + len(plan.employments) == before:
        plan.unchanged += 1
        return
    if len(plan.changes) and plan.changes[-1]["b_id"] == last.id:
        detail |= {"valid_to": end.isoformat()} if end and end != last.valid_to else {}
        plan.audit.append(_audit("change_employment", "employment", last.id, person_id, detail))
    plan.persons_touched.add(person_id)


def _change(segment: _Segment, **said: Any) -> dict[str, Any]:
    """All columns of the employment that may change, so that all changes are one statement."""
    now_says = {
        "valid_from": segment.valid_from, "valid_to": segment.valid_to, "shifts": segment.shifts,
        "is_floater": segment.is_floater, "checked_on": segment.checked_on,
    }  # fmt: skip
    return {"b_id": segment.id} | now_says | said


def _write(session: Session, plan: _Plan, known: Mapping[str, Any], by: Actor | None) -> PeopleImported:
    """Everything planned, in a statement for each table."""
    tenant: dict[str, Any] = {"municipality_id": tenant_id(session)}
    moment = now()
    persons = {number: row.person_id for number, row in known.items()}
    if plan.persons:
        ids = session.scalars(
            insert(Person).returning(Person.id),  # all alike, so which id goes to whom does not matter
            [tenant | {"recorded_at": moment} for _ in plan.persons],
        ).all()
        new = {squeeze(row.number): id_ for row, id_ in zip(plan.persons, ids, strict=True)}
        persons |= new
        mails = {squeeze(r.number): mail for r, _ in reversed(plan.employments) if (mail := checked_email(r.email))}
        session.execute(
            insert(IDENTITIES),
            [
                tenant | {
                    "person_id": new[squeeze(row.number)], "number": squeeze(row.number), "name": squeeze(row.name),
                    "email": mails.get(squeeze(row.number)), "phone": None,
                }
                for row in plan.persons
            ],
        )  # fmt: skip
    if plan.identities:
        session.execute(
            update(IDENTITIES)
            .where(IDENTITIES.c.municipality_id == tenant_id(session), IDENTITIES.c.id == bindparam("b_id"))
            .values(name=bindparam("name"), email=bindparam("email")),
            plan.identities,
        )
    if plan.changes:
        session.execute(
            update(EMPLOYMENTS)
            .where(EMPLOYMENTS.c.municipality_id == tenant_id(session), EMPLOYMENTS.c.id == bindparam("b_id"))
            .values(
                valid_from=bindparam("valid_from"), valid_to=bindparam("valid_to"), shifts=bindparam("shifts"),
                is_floater=bindparam("is_floater"), authorisation_checked_on=bindparam("checked_on"),
            ),
            plan.changes,
        )  # fmt: skip
        session.expire_all()
    added: list[tuple[int, int]] = []
    if plan.employments:
        rows: list[dict[str, Any]] = [
            tenant | {"person_id": persons[squeeze(row.number)], "recorded_at": moment} | columns
            for row, columns in plan.employments
        ]
        made = session.execute(insert(Employment).returning(Employment.id, Employment.person_id), rows)
        added = [(one.id, one.person_id) for one in made]
    audit = [*plan.audit, *(_audit("import_person", "employment", id_, person, {}) for id_, person in added)]
    record_all(session, [entry | {"by_person_id": by.person_id if by else None} for entry in audit])
    for person in plan.persons_touched | {person for _, person in added}:
        touched(session, person_id=person)
    return PeopleImported(
        new_persons=len(plan.persons), new_employments=len(added), changed=len(plan.audit), unchanged=plan.unchanged,
        not_in_list=tuple(plan.not_in_list),
    )  # fmt: skip


def _audit(action: str, subject: str, subject_id: int, person_id: int, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": action, "subject": subject, "subject_id": subject_id, "person_id": person_id, "administrative": True,
        "detail": dict(detail),
    }  # fmt: skip
