"""The team's coverage: what is thin and why, every mark with its reasons; and the figures alone for those who see no names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries.scales import level_names_on
from competence.coverage.queries.board import Board, BoardTask, board
from competence.coverage.queries.gaps import alone_on, candidate, gaps_of, totals, with_people
from competence.coverage.queries.one import OneTask, one_person, one_task, stops_over, why
from competence.coverage.queries.places import Node, Tree, closed_units, kind_of_day, tree
from competence.coverage.queries.rostered import by_roster, has_roster
from competence.coverage.queries.since import open_since
from competence.coverage.queries.staff import Someone
from competence.coverage.queries.wide import headcount
from competence.coverage.rules import (
    DAY_KIND_NAMES,
    SHIFT_NAMES,
    STANDING_NAMES,
    DayKind,
    Held,
    Shift,
    Standing,
    Status,
)
from competence.coverage.statements import Candidate, nearest, spoken_apart, spoken_count
from competence.coverage.views.cards import card, gap_since, next_expiry, place_of, since_words, spot_of
from competence.coverage.views.choices import day_of, unit_options
from competence.coverage.views.drawing import Row, body, column_group, draw, pen_for, weekday, words
from competence.coverage.views.explaining import Explained, explained, person_url, signers
from competence.coverage.views.figures import counts_page
from competence.coverage.views.roster import who_counts
from competence.decision.queries import book
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.web import db, say

bp = Blueprint("coverage", __name__, url_prefix="/coverage")

EITHER = (Permission.COVERAGE_READ, Permission.COVERAGE_COUNTS)
MOST_COLUMNS = 60
"""Of more people no board can be read: the units below are listed instead."""
CARDS = 3


@dataclass(frozen=True)
class Filters:
    """What the address asks for."""

    on: date
    shift: Shift | None
    area: int | None
    group: int | None
    gaps: bool
    expiring: bool
    waiting: bool
    training: bool
    days: DayKind | None
    roster: bool = False
    """Have by the day's roster, where there is one, and not of those with fixed shifts."""

    @property
    def flat(self) -> bool:
        """Whether rows are picked out, so that areas only stand in the way."""
        return self.gaps or self.expiring or self.waiting or self.training

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The shifts that are shown."""
        return (self.shift,) if self.shift else tuple(Shift)

    def query(self, **changed: Any) -> str:
        """The address's part after "?", with something changed; empty when nothing is chosen."""
        said = {
            "on": self.on.isoformat() if self.on != today() else None, "shift": self.shift, "area": self.area,
            "group": self.group, "gaps": 1 if self.gaps else None, "expiring": 1 if self.expiring else None,
            "waiting": 1 if self.waiting else None, "training": 1 if self.training else None, "days": self.days,
            "by": "roster" if self.roster else None,
        }  # fmt: skip
        return urlencode({key: value for key, value in (said | changed).items() if value not in (None, "")})


def filters() -> Filters:
    """Of the request; what cannot be read is left out, as an address may be old."""
    args = request.args
    return Filters(
        on=args.get("on", today(), type=day_of),
        shift=args.get("shift", type=Shift),
        area=args.get("area", type=int),
        group=args.get("group", type=int),
        gaps=args.get("gaps") == "1",
        expiring=args.get("expiring") == "1",
        waiting=args.get("waiting") == "1",
        training=args.get("training") == "1",
        days=args.get("days", type=DayKind),
        roster=args.get("by") == "roster",
    )


@bp.get("")
@requires(any_of=EITHER)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The units within reach with their counts, or straight to the only one."""
    units = tree(db.session, on=today())
    tops = units.tops(within)
    if len(tops) == 1:
        return redirect(url_for(".unit", unit_id=tops[0].id))
    return redirect(f"{url_for('figures.index')}?{filters().query()}".rstrip("?"))


@bp.get("/<int:unit_id>")
@requires(any_of=EITHER)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit's board with names for whoever may see them; else, and where too many work, figures."""
    chosen = filters()
    units, node = unit_on(unit_id, actor, within, chosen.on)
    other = request.args.get("unit", type=int)
    if other is not None and other != unit_id:
        return redirect(f"{url_for('.unit', unit_id=other)}?{chosen.query()}".rstrip("?"))
    named = actor.may(Permission.COVERAGE_READ, node.path)
    if not units.is_leaf(node) and (not named or headcount(db.session, node, on=chosen.on) > MOST_COLUMNS):
        if chosen.on > today():
            return redirect(url_for("forecast.unit", unit_id=node.id, on=chosen.on.isoformat()))
        return redirect(f"{url_for('figures.unit', unit_id=node.id)}?{chosen.query()}".rstrip("?"))
    if not named:
        return counts_page(units, node, actor, within, on=chosen.on, days=chosen.days)
    return named_board(units, node, actor, within)


class Closed(NotFound):
    """A unit within reach that has been closed."""

    def __init__(self, node: Node, on: date, *, sees: bool) -> None:
        """`on` is the first day on which it was; `sees` whether its earlier boards may be seen."""
        super().__init__()
        self.node, self.on, self.sees = node, on, sees


def unit_on(unit_id: int, actor: Actor, within: Reach, on: date) -> tuple[Tree, Node]:
    """The units of today with the unit; those of a past day when it has been closed since. Closed, and NotFound."""
    units = tree(db.session, on=today())
    shut = closed_units(db.session, on=today()).get(unit_id)
    if shut is None or not within.covers(shut[0].path):
        return units, units.get(unit_id, within)
    sees = actor.may(Permission.COVERAGE_READ, shut[0].path)
    units = tree(db.session, on=min(on, today()))
    if unit_id not in units.by_id or not sees:
        raise Closed(*shut, sees=sees)
    return units, units.by_id[unit_id]


@bp.errorhandler(Closed)
def closed(shut: Closed) -> ResponseReturnValue:
    """That the unit is closed, and the way to its last day for whoever may see it."""
    last = shut.on - timedelta(days=1)
    return render_template("coverage/closed.html", node=shut.node, closed_on=shut.on, last=last, sees=shut.sees), 404


def named_board(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The page with the matrix."""
    chosen = filters()
    found = board(db.session, units, node, on=chosen.on, days=chosen.days)
    looked_at(unit_id=node.id)
    rostered = chosen.on >= today() and has_roster(db.session, [one.id for one in found.workplaces], on=chosen.on)
    if rostered and chosen.roster:
        found = by_roster(db.session, found)
    gaps = gaps_of(found)
    open_, thin = totals(gaps)
    people = [
        at for at, one in enumerate(found.people)
        if (chosen.group is None or one.group_id == chosen.group)
        and (chosen.shift is None or (one.worker.works(chosen.shift) and not one.worker.absent))
    ]  # fmt: skip
    drawn = draw(found, people, chosen.shifts, pen_for(db.session, found))
    rows = picked(drawn.rows, chosen)
    columns = [found.people[at] for at in people]
    return render_template(
        "coverage/unit.html",
        board=found, node=node, chosen=chosen, columns=columns, column_groups=grouped(columns), rows=rows,
        body=body(rows, columns=len(columns), flat=chosen.flat, shifts=chosen.shifts), total_rows=len(found.tasks),
        cards=[card(found, with_people(found, gap), actor) for gap in gaps[:CARDS] if gap.count.status is Status.GAP]
        if not chosen.flat or chosen.gaps else [],
        counts={"gaps": open_, "vulnerable": thin, "expiring": drawn.expiring, "waiting": drawn.waiting,
                "training": drawn.training},
        alone=alone_on(found) if not chosen.flat or chosen.gaps else [],
        next_expiry=next_expiry(found) if not open_ else None, has_needs=any(found.needs.values()), later=later(found),
        stops=stops_over(db.session, node, found.known_at or now()),
        above=units.way_to(node, within), unit_options=unit_options(db.session, node, within),
        groups=group_choices(found), shift_names=SHIFT_NAMES, shifts=list(Shift), day_kinds=DAY_KIND_NAMES,
        starts=starts(columns), updated=now(), weekday=weekday(today()), today=today(),
        link=link_to(node, actor, empty=not found.people),
        floaters=sum(one.worker.standing is Standing.FLOATER for one in found.people), rostered=rostered,
    )  # fmt: skip


def picked(rows: Sequence[Row], chosen: Filters) -> list[Row]:
    """The rows that the filters leave, gaps first where gaps are asked for."""
    places = [list(Shift).index(shift) for shift in chosen.shifts]

    def stands(row: Row) -> list[Status]:
        return [row.statuses[place] for place in places]

    left = [
        row for row in rows
        if (chosen.area is None or row.task.area_id == chosen.area)
        and (not chosen.gaps or Status.GAP in stands(row) or Status.VULNERABLE in stands(row))
        and (not chosen.expiring or row.expiring)
        and (not chosen.waiting or row.waiting)
        and (not chosen.training or row.training)
    ]  # fmt: skip
    if chosen.gaps:
        left.sort(key=lambda row: (Status.GAP not in stands(row), Status.GAP in stands(row) and not row.task.critical))
    return left


@dataclass(frozen=True)
class ColumnGroup:
    """A heading over columns."""

    name: str
    size: int


def grouped(columns: Sequence[Someone]) -> list[ColumnGroup]:
    """The headings over the columns, in their order."""
    found: dict[tuple[Any, ...], list[Someone]] = {}
    for one in columns:
        found.setdefault(column_group(one), []).append(one)
    return [
        ColumnGroup(
            some[0].group_plural if some[0].worker.standing is Standing.FIXED and len(some) > 2
            else some[0].group if some[0].worker.standing is Standing.FIXED
            else say(STANDING_NAMES[some[0].worker.standing]),
            len(some),
        )
        for some in found.values()
    ]  # fmt: skip


def starts(columns: Sequence[Someone]) -> set[int]:
    """The employments at which a column group begins."""
    before: tuple[Any, ...] | None = None
    found = set()
    for one in columns:
        if column_group(one) != before:
            found.add(one.employment_id)
        before = column_group(one)
    return found


def group_choices(found: Board) -> list[tuple[int, str]]:
    """(id, name) of the staff groups on the board."""
    groups = {one.group_id: (one.group_position, one.group) for one in found.people}
    return [(key, name) for key, (_position, name) in sorted(groups.items(), key=lambda item: item[1])]


def later(found: Board) -> list[tuple[str, str, str, str]]:
    """(person, task, what was said then, what is known now), for a past date."""
    return [
        (
            found.people[person].name, found.tasks[task].name,
            words(found.answer(person, task), found.on, found.level_names), words(answer, found.on, found.level_names),
        )
        for person, task, answer in found.later
    ]  # fmt: skip


@bp.get("/<int:unit_id>/since")
@requires(Permission.COVERAGE_READ)
def since(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Since when the named gaps of today have been open: a fragment with a few words for the card of each."""
    units = tree(db.session, on=today())
    below = units.below(units.get(unit_id, within))
    spots = [spot for place in request.args.getlist("gap")[:CARDS] if (spot := spot_of(place, below)) is not None]
    found = open_since(db.session, spots, days=filters().days or kind_of_day(today()))
    return render_template(
        "coverage/since.html", found=[(place_of(spot), since_words(on)) for spot, on in found.items()]
    )


# Why, and the pages behind each heading.


@bp.get("/<int:unit_id>/why/<int:employment_id>/<int:task_id>")
@requires(Permission.COVERAGE_READ)
def reasons_for(unit_id: int, employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Why this person may or may not do this task: a fragment for the popover, a page without script."""
    chosen = filters()
    _units, node = unit_on(unit_id, actor, within, chosen.on)
    found = why(db.session, node, employment_id, task_id, on=chosen.on)
    looked_at(person_id=found.someone.person_id)
    names = signers(db.session, [found], actor)
    shown = explained(
        found, actor, level_names_on(db.session, chosen.on), names, tab=book(db.session).expiring_days(task_id)
    )
    template = "coverage/why.html" if request.headers.get("HX-Request") else "coverage/why_page.html"
    return render_template(
        template, why=shown, node=node, chosen=chosen, back=url_for(".unit", unit_id=node.id), link=link_to(node, actor)
    )


@bp.get("/<int:unit_id>/task/<int:task_id>")
@requires(Permission.COVERAGE_READ)
def task(unit_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One task in the unit: who counts on each shift, and everybody's reasons. With a shift, as a fragment for the popover."""
    chosen = filters()
    units, node = unit_on(unit_id, actor, within, chosen.on)
    found = one_task(db.session, units, node, task_id, on=chosen.on, days=chosen.days)
    looked_at(unit_id=node.id)
    fragment = bool(request.headers.get("HX-Request")) and chosen.shift is not None
    if fragment and chosen.roster and chosen.shift is not None and chosen.on >= today():
        return who_counts(found.workplaces, node, found.task, chosen.on, chosen.shift)
    levels, names = level_names_on(db.session, chosen.on), signers(db.session, found.people, actor)
    tab = book(db.session).expiring_days(task_id)
    people = [(item.someone, explained(item, actor, levels, names, tab=tab)) for item in found.people]
    return render_template(
        "coverage/who_counts.html" if fragment else "coverage/task.html",
        found=found, node=node, chosen=chosen, people=people, shifts=chosen.shifts, shift_names=SHIFT_NAMES,
        spoken={shift: say(spoken_count(shift, found.counts[shift])) for shift in Shift},
        apart={shift: spoken_apart(found.counts[shift]) for shift in Shift},
        since=gap_since(found, chosen.on, chosen.shifts, chosen.days),
        by_shift=[(shift, *both_sides(found, shift, people)) for shift in chosen.shifts if chosen.shift],
        standing={key: say(name) for key, name in STANDING_NAMES.items()},
        above=units.way_to(node, within),
    )  # fmt: skip


People = list[tuple[Someone, Explained]]


def both_sides(found: OneTask, shift: Shift, people: People) -> tuple[People, People]:
    """Of the shift's fixed people those who count for the need, and those who can come to, the nearest first."""
    answers = {item.someone.employment_id: item.answer for item in found.people}
    shown = {one.employment_id: (one, why_) for one, why_ in people}
    holders: People = []
    others: list[Candidate] = []
    for one, why_ in people:
        if one.worker.standing is not Standing.FIXED or one.worker.absent or not one.worker.works(shift):
            continue
        answer = answers[one.employment_id]
        need = found.need(one.unit_id, shift) if one.unit_id in found.needs else None
        if Held(one.worker, answer.level, bool(answer.limits)).meets(need):
            holders.append((one, why_))
        else:
            others.append(candidate(one, answer, low=answer.level > 0))
    return holders, [shown[one.employment_id] for one in nearest(others)]


@bp.get("/<int:unit_id>/person/<int:employment_id>")
@requires(Permission.COVERAGE_READ)
def person(unit_id: int, employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One person's column: every task with its reasons."""
    chosen = filters()
    units, node = unit_on(unit_id, actor, within, chosen.on)
    found = one_person(db.session, node, employment_id, on=chosen.on)
    looked_at(person_id=found.someone.person_id)
    levels, names = level_names_on(db.session, chosen.on), signers(db.session, found.tasks, actor)
    shared = book(db.session)
    rows: dict[str, list[tuple[BoardTask, Explained]]] = {}
    for item in found.tasks:
        tab = shared.expiring_days(item.task.id)
        rows.setdefault(item.task.area, []).append((item.task, explained(item, actor, levels, names, tab=tab)))
    return render_template(
        "coverage/person.html",
        found=found, node=node, chosen=chosen, areas=rows,
        above=units.way_to(node, within),
        shift_names=SHIFT_NAMES, person_url=person_url(found.someone, actor),
    )  # fmt: skip


def link_to(node: Node, actor: Actor, *, empty: bool = False) -> Mapping[str, str]:
    """Addresses on other pages, as far as they are there and open to the reader; how to fill an `empty` unit only then."""
    asked: dict[str, tuple[str, Permission, dict[str, Any]]] = {
        "requirements": ("requirements.index", Permission.REQUIREMENT_READ, {"unit_id": node.id}),
        "matrix": ("matrix.index", Permission.MATRIX_READ, {}),
        "local": ("local.index", Permission.MATRIX_READ, {"unit": node.id}),
    }
    if empty:
        asked["load"] = ("imports.people", Permission.IMPORT_PEOPLE, {})
        asked["add"] = ("people.new", Permission.PERSON_ADMINISTER, {})
        asked["external"] = ("people.new_external", Permission.EXTERNAL_ADD, {})
    views = current_app.view_functions
    return {
        name: url_for(endpoint, **values) if endpoint in views and actor.may(needed, node.path) else ""
        for name, (endpoint, needed, values) in asked.items()
    }
