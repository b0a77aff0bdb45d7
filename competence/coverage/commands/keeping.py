"""Many requirements of one unit kept in one go: from a table, from a template, from what others ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.coverage.commands.writing import (
    Changes,
    check_open,
    lock_units,
    unit_for,
    vocabulary,
)
from competence.coverage.models import Requirement
from competence.coverage.queries.written import Drawn, Key, drawn_of, written
from competence.coverage.rules import DayKind, Need, Shift
from competence.coverage.sheet import Pair, by_days, pair_of
from competence.coverage.spans import Change, Span, put, standing, stop
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.people.queries import name_of

Spot = tuple[int, Shift]
"""A task and a shift."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to hold on a shift."""

    pair: Pair
    drawn: Drawn
    """What the page showed: another one now means that somebody has changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Other:
    """What somebody else has written meanwhile."""

    pair: Pair
    by: str
    """Empty when nobody is known: it has ended, or came from the command line."""
    at: datetime | None


@dataclass(frozen=True)
class Kept:
    """What came of it."""

    set: int
    ended: int


class OthersChanged(Overtaken):
    """Somebody else has changed some of the same spots. Nothing was written."""

    def __init__(self, spots: Mapping[Spot, Other]) -> None:
        self.spots = spots
        super().__init__(
            sentence(
                N_("Others have changed the same fields since you opened the page. Nothing was saved. See both below.")
            )
        )


@command
def keep_requirements(
    session: Session, unit_id: int, wishes: Mapping[Spot, Wish], *, by: Actor, unit_kind: str = "", begins: date | None = None,
    source: str = "",
) -> Kept:  # fmt: skip
    """How many were set and ended; all of it, or nothing. RuleBroken, and OthersChanged with what stands there now.

    What is said for a time keeps its last day. A wish that is fulfilled already is left alone, whoever fulfilled it.
    """
    unit = unit_for(session, unit_id)
    authorise(by, Permission.REQUIREMENT_WRITE, unit.path)
    first = begins or today()
    if first < today():
        raise RuleBroken(sentence(N_("A requirement cannot begin in the past.")), field="begins")
    check_open(unit, first)
    words = vocabulary(session)
    lock_units(session, [unit.id])
    known = written(session, [unit.id], ended=True)
    changes, others = Changes(by.person_id), dict[Spot, Other]()
    number = ended = 0
    for (task_id, shift), wish in wishes.items():
        spans = {days: known.get((unit.id, unit_kind, task_id, shift, days), []) for days in DayKind}
        now = {days: one for days, some in spans.items() if (one := standing(some, first)) is not None}
        said = {days: one.said for days, one in now.items()}
        if pair_of(said) == wish.pair:
            continue
        if drawn_of(now) != wish.drawn:
            others[task_id, shift] = _other(session, now, pair_of(said))
            continue
        for need in {one for one in (wish.pair.weekday, wish.pair.weekend) if one is not None}:
            words.check(task_id, need, first)
        wanted = by_days(wish.pair, said)
        for days in DayKind:
            key: Key = (unit.id, unit_kind, task_id, shift, days)
            change = _change(spans[days], now.get(days), wanted.get(days), first)
            changes.add(key, change, source=source)
            number, ended = number + (days in wanted and bool(change)), ended + (days not in wanted and bool(change))
    if others:
        raise OthersChanged(others)
    changes.write(session)
    return Kept(number, ended)


def _change(spans: list[Span], now: Span | None, wanted: Need | None, first: date) -> Change:
    if wanted is None:
        return stop(spans, first, today=today())
    if now is not None and now.said == wanted:
        return Change()
    # What is said for a time keeps its last day: correcting a number is no word about when.
    return put(Span(wanted, first, now.ends if now is not None else None), spans, today=today())


def _other(session: Session, now: Mapping[DayKind, Span], pair: Pair) -> Other:
    latest = session.scalars(
        select(Requirement)
        .where(Requirement.id.in_([one.id for one in now.values()]))
        .order_by(Requirement.recorded_at.desc(), Requirement.id.desc())
    ).first()
    if latest is None:
        return Other(pair, "", None)
    return Other(pair, name_of(session, latest.recorded_by), latest.recorded_at)
