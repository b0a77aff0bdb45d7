"""A place at a class: taken by the employee herself, or by her leader and then with her own yes; given up; offered on."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.delegation.queries import cell_for
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.people.queries import name_of
from competence.teaching.commands.common import check_open, drop_from_plan, forget, lay_out, put_in_plan, tell
from competence.teaching.models import ClassNews, ClassSignUp
from competence.teaching.queries.classes import Lesson, get_lesson, open_places
from competence.teaching.queries.people import clashes_of, own_employments, running_employments, who_left, with_expired
from competence.teaching.rules import News, Stand

MOST_AT_A_TIME = 60


@command
def sign_up(session: Session, class_id: int, *, by: Actor) -> ClassSignUp:
    """Her own place: a seat when one is free, else the last place in line. The place she has when she has one already.

    RuleBroken when the class is not for her, she cannot be there, or it has begun or been cancelled. NotFound when it is
    for other units altogether.
    """
    authorise(by, Permission.OWN_ANSWER)
    lesson = get_lesson(session, class_id, lock=True)
    if not lesson.concerns(by.reach(Permission.OWN_ANSWER)):
        raise NotFound
    check_open(lesson)
    there = _place(session, lesson, by.person_id)
    if there is not None:
        return _said_yes(session, lesson, there, by=by)
    jobs = own_employments(session, by.person_id, lesson.days[0])
    fit = next((one for one in jobs if lesson.is_for(one[1].path, one[0].staff_group_id)), None)
    if fit is None:
        raise RuleBroken(sentence(N_("The class is not for your unit or staff group.")))
    employment, _unit = fit
    _check_learns(session, lesson, employment, name="")
    _check_free(session, lesson, employment, name="")
    row = ClassSignUp(
        class_id=lesson.id, employment_id=employment.id, person_id=by.person_id, stand=Stand.QUEUED, in_line_since=now()
    )
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="sign_up_for_class", subject="teaching_class", subject_id=lesson.id,
        person_id=by.person_id,
    )  # fmt: skip
    _take(session, lesson, row, by=by)
    return row


@command
def ask(session: Session, class_id: int, employment_ids: Collection[int], *, by: Actor) -> list[ClassSignUp]:
    """The employees signed up by their leader, each waiting for her own yes. Those who have a place already are left alone.

    RuleBroken, by name, when one of them cannot be there or her staff group may not have the task; then nobody is.
    """
    if not employment_ids:
        raise RuleBroken(sentence(N_("Tick those you sign up.")), field="people")
    if len(employment_ids) > MOST_AT_A_TIME:
        raise RuleBroken(sentence(N_("Sign up at most %(most)s at a time."), most=MOST_AT_A_TIME), field="people")
    lesson = get_lesson(session, class_id, lock=True)
    check_open(lesson)
    jobs = running_employments(session, employment_ids, lesson.days[0])
    left = set(employment_ids) - set(jobs)
    if left:
        _check_known(session, left, by)
        raise RuleBroken(
            sentence(N_("One of them no longer works here when the class is. Look at the list again.")), field="people"
        )
    made = []
    for employment, unit in sorted(jobs.values(), key=lambda one: one[0].id):
        if not by.may(Permission.TEACHING_SIGN_UP, unit.path):
            authorise(by, Permission.TEACHING_SIGN_UP)
            raise NotFound
        if _place(session, lesson, employment.person_id) is not None:
            continue
        name = name_of(session, employment.person_id)
        if not lesson.is_for(unit.path, employment.staff_group_id):
            raise RuleBroken(
                sentence(N_("The class is not for %(name)s's unit or staff group."), name=name), field="people"
            )
        _check_learns(session, lesson, employment, name=name)
        _check_free(session, lesson, employment, name=name)
        row = ClassSignUp(
            class_id=lesson.id, employment_id=employment.id, person_id=employment.person_id, stand=Stand.ASKED,
            in_line_since=now(), asked_by=by.person_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        made.append(row)
        record(
            session, by=by.person_id, action="ask_for_class", subject="teaching_class", subject_id=lesson.id,
            person_id=employment.person_id,
        )  # fmt: skip
    tell(session, lesson.id, [row.person_id for row in made], News.ASKED)
    return made


def _check_known(session: Session, employment_ids: Collection[int], by: Actor) -> None:
    """Nothing. NotFound when one of them is nobody within reach."""
    rows = session.execute(
        select(Employment.id, Unit.path)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.id.in_(sorted(employment_ids)))
    ).all()
    if len(rows) != len(set(employment_ids)) or not all(by.may(Permission.TEACHING_SIGN_UP, row.path) for row in rows):
        raise NotFound


@command
def say_yes(session: Session, sign_up_id: int, *, by: Actor) -> ClassSignUp:
    """Her place after her own yes: a seat when one is free or was offered, else her place in line."""
    lesson, row = _own(session, sign_up_id, by)
    check_open(lesson)
    return _said_yes(session, lesson, row, by=by)


@command
def give_up(session: Session, sign_up_id: int, *, by: Actor) -> ClassSignUp:
    """Her place, given up; a seat goes to the next in line. Also her no to a leader's question. Nobody is asked why."""
    lesson, row = _own(session, sign_up_id, by)
    if not lesson.is_open and lesson.row.cancelled_at is None:
        raise RuleBroken(sentence(N_("The class has begun. Talk to whoever teaches it.")))
    _end(session, lesson, row)
    record(
        session, by=by.person_id, action="give_up_class", subject="teaching_class", subject_id=lesson.id,
        person_id=by.person_id,
    )  # fmt: skip
    return row


@command
def take_back(session: Session, sign_up_id: int, *, by: Actor) -> ClassSignUp:
    """The leader's sign-up of an employee who has not answered, taken back. RuleBroken when she has answered."""
    lesson, row = _locked(session, sign_up_id)
    path = session.scalars(
        select(Unit.path).join(Employment, Employment.unit_id == Unit.id).where(Employment.id == row.employment_id)
    ).one()
    if not by.may(Permission.TEACHING_SIGN_UP, path):
        raise NotFound
    if row.stand != Stand.ASKED:
        raise RuleBroken(sentence(N_("The employee has answered. Now she alone can give up the place.")))
    _end(session, lesson, row)
    record(
        session, by=by.person_id, action="take_back_ask", subject="teaching_class", subject_id=lesson.id,
        person_id=row.person_id,
    )  # fmt: skip
    return row


@command
def see_news(session: Session, news_id: int, *, by: Actor) -> ClassNews:
    """What she was told, put away. NotFound when it is not hers."""
    row = session.scalars(
        select(ClassNews).where(ClassNews.id == news_id, ClassNews.person_id == by.person_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.closed_at is None:
        row.closed_at = now()
        record(
            session, by=by.person_id, action="see_class_news", subject="class_news", subject_id=row.id,
            person_id=by.person_id,
        )  # fmt: skip
    return row


def settle_offers(session: Session) -> int:
    """At how many classes an offer had run out, or somebody with a place has left before it, and it has gone on to the next.

    For the timer.
    """
    left = who_left(session)
    ids = sorted({*with_expired(session, now()), *left})
    for class_id in ids:
        lesson = get_lesson(session, class_id, lock=True)
        for row in open_places(session, class_id):
            if row.id in left.get(class_id, ()):
                _end(session, lesson, row)
        lay_out(session, lesson)
    return len(ids)


def _own(session: Session, sign_up_id: int, by: Actor) -> tuple[Lesson, ClassSignUp]:
    lesson, row = _locked(session, sign_up_id)
    if row.person_id != by.person_id:
        raise NotFound
    return lesson, row


def _locked(session: Session, sign_up_id: int) -> tuple[Lesson, ClassSignUp]:
    class_id = session.scalar(select(ClassSignUp.class_id).where(ClassSignUp.id == sign_up_id))
    if class_id is None:
        raise NotFound
    lesson = get_lesson(session, class_id, lock=True)
    row = next((one for one in open_places(session, class_id) if one.id == sign_up_id), None)
    if row is None:
        raise NotFound
    return lesson, row


def _place(session: Session, lesson: Lesson, person_id: int) -> ClassSignUp | None:
    return next((row for row in open_places(session, lesson.id) if row.person_id == person_id), None)


def _said_yes(session: Session, lesson: Lesson, row: ClassSignUp, *, by: Actor) -> ClassSignUp:
    if row.stand in (Stand.SEATED, Stand.QUEUED):
        return row
    employment = session.scalars(select(Employment).where(Employment.id == row.employment_id)).one()
    if employment.valid_to is not None and employment.valid_to <= lesson.days[0]:
        raise RuleBroken(sentence(N_("The employment has ended when the class is.")))
    _check_free(session, lesson, employment, name="")
    forget(session, lesson.id, [row.person_id], [News.ASKED, News.OFFERED])
    row.yes_at = now()
    record(
        session, by=by.person_id, action="accept_class", subject="teaching_class", subject_id=lesson.id,
        person_id=by.person_id,
    )  # fmt: skip
    if row.stand == Stand.OFFERED and row.offered_until is not None and row.offered_until > now():
        row.stand, row.offered_until = Stand.SEATED, None
        put_in_plan(session, lesson, row, by=by)
        return row
    if row.stand == Stand.ASKED:
        row.stand = Stand.QUEUED
    _take(session, lesson, row, by=by)
    return row


def _take(session: Session, lesson: Lesson, row: ClassSignUp, *, by: Actor) -> None:
    """Nothing; somebody in line has a seat, when it is her turn and one is free; else she stays in line."""
    lay_out(session, lesson)
    if row.stand == Stand.OFFERED:  # it was her turn, and she has just said that she wants it
        forget(session, lesson.id, [row.person_id], [News.OFFERED])
        row.stand, row.offered_until, row.yes_at = Stand.SEATED, None, row.yes_at or now()
        session.flush()
        put_in_plan(session, lesson, row, by=by)


def _end(session: Session, lesson: Lesson, row: ClassSignUp) -> None:
    forget(session, lesson.id, [row.person_id], [News.ASKED, News.OFFERED, News.CHANGED])
    drop_from_plan(session, [row])
    # Without her seat, so that it is free before the next one is given it.
    row.ended_at, row.seat, row.offered_until = now(), None, None
    row.stand = Stand.QUEUED
    session.flush()
    lay_out(session, lesson)


def _check_learns(session: Session, lesson: Lesson, employment: Employment, *, name: str) -> None:
    task_id = lesson.row.task_id
    if task_id is None:
        return
    task = session.scalars(select(Task).where(Task.id == task_id)).one()
    if task.archived_on is not None and task.archived_on <= today():
        raise RuleBroken(sentence(N_("The task “%(task)s” is no longer used."), task=task.name))
    cell = cell_for(session, task_id, employment.staff_group_id, stage_from=employment.stage_from, on=lesson.days[0])
    if cell.entitles:
        return
    if name:
        raise RuleBroken(
            sentence(N_("%(name)s: by the division of tasks the staff group may not do “%(task)s”."), name=name, task=task.name),
            field="people",
        )  # fmt: skip
    raise RuleBroken(sentence(N_("By the division of tasks the staff group may not do “%(task)s”."), task=task.name))


def _check_free(session: Session, lesson: Lesson, employment: Employment, *, name: str) -> None:
    """Nothing. RuleBroken when she has another class then, teaches this one, or is away."""
    if lesson.row.teacher_id == employment.person_id:
        raise RuleBroken(
            sentence(N_("Whoever teaches the class cannot take part in it.")), field="people" if name else None
        )
    clashes = clashes_of(session, lesson, [(employment.id, employment.person_id)]).get(employment.id, [])
    hinders = next((one for one in clashes if one.hinders), None)
    if hinders is None:
        return
    if name:
        raise RuleBroken(sentence(N_("%(name)s: %(why)s"), name=name, why=hinders.words), field="people")
    raise RuleBroken(sentence(N_("You cannot be at the class. %(why)s"), why=hinders.words))
