"""Balance, states and versions: what is said of learning, and that nothing of it blames."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.errors import RuleBroken
from competence.learning.rules import Balance, Part, TalkKind, balance, check_days, check_minutes, lacks_after
from competence.learning.rules.standing import (
    CLOSE,
    GUIDE,
    ActivityState,
    Counted,
    Doing,
    GoalState,
    Laid,
    PlanState,
    balances,
    furthest_below,
    goal_state,
    plan_state,
    quarter_of,
    year_of,
)
from competence.learning.rules.talks import QUESTIONS, answered, takes_several
from competence.learning.rules.versions import Change, compare

MONDAY = date(2026, 6, 8)
MINUTES = st.fixed_dictionaries({part: st.integers(0, 20_000) for part in Part})
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(MINUTES)
def test_the_three_shares_add_up_to_a_hundred(minutes):
    found = Balance(minutes)
    assert sum(found.shares.values()) == (100 if found.total else 0)
    for part, share in found.shares.items():
        assert abs(share - minutes[part] * 100 / found.total) < 1


@given(st.lists(st.tuples(st.sampled_from(Part), st.integers(1, 600)), max_size=12))
def test_a_balance_counts_every_minute_once(activities):
    assert balance(activities).total == sum(minutes for _part, minutes in activities)


def test_of_nothing_there_are_no_shares():
    assert (balance([]).shares, balance([]).share(Part.DAILY)) == ({}, None)


@given(MINUTES)
def test_what_the_tip_says_brings_the_part_to_its_guide(minutes):
    found = Balance(minutes)
    below = furthest_below(found)
    if below is None:
        assert not found.total or all(GUIDE[part] - share <= CLOSE for part, share in found.shares.items())
        return
    part, more = below
    then = Balance(minutes | {part: minutes[part] + more})
    assert more % 30 == 0
    assert then.minutes[part] * 100 >= (GUIDE[part] - 1) * then.total


@given(DAYS)
def test_a_day_lies_in_its_quarter_and_the_quarter_in_its_year(day):
    quarter, year = quarter_of(day), year_of(day)
    assert quarter.holds(day)
    assert year.holds(quarter.first)
    assert year.holds(quarter.last)
    assert not quarter.holds(quarter.end)
    assert not quarter.holds(None)


def test_a_balance_of_a_quarter_counts_what_has_its_day_there_and_what_was_done_apart():
    june = quarter_of(MONDAY)
    counted = [
        Counted(Part.DAILY, 60, MONDAY, None),
        Counted(Part.DAILY, 30, None, MONDAY),
        Counted(Part.FORMAL, 90, date(2026, 9, 1), None),
        Counted(Part.COLLEAGUES, 45, None, None),
    ]
    found = balances(counted, june)
    assert (found.planned.total, found.done.total) == (90, 30)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, GoalState.NOT_BEGUN),
        ({"begun": True}, GoalState.UNDERWAY),
        ({"met": True, "begun": True}, GoalState.MET),
        ({"answered": False, "met": True}, GoalState.PROPOSED),
        ({"reached": True}, GoalState.REACHED),
        ({"aside": True, "reached": True}, GoalState.ASIDE),
    ],
)
def test_a_goal_stands_where_its_facts_put_it(said, state):
    facts = {"answered": True, "reached": False, "aside": False, "met": False, "begun": False} | said
    assert goal_state(**facts) is state


def test_an_activity_of_the_ten_is_done_only_with_its_after():
    held = Doing(Part.FORMAL, True, MONDAY, MONDAY, None)
    assert held.state(MONDAY) is ActivityState.LACKS_AFTER
    used = Doing(Part.FORMAL, True, MONDAY, MONDAY, None, "To besøg", MONDAY, MONDAY)
    assert used.state(MONDAY) is ActivityState.DONE
    assert Doing(Part.DAILY, True, MONDAY, MONDAY, None).state(MONDAY) is ActivityState.DONE
    assert not lacks_after(Part.FORMAL, done=False, after_use="", follow_up_on=None, followed_up=False)


def test_an_activity_is_asked_about_from_its_day_and_never_called_late():
    states = [
        Doing(Part.DAILY, True, MONDAY, None, None).state(MONDAY + timedelta(days=ahead)) for ahead in (-1, 0, 90)
    ]
    assert states == [ActivityState.PLANNED, ActivityState.NOW, ActivityState.NOW]
    assert Doing(Part.DAILY, True, None, None, None).state(MONDAY) is ActivityState.NO_DAY
    assert Doing(Part.DAILY, False, MONDAY, None, None).state(MONDAY) is ActivityState.PROPOSED
    assert Doing(Part.DAILY, True, MONDAY, None, MONDAY).state(MONDAY) is ActivityState.DROPPED


@pytest.mark.parametrize(
    ("revision", "versions", "state"),
    [
        (None, [], PlanState.NONE),
        (3, [], PlanState.DRAFT),
        (3, [Laid(3, True, False)], PlanState.WAITS_FOR_LEADER),
        (3, [Laid(3, False, True)], PlanState.WAITS_FOR_EMPLOYEE),
        (3, [Laid(3, False, True, withdrawn=True)], PlanState.DRAFT),
        (3, [Laid(3, True, True)], PlanState.AGREED),
        (4, [Laid(3, True, True)], PlanState.CHANGED),
    ],
)
def test_a_plan_stands_between_the_two(revision, versions, state):
    assert plan_state(revision, paused=False, versions=versions) is state
    assert plan_state(revision, paused=True, versions=versions) is (PlanState.PAUSED if revision else PlanState.NONE)


def test_two_versions_are_compared_line_by_line():
    before = [{"id": 1, "name": "Ilt", "minutes": 60}, {"id": 2, "name": "Sonde", "minutes": 30}]
    after = [{"id": 2, "name": "Sonde", "minutes": 45}, {"id": 3, "name": "Kursus", "minutes": 180}]
    found = compare(before, after)
    assert [(one.change, one.parts) for one in found] == [
        (Change.CHANGED, ("minutes",)), (Change.NEW, ()), (Change.GONE, ())
    ]  # fmt: skip


LINES = st.lists(
    st.fixed_dictionaries({"id": st.integers(1, 9), "name": st.text(max_size=3)}), unique_by=lambda one: one["id"]
)


@given(LINES, LINES)
def test_every_line_of_both_versions_is_told_of_once(before, after):
    found = compare(before, after)
    assert sorted(one.before["id"] for one in found if one.before) == sorted(one["id"] for one in before)
    assert [one.after["id"] for one in found if one.after] == [one["id"] for one in after]
    assert all(one.change is Change.SAME for one in compare(after, after))


def test_every_talk_has_questions_of_its_own_and_only_the_group_takes_several():
    assert set(QUESTIONS) == set(TalkKind)
    for asked in QUESTIONS.values():
        assert len({one.code for one in asked}) == len(asked) >= 4
    assert [kind for kind in TalkKind if takes_several(kind)] == [TalkKind.GRUS]
    assert answered(TalkKind.MUS, {"learn": " Sonde ", "work": "  ", "unknown": "x"}) == {"learn": "Sonde"}


def test_days_and_hours_that_cannot_be_are_refused_at_their_field():
    assert check_days(MONDAY, None) == (MONDAY, MONDAY + timedelta(days=1))
    for begins, last, field in ((None, MONDAY, "begins"), (MONDAY, MONDAY - timedelta(days=1), "last")):
        with pytest.raises(RuleBroken) as broken:
            check_days(begins, last)
        assert broken.value.field == field
    for minutes in (0, -5, 200 * 60 + 1):
        with pytest.raises(RuleBroken):
            check_minutes(minutes)
