"""Who works where, for those who administer people."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import last_day, today
from competence.foundation.web import day, db
from competence.organisation.queries import unit_choices
from competence.people import commands, queries
from competence.people.forms import (
    AuthorisationForm,
    ChangeForm,
    EmploymentForm,
    EndForm,
    IdentityForm,
    LostForm,
    NewPersonForm,
    StageForm,
)
from competence.people.views.blueprint import about_employment, bp, done, form_page, shifts_in_words


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new person with her first employment."""
    form = NewPersonForm(units=unit_choices(db.session, within=within), groups=queries.staff_group_choices(db.session))
    if form.validate_on_submit():
        answer = done(
            form,
            lambda session: commands.add_person(session, form.to_identity(), form.to_employment(), by=actor),
            _("%(name)s is added.", name=form.name.data),
            url_for(".index", q=form.name.data),
        )
        if answer is not None:
            return answer
    return render_template("people/new.html", form=form)


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def edit(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who she is, and where she works: every change is a dated fact."""
    facts = queries.get_person(db.session, person_id, within=within)
    looked_at(person_id=person_id)
    form = IdentityForm(facts.identity) if facts.identity is not None else None
    if form is not None and form.validate_on_submit():
        identity = form.to_command()
        answer = done(
            form,
            lambda session: commands.change_identity(session, person_id, identity, by=actor),
            _("Saved."),
            url_for(".edit", person_id=person_id),
        )
        if answer is not None:
            return answer
        facts = queries.get_person(db.session, person_id, within=within)
    return render_template(
        "people/edit.html", form=form, facts=facts, shifts=shifts_in_words, last_day=last_day, on=today(),
        running=any(queries.is_open(employment, today()) for employment, _unit, _group in facts.employments),
    )  # fmt: skip


@bp.route("/<int:person_id>/employments/new", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def new_employment(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One more employment."""
    facts = queries.get_person(db.session, person_id, within=within)
    name = facts.identity.name if facts.identity else ""
    form = EmploymentForm(units=unit_choices(db.session, within=within), groups=queries.staff_group_choices(db.session))
    back = url_for(".edit", person_id=person_id)
    if form.validate_on_submit():
        answer = done(
            form,
            lambda session: commands.add_employment(session, person_id, form.to_employment(), by=actor),
            _("The employment is added."),
            back,
        )
        if answer is not None:
            return answer
    return form_page(form, title=_("New employment"), about=name, back=back, button=_("Add the employment"))


@bp.route("/employments/<int:employment_id>/change", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def change(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Another unit, group or other shifts from a day on."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    form = ChangeForm(
        facts.employment, units=unit_choices(db.session, within=within), groups=queries.staff_group_choices(db.session)
    )
    back = url_for(".edit", person_id=facts.employment.person_id)
    if form.validate_on_submit():
        answer = done(
            form,
            lambda session: commands.change_employment(session, employment_id, form.to_command(), by=actor),
            _("The employment is changed from %(day)s.", day=day(form.valid_from.data)),
            back,
        )
        if answer is not None:
            return answer
    return form_page(
        form, title=_("Change the employment"), about=about_employment(facts), back=back, button=_("Change from that day"),
        intro=_("The old employment ends the day before, and a new one begins. Sign-offs belong to the person and stay."),
    )  # fmt: skip


@bp.route("/employments/<int:employment_id>/end", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def end(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The employment's last day."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    form, back = EndForm(), url_for(".edit", person_id=facts.employment.person_id)
    if form.validate_on_submit():
        answer = done(
            form,
            lambda session: commands.end_employment(session, employment_id, form.valid_to, by=actor),
            _("The employment ends on %(day)s.", day=day(form.valid_through.data)),
            back,
        )
        if answer is not None:
            return answer
    return form_page(
        form, title=_("End the employment"), about=about_employment(facts), back=back, button=_("End the employment"),
        intro=_("With the last employment her roles and her sign-in end too. What was signed stays."),
    )  # fmt: skip


@bp.route("/employments/<int:employment_id>/authorisation", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def authorisation(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her authorisation, looked up in the register."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    form, back = AuthorisationForm(), url_for(".edit", person_id=facts.employment.person_id)
    if form.validate_on_submit():
        checked = form.authorisation_checked_on.data or today()
        answer = done(
            form,
            lambda session: commands.check_authorisation(session, employment_id, checked, by=actor),
            _("The authorisation is noted as looked up on %(day)s.", day=day(checked)),
            back,
        )
        if answer is not None:
            return answer
    return form_page(
        form, title=_("Authorisation"), about=about_employment(facts), back=back, button=_("Note the look-up"),
        intro=_("Your name stands beside it as the one who looked."),
    )  # fmt: skip


@bp.route("/employments/<int:employment_id>/authorisation/lost", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def authorisation_lost(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her authorisation turns out to have ended, or to have been limited, earlier."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    form, back = LostForm(), url_for(".edit", person_id=facts.employment.person_id)
    if form.validate_on_submit():
        since = form.since.data or today()
        answer = done(
            form,
            lambda session: commands.lose_authorisation(session, employment_id, since, by=actor),
            _("The authorisation is taken away. What she has signed since is put before the development nurse."),
            back,
        )
        if answer is not None:
            return answer
    return form_page(
        form, title=_("The authorisation did not hold"), about=about_employment(facts), back=back,
        button=_("Take the authorisation away"),
        intro=_(
            "It closes what she may do by it from now on. If it is only limited and she still belongs to the staff group, "
            "note a new look-up afterwards."
        ),
    )  # fmt: skip


@bp.route("/employments/<int:employment_id>/stage", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def stage(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The day from which a student's stage is reached."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    back = url_for(".edit", person_id=facts.employment.person_id)
    if not facts.group.is_student:
        flash(_("Only students have a stage."), "error")
        return redirect(back)
    form = StageForm(obj=facts.employment)
    if form.validate_on_submit():
        reached = form.stage_from.data
        said = (
            _("The stage is reached from %(day)s.", day=day(reached)) if reached else _("The stage is not reached yet.")
        )
        answer = done(form, lambda session: commands.set_stage(session, employment_id, reached, by=actor), said, back)
        if answer is not None:
            return answer
    return form_page(
        form, title=_("Stage of the education"), about=about_employment(facts), back=back, button=_("Save"),
        intro=_("Until the stage is reached, a student takes part, not alone."),
    )  # fmt: skip
