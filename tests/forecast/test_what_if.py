"""A scenario shows what would follow if it came true, and changes nothing."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.catalogue.models import Task
from competence.coverage.rules import Shift
from competence.decision.commands import recompute_all
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.forecast.queries.ground import team_of
from competence.forecast.queries.whatif import compare
from competence.forecast.rules import GAP, count_ahead
from competence.forecast.scenarios import Away, Drafted, Hired, Trained, code, read_step, read_steps
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from tests.coverage.test_stored import ENTITLING
from tests.forecast.worlds import absent, coming, in_days, place


def what_if(world, *steps):
    return compare(world.session, team_of(world.session, place(world)[1]), steps)


def figures(ahead):
    """By (task, shift, kind of day) the have of each day."""
    found = {}
    for row, spot in enumerate(ahead.spots):
        days = [in_days(ahead_) for ahead_ in range(0, 365, 7)]
        have = [int(ahead.have[row, ahead.stretch_of(day)]) for day in days]
        found[ahead.ground.tasks[spot.task], spot.shift, spot.days] = have
    return found


def employed(world, seed, number=3):
    """Some of the team who count in its coverage, by employment."""
    people = team_of(world.session, place(world)[1]).people
    return random.Random(seed).sample(people, number)


@pytest.mark.parametrize("seed", range(6))
def test_whoever_is_taken_away_is_missed_as_if_she_were(world, seed):
    coming(world, seed)
    some = employed(world, seed)
    found = what_if(world, *(Away(one.employment_id, in_days(9), in_days(200)) for one in some))
    for one in some:
        someone = type("Someone", (), {"employment": type("Employment", (), {"id": one.employment_id})})
        absent(world, someone, 9, 199)
    world.session.flush()
    # An absence of so many days pauses rights too, which a scenario's leaves out: the stored answers stay as they are.
    assert figures(found.after) == figures(count_ahead(team_of(world.session, place(world)[1]).ground))


@pytest.mark.parametrize("seed", range(6))
def test_a_draft_does_what_its_approval_does(world, seed):
    coming(world, seed)
    draw = random.Random(seed)
    draft = MatrixVersion(number=3, recorded_at=now())
    world.session.add(draft)
    world.session.flush()
    for task in world.session.scalars(select(Task)):
        for group in ("SPL", "SSA", "SSH", "UFA"):
            rule = draw.choice([*CellRule, *ENTITLING])
            said = {"minimum_level": draw.randint(1, 2)} if rule in ENTITLING else {}
            said |= {"education_level": 2} if rule is CellRule.CORE else {}
            world.session.add(
                Cell(version_id=draft.id, task_id=task.id, staff_group_id=world.groups[group].id, rule=rule, **said)
            )
    world.session.flush()
    day = in_days(draw.randint(301, 330))
    found = what_if(world, Drafted(3, day))
    before = world.session.scalar(select(MatrixVersion).where(MatrixVersion.number == 2))
    before.valid_to, draft.valid_from, draft.approved_at = day, day, now()
    world.session.flush()
    recompute_all(world.session)
    assert figures(found.after) == figures(count_ahead(team_of(world.session, place(world)[1]).ground))
    assert found.found


@pytest.mark.parametrize("seed", range(6))
def test_more_people_and_more_training_never_open_a_gap(world, seed):
    coming(world, seed)
    tasks = [task.id for task in world.session.scalars(select(Task))]
    steps = [Trained(one.employment_id, task, 3, today()) for one in employed(world, seed) for task in tasks]
    steps += [Hired(world.groups[group].id, "DAN", in_days(20), 2, tuple(tasks)) for group in ("SPL", "SSH")]
    found = what_if(world, *steps)
    assert (found.after.have >= found.before.have).all()
    assert not [one for one in found.found if one.opens]
    assert ((found.after.status == GAP) <= (found.before.status == GAP)).all()


def test_somebody_trained_counts_from_her_first_day_until_the_signature_lapses(team):
    world = team.world
    found = what_if(world, Trained(team.maja.employment.id, team.rinse.id, 2, in_days(30)))
    (one,) = found.found
    assert (found.team.tasks[one.task].id, one.shift) == (team.rinse.id, Shift.NIGHT)
    assert one.closes
    assert (one.first, one.before, one.after) == (in_days(30), (0, 1), (1, 1))


def test_whoever_the_division_of_tasks_does_not_let_be_trained_makes_no_difference_and_it_is_said(team):
    world = team.world
    world.cell(team.rinse, "UFA", CellRule.NOT_ALLOWED)
    ulla = world.person("Ulla Ung", "UFA", shifts="N")
    world.settle()
    step = Trained(ulla.employment.id, team.rinse.id, 2, today())
    found = what_if(world, step)
    assert not found.found
    assert found.notes[step].msgid == "Not this staff group's task."


def test_a_new_nurse_brings_what_her_education_gives(team):
    step = Hired(team.world.groups["SPL"].id, "N", in_days(14), 1)
    (one,) = what_if(team.world, step).found
    assert (one.closes, one.first, one.after) == (True, in_days(14), (1, 1))


def test_nobody_of_another_unit_can_be_named_but_whoever_has_left_is_said_to_have(team):
    world = team.world
    other = world.unit("Team Lunden", under=world.district)
    outside = world.person("Olga Udenfor", unit=other)
    left = world.person("Lise Rejst", until=today() - timedelta(days=3))
    world.settle()
    step = Away(left.employment.id, today(), None)
    found = what_if(world, step)
    assert found.notes[step].msgid.startswith("No longer works in the unit")
    for strange in (outside.employment.id, 9999):
        with pytest.raises(NotFound):
            what_if(world, Away(strange, today(), None))
    with pytest.raises(NotFound):
        what_if(world, Trained(team.maja.employment.id, 9999, 1, today()))
    with pytest.raises(NotFound):
        what_if(world, Hired(9999, "D", today(), 1))
    with pytest.raises(NotFound):
        what_if(world, Drafted(9999, in_days(1)))


def test_a_step_is_read_as_it_was_written_and_nonsense_is_none():
    steps = (
        Away(12, in_days(0), in_days(9)), Away(12, in_days(0), None), Trained(3, 4, 2, in_days(1)),
        Hired(2, "DN", in_days(3), 2, (5, 6)), Hired(2, "A", in_days(3), 1), Drafted(7, in_days(2)),
    )  # fmt: skip
    assert read_steps(code(step) for step in steps) == steps
    first = in_days(0).isoformat()
    for text in (
        "", "away", "away~x~2026-01-01~", f"away~1~{first}~2000-01-01", "trained~1~2~x~2026-01-01", f"hired~1~X~{first}~1~",
        f"hired~1~D~{first}~0~", "draft~-1~2026-01-01", f"away~99999999999~{first}~", "draft~1~31-12-2026", f"away~²~{first}~",
    ):  # fmt: skip
        assert read_step(text) is None, text
