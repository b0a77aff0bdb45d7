"""Classes and bedside teaching: the list, one class, planning, changing and cancelling it, and a colleague's answer to teach."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, requires
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import task_names
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.organisation.queries import get_unit, unit_choices
from competence.people.queries import staff_group_choices
from competence.signoffs.queries import name_of
from competence.teaching import commands
from competence.teaching.forms import CancelForm, ClassForm, as_written, seen_revision, time_rows
from competence.teaching.queries import classes as reads
from competence.teaching.queries.classes import PLANS, Lesson
from competence.teaching.queries.people import teachers
from competence.teaching.rules import KINDS, Stand, in_line
from competence.teaching.views.showing import rows_of, shown

bp = Blueprint("teaching", __name__, url_prefix="/classes")
ANY = (Permission.TEACHING_PLAN, Permission.TEACHING_BEDSIDE, Permission.TEACHING_SIGN_UP)
KEPT = timedelta(days=400)
"""So far back the list of held classes goes."""


@bp.get("")
@requires(any_of=ANY)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The classes that concern her: those to come, or those that are over."""
    over = request.args.get("over") == "1"
    found = reads.past(db.session, since=now() - KEPT) if over else reads.coming(db.session)
    mine = [
        one for one in found if one.concerns(within) or one.planned_by(actor) or one.row.teacher_id == actor.person_id
    ]
    return render_template(
        "teaching/index.html", rows=rows_of(mine), over=over,
        to_note=rows_of(reads.to_note(db.session, actor, since=now() - timedelta(days=60))),
        plans=_parts(actor), signs=actor.may(Permission.SIGNOFF_SIGN),
    )  # fmt: skip


def _parts(actor: Actor) -> list[Part]:
    """What she can plan."""
    return [part for part in KINDS if actor.may(PLANS[part])]


@bp.get("/<int:class_id>")
@requires(any_of=ANY)
def one(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The class: what, when and where; who takes part, as far as she may see their names."""
    lesson = reads.reached_lesson(db.session, class_id, actor, within)
    return render_template("teaching/class.html", **context(lesson, actor))


def context(lesson: Lesson, actor: Actor) -> dict[str, Any]:
    """What the page of a class draws."""
    every = reads.takers(db.session, lesson.id)
    plans = lesson.planned_by(actor)
    sees_all = plans or lesson.taught_by(actor.person_id)
    within = actor.reach(Permission.TEACHING_SIGN_UP)
    seen = [one for one in every if sees_all or within.covers(one.path)]
    looked_at_all({one.sign_up.person_id for one in seen})
    order = [one.id for one in in_line(one.place for one in every)]
    numbers = {id_: place for place, id_ in enumerate(order, 1)}
    by_stand = {
        stand: sorted(
            (one for one in seen if one.sign_up.stand == stand),
            key=lambda one: (numbers.get(one.sign_up.id, 0), one.name),
        )
        for stand in Stand
    }
    return {
        "row": shown(lesson), "lesson": lesson, "by_stand": by_stand, "numbers": numbers, "plans": plans,
        "teaches": lesson.taught_by(actor.person_id), "others": len(every) - len(seen), "stand": Stand,
        "asked_to_teach": lesson.row.teacher_id == actor.person_id and not lesson.row.teacher_yes_at and lesson.is_open,
        "leads": lesson.is_open and lesson.concerns(within), "begun": lesson.begins <= now(),
        "cancelled_by": name_of(db.session, lesson.row.cancelled_by), "levels": level_names(db.session),
        "signs": _sign_link(lesson, actor), "held_by": name_of(db.session, lesson.row.held_by), "places": order,
    }  # fmt: skip


def _sign_link(lesson: Lesson, actor: Actor) -> str:
    """Where those who were there are signed for together; empty when nobody was, or she signs for none of them."""
    if lesson.row.held_at is None or lesson.row.task_id is None or not actor.may(Permission.SIGNOFF_SIGN):
        return ""
    within = actor.reach(Permission.SIGNOFF_SIGN)
    there = [
        one.sign_up.employment_id
        for one in reads.takers(db.session, lesson.id)
        if one.sign_up.attended and within.covers(one.path) and one.sign_up.person_id != actor.person_id
    ]
    return url_for("signoffs.together", task=lesson.row.task_id, people=there) if there else ""


@bp.route("/new", methods=["GET", "POST"])
@requires(any_of=(Permission.TEACHING_PLAN, Permission.TEACHING_BEDSIDE))
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A class is planned; `?task=`, `?unit=` and `?part=` fill some of it in."""
    return _form_page(None, actor, within)


@bp.route("/<int:class_id>/change", methods=["GET", "POST"])
@requires(any_of=(Permission.TEACHING_PLAN, Permission.TEACHING_BEDSIDE))
def change(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The class is planned otherwise."""
    lesson = _planned(class_id, actor)
    if not lesson.is_open:
        return redirect(url_for(".one", class_id=class_id))
    return _form_page(lesson, actor, within)


def _planned(class_id: int, actor: Actor) -> Lesson:
    lesson = reads.get_lesson(db.session, class_id)
    if not lesson.planned_by(actor):
        raise NotFound
    return lesson


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _form_page(lesson: Lesson | None, actor: Actor, within: Reach) -> ResponseReturnValue:
    parts = _parts(actor)
    units = unit_choices(db.session, within=within, on=today())
    tasks = sorted(task_names(db.session, on=today()).items(), key=lambda one: one[1])
    given = as_written(lesson) if lesson is not None else _prefilled(tasks, within, parts)
    levels = [(rank, name) for rank, name in level_names(db.session).items()]
    found = teachers(db.session, within.roots, also=lesson.row.teacher_id if lesson is not None else None)
    form = ClassForm(
        parts=parts, tasks=tasks, levels=levels, activities=_activities(parts), units=units,
        teachers=[(one.person_id, one.name) for one in found], groups=staff_group_choices(db.session),
        nothing=_("None"), nobody=_("Nobody yet"), data=given,
    )  # fmt: skip
    times = time_rows(lesson)
    right = [one.validate() for one in times] if form.is_submitted() else []
    if form.validate_on_submit() and all(right):
        said = form.to_command(times)
        try:
            with transaction() as session:
                if lesson is None:
                    class_id = commands.plan_class(session, said, by=actor).id
                else:
                    class_id = commands.change_class(
                        session, lesson.id, said, seen=seen_revision(form.seen), by=actor
                    ).id
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _("The class is planned.")
                if lesson is None
                else _("The class is changed. Those with a place are told.")
            )
            return redirect(url_for(".one", class_id=class_id))
    elif any(one.errors for one in times):
        form.form_errors = [*form.form_errors, _("Look at the days and times.")]
    return render_template(
        "teaching/form.html", form=form, times=times, lesson=lesson, bedside_only=parts == [Part.COLLEAGUES]
    ), 422 if form.errors else 200


def _prefilled(tasks: list[tuple[int, str]], within: Reach, parts: list[Part]) -> dict[str, Any]:
    names, said = dict(tasks), {"part": parts[0].value, "seats": 8 if parts[0] is Part.FORMAL else 1}
    given: dict[str, Any] = dict(said)
    task, unit, part = _number("task"), _number("unit"), request.args.get("part", "")
    if task in names:
        given |= {"task": task, "name": names[task]}
    if unit is not None:
        given["units"] = [get_unit(db.session, unit, within=within).id]
    if part in {one.value for one in parts}:
        given["part"] = part
    return given


def _activities(parts: list[Part]) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Activity.id, Activity.name)
        .where(
            Activity.part.in_([part.value for part in parts]),
            or_(Activity.archived_on.is_(None), Activity.archived_on > today()),
        )
        .order_by(Activity.part, Activity.name, Activity.id)
    )
    return [(row.id, row.name) for row in rows]


@bp.route("/<int:class_id>/cancel", methods=["GET", "POST"])
@requires(any_of=(Permission.TEACHING_PLAN, Permission.TEACHING_BEDSIDE))
def cancel(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The class is cancelled, with a sentence to all."""
    lesson = _planned(class_id, actor)
    if lesson.row.cancelled_at is not None or lesson.row.held_at is not None:
        return redirect(url_for(".one", class_id=class_id))
    form = CancelForm(data={"seen": str(lesson.row.revision)})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.cancel_class(session, class_id, form.why.data or "", seen=seen_revision(form.seen), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The class is cancelled. Those with a place are told."))
            return redirect(url_for(".one", class_id=class_id))
    return render_template("teaching/cancel.html", form=form, row=shown(lesson)), 422 if form.errors else 200


@bp.post("/<int:class_id>/teach")
@requires(any_of=ANY)
def teach(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her answer whether she teaches it."""
    reads.reached_lesson(db.session, class_id, actor, within)
    yes = request.form.get("answer") == "yes"
    try:
        with transaction() as session:
            commands.answer_teaching(session, class_id, yes=yes, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("You teach the class.") if yes else _("Thank you for the answer. Whoever planned it is told."))
    return redirect(url_for(".one", class_id=class_id) if yes else url_for(".index"))
