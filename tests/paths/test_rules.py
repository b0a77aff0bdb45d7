"""How far somebody is on a path, and the map of where paths lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.errors import RuleBroken
from competence.paths.rules import Known, Step, StepKind, Way, career_map, check_step, is_in_place, walked

INSULIN, WOUND = 1, 2
STEPS = (
    Step(1, StepKind.GATE, 1, gate="ONB14"),
    Step(2, StepKind.TASK, 6, task_id=INSULIN, level=2),
    Step(3, StepKind.ACTIVITY, 4, activity_id=7),
    Step(4, StepKind.LEVEL, 8, waits=True, staff_group_id=3, area="Pleje", level=2),
)


def test_nothing_is_in_place_for_whoever_holds_nothing():
    far = walked(STEPS, Known())
    assert far.in_place == (False, False, False, False)
    assert far.open == (True, True, True, False)
    assert (far.done, far.following, far.weeks_left) == (0, 0, 19)


def test_progress_follows_from_what_is_held_and_done():
    known = Known({INSULIN: 2, WOUND: 3}, {(3, "Pleje"): 1}, frozenset({7}), frozenset({"ONB14"}))
    far = walked(STEPS, known)
    assert far.in_place == (True, True, True, False)
    assert far.open == (False, False, False, True)
    assert (far.following, far.weeks_left, far.complete) == (3, 8, False)
    assert walked(STEPS, Known(known.held, {(3, "Pleje"): 2}, known.done, known.passed)).complete


@pytest.mark.parametrize(
    ("step", "known", "there"),
    [
        (STEPS[1], Known({INSULIN: 1}), False),
        (STEPS[1], Known({INSULIN: 3}), True),
        (STEPS[3], Known(levels={(3, "Medicin"): 3}), False),
        (STEPS[3], Known(levels={(4, "Pleje"): 3}), False),
        (STEPS[0], Known(passed=frozenset({"ONB17"})), False),
    ],
)
def test_a_step_is_in_place_only_for_what_it_asks_for(step, known, there):
    assert is_in_place(step, known) is there


HELD = st.dictionaries(st.integers(1, 3), st.integers(0, 3), max_size=3)
ASKED = st.lists(st.builds(Step, st.integers(1, 99), st.just(StepKind.TASK), st.integers(0, 9), st.booleans(),
                           st.integers(1, 3), st.integers(1, 3)), max_size=6)  # fmt: skip


@given(ASKED, HELD, st.integers(1, 3), st.integers(1, 3))
def test_to_hold_more_never_puts_anybody_further_back(steps, held, task, level):
    more = {**held, task: max(held.get(task, 0), level)}
    before, after = walked(steps, Known(held)), walked(steps, Known(more))
    assert after.done >= before.done
    assert after.weeks_left <= before.weeks_left
    assert all(not was or still for was, still in zip(before.in_place, after.in_place, strict=True))
    assert all(
        opens or there
        for at, (opens, there) in enumerate(zip(after.open, after.in_place, strict=True))
        if all(after.in_place[:at])
    )


@pytest.mark.parametrize("step", [Step(0, StepKind.TASK, level=1), Step(0, StepKind.TASK, task_id=1), Step(0, StepKind.GATE),
                                  Step(0, StepKind.ACTIVITY), Step(0, StepKind.LEVEL, level=1),
                                  Step(0, StepKind.TASK, -1, task_id=1, level=1)])  # fmt: skip
def test_a_step_that_says_nothing_is_refused(step):
    with pytest.raises(RuleBroken):
        check_step(step, steps=0)


GROUPS = {1: "Ufaglært", 2: "Hjælper", 3: "Assistent"}


def way(path_id: int, name: str, from_: set[int], to: int | None = None, aim: str = "") -> Way:
    return Way(path_id, name, frozenset(from_), to, aim, 10)


def test_the_map_shows_what_leads_on_and_then_further():
    ways = [
        way(1, "Til hjælper", {1}, 2),
        way(2, "Til assistent", {2}, 3),
        way(3, "Demens", {3}, None, "Specialist i demens"),
    ]
    found = career_map(ways, [1], GROUPS)
    assert [(node.label, node.column) for node in found.nodes] == [
        ("Ufaglært", 0), ("Til hjælper", 1), ("Hjælper", 2), ("Til assistent", 3), ("Assistent", 4), ("Demens", 5),
        ("Specialist i demens", 6),
    ]  # fmt: skip
    assert found.columns == 7
    assert len(found.edges) == 6


def test_the_map_stands_still_where_paths_lead_round_in_a_ring():
    ways = [way(1, "Hen", {1}, 2), way(2, "Hjem", {2}, 1), way(3, "For alle", set(), None, "Vejleder")]
    found = career_map(ways, [1], GROUPS)
    assert sorted(node.path_id for node in found.nodes if node.path_id) == [1, 2, 3]
    assert career_map(ways, [], GROUPS).nodes == ()


WAYS = st.lists(
    st.builds(
        lambda path, groups, to: way(path, f"V{path}", groups, to, "Mål"), st.integers(1, 6), st.sets(st.integers(1, 3)),
        st.none() | st.integers(1, 3),
    ),
    max_size=6, unique_by=lambda one: one.path_id,
)  # fmt: skip


@given(WAYS, st.sets(st.integers(1, 3), max_size=2))
def test_no_two_boxes_of_the_map_lie_on_each_other_and_each_path_stands_there_once(ways, start):
    found = career_map(ways, sorted(start), GROUPS)
    places = [(node.column, node.row) for node in found.nodes]
    assert len(places) == len(set(places))
    assert len({node.key for node in found.nodes}) == len(found.nodes)
    for one, other in found.edges:
        assert bool(found.nodes[one].path_id) != bool(found.nodes[other].path_id)
