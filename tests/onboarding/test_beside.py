"""Those who are there for a newcomer without leading her: buddies find her, and a colleague can be asked to see to one item."""

import pytest
from sqlalchemy import select

from competence.audit.models import AccessEntry
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, RuleBroken
from competence.onboarding import commands
from competence.onboarding.queries.beside import beside, beside_count
from competence.onboarding.queries.programmes import get_programme
from competence.onboarding.rules import Ticks
from tests.factories import Someone
from tests.onboarding.conftest import Havnen


@pytest.fixture
def expert(havnen: Havnen) -> Someone:
    """A colleague without any role."""
    return havnen.world.person("Ida Møller", "SSH")


def test_a_colleague_who_is_asked_sees_and_ticks_that_item_and_nothing_else(havnen: Havnen, expert: Someone):
    session, number = havnen.world.session, havnen.begin()
    item, other = havnen.item(number, "A1"), havnen.item(number, "T4")
    with pytest.raises(NotFound):
        commands.tick(session, number, item.id, by=expert.actor)
    commands.ask_colleague(session, number, item.id, expert.person.id, by=havnen.leader.actor)
    ((programme, items),) = beside(session, expert.person.id)[1]
    assert [one.row.code for one in items] == ["A1"]
    assert programme.asked(items[0]) == "Ida Møller"
    assert beside_count(session, expert.person.id) == 1
    with pytest.raises(NotFound):
        get_programme(session, number, actor=expert.actor)
    with pytest.raises(NotFound):
        commands.tick(session, number, other.id, by=expert.actor)
    ticked = commands.tick(session, number, item.id, by=expert.actor)
    assert ticked.responsible_by == expert.person.id
    assert beside_count(session, expert.person.id) == 0
    commands.untick(session, number, item.id, by=expert.actor)
    commands.ask_colleague(session, number, item.id, None, by=havnen.leader.actor)
    assert beside(session, expert.person.id) == ([], [])


def test_nobody_is_asked_in_vain(havnen: Havnen, expert: Someone):
    session, number = havnen.world.session, havnen.begin()
    item = havnen.item(number, "A1")
    elsewhere = havnen.world.person("Per Poulsen", "SSH", unit=havnen.world.unit("Team Engen"))
    for person, by, said in (
        (havnen.new.person.id, havnen.leader, "somebody else"),
        (elsewhere.person.id, havnen.leader, "in your units"),
    ):
        with pytest.raises(RuleBroken, match=said):
            commands.ask_colleague(session, number, item.id, person, by=by.actor)
    for stranger in (havnen.guide, havnen.helper, havnen.new):
        with pytest.raises(NotFound):
            commands.ask_colleague(session, number, item.id, expert.person.id, by=stranger.actor)
    item.responsible_at, item.responsible_by = now(), havnen.leader.person.id
    with pytest.raises(RuleBroken, match="ticked already"):
        commands.ask_colleague(session, number, item.id, expert.person.id, by=havnen.leader.actor)
    own = havnen.item(number, "T8")
    own.ticks = Ticks.NEWCOMER
    with pytest.raises(RuleBroken, match="herself"):
        commands.ask_colleague(session, number, own.id, expert.person.id, by=havnen.leader.actor)


def test_what_opens_tasks_is_not_ticked_by_whoever_may_not_vouch_for_it(havnen: Havnen, expert: Someone):
    session, number = havnen.world.session, havnen.begin()
    gate = havnen.item(number, "G3")
    commands.ask_colleague(session, number, gate.id, expert.person.id, by=havnen.leader.actor)
    with pytest.raises(RuleBroken, match="opens tasks"):
        commands.tick(session, number, gate.id, by=expert.actor)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_buddies_and_those_asked_have_a_page_of_their_own(havnen: Havnen, expert: Someone, signed_in):
    number = havnen.begin()
    item = havnen.item(number, "A1")
    leader, ida, buddy = signed_in(havnen.leader), signed_in(expert), signed_in(havnen.helper)
    place = f"/onboarding/{number}/items/{item.id}/ask"
    assert "Hvem ser til det: Velkomst og rundvisning" in leader.get(place).text
    assert leader.post(place, data={"person": expert.person.id}).status_code == 302
    assert "Ida Møller" in leader.get(f"/onboarding/{number}").text
    assert "Du er der for 1 ny kollega" in ida.get("/me").text
    page = ida.get("/me/intro/colleagues").text
    assert "Velkomst og rundvisning" in page
    assert "Dialog om forflytning" not in page
    assert ida.get(f"/onboarding/{number}").status_code == 404
    assert buddy.post(f"/me/intro/colleagues/{item.id}/tick").status_code == 404
    assert ida.post(f"/me/intro/colleagues/{item.id}/tick").status_code == 302
    assert "Fortryd" in ida.get("/me/intro/colleagues").text
    page = buddy.get("/me/intro/colleagues").text
    assert "Du er makker eller mentor" in page
    assert f"/onboarding/{number}" in page
    looked = select(AccessEntry.page).where(AccessEntry.person_id == havnen.new.person.id)
    assert "intro.beside" in set(havnen.world.session.scalars(looked))
    assert "Du er ikke makker" in signed_in(havnen.nurse).get("/me/intro/colleagues").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_talks_of_a_programme_lead_to_their_pages_for_the_two_alone(havnen: Havnen, signed_in):
    number = havnen.begin()
    assert signed_in(havnen.leader).get(f"/onboarding/{number}").text.count('href="/talks/') == 6
    assert signed_in(havnen.new).get("/me/intro").text.count('href="/talks/') == 3
    assert 'href="/talks/' not in signed_in(havnen.guide).get(f"/onboarding/{number}").text
