"""Profile levels with what is missing, and those that a leader confirms in a talk."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.development.commands import Confirmation, confirm_level
from competence.development.models import ConfirmedLevel
from competence.development.queries import confirmed_of, levels_of, mine
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.foundation.orm import begin_writing
from competence.people.retention import due, erase
from competence.profiles.models import ProfileStatement
from competence.profiles.queries import profile_on
from tests.development.conftest import Team
from tests.factories import Someone

SignIn = Callable[[Any], FlaskClient]


@pytest.fixture
def leader(team: Team) -> Someone:
    """Dorthe leads the team."""
    world = team.world
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    world.session.commit()
    begin_writing(world.session)
    return leader


def confirm(
    team: Team, by: Someone, level: int = 1, *, seen: int | None = 1, area: str = "Sygepleje", **said: Any
) -> ConfirmedLevel:
    """The leader confirms Amira's level today."""
    new = Confirmation(area, level, **({"held_on": today()} | said))
    return confirm_level(team.world.session, team.amira.employment.id, new, seen=seen, by=by.actor)


def test_a_level_says_which_tasks_are_missing_for_the_next(team: Team, leader: Someone):
    own = mine(team.world.session, team.amira.person.id)
    levels = levels_of(team.world.session, own, own.jobs[0])
    assert levels is not None
    found = levels.of("Sygepleje")
    assert found is not None
    assert found.standing is not None
    assert (found.computed, found.standing.following) == (1, 2)
    assert [one.task_id for one in found.standing.missing] == [team.oxygen.id]


def test_the_computed_level_is_frozen_beside_the_confirmed_one(team: Team, leader: Someone):
    row = confirm(team, leader)
    assert (row.level, row.level_name, row.computed_level, row.computed_name, row.missing) == (
        1,
        "basis",
        1,
        "basis",
        1,
    )
    team.world.signed(team.amira, team.oxygen, 2, by=team.guide, days_ago=0)
    team.world.settle()
    assert team.world.session.get_one(ConfirmedLevel, row.id).computed_level == 1, "as it was at the talk"
    assert confirm(team, leader, 2, seen=2).computed_level == 2


def test_another_level_than_the_computed_needs_a_note(team: Team, leader: Someone):
    with pytest.raises(RuleBroken, match="Write why") as broken:
        confirm(team, leader, 2)
    assert broken.value.field == "note"
    assert confirm(team, leader, 2, note="Hun har arbejdet med ilt i ti år.").computed_level == 1


def test_an_area_without_tasks_is_talked_about(team: Team, leader: Someone):
    row = profile_on(team.world.session, team.world.groups["SSH"].id, today())
    assert row is not None
    team.world.session.add(
        ProfileStatement(profile_id=row.id, area_name="Samarbejde", level=1, text="Deler sin viden.")
    )
    team.world.session.flush()
    assert confirm(team, leader, 2, seen=None, area="Samarbejde").computed_level is None


def test_what_does_not_fit_is_refused(team: Team, leader: Someone):
    with pytest.raises(Overtaken):
        confirm(team, leader, 2, seen=0)
    with pytest.raises(RuleBroken, match="lies ahead"):
        confirm(team, leader, held_on=today() + timedelta(days=1))
    with pytest.raises(RuleBroken, match="within 30 days"):
        confirm(team, leader, held_on=today() - timedelta(days=31))
    with pytest.raises(RuleBroken, match="CPR"):
        confirm(team, leader, note="010203-1234")
    with pytest.raises(RuleBroken, match="Choose the level"):
        confirm(team, leader, 9)
    with pytest.raises(NotFound):
        confirm(team, leader, area="Findes ikke")
    with pytest.raises(NotAllowed):
        confirm(team, team.guide)
    world = team.world
    south = world.unit("Syd", under=world.root)
    elsewhere = world.role(world.person("Lone Leder", unit=south), Role.LEADER)
    with pytest.raises(NotFound):
        confirm(team, elsewhere)


def test_a_talk_belongs_to_the_two_and_is_erased_a_year_after(team: Team, leader: Someone):
    session = team.world.session
    confirm(team, leader, note="Vi talte om ilt.")
    for reader, seen in ((team.amira, 1), (leader, 1), (team.guide, 0)):
        assert len(confirmed_of(session, team.amira.person.id, reader_id=reader.person.id)) == seen
    assert "confirmed_level" not in {one.table for one in due(session, on=today() + timedelta(days=364))}
    erase(session, on=today() + timedelta(days=365))
    assert session.scalars(select(ConfirmedLevel)).all() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_leader_confirms_and_the_employee_sees_it_but_the_auditor_does_not(
    team: Team, leader: Someone, signed_in: SignIn
):
    world = team.world
    auditor = world.role(world.person("Lis Tornbjerg", unit=world.root), Role.AUDITOR, over=world.root)
    chief = world.role(world.person("Anden Leder", "SPL"), Role.LEADER)
    at_desk, address = signed_in(leader), f"/employments/{team.amira.employment.id}/level?area=Sygepleje"
    person = f"/people/{team.amira.person.id}"
    page = at_desk.get(person).text
    assert "1 opgave mangler til avanceret" in page
    assert "Iltbehandling: basis" in page
    assert "Bekræft" in page
    form = at_desk.get(address).text
    assert re.search(r'<input checked[^>]*value="1"', form), "the computed level is chosen"
    said = {"level": "2", "held_on": today().isoformat(), "note": "", "seen": "1"}
    assert "Skriv hvorfor" in at_desk.post(address, data=said).text
    assert at_desk.post(address, data=said | {"note": "Ti år med ilt."}).status_code == 302
    assert "Ti år med ilt." in at_desk.get(person).text
    own = signed_in(team.amira).get("/me").text
    assert "Ti år med ilt." in own
    assert "beregnet dengang: basis" in own
    for reader in (auditor, chief, team.guide):
        assert "Ti år med ilt." not in signed_in(reader).get(person).text
