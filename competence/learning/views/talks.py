"""Talks: planned, prepared, held and written down; seen by those who take part and by nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, looked_at_all, requires
from competence.coverage.queries.places import tree
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.learning import commands
from competence.learning.commands import NewTalk, Written
from competence.learning.forms import (
    Prepared,
    TalkDayForm,
    TalkForm,
    TalkNotes,
    given,
    questions_form,
)
from competence.learning.queries import plans as plan_queries
from competence.learning.queries import talks as queries
from competence.learning.queries.talks import OneTalk
from competence.learning.queries.team import members_of
from competence.learning.rules import TALK_NAMES, TalkKind
from competence.learning.rules.talks import QUESTIONS, Question
from competence.learning.views.acting import act
from competence.learning.views.showing import clock, goal_shown
from competence.people.queries import get_employment
from competence.signoffs.queries import names_of

bp = Blueprint("talks", __name__, url_prefix="/talks")
ALONE = (TalkKind.MUS, TalkKind.SENIOR, TalkKind.WEEK_4, TalkKind.WEEK_8, TalkKind.WEEK_12)


@bp.get("")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The talks that she takes part in, those ahead first."""
    found = queries.talks_of(db.session, actor.person_id)
    takers = queries.takers_of(db.session, [one.id for one in found])
    people = names_of(db.session, {one.held_by for one in found})
    ahead = [one for one in reversed(found) if one.held_on is None and one.cancelled_on is None]
    return render_template(
        "learning/talks.html", ahead=ahead, over=[one for one in found if one not in ahead], takers=takers, people=people,
        talk_names=TALK_NAMES, clock=clock, actor_id=actor.person_id,
    )  # fmt: skip


@bp.route("/new/<int:employment_id>", methods=["GET", "POST"])
@requires(Permission.TALK_HOLD)
def new(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A talk with one employee is planned."""
    facts = get_employment(db.session, employment_id, within=within)
    if facts.employment.person_id == actor.person_id:
        raise NotFound
    looked_at(person_id=facts.employment.person_id)
    form = TalkForm(ALONE, [(employment_id, facts.name)], data={"takers": [employment_id]})
    if form.validate_on_submit():
        form.takers.data = [employment_id]
        made = _planned(form, facts.unit.id, actor)
        if made:
            flash(_("The talk is planned. %(name)s can prepare it.", name=facts.name.split(" ")[0]))
            return redirect(url_for(".one", talk_id=made))
    return render_template(
        "learning/talk_new.html", form=form, name=facts.name, employment_id=employment_id, unit=facts.unit
    ), 422 if form.errors else 200


def _planned(form: TalkForm, unit_id: int, actor: Actor) -> int:
    """The talk's id; 0 when a rule forbids it, with the sentence in the form."""
    kind, takers, on = TalkKind(form.kind.data), tuple(form.takers.data or ()), form.planned_on.data or today()
    try:
        with transaction() as session:
            made = commands.plan_talk(session, NewTalk(kind, unit_id, takers, on, form.planned_at.data), by=actor)
    except RuleBroken as broken:
        show(broken, form)
        return 0
    return made.id


@bp.route("/group/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.TALK_HOLD)
def group(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A talk with several of a unit is planned."""
    node = tree(db.session, on=today()).get(unit_id, within)
    looked_at(unit_id=node.id)
    members, _total = members_of(db.session, node, on=today(), but=actor.person_id)
    form = TalkForm((TalkKind.GRUS,), [(one.employment_id, one.name) for one in members])
    if form.validate_on_submit():
        made = _planned(form, node.id, actor)
        if made:
            flash(_("The talk is planned. Those who take part can prepare it."))
            return redirect(url_for(".one", talk_id=made))
    return render_template("learning/talk_group.html", form=form, node=node), 422 if form.errors else 200


@dataclass(frozen=True)
class Asked:
    """A question with what was written together, and what each has shown that she prepared."""

    question: Question
    text: str
    shown: Sequence[tuple[str, str]]
    """(name, what she prepared)."""


@bp.get("/<int:talk_id>")
@requires(Permission.OWN_READ)
def one(talk_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The talk, for those who take part."""
    found = queries.get_talk(db.session, talk_id, actor.person_id)
    looked_at_all(one.person_id for one in found.takers if one.person_id != actor.person_id)
    return render_template(
        "learning/talk.html", found=found, talk=found.talk, title=say(TALK_NAMES[TalkKind(found.talk.kind)]),
        asked=asked(found), clock=clock, plan=_beside(found, actor), may_write=found.holds and actor.may(Permission.TALK_HOLD),
        day_form=TalkDayForm(
            formdata=None,
            data={
                "planned_on": found.talk.planned_on, "planned_at": found.talk.planned_at, "seen": str(found.talk.revision)
            },
        ),
    )  # fmt: skip


def asked(found: OneTalk) -> list[Asked]:
    """The form's questions with what stands by each."""
    shown = ([found.mine] if found.mine else []) + found.shown()
    return [
        Asked(
            question, found.talk.answers.get(question.code, ""),
            [
                (one.name, one.row.prepared[question.code])
                for one in shown
                if one.row.prepared.get(question.code)
            ],
        )
        for question in QUESTIONS[TalkKind(found.talk.kind)]
    ]  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """The plan and the profile of the one whom a talk is with."""

    employment_id: int
    goals: Sequence[object]
    areas: Sequence[tuple[str, str, int, str]]
    """(area, name of the level, tasks missing for the next, name of the next)."""


def _beside(found: OneTalk, actor: Actor) -> Beside | None:
    """The plan beside the profile; None for a talk of a group, where everybody's own plan is hers.

    None too for whoever held a talk and no longer plans with her.
    """
    if len(found.takers) != 1:
        return None
    taker = found.takers[0]
    try:
        facts = plan_queries.whose_plan(db.session, taker.row.employment_id, actor).employment
    except NotFound:
        return None
    on = today()
    held = plan_queries.held_by(db.session, plan_queries.own_employments(db.session, taker.person_id, on=on), on=on)
    levels = plan_queries.profile_levels(db.session, facts, held, on=on)
    names = plan_queries.names(db.session)
    plan = plan_queries.open_plan(db.session, facts.id)
    goals = plan_queries.goals_of(db.session, plan.id) if plan else []
    rows = plan_queries.activities_of(db.session, [facts.id], on=on) if plan else []
    begun = {one.goal_id for one in rows if one.goal_id is not None and one.dropped_on is None}
    areas = [
        (
            area,
            names.profile.get(standing.level, ""),
            len(standing.missing),
            names.profile.get(standing.following or 0, ""),
        )
        for area, standing in (levels.areas.items() if levels else ())
    ]
    shown = [goal_shown(one, names, held, levels, begun) for one in goals]
    return Beside(facts.id, [one for one in shown if one.is_open], areas)


@bp.route("/<int:talk_id>/prepare", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def prepare(talk_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What she prepares for her own talk; hers alone until she shows it."""
    found = queries.get_talk(db.session, talk_id, actor.person_id)
    if found.mine is None:
        raise NotFound
    mine, kind = found.mine.row, TalkKind(found.talk.kind)
    said: dict[str, object] = {f"a-{code}": text for code, text in mine.prepared.items()}
    said |= {"show": mine.shown_at is not None, "seen": str(mine.revision)}
    form = questions_form(Prepared, QUESTIONS[kind])(data=said)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.prepare_talk(
                    session, talk_id, given(form, QUESTIONS[kind]), show=bool(form.show.data), seen=form.seen_revision,
                    by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                again = queries.get_talk(db.session, talk_id, actor.person_id).mine
                form.seen.data = str(again.row.revision if again else 0)
        else:
            flash(_("Saved and shown.") if form.show.data else _("Saved. Only you can read it."))
            return redirect(url_for(".one", talk_id=talk_id))
    return render_template(
        "learning/talk_prepare.html", form=form, found=found, title=say(TALK_NAMES[kind]), questions=QUESTIONS[kind]
    ), 422 if form.errors else 200


@bp.route("/<int:talk_id>/write", methods=["GET", "POST"])
@requires(Permission.TALK_HOLD)
def write(talk_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What was written together, by whoever holds the talk."""
    found = queries.get_talk(db.session, talk_id, actor.person_id)
    if not found.holds:
        raise NotFound
    looked_at_all(one.person_id for one in found.takers)
    talk, kind = found.talk, TalkKind(found.talk.kind)
    said: dict[str, object] = {f"a-{code}": text for code, text in talk.answers.items()}
    held = talk.held_on or (today() if talk.planned_on <= today() else None)
    said |= {"agreed": talk.agreed, "held_on": held, "next_on": talk.next_on, "seen": str(talk.revision)}
    form = questions_form(TalkNotes, QUESTIONS[kind])(data=said)
    if form.validate_on_submit():
        written = Written(given(form, QUESTIONS[kind]), form.agreed.data or "", form.held_on.data, form.next_on.data)
        try:
            with transaction() as session:
                commands.write_talk(session, talk_id, written, seen=form.seen_revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = str(queries.get_talk(db.session, talk_id, actor.person_id).talk.revision)
        else:
            flash(_("The talk is written down."))
            return redirect(url_for(".one", talk_id=talk_id))
    return render_template(
        "learning/talk_write.html",
        form=form,
        found=found,
        title=say(TALK_NAMES[kind]),
        asked=asked(found),
        plan=_beside(found, actor),
    ), 422 if form.errors else 200


@bp.post("/<int:talk_id>/move")
@requires(Permission.TALK_HOLD)
def move(talk_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The talk on another day."""
    found = queries.get_talk(db.session, talk_id, actor.person_id)
    form = TalkDayForm()
    if not found.holds:
        raise NotFound
    if not form.validate_on_submit() or form.planned_on.data is None:
        flash(next((str(texts[0]) for texts in form.errors.values() if texts), _("Write the day.")), "error")
        return redirect(url_for(".one", talk_id=talk_id))
    day, at = form.planned_on.data, form.planned_at.data
    return act(
        lambda session: commands.move_talk(session, talk_id, day, at, seen=form.seen_revision, by=actor),
        _("The talk is moved."), url_for(".one", talk_id=talk_id),
    )  # fmt: skip


@bp.post("/<int:talk_id>/cancel")
@requires(Permission.TALK_HOLD)
def cancel(talk_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The talk is called off."""
    found = queries.get_talk(db.session, talk_id, actor.person_id)
    if not found.holds:
        raise NotFound
    return act(
        lambda session: commands.cancel_talk(session, talk_id, by=actor), _("The talk is called off."),
        url_for(".one", talk_id=talk_id),
    )  # fmt: skip
