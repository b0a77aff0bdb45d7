"""Files that take longer than a request may: read and taken in in the background, and shown all the while."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.decision.commands import differences
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.imports import cli, loading
from competence.imports.models import StagedImport
from competence.jobs.models import Job
from competence.jobs.rules import State
from competence.people.models import PersonIdentity
from competence.signoffs.models import CurrentSignOff
from tests.factories import Someone, World
from tests.imports.conftest import Strandby
from tests.imports.test_pages import administrator, confirm, send
from tests.imports.workbooks import csv, xlsx

Table = list[list[Any]]
SignedIn = Callable[[Someone], FlaskClient]
HEADINGS = ["Medarbejdernummer", "Opgave", "Niveau", "Underskrevet den", "Underskrevet af"]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a large one."""
    monkeypatch.setattr(loading, "MANY_ROWS", 0)
    monkeypatch.setattr(loading, "MANY_LINES", 0)
    monkeypatch.setattr(loading, "MANY_BYTES", 0)


def papers(world: World, people: int = 4) -> Table:
    insulin = world.task("Insulin med pen")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    helpers = [world.person(f"Hjælper {n}") for n in range(people)]
    world.settle().session.commit()
    numbers = world.session.scalars(
        select(PersonIdentity.number).where(PersonIdentity.person_id.in_([one.person.id for one in helpers]))
    ).all()
    world.session.commit()
    day = (today() - timedelta(days=20)).isoformat()
    return [HEADINGS, *([number, "Insulin med pen", 2, day, "Ringbind A"] for number in numbers)]


def finish(app: Flask, world: World) -> None:
    """Waits until what was asked for has been done."""
    app.extensions["jobs"].join(60)
    world.session.rollback()
    world.session.expire_all()


def test_a_large_file_is_read_shown_and_loaded_in_the_background(
    world: World, app: Flask, signed_in: SignedIn, large: None
) -> None:
    nurse = administrator(world, Role.DEVELOPMENT_NURSE)
    rows, client = papers(world), signed_in(nurse)
    job = send(client, "signoffs", csv(rows)).location
    assert job == "/jobs/1"
    finish(app, world)
    page = client.get(job).text
    assert "liste.csv er læst. Se, hvad den vil ændre." in page
    assert 'href="/imports/signoffs/preview"' in page
    page = client.get("/imports/signoffs/preview").text
    assert "Det vil liste.csv ændre" in page
    assert world.session.scalar(select(func.count(CurrentSignOff.id))) == 0
    assert confirm(client, "signoffs").location == "/jobs/2"
    finish(app, world)
    assert "liste.csv er indlæst." in client.get("/jobs/2").text
    assert "liste.csv er indlæst" in client.get("/imports/signoffs/preview").text
    assert world.session.scalar(select(func.count(CurrentSignOff.id))) == 4
    assert world.session.scalars(select(StagedImport.content)).all() == [None]
    assert breaks(world.session) == []
    assert differences(world.session) == []


def test_while_it_is_being_read_its_page_leads_to_how_far_it_is(
    world: World, app: Flask, signed_in: SignedIn, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["jobs"], "wake", lambda _municipality: None)
    client = signed_in(administrator(world, Role.DEVELOPMENT_NURSE))
    job = send(client, "signoffs", csv(papers(world))).location
    assert client.get("/imports/signoffs/preview").location == job
    index = client.get("/imports/").text
    assert "Læsning af liste.csv er i gang." in index
    assert f'href="{job}"' in index
    world.session.rollback()
    other = signed_in(administrator(world, Role.ADMINISTRATOR))
    assert "liste.csv" not in other.get("/imports/").text


def test_everything_that_is_wrong_in_a_large_file_stands_by_row_and_nothing_is_loaded(
    world: World, app: Flask, signed_in: SignedIn, large: None
) -> None:
    rows = papers(world)
    rows[1][1], rows[2][0] = "Månerejse", "999999"
    client = signed_in(administrator(world, Role.DEVELOPMENT_NURSE))
    job = send(client, "signoffs", xlsx(rows), "papirer.xlsx").location
    finish(app, world)
    assert "papirer.xlsx skal rettes: 2 steder." in client.get(job).text
    page = client.get("/imports/signoffs/preview").text
    assert "2 ting i papirer.xlsx skal rettes først." in page
    assert "række 2" in page
    assert "999999" in page
    assert "Indlæs filen" not in page
    assert world.session.scalar(select(func.count(CurrentSignOff.id))) == 0


def test_a_large_file_that_is_no_list_is_refused_with_its_sentence(
    world: World, app: Flask, signed_in: SignedIn, large: None
) -> None:
    client = signed_in(administrator(world, Role.DEVELOPMENT_NURSE))
    job = send(client, "signoffs", b"PK\x03\x04 not a workbook", "papirer.xlsx").location
    finish(app, world)
    assert world.session.scalars(select(Job.state)).all() == [State.REFUSED]
    assert "Det blev ikke gjort." in client.get(job).text
    assert client.get("/imports/signoffs/preview").location == "/imports/signoffs"


def test_another_file_chosen_meanwhile_is_the_one_that_counts(
    world: World, app: Flask, signed_in: SignedIn, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = papers(world)
    client = signed_in(administrator(world, Role.DEVELOPMENT_NURSE))
    send(client, "signoffs", csv(rows))
    finish(app, world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.extensions["jobs"], "wake", lambda _municipality: None)
        load = confirm(client, "signoffs").location
        send(client, "signoffs", csv(rows[:2]), "anden.csv")
    client.get(load)
    finish(app, world)
    assert world.session.scalar(select(func.count(CurrentSignOff.id))) == 0
    assert "Du har valgt en anden fil i mellemtiden. Intet er gemt." in client.get(load).text
    assert "Det vil anden.csv ændre" in client.get("/imports/signoffs/preview").text


@pytest.mark.parametrize(
    ("content", "long"),
    [
        (b"a\n" * 20_000, False),
        (b"a\n" * 20_001, True),
        (b"PK" + b"a" * 400_000, False),
        (b"PK" + b"a" * 600_000, True),
    ],
)
def test_how_large_a_file_is_is_told_without_reading_it(content: bytes, long: bool) -> None:
    assert loading.takes_long_to_read(content) is long


def test_the_command_line_tells_how_far_it_is(strandby: Strandby, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "LONG", 1)
    for kind in ("units", "people", "matrix"):
        strandby.run(kind)
    with strandby.session() as session:
        strandby.approve(session, 2, today() + timedelta(days=1))
    done = strandby.run("signoffs")
    assert done.exit_code == 0, done.output
    assert "Gjort klar: 100 %." in done.stderr
    assert "Gjort klar" not in done.stdout
