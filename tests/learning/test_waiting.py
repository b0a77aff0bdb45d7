"""What waits for an answer counts in the bell of whoever is to give it, and nothing that is paused, ended or answered does."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.learning import commands
from competence.learning.commands import NewTalk
from competence.learning.queries.waiting import own_waiting, plans_waiting, waiting_count
from competence.learning.rules import GoalKind, Part, TalkKind
from tests.learning.conftest import Two
from tests.statements import counted


def waits(two: Two) -> tuple[int, int, int]:
    """(Amira's, her leader's, Hanne's)."""
    amira, leader, hanne = (waiting_count(two.session, one.actor) for one in (two.amira, two.leader, two.hanne))
    return amira, leader, hanne


def test_a_proposal_counts_for_her_until_she_answers_it(two: Two):
    assert waits(two) == (0, 0, 0)
    goal = two.goal(by=two.leader)
    activity = two.activity(by=two.leader, led_by=two.hanne.person.id)
    assert waits(two) == (2, 0, 1)
    commands.answer_goal(two.session, goal.id, True, by=two.amira.actor)
    commands.answer_activity(two.session, activity.id, False, by=two.amira.actor)
    assert waits(two) == (0, 0, 0)


def test_a_plan_laid_before_the_other_counts_for_the_other(two: Two):
    two.goal()
    version = two.laid(by=two.amira)
    assert waits(two) == (0, 1, 0)
    assert plans_waiting(two.session, two.leader.actor) == 1
    elsewhere = two.world.role(two.world.person("Bo Andersen"), Role.LEADER, over=two.world.unit("Team Engen"))
    assert waiting_count(two.session, elsewhere.actor) == 0
    commands.withdraw_version(two.session, version.id, by=two.amira.actor)
    assert waits(two) == (0, 0, 0)
    two.laid(by=two.leader)
    assert own_waiting(two.session, two.amira.actor) == 1


def test_nothing_waits_of_a_plan_on_pause_or_of_an_employment_that_ended(two: Two):
    two.goal(by=two.leader)
    two.activity(by=two.leader)
    commands.pause_plan(two.session, two.job, by=two.amira.actor)
    assert waits(two) == (0, 0, 0)
    commands.resume_plan(two.session, two.job, by=two.amira.actor)
    assert waits(two) == (2, 0, 0)
    two.amira.employment.valid_to = today()
    two.session.flush()
    assert waits(two) == (0, 0, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_bell_leads_to_the_page_where_it_is_answered(two: Two, signed_in):
    two.goal(by=two.leader)
    two.session.commit()
    amira = signed_in(two.amira)
    assert "1 ting venter på dig" in amira.get("/me/may").text
    assert "1 ting om læring venter på dit svar" in amira.get("/reminders").text
    assert "1 ting om læring venter på dit svar" in amira.get("/me").text
    begin_writing(two.session)
    two.laid(by=two.amira)
    two.session.commit()
    assert "1 udviklingsplan venter på dit ja" in signed_in(two.leader).get("/reminders").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_her_path_says_when_something_is_planned_for_a_step(two: Two, signed_in):
    goal = two.goal()
    two.activity(goal_id=goal.id, begins=today())
    from competence.learning.queries.plans import planned_for_tasks

    found = planned_for_tasks(two.session, [two.job], on=today())
    assert {key: one.name for key, one in found.items()} == {(two.job, two.oxygen.id): "Ilt hos to borgere"}
    proposed = two.activity(by=two.leader, name="Forslag", task_id=two.never.id, begins=today())
    assert proposed.name not in {one.name for one in planned_for_tasks(two.session, [two.job], on=today()).values()}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_held_a_talk_and_leads_her_no_more_reads_the_talk_and_not_the_plan(two: Two, signed_in):
    two.goal(kind=GoalKind.WISH, task_id=None, level=None, words="Tage imod nye kolleger")
    new = NewTalk(TalkKind.MUS, two.world.team.id, (two.job,), today() + timedelta(days=3))
    talk = commands.plan_talk(two.session, new, by=two.leader.actor)
    two.session.commit()
    leader = signed_in(two.leader)
    for address in (f"/talks/{talk.id}", f"/talks/{talk.id}/write"):
        page = leader.get(address).text
        assert "Tage imod nye kolleger" in page, address
        assert "Planen" in page
    begin_writing(two.session)
    elsewhere = two.world.unit("Team Engen")
    two.amira.employment.unit_id = elsewhere.id
    two.session.commit()
    page = leader.get(f"/talks/{talk.id}").text
    assert "Det taler vi om" in page
    assert "Tage imod nye kolleger" not in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_more_talks_and_more_units_ask_no_more_statements(two: Two, signed_in):
    leader, amira = signed_in(two.leader), signed_in(two.amira)

    def sent(client, address) -> int:
        client.get(address)
        with counted() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    def talk(someone) -> int:
        new = NewTalk(TalkKind.MUS, two.world.team.id, (someone.employment.id,), today() + timedelta(days=3))
        return commands.plan_talk(two.session, new, by=two.leader.actor).id

    def all_of_them(talk_id: int) -> list[int]:
        places = [
            (leader, "/talks"),
            (leader, "/learning-balance"),
            (leader, f"/talks/{talk_id}"),
            (amira, "/reminders"),
        ]
        return [sent(client, address) for client, address in places]

    begin_writing(two.session)
    first = talk(two.amira)
    goal = two.goal()
    two.activity(goal_id=goal.id, begins=today())
    two.session.commit()
    before = all_of_them(first)
    begin_writing(two.session)
    for number in range(3):
        talk(two.world.person(f"Kollega {number}"))
        two.goal(kind=GoalKind.WISH, task_id=None, level=None, words=f"Ønske {number}")
        two.activity(name=f"Kursus {number}", part=Part.FORMAL, begins=today())
    two.session.commit()
    assert all_of_them(first) == before
