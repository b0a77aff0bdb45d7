"""Units that are stricter than the municipality: the list, a new one, and ending one."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.catalogue.queries.scales import level_names_on
from competence.delegation import queries
from competence.delegation.commands.local import end_restriction, restrict
from competence.delegation.draft_forms import RestrictForm
from competence.delegation.queries.local import LocalRule, local_rules
from competence.delegation.views.drawing import level_words
from competence.foundation.clock import day_after, last_day, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.organisation.queries import get_unit, unit_choices

bp = Blueprint("local", __name__, url_prefix="/matrix/local")


def local_words(rule: LocalRule, asked: date | None = None) -> str:
    """As "closed, from 1 March 2026 through 30 June 2026", in the levels of the day `asked`."""
    on = rule.asked_on(asked)
    level = rule.level_on(on)
    what = (
        _("closed")
        if level is None
        else _("minimum level %(level)s", level=level_words(level, level_names_on(db.session, on)))
    )
    first, last = day(rule.valid_from), last_day(rule.valid_to)
    when = (
        _("from %(first)s through %(last)s", first=first, last=day(last)) if last else _("from %(first)s", first=first)
    )
    return f"{what}, {when}"


@bp.get("")
@requires(Permission.MATRIX_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Every stricter rule that holds or comes, and those that are over."""
    on = today()
    asked = request.args.get("unit", type=int)
    unit = get_unit(db.session, asked, within=within) if asked is not None else None
    rules = local_rules(db.session, unit_path=unit.path if unit else None)
    then = request.args.get("on", type=date.fromisoformat)
    if then is not None:
        rules = [rule for rule in rules if rule.holds(then)]
    listed = [(rule, local_words(rule, then)) for rule in rules]
    return render_template(
        "matrix/local.html",
        rules=[one for one in listed if then or not one[0].is_over(on)],
        over=[one for one in listed if not then and one[0].is_over(on)],
        then=then,
        endable={
            rule.id
            for rule, _said in listed
            if not rule.is_over(on) and actor.may(Permission.MATRIX_RESTRICT, rule.unit_path)
        },
        may_restrict=actor.may(Permission.MATRIX_RESTRICT, unit.path if unit else None),
        unit=unit,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MATRIX_RESTRICT)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Make a unit stricter."""
    tasks = [
        (row.id, row.name)
        for row in db.session.execute(
            select(Task.id, Task.name).where(Task.archived_on.is_(None)).order_by(Task.name, Task.id)
        )
    ]
    form = RestrictForm(
        tasks=tasks,
        units=unit_choices(db.session, within=within),
        groups=[(group.id, group.name) for group in queries.staff_groups(db.session).values()],
        levels=level_names(db.session),
    )
    if not form.is_submitted():
        form.valid_from.data = today()
        form.task.data = request.args.get("task", type=int)
        form.staff_group.data = request.args.get("group", type=int)
        form.unit.data = request.args.get("unit", type=int)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                mask = restrict(
                    session, form.task.data or 0, unit_id=form.unit.data or 0, staff_group_id=form.staff_group.data,
                    minimum_level=form.level(), reason=form.reason.data or "", by=actor, valid_from=form.valid_from.data,
                    valid_to=day_after(form.valid_through.data),
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The stricter rule is saved. It holds from %(day)s.", day=day(mask.valid_from)))
            return redirect(url_for(".index"))
    return render_template("matrix/local_new.html", form=form)


@bp.post("/<int:mask_id>/end")
@requires(Permission.MATRIX_RESTRICT)
def end(mask_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """End it with today."""
    try:
        with transaction() as session:
            mask = end_restriction(session, mask_id, by=actor)
    except NotAllowed:
        raise NotFound from None  # out of reach tells nothing
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        begun = mask.valid_to is not None and mask.valid_to > mask.valid_from
        flash(
            _("The stricter rule is ended. The municipality's own holds from tomorrow.")
            if begun
            else _("The stricter rule never held and is ended.")
        )
    return redirect(url_for(".index"))
