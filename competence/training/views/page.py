"""A unit's proposal as its page shows it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.staff import names_of
from competence.coverage.rules import Shift
from competence.foundation.clock import local, today
from competence.foundation.errors import NotFound
from competence.foundation.web import clock_time, db, listed, moment, say, short_day
from competence.jobs.queries import unfinished
from competence.learning.rules import Part
from competence.training.commands import MOST_AT_ONCE
from competence.training.forms import AIM_NAMES, LimitsForm
from competence.training.models import TrainingRun
from competence.training.queries.runs import classes_in, courses_in, persons_of, task_names
from competence.training.queries.teachers import answers
from competence.training.rules.problem import Aim
from competence.training.rules.rows import Content, Row, Terms, Tread, content_from, staircase, terms_from
from competence.training.rules.spots import Spot, Standing, standing
from competence.training.views import summary
from competence.training.views.drawing import Stairs, stairs, week_numbers
from competence.training.views.lines import Gap, Line, Names, lines_of, persons_in, shift_words, teaching_of
from competence.training.views.words import distance, hours, period, relaxed, why_not
from competence.training.working import KIND

MOST_NAMED = 6
MOST_LINES = 120
"""So many proposals stand on a page; of more, each unit has a page of its own."""


@dataclass(frozen=True)
class UnitPart:
    """One of several units of a wide proposal."""

    node: Node
    before: Standing
    after: Standing
    proposals: int
    minutes: int
    price: int
    agreed: bool


@dataclass(frozen=True)
class Open:
    """A spot that stays open, and why."""

    what: str
    why: str


def page_of(
    units: Tree, node: Node, actor: Actor, within: Reach, run: TrainingRun | None, form: LimitsForm, *, wide: bool
) -> str:
    """The page of the unit, or of one part of it when the address names one."""
    jobs = unfinished(db.session, KIND, str(node.id))
    shared = {
        "node": node, "above": units.way_to(node, within), "form": form, "wide": wide, "run": run, "asked": _asked(),
        "working": bool(jobs), "job": next((job for job in jobs if job.asked_by == actor.person_id), None),
        "aims": [(aim, say(AIM_NAMES[aim])) for aim in Aim], "may_agree": actor.may(Permission.PLAN_WRITE, node.path),
        "may_keep_board": actor.may(Permission.BOARD_KEEP, node.path),
    }  # fmt: skip
    if run is None:
        return render_template("training/unit.html", plan=None, part=None, parts=[], made="", **shared)
    whole, part = content_from(run.content), _part(units, node, within)
    content = whole.of_unit([part.id]) if part else whole
    looked_at(unit_id=(part or node).id)
    return render_template(
        "training/unit.html",
        plan=Plan(units, part or node, content, terms_from(run.terms), run, actor), part=part, made=_made(run),
        parts=[] if part else _parts(units, node, whole, run), **shared,
    )  # fmt: skip


def _part(units: Tree, node: Node, within: Reach) -> Node | None:
    asked = request.args.get("part", type=int)
    if asked is None or asked == node.id:
        return None
    part = units.get(asked, within)
    if not part.path.startswith(node.path):
        raise NotFound
    return part


def _asked() -> Gap | None:
    """The gap from which somebody came."""
    task, shift = request.args.get("task", type=int), request.args.get("shift", type=Shift)
    return (task, shift) if task is not None and shift is not None else None


def _made(run: TrainingRun) -> str:
    if local(run.made_at).date() == today():
        return str(_("The proposal was worked out today at %(time)s", time=clock_time(run.made_at)))
    return str(_("The proposal was worked out on %(moment)s", moment=moment(run.made_at)))


class Plan:
    """All that is shown of a proposal, or of one unit's part of it."""

    def __init__(self, units: Tree, node: Node, content: Content, terms: Terms, run: TrainingRun, actor: Actor) -> None:
        self.content, self.terms, self.node = content, terms, node
        following = {row.next_employment for row in content.rows if row.next_employment}
        employees = persons_of(db.session, following)
        persons = names_of(db.session, {*persons_in(content), *employees.values()})
        several = len({spot.unit_id for spot in content.spots}) > 1
        tasks = {row.task_id for row in (*content.rows, *content.off)} | {spot.task_id for spot in content.spots}
        self.names = Names(
            persons, {one: persons.get(person, "") for one, person in employees.items()}, task_names(db.session, tasks),
            {one.id: one.name for one in units.below(node)} if several else {}, actor.may(Permission.PLAN_WRITE, node.path),
        )  # fmt: skip
        self._spots = {spot.id: spot for spot in content.spots}
        self.before, self.after = standing(content.spots, {}), standing(content.spots, content.more)
        self.too_many = len(content.rows) > MOST_LINES
        self.dated = classes_in(db.session, content)
        self.lines = [] if self.too_many else lines_of(content, terms.weeks, self.names, _asked(), self.dated)
        units_in = {str(row.unit_id) for row in content.rows}
        self.is_agreed = bool(units_in) and units_in <= run.agreed.keys()
        self.is_begun = content.begins <= today()
        self.statement, self.said = summary.statement(content), summary.said(content, terms)
        self.distance = say(distance(content))
        self.plain_way = summary.plain_way(content) if node.id == run.unit_id else ""
        self.shares, self.total_hours = content.balance.shares, hours(content.balance.total)
        self.listed = courses_in(db.session, content)
        self.price = sum(row.price for row in content.rows)
        self.teaching = teaching_of(content, self.names, answers(db.session, content.teachers))
        self.relaxations = [say(relaxed(one, persons)) for one in content.relaxations]
        last = content.monday(terms.weeks) - timedelta(days=1)
        self.heading = str(_("Development plan, %(months)s", months=period(content.begins, last)))
        self.several_units = several
        self.at_once = len(content.rows) <= MOST_AT_ONCE

    @property
    def treads(self) -> list[Tread]:
        """The gaps that are left after each proposal."""
        return staircase(self.content.spots, self.content.rows)

    @property
    def stairs(self) -> Stairs | None:
        """The same, drawn."""
        first = {person: name.split(" ")[0] for person, name in self.names.persons.items()}
        return stairs(self.before.gaps, self.treads, first)

    @property
    def week_heads(self) -> list[tuple[int, int]]:
        """The weeks that have their number written."""
        return week_numbers(self.content, self.terms.weeks)

    @property
    def courses(self) -> list[Line]:
        """The proposals with a course in them that are turned on."""
        return [line for line in self.lines if line.on and line.row.minutes.get(Part.FORMAL)]

    def course_days(self, line: Line) -> tuple[str, str]:
        """(first day, day to follow up) of its course."""
        first, last = self.content.monday(line.row.first_week), self.content.monday(line.row.last_week)
        dated = self.dated.get(line.row.course_id or 0)
        return short_day(dated.begins if dated else first), short_day(last + timedelta(days=21))

    @property
    def unclosable(self) -> list[Open]:
        """What no training closes within the limits."""
        found = []
        for one in self.content.unclosable:
            if spot := self._spots.get(one.seat_id):
                what = _("%(what)s, missing %(missing)s", what=self.spot_words(spot), missing=one.lacks)
                found.append(Open(str(what), say(why_not(one))))
        return found

    @property
    def waiting(self) -> list[str]:
        """The gaps to which somebody is on the way already."""
        found = []
        for spot in self.content.spots:
            if spot.waiting and spot.today and spot.have < spot.need:
                text = ngettext(
                    "%(what)s: one is on the way, or only needs to say yes.",
                    "%(what)s: %(num)s are on the way, or only need to say yes.", spot.waiting, what=self.spot_words(spot),
                )  # fmt: skip
                found.append(str(text))
        return found

    @property
    def opening(self) -> list[str]:
        """What opens in the weeks of the plan by the forecast, by day."""
        some = [(spot.opens_on, spot) for spot in self.content.spots if spot.opens_on is not None]
        return [f"{short_day(day)}: {self.spot_words(spot)}" for day, spot in sorted(some, key=lambda one: one[0])]

    def spot_words(self, spot: Spot) -> str:
        """As "Nat: Skylning af blærekateter", with the unit where there are several."""
        unit = self.names.units.get(spot.unit_id, "")
        return f"{shift_words(spot)}: {self.names.tasks.get(spot.task_id, '')}" + (f", {unit}" if unit else "")

    @property
    def goals_url(self) -> str:
        """The week's goals of the board meeting, with the gaps that the plan closes ticked; empty where that page is not there,
        or the plan is about several units."""
        if "meetings.goals" not in current_app.view_functions or self.several_units:
            return ""
        closed = {
            f"{spot.task_id}-{spot.shift.value}": None
            for row in self.content.rows
            for gift in row.gives
            if gift.closes and (spot := self._spots.get(gift.seat_id)) is not None and spot.today
        }
        return url_for("meetings.goals", unit_id=self.node.id, goal=list(closed)[:MOST_NAMED])

    @property
    def yes_words(self) -> str:
        """That everybody who teaches has said yes, or who has not answered."""
        if not self.teaching:
            return ""
        if all(one.yes for one in self.teaching):
            return str(ngettext("She has said yes.", "All %(num)s have said yes.", len(self.teaching)))
        open_ = [one.name.split(" ")[0] for one in self.teaching if not one.yes]
        if len(open_) > MOST_NAMED:
            return str(_("%(count)s have not answered yet.", count=len(open_)))
        return str(_("Not answered yet: %(names)s.", names=listed(open_)))


def _parts(units: Tree, node: Node, content: Content, run: TrainingRun) -> list[UnitPart]:
    """The units of a proposal that is about several, as they stand in the tree."""
    spots: dict[int, list[Spot]] = {}
    rows: dict[int, list[Row]] = {}
    for spot in content.spots:
        spots.setdefault(spot.unit_id, []).append(spot)
    for row in content.rows:
        rows.setdefault(row.unit_id, []).append(row)
    if len(spots) < 2:
        return []
    more = content.more
    return [
        UnitPart(
            one, standing(spots[one.id], {}), standing(spots[one.id], more), len(rows.get(one.id, ())),
            sum(row.total for row in rows.get(one.id, ())), sum(row.price for row in rows.get(one.id, ())),
            str(one.id) in run.agreed,
        )
        for one in units.below(node)
        if one.id in spots
    ]  # fmt: skip
