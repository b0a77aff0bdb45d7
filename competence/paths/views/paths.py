"""The learning paths: the map and the list, one path with its steps, and how the development nurse keeps them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import root_path, task_names
from competence.catalogue.rules import ScaleKind
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.paths import commands
from competence.paths.forms import ButtonForm, PathForm, StepForm, seen_revision
from competence.paths.queries import paths as reads
from competence.paths.queries.paths import Route
from competence.paths.queries.placed import known_of, own_jobs, walkers_of, wishes_of
from competence.paths.rules import STEP_NAMES, StepKind, walked
from competence.paths.views.showing import drawing, for_whom, steps_shown
from competence.people.queries import staff_group_choices
from competence.profiles.queries import content_of, profile_on
from competence.signoffs.queries import name_of

bp = Blueprint("paths", __name__, url_prefix="/paths")


def _keeps(actor: Actor) -> bool:
    return actor.may(Permission.PATH_WRITE, root_path(db.session))


def _route(path_id: int, actor: Actor) -> Route:
    """The path. NotFound for a draft, but for whoever keeps paths."""
    route = reads.get_route(db.session, path_id)
    if route.in_use or _keeps(actor):
        return route
    if path_id not in {one.route.id for one in walkers_of(db.session, actor.person_id)}:
        raise NotFound
    return route


@bp.get("")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Which paths lead where from her own staff group, and all of them; drafts for whoever keeps them."""
    keeps = _keeps(actor)
    archived = keeps and request.args.get("archived") == "1"
    listed = [one for one in reads.routes(db.session, archived=archived) if keeps or one.in_use]
    groups = reads.group_names(db.session)
    start = _start(actor, groups)
    return render_template(
        "paths/index.html", routes=listed, groups=groups, start=start, keeps=keeps, archived=archived,
        map=drawing([one for one in listed if one.in_use or keeps], [start] if start else []), for_whom=for_whom,
        places=actor.may(Permission.PATH_PLACE),
    )  # fmt: skip


def _start(actor: Actor, groups: dict[int, str]) -> int:
    """The staff group that the map begins at: the one asked for, else her own; 0 when there is none."""
    asked = request.args.get("group", "")
    if asked.isdecimal() and int(asked) in groups:
        return int(asked)
    own = next((job.staff_group_id for job in own_jobs(db.session, actor.person_id).values()), 0)
    if own:
        return own
    return next(iter(groups), 0)


@bp.get("/<int:path_id>")
@requires(Permission.OWN_READ)
def one(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The path with its steps, and how far she herself is on it."""
    route = _route(path_id, actor)
    own = known_of(db.session, [actor.person_id], route.steps)[actor.person_id]
    jobs = own_jobs(db.session, actor.person_id)
    groups = reads.group_names(db.session)
    needs = reads.get_route(db.session, route.row.needs_path_id) if route.row.needs_path_id else None
    mine = next((one for one in walkers_of(db.session, actor.person_id) if one.route.id == path_id), None)
    far = walked(route.steps, own)
    return render_template(
        "paths/path.html", route=route, steps=steps_shown(route, far), far=far, jobs=jobs, needs=needs, mine=mine,
        fits=any(route.is_for(job.staff_group_id) for job in jobs.values()), groups=groups, whom=for_whom(route, groups),
        keeps=_keeps(actor), places=actor.may(Permission.PATH_PLACE), approved_by=name_of(db.session, route.row.approved_by),
        wished=f"path:{path_id}" in wishes_of(db.session, actor.person_id),
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PATH_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A path begins, as a draft."""
    return _form_page(None, actor)


@bp.route("/<int:path_id>/change", methods=["GET", "POST"])
@requires(Permission.PATH_WRITE)
def change(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the path is."""
    return _form_page(reads.get_route(db.session, path_id), actor)


def _form_page(route: Route | None, actor: Actor) -> ResponseReturnValue:
    row = route.row if route is not None else None
    given: dict[str, Any] = {}
    if route is not None and row is not None:
        given = {
            "seen": str(row.revision), "name": row.name, "leads_to": row.leads_to, "to_group": row.to_group_id or 0,
            "groups": sorted(route.from_groups), "needs": row.needs_path_id or 0, "about": row.about,
        }  # fmt: skip
    others = [(one.id, one.row.name) for one in reads.routes(db.session) if route is None or one.id != route.id]
    form = PathForm(groups=staff_group_choices(db.session), paths=others, nothing=_("None"), data=given)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                if row is None:
                    path_id = commands.create_path(session, form.to_command(), by=actor).id
                else:
                    path_id = commands.change_path(
                        session, row.id, form.to_command(), seen=seen_revision(form.seen), by=actor
                    ).id
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The path is saved as a draft."))
            return redirect(url_for(".steps", path_id=path_id))
    return render_template("paths/form.html", form=form, route=route), 422 if form.errors else 200


@bp.route("/<int:path_id>/steps", methods=["GET", "POST"])
@requires(Permission.PATH_WRITE)
def steps(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The steps of the path; `?kind=` and `?group=` say what is added."""
    route = reads.get_route(db.session, path_id)
    form = _step_form(route)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.add_step(session, path_id, form.to_command(), seen=seen_revision(form.seen), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The step is added. The path is a draft until it is approved."))
            return redirect(url_for(".steps", path_id=path_id, kind=form.kind.value))
    return render_template(
        "paths/steps.html", form=form, route=route, steps=steps_shown(route), kind=form.kind, kinds=STEP_NAMES,
        button=ButtonForm(data={"seen": str(route.row.revision)}), groups=reads.group_names(db.session),
    ), 422 if form.errors else 200  # fmt: skip


def _step_form(route: Route) -> StepForm:
    asked = request.args.get("kind", "")
    kind = StepKind(asked) if asked in {one.value for one in StepKind} else StepKind.TASK
    groups = staff_group_choices(db.session)
    areas = sorted({area for group, _name in groups for area in _areas(group)}) if kind is StepKind.LEVEL else []
    scale = ScaleKind.PROFILE if kind is StepKind.LEVEL else ScaleKind.PRACTICE
    return StepForm(
        kind, tasks=sorted(task_names(db.session, on=today()).items(), key=lambda one: one[1]), groups=groups,
        areas=[("", _("The whole profile")), *((area, area) for area in areas)],
        levels=list(level_names(db.session, scale).items()), activities=reads.activity_choices(db.session),
        gates=list(reads.gate_choices(db.session).items()), choose=_("Choose"), data={"seen": str(route.row.revision), "weeks": 4},
    )  # fmt: skip


def _areas(staff_group_id: int) -> tuple[str, ...]:
    profile = profile_on(db.session, staff_group_id, today())
    return content_of(db.session, profile.id).areas if profile is not None else ()


def _check_step(path_id: int, step_id: int) -> None:
    """Nothing. NotFound when the step is not the path's."""
    if step_id not in {step.id for step in reads.get_route(db.session, path_id).steps}:
        raise NotFound


@bp.post("/<int:path_id>/steps/<int:step_id>/move")
@requires(Permission.PATH_WRITE)
def move(path_id: int, step_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A step one place earlier or later."""
    _check_step(path_id, step_id)
    form = ButtonForm()
    up = request.form.get("to") != "down"
    return _did(
        lambda session: commands.move_step(session, path_id, step_id, up=up, seen=seen_revision(form.seen), by=actor),
        path_id,
    )


@bp.post("/<int:path_id>/steps/<int:step_id>/remove")
@requires(Permission.PATH_WRITE)
def remove(path_id: int, step_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A step goes."""
    _check_step(path_id, step_id)
    form = ButtonForm()
    return _did(
        lambda session: commands.remove_step(session, path_id, step_id, seen=seen_revision(form.seen), by=actor),
        path_id,
    )


@bp.post("/<int:path_id>/approve")
@requires(Permission.PATH_WRITE)
def approve(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The path is approved by name."""
    form = ButtonForm()
    return _did(
        lambda session: commands.approve_path(session, path_id, seen=seen_revision(form.seen), by=actor), path_id,
        _("The path is approved. Employees see it."), "paths.one",
    )  # fmt: skip


@bp.post("/<int:path_id>/archive")
@requires(Permission.PATH_WRITE)
def archive(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The path out of the list."""
    form = ButtonForm()
    return _did(
        lambda session: commands.archive_path(session, path_id, seen=seen_revision(form.seen), by=actor), path_id,
        _("The path is out of the list. Those who walk it go on."), "paths.one",
    )  # fmt: skip


@bp.post("/<int:path_id>/restore")
@requires(Permission.PATH_WRITE)
def restore(path_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The path in the list again."""
    form = ButtonForm()
    return _did(
        lambda session: commands.restore_path(session, path_id, seen=seen_revision(form.seen), by=actor), path_id,
        _("The path is in the list again."), "paths.one",
    )  # fmt: skip


def _did(run: Any, path_id: int, said: str = "", back: str = "paths.steps") -> ResponseReturnValue:
    """Back to the path, after the command; what a rule forbids is said there."""
    try:
        with transaction() as session:
            run(session)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        back = "paths.steps"
    else:
        if said:
            flash(said)
    return redirect(url_for(back, path_id=path_id))
