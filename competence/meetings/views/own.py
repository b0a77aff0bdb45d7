"""An employee's own yes to stand on the wall as one to ask."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.development import queries as own_queries
from competence.development.rules import Pile
from competence.foundation.web import db, transaction
from competence.meetings import commands, queries
from competence.meetings.forms import YesForm

bp = Blueprint("helping", __name__, url_prefix="/me/on-the-board")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The areas in which she may do a task today; what she ticks stands on her team's wall with her first name."""
    mine = own_queries.mine(db.session, actor.person_id)
    areas = {
        line.task.area.id: line.task.area.name for line in mine.lines if line.pile is Pile.NOW and line.answer.level
    }
    said = queries.areas_said(db.session, actor.person_id)
    form = YesForm(areas.items(), said & set(areas))
    if form.validate_on_submit():
        with transaction() as session:
            left = commands.say_yes(session, form.areas.data or (), by=actor)
        flash(_("You stand on the team's board as one to ask.") if left else _("You do not stand on the team's board."))
        return redirect(url_for("me.path"))
    return render_template("meetings/own.html", form=form, areas=areas), 422 if form.errors else 200
