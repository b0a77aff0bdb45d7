"""The tasks: found, read with their history, added, changed, archived and brought back."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue import commands
from competence.catalogue.forms import ArchiveForm, TaskForm, task_form
from competence.catalogue.models import Task, TaskPicture
from competence.catalogue.queries import criteria_of
from competence.catalogue.queries import tasks as queries
from competence.catalogue.queries.instructions import instruction_on, versions_of
from competence.catalogue.queries.tasks import Wanted
from competence.catalogue.rules import Asks, Reserved, TaskKind
from competence.catalogue.rules.tasks import FACT_NAMES, TaskFacts, document, facts_in, merged
from competence.catalogue.views.showing import facts_shown, history_shown
from competence.catalogue.words import ASKS_NAMES, KIND_NAMES, RESERVED_NAMES, part_words
from competence.foundation.clock import last_day, midnight, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.web import db, say, show, transaction

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")


def _wanted() -> Wanted:
    kind = request.args.get("kind", "")
    return Wanted(
        text=request.args.get("q", "")[:100],
        area_id=request.args.get("area", type=int),
        kind=TaskKind(kind) if kind in {one.value for one in TaskKind} else None,
        critical="critical" in request.args,
        reserved="reserved" in request.args,
        archived="archived" in request.args,
    )


@bp.get("")
@requires(Permission.CATALOGUE_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The tasks by area, narrowed to what is asked for."""
    on, wanted = today(), _wanted()
    areas = queries.listed(db.session, wanted, on=on)
    return render_template(
        "catalogue/index.html", areas=areas, wanted=wanted, all_areas=queries.areas(db.session, on=on),
        kinds=KIND_NAMES, reserved_names=RESERVED_NAMES, no=Reserved.NO, count=sum(len(tasks) for _area, tasks in areas),
        may_write=actor.may(Permission.CATALOGUE_WRITE),
    )  # fmt: skip


@bp.get("/<int:task_id>")
@requires(Permission.CATALOGUE_READ)
def task(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that the catalogue says of the task, now or on an earlier day, and its changes."""
    found = queries.get_task(db.session, task_id)
    return _page(found, _archive_form(found), actor)


def _archive_form(found: Task) -> ArchiveForm:
    form = ArchiveForm(formdata=None, prefix="archive-")
    form.from_day.data, form.seen.data = today(), str(found.revision)
    return form


def _page(found: Task, form: ArchiveForm, actor: Actor) -> ResponseReturnValue:
    asked, then = request.args.get("on", ""), None
    if asked:
        try:
            then = date.fromisoformat(asked)
        except ValueError:
            flash(_("Choose a day to see what the catalogue said then."), "error")
    changes = queries.history_of(db.session, found.id)
    kept = None
    if then is not None:
        end = midnight(then + timedelta(days=1))
        kept = next((change for change in changes if change.at < end), None)
    picture = queries.picture_of(db.session, found.id)
    said = facts_in(kept.after) if kept is not None else queries.facts_of(db.session, found)
    shared = not said.criteria
    return render_template(
        "catalogue/task.html", task=found, said=said, facts=facts_shown(db.session, said, found), then=then, kept=kept,
        instruction=instruction_on(db.session, found, then or today()),
        instructions=[(one, ASKS_NAMES[Asks(one.asks)], last_day(one.closes_on)) for one in versions_of(db.session, found.id)],
        answers=_answers(found.id) if actor.may(Permission.CATALOGUE_WRITE) else {},
        picture=picture, shared=shared, form=form, history=history_shown(db.session, changes),
        criteria=[one.text for one in criteria_of(db.session, found.id)] if shared else said.criteria,
        gone=found.archived_on is not None and found.archived_on <= today(), today=today(),
        may_write=actor.may(Permission.CATALOGUE_WRITE),
    ), 422 if form.errors else 200  # fmt: skip


def _answers(task_id: int) -> dict[int, Any]:
    """Version of the instruction -> how many it asks and how many have answered."""
    counted: dict[int, Any] = current_app.extensions["instruction_answers"](db.session, task_id, on=today())
    return counted


def _form(said: TaskFacts | None, found: Task | None) -> TaskForm:
    on = today()
    areas = [(area.id, area.name) for area in queries.areas(db.session, on=on)]
    if said is not None and said.area_id not in dict(areas):
        areas.append((said.area_id, queries.get_area(db.session, said.area_id).name))
    names = queries.task_names(db.session)
    chosen = {need.task_id for need in said.needs} if said is not None else set()
    kept = queries.task_names(db.session, on=on).keys() | chosen
    tasks = [(id_, name) for id_, name in names.items() if id_ in kept and (found is None or id_ != found.id)]
    return task_form(said, areas=areas, groups=queries.groups(db.session), tasks=tasks, posted=request.form.keys())


def _read_picture(form: TaskForm) -> bytes:
    return form.picture.data.read() if form.picture.data else b""


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.CATALOGUE_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A form for a new task."""
    form = _form(None, None)
    if not form.is_submitted():
        form.fill(TaskFacts(area_id=request.args.get("area", type=int) or 0, name=""))
        form.seen.data = "0"
    elif form.validate_on_submit():
        try:
            with transaction() as session:
                added = commands.add_task(session, form.to_facts(), by=actor, why=form.why.data or "")
                if content := _read_picture(form):
                    commands.set_picture(session, added.id, commands.NewPicture(content), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is added.", name=added.name))
            return redirect(url_for(".task", task_id=added.id))
    return _edit(form, None)


@bp.route("/<int:task_id>/change", methods=["GET", "POST"])
@requires(Permission.CATALOGUE_WRITE)
def change(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A form for all that the catalogue says of the task."""
    found = queries.get_task(db.session, task_id)
    said = queries.facts_of(db.session, found)
    form = _form(said, found)
    if not form.is_submitted():
        form.fill(said)
        form.seen.data = str(found.revision)
    elif form.validate_on_submit():
        content, why = _read_picture(form), form.why.data or ""
        try:
            typed = form.to_facts()
            with transaction() as session:
                commands.change_task(session, task_id, typed, seen=form.seen_revision, by=actor, why=why)
                if content:
                    commands.set_picture(session, task_id, commands.NewPicture(content), by=actor, why=why)
                elif form.remove_picture.data:
                    commands.remove_picture(session, task_id, by=actor, why=why)
        except Overtaken as overtaken:
            show(overtaken, form)
            _catch_up(form, task_id, typed)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is saved.", name=typed.name))
            return redirect(url_for(".task", task_id=task_id))
    return _edit(form, found)


def _edit(form: TaskForm, found: Task | None) -> ResponseReturnValue:
    gates = [(code, name) for code, (_kind, name) in queries.gate_names(db.session).items()]
    picture = queries.picture_of(db.session, found.id) if found is not None else None
    return render_template(
        "catalogue/change.html", form=form, task=found, groups=queries.groups(db.session), gates=gates, picture=picture,
    ), 422 if form.errors else 200  # fmt: skip


def _catch_up(form: TaskForm, task_id: int, typed: TaskFacts) -> None:
    """What another changed meanwhile stands in the form, but for the parts both changed: those keep what was typed."""
    found = queries.get_task(db.session, task_id)
    theirs = queries.facts_of(db.session, found)
    changes = {change.revision: change.after for change in queries.history_of(db.session, task_id)}
    base = facts_in(changes[form.seen_revision]) if form.seen_revision in changes else theirs
    both_say, both = merged(base, typed, theirs)
    form.fill(both_say)
    form.seen.data = str(found.revision)
    form.form_errors = [
        *form.form_errors,
        _("What you have changed is still here, and the rest is as it is now: look at it, and save again."),
    ]
    names = {
        "tasks": queries.task_names(db.session), "groups": queries.groups(db.session),
        "areas": {area.id: area.name for area in queries.areas(db.session)},
    }  # fmt: skip
    now = document(theirs, archived_on=found.archived_on, picture="")
    for part in both:
        words = part_words(part, now[part], **names) or _("nothing")
        told = _("%(part)s is now: %(value)s", part=say(FACT_NAMES[part]), value=words)
        if part in form:
            form[part].errors = [told]
        else:
            form.form_errors = [*form.form_errors, told]


@bp.post("/<int:task_id>/archive")
@requires(Permission.CATALOGUE_WRITE)
def archive(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The task is out of the catalogue from a day."""
    found = queries.get_task(db.session, task_id)
    form = ArchiveForm(prefix="archive-")
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.archive_task(
                    session, task_id, from_day=form.from_day.data or date.min, seen=form.seen_revision, by=actor,
                    why=form.why.data or "",
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = str(queries.get_task(db.session, task_id).revision)
        else:
            flash(_("%(name)s is archived.", name=found.name))
            return redirect(url_for(".task", task_id=task_id))
    return _page(queries.get_task(db.session, task_id), form, actor)


@bp.post("/<int:task_id>/restore")
@requires(Permission.CATALOGUE_WRITE)
def restore(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The task is in the catalogue again."""
    found = queries.get_task(db.session, task_id)
    seen = request.form.get("seen", type=int) or 0
    try:
        with transaction() as session:
            commands.restore_task(session, task_id, seen=seen, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("%(name)s is in the catalogue again.", name=found.name))
    return redirect(url_for(".task", task_id=task_id))


@bp.get("/<int:task_id>/picture")
@requires(Permission.CATALOGUE_READ)
def picture(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The task's picture, as the kind that its bytes are and nothing else."""
    found = db.session.scalars(
        select(TaskPicture).where(TaskPicture.task_id == task_id).options(undefer(TaskPicture.content))
    ).first()
    if found is None:
        abort(404)
    answer = Response(found.content, mimetype=found.media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = "inline"
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    return answer
