"""A course is reminded of until it is used and followed up; nothing is, while the plan is on pause."""

from datetime import timedelta

import pytest

from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.learning import commands
from competence.learning.commands import After, NewActivity
from competence.learning.models import PlannedActivity
from competence.learning.rules import Part
from competence.reminders.commands import add_reminders
from competence.reminders.matters import find
from competence.reminders.queries import reminders_of
from competence.reminders.rules import Kind
from tests.factories import Someone
from tests.reminders.conftest import Team


@pytest.fixture
def course(team: Team) -> PlannedActivity:
    """Amira was on a course two days ago."""
    begin_writing(team.world.session)
    new = NewActivity("Kursus: sonde", Part.FORMAL, 180, done_on=today() - timedelta(days=2))
    return commands.plan_activity(team.world.session, team.helper.employment.id, new, by=team.helper.actor)


def reminded(team: Team, someone: Someone) -> list[tuple[Kind, str]]:
    """What somebody is reminded of about courses, after another look."""
    session = team.world.session
    add_reminders(session, find(session, on=today()))
    session.flush()
    courses = (Kind.AFTER, Kind.FOLLOW_UP)
    return [(one.kind, one.task) for one in reminders_of(session, someone.actor) if one.kind in courses]


def write(team: Team, course: PlannedActivity, **said: object) -> None:
    after = After(**({"use": "To besøg", "shared_with": "", "follow_up_on": today() + timedelta(days=2)} | said))  # type: ignore[arg-type]
    commands.write_after(team.world.session, course.id, after, seen=course.revision, by=team.helper.actor)


def test_she_alone_is_reminded_until_she_has_written_how_she_uses_it(team: Team, course: PlannedActivity):
    for _twice in range(2):
        assert reminded(team, team.helper) == [(Kind.AFTER, "Kursus: sonde")]
    assert reminded(team, team.leader) == reminded(team, team.guide) == []
    write(team, course, follow_up_on=today() + timedelta(days=40))
    assert reminded(team, team.helper) == []


def test_both_are_told_of_the_follow_up_until_it_is_held(team: Team, course: PlannedActivity):
    write(team, course)
    assert reminded(team, team.helper) == reminded(team, team.leader) == [(Kind.FOLLOW_UP, "Kursus: sonde")]
    assert reminded(team, team.guide) == []
    write(team, course, followed_up=True)
    assert reminded(team, team.helper) == reminded(team, team.leader) == []


def test_nothing_reminds_of_a_plan_on_pause(team: Team, course: PlannedActivity):
    assert reminded(team, team.helper)
    commands.pause_plan(team.world.session, team.helper.employment.id, by=team.leader.actor)
    assert reminded(team, team.helper) == []
    commands.resume_plan(team.world.session, team.helper.employment.id, by=team.helper.actor)
    assert reminded(team, team.helper) == [(Kind.AFTER, "Kursus: sonde")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_leads_to_the_course(team: Team, course: PlannedActivity, signed_in):
    reminded(team, team.helper)
    team.world.session.commit()
    page = signed_in(team.helper).get("/reminders").text
    assert "Kursus: sonde er holdt." in page
    assert f"/plans/activities/{course.id}#after" in page
