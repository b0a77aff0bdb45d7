"""A unit's board as the wall and its preview show it: tasks and numbers, and names of those who said yes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.wide import UnitCounts
from competence.coverage.rules import SHIFT_NAMES, SMALLEST_GROUP, Shift
from competence.figures.views.charts import sparkline
from competence.foundation.clock import now, today
from competence.foundation.text import Sentence
from competence.foundation.web import number, say, short_day
from competence.meetings import queries
from competence.meetings.models import BoardMeeting
from competence.meetings.rules import (
    FIGURE_NAMES,
    HIGHER_IS_BETTER,
    Figure,
    Goal,
    Offer,
    Tile,
    when,
    who_at,
    who_to_ask,
)

MOST_ROWS = 13
"""So many areas fit on a wall; where there are more, those that are covered on all shifts are told in one line."""


@dataclass(frozen=True)
class FigureShown:
    """A figure the leader has chosen, with how it was at the meetings before."""

    name: str
    value: str
    change: str
    """In words: "11 → 5 since 2 June"; empty before the first meeting."""
    step: str
    """The same without the day, where there is little room: "11 → 5"."""
    is_better: bool | None
    """None: unchanged, or nothing to hold it against."""
    chart: Markup
    """From the meetings before until now; empty before the first meeting. The words say the same."""


@dataclass(frozen=True)
class GoalShown:
    """A goal of the week in words."""

    task: str
    shift: str
    is_closed: bool
    when: Sentence
    goal: Goal


@dataclass(frozen=True)
class WallShown:
    """All that the wall shows."""

    node: Node
    at: datetime
    areas: Sequence[tuple[int, str]]
    tiles: dict[tuple[int, Shift], Tile]
    covered: int
    """Areas that are covered on all shifts and left out of the rows."""
    goals: Sequence[GoalShown]
    ask: Sequence[tuple[str, Sequence[str]]]
    """(area, first names)."""
    later: Sequence[tuple[str, str]]
    """(shift, first name) of evening and night."""
    fallback: tuple[str, str] | None
    figures: Sequence[FigureShown]
    signed: int | None
    """Signatures since the last meeting; None before the first one, or where the team is so small that it would tell who."""
    last_meeting: BoardMeeting | None
    actions: Sequence[queries.ShownAction]

    @property
    def closed(self) -> int:
        """How many of the week's goals are reached."""
        return sum(goal.is_closed for goal in self.goals)


def wall_of(session: Session, units: Tree, node: Node, actions: Sequence[queries.ShownAction] = ()) -> WallShown:
    """The unit's board now."""
    on = today()
    found = queries.counts_of(session, units, node)
    areas, made = queries.tiles_of(session, found)
    calm = [area for area, _name in areas if all(made.get((area, shift), Tile()).is_calm for shift in Shift)]
    left_out = set(calm) if len(areas) > MOST_ROWS else set()
    meetings = queries.meetings_of(session, node.id)
    before = [meeting for meeting in meetings if meeting.held_on < on]
    offers = queries.offers_today(session, units, node)
    people = sum(place.people for place in found)
    return WallShown(
        node, now(), [one for one in areas if one[0] not in left_out], made, len(left_out),
        goals_shown(session, units, node, found), asked(offers, areas), later(offers), units.fallback(node),
        figures_shown(session, node, found, before),
        queries.signed_since(session, node, before[-1].held_on) if before and people >= SMALLEST_GROUP else None,
        before[-1] if before else None, actions,
    )  # fmt: skip


def goals_shown(session: Session, units: Tree, node: Node, found: Sequence[UnitCounts]) -> list[GoalShown]:
    """The goals of this week; a unit that has others below it has none of its own."""
    if not units.is_leaf(node) or not found:
        return []
    on = today()
    return [
        GoalShown(
            one.task, say(SHIFT_NAMES[one.goal.shift]).lower(), one.is_closed,
            when(one.goal, on=on, closed_on=one.closed_on, is_closed=one.is_closed, on_shift=one.on_shift), one.goal,
        )
        for one in queries.goals_of(session, found[0], on=on)
    ]  # fmt: skip


def asked(offers: Sequence[Offer], areas: Sequence[tuple[int, str]]) -> list[tuple[str, Sequence[str]]]:
    """(area, first names) in the order of the areas."""
    names = dict(areas)
    return [(names[area], some) for area, some in who_to_ask(offers, [area for area, _name in areas])]


def later(offers: Sequence[Offer]) -> list[tuple[str, str]]:
    """(shift, first name) of whom to ask in the evening and at night."""
    found = [(shift, who_at(offers, shift)) for shift in (Shift.EVENING, Shift.NIGHT)]
    return [(say(SHIFT_NAMES[shift]), name) for shift, name in found if name]


def figures_shown(
    session: Session, node: Node, found: Sequence[UnitCounts], before: Sequence[BoardMeeting]
) -> list[FigureShown]:
    """The figures the leader has chosen, now and at the meetings before."""
    values = queries.values_of(session, found)
    return [_figure(one, values[one], before) for one in queries.figures_of(session, node.id)]


def _figure(figure: Figure, value: float, before: Sequence[BoardMeeting]) -> FigureShown:
    earlier = [float(meeting.figures[figure.value]) for meeting in before if figure.value in meeting.figures]
    change, step, is_better = "", "", None
    if earlier:
        change = _(
            "%(before)s → %(now)s since %(day)s", before=figure_text(earlier[-1]), now=figure_text(value),
            day=short_day(before[-1].held_on),
        )  # fmt: skip
        step = f"{figure_text(earlier[-1])} → {figure_text(value)}"
        if value != earlier[-1]:
            is_better = (value > earlier[-1]) is (figure in HIGHER_IS_BETTER)
    return FigureShown(
        say(FIGURE_NAMES[figure]), figure_text(value), change, step, is_better,
        sparkline((*earlier, value), tone="worse" if is_better is False else ""),
    )  # fmt: skip


def figure_text(value: float) -> str:
    """Without decimals where there are none."""
    return number(int(value) if value == int(value) else value)
