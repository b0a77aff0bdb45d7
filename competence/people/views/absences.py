"""When somebody is away: from and to only."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import day_after, last_day, today
from competence.foundation.errors import NotFound
from competence.foundation.web import day, db, transaction
from competence.people import commands, queries
from competence.people.forms import AbsenceEndForm, AbsenceForm
from competence.people.models import Absence
from competence.people.queries import EmploymentFacts
from competence.people.views.blueprint import about_employment, bp, done, form_page


def _absence_back(facts: EmploymentFacts) -> str:
    return url_for(".absences", employment_id=facts.employment.id)


@bp.route("/employments/<int:employment_id>/absences", methods=["GET", "POST"])
@requires(Permission.ABSENCE_WRITE)
def absences(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """When she is away: from and to only."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    looked_at(person_id=facts.employment.person_id)
    form = AbsenceForm()
    if form.validate_on_submit():
        first = form.valid_from.data or today()
        answer = done(
            form,
            lambda session: commands.add_absence(
                session, employment_id, first, day_after(form.valid_through.data), by=actor
            ),
            _("Saved."),
            _absence_back(facts),
        )
        if answer is not None:
            return answer
    back = ""
    if "persons.person" in current_app.view_functions:
        back = url_for("persons.person", person_id=facts.employment.person_id)
    return render_template(
        "people/absences.html", form=form, facts=facts, absences=queries.absences_of(db.session, employment_id),
        about=about_employment(facts), back=back, on=today(), last_day=last_day,
    )  # fmt: skip


def _absence(absence_id: int, within: Reach) -> tuple[Absence, EmploymentFacts]:
    absence = db.session.get(Absence, absence_id)
    if absence is None:
        raise NotFound
    return absence, queries.get_employment(db.session, absence.employment_id, within=within)


@bp.route("/absences/<int:absence_id>", methods=["GET", "POST"])
@requires(Permission.ABSENCE_WRITE)
def absence(absence_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The absence's last day, as it is known now."""
    row, facts = _absence(absence_id, within)
    form, back = AbsenceEndForm(row.valid_to), _absence_back(facts)
    if form.validate_on_submit():
        answer = done(
            form,
            lambda session: commands.end_absence(session, absence_id, day_after(form.valid_through.data), by=actor),
            _("Saved."),
            back,
        )
        if answer is not None:
            return answer
    return form_page(
        form,
        title=_("Away from %(day)s", day=day(row.valid_from)),
        about=about_employment(facts),
        back=back,
        button=_("Save"),
    )


@bp.post("/absences/<int:absence_id>/remove")
@requires(Permission.ABSENCE_WRITE)
def remove_absence(absence_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It was written by mistake."""
    _row, facts = _absence(absence_id, within)
    with transaction() as session:
        commands.remove_absence(session, absence_id, by=actor)
    flash(_("The absence is removed."))
    return redirect(_absence_back(facts))
