"""Bringing files in: choose, see what would change and what is wrong, confirm, and what comes next."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach, Role
from competence.access.web import requires, signed_in_actor
from competence.accounts.queries import somebody_is
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.spreadsheets import XLSX
from competence.foundation.web import db, show, transaction
from competence.imports import commands, loading
from competence.imports.blanks import FILENAMES, blank, headings
from competence.imports.forms import ConfirmForm, UploadForm
from competence.imports.grid import SheetProblem
from competence.imports.kinds import HOLDS, NAMES, NEXT, PERMISSIONS, Kind
from competence.imports.models import KEPT, StagedImport
from competence.imports.preview import preview
from competence.imports.queries import amount_of, own_drafts, staged_of
from competence.imports.taking import make_ready, read_file, rehearse, take_in
from competence.jobs import commands as jobs
from competence.jobs.queries import unfinished
from competence.jobs.views import wake

bp = Blueprint("imports", __name__, url_prefix="/imports")
_NEXT_PAGES = {
    Kind.UNITS: (Permission.IMPORT_PEOPLE, "imports.people"),
    Kind.PEOPLE: (Permission.IMPORT_MATRIX, "imports.matrix"),
    Kind.MATRIX: (Permission.MATRIX_READ, "matrix.index"),
    Kind.SIGNOFFS: (Permission.IMPORT_REQUIREMENTS, "imports.requirements"),
    Kind.REQUIREMENTS: (Permission.COVERAGE_READ, "coverage.index"),
    Kind.PROFILES: (Permission.PROFILE_READ, "profiles.index"),
    Kind.ROSTER: (Permission.ROSTER_READ, "roster.index"),
}


@bp.get("/")
@requires(any_of=tuple(PERMISSIONS.values()))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The kinds of files she may bring in, in the order in which a municipality begins."""
    kinds = [kind for kind in Kind if actor.may(PERMISSIONS[kind])]
    amounts = {kind: amount_of(db.session, kind) for kind in kinds}
    hers = [
        job
        for one in (loading.CHECK, loading.LOAD)
        for job in unfinished(db.session, one)
        if job.asked_by == actor.person_id
    ]
    begun = {kind for kind in kinds if amounts[kind] > (1 if kind is Kind.UNITS else 0)}  # the municipality is a unit
    return render_template(
        "imports/index.html", kinds=kinds, names=NAMES, holds=HOLDS, amounts=amounts, jobs=hers,
        drafts=own_drafts(db.session), next=next((kind for kind in kinds if kind not in begun), None),
        nobody_approves=actor.may(Permission.ROLE_GIVE)
        and Kind.PEOPLE in begun
        and not somebody_is(db.session, Role.DEVELOPMENT_NURSE),
    )  # fmt: skip


def _upload(kind: Kind, actor: Actor) -> ResponseReturnValue:
    """The form; a file without a problem goes on to its preview."""
    form = UploadForm()
    seen: dict[str, Any] | None = None
    if form.validate_on_submit():
        content, words, filename = form.content(), form.words(), form.file.data.filename or ""
        if loading.takes_long_to_read(content):
            return _in_background(kind, actor, filename, content, words)
        try:
            reading = read_file(db.session, kind, content, filename, by=actor, mapping=words)
            reading, effect = rehearse(db.session, reading, by=actor)
        except SheetProblem as refused:
            show(RuleBroken(refused.message, field="file"), form)
        else:
            seen = preview(db.session, reading, effect, filename=filename)
            if not reading.parsed.problems:
                with transaction() as session:
                    commands.stage(
                        session, kind, filename=filename, content=content, mapping=words, seen=seen, by=actor
                    )
                return redirect(url_for(f".{kind}_preview"))
    return _form_page(kind, form, seen)


def _in_background(kind: Kind, actor: Actor, filename: str, content: bytes, words: bytes | None) -> ResponseReturnValue:
    """To the page of the job that reads the file; what it would change is shown afterwards."""
    with transaction() as session:
        staged = commands.stage(session, kind, filename=filename, content=content, mapping=words, seen={}, by=actor)
        job = jobs.ask(
            session, loading.CHECK, str(staged.id), title=_("Reading of %(file)s", file=staged.filename),
            leads_to=url_for(f".{kind}_preview"), said=loading.about(staged), by=actor,
        )  # fmt: skip
    wake()
    return redirect(url_for("jobs.job", job_id=job.id))


def _form_page(kind: Kind, form: UploadForm, seen: dict[str, Any] | None = None) -> str:
    if kind is Kind.ROSTER:
        form.file.description = _(
            "An Excel workbook (.xlsx), .csv or a calendar (.ics), at most 20 MB, without formulas and macros."
        )
    return render_template(
        "imports/upload.html",
        form=form,
        kind=kind,
        name=NAMES[kind],
        holds=HOLDS[kind],
        headings=headings(kind),
        seen=seen,
    )


def _preview(kind: Kind, actor: Actor) -> ResponseReturnValue:
    """What the uploaded file would change; on POST it is taken in, or nothing at all is."""
    staged = staged_of(db.session, kind, actor.person_id)
    if staged is None:
        if request.method == "POST":
            flash(_("The file is no longer kept here. Choose it again."), "error")
        return redirect(url_for(f".{kind}"))
    if job := next(
        (job for one in (loading.LOAD, loading.CHECK) for job in unfinished(db.session, one, str(staged.id))), None
    ):
        return redirect(url_for("jobs.job", job_id=job.id))
    if not staged.seen:
        flash(_("The file could not be read. Choose it again."), "error")
        return redirect(url_for(f".{kind}"))
    form = ConfirmForm(staged=_mark(staged))
    if form.validate_on_submit():
        try:
            job_id = _confirm(kind, staged, form.staged.data or "", actor)
            return redirect(url_for("jobs.job", job_id=job_id) if job_id else url_for(f".{kind}_preview"))
        except RuleBroken as broken:
            show(broken, form)
        except NotFound:
            show(RuleBroken(commands.OUT_OF_REACH), form)
    return render_template(
        "imports/preview.html", form=form, kind=kind, name=NAMES[kind], next_step=(NEXT[kind], _address(kind, actor)),
        staged=staged, seen=staged.seen, kept_until=staged.staged_at + timedelta(hours=KEPT),
    )  # fmt: skip


def _address(kind: Kind, actor: Actor) -> str | None:
    """Where the next step is done; None when she may not, or there is no such page."""
    permission, endpoint = _NEXT_PAGES[kind]
    return url_for(endpoint) if endpoint in current_app.view_functions and actor.may(permission) else None


def _mark(staged: StagedImport) -> str:
    """By which a page says what file it shows."""
    return f"{staged.id}-{staged.staged_at.timestamp():.3f}"


def _confirm(kind: Kind, staged: StagedImport, shown: str, actor: Actor) -> int | None:
    """None when the file has been taken in, or was before; the job that does it when it is large. RuleBroken or NotFound."""
    staged_id, staged_at, filename = staged.id, staged.staged_at, staged.filename
    content, words = staged.content, staged.mapping
    if content is None:
        return None
    if shown != _mark(staged):
        raise RuleBroken(commands.REPLACED)
    if staged.seen.get("rows_total", 0) > loading.MANY_ROWS:
        with transaction() as session:
            job = jobs.ask(
                session, loading.LOAD, str(staged_id), title=_("Loading of %(file)s", file=filename),
                leads_to=url_for(f".{kind}_preview"), said=loading.about(staged), by=actor,
            )  # fmt: skip
        wake()
        return job.id
    reading = read_file(db.session, kind, content, filename, by=actor, mapping=words)
    reading = make_ready(db.session, reading, by=actor)
    with transaction() as session:
        commands.take_staged(session, staged_id, kind, staged_at=staged_at, by=actor)
        effect = take_in(session, reading, by=actor)
        commands.note_result(session, staged_id, seen=loading.result_of(effect, filename))
    return None


def _blank(kind: Kind, actor: Actor) -> ResponseReturnValue:
    """An empty spreadsheet with the right headings."""
    made = io.BytesIO(blank(db.session, kind))
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name=FILENAMES[kind])


@bp.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """The form again, with what is wrong at its field: the file is larger than any that is taken."""
    kind = next((kind for kind in Kind if request.endpoint == f"imports.{kind}"), None)
    actor = signed_in_actor()
    if kind is None or actor is None or not actor.may(PERMISSIONS[kind]):
        return render_template("errors/400.html", reason=_("The file is larger than 20 MB.")), 413
    form = UploadForm(formdata=None)
    said = _("The file is larger than 20 MB. Keep the table only, and split it into several files if it is long.")
    form.file.errors = [said]
    return _form_page(kind, form), 413


def _add_pages(kind: Kind) -> None:
    """A page for each step of the kind; each asks for the kind's own permission."""

    def page(
        run: Callable[[Kind, Actor], ResponseReturnValue], address: str, endpoint: str, methods: list[str]
    ) -> None:
        @requires(PERMISSIONS[kind])
        def view(*, actor: Actor, within: Reach) -> ResponseReturnValue:
            return run(kind, actor)

        bp.add_url_rule(f"/{kind}{address}", endpoint=endpoint, view_func=view, methods=methods)

    page(_upload, "", f"{kind}", ["GET", "POST"])
    page(_preview, "/preview", f"{kind}_preview", ["GET", "POST"])
    page(_blank, "/blank", f"{kind}_blank", ["GET"])


for _kind in Kind:
    _add_pages(_kind)
