"""What a delegation was given on stands in the answer itself: in the verdict, the reasons, and on every page that shows it."""

import pytest

from competence.access.rules import Role
from competence.app import wire
from competence.coverage.cells import face, verdict_of
from competence.decision.asking import ask
from competence.decision.rules import Verdict
from competence.delegation.agreements import DelegationKind, Scope
from competence.foundation.clock import today
from tests.delegation.giving import DAY, delegable, given
from tests.factories import Someone, World

wire()


@pytest.fixture
def karen(world: World) -> Someone:
    return world.person("Karen Winther", "SPL")


@pytest.fixture
def amira(world: World, karen: Someone) -> Someone:
    return world.person("Amira Haddad")


def answer(world: World, someone: Someone, task, *, on=None, **named):
    return ask(world.session, someone.employment.id, task.id, on=on or today(), **named)


def reasons(found) -> list[str]:
    return [str(reason.text) for reason in found.reasons if reason.step == "delegation"]


def test_conditions_make_the_verdict_may_when_and_stand_in_it(world, karen, amira):
    pump = delegable(world)
    world.signed(amira, pump, by=karen)
    world.settle()
    given(world, amira, pump, karen, conditions="Kun i stabile forløb.", supervise_on=today() + 20 * DAY)
    found = answer(world, amira, pump)
    assert (found.verdict, found.conditions) == (Verdict.MAY_WHEN, ("Kun i stabile forløb",))
    said = str(verdict_of(face(found, today())))
    assert said == "May do it when the agreement's conditions are kept: Kun i stabile forløb."
    assert "On the agreement's conditions: Kun i stabile forløb." in reasons(found)
    assert f"Supervision by {today() + 20 * DAY}." in reasons(found)
    assert f"The supervision was due by {today() + 20 * DAY}." in reasons(
        answer(world, amira, pump, on=today() + 21 * DAY)
    )


def test_a_group_is_told_in_words_and_without_conditions_the_verdict_is_may(world, karen, amira):
    pump, bo = delegable(world), world.person("Bo Bach")
    for one in (amira, bo):
        world.signed(one, pump, by=karen)
    world.settle()
    given(world, amira, pump, karen, scope=Scope.GROUP, group="Borgere på Havnevej")
    given(world, bo, pump, karen)
    assert answer(world, amira, pump).conditions == ("Borgere på Havnevej",)
    assert (answer(world, bo, pump).conditions, answer(world, bo, pump).verdict) == (None, Verdict.MAY)


def test_of_two_delegations_the_one_without_conditions_decides(world, karen, amira):
    pump = delegable(world)
    world.signed(amira, pump, by=karen)
    world.settle()
    given(world, amira, pump, karen, conditions="Kun i stabile forløb")
    given(world, amira, pump, karen, valid_to=today() + 9 * DAY)
    assert answer(world, amira, pump).verdict is Verdict.MAY


def test_one_for_a_certain_citizen_says_so_where_nobody_is_named(world, karen, amira):
    pump = delegable(world)
    world.signed(amira, pump, by=karen)
    world.settle()
    given(world, amira, pump, karen, scope=Scope.CITIZEN, citizen="B-17")
    found = answer(world, amira, pump)
    assert (found.level, found.named_level) == (0, 2)
    assert str(verdict_of(face(found, today()))) == "May do it for one certain citizen."


def test_a_task_that_is_not_reserved_is_transferred_in_words_too(world, karen, amira):
    pump = delegable(world, reserved="no")
    world.signed(amira, pump, by=karen)
    world.settle()
    given(world, amira, pump, karen, kind=DelegationKind.TRANSFER, valid_to=today() + 30 * DAY)
    assert f"Transferred to the person through {today() + 29 * DAY}." in reasons(answer(world, amira, pump))


def test_the_pages_say_the_conditions(world, karen, amira, signed_in):
    pump = delegable(world)
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    world.signed(amira, pump, by=karen)
    world.settle()
    given(world, amira, pump, karen, conditions="Kun i stabile forløb")
    words = "aftalens betingelser er opfyldt: Kun i stabile forløb"
    finder = f"/who-may?q={pump.name}&unit={world.team.id}&shift=D"
    pages = (
        (amira, ("/me/may", f"/me/may/{amira.employment.id}/{pump.id}")),
        (leader, (finder, f"/people/{amira.person.id}")),
    )
    for who, some in pages:
        client = signed_in(who)
        for page in some:
            assert words in client.get(page).text, page
