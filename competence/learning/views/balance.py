"""How learning lies against the guide in a unit and those right below it: sums, never a person."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.web import db
from competence.learning.queries.team import UnitBalance, balance_of
from competence.learning.rules.standing import quarter_of, year_of
from competence.learning.views.showing import balance_shown, span_words

bp = Blueprint("balance", __name__, url_prefix="/learning-balance")
EITHER = (Permission.PLAN_WRITE, Permission.ACTIVITY_WRITE)


@bp.get("")
@requires(any_of=EITHER)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The first unit of her reach."""
    units = tree(db.session, on=today())
    tops = units.tops(within)
    if not tops:
        raise NotFound
    return _page(tops[0].id, actor, within)


@bp.get("/<int:unit_id>")
@requires(any_of=EITHER)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A unit and those right below it, planned against done, in this quarter or this year."""
    return _page(unit_id, actor, within)


def _page(unit_id: int, actor: Actor, within: Reach) -> ResponseReturnValue:
    on = today()
    units = tree(db.session, on=on)
    node = units.get(unit_id, within)
    whole_year = request.args.get("time") == "year"
    span = year_of(on) if whole_year else quarter_of(on)
    top, below = balance_of(db.session, units, node, span, sees_all=actor.reach(Permission.PLAN_WRITE))
    times = [
        ("quarter", _("This quarter"), url_for(".unit", unit_id=node.id), not whole_year),
        ("year", _("This year"), url_for(".unit", unit_id=node.id, time="year"), whole_year),
    ]
    return render_template(
        "learning/balance.html", node=node, top=drawn(top), below=[drawn(one) for one in below], times=times,
        span=span_words(span.first, span.last), above=units.way_to(node, within), smallest=SMALLEST_GROUP,
        time="year" if whole_year else None, plans=actor.may(Permission.PLAN_WRITE, node.path),
        others=[one for one in units.tops(within) if one.id != node.id],
    )  # fmt: skip


def drawn(found: UnitBalance) -> dict[str, object]:
    """The unit's sums as they are drawn."""
    return {
        "node": found.node, "hidden": found.hidden, "people": found.people, "planned": balance_shown(found.planned),
        "done": balance_shown(found.done), "hides_planned": found.planned is None, "hides_done": found.done is None,
    }  # fmt: skip
