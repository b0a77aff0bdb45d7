"""A place at a class: her own page on the phone, her leader's list of employees, and who was there."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, requires
from competence.delegation.queries import cell_for
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.teaching import commands
from competence.teaching.forms import AttendanceForm, ButtonForm, PeopleForm, seen_revision
from competence.teaching.models import ClassSignUp
from competence.teaching.queries import classes as reads
from competence.teaching.queries import people
from competence.teaching.queries.classes import Lesson
from competence.teaching.queries.people import Candidate, Told
from competence.teaching.rules import News, Stand, settled
from competence.teaching.views.showing import Row, rows_of, shown

bp = Blueprint("own_classes", __name__, url_prefix="/me/classes")
people_bp = Blueprint("class_people", __name__, url_prefix="/classes")


@dataclass(frozen=True)
class Mine:
    """Her place at a class, ready to be drawn."""

    row: Row
    sign_up: ClassSignUp
    stand: Stand
    """As it is now, also when an offer has run out and nobody has noted it yet."""
    number: int
    """Which number in line she has; 0 when she does not wait."""


@dataclass(frozen=True)
class Word:
    """Something that she is told."""

    told: Told
    row: Row
    news: News


@bp.get("")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her classes: what she is told, her places, and those that she can sign up for."""
    words = people.told(db.session, actor.person_id)
    places = reads.places_of_person(db.session, actor.person_id)
    taken = {lesson.id for _row, lesson in places}
    open_ = [one for one in _open_to(actor) if one.id not in taken]
    word_rows = rows_of([one.lesson for one in words])
    place_rows = rows_of([lesson for _row, lesson in places])
    at_each = reads.open_places_of(db.session, taken)
    return render_template(
        "teaching/own.html", news=News, stand=Stand, button=ButtonForm(),
        words=[Word(one, row, News(one.news.news)) for one, row in zip(words, word_rows, strict=True)],
        places=[
            _mine(sign_up, row, at_each[sign_up.class_id]) for (sign_up, _lesson), row in zip(places, place_rows, strict=True)
        ],
        open=rows_of(open_),
    )  # fmt: skip


def _mine(sign_up: ClassSignUp, row: Row, places: Sequence[ClassSignUp]) -> Mine:
    lesson = row.lesson
    now_ = settled(
        [reads.place_of(one) for one in places], lesson.row.seats, now=now(),
        begins=lesson.begins if lesson.is_open else None,
    )  # fmt: skip
    stand = next((one.stand for one in now_ if one.id == sign_up.id), Stand(sign_up.stand))
    return Mine(row, sign_up, stand, reads.number_in_line(now_, sign_up.id))


def _open_to(actor: Actor) -> list[Lesson]:
    """The classes that are for her unit and staff group, and about a task that she may have."""
    found = []
    jobs = people.jobs_of(db.session, actor.person_id)
    for lesson in reads.coming(db.session):
        if not lesson.is_open or lesson.row.teacher_id == actor.person_id:
            continue
        for employment, unit in people.running_on(jobs, lesson.days[0]):
            if not lesson.is_for(unit.path, employment.staff_group_id):
                continue
            task = lesson.row.task_id
            if task is None or cell_for(
                db.session, task, employment.staff_group_id, stage_from=employment.stage_from, on=lesson.days[0]
            ).entitles:  # fmt: skip
                found.append(lesson)
                break
    return found


@bp.post("/<int:class_id>/sign-up")
@requires(Permission.OWN_ANSWER)
def sign_up(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her place at the class."""
    try:
        with transaction() as session:
            row = commands.sign_up(session, class_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_has(row))
    return redirect(url_for(".index"))


def _has(row: ClassSignUp) -> str:
    if row.stand == Stand.SEATED:
        return str(_("You have a seat. It stands in your plan and in your calendar."))
    return str(_("The class is full. You are on the waiting list, and are told when a seat is free."))


@bp.post("/places/<int:sign_up_id>/yes")
@requires(Permission.OWN_ANSWER)
def yes(sign_up_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her yes, to her leader or to a seat that has become free."""
    try:
        with transaction() as session:
            row = commands.say_yes(session, sign_up_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_has(row))
    return redirect(url_for(".index"))


@bp.post("/places/<int:sign_up_id>/no")
@requires(Permission.OWN_ANSWER)
def no(sign_up_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her place given up, or her no."""
    try:
        with transaction() as session:
            commands.give_up(session, sign_up_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("You are not signed up."))
    return redirect(url_for(".index"))


@bp.post("/news/<int:news_id>/seen")
@requires(Permission.OWN_ANSWER)
def seen(news_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What she was told, put away."""
    with transaction() as session:
        commands.see_news(session, news_id, by=actor)
    return redirect(url_for(".index"))


@people_bp.route("/<int:class_id>/people", methods=["GET", "POST"])
@requires(Permission.TEACHING_SIGN_UP)
def choose(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A leader signs up employees; each is told and says yes herself."""
    lesson = reads.get_lesson(db.session, class_id)
    if not lesson.concerns(within):
        raise NotFound
    found = people.candidates(db.session, lesson, within, but=actor.person_id)
    looked_at_all({one.person_id for one in found})
    can = [one for one in found if can_be_asked(one)]
    form = PeopleForm([(one.employment_id, one.name) for one in can])
    if form.validate_on_submit():
        try:
            with transaction() as session:
                asked = commands.ask(session, class_id, form.people.data or (), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                ngettext(
                    "%(num)s employee is signed up, and is asked for a yes.",
                    "%(num)s employees are signed up, and are asked for a yes.", len(asked),
                )
            )  # fmt: skip
            return redirect(url_for(".choose", class_id=class_id))
    return render_template(
        "teaching/people.html", form=form, row=shown(lesson), found=found, can={one.employment_id for one in can},
        stand=Stand, lesson=lesson,
    ), 422 if form.errors else 200  # fmt: skip


def can_be_asked(one: Candidate) -> bool:
    """Whether the leader can sign her up: she has no place, may have the task, and nothing hinders her."""
    return one.sign_up is None and one.learns and not any(clash.hinders for clash in one.clashes)


@people_bp.post("/places/<int:sign_up_id>/take-back")
@requires(Permission.TEACHING_SIGN_UP)
def take_back(sign_up_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The leader takes back a sign-up that nobody has answered."""
    row = db.session.get(ClassSignUp, sign_up_id)
    class_id = row.class_id if row is not None else 0
    try:
        with transaction() as session:
            commands.take_back(session, sign_up_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The sign-up is taken back."))
    return redirect(url_for(".choose", class_id=class_id))


@people_bp.route("/<int:class_id>/attendance", methods=["GET", "POST"])
@requires(any_of=(Permission.TEACHING_PLAN, Permission.TEACHING_BEDSIDE))
def attendance(class_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who was there, by name, noted by whoever plans or teaches the class."""
    lesson = reads.get_lesson(db.session, class_id)
    if not (lesson.planned_by(actor) or lesson.taught_by(actor.person_id)):
        raise NotFound
    if lesson.row.cancelled_at is not None or lesson.begins > now():
        return redirect(url_for("teaching.one", class_id=class_id))
    every = reads.takers(db.session, class_id)
    looked_at_all({one.sign_up.person_id for one in every})
    noted = lesson.row.held_at is not None
    ticked = [one.sign_up.id for one in every if (one.sign_up.attended if noted else one.sign_up.stand == Stand.SEATED)]
    seated = [one for one in every if one.sign_up.stand == Stand.SEATED]
    others = [one for one in every if one.sign_up.stand != Stand.SEATED]
    listed = [*seated, *others]
    form = AttendanceForm(
        [(one.sign_up.id, one.name or _("Name erased")) for one in listed], ticked, lesson.row.revision
    )
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.note_attendance(
                    session, class_id, form.there.data or (), seen=seen_revision(form.seen), by=actor
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("It is noted who was there."))
            return redirect(url_for("teaching.one", class_id=class_id))
    return render_template(
        "teaching/attendance.html", form=form, row=shown(lesson), seated=seated, others=others, noted=noted
    ), 422 if form.errors else 200
