"""A sign-off suspended for a time, by a leader or development nurse, and resumed early."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.clock import day_after, today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.signoffs import commands, queries
from competence.signoffs.forms import SuspendForm
from competence.signoffs.rules import Stage
from competence.signoffs.views.blueprint import bp
from competence.signoffs.views.signatures import signature_within


@bp.route("/signed/<int:employment_id>/<int:seq>/suspend", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SUSPEND)
def suspend(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """From and to a sign-off gives no right; or, while it is suspended, when it ends."""
    page = signature_within(employment_id, seq, within=within, actor=actor)
    person = page.place.employment.person_id
    form = SuspendForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.suspend(
                    session, employment_id, seq, valid_from=form.valid_from.data or date.min,
                    valid_to=day_after(form.valid_through.data), reason=form.reason.data or "", by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The sign-off is suspended. %(name)s can read why.", name=page.place.first_name))
            return redirect(url_for(".suspend", employment_id=employment_id, seq=seq))
    paused = page.stage in (Stage.SUSPENDED, Stage.TO_PAUSE)
    pause = None
    if paused:
        task, citizen = page.place.task.id, page.signed.citizen_id
        pause = queries.pause_of(db.session, person, task, on=today(), citizen_id=citizen)
    return render_template(
        "signoffs/suspend.html", form=form, page=page, place=page.place, pause=pause, paused=paused, on=today(),
        own=person == actor.person_id,
    ), 422 if form.errors else 200  # fmt: skip


@bp.post("/signed/<int:employment_id>/<int:seq>/resume")
@requires(Permission.SIGNOFF_SUSPEND)
def resume(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The suspension ends today."""
    signature_within(employment_id, seq, within=within, actor=actor)
    try:
        with transaction() as session:
            commands.resume(session, employment_id, seq, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The suspension has ended. What is signed counts again."))
    return redirect(url_for(".suspend", employment_id=employment_id, seq=seq))
