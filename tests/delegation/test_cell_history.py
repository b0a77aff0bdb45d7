"""A cell's history: who decided what, when and why, and what held on any day."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.delegation.models import Stop, UnitMask
from competence.delegation.queries import read_versions
from competence.delegation.queries.cell_history import Kind, cell_on, events_of_cell
from competence.delegation.rules import CellRule
from competence.foundation.clock import midnight, now, today
from competence.people.models import StaffGroupFollow

DAY = timedelta(days=1)
EARLY = midnight(today()) + timedelta(minutes=30)
"""Still the day before by a clock without a time zone."""


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def told(world, nurse):
    """A cell with a stop that was lifted and a stricter unit."""
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    world.version.approved_by = nurse.person.id
    world.session.add_all(
        [
            Stop(
                task_id=insulin.id, unit_id=world.root.id, staff_group_id=None, begins_at=EARLY - 3 * DAY,
                valid_to=today() + 9 * DAY, lifted_at=EARLY - DAY, lifted_by=nurse.person.id, reason="Fejl i pumpen",
                stopped_by=nurse.person.id, recorded_at=EARLY - 3 * DAY,
            ),
            UnitMask(
                unit_id=world.team.id, task_id=insulin.id, staff_group_id=None, minimum_level=3, valid_from=today(),
                valid_to=None, reason="Mange nye", recorded_at=now(), recorded_by=nurse.person.id,
            ),
        ]
    )  # fmt: skip
    world.settle()
    return insulin


def test_it_names_who_decided_what_and_why_the_latest_first(world, nurse, told):
    events = events_of_cell(world.session, read_versions(world.session), told.id, world.groups["SSH"].id)
    kinds = [one.kind for one in events]
    assert set(kinds) == {Kind.APPROVED, Kind.STOPPED, Kind.LIFTED, Kind.STRICTER}
    assert kinds.index(Kind.LIFTED) < kinds.index(Kind.STOPPED)
    assert {one.by for one in events} == {"Marianne Holm"}
    assert {"Fejl i pumpen", "Mange nye"} <= {one.why for one in events}
    assert [one.at for one in events] == sorted((one.at for one in events), reverse=True)


def test_a_day_is_answered_by_the_version_and_the_stops_of_that_day(world, told):
    versions, group = read_versions(world.session), world.groups["SSH"].id
    events = events_of_cell(world.session, versions, told.id, group)

    def on(day):
        return cell_on(world.session, versions, events, (told.id, group), day)

    assert (on(today()).terms.rule, on(today()).terms.minimum_level) == (CellRule.MAY_GENERAL, 2)
    assert [len(on(today() - days * DAY).stops) for days in (0, 2, 4)] == [0, 1, 0]
    before = on(today() - 400 * DAY)
    assert (before.version, before.terms.rule) == (None, CellRule.UNDECIDED)


def test_a_group_without_a_cell_shows_what_it_followed_that_day(world, told):
    helpers, unskilled = world.groups["SSH"], world.groups["UFA"]
    world.session.add(StaffGroupFollow(staff_group_id=unskilled.id, follows_id=helpers.id, valid_to=today() - 5 * DAY))
    world.session.flush()
    versions = read_versions(world.session)
    rules = [
        cell_on(world.session, versions, [], (told.id, unskilled.id), day).terms.rule
        for day in (today() - 6 * DAY, today())
    ]
    assert rules == [CellRule.MAY_GENERAL, CellRule.UNDECIDED]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_is_reached_from_the_cell_and_answers_for_any_day(world, nurse, told, signed_in):
    world.session.commit()
    reader, group = signed_in(nurse), world.groups["SSH"].id
    address = f"/matrix/cells/{told.id}/{group}"
    assert address in reader.get(f"/matrix/1/{told.id}/{group}").text
    page = reader.get(address).text
    assert "Version 1 blev godkendt" in page
    assert "Marianne Holm" in page
    assert "Fejl i pumpen" in page
    earlier = reader.get(f"{address}?on={today() - 2 * DAY}").text
    assert earlier.count("Stoppet i") == 3
    assert "Ingen version var i kraft" in reader.get(f"{address}?on=2001-01-01").text
    assert "Vælg en dag" in reader.get(f"{address}?on=i+går").text
    assert reader.get(f"/matrix/cells/{told.id}/99999").status_code == 404
