"""Reads of the roster: duties of units and of persons, on which days there is one, and who is employed when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, or_
from sqlalchemy.orm import Session

from competence.foundation.clock import midnight
from competence.foundation.orm import execute, scoped, several, standing
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity
from competence.roster.models import Duty, RosterImport
from competence.roster.rules import Employed, Planned, Stored, day_of

DUTIES = cast(Table, Duty.__table__)
IMPORTS = cast(Table, RosterImport.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
UNITS = cast(Table, Unit.__table__)
AT_ONCE = 500
"""So many ids are asked about in one statement."""


def chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    """The ids, each once, some at a time."""
    each = sorted(set(ids))
    return (each[start : start + AT_ONCE] for start in range(0, len(each), AT_ONCE))


def _duties() -> Select[Any]:
    d, e = DUTIES.c, EMPLOYMENTS.c
    return (
        standing(
            DUTIES, d.id, d.employment_id, d.unit_id, d.starts_at, d.ends_at, d.roster, d.external_key, e.person_id
        )
        .join(EMPLOYMENTS, (e.municipality_id == d.municipality_id) & (e.id == d.employment_id))
        .order_by(d.starts_at, d.ends_at, d.id)
    )


_D = DUTIES.c
_BEGIN, _END = bindparam("begin", type_=_D.starts_at.type), bindparam("end", type_=_D.starts_at.type)
_IN_UNITS = _duties().where(_D.unit_id.in_(several("units")), _D.starts_at >= _BEGIN, _D.starts_at < _END)
_OF_PERSONS = _duties().where(
    EMPLOYMENTS.c.person_id.in_(several("persons")), _D.starts_at >= bindparam("early", type_=_D.starts_at.type),
    _D.starts_at < _END, _D.ends_at > _BEGIN,
)  # fmt: skip
"""None is longer than two days, so that the index on its start serves."""


def _stored(row: Any) -> Stored:
    return Stored(
        row.id,
        Planned(
            row.person_id, row.employment_id, row.unit_id, row.starts_at, row.ends_at, row.roster, row.external_key
        ),
    )


def duties_in(session: Session, unit_ids: Iterable[int], *, first: date, through: date) -> list[Stored]:
    """The duties in the units that belong to the days, in the order of their starts."""
    end = midnight(through + timedelta(days=1))
    found = [
        _stored(row)
        for some in chunks(unit_ids)
        for row in execute(session, _IN_UNITS, units=some, begin=midnight(first), end=end)
    ]
    return sorted(found, key=lambda one: (one.duty.starts_at, one.duty.ends_at, one.id))


def duties_of(
    session: Session, person_ids: Iterable[int], *, begin: datetime, end: datetime
) -> dict[int, list[Stored]]:
    """Person -> her duties, in whichever unit and roster, some of which lies between the moments."""
    found: dict[int, list[Stored]] = {}
    for some in chunks(person_ids):
        for row in execute(session, _OF_PERSONS, persons=some, begin=begin, end=end, early=begin - timedelta(days=2)):
            found.setdefault(row.person_id, []).append(_stored(row))
    return found


@dataclass(frozen=True)
class Rostered:
    """For which days of a unit there is a roster."""

    days: frozenset[date]
    imported_at: datetime | None = None
    """When the latest of its imports was taken in."""

    def __contains__(self, day: date) -> bool:
        return day in self.days


NONE = Rostered(frozenset())
_PERIODS = (
    standing(
        DUTIES, _D.unit_id, IMPORTS.c.first_day, IMPORTS.c.last_day, func.max(IMPORTS.c.imported_at).label("imported_at")
    )
    .join(IMPORTS, (IMPORTS.c.municipality_id == _D.municipality_id) & (IMPORTS.c.id == _D.import_id))
    .where(
        _D.unit_id.in_(several("units")), IMPORTS.c.first_day <= bindparam("through", type_=IMPORTS.c.first_day.type),
        IMPORTS.c.last_day >= bindparam("first", type_=IMPORTS.c.first_day.type),
    )
    .group_by(_D.unit_id, IMPORTS.c.first_day, IMPORTS.c.last_day)
)  # fmt: skip


def rostered(session: Session, unit_ids: Iterable[int], *, first: date, through: date) -> dict[int, Rostered]:
    """Unit -> the days, of those asked about, within an import by which a duty in the unit came; only units with any.

    A day on which nobody is on duty has a roster too, when it lies in the time that an import speaks about.
    """
    days: dict[int, set[date]] = {}
    latest: dict[int, datetime] = {}
    for some in chunks(unit_ids):
        for row in execute(session, _PERIODS, units=some, first=first, through=through):
            begins, ends = max(first, row.first_day), min(through, row.last_day)
            days.setdefault(row.unit_id, set()).update(
                begins + timedelta(days=ahead) for ahead in range((ends - begins).days + 1)
            )
            latest[row.unit_id] = max(row.imported_at, latest.get(row.unit_id, row.imported_at))
    return {unit: Rostered(frozenset(some), latest[unit]) for unit, some in days.items()}


def units_with_duties(session: Session, *, first: date, through: date) -> frozenset[int]:
    """The units in which a duty belongs to one of the days."""
    rows = session.execute(
        scoped(session, DUTIES, _D.unit_id)
        .where(_D.starts_at >= midnight(first), _D.starts_at < midnight(through + timedelta(days=1)))
        .distinct()
    )
    return frozenset(row.unit_id for row in rows)


def employed(session: Session, person_ids: Iterable[int] | None = None) -> dict[int, list[Employed]]:
    """Person -> her employments, ended ones too; everybody's when no persons are named."""
    e = EMPLOYMENTS.c
    wanted = (
        scoped(session, EMPLOYMENTS, e.id, e.person_id, e.unit_id, UNITS.c.path, e.valid_from, e.valid_to, e.is_floater)
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .order_by(e.id)
    )
    found: dict[int, list[Employed]] = {}
    each = [None] if person_ids is None else list(chunks(person_ids))
    for some in each:
        for row in session.execute(wanted if some is None else wanted.where(e.person_id.in_(some))):
            found.setdefault(row.person_id, []).append(Employed(*row))
    return found


@dataclass(frozen=True)
class Staff:
    """Who may stand in a roster."""

    persons: Mapping[str, int]
    """Staff number, and mail address in lower case -> person."""
    employments: Mapping[int, Sequence[Employed]]
    """Person -> her employments, ended ones too."""


def known_staff(session: Session) -> Staff:
    """Everybody of the municipality."""
    i = IDENTITIES.c
    rows = session.execute(scoped(session, IDENTITIES, i.person_id, i.number, i.email)).all()
    persons = {row.email.casefold(): row.person_id for row in rows if row.email}
    persons |= {row.number: row.person_id for row in rows if row.number}
    return Staff(persons, employed(session))


def coming(session: Session, *, since: date) -> int:
    """How many duties belong to the day or later ones."""
    wanted = scoped(session, DUTIES, func.count()).where(_D.starts_at >= midnight(since))
    return int(session.scalar(wanted) or 0)


def imports_since(session: Session, moment: datetime) -> list[tuple[int, datetime, frozenset[int]]]:
    """(import, when, the units in which a duty came by it) of the rosters taken in after the moment, the latest first."""
    i = IMPORTS.c
    rows = session.execute(
        scoped(session, IMPORTS, i.id, i.imported_at, _D.unit_id)
        .join(DUTIES, (_D.municipality_id == i.municipality_id) & (_D.import_id == i.id))
        .where(i.imported_at > moment, or_(i.added > 0, i.changed > 0, i.removed > 0))
        .distinct()
    )
    found: dict[int, tuple[datetime, set[int]]] = {}
    for row in rows:
        found.setdefault(row.id, (row.imported_at, set()))[1].add(row.unit_id)
    return sorted(
        ((number, at, frozenset(units)) for number, (at, units) in found.items()), key=lambda one: one[1], reverse=True
    )


__all__ = [
    "DUTIES", "IMPORTS", "NONE", "Rostered", "Staff", "chunks", "coming", "day_of", "duties_in", "duties_of", "employed",
    "imports_since", "known_staff", "rostered", "units_with_duties",
]  # fmt: skip
