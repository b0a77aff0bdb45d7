"""What a team holds and never needs, and what one person alone holds: for its leader, by task, never a list of persons."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.latent import latent_in
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import headcount
from competence.coverage.rules import SHIFT_NAMES
from competence.coverage.views.coverage import MOST_COLUMNS
from competence.foundation.clock import today
from competence.foundation.web import db

bp = Blueprint("latent", __name__, url_prefix="/coverage")


@bp.get("/<int:unit_id>/latent")
@requires(Permission.COVERAGE_LATENT)
def index(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit's unneeded competence with where it is short of elsewhere, and its tasks with one holder."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    many = not units.is_leaf(node) and headcount(db.session, node, on=today()) > MOST_COLUMNS
    found = None
    if not many:
        found = latent_in(db.session, units, node, actor.reach(Permission.COVERAGE_READ))
        looked_at(unit_id=node.id)
    return render_template(
        "coverage/latent.html",
        node=node, found=found, shift_names=SHIFT_NAMES, above=units.way_to(node, within),
        below=[one for one in units.below(node)[1:] if units.is_leaf(one)] if many else [],
    )  # fmt: skip
