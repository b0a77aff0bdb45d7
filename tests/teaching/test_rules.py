"""Who has a seat and who waits; and the times that a class can have."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.clock import local
from competence.foundation.errors import RuleBroken
from competence.teaching.rules import (
    ANSWER_WITHIN,
    Place,
    Stand,
    WallTime,
    concerns,
    free_seat,
    in_line,
    minutes_of,
    settled,
    spans_of,
)

NOW = datetime(2026, 6, 9, 8, 0, tzinfo=UTC)
BEGINS = NOW + timedelta(days=10)


def queued(id_: int, minutes: int = 0) -> Place:
    return Place(id_, Stand.QUEUED, NOW - timedelta(days=1) + timedelta(minutes=minutes))


def seated(id_: int, seat: int) -> Place:
    return Place(id_, Stand.SEATED, NOW - timedelta(days=2), seat)


def offered(id_: int, seat: int, until: datetime) -> Place:
    return Place(id_, Stand.OFFERED, NOW - timedelta(days=3), seat, until)


def test_a_free_seat_is_offered_to_whoever_has_waited_longest():
    after = settled([seated(1, 1), queued(2, 5), queued(3, 1)], 2, now=NOW, begins=BEGINS)
    assert [(one.id, one.stand, one.seat) for one in after] == [
        (1, Stand.SEATED, 1), (2, Stand.QUEUED, None), (3, Stand.OFFERED, 2)
    ]  # fmt: skip
    assert after[2].offered_until == NOW + ANSWER_WITHIN


def test_an_offer_that_nobody_answers_goes_on_and_she_waits_behind_the_others():
    late = offered(1, 1, NOW - timedelta(minutes=1))
    after = {one.id: one for one in settled([late, queued(2)], 1, now=NOW, begins=BEGINS)}
    assert (after[2].stand, after[2].seat) == (Stand.OFFERED, 1)
    assert after[1].stand is Stand.QUEUED
    assert [one.id for one in in_line([*after.values(), queued(3)])] == [3, 1]


def test_an_offer_ends_when_the_class_begins_and_nothing_is_offered_after_that():
    soon = NOW + timedelta(hours=3)
    assert settled([queued(1)], 1, now=NOW, begins=soon)[0].offered_until == soon
    assert settled([queued(1)], 1, now=soon, begins=soon)[0].stand is Stand.QUEUED
    assert settled([queued(1)], 1, now=NOW, begins=None)[0].stand is Stand.QUEUED


PLACES = st.lists(st.tuples(st.sampled_from(Stand), st.integers(0, 5000), st.integers(-3000, 3000)), max_size=12)


@given(PLACES, st.integers(1, 6))
def test_no_seat_is_given_to_two_and_none_beyond_the_seats_and_the_line_is_fair(said, seats):
    places, taken = [], 0
    for id_, (stand, waited, until) in enumerate(said, 1):
        since = NOW - timedelta(minutes=waited)
        if stand in (Stand.SEATED, Stand.OFFERED):
            taken += 1
            if taken > seats:
                stand = Stand.QUEUED
        seat = taken if stand in (Stand.SEATED, Stand.OFFERED) else None
        ends = NOW + timedelta(minutes=until) if stand is Stand.OFFERED else None
        places.append(Place(id_, stand, since, seat, ends))
    after = settled(places, seats, now=NOW, begins=BEGINS)
    kept = [one.seat for one in after if one.seat is not None]
    assert len(kept) == len(set(kept))
    assert all(1 <= seat <= seats for seat in kept)
    assert {one.id for one in after if one.stand is Stand.SEATED} == {
        one.id for one in places if one.stand is Stand.SEATED
    }
    assert {one.id for one in after if one.stand is Stand.ASKED} == {
        one.id for one in places if one.stand is Stand.ASKED
    }
    waiting = in_line(after)
    assert not waiting or free_seat(after, seats) is None, "a seat is free while somebody waits"
    before = {one.id: one for one in places}
    new = [one for one in after if one.stand is Stand.OFFERED and before[one.id].stand is Stand.QUEUED]
    still = [one for one in waiting if before[one.id].stand is Stand.QUEUED]
    assert all(one.order <= other.order for one in new for other in still), "somebody was passed over"
    assert settled(after, seats, now=NOW, begins=BEGINS) == after, "settled again, something is another"


def test_times_are_moments_by_the_clock_on_the_wall():
    spans = spans_of([WallTime(date(2026, 6, 20), time(13), time(15, 30))], now=NOW)
    assert spans[0].starts_at == datetime(2026, 6, 20, 11, tzinfo=UTC)
    assert minutes_of(spans) == 150


@pytest.mark.parametrize(
    ("day", "begins", "ends", "minutes"),
    [
        (date(2027, 3, 28), time(1), time(4), 120),
        (date(2026, 10, 25), time(1), time(4), 240),
        (date(2026, 10, 25), time(13), time(15), 120),
    ],
)
def test_a_class_in_the_night_of_the_clock_change_lasts_as_long_as_it_lasts(day, begins, ends, minutes):
    spans = spans_of([WallTime(day, begins, ends)], now=NOW)
    assert minutes_of(spans) == minutes
    assert (local(spans[0].starts_at).time(), local(spans[0].ends_at).time()) == (begins, ends)


@pytest.mark.parametrize(
    "times",
    [
        [],
        [WallTime(date(2026, 6, 20), time(15), time(13))],
        [WallTime(date(2026, 6, 20), time(13), time(13))],
        [WallTime(date(2026, 6, 20), time(6), time(20))],
        [WallTime(date(2026, 6, 8), time(13), time(15))],
        [WallTime(date(2036, 6, 8), time(13), time(15))],
        [WallTime(date(2027, 3, 28), time(2, 30), time(4))],
        [WallTime(date(2026, 6, 20), time(13), time(15)), WallTime(date(2026, 6, 20), time(14), time(16))],
    ],
)
def test_times_that_cannot_be_are_refused(times):
    with pytest.raises(RuleBroken):
        spans_of(times, now=NOW)


def test_a_class_concerns_whoever_reaches_a_unit_of_it_or_lies_within_one():
    assert concerns(["/1/2/"], ["/1/2/3/"])
    assert concerns(["/1/2/3/"], ["/1/2/"])
    assert not concerns(["/1/2/30/"], ["/1/2/3/"])
    assert not concerns([], ["/1/"])
