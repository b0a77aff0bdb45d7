"""Employees from a list, set-based: all is checked before anything is written, and a list read twice changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record_all
from competence.foundation.bulk import hold_still
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
    checked_text,
)
from competence.people.commands.listed import PeopleImported, PersonRow
from competence.people.commands.planning import (
    Plan,
    Segment,
    columns_of,
    meet,
    noted,
    plan_employments,
    plan_identity,
)
from competence.people.models import Employment, Person, PersonIdentity, StaffGroup

PERSONS = cast(Table, Person.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
UNITS = cast(Table, Unit.__table__)
GROUPS = cast(Table, StaffGroup.__table__)


@dataclass(frozen=True)
class _Basis:
    """What is known when a list is planned, to see whether it is still so when it is written."""

    on: date
    units: frozenset[int]
    """Units within reach."""
    groups: Mapping[str, int]
    known: Mapping[str, Any]
    """Staff number -> the identity's row."""
    stored: Mapping[int, list[Segment]]


@dataclass(frozen=True)
class PeoplePlan:
    """What a list comes to, before anything is written."""

    basis: _Basis
    plan: Plan

    @property
    def result(self) -> PeopleImported:
        """What it changes."""
        ended = sum(1 for entry in self.plan.audit if entry["action"] == "end_employment")
        return PeopleImported(
            new_persons=len(self.plan.persons), new_employments=len(self.plan.employments),
            changed=len(self.plan.audit) - ended, ended=ended, unchanged=self.plan.unchanged,
            not_in_list=tuple(self.plan.not_in_list),
        )  # fmt: skip


@command
def import_people(
    session: Session, rows: Sequence[PersonRow], *, by: Actor | None, plan: PeoplePlan | None = None
) -> PeopleImported:
    """What the list changed. RuleBroken at the first row that cannot be taken; then nothing is written.

    A person is found by her staff number. An employment that is known and reads otherwise now is ended and added anew; a
    person who stands in one row and had one employment elsewhere has moved. `plan` has been made before the transaction;
    it is made anew when something has changed since. `by` None: the command line.
    """
    hold_still(session)
    basis = _basis(session, rows, by)
    if plan is None or plan.basis != basis:
        plan = _planned(rows, basis)
    _write(session, plan.plan, plan.basis.known, by)
    return plan.result


def plan_people(session: Session, rows: Sequence[PersonRow], *, by: Actor | None) -> PeoplePlan:
    """What the list would change; reads only. RuleBroken at the first row that cannot be taken."""
    return _planned(rows, _basis(session, rows, by))


def _basis(session: Session, rows: Sequence[PersonRow], by: Actor | None) -> _Basis:
    if by is not None:
        authorise(by, Permission.IMPORT_PEOPLE)
    within = by.reach(Permission.IMPORT_PEOPLE) if by is not None else None
    units = session.execute(scoped(session, UNITS, UNITS.c.id, UNITS.c.path))
    groups = session.execute(scoped(session, GROUPS, GROUPS.c.code, GROUPS.c.id))
    known = _known_identities(session)
    return _Basis(
        today(),
        frozenset(row.id for row in units if within is None or within.covers(row.path)),
        {row.code: row.id for row in groups},
        known,
        _stored(session, {known[row.number].person_id for row in rows if row.number in known}),
    )


def _planned(rows: Sequence[PersonRow], basis: _Basis) -> PeoplePlan:
    """All rows, each found fit by itself and against the others, and what they change."""
    _check(rows)
    plan = Plan()
    by_number: dict[str, list[PersonRow]] = {}
    for row in rows:
        if row.unit_id not in basis.units:
            raise NotFound
        if row.staff_group not in basis.groups:
            raise RuleBroken(N_("The staff group %(group)s is not known."), group=row.staff_group)
        by_number.setdefault(squeeze(row.number), []).append(row)
    for number, theirs in by_number.items():
        identity = basis.known.get(number)
        if identity is None:
            plan.persons.append(theirs[0])
            plan.employments += [(row, columns_of(row, basis.groups)) for row in theirs]
        else:
            plan_identity(plan, identity, theirs)
            plan_employments(plan, identity.person_id, theirs, basis.stored.get(identity.person_id, []), basis.groups)
    return PeoplePlan(basis, plan)


def _check(rows: Sequence[PersonRow]) -> None:
    """Nothing. RuleBroken at the first row that does not fit, by itself or with the others."""
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
        if any(meet(twin, (row.valid_from, row.valid_to)) for twin in twins):
            raise RuleBroken(N_("Number %(number)s has the same employment twice in the same time."), number=number)
        twins.append((row.valid_from, row.valid_to))


def _known_identities(session: Session) -> dict[str, Any]:
    """Staff number -> the identity's row."""
    rows = session.execute(scoped(session, IDENTITIES).where(IDENTITIES.c.number.is_not(None)))
    return {row.number: row for row in rows}


def _stored(session: Session, person_ids: Iterable[int]) -> dict[int, list[Segment]]:
    """Person -> her employments by first day."""
    found: dict[int, list[Segment]] = {}
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for row in session.execute(
            scoped(session, EMPLOYMENTS)
            .where(EMPLOYMENTS.c.person_id.in_(some))
            .order_by(EMPLOYMENTS.c.valid_from, EMPLOYMENTS.c.id)
        ):
            found.setdefault(row.person_id, []).append(
                Segment(
                    row.id, row.unit_id, row.staff_group_id, row.shifts, row.is_floater, row.valid_from, row.valid_to,
                    row.authorisation_checked_on, row.is_external,
                )
            )  # fmt: skip
    return found


def _write(session: Session, plan: Plan, known: Mapping[str, Any], by: Actor | None) -> None:
    """Nothing; everything planned is written, in a statement for each table."""
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
    audit = [*plan.audit, *(noted("import_person", "employment", id_, person, {}) for id_, person in added)]
    record_all(session, [entry | {"by_person_id": by.person_id if by else None} for entry in audit])
    there = {row.person_id for row in known.values()}
    for person in plan.persons_touched | {person for _, person in added}:
        touched(session, person_id=person, new=person not in there)
