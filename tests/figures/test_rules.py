"""What the figures say, and that no small group can be worked out from what is shown."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.figures.rules import (
    Figure,
    Group,
    Sums,
    check_target,
    hidden,
    is_better,
    letters_of,
    months_before,
    reaches,
    trend_of,
)
from competence.foundation.errors import RuleBroken


def test_a_hundred_per_cent_is_never_said_where_there_is_a_gap():
    assert Sums(needs=4000, gaps=1).value(Figure.MET) == 99.9
    assert Sums(needs=4000).value(Figure.MET) == 100
    assert Sums(needs=4000, gaps=3999).value(Figure.MET) == 0.1
    assert Sums().value(Figure.MET) is None


def test_a_median_stands_behind_at_least_five_requests():
    assert Sums(waits=(1, 2, 3, 4)).value(Figure.WAIT) is None
    assert Sums(waits=(1, 2, 3, 4, 30)).value(Figure.WAIT) == 3


def test_a_target_is_compared_with_its_share():
    sums = Sums(needs=100, gaps=10, planned=8, vulnerable=20, expiring=50, renewing=40, waits=(9,) * 5)
    assert [reaches(figure, sums.share(figure), target) for figure, target in (
        (Figure.MET, 90), (Figure.MET, 91), (Figure.GAPS, 80), (Figure.VULNERABLE, 19), (Figure.EXPIRING, 80),
        (Figure.WAIT, 9), (Figure.WAIT, 8), (Figure.MET, None),
    )] == [True, False, True, False, True, True, False, None]  # fmt: skip


def test_more_is_better_of_needs_that_are_met_alone():
    assert is_better(Figure.MET, 1)
    assert not is_better(Figure.GAPS, 1)
    assert is_better(Figure.WAIT, -2)
    assert is_better(Figure.GAPS, 0) is None


def test_a_target_of_more_than_all_is_refused():
    check_target(Figure.MET, 100)
    with pytest.raises(RuleBroken):
        check_target(Figure.MET, 101)
    with pytest.raises(RuleBroken):
        check_target(Figure.WAIT, -1)


def test_a_month_that_was_missed_is_said_and_not_made_up():
    months = months_before(date(2026, 11, 23), 4)
    assert months == [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
    trend = trend_of(months, {date(2026, 8, 1): 90.0, date(2026, 10, 1): 94.0}, 95.0)
    assert trend.values == (90.0, None, 94.0, 95.0)
    assert trend.missing == (date(2026, 9, 1),)


def test_letters_tell_units_apart():
    assert letters_of(["Hjemmeplejen Nord", "Hjemmeplejen Syd", "Hjemmeplejen Vest", "Plejecentrene"]) == list("NSVP")
    assert len(set(letters_of([f"Team {word}" for word in ("Havnen", "Heden", "Hav", "H", "Havn")]))) == 5


# Small groups


def top(*sizes: int, own: int = 0) -> Group:
    below = tuple(Group(at, size) for at, size in enumerate(sizes, 1))
    return Group(0, sum(sizes) + own, below, own)


def test_with_a_small_group_the_next_smallest_is_hidden_too():
    assert hidden([top(20, 3, 7, 9)]) == {2, 3}
    assert hidden([top(20, 3, 7, 7)]) == {2, 3, 4}
    assert hidden([top(20, 8, 7, 9)]) == frozenset()
    assert hidden([top(20, 8, 0, 9)]) == frozenset()
    assert hidden([top(20, 8, 6, own=2)]) == {3}
    assert hidden([top(4, 4)]) == {1, 2}
    assert hidden([top(2, 1)]) == {0, 1, 2}


def shown(group: Group) -> dict[int, int | None]:
    """All that a reader sees: the size of each unit, None where it is hidden. What is a unit's own alone is never shown."""
    gone = hidden([group])

    def walk(one: Group):
        yield one.key, None if one.key in gone else one.size
        for below in one.below:
            yield from walk(below)

    return dict(walk(group))


@given(st.lists(st.integers(0, 8), min_size=1, max_size=3), st.integers(0, 6))
def test_no_hidden_size_follows_from_the_total_and_the_others(sizes, own):
    """Another municipality that shows exactly the same has another number in the hidden place."""
    seen = shown(top(*sizes, own=own))
    gone = [key for key, size in seen.items() if size is None]
    if not gone or seen[0] is None:
        return
    total = seen[0]
    others = [
        (*found, total - sum(found))
        for found in product(range(total + 1), repeat=len(sizes))
        if sum(found) <= total and shown(top(*found, own=total - sum(found))) == seen
    ]
    for key in gone:
        assert len({found[key - 1] for found in others}) > 1, (sizes, own)


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=3), min_size=1, max_size=3))
def test_no_small_group_is_shown_and_nothing_below_a_hidden_one(districts):
    keys = iter(range(1, 100))
    below = tuple(
        Group(next(keys), sum(sizes), tuple(Group(next(keys), size) for size in sizes)) for sizes in districts
    )
    whole = Group(0, sum(one.size for one in below), below)
    seen = shown(whole)
    assert not [size for size in seen.values() if size is not None and 0 < size < 5]
    for one in below:
        if seen[one.key] is None:
            assert {seen[leaf.key] for leaf in one.below} == {None}
