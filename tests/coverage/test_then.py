"""Single tasks on past days in many units at once: the same as each unit judged by itself."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.coverage.queries.places import tree
from competence.coverage.queries.then import Asking, stood
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.people.models import Absence
from tests.statements import counted

AGO = (0, 10, 40, 200)


@pytest.fixture
def three(world):
    """Three teams that need two tasks; people who learned them, left, moved in, and were away."""
    world.version.approved_at = now() - timedelta(days=100)
    tasks = world.task("Insulin med pen"), world.task("Sårpleje")
    for task, helper in zip(tasks, (CellRule.MAY_GENERAL, CellRule.CORE), strict=True):
        world.cell(task, "SPL", CellRule.CORE)
        world.cell(task, "SSH", helper)
    teams = [world.team, world.unit("Team Lunden", under=world.district), world.unit("Team Åen", under=world.district)]
    for at, team in enumerate(teams):
        world.requirement(tasks[0], Shift.DAY, 1 + at % 2, unit=team)
        world.requirement(tasks[1], Shift.EVENING, 1, unit=team, level=2)
        signer = world.role(world.person(f"Signe {at}", "SPL", unit=team, shifts="DA"), Role.GUIDE, over=team)
        helpers = [world.person(f"Helle {at} {one}", unit=team, shifts="DA") for one in range(3)]
        world.signed(helpers[0], tasks[0], 2, by=signer, days_ago=20 + 15 * at)
        world.signed(helpers[1], tasks[1], 2, by=signer, days_ago=90, valid_days=60)
        world.signed(helpers[2], tasks[0], 1, by=signer, days_ago=5, accepted=at != 1)
        world.person(f"Lis Rejst {at}", "SPL", unit=team, until=today() - timedelta(days=15))
        world.person(f"Ny Kommet {at}", "SPL", unit=team, shifts="A", since=today() - timedelta(days=25))
        world.person(f"Flyver {at}", "SPL", unit=team, shifts="DA", is_floater=True)
        world.session.add(
            Absence(
                employment_id=signer.employment.id, valid_from=today() - timedelta(days=12), recorded_at=now() - timedelta(days=30)
            )
        )  # fmt: skip
    world.settle().session.flush()
    return world, tasks, teams


def test_it_is_what_each_unit_says_by_itself(three):
    world, tasks, teams = three
    units = tree(world.session, on=today())
    nodes = tuple(units.by_id[team.id] for team in teams)
    days = [today() - timedelta(days=ago) for ago in AGO]
    asked = [Asking(task.id, on, nodes) for task in tasks for on in days]
    found = stood(world.session, asked)
    singly = [
        sum(one.gaps for one in unit_counts(world.session, units, nodes, task_id=ask.task_id, on=ask.on))
        for ask in asked
    ]
    assert [one.gaps for one in found] == singly
    assert len(set(singly)) > 2


def test_more_days_and_units_are_read_at_once(three):
    world, tasks, teams = three
    units = tree(world.session, on=today())
    nodes = tuple(units.by_id[team.id] for team in teams)
    day = today() - timedelta(days=10)
    with counted() as warm:
        stood(world.session, [Asking(tasks[0].id, today() - timedelta(days=ago), nodes) for ago in AGO])
    with counted() as one:
        stood(world.session, [Asking(tasks[0].id, day, nodes[:1])])
    with counted() as many:
        stood(world.session, [Asking(tasks[0].id, today() - timedelta(days=ago), nodes) for ago in AGO])
    assert warm
    assert len(many) <= len(one) + len(AGO) - 1
