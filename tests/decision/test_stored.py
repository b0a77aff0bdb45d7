"""The stored answers say what the rule says, after any command, and can always be thrown away and rebuilt."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.decision.asking import ask
from competence.decision.commands import differences, recompute_all, refresh
from competence.decision.queries import EMPLOYMENTS, load, moment_of
from competence.decision.rules import State, judge
from competence.delegation.commands import delegate, lift_stop, stop_task
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement, EntitlementVector
from competence.entitlements.queries import holds, shape
from competence.entitlements.rules import holds_now
from competence.foundation import clock
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, scoped
from competence.people.models import Absence
from competence.signoffs.models import Exemption
from competence.signoffs.rules import Origin
from tests.delegation.giving import terms
from tests.factories import World

ENTITLING = [CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY]


def filled(world: World, seed: int) -> World:
    """Six tasks, eight people, and evidence, absences and exemptions drawn by the seed."""
    draw = random.Random(seed)
    tasks = [world.task(f"Opgave {n}") for n in range(6)]
    for task in tasks:
        for group in world.groups:
            rule = draw.choice(list(CellRule))
            if rule is not CellRule.MAY_CITIZEN:
                minimum = {"minimum_level": draw.randint(1, 3)} if rule in ENTITLING else {}
                world.cell(task, group, rule, **minimum)
    guide = world.person("Hanne Lykke", "SPL")
    for n in range(8):
        someone = world.person(f"Prøve {n}", draw.choice(list(world.groups)))
        for task in draw.sample(tasks, 3):
            world.signed(
                someone, task, draw.randint(1, 3), by=guide, days_ago=draw.randint(0, 390), valid_days=draw.choice([30, 365, None]),
                accepted=draw.random() < 0.7, origin=draw.choice([Origin.SIGNED_HERE, Origin.TRANSFERRED]),
            )  # fmt: skip
        if draw.random() < 0.4:
            world.observed(someone, draw.choice(tasks), by=guide, days_ago=draw.randint(0, 60))
        if draw.random() < 0.4:
            first = today() - timedelta(days=draw.randint(0, 350))
            world.session.add(
                Absence(employment_id=someone.employment.id, valid_from=first, valid_to=None, recorded_at=now())
            )
        if draw.random() < 0.4:
            first = today() - timedelta(days=draw.randint(0, 30))
            world.session.add(
                Exemption(
                    person_id=someone.person.id,
                    task_id=draw.choice(tasks).id,
                    valid_from=first,
                    valid_to=first + timedelta(days=45),
                    recorded_at=now(),
                )
            )
    world.session.flush()
    return world.settle()


@pytest.mark.parametrize("seed", range(12))
def test_rows_and_vectors_say_what_the_rule_says_on_random_worlds(world: World, seed: int) -> None:
    filled(world, seed)
    session, on = world.session, today()
    slots, ranks = shape(session)
    vectors = session.execute(scoped(session, EntitlementVector).order_by(EntitlementVector.employment_id)).all()
    by_vector = dict(
        zip(
            (v.employment_id for v in vectors),
            holds_now((v.ends for v in vectors), slots=slots, ranks=ranks, on=on),
            strict=True,
        )
    )
    tasks = {task.id: task.slot for task in session.scalars(select(Task))}
    for employment in load(session, EMPLOYMENTS.c.id > 0):
        for task, slot in tasks.items():
            answer = judge(employment, task, on=on).level
            assert holds(session, employment.id, task, on=on, version_id=world.version.id) == answer
            assert by_vector[employment.id][slot] == answer


def test_what_is_stored_can_be_thrown_away_and_rebuilt(world: World) -> None:
    filled(world, 3)
    session = world.session
    assert differences(session) == []
    session.execute(delete(Entitlement))
    session.execute(delete(EntitlementVector))
    assert differences(session) != []
    recompute_all(session)
    assert differences(session) == []


def test_a_stop_closes_the_stored_answer_too_and_lifting_it_opens(world: World) -> None:
    task = world.task()
    world.cell(task, "SPL", CellRule.CORE)
    nurse = world.person("Karen Winther", "SPL")
    boss = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    world.settle()
    session = world.session
    begin_writing(session)
    stop = stop_task(
        session, task.id, unit_id=world.root.id, staff_group_id=None, valid_to=today() + timedelta(days=3), reason="Nyt sug",
        by=boss.actor,
    )  # fmt: skip
    assert holds(session, nurse.employment.id, task.id, on=today(), version_id=world.version.id) == 0
    assert ask(session, nurse.employment.id, task.id, on=today()).state is State.STOPPED
    assert differences(session) == []
    lift_stop(session, stop.id, by=boss.actor)
    assert holds(session, nurse.employment.id, task.id, on=today(), version_id=world.version.id) == 2
    assert differences(session) == []


def test_losing_the_task_as_giver_ends_the_delegation_after_its_notice(world: World) -> None:
    task = world.task(reserved="yes")
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.DELEGATION_ONLY)
    world.groups["SPL"].has_reserved_scope = True
    nurse, helper = world.person("Karen Winther", "SPL"), world.person()
    world.signed(helper, task, 2, by=nurse)
    world.settle()
    session = world.session
    begin_writing(session)
    given = delegate(session, helper.employment.id, task.id, terms(), by=nurse.actor)
    assert ask(session, helper.employment.id, task.id, on=today()).level == 0
    given.accepted_on = today()
    session.flush()
    assert ask(session, helper.employment.id, task.id, on=today()).level == 2
    nurse.employment.valid_to = today() + timedelta(days=1)
    session.flush()
    answer = ask(session, helper.employment.id, task.id, on=today())
    assert (answer.level, answer.last_day) == (2, today() + timedelta(days=14))


def test_refresh_rewrites_only_what_is_past_its_date_and_changes_no_right(world: World) -> None:
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    helper = world.person()
    world.signed(helper, task, 2, days_ago=30, valid_days=40)
    world.settle()
    session = world.session
    session.commit()
    assert refresh(session) == 0
    with clock.set_to(now() + timedelta(days=20)):
        before = ask(session, helper.employment.id, task.id, on=today()).level
        assert refresh(session) == 1
        assert refresh(session) == 0
        assert ask(session, helper.employment.id, task.id, on=today()).level == before == 0
        assert differences(session) == []


def test_a_past_date_is_answered_as_the_system_knew_it_then(world: World) -> None:
    task = world.task()
    world.version.approved_at = now() - timedelta(days=310)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    helper = world.person()
    world.signed(helper, task, 2, days_ago=30)
    world.settle()
    day = today() - timedelta(days=10)
    session = world.session
    assert ask(session, helper.employment.id, task.id, on=day).level == 2
    assert ask(session, helper.employment.id, task.id, on=day, known_at=moment_of(day - timedelta(days=25))).level == 0
