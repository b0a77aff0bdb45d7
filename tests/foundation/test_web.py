"""Headers, formats, transactions and broken rules: what every page relies on."""

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask, Response, g
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import StringField

from competence.access.rules import Role
from competence.accounts.models import SignedInSession
from competence.audit.models import AccessEntry
from competence.foundation import web
from competence.foundation.errors import RuleBroken
from competence.foundation.forms import Form, NoCpr
from competence.foundation.http import CONTENT_SECURITY_POLICY
from competence.foundation.text import sentence
from competence.people.models import Person, PersonIdentity
from tests.databases import Database
from tests.factories import Someone, World
from tests.web import running, visitor

SignIn = Callable[[Someone], FlaskClient]


@pytest.fixture
def danish(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


@pytest.mark.usefixtures("danish")
def test_dates_and_times_are_said_as_danes_say_them():
    at = datetime(2026, 6, 9, 5, 42, tzinfo=UTC)
    assert web.day(date(2026, 7, 13)) == "13. juli 2026"
    assert web.short_day(date(2026, 7, 13)) == "13. juli"
    assert web.moment(at) == "9. juni 2026 kl. 7.42"
    assert web.clock_time(at) == "7.42"
    assert web.day(None) == web.moment(None) == ""
    assert web.number(1234.5) == "1.234,5"
    assert web.listed(["a", "b", "c"]) == "a, b og c"


@pytest.mark.usefixtures("danish")
def test_a_moment_shortly_before_midnight_utc_is_the_next_danish_day():
    assert web.day(datetime(2026, 6, 9, 22, 30, tzinfo=UTC)) == "10. juni 2026"


@pytest.mark.usefixtures("danish")
def test_a_sentence_is_said_with_its_dates_and_sentences_inside():
    inner = sentence("The account is closed since %(day)s.", day=date(2026, 7, 13))
    assert web.say(inner) == "Kontoen har været lukket siden 13. juli 2026."
    assert web.say(sentence("%(name)s is saved.", name=sentence("leader"))) == "leder er gemt."
    assert web.say("") == ""
    assert web.say("100 %") == "100 %"


class NameForm(Form):
    name = StringField("Navn", validators=[NoCpr()])


@pytest.mark.usefixtures("danish")
def test_a_broken_rule_stands_at_its_field_or_above_the_form():
    form = NameForm()
    web.show(RuleBroken("The unit needs a name.", field="name"), form)
    assert form.name.errors == ["Enheden skal have et navn."]
    web.show(RuleBroken("The unit needs a name.", field="elsewhere"), form)
    web.show(RuleBroken("Close the units below it first."), form)
    assert form.form_errors == ["Enheden skal have et navn.", "Luk enhederne under den først."]


def test_a_cpr_number_is_refused_in_a_text(app: Flask):
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST", data={"name": "Fru Hansen 010190-1234"}):
        form = NameForm()
        assert not form.validate_on_submit()
        assert "CPR-nummer" in form.name.errors[0]


def refused(person: Person) -> None:
    with web.transaction() as session:
        session.add(Person(recorded_at=person.recorded_at))
        session.flush()
        raise RuleBroken("The unit needs a name.")


def test_after_a_broken_rule_the_page_can_still_be_shown(app: Flask, world: World):
    someone = world.person("Camilla Brandt")
    world.session.commit()
    with app.test_request_context("/"):
        g.municipality_id = world.municipality.id
        person = web.db.session.scalars(
            select(Person).options(selectinload(Person.identity)).where(Person.id == someone.person.id)
        ).one()
        with pytest.raises(RuleBroken):
            refused(person)
        assert person.identity is not None
        assert person.identity.name == "Camilla Brandt"
        assert len(web.db.session.scalars(select(Person)).all()) == 1


def test_what_a_transaction_wrote_is_there_afterwards(app: Flask, world: World):
    world.session.commit()
    with app.test_request_context("/"):
        g.municipality_id = world.municipality.id
        with web.transaction() as session:
            person = Person(recorded_at=world.municipality.created_at)
            session.add(person)
            session.flush()
            session.add(PersonIdentity(person_id=person.id, name="Ny Navnesen"))
    assert world.session.scalars(select(PersonIdentity.name)).all() == ["Ny Navnesen"]


PAGES = [
    "/sign-in",
    "/account",
    "/healthz",
    "/static/css/kompetence.css",
    "/no/such/page",
    "/accessibility",
    "/invitation/x",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_one_policy(client: FlaskClient, world: World, path: str):
    world.session.commit()
    answer = client.get(path)
    answer.close()
    assert answer.headers.getlist("Content-Security-Policy") == [CONTENT_SECURITY_POLICY]
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Server" not in answer.headers


def test_pages_are_not_kept_by_browsers_and_static_files_are(signed_in: SignIn, world: World):
    client = signed_in(world.person())
    assert client.get("/account").headers["Cache-Control"] == "no-store"
    style = re.search(r'href="(/static/css/kompetence\.css\?v=[^"]+)"', client.get("/account").text)
    assert style
    file = client.get(style.group(1))
    file.close()
    assert "max-age=31536000" in file.headers["Cache-Control"]


def test_a_page_is_compressed_for_whoever_takes_it(app: Flask, world: World):
    world.session.commit()
    client = FlaskClient(app, Response)
    plain = client.get("/sign-in", headers={"Accept-Encoding": "identity"})
    packed = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(packed.data)
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_request_id_is_given_back_and_a_strange_one_is_not(client: FlaskClient, world: World):
    world.session.commit()
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef12-3456"}).headers["X-Request-ID"] == "abcdef12-3456"
    assert client.get("/healthz", headers={"X-Request-ID": "x y"}).headers["X-Request-ID"] != "x y"


def test_an_unknown_page_says_so_in_danish(client: FlaskClient, world: World):
    world.session.commit()
    answer = client.get("/findes/ikke")
    assert answer.status_code == 404
    assert "Vi kan ikke finde siden" in answer.text


@pytest.fixture
def own_app(database: Database) -> Iterator[Flask]:
    """An application to which a test can add routes."""
    with running(database, own=True) as app:
        yield app


def test_a_fault_says_so_in_danish_and_tells_the_log_no_values(
    own_app: Flask, world: World, capsys: pytest.CaptureFixture[str]
):
    world.session.commit()

    whom = "Fru Hansen"

    def broken() -> str:
        raise ValueError(whom)

    broken.__dict__["public"] = True
    own_app.add_url_rule("/broken", "broken", broken)
    own_app.config["TESTING"] = False
    answer = own_app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Noget gik galt" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    logged = capsys.readouterr()
    assert "Fru Hansen" not in logged.out + logged.err
    assert answer.headers["X-Request-ID"] in logged.out + logged.err


def test_a_host_without_a_municipality_says_so(client: FlaskClient, session: object):
    answer = client.get("/sign-in")
    assert answer.status_code == 404
    assert "Der er ingen kommune" in answer.text


def test_the_host_name_chooses_the_municipality(app: Flask, world: World):
    world.municipality.host = "proeveby.example"
    someone = world.person()
    account = world.account(someone, "bo@proeveby.example")
    from competence.accounts.passwords import hashed

    account.password_hash = hashed("kaffe cykel måge")
    world.session.commit()
    world.session.info["municipality_id"] = None
    other = World(world.session, "Naboby Kommune")
    other.municipality.host = "naboby.example"
    world.session.commit()
    form = {"email": "bo@proeveby.example", "password": "kaffe cykel måge"}
    client = app.test_client()
    assert client.post("/sign-in", data=form, base_url="http://naboby.example").status_code == 422
    assert client.post("/sign-in", data=form, base_url="http://proeveby.example").status_code == 302
    assert client.get("/account", base_url="http://proeveby.example").status_code == 200
    with client.session_transaction(base_url="http://proeveby.example") as cookie:
        token = cookie["_user_id"]
    with client.session_transaction(base_url="http://naboby.example") as cookie:
        cookie["_user_id"] = token
    assert client.get("/account", base_url="http://naboby.example").status_code == 302
    assert client.get("/sign-in", base_url="http://elsewhere.example").status_code == 404


def test_a_look_at_a_person_is_noted_and_she_sees_it(own_app: Flask, world: World):
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    camilla = world.person("Camilla Brandt")
    from competence.access.rules import Actor, Permission, Reach
    from competence.access.web import looked_at, requires

    @requires(Permission.PERSON_READ)
    def look(*, actor: Actor, within: Reach) -> str:
        looked_at(person_id=camilla.person.id)
        return "ok"

    own_app.add_url_rule("/look", "look", look)
    assert visitor(own_app, world, leader).get("/look").text == "ok"
    entry = world.session.scalars(select(AccessEntry)).one()
    assert (entry.by_person_id, entry.person_id, entry.role, entry.page) == (
        leader.person.id,
        camilla.person.id,
        "leader",
        "look",
    )
    page = visitor(own_app, world, camilla).get("/me/looked").text
    assert "Dorthe Nygaard" in page
    assert "leder" in page


def test_a_get_writes_nothing_but_when_it_was_last_seen(signed_in: SignIn, world: World):
    client = signed_in(world.person())
    before = world.session.scalars(select(SignedInSession.last_seen)).one()
    client.get("/account")
    assert world.session.scalars(select(SignedInSession.last_seen)).one() == before
