"""Who keeps a task under old terms when a version takes it away."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.decision.rules import State, intervals, judge
from competence.delegation.rules import CellRule, Keeping, Version
from tests.decision.facts import HELPERS, INSULIN, JANUARY, TODAY, accepted, book, cell, employed

DAY = timedelta(days=1)
TAKEN = TODAY + 10 * DAY
"""First day of the version that takes the task away."""


def rules(keeping, until=None, new=CellRule.NOT_ALLOWED, **terms):
    """Helpers may after a signature; from TAKEN they may no longer, or on other terms."""
    versions = (Version(2, 2, TAKEN, None, True), Version(1, 1, JANUARY, TAKEN, True))
    cells = {
        1: {(INSULIN, HELPERS): cell(CellRule.MAY_GENERAL)},
        2: {(INSULIN, HELPERS): cell(new, keeping=keeping, keeping_to=until, **terms)},
    }
    return book(versions=versions, cells=cells).with_kept()


def level(rules_, on, *, ends=None):
    return judge(employed(book=rules_, events=accepted(1, 2, JANUARY, to=ends)), INSULIN, on=on).level


def test_at_once_nobody_keeps_it():
    assert [level(rules(Keeping.AT_ONCE), TAKEN + n * DAY) for n in (-1, 0)] == [2, 0]


def test_with_grace_she_keeps_it_until_the_day():
    until = TAKEN + 30 * DAY
    assert [level(rules(Keeping.GRACE, until), day) for day in (TAKEN, until - DAY, until)] == [2, 2, 0]


def test_kept_until_the_signature_ends():
    ends = TAKEN + 50 * DAY
    assert [level(rules(Keeping.KEEP), day, ends=ends) for day in (TAKEN, ends - DAY, ends)] == [2, 2, 0]


def test_whoever_has_no_signature_keeps_nothing():
    nobody = judge(employed(book=rules(Keeping.KEEP)), INSULIN, on=TAKEN)
    assert (nobody.level, nobody.state) == (0, State.NOT_ALLOWED)


def test_a_higher_minimum_is_kept_off_too():
    asked = rules(Keeping.KEEP, new=CellRule.MAY_GENERAL, minimum_level=3)
    assert level(asked, TAKEN) == 2
    assert level(rules(Keeping.AT_ONCE, new=CellRule.MAY_GENERAL, minimum_level=3), TAKEN) == 0


@given(
    keeping=st.sampled_from(Keeping), grace=st.integers(1, 60), ends=st.none() | st.integers(-5, 90),
    day=st.integers(-20, 120), new=st.sampled_from([CellRule.NOT_ALLOWED, CellRule.MAY_GENERAL, CellRule.UNDECIDED]),
    minimum=st.integers(1, 3),
)  # fmt: skip
def test_the_intervals_say_the_same_as_each_day(keeping, grace, ends, day, new, minimum):
    until = TAKEN + grace * DAY if keeping is Keeping.GRACE else None
    terms = {"minimum_level": minimum} if new is CellRule.MAY_GENERAL else {}
    valid_to = TODAY + ends * DAY if ends is not None else None
    helper = employed(book=rules(keeping, until, new, **terms), events=accepted(1, 2, JANUARY, to=valid_to))
    on = TODAY + day * DAY
    spans = [one for one in intervals(helper, INSULIN) if one[0] <= on and (one[1] is None or on < one[1])]
    assert [one[2] for one in spans] == [judge(helper, INSULIN, on=on).level]


@pytest.mark.parametrize("on", [JANUARY, TODAY])
def test_before_the_version_nothing_is_kept(on):
    assert judge(employed(book=rules(Keeping.KEEP)), INSULIN, on=on).state is State.NOT_BEGUN
