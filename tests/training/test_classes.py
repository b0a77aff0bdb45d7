"""Classes that are planned as seats in the question, wishes that somebody has shared, and what goes on already."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.catalogue.models import TaskGate
from competence.catalogue.rules import GateKind
from competence.foundation.clock import now, today
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity
from competence.learning.rules import GoalKind, Origin, Part
from competence.paths.models import LearningPath, PathStep, PathWish
from competence.paths.rules import StepKind
from competence.people.models import Absence
from competence.teaching import commands as teaching
from competence.teaching.commands import NewClass
from competence.teaching.models import ClassSignUp
from competence.teaching.rules import Stand, WallTime
from competence.training.asking import ask
from competence.training.queries.asked import content_of, next_monday
from competence.training.rules import WhyNot
from competence.training.rules.rows import Terms
from tests.forecast.worlds import in_days
from tests.training.test_question import asked, of

DAY = timedelta(days=1)


@pytest.fixture
def nurse(team):
    office = team.world.unit("Staben", "stab", under=team.world.root)
    someone = team.world.person("Marianne Holm", "SPL", unit=office, shifts="")
    return team.world.role(someone, Role.DEVELOPMENT_NURSE, over=team.world.root)


@pytest.fixture
def gated(team):
    """Helpers must take a course before they rinse."""
    team.world.session.add(
        TaskGate(
            task_id=team.rinse.id, staff_group_id=team.world.groups["SSH"].id, code="K1", kind=GateKind.COURSE, name="Kursus"
        )
    )  # fmt: skip
    team.world.settle()


def planned(team, nurse, *, week=3, seats=1, **said):
    """A class of two hours on the Tuesday of the week of the plan."""
    day = next_monday(today()) + timedelta(weeks=week, days=1)
    new = NewClass(
        name="Kateter på et hold", part=Part.FORMAL, seats=seats, times=[WallTime(day, time(13), time(15))],
        unit_ids=[team.world.team.id], task_id=team.rinse.id, **said,
    )  # fmt: skip
    row = teaching.plan_class(team.world.session, new, by=nurse.actor)
    team.world.session.commit()
    return row


def answered(question):
    return content_of(question, ask(question.problem), Terms())


def test_a_class_that_is_planned_is_taken_in_its_week_by_no_more_than_it_has_seats_for(team, gated, nurse):
    row = planned(team, nurse)
    question = asked(team.world)
    assert [(one.id, one.week, one.seats) for one in question.problem.courses] == [(row.id, 3, 1)]
    soren = of(question, team.soren, team.rinse)
    assert soren.courses == (row.id,)
    assert soren.minutes[Part.FORMAL] == 120
    found = answered(question)
    assert [one.course_id for one in found.rows] == [row.id]
    assert found.rows[0].first_week <= 3 <= found.rows[0].last_week


def test_a_class_without_a_free_seat_closes_nothing_and_that_is_said(team, gated, nurse):
    row = planned(team, nurse)
    teaching.sign_up(team.world.session, row.id, by=team.camilla.actor)
    found = answered(asked(team.world))
    assert found.rows == ()
    tasks = {spot.id: spot.task_id for spot in found.spots}
    assert [one.why for one in found.unclosable if tasks[one.seat_id] == team.rinse.id] == [WhyNot.NO_SEAT]


def test_whoever_is_away_that_day_takes_her_course_on_another(team, gated, nurse):
    row = planned(team, nurse)
    day = next_monday(today()) + timedelta(weeks=3, days=1)
    away = Absence(employment_id=team.soren.employment.id, valid_from=day, valid_to=day + DAY, recorded_at=now())
    team.world.session.add(away)
    question = asked(team.world)
    assert of(question, team.soren, team.rinse).courses == ()
    assert of(question, team.maja, team.rinse).courses == (row.id,)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_agreed_plan_asks_her_to_the_class_and_a_class_filled_meanwhile_stops_it(team, gated, nurse, leader, plan):
    row = planned(team, nurse)
    leader.post(plan)
    assert "Der er en ledig plads på “Kateter på et hold”" in leader.get(plan).text
    teaching.sign_up(team.world.session, row.id, by=team.camilla.actor)
    team.world.session.commit()
    leader.post(f"{plan}/agree", data={"seen": 1})
    assert "er fuldt nu" in leader.get(plan).text
    place = team.world.session.scalars(select(ClassSignUp)).one()
    teaching.give_up(team.world.session, place.id, by=team.camilla.actor)
    team.world.session.commit()
    leader.post(f"{plan}/agree", data={"seen": 1})
    assert "Planen er godkendt" in leader.get(plan).text
    session = team.world.session
    session.rollback()
    mine = session.scalars(select(ClassSignUp).where(ClassSignUp.person_id == team.soren.person.id)).one()
    assert (mine.class_id, mine.stand) == (row.id, Stand.ASKED)
    parts = session.scalars(
        select(PlannedActivity.part).where(PlannedActivity.employment_id == team.soren.employment.id)
    )
    assert Part.FORMAL not in set(parts)


def test_a_path_that_she_would_like_to_be_seen_for_is_a_wish(team):
    world = team.world
    path = LearningPath(code="X", name="Kateter", leads_to="Nøgleperson", changed_at=now())
    world.session.add(path)
    world.session.flush()
    world.session.add(PathStep(path_id=path.id, position=1, kind=StepKind.TASK, task_id=team.rinse.id, level=2))
    assert not of(asked(world), team.maja, team.rinse).wish
    wish = PathWish(person_id=team.maja.person.id, aim=f"path:{path.id}", path_id=path.id, said_at=now())
    world.session.add(wish)
    assert of(asked(world), team.maja, team.rinse).wish
    assert not of(asked(world), team.soren, team.rinse).wish


def test_what_goes_on_counts_in_the_weeks_in_which_it_does(team):
    world, on = team.world, next_monday(today())
    plan = DevelopmentPlan(employment_id=team.soren.employment.id, recorded_at=now(), recorded_by=team.karen.person.id)
    world.session.add(plan)
    world.session.flush()
    goal = Goal(
        plan_id=plan.id, employment_id=plan.employment_id, kind=GoalKind.TASK, task_id=team.insulin.id, level=1,
        origin=Origin.OWN, yes_on=today(), recorded_at=now(), recorded_by=team.soren.person.id,
    )  # fmt: skip
    world.session.add(goal)
    world.session.flush()
    for part in (Part.DAILY, Part.COLLEAGUES):
        world.session.add(
            PlannedActivity(
                employment_id=plan.employment_id, goal_id=goal.id, name="Øv", part=part, minutes=60,
                task_id=team.insulin.id, begins=in_days(1), ends=on + timedelta(weeks=2), origin=Origin.OWN,
                recorded_at=now(), recorded_by=team.soren.person.id,
            )
        )  # fmt: skip
    terms = Terms(at_once=1)
    question = asked(world, terms)
    assert question.problem.busy == {team.soren.person.id: [1, 1, *[0] * 10]}
    rows = content_of(question, ask(question.problem), terms).rows
    assert [row.first_week for row in rows if row.person_id == team.soren.person.id] == [2]
