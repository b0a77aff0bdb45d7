"""The figures of today: needs from the compact vectors, and what is under way from the few rows that are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, bindparam
from sqlalchemy.orm import Session

from competence.coverage import many
from competence.coverage.many import Flags, Ints
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.wide import Wide, wide
from competence.coverage.rules import Standing
from competence.decision.queries import EMPLOYMENTS, book
from competence.delegation.rules import CellRule
from competence.entitlements.rules import day_number
from competence.figures.look import PARTS, Look, Numbers, with_below
from competence.figures.rules import Sums
from competence.foundation.clock import local, midnight, today
from competence.foundation.orm import execute, several, standing
from competence.learning.models import Goal
from competence.signoffs.models import SignOffRequest, WaitingSignOff
from competence.signoffs.queries import OBSERVATIONS, chunks, counted
from competence.signoffs.rules import TIMES

REQUESTS = cast(Table, SignOffRequest.__table__)
GOALS = cast(Table, Goal.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)
UNDER_WAY = timedelta(days=180)
"""An observed time is part of a training that is under way for so long."""
AT_ONCE = 5000
"""So many people are asked about in one statement; SQLite takes 32,766 parameters."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A signature that waits for the person's own yes, or with it for its first day."""

    person_id: int
    task_id: int
    for_yes: bool


def look_now(session: Session, units: Tree, tops: Sequence[Node], *, since: date) -> Look:
    """How the units and all below them stand today. `since`: requests that were closed by a signature from that day on count."""
    on = today()
    waits = [
        Waits(row.person_id, row.task_id, row.accepted_on is None and not row.lacks_second)
        for row in execute(session, _WAITS, on=on).all()
    ]
    return look_at(session, units, heat_now(session, units, tops), waits, on=on, since=since)


def look_at(session: Session, units: Tree, found: Wide, signatures: Sequence[Waits], *, on: date, since: date) -> Look:
    """How units stand on a day, of which have against need is found and the signatures that wait are known."""
    nodes, places = found.nodes, _places(units, found)
    crowd, number = found.crowd, len(nodes)
    counted_ = np.array([node.id in places for node in nodes], dtype=bool)
    night = midnight(on + timedelta(days=1))
    requests = _codes(execute(session, _REQUESTED, night=night).all())
    ahead = _codes([(one.person_id, one.task_id) for one in signatures])
    rows, slots = _expiring(session, found, counted_[crowd.unit], on)
    task_at = np.zeros(crowd.ends.shape[1], dtype=np.intp)
    for task in found.tasks:
        task_at[task.slot] = task.id
    tasks = task_at[slots]
    renewed = _among(crowd.ids[rows], tasks, requests) | _among(crowd.person[rows], tasks, ahead)
    expiring = np.bincount(crowd.unit[rows], minlength=number)
    renewing = np.bincount(crowd.unit[rows[renewed]], minlength=number)
    bare = np.bincount(tasks[~renewed]) if len(tasks) else np.zeros(0, dtype=np.intp)
    waiting = _waiting(found, counted_, signatures)
    waits = _waits(session, since, on + timedelta(days=1))
    goals = _codes(execute(session, _WANTED, on=on).all())
    numbers = _sums(found, _planned(session, found, np.union1d(requests, goals), on))
    own = {
        node.id: Sums(
            *numbers[at], int(found.people[at]), int(expiring[at]), int(renewing[at]), int(waiting[at]),
            tuple(waits.get(node.id, ())),
        )
        for at, node in enumerate(nodes) if node.id in places
    }  # fmt: skip
    areas = tuple({task.area_id: task.area for task in found.tasks}.items())
    return Look(
        units, nodes, areas, numbers_of(found, [area for area, _name in areas], places), places, with_below(nodes, own),
        {node.id: int(found.people[at]) for at, node in enumerate(nodes) if node.id in places}, on, found.as_of,
        {task: int(bare[task]) for task in np.flatnonzero(bare).tolist()},
    )  # fmt: skip


MANY = 1 << 32


def _codes(pairs: Sequence[Any]) -> Ints:
    """Each pair of ids as one number."""
    return np.unique(np.fromiter([first * MANY + second for first, second in pairs], dtype=np.intp))


def _among(first: Ints, second: Ints, codes: Ints) -> Flags:
    return np.isin(first * MANY + second, codes)


def _waiting(found: Wide, counts: Flags, signatures: Sequence[Waits]) -> Ints:
    """Unit -> signatures that wait for a yes to what is not held meanwhile."""
    crowd, slots = found.crowd, {task.id: task.slot for task in found.tasks}
    asked = {(one.person_id, slots[one.task_id]) for one in signatures if one.for_yes and one.task_id in slots}
    rows_of: dict[int, list[int]] = {}
    wanted = np.isin(crowd.person, [person for person, _slot in asked]) & counts[crowd.unit]
    for row in np.flatnonzero(wanted).tolist():
        rows_of.setdefault(int(crowd.person[row]), []).append(row)
    made = np.zeros(len(found.nodes), dtype=np.intp)
    for person, slot in asked:
        for row in rows_of.get(person, ()):
            made[crowd.unit[row]] += not crowd.ends[row, slot, 0] > crowd.since
    return made


def heat_now(session: Session, units: Tree, tops: Sequence[Node]) -> Wide:
    """Have against need of the units and all below them."""
    return wide(session, [node for top in tops for node in units.below(top)])


def heat_of(session: Session, units: Tree, tops: Sequence[Node]) -> Numbers:
    """Units x areas x shifts x `PARTS` of today, without what is under way."""
    found = heat_now(session, units, tops)
    return numbers_of(found, list(dict.fromkeys(task.area_id for task in found.tasks)), _places(units, found))


def _places(units: Tree, found: Wide) -> frozenset[int]:
    """As on a board: all units without units below them, and those above where people have fixed shifts."""
    staffed = found.staffed.tolist()
    return frozenset(node.id for at, node in enumerate(found.nodes) if staffed[at] or units.is_leaf(node))


def numbers_of(found: Wide, areas: Sequence[int], places: frozenset[int]) -> Numbers:
    """Units x areas x shifts x `PARTS`, of the units that count."""
    asked = found.asked
    place = {area: at for at, area in enumerate(areas)}
    area_of = np.array([place[task.area_id] for task in found.tasks], dtype=np.intp)
    critical = np.array([task.critical for task in found.tasks], dtype=bool)
    shape = (len(found.nodes), len(areas), len(many.SHIFTS))
    made = np.zeros((*shape, len(PARTS)), dtype=np.intp)
    if not len(asked.need):
        return made
    counts = np.array([node.id in places for node in found.nodes])[asked.unit]
    flat = (asked.unit * shape[1] + area_of[asked.task]) * shape[2] + asked.shift
    for part, some in enumerate((asked.counts, found.gaps, found.gaps & critical[asked.task], found.vulnerable)):
        made[..., part] = np.bincount(flat[some & counts], minlength=int(np.prod(shape))).reshape(shape)
    return made


def _sums(found: Wide, planned: Flags) -> list[tuple[int, int, int, int, int]]:
    critical = np.array([task.critical for task in found.tasks], dtype=bool)
    asked = found.asked
    harmful = found.gaps & critical[asked.task] if len(asked.need) else found.gaps
    parts = (asked.counts, found.gaps, harmful, found.vulnerable, planned)
    return list(
        zip(*(np.bincount(asked.unit[some], minlength=len(found.nodes)).tolist() for some in parts), strict=True)
    )


_REQUESTED = standing(REQUESTS, REQUESTS.c.employment_id, REQUESTS.c.task_id).where(
    REQUESTS.c.asked_at < bindparam("night"),
    REQUESTS.c.closed_at.is_(None) | (REQUESTS.c.closed_at >= bindparam("night")),
)
_WANTED = standing(GOALS, GOALS.c.employment_id, GOALS.c.task_id).where(
    GOALS.c.task_id.is_not(None), GOALS.c.yes_on <= bindparam("on"),
    GOALS.c.reached_on.is_(None) | (GOALS.c.reached_on > bindparam("on")),
    GOALS.c.set_aside_on.is_(None) | (GOALS.c.set_aside_on > bindparam("on")),
)  # fmt: skip
_WAITS = standing(WAITING, WAITING.c.person_id, WAITING.c.task_id, WAITING.c.accepted_on, WAITING.c.lacks_second).where(
    WAITING.c.citizen_id.is_(None),
    WAITING.c.accepted_on.is_not(None)
    | WAITING.c.answer_before.is_(None)
    | (WAITING.c.answer_before > bindparam("on")),
)
_SEEN = standing(OBSERVATIONS, OBSERVATIONS.c.person_id, OBSERVATIONS.c.task_id).where(
    OBSERVATIONS.c.person_id.in_(several("persons")), OBSERVATIONS.c.task_id.in_(several("tasks")),
    OBSERVATIONS.c.withdrawn_at.is_(None), OBSERVATIONS.c.kind.in_(TIMES), OBSERVATIONS.c.observed_on >= bindparam("first"),
    counted(),
).distinct()  # fmt: skip
_SIGNED = (
    standing(REQUESTS, EMPLOYMENTS.c.unit_id, REQUESTS.c.asked_at, REQUESTS.c.closed_at)
    .join(
        EMPLOYMENTS,
        (EMPLOYMENTS.c.municipality_id == REQUESTS.c.municipality_id) & (EMPLOYMENTS.c.id == REQUESTS.c.employment_id),
    )
    .where(REQUESTS.c.closed_how == "signed", REQUESTS.c.closed_at >= bindparam("first"))
    .where(REQUESTS.c.closed_at < bindparam("last"))
)


def _waits(session: Session, first: date, until: date) -> dict[int, list[int]]:
    """Unit -> days from request to signature of each request that one closed from `first` on and before `until`."""
    found: dict[int, list[int]] = {}
    for unit, asked, closed in execute(session, _SIGNED, first=midnight(first), last=midnight(until)).all():
        found.setdefault(unit, []).append(days_between(asked, closed))
    return {unit: sorted(days) for unit, days in found.items()}


def waits_between(session: Session, nodes: Sequence[Node], first: date, until: date) -> list[int]:
    """The same of several units together."""
    by_unit = _waits(session, first, until)
    return [days for node in nodes for days in by_unit.get(node.id, ())]


def days_between(asked: datetime, closed: datetime) -> int:
    """Days from the Danish date of the one to that of the other."""
    return (local(closed).date() - local(asked).date()).days


def _planned(session: Session, found: Wide, wanted: Ints, on: date) -> Flags:
    """Which gaps have a plan: somebody of the shift has an open request or goal, or times of hers are being observed."""
    asked, crowd = found.asked, found.crowd
    planned = np.zeros(len(asked.need), dtype=bool)
    gaps, rows = _near(found)
    about = np.fromiter([asked.stated[gap].task_id for gap in gaps.tolist()], dtype=np.intp)
    planned[gaps[_among(crowd.ids[rows], about, wanted)]] = True
    # Of a gap that has its plan nothing more is asked.
    still = ~planned[gaps]
    gaps, rows, about = gaps[still], rows[still], about[still]
    tasks = np.unique(about).tolist()
    pairs: list[Any] = []
    for some in chunks(crowd.person[rows].tolist(), AT_ONCE):
        pairs += execute(session, _SEEN, persons=list(some), tasks=tasks, first=on - UNDER_WAY).all()
    planned[gaps[_among(crowd.person[rows], about, _codes(pairs))]] = True
    return planned


def _near(found: Wide) -> tuple[Ints, Ints]:
    """(needs that are not met, places in the crowd): each gap with each of its shift who might close it."""
    asked, crowd = found.asked, found.crowd
    bounds = np.searchsorted(crowd.unit, np.arange(len(found.nodes) + 1))
    open_ = np.flatnonzero(found.gaps)
    first, sizes = bounds[asked.unit[open_]], np.diff(bounds)[asked.unit[open_]]
    gaps = np.repeat(open_, sizes)
    rows = np.arange(len(gaps)) + np.repeat(first - np.cumsum(sizes) + sizes, sizes)
    fixed, students = crowd.of(Standing.FIXED), crowd.of(Standing.FIXED, Standing.STUDENT)
    counts = np.where(asked.students[gaps], students[rows], fixed[rows])
    counts &= crowd.shifts[rows] >> asked.shift[gaps] & 1 > 0
    gaps, rows = gaps[counts], rows[counts]
    ranks = crowd.ends.shape[2]
    level = np.minimum(asked.level[gaps], ranks)
    lacks = (asked.level[gaps] > ranks) | (crowd.ends[rows, asked.slot[gaps], level - 1] <= crowd.since)
    return gaps[lacks], rows[lacks]


def _expiring(session: Session, found: Wide, counts: Flags, on: date) -> tuple[Ints, Ints]:
    """(places in the crowd, slots) of each right by signature or delegation that ends within its task's window.

    Not of one that ends because the employment does, nor of what somebody has by education.
    """
    crowd, shared = found.crowd, book(session)
    nothing = np.zeros(0, dtype=np.intp)
    if not crowd.ends.size:
        return nothing, nothing
    tabs = np.zeros(crowd.ends.shape[1], dtype=np.int32)
    known = np.zeros(crowd.ends.shape[1], dtype=bool)
    for task in found.tasks:
        tabs[task.slot], known[task.slot] = shared.expiring_days(task.id), True
    # Days left; what has ended wraps round to many.
    left = crowd.ends - np.uint16(crowd.since + 1)
    soon = np.flatnonzero(left <= np.uint16(tabs.max(initial=0)))
    rows, slots, ranks = np.unravel_index(soon, left.shape)
    # Only the highest level held says when the right as it stands ends.
    above = np.minimum(ranks + 1, crowd.ends.shape[2] - 1)
    highest = (ranks == above) | (crowd.ends[rows, slots, above] <= crowd.since)
    keep = counts[rows] & known[slots] & highest & (left[rows, slots, ranks] <= tabs[slots])
    rows, slots, ranks = rows[keep], slots[keep], ranks[keep]
    groups, at = np.unique(crowd.group, return_inverse=True)
    educated = _educated(session, found, groups.tolist(), on)
    leaving = {row.id: row.valid_to for row in execute(session, _LEAVING, after=on)}
    last = np.fromiter(
        [day_number(leaving[one]) if one in leaving else 0 for one in crowd.ids.tolist()], dtype=np.int64
    )
    keep = (ranks + 1 > educated[at.reshape(-1)[rows], slots]) & (crowd.ends[rows, slots, ranks] != last[rows])
    return rows[keep], slots[keep]


_LEAVING = standing(EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.valid_to).where(
    EMPLOYMENTS.c.valid_to > bindparam("after")
)


def _educated(session: Session, found: Wide, groups: Sequence[int], on: date) -> Ints:
    """Groups x slots: the level that the group has by education, where it has no cell by that of the group it follows."""
    shared = book(session)
    version = shared.version_on(on)
    made = np.zeros((len(groups), found.crowd.ends.shape[1]), dtype=np.intp)
    if version is None:
        return made
    cells = shared.cells.get(version.id, {})
    for at, group in enumerate(groups):
        followed = shared.follows.get(group, (0, None))[0]
        for task in found.tasks:
            terms = cells.get((task.id, group)) or cells.get((task.id, followed))
            if terms is not None and terms.rule == CellRule.CORE:
                made[at, task.slot] = terms.education_level or 0
    return made
