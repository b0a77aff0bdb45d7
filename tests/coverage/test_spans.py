"""Requirements in time: never two on a day, and nothing is lost that nobody has ended."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from competence.coverage.rules import Need
from competence.coverage.spans import Change, Span, put, standing, stop, take_back
from competence.foundation.errors import NotFound, RuleBroken

TODAY = date(2026, 6, 9)
HORIZON = 60


def day(number):
    return TODAY + timedelta(days=number)


def span(need, first, last=None, id=None):
    """`last` is the last day on which it holds."""
    return Span(Need(need), day(first), day(last + 1) if last is not None else None, id)


def applied(change: Change, spans):
    """What is written afterwards."""
    left = [replace(one, ends=change.ends[one.id]) if one.id in change.ends else one for one in spans]
    numbers = iter(range(max([one.id for one in spans], default=0) + 1, 999))
    return [*left, *(replace(one, id=next(numbers)) for one in change.adds)]


def said(spans, first=-30):
    """What is said on each day; never two things."""
    found = []
    for number in range(first, HORIZON):
        some = [one for one in spans if one.holds_on(day(number))]
        assert len(some) <= 1, (number, some)
        found.append(some[0].said if some else None)
    return found


def test_a_new_one_ends_the_one_before_it_the_day_before():
    before = span(2, -30, id=1)
    change = put(span(3, 10), [before], today=TODAY)
    assert change.ends == {1: day(10)}
    assert change.adds == (span(3, 10),)
    assert (change.before, change.resumes) == (before, None)


def test_what_was_said_before_holds_again_after_the_last_day():
    change = put(span(1, 22, 52), [span(2, -30, id=1)], today=TODAY)
    assert change.resumes == day(53)
    assert said(applied(change, [span(2, -30, id=1)]))[30 + 53] == Need(2)


def test_a_later_one_that_is_written_already_stays_and_is_told():
    spans = [span(2, -30, 19, id=1), span(4, 20, id=2)]
    change = put(span(3, 0), spans, today=TODAY)
    assert change.until == day(20)
    assert said(applied(change, spans))[30:52] == [Need(3)] * 20 + [Need(4)] * 2
    with pytest.raises(RuleBroken) as refused:
        put(span(3, 0, 25), spans, today=TODAY)
    assert refused.value.field == "valid_through"
    assert refused.value.message.params["day"] == day(20)


def test_saying_the_same_changes_nothing():
    for first in (-30, 0):
        assert put(span(2, 0), [span(2, first, id=7)], today=TODAY) == Change(id=7)


def test_dates_that_cannot_be_are_refused_at_their_field():
    for new, field in ((span(1, -1), "valid_from"), (span(1, 5, 3), "valid_through")):
        with pytest.raises(RuleBroken) as refused:
            put(new, [], today=TODAY)
        assert refused.value.field == field


def test_an_exception_can_be_made_longer_shorter_and_taken_back():
    plain = span(2, -30, id=1)
    spans = applied(put(span(1, 10, 20), [plain], today=TODAY), [plain])
    number = next(one.id for one in spans if one.said == Need(1))
    for first, last in ((10, 25), (10, 15), (14, 30)):
        changed = said(applied(put(span(1, first, last), spans, today=TODAY, instead_of=number), spans))
        assert changed == said(applied(put(span(1, first, last), [plain], today=TODAY), [plain]))
    assert said(applied(take_back(spans, number, today=TODAY), spans)) == said([plain])


def test_an_exception_that_is_ended_early_gives_way_to_the_usual_one():
    spans = [span(2, -30, -6, id=1), span(1, -5, 9, id=2), span(2, 10, id=3)]
    after = said(applied(take_back(spans, 2, today=TODAY), spans))
    assert after[25:30] == [Need(1)] * 5
    assert set(after[30:]) == {Need(2)}


def test_what_has_ended_can_be_neither_corrected_nor_ended():
    spans = [span(2, -30, -1, id=1), span(3, 0, id=2)]
    with pytest.raises(NotFound):
        take_back(spans, 1, today=TODAY)
    with pytest.raises(NotFound):
        put(span(4, 0), spans, today=TODAY, instead_of=1)


NEEDS = st.integers(0, 3)
NEW = st.tuples(NEEDS, st.integers(0, 40), st.none() | st.integers(0, 20))


@st.composite
def written(draw):
    """Requirements that have come about one by one, some of them long ago."""
    spans = []
    for need, first, length in draw(st.lists(NEW, max_size=5)):
        early = day(-25)
        new = Span(
            Need(need),
            early + timedelta(days=first),
            early + timedelta(days=first + length + 1) if length is not None else None,
        )
        try:
            spans = applied(put(new, spans, today=early), spans)
        except RuleBroken:
            continue
    return spans


@given(written(), NEW)
def test_a_new_one_holds_in_its_time_and_everything_else_stays(spans, new):
    need, first, length = new
    one = Span(Need(need), day(first), day(first + length + 1) if length is not None else None)
    before = said(spans)
    try:
        change = put(one, spans, today=TODAY)
    except RuleBroken:
        assert any(some.begins > one.begins and not some.never_held for some in spans)
        return
    after = said(applied(change, spans))
    ends = change.until or one.ends or day(HORIZON)
    for number in range(-30, HORIZON):
        inside = one.begins <= day(number) < ends
        assert after[number + 30] == (one.said if inside else before[number + 30]), number


@given(written(), st.integers(0, 5), NEW)
def test_a_correction_leaves_no_day_with_what_was_wrong_and_the_past_as_it_was(spans, which, new):
    live = [one for one in spans if not one.never_held and (one.ends is None or one.ends > TODAY)]
    assume(live)
    old = live[which % len(live)]
    need, first, length = new
    one = Span(Need(need), day(first), day(first + length + 1) if length is not None else None)
    try:
        after = said(applied(put(one, spans, today=TODAY, instead_of=old.id), spans))
    except RuleBroken:
        return
    assert after[:30] == said(spans)[:30]
    assert after[30 + first] == one.said
    without = said(applied(take_back(spans, old.id, today=TODAY), spans))
    for number in range(HORIZON):
        if not (number >= first and (length is None or number <= first + length)):
            assert after[30 + number] == without[30 + number], number


@given(written(), st.integers(0, 50))
def test_what_is_stopped_no_longer_holds_and_the_past_stays(spans, on):
    change = stop(spans, day(on), today=TODAY)
    after = said(applied(change, spans))
    assert after[: 30 + on] == said(spans)[: 30 + on]
    one = standing([some for some in spans if not some.never_held], day(on))
    if one is None:
        assert not change
