"""The two scales: renamed and grown at the top; what evidence points at keeps its place."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from competence.access.rules import Role
from competence.catalogue.commands import change_scale
from competence.catalogue.commands.scales import level_uses, scale_now
from competence.catalogue.models import ScaleChange
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import FEWEST_LEVELS, MOST_LEVELS, READY, SaidLevel, check_scale
from competence.coverage.rules import Shift
from competence.decision.commands import differences
from competence.delegation.rules import CellRule
from competence.entitlements.queries import holds
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken
from tests.catalogue.forms import form_values

NAMES = ("basis", "øvet", "ekspert", "trænet", "mester", "novice")
SCALES = st.lists(st.sampled_from(NAMES), min_size=FEWEST_LEVELS, max_size=MOST_LEVELS, unique=True).map(
    lambda names: tuple(SaidLevel(name) for name in names)
)
FIVE = tuple(SaidLevel(name) for name in ("basis", "øvet", "ekspert", "rutineret", "mester"))


def named(*names: str) -> tuple[SaidLevel, ...]:
    return tuple(SaidLevel(name) for name in names)


@given(
    SCALES, SCALES, st.dictionaries(st.integers(1, MOST_LEVELS), st.integers(1, 9)),
    st.lists(st.integers(0, MOST_LEVELS), max_size=MOST_LEVELS),
)  # fmt: skip
@example(named("basis", "ekspert"), named("basis", "øvet", "ekspert"), {2: 1}, [3])
def test_what_a_level_in_use_becomes_is_said_keeps_the_order_and_takes_no_other_levels_name(before, after, used, said):
    used = {rank: count for rank, count in used.items() if rank <= len(before)}
    try:
        becomes = check_scale(before, after, used, said)
    except RuleBroken:
        return
    assert list(becomes) == sorted(becomes)
    for rank in used:
        new = becomes[rank - 1]
        assert new == (said[rank - 1] if rank <= len(said) and said[rank - 1] else rank)
        others = {level.name: place for place, level in enumerate(before, 1) if becomes[place - 1] != new}
        assert after[new - 1].name not in others


@pytest.mark.parametrize("kind", list(ScaleKind))
def test_a_municipality_that_has_signed_nothing_may_take_any_ready_scale(world, nurse, kind):
    for ready in READY[kind]:
        change_scale(world.session, kind, ready, seen=scale_now(world.session, kind), by=nurse.actor)
        assert scale_now(world.session, kind) == ready
    sizes = {len(ready) for ready in READY[kind]}
    assert sizes == {2, 3, 5}
    changes = world.session.scalars(select(ScaleChange).where(ScaleChange.scale == kind).order_by(ScaleChange.id)).all()
    for one, other in pairwise(changes):
        assert one.after == other.before


@pytest.fixture
def signed(world):
    """A helper who is signed off at level 3."""
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    world.requirement(insulin, Shift.DAY, 1, level=2)
    camilla = world.person()
    world.signed(camilla, insulin, 3)
    world.settle()
    return camilla, insulin


def held(world, someone, task) -> int:
    return holds(world.session, someone.employment.id, task.id, on=today(), version_id=world.version.id)


def test_a_scale_in_use_is_renamed_and_grows_and_nobodys_right_is_another(world, nurse, signed):
    seen = scale_now(world.session, ScaleKind.PRACTICE)
    assert level_uses(world.session, ScaleKind.PRACTICE) == {
        "signatures": {3: 1}, "fields of the division of tasks": {2: 1}, "staffing needs": {2: 1}, "tasks of profiles": {},
    }  # fmt: skip
    after = named("basis", "rutineret", "ekspert", "mester")
    change_scale(world.session, ScaleKind.PRACTICE, after, seen=seen, by=nurse.actor)
    assert held(world, *signed) == 3
    assert level_names(world.session) == {1: "basis", 2: "rutineret", 3: "ekspert", 4: "mester"}
    assert not list(differences(world.session))


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("basis", "øvet"), "becomes_3"),
        (("basis", "ekspert", "mester"), "level_2"),
        (("basis", "trænet", "øvet", "ekspert"), "level_3"),
        (("basis", "", "ekspert"), "level_2"),
        (("basis", "øvet", "BASIS"), "level_3"),
        (("basis",), "level_2"),
    ],
)
def test_a_change_that_does_not_say_what_a_level_in_use_becomes_is_refused(world, nurse, signed, names, field):
    seen = scale_now(world.session, ScaleKind.PRACTICE)
    with pytest.raises(RuleBroken) as broken:
        change_scale(world.session, ScaleKind.PRACTICE, named(*names), seen=seen, by=nurse.actor)
    assert broken.value.field == field
    assert scale_now(world.session, ScaleKind.PRACTICE) == seen
    assert held(world, *signed) == 3


def test_of_two_who_change_a_scale_the_second_is_told(world, nurse):
    seen = scale_now(world.session, ScaleKind.PRACTICE)
    change_scale(world.session, ScaleKind.PRACTICE, named("basis", "øvet", "mester"), seen=seen, by=nurse.actor)
    with pytest.raises(Overtaken):
        change_scale(world.session, ScaleKind.PRACTICE, FIVE, seen=seen, by=nurse.actor)
    leader = world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER, over=world.root)
    with pytest.raises(NotAllowed):
        change_scale(world.session, ScaleKind.PRACTICE, FIVE, seen=seen, by=leader.actor)


def test_the_page_shows_what_a_change_does_before_it_is_saved(world, nurse, signed, signed_in):
    keeper = signed_in(nurse)
    assert "basis" in keeper.get("/catalogue/scales").text
    page = keeper.get("/catalogue/scales/practice").text
    assert "underskrifter: 1" in page
    form = form_values(page)
    told = keeper.post("/catalogue/scales/practice", data=form | {"level_4": "mester"}).text
    assert "Ingens rettigheder bliver andre" in told
    assert "Ingen har de nye niveauer" in told
    assert len(level_names(world.session)) == 3
    assert keeper.post("/catalogue/scales/practice", data=form_values(told) | {"back": "1"}).status_code == 200
    keeper.post("/catalogue/scales/practice", data=form_values(told) | {"confirmed": "1"})
    world.session.rollback()
    assert level_names(world.session)[4] == "mester"
    assert "basis · øvet · ekspert bliver til basis · øvet · ekspert · mester" in keeper.get("/catalogue/scales").text
    stale = keeper.post(
        "/catalogue/scales/practice", data=form_values(told) | {"confirmed": "1", "level_4": "guru"}
    ).text
    assert "Nogen ændrede skalaen" in stale
    refused = keeper.post("/catalogue/scales/practice", data=form | {"level_3": ""})
    assert refused.status_code == 422
    assert "Niveau 3, ekspert, er i brug (1 i alt). Vælg, hvilket niveau det bliver til" in refused.text
    assert keeper.get("/catalogue/scales/practice?ready=2").status_code == 200
    assert keeper.get("/catalogue/scales/andet").status_code == 404
    assert signed_in(signed[0]).get("/catalogue/scales").status_code == 403
