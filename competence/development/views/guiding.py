"""The guides: their own time, and how they reach in each unit."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, requires
from competence.accounts.forms import hours_text
from competence.development import commands
from competence.development.commands import NOTED_WITHIN
from competence.development.forms import GuideTimeForm
from competence.development.queries.capacity import capacity
from competence.development.queries.guiding import guide_week, noted_days, use_of_time, week_of
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, show, transaction

bp = Blueprint("guiding", __name__)


@bp.route("/queue/time", methods=["GET", "POST"])
@requires(Permission.GUIDE_TIME_NOTE)
def own_time(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the guide has noted, and a form for a day."""
    form = GuideTimeForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.note_guide_time(session, form.day.data or today(), form.hours.data or 0, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Saved."))
            return redirect(url_for(".own_time"))
    on = today()
    return render_template(
        "queue/time.html", form=form, week=guide_week(db.session, actor.person_id, on=on), hours=hours_text,
        number=on.isocalendar().week, days=noted_days(db.session, actor.person_id, since=on - NOTED_WITHIN),
        monday=week_of(on)[0],
    ), 422 if form.errors else 200  # fmt: skip


@bp.get("/guides")
@requires(Permission.GUIDE_CAPACITY)
def units(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How the guides of each unit reach, without names; and to a leader how those whom she leads use their time."""
    on = today()
    led = actor.reach(Permission.GUIDE_TIME_READ)
    uses = use_of_time(db.session, led, on=on, but=actor.person_id)
    looked_at_all(one.person_id for one in uses)
    return render_template(
        "queue/guides.html", lines=capacity(db.session, within, on=on), uses=uses, leads=bool(led), hours=hours_text,
        number=on.isocalendar().week,
    )  # fmt: skip
