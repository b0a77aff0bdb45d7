"""Whom a class can be for, what else they have at that time, who can teach it, and what each is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach, Role
from competence.accounts.models import RoleAssignment
from competence.decision.queries import EMPLOYMENTS, absences, book, load
from competence.decision.rules import judge
from competence.foundation.clock import local, now, today
from competence.foundation.orm import execute, scoped, standing
from competence.foundation.text import N_, Sentence, sentence
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.roster.queries import chunks, duties_of
from competence.roster.rules import Span, dates_touched
from competence.teaching.models import ClassNews, ClassSignUp, ClassTime, TeachingClass
from competence.teaching.queries.classes import Lesson, lessons_of, open_places, seated_spans
from competence.teaching.rules import NEWS_FOR, News, Stand, clashing

NEWS = cast(Table, ClassNews.__table__)
MOST = 200
"""So many employees are shown to choose from at a time."""


@dataclass(frozen=True)
class Clash:
    """Something else at the time of a class."""

    words: Sentence
    hinders: bool
    """Whether nobody can be at both: another class, or she is away. A duty can be covered."""


def clashes_of(session: Session, lesson: Lesson, people: Iterable[tuple[int, int]]) -> dict[int, list[Clash]]:
    """Employment -> what else each of (employment, person) has then: another class, an absence, a duty by the roster."""
    jobs = list(people)
    persons = {person for _employment, person in jobs}
    classes = seated_spans(session, persons, but_class=lesson.id)
    away = absences(session, [employment for employment, _person in jobs])
    duties = duties_of(session, persons, begin=lesson.begins, end=lesson.ends)
    found: dict[int, list[Clash]] = {}
    for employment, person in jobs:
        some: list[Clash] = []
        other = next((one for one in classes.get(person, ()) if clashing([one[0]], lesson.spans)), None)
        if other is not None:
            day = local(other[0].starts_at).date()
            words = sentence(N_("Takes part in “%(other)s” at the same time, on %(day)s."), other=other[1], day=day)
            some.append(Clash(words, True))
        gone = next((day for day in lesson.days if _away(away.get(employment, ()), day)), None)
        if gone is not None:
            some.append(Clash(sentence(N_("Is away on %(day)s."), day=gone), True))
        hers = [Span(one.duty.starts_at, one.duty.ends_at) for one in duties.get(person, ())]
        duty = clashing(lesson.spans, hers)
        if duty is not None:
            first = dates_touched(duty.starts_at, duty.ends_at)[0]
            words = sentence(N_("Is on duty on %(day)s by the roster: the shift must be covered."), day=first)
            some.append(Clash(words, False))
        if some:
            found[employment] = some
    return found


def _away(spans: Iterable[tuple[date, date | None]], day: date) -> bool:
    return any(begins <= day and (ends is None or day < ends) for begins, ends in spans)


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a leader can sign up."""

    employment_id: int
    person_id: int
    name: str
    unit: str
    path: str
    group: str
    sign_up: ClassSignUp | None
    """Her place, when she has one already."""
    holds: int
    """The level at which she may do the class's task; 0: not yet, or the class is about none."""
    learns: bool
    """Whether her staff group may have the task at all."""
    clashes: Sequence[Clash]


def candidates(session: Session, lesson: Lesson, within: Reach, *, but: int) -> list[Candidate]:
    """The employees within reach for whom the class is, those without the task first, then by name; at most 200."""
    on = lesson.days[0]
    reached = [path for path in lesson.paths for root in within.roots if path.startswith(root)]
    reached += [root for path in lesson.paths for root in within.roots if root.startswith(path)]
    if not reached:
        return []
    wanted = (
        select(Employment.id, Employment.person_id, PersonIdentity.name, Unit.name.label("unit"), Unit.path, StaffGroup)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(
            or_(*(Unit.path.startswith(path, autoescape=True) for path in sorted(set(reached)))),
            Employment.valid_from <= on, or_(Employment.valid_to.is_(None), Employment.valid_to > on),
            Employment.is_external.is_(False), Employment.person_id != but,
        )
        .order_by(PersonIdentity.name, Employment.id)
    )  # fmt: skip
    if lesson.group_ids:
        wanted = wanted.where(Employment.staff_group_id.in_(sorted(lesson.group_ids)))
    rows = session.execute(wanted.limit(MOST)).all()
    levels, learns = _levels(session, lesson.row.task_id, [row.id for row in rows])
    places = {row.person_id: row for row in open_places(session, lesson.id)}
    clashes = clashes_of(session, lesson, [(row.id, row.person_id) for row in rows])
    found = [
        Candidate(
            row.id, row.person_id, row.name, row.unit, row.path, row.StaffGroup.short_name, places.get(row.person_id),
            levels.get(row.id, 0), row.id in learns, clashes.get(row.id, ()),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.sign_up is None and not one.learns, one.holds > 0))


def _levels(session: Session, task_id: int | None, employment_ids: Sequence[int]) -> tuple[dict[int, int], set[int]]:
    """(employment -> level at which the task is held today, the employments whose staff group may have it)."""
    if task_id is None:
        return {}, set(employment_ids)
    held: dict[int, int] = {}
    learns: set[int] = set()
    shared = book(session)
    for some in chunks(employment_ids):
        for one in load(session, EMPLOYMENTS.c.id.in_(some), shared=shared, task_id=task_id):
            answer = judge(one, task_id, on=today())
            held[one.id] = answer.level
            if answer.cell.entitles:
                learns.add(one.id)
    return held, learns


def own_employments(session: Session, person_id: int, on: date) -> list[tuple[Employment, Unit]]:
    """The person's employments that run on the day, with their units; the first of them first."""
    return running_on(jobs_of(session, person_id), on)


def jobs_of(session: Session, person_id: int) -> list[tuple[Employment, Unit]]:
    """The person's employments, with their units; the first of them first."""
    rows = session.execute(
        select(Employment, Unit)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.person_id == person_id)
        .order_by(Employment.valid_from, Employment.id)
    ).all()
    return [(row.Employment, row.Unit) for row in rows]


def running_on(jobs: Iterable[tuple[Employment, Unit]], on: date) -> list[tuple[Employment, Unit]]:
    """Those of the employments that run on the day."""
    return [(job, unit) for job, unit in jobs if job.valid_from <= on and (job.valid_to is None or job.valid_to > on)]


@dataclass(frozen=True)
class Teacher:
    """A colleague who can be asked to teach."""

    person_id: int
    name: str


def teachers(session: Session, paths: Iterable[str], *, also: int | None = None) -> list[Teacher]:
    """The guides and development nurses over the units, over one above, or one below; by name. `also`: whoever teaches now."""
    on, wanted = today(), list(paths)
    rows = session.execute(
        select(RoleAssignment.person_id, PersonIdentity.name, Unit.path)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .join(PersonIdentity, PersonIdentity.person_id == RoleAssignment.person_id)
        .where(
            RoleAssignment.role.in_((Role.GUIDE.value, Role.DEVELOPMENT_NURSE.value)),
            RoleAssignment.valid_from <= on, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > on),
        )
    ).all()  # fmt: skip
    found = {
        row.person_id: row.name
        for row in rows
        if any(row.path.startswith(path) or path.startswith(row.path) for path in wanted)
    }
    if also is not None and also not in found:
        name = session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == also))
        if name:
            found[also] = name
    return sorted((Teacher(id_, name) for id_, name in found.items()), key=lambda one: (one.name, one.person_id))


@dataclass(frozen=True)
class Told:
    """A word about a class that somebody has not seen or answered."""

    news: ClassNews
    lesson: Lesson
    sign_up: ClassSignUp | None
    """Her place at it, when she has one."""


def told(session: Session, person_id: int) -> list[Told]:
    """What she is told about classes and has not seen or answered, the newest first."""
    rows = session.scalars(
        select(ClassNews)
        .where(ClassNews.person_id == person_id, ClassNews.closed_at.is_(None), ClassNews.made_at > now() - NEWS_FOR)
        .order_by(ClassNews.made_at.desc(), ClassNews.id.desc())
    ).all()
    ids = {row.class_id for row in rows}
    lessons = {
        one.id: one
        for one in lessons_of(session, session.scalars(select(TeachingClass).where(TeachingClass.id.in_(ids))))
    }
    mine = session.scalars(
        select(ClassSignUp).where(
            ClassSignUp.person_id == person_id, ClassSignUp.class_id.in_(ids), ClassSignUp.ended_at.is_(None)
        )
    )
    by_class = {row.class_id: row for row in mine}
    return [
        Told(row, lessons[row.class_id], by_class.get(row.class_id))
        for row in rows
        if row.class_id in lessons and _still(row, lessons[row.class_id], by_class.get(row.class_id))
    ]


def _still(row: ClassNews, lesson: Lesson, mine: ClassSignUp | None) -> bool:
    """Whether there is still something to answer, where she is asked something."""
    match News(row.news):
        case News.ASKED:
            return lesson.is_open and mine is not None and mine.stand == Stand.ASKED
        case News.OFFERED:
            return (
                lesson.is_open
                and mine is not None
                and mine.stand == Stand.OFFERED
                and mine.offered_until is not None
                and mine.offered_until > now()
            )
        case News.TEACH:
            return lesson.is_open and lesson.row.teacher_id == row.person_id and lesson.row.teacher_yes_at is None
        case News.NO_TEACHER:
            return lesson.is_open and lesson.lacks_teacher
        case _:
            return True


_COUNTED = standing(NEWS, func.count()).where(
    NEWS.c.person_id == bindparam("person"), NEWS.c.closed_at.is_(None),
    NEWS.c.made_at > bindparam("since", type_=NEWS.c.made_at.type),
)  # fmt: skip


def waiting_count(session: Session, actor: Actor) -> int:
    """How many words about classes she has not seen or answered: for the bell."""
    return int(execute(session, _COUNTED, person=actor.person_id, since=now() - NEWS_FOR).scalar_one())


def unsent(session: Session, *, since: timedelta) -> list[tuple[int, int]]:
    """(id, person) of the words that stand and were written within the time, the oldest first: for the mails."""
    rows = session.execute(
        scoped(session, NEWS, NEWS.c.id, NEWS.c.person_id)
        .where(NEWS.c.closed_at.is_(None), NEWS.c.made_at > now() - since)
        .order_by(NEWS.c.made_at, NEWS.c.id)
    )
    return [(row.id, row.person_id) for row in rows]


def one_told(session: Session, news_id: int) -> Told | None:
    """The word, as long as it stands and there is still something to tell."""
    row = session.scalars(select(ClassNews).where(ClassNews.id == news_id, ClassNews.closed_at.is_(None))).one_or_none()
    if row is None:
        return None
    return next((one for one in told(session, row.person_id) if one.news.id == news_id), None)


def with_expired(session: Session, at: datetime) -> list[int]:
    """The classes at which an offer has run out."""
    return sorted(
        set(
            session.scalars(
                select(ClassSignUp.class_id).where(
                    ClassSignUp.stand == Stand.OFFERED, ClassSignUp.ended_at.is_(None), ClassSignUp.offered_until <= at
                )
            )
        )
    )


def who_left(session: Session) -> dict[int, list[int]]:
    """Class -> those of its places (by id) whose employment has ended when a class that has not begun is."""
    first = select(func.min(ClassTime.starts_at)).where(
        ClassTime.class_id == ClassSignUp.class_id, ClassTime.municipality_id == ClassSignUp.municipality_id,
        ClassTime.dropped_at.is_(None),
    )  # fmt: skip
    rows = session.execute(
        select(ClassSignUp.id, ClassSignUp.class_id, Employment.valid_to, first.scalar_subquery().label("first"))
        .join(Employment, Employment.id == ClassSignUp.employment_id)
        .join(TeachingClass, TeachingClass.id == ClassSignUp.class_id)
        .where(
            ClassSignUp.ended_at.is_(None), Employment.valid_to.is_not(None), TeachingClass.cancelled_at.is_(None),
            TeachingClass.held_at.is_(None),
        )
        .order_by(ClassSignUp.class_id, ClassSignUp.id)
    ).all()  # fmt: skip
    found: dict[int, list[int]] = {}
    for row in rows:
        if row.first is not None and row.first > now() and row.valid_to <= local(row.first).date():
            found.setdefault(row.class_id, []).append(row.id)
    return found


def running_employments(
    session: Session, employment_ids: Iterable[int], on: date
) -> Mapping[int, tuple[Employment, Unit]]:
    """Those of the employments that run on the day, with their units, by id."""
    found: dict[int, tuple[Employment, Unit]] = {}
    for some in chunks(employment_ids):
        rows = session.execute(
            select(Employment, Unit)
            .join(Unit, Unit.id == Employment.unit_id)
            .where(
                Employment.id.in_(some), Employment.valid_from <= on,
                or_(Employment.valid_to.is_(None), Employment.valid_to > on),
            )
        )  # fmt: skip
        found |= {row.Employment.id: (row.Employment, row.Unit) for row in rows}
    return found
