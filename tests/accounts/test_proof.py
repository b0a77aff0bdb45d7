"""Saying yes on a colleague's phone, and the password again before a signature."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.accounts import commands, web
from competence.accounts.models import SignedInSession
from competence.accounts.passwords import hashed
from competence.foundation.clock import now, set_to
from competence.foundation.errors import RuleBroken
from tests.factories import Someone, World
from tests.web import PASSWORD

SignIn = Callable[[Someone], FlaskClient]
SECRET = "only for tests, only for tests, only"


@pytest.fixture
def camilla(world: World) -> Someone:
    someone = world.person("Camilla Brandt")
    world.account(someone, "camilla@proeveby.example", hashed(PASSWORD))
    world.session.commit()
    return someone


@pytest.fixture
def asked(app: Flask, world: World, camilla: Someone) -> Callable[[str], None]:
    """Asks for Camilla's password or code on somebody's phone."""

    def ask(secret: str) -> None:
        with app.test_request_context("/"):
            g.municipality_id = world.municipality.id
            web.check_other_persons_password(camilla.person.id, secret)

    return ask


def code_of(world: World, someone: Someone) -> str:
    digits = commands.new_code(world.session, SECRET, by=someone.actor)
    world.session.commit()
    return digits


def test_her_own_password_is_a_proof(asked: Callable[[str], None]):
    asked(PASSWORD)


def test_another_password_is_none(asked: Callable[[str], None]):
    with pytest.raises(RuleBroken) as broken:
        asked("noget helt andet")
    assert broken.value.field == "secret"


def test_a_code_works_once(asked: Callable[[str], None], world: World, camilla: Someone):
    digits = code_of(world, camilla)
    asked(f"{digits[:3]} {digits[3:]}")
    with pytest.raises(RuleBroken):
        asked(digits)


def test_a_code_works_for_ten_minutes(asked: Callable[[str], None], world: World, camilla: Someone):
    digits = code_of(world, camilla)
    with set_to(now() + timedelta(minutes=10)), pytest.raises(RuleBroken):
        asked(digits)


def test_a_new_code_replaces_the_one_before(asked: Callable[[str], None], world: World, camilla: Someone):
    first = code_of(world, camilla)
    second = code_of(world, camilla)
    if first != second:
        with pytest.raises(RuleBroken):
            asked(first)
    asked(second)


def test_guessing_a_code_is_stopped_after_five_tries(asked: Callable[[str], None], world: World, camilla: Someone):
    digits = code_of(world, camilla)
    wrong = "000000" if digits != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(RuleBroken):
            asked(wrong)
    with pytest.raises(commands.TooManyTries):
        asked(digits)


def test_the_code_stands_on_her_own_page(signed_in: SignIn, camilla: Someone, asked: Callable[[str], None]):
    page = signed_in(camilla).post("/account/code").text
    digits = page.partition("<strong>")[2].partition("</strong>")[0]
    asked(digits)


def on_a_phone(world: World, client: FlaskClient) -> None:
    for row in world.session.scalars(select(SignedInSession)):
        row.on_phone = True
    world.session.commit()


def test_a_phone_asks_again_after_half_an_hour_and_then_leads_on(
    signed_in: SignIn, world: World, camilla: Someone, app: Flask
):
    client = signed_in(camilla)
    on_a_phone(world, client)
    with set_to(now() + timedelta(hours=2)):
        answer = client.post("/account/prove?next=/account", data={"password": PASSWORD})
        assert answer.location == "/account"
        row = world.session.scalars(select(SignedInSession).execution_options(populate_existing=True)).one()
        assert row.proved_at >= now() - timedelta(minutes=1)


def test_a_wrong_password_is_no_proof(signed_in: SignIn, camilla: Someone):
    answer = signed_in(camilla).post("/account/prove", data={"password": "ikke den"})
    assert "Adgangskoden passer ikke. Prøv igen." in answer.text
