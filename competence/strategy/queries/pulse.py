"""Rounds of the pulse: what may be shown of them, and whether somebody is to be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from competence.coverage.queries.places import Node, Tree, tree
from competence.decision.queries import EMPLOYMENTS, running
from competence.foundation.clock import today
from competence.foundation.orm import execute, scoped, standing
from competence.strategy.models import PulseAnswered, PulseRound, PulseTally
from competence.strategy.rules.pulse import Answer, Counted, Place, Ran, Tally, shown

ROUNDS = cast(Table, PulseRound.__table__)
TALLIES = cast(Table, PulseTally.__table__)
ANSWERED = cast(Table, PulseAnswered.__table__)

_WAITS = (
    standing(ROUNDS, ROUNDS.c.id, EMPLOYMENTS.c.unit_id, ROUNDS.c.ends)
    .join(TALLIES, (TALLIES.c.municipality_id == ROUNDS.c.municipality_id) & (TALLIES.c.round_id == ROUNDS.c.id))
    .join(
        EMPLOYMENTS,
        (EMPLOYMENTS.c.municipality_id == TALLIES.c.municipality_id) & (EMPLOYMENTS.c.unit_id == TALLIES.c.unit_id),
    )
    .outerjoin(
        ANSWERED,
        (ANSWERED.c.municipality_id == ROUNDS.c.municipality_id)
        & (ANSWERED.c.round_id == ROUNDS.c.id)
        & (ANSWERED.c.person_id == EMPLOYMENTS.c.person_id),
    )
    .where(
        EMPLOYMENTS.c.person_id == bindparam("person"), ROUNDS.c.begins <= bindparam("on"), ROUNDS.c.ends > bindparam("on"),
        EMPLOYMENTS.c.valid_from <= bindparam("on"),
        EMPLOYMENTS.c.valid_to.is_(None) | (EMPLOYMENTS.c.valid_to > bindparam("on")),
        ~EMPLOYMENTS.c.is_external, ANSWERED.c.id.is_(None), TALLIES.c.answer == Answer.FULLY.value,
    )
    .order_by(ROUNDS.c.id, EMPLOYMENTS.c.id)
    .limit(1)
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """That somebody is asked and has not answered yet."""

    round_id: int
    unit_id: int
    """Of her earliest employment in the round's units: she answers once, for it."""
    ends: date

    @property
    def last_day(self) -> date:
        """The last on which she can answer."""
        return self.ends - timedelta(days=1)


def asked_of(session: Session, person_id: int) -> Asked | None:
    """The round in which she is asked today; None when there is none, or she has answered it."""
    row = execute(session, _WAITS, person=person_id, on=today()).first()
    return Asked(*row) if row else None


@dataclass(frozen=True)
class Round:
    """A round with what may be shown of it, which is nothing before it is over."""

    id: int
    begins: date
    ends: date
    units: frozenset[int]
    tops: Sequence[Node]
    """The units at which it begins."""
    results: Mapping[int, Counted]
    """Unit -> its answers."""
    is_over: bool


def rounds_of(session: Session, units: Tree) -> list[Round]:
    """All rounds of the municipality, the latest first."""
    tallies: dict[int, dict[int, dict[Answer, int]]] = {}
    t = TALLIES.c
    for round_id, unit, answer, number in session.execute(
        scoped(session, TALLIES, t.round_id, t.unit_id, t.answer, t.number)
    ):
        tallies.setdefault(round_id, {}).setdefault(unit, {})[Answer(answer)] = number
    rows = session.scalars(select(PulseRound).order_by(PulseRound.begins.desc(), PulseRound.id.desc()))
    return [
        # As the tree was on its last day: a unit that is closed later takes nothing out of the sums.
        _round(row, units, tree(session, on=min(row.ends - timedelta(days=1), today())), tallies.get(row.id, {}))
        for row in rows
    ]


def _round(row: PulseRound, units: Tree, then: Tree, own: Mapping[int, Tally]) -> Round:
    asked = frozenset(own)
    tops = [
        node for node in then.nodes if node.id in asked and not any(above.id in asked for above in then.above(node))
    ]
    over = row.ends <= today()
    # The units above those that were asked have the sum of them; which are hidden is decided for all of the tree at once.
    places = [_place(then, node) for node in then.children.get(None, ())]
    found = shown(places, own) if over else {}
    return Round(row.id, row.begins, row.ends, asked, [units.by_id.get(one.id, one) for one in tops], found, over)


def _place(units: Tree, node: Node) -> Place:
    return Place(node.id, tuple(_place(units, one) for one in units.children.get(node.id, ())))


def ran(session: Session) -> list[Ran]:
    """When which units were or are to be asked."""
    units: dict[int, set[int]] = {}
    for round_id, unit in session.execute(scoped(session, TALLIES, TALLIES.c.round_id, TALLIES.c.unit_id).distinct()):
        units.setdefault(round_id, set()).add(unit)
    rows = session.scalars(select(PulseRound).order_by(PulseRound.id))
    return [Ran(row.begins, row.ends, frozenset(units.get(row.id, ()))) for row in rows]


def units_of_round(session: Session, round_id: int) -> list[int]:
    """The ids of the units that the round asks."""
    t = TALLIES.c
    return list(session.scalars(scoped(session, TALLIES, t.unit_id).where(t.round_id == round_id).distinct()))


def people_in(session: Session, unit_ids: Sequence[int], on: date) -> dict[int, int]:
    """Unit -> how many are asked who work in it."""
    c = EMPLOYMENTS.c
    rows: Sequence[Any] = session.execute(
        scoped(session, EMPLOYMENTS, c.unit_id, func.count(func.distinct(c.person_id)))
        .where(running(on), ~c.is_external)
        .group_by(c.unit_id)
    ).all()
    wanted = set(unit_ids)
    return {unit: number for unit, number in rows if unit in wanted}
