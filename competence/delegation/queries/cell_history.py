"""All that has ever been decided about one cell: versions, changes in drafts, stops and stricter units."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.accounts.queries import names_of
from competence.delegation.drafting import Wording
from competence.delegation.models import Stop, UnitMask
from competence.delegation.queries.drafts import change_log
from competence.delegation.queries.reading import ReadVersion
from competence.delegation.queries.terms import cell_for
from competence.delegation.rules import CellTerms
from competence.foundation.clock import local
from competence.organisation.models import Unit


class Kind(StrEnum):
    """What happened."""

    APPROVED = "approved"
    CHANGED = "changed"
    STOPPED = "stopped"
    LIFTED = "lifted"
    STRICTER = "stricter"


@dataclass(frozen=True)
class CellEvent:
    """One thing that was decided about the cell."""

    kind: Kind
    at: datetime
    by: str
    """The name as it is known now; "" for nobody, or somebody who has been forgotten."""
    why: str
    version: ReadVersion | None = None
    before: Wording | None = field(default=None)
    after: Wording | None = field(default=None)
    undone: bool = False
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    minimum_level: int | None = None
    """Of a stricter unit; None: closed."""


@dataclass(frozen=True)
class CellOn:
    """What held of the cell on a day."""

    version: ReadVersion | None
    terms: CellTerms
    stops: tuple[CellEvent, ...]


def events_of_cell(
    session: Session, versions: Sequence[ReadVersion], task_id: int, staff_group_id: int
) -> list[CellEvent]:
    """Who decided what about the cell, when and why, the latest first."""
    found = [
        CellEvent(Kind.APPROVED, one.approved_at, one.approved_by, one.description, one, valid_from=one.valid_from)
        for one in versions
        if one.approved_at is not None
    ]
    for version in versions:
        found += [
            CellEvent(Kind.CHANGED, line.at, line.by_name, line.reason, version, line.before, line.after, line.undone)
            for line in change_log(session, version.id, place=(task_id, staff_group_id))
        ]
    found += _stops(session, task_id, staff_group_id)
    masks = session.execute(
        select(UnitMask, Unit.name)
        .join(Unit, Unit.id == UnitMask.unit_id)
        .where(UnitMask.task_id == task_id)
        .where(or_(UnitMask.staff_group_id.is_(None), UnitMask.staff_group_id == staff_group_id))
        .order_by(UnitMask.id)
    ).all()
    names = names_of(session, {mask.recorded_by for mask, _unit in masks if mask.recorded_by})
    found += [
        CellEvent(
            Kind.STRICTER, mask.recorded_at, names.get(mask.recorded_by or 0, ""), mask.reason, unit=unit,
            valid_from=mask.valid_from, valid_to=mask.valid_to, minimum_level=mask.minimum_level,
        )
        for mask, unit in masks
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.at, reverse=True)


def _stops(session: Session, task_id: int, staff_group_id: int) -> list[CellEvent]:
    rows = session.execute(
        select(Stop, Unit.name)
        .join(Unit, Unit.id == Stop.unit_id)
        .where(Stop.task_id == task_id)
        .where(or_(Stop.staff_group_id.is_(None), Stop.staff_group_id == staff_group_id))
        .order_by(Stop.id)
    ).all()
    names = names_of(session, {one for stop, _unit in rows for one in (stop.stopped_by, stop.lifted_by) if one})
    found = []
    for stop, unit in rows:
        found.append(
            CellEvent(
                Kind.STOPPED, stop.recorded_at, names.get(stop.stopped_by, ""), stop.reason, unit=unit,
                valid_from=local(stop.begins_at).date(), valid_to=stop.valid_to,
            )
        )  # fmt: skip
        if stop.lifted_at is not None:
            found.append(CellEvent(Kind.LIFTED, stop.lifted_at, names.get(stop.lifted_by or 0, ""), "", unit=unit))
    return found


def cell_on(
    session: Session, versions: Sequence[ReadVersion], events: Sequence[CellEvent], place: tuple[int, int], on: date
) -> CellOn:
    """What the cell said on the day, its own rule or that of the group it followed then, and what was stopped."""
    version = next((one for one in versions if one.in_force(on)), None)
    lifted = [local(one.at).date() for one in events if one.kind is Kind.LIFTED]
    stops = tuple(
        one
        for one in events
        if one.kind is Kind.STOPPED
        and one.valid_from is not None
        and one.valid_from <= on
        and (one.valid_to is None or on < one.valid_to)
        and not any(one.valid_from <= day <= on for day in lifted)
    )
    return CellOn(version, cell_for(session, *place, stage_from=date.min, on=on), stops)
