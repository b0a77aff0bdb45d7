"""Introduction as each role meets it: the overview, a programme, one's own page, templates, students, and the letter."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.audit.models import AccessEntry
from competence.foundation.clock import today
from competence.learning.models import Talk
from competence.onboarding import commands
from competence.onboarding.models import FirstShiftYes, OnboardingLine, OnboardingTemplate
from competence.people.models import StaffGroup
from competence.signoffs.models import Observation
from tests.onboarding.conftest import Havnen
from tests.statements import counted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DAY = timedelta(days=1)


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_a_leader_begins_a_programme_and_sees_all_newcomers(havnen: Havnen, signed_in):
    leader = signed_in(havnen.leader)
    page = leader.get("/onboarding").text
    assert "Uden introforløb" in page
    assert "Emil Bruun" in page
    address = f"/onboarding/begin/{havnen.new.employment.id}"
    form = leader.get(address).text
    assert "5 punkter" not in form
    assert "8 punkter" in form
    assert leader.post(address, data={"first_day": ""}).status_code == 422
    said = {
        "first_day": today().isoformat(), "buddy": havnen.helper.person.id, "mentor": havnen.guide.person.id
    }  # fmt: skip
    answer = leader.post(address, data=said)
    assert answer.status_code == 302
    assert leader.get(address).location == answer.location
    page = leader.get("/onboarding").text
    assert "Uge 1 af 12" in page
    assert "0 af 8 punkter" in page
    assert "Uden introforløb" not in page
    assert "1 nyansat mangler lederens ja til første vagt" in page
    assert "Emil Bruun" in signed_in(havnen.guide).get("/queue").text
    looked = select(AccessEntry.page).where(AccessEntry.person_id == havnen.new.person.id)
    assert "onboarding.index" in set(havnen.world.session.scalars(looked))


def test_newcomer_and_guide_tick_each_on_her_own_page_and_the_gate_opens(havnen: Havnen, signed_in):
    number = havnen.begin()
    new, guide = signed_in(havnen.new), signed_in(havnen.guide)
    page = new.get("/me/intro").text
    assert "Camilla Brandt" in page
    assert "Prøve med lift og sejl" in page
    for code in ("G1", "G2", "G3"):
        item = havnen.item(number, code).id
        assert new.post(f"/me/intro/{item}/tick").location == "/me/intro"
        answer = guide.post(f"/onboarding/{number}/items/{item}/tick")
        assert answer.location.endswith(f"#item-{item}")
    assert "Nu kan der oplæres og skrives under: Loftlift og personlift." in guide.get(f"/onboarding/{number}").text
    havnen.world.session.commit()
    assert list(havnen.left()) == []
    assert "du kan oplæres og få underskrift" in new.get("/me/intro").text
    assert "Dit introforløb" in new.get("/me").text
    new.post(f"/me/intro/{item}/untick")
    havnen.world.session.commit()
    assert len(havnen.left()) == 1


def test_a_buddy_opens_the_one_programme_and_no_other_and_a_colleague_none(havnen: Havnen, signed_in):
    number = havnen.begin()
    other = havnen.begin(havnen.world.person("Sofie Krag", "UFA", since=today()))
    row = havnen.programme(other).row
    new = commands.NewProgramme(row.first_day, None, None)
    commands.change_onboarding(havnen.world.session, other, new, seen=1, by=havnen.leader.actor)
    buddy = signed_in(havnen.helper)
    page = buddy.get(f"/onboarding/{number}").text
    assert "Emil Bruun" in page
    assert "Sættes af en, der må skrive under" in page
    assert "Afslut introforløbet" not in page
    assert [buddy.get(f"/onboarding/{other}").status_code, buddy.get("/onboarding").status_code] == [404, 403]
    assert signed_in(havnen.world.person("Lone Mikkelsen")).get(f"/onboarding/{number}").status_code == 404
    assert signed_in(havnen.new).get(f"/onboarding/{number}").status_code == 404


def test_those_who_see_numbers_only_see_no_newcomer(havnen: Havnen, signed_in):
    number = havnen.begin()
    for role in (Role.DIRECTOR, Role.HR, Role.COMMITTEE, Role.PLANNER, Role.AUDITOR, Role.ADMINISTRATOR):
        one = havnen.world.role(havnen.world.person(f"Ulla {role}", "UFA", unit=havnen.world.root), role)
        client = signed_in(one)
        assert client.get("/onboarding").status_code == 403
        assert client.get(f"/onboarding/{number}").status_code == 404
        assert client.get(f"/onboarding/{number}/welcome.pdf").status_code == 404


def test_the_yes_is_asked_for_on_todays_page_until_it_is_given(havnen: Havnen, signed_in):
    number, leader = havnen.begin(), signed_in(havnen.leader)
    coverage = f"/coverage/{havnen.world.team.id}"
    assert "mangler lederens ja til første vagt" in leader.get(coverage).text
    director = havnen.world.role(havnen.world.person("Ulla Thorsen", "UFA", unit=havnen.world.root), Role.DIRECTOR)
    assert "første vagt" not in signed_in(director).get(coverage).text
    refused = leader.post(f"/onboarding/{number}/yes", data={"words": "Følges med Camilla"})
    assert refused.status_code == 422
    assert "Dette skal være på plads før første vagt: Velkomst og rundvisning." in refused.text
    assert "Følges med Camilla" in refused.text
    havnen.tick(number, "A1", havnen.helper, havnen.new)
    havnen.world.session.commit()
    assert leader.post(f"/onboarding/{number}/yes", data={"words": "Følges med Camilla"}).status_code == 302
    assert havnen.world.session.scalars(select(FirstShiftYes.words)).one() == "Følges med Camilla"
    assert "mangler lederens ja" not in leader.get(coverage).text
    assert leader.post(f"/onboarding/{number}/yes/withdraw").status_code == 302
    assert "mangler lederens ja" in leader.get(coverage).text


def test_pace_people_items_and_end_are_the_leaders(havnen: Havnen, signed_in):
    number, leader = havnen.begin(), signed_in(havnen.leader)
    place = f"/onboarding/{number}"
    assert leader.post(f"{place}/pace", data={"percent": "150", "seen": "1"}).status_code == 302
    page = leader.get(place).text
    assert "18 uger i dette tempo" in page
    assert "Roligere: fra" in page
    late = leader.post(f"{place}/pace", data={"percent": "100", "seen": "1"})
    assert (late.status_code, "Introforløbet er ændret imens" in late.text) == (422, True)
    assert (
        leader.post(
            f"{place}/change", data={"first_day": today().isoformat(), "buddy": "", "mentor": "", "seen": "2"}
        ).status_code
        == 302
    )
    assert "Ikke valgt endnu. Spørg din leder." in signed_in(havnen.new).get("/me/intro").text
    added = leader.post(
        f"{place}/items/new", data={"name": "Cykeltur", "week": "2", "kind": "practical", "ticks": "newcomer"}
    )
    assert added.status_code == 302
    assert leader.post(f"{place}/items/new", data={"name": "", "week": "2"}).status_code == 422
    item = havnen.item(number, "A1").id
    havnen.world.session.commit()
    leader.post(f"{place}/items/{item}/leave-out")
    assert "Udeladt" in leader.get(place).text
    leader.post(f"{place}/items/{item}/take-in")
    assert "Udeladt" not in leader.get(place).text
    assert signed_in(havnen.guide).post(f"{place}/pace", data={"percent": "75", "seen": "3"}).status_code == 403
    assert leader.post(f"{place}/end").location == "/onboarding"
    assert "Introforløbet sluttede" in leader.get(place).text
    assert "Du har ikke noget introforløb nu." in signed_in(havnen.new).get("/me/intro").text


def test_the_letter_tells_programme_people_and_talks_and_is_tagged(havnen: Havnen, signed_in):
    number = havnen.begin()
    answer = signed_in(havnen.leader).get(f"/onboarding/{number}/welcome.pdf")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    said = words(answer.data)
    for text in ("Velkommen, Emil", "Camilla Brandt", "Hanne Lykke", "Samtale efter 4 uger", "Prøve med lift og sejl"):
        assert text in said
    assert "Adgange er bestilt" not in said
    assert {"/MarkInfo", "/StructTreeRoot"} <= PdfReader(BytesIO(answer.data)).root_object.keys()
    assert signed_in(havnen.new).get(f"/me/intro/{number}/welcome.pdf").status_code == 200
    assert signed_in(havnen.guide).get(f"/me/intro/{number}/welcome.pdf").status_code == 404


def test_a_nurse_keeps_templates_and_a_leader_reads_those_above(havnen: Havnen, signed_in):
    nurse, leader, session = signed_in(havnen.nurse), signed_in(havnen.leader), havnen.world.session
    ufa = havnen.world.groups["UFA"].id
    made = nurse.post("/onboarding/templates/new", data={"unit": havnen.world.team.id, "group": ufa})
    place = made.location
    draft = session.scalars(select(OnboardingTemplate).where(OnboardingTemplate.approved_at.is_(None))).one()
    assert "Kladde. Intet introforløb begynder med den" in nurse.get(place).text
    said = {"name": "Dialog om mad", "week": "2", "kind": "dialogue", "ticks": "both", "seen": "1", "gate_code": ""}
    assert nurse.post(f"{place}/items/new", data=said | {"week": "x"}).status_code == 422
    assert nurse.post(f"{place}/items/new", data=said).status_code == 302
    stale = nurse.post(f"{place}/items/new", data=said)
    assert (stale.status_code, "Skabelonen er ændret imens" in stale.text) == (422, True)
    rows = {
        one.code: one.id
        for one in session.scalars(select(OnboardingLine).where(OnboardingLine.template_id == draft.id))
    }
    nurse.post(f"{place}/items/{rows['G2']}/remove", data={"seen": "2"})
    nurse.post(f"{place}/items/{rows['G3']}/remove", data={"seen": "3"})
    assert "E-læring alene åbner aldrig en opgave" in nurse.get(place).text
    change = f"{place}/items/{rows['G3']}"
    alone = said | {"kind": "e_learning", "gate_code": "G3", "seen": "3", "name": "Film om lift"}
    answer = nurse.post(change, data=alone)
    assert answer.status_code == 422
    assert "Loftlift og personlift" in answer.text
    assert 'value="Film om lift"' in answer.text
    assert nurse.post(f"{place}/welcome", data={"welcome": "Hej og velkommen", "seen": "3"}).status_code == 302
    page = leader.get(place).text
    assert "Godkend som Dorthe Nygaard" in page
    assert f"{change}" not in page
    assert leader.post(f"{place}/approve", data={"seen": "4"}).status_code == 302
    assert "godkendt af Dorthe Nygaard" in leader.get("/onboarding/templates").text
    assert leader.get(f"/onboarding/templates/{havnen.for_all.id}").status_code == 200
    assert leader.post(f"/onboarding/templates/{havnen.for_all.id}/approve").status_code == 404
    session.commit()
    assert signed_in(havnen.guide).get("/onboarding/templates").status_code == 403
    assert nurse.post(f"{place}/retire").status_code == 302
    assert (
        session.scalar(select(func.count(OnboardingTemplate.id)).where(OnboardingTemplate.retired_at.is_not(None))) == 1
    )


def test_a_students_stage_is_noted_by_her_leader_and_read_by_her_supervisor(havnen: Havnen, signed_in):
    world = havnen.world
    group = StaffGroup(
        code="SSAE", name="SSA-elev", short_name="Elev", plural="Elever", authorised=False, is_student=True, position=8
    )
    world.session.add(group)
    world.session.flush()
    alma = world.person("Alma Holm", "UFA")
    alma.employment.staff_group_id = group.id
    leader, place = signed_in(havnen.leader), f"/onboarding/students/{alma.employment.id}"
    assert "Alma Holm" in leader.get("/onboarding").text
    said = {"stage": "2. oplæringsperiode", "begins_on": today().isoformat(), "supervisor": havnen.helper.person.id,
            "opens": "y", "seen": "0"}  # fmt: skip
    assert leader.post(f"{place}/stage", data=said | {"stage": ""}).status_code == 422
    assert leader.post(f"{place}/stage", data=said).status_code == 302
    assert leader.post(f"{place}/stage", data=said).status_code == 302
    page = signed_in(havnen.helper).get(place).text
    assert "2. oplæringsperiode" in page
    assert "Notér trinnet" not in page
    assert signed_in(world.person("Lone Mikkelsen")).get(place).status_code == 404
    assert leader.get(f"/onboarding/students/{havnen.new.employment.id}").status_code == 404


def test_the_overview_asks_no_more_for_many_than_for_one(havnen: Havnen, signed_in):
    havnen.begin()
    guide = signed_in(havnen.guide)
    guide.get("/onboarding")
    with counted() as one:
        guide.get("/onboarding")
    for number in range(4):
        havnen.begin(havnen.world.person(f"Ny {number}", "UFA", since=today()))
    guide.get("/onboarding")
    with counted() as many:
        guide.get("/onboarding")
    assert len(many) == len(one)
    assert havnen.world.session.scalar(select(func.count(Talk.id))) == 15
    assert havnen.world.session.scalar(select(func.count(Observation.id))) == 0
