"""Who may teach and sign for colleagues in a unit, what she holds herself, and how much time she has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, func, or_
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.coverage import many
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.staff import GROUPS
from competence.coverage.queries.wide import crowd_of
from competence.coverage.rules import Standing
from competence.decision.queries import ABSENCES, EMPLOYMENTS, running
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.learning.models import PlannedActivity
from competence.signoffs.queries import chunks
from competence.training.models import TeachingYes

ROLES = cast(Table, RoleAssignment.__table__)
PLANNED = cast(Table, PlannedActivity.__table__)
YES = cast(Table, TeachingYes.__table__)

MOST_TEACHERS = 8
"""Of so many who may teach somebody a task, those nearest to her, is one proposed."""
LONG_AWAY = 2
"""Whoever is away for more than one part in so many of the weeks is not planned with."""


@dataclass(frozen=True, slots=True)
class Hand:
    """An employment of somebody who may sign."""

    person_id: int
    unit_id: int
    path: str
    shifts: int
    """Bits, see `coverage.many.bits`."""
    at: int
    """Its row among the levels."""
    by_group: bool
    """Whether her staff group lets her sign where she works."""


class Staff:
    """Everybody who may sign for somebody in the unit, read once and asked for each learner."""

    def __init__(
        self, hands: Sequence[Hand], appointed: Mapping[int, Sequence[str]], holds: Any, minutes: Mapping[int, int | None],
        led: Mapping[int, int], yes: Mapping[int, bool | None],
    ) -> None:  # fmt: skip
        """`appointed`: person -> the paths over which she is appointed; `holds`: rows x slots, the level she holds."""
        self._hands, self._appointed, self._holds = hands, appointed, holds
        self._minutes, self._led = minutes, led
        self.yes = yes
        self._reaching: dict[str, list[Hand]] = {}
        self._able: dict[tuple[str, int, int], list[Hand]] = {}

    def teachers_of(self, person_id: int, node: Node, slot: int, level: int, shifts: int) -> list[tuple[int, bool]]:
        """(person, whether she works one of the shifts in the unit) of those who may sign the task of the slot there at the
        level, the nearest first. Source: product.md, the rule at the centre, point 5."""
        key = node.path, slot, level
        if key not in self._able:
            if node.path not in self._reaching:
                self._reaching[node.path] = [hand for hand in self._hands if self._reaches(hand, node)]
            self._able[key] = [hand for hand in self._reaching[node.path] if self._holds[hand.at, slot] >= level]
        found: dict[int, tuple[bool, bool, bool, int]] = {}
        for hand in self._able[key]:
            if hand.person_id == person_id:
                continue
            here = hand.unit_id == node.id
            rank = (
                not (here and hand.shifts & shifts), not here, hand.person_id not in self._appointed, hand.person_id,
            )  # fmt: skip
            found[hand.person_id] = min(found.get(hand.person_id, rank), rank)
        nearest = sorted(found.items(), key=lambda item: item[1])[:MOST_TEACHERS]
        return [(person, not rank[0]) for person, rank in nearest]

    def _reaches(self, hand: Hand, node: Node) -> bool:
        """Whether she may sign in the unit: where her group signs she works there or above it, or she is appointed over it."""
        if hand.by_group and node.path.startswith(hand.path):
            return True
        return any(node.path.startswith(path) for path in self._appointed.get(hand.person_id, ()))

    def minutes_a_week(self, person_id: int, *, otherwise: int, weeks: int) -> int:
        """What she has a week to teach: what was said of her appointment, else `otherwise`, less what she leads already."""
        said = self._minutes.get(person_id)
        led = -(-self._led.get(person_id, 0) // max(1, weeks))
        return max(0, (otherwise if said is None else said) - led)


def staff_of(session: Session, units: Tree, node: Node, *, begins: date, end: date) -> Staff:
    """Those who may sign for anybody in the unit or below it, who neither leave nor are away for long before the end."""
    on = today()
    r, u = ROLES.c, units.by_id
    rows = session.execute(
        scoped(session, ROLES, r.person_id, r.unit_id, r.minutes_a_week, r.role).where(
            r.role.in_([Role.GUIDE.value, Role.DEVELOPMENT_NURSE.value]), r.deputy_for.is_(None), r.valid_from <= on,
            or_(r.valid_to.is_(None), r.valid_to > on),
        )
    ).all()  # fmt: skip
    appointed: dict[int, list[str]] = {}
    minutes: dict[int, int | None] = {}
    for row in rows:
        over = u.get(row.unit_id)
        if over is not None and (over.path.startswith(node.path) or node.path.startswith(over.path)):
            appointed.setdefault(row.person_id, []).append(over.path)
            if row.minutes_a_week is not None:
                minutes[row.person_id] = (minutes.get(row.person_id) or 0) + row.minutes_a_week
    e = EMPLOYMENTS.c
    homes = {one.id for one in (*units.below(node), *units.above(node))}
    for some in chunks(appointed):
        homes |= set(session.scalars(scoped(session, EMPLOYMENTS, e.unit_id).where(e.person_id.in_(some), running(on))))
    unit_ids = sorted(one for one in homes if one in u)
    crowd, _as_of = crowd_of(session, unit_ids, on)
    signs = set(session.scalars(scoped(session, GROUPS, GROUPS.c.id).where(GROUPS.c.may_sign)))
    leaves = leaving(session, end)
    away = long_away(session, begins, end)
    holds = (crowd.ends > crowd.since).sum(axis=2, dtype=np.uint8)
    external = many.STANDINGS.index(Standing.EXTERNAL)
    hands = []
    for at in range(len(crowd)):
        employment, person = int(crowd.ids[at]), int(crowd.person[at])
        by_group = int(crowd.group[at]) in signs
        if not by_group and person not in appointed:
            continue
        if crowd.absent[at] or crowd.standing[at] == external or employment in leaves or employment in away:
            continue
        home = u[unit_ids[int(crowd.unit[at])]]
        hands.append(Hand(person, home.id, home.path, int(crowd.shifts[at]), at, by_group))
    persons = {hand.person_id for hand in hands}
    return Staff(hands, appointed, holds, minutes, led_by(session, persons, begins, end), answers(session, persons))


def leaving(session: Session, end: date) -> set[int]:
    """The employments that end before the day."""
    e = EMPLOYMENTS.c
    return set(session.scalars(scoped(session, EMPLOYMENTS, e.id).where(e.valid_to > today(), e.valid_to <= end)))


def long_away(session: Session, begins: date, end: date) -> set[int]:
    """The employments that are away when the weeks begin, or for most of them."""
    a = ABSENCES.c
    rows = session.execute(
        scoped(session, ABSENCES, a.employment_id, a.valid_from, a.valid_to).where(
            a.valid_from < end, or_(a.valid_to.is_(None), a.valid_to > begins)
        )
    )
    most = timedelta(days=(end - begins).days // LONG_AWAY)
    return {
        row.employment_id
        for row in rows
        if row.valid_from <= begins or min(row.valid_to or end, end) - max(row.valid_from, begins) > most
    }


def led_by(session: Session, person_ids: Iterable[int], begins: date, end: date) -> dict[int, int]:
    """Person -> the minutes of what she leads in the weeks, planned and not done."""
    p = PLANNED.c
    found: dict[int, int] = {}
    for some in chunks(person_ids):
        rows = scoped(session, PLANNED, p.led_by, func.sum(p.minutes)).where(
            p.led_by.in_(some), p.done_on.is_(None), p.dropped_on.is_(None), p.begins < end, p.ends > begins
        )
        found |= {row[0]: int(row[1]) for row in session.execute(rows.group_by(p.led_by))}
    return found


def answers(session: Session, person_ids: Iterable[int]) -> dict[int, bool | None]:
    """Person -> whether she says yes to teach; None: she has not answered. Whoever was never asked is not among them."""
    found: dict[int, bool | None] = {}
    for some in chunks(person_ids):
        rows = scoped(session, YES, YES.c.person_id, YES.c.yes).where(YES.c.person_id.in_(some))
        found |= {row.person_id: row.yes for row in session.execute(rows)}
    return found
