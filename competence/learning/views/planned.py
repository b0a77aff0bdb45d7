"""Activities of a plan: planned from the list or of their own, changed, moved, done, put aside, and their *after*."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, show, transaction
from competence.learning import commands
from competence.learning.forms import ActivityForm, AfterForm, DoneForm, MoveForm, as_hours, day_before
from competence.learning.models import PlannedActivity
from competence.learning.queries import plans as queries
from competence.learning.queries.listing import get_listed, listed
from competence.learning.queries.plans import Whose
from competence.learning.queries.team import colleagues
from competence.learning.rules import PART_NAMES, Part
from competence.learning.views.acting import act
from competence.learning.views.goals import origin_now
from competence.learning.views.showing import activity_shown, goal_title
from competence.signoffs.queries import names_of

bp = Blueprint("plan_activities", __name__, url_prefix="/plans")


def _plan(employment_id: int) -> str:
    return url_for("plans.one", employment_id=employment_id)


def back_to(whose: Whose) -> str:
    """Where the button was: her own page of learning, or the plan."""
    where = request.form.get("back") or request.args.get("back")
    return url_for("learning.own") if where == "learning" and whose.own else _plan(whose.employment.id)


def goal_choices(employment_id: int) -> list[tuple[int, str]]:
    """(goal, title) of the open goals of the employment's plan."""
    plan = queries.open_plan(db.session, employment_id)
    rows = queries.goals_of(db.session, plan.id) if plan else []
    names = queries.names(db.session)
    return [(one.id, goal_title(one, names)[:90]) for one in rows if not (one.reached_on or one.set_aside_on)]


def _form(whose: Whose, said: dict[str, object], *, kept: PlannedActivity | None = None) -> ActivityForm:
    goals = goal_choices(whose.employment.id)
    people = colleagues(db.session, whose.unit.path, on=today(), but=whose.employment.person_id)
    if kept is not None:  # what stands can be kept, also when it would not be chosen any more
        if kept.goal_id and kept.goal_id not in dict(goals):
            goal = queries.get_goals(db.session, [kept.goal_id])
            goals += [(one.id, goal_title(one, queries.names(db.session))[:90]) for one in goal]
        if kept.led_by and kept.led_by not in dict(people):
            people += list(names_of(db.session, [kept.led_by]).items())
    return ActivityForm(goals, people, data=said)


@bp.route("/<int:employment_id>/activities/new", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def new(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An activity, taken from the municipality's list or of their own."""
    whose = queries.whose_plan(db.session, employment_id, actor)
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    taken = request.args.get("activity", type=int)
    goal = request.args.get("goal", type=int)
    if goal and goal not in dict(goal_choices(employment_id)):
        raise NotFound
    said: dict[str, object] = {"goal": goal, "part": Part.DAILY.value}
    chosen = get_listed(db.session, taken) if taken else None
    if chosen is not None:
        said |= {
            "name": chosen.name, "part": str(chosen.part), "hours": as_hours(chosen.minutes), "led_text": chosen.who_leads,
            "place": chosen.place, "activity": str(chosen.id),
        }  # fmt: skip
    form = _form(whose, said)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.plan_activity(session, employment_id, form.new(origin_now(whose), chosen), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _("The activity is in the plan.")
                if whose.own
                else _("The activity is proposed to %(name)s.", name=whose.first_name)
            )
            return redirect(_plan(employment_id))
    return render_template(
        "learning/activity_form.html", form=form, whose=whose, planned=None, listed=listed(db.session),
        parts=Part, part_names=PART_NAMES, taken=taken, goal=goal,
    ), 422 if form.errors else 200  # fmt: skip


@bp.get("/activities/<int:planned_id>")
@requires(Permission.OWN_READ)
def one(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An activity with its before, during and after."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    return _page(planned, whose, _after_form(planned))


def _after_form(planned: PlannedActivity, *, shown: bool = True) -> AfterForm:
    said = {
        "use": planned.after_use, "shared_with": planned.shared_with, "follow_up_on": planned.follow_up_on,
        "followed_up": planned.followed_up_on is not None, "seen": str(planned.revision),
    }  # fmt: skip
    return AfterForm(formdata=None, data=said) if shown else AfterForm(data=said)


def _page(planned: PlannedActivity, whose: Whose, form: AfterForm) -> ResponseReturnValue:
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    people = names_of(db.session, {planned.led_by} if planned.led_by else set())
    names = queries.names(db.session)
    goals = queries.get_goals(db.session, [planned.goal_id]) if planned.goal_id else []
    done = DoneForm(formdata=None, data={"done_on": min(planned.begins or today(), today())})
    return render_template(
        "learning/activity.html", one=activity_shown(planned, people), planned=planned, whose=whose, own=whose.own,
        form=form, done=done, goal=(goals[0].id, goal_title(goals[0], names)) if goals else None,
        leads_to=", ".join(
            text for text in (names.tasks.get(planned.task_id or 0), names.practice.get(planned.level or 0)) if text
        ),
    ), 422 if form.errors else 200  # fmt: skip


@bp.route("/activities/<int:planned_id>/change", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def change(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the activity is, when, and who leads it."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    said: dict[str, object] = {
        "name": planned.name, "part": str(planned.part), "hours": as_hours(planned.minutes), "goal": planned.goal_id,
        "led_by": planned.led_by, "led_text": planned.led_text, "place": planned.place, "begins": planned.begins,
        "last": day_before(planned.ends, planned.begins), "at": planned.at, "aim": planned.aim,
        "agreed_use": planned.agreed_use, "cover": planned.cover, "seen": str(planned.revision),
    }  # fmt: skip
    form = _form(whose, said, kept=planned)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_planned(session, planned_id, form.said(), seen=form.seen_revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = str(queries.get_planned(db.session, planned_id, actor)[0].revision)
        else:
            flash(_("The activity is saved."))
            return redirect(url_for(".one", planned_id=planned_id))
    return render_template(
        "learning/activity_form.html", form=form, whose=whose, planned=planned, listed=[], parts=Part,
        part_names=PART_NAMES, taken=None, goal=None,
    ), 422 if form.errors else 200  # fmt: skip


@bp.route("/activities/<int:planned_id>/move", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def move(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Another day."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    said = {
        "begins": planned.begins, "last": day_before(planned.ends, planned.begins), "at": planned.at,
        "seen": str(planned.revision),
    }  # fmt: skip
    form = MoveForm(data=said)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.move_activity(
                    session, planned_id, form.begins.data, last=form.last.data, at=form.at.data, seen=form.seen_revision,
                    by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = str(queries.get_planned(db.session, planned_id, actor)[0].revision)
        else:
            flash(_("%(name)s is moved.", name=planned.name))
            return redirect(back_to(whose))
    return render_template(
        "learning/move.html", form=form, whose=whose, planned=planned, back=back_to(whose)
    ), 422 if form.errors else 200


@bp.post("/activities/<int:planned_id>/done")
@requires(Permission.OWN_READ)
def done(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It was done, today or on the day that is written."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    form = DoneForm()
    day = form.done_on.data or today()
    where = back_to(whose)
    if Part(planned.part) is Part.FORMAL:
        where = url_for(".one", planned_id=planned_id)
    return act(
        lambda session: commands.do_activity(session, planned_id, day, by=actor),
        _("Done: %(name)s.", name=planned.name), where, undo_url=url_for(".undo", planned_id=planned_id),
    )  # fmt: skip


@bp.post("/activities/<int:planned_id>/undo")
@requires(Permission.OWN_READ)
def undo(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Not done after all, or taken up again."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    return act(
        lambda session: commands.undo_activity(session, planned_id, by=actor),
        _("%(name)s is planned again.", name=planned.name), back_to(whose),
    )  # fmt: skip


@bp.post("/activities/<int:planned_id>/drop")
@requires(Permission.OWN_READ)
def drop(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Put aside; nobody asks why."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    return act(
        lambda session: commands.drop_activity(session, planned_id, by=actor),
        _("Put aside: %(name)s.", name=planned.name), back_to(whose), undo_url=url_for(".undo", planned_id=planned_id),
    )  # fmt: skip


@bp.post("/activities/<int:planned_id>/answer")
@requires(Permission.OWN_READ)
def answer(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The employee's yes to what was proposed, or not now."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    yes = request.form.get("answer") == "yes"
    if request.form.get("answer") not in ("yes", "not_now"):
        flash(_("Choose yes or not now."), "error")
        return redirect(url_for(".one", planned_id=planned_id))
    said = _("It is in your plan now.") if yes else _("Put aside. That is quite all right.")
    return act(
        lambda session: commands.answer_activity(session, planned.id, yes, by=actor), said, back_to(whose),
        undo_url="" if yes else url_for(".undo", planned_id=planned_id),
    )  # fmt: skip


@bp.post("/activities/<int:planned_id>/after")
@requires(Permission.OWN_READ)
def after(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How a course is used, with whom it is shared, and that it is followed up."""
    planned, whose = queries.get_planned(db.session, planned_id, actor)
    form = _after_form(planned, shown=False)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.write_after(session, planned_id, form.after(), seen=form.seen_revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = str(queries.get_planned(db.session, planned_id, actor)[0].revision)
        else:
            flash(_("Saved: how %(name)s is used.", name=planned.name))
            return redirect(url_for(".one", planned_id=planned_id))
    return _page(queries.get_planned(db.session, planned_id, actor)[0], whose, form)
