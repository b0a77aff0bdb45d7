"""What held on a date, any number of versions, and any two of them side by side."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.delegation.commands import restrict
from competence.delegation.commands.drafts import make_draft
from competence.delegation.models import MatrixVersion
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today

DAY = timedelta(days=1)


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def reader(world, signed_in):
    return signed_in(world.person())


def earlier(world, *, count):
    """Versions that held one after another before the one in force, each a hundred days, numbered from 2."""
    first = world.version.valid_from
    for place in range(count):
        begins = first - 100 * (count - place) * DAY
        world.session.add(
            MatrixVersion(
                number=place + 2, valid_from=begins, valid_to=begins + 100 * DAY, approved_at=now(), recorded_at=now()
            )
        )
    world.session.commit()
    return first


def test_the_version_that_held_on_a_date_is_shown(world, reader):
    first = earlier(world, count=2)
    begun = reader.get(f"/matrix?on={first - DAY}").text
    assert "Version 3 gjaldt" in begun.replace(" \n", " ") or "gjaldt Version 3" in begun
    assert "gjaldt Version 1" in reader.get(f"/matrix?on={first}").text
    assert "gjaldt Version 2" in reader.get(f"/matrix?on={first - 200 * DAY}").text


def test_before_the_first_version_nothing_held_and_the_page_says_so(world, reader):
    page = reader.get(f"/matrix?on={world.version.valid_from - DAY}").text
    assert "Ingen version gjaldt den" in page
    assert "Den første begynder" in page


def test_a_date_that_is_none_is_answered_with_a_sentence(world, reader):
    assert "Skriv dagen som år-måned-dag" in reader.get("/matrix?on=i+fjor").text


def test_the_stricter_rules_of_that_date_are_told(world, nurse, reader):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    restrict(
        world.session, task.id, unit_id=world.team.id, staff_group_id=None, minimum_level=None, reason="Kun i dag",
        by=nurse.actor, valid_to=today() + 3 * DAY,
    )  # fmt: skip
    world.session.commit()
    assert "1 strengere regel i en enhed gjaldt også" in reader.get(f"/matrix?on={today()}").text
    assert "gjaldt også" not in reader.get(f"/matrix?on={today() + 3 * DAY}").text
    assert "Team Havnen: Insulin med pen" in reader.get(f"/matrix/local?on={today() + 2 * DAY}").text
    assert "Team Havnen: Insulin med pen" not in reader.get(f"/matrix/local?on={today() - DAY}").text


def test_with_many_versions_the_tabs_stay_few_and_the_list_has_all(world, reader):
    earlier(world, count=12)
    tabs = reader.get("/matrix").text.partition('class="kt-panel kt-versions"')[2].partition("</ol>")[0]
    assert "Alle versioner" in tabs
    assert "Version 1<" in tabs, "the one in force"
    assert tabs.count("/matrix/") <= 7
    listed = reader.get("/matrix/drafts").text
    assert all(f"Version {number}" in listed for number in range(1, 14))


def test_any_two_versions_are_compared_both_ways(world, nurse, reader):
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    earlier(world, count=2)
    make_draft(world.session, from_number=2, by=nurse.actor)
    world.session.commit()
    gone = reader.get("/matrix/compare?one=1&other=2").text
    assert "fjernet" in gone
    assert "Efter oplæring og underskrift, niveau 2" in gone
    back = reader.get("/matrix/compare?one=2&other=1").text
    assert "tilføjet" in back
    assert "De to siger det samme" in reader.get("/matrix/compare?one=3&other=4").text
    assert reader.get("/matrix/compare?one=99").status_code == 404
