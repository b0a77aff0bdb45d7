"""An employee's own pages about what she writes herself; the guide's button; and the use of the practice log."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.models import Task
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.organisation.commands import authorise_settings
from competence.people.models import Employment
from competence.practice import commands, queries
from competence.practice.forms import DoneForm, NoteForm, RatingForm, TrainingForm, UseForm
from competence.practice.rules import KEPT_WHEN_OFF, Rating, Wanted
from competence.practice.words import RATING_NAMES

bp = Blueprint("practice", __name__, url_prefix="/me")
guide_bp = Blueprint("training", __name__, url_prefix="/training")
use_bp = Blueprint("practice_use", __name__, url_prefix="/settings/practice-log")

TASK = "/tasks/<int:employment_id>/<int:task_id>"


def _place(actor: Actor, employment_id: int, task_id: int) -> tuple[Employment, Task]:
    return queries.own_place(db.session, actor.person_id, employment_id, task_id)


def _back(employment_id: int, task_id: int) -> str:
    return url_for("me.why", employment_id=employment_id, task_id=task_id)


@bp.route(f"{TASK}/done", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def done(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Gjort i dag, or on an earlier day; with the days she can take back. Not there while the log is not in use."""
    _employment, task = _place(actor, employment_id, task_id)
    if queries.use_now(db.session) is None:
        raise NotFound
    form = DoneForm(data={"done_on": today()})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.log_done(session, employment_id, task_id, form.day, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Noted: you did %(task)s on %(day)s.", task=task.name, day=day(form.day)))
            return redirect(_back(employment_id, task_id))
    days = queries.days_done(db.session, actor.person_id, task_id)
    return render_template(
        "practice/done.html", form=form, task=task, employment_id=employment_id, days=days
    ), 422 if form.errors else 200


@bp.post(f"{TASK}/done/undo")
@requires(Permission.OWN_READ)
def undo_done(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What she noted about a day, taken back."""
    _place(actor, employment_id, task_id)
    if queries.use_now(db.session) is None:
        raise NotFound
    form = DoneForm()
    if form.validate_on_submit():
        with transaction() as session:
            commands.undo_done(session, task_id, form.day, by=actor)
        flash(_("Taken back: %(day)s.", day=day(form.day)))
    else:
        flash(_("Choose the day that you want to take back."), "error")
    return redirect(_back(employment_id, task_id))


@bp.route(f"{TASK}/training", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def training(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Bed om mere oplæring, or about a refresh, with a word to the guides."""
    _employment, task = _place(actor, employment_id, task_id)
    asks_refresh = request.args.get("wanted") == Wanted.REFRESH.value and queries.use_now(db.session) is not None
    wanted = Wanted.REFRESH if asks_refresh else Wanted.TRAINING
    form = TrainingForm()
    if form.validate_on_submit():
        words = form.words.data or ""
        try:
            with transaction() as session:
                commands.ask_for_training(session, employment_id, task_id, words=words, wanted=wanted, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The guides have been asked to train you: %(task)s.", task=task.name))
            return redirect(_back(employment_id, task_id))
    return render_template(
        "practice/training.html", form=form, task=task, employment_id=employment_id, refresh=wanted is Wanted.REFRESH,
        asked=queries.open_request(db.session, employment_id, task_id),
    ), 422 if form.errors else 200  # fmt: skip


@bp.post(f"{TASK}/training/withdraw")
@requires(Permission.OWN_READ)
def withdraw(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own request for training, taken back."""
    _place(actor, employment_id, task_id)
    try:
        with transaction() as session:
            commands.withdraw_training(session, employment_id, task_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The request is taken back."))
    return redirect(_back(employment_id, task_id))


@bp.route(f"{TASK}/note", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def note(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own note about the task, which nobody else reads."""
    _employment, task = _place(actor, employment_id, task_id)
    written = queries.note_of(db.session, actor.person_id, task_id)
    form = NoteForm(data={"text": written.text if written else "", "seen": str(written.revision if written else 0)})
    newer = ""
    if form.validate_on_submit():
        text, seen = form.text.data or "", form.seen_revision
        try:
            with transaction() as session:
                kept = commands.write_note(session, employment_id, task_id, text, seen=seen, by=actor)
        except Overtaken as broken:
            show(broken, form)
            newest = queries.note_of(db.session, actor.person_id, task_id)
            newer = newest.text if newest else ""
            form.seen.data = str(newest.revision if newest else 0)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Your note is saved.") if kept else _("Your note is removed."))
            return redirect(_back(employment_id, task_id))
    return render_template(
        "practice/note.html", form=form, task=task, employment_id=employment_id, newer=newer
    ), 422 if form.errors else 200


@bp.route(f"{TASK}/rating", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def rating(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How sure she is of the task in her own eyes, and whether her leader can see it."""
    _employment, task = _place(actor, employment_id, task_id)
    given = queries.rating_of(db.session, actor.person_id, task_id)
    form = RatingForm(data={"rating": given.rating, "show": given.shown_at is not None} if given else None)
    removes = request.method == "POST" and "remove" in request.form
    if removes or form.validate_on_submit():
        chosen = None if removes else Rating(form.rating.data)
        with transaction() as session:
            commands.rate_oneself(session, employment_id, task_id, chosen, show=bool(form.show.data), by=actor)
        flash(_("Your own rating is removed.") if removes else _("Your own rating is saved."))
        return redirect(_back(employment_id, task_id))
    return render_template(
        "practice/rating.html", form=form, task=task, employment_id=employment_id, given=given
    ), 422 if form.errors else 200


@bp.get("/written")
@requires(Permission.OWN_READ)
def written(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that she has written about her own tasks, in one place."""
    found = queries.written_by(db.session, actor.person_id)
    return render_template(
        "practice/written.html", found=found, rating_names=RATING_NAMES, logs=queries.use_now(db.session) is not None
    )


@guide_bp.post("/<int:training_id>/held")
@requires(Permission.SIGNOFF_SIGN)
def held(training_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A colleague's request for training, closed by the guide who has trained her."""
    try:
        with transaction() as session:
            commands.training_held(session, training_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("It is noted that the training has been held."))
    return redirect(url_for("queue.index"))


@use_bp.route("", methods=["GET", "POST"])
@requires(Permission.SETTINGS_WRITE)
def use(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Whether the practice log is used: switched on with the day of the MED discussion; who did it, and when."""
    authorise_settings(db.session, actor)
    form = UseForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.use_log(session, form.day, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The practice log is in use from now."))
            return redirect(url_for(".use"))
    every = queries.uses(db.session)
    ids = {one for row in every for one in (row.begun_by, row.ended_by) if one}
    names = current_app.extensions["names_of"](db.session, ids) if ids else {}
    return render_template(
        "practice/use.html", form=form, every=every, names=names, kept=KEPT_WHEN_OFF,
        current=next((row for row in every if row.ended_at is None), None),
    ), 422 if form.errors else 200  # fmt: skip


@use_bp.post("/stop")
@requires(Permission.SETTINGS_WRITE)
def stop(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The practice log is no longer used: nothing is shown, and what was logged is erased 30 days later."""
    authorise_settings(db.session, actor)
    try:
        with transaction() as session:
            commands.stop_log(session, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The practice log is no longer used. What was logged is erased in %(days)s days.", days=KEPT_WHEN_OFF))
    return redirect(url_for(".use"))


def use_said() -> tuple[str, str, str]:
    """(title, words, address) of the log's use, for the page of the settings."""
    current = queries.use_now(db.session)
    words = (
        _("In use. Discussed by the MED committee on %(day)s.", day=day(current.discussed_on))
        if current
        else _("Not in use. It asks for the date of the MED committee's discussion.")
    )
    return _("Practice log and refreshes"), words, url_for("practice_use.use")
