"""Læring: the employee's own page of what she learns by this month, what waits for her yes, and what she leads for others."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.clock import add_months, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction
from competence.learning import commands
from competence.learning.forms import LearntForm
from competence.learning.models import DevelopmentPlan, Goal
from competence.learning.queries import plans as queries
from competence.learning.queries.waiting import learning_waits, led_by, talks_ahead
from competence.learning.rules import TALK_NAMES, Part
from competence.learning.rules.standing import ActivityState, balances, quarter_of
from competence.learning.views.acting import act
from competence.learning.views.showing import (
    activity_shown,
    balance_shown,
    goal_title,
    hours_of,
    span_words,
    tip,
)
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.queries import names_of

bp = Blueprint("learning", __name__, url_prefix="/me/learning")


def _open_goals(employment_ids: list[int]) -> list[Goal]:
    """Her open goals under the employments."""
    return list(
        db.session.scalars(
            select(Goal)
            .join(DevelopmentPlan, DevelopmentPlan.id == Goal.plan_id)
            .where(
                Goal.employment_id.in_(employment_ids), Goal.reached_on.is_(None), Goal.set_aside_on.is_(None),
                DevelopmentPlan.ended_on.is_(None), Goal.yes_on.is_not(None),
            )
            .order_by(Goal.id)
        )
    )  # fmt: skip


@bp.get("")
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The balance of the quarter, what is planned this month, courses, and what waits for her yes."""
    on = today()
    jobs = queries.own_employments(db.session, actor.person_id, on=on)
    ids = [one.id for one in jobs]
    rows = queries.activities_of(db.session, ids, on=on)
    waits = learning_waits(db.session, actor.person_id, ids)
    leads = led_by(db.session, actor.person_id, on=on)
    people = names_of(db.session, {one.led_by for one in rows if one.led_by})
    shown = [activity_shown(one, people) for one in rows]
    quarter = quarter_of(on)
    found = balances(queries.counted(rows), quarter)
    names = queries.names(db.session)
    goals = _open_goals(ids)
    practising = [names.tasks[one.task_id] for one in goals if one.task_id is not None and one.task_id in names.tasks]
    open_ = [one for one in shown if one.is_open and one.state is not ActivityState.PROPOSED]
    month_ends = add_months(on.replace(day=1), 1)
    here = [one for one in open_ if one.row.begins is None or one.row.begins < month_ends]
    talks = talks_ahead(db.session, actor.person_id)
    return render_template(
        "learning/own.html", on=on, jobs=jobs, units=_units(jobs), quarter=span_words(quarter.first, quarter.last),
        balance=balance_shown(found.planned), done=hours_of(found.done.total), tip=tip(found.planned, practising),
        month=[one for one in here if not one.is_formal],
        later=[one for one in open_ if one not in here and not one.is_formal],
        courses=[one for one in open_ if one.is_formal]
        + [one for one in shown if one.state is ActivityState.LACKS_AFTER],
        waits=waits, goal_titles={one.id: goal_title(one, names) for one in waits.goals},
        proposed=[activity_shown(one, people) for one in waits.activities],
        to_lead=[activity_shown(one, {}, learner=waits.learner(one)) for one in waits.leading],
        leads=[one for one in leads.activities if one.led_yes_at is not None],
        talks=talks, talk_names=TALK_NAMES, holders=names_of(db.session, {talk.held_by for talk, _taker in talks}),
    )  # fmt: skip


def _units(jobs: Sequence[Employment]) -> dict[int, str]:
    """Unit -> its name, for whoever has several employments."""
    ids = sorted({one.unit_id for one in jobs})
    return {row.id: row.name for row in db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))}


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def learnt(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Something that she has learnt by on her own."""
    on = today()
    jobs = queries.own_employments(db.session, actor.person_id, on=on)
    names, units = queries.names(db.session), _units(jobs)
    goals = _open_goals([one.id for one in jobs])
    form = LearntForm(
        [(one.id, goal_title(one, names)[:90]) for one in goals], [(one.id, units[one.unit_id]) for one in jobs],
        data={"part": Part.DAILY.value, "done_on": on, "job": jobs[0].id if jobs else None},
    )  # fmt: skip
    if len(jobs) == 1 and request.method == "POST":
        form.job.data = jobs[0].id
    if jobs and form.validate_on_submit():
        try:
            with transaction() as session:
                commands.log_learnt(session, form.job.data, form.new(), form.done_on.data or on, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Noted. It counts in your balance."))
            return redirect(url_for(".own"))
    return render_template("learning/learnt.html", form=form, jobs=jobs), 422 if form.errors else 200


@bp.get("/leading")
@requires(Permission.OWN_READ)
def leading(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What she is asked to lead for colleagues, and has said yes to."""
    found = led_by(db.session, actor.person_id, on=today())
    shown = [activity_shown(one, {}, learner=found.names.get(one.employment_id, "")) for one in found.activities]
    return render_template(
        "learning/leading.html", asked=[one for one in shown if one.row.led_yes_at is None],
        said=[one for one in shown if one.row.led_yes_at is not None],
    )  # fmt: skip


@bp.post("/leading/<int:planned_id>")
@requires(Permission.OWN_READ)
def answer_leading(planned_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her yes to lead it, or that she cannot; nobody asks why."""
    if planned_id not in {one.id for one in led_by(db.session, actor.person_id, on=today()).activities}:
        raise NotFound
    yes = request.form.get("answer") == "yes"
    if request.form.get("answer") not in ("yes", "not_now"):
        flash(_("Choose yes or not now."), "error")
        return redirect(url_for(".leading"))
    return act(
        lambda session: commands.answer_leading(session, planned_id, yes, by=actor),
        _("You lead it.") if yes else _("You are not asked any more."),
        url_for(".own") if request.form.get("back") == "learning" else url_for(".leading"),
    )  # fmt: skip
