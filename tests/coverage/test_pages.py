"""The pages about coverage as each role meets them."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from competence.access.rules import Role
from competence.audit.models import AccessEntry
from competence.coverage.rules import Shift
from competence.delegation.models import Stop
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.signoffs.models import SignOffRequest


def test_a_leader_reads_first_what_is_thin_and_who_is_nearest(team):
    page = team.as_role(Role.LEADER).get(team.board).text
    assert "Dækning i Team Havnen" in page
    assert "Ingen må om natten: Skylning af blærekateter" in page
    assert "Søren er tættest på: mangler 1 af 3 gange og en underskrift." in page
    assert "Maja kan oplæres." in page
    assert "kritisk opgave" in page
    assert "af dem med fast vagt" in page
    assert "Nat: hul. 0 af 1. Mangler 1." in page
    assert "Må udføre. Uddannelse, niveau 2, øvet." in page
    assert "Udløber om 29 dage." in page


def test_floaters_who_may_stand_beside_each_field_and_never_in_it(team):
    for name in ("Flemming Flyver", "Freja Flyver"):
        team.world.person(name, "SPL", unit=team.world.district, shifts="", is_floater=True)
    wound = team.world.task("Komplicerede sår")
    team.world.cell(wound, "SPL", CellRule.CORE)
    team.world.person("Louise Bak", "SPL")
    team.world.requirement(wound, Shift.DAY, 1)
    team.world.settle()
    page = team.as_role(Role.LEADER).get(team.board).text
    rows = {task: page.split(f"<tr data-row={task.id}>")[1].split("</tr>")[0] for task in (team.rinse, wound)}
    gap = "<b>0</b>/1</span><small>+2</small></span><i>Nat: hul. 0 af 1. Mangler 1. Flyvere: +2.</i>"
    assert gap in rows[team.rinse]
    assert "<b>2</b>/1<small>+2<i> flyvere</i></small>" in rows[wound]


def test_the_front_page_of_coverage_leads_to_the_only_unit(team):
    answer = team.as_role(Role.LEADER).get("/coverage")
    assert answer.location == team.board


def test_asking_the_guide_from_a_gap_makes_one_request(team):
    client = team.as_role(Role.LEADER)
    wanted = {"employment_id": team.soren.employment.id, "task_id": team.rinse.id, "back": team.board}
    assert client.post("/ask", data=wanted).location == team.board
    requests = team.world.session.scalars(select(SignOffRequest)).all()
    assert [(one.employment_id, one.task_id) for one in requests] == [(team.soren.employment.id, team.rinse.id)]


def test_the_pills_lead_to_lists_with_as_many_marks(team):
    client = team.as_role(Role.LEADER)
    page = client.get(f"{team.board}?gaps=1").text
    assert page.count("kt-hn kt-hole") == 1 + 1  # one in the list, one in the legend
    assert page.count("kt-hn kt-vulnerable") == 1 + 1
    expiring = client.get(f"{team.board}?expiring=1").text
    assert "Insulin med pen" in expiring
    assert "/task/" + str(team.rinse.id) not in expiring.partition("<tbody>")[2]
    assert "Viser 1 af 2 opgaver" in expiring


def test_filters_narrow_the_columns(team):
    page = team.as_role(Role.LEADER).get(f"{team.board}?shift=N").text
    assert "Søren" in page
    assert "Karen Winther" not in page
    assert page.count('class="k"') == 1


def test_why_is_a_fragment_for_the_popover_and_a_page_without_script(team):
    client = team.as_role(Role.LEADER)
    address = f"{team.board}/why/{team.camilla.employment.id}/{team.insulin.id}"
    fragment = client.get(address, headers={"HX-Request": "true"}).text
    assert not fragment.lstrip().startswith("<!doctype")
    assert "Camilla Brandt · Insulin med pen" in fragment
    assert "Snart: " in fragment
    page = client.get(address).text
    assert "Af Karen Winther." in page
    assert "Egen accept" in page


def test_a_column_and_a_row_have_a_page_with_all_reasons(team):
    client = team.as_role(Role.LEADER)
    person = client.get(f"{team.board}/person/{team.soren.employment.id}").text
    assert "Under oplæring. 2 af 3 gange er gennemført." in person
    task = client.get(f"{team.board}/task/{team.rinse.id}?shift=N").text
    assert task.index("Søren Juhl") < task.index("Maja Lind")
    fragment = client.get(f"{team.board}/task/{team.insulin.id}?shift=D", headers={"HX-Request": "true"}).text
    assert "Karen Winther" in fragment
    assert "Søren" not in fragment


def test_a_stop_stands_on_top(team):
    team.world.session.add(
        Stop(
            task_id=team.rinse.id, unit_id=team.world.district.id, begins_at=now(), valid_to=today() + timedelta(days=3),
            reason="Fejl på udstyr",
            stopped_by=team.karen.person.id, recorded_at=now(),
        )
    )  # fmt: skip
    page = team.as_role(Role.LEADER).get(team.board).text
    assert "Stop: Skylning af blærekateter, alle faggrupper, til og med" in page
    assert "Spørg Karen Winther." in page


def test_before_a_version_is_approved_the_board_says_that_nothing_counts(team):
    team.world.version.approved_at = None
    assert "Intet tæller endnu." in team.as_role(Role.LEADER).get(team.board).text


def test_a_unit_that_was_closed_says_so_and_leads_to_its_last_day(team):
    team.world.version.approved_at = now() - timedelta(days=300)
    other = team.world.unit("Team Lunden", under=team.world.district)
    team.world.team.valid_to = today()
    client = team.as_role(Role.LEADER, over=team.world.district)
    answer = client.get(team.board)
    assert answer.status_code == 404
    assert "Team Havnen blev lukket" in answer.text
    last = f"{team.board}?on={today() - timedelta(days=1)}"
    assert f'href="{last}"' in answer.text
    page = client.get(last).text
    assert "Sådan sagde systemet den" in page
    assert f"<option value={team.world.team.id} selected>" in page
    assert f"<option value={team.world.team.id}" not in client.get(f"/coverage/{other.id}").text
    figures = team.as_role(Role.DIRECTOR, "Anne Krogh", over=team.world.district).get(last)
    assert figures.status_code == 404
    assert "Se den sidste dag" not in figures.text
    outside = team.as_role(Role.LEADER, "Ole Ol", over=other).get(team.board)
    assert outside.status_code == 404
    assert "Team Havnen" not in outside.text


def test_without_needs_there_is_no_talk_of_gaps(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    team.world.person("Rikke Sander", "SPL", unit=other)
    team.world.settle()
    page = team.as_role(Role.LEADER, over=team.world.district).get(f"/coverage/{other.id}").text
    assert "Der er ikke sat bemandingskrav for Team Lunden." in page
    assert "Ingen huller" not in page
    assert f'href="/requirements?unit_id={other.id}"' in page


def test_an_empty_unit_says_how_it_is_filled_by_those_who_can(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    page = team.as_role(Role.LEADER, over=team.world.district).get(f"/coverage/{other.id}").text
    assert "Ingen arbejder i Team Lunden endnu." in page
    assert "En administrator henter medarbejderne" in page
    assert 'href="/people/external/new"' in page
    assert 'href="/people/new"' not in page


def test_a_past_day_says_what_the_system_said_then(team):
    team.world.version.approved_at = now() - timedelta(days=300)
    page = team.as_role(Role.LEADER).get(f"{team.board}?on={today() - timedelta(days=40)}").text
    assert "Sådan sagde systemet den" in page
    assert "Kan oplæres. Ikke begyndt." in page


def test_a_unit_out_of_reach_is_not_there(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    client = team.as_role(Role.LEADER)
    assert client.get(f"/coverage/{other.id}").status_code == 404
    assert client.get(f"/coverage/{team.world.district.id}").status_code == 404
    assert client.get(f"/coverage/{other.id}/task/{team.insulin.id}").status_code == 404
    assert client.get(f"{team.board}/why/99999/{team.insulin.id}").status_code == 404
    assert client.get(f"{team.board}/task/99999").status_code == 404
    assert client.get("/coverage/99999").status_code == 404


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HR, Role.COMMITTEE, Role.PLANNER])
def test_those_who_see_figures_see_no_name(team, role):
    client = team.as_role(role)
    page = client.get(team.board).text
    assert "Skylning af blærekateter" in page
    for someone in (team.karen, team.camilla, team.soren, team.maja):
        assert someone.name not in page
        assert f">{someone.name.split()[0]}<" not in page
    hidden = "Grupper under 5 er skjult, også hvor de kunne regnes ud ved at trække fra." in page
    assert hidden is (role is not Role.PLANNER)
    assert client.get(f"{team.board}/person/{team.soren.employment.id}").status_code == 403


def test_a_director_sees_districts_and_no_group_under_five(team):
    client = team.as_role(Role.DIRECTOR, over=team.world.root)
    answer = client.get(f"/coverage/{team.world.root.id}")
    assert answer.location == f"/overview/{team.world.root.id}"
    page = client.get(f"{answer.location}/units").text
    assert "Distrikt Nord" in page
    assert "skjult" in page
    assert "Camilla" not in page


def test_the_overview_counts_what_the_board_counts(team):
    team.world.person("Bo Berg", unit=team.world.district, shifts="D")
    team.world.requirement(team.insulin, Shift.EVENING, 3, unit=team.world.district)
    team.world.settle()
    board = team.as_role(Role.LEADER, over=team.world.district).get(f"/coverage/{team.world.district.id}").text
    figures = (
        team.as_role(Role.PLANNER, "Lars Bisgaard", over=team.world.district)
        .get(f"/overview/{team.world.district.id}")
        .text
    )
    pill = "<span>{}</span><span>huller</span>"
    shown = next(number for number in range(1, 20) if pill.format(number) in board)
    assert f"<b>{shown}</b> <span>af " in figures


def test_an_overview_says_where_the_gaps_are_without_a_name(team):
    other = team.world.unit("Team Lunden", under=team.world.district)
    team.world.person("Rikke Sander", "SPL", unit=other)
    wounds = team.world.task("Komplicerede sår")
    team.world.cell(wounds, "SPL", CellRule.CORE)
    team.world.requirement(wounds, Shift.DAY, 1, unit=other)
    team.world.settle()
    page = team.as_role(Role.DIRECTOR, "Anne Krogh", over=team.world.district).get(
        f"/overview/{team.world.district.id}"
    )
    text = page.text
    assert "Hvor er hullerne?" in text
    assert f'<a href="/coverage/{team.world.team.id}">Havnen</a>' in text
    assert f'<a href="/coverage/{team.world.team.id}?area={team.rinse.area_id}" class="kt-bare kt-heat-4">' in text
    assert "1 kritisk" in text
    assert "1 hul er i en kritisk opgave" in text
    assert "Der er ingen huller i Team Lunden." in text
    assert "Rikke" not in text
    assert "Søren" not in text


def test_looking_at_names_is_noted_and_figures_are_not(team):
    team.as_role(Role.LEADER).get(team.board)
    assert [(one.unit_id, one.page) for one in team.world.session.scalars(select(AccessEntry))] == [
        (team.world.team.id, "coverage.unit")
    ]
    team.as_role(Role.DIRECTOR, "Anne Krogh").get(team.board)
    assert len(team.world.session.scalars(select(AccessEntry)).all()) == 1


def test_an_employee_has_no_board(team):
    assert team.signed_in(team.maja).get(team.board).status_code == 403


def test_a_board_asks_as_often_for_thirty_as_for_three(team, app):
    from competence.foundation.web import db

    client = team.as_role(Role.LEADER)
    with app.app_context():
        engine = db.engine

    def queries(address):
        asked = []

        def note(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        client.get(address)
        event.listen(engine, "before_cursor_execute", note)
        assert client.get(address).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    addresses = [
        team.board, f"{team.board}/task/{team.insulin.id}", f"{team.board}/person/{team.soren.employment.id}",
        f"/who-may?q=Insulin+med+pen&shift=D&unit={team.world.team.id}", f"/requirements?unit_id={team.world.team.id}",
    ]  # fmt: skip
    before = [queries(address) for address in addresses]
    for number in range(27):
        helper = team.world.person(f"Hjælper {number}", shifts="DAN"[number % 3])
        task = team.world.task(f"Opgave {number}")
        team.world.cell(task, "SSH", CellRule.MAY_GENERAL)
        team.world.requirement(task, Shift.DAY, 1)
        team.world.signed(helper, task, by=team.camilla)
        team.world.signed(helper, team.insulin, by=team.soren)
    team.world.settle().session.commit()
    assert [queries(address) for address in addresses] == before


# Who may


def ask(client, team, **query):
    said = {"q": "Insulin med pen", "shift": "D", "unit": team.world.team.id} | query
    return client.get("/who-may", query_string=said).text


def test_a_planner_is_told_who_may_without_who_signed(team):
    page = ask(team.as_role(Role.PLANNER), team)
    assert "2 i Team Havnen må i dag." in page
    assert "Karen Winther" in page
    assert "Ved uddannelse, niveau 2 (øvet)." in page
    assert "Oplært og skrevet under, niveau 2 (øvet). Gælder til og med" in page
    assert "Af Karen" not in page
    assert "2 med fast dagvagt – kravet er 2" in page
    assert "Efter opgavedeling 1 og underskrifter pr. i dag kl." in page
