"""People as dated facts: added, changed, ended; externals and absences."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.delegation.rules import CellRule
from competence.entitlements.queries import holds
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.people import commands
from competence.people.commands import EmploymentChange, Identity, NewEmployment, NewExternal
from competence.people.models import Absence, Employment, PersonIdentity
from tests.factories import World

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _wired():
    """Commands recompute answers here too."""
    from competence.app import wire

    wire()


@pytest.fixture
def administrator(world: World):
    return world.role(world.person("Astrid Holt", "SPL"), Role.ADMINISTRATOR, over=world.root).actor


@pytest.fixture
def leader(world: World):
    return world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team).actor


def new(world: World, group: str = "SSH", **columns) -> NewEmployment:
    return NewEmployment(world.team.id, world.groups[group].id, **({"valid_from": today()} | columns))


def temp(world: World, group: str = "SSH", **columns) -> NewExternal:
    said: dict[str, Any] = {
        "name": "Vera Vikar", "staff_group_id": world.groups[group].id, "unit_id": world.team.id, "valid_from": today(),
        "valid_to": today() + 7 * DAY, "agency": "Vikar A/S",
    }  # fmt: skip
    return NewExternal(**(said | columns))


def test_a_new_nurse_may_at_once_what_her_education_gives(world, administrator):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    world.settle()
    hers = new(world, "SPL", authorisation_checked_on=today())
    row = commands.add_person(world.session, Identity("Ida Storm", "77"), hers, by=administrator)
    assert holds(world.session, row.id, insulin.id, on=today(), version_id=world.version.id) == 2
    assert row.authorisation_checked_by == administrator.person_id


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (Identity("", "77"), "Write the name"),
        (Identity("Ida Storm 010190-1234", "77"), "CPR"),
        (Identity("Ida Storm", "0101901234"), "CPR"),
        (Identity("Ida Storm", "1001"), "already has the number"),
        (Identity("Ida Storm", "77", email="ida"), "whole e-mail"),
        (Identity("Ida Storm", "77", email="Lis.Bak@fjordby.example"), "already has the address"),
        (Identity("Ida Storm", "77", phone="ring til mig"), "with digits"),
    ],
)
def test_a_person_is_refused_with_a_sentence(world, administrator, identity, said):
    named = Identity("Lis Bak", "78", email="lis.bak@fjordby.example")
    commands.add_person(world.session, named, new(world), by=administrator)
    with pytest.raises(RuleBroken, match=said):
        commands.add_person(world.session, identity, new(world), by=administrator)


def test_only_an_administrator_adds_employees(world, leader):
    with pytest.raises(NotAllowed):
        commands.add_person(world.session, Identity("Ida Storm", "77"), new(world), by=leader)


def test_a_move_ends_the_old_employment_and_adds_a_new_one(world, administrator):
    amira, other = world.person(), world.unit("Team Åen", under=world.district)
    first = today() + 10 * DAY
    change = EmploymentChange(other.id, world.groups["SSH"].id, "N", False, first)
    row = commands.change_employment(world.session, amira.employment.id, change, by=administrator)
    assert amira.employment.valid_to == first
    assert (row.unit_id, row.shifts, row.valid_from, row.valid_to) == (other.id, "N", first, None)


def test_changing_nothing_changes_nothing(world, administrator):
    amira = world.person()
    same = EmploymentChange(world.team.id, world.groups["SSH"].id, "D", False, today())
    assert commands.change_employment(world.session, amira.employment.id, same, by=administrator) is amira.employment
    assert amira.employment.valid_to is None


def test_the_authorisation_follows_only_within_the_same_staff_group(world, administrator):
    karen = world.person("Karen Winther", "SPL")
    change = EmploymentChange(world.team.id, world.groups["SSA"].id, "D", False, today())
    row = commands.change_employment(world.session, karen.employment.id, change, by=administrator)
    assert row.authorisation_checked_on is None


def test_an_employment_that_has_ended_gives_nothing_more(world, administrator):
    insulin = world.task()
    world.cell(insulin, "SPL", CellRule.CORE)
    karen = world.person("Karen Winther", "SPL")
    world.settle()
    commands.end_employment(world.session, karen.employment.id, today() + DAY, by=administrator)
    held = [
        holds(world.session, karen.employment.id, insulin.id, on=on, version_id=world.version.id)
        for on in (today(), today() + DAY)
    ]
    assert held == [2, 0]


def test_an_identity_is_changed_in_place_and_its_text_is_never_in_the_log(world, administrator):
    amira = world.person("Amira Haddad")
    commands.change_identity(world.session, amira.person.id, Identity("Amira Haddad Lund", "1002"), by=administrator)
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "change_identity")).one()
    assert "Lund" not in str(entry.detail)
    assert entry.detail["changed"][0] == "name"


def test_out_of_reach_is_not_found(world):
    other = world.unit("Distrikt Syd", "distrikt", under=world.root)
    theirs = world.role(world.person("Astrid Holt", "SPL", unit=other), Role.ADMINISTRATOR, over=other).actor
    amira = world.person()
    for act in (
        lambda: commands.end_employment(world.session, amira.employment.id, today() + DAY, by=theirs),
        lambda: commands.change_identity(world.session, amira.person.id, Identity("X Y"), by=theirs),
        lambda: commands.add_absence(world.session, amira.employment.id, today(), None, by=theirs),
        lambda: commands.add_employment(world.session, amira.person.id, new(world), by=theirs),
    ):
        with pytest.raises(NotFound):
            act()


def test_an_external_is_added_by_the_leader_at_her_own_team(world, leader):
    row = commands.add_external(world.session, temp(world, shifts="NA", phone="20 30 40 50"), by=leader)
    assert (row.is_external, row.agency, row.shifts, row.valid_to) == (True, "Vikar A/S", "AN", today() + 7 * DAY)


@pytest.mark.parametrize(
    ("columns", "field", "said"),
    [
        ({"valid_to": today() + 15 * DAY}, "valid_through", "at most 14 days"),
        ({"valid_from": today() - DAY}, "valid_from", "today or later"),
        ({"valid_to": today()}, "valid_through", "last day lies before"),
        ({"agency": " "}, "agency", "which agency"),
        ({"name": "Vera 0101901234"}, "name", "CPR"),
        ({"agency": "010190-1234"}, "agency", "CPR"),
        ({"phone": "0101901234"}, "phone", "CPR"),
        ({"group": "SPL"}, "authorisation_checked_on", "Look up the authorisation"),
        ({"group": "SPL", "authorisation_checked_on": today() + DAY}, "authorisation_checked_on", "has not come yet"),
    ],
)
def test_an_external_is_refused_with_a_sentence_at_its_field(world, leader, columns, field, said):
    rest = {key: value for key, value in columns.items() if key != "group"}
    with pytest.raises(RuleBroken, match=said) as broken:
        commands.add_external(world.session, temp(world, columns.get("group", "SSH"), **rest), by=leader)
    assert broken.value.field == field


def test_an_external_nurse_is_looked_up_by_a_name(world, leader):
    row = commands.add_external(world.session, temp(world, "SPL", authorisation_checked_on=today()), by=leader)
    assert (row.authorisation_checked_on, row.authorisation_checked_by) == (today(), leader.person_id)


def test_an_external_is_extended_so_many_days_from_today_and_ended(world, leader):
    row = commands.add_external(world.session, temp(world), by=leader)
    commands.extend_external(world.session, row.id, today() + 14 * DAY, by=leader)
    with pytest.raises(RuleBroken, match="at most 14 days"):
        commands.extend_external(world.session, row.id, today() + 15 * DAY, by=leader)
    commands.end_external(world.session, row.id, by=leader)
    assert row.valid_to == today() + DAY


def test_an_employee_is_no_external(world, leader):
    amira = world.person()
    with pytest.raises(NotFound):
        commands.end_external(world.session, amira.employment.id, by=leader)


def test_a_unit_of_another_team_is_not_hers_to_add_at(world, leader):
    other = world.unit("Team Åen", under=world.district)
    with pytest.raises(NotFound):
        commands.add_external(world.session, temp(world, unit_id=other.id), by=leader)


def test_absences_have_two_dates_and_never_meet(world, leader):
    amira = world.person()
    away = commands.add_absence(world.session, amira.employment.id, today(), today() + 5 * DAY, by=leader)
    assert {column.key for column in Absence.__table__.columns} == {
        "id", "municipality_id", "employment_id", "valid_from", "valid_to", "recorded_at", "recorded_by"
    }  # fmt: skip
    with pytest.raises(RuleBroken, match="already away"):
        commands.add_absence(world.session, amira.employment.id, today() + DAY, None, by=leader)
    commands.end_absence(world.session, away.id, today() + 2 * DAY, by=leader)
    commands.add_absence(world.session, amira.employment.id, today() + 2 * DAY, None, by=leader)
    commands.remove_absence(world.session, away.id, by=leader)
    assert len(world.session.scalars(select(Absence)).all()) == 1


def test_an_absence_begins_after_the_first_employment_did(world, administrator, leader):
    amira = world.person()
    began = amira.employment.valid_from
    change = EmploymentChange(amira.employment.unit_id, world.groups["SSH"].id, "N", False, today() + DAY)
    moved = commands.change_employment(world.session, amira.employment.id, change, by=administrator)
    with pytest.raises(RuleBroken, match="The employment began on"):
        commands.add_absence(world.session, moved.id, began - DAY, None, by=leader)
    assert commands.add_absence(world.session, moved.id, began + DAY, None, by=leader).valid_from == began + DAY


def test_an_address_is_kept_by_whoever_has_it(world, administrator):
    lis, ida = (
        commands.add_person(world.session, Identity(name, number, f"{number}@b.dk"), new(world), by=administrator)
        for name, number in (("Lis Bak", "78"), ("Ida Storm", "79"))
    )
    with pytest.raises(RuleBroken, match="already has the address"):
        commands.change_identity(world.session, ida.person_id, Identity("Ida Storm", "79", "78@b.dk"), by=administrator)
    same = commands.change_identity(world.session, lis.person_id, Identity("Lis Ek", "78", "78@b.dk"), by=administrator)
    assert (same.name, same.email) == ("Lis Ek", "78@b.dk")


def test_a_long_absence_pauses_what_rests_on_a_signature(world, leader):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    amira = world.person()
    world.signed(amira, insulin, by=world.person("Karen Winther", "SPL"))
    world.settle()
    assert holds(world.session, amira.employment.id, insulin.id, on=today(), version_id=world.version.id) == 2
    commands.add_absence(world.session, amira.employment.id, today() - 200 * DAY, None, by=leader)
    assert holds(world.session, amira.employment.id, insulin.id, on=today(), version_id=world.version.id) == 0


def test_every_change_leaves_its_entry(world, administrator):
    before = len(world.session.scalars(select(AuditEntry)).all())
    row = commands.add_person(world.session, Identity("Ida Storm", "77"), new(world), by=administrator)
    commands.end_employment(world.session, row.id, today() + DAY, by=administrator)
    entries = world.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[before:]
    assert [entry.action for entry in entries] == ["add_person", "end_employment"]
    assert all(entry.administrative and entry.by_person_id == administrator.person_id for entry in entries)
    assert (
        world.session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == row.person_id))
        == "Ida Storm"
    )
    assert world.session.get(Employment, row.id).valid_to == today() + DAY
