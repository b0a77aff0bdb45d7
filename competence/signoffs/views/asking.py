"""Asking for a sign-off, and the leader's part."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.signoffs import commands, queries
from competence.signoffs.forms import BedsideForm, CommentForm
from competence.signoffs.views.bedside import load_bedside
from competence.signoffs.views.blueprint import bp, place_within


@bp.route("/agree/<int:employment_id>/<int:task_id>", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_AGREE)
def agree(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The leader's part: agreed that the employee is trained in the task."""
    place = place_within(employment_id, task_id, within=within, actor=actor)
    form = BedsideForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                commands.agree(session, employment_id, task_id, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("It is noted that you agree. The guide can see it."))
            return redirect(url_for(".agree", employment_id=employment_id, task_id=task_id))
    page = load_bedside(place, actor)
    return render_template("signoffs/agree.html", form=form, page=page, place=place), 422 if form.errors else 200


@bp.route("/sign/<int:employment_id>/<int:task_id>/send-back", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SIGN)
def send_back(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The request for the task, sent back with what there is still to practise."""
    place = place_within(employment_id, task_id, within=within, actor=actor)
    asked = queries.last_request(db.session, employment_id, task_id)
    if asked is None:
        raise NotFound
    form = CommentForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.return_request(session, asked.id, comment=form.comment.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("It is sent back. %(name)s can read what there is still to practise.", name=place.first_name))
            return redirect(url_for("queue.index"))
    return render_template("signoffs/send_back.html", form=form, place=place, asked=asked), 422 if form.errors else 200


@bp.post("/ask")
@requires(Permission.OWN_READ)
def ask(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A request for a sign-off: her own, or one that her leader makes from a gap."""
    employment_id, task_id = (request.form.get(name, type=int, default=0) for name in ("employment_id", "task_id"))
    employment, _unit = queries.get_employment(db.session, employment_id)
    task = queries.get_task(db.session, task_id)
    try:
        with transaction() as session:
            commands.ask_for_sign_off(session, employment_id, task_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    except NotAllowed:
        raise NotFound from None  # out of reach tells nothing
    else:
        flash(_("The guides have been asked for a sign-off: %(task)s.", task=task.name))
    own = employment.person_id == actor.person_id
    return redirect(_back(url_for("me.path") if own else url_for("home.index")))


def _back(otherwise: str) -> str:
    """The address within this application that a form names as the way back, else the other one."""
    going = request.form.get("back", "")
    return going if going.startswith("/") and not going.startswith(("//", "/\\")) else otherwise
