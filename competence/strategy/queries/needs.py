"""The needs map: of each subject area what is needed, had and open, now and in twelve months, and which groups lack it.

Everything is worked out from the compact vectors, for a whole municipality at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.coverage import many
from competence.coverage.many import Flags, Ints
from competence.coverage.queries.places import Node, Tree, kind_of_day
from competence.coverage.queries.staff import GROUPS
from competence.coverage.queries.wide import Wide, wide
from competence.coverage.rules import Shift, Standing
from competence.coverage.small import hidden_shifts
from competence.decision.queries import book
from competence.delegation.rules import CellRule
from competence.figures.rules import Group, hidden
from competence.foundation.clock import add_months, today
from competence.foundation.orm import scoped
from competence.strategy.models import NeedChoice

AHEAD = 12
"""Months."""
LEARNABLE = frozenset({CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY})
"""The rules of a cell under which somebody of the group can be trained in the task and then counts."""


@dataclass(frozen=True)
class Lacks:
    """A staff group of which some could close gaps of the area if they were trained."""

    group: str
    people: int


@dataclass(frozen=True)
class NeedRow:
    """A subject area in a unit with all below it."""

    area_id: int
    name: str
    needs: int
    met: int
    gaps: int
    critical: int
    ahead: int | None
    """Gaps in twelve months if nobody acts; None where all of it is hidden from the reader. Where few share a shift, and she
    sees numbers only, as they stand today."""
    lacks: Sequence[Lacks] = ()
    """Those with most people first."""
    hides: bool = False
    """Whether a group is left out because so few belong to it."""


@dataclass(frozen=True)
class NeedsMap:
    """The needs of one unit."""

    node: Node
    rows: Sequence[NeedRow]
    choices: Mapping[int, NeedChoice] = field(default_factory=dict)
    """Area -> how the unit meets it."""
    as_of: date | None = None
    """The day of the figures, where it is not today."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The figures of many units, now and in twelve months, of which the map of each of them is made."""

    units: Tree
    now: Wide
    then: Wide
    places: frozenset[int]
    """The units with needs of their own that count."""
    lacking: Flags
    """People of the crowd x subject areas: who could close a gap of her unit in the area."""
    areas: Sequence[tuple[int, str]]
    groups: Mapping[int, str]
    apart: Mapping[int, frozenset[int]]
    """Staff group -> the units in which it is too small to be shown to whoever sees numbers only."""


def ground_of(session: Session, units: Tree, tops: Sequence[Node], *, hides: bool) -> Ground:
    """The figures of the units and all below them.

    With `hides` those of all of the municipality, as what is hidden in one unit depends on the units beside it.
    """
    tops = units.children.get(None, []) if hides else tops
    nodes = [node for top in tops for node in units.below(top)]
    on = today()
    now = wide(session, nodes, on=on)
    then = wide(session, nodes, on=add_months(on, AHEAD), days=kind_of_day(on))
    staffed = now.staffed.tolist()
    places = frozenset(node.id for at, node in enumerate(nodes) if staffed[at] or units.is_leaf(node))
    areas = list({task.area_id: task.area for task in now.tasks}.items())
    names = {
        row.id: row.short_name for row in session.execute(scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.short_name))
    }
    return Ground(
        units, now, then, places, _lacking(session, now, places, [area for area, _name in areas]), areas, names,
        _apart(units, now) if hides else {},
    )  # fmt: skip


def needs_of(
    session: Session, ground: Ground, node: Node, *, hides: bool, choices: Mapping[int, NeedChoice] | None = None
) -> NeedsMap:
    """The map of the unit with all below it. `hides`: the reader sees numbers only. `choices`: as they have been read already."""
    wanted = {one.id for one in ground.units.below(node)}
    now, then = ground.now, ground.then
    own = np.array([one.id in wanted and one.id in ground.places for one in now.nodes], dtype=bool)
    area_of = _areas(now, ground.areas)
    critical = np.array([task.critical for task in now.tasks], dtype=bool)
    here = own[now.asked.unit] if len(now.asked.need) else np.zeros(0, dtype=bool)
    worst = now.gaps & critical[now.asked.task] if len(now.asked.need) else now.gaps
    number = len(ground.areas)
    needs, gaps, grave = (
        np.bincount(area_of[some & here], minlength=number).tolist() for some in (now.asked.counts, now.gaps, worst)
    )
    then_area = _areas(then, ground.areas)
    later = own[then.asked.unit] if len(then.asked.need) else np.zeros(0, dtype=bool)
    ahead = np.bincount(then_area[then.gaps & later], minlength=number)
    seen = np.bincount(then_area[then.asked.counts & later], minlength=number)
    if hides:
        # Where few share a shift nothing is told of what is to come: it stands as it stands today.
        few = _few(now)
        later_few = few[then.asked.unit, then.asked.shift] if len(then.asked.need) else later
        today_few = few[now.asked.unit, now.asked.shift] if len(now.asked.need) else here
        ahead = np.bincount(then_area[then.gaps & later & ~later_few], minlength=number)
        ahead = ahead + np.bincount(area_of[now.gaps & here & today_few], minlength=number)
        seen = np.bincount(then_area[then.asked.counts & later & ~later_few], minlength=number)
    rows = []
    for at, (area, name) in enumerate(ground.areas):
        if not needs[at]:
            continue
        lacks, some_hidden = _lacks(ground, node, own, at)
        rows.append(
            NeedRow(
                area, name, needs[at], needs[at] - gaps[at], gaps[at], grave[at],
                None if hides and not seen[at] else int(ahead[at]), lacks, some_hidden,
            )
        )  # fmt: skip
    return NeedsMap(node, rows, choices_of(session, node.id) if choices is None else choices, now.as_of)


def needs_map(session: Session, units: Tree, node: Node, *, hides: bool) -> NeedsMap:
    """The same of one unit alone."""
    return needs_of(session, ground_of(session, units, [node], hides=hides), node, hides=hides)


def needs_below(session: Session, ground: Ground, node: Node, *, hides: bool) -> list[NeedsMap]:
    """The map of each of the units right below the unit, those without needs left out."""
    below = ground.units.children.get(node.id, [])
    choices = choices_in(session, [one.id for one in below])
    found = (needs_of(session, ground, one, hides=hides, choices=choices.get(one.id, {})) for one in below)
    return [one for one in found if one.rows]


def choices_of(session: Session, unit_id: int) -> Mapping[int, NeedChoice]:
    """Subject area -> how the unit meets its needs in it."""
    return choices_in(session, [unit_id]).get(unit_id, {})


def choices_in(session: Session, unit_ids: Sequence[int]) -> dict[int, dict[int, NeedChoice]]:
    """Unit -> subject area -> how the unit meets its needs in it."""
    found: dict[int, dict[int, NeedChoice]] = {}
    for row in session.scalars(select(NeedChoice).where(NeedChoice.unit_id.in_(unit_ids)).order_by(NeedChoice.id)):
        found.setdefault(row.unit_id, {})[row.area_id] = row
    return found


def _areas(found: Wide, areas: Sequence[tuple[int, str]]) -> Ints:
    """For each need the place of its area."""
    place = {area: at for at, (area, _name) in enumerate(areas)}
    of_task = np.array([place[task.area_id] for task in found.tasks], dtype=np.intp)
    found_: Ints = of_task[found.asked.task] if len(found.asked.need) else np.zeros(0, dtype=np.intp)
    return found_


def _few(found: Wide) -> Flags:
    """Units x shifts: where so few share a shift that nothing of what is to come is shown to whoever sees numbers only."""
    by_shift = {shift: found.on_shift(shift).tolist() for shift in Shift}
    made = np.zeros((len(found.nodes), len(many.SHIFTS)), dtype=bool)
    for at in range(len(found.nodes)):
        for shift in hidden_shifts({shift: by_shift[shift][at] for shift in Shift}):
            made[at, many.SHIFTS.index(shift)] = True
    return made


def _lacking(session: Session, found: Wide, places: Iterable[int], areas: Sequence[int]) -> Flags:
    crowd, asked = found.crowd, found.asked
    made = np.zeros((len(crowd), len(areas)), dtype=bool)
    place = {area: at for at, area in enumerate(areas)}
    counts = np.array([node.id in set(places) for node in found.nodes], dtype=bool)
    open_ = np.flatnonzero(found.gaps & counts[asked.unit]) if len(asked.need) else np.zeros(0, dtype=np.intp)
    if not len(open_) or not len(crowd):
        return made
    bounds = np.searchsorted(crowd.unit, np.arange(len(found.nodes) + 1))
    sizes = np.diff(bounds)[asked.unit[open_]]
    gaps = np.repeat(open_, sizes)
    rows = np.arange(len(gaps)) + np.repeat(bounds[asked.unit[open_]] - np.cumsum(sizes) + sizes, sizes)
    groups, of_group = np.unique(crowd.group, return_inverse=True)
    able = _learnable(session, found, groups.tolist())
    keep = crowd.of(Standing.FIXED)[rows] & (crowd.shifts[rows] >> asked.shift[gaps] & 1 > 0)
    keep &= able[of_group.reshape(-1)[rows], asked.slot[gaps]]
    gaps, rows = gaps[keep], rows[keep]
    level = np.minimum(asked.level[gaps], crowd.ends.shape[2])
    lacks = crowd.ends[rows, asked.slot[gaps], level - 1] <= crowd.since
    area_of = np.array([place[task.area_id] for task in found.tasks], dtype=np.intp)
    made[rows[lacks], area_of[asked.task[gaps[lacks]]]] = True
    return made


def _learnable(session: Session, found: Wide, groups: Sequence[int]) -> Flags:
    """Groups x slots: whether somebody of the group can be trained in the task; a group without a cell follows another."""
    shared = book(session)
    version = shared.version_on(today())
    made = np.zeros((len(groups), found.crowd.ends.shape[1]), dtype=bool)
    cells: Mapping[Any, Any] = shared.cells.get(version.id, {}) if version else {}
    for at, group in enumerate(groups):
        followed = shared.follows.get(group, (0, None))[0]
        for task in found.tasks:
            terms = cells.get((task.id, group)) or cells.get((task.id, followed))
            made[at, task.slot] = terms is not None and terms.rule in LEARNABLE
    return made


def _apart(units: Tree, found: Wide) -> dict[int, frozenset[int]]:
    """Staff group -> the units in which nothing is shown of it: where fewer than five belong to it, and beside them."""
    crowd, number = found.crowd, len(found.nodes)
    place = {node.id: at for at, node in enumerate(found.nodes)}
    made = {}
    fixed = crowd.of(Standing.FIXED)
    for group in np.unique(crowd.group).tolist():
        own = np.bincount(crowd.unit[fixed & (crowd.group == group)], minlength=number).tolist()

        def of(node: Node, own: Sequence[int] = own, group: int = group) -> Group:
            below = tuple(of(one, own, group) for one in units.children.get(node.id, ()) if one.id in place)
            here = own[place[node.id]]
            return Group(node.id, here + sum(one.size for one in below), below, here if below else 0)

        tops = [of(node) for node in units.children.get(None, ()) if node.id in place]
        made[group] = hidden(tops)
    return made


def _lacks(ground: Ground, node: Node, own: Flags, area: int) -> tuple[list[Lacks], bool]:
    crowd = ground.now.crowd
    who = np.flatnonzero(ground.lacking[:, area] & own[crowd.unit]) if len(crowd) else np.zeros(0, dtype=np.intp)
    by_group: dict[int, set[int]] = {}
    for group, person in zip(crowd.group[who].tolist(), crowd.person[who].tolist(), strict=True):
        by_group.setdefault(group, set()).add(person)
    hides = False
    found = []
    for group, people in by_group.items():
        if node.id in ground.apart.get(group, ()):
            hides = True
            continue
        found.append(Lacks(ground.groups.get(group, ""), len(people)))
    return sorted(found, key=lambda one: (-one.people, one.group)), hides
