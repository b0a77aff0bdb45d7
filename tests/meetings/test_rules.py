"""What a wall may say: tasks and numbers, no time that tells who, and names of those who said yes alone."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.coverage.rules import SMALLEST_GROUP, Shift, Status
from competence.foundation.errors import RuleBroken
from competence.meetings.rules import Figure, Goal, Offer, chosen, reached, tiles, when, who_at, who_to_ask

TUESDAY = date(2026, 6, 9)


def said(
    goal: Goal, *, on_shift: int = 9, closed_on: date | None = None, is_closed: bool = False
) -> tuple[str, object]:
    text = when(goal, on=TUESDAY, closed_on=closed_on, is_closed=is_closed, on_shift=on_shift)
    return text.msgid, text.params.get("time")


def test_a_goal_says_when_its_training_is():
    assert said(Goal(1, Shift.DAY, TUESDAY, time(14, 40))) == ("today at %(time)s", "14.40")
    assert said(Goal(1, Shift.DAY, TUESDAY + timedelta(days=2), time(15))) == ("%(weekday)s at %(time)s", "15.00")
    assert said(Goal(1, Shift.DAY, TUESDAY + timedelta(days=2)))[0] == "Thursday"
    assert said(Goal(1, Shift.DAY, TUESDAY - timedelta(days=1)))[0] == "this week"
    assert said(Goal(1, Shift.DAY))[0] == "this week"


def test_a_goal_that_is_reached_says_since_when():
    goal = Goal(1, Shift.DAY)
    assert said(goal, is_closed=True, closed_on=TUESDAY)[0] == "closed today"
    assert said(goal, is_closed=True, closed_on=TUESDAY - timedelta(days=1))[0] == "closed yesterday"
    assert said(goal, is_closed=True, closed_on=TUESDAY - timedelta(days=3))[0] == "closed on %(weekday)s"
    assert said(goal, is_closed=True, closed_on=TUESDAY - timedelta(days=30))[0] == "closed"


@given(st.integers(0, SMALLEST_GROUP - 1), st.dates(TUESDAY, TUESDAY + timedelta(days=6)), st.times())
def test_no_day_and_no_time_of_a_training_where_few_work_the_shift(on_shift: int, day: date, at: time):
    assert said(Goal(1, Shift.NIGHT, day, at), on_shift=on_shift) == ("this week", None)


def test_a_tile_is_as_weak_as_its_weakest_requirement():
    have = {(1, Shift.DAY): 0, (2, Shift.DAY): 1, (3, Shift.DAY): 5, (4, Shift.DAY): 0}
    need = {(1, Shift.DAY): 1, (2, Shift.DAY): 1, (3, Shift.DAY): 2, (4, Shift.DAY): 0}
    made = tiles(have, need, {1: 10, 2: 10, 3: 20, 4: 30})
    assert (made[10, Shift.DAY].gaps, made[10, Shift.DAY].vulnerable) == (1, 1)
    assert made[10, Shift.DAY].status is Status.GAP
    assert made[20, Shift.DAY].status is Status.COVERED
    assert (30, Shift.DAY) not in made


def test_two_or_three_figures():
    assert chosen(["gaps", "met", "gaps"]) == (Figure.GAPS, Figure.MET)
    for codes in ([], ["gaps"], ["gaps", "unknown"], [one.value for one in Figure]):
        with pytest.raises(RuleBroken):
            chosen(codes)


def test_a_target_is_reached_from_its_own_side():
    assert reached(Figure.GAPS, 2, 3)
    assert not reached(Figure.GAPS, 4, 3)
    assert reached(Figure.MET, 97.0, 96.0)
    assert not reached(Figure.MET, 95.9, 96.0)


def test_guides_are_named_first_and_two_who_are_called_the_same_are_told_apart():
    offers = [
        Offer(1, "Amira Haddad", 7, "DA"), Offer(2, "Hanne Lykke", 7, "D", is_guide=True), Offer(3, "Hanne Bak", 7, "N"),
        Offer(4, "Zenia Holm", 8, "D"),
    ]  # fmt: skip
    assert who_to_ask(offers, [9, 8, 7]) == [(8, ["Zenia"]), (7, ["Hanne L."])]
    assert who_at(offers, Shift.NIGHT) == "Hanne B."
    assert who_at(offers[:2], Shift.NIGHT) is None
