"""The pages of the plan, the needs map and the pulse, and the report."""

import io
from datetime import timedelta

from pypdf import PdfReader
from sqlalchemy import select

from competence.foundation.clock import today
from competence.strategy.commands.parts import Prioritised, put_priority
from competence.strategy.commands.pulse import open_round
from competence.strategy.models import PulseAnswered, StrategicPlan
from competence.strategy.rules.planning import About, Why

WEEK = timedelta(days=7)


def written(town):
    plan = town.draft()
    put_priority(
        town.session, plan.id, Prioritised(About.AREA, "Medicin først", why=Why.GAPS, area_id=town.world.area.id),
        by=town.director.actor,
    )  # fmt: skip
    town.measure(plan)
    town.session.commit()
    return plan


def test_the_director_writes_a_plan_from_page_to_page(town, signed_in):
    client = signed_in(town.director)
    answer = client.post(
        "/strategy/new",
        data={
            "unit": str(town.world.root.id),
            "kind": "year",
            "year": str(today().year),
            "title": "Tæt på",
            "copy_of": "",
        },
    )
    assert answer.status_code == 302
    where = answer.location.partition("#")[0]
    sent = {"about": "theme", "title": "Natten", "why": "gaps", "area": "", "staff_group": "", "text": "Tyndt"}
    assert client.post(f"{where}/priorities/new", data=sent).status_code == 302
    empty = client.post(f"{where}/measures/new", data={"title": ""})
    assert empty.status_code == 422
    assert "Skriv en titel." in empty.text
    page = client.get(where).text
    assert "Natten" in page
    assert "Huller: 1" in page
    assert client.get("/strategy/needs").status_code == 302
    assert "Medicinhåndtering" in client.get(f"/strategy/needs/{town.world.root.id}").text


def test_the_committee_sees_the_role_of_an_owner_and_never_her_name(town, signed_in):
    plan = written(town)
    page = signed_in(town.committee).get(f"/strategy/{plan.id}").text
    assert "leder, Team Havnen" in page
    assert "Lene Leder" not in page
    assert "Lene Leder" in signed_in(town.director).get(f"/strategy/{plan.id}").text


def test_an_employee_answers_with_one_tap_on_her_own_page(town, signed_in):
    open_round(town.session, [town.world.root.id], today(), today() + WEEK, by=town.hr.actor)
    town.session.commit()
    client = signed_in(town.staff[0])
    assert "Jeg har mulighed for at udvikle mig" in client.get("/me").text
    assert client.post("/me/pulse", data={"answer": "maybe"}).status_code == 400
    assert client.post("/me/pulse", data={"answer": "agree"}).status_code == 302
    assert "Jeg har mulighed for at udvikle mig" not in client.get("/me").text
    town.session.expire_all()
    assert len(town.session.scalars(select(PulseAnswered)).all()) == 1


def test_the_report_is_tagged_says_what_the_page_says_and_names_nobody(town, signed_in):
    plan = written(town)
    answer = signed_in(town.committee).get(f"/strategy/{plan.id}/report.pdf")
    assert answer.mimetype == "application/pdf"
    pdf = PdfReader(io.BytesIO(answer.data))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == "da-DK"
    words = " ".join(page.extract_text() for page in pdf.pages)
    for said in ("Tæt på borgeren", "Medicin først", "Følgevagter", "Årshjul", "pejlemærke", "leder, Team Havnen"):
        assert said in " ".join(words.split()), said
    assert "Lene" not in words
    alts = list(figures(pdf.trailer["/Root"]["/StructTreeRoot"]))
    assert alts
    assert all(alts)


def figures(node):
    """The words of each figure of the structure tree."""
    node = node.get_object()
    if node.get("/S") == "/Figure":
        yield node.get("/Alt")
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if hasattr(found, "get"):
            yield from figures(found)


def test_the_needs_map_is_a_spreadsheet_too(town, signed_in):
    text = signed_in(town.director).get(f"/strategy/needs/{town.world.root.id}/needs.csv").get_data(as_text=True)
    assert "Medicinhåndtering;1;0;1" in text


def test_a_decided_plan_says_that_it_cannot_be_changed(town, signed_in):
    plan = written(town)
    row = town.session.scalars(select(StrategicPlan)).one()
    row.decided_on, row.decided_where = today(), "Udvalget"
    town.session.commit()
    client = signed_in(town.director)
    answer = client.get(f"/strategy/{plan.id}/measures/new", follow_redirects=True)
    assert "Planen er besluttet." in answer.text
