"""Making a municipality, and changing its units and settings."""

import secrets
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import tenant_id, work_for
from competence.foundation.text import N_, looks_like_cpr, squeeze
from competence.organisation.models import Municipality, Unit
from competence.organisation.rules import Settings


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
    record(session, by=None, action="add_municipality", subject="municipality", subject_id=municipality.id, administrative=True)
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
    below = session.scalar(
        select(Unit.id).where(Unit.parent_id == unit.id, Unit.valid_to.is_(None)).limit(1)
    )
    if below is not None:
        raise RuleBroken(N_("Close the units below it first."))
    unit.valid_to = today()
    record(session, by=by.person_id, action="close_unit", subject="unit", subject_id=unit.id, administrative=True)
    return unit


@command
def change_settings(session: Session, changes: dict[str, Any], *, by: Actor) -> None:
    """Nothing; the municipality's settings hold the changes, by the keys of `organisation.rules.Settings`."""
    authorise(by, Permission.SETTINGS_WRITE)
    unknown = set(changes) - {f.name for f in fields(Settings)}
    if unknown:
        raise ValueError(f"unknown settings: {sorted(unknown)}")
    municipality_id = tenant_id(session)
    stored = session.scalar(select(Municipality.settings).where(Municipality.id == municipality_id)) or {}
    session.execute(update(Municipality).where(Municipality.id == municipality_id).values(settings=stored | changes))
    touched(session, everybody=True)
    record(
        session, by=by.person_id, action="change_settings", subject="municipality", subject_id=municipality_id,
        administrative=True, detail={"keys": sorted(changes)},
    )  # fmt: skip
