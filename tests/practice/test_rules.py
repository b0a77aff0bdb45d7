"""When a refresh is suggested, and which days can be noted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.clock import add_months
from competence.foundation.errors import RuleBroken
from competence.practice.rules import BACK, check_discussed, check_done, recency

TODAY = date(2026, 6, 9)
DAYS = st.dates(date(2024, 1, 1), TODAY)


def test_a_refresh_is_suggested_from_the_day_the_months_have_passed():
    assert not recency(date(2026, 1, 10), 5, on=TODAY).is_due
    due = recency(date(2026, 1, 9), 5, on=TODAY)
    assert due is not None
    assert (due.is_due, due.months) == (True, 5)


def test_nothing_is_suggested_without_a_rule_or_where_nobody_has_noted_anything():
    assert not recency(date(2020, 1, 1), None, on=TODAY).is_due
    assert recency(None, 1, on=TODAY) is None


@given(DAYS, st.integers(1, 24))
def test_it_is_suggested_exactly_when_so_many_months_have_passed(last: date, after: int):
    found = recency(last, after, on=TODAY)
    assert found is not None
    assert found.is_due == (add_months(last, after) <= TODAY)
    assert add_months(last, found.months) <= TODAY < add_months(last, found.months + 1)


@given(DAYS, DAYS, st.integers(1, 24))
def test_to_have_done_it_later_never_brings_a_suggestion(one: date, other: date, after: int):
    early, late = (recency(day, after, on=TODAY) for day in sorted((one, other)))
    assert early is not None
    assert late is not None
    assert early.is_due or not late.is_due


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY + timedelta(days=1), "lies ahead"),
        (TODAY - BACK - timedelta(days=1), "last 30 days"),
        (TODAY - timedelta(days=9), "before your employment"),
    ],
)
def test_a_day_that_cannot_be_noted_is_refused_with_the_reason(day: date, words: str):
    with pytest.raises(RuleBroken, match=words):
        check_done(day, since=TODAY - timedelta(days=8), on=TODAY)
    check_done(TODAY - BACK, since=date(2020, 1, 1), on=TODAY)


def test_the_discussion_has_been_held():
    check_discussed(TODAY, on=TODAY)
    with pytest.raises(RuleBroken, match="lies ahead"):
        check_discussed(TODAY + timedelta(days=1), on=TODAY)
