"""Planning a class or bedside teaching, changing it, cancelling it with a word to all, and a colleague's answer to teach it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.coverage.queries.places import tree
from competence.foundation.changes import command
from competence.foundation.clock import local, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence, squeeze
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.people.models import StaffGroup
from competence.people.queries import name_of
from competence.roster.rules import Span
from competence.teaching.commands.common import (
    activities_of,
    as_class,
    check_open,
    check_seen,
    drop_from_plan,
    forget,
    lay_out,
    tell,
    touch,
    words,
)
from competence.teaching.models import ClassGroup, ClassTime, ClassUnit, TeachingClass
from competence.teaching.queries.classes import PLANS, Lesson, get_lesson, open_places, seated_spans
from competence.teaching.queries.people import teachers
from competence.teaching.rules import (
    KINDS,
    MOST_ABOUT,
    MOST_WORDS,
    News,
    Stand,
    WallTime,
    check_seats,
    clashing,
    spans_of,
)


@dataclass(frozen=True)
class NewClass:
    """What somebody plans."""

    name: str
    part: Part
    seats: int
    times: Sequence[WallTime]
    unit_ids: Collection[int]
    group_ids: Collection[int] = ()
    """Empty: for all staff groups."""
    task_id: int | None = None
    level: int | None = None
    activity_id: int | None = None
    teacher_id: int | None = None
    teacher_text: str = ""
    place: str = ""
    about: str = ""


@dataclass(frozen=True)
class _Checked:
    name: str
    spans: list[Span]
    paths: list[str]
    teacher_text: str
    place: str
    about: str


@command
def plan_class(session: Session, new: NewClass, *, by: Actor) -> TeachingClass:
    """The class, open for sign-up. RuleBroken with the field that is wrong; NotFound for a unit out of reach."""
    checked = _check(session, new, by=by, standing=None)
    row = TeachingClass(recorded_at=now(), recorded_by=by.person_id, changed_at=now(), revision=1, part=new.part)
    _write(row, new, checked)
    row.teacher_yes_at = now() if new.teacher_id == by.person_id else None
    session.add(row)
    session.flush()
    session.add_all(ClassTime(class_id=row.id, starts_at=one.starts_at, ends_at=one.ends_at) for one in checked.spans)
    session.add_all(ClassUnit(class_id=row.id, unit_id=unit) for unit in sorted(set(new.unit_ids)))
    session.add_all(ClassGroup(class_id=row.id, staff_group_id=group) for group in sorted(set(new.group_ids)))
    session.flush()
    record(session, by=by.person_id, action="plan_class", subject="teaching_class", subject_id=row.id)
    _ask_teacher(session, row, by=by)
    return row


@command
def change_class(session: Session, class_id: int, new: NewClass, *, seen: int, by: Actor) -> TeachingClass:
    """The class as it is now planned. All with a seat are told when day, hour or place is another.

    RuleBroken with the field that is wrong, or when more have a seat than there are left. Overtaken when it is not as `seen`.
    """
    lesson = planned_lesson(session, class_id, by)
    check_seen(lesson, seen)
    check_open(lesson)
    row = lesson.row
    checked = _check(session, new, by=by, standing=lesson)
    places = open_places(session, class_id)
    kept = [one for one in places if one.seat is not None]
    if len(kept) > new.seats:
        raise RuleBroken(
            sentence(N_("%(taken)s have a seat or are offered one. The class cannot have fewer seats."), taken=len(kept)),
            field="seats",
        )  # fmt: skip
    moved = lesson.spans != checked.spans or row.place != checked.place
    before = row.teacher_id
    _write(row, new, checked)
    row.part = new.part
    if new.teacher_id != before:
        row.teacher_yes_at = now() if new.teacher_id == by.person_id else None
    elif moved and new.teacher_id != by.person_id:
        row.teacher_yes_at = None  # she said yes to another time or place
    touch(lesson)
    _move_times(session, lesson, checked.spans)
    _place_units(session, lesson, new)
    for number, one in enumerate(sorted(kept, key=lambda place: place.seat or 0), 1):
        if one.seat != number:
            one.seat = number  # in order, so that none is ever given to two
            session.flush()
    session.flush()
    lesson = get_lesson(session, class_id, lock=True)
    seated = [one for one in places if one.stand == Stand.SEATED]
    for sign_up, activity in activities_of(session, seated).items():
        as_class(activity, lesson, person_id=next(one.person_id for one in seated if one.id == sign_up))
    if moved:
        tell(session, class_id, [one.person_id for one in places], News.CHANGED)
    record(session, by=by.person_id, action="change_class", subject="teaching_class", subject_id=row.id)
    if new.teacher_id != before or (moved and row.teacher_yes_at is None):
        forget(session, class_id, [before] if before is not None else [], [News.TEACH])
        _ask_teacher(session, row, by=by)
    lay_out(session, lesson)
    return row


@command
def cancel_class(session: Session, class_id: int, why: str, *, seen: int, by: Actor) -> TeachingClass:
    """The class, cancelled: all with a place, and whoever teaches it, are told with the sentence. RuleBroken without one."""
    lesson = planned_lesson(session, class_id, by)
    check_seen(lesson, seen)
    row = lesson.row
    if row.cancelled_at is not None:
        raise RuleBroken(sentence(N_("The class is cancelled.")))
    if row.held_at is not None:
        raise RuleBroken(sentence(N_("The class has been held.")))
    said = words(squeeze(why), "why", MOST_WORDS)
    if not said:
        raise RuleBroken(sentence(N_("Write a sentence to those who take part.")), field="why")
    row.cancelled_at, row.cancelled_by, row.cancelled_words = now(), by.person_id, said
    touch(lesson)
    places = open_places(session, class_id)
    everybody = {one.person_id for one in places} | ({row.teacher_id} if row.teacher_id is not None else set())
    forget(session, class_id, everybody | {row.recorded_by}, list(News))
    drop_from_plan(session, places)
    tell(session, class_id, everybody - {by.person_id}, News.CANCELLED)
    record(session, by=by.person_id, action="cancel_class", subject="teaching_class", subject_id=row.id)
    return row


@command
def answer_teaching(session: Session, class_id: int, *, yes: bool, by: Actor) -> TeachingClass:
    """The class, with her yes to teach it, or without a teacher: then whoever planned it is told."""
    lesson = get_lesson(session, class_id, lock=True)
    row = lesson.row
    if row.teacher_id != by.person_id:
        raise RuleBroken(sentence(N_("You are not asked to teach the class.")))
    check_open(lesson)
    forget(session, class_id, [by.person_id], [News.TEACH])
    if yes:
        _check_teacher_free(session, lesson.spans, by.person_id, but=class_id, own=True)
        row.teacher_yes_at = row.teacher_yes_at or now()
        forget(session, class_id, [row.recorded_by], [News.NO_TEACHER])
    else:
        row.teacher_id, row.teacher_yes_at = None, None
        tell(session, class_id, [row.recorded_by], News.NO_TEACHER)
    touch(lesson)
    session.flush()
    lesson = get_lesson(session, class_id, lock=True)
    seated = {one.id: one for one in open_places(session, class_id) if one.stand == Stand.SEATED}
    for sign_up, activity in activities_of(session, seated.values()).items():
        as_class(activity, lesson, person_id=seated[sign_up].person_id)
    record(
        session, by=by.person_id, action="answer_teaching", subject="teaching_class", subject_id=row.id,
        detail={"yes": yes},
    )  # fmt: skip
    return row


def planned_lesson(session: Session, class_id: int, by: Actor) -> Lesson:
    """The class, locked. NotFound when she does not plan it."""
    lesson = get_lesson(session, class_id, lock=True)
    if not lesson.planned_by(by):
        authorise(by, PLANS[Part(lesson.row.part)])
        raise NotFound
    return lesson


def _write(row: TeachingClass, new: NewClass, checked: _Checked) -> None:
    row.name, row.place, row.about = checked.name, checked.place, checked.about
    row.task_id, row.level, row.activity_id, row.seats = new.task_id, new.level, new.activity_id, new.seats
    row.teacher_id, row.teacher_text = new.teacher_id, checked.teacher_text or None


def _check(session: Session, new: NewClass, *, by: Actor, standing: Lesson | None) -> _Checked:
    name = words(squeeze(new.name), "name", MOST_WORDS)
    if not name:
        raise RuleBroken(sentence(N_("Write what the class is called.")), field="name")
    if new.part not in KINDS:
        raise RuleBroken(sentence(N_("Choose whether it is a class or bedside teaching.")), field="part")
    nodes = tree(session, on=today()).by_id
    if not new.unit_ids:
        raise RuleBroken(sentence(N_("Choose for which units it is.")), field="units")
    if not set(new.unit_ids) <= set(nodes):
        raise NotFound
    paths = [nodes[unit].path for unit in sorted(set(new.unit_ids))]
    for path in paths:
        if not by.may(PLANS[new.part], path):
            if new.part is Part.FORMAL and by.may(PLANS[Part.COLLEAGUES], path):
                raise RuleBroken(
                    sentence(N_("Classes are planned by the development nurse. You can plan bedside teaching.")),
                    field="part",
                )
            authorise(by, PLANS[new.part])
            raise NotFound
    groups = set(new.group_ids)
    if groups - set(session.scalars(select(StaffGroup.id).where(StaffGroup.id.in_(sorted(groups))))):
        raise NotFound
    _check_aim(session, new)
    spans = spans_of(new.times, now=now())
    text = words(squeeze(new.teacher_text), "teacher_text", MOST_WORDS)
    if new.teacher_id is not None:
        if text:
            raise RuleBroken(
                sentence(N_("Choose a colleague, or write who comes from outside; not both.")), field="teacher_text"
            )
        known = standing.row.teacher_id if standing is not None else None
        if new.teacher_id not in {one.person_id for one in teachers(session, paths, also=known)}:
            raise NotFound
        _check_teacher_free(session, spans, new.teacher_id, but=standing.id if standing is not None else 0, own=False)
        if standing is not None and any(one.person_id == new.teacher_id for one in open_places(session, standing.id)):
            raise RuleBroken(sentence(N_("Whoever teaches the class cannot take part in it.")), field="teacher")
    check_seats(new.seats)
    return _Checked(
        name, spans, paths, text, words(squeeze(new.place), "place", MOST_WORDS), words(new.about, "about", MOST_ABOUT)
    )


def _check_aim(session: Session, new: NewClass) -> None:
    if new.task_id is not None:
        task = session.scalars(select(Task).where(Task.id == new.task_id)).one_or_none()
        if task is None:
            raise NotFound
        if task.archived_on is not None and task.archived_on <= today():
            raise RuleBroken(sentence(N_("The task “%(task)s” is no longer used."), task=task.name), field="task")
    if new.level is not None:
        if new.task_id is None:
            raise RuleBroken(sentence(N_("Choose the task too, or no level.")), field="level")
        if new.level not in level_names(session):
            raise RuleBroken(sentence(N_("Choose a level.")), field="level")
    if new.activity_id is not None and (
        session.scalar(select(Activity.id).where(Activity.id == new.activity_id)) is None
    ):
        raise NotFound


def _check_teacher_free(session: Session, spans: Sequence[Span], person_id: int, *, but: int, own: bool) -> None:
    taken = seated_spans(session, [person_id], but_class=but).get(person_id, [])
    other = next((pair for pair in taken if clashing([pair[0]], spans)), None)
    if other is None:
        return
    if own:
        raise RuleBroken(
            sentence(
                N_("You are at “%(other)s” at the same time, on %(day)s."), other=other[1],
                day=local(other[0].starts_at).date(),
            )
        )  # fmt: skip
    raise RuleBroken(
        sentence(
            N_("%(name)s is at “%(other)s” at the same time, on %(day)s."), name=name_of(session, person_id), other=other[1],
            day=local(other[0].starts_at).date(),
        ),
        field="teacher",
    )  # fmt: skip


def _ask_teacher(session: Session, row: TeachingClass, *, by: Actor) -> None:
    if row.teacher_id is not None and row.teacher_yes_at is None and row.teacher_id != by.person_id:
        tell(session, row.id, [row.teacher_id], News.TEACH)
    if row.teacher_id is not None or row.teacher_text:
        forget(session, row.id, [row.recorded_by, by.person_id], [News.NO_TEACHER])


def _move_times(session: Session, lesson: Lesson, spans: Sequence[Span]) -> None:
    """Nothing; the first day becomes the first, and so on: calendars move what they have. Days left over are taken out."""
    rows = {
        row.id: row for row in session.scalars(select(ClassTime).where(ClassTime.class_id == lesson.id).order_by(ClassTime.id))
    }  # fmt: skip
    old = [rows[id_] for id_, _span in lesson.times]
    for row, span in zip(old, spans, strict=False):
        row.starts_at, row.ends_at = span.starts_at, span.ends_at
    for row in old[len(spans) :]:
        row.dropped_at = now()
    session.add_all(
        ClassTime(class_id=lesson.id, starts_at=span.starts_at, ends_at=span.ends_at) for span in spans[len(old) :]
    )


def _place_units(session: Session, lesson: Lesson, new: NewClass) -> None:
    for unit in session.scalars(select(ClassUnit).where(ClassUnit.class_id == lesson.id)):
        if unit.unit_id not in new.unit_ids:
            session.delete(unit)
    for group in session.scalars(select(ClassGroup).where(ClassGroup.class_id == lesson.id)):
        if group.staff_group_id not in new.group_ids:
            session.delete(group)
    session.add_all(ClassUnit(class_id=lesson.id, unit_id=unit) for unit in sorted(set(new.unit_ids) - lesson.unit_ids))
    session.add_all(
        ClassGroup(class_id=lesson.id, staff_group_id=group) for group in sorted(set(new.group_ids) - lesson.group_ids)
    )
