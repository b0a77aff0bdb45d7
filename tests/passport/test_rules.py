"""When a credential that has left the house stops counting: by the evidence alone, and never back again."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from competence.passport.rules import counts_still
from competence.signoffs.rules import EventKind, Signed

FIRST = date(2026, 3, 1)
MADE = FIRST + timedelta(days=10)
TODAY = FIRST + timedelta(days=100)
HELD = Signed(seq=3, task_id=1, level=2, valid_from=FIRST, accepted_on=FIRST)


def counts(*about: Signed, on: date = TODAY) -> bool:
    return counts_still(about, 3, issued_on=MADE, on=on)


def test_a_signature_in_force_counts():
    assert counts(HELD)


def test_it_stops_on_the_day_after_its_last():
    ending = replace(HELD, valid_to=TODAY)
    assert counts(ending, on=TODAY - timedelta(days=1))
    assert not counts(ending)


def test_what_was_called_back_or_given_back_does_not_count():
    for kind in (EventKind.REVOKED, EventKind.DECLINED):
        assert not counts(replace(HELD, ended_on=TODAY, ended_by=kind))


def test_after_a_pause_a_new_one_must_be_fetched():
    pause = (MADE + timedelta(days=5), MADE + timedelta(days=9))
    assert counts(replace(HELD, pauses=(pause,)), on=MADE + timedelta(days=4))
    assert not counts(replace(HELD, pauses=(pause,)), on=MADE + timedelta(days=5))
    assert not counts(replace(HELD, pauses=(pause,)))
    assert counts(replace(HELD, pauses=((FIRST, MADE),)))


def test_a_later_signature_ends_it_only_at_a_lower_level():
    later = replace(HELD, seq=9, valid_from=TODAY, accepted_on=TODAY)
    assert counts(HELD, later)
    assert counts(HELD, replace(later, level=3))
    assert not counts(HELD, replace(later, level=1))
    assert counts(HELD, replace(later, level=1, accepted_on=None))


def test_what_nobody_has_signed_does_not_count():
    assert not counts(replace(HELD, seq=4))
    assert not counts(replace(HELD, accepted_on=None))


DAYS = st.integers(-20, 150).map(lambda days: FIRST + timedelta(days=days))
LATER = st.builds(
    lambda level, on: replace(HELD, seq=9, level=level, valid_from=on, accepted_on=on), st.integers(1, 3), DAYS
)
PAUSES = st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS)), max_size=2).map(tuple)


@given(st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS), PAUSES, st.lists(LATER, max_size=2), DAYS, DAYS)
def test_once_it_no_longer_counts_it_never_does_again(valid_to, ended_on, pauses, later, one, another):
    held = replace(HELD, valid_to=valid_to, ended_on=ended_on, pauses=pauses)
    before, after = sorted((max(one, MADE), max(another, MADE)))
    if counts(held, *later, on=after):
        assert counts(held, *later, on=before)
