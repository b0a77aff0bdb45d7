"""The units as a tree, and what each of them needs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import cast

from sqlalchemy import ColumnElement, Table, or_
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.catalogue.queries.scales import turns
from competence.catalogue.rules.scales import Turn, levels_asked
from competence.coverage.models import Requirement
from competence.coverage.rules import By, DayKind, Need, Place, Shift, Stated, by_place, day_kind, public_holidays
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.organisation.models import Unit

UNITS = cast(Table, Unit.__table__)
REQUIREMENTS = cast(Table, Requirement.__table__)


@dataclass(frozen=True, slots=True)
class Node:
    """A unit of the tree."""

    id: int
    parent_id: int | None
    name: str
    kind: str
    path: str
    fallback_name: str | None = None
    fallback_phone: str | None = None

    @property
    def place(self) -> Place:
        """As the requirements see it."""
        return Place(self.id, self.kind, self.path)


@dataclass(frozen=True)
class Tree:
    """The open units of the municipality, each level in its order."""

    nodes: tuple[Node, ...]
    by_id: dict[int, Node] = field(default_factory=dict)

    @cached_property
    def children(self) -> dict[int | None, list[Node]]:
        """Unit id -> the units right below it."""
        found: dict[int | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.parent_id, []).append(node)
        return found

    def get(self, unit_id: int, within: Reach) -> Node:
        """The unit. NotFound when there is none by that id within reach."""
        node = self.by_id.get(unit_id)
        if node is None or not within.covers(node.path):
            raise NotFound
        return node

    def below(self, node: Node) -> list[Node]:
        """The unit and all below it, from the top down."""
        found = [node]
        for child in self.children.get(node.id, ()):
            found += self.below(child)
        return found

    def above(self, node: Node) -> list[Node]:
        """What the unit lies in, the nearest first."""
        found = []
        parent = self.by_id.get(node.parent_id) if node.parent_id else None
        while parent is not None:
            found.append(parent)
            parent = self.by_id.get(parent.parent_id) if parent.parent_id else None
        return found

    def way_to(self, node: Node, within: Reach) -> list[tuple[Node, bool]]:
        """What the unit lies in, from the top down, each with whether it is within reach."""
        return [(one, within.covers(one.path)) for one in reversed(self.above(node))]

    def siblings(self, node: Node) -> list[Node]:
        """The other units right below the same unit."""
        if node.parent_id is None:
            return []
        return [one for one in self.children.get(node.parent_id, ()) if one.id != node.id]

    def is_leaf(self, node: Node) -> bool:
        """Whether nothing lies below it."""
        return not self.children.get(node.id)

    def reached(self, within: Reach) -> list[Node]:
        """All units within reach, from the top down."""
        found: list[Node] = []
        for root in self.children.get(None, ()):
            found += [node for node in self.below(root) if within.covers(node.path)]
        return found

    def tops(self, within: Reach) -> list[Node]:
        """The units at which the reach begins."""
        return [
            node for node in self.reached(within) if not any(within.covers(above.path) for above in self.above(node))
        ]

    def fallback(self, node: Node) -> tuple[str, str] | None:
        """Whom to call when nobody may: the nearest name and number up the tree."""
        for one in (node, *self.above(node)):
            if one.fallback_name or one.fallback_phone:
                return one.fallback_name or one.name, one.fallback_phone or ""
        return None


def tree(session: Session, *, on: date) -> Tree:
    """The units that are open on the day."""
    return remembered(session, ("tree", on), lambda s: _read_tree(s, on))


def _read_tree(session: Session, on: date) -> Tree:
    nodes = tuple(
        node for node, _closed in _read_units(session, or_(UNITS.c.valid_to.is_(None), UNITS.c.valid_to > on))
    )
    return Tree(nodes, {node.id: node for node in nodes})


def closed_units(session: Session, *, on: date) -> dict[int, tuple[Node, date]]:
    """Unit id -> a unit that is closed on the day, and the first day on which it was."""
    return remembered(
        session, ("closed units", on),
        lambda s: {node.id: (node, closed) for node, closed in _read_units(s, UNITS.c.valid_to <= on) if closed},
    )  # fmt: skip


def _read_units(session: Session, where: ColumnElement[bool]) -> list[tuple[Node, date | None]]:
    rows = session.execute(
        scoped(
            session, UNITS, UNITS.c.id, UNITS.c.parent_id, UNITS.c.name, UNITS.c.kind, UNITS.c.path, UNITS.c.fallback_name,
            UNITS.c.fallback_phone, UNITS.c.valid_to,
        )
        .where(where)
        .order_by(UNITS.c.position, UNITS.c.name, UNITS.c.id)
    )  # fmt: skip
    return [(Node(*row[:-1]), row.valid_to) for row in rows.all()]


def kind_of_day(on: date) -> DayKind:
    """Weekday, or weekend and public holiday."""
    return day_kind(on, public_holidays(on.year))


MOST_NAMED = 100
"""Of so many units the requirements are asked for by id; of more, all of the municipality are read."""


def requirements_on(session: Session, on: date, nodes: Iterable[Node]) -> By:
    """The requirements in force on the day that may hold in the units, by (unit, kind): theirs and those above them."""
    unit_ids = tuple(sorted({unit_id for node in nodes for unit_id in node.place.chain}))
    if len(unit_ids) > MOST_NAMED:
        unit_ids = ()
    return remembered(session, ("needs", on, unit_ids), lambda s: _read_requirements(s, on, unit_ids))


def _read_requirements(session: Session, on: date, unit_ids: Sequence[int]) -> By:
    c = REQUIREMENTS.c
    running = (c.valid_from <= on, or_(c.valid_to.is_(None), c.valid_to > on))
    stated = _stated(session, unit_ids, running)
    return by_place([one for one, begins, ends in stated if begins <= on and (ends is None or on < ends)])


Kept = tuple[Stated, date, date | None]
"""A requirement with its first day, and the first on which it no longer holds."""


def requirements_since(session: Session, first: date, nodes: Iterable[Node]) -> tuple[Kept, ...]:
    """The requirements that may have held in the units on some day from `first` on, also those that have ended."""
    unit_ids = tuple(sorted({unit_id for node in nodes for unit_id in node.place.chain}))
    return remembered(
        session, ("needs since", first, unit_ids),
        lambda s: tuple(_stated(s, unit_ids, (or_(REQUIREMENTS.c.valid_to.is_(None), REQUIREMENTS.c.valid_to > first),))),
    )  # fmt: skip


def _stated(session: Session, unit_ids: Sequence[int], when: Iterable[ColumnElement[bool]]) -> Iterator[Kept]:
    c = REQUIREMENTS.c
    wanted = scoped(
        session, REQUIREMENTS, c.id, c.unit_id, c.unit_kind, c.task_id, c.shift, c.day_kind, c.need, c.level, c.also_unstable,
        c.students_count, c.valid_from, c.valid_to, c.recorded_at,
    ).where(*when)  # fmt: skip
    if unit_ids:
        wanted = wanted.where(c.unit_id.in_(unit_ids))
    changes = turns(session)
    for number, unit_id, kind, task, shift, days, need, level, unstable, students, begins, ends, at in session.execute(
        wanted.order_by(c.id)
    ).all():
        for said, first, end in _through(level, at, changes, begins, ends):
            need_ = _need(need, said, unstable, students)
            yield Stated(number, unit_id, kind, task, _SHIFTS[shift], _DAY_KINDS[days], need_), first, end


def _through(
    level: int, at: datetime, changes: Sequence[Turn], begins: date, ends: date | None
) -> Iterator[tuple[int, date, date | None]]:
    """(level, first day, first day no longer) for each time in which the practice scale gave the level another rank."""
    levels = levels_asked(level, at, changes)
    if not levels:
        yield level, begins, ends
        return
    until = [*(since for since, _level in levels[1:]), None]
    for (since, said), end in zip(levels, until, strict=True):
        first, last = max(since, begins), min((day for day in (end, ends) if day), default=None)
        if last is None or first < last:
            yield said, first, last


_SHIFTS = {shift.value: shift for shift in Shift}
_DAY_KINDS = {kind.value: kind for kind in DayKind}
_need = lru_cache(maxsize=1000)(Need)


def kinds(nodes: Sequence[Node]) -> list[str]:
    """The kinds of unit that are in use, each once."""
    return sorted({node.kind for node in nodes if node.kind})
