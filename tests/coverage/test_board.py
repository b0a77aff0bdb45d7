"""A unit's board, from the tables."""

from datetime import timedelta

from sqlalchemy import update

from competence.access.rules import Reach, Role
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import Count, DayKind, Shift, Standing, Status
from competence.decision.rules import State
from competence.delegation.rules import CellRule
from competence.entitlements.models import EntitlementVector
from competence.foundation.clock import now, today
from competence.people.models import Absence


def shown(world, unit=None, *, on=None, **said):
    world.settle()
    units = tree(world.session, on=on or today())
    node = units.get((unit or world.team).id, Reach(("/",)))
    return board(world.session, units, node, on=on or today(), **said)


def state_of(found, someone, task):
    person = next(at for at, one in enumerate(found.people) if one.employment_id == someone.employment.id)
    row = next(at for at, one in enumerate(found.tasks) if one.id == task.id)
    return found.answer(person, row)


def test_a_signature_counts_for_the_shift_of_its_holder(world):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    camilla, guide = world.person(), world.person("Hanne Lykke", "SSA", shifts="DA")
    world.role(guide, Role.GUIDE)
    world.signed(camilla, insulin, by=guide)
    world.requirement(insulin, Shift.DAY, 2)
    found = shown(world)
    assert found.counts[insulin.id, Shift.DAY] == (Count(1, 2),)
    assert found.counts[insulin.id, Shift.EVENING] == (Count(0, None),)
    assert state_of(found, camilla, insulin).state is State.VALID
    assert state_of(found, guide, insulin).state is State.UNDECIDED
    assert [one.is_guide for one in found.people] == [True, False]


def test_the_answer_from_the_group_is_the_rules_own(world):
    insulin = world.task()
    world.cell(
        insulin,
        "SPL",
        CellRule.CORE,
        education_level=3,
        limits=[{"code": "L1", "text": "Stabilt", "when": "det er stabilt"}],
    )
    checked = world.person("Karen Winther", "SPL")
    unchecked = world.person("Louise Bak", "SPL", authorisation_checked_on=None)
    found = shown(world)
    assert (state_of(found, checked, insulin).level, state_of(found, checked, insulin).limits[0][1]) == (
        3,
        "det er stabilt",
    )
    assert state_of(found, unchecked, insulin).state is State.MISSING


def test_who_is_away_is_shown_but_not_counted(world):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    away = world.person("Birgit Holm", "SPL")
    world.session.add(Absence(employment_id=away.employment.id, valid_from=today(), valid_to=None, recorded_at=now()))
    world.requirement(insulin, Shift.DAY, 1)
    found = shown(world)
    assert found.people[0].worker.absent
    assert found.counts[insulin.id, Shift.DAY] == (Count(0, 1),)


def test_floaters_of_the_district_stand_apart_in_every_team(world):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    world.person("Flemming Flyver", "SPL", unit=world.district, shifts="", is_floater=True)
    other = world.unit("Team Lunden", under=world.district)
    world.requirement(insulin, Shift.DAY, 1)
    for unit in (world.team, other):
        found = shown(world, unit)
        assert [one.worker.standing for one in found.people] == [Standing.FLOATER]
        assert found.counts[insulin.id, Shift.DAY][0].floaters == 1


def test_people_stand_from_day_to_night_and_by_their_number_within_a_staff_group(world):
    for name, group, shifts in (
        ("Søren", "SSA", "N"), ("Maja", "SSA", "AN"), ("Thomas", "SSA", "D"), ("Birgit", "SSA", ""), ("Fatima", "SSA", "DA"),
        ("Karen", "SPL", "N"),
    ):  # fmt: skip
        world.person(name, group, shifts=shifts)
    floater = world.person("Yasmin", "SPL", shifts="", unit=world.district, is_floater=True)
    found = shown(world)
    assert [one.name for one in found.people] == ["Karen", "Thomas", "Birgit", "Fatima", "Maja", "Søren", floater.name]


def test_a_district_keeps_its_teams_apart(world):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    other = world.unit("Team Lunden", under=world.district)
    for name in ("Karen Winther", "Louise Bak"):
        world.person(name, "SPL", unit=other)
    world.requirement(insulin, Shift.DAY, 1, unit=world.root, unit_kind="team")
    found = shown(world, world.district)
    assert [place.name for place in found.workplaces] == ["Team Havnen", "Team Lunden"]
    assert found.counts[insulin.id, Shift.DAY] == (Count(0, 1), Count(2, 1))


def test_the_weekend_may_need_fewer(world):
    insulin = world.task()
    world.requirement(insulin, Shift.DAY, 3)
    world.requirement(insulin, Shift.DAY, 1, day_kind=DayKind.WEEKEND)
    assert shown(world, days=DayKind.WEEKDAY).counts[insulin.id, Shift.DAY][0].need == 3
    assert shown(world, days=DayKind.WEEKEND).counts[insulin.id, Shift.DAY][0].need == 1


def test_a_past_day_shows_what_was_said_then_and_what_is_known_now(world):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.version.approved_at = now() - timedelta(days=300)
    camilla = world.person()
    world.signed(camilla, insulin, days_ago=30)
    then = shown(world, on=today() - timedelta(days=40))
    assert state_of(then, camilla, insulin).state is State.NOT_BEGUN
    after = shown(world, on=today() - timedelta(days=20))
    assert state_of(after, camilla, insulin).state is State.VALID
    assert not after.later


def test_before_a_version_is_approved_nothing_is_decided(world):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    world.version.approved_at = None
    karen = world.person("Karen Winther", "SPL")
    found = shown(world)
    assert found.version is None
    assert state_of(found, karen, insulin).state is State.UNDECIDED


def test_a_task_for_one_citizen_is_never_in_the_count(world):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_CITIZEN)
    camilla = world.person()
    world.signed(camilla, insulin)
    world.requirement(insulin, Shift.DAY, 1)
    assert shown(world).counts[insulin.id, Shift.DAY] == (Count(0, 1),)


def test_the_list_of_units_says_the_same_as_each_units_board(world):
    insulin, wound = world.task(), world.task("Komplicerede sår")
    world.cell(insulin, "SPL", CellRule.CORE, limits=[{"code": "L1", "text": "Stabilt", "when": "det er stabilt"}])
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.cell(wound, "SSH", CellRule.MAY_CITIZEN)
    other = world.unit("Team Lunden", under=world.district)
    for unit in (world.team, other):
        world.person("Karen Winther", "SPL", unit=unit)
        for number, shifts in enumerate(("D", "DA", "N")):
            helper = world.person(f"Hjælper {number}", unit=unit, shifts=shifts)
            world.signed(helper, insulin, level=number % 2 + 1)
            world.signed(helper, wound)
    world.person("Vikar", "SPL", is_external=True)
    away = world.person("Birgit Holm", "SPL", unit=other)
    world.session.add(Absence(employment_id=away.employment.id, valid_from=today(), valid_to=None, recorded_at=now()))
    world.requirement(insulin, Shift.DAY, 2, unit=world.root)
    world.requirement(insulin, Shift.NIGHT, 1, unit=world.root, level=2)
    world.requirement(insulin, Shift.EVENING, 1, unit=world.root, also_unstable=True)
    world.requirement(wound, Shift.DAY, 1, unit=world.root)
    world.settle()
    units = tree(world.session, on=today())
    nodes = [units.by_id[world.team.id], units.by_id[other.id]]
    for spoilt in (False, True):
        if spoilt:
            world.session.execute(update(EntitlementVector).values(next_change=today()))
        for counts in unit_counts(world.session, units, nodes):
            found = board(world.session, units, counts.node, on=today())
            one = {key: count[0] for key, count in found.counts.items()}
            assert counts.have == {key: one[key].have for key in counts.needs}
            assert counts.gaps == sum(count.status is Status.GAP for count in one.values())
            assert counts.vulnerable == sum(count.status is Status.VULNERABLE for count in one.values())
            assert counts.people == 4 + (counts.node is nodes[1])
