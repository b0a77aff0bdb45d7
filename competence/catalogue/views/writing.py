"""A new version of a task's written instruction."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue import commands
from competence.catalogue.instruction_forms import instruction_form
from competence.catalogue.queries import tasks as queries
from competence.catalogue.queries.instructions import instruction_on, versions_of
from competence.catalogue.rules import Asks
from competence.foundation.clock import today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.web import db, show, transaction

bp = Blueprint("instruction", __name__, url_prefix="/catalogue")
USUAL_GRACE = timedelta(days=30)


@bp.route("/<int:task_id>/instruction", methods=["GET", "POST"])
@requires(Permission.CATALOGUE_WRITE)
def write(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A form for the version, and what it asks of those who hold the task."""
    task = queries.get_task(db.session, task_id)
    form = instruction_form()
    if not form.is_submitted():
        known = instruction_on(db.session, task, today())
        form.name.data, form.url.data = known.name, known.url
        form.valid_from.data, form.grace_through.data = today(), today() + USUAL_GRACE
        form.asks.data = Asks.KEEP
        form.seen.data = _newest(task_id)
    elif form.validate_on_submit():
        try:
            with transaction() as session:
                new = commands.publish_instruction(session, task_id, form.to_command(), seen=form.seen_number, by=actor)
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = _newest(task_id)
        else:
            flash(_("Version %(version)s is saved.", version=new.version))
            return redirect(url_for("catalogue.task", task_id=task_id))
    may, signed = current_app.extensions["instruction_reach"](db.session, task_id, on=today())
    return render_template(
        "catalogue/instruction.html", form=form, task=task, may=may, signed=signed,
    ), 422 if form.errors else 200  # fmt: skip


def _newest(task_id: int) -> str:
    versions = versions_of(db.session, task_id)
    return str(versions[0].number if versions else 0)
