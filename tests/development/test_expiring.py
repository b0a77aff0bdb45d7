"""Expires soon: the task's own window where it has one, else the municipality's, and the same on every page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from competence.access.rules import Permission, Role
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.delegation.rules import CellRule
from competence.development import queries
from competence.development.queries.queue import queue
from competence.foundation.clock import midnight, today
from competence.signoffs.models import SignOffRequest
from tests.factories import Someone, World

SignIn = Callable[[object], FlaskClient]


@pytest.fixture
def amira(world: World) -> Someone:
    """Signed for three tasks that lapse in 30, 30 and 150 days; the last two have windows of 10 and 200 days."""
    amira = world.person("Amira Haddad", "SSH")
    for name, left, window in (("Sondemad", 30, None), ("Insulin", 30, 10), ("Kateter", 150, 200)):
        task = world.task(name, expiring_days=window)
        world.cell(task, "SPL", CellRule.CORE)
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
        world.signed(amira, task, days_ago=100, valid_days=100 + left)
    world.settle()
    world.session.commit()
    return amira


def test_the_queue_and_her_own_page_ask_the_task_first(world: World, amira: Someone) -> None:
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    world.settle()
    found = queue(world.session, guide.actor, guide.actor.reach(Permission.SIGNOFF_SIGN))
    assert [item.task for item in found.renewals] == ["Sondemad", "Kateter"]
    own = queries.mine(world.session, amira.person.id)
    assert sorted(line.task.name for line in own.in_pile("soon")) == ["Kateter", "Sondemad"]


def test_a_request_sent_after_midnight_has_the_day_of_the_danish_clock(world: World, amira: Someone) -> None:
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    sent = midnight(today()) + timedelta(minutes=30)
    task = world.task("Sugning")
    world.session.add(
        SignOffRequest(
            employment_id=amira.employment.id, task_id=task.id,
            asked_by=amira.person.id, asked_at=sent,
        )
    )  # fmt: skip
    world.settle()
    found = queue(world.session, guide.actor, guide.actor.reach(Permission.SIGNOFF_SIGN))
    assert [(item.task, item.day) for item in found.requests] == [("Sugning", today())]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_board_shows_the_tab_by_the_tasks_own_window(world: World, amira: Someone, signed_in: SignIn) -> None:
    leader = world.role(world.person("Lars Bisgaard"), Role.LEADER)
    world.settle()
    world.session.commit()
    units = tree(world.session, on=today())
    found = board(world.session, units, units.by_id[world.team.id], on=today())
    soon = {task.name: found.soon(task.id) for task in found.tasks}
    assert soon == {"Sondemad": 60, "Insulin": 10, "Kateter": 200}
    page = signed_in(leader).get(f"/coverage/{world.team.id}?expiring=1").text
    body = page.partition("<tbody>")[2]
    assert "Sondemad" in body
    assert "Kateter" in body
    assert ">Insulin<" not in body
