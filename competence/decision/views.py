"""Exempt by agreement: the leader writes from, to and task."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.models import Task
from competence.decision import exemptions
from competence.decision.forms import ExemptionForm
from competence.foundation.clock import day_after, last_day, today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.people.queries import get_employment

bp = Blueprint("exemptions", __name__, url_prefix="/exemptions")


@bp.route("/<int:employment_id>", methods=["GET", "POST"])
@requires(Permission.EXEMPTION_WRITE)
def person(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The person's exemptions, and a new one."""
    facts = get_employment(db.session, employment_id, within=within)
    looked_at(person_id=facts.employment.person_id)
    tasks = db.session.execute(
        select(Task.id, Task.name).where(Task.archived_on.is_(None)).order_by(Task.name, Task.id)
    ).all()
    form = ExemptionForm(tasks=[(row.id, row.name) for row in tasks])
    if form.validate_on_submit():
        try:
            with transaction() as session:
                exemptions.exempt(
                    session, employment_id, form.task.data or 0, valid_from=form.valid_from.data or date.min,
                    valid_to=day_after(form.valid_through.data), by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Saved."))
            return redirect(url_for(".person", employment_id=employment_id))
    back = ""
    if "persons.person" in current_app.view_functions:
        back = url_for("persons.person", person_id=facts.employment.person_id)
    return render_template(
        "decision/exemptions.html", form=form, facts=facts, back=back, on=today(), last_day=last_day,
        listed_=exemptions.exemptions_listed(db.session, facts.employment.person_id),
    )  # fmt: skip


@bp.post("/<int:employment_id>/<int:exemption_id>/end")
@requires(Permission.EXEMPTION_WRITE)
def end(employment_id: int, exemption_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It ends today."""
    try:
        with transaction() as session:
            exemptions.end_exemption(session, employment_id, exemption_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The exemption has ended. What is signed counts again."))
    return redirect(url_for(".person", employment_id=employment_id))
