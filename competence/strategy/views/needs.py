"""The needs map of a unit, and how each need is met."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import Node, tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.coverage.views.figures import hides_small
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.web import db, say
from competence.strategy.commands.needs import choose_how
from competence.strategy.forms import NeedForm, seen_revision
from competence.strategy.models import NeedChoice
from competence.strategy.queries.needs import NeedRow, NeedsMap, needs_map
from competence.strategy.rules.planning import MEET_NAMES, Meet
from competence.strategy.views.blueprint import bp, taken


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
    found = needs_map(db.session, units, node, hides=hides)
    return render_template(
        "strategy/needs.html", node=node, found=found, rows=[(row, lacks_of(row), met_of(found, row)) for row in found.rows],
        writes=actor.may(Permission.STRATEGY_WRITE, node.path), below=units.children.get(node.id, []),
        beside=[one for one in units.tops(within) if one.id != node.id], above=units.way_to(node, within), hides=hides,
        smallest=SMALLEST_GROUP,
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
