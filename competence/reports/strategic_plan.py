"""A strategic plan as a report for the committee, and the needs map as a spreadsheet; who owns a measure stands by role."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.coverage.views.figures import hides_small
from competence.foundation.clock import now, today
from competence.foundation.web import as_pattern, day, db, number, say
from competence.learning.rules import PART_NAMES, Part
from competence.reports.coverage_files import language, named_file
from competence.reports.strategic_paper import Centre, Done, Figured, Gauge, Needed, Paper, Prior
from competence.reports.strategic_report import strategic_pdf
from competence.reports.table_files import given, known
from competence.reports.tables import Rows
from competence.strategy.models import Measure, StrategicPlan
from competence.strategy.queries.needs import NeedsMap, ground_of, needs_below, needs_map, needs_of
from competence.strategy.queries.plans import plan_for
from competence.strategy.rules.planning import Status
from competence.strategy.views.in_short import in_short
from competence.strategy.views.needs import centre_of, lacks_of, met_of
from competence.strategy.views.showing import (
    IndicatorShown,
    MeasureShown,
    PlanShown,
    PriorityShown,
    hours,
    in_hours,
    kroner,
    plain,
    shown,
    with_unit,
)

bp = Blueprint("strategy_report", __name__, url_prefix="/strategy")
HIDDEN = "–"


@bp.get("/<int:strategy_id>/report.pdf")
@requires(Permission.STRATEGY_READ)
def report(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan as its page shows it, for the committee: small groups are hidden whoever fetches it."""
    units = tree(db.session, on=today())
    plan, node = plan_for(db.session, units, strategy_id, actor)
    name = named_file(plan.title, _("report"), today().isoformat(), "pdf")
    return Response(
        strategic_pdf(paper(units, plan, node), _, language=language()), mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )  # fmt: skip


def paper(units: Tree, plan: StrategicPlan, node: Node) -> Paper:
    """All that stands in the report."""
    found = shown(db.session, units, plan, node, None)
    ground = ground_of(db.session, units, [node], hides=True)
    map_ = needs_of(db.session, ground, node, hides=True)
    months = [one.month for one in found.wheel]
    groups = _groups(found, {month: at for at, month in enumerate(months)})
    notes = [
        _("A need is a task on a shift in a team. Counted are those with fixed shift, not floaters, externals or who is away."),
        _("Groups under %(number)s are hidden, also where they could be found by subtraction.", number=SMALLEST_GROUP),
        _("Whoever sees to a measure stands by role, not by name."),
    ]  # fmt: skip
    if map_.as_of:
        notes.append(_("Some figures are from %(day)s and are being counted again.", day=day(map_.as_of)))
    return Paper(
        g.municipality.name, plan.title, found.kind, node.name, found.years, _stands(found), _lines(plan.frame),
        tuple(in_short(found, map_.rows)),
        tuple(Figured(one.name, one.before, one.now, one.change) for one in found.figures),
        _("Held against the figures of %(day)s.", day=day(found.baseline_on)) if found.baseline_on else "",
        tuple(_needed(map_)), tuple(_centre(one) for one in needs_below(db.session, ground, node, hides=True)),
        tuple(groups[one.row.id] for one in found.priorities), groups.get(None),
        tuple(
            (say(PART_NAMES[part]), found.shares[part], hours(found.budget.balance.minutes[part])) for part in Part
        ) if found.shares else (),
        _took([one.row for one in found.measures]), tuple(_funded(found)), tuple(_gauge(one) for one in found.indicators),
        tuple(one.name for one in found.wheel), tuple(_wheels(found)), _lines(plan.roles), tuple(found.units),
        tuple((f"{day(one.written_on)}{f': {measure}' if measure else ''}", one.text) for one, measure in found.follow_ups),
        _lines(plan.evaluation), tuple(notes), _("Figures only. No names."), now(),
    )  # fmt: skip


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())


def _stands(found: PlanShown) -> str:
    plan = found.plan
    if found.status is Status.DRAFT:
        return str(_("Draft of %(day)s", day=day(today())))
    said = _("Decided by %(where)s on %(day)s.", where=plan.decided_where, day=day(plan.decided_on))
    if plan.replaced_on:
        said += " " + _("The plan was replaced on %(day)s.", day=day(plan.replaced_on))
    return str(said)


def _needed(found: NeedsMap) -> list[Needed]:
    made = []
    for row in found.rows:
        choice = found.choices.get(row.area_id)
        how = ". ".join(text for text in (met_of(found, row), choice.note if choice else "") if text)
        numbers = (
            number(row.needs), number(row.met), number(row.gaps), HIDDEN if row.ahead is None else number(row.ahead)
        )  # fmt: skip
        made.append(Needed(row.name, numbers, lacks_of(row), how, row.gaps, row.ahead))
    return made


def _centre(found: NeedsMap) -> Centre:
    one = centre_of(found)
    return Centre(found.node.name, (one.needs, one.met, one.gaps, one.ahead or HIDDEN), one.weakest)


def _took(rows: Iterable[Measure]) -> tuple[str, str, str]:
    kept = [row for row in rows if row.dropped_on is None]
    return number(len(kept)), in_hours(sum(row.minutes for row in kept)), kroner(sum(row.kroner for row in kept))


def _groups(found: PlanShown, place: Mapping[date, int]) -> dict[int | None, Prior]:
    """Priority -> what is done about it; None: what belongs to none, where anything does."""
    by_priority: dict[int | None, list[MeasureShown]] = {one.row.id: [] for one in found.priorities}
    for measure in found.measures:
        by_priority.setdefault(measure.row.priority_id, []).append(measure)
    titles = {
        one.row.id: (one.row.title, " · ".join(text for text in (one.about, _figure(one)) if text), one.row.text)
        for one in found.priorities
    }
    across = _("Across the priorities") if found.priorities else _("Measures")
    made = {}
    for id_, some in by_priority.items():
        title, about, text = titles.get(id_ or 0, (across, "", ""))
        made[id_] = Prior(title, about, text, tuple(_done(one, place) for one in some), _took(one.row for one in some))
    return made


def _figure(one: PriorityShown) -> str:
    return ", ".join(text for text in (one.why, one.now) if text)


def _done(one: MeasureShown, place: Mapping[date, int]) -> Done:
    row = one.row
    return Done(
        row.title, _("Success: %(criterion)s", criterion=row.criterion) if row.criterion else "",
        f"{Part(row.part).value}: {say(PART_NAMES[Part(row.part)])}", one.role, one.months, in_hours(row.minutes),
        one.cost, one.funding, one.progress_name, place.get(row.first_month, 0), place.get(row.last_month, 0),
        row.dropped_on is not None,
    )  # fmt: skip


def _funded(found: PlanShown) -> list[tuple[str, str, str]]:
    whole = found.budget.kroner
    shares = [with_unit(plain(round(100 * amount / whole)), "%") for amount in found.budget.by_funding.values()]
    return [(who, amount, share) for (who, amount), share in zip(found.funding, shares, strict=True)]


def _gauge(one: IndicatorShown) -> Gauge:
    stands = "" if one.reached is None else _("reached") if one.reached else _("not reached yet")
    points = tuple((point.on, point.value) for point in one.measured.points)
    words = _(
        "%(name)s over time: %(values)s. Target: %(target)s.", name=one.name,
        values=", ".join(f"{on} {value}" for on, value in one.points), target=one.target,
    )  # fmt: skip
    return Gauge(
        one.name, one.target, one.points[0][1] if len(points) > 1 else "", one.latest or _("no value yet"),
        day(one.latest_on) if one.latest_on else "", stands, one.how, points, one.row.target, words,
    )  # fmt: skip


def _wheels(found: PlanShown) -> Iterator[tuple[int, tuple[tuple[str, str, bool], ...]]]:
    """Each of the plan's years in which anything stands."""
    years = {month.month.year for month in found.wheel if month.steps}
    for year in sorted(years):
        yield year, tuple(
            (
                as_pattern(one.month, "MMM").rstrip(".").capitalize(), "; ".join(words for _step, words in one.steps),
                all(step.done_on is not None for step, _words in one.steps),
            )
            for one in found.wheel
            if one.month.year == year
        )  # fmt: skip


# The needs map as a spreadsheet.


@bp.get("/needs/<int:unit_id>/needs.<ending>")
@requires(Permission.STRATEGY_READ)
def needs_file(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The needs map of the unit as its page shows it."""
    known(ending)
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    hides = hides_small(actor)
    found = needs_map(db.session, units, node, hides=hides)
    title = _("Needs map")
    said = [_("In 12 months: if nobody acts, with the signatures that lapse and the employments that end by then.")]
    if hides:
        said.append(
            _(
                "Groups under %(number)s are hidden, also where they could be found by subtraction.",
                number=SMALLEST_GROUP,
            )
        )
    return given(
        needs_table(found), ending, title=title, place=node.name, on=today(), file=f"{node.name} {title}", notes=said
    )


def needs_table(found: NeedsMap) -> Rows:
    """A row for each subject area."""
    rows: Rows = [
        [
            _("Subject area"), _("Needs"), _("Met"), _("Gaps"), _("Critical gaps"), _("Gaps in 12 months"),
            _("Who could learn it"), _("How to meet it"), _("Note"),
        ]
    ]  # fmt: skip
    for row in found.rows:
        choice = found.choices.get(row.area_id)
        rows.append(
            [
                row.name, row.needs, row.met, row.gaps, row.critical, _("hidden") if row.ahead is None else row.ahead,
                lacks_of(row), met_of(found, row), choice.note if choice else "",
            ]
        )  # fmt: skip
    return rows
