"""Templates of introduction programmes: kept by the development nurse, read by leaders, approved by either by name."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.queries import names_of
from competence.catalogue.queries.tasks import gate_names, task_names
from competence.catalogue.words import GATE_NAMES
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.onboarding import commands
from competence.onboarding.forms import LineForm, TemplateForm, WelcomeForm
from competence.onboarding.models import OnboardingLine, OnboardingTemplate
from competence.onboarding.queries.gates import gates
from competence.onboarding.queries.templates import get_line, get_template, lines_of, places
from competence.onboarding.rules import KIND_NAMES, TICK_NAMES
from competence.organisation.models import Unit
from competence.organisation.queries import get_unit, unit_choices
from competence.people.queries import staff_group_choices

bp = Blueprint("onboarding_templates", __name__, url_prefix="/onboarding/templates")

READS = (Permission.ONBOARDING_WRITE, Permission.ONBOARDING_KEEP)


@bp.get("")
@requires(any_of=READS)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The templates of one's units, and those above from which they are inherited."""
    found = places(db.session, within=within)
    drafts = [one for one in found if one.draft is not None and one.in_use is None]
    names = names_of(db.session, {one.in_use.approved_by or 0 for one in found if one.in_use is not None})
    return render_template(
        "onboarding/templates.html",
        places=found,
        drafts=drafts,
        names=names,
        writes=actor.may(Permission.ONBOARDING_WRITE),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A version for a unit and a staff group, begun with what holds there now."""
    form = TemplateForm(
        unit_choices(db.session, within=within, on=today()), staff_group_choices(db.session), data=_asked()
    )
    if form.validate_on_submit():
        get_unit(db.session, form.unit.data, within=within)
        try:
            with transaction() as session:
                made = commands.draft_template(session, form.unit.data, form.group.data, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Change the draft, and approve it when it is ready."))
            return redirect(url_for(".one", template_id=made.id))
    return render_template("onboarding/template_new.html", form=form), 422 if form.errors else 200


def _asked() -> dict[str, int | None]:
    return {"unit": request.args.get("unit", type=int), "group": request.args.get("group", type=int)}


@bp.get("/<int:template_id>")
@requires(any_of=READS)
def one(template_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One version with its items; a draft can be changed and approved."""
    template, unit = get_template(db.session, template_id, within=within, to_read=True)
    place = next(
        found for found in places(db.session, within=within)
        if found.unit.id == unit.id and template.id in {one.id for one in found.versions}
    )  # fmt: skip
    lines, opens, tasks = lines_of(db.session, [template.id]), gates(db.session), task_names(db.session, on=today())
    weeks: dict[int, list[tuple[OnboardingLine, list[str]]]] = {}
    for line in lines:
        groups = {group for code, group in opens if code == line.gate_code}
        named = {task for group in groups for task in opens[line.gate_code, group].tasks} if line.gate_code else set()
        weeks.setdefault(line.week, []).append((line, sorted(tasks[task] for task in named if task in tasks)))
    is_draft = template.approved_at is None
    return render_template(
        "onboarding/template.html", template=template, unit=unit, place=place, weeks=weeks, is_draft=is_draft,
        kind_names=KIND_NAMES, tick_names=TICK_NAMES, names=names_of(db.session, _people(place.versions)),
        writes=actor.may(Permission.ONBOARDING_WRITE, unit.path), seen=template.revision,
        approves=is_draft and any(actor.may(one, unit.path) for one in READS),
    )  # fmt: skip


def _people(versions: tuple[OnboardingTemplate, ...]) -> set[int]:
    found = {one.approved_by for one in versions} | {one.retired_by for one in versions}
    return {one for one in found if one is not None}


def _draft(template_id: int, within: Reach) -> tuple[OnboardingTemplate, Unit]:
    return get_template(db.session, template_id, within=within)


def _lines_form(line: OnboardingLine | None, seen: int) -> LineForm:
    names = gate_names(db.session)
    choices = [(code, f"{name} ({say(GATE_NAMES[kind])})") for code, (kind, name) in names.items()]
    if line is not None and line.gate_code and line.gate_code not in names:
        choices.append((line.gate_code, line.gate_code))
    said = {
        "name": line.name, "week": line.week, "kind": line.kind, "responsible": line.responsible, "ticks": line.ticks,
        "gate": line.gate, "gate_code": line.gate_code, "first_shift": line.first_shift,
    } if line is not None else {"week": 1}  # fmt: skip
    return LineForm(choices, data={**said, "seen": str(seen)})


def _save(template: OnboardingTemplate, line: OnboardingLine | None, actor: Actor) -> Response | LineForm:
    """Back to the template when the item is saved, else the form with what is wrong."""
    template_id, line_id = template.id, line.id if line is not None else None
    form = _lines_form(line, template.revision)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.save_line(session, template_id, line_id, form.line(), seen=form.revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The item is saved."))
            return redirect(url_for(".one", template_id=template_id))
    return form


@bp.route("/<int:template_id>/items/new", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_WRITE)
def add(template_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One more item of a draft."""
    template, _unit = _draft(template_id, within)
    form = _save(template, None, actor)
    if isinstance(form, Response):
        return form
    return render_template("onboarding/line.html", form=form, template=template, line=None), 422 if form.errors else 200


@bp.route("/<int:template_id>/items/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_WRITE)
def change(template_id: int, line_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An item of a draft, changed."""
    template, _unit = _draft(template_id, within)
    line = get_line(db.session, template_id, line_id)
    form = _save(template, line, actor)
    if isinstance(form, Response):
        return form
    return render_template("onboarding/line.html", form=form, template=template, line=line), 422 if form.errors else 200


@bp.post("/<int:template_id>/items/<int:line_id>/remove")
@requires(Permission.ONBOARDING_WRITE)
def remove(template_id: int, line_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The draft without the item."""
    template, _unit = _draft(template_id, within)
    get_line(db.session, template_id, line_id)
    seen = request.form.get("seen", template.revision, type=int)
    try:
        with transaction() as session:
            commands.remove_line(session, template_id, line_id, seen=seen, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The item is removed."))
    return redirect(url_for(".one", template_id=template_id))


@bp.route("/<int:template_id>/welcome", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_WRITE)
def welcome(template_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The words of the draft's welcome letter."""
    template, _unit = _draft(template_id, within)
    form = WelcomeForm(data={"welcome": template.welcome, "seen": str(template.revision)})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.write_welcome(session, template_id, form.welcome.data or "", seen=form.revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The welcome letter is saved."))
            return redirect(url_for(".one", template_id=template_id))
    return render_template("onboarding/welcome.html", form=form, template=template), 422 if form.errors else 200


@bp.post("/<int:template_id>/approve")
@requires(any_of=READS)
def approve(template_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The draft is approved by name."""
    template, _unit = _draft(template_id, within)
    seen = request.form.get("seen", template.revision, type=int)
    try:
        with transaction() as session:
            commands.approve_template(session, template_id, seen=seen, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The template is approved. New programmes begin with it; those that run keep their items."))
    return redirect(url_for(".one", template_id=template_id))


@bp.post("/<int:template_id>/discard")
@requires(Permission.ONBOARDING_WRITE)
def discard(template_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The draft is taken away."""
    _draft(template_id, within)
    try:
        with transaction() as session:
            commands.discard_template(session, template_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".one", template_id=template_id))
    flash(_("The draft is taken away."))
    return redirect(url_for(".index"))


@bp.post("/<int:template_id>/retire")
@requires(Permission.ONBOARDING_WRITE)
def retire(template_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit goes back to what holds above it."""
    _draft(template_id, within)
    try:
        with transaction() as session:
            commands.retire_template(session, template_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The unit has what holds above it again."))
    return redirect(url_for(".index"))
