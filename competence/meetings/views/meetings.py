"""A unit's board meeting: what the wall shows, the week's goals, the figures, the screens, and the button that notes a meeting."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.coverage.views.drawing import weekday
from competence.foundation.addresses import address
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.meetings import commands, queries
from competence.meetings.forms import ButtonForm, FiguresForm, GoalForm, ScreenForm
from competence.meetings.rules import Goal, week_of
from competence.meetings.views.showing import wall_of

bp = Blueprint("meetings", __name__, url_prefix="/board-meeting")


def unit_of(unit_id: int, within: Reach) -> tuple[Tree, Node]:
    """(the tree, the unit). NotFound when it is out of reach."""
    units = tree(db.session, on=today())
    return units, units.get(unit_id, within)


def named(actor: Actor) -> Reach:
    """Where she sees names."""
    return actor.reach(Permission.COVERAGE_READ)


def board_context(units: Tree, node: Node, actor: Actor, within: Reach) -> dict[str, Any]:
    """What the board and the pages about it draw."""
    actions = queries.actions_in(db.session, units, within, named=named(actor), unit_id=node.id)
    return {
        "node": node, "wall": wall_of(db.session, units, node, actions), "shifts": list(Shift), "shift_names": SHIFT_NAMES,
        "weekday": weekday(today()), "today": today(), "above": units.way_to(node, within),
    }  # fmt: skip


@bp.get("/<int:unit_id>")
@requires(any_of=(Permission.BOARD_KEEP, Permission.ACTION_READ))
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The board meeting of the unit: for the leader with all she can change, for others to read."""
    return page(unit_id, actor, within)


def page(
    unit_id: int, actor: Actor, within: Reach, *, screen: ScreenForm | None = None, figures: FiguresForm | None = None,
    link: str | None = None, status: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    """The page, with a form as it was filled in, or the link of a new screen."""
    units, node = unit_of(unit_id, within)
    sees_names = actor.may(Permission.COVERAGE_READ, node.path)
    keeps = actor.may(Permission.BOARD_KEEP, node.path)
    if sees_names:
        looked_at(unit_id=node.id)
    return render_template(
        "meetings/unit.html",
        **board_context(units, node, actor, within), keeps=keeps, sees_names=sees_names, is_leaf=units.is_leaf(node),
        plans=actor.may(Permission.TRAINING_PLAN, node.path), meetings=queries.meetings_of(db.session, node.id)[::-1], link=link,
        screens=queries.screens_of(db.session, node.id) if keeps else [], screen_form=screen or ScreenForm(formdata=None),
        figures_form=figures or FiguresForm(queries.figures_of(db.session, node.id)),
        form=screen if screen and screen.errors else figures if figures and figures.errors else None,
    ), status  # fmt: skip


@bp.get("/<int:unit_id>/preview")
@requires(Permission.BOARD_KEEP)
def preview(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The board as the wall shows it, for whoever keeps it."""
    units, node = unit_of(unit_id, within)
    return render_template("meetings/screen.html", **board_context(units, node, actor, within), preview=True)


@bp.post("/<int:unit_id>/held")
@requires(Permission.BOARD_KEEP)
def held(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A board meeting is noted, with the figures of now."""
    unit_of(unit_id, within)
    if ButtonForm().validate_on_submit():
        with transaction() as session:
            commands.hold_meeting(session, unit_id, by=actor)
        flash(_("The board meeting is noted, with today's figures."))
    return redirect(url_for(".unit", unit_id=unit_id))


@bp.post("/<int:unit_id>/figures")
@requires(Permission.BOARD_KEEP)
def figures(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The two or three figures of the board."""
    unit_of(unit_id, within)
    form = FiguresForm(())
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.choose_figures(session, unit_id, form.figures.data or (), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The board shows the figures."))
            return redirect(url_for(".unit", unit_id=unit_id))
    return page(unit_id, actor, within, figures=form, status=422)


@bp.route("/<int:unit_id>/goals", methods=["GET", "POST"])
@requires(Permission.BOARD_KEEP)
def goals(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The week's goals: today's gaps to tick, and those ticked before, with the day of the training."""
    units, node = unit_of(unit_id, within)
    if not units.is_leaf(node):
        raise NotFound
    found = queries.counts_of(db.session, units, node)
    set_before = queries.goals_of(db.session, found[0], on=today()) if found else []
    spots = {(one.goal.task_id, one.goal.shift): (one.task, one.goal) for one in set_before}
    for task, shift in queries.open_gaps(db.session, found[0]) if found else []:
        spots.setdefault((task.id, shift), (task.name, Goal(task.id, shift)))
    rows = []
    old = {(one.goal.task_id, one.goal.shift) for one in set_before}
    asked = set(request.args.getlist("goal"))
    for (task_id, shift), (name, goal) in spots.items():
        form = GoalForm(
            prefix=f"{task_id}-{shift.value}-",
            data={
                "chosen": (task_id, shift) in old or f"{task_id}-{shift.value}" in asked,
                "planned_on": goal.planned_on,
                "planned_at": goal.planned_at,
            },
        )
        rows.append((task_id, shift, name, form))
    said: list[str] = []
    if request.method == "POST" and ButtonForm().validate():
        valid = sum(not form.validate() for *_spot, form in rows) == 0
        wanted = [form.goal(task_id, shift) for task_id, shift, _name, form in rows] if valid else []
        if valid:
            try:
                with transaction() as session:
                    commands.set_goals(session, unit_id, [one for one in wanted if one is not None], by=actor)
            except RuleBroken as broken:
                said.append(say(broken.message))
            else:
                flash(_("The week's goals are saved."))
                return redirect(url_for(".unit", unit_id=unit_id))
    return render_template(
        "meetings/goals.html", node=node, rows=rows, said=said, shift_names=SHIFT_NAMES, week=week_of(today()),
        above=units.way_to(node, within), button=ButtonForm(),
    ), 422 if said or any(form.errors for *_spot, form in rows) else 200  # fmt: skip


@bp.post("/<int:unit_id>/screens")
@requires(Permission.BOARD_KEEP)
def make_screen(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A link for a screen, shown this once."""
    unit_of(unit_id, within)
    form = ScreenForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                _screen, secret = commands.make_screen(session, unit_id, form.name.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            return page(unit_id, actor, within, link=address("screens.screen", link=secret))
    return page(unit_id, actor, within, screen=form, status=422)


@bp.post("/screens/<int:screen_id>/revoke")
@requires(Permission.BOARD_KEEP)
def revoke_screen(screen_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A screen that shows nothing any more."""
    with transaction() as session:
        screen = commands.revoke_screen(session, screen_id, by=actor)
        unit_id = screen.unit_id
    flash(_("The screen is closed. Its link shows nothing any more."))
    return redirect(url_for(".unit", unit_id=unit_id))
