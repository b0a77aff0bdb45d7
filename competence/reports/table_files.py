"""Every table about coverage as .xlsx and .csv: by the permissions, reach and hiding of the page that shows it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.latent import latent_in
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.rostered import WEEK, roster_of
from competence.coverage.queries.wide import headcount, unit_counts
from competence.coverage.rules import SMALLEST_GROUP
from competence.coverage.small import hidden_shifts
from competence.coverage.views.choices import day_of
from competence.coverage.views.coverage import MOST_COLUMNS, filters, unit_on
from competence.coverage.views.figures import hides_small
from competence.coverage.views.gaps_today import gaps_listed
from competence.figures.views.overview import EITHER, Overview, chosen, looked, overview_of
from competence.forecast.views.forecast import team_ahead
from competence.forecast.views.units import units_ahead_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.spreadsheets import Content
from competence.foundation.web import db
from competence.learning.queries.listing import listed as listed_activities
from competence.learning.queries.plans import names
from competence.learning.views.listing import wanted_part
from competence.meetings import queries as meetings
from competence.meetings.views.meetings import named
from competence.organisation.queries import settings_of
from competence.reports import tables
from competence.reports.coverage_files import ENDINGS, as_file, named_file, place_of
from competence.reports.tables import Rows

bp = Blueprint("table_files", __name__)

OVERVIEW: Mapping[str, Callable[[Overview], Rows]] = {
    "figures": tables.figures_table, "areas": tables.areas_table, "units": tables.units_table,
    "districts": tables.districts_table, "months": tables.months_table,
}  # fmt: skip


def given(
    rows: Rows, ending: str, *, title: str, place: str, on: date, file: str, notes: Sequence[str] = ()
) -> ResponseReturnValue:
    """The rows as a file; .xlsx tells on a second sheet what it is, of which day, and how it is read."""
    about: list[list[Content]] = [
        [title],
        [place],
        [_("Day"), on],
        [_("Made"), today()],
        *[list[Content]([note]) for note in notes],
    ]
    return as_file(rows, ending, named_file(file, on.isoformat(), ending), sheet=_("Table"), about=about)


def known(ending: str) -> None:
    """Nothing. NotFound for another kind of file than those that are made."""
    if ending not in ENDINGS:
        raise NotFound


# The overview.


@bp.get("/overview/<what>.<ending>")
@requires(any_of=EITHER)
def overview_of_all(what: str, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A table of the overview of all units within reach."""
    units = tree(db.session, on=today())
    return _overview(units, units.tops(within), None, actor, within, what, ending)


@bp.get("/overview/<int:unit_id>/<what>.<ending>")
@requires(any_of=EITHER)
def overview(unit_id: int, what: str, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A table of a unit's overview: "figures", "areas", "units", "districts" or "months"."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    return _overview(units, [node], node, actor, within, what, ending)


def _overview(
    units: Tree, tops: Sequence[Node], node: Node | None, actor: Actor, within: Reach, what: str, ending: str
) -> ResponseReturnValue:
    known(ending)
    if what not in OVERVIEW:
        raise NotFound
    found = overview_of(units, tops, node, actor, within, chosen())
    if found is None:
        raise NotFound
    titles = {
        "figures": _("Key figures"), "areas": _("Subject areas by unit"), "units": _("Units and their gaps"),
        "districts": _("Compare the districts"), "months": _("Key figures month by month"),
    }  # fmt: skip
    return given(
        OVERVIEW[what](found), ending, title=titles[what], place=node.name if node else place_of(units, tops[0]),
        on=found.look.on, file=f"{node.name if node else _('Overview')} {titles[what]}",
        notes=[_small()] if found.hides else [],
    )  # fmt: skip


def _small() -> str:
    return str(
        _("Groups under %(number)s are hidden, also where they could be found by subtraction.", number=SMALLEST_GROUP)
    )


@bp.get("/overview/<int:unit_id>/area/<int:area_id>.<ending>")
@requires(any_of=EITHER)
def area(unit_id: int, area_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How the units below stand in a subject area on each shift."""
    known(ending)
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    look = looked(units, [node], chosen())
    name = dict(look.areas).get(area_id) if look else None
    if look is None or name is None:
        raise NotFound
    rows = tables.area_table(look, look.units.by_id[node.id], area_id, shifts_apart=not hides_small(actor))
    return given(rows, ending, title=name, place=node.name, on=look.on, file=f"{node.name} {name}")


# A unit.


@bp.get("/coverage/<int:unit_id>/counts.<ending>")
@requires(any_of=EITHER)
def counts(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A team's have and need without names."""
    known(ending)
    asked = filters()
    units, node = unit_on(unit_id, actor, within, asked.on)
    if not units.is_leaf(node):
        raise NotFound
    found = unit_counts(db.session, units, [node], days=asked.days, on=asked.on)[0]
    hides = hides_small(actor)
    hidden = hidden_shifts(found.by_shift) if hides else set()
    rows = tables.counts_table(found, hidden, asked.on, only=request.args.get("area", type=int))
    said = [_("Have and need count those with fixed shift.")]
    if hidden:
        said.append(_("Where fewer than %(number)s share a shift, the figures are hidden.", number=SMALLEST_GROUP))
    title = _("Have and need by shift")
    return given(rows, ending, title=title, place=node.name, on=asked.on, file=f"{node.name} {title}", notes=said)


@bp.get("/coverage/<int:unit_id>/latent.<ending>")
@requires(Permission.COVERAGE_LATENT)
def latent(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the unit holds and never needs, and what one person alone holds."""
    known(ending)
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if not units.is_leaf(node) and headcount(db.session, node, on=today()) > MOST_COLUMNS:
        raise NotFound
    found = latent_in(db.session, units, node, actor.reach(Permission.COVERAGE_READ))
    looked_at(unit_id=node.id)
    title = _("Latent competence")
    return given(
        tables.latent_table(found), ending, title=title, place=node.name, on=today(), file=f"{node.name} {title}",
        notes=[_("Shown by task. Nobody is compared with anybody. Floaters and externals are not counted here.")],
    )  # fmt: skip


@bp.get("/gaps-today.<ending>")
@requires(any_of=(Permission.COVERAGE_COUNTS, Permission.COVERAGE_READ))
def gaps_today(ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Today's gaps as the page has chosen them, on one sheet."""
    known(ending)
    found = gaps_listed(actor, within, settings_of(db.session))
    place = found.node.name if found.node else _("All within reach")
    title = _("Today's gaps")
    said = [_("Where fewer than %(number)s share a shift, the figures are hidden.", number=SMALLEST_GROUP)]
    return given(
        tables.gaps_table(found.shown), ending, title=title, place=place, on=today(), file=title,
        notes=said if found.hides else [],
    )  # fmt: skip


# The days ahead.


@bp.get("/forecast/<int:unit_id>/opens.<ending>")
@requires(any_of=EITHER)
def opens(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What opens in a team if nobody acts, all of it."""
    known(ending)
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if not units.is_leaf(node):
        raise NotFound
    found = team_ahead(node, actor)
    title = _("This will open")
    rows = tables.opens_table(found.lines(found.listed, actor))
    return given(
        rows, ending, title=title, place=node.name, on=today(), file=f"{node.name} {title}", notes=_ahead(found.hidden)
    )


@bp.get("/forecast/<int:unit_id>/months.<ending>")
@requires(any_of=EITHER)
def ahead(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Gaps month by month: of a team, or of each unit below one."""
    known(ending)
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    title = _("Gaps month by month")
    if units.is_leaf(node):
        team = team_ahead(node, actor)
        rows, said = tables.ahead_table(team), _ahead(team.hidden)
    else:
        below = units_ahead_of(units, node, actor)
        rows, said = tables.units_ahead_table(below), _ahead(below.hides)
    return given(rows, ending, title=title, place=node.name, on=today(), file=f"{node.name} {title}", notes=said)


def _ahead(hidden: object) -> list[str]:
    said = [_("If nobody acts, of those with fixed shift.")]
    if hidden:
        said.append(_("Where fewer than %(number)s share a shift, the figures are hidden.", number=SMALLEST_GROUP))
    return said


# The roster, and what is done about it.


@bp.get("/roster/<int:unit_id>/week.<ending>")
@requires(Permission.ROSTER_READ)
def week(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Each shift of the week with have and need of its tasks, without names."""
    return _week(unit_id, ending, within, with_names=False)


@bp.get("/roster/<int:unit_id>/duties.<ending>")
@requires(Permission.ROSTER_READ)
def duties(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who is on each shift of the week, for whoever may open a shift."""
    return _week(unit_id, ending, within, with_names=True)


def _week(unit_id: int, ending: str, within: Reach, *, with_names: bool) -> ResponseReturnValue:
    known(ending)
    node = tree(db.session, on=today()).get(unit_id, within)
    asked = request.args.get("on", today(), type=day_of)
    first = asked - timedelta(days=asked.weekday())
    found = roster_of(db.session, node, first=first)
    days = [first + timedelta(days=at) for at in range(WEEK)]
    if with_names:
        looked_at(unit_id=node.id)
        rows, title = tables.duties_table(found, days), _("Who is on duty")
    else:
        rows, title = tables.week_table(found, days), _("Shifts of the week")
    return given(rows, ending, title=title, place=node.name, on=first, file=f"{node.name} {title}")


@bp.get("/actions.<ending>")
@requires(Permission.ACTION_READ)
def actions(ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The improvement actions of all units within reach; owners where she sees names."""
    known(ending)
    units = tree(db.session, on=today())
    closed = request.args.get("closed") == "1"
    found = meetings.actions_in(db.session, units, within, named=named(actor), closed=closed)
    title = _("Improvement actions")
    return given(
        tables.actions_table(found, today()), ending, title=title, place=_("All within reach"), on=today(), file=title
    )


@bp.get("/activities.<ending>")
@requires(Permission.ACTIVITY_WRITE)
def activities(ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The municipality's list of activities to learn by, or one part of it; nobody stands in it."""
    known(ending)
    found = listed_activities(db.session, part=wanted_part())
    title = _("Activities to learn by")
    return given(
        tables.activities_table(found, names(db.session)), ending, title=title, place=_("The whole municipality"), on=today(),
        file=title, notes=[_("70-20-10 is a guide, and nobody is measured by it")],
    )  # fmt: skip
