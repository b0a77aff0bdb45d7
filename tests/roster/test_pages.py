"""The week, the shift, the board by the roster, who may, and the file from its choice to its yes."""

import io
import re
from datetime import timedelta

from sqlalchemy import event

from competence.access.rules import Role
from competence.coverage.rules import Shift
from competence.foundation.clock import now, today
from competence.foundation.web import db
from competence.people.models import Absence, PersonIdentity
from tests.imports.steps import StepPage
from tests.imports.workbooks import csv


def shift_page(client, havnen, letter="N", *, ahead=0):
    return client.get(f"/roster/{havnen.world.team.id}/{havnen.day + timedelta(days=ahead)}/{letter}").text


def number(havnen, who):
    found = havnen.world.session.query(PersonIdentity).filter_by(person_id=who.person.id).one()
    return found.number


def test_the_week_names_the_task_that_nobody_on_the_shift_may(havnen):
    havnen.take(havnen.duty(havnen.karen), havnen.duty(havnen.soren, "N"))
    page = havnen.signed_in(havnen.planner).get(f"/roster/{havnen.world.team.id}?on={havnen.day}").text
    assert "efter vagtplanen" in page
    assert "hul: 0 af 1" in page
    assert "1 på vagt" in page
    assert "Søren" not in page
    assert "Karen" not in page


def test_without_a_roster_the_week_says_so_and_shows_the_fixed_shifts(havnen):
    page = havnen.signed_in(havnen.planner).get(f"/roster/{havnen.world.team.id}").text
    assert "Der er ikke indlæst en vagtplan for denne uge." in page
    assert "af dem med fast vagt" in page
    assert "1 med fast vagt" in page


def test_the_shift_says_who_could_step_in_with_phone_and_rest(havnen):
    havnen.world.session.query(PersonIdentity).filter_by(person_id=havnen.camilla.person.id).update(
        {"phone": "00 00 41 22"}
    )
    havnen.take(havnen.duty(havnen.camilla, "A"), havnen.duty(havnen.soren, "N"))
    page = shift_page(havnen.signed_in(havnen.planner), havnen)
    assert "Ingen på vagt må." in page
    assert "Karen Winther" in page
    assert "00 00 41 22" in page
    assert page.index("Karen Winther") < page.index("Camilla Brandt"), "a full rest first"
    assert "under 11 timers hvile: på vagt" in page


def test_a_right_that_ends_with_the_day_does_not_carry_the_night(havnen):
    world = havnen.world
    last = world.person("Ida Holm")
    world.signed(last, havnen.insulin, by=havnen.karen, days_ago=30, valid_days=31 + (havnen.day - today()).days)
    world.settle()
    world.session.commit()
    havnen.take(havnen.duty(last, "N"))
    assert "Nat: hul. 0 af 1. Mangler 1." in shift_page(havnen.signed_in(havnen.planner), havnen)
    havnen.take(havnen.duty(last, "D"))
    assert "Dag: sårbar. 1 af 1." in shift_page(havnen.signed_in(havnen.planner), havnen, "D")


def test_whoever_is_away_does_not_count_and_no_reason_is_told(havnen):
    havnen.take(havnen.duty(havnen.karen))
    havnen.world.session.add(
        Absence(employment_id=havnen.karen.employment.id, valid_from=havnen.day, valid_to=None, recorded_at=now())
    )
    havnen.world.session.commit()
    page = shift_page(havnen.signed_in(havnen.planner), havnen, "D")
    assert "Dag: hul. 0 af 1." in page
    assert "fraværende, tæller ikke" in page


def test_the_board_counts_by_the_roster_when_asked_to_and_its_head_says_so(havnen):
    havnen.take(havnen.duty(havnen.camilla, "D"))
    leader = havnen.signed_in(havnen.with_role(Role.LEADER, "Dorthe Nygaard"))
    board = f"/coverage/{havnen.world.team.id}?on={havnen.day}"
    assert 'title="Dækning, af dem med fast vagt"' in leader.get(board).text
    page = leader.get(f"{board}&by=roster").text
    assert 'title="Dækning, efter vagtplanen"' in page
    assert "Nat: hul. 0 af 1. Mangler 1." in page
    who = leader.get(
        f"/coverage/{havnen.world.team.id}/task/{havnen.insulin.id}?shift=D&on={havnen.day}&by=roster",
        headers={"HX-Request": "true"},
    ).text
    assert "Camilla Brandt" in who
    assert "Karen" not in who


def test_who_may_puts_those_on_duty_first(havnen):
    havnen.take(havnen.duty(havnen.camilla, "D"))
    page = (
        havnen.signed_in(havnen.planner)
        .get(
            "/who-may",
            query_string={"q": "Insulin med pen", "on": str(havnen.day), "shift": "D", "unit": havnen.world.team.id},
        )
        .text
    )
    assert "1 på vagt i Team Havnen må." in page
    assert "på vagt 7.00–15.00" in page
    assert page.index("Camilla Brandt") < page.index("Karen Winther")


def test_those_who_see_numbers_only_see_no_roster(havnen):
    director = havnen.signed_in(havnen.with_role(Role.DIRECTOR, "Ulla Thorsen", over=havnen.world.root))
    assert director.get(f"/roster/{havnen.world.team.id}").status_code == 403
    other = havnen.world.unit("Team Skoven", under=havnen.world.root)
    planner = havnen.signed_in(havnen.planner)
    assert planner.get(f"/roster/{other.id}").status_code == 404
    assert planner.get(f"/roster/{havnen.world.team.id}/i-morgen/N").status_code == 404


def test_a_planner_loads_a_file_and_sees_first_what_it_changes(havnen):
    client, day = havnen.signed_in(havnen.planner), f"{havnen.day:%d.%m.%Y}"
    rows = [["Medarbejdernummer", "Dato", "Start", "Slut"], [number(havnen, havnen.karen), day, "7", "15"]]
    answer = client.post(
        "/imports/roster", data={"file": (io.BytesIO(csv(rows)), "plan.csv")}, content_type="multipart/form-data"
    )
    assert answer.location == "/imports/roster/preview"
    page = client.get("/imports/roster/preview").text
    assert "vagter er nye" in page
    assert "7.00" in page
    mark = re.search(r'name="staged"[^>]*value="([\d.-]+)"', page)
    assert mark
    client.post("/imports/roster/preview", data={"staged": mark[1]})
    assert "1 på vagt" in client.get(f"/roster/{havnen.world.team.id}?on={havnen.day}").text


class RosterStep(StepPage):
    steps = "/imports/roster/steps"


def test_own_columns_and_words_are_answered_once_and_remembered(havnen):
    client, day = havnen.signed_in(havnen.planner), f"{havnen.day:%d.%m.%Y}"
    rows = [["Nr.", "Hvem", "Vagtdag", "Kl.", "Sted"], [number(havnen, havnen.karen), "Karen", day, "7-15", "Havn"]]

    def begin():
        return client.post(
            "/imports/roster/steps",
            data={"file": (io.BytesIO(csv(rows)), "vores.csv")},
            content_type="multipart/form-data",
        )

    begin()
    RosterStep(client, "layout").send(top="1", bottom="1")
    refused = RosterStep(client, "columns").answer({f"Hvad kolonne {letter} betyder": "nothing" for letter in "ABCDE"})
    assert "Sig, hvilken kolonne der har medarbejdernumrene." in refused.text
    RosterStep(client, "columns").answer(
        {
            f"Hvad kolonne {letter} betyder": role
            for letter, role in zip("ABCDE", ("number", "nothing", "date", "times", "unit"), strict=True)
        }
    )
    RosterStep(client, "units").answer({"Den enhed, “Havn” betyder": str(havnen.world.team.id)})
    result = RosterStep(client, "result")
    assert "vagter er nye" in result.text
    assert result.send(remember="y").location == "/roster"
    begin()
    assert "I har svaret for disse overskrifter før." in client.get("/imports/roster/steps/sheet").text


def test_a_week_asks_as_often_for_ten_as_for_three(havnen, app):
    with app.app_context():
        engine = db.engine
    client = havnen.signed_in(havnen.planner)
    havnen.take(havnen.duty(havnen.karen), havnen.duty(havnen.soren, "N"))
    team = havnen.world.team.id

    def queries(address):
        asked = []

        def note(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        client.get(address)
        event.listen(engine, "before_cursor_execute", note)
        assert client.get(address).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    addresses = [f"/roster/{team}?on={havnen.day}", f"/roster/{team}/{havnen.day}/N"]
    before = [queries(address) for address in addresses]
    more = [havnen.world.person(f"Hjælper {place}", shifts="DAN"[place % 3]) for place in range(7)]
    for one in more:
        havnen.world.signed(one, havnen.insulin, by=havnen.karen)
    havnen.world.settle().session.commit()
    havnen.take(havnen.duty(havnen.karen), havnen.duty(havnen.soren, "N"), *(havnen.duty(one) for one in more))
    assert [queries(address) for address in addresses] == before


def test_a_requirement_is_for_the_shift_that_it_names(havnen):
    havnen.world.requirement(havnen.insulin, Shift.EVENING, 2)
    havnen.world.session.commit()
    havnen.take(havnen.duty(havnen.camilla, "A"))
    assert "Aften: hul. 1 af 2. Mangler 1." in shift_page(havnen.signed_in(havnen.planner), havnen, "A")
