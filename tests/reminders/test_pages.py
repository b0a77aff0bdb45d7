"""The list behind the bell, and what to do again after a time away."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.organisation.queries import settings_of
from competence.people.models import Absence
from competence.signoffs.models import SignOffRequest
from tests.catalogue.forms import form_values
from tests.organisation.test_settings import PAGE, form
from tests.statements import counted


def test_the_bell_counts_and_the_page_says_what_for_whom_until_when_and_what_to_do(team, run, signed_in):
    team.ends_in(7)
    run(mails=False)
    own = signed_in(team.helper).get("/reminders").text
    assert "Din underskrift på Insulin med pen gælder til og med" in own
    assert "7 dage tilbage" in own
    assert "Spørg vejlederne" in own
    led = signed_in(team.leader).get("/reminders").text
    assert "Amira Haddad: underskriften på Insulin med pen" in led
    assert "Dorthe" in signed_in(team.helper).get("/me/looked").text, "she sees who has looked"
    assert "1 ting venter på dig" in led
    guided = signed_in(team.guide).get("/reminders").text
    assert "Observér og skriv under" in guided


def test_asked_put_away_and_brought_back(team, run, signed_in):
    team.ends_in(7)
    run(mails=False)
    client = signed_in(team.helper)
    asked = client.post(
        "/ask",
        data={"employment_id": team.helper.employment.id, "task_id": team.task.id, "back": "/reminders"},
        follow_redirects=True,
    ).text
    assert "Vejlederne er spurgt. Se den" in asked
    reminder = int(asked.split("/reminders/")[1].split("/away")[0])
    assert signed_in(team.leader).post(f"/reminders/{reminder}/away").status_code == 404
    away = client.post(f"/reminders/{reminder}/away", follow_redirects=True).text
    assert "Der er ikke noget at minde dig om." in away
    assert "Den er lagt væk." in away
    assert "Din underskrift på" in client.post(f"/reminders/{reminder}/back", follow_redirects=True).text


def test_the_list_runs_as_many_queries_for_five_as_for_one(team, run, signed_in, app):
    client = signed_in(team.leader)

    def queries(path):
        with counted() as sent:
            client.get(path)
        return len(sent)

    team.ends_in(7)
    run(mails=False)
    client.get("/reminders")
    one, about = queries("/reminders"), queries("/account")
    for number in range(4):
        team.ends_in(7, whose=team.world.person(f"Nr {number}", "SSH"))
    run(mails=False)
    assert (queries("/reminders") - one, queries("/account") - about) == (0, 0)


@pytest.fixture
def away(team):
    """Amira was away for a hundred days and is back today. Two tasks lapsed, one ends soon, one still counts."""
    world = team.world
    made = {}
    for name, days in (("Andet", -20), ("Behov", -10), ("Hul", -5), ("Snart", 12), ("Længe", 200)):
        made[name] = world.task(name)
        world.cell(made[name], "SSH", CellRule.MAY_GENERAL)
        world.signed(team.helper, made[name], by=team.guide, days_ago=150, valid_days=151 + days)
    world.requirement(made["Hul"], Shift.DAY, 1)
    world.requirement(made["Behov"], Shift.NIGHT, 1)
    world.session.add(
        Absence(
            employment_id=team.helper.employment.id, valid_from=today() - timedelta(days=100), valid_to=today(),
            recorded_at=now(),
        )
    )  # fmt: skip
    world.session.add(
        SignOffRequest(
            employment_id=team.helper.employment.id, task_id=made["Snart"].id, asked_by=team.helper.person.id, asked_at=now()
        )
    )  # fmt: skip
    world.settle().session.commit()
    return team


def order(page):
    part = page.split('id="back"')[1].split("</section>")[0]
    places = {name: part.find(f"<span>{name}</span>") for name in ("Andet", "Behov", "Hul", "Snart", "Længe")}
    return [name for name, at in sorted(places.items(), key=lambda pair: pair[1]) if at >= 0]


def test_back_from_a_time_away_what_the_team_lacks_stands_first_then_what_it_needs_then_what_she_wants(away, signed_in):
    own = signed_in(away.helper).get("/me").text
    assert "Velkommen tilbage" in own
    assert order(own) == ["Hul", "Behov", "Snart", "Andet"]
    assert "Teamet mangler den i din vagt" in own
    led = signed_in(away.leader).get(f"/people/{away.helper.person.id}").text
    assert order(led) == ["Hul", "Behov", "Snart", "Andet"]
    assert "Du har selv" not in led


def test_the_guide_does_not_see_that_somebody_has_been_away(away, signed_in, run):
    assert 'id="back"' not in signed_in(away.guide).get(f"/people/{away.helper.person.id}").text
    run(mails=False)
    assert "tilbage" not in signed_in(away.guide).get("/reminders").text.partition("<main")[2].replace(
        "dage tilbage", ""
    )
    assert "Amira Haddad har været tilbage" in signed_in(away.leader).get("/reminders").text
    assert "Velkommen tilbage" in signed_in(away.helper).get("/reminders").text


def test_who_has_not_been_away_has_no_such_list(team, signed_in):
    team.ends_in(7)
    assert 'id="back"' not in signed_in(team.helper).get("/me").text


def test_the_ladder_is_set_on_the_settings_page_and_what_is_none_stays_as_it_was_typed(team, signed_in):
    chief = team.world.role(team.world.person("Henrik", "UFA"), Role.ADMINISTRATOR, over=team.world.root)
    client = signed_in(chief)
    refused = client.post(PAGE, data=form(client) | {"reminder_days": "90, snart"})
    assert refused.status_code == 422
    assert 'value="90, snart"' in refused.text
    assert "Skriv et til 5 antal dage fra 1 til 365" in refused.text
    client.post(PAGE, data=form(client) | {"reminder_days": "14/60"})
    team.world.session.commit()
    assert settings_of(team.world.session).reminder_days == (60, 14)


def test_a_task_is_given_its_own_ladder_in_the_catalogue(team, signed_in):
    nurse = team.world.role(team.world.person("Marianne", "SPL"), Role.DEVELOPMENT_NURSE, over=team.world.root)
    client = signed_in(nurse)
    address = f"/catalogue/{team.task.id}/change"
    page = client.get(address)
    values = form_values(page.text)
    assert client.post(address, data=values | {"reminder_days": "0"}).status_code == 422
    client.post(address, data=values | {"reminder_days": "10 og 3", "why": "Kort frist"})
    team.world.session.expire_all()
    assert team.world.session.get_one(Task, team.task.id).reminder_days == "10, 3"
