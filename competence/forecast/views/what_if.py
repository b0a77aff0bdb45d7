"""What if: people away or in, or a draft of the division of tasks, held against the forecast. Nothing is changed by it."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import tree
from competence.forecast import commands
from competence.forecast.forms import KeepForm
from competence.forecast.models import Scenario
from competence.forecast.queries.scenarios import get_scenario
from competence.forecast.scenarios import MOST_STEPS, Shared, people_in, read_steps
from competence.forecast.views.what_if_page import At, address, forms_of, ground_of, page_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction

bp = Blueprint("what_if", __name__, url_prefix="/what-if")


@bp.get("/<int:unit_id>")
@requires(any_of=(Permission.SCENARIO_COUNTS, Permission.SCENARIO_WRITE))
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario of the address, or a kept one, held against the forecast of the unit and of those below it.

    Whoever sees numbers only names nobody and reads figures for each unit.
    """
    at = _place(unit_id, actor, within)
    kept = _kept(at)
    steps = read_steps(request.args.getlist("step"))
    if kept is not None and "step" not in request.args and "edited" not in request.args:
        steps = read_steps(kept.steps)
    if people_in(steps) and not at.named:
        raise NotFound
    ground = ground_of(at)
    forms = forms_of(at, ground)
    sent = next((form for form in forms if form.kind == request.args.get("add") and form.can_be_sent), None)
    if sent is not None and sent.validate():
        if len(steps) + len(sent.steps()) <= MOST_STEPS:
            return redirect(address(at.node, [*steps, *sent.steps()], kept, ground.picked))
        sent.form_errors = [*sent.form_errors, _("A scenario has at most %(number)s changes.", number=MOST_STEPS)]
    return page_of(at, ground, steps, kept, forms, sent)


@bp.post("/<int:unit_id>")
@requires(Permission.SCENARIO_WRITE)
def keep(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario of the form is kept: a new one, or with other steps the one that it was opened from."""
    at = _place(unit_id, actor, within)
    node, kept = at.node, _kept(at)
    steps, form = read_steps(request.form.getlist("step")), KeepForm()
    if form.validate():
        new = commands.NewScenario(form.name.data or "", steps)
        as_new = kept is None or "as_new" in request.form
        try:
            with transaction() as session:
                if as_new or kept is None:
                    found = commands.create_scenario(session, node.id, new, by=actor)
                else:
                    found = commands.change_scenario(session, node.id, kept.id, new, seen=form.revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The scenario is kept."))
            return redirect(url_for(".unit", unit_id=node.id, saved=found.id))
    ground = ground_of(at)
    return page_of(at, ground, steps, kept, forms_of(at, ground), form)


@bp.post("/<int:unit_id>/share/<int:scenario_id>")
@requires(Permission.SCENARIO_WRITE)
def share(unit_id: int, scenario_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario is shared with the unit's leaders, or no longer."""
    node = _place(unit_id, actor, within).node
    wanted = Shared.LEADERS if request.form.get("shared") == Shared.LEADERS else Shared.NOBODY
    scenario = get_scenario(db.session, scenario_id, node.id, actor.person_id)
    try:
        with transaction() as session:
            commands.share_scenario(session, node.id, scenario.id, wanted, seen=_seen(), by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        shared = wanted == Shared.LEADERS
        flash(_("The leaders of the unit can see the scenario.") if shared else _("You alone see the scenario."))
    return redirect(url_for(".unit", unit_id=node.id, saved=scenario_id))


@bp.post("/<int:unit_id>/delete/<int:scenario_id>")
@requires(Permission.SCENARIO_WRITE)
def delete(unit_id: int, scenario_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario is deleted."""
    node = _place(unit_id, actor, within).node
    scenario = get_scenario(db.session, scenario_id, node.id, actor.person_id)
    try:
        with transaction() as session:
            commands.delete_scenario(session, node.id, scenario.id, seen=_seen(), by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".unit", unit_id=node.id, saved=scenario_id))
    flash(_("The scenario is deleted."))
    return redirect(url_for(".unit", unit_id=node.id))


def _place(unit_id: int, actor: Actor, within: Reach) -> At:
    """The unit, and whether she may see its people by name. NotFound for whoever may see neither them nor its numbers."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    named = actor.may(Permission.SCENARIO_WRITE, node.path) and actor.may(Permission.COVERAGE_READ, node.path)
    if not named and not actor.may(Permission.SCENARIO_COUNTS, node.path):
        raise NotFound
    return At(units, node, actor, within, named)


def _kept(at: At) -> Scenario | None:
    """The scenario that the address names. NotFound when she may see none by that id in the unit."""
    asked = request.args.get("saved")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 9 or not at.named:
        raise NotFound
    return get_scenario(db.session, int(asked), at.node.id, at.actor.person_id)


def _seen() -> int:
    return request.form.get("seen", 0, type=int)
