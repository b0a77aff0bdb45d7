"""A personal delegation: an authorised person gives it here; the receiver answers on her own page."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.web import needs_proof
from competence.delegation import commands, queries
from competence.delegation.forms import DelegateForm
from competence.foundation.clock import day_after, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.forms import Form
from competence.foundation.web import db, say, show, transaction
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup

bp = Blueprint("delegations", __name__, url_prefix="/delegations")


@bp.route("/new", methods=["GET", "POST"])
@requires(any_of=(Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN))
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Give one colleague one task, personally: `?employment=..`, and perhaps `&task=..`."""
    receiver = _receiver(request.args.get("employment", type=int), within)
    task_id = request.args.get("task", type=int)
    if task_id is not None:
        queries.get_task(db.session, task_id)
    if needs_proof(actor):
        return redirect(url_for("accounts.prove", next=request.full_path))
    tasks = queries.delegable_tasks(db.session, receiver.employment_id, on=today())
    if not tasks:
        return render_template("stops/delegate.html", form=None, receiver=receiver, today=today())
    form = DelegateForm(tasks=tasks, task_id=task_id)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.delegate(
                    session, receiver.employment_id, form.task.data or 0, valid_to=day_after(form.valid_through.data),
                    instruction=form.instruction.data or "", by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            name = dict(tasks).get(form.task.data or 0, "")
            said = _(
                "You have delegated %(task)s to %(name)s. It counts when she has said yes herself.",
                task=name,
                name=receiver.name,
            )
            flash(said)
            return redirect(url_for("home.index"))
    return render_template("stops/delegate.html", form=form, receiver=receiver, today=today())


@dataclass(frozen=True)
class Receiver:
    """Whom a delegation is for."""

    employment_id: int
    person_id: int
    name: str
    group: str
    unit: str


def _receiver(employment_id: int | None, within: Reach) -> Receiver:
    row = db.session.execute(
        select(Employment, PersonIdentity.name, StaffGroup.name.label("group"), Unit.name.label("unit"), Unit.path)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.id == (employment_id or 0))
    ).one_or_none()
    if row is None or not within.covers(row.path):
        raise NotFound
    return Receiver(row.Employment.id, row.Employment.person_id, row.name, row.group, row.unit)


@bp.route("/<int:delegation_id>", methods=["GET", "POST"])
@requires(Permission.OWN_ANSWER)
def answer(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The receiver's own yes."""
    waiting = queries.delegations_waiting(db.session, actor.person_id)
    given = next((line for line in waiting if line.id == delegation_id), None)
    if given is None:
        raise NotFound
    if needs_proof(actor):
        return redirect(url_for("accounts.prove", next=request.full_path))
    form = Form()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.accept_delegation(session, delegation_id, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("You have said yes to %(task)s.", task=given.task))
            return redirect(url_for("home.index"))
    return render_template("stops/answer.html", form=form, given=given)


@bp.post("/<int:delegation_id>/end")
@requires(Permission.OWN_ANSWER)
def end(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """End a delegation that one has given or received, from today."""
    try:
        with transaction() as session:
            commands.end_delegation(session, delegation_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The delegation has ended."))
    return redirect(url_for("home.index"))
