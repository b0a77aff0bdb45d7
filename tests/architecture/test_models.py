"""Promises about every table, also those that are written tomorrow."""

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, create_engine, text
from sqlalchemy.exc import DatabaseError

from competence.foundation.orm import APPEND_ONLY, Base, engine_for, is_tenant
from competence.migrations import NotReady, check_serving, differences, downgrade, load_models, upgrade
from tests.databases import Database

load_models()
TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def test_no_relationship_loads_by_itself():
    lazy = {
        str(relationship): relationship.lazy
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
        if relationship.lazy != "raise"
    }
    assert not lazy


@pytest.mark.parametrize("table", [table for table in TABLES if is_tenant(table)], ids=lambda table: table.name)
def test_a_row_cannot_point_at_another_municipality(table: Table):
    """Every reference to a table of a municipality carries the municipality."""
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and is_tenant(constraint.referred_table):
            pairs = {(element.parent.name, element.column.name) for element in constraint.elements}
            assert ("municipality_id", "municipality_id") in pairs, constraint.name


def test_every_constraint_has_a_name():
    """Without one, SQLite could never change the table."""
    assert not {
        (table.name, type(constraint).__name__)
        for table in TABLES
        for constraint in table.constraints
        if constraint.name is None
    }


def test_the_migrations_leave_what_the_models_say(database: Database):
    engine = engine_for(database.owner_url)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()


def test_the_migrations_can_be_undone_and_done_again(database: Database):
    downgrade(database.owner_url, "base", serving_url=database.url)
    upgrade(database.owner_url, serving_url=database.url)
    engine = engine_for(database.owner_url)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()


def test_the_applications_role_may_serve(database: Database):
    engine = engine_for(database.url)
    check_serving(engine)
    engine.dispose()


@pytest.mark.postgres
def test_the_owner_may_not_serve(postgres_database: Database):
    engine = engine_for(postgres_database.owner_url)
    with pytest.raises(NotReady, match="owns the tables"):
        check_serving(engine)
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_evidence_cannot_be_emptied_even_by_its_owner(postgres_database: Database, table: str):
    engine = create_engine(postgres_database.owner_url)
    with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))
    engine.dispose()


@pytest.mark.postgres
def test_every_table_of_a_municipality_has_its_policy(postgres_database: Database):
    engine = create_engine(postgres_database.owner_url)
    with engine.connect() as connection:
        walled = set(
            connection.scalars(
                text(
                    "SELECT c.relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname "
                    "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.qual IS NOT NULL AND p.with_check IS NOT NULL"
                )
            )
        )
    engine.dispose()
    assert walled == {table.name for table in TABLES if is_tenant(table)}
