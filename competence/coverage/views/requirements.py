"""What each unit needs: shown with where and when it is said, set, corrected and ended."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.coverage import commands
from competence.coverage.forms import ChangeForm, EndForm, RequirementForm
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree, kinds, tree
from competence.coverage.queries.requirements import Line, by_area, said_for, said_here
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES
from competence.coverage.spans import Change
from competence.coverage.views.choices import day_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, show, transaction

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
        levels=level_choices(),
    )
    if request.method == "GET":
        _fill_in(form)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                done = commands.set_requirement(session, form.to_command(node.id), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(" ".join(told(done.change, form.valid_from.data or today())))
            return redirect(url_for(".index", unit_id=node.id))
    above = [one for one in reversed(units.above(node)) if within.covers(one.path)]
    return render_template("requirements/new.html", form=form, node=node, above=above), 422 if form.errors else 200


def _fill_in(form: RequirementForm) -> None:
    """Nothing; the form begins with what the address says, such as the task for which nothing is said yet."""
    form.day_kind.data, form.valid_from.data = "every", today()
    for name in ("task", "unit_kind", "shift", "day_kind"):
        if name in request.args:
            form[name].data = request.args[name]


@bp.route("/<int:unit_id>/change/<int:requirement_id>", methods=["GET", "POST"])
@requires(Permission.REQUIREMENT_WRITE)
def change(unit_id: int, requirement_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Say otherwise what is said for the unit: how many, at which level, from when, through when."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    # Of one that somebody has ended meanwhile the command says so, and what was typed stays on the page.
    line = said_here(db.session, units, node, requirement_id, on=today(), ended=request.method == "POST")
    form = ChangeForm(levels=level_choices(), data=_as_said(line) if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                done = commands.set_requirement(
                    session, form.to_command(node.id, line.stated), by=actor, instead_of=requirement_id
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(" ".join(told(done.change, form.valid_from.data or today(), corrected=True)))
            return redirect(url_for(".index", unit_id=node.id))
    above = [one for one in reversed(units.above(node)) if within.covers(one.path)]
    page = render_template(
        "requirements/change.html", form=form, node=node, line=line, above=above, shift_names=SHIFT_NAMES,
        day_kind_names=DAY_KIND_NAMES,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _as_said(line: Line) -> dict[str, Any]:
    need = line.stated.need
    return {
        "need": need.need, "level": need.level, "also_unstable": need.also_unstable, "students_count": need.students_count,
        "valid_from": max(line.begins, today()), "valid_through": line.last,
    }  # fmt: skip


def level_choices() -> list[tuple[str, str]]:
    """The practice scale, to choose from."""
    return [(str(rank), f"{rank} {name}") for rank, name in level_names(db.session).items()]


def told(done: Change, begins: date, *, corrected: bool = False) -> list[str]:
    """What came of a requirement and those around it, in sentences."""
    if not done:
        return [_("This is said already. Nothing is changed.")]
    said = [_("The requirement is saved.")]
    if done.before is not None and done.resumes is not None:
        said.append(
            _(
                "What held before, at least %(need)s, holds again from %(day)s.",
                need=done.before.said.need,
                day=day(done.resumes),
            )
        )
    elif done.before is not None and not corrected and begins > today():
        ends = day(begins - timedelta(days=1))
        said.append(_("What holds now, at least %(need)s, ends on %(day)s.", need=done.before.said.need, day=ends))
    if done.until is not None:
        last = day(done.until - timedelta(days=1))
        said.append(_("It holds through %(last)s, as another one is written already from the day after.", last=last))
    return said


@bp.post("/<int:unit_id>/end/<int:requirement_id>")
@requires(Permission.REQUIREMENT_WRITE)
def end(unit_id: int, requirement_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit's own requirement no longer holds from today, or never does when it has not begun."""
    node = tree(db.session, on=today()).get(unit_id, within)
    if EndForm().validate_on_submit():
        with transaction() as session:
            done = commands.end_requirement(session, requirement_id, by=actor, unit_id=node.id)
        said = [_("The requirement has ended.")]
        if done.before is not None:
            said.append(_("What was said before, at least %(need)s, holds in its stead.", need=done.before.said.need))
        flash(" ".join(said))
    return redirect(url_for(".index", unit_id=node.id))


def page(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The list with inheritance, for the day of the address."""
    on = request.args.get("on", today(), type=day_of)
    said = said_for(db.session, units, node, on=on)
    return render_template(
        "requirements/index.html",
        node=node, on=on, today=today(), said=said, areas=by_area(said.holds), units=units.reached(within),
        shift_names=SHIFT_NAMES, day_kind_names=DAY_KIND_NAMES, levels=level_names(db.session),
        may_write=actor.may(Permission.REQUIREMENT_WRITE, node.path),
        above=[one for one in reversed(units.above(node)) if within.covers(one.path)],
    )  # fmt: skip
