"""Goals of a plan: written, answered, changed, closed and opened again."""

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.decision.queries import book
from competence.delegation.rules import ENTITLING
from competence.foundation.clock import today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.web import db, show, transaction
from competence.learning import commands
from competence.learning.forms import GoalChangeForm, GoalForm, NoteForm
from competence.learning.queries import plans as queries
from competence.learning.queries.plans import Whose
from competence.learning.rules import GoalKind, Origin
from competence.learning.views.acting import act
from competence.learning.views.showing import activity_shown, goal_shown, goal_title
from competence.signoffs.queries import names_of

bp = Blueprint("plan_goals", __name__, url_prefix="/plans")


def _plan(employment_id: int) -> str:
    return url_for("plans.one", employment_id=employment_id)


def origin_now(whose: Whose) -> Origin:
    """What it comes from: a talk, when the address says so; else her, or her leader."""
    if request.args.get("from") == Origin.TALK.value:
        return Origin.TALK
    return Origin.OWN if whose.own else Origin.LEADER


def may_learn(whose: Whose) -> Iterable[tuple[int, str]]:
    """(task, name) of what her staff group may do by the division of tasks, by name."""
    on = today()
    shared, names = book(db.session), queries.names(db.session).tasks
    version = shared.version_on(on)
    for task, name in names.items():
        cell = shared.cell(
            task, whose.employment.staff_group_id, version=version, stage_from=whose.employment.stage_from, on=on
        )
        if cell.rule in ENTITLING:
            yield task, name


@bp.route("/<int:employment_id>/goals/new", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def new(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A goal: a task at a level, a level of the profile, or a wish."""
    whose = queries.whose_plan(db.session, employment_id, actor)
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    held = queries.held_by(
        db.session, queries.own_employments(db.session, whose.employment.person_id, on=today()), on=today()
    )
    levels = queries.profile_levels(db.session, whose.employment, held, on=today())
    said = {"kind": request.args.get("kind", GoalKind.TASK.value), "task": request.args.get("task", type=int)}
    said["level"] = request.args.get("level", type=int)
    form = GoalForm(
        may_learn(whose), level_names(db.session).items(), tuple(levels.areas) if levels else (),
        level_names(db.session, ScaleKind.PROFILE).items(), data=said,
    )  # fmt: skip
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.add_goal(session, employment_id, form.goal(origin_now(whose)), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _("The goal is in the plan.")
                if whose.own
                else _("The goal is proposed to %(name)s.", name=whose.first_name)
            )
            return redirect(_plan(employment_id))
    return render_template("learning/goal_new.html", form=form, whose=whose), 422 if form.errors else 200


@bp.route("/goals/<int:goal_id>", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def one(goal_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A goal with what is done for it, its notes, and what can be changed."""
    goal, whose = queries.get_goal(db.session, goal_id, actor)
    names = queries.names(db.session)
    choices = {GoalKind.TASK: names.practice, GoalKind.PROFILE: names.profile}.get(GoalKind(goal.kind), {})
    plan = queries.open_plan(db.session, whose.employment.id)
    seen = plan.revision if plan else 0
    said = {"level": goal.level, "words": goal.words, "wanted_by": goal.wanted_by, "seen": str(seen)}
    form = GoalChangeForm(choices.items(), data=said)
    if form.validate_on_submit():
        level = form.level.data if "level" in form else None
        try:
            with transaction() as session:
                commands.change_goal(
                    session, goal_id, level=level, text=form.words.data or "", wanted_by=form.wanted_by.data,
                    seen=form.seen_revision, by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = str(seen)
        else:
            flash(_("The goal is saved."))
            return redirect(url_for(".one", goal_id=goal_id))
    return _page(goal_id, actor, form, NoteForm(formdata=None))


def _page(goal_id: int, actor: Actor, form: GoalChangeForm, note: NoteForm) -> ResponseReturnValue:
    goal, whose = queries.get_goal(db.session, goal_id, actor)
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    names = queries.names(db.session)
    on, person = today(), whose.employment.person_id
    held = queries.held_by(db.session, queries.own_employments(db.session, person, on=on), on=on)
    levels = queries.profile_levels(db.session, whose.employment, held, on=on)
    rows = [one for one in queries.activities_of(db.session, [whose.employment.id], on=on) if one.goal_id == goal_id]
    people = names_of(db.session, {one.led_by for one in rows if one.led_by})
    begun = {goal_id} if any(one.dropped_on is None for one in rows) else set[int]()
    notes = queries.notes_of(db.session, goal.plan_id, goal_id=goal_id)
    return render_template(
        "learning/goal.html", goal=goal_shown(goal, names, held, levels, begun), row=goal, whose=whose, own=whose.own,
        form=form, note=note, notes=notes, writers=names_of(db.session, {one.written_by for one in notes}),
        activities=[activity_shown(one, people) for one in rows], actor_id=actor.person_id,
    ), 422 if form.errors or note.errors else 200  # fmt: skip


@bp.post("/goals/<int:goal_id>/notes")
@requires(Permission.OWN_READ)
def note(goal_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A note about the goal, which both of them read."""
    goal, whose = queries.get_goal(db.session, goal_id, actor)
    form = NoteForm()
    if form.validate_on_submit():
        text = form.words.data or ""
        try:
            with transaction() as session:
                commands.write_note(session, whose.employment.id, text, goal_id=goal_id, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The note is saved."))
            return redirect(url_for(".one", goal_id=goal_id))
    names = queries.names(db.session)
    choices = {GoalKind.TASK: names.practice, GoalKind.PROFILE: names.profile}.get(GoalKind(goal.kind), {})
    plan = queries.open_plan(db.session, whose.employment.id)
    said = {
        "level": goal.level,
        "words": goal.words,
        "wanted_by": goal.wanted_by,
        "seen": str(plan.revision if plan else 0),
    }
    return _page(goal_id, actor, GoalChangeForm(choices.items(), formdata=None, data=said), form)


@bp.post("/goals/<int:goal_id>/answer")
@requires(Permission.OWN_READ)
def answer(goal_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The employee's yes to a goal that was proposed, or not now."""
    goal, whose = queries.get_goal(db.session, goal_id, actor)
    yes = request.form.get("answer") == "yes"
    if request.form.get("answer") not in ("yes", "not_now"):
        flash(_("Choose yes or not now."), "error")
        return redirect(url_for(".one", goal_id=goal_id))
    said = _("It is your goal now.") if yes else _("Put aside. That is quite all right.")
    return act(
        lambda session: commands.answer_goal(session, goal.id, yes, by=actor), said, _after(whose),
        undo_url="" if yes else url_for(".open_again", goal_id=goal_id),
    )  # fmt: skip


def _after(whose: Whose) -> str:
    """Where she came from: her own page of learning, or the plan."""
    return url_for("learning.own") if request.form.get("back") == "learning" else _plan(whose.employment.id)


@bp.post("/goals/<int:goal_id>/close")
@requires(Permission.OWN_READ)
def close(goal_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The goal is reached, or put aside."""
    goal, whose = queries.get_goal(db.session, goal_id, actor)
    reached = request.form.get("how") == "reached"
    if request.form.get("how") not in ("reached", "aside"):
        flash(_("Choose whether it is reached or put aside."), "error")
        return redirect(url_for(".one", goal_id=goal_id))
    title = goal_title(goal, queries.names(db.session))
    said = _("Reached: %(goal)s.", goal=title) if reached else _("Put aside: %(goal)s.", goal=title)
    return act(
        lambda session: commands.close_goal(session, goal.id, reached=reached, by=actor), said,
        _plan(whose.employment.id), undo_url=url_for(".open_again", goal_id=goal_id),
    )  # fmt: skip


@bp.post("/goals/<int:goal_id>/open")
@requires(Permission.OWN_READ)
def open_again(goal_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The goal is open again."""
    goal, whose = queries.get_goal(db.session, goal_id, actor)
    return act(
        lambda session: commands.open_goal(session, goal.id, by=actor), _("The goal is open again."),
        _plan(whose.employment.id),
    )  # fmt: skip
