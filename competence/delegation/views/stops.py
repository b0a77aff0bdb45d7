"""Stops: what is closed now, what was, a new one, and lifting one."""

from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.models import Task
from competence.delegation import commands, queries
from competence.delegation.agreements import TOLD_NAMES
from competence.delegation.forms import StopForm
from competence.delegation.queries import StopLine
from competence.foundation.clock import day_after, now, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.web import after_reading, db, say, show, transaction
from competence.organisation.queries import unit_choices

bp = Blueprint("stops", __name__, url_prefix="/stops")


def _listed(actor: Actor, within: Reach) -> list[StopLine]:
    """The stops; without names for whoever sees numbers only."""
    lines = queries.stops_listed(db.session, within=within)
    if actor.may(Permission.WHO_MAY_COLLEAGUES) or actor.may(Permission.PERSON_READ):
        return lines
    return [replace(line, stopped_by="", lifted_by="") for line in lines]


@bp.get("")
@requires(Permission.STOP_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The stops that close something for the reader's units now, and earlier ones."""
    listed = _listed(actor, within)
    moment = now()
    return render_template(
        "stops/index.html",
        in_force=[stop for stop in listed if stop.in_force(moment)],
        earlier=[stop for stop in listed if not stop.in_force(moment)],
        liftable={stop.id for stop in listed if actor.may(Permission.STOP_WRITE, stop.unit_path)},
        may_stop=actor.may(Permission.STOP_WRITE),
    )


@bp.get("/<int:stop_id>")
@requires(Permission.STOP_READ)
def one(stop_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One stop; and, for who may stop there or below, who of her people was told of it and who has seen it."""
    stop = next((line for line in _listed(actor, within) if line.id == stop_id), None)
    if stop is None:
        raise NotFound
    after_reading(lambda session: commands.see_stop(session, stop_id, person_id=actor.person_id))
    stops = actor.reach(Permission.STOP_WRITE)
    whole = stops.covers(stop.unit_path)
    part = any(root.startswith(stop.unit_path) for root in stops.roots)
    return render_template(
        "stops/one.html",
        stop=stop,
        in_force=stop.in_force(now()),
        may_lift=whole and stop.in_force(now()),
        told=queries.told_listed(db.session, stop_id, within=None if whole else stops) if whole or part else None,
        parts=TOLD_NAMES,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.STOP_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Close a task at once."""
    tasks = [
        (row.id, row.name)
        for row in db.session.execute(
            select(Task.id, Task.name)
            .where(or_(Task.archived_on.is_(None), Task.archived_on > today()))
            .order_by(Task.name, Task.id)
        )
    ]
    groups = [(group.id, group.name) for group in queries.staff_groups(db.session).values()]
    form = StopForm(tasks=tasks, units=unit_choices(db.session, within=within), groups=groups)
    if not form.is_submitted():
        asked = request.args.get("task", type=int)
        form.task.data = asked if asked in {id_ for id_, _name in tasks} else None
    if form.validate_on_submit():
        try:
            with transaction() as session:
                stop = commands.stop_task(
                    session, form.task.data or 0, unit_id=form.unit.data or 0, staff_group_id=form.staff_group.data,
                    valid_to=day_after(form.valid_through.data) or date.min, reason=form.reason.data or "", by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            name = next((name for id_, name in tasks if id_ == stop.task_id), "")
            flash(_("Stopped at once: %(task)s.", task=name))
            return redirect(url_for(".index"))
    return render_template("stops/new.html", form=form, today=today())


@bp.post("/<int:stop_id>/lift")
@requires(Permission.STOP_WRITE)
def lift(stop_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Open the task again now."""
    try:
        with transaction() as session:
            commands.lift_stop(session, stop_id, by=actor)
    except NotAllowed:
        raise NotFound from None  # out of reach tells nothing
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The stop is lifted. The answers are again what the division of tasks and the signatures say."))
    return redirect(url_for(".index"))
