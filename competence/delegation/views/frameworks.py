"""Framework delegations to staff groups: the list, a new one, a renewal, an end."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.delegation import commands, queries
from competence.delegation.commands import NewFramework
from competence.delegation.giving_forms import FrameworkForm, ReasonForm
from competence.delegation.queries import FrameworkLine
from competence.foundation.clock import day_after, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction

bp = Blueprint("frameworks", __name__, url_prefix="/delegations/frameworks")


def _within_all(within: Reach) -> None:
    """Nothing. NotFound for whoever reaches a part of the municipality only: they hold for all of it."""
    if not within.covers(commands.root_unit(db.session).path):
        raise NotFound


@bp.get("")
@requires(Permission.FRAMEWORK_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All of them, and the cells that have lost the one they rest on."""
    _within_all(within)
    on = today()
    listed = queries.frameworks(db.session)
    return render_template(
        "delegations/frameworks.html",
        bare=queries.bare_cells(db.session, on=on),
        running=[line for line in listed if line.runs(on)],
        ended=[line for line in listed if not line.runs(on)],
        on=on,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.FRAMEWORK_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A written delegation to a staff group."""
    _within_all(within)
    return _form(actor, None)


@bp.route("/<int:framework_id>/renew", methods=["GET", "POST"])
@requires(Permission.FRAMEWORK_WRITE)
def renew(framework_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The same again, with another instruction, giver or last day; the earlier one ends where this begins."""
    _within_all(within)
    return _form(actor, queries.get_framework(db.session, framework_id))


def _form(actor: Actor, renews: FrameworkLine | None) -> ResponseReturnValue:
    groups = [(group.id, group.name) for group in queries.staff_groups(db.session).values()]
    known = {
        "task": renews.task_id, "staff_group": renews.staff_group_id, "giver": renews.giver,
        "instruction": renews.instruction, "instruction_version": renews.instruction_version,
    } if renews else None  # fmt: skip
    form = FrameworkForm(tasks=queries.reserved_tasks(db.session), groups=groups, renews=known)
    if form.validate_on_submit():
        said = NewFramework(
            form.task.data or 0, form.staff_group.data or 0, form.giver.data or "", form.instruction.data or "",
            form.instruction_version.data or "", form.valid_from.data or today(), day_after(form.valid_through.data),
        )  # fmt: skip
        try:
            with transaction() as session:
                commands.give_framework(session, said, renews_id=renews.id if renews else None, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Saved."))
            return redirect(url_for(".index"))
    return render_template("delegations/framework.html", form=form, renews=renews), 422 if form.errors else 200


@bp.route("/<int:framework_id>/end", methods=["GET", "POST"])
@requires(Permission.FRAMEWORK_WRITE)
def end(framework_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It ends today, with a reason."""
    _within_all(within)
    line = queries.get_framework(db.session, framework_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.end_framework(session, framework_id, reason=form.reason.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("It has ended."))
            return redirect(url_for(".index"))
    return render_template("delegations/framework_end.html", form=form, line=line), 422 if form.errors else 200
