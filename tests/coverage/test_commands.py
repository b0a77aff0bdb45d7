"""Requirements are set, ended and imported."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.coverage.commands import NewRequirement, end_requirement, import_requirements, set_requirement
from competence.coverage.models import Requirement
from competence.coverage.rules import DayKind, Shift
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken


@pytest.fixture
def leader(world):
    return world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER).actor


def open_ones(world):
    rows = world.session.scalars(select(Requirement).where(Requirement.valid_to.is_(None)).order_by(Requirement.id))
    return [(one.unit_id, one.task_id, one.shift, one.need) for one in rows]


def test_a_new_requirement_replaces_the_one_before_it(world, leader):
    new = NewRequirement(world.task().id, Shift.DAY, 2, world.team.id)
    first = set_requirement(world.session, new, by=leader).requirement
    assert set_requirement(world.session, new, by=leader).requirement.id == first.id
    second = set_requirement(world.session, replace(new, need=3), by=leader).requirement
    assert first.valid_to == second.valid_from
    assert open_ones(world) == [(world.team.id, new.task_id, Shift.DAY, 3)]
    assert len(world.session.scalars(select(AuditEntry).where(AuditEntry.action == "set_requirement")).all()) == 2


def test_the_weekend_has_a_requirement_of_its_own(world, leader):
    new = NewRequirement(world.task().id, Shift.DAY, 2, world.team.id)
    set_requirement(world.session, new, by=leader)
    set_requirement(world.session, replace(new, need=1, day_kind=DayKind.WEEKEND), by=leader)
    assert len(open_ones(world)) == 2


def test_an_ended_requirement_cannot_be_ended_again(world, leader):
    new = NewRequirement(world.task().id, Shift.DAY, 2, world.team.id)
    one = set_requirement(world.session, new, by=leader).requirement
    end_requirement(world.session, one.id, by=leader)
    assert open_ones(world) == []
    with pytest.raises(NotFound):
        end_requirement(world.session, one.id, by=leader)


def test_a_leader_sets_no_requirement_for_another_unit(world, leader):
    with pytest.raises(NotAllowed):
        set_requirement(world.session, NewRequirement(world.task().id, Shift.DAY, 2, world.district.id), by=leader)


def test_what_cannot_be_is_refused_with_a_sentence(world, leader):
    task = world.task().id
    for wrong in (
        NewRequirement(999, Shift.DAY, 1),
        NewRequirement(task, Shift.DAY, -1),
        NewRequirement(task, Shift.DAY, 1, level=9),
    ):
        with pytest.raises(RuleBroken):
            set_requirement(world.session, replace(wrong, unit_id=world.team.id), by=leader)


def test_an_import_is_the_same_as_setting_each(world, leader):
    tasks = [world.task(f"Opgave {number}").id for number in range(3)]
    rows = [NewRequirement(task, shift, at + 1, world.team.id) for at, task in enumerate(tasks) for shift in Shift]
    set_requirement(world.session, rows[0], by=leader)
    set_requirement(world.session, replace(rows[1], need=9), by=leader)
    done = import_requirements(world.session, rows, by=leader)
    assert (done.added, done.changed, done.unchanged) == (7, 1, 1)
    imported = sorted(open_ones(world))
    for row in rows:
        set_requirement(world.session, row, by=leader)
    assert sorted(open_ones(world)) == imported
    assert sorted(one[1:] for one in imported) == sorted((row.task_id, row.shift, row.need) for row in rows)


def test_the_command_line_may_import_for_the_whole_municipality(world):
    done = import_requirements(
        world.session, [NewRequirement(world.task().id, Shift.NIGHT, 1, unit_kind="team")], by=None
    )
    assert done.added == 1
    assert world.session.scalars(select(Requirement.unit_id)).one() == world.root.id


def test_an_import_for_a_unit_out_of_reach_is_refused_whole(world, leader):
    task = world.task().id
    rows = [NewRequirement(task, Shift.DAY, 1, world.team.id), NewRequirement(task, Shift.DAY, 1, world.district.id)]
    with pytest.raises(NotAllowed):
        import_requirements(world.session, rows, by=leader)
    assert open_ones(world) == []
