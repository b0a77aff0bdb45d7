"""The roster: a unit's week with the gaps of each shift, a shift with who is on it and who could step in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.cells import face, verdict_of
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.places import Node, tree
from competence.coverage.queries.rostered import WEEK, Manned, Present, StandIn, UnitRoster, roster_of, stand_ins
from competence.coverage.rostered import Hours, shift_span
from competence.coverage.rules import SHIFT_NAMES, STANDING_NAMES, Count, Shift, Standing, Status
from competence.coverage.statements import spoken_count
from competence.coverage.views.choices import day_of, unit_options
from competence.coverage.views.drawing import TONES
from competence.coverage.views.finding import hours, in_a_line
from competence.foundation.clock import local, today
from competence.foundation.errors import NotFound
from competence.foundation.web import clock_time, db, language, say, short_day
from competence.organisation.queries import settings_of
from competence.roster.queries import rostered

bp = Blueprint("roster", __name__, url_prefix="/roster")

MOST_NAMED = 3
"""So many gaps of a shift are named in the week."""
AHEAD = 28
"""So many days ahead the list of units says whether there is a roster."""


@bp.get("")
@requires(Permission.ROSTER_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The units within reach, each with how far its roster goes; straight to the only one."""
    units = tree(db.session, on=today())
    reached = units.reached(within)
    there = rostered(db.session, [one.id for one in reached], first=today(), through=today() + timedelta(days=AHEAD))
    shown = [one for one in reached if units.is_leaf(one) or one.id in there]
    if len(shown) == 1:
        return redirect(url_for(".unit", unit_id=shown[0].id))
    return render_template(
        "roster/index.html",
        rows=[(one, max(there[one.id].days) if one.id in there else None) for one in shown], has_any=bool(there),
        may_import=actor.may(Permission.ROSTER_IMPORT), days=WEEK,
    )  # fmt: skip


@bp.get("/<int:unit_id>")
@requires(Permission.ROSTER_READ)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The week of a unit: how many are on each shift, and which tasks too few of them may do. No names."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    other = request.args.get("unit", type=int)
    asked = request.args.get("on", today(), type=day_of)
    first = asked - timedelta(days=asked.weekday())
    if other is not None and other != unit_id:
        return redirect(url_for(".unit", unit_id=other, on=first.isoformat()))
    found = roster_of(db.session, node, first=first)
    after = first + timedelta(days=WEEK)
    return render_template(
        "roster/week.html",
        node=node, above=units.way_to(node, within), found=found, shifts=list(Shift), shift_names=SHIFT_NAMES, hours=_hours(),
        days=[_day(found, first + timedelta(days=ahead)) for ahead in range(WEEK)], title=week_words(first), first=first,
        before=first - timedelta(days=WEEK), after=after, is_now=first <= today() < after, gaps=found.gaps, tones=TONES,
        may_import=actor.may(Permission.ROSTER_IMPORT, node.path), unit_options=unit_options(db.session, node, within),
        units_within=len(units.reached(within)),
    )  # fmt: skip


@bp.get("/<int:unit_id>/gaps")
@requires(Permission.ROSTER_READ)
def gaps(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How many gaps the unit's roster has in the coming week: a fragment for the list of units."""
    node = tree(db.session, on=today()).get(unit_id, within)
    return render_template("roster/gaps.html", number_of=roster_of(db.session, node, first=today()).gaps)


@bp.get("/<int:unit_id>/<day>/<shift>")
@requires(Permission.ROSTER_READ)
def one_shift(unit_id: int, day: str, shift: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A shift: who is on it, which of the tasks that it needs too few of them may do, and who could step in."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    try:
        on, which = day_of(day), Shift(shift)
    except ValueError:
        raise NotFound from None
    found = roster_of(db.session, node, first=on, days=1)
    manned = found.shifts[on, which]
    looked_at(unit_id=node.id)
    short = sorted(manned.that_stand(Status.GAP), key=lambda task: not found.tasks[task].critical)
    helping = stand_ins(db.session, units, node, manned, short, within=within, hours=found.hours)
    phones = actor.may(Permission.WHO_MAY_ASK, node.path)
    return render_template(
        "roster/shift.html",
        node=node, above=units.way_to(node, within), manned=manned, day=on, shift=which, when=shift_words(on, which, found.hours),
        name=say(SHIFT_NAMES[which]), title=day_words(on),
        people=[_person(one, manned, phones) for one in manned.people],
        lacking=[_lacking(found.tasks[task], manned, helping[task], node, phones) for task in short],
        met=[_met(found.tasks[task], manned) for task in manned.counts if task not in short],
        is_over=on < today(), around=_around(found, on, which), phones=phones,
        sees_board=actor.may(Permission.COVERAGE_READ, node.path) and on >= today(),
    )  # fmt: skip


def who_counts(places: Sequence[Node], node: Node, task: BoardTask, on: date, shift: Shift) -> str:
    """Who of those on duty may do the task on the shift: a fragment for the board's popover."""
    shown = []
    for place in places:
        manned = roster_of(db.session, place, first=on, days=1).shifts[on, shift]
        count = manned.counts.get(task.id)
        if count is not None:
            shown.append((place, say(spoken_count(shift, count)), able(manned, task.id)))
    return render_template(
        "roster/who_counts.html", node=node, task=task, name=say(SHIFT_NAMES[shift]), shown=shown, day=on, shift=shift
    )


# In the reader's language.


@dataclass(frozen=True)
class Field:
    """A shift in the week."""

    shift: Shift
    on_duty: int
    gaps: list[tuple[str, Count]]
    more: int
    vulnerable: int
    spoken: str


@dataclass(frozen=True)
class Day:
    """A row of the week."""

    day: date
    words: str
    by_roster: bool
    is_today: bool
    is_over: bool
    fields: list[Field]


def _day(found: UnitRoster, day: date) -> Day:
    fields = []
    for shift in Shift:
        manned = found.shifts[day, shift]
        short = manned.that_stand(Status.GAP)
        short.sort(key=lambda task: not found.tasks[task].critical)
        named = [(found.tasks[task].name, manned.counts[task]) for task in short]
        fields.append(
            Field(
                shift, manned.on_duty, named[:MOST_NAMED], max(0, len(named) - MOST_NAMED),
                len(manned.that_stand(Status.VULNERABLE)), f"{day_words(day)}, {say(SHIFT_NAMES[shift]).lower()}",
            )
        )  # fmt: skip
    return Day(day, day_words(day), day in found.rostered, day == today(), day < today(), fields)


def day_words(day: date) -> str:
    """As "Mandag 23. november"."""
    text = format_date(day, "EEEE d. MMMM" if language() == "da" else "EEEE d MMMM", locale=language())
    return text[:1].upper() + text[1:]


def week_words(first: date) -> str:
    """As "Uge 48, 23. november til 29. november"."""
    last = first + timedelta(days=WEEK - 1)
    number = first.isocalendar().week
    return str(_("Week %(number)s, %(first)s to %(last)s", number=number, first=short_day(first), last=short_day(last)))


def shift_words(day: date, shift: Shift, by: Hours) -> str:
    """As "15.00–23.00"; with the day on which it ends where that is another."""
    span = shift_span(day, shift, by)
    return f"{clock_time(span.starts_at)}–{clock_time(span.ends_at)}"


def _hours() -> Mapping[Shift, str]:
    settings = settings_of(db.session)
    return {shift: hours(shift, settings) for shift in Shift}


@dataclass(frozen=True)
class Line:
    """Somebody on the shift."""

    name: str
    group: str
    when: str
    note: str
    phone: str


def _person(one: Present, manned: Manned, phones: bool) -> Line:
    standing = one.duty.worker.standing
    notes = []
    if one.duty.worker.absent:
        notes.append(_("away, does not count"))
    elif standing is not Standing.FIXED:
        notes.append(say(STANDING_NAMES[standing]))
    begins, ends = one.duty.span.starts_at, one.duty.span.ends_at
    when = f"{clock_time(begins)}–{clock_time(ends)}"
    if local(ends).date() != local(begins).date() and manned.shift is not Shift.NIGHT:
        when += f" {short_day(ends)}"
    return Line(
        one.someone.name, in_a_line(one.someone.group), when if manned.by_roster else _("fixed shift"), ", ".join(notes),
        (one.someone.phone or "") if phones else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Lacking:
    """A task that too few on the shift may do."""

    task: BoardTask
    count: Count
    spoken: str
    able: list[str]
    """Those on it who may, by name."""
    helping: list[tuple[Line, str]]
    """Those who could step in, each with her limit in words, if there is one."""


def _lacking(task: BoardTask, manned: Manned, helping: Sequence[StandIn], node: Node, phones: bool) -> Lacking:
    count = manned.counts[task.id]
    return Lacking(
        task, count, say(spoken_count(manned.shift, count)), able(manned, task.id),
        [_stand_in(one, manned, node, phones) for one in helping],
    )  # fmt: skip


def _stand_in(one: StandIn, manned: Manned, node: Node, phones: bool) -> tuple[Line, str]:
    notes = []
    if one.close is not None:
        span = f"{clock_time(one.close.starts_at)}–{clock_time(one.close.ends_at)}"
        notes.append(
            _("under 11 hours of rest: on duty %(day)s %(times)s", day=short_day(one.close.starts_at), times=span)
        )
    standing = one.someone.worker.standing
    if standing is not Standing.FIXED:
        notes.append(say(STANDING_NAMES[standing]))
    elif manned.shift.value in one.someone.worker.shifts:
        notes.append(_("fixed shift"))
    line = Line(
        one.someone.name, in_a_line(one.someone.group), "" if one.unit.id == node.id else one.unit.name, ", ".join(notes),
        (one.someone.phone or "") if phones else "",
    )  # fmt: skip
    limit = say(verdict_of(face(one.answer, manned.day, ends=one.someone.valid_to))) if one.answer.limited else ""
    return line, limit


def able(manned: Manned, task_id: int) -> list[str]:
    """The names of those on the shift who may do the task and count for the need."""
    need = manned.needs[task_id]
    names = [
        one.someone.name
        for one in manned.people
        if not one.duty.worker.absent and one.holds(task_id).meets(need)
    ]  # fmt: skip
    return list(dict.fromkeys(names))


def _met(task: BoardTask, manned: Manned) -> tuple[BoardTask, Count, str, list[str]]:
    count = manned.counts[task.id]
    return task, count, say(spoken_count(manned.shift, count)), able(manned, task.id)


def _around(found: UnitRoster, on: date, shift: Shift) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """The shift before and the one after: (words, day, letter) of each."""
    order = list(Shift)
    at = order.index(shift)
    before = (on, order[at - 1]) if at else (on - timedelta(days=1), order[-1])
    after = (on, order[at + 1]) if at + 1 < len(order) else (on + timedelta(days=1), order[0])

    def said(place: tuple[date, Shift]) -> tuple[str, str, str]:
        return f"{short_day(place[0])}, {say(SHIFT_NAMES[place[1]]).lower()}", place[0].isoformat(), place[1].value

    return said(before), said(after)
