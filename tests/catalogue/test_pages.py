"""The catalogue as a development nurse keeps it and everybody reads it."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.catalogue.models import Area, Task, TaskGate
from competence.catalogue.queries.tasks import facts_of
from competence.catalogue.rules import Validity, YearDay
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from tests.catalogue.forms import form_values

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def keeper(signed_in, nurse):
    return signed_in(nurse)


def test_everybody_finds_and_reads_a_task_but_only_the_nurse_may_change_it(world, signed_in):
    insulin = world.task("Insulin med pen", plain_text="Giv insulin", fsiii_code="G1.1", critical=True)
    world.task("Øjendrypning")
    reader = signed_in(world.person())
    found = reader.get("/catalogue?q=ØJEN").text
    assert "Øjendrypning" in found
    assert "Insulin med pen" not in found
    assert "Tilføj en opgave" not in found
    found = reader.get("/catalogue?critical=1&kind=care").text
    assert "Insulin med pen" in found
    assert "1 opgave" in found
    read = reader.get(f"/catalogue/{insulin.id}").text
    assert "Giv insulin" in read
    assert "Finder handlingsanvisning og instruks" in read
    assert "Arkivér" not in read
    for address in (f"/catalogue/{insulin.id}/change", "/catalogue/new", "/catalogue/areas"):
        assert reader.get(address).status_code == 403


def test_a_search_without_a_hit_says_what_next(keeper):
    assert "Ingen opgave passer." in keeper.get("/catalogue?q=findes+ikke").text


def test_the_nurse_adds_a_task_with_all_that_belongs_to_it(world, keeper):
    medicine, group = world.task("Medicingivning"), world.groups["UFA"].id
    world.session.commit()
    form = form_values(keeper.get("/catalogue/new").text) | {
        "name": "Skylning af kateter", "area_id": world.area.id, "criteria": "Håndhygiejne\r\n\r\nSkyller langsomt",
        "validity": "date", "validity_day": "1", "validity_month": "month 3",
        f"group_{group}": "months", f"group_{group}_months": "6",
        "need_1": medicine.id, "need_1_must": "y", "gate_1_code": "KAT", "gate_1_name": "Kateterkursus", "gate_1_groups": group,
        "picture": (BytesIO(PNG), "kateter.exe"),
    }  # fmt: skip
    answer = keeper.post("/catalogue/new", data=form, follow_redirects=True)
    assert "Skylning af kateter er tilføjet." in answer.text
    assert "til og med den næste 1. marts" in answer.text
    task = world.session.scalars(select(Task).where(Task.name == "Skylning af kateter")).one()
    facts = facts_of(world.session, task)
    assert facts.criteria == ("Håndhygiejne", "Skyller langsomt")
    assert facts.validity == Validity(each=YearDay(3, 1))
    assert facts.group_validity == ((group, Validity(months=6)),)
    picture = keeper.get(f"/catalogue/{task.id}/picture")
    assert (picture.mimetype, picture.data) == ("image/png", PNG)
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in picture.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": ""}, "Skriv, hvad opgaven hedder."),
        ({"reserved": "yes"}, "Skriv, på hvilket grundlag opgaven er forbeholdt"),
        ({"validity": "date", "validity_day": "30", "validity_month": "month 2"}, "Vælg en dag, som måneden har."),
        ({"validity": "months", "validity_months": ""}, "Skriv antallet af måneder."),
        ({"observed_times": "mange"}, "Skriv et helt tal"),
        ({"picture": (b"<svg/>", "x.png")}, "Vælg et billede af typen PNG, JPEG eller WebP."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(world, keeper, typed, told):
    form = form_values(keeper.get("/catalogue/new").text)
    form |= {"name": "Sondeernæring", "area_id": world.area.id, "plain_text": "Giv mad i sonde"}
    form |= {name: (BytesIO(said[0]), said[1]) if isinstance(said, tuple) else said for name, said in typed.items()}
    answer = keeper.post("/catalogue/new", data=form)
    assert answer.status_code == 422
    assert told in answer.text
    assert "Giv mad i sonde" in answer.text
    assert world.session.scalars(select(Task)).all() == []


def test_of_two_who_edit_at_once_the_second_sees_both(world, nurse, signed_in, keeper):
    other = signed_in(world.role(world.person("Karen Winther", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root))
    task = world.task("Insulin", plain_text="Giv insulin")
    world.session.commit()
    address = f"/catalogue/{task.id}/change"
    mine, theirs = form_values(keeper.get(address).text), form_values(other.get(address).text)
    other.post(address, data=theirs | {"name": "Insulin med pen", "observed_times": "4"})
    answer = keeper.post(address, data=mine | {"name": "Insulin, pen", "people_needed": "2"})
    assert answer.status_code == 422
    assert "Karen Winther ændrede dette" in answer.text
    assert "Navn er nu: Insulin med pen" in answer.text
    typed = form_values(answer.text)
    assert (typed["name"], typed["people_needed"], typed["observed_times"]) == ("Insulin, pen", "2", "4")
    assert keeper.post(address, data=typed).status_code == 302
    world.session.expire_all()
    assert (task.name, task.people_needed, task.observed_times) == ("Insulin, pen", 2, 4)
    history = keeper.get(f"/catalogue/{task.id}").text
    assert "Navn: Insulin med pen bliver til Insulin, pen" in history


def test_the_nurse_sees_what_the_catalogue_said_on_an_earlier_day(world, keeper):
    task = world.task("Insulin", observed_times=3)
    task.recorded_at -= timedelta(days=10)
    world.session.commit()
    address = f"/catalogue/{task.id}"
    form = form_values(keeper.get(f"{address}/change").text)
    keeper.post(f"{address}/change", data=form | {"observed_times": "5"})
    assert "5 gange før første underskrift" in keeper.get(address).text
    earlier = keeper.get(f"{address}?on={today() - timedelta(days=1)}").text
    assert "Det her sagde kataloget" in earlier
    assert "3 gange før første underskrift" in earlier
    assert keeper.get(f"{address}?on=i+går").status_code == 200


def test_a_task_in_use_is_not_archived_and_the_page_says_why(world, keeper):
    insulin, drops = world.task("Insulin"), world.task("Øjendrypning")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.session.commit()

    def archive(task):
        form = {"archive-from_day": today().isoformat(), "archive-seen": "1"}
        return keeper.post(f"/catalogue/{task.id}/archive", data=form)

    refused = archive(insulin)
    assert refused.status_code == 422
    assert "Version 1 af opgavedelingen giver opgaven til Social- og sundhedshjælper." in refused.text
    assert archive(drops).status_code == 302
    assert "Øjendrypning" in keeper.get("/catalogue?archived=1").text
    assert "Opgaven er ude af kataloget." in keeper.get(f"/catalogue/{drops.id}").text
    keeper.post(f"/catalogue/{drops.id}/restore", data={"seen": "2"})
    assert "Øjendrypning" in keeper.get("/catalogue").text


def test_areas_are_added_moved_and_archived(world, keeper):
    form = form_values(keeper.get("/catalogue/areas/new").text)
    keeper.post("/catalogue/areas/new", data=form | {"name": "Sår", "position": "1"})
    assert keeper.get("/catalogue/areas").text.index("Sår") < keeper.get("/catalogue/areas").text.index(
        "Medicinhåndtering"
    )
    area = world.session.scalars(select(Area).where(Area.name == "Sår")).one()
    form = form_values(keeper.get(f"/catalogue/areas/{area.id}").text)
    assert (
        "allerede et fagområde"
        in keeper.post(f"/catalogue/areas/{area.id}", data=form | {"name": "medicinhåndtering"}).text
    )
    keeper.post(f"/catalogue/areas/{area.id}", data=form | {"name": "Sårpleje"})
    stale = keeper.post(f"/catalogue/areas/{area.id}", data=form | {"name": "Sår igen"}).text
    assert "Marianne Holm ændrede dette" in stale
    assert "Det hedder Sårpleje nu." in stale
    gone = {"archive-from_day": today().isoformat(), "archive-seen": "2"}
    assert keeper.post(f"/catalogue/areas/{area.id}/archive", data=gone).status_code == 302
    assert "arkiveret fra" in keeper.get("/catalogue/areas").text
    keeper.post(f"/catalogue/areas/{area.id}/restore")
    assert "arkiveret fra" not in keeper.get("/catalogue/areas").text


def test_a_code_that_stands_for_another_course_is_refused_at_its_row(world, keeper):
    insulin = world.task("Insulin")
    group = world.groups["UFA"].id
    world.session.add(
        TaskGate(task_id=insulin.id, staff_group_id=group, code="MED", kind="course", name="Medicinkursus")
    )
    world.session.commit()
    form = form_values(keeper.get("/catalogue/new").text)
    form |= {
        "name": "Sonde",
        "area_id": world.area.id,
        "gate_1_code": "MED",
        "gate_1_name": "Sondekursus",
        "gate_1_groups": group,
    }
    assert "Koden MED står allerede for Medicinkursus." in keeper.post("/catalogue/new", data=form).text
