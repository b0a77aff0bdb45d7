"""Trainings placed anew, the shortest way to an open seat first: never past a limit, and nothing comes out worse."""

from hypothesis import given, settings

from competence.training.rules import Limits
from competence.training.rules.counting import passed, tally
from competence.training.rules.timing import soonest_first
from competence.training.solving.best import best
from tests.training.worlds import candidate, problem, seat, small_problems


@settings(max_examples=40)
@given(small_problems())
def test_it_passes_no_limit_and_makes_nothing_worse(asked):
    found = best(asked, seconds=20).proposals
    placed = soonest_first(asked, found)
    assert passed(asked, placed) == []
    assert {one.pair for one in placed} == {one.pair for one in found}
    assert tally(asked, placed) == tally(asked, found)


def test_whoever_is_nearest_closes_the_gap_and_the_other_makes_it_robust():
    asked = problem(
        [seat(lacks=1, spare=1)],
        [candidate(11, minutes=360, weeks=3), candidate(12, minutes=120, weeks=1)],
        limits=Limits(weeks=12),
    )
    placed = {one.employment_id: one for one in soonest_first(asked, best(asked, seconds=20).proposals)}
    assert placed[12].first_week == 0
    assert placed[12].gives[0].closes == 1
    assert placed[11].gives[0].spares == 1
