"""What a board reads from the stored answers is what the rule says, on random worlds."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import and_, select

from competence.access.rules import Reach
from competence.catalogue.models import Task, TaskPrerequisite
from competence.coverage.cells import face
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import Shift
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


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ahead", [-20, 0, 40])
def test_figures_from_the_stored_answers_are_those_of_the_board_and_a_districts_are_its_teams(world, seed, ahead):
    filled(world, seed)
    draw = random.Random(seed)
    other = world.unit("Team Lunden", under=world.district)
    tasks = list(world.session.scalars(select(Task).order_by(Task.id)))
    for number in range(5):
        standing = draw.choice([{}, {}, {"is_external": True}, {"is_floater": True}])
        someone = world.person(
            f"Anden {number}",
            draw.choice(list(world.groups)),
            unit=other,
            shifts=draw.choice(["D", "DA", "N"]),
            **standing,
        )
        for task in draw.sample(tasks, 4):
            world.signed(someone, task, draw.randint(1, 3), days_ago=draw.randint(0, 300))
    for task in tasks:
        for shift in Shift:
            where = draw.choice([world.root, world.district, world.team, other])
            world.requirement(
                task, shift, draw.randint(0, 4), unit=where, level=draw.randint(1, 3), also_unstable=draw.random() < 0.3
            )
    world.settle()
    on = today() + timedelta(days=ahead)
    units = tree(world.session, on=today())
    nodes = [units.by_id[unit.id] for unit in (world.team, other)]
    counted = {one.node.id: one for one in unit_counts(world.session, units, nodes, on=on)}
    for node in nodes:
        found = board(world.session, units, node, on=on, every_task=True)
        have = {key: some[0].have for key, some in found.counts.items()}
        assert counted[node.id].have == {key: have[key] for key in counted[node.id].needs}
    district = board(world.session, units, units.by_id[world.district.id], on=on, every_task=True)
    places = [place.id for place in district.workplaces]
    for node in nodes:
        at = places.index(node.id)
        assert counted[node.id].have == {key: district.counts[key][at].have for key in counted[node.id].needs}
    whole = sum(sum(some.values()) for some in (one.have for one in counted.values()))
    asked = [(key, place) for key in district.counts for place in counted if key in counted[place].needs]
    assert whole == sum(district.counts[key][places.index(place)].have for key, place in asked)


def test_a_higher_level_and_an_own_right_cover_a_lower_need(world):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE, education_level=3)
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    expert, nurse = world.person("Ea Ekspert"), world.person("Nina Spl", "SPL", shifts="A")
    world.signed(expert, insulin, 3)
    for shift in (Shift.DAY, Shift.EVENING):
        world.requirement(insulin, shift, 1, level=2)
    world.settle()
    units = tree(world.session, on=today())
    found = board(world.session, units, units.by_id[world.team.id], on=today())
    assert [found.counts[insulin.id, shift][0].have for shift in (Shift.DAY, Shift.EVENING)] == [1, 1]
    assert nurse.name in {one.name for one in found.people}
