"""What a unit asks for as a table, with what it inherits; and what others ask, to take from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy.orm import Session

from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.places import Node, Tree, requirements_on
from competence.coverage.queries.written import Drawn, drawn_of, written
from competence.coverage.rules import By, DayKind, Place, Shift, Stated, needs_of
from competence.coverage.sheet import Asked, Pair, SimilarUnit, median_of, pair_of, similar
from competence.coverage.spans import standing
from competence.decision.queries import EMPLOYMENTS, running
from competence.foundation.clock import last_day
from competence.foundation.orm import scoped

Spot = tuple[int, Shift]


@dataclass(frozen=True, slots=True)
class Field:
    """A shift of a task."""

    own: Pair
    """What is said here."""
    drawn: Drawn
    inherited: Pair
    """What holds where nothing is said here."""
    origins: tuple[Stated, ...]
    """Where that is said."""
    last: date | None = None
    """The last day on which something that is said here holds, where it has one."""
    next: date | None = None
    """The day from which something else is written already."""


@dataclass(frozen=True, slots=True)
class Line:
    """A task with its shifts."""

    task: BoardTask
    fields: Mapping[Shift, Field]


def lines_of(session: Session, node: Node, kind: str, *, on: date) -> list[Line]:
    """Every task of the day's catalogue with what is said for the unit, or for units of a kind below it, on the day."""
    found = fields_of(session, node, kind, on=on)
    return [Line(task, {shift: found[task.id, shift] for shift in Shift}) for task in tasks_on(session, on)]


def fields_of(session: Session, node: Node, kind: str, *, on: date) -> dict[Spot, Field]:
    """The same by task and shift."""
    own = {
        (task, shift, days): some
        for (_unit, unit_kind, task, shift, days), some in written(session, [node.id]).items()
        if unit_kind == kind
    }
    above = inherited_by(session, node, kind, on=on)
    found = {}
    for task in tasks_on(session, on):
        for shift in Shift:
            some = {days: own.get((task.id, shift, days), []) for days in DayKind}
            today = {days: one for days, spans_ in some.items() if (one := standing(spans_, on)) is not None}
            inherited = [one.get((task.id, shift)) for one in above]
            found[task.id, shift] = Field(
                pair_of({days: one.said for days, one in today.items()}),
                drawn_of(today),
                Pair(*(one.need if one else None for one in inherited)),
                tuple({one.id: one for one in inherited if one}.values()),
                min((last for one in today.values() if (last := last_day(one.ends))), default=None),
                min((one.begins for spans_ in some.values() for one in spans_ if one.begins > on), default=None),
            )
    return found


def inherited_by(
    session: Session, node: Node, kind: str, *, on: date
) -> tuple[Mapping[Spot, Stated], Mapping[Spot, Stated]]:
    """What would hold on weekdays and weekends if nothing were said here: for the unit, or for one of the kind below it."""
    stated = {key: some for key, some in requirements_on(session, on, [node]).items() if key != (node.id, kind)}
    place = node.place if not kind else Place(0, kind, f"{node.path}0/")
    return _both(place, stated)


def holding_in(session: Session, node: Node, *, on: date) -> dict[Spot, Pair]:
    """What holds in the unit on weekdays and weekends, wherever it is said."""
    return _pairs(*_both(node.place, requirements_on(session, on, [node])))


def _both(place: Place, stated: By) -> tuple[Mapping[Spot, Stated], Mapping[Spot, Stated]]:
    return needs_of(place, stated, DayKind.WEEKDAY), needs_of(place, stated, DayKind.WEEKEND)


def _pairs(weekday: Mapping[Spot, Stated], weekend: Mapping[Spot, Stated]) -> dict[Spot, Pair]:
    return {
        spot: Pair(
            weekday[spot].need if spot in weekday else None,
            weekend[spot].need if spot in weekend else None,
        )
        for spot in {**weekday, **weekend}
    }


@dataclass(frozen=True, slots=True)
class Template:
    """What is said for a kind of units below a place."""

    place: Node
    kind: str

    @property
    def key(self) -> str:
        """As an address names it."""
        return f"kind-{self.place.id}"


def templates_for(session: Session, units: Tree, node: Node, *, on: date) -> list[Template]:
    """Where something is said for units of this one's kind, the nearest first."""
    stated = requirements_on(session, on, [node])
    return [
        Template(one, node.kind) for one in (node, *units.above(node)) if node.kind and stated.get((one.id, node.kind))
    ]


def said_for_kind(session: Session, node: Node, template: Template, *, on: date) -> dict[Spot, Pair]:
    """What the place says for units of the kind, and that alone."""
    alone = {
        (template.place.id, template.kind): requirements_on(session, on, [node]).get(
            (template.place.id, template.kind), ()
        )
    }
    return _pairs(*_both(Place(0, template.kind, f"{template.place.path}0/"), alone))


@dataclass(frozen=True)
class Suggested:
    """What units that are like this one ask for, where nothing is said for this one."""

    units: int
    """How many they are."""
    asked: Mapping[Spot, Asked]


def suggested_for(session: Session, units: Tree, node: Node, *, on: date) -> Suggested:
    """From the needs of all units of the same kind and a similar size, whoever may see them: numbers of units only."""
    of_kind = [one for one in units.nodes if one.kind == node.kind and one.id != node.id] if node.kind else []
    sizes = _sizes(session, [node.id, *(one.id for one in of_kind)], on)
    like = similar(
        SimilarUnit(node.id, sizes.get(node.id, 0)), [SimilarUnit(one.id, sizes.get(one.id, 0)) for one in of_kind]
    )
    others = [one for one in of_kind if one.id in like]
    stated = requirements_on(session, on, [node, *others])
    here = _pairs(*_both(node.place, stated))
    asked: dict[Spot, list[Pair]] = {}
    for one in others:
        for spot, pair in _pairs(*_both(one.place, stated)).items():
            if spot not in here and any(need is not None and need.need for need in (pair.weekday, pair.weekend)):
                asked.setdefault(spot, []).append(pair)
    tasks = {task.id for task in tasks_on(session, on)}
    return Suggested(len(others), {
        spot: found for spot, some in asked.items() if spot[0] in tasks and (found := median_of(some)) is not None
    })  # fmt: skip


def _sizes(session: Session, unit_ids: Iterable[int], on: date) -> Mapping[int, int]:
    """Unit -> how many people with fixed shifts work there."""
    c = EMPLOYMENTS.c
    wanted = sorted(set(unit_ids))
    found: Counter[int] = Counter()
    for some in (wanted[at : at + 500] for at in range(0, len(wanted), 500)):
        rows = session.execute(
            scoped(session, EMPLOYMENTS, c.unit_id, func.count())
            .where(c.unit_id.in_(some), running(on), c.is_floater.is_(False), c.is_external.is_(False))
            .group_by(c.unit_id)
        )
        for unit_id, number in rows:
            found[unit_id] += number
    return found
