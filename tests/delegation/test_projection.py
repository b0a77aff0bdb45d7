"""What is stored of delegations follows from the evidence, and is written anew from it."""

import pytest
from sqlalchemy import delete, update

from competence.access.rules import Role
from competence.app import wire
from competence.decision.taking_over import take_over
from competence.delegation import commands
from competence.delegation.agreements import Scope
from competence.delegation.models import Delegation
from competence.delegation.projection import ROWS, differences, rebuild
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from tests.delegation.giving import DAY, delegable, given
from tests.factories import Someone, World

wire()


@pytest.fixture
def karen(world: World) -> Someone:
    return world.person("Karen Winther", "SPL")


@pytest.fixture
def lived(world: World, karen: Someone) -> list[Delegation]:
    """One of each kind of life: waiting, declined, ended, supervised, taken over and given onward, for a citizen."""
    pump = delegable(world)
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)
    people = [world.person(name) for name in ("Amira", "Bo", "Carla", "Dan", "Eva", "Finn")]
    for one in people:
        world.signed(one, pump, by=nurse)
    world.settle()
    rows = [
        given(world, people[0], pump, karen, yes=False, conditions="Kun stabile forløb"),
        given(world, people[1], pump, karen, yes=False, scope=Scope.GROUP, group="Borgere på Havnevej"),
        given(world, people[2], pump, karen, valid_to=today() + 90 * DAY),
        given(world, people[3], pump, karen, supervise_on=today() + 20 * DAY, supervise_months=6),
        given(world, people[4], pump, karen, onward=True),
        given(world, people[5], pump, nurse, scope=Scope.CITIZEN, citizen="B-17", instructor="Læge Lise"),
    ]
    commands.decline_delegation(world.session, rows[1].id, reason="Jeg er ikke klar", by=people[1].actor)
    commands.end_delegation(world.session, rows[2].id, reason="Borgeren er flyttet", by=karen.actor)
    commands.supervise(world.session, rows[3].id, done_on=today(), by=karen.actor)
    karen.employment.valid_to = today() + 9 * DAY
    world.settle()
    take_over(world.session, rows[4].id, by=nurse.actor)
    return rows


def stored(world: World) -> list[tuple[object, ...]]:
    return [tuple(row) for row in world.session.execute(scoped(world.session, ROWS).order_by(ROWS.c.event_id))]


def test_every_command_leaves_the_row_as_its_events_say(world, lived):
    assert differences(world.session) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"accepted_on": today() - DAY}, {"declined_on": None, "valid_to": None}, {"valid_to": today() + 900 * DAY},
        {"supervise_on": None}, {"onward": True}, {"kind": "transfer"}, {"has_conditions": False},
        {"instructed_on": today() - 3 * DAY}, {"supervision": "records"},
    ],
)  # fmt: skip
def test_a_changed_row_is_found_and_written_anew(world, lived, changed):
    right = stored(world)
    world.session.execute(
        update(ROWS)
        .where(ROWS.c.municipality_id == world.municipality.id, ROWS.c.rests_on_id.is_(None))
        .values(changed)
    )
    assert differences(world.session)
    rebuild(world.session)
    assert stored(world) == right
    assert differences(world.session) == []


def test_a_row_that_is_gone_is_found_and_written_anew(world, lived):
    gone = lived[5]
    event, person, task = gone.event_id, gone.person_id, gone.task_id
    world.session.execute(delete(ROWS).where(ROWS.c.municipality_id == world.municipality.id, ROWS.c.event_id == event))
    assert differences(world.session) == [(person, task)]
    rebuild(world.session)
    again = world.session.query(Delegation).filter(Delegation.event_id == event).one()
    assert (again.scope, again.citizen_id is None, again.accepted_on) == ("citizen", False, today())
    assert differences(world.session) == []
