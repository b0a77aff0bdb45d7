"""What a board reads from the stored answers is what the rule says, on random worlds."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import and_

from competence.access.rules import Reach
from competence.catalogue.models import TaskPrerequisite
from competence.coverage.cells import face
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.decision.queries import EMPLOYMENTS, load
from competence.decision.rules import judge
from competence.delegation.models import Stop, UnitMask
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.people.models import Absence
from competence.signoffs.models import Exemption
from competence.signoffs.rules import Origin

ENTITLING = (CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY)


def filled(world, seed):
    """Tasks with every rule, people with evidence and exemptions, a stop, a stricter unit, a task that rests on another."""
    draw = random.Random(seed)
    tasks = [world.task(f"Opgave {number}", observed_times=3) for number in range(8)]
    for task in tasks:
        for group in world.groups:
            rule = draw.choice([*CellRule, *ENTITLING])
            said = {"minimum_level": draw.randint(1, 3)} if rule in ENTITLING else {}
            world.cell(task, group, rule, **said)
    guide = world.person("Hanne Lykke", "SPL")
    for number in range(9):
        checked = {} if draw.random() < 0.8 else {"authorisation_checked_on": None}
        ends = today() + timedelta(days=draw.randint(1, 50)) if draw.random() < 0.2 else None
        someone = world.person(f"Prøve {number}", draw.choice(list(world.groups)), until=ends, **checked)
        for task in draw.sample(tasks, 5):
            world.signed(
                someone, task, draw.randint(1, 3), by=guide, days_ago=draw.randint(0, 390), valid_days=draw.choice([30, 365, None]),
                accepted=draw.random() < 0.7, origin=draw.choice([Origin.SIGNED_HERE, Origin.TRANSFERRED]),
            )  # fmt: skip
        for task in draw.sample(tasks, 3):
            world.observed(someone, task, by=guide, days_ago=draw.randint(0, 60))
        if draw.random() < 0.3:
            first = today() - timedelta(days=draw.randint(0, 350))
            world.session.add(
                Absence(employment_id=someone.employment.id, valid_from=first, valid_to=None, recorded_at=now())
            )
        if draw.random() < 0.4:
            world.session.add(
                Exemption(
                    person_id=someone.person.id,
                    task_id=draw.choice(tasks).id,
                    valid_from=today(),
                    valid_to=None,
                    recorded_at=now(),
                )
            )
    world.session.add(TaskPrerequisite(task_id=tasks[0].id, needs_task_id=tasks[1].id, must_hold=True))
    world.session.add(
        UnitMask(unit_id=world.district.id, task_id=tasks[2].id, minimum_level=2, valid_from=today(), recorded_at=now())
    )
    world.session.add(
        Stop(
            task_id=tasks[3].id, unit_id=world.team.id, begins_at=now(), valid_to=today() + timedelta(days=9), reason="Prøve",
            stopped_by=guide.person.id, recorded_at=now(),
        )
    )  # fmt: skip
    return world.settle()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ahead", [0, 40])
def test_a_board_shows_what_the_rule_says_of_every_cell(world, seed, ahead):
    filled(world, seed)
    on = today() + timedelta(days=ahead)
    units = tree(world.session, on=on)
    found = board(world.session, units, units.get(world.team.id, Reach(("/",))), on=on, every_task=True)
    ids = [one.employment_id for one in found.people]
    facts = {one.id: one for one in load(world.session, and_(EMPLOYMENTS.c.id.in_(ids)))}
    for at, one in enumerate(found.people):
        for row, task in enumerate(found.tasks):
            right = judge(facts[one.employment_id], task.id, on=on)
            shown = found.answer(at, row)
            assert (shown.state, shown.level, shown.limits) == (right.state, right.level, right.limits), (
                one.name,
                task.name,
            )
            if right.waiting is None:
                assert face(shown, on, ends=one.valid_to) == face(right, on, ends=one.valid_to), (one.name, task.name)
