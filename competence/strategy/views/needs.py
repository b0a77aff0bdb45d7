"""The needs map of a unit, and how each need is met."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import Node, tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.coverage.views.figures import hides_small
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.web import db, number, say
from competence.strategy.commands.needs import choose_how
from competence.strategy.forms import NeedForm, seen_revision
from competence.strategy.models import NeedChoice
from competence.strategy.queries.needs import NeedRow, NeedsMap, ground_of, needs_below, needs_map, needs_of
from competence.strategy.rules.planning import MEET_NAMES, Meet
from competence.strategy.views.blueprint import bp, taken
from competence.strategy.views.showing import plain, with_unit

MOST_AREAS = 3
"""So many subject areas of each unit below stand on the map of the one above."""


@bp.get("/needs")
@requires(Permission.STRATEGY_READ)
def all_needs(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit at which her reach begins."""
    tops = tree(db.session, on=today()).tops(within)
    if not tops:
        raise NotFound
    return redirect(url_for(".needs", unit_id=tops[0].id))


@bp.get("/needs/<int:unit_id>")
@requires(Permission.STRATEGY_READ)
def needs(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The map of the unit with all below it."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    hides = hides_small(actor)
    ground = ground_of(db.session, units, [node], hides=hides)
    found = needs_of(db.session, ground, node, hides=hides)
    ahead = [row.ahead for row in found.rows]
    return render_template(
        "strategy/needs.html", sums=tuple(sum(getattr(row, name) for row in found.rows) for name in ("needs", "gaps", "critical")),
        ahead=None if None in ahead else sum(one or 0 for one in ahead),
        centres=[(one.node, centre_of(one)) for one in needs_below(db.session, ground, node, hides=hides)],
        node=node, found=found, rows=[(row, lacks_of(row), met_of(found, row)) for row in found.rows],
        writes=actor.may(Permission.STRATEGY_WRITE, node.path), below=units.children.get(node.id, []),
        beside=[one for one in units.tops(within) if one.id != node.id], above=units.way_to(node, within), hides=hides,
        smallest=SMALLEST_GROUP,
    )  # fmt: skip


@dataclass(frozen=True)
class CentreShown:
    """A unit in one line: what it needs in all, and where it lacks most."""

    needs: str
    met: str
    gaps: str
    ahead: str
    """Empty where something of it is hidden."""
    weakest: tuple[tuple[str, str], ...]
    """(subject area with its gaps, how it is met), those with most gaps first."""


def centre_of(found: NeedsMap) -> CentreShown:
    """The unit of the map in one line. It has needs."""
    needs, met, gaps = (sum(getattr(row, name) for row in found.rows) for name in ("needs", "met", "gaps"))
    ahead = [row.ahead for row in found.rows]
    worst = sorted((row for row in found.rows if row.gaps), key=lambda row: (-row.gaps, -row.critical))[:MOST_AREAS]
    return CentreShown(
        number(needs), with_unit(plain(round(100 * met / needs, 1)), "%"), number(gaps),
        "" if None in ahead else number(sum(one or 0 for one in ahead)),
        tuple(
            (
                f"{row.name}: " + ngettext("%(num)s gap", "%(num)s gaps", row.gaps),
                met_of(found, row) or _("not chosen yet how to meet it"),
            )
            for row in worst
        ),
    )  # fmt: skip


def lacks_of(row: NeedRow) -> str:
    """As "Assistent (12), Hjælper (7)"; says that some are hidden."""
    said = [f"{one.group} ({one.people})" for one in row.lacks]
    return ", ".join([*said, *([_("small groups are hidden")] if row.hides else [])])


def met_of(found: NeedsMap, row: NeedRow) -> str:
    """How it is met, as "Intern undervisning, sidemandsoplæring"; empty when nobody has chosen."""
    choice = found.choices.get(row.area_id)
    return ", ".join(say(MEET_NAMES[Meet(code)]) for code in choice.meets) if choice else ""


@bp.route("/needs/<int:unit_id>/area/<int:area_id>", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def need(unit_id: int, area_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How the unit meets its needs in the area."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    found = needs_map(db.session, units, node, hides=hides_small(actor))
    row = next((one for one in found.rows if one.area_id == area_id), None)
    if row is None:
        raise NotFound
    choice = found.choices.get(area_id)
    form = NeedForm(
        data={
            "meets": choice.meets if choice else [], "note": choice.note if choice else "",
            "seen": str(choice.revision if choice else 0),
        }
    )  # fmt: skip

    def save(session: Session) -> NeedChoice:
        return choose_how(
            session, unit_id, area_id, form.chosen, form.note.data or "", seen=seen_revision(form.seen), by=actor
        )

    if taken(form, save, _("How the need is met is saved.")):
        return redirect(url_for(".needs", unit_id=unit_id))
    return render_template(
        "strategy/need.html", node=node, row=row, lacks=lacks_of(row), form=form, above=units.way_to(node, within)
    ), 422 if form.errors else 200


def map_name(node: Node) -> str:
    """As a heading says it."""
    return str(_("Needs map of %(unit)s", unit=node.name))
