"""Finding and erasing what may no longer be kept, by what each table declares; and writing it down for people to read."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Date, Table, TextClause, bindparam, select, text
from sqlalchemy.orm import Session

from competence.audit.commands import record
from competence.foundation.clock import now, today
from competence.foundation.console import Console
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import Base, UtcMoment, is_tenant, tenant_id
from competence.foundation.retention import BASIS_NAMES, LEFT, Due, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_, squeeze
from competence.foundation.web import say
from competence.people.models import LegalHold, PersonIdentity

NO_LONGER_HERE = (
    "(SELECT p.id FROM person p WHERE p.municipality_id = :m AND p.recorded_at <= :before"
    " AND NOT EXISTS (SELECT 1 FROM employment x WHERE x.municipality_id = :m AND x.person_id = p.id"
    " AND (x.valid_to IS NULL OR x.valid_to > :before))"
    " AND NOT EXISTS (SELECT 1 FROM role_assignment r WHERE r.municipality_id = :m AND r.person_id = p.id"
    " AND (r.valid_to IS NULL OR r.valid_to > :before)))"
)
"""Persons without an employment or a role since `:before`."""


_tidy: list[Callable[[Console], None]] = []


def tidied_by(tidy: Callable[[Console], None]) -> None:
    """Wire what a feature above takes away outside the database; wiring the same function again changes nothing."""
    if tidy not in _tidy:
        _tidy.append(tidy)


def tidy_up(console: Console) -> None:
    """Nothing; what lies outside the database of what has been erased is gone too."""
    for tidy in _tidy:
        tidy(console)


def registry() -> dict[str, PersonData | NotPersonal]:
    """What each table declares, by its name."""
    return {
        str(mapper.local_table.name): mapper.class_.__persondata__  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
    }


def due(session: Session, *, on: date | None = None) -> list[Due]:
    """What of the municipality's would be erased on the day (default today); tables with nothing due are left out."""
    found = []
    for table, declared, erasure in _erasures():
        count = f"SELECT count(*) FROM {table.name} WHERE {_which(table, declared, erasure)}"  # noqa: S608
        rows = session.execute(_bound(count), _values(session, erasure, on)).scalar_one()
        if rows:
            found.append(Due(table.name, rows, declared.period, erasure.blank))
    return found


def erase(session: Session, *, on: date | None = None) -> list[Due]:
    """What has been erased: all that `due` finds. Rows that hang on others go first."""
    done = []
    for table, declared, erasure in _erasures():
        which = _which(table, declared, erasure)
        if erasure.blank:
            emptied = ", ".join(f"{column} = NULL" for column in erasure.blank)
            if "erased_at" in table.c:
                emptied += ", erased_at = :now"
            statement = f"UPDATE {table.name} SET {emptied} WHERE {which}"  # noqa: S608
        else:
            statement = f"DELETE FROM {table.name} WHERE {which}"  # noqa: S608
        rows = cast(CursorResult[Any], session.execute(_bound(statement), _values(session, erasure, on))).rowcount
        if rows:
            done.append(Due(table.name, rows, declared.period, erasure.blank))
            record(session, by=None, action="erase", subject=table.name, administrative=True, detail={"rows": rows})
    return done


def _erasures() -> list[tuple[Table, PersonData, Erasure]]:
    declared = registry()
    found = []
    for table in reversed(Base.metadata.sorted_tables):
        data = declared.get(table.name)
        if isinstance(data, PersonData):
            found += [(table, data, erasure) for erasure in data.erasures]
    return found


def _which(table: Table, declared: PersonData, erasure: Erasure) -> str:
    whom = _person(table, declared)
    conditions = [f"{table.name}.municipality_id = :m"] if is_tenant(table) else []
    if erasure.since == LEFT:
        conditions.append(f"{whom} IN {NO_LONGER_HERE}")
    else:
        since = erasure.since if "(" in erasure.since else f"{table.name}.{erasure.since}"
        conditions.append(f"{since} <= :before")
    if erasure.where:
        conditions.append(f"({erasure.where})")
    if is_tenant(table):
        about = f"h.person_id IS NULL OR h.person_id = {whom}" if whom else "h.person_id IS NULL"
        conditions.append(
            f"NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.municipality_id = :m AND h.lifted_at IS NULL AND ({about}))"  # noqa: S608
        )
    return " AND ".join(conditions)


def _person(table: Table, declared: PersonData) -> str:
    if not declared.person or "(" in declared.person:
        return declared.person
    if declared.person == "employment_id":
        return (
            f"(SELECT y.person_id FROM employment y WHERE y.municipality_id = :m AND y.id = {table.name}.employment_id)"  # noqa: S608
        )
    return f"{table.name}.{declared.person}"


def _bound(statement: str) -> TextClause:
    types: dict[str, Any] = {"before": Date(), "now": UtcMoment()}
    return text(statement).bindparams(*(bindparam(n, type_=t) for n, t in types.items() if f":{n}" in statement))


def _values(session: Session, erasure: Erasure, on: date | None) -> dict[str, object]:
    return {"m": tenant_id(session), "before": (on or today()) - timedelta(days=erasure.days), "now": now()}


def hold(session: Session, reason: str, *, number: str | None = None) -> LegalHold:
    """A hold on the person with the staff number, or on everybody: nothing is erased while it stands."""
    if not squeeze(reason):
        raise RuleBroken(N_("Write what the data must be kept for."))
    person_id = None
    if number is not None:
        person_id = session.scalar(select(PersonIdentity.person_id).where(PersonIdentity.number == number))
        if person_id is None:
            raise RuleBroken(N_("Nobody has the staff number %(number)s."), number=number)
    placed = LegalHold(person_id=person_id, reason=squeeze(reason), begun_at=now())
    session.add(placed)
    session.flush()
    record(
        session,
        by=None,
        action="hold",
        subject="legal_hold",
        subject_id=placed.id,
        person_id=person_id,
        administrative=True,
    )
    return placed


def holds(session: Session) -> Sequence[LegalHold]:
    """The holds that stand, the oldest first."""
    return session.scalars(select(LegalHold).where(LegalHold.lifted_at.is_(None)).order_by(LegalHold.id)).all()


def lift(session: Session, hold_id: int) -> LegalHold:
    """The hold, lifted. NotFound when there is none by that id that stands."""
    placed = session.get(LegalHold, hold_id)
    if placed is None or placed.lifted_at is not None:
        raise NotFound
    placed.lifted_at = now()
    record(
        session, by=None, action="lift_hold", subject="legal_hold", subject_id=placed.id, person_id=placed.person_id,
        administrative=True,
    )  # fmt: skip
    return placed


MADE_FROM = N_(
    "This page is made from what each table declares in the program, by `competence retention --document`. The periods are "
    "proposals: the data controller must confirm them. Nothing is erased while a legal hold stands."
)
APART = N_(
    "A person is an id. Name, number, e-mail and sign-in lie apart and can be erased; events hold ids, dates and codes. There "
    "are no CPR numbers, no reasons for absence and no health data."
)


def document() -> str:
    """The registry as a page in the reader's language, for the data controller; docs/persondata.md is this text."""
    declared = registry()
    about = {name: data for name, data in sorted(declared.items()) if isinstance(data, PersonData)}
    others = {name: data for name, data in sorted(declared.items()) if isinstance(data, NotPersonal)}
    lines = [
        f"# {say(N_('Persons’ data in Kompetencetavlen'))}",
        "",
        say(MADE_FROM),
        "",
        say(APART),
        "",
        f"| {say(N_('Table'))} | {say(N_('Purpose'))} | {say(N_('Ground'))} | {say(N_('Who sees it'))} | {say(N_('Kept'))} |",
        "|---|---|---|---|---|",
        *(
            f"| `{name}` | {say(data.purpose)} | {say(BASIS_NAMES[data.basis])} | {say(data.seen_by)} | {say(data.period)} |"
            for name, data in about.items()
        ),
        "",
        f"## {say(N_('Tables without data about persons'))}",
        "",
        f"| {say(N_('Table'))} | {say(N_('What is in it'))} |",
        "|---|---|",
        *(f"| `{name}` | {say(data.holds)} |" for name, data in others.items()),
        "",
    ]
    return "\n".join(lines)
