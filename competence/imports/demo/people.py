"""The units of a demonstration, who works in them, their accounts and their roles."""

from sqlalchemy import select

from competence.accounts.models import Account, RoleAssignment
from competence.accounts.passwords import hashed
from competence.foundation.clock import now
from competence.imports.demo.writing import Writing
from competence.organisation.models import Unit
from competence.people.models import Employment, Person, PersonIdentity

PASSWORD = "fjordby-viser-vej"  # noqa: S105 - everybody in the demonstration has it, and the start prints it


def write_units(to: Writing) -> None:
    """Nothing; `to.units` has them by name, parents before children."""
    for position, row in enumerate(to.demo.units):
        parent = to.units[row.parent] if row.parent else None
        unit = Unit(
            name=row.name, kind=row.kind, parent_id=parent.id if parent else None, position=position,
            fallback_name=row.fallback_name, fallback_phone=row.fallback_phone, recorded_at=now(),
        )  # fmt: skip
        to.session.add(unit)
        to.session.flush()
        unit.path = f"{parent.path if parent else '/'}{unit.id}/"
        to.units[row.name] = unit
    to.session.flush()


def write_people(to: Writing) -> None:
    """Nothing; `to.persons` has the employees by number, each with an account. Externals have neither."""
    people = to.demo.people
    externals = to.demo.externals
    first = min((person.first for person in people), default=0)
    ids = to.insert(Person, [{"recorded_at": to.moment(first)} for _ in (*people, *externals)])
    to.persons = {person.number: id_ for person, id_ in zip(people, ids, strict=False)}
    to.insert(
        PersonIdentity,
        [
            {
                "person_id": to.persons[p.number],
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
    to.insert(
        Account,
        [
            {
                "person_id": to.persons[p.number],
                "email": p.email.lower(),
                "password_hash": password,
                "recorded_at": now(),
            }
            for p in people
        ],
    )


def write_employments(to: Writing) -> None:
    """Nothing; `to.employments` has those of employees by number."""
    rows, numbers = [], []
    for p in to.demo.people:
        if p.staff_group is None:
            continue
        numbers.append(p.number)
        rows.append(
            {
                "person_id": to.persons[p.number],
                "unit_id": to.units[p.unit].id,
                "staff_group_id": to.rules.groups[p.staff_group],
                "shifts": "".join(s for s in "DAN" if s in p.shifts),
                "valid_from": to.day(p.first),
                "valid_to": to.until(p.through),
                "is_floater": p.is_floater,
                "authorisation_checked_on": None
                if p.authorisation_checked is None
                else to.day(p.authorisation_checked),
                "stage_from": None if p.stage_from is None else to.day(p.stage_from),
                "recorded_at": to.moment(p.first),
                "is_external": False,
                "agency": None,
                "authorisation_checked_by": None,
            }
        )
    ids = list(to.persons.values())
    extra = [id_ for id_ in _external_ids(to) if id_ not in set(ids)]
    for e, person in zip(to.demo.externals, extra, strict=True):
        rows.append(
            {
                "person_id": person,
                "unit_id": to.units[e.unit].id,
                "staff_group_id": to.rules.groups[e.staff_group],
                "shifts": "".join(s for s in "DAN" if s in e.shifts),
                "valid_from": to.day(e.first),
                "valid_to": to.until(e.through),
                "is_floater": False,
                "is_external": True,
                "agency": e.agency,
                "authorisation_checked_on": None
                if e.authorisation_checked is None
                else to.day(e.authorisation_checked),
                "authorisation_checked_by": to.persons.get(e.checked_by or ""),
                "stage_from": None,
                "recorded_at": to.moment(e.first),
            }
        )
    made = to.insert(Employment, rows)
    to.employments = dict(zip(numbers, made, strict=False))


def _external_ids(to: Writing) -> list[int]:
    nameless = (
        select(PersonIdentity.person_id).where(PersonIdentity.number.is_(None)).order_by(PersonIdentity.person_id)
    )
    return list(to.session.scalars(nameless))


def write_roles(to: Writing) -> None:
    """Nothing; the roles that are given by hand are written."""
    to.insert(
        RoleAssignment,
        [
            {
                "person_id": to.persons[r.person], "role": r.role, "unit_id": to.units[r.unit].id,
                "valid_from": to.day(r.first), "valid_to": to.until(r.through), "purpose": r.purpose or None,
                "minutes_a_week": r.minutes, "recorded_at": to.moment(r.first),
            }
            for r in to.demo.roles
            if r.person in to.persons and r.unit in to.units
        ],
    )  # fmt: skip
