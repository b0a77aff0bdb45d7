"""The code on a phone: ten minutes, one at a time, and each opening in her log."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AccessEntry
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, set_to
from competence.passport.codes import opened, sealed
from competence.passport.commands import close_code, make_code
from competence.passport.models import PassportCode
from competence.passport.rules import CODE_LASTS, is_living
from tests.factories import Someone, World

LINK = re.compile(r'href="http://[^/"]+(/code/[^"]+)"')


@pytest.fixture
def amira(world: World) -> Someone:
    """Amira may give insulin within a limit until a day; her guide Hanne may sign."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    amira = world.person("Amira Haddad", "SSH")
    insulin, named = world.task("Insulin med pen"), world.task("Kateterskift")
    limits = [{"code": "S", "text": "Kun i stabile forløb", "when": "forløbet er stabilt"}]
    world.cell(insulin, "SPL", CellRule.CORE)
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL, limits=limits)
    world.cell(named, "SSH", CellRule.NOT_ALLOWED)
    world.signed(amira, insulin, 2, by=guide, days_ago=10)
    world.settle()
    return amira


def test_a_code_counts_for_ten_minutes_and_not_one_more():
    made = now()
    assert is_living(made, None, now=made + CODE_LASTS - timedelta(milliseconds=1))
    assert not is_living(made, None, now=made + CODE_LASTS)
    assert not is_living(made, made + timedelta(minutes=1), now=made + timedelta(minutes=2))
    assert timedelta(minutes=10) == CODE_LASTS


def test_a_link_of_one_municipality_is_none_in_another():
    token = sealed("a secret", 1, 7, "abc")
    assert opened("a secret", 1, token) == (7, "abc")
    assert opened("a secret", 2, token) is None
    assert opened("another secret", 1, token) is None
    assert opened("a secret", 1, token[:-2] + "xx") is None


def test_a_new_code_replaces_the_one_before(world: World, amira: Someone):
    first = make_code(world.session, by=amira.actor).secret
    second = make_code(world.session, by=amira.actor)
    assert second.secret != first
    assert len(world.session.scalars(select(PassportCode)).all()) == 1
    close_code(world.session, by=amira.actor)
    assert world.session.scalars(select(PassportCode)).one().ended_at is not None


def shown_link(client) -> str:
    client.post("/me/passport/code")
    page = client.get("/me/passport/code").text
    found = LINK.search(page)
    assert found, page
    return found.group(1)


def test_whoever_is_shown_the_code_sees_what_counts_now_and_nothing_else(signed_in, app: Flask, amira: Someone):
    link = shown_link(signed_in(amira))
    answer = app.test_client().get(link)
    assert answer.status_code == 200
    shown = answer.text.partition("<main")[2].partition("</main")[0]
    for words in ("Amira Haddad", "Gælder nu", "kontrolleret", "Insulin med pen", "øvet", "gælder til og med",
                  "Må, når forløbet er stabilt", "Prøveby Kommune", "team"):  # fmt: skip
        assert words in shown, words
    for hidden in ("Hanne", "Team Havnen", "Kateterskift", "skrevet under"):
        assert hidden not in shown, hidden
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_each_opening_stands_in_her_log(signed_in, app: Flask, world: World, amira: Someone):
    mine = signed_in(amira)
    link = shown_link(mine)
    for _time in range(2):
        app.test_client().get(link)
    entries = world.session.scalars(select(AccessEntry)).all()
    assert [(one.by_person_id, one.person_id, one.page) for one in entries] == [
        (None, amira.person.id, "passports.code")
    ] * 2
    page = mine.get("/me/looked").text
    assert "En, du har vist din kode" in page
    assert "ikke logget ind" in page


def test_after_ten_minutes_it_says_so(signed_in, app: Flask, world: World, amira: Someone):
    link = shown_link(signed_in(amira))
    with set_to(now() + CODE_LASTS + timedelta(seconds=1)):
        answer = app.test_client().get(link)
    assert answer.status_code == 410
    assert "Koden gælder ikke længere" in answer.text
    assert "Amira" not in answer.text
    assert not world.session.scalars(select(AccessEntry)).all()


def test_the_code_before_stops_when_a_new_one_is_made_and_when_it_is_closed(signed_in, app: Flask, amira: Someone):
    mine = signed_in(amira)
    first = shown_link(mine)
    second = shown_link(mine)
    assert app.test_client().get(first).status_code == 410
    assert app.test_client().get(second).status_code == 200
    mine.post("/me/passport/code/close")
    assert app.test_client().get(second).status_code == 410


def test_whoever_opens_it_again_and_again_is_told_to_wait(signed_in, app: Flask, amira: Someone):
    link = shown_link(signed_in(amira))
    visitor = app.test_client()
    answers = [visitor.get(link).status_code for _time in range(31)]
    assert answers == [200] * 30 + [429]
    with set_to(now() + timedelta(minutes=1, seconds=1)):
        assert visitor.get(link).status_code == 200


def test_a_scanned_paper_asks_for_sign_in_and_shows_what_the_reader_may_see(
    signed_in, app: Flask, world: World, amira: Someone
):
    address = f"/passport/{amira.person.id}"
    answer = app.test_client().get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    guide = signed_in(world.role(world.person("Gerda Vejleder", "SPL"), Role.GUIDE)).get(address).text
    assert "Insulin med pen" in guide
    assert "øvet" in guide
    colleague = signed_in(world.person("Kolja Kollega")).get(address).text
    main = colleague.partition("<main")[2].partition("</main")[0]
    assert "Insulin med pen" in main
    assert "forløbet er stabilt" in main
    assert "øvet" not in main
    assert "gælder til og med" not in main
    away = world.unit("Team Skoven", under=world.unit("Distrikt Syd", "distrikt", under=world.root))
    assert signed_in(world.person("Fjern Kollega", unit=away)).get(address).status_code == 404
    assert signed_in(amira).get(address).location == "/me/passport"
