"""The wall and the two kinds of database below it."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from competence.foundation.orm import engine_for, open_session
from competence.organisation.models import Unit
from competence.people.models import Person
from tests.databases import Database
from tests.factories import World, another


def test_a_session_sees_its_own_municipality_only(world: World):
    world.session.commit()
    there = another(world)
    stranger = there.person("Bo Strand")
    there.session.commit()
    assert world.session.get(Person, stranger.person.id) is None
    assert {unit.municipality_id for unit in world.session.scalars(select(Unit))} == {world.municipality.id}
    there.session.close()


def test_a_row_of_another_municipality_is_never_written(world: World):
    world.session.commit()
    there = another(world)
    there.session.commit()
    world.session.add(Unit(name="Team Fremmed", kind="team", municipality_id=there.municipality.id, path="/1/"))
    with pytest.raises(RuntimeError, match="another municipality"):
        world.session.flush()
    there.session.close()


@pytest.mark.postgres
def test_postgresql_hides_other_municipalities_from_plain_sql(postgres_database: Database):
    engine = engine_for(postgres_database.url)
    with open_session(engine, None) as session:
        world = World(session)
        world.session.commit()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM unit WHERE municipality_id IN (1, 2)").scalar() == 0
        with pytest.raises(DatabaseError, match="row-level security"):
            connection.exec_driver_sql(
                "INSERT INTO unit (municipality_id, name, kind, path, recorded_at) VALUES (1, 'x', 'team', '/', now())"
            )
    engine.dispose()
