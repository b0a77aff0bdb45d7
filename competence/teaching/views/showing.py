"""A class in words, as every page about it says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.accounts.forms import hours_text
from competence.coverage.queries.places import tree
from competence.foundation.clock import local, now, today
from competence.foundation.web import as_pattern, clock_time, day, db, listed, say
from competence.learning.rules import Part
from competence.people.queries import staff_group_choices
from competence.signoffs.queries import names_of
from competence.teaching.queries.classes import Lesson, Taken, taken_of
from competence.teaching.rules import KIND_NAMES


@dataclass(frozen=True)
class Row:
    """A class, ready to be drawn."""

    lesson: Lesson
    kind: str
    days: Sequence[str]
    """Each as "mandag den 8. juni kl. 13.00–15.30"."""
    teacher: str
    """Who teaches, or that nobody does yet."""
    units: str
    groups: str
    seats: str
    """As "5 af 8 pladser er taget, 2 på venteliste"."""
    full: bool
    state: str
    """As "aflyst"; empty where it is as it should be."""
    tone: str
    length: str

    @property
    def id(self) -> int:
        """Of the class."""
        return self.lesson.id

    @property
    def name(self) -> str:
        """What it is called."""
        return self.lesson.row.name


def when(begins: datetime, ends: datetime) -> str:
    """As "mandag den 8. juni 2026 kl. 13.00–15.30"."""
    date = local(begins).date()
    weekday = as_pattern(date, "EEEE")
    said: str = _(
        "%(weekday)s %(day)s, %(begins)s–%(ends)s", weekday=weekday, day=day(date), begins=clock_time(begins),
        ends=clock_time(ends),
    )  # fmt: skip
    return said


def rows_of(lessons: Sequence[Lesson]) -> list[Row]:
    """The classes in words, in their order; as many queries for one as for many."""
    counts = taken_of(db.session, [one.id for one in lessons])
    names = names_of(db.session, {one.row.teacher_id for one in lessons if one.row.teacher_id is not None})
    groups = dict(staff_group_choices(db.session)) if any(one.group_ids for one in lessons) else {}
    return [_row(one, counts.get(one.id, Taken()), names, groups) for one in lessons]


def shown(lesson: Lesson) -> Row:
    """The class in words."""
    return rows_of([lesson])[0]


def _row(lesson: Lesson, taken: Taken, names: Mapping[int, str], groups: Mapping[int, str]) -> Row:
    row = lesson.row
    nodes = tree(db.session, on=today()).by_id
    state, tone = _state(lesson, taken)
    return Row(
        lesson, say(KIND_NAMES[Part(row.part)]), [when(one.starts_at, one.ends_at) for one in lesson.spans],
        teacher_words(lesson, names), listed([nodes[one].name for one in sorted(lesson.unit_ids) if one in nodes]),
        listed([name for id_, name in groups.items() if id_ in lesson.group_ids]) if groups else _("all staff groups"),
        seats_words(taken, row.seats), taken.free(row.seats) == 0, state, tone, hours_text(lesson.minutes),
    )  # fmt: skip


def teacher_words(lesson: Lesson, names: Mapping[int, str]) -> str:
    """Who teaches it. `names`: of the colleagues who teach, by person."""
    row = lesson.row
    if row.teacher_text:
        return row.teacher_text
    if row.teacher_id is None:
        return str(_("no teacher yet"))
    name = names.get(row.teacher_id, "")
    if row.teacher_yes_at is None and row.cancelled_at is None:
        return str(_("%(name)s is asked", name=name or _("Somebody")))
    return name or str(_("Name erased"))


def seats_words(taken: Taken, seats: int) -> str:
    """As "5 of 8 seats are taken, 2 on the waiting list"."""
    used = taken.seated + taken.offered
    said = ngettext("%(taken)s of %(num)s seat is taken", "%(taken)s of %(num)s seats are taken", seats, taken=used)
    if taken.queued:
        said += ", " + ngettext("%(num)s on the waiting list", "%(num)s on the waiting list", taken.queued)
    return str(said)


def _state(lesson: Lesson, taken: Taken) -> tuple[str, str]:
    row = lesson.row
    if row.cancelled_at is not None:
        return _("cancelled"), "hole"
    if row.held_at is not None:
        return _("held"), "ready"
    if lesson.ends <= now():
        return _("not noted yet who was there"), "vulnerable"
    if lesson.lacks_teacher:
        return _("no teacher yet"), "vulnerable"
    if taken.free(row.seats) == 0:
        return _("full"), "info"
    return "", ""
