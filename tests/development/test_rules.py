"""Profile levels are computed from what is held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.decision.rules import Answer, State
from competence.delegation.rules import UNDECIDED
from competence.development.rules import next_step
from competence.profiles.rules import Asked, by_area, profile_level

ASKED = st.builds(
    Asked, st.sampled_from(["Medicin", "Sår"]), st.integers(1, 3), st.integers(1, 6), st.integers(1, 3), st.just(0)
)
HELD = st.dictionaries(st.integers(1, 6), st.integers(0, 3))


def test_a_level_is_reached_when_all_its_tasks_are_held() -> None:
    asked = [Asked("Medicin", 1, 1, 1), Asked("Medicin", 1, 2, 2), Asked("Medicin", 2, 3, 1)]
    assert profile_level(asked, {1: 1, 2: 1}).level == 0
    standing = profile_level(asked, {1: 1, 2: 2})
    assert (standing.level, standing.following) == (1, 2)
    assert [one.task_id for one in standing.missing] == [3]
    assert profile_level(asked, {1: 3, 2: 2, 3: 1}).following is None


def test_the_steps_of_the_next_level_are_counted() -> None:
    asked = [Asked("Medicin", 1, 1, 1), Asked("Medicin", 2, 2, 1), Asked("Medicin", 2, 3, 2)]
    standing = profile_level(asked, {1: 1, 2: 1})
    assert (standing.done, len(standing.steps)) == (1, 2)


def test_losing_a_task_of_a_lower_level_lowers_the_level() -> None:
    asked = [Asked("Medicin", 1, 1, 1), Asked("Medicin", 2, 2, 1)]
    assert profile_level(asked, {1: 1, 2: 1}).level == 2
    assert profile_level(asked, {2: 1}).level == 0


@given(st.lists(ASKED), HELD, st.integers(1, 6))
def test_holding_more_never_lowers_a_level(asked: list[Asked], held: dict[int, int], task: int) -> None:
    more = held | {task: 3}
    assert profile_level(asked, more).level >= profile_level(asked, held).level


@given(st.lists(ASKED), HELD)
def test_the_whole_is_no_further_than_its_weakest_area(asked: list[Asked], held: dict[int, int]) -> None:
    areas = by_area(asked, held).values()
    whole = profile_level(asked, held)
    if whole.following is not None:
        assert any(area.following == whole.following for area in areas)
        assert set(whole.missing), "what is missing is named"
    assert all(area.level >= whole.level or area.following is None for area in areas)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.UNDECIDED, "Not decided yet."),
        (State.ASSISTS, "You take part, not alone."),
        (State.NOT_ALLOWED, "Not for your staff group."),
        (State.NOT_RELEVANT, "Not for your staff group."),
    ],
)
def test_what_a_cell_does_not_allow_is_said_by_its_rule(state: State, words: str) -> None:
    assert str(next_step(Answer(state, 0, UNDECIDED)).text) == words
