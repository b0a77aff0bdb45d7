"""After the class: who was there, by name. What each was there for is then done in her plan."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from competence.access.rules import Actor, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import local, now
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.rules import Part
from competence.teaching.commands.common import activities_of, check_seen, forget, put_in_plan, touch
from competence.teaching.models import TeachingClass
from competence.teaching.queries.classes import PLANS, get_lesson, open_places
from competence.teaching.rules import News, Stand


@command
def note_attendance(session: Session, class_id: int, there: Collection[int], *, seen: int, by: Actor) -> TeachingClass:
    """The class, held, with those of its places (by id) who were there; noted again it is corrected.

    By whoever plans or teaches it, from its first day on. Who was in line and came all the same counts as there.
    RuleBroken before it has begun, or when it was cancelled. Overtaken when it is not as `seen`.
    """
    lesson = get_lesson(session, class_id, lock=True)
    if not (lesson.planned_by(by) or lesson.taught_by(by.person_id)):
        authorise(by, PLANS[Part(lesson.row.part)])
        raise NotFound
    check_seen(lesson, seen)
    row = lesson.row
    if row.cancelled_at is not None:
        raise RuleBroken(sentence(N_("The class is cancelled.")))
    if lesson.begins > now():
        raise RuleBroken(sentence(N_("The class has not begun. Note who was there afterwards.")))
    places = {one.id: one for one in open_places(session, class_id)}
    if set(there) - set(places):
        raise NotFound
    row.held_at, row.held_by = now(), by.person_id
    touch(lesson)
    forget(session, class_id, [one.person_id for one in places.values()], [News.ASKED, News.OFFERED, News.CHANGED])
    for one in places.values():
        one.attended = one.id in there if one.stand == Stand.SEATED or one.id in there else None
        if one.attended and one.planned_activity_id is None:
            put_in_plan(session, lesson, one, by=by)
    last = local(lesson.ends).date()
    activities = activities_of(session, places.values())
    for one in places.values():
        activity = activities.get(one.id)
        if activity is None:
            continue
        activity.done_on = last if one.attended else None
        activity.dropped_on = None if one.attended else last
        activity.revision += 1
    record(session, by=by.person_id, action="note_attendance", subject="teaching_class", subject_id=row.id)
    return row
