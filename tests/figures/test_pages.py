"""The pages about the figures as each role meets them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from competence.access.rules import Role
from competence.audit.models import AccessEntry, AuditEntry
from competence.figures.commands import take_snapshot
from competence.figures.models import UnitSnapshot
from competence.figures.rules import first_of
from competence.foundation.clock import add_months, now, set_to, today
from competence.foundation.orm import begin_writing
from competence.foundation.web import db
from competence.learning.commands import NewActivity, plan_activity
from competence.learning.rules import Part


@pytest.fixture
def director(town, signed_in):
    return signed_in(town.looker())


def overview(town, unit=None):
    return f"/overview/{(unit or town.world.root).id}"


def test_a_director_begins_at_the_overview(town, director):
    assert director.get("/").location == "/overview"
    assert director.get("/overview").location == overview(town)
    page = director.get(overview(town)).text
    assert "Kompetencer i ældreplejen" in page
    assert ">Overblik</a>" in page
    assert ">Distrikter</a>" in page
    assert "af 18 krav" in page
    assert "Hvor er hullerne?" in page
    for helpers in town.helpers.values():
        assert not [one.name for one in helpers if one.name in page]


def test_a_field_opens_the_teams_counts_in_the_area(town, director):
    page = director.get(overview(town)).text
    area = town.wounds.area_id
    address = f"/coverage/{town.engen.id}?area={area}"
    assert f'<a href="{address}"' in page
    counts = director.get(address).text
    assert "Komplicerede sår" in counts
    assert "Insulin med pen" not in counts
    assert "Se alle fagområder" in counts


def test_an_area_lists_the_teams_with_most_gaps_first(town, director):
    page = director.get(f"{overview(town)}/area/{town.insulin.area_id}").text
    assert "Medicinhåndtering i Prøveby Kommune" in page
    assert page.index("Team Lunden") > 0
    assert director.get(f"{overview(town)}/area/99999").status_code == 404


def test_the_change_says_in_words_whether_it_is_for_the_better(town, director):
    world = town.world
    world.session.commit()
    with set_to(now() - timedelta(days=31)):
        look = take_snapshot(world.session)
    month = add_months(first_of(today()), -1)
    world.session.query(UnitSnapshot).update({"month": month, "made_for": look.on})
    world.session.query(UnitSnapshot).filter_by(unit_id=world.root.id).update({"gaps": 16})
    world.session.commit()
    page = director.get(f"{overview(town)}?period=month").text
    assert "på en måned, bedre" in page
    assert 'aria-current="true">Måned</a>' in page
    assert "ingen tal fra" in director.get(f"{overview(town)}?period=year").text


def test_a_past_day_shows_what_was_kept_in_its_month_and_says_its_date(town, director):
    world = town.world
    take_snapshot(world.session)
    then = add_months(first_of(today()), -2) + timedelta(days=9)
    world.session.query(UnitSnapshot).update({"month": first_of(then), "made_for": then, "gaps": 2, "needs": 18})
    world.session.commit()
    page = director.get(f"{overview(town)}?on={then + timedelta(days=5)}").text
    assert "gemt for måneden" in page
    assert "<b>2</b>" in page
    assert f"on={then + timedelta(days=5)}" in page
    missing = director.get(f"{overview(town)}?on={add_months(then, -1)}").text
    assert "Der blev ikke gemt tal i" in missing
    assert f"?on={then}" in missing


def test_where_the_units_above_were_not_kept_nothing_is_told_of_people(town, director):
    world = town.world
    take_snapshot(world.session)
    then = add_months(first_of(today()), -2) + timedelta(days=9)
    world.session.query(UnitSnapshot).update({"month": first_of(then), "made_for": then})
    world.session.query(UnitSnapshot).filter_by(unit_id=world.root.id).delete()
    world.session.commit()
    page = director.get(f"{overview(town, town.engen)}?on={then}")
    assert page.status_code == 200
    assert page.text.count("skjult: en lille gruppe, her eller ved siden af") == 2


def test_small_groups_are_hidden_from_those_who_see_numbers_only(town, director, signed_in):
    world = town.world
    tiny = world.unit("Team Åen", under=town.south)
    for number in range(3):
        world.person(f"Åse {number}", unit=tiny)
    world.settle().session.commit()
    lines = director.get(f"{overview(town)}/units").text
    team = lines.partition("Team Åen")[2].partition("</tr>")[0]
    beside = lines.partition("Team Engen")[2].partition("</tr>")[0]
    assert team.count("skjult") == beside.count("skjult") == 4
    assert "skjult" not in lines.partition("Team Havnen")[2].partition("</tr>")[0]
    for hidden in (tiny, town.engen):  # whoever is hidden beside the small one is so on her own page too
        page = director.get(overview(town, hidden)).text
        assert page.count("skjult: en lille gruppe, her eller ved siden af") == 2
        assert "medarbejdere</span>" not in page
    assert "skjult: en lille gruppe" not in director.get(overview(town, town.south)).text
    nurse = signed_in(town.looker(Role.DEVELOPMENT_NURSE, "Marianne Holm"))
    assert "skjult" not in nurse.get(f"{overview(town)}/units").text


def test_a_leader_sees_her_district_and_no_other(town, signed_in):
    leader = signed_in(town.looker(Role.LEADER, "Dorthe Nygaard", over=town.south))
    assert leader.get("/overview").location == overview(town, town.south)
    assert "Kompetencer i Distrikt Syd" in leader.get(overview(town, town.south)).text
    assert "Kompetencer i Team Engen" in leader.get(overview(town, town.engen)).text
    assert leader.get(overview(town, town.world.district)).status_code == 404
    assert leader.get(f"{overview(town)}/units").status_code == 404
    assert leader.get("/overview/targets").status_code == 403


def test_numbers_are_nobodys_look(town, director):
    director.get(overview(town))
    director.get(f"{overview(town)}/units")
    assert not town.world.session.scalars(select(AccessEntry)).all()


def test_targets_stand_beside_the_figures(town, director):
    form = director.get("/overview/targets").text
    assert "Mål for nøgletallene" in form
    refused = director.post("/overview/targets", data={"met": "101", "seen": ""})
    assert refused.status_code == 422
    assert "Skriv et helt tal fra 0 til 100" in refused.text
    assert 'value="101"' in refused.text
    wrong = director.post("/overview/targets", data={"met": "mange", "seen": ""})
    assert wrong.status_code == 422
    assert director.post("/overview/targets", data={"met": "96", "seen": ""}).location == "/overview"
    assert "mål mindst 96 %, ikke nået" in director.get(overview(town)).text
    entry = town.world.session.scalars(select(AuditEntry).where(AuditEntry.action == "set_targets")).one()
    assert entry.detail == {"changes": {"met": [None, 96]}}
    late = director.post("/overview/targets", data={"met": "50", "seen": ""})
    assert "En anden har ændret målene" in late.text


def test_many_units_stand_as_rows_of_which_one_district_opens(town, director):
    world = town.world
    for number in range(16):
        team = world.unit(f"Team Ny {number:02}", under=town.south)
        world.person(f"Nynne {number}", unit=team)
    world.settle().session.commit()
    page = director.get(overview(town)).text
    assert "Team Ny 03" not in page.partition("kt-heat-tall")[2].partition("</table>")[0]
    opened = director.get(f"{overview(town)}?open={town.south.id}").text
    assert "Team Ny 03" in opened.partition("kt-heat-tall")[2].partition("</table>")[0]
    assert "aria-expanded=true" in opened


def test_the_overview_asks_as_often_for_ten_teams_as_for_three(town, director, app):
    with app.app_context():
        engine = db.engine

    def queries():
        asked = []

        def note(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        director.get(overview(town))
        event.listen(engine, "before_cursor_execute", note)
        assert director.get(overview(town)).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    before = queries()
    for number in range(7):
        team = town.world.unit(f"Team Ny {number}", under=town.south)
        for shift in "DAN":
            town.world.person(f"Nynne {number}{shift}", unit=team, shifts=shift)
    town.world.settle().session.commit()
    assert queries() == before


def test_how_each_figure_is_counted_is_said(director):
    page = director.get("/overview/how").text
    assert "Sådan regnes det" in page
    assert "de sidste 180 dage" in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [Role.PLANNER, Role.AUDITOR])
def test_a_planner_and_an_auditor_read_the_figures_without_names_and_every_link_on_the_page_opens(
    town, signed_in, role
):
    client = signed_in(town.looker(role, "Lis Tornbjerg"))
    for address in (overview(town), overview(town, town.havnen)):
        page = client.get(address).text
        main = page[page.index("<main") : page.index("</main>")]
        assert "krav" in main
        for helpers in town.helpers.values():
            assert not [one.name for one in helpers if one.name in main]
        for link in set(re.findall(r'href="(/[^"#]*)"', main)):
            assert client.get(link.replace("&amp;", "&"), follow_redirects=True).status_code == 200, link


def test_hours_of_learning_are_sums_of_what_was_done_with_a_yes_and_hidden_where_few_share_them(town, director):
    def done(someone, minutes, part=Part.DAILY, **changed):
        planned = NewActivity(name="Følgevagt", part=part, minutes=minutes, begins=today() - timedelta(days=2))
        row = plan_activity(town.world.session, someone.employment.id, planned, by=someone.actor)
        for name, value in ({"done_on": today() - timedelta(days=1)} | changed).items():
            setattr(row, name, value)

    begin_writing(town.world.session)
    havnen, lunden, engen = (town.helpers[one.id] for one in town.teams)
    for someone in havnen:
        done(someone, 60)
    done(havnen[0], 60, Part.COLLEAGUES)
    for someone in (lunden[0], *engen):
        done(someone, 30)
    for changed in (
        {"done_on": None},
        {"yes_on": None},
        {"dropped_on": today()},
        {"done_on": today() - timedelta(days=200)},
    ):
        done(havnen[1], 600, **changed)
    town.world.session.commit()

    def card(unit=None):
        return (
            director.get(overview(town, unit))
            .text.partition("Læring i kvartalet, 70-20-10</h2>")[2]
            .partition("</li>")[0]
        )

    assert "<b>9 timer</b>" in card()
    assert "89 · 11 · 0 (pejlemærke 70 · 20 · 10)" in card()
    assert "<b>6,5 timer</b>" in card(town.world.district)
    assert "<b>2,5 timer</b>" in card(town.south)
    assert "skjult" in card(town.lunden)
    assert "skjult" in card(town.havnen), "else the one in the other team would be found by subtraction"
