"""Weeks, pace, ticks, sets of gates, and which template is the nearest."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.errors import RuleBroken
from competence.onboarding.rules import (
    TALKS,
    ItemKind,
    Line,
    Side,
    Ticked,
    Ticks,
    asked_of,
    by_e_learning_alone,
    check_line,
    nearest,
    needs_yes,
)
from competence.onboarding.rules.pace import (
    PACES,
    PaceSet,
    begins_on,
    check_pace,
    day_of,
    days_done,
    due_on,
    pace_on,
    talk_on,
    week_on,
    weeks_in_all,
)

MONDAY = date(2026, 11, 30)
DAY = timedelta(days=1)
WEEKS = st.integers(-8, 60)
PACES_SET = st.lists(
    st.builds(PaceSet, st.integers(-20, 120).map(lambda days: MONDAY + days * DAY), st.sampled_from(PACES)), max_size=4
)


def test_the_weeks_are_counted_from_the_first_day():
    assert due_on(0, MONDAY) == MONDAY
    assert (begins_on(1, MONDAY), due_on(1, MONDAY)) == (MONDAY, MONDAY + 6 * DAY)
    assert (begins_on(12, MONDAY), due_on(12, MONDAY)) == (MONDAY + 77 * DAY, MONDAY + 83 * DAY)
    assert due_on(-1, MONDAY) == MONDAY - DAY
    assert due_on(-2, MONDAY) == MONDAY - 8 * DAY
    assert [week_on(MONDAY + days * DAY, MONDAY) for days in (-8, -7, -1, 0, 6, 7)] == [-2, -1, -1, 1, 1, 2]
    assert weeks_in_all(12, MONDAY) == 12


def test_a_slower_pace_stretches_what_lies_ahead_and_leaves_what_lies_behind():
    third = MONDAY + 14 * DAY
    slower = [PaceSet(third, 200)]
    assert due_on(2, MONDAY, slower) == due_on(2, MONDAY)
    assert (begins_on(3, MONDAY, slower), due_on(3, MONDAY, slower)) == (third, third + 13 * DAY)
    assert weeks_in_all(12, MONDAY, slower) == 22
    assert weeks_in_all(12, MONDAY, [PaceSet(MONDAY, 75)]) == 9
    assert [pace_on(slower, on) for on in (third - DAY, third)] == [100, 200]
    with pytest.raises(RuleBroken):
        check_pace(110)


def test_the_talks_keep_their_weeks_and_fall_on_working_days():
    assert [talk_on(week, MONDAY) for week in TALKS] == [MONDAY + timedelta(weeks=week) for week in (4, 8, 12)]
    assert talk_on(4, MONDAY + 5 * DAY) == MONDAY + timedelta(weeks=5)


@given(WEEKS, PACES_SET)
def test_each_week_begins_where_the_one_before_ended(week, paces):
    assert begins_on(week, MONDAY, paces) <= due_on(week, MONDAY, paces) or week == 0
    if week >= 1:
        assert begins_on(week + 1, MONDAY, paces) == due_on(week, MONDAY, paces) + DAY
    assert due_on(week, MONDAY, paces) <= due_on(week + 1, MONDAY, paces)


@given(st.integers(0, 400), PACES_SET)
def test_a_day_of_the_programme_and_the_days_done_say_the_same(programme_day, paces):
    on = day_of(programme_day, MONDAY, paces)
    assert days_done(on, MONDAY, paces) >= programme_day
    assert days_done(on - DAY, MONDAY, paces) < programme_day or on == MONDAY


@given(WEEKS, PACES_SET, st.integers(0, 100), st.sampled_from(PACES))
def test_a_new_pace_moves_no_day_that_lies_before_it(week, paces, days, percent):
    said = MONDAY + days * DAY
    before = [one for one in paces if one.from_day <= said]
    after = [*before, PaceSet(said, percent)]
    if due_on(week, MONDAY, before) < said:
        assert due_on(week, MONDAY, after) == due_on(week, MONDAY, before)
    if percent >= pace_on(before, said):
        assert due_on(week, MONDAY, after) >= due_on(week, MONDAY, before)
    else:
        assert due_on(week, MONDAY, after) <= due_on(week, MONDAY, before)


def test_an_item_is_done_when_all_whose_tick_it_asks_for_have_ticked():
    both = Ticked(Ticks.BOTH, newcomer_on=MONDAY)
    assert (both.missing, both.done_on) == ({Side.RESPONSIBLE}, None)
    done = Ticked(Ticks.BOTH, newcomer_on=MONDAY + DAY, responsible_on=MONDAY)
    assert (done.missing, done.done_on) == (set(), MONDAY + DAY)
    assert Ticked(Ticks.NEWCOMER, newcomer_on=MONDAY).done_on == MONDAY
    assert Ticked(Ticks.RESPONSIBLE, newcomer_on=MONDAY).missing == {Side.RESPONSIBLE}
    assert Ticked(Ticks.BOTH, held_on=MONDAY).done_on == MONDAY
    assert Ticked(Ticks.BOTH, passed_on=MONDAY).done_on == MONDAY


@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(1, 5), max_size=3)), max_size=8))
def test_e_learning_alone_opens_nothing(gates):
    alone = by_e_learning_alone(gates)
    for task in {task for _is_e_learning, tasks in gates for task in tasks}:
        others = any(not is_e_learning and task in tasks for is_e_learning, tasks in gates)
        assert (task in alone) is not others


def test_what_opens_tasks_is_ticked_by_both_and_not_before_the_first_day():
    line = Line("Dialog", 1, ItemKind.DIALOGUE, "Makker", gate_code="ONB14")
    assert check_line(line) is line
    assert asked_of(line.ticks) == set(Side)
    for wrong, field in (
        (Line("", 1, ItemKind.DIALOGUE, ""), "name"),
        (Line("Dialog", 99, ItemKind.DIALOGUE, ""), "week"),
        (Line("Dialog", 1, ItemKind.DIALOGUE, "", Ticks.NEWCOMER, gate_code="ONB14"), "ticks"),
        (Line("Dialog", -1, ItemKind.DIALOGUE, "", gate_code="ONB14"), "week"),
    ):
        with pytest.raises(RuleBroken) as broken:
            check_line(wrong)
        assert broken.value.field == field


def test_the_nearest_template_up_the_tree_holds_and_a_groups_own_before_that_of_the_group_it_follows():
    there = {(1, None): 10, (1, 5): 11, (3, 5): 12, (3, 4): 13}
    assert nearest([1, 2, 3], [None], there) == 10
    assert nearest([1, 2, 3], [5], there) == 12
    assert nearest([1, 2], [5], there) == 11
    assert nearest([1, 2, 3], [6, 4], there) == 13
    assert nearest([1, 2, 3], [5, 4], there) == 12
    assert nearest([1, 2], [6, 4], there) is None


def test_temps_and_the_unskilled_need_a_yes_before_their_first_shift():
    assert needs_yes(external=True, unskilled=False)
    assert needs_yes(external=False, unskilled=True)
    assert not needs_yes(external=False, unskilled=False)
