"""A guide's time and how the guides of a unit reach: figures of a named guide for herself and her leader only."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Permission, Role
from competence.accounts.commands import give_guide_time
from competence.accounts.models import RoleAssignment
from competence.delegation.rules import CellRule
from competence.development.commands import note_guide_time
from competence.development.queries.capacity import UnitCapacity, capacity
from competence.development.queries.guiding import guide_week, use_of_time, week_of
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, RuleBroken
from competence.signoffs.commands import ask_for_sign_off
from tests.factories import Someone, World

SignIn = Callable[[Someone], FlaskClient]


@pytest.fixture
def guide(world: World) -> Someone:
    found = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    world.settle()
    return found


@pytest.fixture
def leader(world: World) -> Someone:
    return world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER)


@pytest.fixture
def nurse(world: World) -> Someone:
    return world.role(
        world.person("Marianne Holm", "SPL", unit=world.district), Role.DEVELOPMENT_NURSE, over=world.root
    )


def given(world: World, guide: Someone, minutes: int, leader: Someone) -> None:
    role = select(RoleAssignment.id).where(RoleAssignment.person_id == guide.person.id)
    give_guide_time(world.session, world.session.scalars(role).one(), minutes, by=leader.actor)


def team(world: World, nurse: Someone) -> UnitCapacity:
    found = capacity(world.session, nurse.actor.reach(Permission.GUIDE_CAPACITY), on=today())
    return next(one for one in found if one.node.id == world.team.id)


def test_a_guide_notes_her_time_day_by_day_and_the_later_note_counts(
    world: World, guide: Someone, leader: Someone
) -> None:
    given(world, guide, 480, leader)
    for minutes in (90, 120):
        note_guide_time(world.session, today(), minutes, by=guide.actor)
    week = guide_week(world.session, guide.person.id, on=today())
    assert (week.given, week.used) == (480, 120)
    note_guide_time(world.session, today(), 0, by=guide.actor)
    assert guide_week(world.session, guide.person.id, on=today()).used == 0
    for day, minutes in ((1, 60), (-14, 60), (0, 721), (0, -1)):
        with pytest.raises(RuleBroken):
            note_guide_time(world.session, today() + timedelta(days=day), minutes, by=guide.actor)
    with pytest.raises(NotAllowed):
        note_guide_time(world.session, today(), 60, by=leader.actor)


def test_a_week_runs_from_monday_through_sunday() -> None:
    monday, after = week_of(today())
    assert (monday.weekday(), (after - monday).days) == (0, 7)
    assert monday <= today() < after


def test_her_leader_sees_a_guides_hours_and_no_other_leader_does(
    world: World, guide: Someone, leader: Someone, nurse: Someone
) -> None:
    given(world, guide, 480, leader)
    note_guide_time(world.session, today(), 90, by=guide.actor)
    lunden = world.unit("Team Lunden", under=world.district)
    other = world.role(world.person("Pia Lindgren", "UFA", unit=lunden), Role.LEADER)

    def seen(reader: Someone) -> list[tuple[str, int]]:
        led = reader.actor.reach(Permission.GUIDE_TIME_READ)
        return [(one.name, one.this_week) for one in use_of_time(world.session, led, on=today(), but=reader.person.id)]

    assert [seen(one) for one in (leader, other, nurse)] == [[("Hanne Lykke", 90)], [], []]


def test_a_unit_with_one_guide_shows_what_waits_and_nothing_of_hers(
    world: World, guide: Someone, leader: Someone, nurse: Someone
) -> None:
    task = world.task("Insulin med pen")
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    helper = world.person("Amira Haddad", "SSH")
    world.settle()
    given(world, guide, 480, leader)
    ask_for_sign_off(world.session, helper.employment.id, task.id, by=helper.actor)
    alone = team(world, nurse)
    assert (alone.waiting, alone.longest, alone.guides) == (1, 0, 1)
    assert (alone.minutes, alone.with_one, alone.with_none) == (None, None, 0)
    second = world.role(world.person("Maja Lind", "SSH"), Role.GUIDE)
    given(world, second, 240, leader)
    both = team(world, nurse)
    assert (both.guides, both.minutes, both.with_one) == (2, 720, ["Insulin med pen"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_names_a_guide_to_her_leader_and_not_to_the_development_nurse(
    world: World, guide: Someone, leader: Someone, nurse: Someone, signed_in: SignIn
) -> None:
    given(world, guide, 465, leader)
    note_guide_time(world.session, today(), 105, by=guide.actor)
    world.session.commit()
    page = signed_in(leader).get("/guides").text
    assert ["Hanne Lykke" in page, "7,75" in page, "1,75" in page] == [True, True, True]
    page = signed_in(nurse).get("/guides").text
    assert ["Hanne Lykke" in page, "7,75" in page, "1,75" in page] == [False, False, False]
    client = signed_in(guide)
    assert "1,75 af 7,75 timer" in client.get("/queue").text
    assert client.get("/guides").status_code == 403
    answer = client.post("/queue/time", data={"day": today().isoformat(), "hours": "13"})
    assert (answer.status_code, "Skriv fra 0 til 12 timer." in answer.text) == (422, True)
    assert client.post("/queue/time", data={"day": today().isoformat(), "hours": "2,5"}).status_code == 302
    assert "2,5 af 7,75 timer" in client.get("/queue").text
