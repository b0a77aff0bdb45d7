"""What a plan may say, how its indicators are counted, and what a pulse may show."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.coverage.rules import SMALLEST_GROUP
from competence.foundation.errors import RuleBroken
from competence.learning.rules import Part
from competence.strategy.rules.indicators import Point, Works, measured, middle, turnover
from competence.strategy.rules.planning import (
    Costed,
    Funding,
    PlanKind,
    Progress,
    Status,
    budget_of,
    check_months,
    months_of,
    progress_of,
    status_of,
)
from competence.strategy.rules.pulse import Answer, Place, Ran, check_rest, check_round, counted, shown

DAY = date(2026, 6, 9)


def test_a_plan_is_what_its_dates_say():
    assert status_of(None, None) is Status.DRAFT
    assert status_of(DAY, None) is Status.DECIDED
    assert status_of(DAY, DAY) is Status.REPLACED
    assert progress_of(None, None, None) is Progress.PLANNED
    assert progress_of(DAY, DAY, None) is Progress.DONE
    assert progress_of(DAY, None, DAY) is Progress.DROPPED


def test_an_action_plan_covers_two_calendar_years():
    months = months_of(PlanKind.TWO_YEARS, 2027)
    assert (months[0], months[-1], len(months)) == (date(2027, 1, 1), date(2028, 12, 1), 24)
    assert check_months(PlanKind.TWO_YEARS, 2027, date(2027, 3, 1), date(2028, 2, 1))
    with pytest.raises(RuleBroken):
        check_months(PlanKind.YEAR, 2027, date(2027, 3, 1), date(2028, 2, 1))


def test_what_was_dropped_costs_nothing_and_counts_in_no_balance():
    kept = Costed(Part.DAILY, 600, 1000, Funding.OWN)
    dropped = Costed(Part.FORMAL, 600, 9000, Funding.FUND, is_dropped=True)
    found = budget_of([kept, dropped])
    assert (found.kroner, dict(found.by_funding)) == (1000, {Funding.OWN: 1000})
    assert found.balance.shares == {Part.DAILY: 100, Part.COLLEAGUES: 0, Part.FORMAL: 0}


def test_whoever_moves_within_the_municipality_has_not_left():
    staff = [Works(person, date(2020, 1, 1), None, within=True) for person in range(9)]
    left = Works(20, date(2020, 1, 1), date(2026, 3, 1), within=True)
    moved = [
        Works(21, date(2020, 1, 1), date(2026, 3, 1), within=True),
        Works(21, date(2026, 3, 1), None, within=False),
    ]
    value = turnover([*staff, left, *moved], 2026, on=DAY)
    # 11 on the first of January to February, and of March 9: (11 + 11 + 9 * 4) / 6.
    assert value == round(100 / ((11 + 11 + 9 * 4) / 6), 1)


def test_of_fewer_than_five_there_is_no_turnover_and_no_median():
    assert turnover([Works(1, date(2020, 1, 1), date(2026, 3, 1), within=True)], 2026, on=DAY) is None
    assert middle([3, 4, 5, 6]) is None
    assert middle([3, 4, 5, 6, 7]) == 5


def test_what_was_typed_in_takes_the_place_of_what_was_counted_that_day():
    found = measured([Point(DAY, 70.0)], [Point(DAY, 82.0, is_typed=True)], 80, at_least=True)
    assert (found.latest.value, found.reached) == (82.0, True)
    assert measured([Point(DAY, 16.0)], [], 15, at_least=False).reached is False


def test_two_rounds_of_the_same_people_lie_four_weeks_apart():
    before = Ran(DAY, DAY + timedelta(days=10), frozenset({1, 2}))
    with pytest.raises(RuleBroken):
        check_rest(DAY + timedelta(days=30), DAY + timedelta(days=40), {2, 3}, [before])
    check_rest(DAY + timedelta(days=30), DAY + timedelta(days=40), {3}, [before])
    check_rest(DAY + timedelta(days=38), DAY + timedelta(days=48), {2}, [before])
    with pytest.raises(RuleBroken):
        check_round(DAY, DAY, on=DAY)


NUMBERS = st.dictionaries(st.sampled_from(list(Answer)), st.integers(0, 6))


@st.composite
def rounds(draw):
    """(places, each unit's own answers) of a municipality with districts and teams."""
    number = iter(range(1, 100))
    own = {}
    districts = []
    for _district in range(draw(st.integers(1, 4))):
        teams = []
        for _team in range(draw(st.integers(0, 4))):
            team = next(number)
            own[team] = draw(NUMBERS)
            teams.append(Place(team))
        district = next(number)
        own[district] = draw(st.one_of(st.just({}), NUMBERS))
        districts.append(Place(district, tuple(teams)))
    return [Place(next(number), tuple(districts))], own


@given(rounds())
def test_nothing_is_shown_of_fewer_than_five(drawn):
    places, own = drawn
    for result in shown(places, own).values():
        assert result.answered >= SMALLEST_GROUP


@given(rounds())
def test_what_is_hidden_is_not_found_by_subtraction(drawn):
    """Of a unit that is shown, what its shown parts leave over is nobody, or at least five."""
    places, own = drawn
    visible = shown(places, own)
    sums = counted(places, own)

    def check(place):
        if place.unit_id in visible and place.below:
            rest = visible[place.unit_id].answered - sum(
                visible[one.unit_id].answered for one in place.below if one.unit_id in visible
            )
            hidden = [sum(sums[one.unit_id].values()) for one in place.below if one.unit_id not in visible]
            assert rest == 0 or rest >= SMALLEST_GROUP or not any(hidden)
        for one in place.below:
            check(one)

    for place in places:
        check(place)
