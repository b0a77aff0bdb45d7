"""Evidence files: adding one at a task, looking at it, and taking it out of view."""

from typing import cast

import structlog
from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries.tasks import gates_of_task, task_names
from competence.config import Settings
from competence.credentials.queries import name_within
from competence.files import commands, queries
from competence.files.checking import Accepted, accepted
from competence.files.forms import TAKEN, FileForm, RemoveForm
from competence.files.rules import ENDINGS, MOST_BYTES, Why, media_type, too_large
from competence.files.scanning import Infected, not_now, scan
from competence.files.storing import Store, Stored, Unreadable
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.web import db, say, show, transaction
from competence.organisation.models import Municipality

bp = Blueprint("files", __name__)

ROOM = 256 * 1024
"""Bytes of a request besides the file itself."""
ALONE = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""What a browser lets a handed out file do: nothing."""


@bp.url_value_preprocessor
def limit(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Nothing; a larger request is refused by its length, before any of it is read."""
    request.max_content_length = MOST_BYTES + ROOM


@bp.errorhandler(413)
def refused_by_length(_error: Exception) -> ResponseReturnValue:
    """The same page with what is wrong at the field of the file; the task is kept, as it stands in the address."""
    g.too_large = True
    try:
        answer = current_app.view_functions[request.endpoint or ""](**(request.view_args or {}))
        return cast(ResponseReturnValue, answer)
    except NotFound:
        return render_template("errors/404.html"), 404
    except NotAllowed:
        return render_template("errors/403.html"), 403


@bp.record_once
def sweeps(state: BlueprintSetupState) -> None:
    """Nothing; a feature below that has erased somebody calls `sweep_files` afterwards."""
    state.app.extensions["sweep_files"] = sweep_after


@bp.route("/me/files", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own files, and a form for the task that the address names."""
    return _page(actor.person_id, actor.name, actor)


@bp.route("/people/<int:person_id>/files", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_FILE_ADD)
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The same for somebody who works within reach."""
    name = name_within(db.session, person_id, within=within)
    looked_at(person_id=person_id)
    return _page(person_id, name, actor)


def _page(person_id: int, name: str, actor: Actor) -> ResponseReturnValue:
    names, asked = task_names(db.session, on=today()), request.args.get("task")
    task_id = int(asked) if asked and asked.isdigit() else None
    if (asked or request.method == "POST") and task_id not in names:
        raise NotFound
    large = bool(g.get("too_large"))
    gates = [(gate.code, gate.name) for gate in gates_of_task(db.session, task_id)] if task_id else []
    form = FileForm(gates, sent=not large)
    here = _address(person_id, actor)
    if large:
        form.file.errors = [say(too_large())]
    elif request.method == "POST" and form.validate():
        assert task_id is not None
        try:
            _take(form, person_id, task_id, actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The file is added as evidence. It gives no right by itself: somebody must still sign."))
            return redirect(f"{here}?task={task_id}")
    status = 413 if large else 422 if form.errors else 200
    return render_template(
        "files/files.html", form=form, person_id=person_id, name=name, mine=person_id == actor.person_id, here=here,
        task_id=task_id, tasks=task_names(db.session), choices=sorted(names.items(), key=lambda one: one[1].casefold()),
        rows=queries.files_of(db.session, person_id), taken=TAKEN,
    ), status  # fmt: skip


def _address(person_id: int, actor: Actor) -> str:
    """Of the page about the person's files, as the actor opens it."""
    return url_for(".own") if person_id == actor.person_id else url_for(".person", person_id=person_id)


def _take(form: FileForm, person_id: int, task_id: int, actor: Actor) -> None:
    """Nothing; the file lies at the task. RuleBroken says why not, and nothing is kept.

    Looking it through and scanning it may take long, so that no transaction is open meanwhile.
    """
    content = form.content()
    media_type(content)
    try:
        scan(content, _settings().file_scanner)
    except Infected:
        with transaction() as session:
            commands.note_refused(session, person_id, task_id, by=actor)
        raise
    file = accepted(content)
    stored = _put(file)
    try:
        with transaction() as session:
            commands.add_file(session, person_id, task_id, form.to_command(file, stored), by=actor)
    except BaseException:
        store(db.session).drop(stored.name)
        raise


def _put(file: Accepted) -> Stored:
    try:
        return store(db.session).put(file.content)
    except OSError as problem:
        structlog.get_logger("competence.files").error("not_stored", reason=problem.strerror)
        raise RuleBroken(not_now(), field="file") from None


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def store(session: Session) -> Store:
    """Where the municipality's files lie."""
    municipality = session.get(Municipality, tenant_id(session))
    assert municipality is not None
    settings = _settings()
    return Store(settings.files_folder, municipality.id, secret=settings.secret_key, salt=municipality.salt)


@bp.get("/files/<int:file_id>")
@requires(any_of=(Permission.OWN_READ, Permission.EVIDENCE_FILE_READ))
def file(file_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The file itself, as a picture that is shown or a PDF that is downloaded. Each look but her own is noted."""
    row = queries.get_file(db.session, file_id, by=actor, permission=Permission.EVIDENCE_FILE_READ)
    try:
        content = store(db.session).get(Stored(row.stored, row.salt or ""))
    except Unreadable:
        structlog.get_logger("competence.files").error("unreadable", file=row.id)
        return render_template(
            "errors/400.html", reason=_("The file cannot be opened. Tell whoever runs the system.")
        ), 503
    looked_at(person_id=row.person_id)
    shown = "attachment" if row.media_type == "application/pdf" else "inline"
    answer = Response(content, mimetype=row.media_type)
    answer.headers["Content-Disposition"] = f'{shown}; filename="bilag-{row.id}.{ENDINGS[row.media_type]}"'
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/files/<int:file_id>/remove", methods=["GET", "POST"])
@requires(any_of=(Permission.OWN_READ, Permission.EVIDENCE_FILE_ADD))
def remove(file_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A page that asks why, and then takes the file out of view."""
    row = queries.get_file(db.session, file_id, by=actor, permission=Permission.EVIDENCE_FILE_ADD)
    looked_at(person_id=row.person_id)
    mine = row.person_id == actor.person_id
    back = _address(row.person_id, actor)
    form = RemoveForm()
    if form.validate_on_submit():
        with transaction() as session:
            commands.remove_file(session, file_id, Why(form.why.data), by=actor)
        sweep_after(db.session)
        flash(_("The file is no longer shown. A signature that rests on it stands."))
        return redirect(back)
    (shown,) = [one for one in queries.files_of(db.session, row.person_id) if one.id == file_id]
    return render_template(
        "files/remove.html", form=form, file=shown, back=back, mine=mine, task=task_names(db.session).get(row.task_id, "")
    ), 422 if form.errors else 200  # fmt: skip


def sweep_after(session: Session) -> None:
    """Nothing; bytes that can no longer be read lie in the folder no longer. What is left now goes with the next sweep."""
    try:
        commands.sweep(session, store(session))
    except OSError as problem:
        structlog.get_logger("competence.files").error("not_swept", reason=problem.strerror)
