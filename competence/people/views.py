"""The list of people, externals, and the administration of who works where."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import day_after, last_day, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.organisation.models import Unit
from competence.organisation.queries import get_unit, settings_of, unit_choices
from competence.people import commands, queries
from competence.people.forms import (
    AbsenceEndForm,
    AbsenceForm,
    AuthorisationForm,
    ChangeForm,
    EmploymentForm,
    EndForm,
    ExternalForm,
    IdentityForm,
    NewPersonForm,
)
from competence.people.models import Absence
from competence.people.queries import EmploymentFacts, PersonLine, Who
from competence.people.rules import SHIFT_NAMES

bp = Blueprint("people", __name__, url_prefix="/people")

NextEnds = Callable[..., dict[int, tuple[str, date]]]


@bp.get("")
@requires(any_of=(Permission.PERSON_READ, Permission.EXTERNAL_ADD))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Everybody within reach, by name or number; what ends next for those who see sign-offs."""
    q = " ".join((request.args.get("q") or "").split())[:80]
    unit = _unit(request.args.get("unit", type=int), within)
    who = Who(request.args["who"]) if request.args.get("who") in set(Who) else Who.RUNNING
    if who is Who.ENDED and not actor.may(Permission.PERSON_READ):
        who = Who.RUNNING
    page = queries.people_page(
        db.session, within=within, q=q, unit=unit, who=who, page=request.args.get("page", 1, type=int)
    )
    if unit is not None:
        looked_at(unit_id=unit.id)
    history = [line for line in page.lines if actor.may(Permission.PERSON_HISTORY, line.unit_path)]
    return render_template(
        "people/index.html",
        page=page,
        lines=[(line, shifts_in_words(line.shifts), *_links(line, actor)) for line in page.lines],
        ends=_next_ends(history),
        sees_ends=bool(actor.reach(Permission.PERSON_HISTORY)),
        q=q,
        unit=unit,
        who=who,
        kinds=_kinds(ended=actor.may(Permission.PERSON_READ)),
        units=unit_choices(db.session, within=within),
        page_url=_page_url,
        adds_external=actor.may(Permission.EXTERNAL_ADD),
        administers=actor.may(Permission.PERSON_ADMINISTER),
        appoints=actor.may(Permission.APPOINTMENT_GIVE),
        imports="imports.index" in current_app.view_functions and actor.may(Permission.IMPORT_PEOPLE),
    )


def _kinds(*, ended: bool) -> list[tuple[Who, str]]:
    kinds = [(Who.RUNNING, _("Working here")), (Who.EXTERNALS, _("Externals"))]
    return [*kinds, (Who.ENDED, _("Ended"))] if ended else kinds


def _unit(unit_id: int | None, within: Reach) -> Unit | None:
    return get_unit(db.session, unit_id, within=within) if unit_id else None


def _page_url(page: int) -> str:
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key in {"q", "unit", "who"} and value}
    return url_for(".index", **kept, page=page)


def _links(line: PersonLine, actor: Actor) -> tuple[str, str]:
    """(her own page, the page where she is administered), "" where the reader may not open it."""
    views = current_app.view_functions
    own = edit = ""
    if actor.may(Permission.PERSON_READ, line.unit_path) and "persons.person" in views:
        own = url_for("persons.person", person_id=line.person_id)
    if actor.may(Permission.PERSON_ADMINISTER, line.unit_path):
        edit = url_for(".edit", person_id=line.person_id)
    elif line.is_external and actor.may(Permission.EXTERNAL_ADD, line.unit_path):
        edit = url_for(".external", external_id=line.employment_id)
    return own, edit


def _next_ends(lines: list[PersonLine]) -> dict[int, tuple[str, date]]:
    """Employment -> (task, last day) of the sign-off that ends next. What knows sign-offs lies above this feature."""
    ask: NextEnds | None = current_app.extensions.get("next_ends")
    return ask(db.session, [line.employment_id for line in lines], on=today()) if ask and lines else {}


def shifts_in_words(shifts: str) -> str:
    """As "dag og aften"; "" when none is fixed."""
    names = [say(SHIFT_NAMES[letter]).lower() for letter in shifts if letter in SHIFT_NAMES]
    return (
        str(_("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1]))
        if len(names) > 1
        else "".join(names)
    )


# Externals


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
        answer = _done(
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


# Administration


def _done(form: Form, run: Callable[..., object], said: str, target: str) -> ResponseReturnValue | None:
    """On to the next page after the command; None when a rule was broken, which the form then shows."""
    try:
        with transaction() as session:
            run(session)
    except RuleBroken as broken:
        show(broken, form)
        return None
    flash(said)
    return redirect(target)


def _form_page(
    form: Form, *, title: str, back: str, button: str, intro: str = "", about: str = ""
) -> ResponseReturnValue:
    """A page with one form."""
    return render_template(
        "people/form.html", form=form, title=title, back=back, button=button, intro=intro, about=about, today=today()
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new person with her first employment."""
    form = NewPersonForm(units=unit_choices(db.session, within=within), groups=queries.staff_group_choices(db.session))
    if form.validate_on_submit():
        answer = _done(
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
        answer = _done(
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
        answer = _done(
            form,
            lambda session: commands.add_employment(session, person_id, form.to_employment(), by=actor),
            _("The employment is added."),
            back,
        )
        if answer is not None:
            return answer
    return _form_page(form, title=_("New employment"), about=name, back=back, button=_("Add the employment"))


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
        answer = _done(
            form,
            lambda session: commands.change_employment(session, employment_id, form.to_command(), by=actor),
            _("The employment is changed from %(day)s.", day=day(form.valid_from.data)),
            back,
        )
        if answer is not None:
            return answer
    return _form_page(
        form, title=_("Change the employment"), about=_about(facts), back=back, button=_("Change from that day"),
        intro=_("The old employment ends the day before, and a new one begins. Sign-offs belong to the person and stay."),
    )  # fmt: skip


def _about(facts: EmploymentFacts) -> str:
    return f"{facts.name} · {facts.group.name} · {facts.unit.name}"


@bp.route("/employments/<int:employment_id>/end", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def end(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The employment's last day."""
    facts = queries.get_employment(db.session, employment_id, within=within)
    form, back = EndForm(), url_for(".edit", person_id=facts.employment.person_id)
    if form.validate_on_submit():
        answer = _done(
            form,
            lambda session: commands.end_employment(session, employment_id, form.valid_to, by=actor),
            _("The employment ends on %(day)s.", day=day(form.valid_through.data)),
            back,
        )
        if answer is not None:
            return answer
    return _form_page(
        form, title=_("End the employment"), about=_about(facts), back=back, button=_("End the employment"),
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
        answer = _done(
            form,
            lambda session: commands.check_authorisation(session, employment_id, checked, by=actor),
            _("The authorisation is noted as looked up on %(day)s.", day=day(checked)),
            back,
        )
        if answer is not None:
            return answer
    return _form_page(
        form, title=_("Authorisation"), about=_about(facts), back=back, button=_("Note the look-up"),
        intro=_("Your name stands beside it as the one who looked."),
    )  # fmt: skip


# Absences


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
        answer = _done(
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
        about=_about(facts), back=back, on=today(), last_day=last_day,
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
        answer = _done(
            form,
            lambda session: commands.end_absence(session, absence_id, day_after(form.valid_through.data), by=actor),
            _("Saved."),
            back,
        )
        if answer is not None:
            return answer
    return _form_page(
        form, title=_("Away from %(day)s", day=day(row.valid_from)), about=_about(facts), back=back, button=_("Save")
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
