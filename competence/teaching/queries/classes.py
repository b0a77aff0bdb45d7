"""Classes with their days, units and groups, and who has which place at them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, Table, and_, exists, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.coverage.queries.places import tree
from competence.foundation.clock import local, now, today
from competence.foundation.errors import NotFound
from competence.foundation.orm import execute, scoped, several, standing
from competence.learning.rules import Part
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.roster.queries import chunks
from competence.roster.rules import Span
from competence.teaching.models import ClassGroup, ClassSignUp, ClassTime, ClassUnit, TeachingClass
from competence.teaching.rules import Place, Stand, concerns, days_of, in_line, minutes_of

CLASSES = cast(Table, TeachingClass.__table__)
TIMES = cast(Table, ClassTime.__table__)
SIGN_UPS = cast(Table, ClassSignUp.__table__)

PLANS = {Part.FORMAL: Permission.TEACHING_PLAN, Part.COLLEAGUES: Permission.TEACHING_BEDSIDE}
"""By which permission each kind is planned. Source: a guide plans bedside teaching, the development nurse both."""


@dataclass(frozen=True)
class Lesson:
    """A class with its days, units and groups."""

    row: TeachingClass
    times: tuple[tuple[int, Span], ...]
    """(id, from and to) of the days that stand, the earliest first."""
    unit_ids: frozenset[int]
    paths: tuple[str, ...]
    """Of its units that are open."""
    group_ids: frozenset[int]
    """Empty: for all staff groups."""

    @property
    def id(self) -> int:
        """Of the class."""
        return self.row.id

    @property
    def spans(self) -> list[Span]:
        """From and to of each day, the earliest first."""
        return [span for _id, span in self.times]

    @property
    def begins(self) -> datetime:
        """The first moment of its first day."""
        return self.times[0][1].starts_at

    @property
    def ends(self) -> datetime:
        """The last moment of its last day."""
        return self.times[-1][1].ends_at

    @property
    def days(self) -> list[date]:
        """The Danish days on which it is."""
        return days_of(self.spans)

    @property
    def minutes(self) -> int:
        """How long it takes in all."""
        return minutes_of(self.spans)

    @property
    def is_bedside(self) -> bool:
        """Whether it is bedside teaching, not a class."""
        return self.row.part == Part.COLLEAGUES

    @property
    def is_open(self) -> bool:
        """Whether somebody can still be signed up: neither cancelled nor begun."""
        return self.row.cancelled_at is None and self.row.held_at is None and self.begins > now()

    @property
    def lacks_teacher(self) -> bool:
        """Whether nobody teaches it."""
        return self.row.teacher_id is None and not self.row.teacher_text

    def is_for(self, path: str, staff_group_id: int) -> bool:
        """Whether it is for somebody of the staff group in the unit."""
        return any(path.startswith(one) for one in self.paths) and (
            not self.group_ids or staff_group_id in self.group_ids
        )

    def planned_by(self, actor: Actor) -> bool:
        """Whether she plans it: by her permission for its kind, over each of its units."""
        return bool(self.paths) and all(actor.may(PLANS[Part(self.row.part)], path) for path in self.paths)

    def taught_by(self, person_id: int) -> bool:
        """Whether the person has said yes to teach it."""
        return self.row.teacher_id == person_id and self.row.teacher_yes_at is not None

    def concerns(self, within: Reach) -> bool:
        """Whether it is for somebody within reach."""
        return concerns(self.paths, within.roots)


def lessons_of(session: Session, rows: Iterable[TeachingClass]) -> list[Lesson]:
    """The classes with their days, units and groups; as many queries for one as for many. Those without a day are left out."""
    found = list(rows)
    ids = [row.id for row in found]
    paths = {node.id: node.path for node in tree(session, on=today()).nodes}
    times: dict[int, list[tuple[int, Span]]] = {}
    units: dict[int, set[int]] = {}
    groups: dict[int, set[int]] = {}
    for some in chunks(ids):
        for time in session.scalars(
            select(ClassTime)
            .where(ClassTime.class_id.in_(some), ClassTime.dropped_at.is_(None))
            .order_by(ClassTime.starts_at, ClassTime.id)
        ):
            times.setdefault(time.class_id, []).append((time.id, Span(time.starts_at, time.ends_at)))
        for unit in session.scalars(select(ClassUnit).where(ClassUnit.class_id.in_(some)).order_by(ClassUnit.id)):
            units.setdefault(unit.class_id, set()).add(unit.unit_id)
        for group in session.scalars(select(ClassGroup).where(ClassGroup.class_id.in_(some)).order_by(ClassGroup.id)):
            groups.setdefault(group.class_id, set()).add(group.staff_group_id)
    return [
        Lesson(
            row, tuple(times[row.id]), frozenset(units.get(row.id, ())),
            tuple(sorted(paths[unit] for unit in units.get(row.id, ()) if unit in paths)),
            frozenset(groups.get(row.id, ())),
        )
        for row in found
        if row.id in times
    ]  # fmt: skip


def get_lesson(session: Session, class_id: int, *, lock: bool = False) -> Lesson:
    """The class. NotFound when there is none. `lock`: nobody else changes it, or who is signed up, until the end."""
    wanted = select(TeachingClass).where(TeachingClass.id == class_id)
    if lock:
        wanted = wanted.with_for_update()
    row = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    found = lessons_of(session, [row]) if row is not None else []
    if not found:
        raise NotFound
    return found[0]


def reached_lesson(session: Session, class_id: int, actor: Actor, within: Reach) -> Lesson:
    """The class, for whoever plans or teaches it, or reaches somebody whom it is for. NotFound for everybody else."""
    lesson = get_lesson(session, class_id)
    if not (lesson.concerns(within) or lesson.planned_by(actor) or actor.person_id == lesson.row.teacher_id):
        raise NotFound
    return lesson


def _ending(since: datetime, until: datetime | None) -> Select[Any]:
    """Ids of the classes with a day that ends after `since`, and begins before `until` where it is named."""
    t = ClassTime
    when = [t.class_id == TeachingClass.id, t.municipality_id == TeachingClass.municipality_id]
    when += [t.dropped_at.is_(None), t.ends_at > since]
    if until is not None:
        when.append(t.starts_at < until)
    return select(TeachingClass).where(exists().where(and_(*when)))


def coming(session: Session, *, until: datetime | None = None) -> list[Lesson]:
    """The classes that are not over and not cancelled, the next one first."""
    rows = session.scalars(
        _ending(now(), until).where(TeachingClass.cancelled_at.is_(None), TeachingClass.held_at.is_(None))
    )
    return sorted(lessons_of(session, rows), key=lambda one: (one.begins, one.id))


def past(session: Session, *, since: datetime) -> list[Lesson]:
    """The classes that are over, held or cancelled, of those with a day after `since`, the latest first."""
    at = now()
    rows = session.scalars(_ending(since, None))
    found = [
        one
        for one in lessons_of(session, rows)
        if one.ends <= at or one.row.cancelled_at is not None or one.row.held_at is not None
    ]
    return sorted(found, key=lambda one: (one.begins, one.id), reverse=True)


@dataclass(frozen=True)
class Taker:
    """Somebody's place at a class, with who she is."""

    sign_up: ClassSignUp
    name: str
    """Empty when it has been erased."""
    unit_id: int
    unit: str
    path: str
    group: str

    @property
    def place(self) -> Place:
        """As the rules see it."""
        return place_of(self.sign_up)


def place_of(row: ClassSignUp) -> Place:
    """The place as the rules see it."""
    return Place(row.id, Stand(row.stand), row.in_line_since, row.seat, row.offered_until)


def open_places(session: Session, class_id: int) -> Sequence[ClassSignUp]:
    """The places at the class that stand, in the order of their ids."""
    return session.scalars(
        select(ClassSignUp)
        .where(ClassSignUp.class_id == class_id, ClassSignUp.ended_at.is_(None))
        .order_by(ClassSignUp.id),
        execution_options={"populate_existing": True},
    ).all()


def open_places_of(session: Session, class_ids: Iterable[int]) -> dict[int, list[ClassSignUp]]:
    """Class -> the places at it that stand, in the order of their ids."""
    found: dict[int, list[ClassSignUp]] = {}
    for some in chunks(class_ids):
        for row in session.scalars(
            select(ClassSignUp)
            .where(ClassSignUp.class_id.in_(some), ClassSignUp.ended_at.is_(None))
            .order_by(ClassSignUp.id)
        ):
            found.setdefault(row.class_id, []).append(row)
    return found


def takers(session: Session, class_id: int) -> list[Taker]:
    """Those with a place at the class, by name."""
    rows = session.execute(
        select(ClassSignUp, PersonIdentity.name, Unit, StaffGroup.short_name)
        .join(Employment, Employment.id == ClassSignUp.employment_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == ClassSignUp.person_id)
        .where(ClassSignUp.class_id == class_id, ClassSignUp.ended_at.is_(None))
        .order_by(PersonIdentity.name, ClassSignUp.id)
    ).all()
    return [Taker(row[0], row[1] or "", row[2].id, row[2].name, row[2].path, row[3]) for row in rows]


@dataclass(frozen=True)
class Taken:
    """How many places of a class are taken, and how many wait."""

    seated: int = 0
    offered: int = 0
    queued: int = 0
    asked: int = 0

    def free(self, seats: int) -> int:
        """How many seats nobody has or is offered."""
        return max(0, seats - self.seated - self.offered)


def taken_of(session: Session, class_ids: Iterable[int]) -> dict[int, Taken]:
    """Class -> how many places are taken; those without any are left out."""
    counts: dict[int, dict[str, int]] = {}
    for some in chunks(class_ids):
        for row in execute(session, _TAKEN, classes=some):
            by_stand = counts.setdefault(row.class_id, {})
            by_stand[row.stand] = by_stand.get(row.stand, 0) + 1
    return {id_: Taken(**{Stand(name).value: number for name, number in some.items()}) for id_, some in counts.items()}


_S = SIGN_UPS.c
_TAKEN = standing(SIGN_UPS, _S.class_id, _S.stand).where(_S.class_id.in_(several("classes")), _S.ended_at.is_(None))


def number_in_line(places: Iterable[Place], id_: int) -> int:
    """Which number in line she has, 1 the next; 0 when she does not wait."""
    waiting = [one.id for one in in_line(places)]
    return waiting.index(id_) + 1 if id_ in waiting else 0


def places_of_person(session: Session, person_id: int) -> list[tuple[ClassSignUp, Lesson]]:
    """Her places at classes that are not over, the next class first; cancelled ones too, as long as she has a place."""
    rows = session.scalars(
        select(ClassSignUp)
        .where(ClassSignUp.person_id == person_id, ClassSignUp.ended_at.is_(None))
        .order_by(ClassSignUp.id)
    ).all()
    by_class = {
        one.id: one
        for one in lessons_of(
            session, session.scalars(select(TeachingClass).where(TeachingClass.id.in_({row.class_id for row in rows})))
        )
    }
    at = now()
    found = [(row, by_class[row.class_id]) for row in rows if row.class_id in by_class]
    return sorted((one for one in found if one[1].ends > at), key=lambda one: (one[1].begins, one[1].id))


def seated_spans(session: Session, person_ids: Iterable[int], *, but_class: int) -> dict[int, list[tuple[Span, str]]]:
    """Person -> (from and to, name) of each day of the other classes at which she has a seat, or teaches, and that stand."""
    found: dict[int, list[tuple[Span, str]]] = {}
    c, t = CLASSES.c, TIMES.c
    stands = (c.cancelled_at.is_(None), t.dropped_at.is_(None), t.ends_at > now(), c.id != but_class)
    for some in chunks(person_ids):
        taking = (
            scoped(session, SIGN_UPS, _S.person_id, t.starts_at, t.ends_at, c.name)
            .join(CLASSES, (c.municipality_id == _S.municipality_id) & (c.id == _S.class_id))
            .join(TIMES, (t.municipality_id == c.municipality_id) & (t.class_id == c.id))
            .where(_S.person_id.in_(some), _S.stand == Stand.SEATED, _S.ended_at.is_(None), *stands)
        )
        teaching = (
            scoped(session, CLASSES, c.teacher_id.label("person_id"), t.starts_at, t.ends_at, c.name)
            .join(TIMES, (t.municipality_id == c.municipality_id) & (t.class_id == c.id))
            .where(c.teacher_id.in_(some), c.teacher_yes_at.is_not(None), *stands)
        )
        for wanted in (taking, teaching):
            for row in session.execute(wanted.order_by(t.starts_at, t.id)):
                found.setdefault(row.person_id, []).append((Span(row.starts_at, row.ends_at), row.name))
    return found


def coming_for(session: Session, actor: Actor, within: Reach, *, most: int = 6) -> list[tuple[Lesson, Taken]]:
    """The next classes that she teaches, plans or reaches somebody of, the next one first, with how many take part."""
    found = [
        one
        for one in coming(session)
        if actor.person_id == one.row.teacher_id or one.planned_by(actor) or one.concerns(within)
    ][:most]
    counts = taken_of(session, [one.id for one in found])
    return [(one, counts.get(one.id, Taken())) for one in found]


def to_note(session: Session, actor: Actor, *, since: datetime) -> list[Lesson]:
    """The classes that she plans or teaches that are over, and of which nobody has noted who was there."""
    return [
        one
        for one in past(session, since=since)
        if one.row.held_at is None
        and one.row.cancelled_at is None
        and (one.planned_by(actor) or one.taught_by(actor.person_id))
    ]


def day_words(lesson: Lesson) -> list[tuple[date, datetime, datetime]]:
    """(day, from, to) of each of its days, in order."""
    return [(local(span.starts_at).date(), span.starts_at, span.ends_at) for span in lesson.spans]
