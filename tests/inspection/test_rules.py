"""A period told in stretches says of each of its days what the rule says, then and now."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from competence.decision.rules import Book, Employment, Mask, Stopped, Verdict, may
from competence.delegation.rules import CellRule, Version
from competence.foundation.clock import midnight
from competence.inspection.rules import Asking, Cause, Facts, right
from competence.signoffs.rules import Event, EventKind, Origin
from tests.decision.facts import HELPERS, INSULIN, OTHER, TEAM, at, book, cell, employed, signing

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 1), date(2026, 5, 30)
NUMBERS = st.integers(0, 3)
ANSWERS = (EventKind.ACCEPTED, EventKind.REVOKED, EventKind.DECLINED, EventKind.NOT_YET, EventKind.SUSPENDED)


def end_of(day: date) -> datetime:
    """The last moment of the day."""
    return midnight(day + DAY)


def recorded(day: date) -> datetime:
    """A moment on the day."""
    return datetime.combine(day, time(11), UTC)


@st.composite
def days(draw: st.DrawFn, back: int = 60, ahead: int = 60) -> date:
    """A day around the period."""
    return FIRST + draw(st.integers(-back, (LAST - FIRST).days + ahead)) * DAY


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    """What one person's chain says of two tasks: also signatures that were written in later, and what became of them."""
    events: list[Event] = []
    for task in (INSULIN, OTHER):
        for _ in range(draw(st.integers(0, 3))):
            told, since = draw(days()), draw(days())
            paper = draw(st.booleans())
            seq = len(events) + 1
            signed = signing(
                seq, draw(st.integers(1, 3)), since if paper else max(told, since), task=task,
                to=since + draw(st.integers(1, 200)) * DAY if draw(st.booleans()) else None,
                origin=Origin.TRANSFERRED if paper else Origin.SIGNED_HERE, before=told + 30 * DAY,
            )  # fmt: skip
            events.append(Event(signed.kind, seq, recorded(told), task, None, 7, None, signed.fields))
            for kind in draw(st.lists(st.sampled_from(ANSWERS), max_size=2, unique=True)):
                on = told + draw(st.integers(0, 40)) * DAY
                pause = {"valid_from": on.isoformat(), "valid_to": (on + 9 * DAY).isoformat()}
                said = pause if kind is EventKind.SUSPENDED else {}
                events.append(Event(kind, len(events) + 1, recorded(on), task, None, 100, seq, said))
    return tuple(events)


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Two versions, the second perhaps approved after its first day; a stop, a stricter unit, a task that must be held."""
    turn = draw(days(back=0, ahead=0))
    rules = st.sampled_from([CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.NOT_ALLOWED])
    cells = {
        number: {
            (task, HELPERS): cell(draw(rules), minimum_level=draw(st.integers(1, 2)), version=number)
            for task in (INSULIN, OTHER)
        }
        for number in (1, 2)
    }
    begun, masked = draw(days()), draw(days())
    return book(
        cells=cells,
        versions=(Version(1, 1, date(2026, 1, 1), turn, True), Version(2, 2, turn, None, True)),
        approved_at={1: at(date(2025, 12, 1)), 2: recorded(turn + draw(st.integers(-20, 20)) * DAY)},
        stops=tuple(
            Stopped(INSULIN, TEAM, None, begun, begun + 7 * DAY, recorded(begun))
            for _ in range(draw(st.integers(0, 1)))
        ),
        masks=tuple(
            Mask(
                INSULIN,
                TEAM,
                None,
                draw(st.sampled_from([None, 2, 3])),
                masked,
                masked + 20 * DAY,
                recorded(draw(days())),
            )
            for _ in range(draw(st.integers(0, 1)))
        ),
        must_hold={INSULIN: (OTHER,)} if draw(st.booleans()) else {},
    )


@st.composite
def known(draw: st.DrawFn) -> Facts:
    """All that is known of an employment, with moments of recording."""
    away, freed = draw(days(back=300)), draw(days())
    helper = employed(
        book=draw(books()), events=draw(histories()),
        valid_to=draw(st.none() | days()),
        absences=((away, away + draw(st.integers(10, 500)) * DAY),) if draw(st.booleans()) else (),
        exempt={INSULIN: ((freed, freed + 9 * DAY),)} if draw(st.booleans()) else {},
    )  # fmt: skip
    seen = sorted((draw(days()), draw(st.integers(0, 30))) for _ in range(draw(NUMBERS)))
    return Facts(helper, {INSULIN: tuple((day, recorded(day + late * DAY)) for day, late in seen)} if seen else {})


def as_loaded(facts: Facts, known_at: datetime | None) -> Employment:
    """As the queries load it for the moment: without what was observed and recorded later."""
    return facts.known(None) if known_at is None else Facts(facts.employment, facts.seen).known(known_at)


@given(known())
def test_each_day_of_a_period_says_what_the_rule_says_then_and_now(facts):
    told = Asking(FIRST, LAST, end_of).stretches(facts, INSULIN)
    assert told[0].first == FIRST
    assert told[-1].through == LAST
    assert all(one.through + DAY == after.first for one, after in itertools.pairwise(told))
    day = FIRST
    while day <= LAST:
        one = next(one for one in told if one.first <= day <= one.through)
        seen = {t: tuple(d for d, moment in some if moment <= end_of(day)) for t, some in facts.seen.items()}
        whole = facts.known(None)
        then = may(replace_seen(whole, seen), INSULIN, on=day, known_at=end_of(day))
        now = may(whole, INSULIN, on=day)
        assert right(one.then) == right(then), day
        assert one.then.cell.version == then.cell.version, day
        assert right(one.now) == right(now), day
        day += DAY


def replace_seen(employment: Employment, seen: dict[int, tuple[date, ...]]) -> Employment:
    """With these observed times."""
    return replace(employment, observed=seen)


@given(known(), days(back=0, ahead=-1))
def test_one_date_says_all_that_may_says_with_its_reasons(facts, day):
    [one] = Asking(day, day, end_of).stretches(facts, INSULIN)
    assert one.then == may(as_loaded(facts, end_of(day)), INSULIN, on=day)
    if one.differs:
        assert one.now == may(facts.known(None), INSULIN, on=day)


@given(known())
def test_where_something_else_is_known_now_it_is_said_what_was_recorded_later(facts):
    for one in Asking(FIRST, LAST, end_of).stretches(facts, INSULIN):
        assert bool(one.later) == one.differs
        assert all(later.at > end_of(one.first) for later in one.later)


def test_a_signature_from_paper_that_was_written_in_later_is_known_now_only():
    told = signing(1, 2, FIRST - 30 * DAY, origin=Origin.TRANSFERRED, to=None, before=LAST + 90 * DAY)
    late = Event(told.kind, 1, recorded(FIRST + 20 * DAY), INSULIN, None, 7, None, told.fields)
    before, after = Asking(FIRST, LAST, end_of).stretches(Facts(employed(events=(late,))), INSULIN)
    assert (before.then.verdict, before.now.verdict) == (Verdict.MAY_NOT, Verdict.MAY)
    assert (before.through, after.first) == (FIRST + 19 * DAY, FIRST + 20 * DAY)
    assert [(one.cause, one.number) for one in before.later] == [(Cause.EVENT, 1)]
    assert not after.differs


def test_a_decline_is_told_as_a_pause_alone():
    signed = signing(1, 2, FIRST - 30 * DAY)
    yes = Event(EventKind.ACCEPTED, 2, recorded(FIRST - 30 * DAY), INSULIN, None, 100, 1)
    no = Event(EventKind.DECLINED, 3, recorded(FIRST - 2 * DAY), INSULIN, None, 100, 1, {})
    [one] = Asking(FIRST, FIRST, end_of).stretches(Facts(employed(events=(signed, yes, no))), INSULIN)
    assert one.then.state.value == "paused"
    assert not any("given back" in reason.text.msgid.lower() for reason in one.then.reasons)
