"""Making a municipality, and changing its units and settings."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record, record_all
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import tenant_id, work_for
from competence.foundation.text import N_, looks_like_cpr, squeeze
from competence.organisation.models import Municipality, Unit
from competence.organisation.rules import ALL, Settings, check_settings, settings_from


def add_municipality(session: Session, name: str, *, host: str | None = None, is_demo: bool = False) -> Municipality:
    """The new municipality with its root unit; from here on the session works for it. RuleBroken when the name is taken."""
    name = squeeze(name)
    if not name:
        raise RuleBroken(N_("The municipality needs a name."))
    if session.scalar(select(Municipality.id).where(Municipality.name == name)) is not None:
        raise RuleBroken(N_("There is already a municipality called %(name)s."), name=name)
    if host and session.scalar(select(Municipality.id).where(Municipality.host == host)) is not None:
        raise RuleBroken(N_("Another municipality is already served at %(host)s."), host=host)
    municipality = Municipality(
        name=name, host=host, is_demo=is_demo, settings={}, salt=secrets.token_hex(16), created_at=now()
    )
    session.add(municipality)
    session.flush()
    work_for(session, municipality.id)
    _insert(session, NewUnit(name=name, kind="kommune"), parent=None)
    record(
        session,
        by=None,
        action="add_municipality",
        subject="municipality",
        subject_id=municipality.id,
        administrative=True,
    )
    return municipality


@dataclass(frozen=True)
class NewUnit:
    """A unit to add below another."""

    name: str
    kind: str
    parent_id: int | None = None
    position: int = 0
    fallback_name: str | None = None
    fallback_phone: str | None = None


@command
def add_unit(session: Session, new: NewUnit, *, by: Actor) -> Unit:
    """The unit, in the tree. RuleBroken when the parent has one of that name; NotFound when the parent is out of reach."""
    parent = _get(session, new.parent_id, by)
    return _added(session, new, parent, by)


def _added(session: Session, new: NewUnit, parent: Unit, by: Actor) -> Unit:
    unit = _insert(session, new, parent=parent)
    record(session, by=by.person_id, action="add_unit", subject="unit", subject_id=unit.id, administrative=True)
    return unit


def _insert(session: Session, new: NewUnit, *, parent: Unit | None) -> Unit:
    name, kind = squeeze(new.name), squeeze(new.kind).casefold()
    _check_name(session, name, parent_id=parent.id if parent else None)
    if not kind:
        raise RuleBroken(N_("Say what kind of unit it is, for instance distrikt or team."), field="kind")
    unit = Unit(
        name=name, kind=kind, parent_id=parent.id if parent else None, position=new.position,
        fallback_name=squeeze(new.fallback_name or "") or None, fallback_phone=squeeze(new.fallback_phone or "") or None,
        recorded_at=now(),
    )  # fmt: skip
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session.flush()
    return unit


def _check_name(session: Session, name: str, *, parent_id: int | None, but: int | None = None) -> None:
    if not name:
        raise RuleBroken(N_("The unit needs a name."), field="name")
    if looks_like_cpr(name):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field="name"
        )
    twin = session.scalar(select(Unit.id).where(Unit.name == name, Unit.parent_id == parent_id, Unit.id != (but or 0)))
    if twin is not None:
        raise RuleBroken(N_("There is already a unit called %(name)s there."), field="name", name=name)


def _get(session: Session, unit_id: int | None, by: Actor) -> Unit:
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None or not by.may(Permission.UNIT_WRITE, unit.path):
        authorise(by, Permission.UNIT_WRITE)
        raise NotFound
    return unit


@dataclass(frozen=True)
class UnitChange:
    """What a unit is called and whom to call there when nobody may."""

    name: str
    kind: str
    fallback_name: str | None = None
    fallback_phone: str | None = None


@command
def change_unit(session: Session, unit_id: int, change: UnitChange, *, by: Actor) -> Unit:
    """The unit with its new name, kind and line to call."""
    unit = _get(session, unit_id, by)
    name, kind = squeeze(change.name), squeeze(change.kind).casefold()
    _check_name(session, name, parent_id=unit.parent_id, but=unit.id)
    if not kind:
        raise RuleBroken(N_("Say what kind of unit it is, for instance distrikt or team."), field="kind")
    unit.name, unit.kind = name, kind
    unit.fallback_name = squeeze(change.fallback_name or "") or None
    unit.fallback_phone = squeeze(change.fallback_phone or "") or None
    record(session, by=by.person_id, action="change_unit", subject="unit", subject_id=unit.id, administrative=True)
    return unit


@command
def move_unit(session: Session, unit_id: int, parent_id: int, *, by: Actor) -> Unit:
    """The unit with all below it under another parent. RuleBroken when that lies below itself."""
    unit, parent = _get(session, unit_id, by), _get(session, parent_id, by)
    if parent.path.startswith(unit.path):
        raise RuleBroken(N_("A unit cannot lie below itself."), field="parent")
    if unit.parent_id is None:
        raise RuleBroken(N_("The top of the tree stays where it is."), field="parent")
    _check_name(session, unit.name, parent_id=parent.id, but=unit.id)
    old, new = unit.path, f"{parent.path}{unit.id}/"
    unit.parent_id = parent.id
    session.flush()
    for below in session.scalars(select(Unit).where(Unit.path.startswith(old, autoescape=True))).all():
        below.path = new + below.path.removeprefix(old)
    touched(session, everybody=True)
    record(
        session, by=by.person_id, action="move_unit", subject="unit", subject_id=unit.id, administrative=True,
        detail={"parent_id": parent.id},
    )  # fmt: skip
    return unit


@command
def close_unit(session: Session, unit_id: int, *, by: Actor) -> Unit:
    """The unit, closed from today. RuleBroken while units below it are open; people in it are moved by their employments."""
    unit = _get(session, unit_id, by)
    if unit.parent_id is None:
        raise RuleBroken(N_("The top of the tree stays where it is."))
    below = session.scalar(select(Unit.id).where(Unit.parent_id == unit.id, Unit.valid_to.is_(None)).limit(1))
    if below is not None:
        raise RuleBroken(N_("Close the units below it first."))
    unit.valid_to = today()
    record(session, by=by.person_id, action="close_unit", subject="unit", subject_id=unit.id, administrative=True)
    return unit


@command
def change_settings(
    session: Session, changes: Mapping[str, Any], *, by: Actor | None, seen: Settings | None = None
) -> Settings:
    """The municipality's settings with the changes, by the keys of `organisation.rules.Settings`. `by` None: the command line.

    RuleBroken when a value is out of its range. Overtaken when they are no longer what was `seen`; then nothing is written.
    """
    if by is not None:
        authorise_settings(session, by)
    unknown = set(changes) - set(ALL)
    if unknown:
        raise ValueError(f"unknown settings: {sorted(unknown)}")
    municipality_id = tenant_id(session)
    mine = Municipality.id == municipality_id
    stored = session.scalar(select(Municipality.settings).where(mine).with_for_update()) or {}
    old = settings_from(stored)
    new = checked_settings(old, changes, seen=seen)
    changed = {
        key: [setting.value(old), setting.value(new)]
        for key, setting in ALL.items()
        if setting.value(old) != setting.value(new)
    }
    if not changed:
        return new
    session.execute(
        update(Municipality).where(mine).values(settings=stored | {key: value for key, (_, value) in changed.items()})
    )
    if any(ALL[key].decides_now for key in changed):
        touched(session, everybody=True)
    record(
        session, by=by.person_id if by else None, action="change_settings", subject="municipality",
        subject_id=municipality_id, administrative=True, detail={"changes": changed},
    )  # fmt: skip
    return new


def checked_settings(old: Settings, changes: Mapping[str, Any], *, seen: Settings | None) -> Settings:
    """What `change_settings` would write over the old ones; raises as it does."""
    if seen is not None and seen != old:
        raise Overtaken(N_("Somebody else has changed the settings since you opened the page. Nothing was written."))
    new = replace(old, **changes)
    check_settings(new)
    return new


def authorise_settings(session: Session, by: Actor) -> None:
    """Nothing, when `by` may change the settings of all the municipality. NotAllowed otherwise, NotFound for a part of it."""
    authorise(by, Permission.SETTINGS_WRITE)
    top = session.scalar(select(Unit.path).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1))
    if top is None or not by.may(Permission.SETTINGS_WRITE, top):
        raise NotFound


class UnitRow(Protocol):
    """A row of a list of units; each parent stands before its children."""

    @property
    def name(self) -> str:
        """The unit's name."""

    @property
    def kind(self) -> str:
        """What it is called: "distrikt", "team" ..."""

    @property
    def parent_row(self) -> int | None:
        """The place of its parent in the list, None when the parent is not in it."""

    @property
    def parent_id(self) -> int | None:
        """The parent that is already here; None besides `parent_row` None: the list's top, which is the municipality's."""

    @property
    def existing_id(self) -> int | None:
        """The unit here that it is."""


@dataclass(frozen=True)
class UnitsImported:
    """What a list of units changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    ids: tuple[int, ...] = ()
    """The units' ids in the order of the rows."""


@command
def import_units(session: Session, rows: Sequence[UnitRow], *, by: Actor | None) -> UnitsImported:
    """What the list changed. RuleBroken at the first row that cannot be taken; then nothing is written.

    A row without a parent is the top of the tree when the list has one such row and it is called as the municipality;
    otherwise it is added right below the top. `by` None: the command line.
    """
    if by is not None:
        authorise(by, Permission.IMPORT_UNITS)
    units = {unit.id: unit for unit in session.scalars(select(Unit).order_by(Unit.id))}
    top = next((unit for unit in units.values() if unit.parent_id is None), None)
    children = {(unit.parent_id, unit.name.casefold()): unit for unit in units.values()}
    found: list[Unit] = []
    added = changed = 0
    audit: list[dict[str, Any]] = []
    for row in rows:
        name, kind = squeeze(row.name), squeeze(row.kind).casefold()
        parent = found[row.parent_row] if row.parent_row is not None else units.get(row.parent_id or 0)
        if row.parent_id is not None and parent is None:
            raise NotFound
        unit = units.get(row.existing_id or 0)
        if unit is None and parent is None:
            parent = top
            unit = top if top is not None and top.name.casefold() == name.casefold() else None
        if unit is None:
            unit = children.get((parent.id if parent else None, name.casefold()))
        if by is not None and not by.may(Permission.IMPORT_UNITS, (unit or parent or top or Unit(path="/")).path):
            raise NotFound
        if unit is None:
            unit = _insert(session, NewUnit(name=name, kind=kind), parent=parent)
            units[unit.id] = children[unit.parent_id, name.casefold()] = unit
            added += 1
            audit.append(_noted("add_unit", unit, by))
        elif unit.valid_to is not None or (unit.kind != kind and kind):
            unit.valid_to, unit.kind = None, kind or unit.kind
            changed += 1
            audit.append(_noted("change_unit", unit, by))
        found.append(unit)
    record_all(session, audit)
    return UnitsImported(added, changed, len(rows) - added - changed, tuple(unit.id for unit in found))


def _noted(action: str, unit: Unit, by: Actor | None) -> dict[str, Any]:
    return {
        "action": action, "subject": "unit", "subject_id": unit.id, "by_person_id": by.person_id if by else None,
        "administrative": True,
    }  # fmt: skip
