"""Reads of how the guides of each unit reach: what waits, and which tasks hang on one of them. Never about a named guide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, func, or_
from sqlalchemy.orm import Session

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.coverage.queries.places import Node, tree
from competence.decision.queries import EMPLOYMENTS, book, running
from competence.decision.rules import Book
from competence.delegation.rules import CellRule
from competence.development.queries.own import tasks
from competence.development.queries.queue_rows import REQUESTS
from competence.entitlements.queries import GROUP, ROWS
from competence.foundation.clock import local
from competence.foundation.orm import scoped
from competence.organisation.models import Unit
from competence.signoffs.queries import chunks

ROLES = cast(Table, RoleAssignment.__table__)
UNITS = cast(Table, Unit.__table__)
LEARNT = frozenset({CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY})
"""The rules under which a colleague is trained in the unit."""
FEWEST = 2
"""Of so many guides figures are shown together; one guide's are her own."""


@dataclass(frozen=True)
class UnitCapacity:
    """How a unit stands with its guides."""

    node: Node
    waiting: int
    """Open requests for a sign-off."""
    longest: int | None
    """Days that the oldest of them has waited; None = none is open."""
    guides: int
    """How many are appointed over the unit."""
    minutes: int | None
    """What they are given a week together; None: nobody has said, or it would be one guide's own figure."""
    with_one: Sequence[str] | None
    """The tasks that are learnt here and that exactly one guide holds, by name; None: there are fewer than two guides."""
    with_none: int
    """How many of the tasks that are learnt here no guide holds; 0 where there are fewer than two guides."""


def capacity(session: Session, within: Reach, *, on: date) -> list[UnitCapacity]:
    """Each unit within reach where somebody is trained, that first where a request has waited longest.

    As many queries for one unit as for many.
    """
    places = tree(session, on=on)
    groups = _groups(session, on)
    nodes = [node for node in places.reached(within) if node.id in groups]
    waits = _waits(session, on)
    appointed = _appointed(session, on)
    shared = book(session)
    names = {task.id: task.name for task in tasks(session, on=on)}
    learnt = _learnt(shared, {group for some in groups.values() for group in some}, names, on)
    held = _held(session, {person for person, _path, _minutes in appointed}, shared, on)
    found = [
        _of(node, waits, appointed, groups[node.id], learnt, held, names, on)
        for node in nodes
        if places.is_leaf(node) or node.id in waits
    ]
    return sorted(found, key=lambda one: -1 if one.longest is None else one.longest, reverse=True)


def _of(
    node: Node, waits: Mapping[int, tuple[int, datetime]], appointed: Sequence[tuple[int, str, int | None]],
    groups: Iterable[int], learnt: Mapping[int, set[int]], held: Mapping[int, set[int]], names: Mapping[int, str], on: date,
) -> UnitCapacity:  # fmt: skip
    waiting, oldest = waits.get(node.id, (0, None))
    over = [(person, minutes) for person, path, minutes in appointed if node.path.startswith(path)]
    guides = {person for person, _minutes in over}
    said = [minutes for _person, minutes in over if minutes]
    with_one: list[str] | None = None
    with_none = 0
    if len(guides) >= FEWEST:
        counted = {task: sum(task in held.get(one, ()) for one in guides) for g in groups for task in learnt.get(g, ())}
        with_one = sorted(names[task] for task, able in counted.items() if able == 1)
        with_none = sum(not able for able in counted.values())
    return UnitCapacity(
        node, waiting, (on - local(oldest).date()).days if oldest else None, len(guides),
        sum(said) if len(guides) >= FEWEST and len(said) >= FEWEST else None, with_one, with_none,
    )  # fmt: skip


def _groups(session: Session, on: date) -> dict[int, set[int]]:
    """Unit -> the staff groups that work there."""
    rows = session.execute(
        scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.unit_id, EMPLOYMENTS.c.staff_group_id).where(running(on)).distinct()
    )
    found: dict[int, set[int]] = {}
    for unit, group in rows:
        found.setdefault(unit, set()).add(group)
    return found


def _waits(session: Session, on: date) -> dict[int, tuple[int, datetime]]:
    """Unit -> (open requests, when the oldest was asked)."""
    rows = session.execute(
        scoped(session, REQUESTS, EMPLOYMENTS.c.unit_id, func.count().label("open"), func.min(REQUESTS.c.asked_at))
        .join(
            EMPLOYMENTS,
            (EMPLOYMENTS.c.municipality_id == REQUESTS.c.municipality_id)
            & (EMPLOYMENTS.c.id == REQUESTS.c.employment_id),
        )
        .where(REQUESTS.c.closed_at.is_(None), running(on))
        .group_by(EMPLOYMENTS.c.unit_id)
    )
    return {unit: (many, first) for unit, many, first in rows}


def _appointed(session: Session, on: date) -> list[tuple[int, str, int | None]]:
    """(guide, path of the unit, minutes a week) of each appointment in force; deputies take a place, they add none."""
    r = ROLES.c
    rows = session.execute(
        scoped(session, ROLES, r.person_id, UNITS.c.path, r.minutes_a_week)
        .join(UNITS, (UNITS.c.municipality_id == r.municipality_id) & (UNITS.c.id == r.unit_id))
        .where(
            r.role == Role.GUIDE.value, r.deputy_for.is_(None), r.valid_from <= on,
            or_(r.valid_to.is_(None), r.valid_to > on),
        )
        .order_by(r.id)
    )  # fmt: skip
    return [(row.person_id, row.path, row.minutes_a_week) for row in rows]


def _learnt(shared: Book, groups: Iterable[int], names: Mapping[int, str], on: date) -> dict[int, set[int]]:
    """Staff group -> the tasks that it learns by training and signature."""
    version = shared.version_on(on)
    cells = shared.cells.get(version.id, {}) if version else {}
    found: dict[int, set[int]] = {}
    for group in groups:
        followed = shared.follow_on(group, on)
        some = {(task, one) for task, one in cells if one == group or (followed and one == followed[0])}
        own = {task for task, one in some if one == group}
        found[group] = {
            task for task, one in some
            if task in names and cells[task, one].rule in LEARNT and (one == group or task not in own)
        }  # fmt: skip
    return found


def _held(session: Session, persons: Iterable[int], shared: Book, on: date) -> dict[int, set[int]]:
    """Person -> the tasks that she may do today under any of her employments, as they are stored."""
    version = shared.version_on(on)
    jobs: list[Any] = []
    for some in chunks(persons):
        jobs += session.execute(
            scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, EMPLOYMENTS.c.staff_group_id).where(
                EMPLOYMENTS.c.person_id.in_(some), running(on)
            )
        ).all()
    by_group: dict[int, set[int]] = {}
    rows = scoped(session, GROUP, GROUP.c.staff_group_id, GROUP.c.task_id).where(
        GROUP.c.version_id == (version.id if version else None), GROUP.c.level > 0
    )
    for group, task in session.execute(rows):
        by_group.setdefault(group, set()).add(task)
    own: dict[int, dict[int, int]] = {}
    for some in chunks(job.id for job in jobs):
        found = scoped(session, ROWS, ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.level).where(
            ROWS.c.employment_id.in_(some), ROWS.c.citizen_id.is_(None), ROWS.c.valid_from <= on,
            or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on),
        )  # fmt: skip
        for employment, task, level in session.execute(found):
            own.setdefault(employment, {})[task] = level
    held: dict[int, set[int]] = {}
    for job in jobs:
        personal = own.get(job.id, {})
        held.setdefault(job.person_id, set()).update(
            task for task in by_group.get(job.staff_group_id, set()) | personal.keys() if personal.get(task, 1)
        )
    return held
