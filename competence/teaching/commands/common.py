"""What several commands on classes do: lay out seats, tell people, and keep the activity in each one's plan."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.foundation.clock import day_after, local, now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence
from competence.learning.commands.common import changed, plan_of
from competence.learning.models import PlannedActivity
from competence.learning.rules import Origin
from competence.people.models import Employment
from competence.teaching.models import ClassNews, ClassSignUp
from competence.teaching.queries.classes import Lesson, open_places, place_of
from competence.teaching.rules import News, Stand, settled


def words(text: str, field: str, most: int) -> str:
    """The text without blanks around it. RuleBroken when it is too long, or holds a CPR number."""
    text = text.replace("\r\n", "\n").strip()
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(text) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return text


def check_open(lesson: Lesson) -> None:
    """Nothing. RuleBroken when nobody can be signed up any more."""
    if lesson.row.cancelled_at is not None:
        raise RuleBroken(sentence(N_("The class is cancelled.")))
    if not lesson.is_open:
        raise RuleBroken(sentence(N_("The class has begun. Nobody can be signed up any more.")))


def check_seen(lesson: Lesson, seen: int) -> None:
    """Nothing. Overtaken when the class is not as the page showed it."""
    if lesson.row.revision != seen:
        raise Overtaken(
            sentence(N_("Somebody else has changed the class meanwhile. Nothing was saved. Look at it again."))
        )


def touch(lesson: Lesson) -> None:
    """Nothing; the class counts one change more."""
    lesson.row.revision += 1
    lesson.row.changed_at = now()


def tell(session: Session, class_id: int, person_ids: Iterable[int], news: News) -> None:
    """Nothing; each person is told, and what she was told of the same kind before is no longer news."""
    people = sorted(set(person_ids))
    forget(session, class_id, people, [news])
    session.add_all(ClassNews(class_id=class_id, person_id=one, news=news, made_at=now()) for one in people)
    session.flush()


def forget(session: Session, class_id: int, person_ids: Iterable[int], kinds: Iterable[News]) -> None:
    """Nothing; what the persons were told of these kinds has been answered, or is no longer true."""
    for row in session.scalars(
        select(ClassNews).where(
            ClassNews.class_id == class_id, ClassNews.person_id.in_(sorted(set(person_ids))),
            ClassNews.news.in_([one.value for one in kinds]), ClassNews.closed_at.is_(None),
        )
    ):  # fmt: skip
        row.closed_at = now()


def lay_out(session: Session, lesson: Lesson) -> None:
    """Nothing; each seat that is free is offered to the next in line, who is told. Lock the class first."""
    session.flush()
    rows = {row.id: row for row in open_places(session, lesson.id)}
    before = {id_: place_of(row) for id_, row in rows.items()}
    begins = lesson.begins if lesson.is_open else None
    after = settled(before.values(), lesson.row.seats, now=now(), begins=begins)
    changes = [one for one in after if one != before[one.id]]
    for one in changes:  # all give up what they have before anybody is given it
        row = rows[one.id]
        if before[one.id].stand is Stand.OFFERED:
            forget(session, lesson.id, [row.person_id], [News.OFFERED])
            row.stand, row.seat, row.offered_until = Stand.QUEUED, None, None
    session.flush()
    for one in changes:
        row = rows[one.id]
        row.stand, row.seat, row.offered_until, row.in_line_since = (
            one.stand,
            one.seat,
            one.offered_until,
            one.in_line_since,
        )
        if one.stand is Stand.OFFERED:
            tell(session, lesson.id, [row.person_id], News.OFFERED)
    session.flush()


def put_in_plan(session: Session, lesson: Lesson, sign_up: ClassSignUp, *, by: Actor) -> PlannedActivity:
    """The class in her plan, as an activity to which she has said yes."""
    employment = session.scalars(select(Employment).where(Employment.id == sign_up.employment_id)).one()
    plan = plan_of(session, employment, by)
    changed(plan, seen=None)
    activity = PlannedActivity(
        employment_id=employment.id, activity_id=lesson.row.activity_id, part=lesson.row.part, task_id=lesson.row.task_id,
        level=lesson.row.level, origin=Origin.TEACHING, yes_on=today(), recorded_at=now(), recorded_by=by.person_id,
        name=lesson.row.name, minutes=lesson.minutes,
    )  # fmt: skip
    as_class(activity, lesson, person_id=sign_up.person_id)
    session.add(activity)
    session.flush()
    sign_up.planned_activity_id = activity.id
    record(
        session, by=by.person_id, action="plan_activity", subject="planned_activity", subject_id=activity.id,
        person_id=sign_up.person_id,
    )  # fmt: skip
    return activity


def as_class(activity: PlannedActivity, lesson: Lesson, *, person_id: int) -> None:
    """Nothing; the activity says when, where and by whom the class is."""
    row = lesson.row
    teaches = row.teacher_id is not None and row.teacher_id != person_id
    activity.name, activity.minutes, activity.place = row.name, lesson.minutes, row.place
    activity.task_id, activity.level, activity.part, activity.activity_id = (
        row.task_id,
        row.level,
        row.part,
        row.activity_id,
    )
    activity.led_by, activity.led_yes_at = (row.teacher_id, row.teacher_yes_at) if teaches else (None, None)
    activity.led_text = row.teacher_text or ""
    activity.begins, activity.ends = lesson.days[0], day_after(lesson.days[-1])
    activity.at = local(lesson.begins).time()
    activity.revision = (activity.revision or 0) + 1


def activities_of(session: Session, rows: Iterable[ClassSignUp]) -> dict[int, PlannedActivity]:
    """Sign-up -> the activity in her plan."""
    by_activity = {row.planned_activity_id: row for row in rows if row.planned_activity_id is not None}
    found = session.scalars(select(PlannedActivity).where(PlannedActivity.id.in_(sorted(by_activity))))
    return {by_activity[one.id].id: one for one in found}


def drop_from_plan(session: Session, rows: Iterable[ClassSignUp]) -> None:
    """Nothing; the class stands in nobody's plan any more."""
    for activity in activities_of(session, rows).values():
        if activity.done_on is None:
            activity.dropped_on = today()
            activity.revision += 1
