"""When the ladder reaches a rung, and who is nearest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.errors import RuleBroken
from competence.organisation.rules import ladder_from, ladder_text
from competence.reminders.rules import nearest, next_try, rung_on

LADDER = (90, 30, 7)


@pytest.mark.parametrize(
    ("left", "rung"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_a_rung_is_reached_on_its_day_and_stands_until_the_next(left, rung):
    assert rung_on(LADDER, left) == rung


@given(st.lists(st.integers(1, 365), min_size=1, max_size=5, unique=True), st.integers(0, 365), st.integers(0, 365))
def test_with_fewer_days_left_the_rung_is_never_a_higher_one(ladder, one, other):
    later, earlier = sorted((one, other))
    reached = rung_on(ladder, earlier)
    if reached is not None:
        assert (rung_on(ladder, later) or 0) <= reached


@given(st.lists(st.integers(1, 365), min_size=1, max_size=5, unique=True))
def test_a_ladder_reads_back_as_it_is_kept(days):
    ladder = tuple(sorted(days, reverse=True))
    assert ladder_from(ladder_text(ladder), "days") == ladder


def test_a_ladder_is_sorted_however_it_is_typed():
    assert ladder_from(" 7/90, 30 og 30 ", "days") == LADDER


@pytest.mark.parametrize("typed", ["", "0", "366", "-7", "syv", "1,2,3,4,5,6", "7.5", "99999"])
def test_what_is_no_ladder_is_refused_at_its_field(typed):
    with pytest.raises(RuleBroken) as broken:
        ladder_from(typed, "days")
    assert broken.value.field == "days"


def test_the_nearest_leader_is_asked_and_never_about_herself():
    leaders = {"/1/": [7], "/1/4/": [8, 5], "/1/5/": [9]}
    assert nearest("/1/4/9/", leaders, but=3) == (5, 8)
    assert nearest("/1/6/", leaders, but=3) == (7,)
    assert nearest("/1/5/", leaders, but=9) == (7,)
    assert nearest("/2/", leaders, but=3) == ()


def test_a_mail_is_tried_again_after_longer_and_longer_but_at_least_daily():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    waits = [next_try(tries, at=at) - at for tries in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=10), timedelta(days=1))
