"""Reads of the municipality and its units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.foundation.clock import today
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound
from competence.foundation.orm import tenant_id
from competence.organisation.models import Municipality, Unit
from competence.organisation.rules import Settings, settings_from


@dataclass(frozen=True)
class Tenancy:
    """The municipality of a request, as far as every page needs it."""

    id: int
    name: str
    is_demo: bool
    host: str | None = None
    """The host name it is served under; None when it is the only one."""


_BY_HOST = select(Municipality.id, Municipality.name, Municipality.is_demo, Municipality.host).where(
    or_(
        Municipality.host == bindparam("host"),
        select(func.count()).select_from(Municipality.__table__).scalar_subquery() == 1,
    )
)
"""Written once: it is asked by every request."""


def municipality_for(session: Session, host: str) -> Tenancy | None:
    """The municipality served under the host name, else the only one there is; None when neither tells."""
    row = session.execute(_BY_HOST, {"host": host}).one_or_none()
    return Tenancy(*row) if row else None


def municipalities(session: Session) -> Sequence[Municipality]:
    """All municipalities by name. For the command line only."""
    return session.scalars(select(Municipality).order_by(Municipality.name, Municipality.id)).all()


def municipality_named(session: Session, name: str | None) -> Municipality:
    """The municipality by its name; None: the only one, else the demonstration. NotFound when that does not tell."""
    every = municipalities(session)
    if name is not None:
        found = [m for m in every if m.name.casefold() == name.strip().casefold()]
    else:
        found = list(every) if len(every) == 1 else [m for m in every if m.is_demo]
    if len(found) != 1:
        raise NotFound
    return found[0]


def settings_of(session: Session) -> Settings:
    """What the session's municipality has set, defaults filled in."""
    return remembered(session, "settings", _read_settings)


def _read_settings(session: Session) -> Settings:
    stored = session.scalar(select(Municipality.settings).where(Municipality.id == tenant_id(session)))
    return settings_from(stored or {})


def get_unit(session: Session, unit_id: int, *, within: Reach) -> Unit:
    """The unit. NotFound when there is none by that id, or it lies out of reach."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id))
    if unit is None or not within.covers(unit.path):
        raise NotFound
    return unit


def units_within(session: Session, *, within: Reach, on: date | None = None) -> Sequence[Unit]:
    """The units within reach that are open on the day (default today), as the tree reads: parents before children."""
    if not within.roots:
        return []
    day = on or today()
    units = session.scalars(
        select(Unit)
        .where(or_(*(Unit.path.startswith(root, autoescape=True) for root in within.roots)))
        .where(or_(Unit.valid_to.is_(None), Unit.valid_to > day))
        .order_by(Unit.position, Unit.name, Unit.id)
    ).all()
    return in_tree_order(units)


def in_tree_order(units: Sequence[Unit]) -> list[Unit]:
    """The units with each one's children right after it; siblings keep the order they came in."""
    known = {unit.id for unit in units}
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    ordered: list[Unit] = []

    def walk(parent: int | None) -> None:
        for unit in below.get(parent, []):
            ordered.append(unit)
            walk(unit.id)

    walk(None)
    return ordered


def depth(unit: Unit) -> int:
    """How many units lie above it."""
    return unit.path.count("/") - 2


def unit_choices(session: Session, *, within: Reach, on: date | None = None) -> list[tuple[int, str]]:
    """(id, name indented by its depth) of the units within reach, for a list to choose from."""
    units = units_within(session, within=within, on=on)
    least = min((depth(unit) for unit in units), default=0)
    return [(unit.id, " " * (depth(unit) - least) + unit.name) for unit in units]


def path_names(session: Session, unit: Unit) -> list[str]:
    """The names from the root down to the unit."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    names = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))}
    return [names[id_] for id_ in ids if id_ in names]


def fallback_of(session: Session, unit: Unit) -> tuple[str, str] | None:
    """(name, phone) of whom to call when nobody may: the unit's own, else the nearest one's above it."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    rows = {
        row.id: (row.fallback_name or "", row.fallback_phone)
        for row in session.execute(
            select(Unit.id, Unit.fallback_name, Unit.fallback_phone).where(
                Unit.id.in_(ids), Unit.fallback_phone.is_not(None)
            )
        )
    }
    for id_ in reversed(ids):
        if id_ in rows:
            name, phone = rows[id_]
            return name, phone or ""
    return None
