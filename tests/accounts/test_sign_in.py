"""Signing in and out, as a visitor meets it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts.models import Account, RoleAssignment, SignedInSession, SignInTry
from competence.accounts.passwords import hashed
from competence.foundation.clock import now, set_to, today
from tests.factories import Someone, World
from tests.web import PASSWORD

SignIn = Callable[[Someone], FlaskClient]


@pytest.fixture
def hanne(world: World) -> Someone:
    someone = world.person("Hanne Lykke", "SPL")
    world.account(someone, "hanne@proeveby.example", hashed(PASSWORD))
    world.session.commit()
    return someone


def signed_out(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 302


def test_whoever_is_not_signed_in_is_asked_to(client: FlaskClient, hanne: Someone):
    answer = client.get("/account")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/account"


def test_a_right_password_leads_on_to_where_one_was_going(client: FlaskClient, hanne: Someone):
    answer = client.post("/sign-in?next=/account", data={"email": "Hanne@Proeveby.example ", "password": PASSWORD})
    assert answer.location == "/account"
    assert "hanne@proeveby.example" in client.get("/account").text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_sign_in_never_leads_to_another_site(client: FlaskClient, hanne: Someone, target: str):
    answer = client.post(
        "/sign-in", query_string={"next": target}, data={"email": "hanne@proeveby.example", "password": PASSWORD}
    )
    assert answer.location == "/"


@pytest.mark.parametrize("email", ["hanne@proeveby.example", "nobody@proeveby.example"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient, hanne: Someone, email: str):
    answer = client.post("/sign-in", data={"email": email, "password": "forkert kodeord"})
    assert answer.status_code == 422
    assert "E-mailadressen eller adgangskoden passer ikke. Prøv igen." in answer.text
    assert email in answer.text


def test_the_sixth_try_must_wait_even_with_the_right_password(client: FlaskClient, hanne: Someone):
    for _ in range(5):
        client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": "forkert kodeord"})
    answer = client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD})
    assert "Vent 15 minutter, og prøv igen." in answer.text
    assert signed_out(client)


def test_after_the_wait_the_right_password_is_let_in(client: FlaskClient, hanne: Someone):
    for _ in range(5):
        client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": "forkert kodeord"})
    with set_to(now() + timedelta(minutes=16)):
        assert (
            client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD}).status_code == 302
        )


def test_tries_hold_neither_address_nor_account(client: FlaskClient, world: World, hanne: Someone):
    client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": "forkert kodeord"})
    tries = world.session.scalars(select(SignInTry)).all()
    assert len(tries) == 3
    assert not any("hanne" in t.key_hash or "127.0.0.1" in t.key_hash for t in tries)


def test_a_right_password_forgets_the_wrong_ones(client: FlaskClient, world: World, hanne: Someone):
    client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": "forkert kodeord"})
    client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD})
    assert len(world.session.scalars(select(SignInTry)).all()) == 2


def test_the_browser_has_the_token_and_the_database_its_hash(client: FlaskClient, world: World, hanne: Someone):
    client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD})
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    row = world.session.scalars(select(SignedInSession)).one()
    assert token != row.token_hash
    assert str(hanne.person.id) != token


def test_each_sign_in_has_a_new_token(client: FlaskClient, hanne: Someone):
    tokens = set()
    for _ in range(2):
        client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD})
        with client.session_transaction() as cookie:
            tokens.add(cookie["_user_id"])
    assert len(tokens) == 2


def test_signing_out_ends_the_session_on_the_server(signed_in: SignIn, hanne: Someone):
    client = signed_in(hanne)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert signed_out(client)


def test_signing_out_everywhere_reaches_the_other_devices(signed_in: SignIn, hanne: Someone):
    phone, desk = signed_in(hanne), signed_in(hanne)
    desk.post("/sign-out-everywhere")
    assert signed_out(phone)


def test_half_an_hour_without_use_signs_out(signed_in: SignIn, hanne: Someone):
    client = signed_in(hanne)
    with set_to(now() + timedelta(minutes=29)):
        assert client.get("/account").status_code == 200
    with set_to(now() + timedelta(minutes=58)):
        assert client.get("/account").status_code == 200
    with set_to(now() + timedelta(minutes=90)):
        assert signed_out(client)


def test_twelve_hours_sign_out_however_busy(signed_in: SignIn, hanne: Someone):
    client, begun = signed_in(hanne), now()
    for minutes in range(25, 12 * 60, 25):
        with set_to(begun + timedelta(minutes=minutes)):
            assert client.get("/account").status_code == 200
    with set_to(begun + timedelta(hours=12, seconds=1)):
        assert signed_out(client)


def test_an_ended_role_loses_access_at_once(signed_in: SignIn, world: World, hanne: Someone):
    world.role(hanne, Role.ADMINISTRATOR, over=world.root)
    client = signed_in(hanne)
    assert client.get("/accounts").status_code == 200
    for role in world.session.scalars(select(RoleAssignment)):
        role.valid_to = today()
    world.session.commit()
    assert client.get("/accounts").status_code == 403


def test_an_ended_employment_signs_out(signed_in: SignIn, world: World, hanne: Someone):
    client = signed_in(hanne)
    hanne.employment.valid_to = today()
    world.session.commit()
    assert signed_out(client)


def test_whoever_has_no_role_today_cannot_sign_in(client: FlaskClient, world: World, hanne: Someone):
    hanne.employment.valid_to = today()
    world.session.commit()
    answer = client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD})
    assert "Du har ikke adgang for tiden" in answer.text


def test_a_closed_account_cannot_sign_in(client: FlaskClient, world: World, hanne: Someone):
    account = world.session.scalars(select(Account)).one()
    account.disabled_at = now()
    world.session.commit()
    assert client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD}).status_code == 422


def test_a_form_without_its_token_is_refused(client: FlaskClient, hanne: Someone):
    client.application.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/sign-in", data={"email": "hanne@proeveby.example", "password": PASSWORD})
    assert answer.status_code == 400
    assert "Det kunne ikke sendes" in answer.text


def test_switching_role_changes_menu_and_home_and_no_permission(signed_in: SignIn, world: World, hanne: Someone):
    world.role(hanne, Role.ADMINISTRATOR, over=world.root)
    client = signed_in(hanne)
    client.post("/account/role", data={"role": "employee"})
    page = client.get("/account").text
    assert "Enheder" not in page.partition("</header>")[0]
    assert client.get("/accounts").status_code == 200


def test_a_role_one_does_not_have_cannot_be_switched_to(signed_in: SignIn, hanne: Someone):
    client = signed_in(hanne)
    assert client.post("/account/role", data={"role": "leader"}).status_code == 403
    assert client.post("/account/role", data={"role": "queen"}).status_code == 404


def test_the_pages_can_be_read_in_english(signed_in: SignIn, hanne: Someone):
    client = signed_in(hanne)
    client.post("/language", data={"language": "en"})
    page = client.get("/account").text
    assert '<html lang="en"' in page
    assert "Where you are signed in" in page


def test_a_new_password_signs_out_the_other_devices(signed_in: SignIn, hanne: Someone):
    phone, desk = signed_in(hanne), signed_in(hanne)
    new = {"old": PASSWORD, "password": "kaffe cykel måge", "again": "kaffe cykel måge"}
    assert desk.post("/account", data=new).status_code == 302
    assert desk.get("/account").status_code == 200
    assert signed_out(phone)


def test_a_new_password_needs_the_old_one(signed_in: SignIn, hanne: Someone):
    new = {"old": "ikke den", "password": "kaffe cykel måge", "again": "kaffe cykel måge"}
    assert "Det er ikke din nuværende adgangskode." in signed_in(hanne).post("/account", data=new).text
