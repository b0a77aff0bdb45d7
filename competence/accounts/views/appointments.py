"""A learning guide's appointment: her deputies, and the time she is given."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts import commands, queries
from competence.accounts.forms import DeputyForm, GuideTimeForm
from competence.accounts.views.blueprint import bp
from competence.foundation.clock import last_day
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, show, transaction


@bp.route("/accounts/appointment/<int:role_id>", methods=["GET", "POST"])
@requires(any_of=(Permission.ROLE_GIVE, Permission.APPOINTMENT_GIVE))
def appointment(role_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who takes the guide's place, and a form to appoint a deputy."""
    form = _deputy_form(role_id, actor, within)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.appoint_deputy(session, role_id, form.to_command(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The deputy is appointed."))
            return redirect(url_for(".appointment", role_id=role_id))
    return _page(role_id, form, actor, within), 422 if form.errors else 200


@bp.post("/accounts/appointment/<int:role_id>/time")
@requires(any_of=(Permission.ROLE_GIVE, Permission.APPOINTMENT_GIVE))
def guide_time(role_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How long a week the guide has."""
    guide, _unit = commands.appointment_of(db.session, role_id, by=actor)
    form = GuideTimeForm(minutes=guide.minutes_a_week)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.give_guide_time(session, role_id, form.hours.data, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Saved."))
            return redirect(url_for(".appointment", role_id=role_id))
    return _page(role_id, form, actor, within), 422


def _deputy_form(role_id: int, actor: Actor, within: Reach, *, sent: bool = True) -> DeputyForm:
    guide, unit = commands.appointment_of(db.session, role_id, by=actor)
    people = queries.possible_deputies(db.session, unit, within=within, but=guide.person_id)
    return DeputyForm(people=people, sent=sent)


def _page(role_id: int, form: DeputyForm | GuideTimeForm, actor: Actor, within: Reach) -> str:
    """The page about the appointment; `form` is the one of its two that was sent, as it was typed."""
    guide, unit = commands.appointment_of(db.session, role_id, by=actor)
    deputy = form if isinstance(form, DeputyForm) else _deputy_form(role_id, actor, within, sent=False)
    people = deputy.person.choices
    return render_template(
        "accounts/appointment.html",
        form=form,
        deputy_form=deputy,
        time_form=form if isinstance(form, GuideTimeForm) else GuideTimeForm(minutes=guide.minutes_a_week, sent=False),
        role_id=role_id,
        person_id=guide.person_id,
        name=queries.names_of(db.session, {guide.person_id}).get(guide.person_id) or _("Name erased"),
        unit=unit,
        valid_from=guide.valid_from,
        valid_through=last_day(guide.valid_to),
        deputies=queries.deputies_of(db.session, guide.person_id, unit.id),
        nobody=isinstance(people, list) and len(people) < 2,
    )
