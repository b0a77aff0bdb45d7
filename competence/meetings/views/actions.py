"""Improvement actions: the list over all units within reach, and one action with its follow-ups."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.staff import names_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction
from competence.meetings import commands, queries
from competence.meetings.forms import ActionForm, FollowUpForm, seen_revision
from competence.meetings.models import ImprovementAction
from competence.meetings.rules import ENDED_NAMES, FIGURE_NAMES, Figure, reached
from competence.meetings.views.meetings import named, unit_of
from competence.meetings.views.showing import figure_text

bp = Blueprint("actions", __name__, url_prefix="/actions")


def shown(units: Tree, node: Node, action: ImprovementAction) -> dict[str, Any]:
    """How the action's figure stands now against where it began and its target."""
    figure = Figure(action.figure)
    value = queries.values_of(db.session, queries.counts_of(db.session, units, node))[figure]
    return {
        "name": FIGURE_NAMES[figure], "baseline": figure_text(action.baseline), "now": figure_text(value),
        "target": figure_text(action.target), "reached": reached(figure, value, action.target),
    }  # fmt: skip


@bp.get("")
@requires(Permission.ACTION_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The open actions of all units within reach, or the closed ones; no names for those who see numbers only."""
    units = tree(db.session, on=today())
    closed = request.args.get("closed") == "1"
    found = queries.actions_in(db.session, units, within, named=named(actor), closed=closed)
    return render_template(
        "meetings/actions.html", actions=found, closed=closed, today=today(), figure_names=FIGURE_NAMES,
        ended_names=ENDED_NAMES, figure_text=figure_text,
    )  # fmt: skip


@bp.route("/new/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.BOARD_KEEP)
def new(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An action begins, held against the figure of today."""
    units, node = unit_of(unit_id, within)
    looked_at(unit_id=node.id)
    figure = request.args.get("figure") or Figure.GAPS.value
    form = ActionForm(_owners(node, actor), data={"figure": figure, "owner": actor.person_id, "target": 0})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.begin_action(session, unit_id, form.planned(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The action has begun."))
            return redirect(url_for("meetings.unit", unit_id=unit_id))
    return render_template(
        "meetings/action_form.html", node=node, form=form, action=None, above=units.way_to(node, within)
    ), 422 if form.errors else 200


def _owners(node: Node, actor: Actor, *also: tuple[int, str]) -> list[tuple[int, str]]:
    able = dict([(actor.person_id, actor.name), *also, *queries.owners_for(db.session, node)])
    return sorted(able.items(), key=lambda one: one[1])


def _open(action_id: int, within: Reach) -> tuple[Tree, Node, ImprovementAction]:
    action = db.session.scalars(select(ImprovementAction).where(ImprovementAction.id == action_id)).one_or_none()
    if action is None:
        raise NotFound
    units, node = unit_of(action.unit_id, within)
    return units, node, action


@bp.get("/<int:action_id>")
@requires(Permission.ACTION_READ)
def one(action_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The action with its follow-ups."""
    return page(action_id, actor, within, FollowUpForm())


def page(action_id: int, actor: Actor, within: Reach, form: FollowUpForm) -> ResponseReturnValue:
    """The page, with the form of a follow-up for whoever keeps the board."""
    units, node, action = _open(action_id, within)
    sees_names = actor.may(Permission.COVERAGE_READ, node.path)
    if sees_names:
        looked_at(unit_id=node.id)
    written = queries.follow_ups_of(db.session, [action.id]).get(action.id, [])
    people = {action.owner_id, *(one.written_by for one in written)} if sees_names else set()
    if not form.is_submitted():
        form.seen.data = str(action.revision)
    return render_template(
        "meetings/action.html", node=node, action=action, written=written, names=names_of(db.session, people),
        sees_names=sees_names, stands=shown(units, node, action), above=units.way_to(node, within), today=today(),
        keeps=actor.may(Permission.BOARD_KEEP, node.path), form=form, ended_names=ENDED_NAMES, figure_text=figure_text,
    ), 422 if form.errors else 200  # fmt: skip


@bp.route("/<int:action_id>/change", methods=["GET", "POST"])
@requires(Permission.BOARD_KEEP)
def change(action_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the action says, changed while it is open."""
    units, node, action = _open(action_id, within)
    if action.closed_at is not None:
        return redirect(url_for(".one", action_id=action_id))
    looked_at(unit_id=node.id)
    before = names_of(db.session, [action.owner_id])
    form = ActionForm(
        _owners(node, actor, *before.items()),
        data={
            "what": action.what, "owner": action.owner_id, "figure": Figure(action.figure).value, "target": action.target,
            "due_on": action.due_on, "follow_up_on": action.follow_up_on, "seen": str(action.revision),
        },
    )  # fmt: skip
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_action(session, action_id, form.planned(), seen=seen_revision(form.seen), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The action is changed."))
            return redirect(url_for(".one", action_id=action_id))
    return render_template(
        "meetings/action_form.html", node=node, form=form, action=action, above=units.way_to(node, within)
    ), 422 if form.errors else 200


@bp.post("/<int:action_id>/follow-up")
@requires(Permission.BOARD_KEEP)
def follow_up(action_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How it stands, with a word; the next follow-up, or how it ended."""
    _open(action_id, within)
    form = FollowUpForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.follow_up_action(
                    session, action_id, form.note.data or "", next_on=form.next_on.data, ended=form.ended,
                    seen=seen_revision(form.seen), by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The follow-up is noted."))
            return redirect(url_for(".one", action_id=action_id))
    return page(action_id, actor, within, form)
