"""Requirements as they are written, whatever holds in the end: what they are about, and how they follow each other in time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Select, Table, or_
from sqlalchemy.orm import Session

from competence.catalogue.queries.scales import turns
from competence.catalogue.rules.scales import level_on, levels_asked
from competence.coverage.models import Requirement
from competence.coverage.rules import DayKind, Need, Shift
from competence.coverage.sheet import ByDays
from competence.coverage.spans import Span
from competence.foundation.clock import today
from competence.foundation.orm import scoped

REQUIREMENTS = cast(Table, Requirement.__table__)

Key = tuple[int, str, int, Shift, DayKind]
"""Unit, kind of unit, task, shift, kind of day: what a requirement is about."""


Drawn = tuple[int, int, int]
"""The ids of what is said for every day, for weekdays and for weekends; 0 = nothing. By it a page says what it shows."""
NOTHING: Drawn = (0, 0, 0)


def written(session: Session, unit_ids: Sequence[int] | None, *, ended: bool = False) -> dict[Key, list[Span]]:
    """What is written about the units (None: about all of them), levels as they are called today; `ended`: also what has."""
    c = REQUIREMENTS.c
    wanted = _rows(session)
    if unit_ids is not None:
        wanted = wanted.where(c.unit_id.in_(unit_ids))
    if not ended:
        wanted = wanted.where(or_(c.valid_to.is_(None), c.valid_to > today()))
    return _by_key(session, wanted)


def drawn_rows(session: Session, unit_id: int, unit_kind: str, ids: Collection[int]) -> dict[int, Need]:
    """Id -> what it says, of those of the ids that are about the unit (or the kind below it), also when they have ended."""
    c = REQUIREMENTS.c
    found: dict[int, Need] = {}
    wanted = sorted(number for number in ids if 0 < number < MOST_ID)
    for some in (wanted[at : at + 500] for at in range(0, len(wanted), 500)):
        mine = _rows(session).where(c.unit_id == unit_id, c.unit_kind == unit_kind, c.id.in_(some))
        found |= {_id(one): one.said for spans in _by_key(session, mine).values() for one in spans}
    return found


MOST_ID = 2**31
"""No row's id is so large, and PostgreSQL cannot be asked for it."""


def said_in(drawn: Drawn, says: Mapping[int, Need]) -> ByDays:
    """Kind of day -> what a page showed, by the ids it names."""
    return {days: says[number] for days, number in zip(DayKind, drawn, strict=True) if number in says}


def drawn_of(now: Mapping[DayKind, Span]) -> Drawn:
    """By which a page says what it shows."""
    every, weekday, weekend = ((now[days].id or 0) if days in now else 0 for days in DayKind)
    return every, weekday, weekend


def _id(one: Span) -> int:
    assert one.id is not None, "what is read has an id"
    return one.id


def _rows(session: Session) -> Select[Any]:
    c = REQUIREMENTS.c
    return scoped(
        session, REQUIREMENTS, c.id, c.unit_id, c.unit_kind, c.task_id, c.shift, c.day_kind, c.need, c.level, c.also_unstable,
        c.students_count, c.valid_from, c.valid_to, c.recorded_at,
    )  # fmt: skip


def _by_key(session: Session, wanted: Select[Any]) -> dict[Key, list[Span]]:
    c = REQUIREMENTS.c
    changes, on = turns(session), today()
    found: dict[Key, list[Span]] = {}
    for row in session.execute(wanted.order_by(c.valid_from, c.id)):
        level = level_on(levels_asked(row.level, row.recorded_at, changes), on, otherwise=row.level)
        said = Need(row.need, level, row.also_unstable, row.students_count)
        key = (row.unit_id, row.unit_kind, row.task_id, Shift(row.shift), DayKind(row.day_kind))
        found.setdefault(key, []).append(Span(said, row.valid_from, row.valid_to, row.id))
    return found
