"""A scale in use that becomes another: what each level becomes, with its day, and nobody who gains a right by it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from competence.catalogue.commands import change_scale
from competence.catalogue.commands.scales import level_uses, scale_now
from competence.catalogue.queries import level_names
from competence.catalogue.queries.scales import level_names_on, turns
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import SaidLevel, Turn, levels_asked, levels_held
from competence.coverage.queries.places import requirements_on, tree
from competence.coverage.rules import Shift
from competence.decision.asking import ask
from competence.decision.commands import differences
from competence.decision.foreseeing import effect_of_scale
from competence.decision.rules import Verdict
from competence.delegation.commands.drafts import make_draft
from competence.delegation.models import Cell
from competence.delegation.queries import cell_for
from competence.delegation.rules import CellRule
from competence.entitlements.queries import holds
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.signoffs import projection
from competence.signoffs.queries import state_of
from tests.catalogue.forms import form_values

PRACTICE, PROFILE = ScaleKind.PRACTICE, ScaleKind.PROFILE
TWO = (SaidLevel("oplært"), SaidLevel("erfaren"))
LOWER_MERGED, UPPER_MERGED = (1, 1, 2), (1, 2, 2)
DAY = datetime(2026, 5, 4, 9, tzinfo=UTC)

BECOMES = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(lambda some: tuple(sorted(some)))
CHANGES = st.lists(BECOMES, max_size=3).map(
    lambda some: tuple(
        Turn((DAY + timedelta(days=n)).date(), DAY + timedelta(days=n), to) for n, to in enumerate(some, 1)
    )
)
RANKS = st.integers(1, 5)


@given(CHANGES, RANKS, RANKS)
def test_whoever_held_less_than_was_asked_for_holds_less_after_any_changes_too(changes, held, asked):
    mine, wanted = levels_held(held, DAY, changes), levels_asked(asked, DAY, changes)
    gained = [day for (day, have), (_day, need) in zip(mine, wanted, strict=True) if have >= need]
    assert not gained or held >= asked


@given(CHANGES, RANKS, RANKS)
def test_a_change_never_turns_the_order_of_two_levels(changes, one, other):
    low, high = sorted((one, other))
    pairs = zip(levels_held(low, DAY, changes), levels_held(high, DAY, changes), strict=True)
    assert all(least <= most for (_day, least), (_, most) in pairs)


@given(CHANGES, RANKS)
def test_what_is_written_after_a_change_is_read_as_it_is_written(changes, rank):
    after = max((turn.at for turn in changes), default=DAY)
    assert levels_held(rank, after, changes) == levels_asked(rank, after, changes) == ()


def becomes(world, nurse, after, to, scale=PRACTICE):
    change_scale(world.session, scale, after, becomes=to, seen=scale_now(world.session, scale), by=nurse.actor)


def held(world, someone, task) -> int:
    return holds(world.session, someone.employment.id, task.id, on=today(), version_id=world.version.id)


@pytest.fixture
def practised(world):
    """A field that asks for level 2, and three who hold 1, 2 and 3."""
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    people = [world.person() for _ in range(3)]
    for level, someone in enumerate(people, 1):
        world.signed(someone, insulin, level)
    world.settle()
    return people, insulin


def test_where_the_lower_levels_are_merged_nobody_below_gains_and_who_loses_is_told_first(world, nurse, practised):
    (low, middle, high), insulin = practised
    turn = Turn(today(), now(), LOWER_MERGED)
    assert effect_of_scale(world.session, turn) == [(middle.person.id, insulin.id)]
    becomes(world, nurse, TWO, LOWER_MERGED)
    assert [held(world, one, insulin) for one in (low, middle, high)] == [0, 0, 2]
    assert level_names(world.session) == {1: "oplært", 2: "erfaren"}
    assert cell_for(world.session, insulin.id, world.groups["SSH"].id, stage_from=None, on=today()).minimum_level == 2
    assert not list(differences(world.session))
    assert not projection.differences(world.session, on=today())


def test_yesterday_is_answered_with_the_levels_of_yesterday(world, nurse, practised):
    (low, middle, high), insulin = practised
    becomes(world, nurse, TWO, LOWER_MERGED)
    yesterday = today() - timedelta(days=1)
    levels = [ask(world.session, one.employment.id, insulin.id, on=yesterday).level for one in (low, middle, high)]
    assert levels == [0, 2, 3]
    assert ask(world.session, middle.employment.id, insulin.id, on=today()).verdict is Verdict.MAY_NOT
    assert level_names_on(world.session, yesterday) == {1: "basis", 2: "øvet", 3: "ekspert"}
    assert level_names_on(world.session, today()) == {1: "oplært", 2: "erfaren"}


def test_where_the_upper_levels_are_merged_everybody_keeps_what_she_had(world, nurse, practised):
    people, insulin = practised
    assert not effect_of_scale(world.session, Turn(today(), now(), UPPER_MERGED))
    becomes(world, nurse, TWO, UPPER_MERGED)
    assert [held(world, one, insulin) for one in people] == [0, 2, 2]
    answer = ask(world.session, people[2].employment.id, insulin.id, on=today())
    told = [reason.text.msgid for reason in answer.reasons if reason.step == "signature"]
    assert any("The levels were changed" in message for message in told)


def test_a_signature_keeps_the_level_that_was_vouched_for(world, nurse, practised):
    (_low, middle, _high), insulin = practised
    becomes(world, nurse, TWO, LOWER_MERGED)
    (signed,) = state_of(world.session, middle.person.id, insulin.id)
    assert (signed.signed_level, signed.level) == (2, 1)
    world.signed(middle, insulin, 2, days_ago=0)
    assert state_of(world.session, middle.person.id, insulin.id)[-1].level == 2, "signed after the change"


def test_a_change_is_refused_while_something_asks_for_what_only_a_merged_level_could_give(world, nurse, practised):
    _people, insulin = practised
    world.cell(insulin, "UFA", CellRule.MAY_GENERAL, minimum_level=3)
    with pytest.raises(RuleBroken) as broken:
        becomes(world, nurse, TWO, UPPER_MERGED)
    assert broken.value.field == "becomes_3"
    assert not turns(world.session)


def test_drafts_needs_and_stricter_units_ask_for_no_less_than_before(world, nurse, practised):
    _people, insulin = practised
    world.requirement(insulin, Shift.DAY, 1, level=2)
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    becomes(world, nurse, TWO, LOWER_MERGED)
    copied = make_draft(world.session, from_number=1, by=nurse.actor)
    for version in (draft, copied):
        assert world.session.scalars(select(Cell.minimum_level).where(Cell.version_id == version.id)).all() == [2]
    nodes = tree(world.session, on=today()).nodes
    (need,) = [one for some in requirements_on(world.session, today(), nodes).values() for one in some]
    assert need.need.level == 2
    uses = level_uses(world.session, PRACTICE)
    assert uses["signatures"] == {1: 2, 2: 1}
    assert uses["staffing needs"] == {2: 1}


def test_two_changes_after_each_other_are_both_read(world, nurse, practised):
    (low, middle, high), insulin = practised
    becomes(world, nurse, (SaidLevel("ny"), SaidLevel("basis"), SaidLevel("øvet"), SaidLevel("ekspert")), (2, 3, 4))
    assert [held(world, one, insulin) for one in (low, middle, high)] == [0, 3, 4]
    becomes(world, nurse, TWO, (1, 1, 2, 2))
    assert [held(world, one, insulin) for one in (low, middle, high)] == [0, 2, 2]
    assert not list(differences(world.session))


def test_a_profile_scale_that_gets_fewer_levels_lifts_nobody(world, nurse):
    becomes(world, nurse, (SaidLevel("basis"), SaidLevel("avanceret")), (1, 2, 2), scale=PROFILE)
    assert level_names(world.session, PROFILE) == {1: "basis", 2: "avanceret"}
    assert turns(world.session, PROFILE)[0].to == (1, 2, 2)
    assert not turns(world.session, PRACTICE)


def test_the_page_asks_what_each_level_becomes_and_names_who_loses_before_it_is_saved(
    world, nurse, practised, signed_in
):
    (_low, middle, _high), _insulin = practised
    keeper = signed_in(nurse)
    form = form_values(keeper.get("/catalogue/scales/practice").text)
    wanted = {"level_1": "oplært", "level_2": "erfaren", "level_3": "", "becomes_2": "level 1", "becomes_3": "level 2"}
    told = keeper.post("/catalogue/scales/practice", data=form | wanted).text
    assert "1 person må fra i dag ikke noget, som hun må nu" in told
    assert f"Insulin med pen: 1 medarbejder</summary><p>{middle.name}" in told
    assert len(level_names(world.session)) == 3
    keeper.post("/catalogue/scales/practice", data=form_values(told) | {"confirmed": "1"})
    world.session.rollback()
    assert level_names(world.session) == {1: "oplært", 2: "erfaren"}
    assert "øvet tæller som oplært" in keeper.get("/catalogue/scales").text
    past = keeper.get(f"/people/{middle.person.id}")
    assert past.status_code == 200


def test_a_turn_is_from_a_day(world, nurse, practised):
    becomes(world, nurse, TWO, LOWER_MERGED)
    (turn,) = turns(world.session)
    assert isinstance(turn.on, date)
    assert (turn.on, turn.to) == (today(), LOWER_MERGED)
