"""Since when a gap has been open."""

from datetime import timedelta

import pytest

from competence.access.rules import Reach, Role
from competence.coverage.queries.places import tree
from competence.coverage.queries.since import Spot, open_since
from competence.coverage.rules import DayKind, Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.web import short_day
from competence.people.models import Absence


@pytest.fixture
def rinse(world):
    """A task that nurses may by education and helpers when signed, with one needed at night."""
    task = world.task("Skylning af blærekateter")
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    return task


def days_ago(world, task, *, shift=Shift.NIGHT):
    """For how many days there has been a gap; None when it is not said."""
    world.settle()
    unit = tree(world.session, on=today()).get(world.team.id, Reach(("/",)))
    spot = Spot(task.id, shift, unit)
    first = open_since(world.session, [spot], days=DayKind.WEEKDAY).get(spot)
    return (today() - first).days if first else None


def ago(days):
    return today() - timedelta(days=days)


def test_it_begins_when_somebody_has_left(world, rinse):
    world.requirement(rinse, Shift.NIGHT, 1)
    world.person("Inger Lauritsen", "SPL", shifts="N", until=ago(8))
    assert days_ago(world, rinse) == 8


def test_it_begins_when_somebody_goes_away(world, rinse):
    world.requirement(rinse, Shift.NIGHT, 2)
    world.person("Karen Winther", "SPL", shifts="N")
    away = world.person("Birgit Holm", "SPL", shifts="N")
    world.session.add(Absence(employment_id=away.employment.id, valid_from=ago(5), valid_to=None, recorded_at=now()))
    assert days_ago(world, rinse) == 5


def test_it_begins_when_the_last_signature_lapses_and_a_renewal_keeps_it_closed(world, rinse):
    world.requirement(rinse, Shift.NIGHT, 1)
    camilla = world.person(shifts="N")
    world.signed(camilla, rinse, days_ago=200, valid_days=120)
    world.signed(camilla, rinse, days_ago=90, valid_days=60)
    assert days_ago(world, rinse) == 30


def test_one_that_was_closed_for_a_while_counts_from_when_it_opened_again(world, rinse):
    world.requirement(rinse, Shift.NIGHT, 1)
    camilla = world.person(shifts="N")
    world.signed(camilla, rinse, days_ago=200, valid_days=100)
    world.signed(camilla, rinse, days_ago=50, valid_days=30)
    assert days_ago(world, rinse) == 20


def test_it_begins_when_more_are_needed(world, rinse):
    world.person("Karen Winther", "SPL", shifts="N")
    world.requirement(rinse, Shift.NIGHT, 1, valid_to=ago(20))
    world.requirement(rinse, Shift.NIGHT, 2, valid_from=ago(20))
    assert days_ago(world, rinse) == 20


def test_it_begins_when_it_is_needed_for_the_first_time(world, rinse):
    world.requirement(rinse, Shift.NIGHT, 1).valid_from = ago(100)
    assert days_ago(world, rinse) == 100


def test_it_is_not_said_of_what_is_covered_or_older_than_a_year(world, rinse):
    world.requirement(rinse, Shift.NIGHT, 1)
    world.requirement(rinse, Shift.DAY, 1)
    world.person("Karen Winther", "SPL", shifts="D")
    floater = world.person("Yasmin Toft", "SPL", shifts="N", is_floater=True)
    assert days_ago(world, rinse, shift=Shift.DAY) is None
    assert days_ago(world, rinse) is None, "floaters close no gap, so this one has always been there"
    floater.employment.is_floater = False
    assert days_ago(world, rinse) is None


def test_the_card_the_task_and_the_list_of_who_counts_say_it(world, rinse, signed_in):
    world.requirement(rinse, Shift.NIGHT, 1)
    world.person("Inger Lauritsen", "SPL", shifts="N", until=ago(8))
    leader = world.role(world.person("Dorthe Nygaard", "UFA", shifts=""), Role.LEADER)
    world.settle()
    client = signed_in(leader)
    board = f"/coverage/{world.team.id}"
    place = f"{rinse.id}-N-{world.team.id}"
    page = client.get(board).text
    assert f'id="since-{place}"' in page
    assert f"gap={place}" in page
    with client.application.test_request_context():
        words = f"siden {short_day(ago(8))}"
    fragment = client.get(f"{board}/since?gap={place}").text
    assert f'<span id="since-{place}" hx-swap-oob="true">· {words}</span>' in fragment
    assert f"Hul {words}." in client.get(f"{board}/task/{rinse.id}?shift=N").text
    assert f"Hul {words}." in client.get(f"{board}/task/{rinse.id}?shift=N", headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("gap", ["", "x-N-1", "1-N", "1-X-1", "1-N-999999", "9" * 40 + "-N-1", "1-N-x"])
def test_what_is_no_place_within_reach_is_left_out(world, signed_in, gap):
    leader = world.role(world.person("Dorthe Nygaard", "UFA", shifts=""), Role.LEADER)
    answer = signed_in(leader).get(f"/coverage/{world.team.id}/since", query_string={"gap": gap})
    assert answer.status_code == 200
    assert "<span" not in answer.text
