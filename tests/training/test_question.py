"""What the question is made of: who is short where, who may learn, who may teach, and what is left out."""

import pytest
from sqlalchemy import select

from competence.accounts.queries import actor_of_person
from competence.catalogue.models import Task, TaskGate, TaskPrerequisite
from competence.catalogue.rules import GateKind
from competence.coverage.queries.board import board
from competence.coverage.queries.gaps import gaps_of, totals
from competence.coverage.rules import Shift
from competence.decision.queries import EMPLOYMENTS, load
from competence.decision.rules import judge
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.learning.models import Activity, DevelopmentPlan, Goal, PlannedActivity
from competence.learning.rules import GoalKind, Origin, Part
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.commands.vouching import ground_to_sign
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries import signer_on
from competence.training.asking import ask
from competence.training.models import TeachingYes
from competence.training.queries.asked import content_of, next_monday, question_of
from competence.training.rules.problem import WhyNot
from competence.training.rules.rows import Terms, content_from
from competence.training.rules.spots import standing
from tests.forecast.worlds import absent, coming, in_days, place


def asked(world, terms=None):
    world.session.flush()
    world.settle()
    return question_of(world.session, *place(world), terms or Terms())


def of(question, someone, task):
    found = question.of((someone.employment.id, task.id))
    return found.candidate if found else None


def test_who_is_nearest_needs_what_is_left_and_is_taught_by_who_holds_it(team):
    question = asked(team.world)
    soren, maja = of(question, team.soren, team.rinse), of(question, team.maja, team.rinse)
    assert (soren.done, soren.of, soren.weeks) == (2, 3, 1)
    assert soren.minutes == {Part.DAILY: 90, Part.COLLEAGUES: 30}
    assert sum(maja.minutes.values()) == 360
    assert soren.teachers == (team.karen.person.id,)
    assert [(seat.lacks, seat.spare) for seat in question.problem.seats if seat.task_id == team.rinse.id] == [(1, 1)]
    assert of(question, team.camilla, team.rinse) is None


def test_the_figures_are_the_boards(team):
    units, node = place(team.world)
    gaps = totals(gaps_of(board(team.world.session, units, node, on=today())))
    found = standing(asked(team.world).spots, {})
    assert (found.gaps, found.vulnerable) == gaps


def test_who_leaves_is_away_or_is_exempt_is_not_asked_to_learn_nor_to_teach(team):
    team.soren.employment.valid_to = in_days(30)
    absent(team.world, team.maja, -3)
    question = asked(team.world)
    assert question.problem.candidates == ()
    team.soren.employment.valid_to = None
    team.karen.employment.valid_to = in_days(20)
    assert of(asked(team.world), team.soren, team.rinse).teachers == ()


def test_an_external_neither_learns_nor_teaches(team):
    team.world.person("Vera Vikar", shifts="N", is_external=True, agency="Vikar A/S", until=in_days(10))
    team.world.person("Vagn Vikar", "SPL", shifts="N", is_external=True, agency="Vikar A/S", until=in_days(10))
    question = asked(team.world)
    learners = {one.employment_id for one in question.problem.candidates}
    assert learners == {team.soren.employment.id, team.maja.employment.id}
    assert of(question, team.soren, team.rinse).teachers == (team.karen.person.id,)


def test_a_signature_that_waits_for_a_yes_is_no_training_and_nobody_is_trained_in_its_place(team):
    team.world.signed(team.soren, team.rinse, by=team.karen, days_ago=1, accepted=False)
    question = asked(team.world)
    assert of(question, team.soren, team.rinse) is None
    spot = next(one for one in question.spots if one.task_id == team.rinse.id)
    assert (spot.waiting, spot.lacks) == (1, 0)


def test_what_is_planned_already_is_not_proposed_again_and_counts_as_load(team):
    world = team.world
    plan = DevelopmentPlan(employment_id=team.soren.employment.id, recorded_at=now(), recorded_by=team.karen.person.id)
    world.session.add(plan)
    world.session.flush()
    goal = Goal(
        plan_id=plan.id, employment_id=plan.employment_id, kind=GoalKind.TASK, task_id=team.rinse.id, level=1,
        origin=Origin.OWN, yes_on=today(), recorded_at=now(), recorded_by=team.soren.person.id,
    )  # fmt: skip
    world.session.add(goal)
    world.session.flush()
    assert of(asked(world), team.soren, team.rinse).wish
    world.session.add(
        PlannedActivity(
            employment_id=plan.employment_id, goal_id=goal.id, name="Øv", part=Part.DAILY, minutes=60, task_id=team.rinse.id,
            begins=in_days(2), ends=in_days(9), led_by=team.karen.person.id, origin=Origin.OWN, recorded_at=now(),
            recorded_by=team.soren.person.id,
        )
    )  # fmt: skip
    question = asked(world)
    assert of(question, team.soren, team.rinse) is None
    assert next(one for one in question.spots if one.task_id == team.rinse.id).waiting == 1


def test_nothing_is_proposed_to_whoever_has_paused_her_plan_or_put_the_proposal_away(team):
    world = team.world
    plan = DevelopmentPlan(employment_id=team.soren.employment.id, recorded_at=now(), recorded_by=team.karen.person.id)
    world.session.add(plan)
    world.session.flush()
    goal = Goal(
        plan_id=plan.id, employment_id=plan.employment_id, kind=GoalKind.TASK, task_id=team.rinse.id, level=1,
        origin=Origin.PROPOSAL, set_aside_on=in_days(-3), recorded_at=now(), recorded_by=team.karen.person.id,
    )  # fmt: skip
    world.session.add(goal)
    assert of(asked(world), team.soren, team.rinse) is None
    goal.set_aside_on = in_days(-300)
    assert of(asked(world), team.soren, team.rinse) is not None
    plan.paused_on = today()
    assert of(asked(world), team.soren, team.rinse) is None


def test_only_her_own_request_is_a_wish(team):
    request = SignOffRequest(
        employment_id=team.soren.employment.id, task_id=team.rinse.id, asked_by=team.karen.person.id, asked_at=now()
    )
    team.world.session.add(request)
    assert not of(asked(team.world), team.soren, team.rinse).wish
    request.asked_by = team.soren.person.id
    assert of(asked(team.world), team.soren, team.rinse).wish


def test_a_course_takes_hours_and_costs_what_the_list_says_and_cover(team):
    world = team.world
    world.session.add(
        TaskGate(
            task_id=team.rinse.id, staff_group_id=world.groups["SSH"].id, code="K1", kind=GateKind.COURSE, name="Kateterkursus"
        )
    )  # fmt: skip
    world.session.add(
        Activity(
            code="A10-10", name="Holdundervisning", part=Part.FORMAL, minutes=240, task_id=team.rinse.id, price=900
        )
    )
    one = of(asked(world), team.soren, team.rinse)
    assert one.minutes[Part.FORMAL] == 240
    assert one.price == 900 + 4 * 250
    assert one.weeks == 2


def test_what_must_be_held_first_is_learnt_first(team):
    world = team.world
    basic = world.task("Kateterpleje", observed_times=2)
    world.cell(basic, "SSH", CellRule.MAY_GENERAL)
    world.cell(basic, "SPL", CellRule.CORE)
    world.session.add(TaskPrerequisite(task_id=team.rinse.id, needs_task_id=basic.id))
    question = asked(world)
    assert of(question, team.soren, team.rinse).needs == (basic.id,)
    assert of(question, team.soren, basic).seats == ()
    answer = content_of(question, ask(question.problem), Terms())
    tasks = [row.task_id for row in answer.rows if row.person_id == team.soren.person.id]
    assert tasks == [basic.id, team.rinse.id]


def test_a_gap_that_the_forecast_sees_has_its_day(team):
    team.world.requirement(team.insulin, Shift.EVENING, 1)
    question = asked(team.world)
    day = in_days(30)  # when Camilla's signature lapses
    opening = [one for one in question.spots if one.opens_on]
    assert {(one.shift, one.opens_on) for one in opening} == {(Shift.DAY, day), (Shift.EVENING, day)}
    assert all(one.lacks == 1 for one in opening)


def test_whoever_has_said_no_is_planned_with_nowhere(team):
    team.world.session.add(TeachingYes(person_id=team.karen.person.id, yes=False, answered_at=now()))
    question = asked(team.world)
    assert [one.yes for one in question.problem.teachers] == [False]
    answer = ask(question.problem)
    assert answer.proposals == ()
    assert WhyNot.NO_TEACHER in {one.why for one in answer.unclosable}


def test_a_spot_that_nobody_on_the_shift_may_close_says_so(team):
    team.world.cell(dull := team.world.task("Adrenalin"), "SPL", CellRule.CORE)
    team.world.requirement(dull, Shift.NIGHT, 1)
    answer = ask(asked(team.world).problem)
    assert WhyNot.NOBODY_MAY in {one.why for one in answer.unclosable}


def test_a_colleague_from_another_team_teaches_only_where_she_is_appointed(team):
    from competence.access.rules import Role

    other = team.world.unit("Team Skoven", under=team.world.district)
    guide = team.world.person("Hanne Lykke", "SPL", unit=other)
    assert guide.person.id not in of(asked(team.world), team.soren, team.rinse).teachers
    team.world.role(guide, Role.GUIDE, over=team.world.team)
    assert guide.person.id in of(asked(team.world), team.soren, team.rinse).teachers


@pytest.mark.parametrize("seed", range(6))
def test_no_proposal_breaks_a_rule_of_the_matrix_or_of_who_may_sign(world, seed):
    coming(world, seed)
    session = world.session
    units, node = place(world)
    question = question_of(session, units, node, Terms())
    answer = content_of(question, ask(question.problem), Terms())
    facts = {one.id: one for one in load(session, EMPLOYMENTS.c.id.in_([row.employment_id for row in answer.rows]))}
    for row in answer.rows:
        employment = session.get(Employment, row.employment_id)
        held = judge(facts[row.employment_id], row.task_id, on=today())
        assert held.cell.rule in ENTITLES
        assert held.level < row.level
        assert row.level >= held.cell.minimum_level
        unit = session.get(Unit, employment.unit_id)
        by = actor_of_person(session, row.teacher_id)
        signer = signer_on(session, by, row.task_id, unit=unit, on=today())
        assert ground_to_sign(signer, level=row.level, person_id=row.person_id)
    most = standing(question.spots, {}), standing(answer.spots, answer.more)
    assert most[1].gaps <= most[0].gaps
    assert content_from(answer.stored()) == answer


ENTITLES = (CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY)


def test_a_task_out_of_the_catalogue_is_asked_about_no_more(team):
    assert any(one.task_id == team.rinse.id for one in asked(team.world).spots)
    team.world.session.scalars(select(Task).where(Task.id == team.rinse.id)).one().archived_on = today()
    assert not any(one.task_id == team.rinse.id for one in asked(team.world).spots)


def test_a_plan_begins_on_the_monday_after_today():
    begins = next_monday(today())
    assert begins.weekday() == 0
    assert 1 <= (begins - today()).days <= 7
