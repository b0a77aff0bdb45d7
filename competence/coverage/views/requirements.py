"""What each unit needs: shown with where it is said, set and ended."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.coverage import commands
from competence.coverage.forms import EndForm, RequirementForm
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree, kinds, tree
from competence.coverage.queries.requirements import by_area, held_in
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction

bp = Blueprint("requirements", __name__, url_prefix="/requirements")


@bp.get("")
@requires(Permission.REQUIREMENT_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The requirements of a unit: the one asked for, else the first of her reach."""
    units = tree(db.session, on=today())
    asked = request.args.get("unit_id", type=int)
    reachable = units.reached(within)
    if asked is None and not reachable:
        raise NotFound
    return page(units, units.get(asked, within) if asked is not None else reachable[0], actor, within)


@bp.route("/<int:unit_id>/new", methods=["GET", "POST"])
@requires(Permission.REQUIREMENT_WRITE)
def new(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Set a requirement for the unit, or for units of a kind below it."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    form = RequirementForm(
        tasks=[(str(task.id), f"{task.area}: {task.name}") for task in tasks_on(db.session, today())],
        kinds=kinds(units.below(node)[1:]),
        here=_("%(unit)s and what lies below it", unit=node.name),
        levels=[(str(rank), f"{rank} {name}") for rank, name in level_names(db.session).items()],
    )
    if request.method == "GET":
        _fill_in(form)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.set_requirement(session, form.to_command(node.id), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The requirement is saved."))
            return redirect(url_for(".index", unit_id=node.id))
    above = [one for one in reversed(units.above(node)) if within.covers(one.path)]
    return render_template("requirements/new.html", form=form, node=node, above=above), 422 if form.errors else 200


def _fill_in(form: RequirementForm) -> None:
    """Nothing; the form begins with what the address says, such as the requirement that is to be changed."""
    form.day_kind.data = "every"
    for name in ("task", "unit_kind", "shift", "day_kind"):
        if name in request.args:
            form[name].data = request.args[name]
    form.need.data, form.level.data = request.args.get("need", type=int), request.args.get("level", type=int)
    form.also_unstable.data, form.students_count.data = (
        "also_unstable" in request.args,
        "students_count" in request.args,
    )


@bp.post("/<int:unit_id>/end/<int:requirement_id>")
@requires(Permission.REQUIREMENT_WRITE)
def end(unit_id: int, requirement_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit's own requirement no longer holds from today."""
    node = tree(db.session, on=today()).get(unit_id, within)
    if EndForm().validate_on_submit():
        with transaction() as session:
            commands.end_requirement(session, requirement_id, by=actor, unit_id=node.id)
        flash(_("The requirement has ended."))
    return redirect(url_for(".index", unit_id=node.id))


def page(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The list with inheritance."""
    lines, given = held_in(db.session, units, node, on=today())
    return render_template(
        "requirements/index.html",
        node=node, areas=by_area(lines), given=given, units=units.reached(within), shift_names=SHIFT_NAMES,
        day_kind_names=DAY_KIND_NAMES, levels=level_names(db.session), may_write=actor.may(Permission.REQUIREMENT_WRITE, node.path),
        above=[one for one in reversed(units.above(node)) if within.covers(one.path)],
    )  # fmt: skip
