"""The optimiser against hand-made examples and against trying every plan."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence.training.rules import Aim, Course, Limits, Problem, Relaxation, Solution, Teacher, WhyNot
from competence.training.rules.counting import passed, proposals_of, tally
from competence.training.rules.greedy import greedy
from competence.training.rules.lookup import Lookup
from competence.training.rules.prices import OPEN
from competence.training.solving.best import best
from competence.training.solving.choosing import AtMost
from competence.training.solving.groups import pieces
from competence.training.solving.musts import settled
from competence.training.solving.nearer import nearer
from tests.training import oracle
from tests.training.worlds import GUIDE, MONDAY, NURSE, candidate, municipality, problem, seat, small_problems

SECONDS = 20


def solved(asked: Problem) -> Solution:
    """The answer, held against all that must hold of any answer."""
    found = best(asked, seconds=SECONDS)
    assert passed(asked, found.proposals) == []
    assert found.bound <= found.objective
    counted = tally(asked, found.proposals)
    assert (found.open_after, found.vulnerable_after, found.cost, found.price) == (
        counted.open, counted.vulnerable, counted.cost, counted.price,
    )  # fmt: skip
    return found


def who(found: Solution) -> set[tuple[int, int]]:
    return {one.pair for one in found.proposals}


def test_the_one_who_takes_least_time_is_proposed():
    found = solved(problem([seat()], [candidate(11, minutes=300), candidate(12, minutes=120)]))
    assert who(found) == {(12, 1)}
    assert (found.open_before, found.open_after) == (1, 0)
    assert found.cost == (120 + 60) * 250 // 60
    assert found.proven
    assert found.gap <= 1e-4


def test_a_wish_decides_between_two_who_take_the_same():
    assert who(solved(problem([seat()], [candidate(11), candidate(12, wish=True)]))) == {(12, 1)}


def test_greedy_takes_the_short_training_first_and_then_cannot_close_the_other():
    # Anna could do either, Berta only task 1; greedy gives Anna task 1, as it takes her least time.
    people = [
        candidate(11, 1, minutes=120), candidate(11, 2, minutes=300), candidate(12, 1, minutes=240),
    ]  # fmt: skip
    found = solved(problem([seat(1), seat(2)], people, limits=Limits(person_minutes=300)))
    assert who(found) == {(12, 1), (11, 2)}
    assert (found.greedy.open, found.open_after) == (1, 0)


def test_nobody_is_proposed_for_a_teacher_who_said_no():
    teachers = [Teacher(GUIDE, 120, yes=False)]
    found = solved(problem([seat()], [candidate(11)], teachers=teachers))
    assert found.proposals == ()
    assert [(one.seat_id, one.lacks, one.why) for one in found.unclosable] == [(1, 1, WhyNot.NO_TEACHER)]


def test_nobody_teaches_herself():
    found = solved(problem([seat()], [candidate(GUIDE)]))
    assert found.proposals == ()


def test_a_teacher_never_teaches_more_in_a_week_than_she_has():
    people = [candidate(11 + n, weeks=1, teacher_minutes=60) for n in range(4)]
    found = solved(problem([seat(lacks=4)], people, teachers=[Teacher(GUIDE, 60)], limits=Limits(weeks=3)))
    assert found.open_after == 1
    assert sorted(one.first_week for one in found.proposals) == [0, 1, 2]
    assert [(one.lacks, one.why) for one in found.unclosable] == [(1, WhyNot.NO_TIME)]


def test_a_person_has_no_more_trainings_at_once_than_she_may():
    people = [candidate(11, task, weeks=2) for task in (1, 2, 3)]
    found = solved(problem([seat(1), seat(2), seat(3)], people, limits=Limits(weeks=4, at_once=1)))
    assert found.open_after == 1
    assert sorted(one.first_week for one in found.proposals) == [0, 2]


def test_what_is_needed_first_is_proposed_and_comes_first():
    found = solved(problem([seat(2)], [candidate(11, 1, seats=()), candidate(11, 2, needs=(1,))]))
    first, then = found.proposals
    assert (first.task_id, first.for_tasks, first.gives) == (1, (2,), ())
    assert then.first_week > first.last_week


def test_a_course_lies_within_the_training_and_has_no_more_seats_than_it_has():
    people = [candidate(11, courses=(5,)), candidate(12, courses=(5,))]
    found = solved(problem([seat(lacks=2)], people, courses=(Course(5, week=4, seats=1, price=900),)))
    (one,) = found.proposals
    assert one.first_week <= 4 <= one.last_week
    assert found.price == 900
    assert [(left.lacks, left.why) for left in found.unclosable] == [(1, WhyNot.NO_SEAT)]


def test_the_budget_goes_to_the_critical_seat():
    people = [candidate(11, 1, price=1000), candidate(12, 2, price=1000)]
    asked = problem([seat(1), seat(2, critical=True)], people, limits=Limits(budget=1000))
    found = solved(asked)
    assert who(found) == {(12, 2)}
    assert [(one.seat_id, one.why) for one in found.unclosable] == [(1, WhyNot.BUDGET)]


def test_a_seat_that_nobody_may_learn_does_not_stop_the_rest():
    found = solved(problem([seat(1, if_nobody=WhyNot.ALL_HOLD), seat(2)], [candidate(11, 2)]))
    assert found.open_after == 1
    assert [(one.seat_id, one.why) for one in found.unclosable] == [(1, WhyNot.ALL_HOLD)]
    assert found.objective < OPEN
    assert found.proven


def test_a_seat_just_closed_is_vulnerable_until_one_more_is_trained():
    asked = problem([seat(spare=1)], [candidate(11), candidate(12, price=9000)])
    found = solved(asked)
    assert (found.vulnerable_before, found.vulnerable_after) == (0, 1)
    both = solved(problem([seat(spare=1)], [candidate(11), candidate(12)]))
    assert both.vulnerable_after == 0
    assert [(one.closes, one.spares) for proposal in both.proposals for one in proposal.gives] == [(1, 0), (0, 1)]


def test_turning_one_off_takes_the_next_best_and_never_the_same_again():
    asked = problem([seat()], [candidate(11, minutes=120), candidate(12)])
    assert who(solved(replace(asked, without=frozenset({(11, 1)})))) == {(12, 1)}
    alone = solved(problem([seat()], [candidate(11)], without=frozenset({(11, 1)})))
    assert [one.why for one in alone.unclosable] == [WhyNot.TURNED_OFF]


def test_a_late_seat_is_said_to_be_late():
    soon = MONDAY.replace(day=MONDAY.day + 7)
    (one,) = solved(problem([seat(opens_on=soon)], [candidate(11, weeks=3)])).proposals
    assert one.gives[0].weeks_late == 2


def test_the_fastest_way_may_cost_more():
    people = [candidate(11, minutes=120, weeks=6), candidate(12, minutes=400, weeks=1)]
    asked = problem([seat()], people)
    assert who(solved(asked)) == {(11, 1)}
    assert who(solved(replace(asked, aim=Aim.FASTEST))) == {(12, 1)}


def test_the_cheapest_way_makes_nothing_robust_but_closes_as_many():
    asked = problem([seat(spare=1)], [candidate(11), candidate(12)])
    assert len(solved(asked).proposals) == 2
    assert len(solved(replace(asked, aim=Aim.CHEAPEST)).proposals) == 1


@pytest.mark.parametrize(
    ("limits", "more", "way_out"),
    [
        (Limits(budget=500), {"price": 800}, Relaxation("budget", None, 300)),
        (Limits(person_minutes=100), {"minutes": 240}, Relaxation("person_minutes", 11, 140)),
        (Limits(weeks=2), {"weeks": 3}, Relaxation("weeks", None, 1)),
        (Limits(), {"teachers": (77,)}, Relaxation("teacher", None, 30)),
        (Limits(), {"courses": (5,)}, Relaxation("course", 5, 1)),
        (Limits(), {"teacher_minutes": 300}, Relaxation("teacher", GUIDE, 30)),
    ],
)
def test_what_must_be_kept_and_cannot_be_says_which_limit_to_move(limits, more, way_out):
    courses = (Course(5, week=4, seats=0),)
    asked = problem([seat()], [candidate(11, **more)], courses=courses, limits=limits, must=frozenset({(11, 1)}))
    found = solved(asked)
    assert found.relaxations == (way_out,)
    assert found.dropped == ((11, 1),)


def test_what_is_turned_on_is_kept_though_it_is_dearer():
    asked = problem([seat()], [candidate(11, minutes=600), candidate(12)], must=frozenset({(11, 1)}))
    found = solved(asked)
    assert who(found) == {(11, 1)}
    assert found.relaxations == ()


def test_what_is_no_candidate_any_more_is_dropped_and_the_rest_goes_on():
    found = solved(problem([seat()], [candidate(11)], must=frozenset({(99, 1)})))
    assert who(found) == {(11, 1)}
    assert found.dropped == ((99, 1),)


def test_nothing_open_gives_nothing_to_do():
    found = solved(problem([], []))
    assert (found.proposals, found.proven, found.gap) == ((), True, 0.0)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_problems())
def test_the_answer_is_as_good_as_the_best_of_all_plans(asked):
    found = solved(asked)
    known = oracle.best(asked, _as_greedy(asked) if asked.aim is Aim.CHEAPEST else [])
    assert who(found).isdisjoint(asked.without)
    assert found.open_after <= found.greedy.open
    if known.objective is None:
        assert len(asked.must) - len(found.dropped) == known.most_kept
        assert not asked.must <= who(found)
    else:
        assert asked.must <= who(found)
        assert found.bound <= known.objective + 1e-4
        assert found.objective == pytest.approx(known.objective, rel=1e-4, abs=1e-3)
        assert found.proven


def _as_greedy(asked: Problem) -> list[AtMost]:
    """What the greedy way leaves open in each team."""
    look = Lookup(asked)
    kept = settled(look, seconds=SECONDS)
    plan, found = greedy(kept.plan.copy()), []
    for piece in pieces(look, look.of_use(kept.ids)):
        seats = frozenset(s for i in piece for s in look.in_seats[i])
        found.append(AtMost(seats, plan.open(seats), plan.open(s for s in seats if look.seats[s].critical)))
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_problems(), st.data())
def test_what_must_be_kept_is_kept_or_the_way_out_is_told(asked, data):
    pairs = [(one.employment_id, one.task_id) for one in asked.candidates]
    must = frozenset(data.draw(st.sets(st.sampled_from(pairs), max_size=3)))
    found = solved(replace(asked, must=must))
    assert must - who(found) == set(found.dropped)
    if found.relaxations:
        assert found.dropped


@pytest.mark.parametrize("teams", [1, 3])
def test_the_fastest_way_of_a_few_teams_is_proven(teams):
    found = solved(municipality(teams, seed=3, aim=Aim.FASTEST))
    assert found.proven
    assert found.gap <= 1e-4
    assert found.objective < found.greedy.objective


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_problems())
def test_a_plan_gone_through_again_passes_no_limit_and_is_no_worse(asked):
    look = Lookup(asked, aim=Aim.FASTEST)
    kept = settled(look, seconds=SECONDS)
    plan = greedy(kept.plan.copy())
    before, were = plan.objective(), plan.open()
    nearer(plan, kept.ids, until=inf)
    assert passed(asked, proposals_of(plan)) == []
    assert plan.objective() <= before + 1e-6
    assert plan.open() <= were
    assert kept.ids <= plan.placed.keys()


def test_what_closes_soonest_is_begun_first_where_the_guide_has_time_for_one():
    people = [candidate(11, 1, weeks=1), candidate(12, 2, weeks=1)]
    asked = problem([seat(1), seat(2, critical=True)], people, teachers=[Teacher(GUIDE, 60)], aim=Aim.FASTEST)
    assert [one.pair for one in solved(asked).proposals] == [(12, 2), (11, 1)]


@pytest.mark.parametrize("aim", list(Aim))
def test_two_teams_with_shared_teachers_get_a_plan_that_holds(aim):
    asked = municipality(2, aim=aim, guide_minutes=20)
    found = solved(asked)
    assert found.open_after <= found.greedy.open
    assert found.proposals
    assert {one.teacher_id for one in found.proposals} - {GUIDE, NURSE}
