"""Exempt by agreement: the leader writes from, to and task. And the delegations that somebody must take over."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.models import Task
from competence.decision import exemptions, taking_over
from competence.decision.forms import ExemptionForm
from competence.foundation.clock import day_after, last_day, today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.people.queries import get_employment

bp = Blueprint("exemptions", __name__, url_prefix="/exemptions")
taking_over_bp = Blueprint("taking_over", __name__, url_prefix="/delegations/take-over")


@bp.route("/<int:employment_id>", methods=["GET", "POST"])
@requires(Permission.EXEMPTION_WRITE)
def person(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The person's exemptions, and a new one."""
    facts = get_employment(db.session, employment_id, within=within)
    looked_at(person_id=facts.employment.person_id)
    tasks = db.session.execute(
        select(Task.id, Task.name)
        .where(or_(Task.archived_on.is_(None), Task.archived_on > today()))
        .order_by(Task.name, Task.id)
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


@taking_over_bp.get("")
@requires(any_of=(Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who must take over what by when."""
    listed = taking_over.to_take_over(db.session, within=within, actor=actor)
    return render_template("decision/taking_over.html", listed=listed, on=today(), last_day=last_day)


@taking_over_bp.post("/<int:delegation_id>")
@requires(any_of=(Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN))
def take(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The reader is its giver from now on."""
    try:
        with transaction() as session:
            taking_over.take_over(session, delegation_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for("taking_over.index"))
    flash(_("You have taken it over. Its terms and the receiver's yes stand."))
    return redirect(url_for("delegations.one", delegation_id=delegation_id))
