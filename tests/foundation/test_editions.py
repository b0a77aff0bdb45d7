"""What is remembered of a municipality's reference data is never older than what the transaction reads."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from competence.catalogue.models import Area, Task
from competence.foundation.editions import edition, remembered
from competence.foundation.orm import REFERENCE, Base, begin_writing, open_session
from competence.organisation.models import Municipality
from tests.databases import Database
from tests.factories import World


def names(session: Session) -> tuple[str, ...]:
    return remembered(session, "names of areas", lambda s: tuple(area.name for area in s.query(Area).order_by(Area.id)))


def test_what_is_made_once_serves_until_something_changes(world: World):
    first = names(world.session)
    assert names(world.session) is first
    world.session.add(Area(name="Et nyt område", position=99))
    world.session.flush()
    assert names(world.session) == (*first, "Et nyt område")


def test_a_change_by_a_statement_is_seen_too(world: World):
    world.session.add(Area(name="Et nyt område", position=99))
    world.session.flush()
    names(world.session)
    world.session.execute(
        update(Area)
        .where(Area.municipality_id == world.municipality.id, Area.name == "Et nyt område")
        .values(name="Omdøbt")
    )
    assert "Omdøbt" in names(world.session)


def test_another_worker_sees_it_when_it_is_committed(world: World, database: Database):
    world.session.commit()
    with open_session(world.session.get_bind().engine, world.municipality.id) as other:
        before = names(other)
        other.rollback()
        world.session.add(Area(name="Et nyt område", position=99))
        world.session.flush()
        assert names(other) == before
        world.session.commit()
        other.rollback()
        assert names(other) == (*before, "Et nyt område")


def test_what_was_rolled_back_is_never_met_again(world: World):
    world.session.commit()
    before = names(world.session)
    world.session.rollback()
    begin_writing(world.session)
    world.session.add(Area(name="Fortrudt", position=99))
    world.session.flush()
    assert "Fortrudt" in names(world.session)
    world.session.rollback()
    assert names(world.session) == before
    world.session.rollback()
    begin_writing(world.session)
    world.session.add(Area(name="Beholdt", position=99))
    world.session.flush()
    assert names(world.session) == (*before, "Beholdt")


def test_the_municipalitys_settings_belong_to_the_edition(world: World):
    before = edition(world.session)
    world.session.execute(
        update(Municipality).where(Municipality.id == world.municipality.id).values(settings={"undo_minutes": 20})
    )
    assert edition(world.session) != before


def test_the_person_tables_begin_no_edition(world: World):
    before = edition(world.session)
    world.person("Ny Medarbejder")
    world.session.flush()
    world.session.info.pop("edition")
    assert edition(world.session) == before


@pytest.mark.parametrize("table", sorted(REFERENCE))
def test_every_reference_table_is_one_of_ours(table: str):
    assert table in Base.metadata.tables


def test_rows_inserted_many_at_a_time_begin_an_edition(world: World):
    before = edition(world.session)
    world.session.execute(
        insert(Area),
        [{"municipality_id": world.municipality.id, "name": f"Område {at}", "position": at} for at in range(3)],
    )
    assert edition(world.session) != before
    assert Task.__tablename__ in REFERENCE
