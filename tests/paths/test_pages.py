"""Who would like to be seen, with how far she is; and how often the pages of paths ask the database."""

import pytest

from competence.access.rules import Role
from competence.foundation.orm import begin_writing
from competence.paths import commands
from tests.paths.test_walking import Vejen
from tests.statements import counted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def vejen(world):
    return Vejen(world)


def test_the_leader_sees_how_near_each_is_to_what_she_would_like(vejen, signed_in):
    vejen.holds(vejen.amira)
    commands.say_wishes(vejen.session, [f"path:{vejen.path.id}", "role:guide"], by=vejen.amira.actor)
    commands.say_wishes(vejen.session, [f"path:{vejen.path.id}"], by=vejen.camilla.actor)
    vejen.session.commit()
    leader = signed_in(vejen.leader)
    page = leader.get("/paths/people").text
    assert "1 af 2 på plads" in page
    assert "0 af 2 på plads" in page
    begin_writing(vejen.session)
    commands.say_wishes(vejen.session, [], by=vejen.camilla.actor)
    vejen.session.commit()
    assert "0 af 2 på plads" not in leader.get("/paths/people").text
    director = vejen.world.role(
        vejen.world.person("Ulla Thorsen", "SPL", unit=vejen.world.root, shifts=""), Role.DIRECTOR
    )
    assert signed_in(director).get("/paths/people").status_code == 403


@pytest.mark.parametrize(
    ("who", "pages"),
    [("leader", ("/paths/people", "/paths/1/place", "/paths")), ("amira", ("/me/paths", "/paths", "/paths/1"))],
)
def test_the_pages_ask_as_often_for_three_as_for_one(vejen, signed_in, who, pages):
    def fill(number):
        begin_writing(vejen.session)
        path = vejen.make(f"Vej {number}")
        person = vejen.world.person(f"Helle {number}")
        for one in (vejen.amira, person):
            commands.place_on_path(vejen.session, path.id, [one.employment.id], by=vejen.leader.actor)
        commands.say_wishes(vejen.session, [f"path:{path.id}"], by=person.actor)
        vejen.world.settle().session.commit()

    fill(0)
    client = signed_in(getattr(vejen, who))

    def statements():
        sent = {}
        for page in pages:
            with counted() as some:
                assert client.get(page).status_code == 200
            sent[page] = len(some)
        return sent

    statements()
    one = statements()
    fill(1)
    fill(2)
    statements()
    assert statements() == one
