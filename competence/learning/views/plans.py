"""A person's plan: what it says, how it lies against the guide, and how the two agree on it; and a leader's list of plans."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.places import tree
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.learning import commands
from competence.learning.forms import ButtonForm, NoteForm
from competence.learning.models import PlanVersion
from competence.learning.queries import plans as queries
from competence.learning.queries.plans import Levels, Whose
from competence.learning.queries.talks import next_talks, talks_of
from competence.learning.queries.team import PAGE, members_of, plans_of
from competence.learning.rules import TALK_NAMES, Part
from competence.learning.rules.standing import PLAN_STATE_NAMES, PlanState, balances, plan_state, year_of
from competence.learning.rules.versions import compare
from competence.learning.views.acting import act
from competence.learning.views.showing import (
    ActivityShown,
    BalanceShown,
    GoalShown,
    activity_shown,
    balance_shown,
    goal_shown,
    hours_of,
)
from competence.signoffs.queries import names_of

bp = Blueprint("plans", __name__, url_prefix="/plans")


@bp.get("")
@requires(Permission.PLAN_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The leader's employees by name: how far each plan is, in words, and the next talk that she holds."""
    on = today()
    units = tree(db.session, on=on)
    tops = units.tops(within)
    if not tops:
        raise NotFound
    asked = request.args.get("unit", type=int)
    node = units.get(asked, within) if asked else tops[0]
    looked_at(unit_id=node.id)
    page = request.args.get("page", 1, type=int)
    members, total = members_of(db.session, node, on=on, but=actor.person_id, page=page)
    ids = [one.employment_id for one in members]
    return render_template(
        "learning/index.html", node=node, units=units.reached(within), members=members, total=total, page=page,
        pages=max(1, -(-total // PAGE)), plans=plans_of(db.session, ids, on=on),
        talks=next_talks(db.session, actor.person_id, ids), state_names=PLAN_STATE_NAMES, talk_names=TALK_NAMES,
        waits=PlanState.WAITS_FOR_LEADER, no_plan=PlanState.NONE, page_url=lambda number: url_for(
            ".index", unit=node.id, page=number
        ), holds=actor.may(Permission.TALK_HOLD, node.path),
    )  # fmt: skip


@dataclass(frozen=True)
class Read:
    """All that the page of a plan shows."""

    whose: Whose
    goals: list[GoalShown]
    closed: list[GoalShown]
    activities: list[ActivityShown]
    courses: list[ActivityShown]
    over: list[ActivityShown]
    state: PlanState
    revision: int
    waiting: PlanVersion | None
    versions: list[PlanVersion]
    levels: Levels | None
    names: queries.Names
    planned: BalanceShown
    done: BalanceShown
    people: dict[int, str]
    paused: bool
    exists: bool


def read(whose: Whose) -> Read:
    """The plan as it stands today."""
    on, session, employment = today(), db.session, whose.employment
    plan = queries.open_plan(session, employment.id)
    rows = queries.goals_of(session, plan.id) if plan else []
    activities = queries.activities_of(session, [employment.id], on=on)
    versions = queries.versions_of(session, plan.id) if plan else []
    held = queries.held_by(session, queries.own_employments(session, employment.person_id, on=on), on=on)
    levels = queries.profile_levels(session, employment, held, on=on)
    names = queries.names(session)
    people = names_of(
        session,
        {one.led_by for one in activities if one.led_by}
        | {one.made_by for one in versions}
        | {one.leader_id for one in versions if one.leader_id},
    )
    begun = {one.goal_id for one in activities if one.goal_id and one.dropped_on is None}
    goals = [goal_shown(one, names, held, levels, begun) for one in rows]
    shown = [activity_shown(one, people) for one in activities]
    year = balances(queries.counted(activities), year_of(on))
    active = [one for one in shown if one.is_open or (one.is_formal and one.state.value == "lacks_after")]
    laid = [queries.laid(one) for one in versions]
    return Read(
        whose, [one for one in goals if one.is_open], [one for one in goals if not one.is_open],
        [one for one in active if not one.is_formal], [one for one in active if one.is_formal],
        [one for one in reversed(shown) if one not in active],
        plan_state(plan.revision if plan else None, paused=bool(plan and plan.paused_on), versions=laid),
        plan.revision if plan else 0, next((one for one in versions if queries.laid(one).waits), None), list(versions),
        levels, names, balance_shown(year.planned), balance_shown(year.done), people, bool(plan and plan.paused_on),
        plan is not None,
    )  # fmt: skip


@bp.get("/<int:employment_id>")
@requires(Permission.OWN_READ)
def one(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan, for the employee and for whoever plans with her."""
    return page(queries.whose_plan(db.session, employment_id, actor), actor, NoteForm())


def page(whose: Whose, actor: Actor, form: NoteForm) -> ResponseReturnValue:
    """The page, with the form of a note."""
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    found = read(whose)
    plan = queries.open_plan(db.session, whose.employment.id)
    notes = queries.notes_of(db.session, plan.id) if plan else []
    talks = talks_of(db.session, actor.person_id, employment_id=whose.employment.id)
    return render_template(
        "learning/plan.html", found=found, whose=whose, own=whose.own, form=form, notes=notes, actor_id=actor.person_id,
        writers=names_of(db.session, {one.written_by for one in notes}), talks=talks, talk_names=TALK_NAMES,
        earlier=queries.earlier_plans(db.session, whose.employment.id), state_said=say(PLAN_STATE_NAMES[found.state]),
        holds=not whose.own and actor.may(Permission.TALK_HOLD, whose.unit.path), parts=Part, year=today().year,
        answers=answers_now(found, actor),
    ), 422 if form.errors else 200  # fmt: skip


def answers_now(found: Read, actor: Actor) -> bool:
    """Whether the version that waits, waits for the reader."""
    waiting = found.waiting
    return waiting is not None and (waiting.employee_yes_at is None) is found.whose.own


def _seen() -> int:
    return ButtonForm().seen_revision


def _back(employment_id: int) -> str:
    return url_for(".one", employment_id=employment_id)


@bp.post("/<int:employment_id>/lay")
@requires(Permission.OWN_READ)
def lay(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan as it stands, laid before the other."""
    whose = queries.whose_plan(db.session, employment_id, actor)
    seen = _seen()
    other = _("your leader") if whose.own else whose.first_name
    return act(
        lambda session: commands.lay_before(session, employment_id, seen=seen, by=actor),
        _("The plan is laid before %(name)s.", name=other), _back(employment_id),
    )  # fmt: skip


@bp.post("/<int:employment_id>/pause")
@requires(Permission.OWN_READ)
def pause(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan rests; nothing reminds of it."""
    queries.whose_plan(db.session, employment_id, actor)
    return act(
        lambda session: commands.pause_plan(session, employment_id, by=actor), _("The plan is on pause."),
        _back(employment_id), undo_url=url_for(".resume", employment_id=employment_id),
    )  # fmt: skip


@bp.post("/<int:employment_id>/resume")
@requires(Permission.OWN_READ)
def resume(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan is taken up again."""
    queries.whose_plan(db.session, employment_id, actor)
    return act(
        lambda session: commands.resume_plan(session, employment_id, by=actor), _("The plan is taken up again."),
        _back(employment_id),
    )  # fmt: skip


@bp.post("/<int:employment_id>/end")
@requires(Permission.OWN_READ)
def end(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan ends; a new one can be begun."""
    queries.whose_plan(db.session, employment_id, actor)
    seen = _seen()
    return act(
        lambda session: commands.end_plan(session, employment_id, seen=seen, by=actor), _("The plan has ended."),
        _back(employment_id),
    )  # fmt: skip


@bp.post("/<int:employment_id>/notes")
@requires(Permission.OWN_READ)
def note(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A note that both of them read."""
    whose = queries.whose_plan(db.session, employment_id, actor)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.write_note(session, employment_id, form.words.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The note is saved."))
            return redirect(f"{_back(employment_id)}#notes")
    return page(whose, actor, form)


@bp.post("/notes/<int:note_id>/remove")
@requires(Permission.OWN_READ)
def remove_note(note_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own note, taken away."""
    with transaction() as session:
        employment_id = commands.remove_note(session, note_id, by=actor)
    flash(_("The note is removed."))
    return redirect(_back(employment_id))


# Versions.


@bp.get("/versions/<int:version_id>")
@requires(Permission.OWN_READ)
def version(version_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A version beside the one that was agreed before it, with what changed."""
    found, whose = queries.get_version(db.session, version_id, actor)
    if not whose.own:
        looked_at(person_id=whose.employment.person_id)
    every = queries.versions_of(db.session, found.plan_id)
    asked = request.args.get("against", type=int)
    before = next((one for one in every if one.number == asked and one.id != found.id), None) or next(
        (one for one in every if one.number < found.number and queries.laid(one).agreed), None
    )
    empty: dict[str, Any] = {"goals": [], "activities": []}
    old, new = before.content if before else empty, found.content
    ids = {one.made_by for one in every} | {one.leader_id for one in every if one.leader_id}
    return render_template(
        "learning/version.html", version=found, before=before, every=every, whose=whose, own=whose.own,
        goals=compare(old["goals"], new["goals"]), activities=compare(old["activities"], new["activities"]),
        people=names_of(db.session, ids), laid=queries.laid, hours_of=hours_of,
        iso_day=lambda text: day(date.fromisoformat(text)),
        answers=queries.laid(found).waits and (found.employee_yes_at is None) is whose.own,
        takes_back=queries.laid(found).waits and found.made_by == actor.person_id,
    )  # fmt: skip


@bp.post("/versions/<int:version_id>/answer")
@requires(Permission.OWN_READ)
def answer(version_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The other's yes, or not yet."""
    found, whose = queries.get_version(db.session, version_id, actor)
    yes = request.form.get("answer") == "yes"
    if request.form.get("answer") not in ("yes", "not_yet"):
        flash(_("Choose yes or not yet."), "error")
        return redirect(url_for(".version", version_id=version_id))
    said = _("The plan is agreed.") if yes else _("The plan is not agreed yet. You can go on writing in it.")
    return act(
        lambda session: commands.answer_version(session, found.id, yes=yes, by=actor), said, _back(whose.employment.id)
    )


@bp.post("/versions/<int:version_id>/withdraw")
@requires(Permission.OWN_READ)
def withdraw(version_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The version, taken back before it is answered."""
    found, whose = queries.get_version(db.session, version_id, actor)
    return act(
        lambda session: commands.withdraw_version(session, found.id, by=actor), _("The plan is taken back."),
        _back(whose.employment.id),
    )  # fmt: skip
