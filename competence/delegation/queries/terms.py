"""Reads of the matrix: versions, cells with the task's defaults filled in, stops and masks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task, TaskValidity
from competence.catalogue.queries import level_names
from competence.catalogue.queries.scales import turns
from competence.catalogue.rules import FOR_GOOD, Validity, validity_of
from competence.catalogue.rules.scales import MOST_LEVELS, level_on, levels_asked, levels_held
from competence.delegation.models import Cell, MatrixVersion, Stop, UnitMask
from competence.delegation.rules import (
    UNDECIDED,
    CellRule,
    CellTerms,
    Following,
    Ground,
    Keeping,
    LeaderPart,
    Version,
    following_on,
)
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped, tenant_id
from competence.people.models import StaffGroupFollow

CELLS = cast(Table, Cell.__table__)
TASKS = cast(Table, Task.__table__)
VALIDITIES = cast(Table, TaskValidity.__table__)
VERSIONS = cast(Table, MatrixVersion.__table__)
STOPS = cast(Table, Stop.__table__)
MASKS = cast(Table, UnitMask.__table__)
FOLLOWS = cast(Table, StaffGroupFollow.__table__)

Cells = Mapping[tuple[int, int], CellTerms]
"""(task id, staff group id) -> terms."""


def versions(session: Session) -> tuple[tuple[Version, ...], dict[int, datetime]]:
    """All versions, newest first, and when each approved one was approved."""
    return remembered(session, "versions", _read_versions)


def _read_versions(session: Session) -> tuple[tuple[Version, ...], dict[int, datetime]]:
    rows = session.execute(scoped(session, VERSIONS).order_by(VERSIONS.c.number.desc(), VERSIONS.c.id)).all()
    listed = tuple(Version(r.id, r.number, r.valid_from, r.valid_to, r.approved_at is not None) for r in rows)
    return listed, {r.id: r.approved_at for r in rows if r.approved_at is not None}


def version_in_force(session: Session, on: date) -> MatrixVersion | None:
    """The version that holds on the day; None before the first is approved."""
    return session.scalars(
        scoped_versions(session)
        .where(VERSIONS.c.approved_at.is_not(None), VERSIONS.c.valid_from <= on)
        .where(or_(VERSIONS.c.valid_to.is_(None), VERSIONS.c.valid_to > on))
        .order_by(VERSIONS.c.number.desc())
    ).first()


def scoped_versions(session: Session) -> Select[MatrixVersion]:
    """A select of the municipality's versions."""
    return select(MatrixVersion).where(MatrixVersion.municipality_id == tenant_id(session))


def get_version(session: Session, number: int) -> MatrixVersion:
    """The version of that number. NotFound when there is none."""
    version = session.scalars(scoped_versions(session).where(MatrixVersion.number == number)).first()
    if version is None:
        raise NotFound
    return version


def cells_of(session: Session, version_id: int, number: int) -> Cells:
    """Every cell of the version with the task's times and validity filled in where the cell says none.

    They are kept from one request to the next; a draft's until somebody changes one.
    """
    drafted = version_id not in versions(session)[1]
    return remembered(session, ("cells", version_id), lambda s: _read_cells(s, version_id, number), drafts=drafted)


def row_of(session: Session, version_id: int, number: int, task_id: int) -> Cells:
    """The same with one task's cells at least: a draft is not read whole for the sake of one."""
    if version_id in versions(session)[1]:
        return cells_of(session, version_id, number)
    return _read_cells(session, version_id, number, task_id)


def _read_cells(session: Session, version_id: int, number: int, task_id: int | None = None) -> Cells:
    wanted = with_defaults(session, CELLS).where(CELLS.c.version_id == version_id)
    rows = session.execute(wanted if task_id is None else wanted.where(CELLS.c.task_id == task_id))
    found = {(row.task_id, row.staff_group_id): terms(row, number) for row in rows}
    changes = turns(session)
    if not changes:
        return found
    listed, approved = versions(session)
    until = next((version.valid_to for version in listed if version.id == version_id), None)
    return {place: one.rescaled(approved.get(version_id), until, changes) for place, one in found.items()}


def ranks_of(session: Session, version_id: int, *, now: bool = False) -> Callable[[Any], dict[str, int | None]]:
    """What reads the two levels of a cell's row on the scale of the version's last day, `now`: on today's."""
    changes = turns(session)
    listed, approved = versions(session)
    given_up = scoped(session, VERSIONS, VERSIONS.c.discarded_at).where(VERSIONS.c.id == version_id)
    at = approved.get(version_id) or session.execute(given_up).scalar()
    until = next((one.valid_to for one in listed if one.id == version_id), None)
    on = date.max if now or until is None else until - timedelta(days=1)
    highest = len(level_names(session)) if now else MOST_LEVELS + 1

    def read(row: Any) -> dict[str, int | None]:
        asked, held = row.minimum_level, row.education_level
        return {
            "minimum_level": asked and min(highest, level_on(levels_asked(asked, at, changes), on, otherwise=asked)),
            "education_level": held and level_on(levels_held(held, at, changes), on, otherwise=held),
        }

    return read


def with_defaults(session: Session, *columns: Any) -> Select[Any]:
    """The columns of cells, and beside them what their tasks say of times and validity, to all and to the staff group."""
    return (
        scoped(
            session, CELLS, *columns,
            TASKS.c.observed_times.label("task_times"), TASKS.c.validity_months.label("task_months"),
            TASKS.c.validity_date.label("task_date"), VALIDITIES.c.validity_months.label("group_months"),
            VALIDITIES.c.validity_date.label("group_date"),
        )
        .join(TASKS, (TASKS.c.municipality_id == CELLS.c.municipality_id) & (TASKS.c.id == CELLS.c.task_id))
        .outerjoin(
            VALIDITIES,
            (VALIDITIES.c.municipality_id == CELLS.c.municipality_id)
            & (VALIDITIES.c.task_id == CELLS.c.task_id)
            & (VALIDITIES.c.staff_group_id == CELLS.c.staff_group_id),
        )
    )  # fmt: skip


def default_validity(row: Any) -> Validity:
    """What the task says to the cell's staff group; `row` as `with_defaults` reads it."""
    return validity_of(row.group_months, row.group_date) or validity_of(row.task_months, row.task_date) or FOR_GOOD


def task_says(session: Session, task_id: int, group_id: int) -> tuple[int, Validity]:
    """(observed times, validity) that a cell has when it says none itself. NotFound when there is no such task."""
    row = session.execute(
        scoped(
            session, TASKS, TASKS.c.observed_times, TASKS.c.validity_months.label("task_months"),
            TASKS.c.validity_date.label("task_date"), VALIDITIES.c.validity_months.label("group_months"),
            VALIDITIES.c.validity_date.label("group_date"),
        )
        .outerjoin(
            VALIDITIES,
            (VALIDITIES.c.municipality_id == TASKS.c.municipality_id)
            & (VALIDITIES.c.task_id == TASKS.c.id)
            & (VALIDITIES.c.staff_group_id == group_id),
        )
        .where(TASKS.c.id == task_id)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return row.observed_times, default_validity(row)


def terms(row: Any, number: int) -> CellTerms:
    """The terms of one cell row, as `with_defaults` reads it."""
    validity = validity_of(row.validity_months, row.validity_date) or default_validity(row)
    times = row.observed_times if row.observed_times is not None else row.task_times
    return CellTerms(
        rule=CellRule(row.rule),
        minimum_level=row.minimum_level or 1,
        education_level=row.education_level or 0,
        observed_times=times,
        validity_months=validity.months,
        validity_date=validity.each,
        limits=tuple((limit["text"], limit.get("when") or limit["text"]) for limit in row.limits or ()),
        ground=Ground(row.ground) if row.ground else None,
        agreed_with_leader=LeaderPart(row.agreed_with_leader),
        version=number,
        level_not_stated=row.level_not_stated,
        keeping=Keeping(row.keeping),
        keeping_to=row.keeping_to,
        note=row.note,
        source=row.source,
    )


def follows(session: Session) -> dict[int, tuple[int, str | None]]:
    """Staff group -> (the group it follows from today on, the stage from which it does)."""
    return remembered(session, "follows", _read_follows)


def _read_follows(session: Session) -> dict[int, tuple[int, str | None]]:
    c = FOLLOWS.c
    rows = session.execute(
        scoped(session, FOLLOWS, c.staff_group_id, c.follows_id, c.from_stage).where(c.valid_to.is_(None))
    )
    return {row.staff_group_id: (row.follows_id, row.from_stage) for row in rows}


def followings(session: Session) -> Mapping[int, tuple[Following, ...]]:
    """Staff group -> all that it has followed, the first first, where that has ever been changed."""
    return remembered(session, "followings", _read_followings)


def _read_followings(session: Session) -> dict[int, tuple[Following, ...]]:
    c = FOLLOWS.c
    rows = session.execute(
        scoped(session, FOLLOWS, c.staff_group_id, c.follows_id, c.from_stage, c.valid_from, c.valid_to)
        .where(c.valid_to.is_(None) | (c.valid_to > c.valid_from))
        .order_by(c.valid_from, c.id)
    )
    found: dict[int, tuple[Following, ...]] = {}
    for group, *said in rows:
        found[group] = (*found.get(group, ()), Following(*said))
    return {group: some for group, some in found.items() if any(one.changed for one in some)}


def follows_on(session: Session, on: date) -> Mapping[int, tuple[int, str | None]]:
    """The same as `follows`, as it was on the day."""
    changed = followings(session)
    then = {group: said for group in changed if (said := following_on(changed[group], on)) is not None}
    return {group: said for group, said in follows(session).items() if group not in changed} | then


def cell_for(session: Session, task_id: int, staff_group_id: int, *, stage_from: date | None, on: date) -> CellTerms:
    """The terms for the group on the day, its own or those of the group it follows."""
    listed, _approved = versions(session)
    version = next((v for v in listed if v.in_force(on)), None)
    if version is None:
        return UNDECIDED
    cells = cells_of(session, version.id, version.number)
    own = cells.get((task_id, staff_group_id))
    if own is not None:
        return own.at(on)
    followed, stage = follows_on(session, on).get(staff_group_id, (None, None))
    if followed is None:
        return UNDECIDED
    cell = cells.get((task_id, followed), UNDECIDED).at(on)
    if stage and cell.entitles and (stage_from is None or on < stage_from):
        return replace(cell, rule=CellRule.ASSISTS, from_stage=stage)
    return cell


def stops_in_force(session: Session, *, now: datetime, on: date) -> list[Stop]:
    """Stops that close something now, newest first."""
    return list(
        session.scalars(
            select(Stop)
            .where(Stop.begins_at <= now, Stop.valid_to > on)
            .where(or_(Stop.lifted_at.is_(None), Stop.lifted_at > now))
            .order_by(Stop.begins_at.desc(), Stop.id.desc())
        )
    )
