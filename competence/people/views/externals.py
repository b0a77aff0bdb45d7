"""Externals: added in under a minute, extended and ended."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.organisation.queries import settings_of, unit_choices
from competence.people import commands, queries
from competence.people.forms import EndForm, ExternalForm
from competence.people.queries import Who
from competence.people.views.blueprint import bp, done, shifts_in_words


@bp.route("/external/new", methods=["GET", "POST"])
@requires(Permission.EXTERNAL_ADD)
def new_external(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A temp from an agency, in under a minute."""
    units = unit_choices(db.session, within=within)
    form = ExternalForm(units=units, groups=queries.staff_group_choices(db.session))
    if not form.is_submitted():
        wanted = request.args.get("unit", type=int)
        form.unit.data = wanted if wanted in {id_ for id_, _name in units} else units[0][0] if len(units) == 1 else None
    if form.validate_on_submit():
        try:
            with transaction() as session:
                employment = commands.add_external(session, form.to_command(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _(
                    "%(name)s is added through %(day)s.", name=form.name.data, day=day(form.valid_through.data)
                )
            )  # fmt: skip
            return redirect(url_for(".index", who=Who.EXTERNALS.value, unit=employment.unit_id))
    return render_template(
        "people/external_new.html", form=form, days=settings_of(db.session).external_days, today=today(),
        authorised=queries.authorised_groups(db.session),
    )  # fmt: skip


@bp.route("/external/<int:external_id>", methods=["GET", "POST"])
@requires(Permission.EXTERNAL_ADD)
def external(external_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Extend an external's time, or end it today."""
    facts = queries.get_employment(db.session, external_id, within=within)
    if not facts.employment.is_external:
        raise NotFound
    form = EndForm()
    if not form.is_submitted() and facts.employment.valid_to is not None:
        form.valid_through.data = last_day(facts.employment.valid_to)
    if form.validate_on_submit():
        answer = done(
            form,
            lambda session: commands.extend_external(session, external_id, form.valid_to, by=actor),
            _("%(name)s is added through %(day)s.", name=facts.name, day=day(form.valid_through.data)),
            url_for(".index", who=Who.EXTERNALS.value),
        )
        if answer is not None:
            return answer
    return render_template(
        "people/external.html", form=form, facts=facts, shifts=shifts_in_words(facts.employment.shifts),
        days=settings_of(db.session).external_days, today=today(), is_open=queries.is_open(facts.employment, today()),
        checked_by=queries.name_of(db.session, facts.employment.authorisation_checked_by),
    )  # fmt: skip


@bp.post("/external/<int:external_id>/end")
@requires(Permission.EXTERNAL_ADD)
def end_external(external_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Today is her last day."""
    facts = queries.get_employment(db.session, external_id, within=within)
    try:
        with transaction() as session:
            commands.end_external(session, external_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("%(name)s's time here ends.", name=facts.name))
    return redirect(url_for(".index", who=Who.EXTERNALS.value))
