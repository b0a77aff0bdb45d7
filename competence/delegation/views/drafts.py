"""Versions with their states, and a draft as a whole: made, named, given up, and its log."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries.scales import level_names_at
from competence.delegation import queries
from competence.delegation.commands import root_unit
from competence.delegation.commands.drafts import describe_draft, discard_draft, make_draft
from competence.delegation.commands.editing import undo_change, undo_last
from competence.delegation.draft_forms import AboutForm, DraftForm
from competence.delegation.queries import ReadVersion
from competence.delegation.queries.drafts import LogLine, change_log
from competence.delegation.views.standing import state_of, title_of
from competence.delegation.views.wording import change_in_words
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction

bp = Blueprint("drafts", __name__, url_prefix="/matrix/drafts")


def may_edit(actor: Actor) -> bool:
    """Whether she keeps the matrix for the whole municipality."""
    return actor.may(Permission.MATRIX_EDIT, root_unit(db.session).path)


def numbered(versions: list[ReadVersion], number: int) -> ReadVersion:
    """The version of that number. NotFound when there is none."""
    version = next((v for v in versions if v.number == number), None)
    if version is None:
        raise NotFound
    return version


def log_words(line: LogLine) -> str:
    """From what to what, in the levels of the moment it was written."""
    return change_in_words(line.before, line.after, level_names_at(db.session, line.at))


@bp.get("")
@requires(Permission.MATRIX_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All versions, newest first, each with where it stands."""
    versions = queries.read_versions(db.session)
    on = today()
    return render_template(
        "matrix/versions.html",
        versions=[(v, title_of(v), state_of(v)) for v in versions],
        may_edit=bool(versions) and may_edit(actor),
        in_force=next((v.number for v in versions if v.in_force(on)), None),
        own=[v.number for v in versions if v.is_open],
        coming=[v.number for v in versions if not v.is_draft and v.valid_from and v.valid_from > on],
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MATRIX_EDIT)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new draft."""
    versions = queries.read_versions(db.session)
    current = queries.version_to_open(versions, today())
    asked = request.args.get("source", type=int)
    form = DraftForm(
        versions=[(v.number, f"{title_of(v)}: {state_of(v)}") for v in versions],
        chosen=asked or (current.number if current else None),
    )
    if form.validate_on_submit():
        try:
            with transaction() as session:
                draft = make_draft(
                    session, from_number=int(form.source.data) if form.source.data else None, name=form.name.data or "",
                    description=form.description.data or "", by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Version %(number)s is a draft. Nothing in it counts before it is approved.", number=draft.number))
            return redirect(url_for("editing.grid", number=draft.number))
    return render_template("matrix/draft_new.html", form=form)


@bp.route("/<int:number>/about", methods=["GET", "POST"])
@requires(Permission.MATRIX_EDIT)
def about(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the draft is called and for; and giving it up."""
    version = numbered(queries.read_versions(db.session), number)
    if not version.is_open or not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    form = AboutForm(data={"name": version.name, "description": version.description})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                describe_draft(
                    session, number, name=form.name.data or "", description=form.description.data or "", by=actor
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Saved."))
            return redirect(url_for("editing.grid", number=number))
    return render_template("matrix/draft_about.html", form=form, version=version, title=title_of(version))


@bp.post("/<int:number>/discard")
@requires(Permission.MATRIX_EDIT)
def discard(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Give the draft up."""
    numbered(queries.read_versions(db.session), number)
    if not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    try:
        with transaction() as session:
            discard_draft(session, number, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The draft has been given up. It can still be read, and a new one can be made from it."))
    return redirect(url_for(".index"))


@bp.get("/<int:number>/log")
@requires(Permission.MATRIX_READ)
def log(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Every change of the draft: who, when, from what to what."""
    version = numbered(queries.read_versions(db.session), number)
    return render_template(
        "matrix/draft_log.html",
        version=version,
        title=title_of(version),
        lines=[(line, log_words(line)) for line in change_log(db.session, version.id)],
        may_edit=version.is_open and may_edit(actor),
    )


@bp.post("/<int:number>/undo")
@requires(Permission.MATRIX_EDIT)
def undo(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Take back a change of the log, with all that were made with it; her own last one when none is named."""
    numbered(queries.read_versions(db.session), number)
    if not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    change_id = request.form.get("change", type=int)
    try:
        with transaction() as session:
            undone = (
                undo_change(session, number, change_id, by=actor)
                if change_id is not None
                else undo_last(session, number, by=actor)
            )
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("Undone: %(count)s.", count=len(undone)))
    back = "drafts.log" if request.form.get("back") == "log" else "editing.grid"
    return redirect(url_for(back, number=number))
