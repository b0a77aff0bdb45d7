"""What a profile says, how two versions differ, and how far somebody is in one."""

from hypothesis import given
from hypothesis import strategies as st

from competence.profiles.rules import Asked, Content, Expected, Pair, compare, profile_level

INSULIN, DROPS, WOUND = 1, 2, 3
ASKED = st.lists(
    st.builds(Asked, st.sampled_from(["Medicin", "Pleje"]), st.integers(1, 3), st.integers(1, 5), st.integers(1, 3)),
    max_size=12,
)
STATEMENTS = st.lists(
    st.builds(Expected, st.sampled_from(["Medicin", "Pleje"]), st.integers(1, 3), st.sampled_from("abcd")), max_size=8
)
HELD = st.dictionaries(st.integers(1, 5), st.integers(1, 3))


def test_a_level_is_reached_only_with_the_levels_below_it():
    asked = [Asked("Medicin", 1, INSULIN, 2), Asked("Medicin", 2, DROPS, 1)]
    assert profile_level(asked, {DROPS: 3}).level == 0
    standing = profile_level(asked, {INSULIN: 2})
    assert (standing.level, standing.following) == (1, 2)
    assert [one.task_id for one in standing.missing] == [DROPS]
    assert profile_level(asked, {INSULIN: 2, DROPS: 1}).level == 2


def test_what_is_missing_names_a_lower_level_that_was_lost():
    asked = [Asked("Medicin", 1, INSULIN, 2), Asked("Medicin", 2, DROPS, 1), Asked("Medicin", 2, INSULIN, 3)]
    standing = profile_level(asked, {INSULIN: 2, DROPS: 1})
    assert (standing.level, standing.following) == (1, 2)
    assert standing.missing == (Asked("Medicin", 2, INSULIN, 3),), "the same task at a higher practice level"


@given(ASKED, HELD, st.integers(1, 5), st.integers(1, 3))
def test_holding_more_never_lowers_the_level(asked: list[Asked], held: dict[int, int], task: int, level: int):
    more = held | {task: max(level, held.get(task, 0))}
    assert profile_level(asked, more).level >= profile_level(asked, held).level


@given(ASKED, HELD)
def test_with_all_that_is_missing_the_next_level_is_reached(asked: list[Asked], held: dict[int, int]):
    standing = profile_level(asked, held)
    if standing.following is None:
        assert not standing.missing
        return
    full = held | {one.task_id: max(one.practice_level, held.get(one.task_id, 0)) for one in standing.missing}
    assert profile_level(asked, full).level >= standing.following


def test_two_versions_stand_side_by_side():
    old = Content(
        (Expected("Medicin", 1, "Giver medicin."),), (Asked("Medicin", 1, INSULIN, 1), Asked("Pleje", 1, WOUND, 1))
    )
    new = Content(
        (Expected("Medicin", 1, "Doserer medicin."),), (Asked("Medicin", 1, INSULIN, 2), Asked("Medicin", 2, DROPS, 1))
    )
    found = {(one.area, one.level): one for one in compare(old, new)}
    assert [pair.changed for pair in found["Medicin", 1].statements] == [True, True], "one is new, one is taken out"
    (insulin,) = found["Medicin", 1].tasks
    assert insulin.changed, "the same task at another practice level"
    assert found["Medicin", 2].tasks == (Pair(None, Asked("Medicin", 2, DROPS, 1)),)
    assert found["Pleje", 1].tasks == (Pair(Asked("Pleje", 1, WOUND, 1), None),)


@given(STATEMENTS, ASKED)
def test_a_version_does_not_differ_from_itself(statements: list[Expected], asked: list[Asked]):
    said = Content(tuple(statements), tuple(asked))
    same = Content(tuple(reversed(statements)), tuple(reversed(asked)))
    assert said.mark() == same.mark(), "the order of rows is not what a profile says"
    assert not any(one.changed for one in compare(said, said))
