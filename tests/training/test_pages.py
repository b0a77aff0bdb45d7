"""The page of whom to train next as each role meets it: from a red gap to an agreed plan."""

import re

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AccessEntry
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.learning.models import Goal, PlannedActivity
from competence.learning.rules import Origin, Part
from competence.signoffs.models import SignOffRequest
from competence.training.models import TeachingYes, TrainingRun
from competence.training.views import plan as views
from tests.forecast.worlds import in_days
from tests.statements import counted


def kept(team):
    """The team's proposal as it is stored."""
    team.world.session.rollback()
    return team.world.session.scalars(select(TrainingRun).order_by(TrainingRun.id.desc())).first()


def rows(page):
    """(name, whether it is in the plan) of each proposal, as they stand."""
    return re.findall(r'aria-pressed="(true|false)">.*?I planen: ([^,]+),', page)


def test_three_clicks_from_a_red_gap_to_an_agreed_plan(team, leader, plan):
    card = leader.get(team.board).text
    address = re.search(r'action="(/training/\d+\?[^"]+)"', card).group(1).replace("&amp;", "&")
    shown = leader.post(address)
    assert shown.status_code == 302
    page = leader.get(shown.location).text
    assert "Søren Juhl" in page
    assert "Karen Winther" in page
    assert "lukker hul" in page
    assert "Det, der handler om hullet, du kom fra, står først" in page
    assert "Bevist" in page
    assert leader.post(f"{plan}/agree", data={"seen": kept(team).revision}).status_code == 302
    session = team.world.session
    session.rollback()
    goal = session.scalars(select(Goal).where(Goal.employment_id == team.soren.employment.id)).one()
    assert (goal.task_id, goal.origin, goal.yes_on) == (team.rinse.id, Origin.PROPOSAL, None)
    planned = session.scalars(select(PlannedActivity).where(PlannedActivity.goal_id == goal.id)).all()
    assert {(one.part, one.minutes) for one in planned} == {(Part.DAILY, 90), (Part.COLLEAGUES, 30)}
    assert all(one.led_by == team.karen.person.id and one.begins > today() and one.yes_on is None for one in planned)
    after = leader.get(plan).text
    assert "Planen er godkendt" in after
    assert "Godkend planen" not in after
    assert leader.post(plan).status_code == 302
    assert "Oplæring til det ene hul er på vej" in leader.get(plan).text
    assert session.scalars(select(TeachingYes.person_id)).all() == [team.karen.person.id]
    assert session.scalars(select(AccessEntry.page).where(AccessEntry.page == "training_plan.unit")).all()


def test_nothing_is_written_by_looking(team, leader, plan):
    page = leader.get(plan).text
    assert "Regn forslaget ud" in page
    assert kept(team) is None


def test_turning_a_proposal_off_works_the_others_out_anew(team, leader, plan):
    leader.post(plan)
    assert ("true", "Søren Juhl") in rows(leader.get(plan).text)
    off = {"seen": 1, "employment": team.soren.employment.id, "task": team.rinse.id}
    assert leader.post(f"{plan}/switch", data=off).status_code == 302
    page = leader.get(plan).text
    assert ("false", "Søren Juhl") in rows(page)
    assert ("true", "Maja Lind") in rows(page)
    leader.post(f"{plan}/switch", data=off | {"seen": 2, "on": 1})
    assert ("true", "Søren Juhl") in rows(leader.get(plan).text)
    assert kept(team).terms["must"] == [[team.soren.employment.id, team.rinse.id]]


def test_an_aim_is_chosen_and_kept(team, leader, plan):
    leader.post(plan)
    leader.post(plan, data={"aim": "fastest", "seen": 1})
    assert kept(team).terms["aim"] == "fastest"
    page = leader.get(plan).text
    assert re.search(r'value="fastest" aria-pressed="true"', page)


def test_limits_that_cannot_be_are_refused_at_their_field_and_kept_as_typed(team, leader, plan):
    typed = {
        "aim": "gaps",
        "weeks": "99",
        "at_once": "2",
        "person_hours": "40",
        "teacher_minutes": "120",
        "budget": "",
        "seen": "",
    }
    answer = leader.post(plan, data=typed)
    assert answer.status_code == 422
    assert "Skriv fra 1 til 26 uger." in answer.text
    assert 'value="99"' in answer.text
    assert kept(team) is None
    assert leader.post(plan, data=typed | {"weeks": "6", "budget": "500"}).status_code == 302
    assert (kept(team).terms["weeks"], kept(team).terms["budget"]) == (6, 500)


def test_what_is_kept_and_cannot_be_done_says_what_it_would_take(team, leader, plan):
    team.rinse.observed_times = 30
    team.world.settle().session.commit()
    leader.post(plan)
    pair = {"employment": team.maja.employment.id, "task": team.rinse.id}
    terms = kept(team).terms | {"must": [list(pair.values())], "person_hours": 10, "weeks": 26}
    kept(team).terms = terms
    team.world.session.commit()
    leader.post(plan)
    page = leader.get(plan).text
    assert "Det, du har valgt at beholde, kan ikke lade sig gøre" in page
    assert re.search(r"timer mere af Maja Lind", page)


def test_two_at_once_are_told_of_each_other(team, leader, plan):
    leader.post(plan)
    other = team.as_role(Role.DEVELOPMENT_NURSE, "Marianne Holm", over=team.world.root)
    other.post(plan, data={"aim": "cheapest", "seen": 1})
    late = leader.post(plan, data={"aim": "fastest", "seen": 1})
    assert late.status_code == 409
    assert "Marianne Holm" in late.text
    assert kept(team).terms["aim"] == "cheapest"
    off = {"seen": 1, "employment": team.soren.employment.id, "task": team.rinse.id}
    leader.post(f"{plan}/switch", data=off)
    assert "Marianne Holm" in leader.get(plan).text
    assert kept(team).terms["without"] == []


def left(team):
    team.soren.employment.valid_to = today()


def archived(team):
    team.rinse.archived_on = today()


def seen_once_more(team):
    team.world.observed(team.soren, team.rinse, by=team.karen)


def said_no(team):
    team.world.session.add(TeachingYes(person_id=team.karen.person.id, yes=False))


def taught_by_nobody(team):
    team.karen.employment.valid_to = in_days(14)


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (left, "Ansættelsen for Søren Juhl er ophørt"),
        (archived, "bruges ikke længere"),
        (seen_once_more, "Noget har ændret sig"),
        (said_no, "En anden kollega skal lære"),
        (taught_by_nobody, "En anden kollega skal lære"),
    ],
)
def test_what_has_changed_meanwhile_is_said_and_nothing_is_planned(team, leader, plan, happens, says):
    leader.post(plan)
    leader.post(f"{plan}/switch", data={"seen": 1, "employment": team.maja.employment.id, "task": team.rinse.id})
    happens(team)
    team.world.session.flush()
    team.world.settle()
    team.world.session.commit()
    leader.post(f"{plan}/agree", data={"seen": kept(team).revision})
    page = leader.get(plan).text
    assert says in page
    assert "Regn forslaget ud igen" in page
    team.world.session.rollback()
    assert not team.world.session.scalars(select(Goal)).all()


def test_each_role_reaches_what_it_may(team, plan):
    nurse = team.as_role(Role.DEVELOPMENT_NURSE, "Marianne Holm", over=team.world.root)
    assert nurse.post(plan).status_code == 302
    page = nurse.get(plan).text
    assert "Søren Juhl" in page
    assert "Godkend planen" not in page
    assert nurse.post(f"{plan}/agree", data={"seen": 1}).status_code == 403
    for role in (Role.DIRECTOR, Role.HR, Role.COMMITTEE, Role.PLANNER, Role.GUIDE, Role.AUDITOR, Role.ADMINISTRATOR):
        client = team.as_role(role, f"En {role.value}", over=team.world.root)
        assert client.get(plan).status_code == 403, role
        assert client.post(plan).status_code == 403, role
        assert "Planlæg oplæring" not in client.get(team.board, follow_redirects=True).text
    other = team.world.unit("Team Skoven", under=team.world.district)
    elsewhere = team.as_role(Role.LEADER, "Lis Skov", over=other)
    assert elsewhere.get(plan).status_code == 404
    assert elsewhere.post(f"{plan}/agree", data={"seen": 1}).status_code == 404


def test_what_she_has_asked_for_is_known_to_her_leader_alone(team, leader, plan):
    team.world.session.add(
        SignOffRequest(
            employment_id=team.soren.employment.id, task_id=team.rinse.id, asked_by=team.soren.person.id, asked_at=now()
        )
    )
    team.world.session.commit()
    leader.post(plan)
    page = leader.get(plan).text
    assert "eget ønske" in page
    assert "Søren har selv ønsket det." in page
    other = team.as_role(Role.DEVELOPMENT_NURSE, "Marianne Holm", over=team.world.root).get(plan).text
    assert "Søren Juhl" in other
    assert "ønske" not in other.partition("Forslag")[2].partition("Rammer")[0]


def test_somebody_is_asked_whether_she_will_teach_and_answers_on_her_own_page(team, leader, plan):
    leader.post(plan)
    assert "Spørg Karen" in leader.get(plan).text
    leader.post(f"{plan}/ask", data={"person": team.karen.person.id})
    page = leader.get(plan).text
    assert "er spurgt" in page
    assert "Spørg Karen" not in page
    karen = team.signed_in(team.karen)
    assert "Du er spurgt, om du vil lære fra dig" in karen.get("/reminders").text
    assert "Du er spurgt og har ikke svaret endnu." in karen.get("/training/teaching").text
    karen.post("/training/teaching", data={"yes": 1})
    assert "har sagt ja" in leader.get(plan).text
    karen.post("/training/teaching")
    leader.post(plan)
    page = leader.get(plan).text
    assert "Karen Winther" not in page
    assert "nej" not in page.partition("Hvem lærer fra sig")[2].lower()


def test_a_part_that_lies_outside_the_unit_is_not_there(team, leader, plan):
    leader.post(plan)
    other = team.world.unit("Team Skoven", under=team.world.district)
    team.world.session.commit()
    assert leader.get(f"{plan}?part={other.id}").status_code == 404
    assert leader.post(f"{plan}/agree", data={"seen": 1, "part": other.id}).status_code == 404
    assert leader.post(f"{plan}/agree", data={"seen": 1, "part": team.world.root.id}).status_code == 404


def test_nobody_is_asked_whom_the_proposal_does_not_name(team, leader, plan):
    leader.post(plan)
    assert leader.post(f"{plan}/ask", data={"person": team.camilla.person.id}).status_code == 404
    assert team.world.session.scalars(select(TeachingYes)).all() == []


def test_a_wide_unit_is_worked_out_in_the_background_and_agreed_to_team_by_team(team, monkeypatch):
    world = team.world
    other = world.unit("Team Skoven", under=world.district)
    world.person("Sigrid Skov", "SPL", unit=other)
    world.person("Niels Skov", shifts="N", unit=other)
    world.requirement(team.rinse, Shift.NIGHT, 1, unit=other)
    world.settle()
    monkeypatch.setattr(views, "AT_ONCE", 1)
    client = team.as_role(Role.LEADER, "Dora Distrikt", over=world.district)
    page = f"/training/{world.district.id}"
    answer = client.post(page)
    assert answer.location.startswith("/jobs/")
    client.application.extensions["jobs"].join(30)
    assert "er regnet ud" in client.get(answer.location).text
    shown = client.get(page).text
    assert "Enhed for enhed" in shown
    assert "Team Skoven" in shown
    part = client.get(f"{page}?part={other.id}").text
    assert "Niels Skov" in part
    assert "Søren Juhl" not in part
    client.post(f"{page}/agree", data={"seen": kept(team).revision, "part": other.id})
    world.session.rollback()
    goals = world.session.scalars(select(Goal.employment_id)).all()
    assert goals
    assert team.soren.employment.id not in goals
    assert list(kept(team).agreed) == [str(other.id)]


def test_as_many_questions_for_ten_proposals_as_for_one(team, leader, plan):
    leader.post(plan)
    with counted() as few:
        leader.get(plan)
    for number in range(9):
        task = team.world.task(f"Opgave {number}")
        team.world.cell(task, "SPL", CellRule.CORE)
        team.world.cell(task, "SSH", CellRule.MAY_GENERAL)
        team.world.requirement(task, Shift.NIGHT, 1)
    team.world.settle()
    team.world.session.commit()
    leader.post(plan)
    with counted() as many:
        page = leader.get(plan).text
    assert len(rows(page)) >= 9
    assert len(many) <= len(few)
