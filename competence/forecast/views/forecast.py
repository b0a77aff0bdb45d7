"""A unit's forecast: what opens in the next twelve months if nobody acts, and what can be done about it today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES, SMALLEST_GROUP, DayKind, Shift, Standing, status
from competence.coverage.small import hidden_shifts
from competence.coverage.views.drawing import TONES
from competence.coverage.views.figures import hides_small
from competence.decision.rules import Book
from competence.forecast.causes import RENEWED, Because, in_words
from competence.forecast.openings import Opening, Standings, months_of, openings, standings
from competence.forecast.queries.ground import Team, team_of
from competence.forecast.queries.reasons import reasons_for
from competence.forecast.rules import GAP, VULNERABLE, Ahead, count_ahead
from competence.forecast.statements import (
    DAYS_OF,
    coming_in_words,
    left_in_words,
    most_in_words,
    now_in_words,
    soon_in_words,
)
from competence.forecast.views.drawing import month, timeline
from competence.forecast.views.filters import LENGTHS, Filters, filters
from competence.forecast.views.units import units_page
from competence.foundation.clock import now, today
from competence.foundation.web import db, say

bp = Blueprint("forecast", __name__, url_prefix="/forecast")

EITHER = (Permission.COVERAGE_READ, Permission.COVERAGE_COUNTS)
MOST_OPENINGS = 40
"""So many are listed at first; of more, the rest are one press away."""
MOST_ASKED = 2
"""So many of those whose signature lapses have a button of their own."""


@dataclass(frozen=True)
class Renewal:
    """Somebody for whom the guide can be asked."""

    employment_id: int
    name: str


@dataclass(frozen=True)
class Line:
    """What opens, as the list shows it."""

    opening: Opening
    task: BoardTask
    shift: str
    days: str
    """Beside the shift, where it is not on all days."""
    last: date | None
    """The last day that it is so, where it closes again."""
    left: str
    reasons: tuple[str, ...]
    asks: tuple[Renewal, ...]
    tones: tuple[str, str]
    """How the figures before and after are drawn."""
    nearest: str
    """The address of who is nearest; empty for those who see numbers only."""


@bp.get("/<int:unit_id>")
@requires(any_of=EITHER)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What opens in the unit; of a unit with others below it, how many gaps each of them will have, month by month."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if not units.is_leaf(node):
        return units_page(units, node, actor, within)
    return team_page(units, node, actor, within)


@dataclass(frozen=True)
class TeamAhead:
    """What opens in a unit that nothing lies below, by the filters of the address."""

    team: Team
    ahead: Ahead
    chosen: Filters
    named: bool
    """Whether the reader sees names; it is noted then that she has looked."""
    apart: bool
    hidden: set[Shift]
    spots: list[int]
    gaps: list[Opening]
    opening: list[Opening]
    """With those that become vulnerable."""
    stands: list[Standings]
    last: date

    @property
    def listed(self) -> list[Opening]:
        """Those that were asked for."""
        return self.opening if self.chosen.vulnerable else self.gaps

    def months(self) -> list[tuple[date, Standings]]:
        """For each month its first day, and the most that stand open on one of its days."""
        return list(months_of(self.stands, self.team.ground.first, self.team.ground.end))

    def lines(self, some: Sequence[Opening], actor: Actor) -> list[Line]:
        """What opens, in the reader's language."""
        why = reasons_for(db.session, self.team, self.ahead, some)
        return lines_of(self.team, self.ahead, some, why, actor, named=self.named, apart=self.apart)


def team_ahead(node: Node, actor: Actor) -> TeamAhead:
    """The forecast of the unit, without the shifts that few share for whoever sees numbers only."""
    chosen = filters()
    named = actor.may(Permission.COVERAGE_READ, node.path)
    apart = not named and hides_small(actor)
    team = team_of(db.session, node, months=chosen.months)
    ahead = count_ahead(team.ground)
    if named:
        looked_at(unit_id=node.id)
    hidden = small_shifts(team) if apart else set()
    spots = chosen.spots(team, ahead, hidden=hidden)
    chosen_spots = set(spots)
    opening = [one for one in openings(ahead, at_least=VULNERABLE) if one.row in chosen_spots]
    critical = [at for at, task in enumerate(team.tasks) if task.critical]
    return TeamAhead(
        team, ahead, chosen, named, apart, hidden, spots, [one for one in opening if one.after[0] < one.after[1]], opening,
        standings(ahead, spots, critical), team.ground.end - timedelta(days=1),
    )  # fmt: skip


def team_page(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The page of a unit that nothing lies below."""
    found = team_ahead(node, actor)
    team, ahead, chosen, gaps, stands, last = (
        found.team, found.ahead, found.chosen, found.gaps, found.stands, found.last
    )  # fmt: skip
    shown = found.listed if chosen.every else found.listed[:MOST_OPENINGS]
    return render_template(
        "forecast/unit.html",
        node=node, chosen=chosen, has_needs=team.has_needs, spots=found.spots,
        statements=[
            say(text) for text in (
                now_in_words(ahead, found.spots),
                coming_in_words([(one, team.tasks[one.spot.task].name) for one in gaps], last), most_in_words(stands),
            ) if text
        ],
        announced=announced(team.shared, team.ground.first, team.ground.end),
        drawn=timeline(stands, team.ground.first, team.ground.end), months=found.months(), lines=found.lines(shown, actor),
        total=len(found.listed), thin=len(found.opening) - len(gaps), named=found.named, hidden=found.hidden,
        smallest=SMALLEST_GROUP, last=last,
        areas=list(dict.fromkeys((task.area_id, task.area) for task in team.tasks)), shifts=list(Shift), shift_names=SHIFT_NAMES,
        day_kinds=[(kind, say(DAY_KIND_NAMES[kind])) for kind in (DayKind.WEEKDAY, DayKind.WEEKEND)], lengths=LENGTHS,
        above=units.way_to(node, within), updated=now(), back=back(node, chosen), month=month,
    )  # fmt: skip


def small_shifts(team: Team) -> set[Shift]:
    """The shifts that too few share today."""
    on = team.ground.first
    fixed = [
        one.worker
        for one, row in zip(team.people, team.rows, strict=True)
        if one.worker.standing is Standing.FIXED and row.valid_from <= on
    ]
    return hidden_shifts({shift: len({one.person_id for one in fixed if shift.value in one.shifts}) for shift in Shift})


def announced(shared: Book, first: date, end: date) -> list[tuple[int, date]]:
    """(number, first day) of the matrix versions that are approved and begin later."""
    return sorted(
        (one.number, one.valid_from)
        for one in shared.versions
        if one.approved and one.valid_from is not None and first < one.valid_from < end
    )


def lines_of(
    team: Team, ahead: Ahead, some: Sequence[Opening], why: Sequence[Because], actor: Actor, *, named: bool, apart: bool
) -> list[Line]:
    """What opens, in the reader's language."""
    names = [one.first_name for one in team.people] if named else None
    asks = named and actor.may(Permission.SIGNOFF_ASK, team.unit.path)
    return [
        Line(
            one, team.tasks[one.spot.task], say(SHIFT_NAMES[one.spot.shift]), say(DAYS_OF[one.spot.days]),
            one.until - timedelta(days=1) if one.until else None, say(left_in_words((one.day - team.ground.first).days)),
            tuple(say(text) for text in in_words(found, names, apart=apart)), renewals(team, ahead, found) if asks else (),
            (TONES[status(*one.before)], TONES[one.status]),
            url_for("coverage.task", unit_id=team.unit.id, task_id=team.tasks[one.spot.task].id, shift=one.spot.shift,
                    on=one.day.isoformat()) if named else "",
        )
        for one, found in zip(some, why, strict=True)
    ]  # fmt: skip


def renewals(team: Team, ahead: Ahead, found: Because) -> tuple[Renewal, ...]:
    """Those who would still count with a new signature, and can be asked about today."""
    hands = [
        one.hand
        for one in found.lost
        if one.why in RENEWED and ahead.ground.hands[one.hand].begins <= team.ground.first
    ]
    return tuple(Renewal(team.people[at].employment_id, team.people[at].first_name) for at in hands[:MOST_ASKED])


def back(node: Node, chosen: Filters) -> str:
    """The address of the page as it is shown."""
    query = chosen.query()
    return url_for("forecast.unit", unit_id=node.id) + (f"?{query}" if query else "")


@bp.get("/<int:unit_id>/next")
@requires(Permission.COVERAGE_READ)
def first(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The next gap in one sentence: a fragment for the page with the unit's board; empty where none opens."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if not request.headers.get("HX-Request"):
        return redirect(url_for(".unit", unit_id=node.id))
    if not units.is_leaf(node):
        return ""
    team = team_of(db.session, node)
    opening = openings(count_ahead(team.ground), at_least=GAP)
    text = soon_in_words(opening[0], team.tasks[opening[0].spot.task].name, today()) if opening else None
    return render_template("forecast/next.html", node=node, text=say(text) if text else "")
