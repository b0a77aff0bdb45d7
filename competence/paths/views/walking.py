"""Walking a path: her own page, and her leader's page about who walks which and who would like to be seen."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, requires
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.paths import commands
from competence.paths.forms import ButtonForm, PeopleForm, WishForm
from competence.paths.queries import paths as reads
from competence.paths.queries import placed
from competence.paths.queries.placed import Walker
from competence.paths.rules import SEEN_FOR
from competence.paths.views.showing import names_of, steps_shown

bp = Blueprint("path_people", __name__, url_prefix="/paths")
own_bp = Blueprint("own_paths", __name__, url_prefix="/me/paths")


def _aims() -> dict[str, str]:
    """What one can be seen for, in words: the roles, and the paths in use."""
    roles = {f"role:{role.value}": say(name) for role, name in SEEN_FOR.items()}
    return roles | {
        f"path:{one.id}": _("the path “%(name)s”", name=one.row.name) for one in reads.routes(db.session) if one.in_use
    }


@own_bp.get("")
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her paths: those that wait for her answer, those she walks with the next step, and what she would like to be seen for."""
    return _own(actor)


def _own(actor: Actor, form: WishForm | None = None) -> ResponseReturnValue:
    walkers = placed.walkers_of(db.session, actor.person_id)
    known = names_of(one.route for one in walkers)
    aims = _aims()
    wishes = placed.wishes_of(db.session, actor.person_id)
    return render_template(
        "paths/own.html", walkers=[(one, steps_shown(one.route, one.walked, known)) for one in walkers],
        form=form or WishForm(aims.items(), wishes & set(aims)), button=ButtonForm(),
    ), 422 if form and form.errors else 200  # fmt: skip


@own_bp.post("/ask/<int:path_id>")
@requires(Permission.OWN_ANSWER)
def ask(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """She asks to walk a path."""
    try:
        with transaction() as session:
            commands.ask_for_path(session, path_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for("paths.one", path_id=path_id))
    flash(_("Your leader is asked."))
    return redirect(url_for(".own"))


@own_bp.post("/<int:placing_id>/answer")
@requires(Permission.OWN_ANSWER)
def answer(placing_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own answer."""
    yes = request.form.get("answer") == "yes"
    with transaction() as session:
        commands.answer_placing(session, placing_id, yes=yes, by=actor)
    flash(_("You walk the path.") if yes else _("You do not walk the path."))
    return redirect(url_for(".own"))


@own_bp.post("/<int:placing_id>/end")
@requires(Permission.OWN_ANSWER)
def end(placing_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """She walks it no more."""
    with transaction() as session:
        commands.answer_placing(session, placing_id, yes=False, by=actor)
    flash(_("You do not walk the path."))
    return redirect(url_for(".own"))


@own_bp.post("/<int:placing_id>/plan/<int:step_id>")
@requires(Permission.OWN_ANSWER)
def plan(placing_id: int, step_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A step into her own plan."""
    if placing_id not in {one.placing.id for one in placed.walkers_of(db.session, actor.person_id)}:
        raise NotFound
    _plan(placing_id, step_id, actor)
    return redirect(url_for(".own"))


def _plan(placing_id: int, step_id: int, actor: Actor) -> None:
    try:
        with transaction() as session:
            commands.plan_step(session, placing_id, step_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The step stands in the plan."))


@own_bp.post("/wishes")
@requires(Permission.OWN_ANSWER)
def wishes(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What her leader sees that she would like."""
    form = WishForm(_aims().items(), ())
    if not form.validate_on_submit():
        return _own(actor, form)
    with transaction() as session:
        left = commands.say_wishes(session, form.aims.data or (), by=actor)
    flash(_("Your leader sees it.") if left else _("Your leader sees no wish of yours."))
    return redirect(url_for(".own"))


@bp.get("/people")
@requires(Permission.PATH_PLACE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who walks which path and how far she is; who has asked; and who would like to be seen."""
    walkers = placed.walkers_within(db.session, within, but=actor.person_id)
    wished = placed.wishes_within(db.session, within, but=actor.person_id)
    looked_at_all({one.person_id for one in walkers} | {one.person_id for one in wished})
    known = names_of(one.route for one in walkers)
    aims = _aims()
    return render_template(
        "paths/people.html", walkers=[(one, _next(one, known)) for one in walkers], button=ButtonForm(),
        wished=[(one, _seen_for(one, aims)) for one in wished if set(one.aims) & set(aims)],
    )  # fmt: skip


def _seen_for(one: placed.Wished, aims: Mapping[str, str]) -> list[str]:
    """What she would like to be seen for, and of a path how much of it is in place already."""
    said = []
    for aim in one.aims:
        if aim not in aims:
            continue
        far = one.far.get(int(aim.removeprefix("path:"))) if aim.startswith("path:") else None
        said.append(
            _("%(aim)s: %(done)s of %(of)s in place", aim=aims[aim], done=far.done, of=len(far.in_place))
            if far
            else aims[aim]
        )
    return said


def _next(one: Walker, known: Any) -> Any:
    """The step that comes next, in words; None when all are in place."""
    at = one.walked.following
    return steps_shown(one.route, one.walked, known)[at] if at is not None else None


@bp.route("/<int:path_id>/place", methods=["GET", "POST"])
@requires(Permission.PATH_PLACE)
def place(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A leader puts employees on the path; each says yes herself."""
    route = reads.get_route(db.session, path_id)
    if not route.in_use:
        raise NotFound
    found = placed.candidates(db.session, route, within, but=actor.person_id)
    looked_at_all({one.person_id for one in found})
    form = PeopleForm([(one.employment_id, one.name) for one in found if not one.there])
    if form.validate_on_submit():
        try:
            with transaction() as session:
                made = commands.place_on_path(session, path_id, form.people.data or (), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(ngettext("%(num)s employee is asked for a yes.", "%(num)s employees are asked for a yes.", len(made)))
            return redirect(url_for(".index"))
    return render_template("paths/place.html", form=form, route=route, found=found), 422 if form.errors else 200


@bp.post("/placings/<int:placing_id>/agree")
@requires(Permission.PATH_PLACE)
def agree(placing_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The leader's answer to an employee who has asked."""
    yes = request.form.get("answer") == "yes"
    with transaction() as session:
        commands.agree_placing(session, placing_id, yes=yes, by=actor)
    flash(_("It is noted."))
    return redirect(url_for(".index"))


@bp.post("/placings/<int:placing_id>/plan/<int:step_id>")
@requires(Permission.PATH_PLACE)
def plan_for(placing_id: int, step_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A step into an employee's plan, which waits for her yes there."""
    _plan(placing_id, step_id, actor)
    return redirect(url_for(".index"))


@bp.post("/placings/<int:placing_id>/end")
@requires(Permission.PATH_PLACE)
def end_for(placing_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The leader ends a walk."""
    with transaction() as session:
        commands.end_placing(session, placing_id, by=actor)
    flash(_("It is noted."))
    return redirect(url_for(".index"))
