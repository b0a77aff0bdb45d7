"""Migrations on tables with rows in them, by several at once, and what a batch change leaves behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError

from competence import migrations
from competence.audit.chain import NewEvent, append
from competence.cli import cli
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement
from competence.foundation.orm import APPEND_ONLY, Base, begin_writing, engine_for
from tests.databases import Database
from tests.factories import World
from tests.postgres import APP, OWNER, Cluster

COUNT = "SELECT count(*) FROM evidence_event WHERE municipality_id IN (1, 2)"
STRAY = "INSERT INTO unit (municipality_id, name, kind, path, position, recorded_at) VALUES (99, 'x', 'x', '', 0, '2026-01-01')"


@pytest.fixture
def filled(world: World, database: Database) -> Iterator[Engine]:
    """The owner's connections to a database with an event, its text, and an audit entry."""
    someone, guide, task = world.person(), world.person("Hanne Lykke", "SPL"), world.task()
    world.signed(someone, task, by=guide)
    append(
        world.session, NewEvent(someone.person.id, "revoked", guide.person.id, task.id, texts={"reason": "Ny instruks"})
    )
    world.account(someone)
    world.session.commit()
    engine = engine_for(database.owner_url)
    yield engine
    engine.dispose()


def change_event(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('app.municipality', '1', true)"))
        connection.execute(text("UPDATE evidence_event SET kind = 'signed' WHERE municipality_id = 1"))


def remove_event(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('app.municipality', '1', true)"))
        connection.execute(text("DELETE FROM evidence_event WHERE municipality_id = 1"))


def assert_evidence_is_safe(engine: Engine) -> None:
    for attempt in (change_event, remove_event):
        with pytest.raises(DatabaseError, match="append-only"):
            attempt(engine)


def test_migrating_again_keeps_the_rows_and_the_triggers(filled: Engine, database: Database):
    migrations.upgrade(database.owner_url, serving_url=database.url)
    assert_evidence_is_safe(filled)


def test_triggers_that_a_batch_change_lost_come_back(sqlite_database: Database):
    engine = create_engine(sqlite_database.url)
    with engine.begin() as connection:
        for table in APPEND_ONLY:
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))
            connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
    engine.dispose()
    migrations.upgrade(sqlite_database.url)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    engine.dispose()
    assert {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")} <= set(found)


def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    def breaking(_config: object, _revision: str) -> None:
        _config.attributes["connection"].execute(text(STRAY))  # type: ignore[attr-defined]

    monkeypatch.setattr("alembic.command.upgrade", breaking)
    with pytest.raises(RuntimeError, match="point at nothing"):
        migrations.upgrade(sqlite_database.url)
    engine = engine_for(sqlite_database.url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM unit WHERE municipality_id = 99")) == 0
    engine.dispose()


def test_two_who_migrate_an_empty_file_at_once_both_succeed(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrations.upgrade, [url, url]))
    engine = engine_for(url)
    migrations.check_serving(engine)
    engine.dispose()


def test_many_who_open_a_new_file_at_once_all_get_in(tmp_path: Path):
    def write(url: str) -> None:
        engine = engine_for(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS here (name TEXT)")
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        for number in range(40):
            list(pool.map(write, [f"sqlite:///{tmp_path / f'{number}.db'}"] * 4))


@pytest.mark.postgres
def test_two_who_migrate_an_empty_postgresql_at_once_both_succeed(cluster: Cluster):
    cluster.create("fresh")
    owner, app = cluster.url(OWNER, "fresh"), cluster.url(APP, "fresh")
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _n: migrations.upgrade(owner, serving_url=app), range(2)))
        engine = engine_for(app)
        migrations.check_serving(engine)
        engine.dispose()
    finally:
        cluster.drop("fresh")


def test_a_database_that_was_never_migrated_is_not_served(tmp_path: Path):
    engine = engine_for(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(migrations.NotReady, match="competence migrate"):
        migrations.check_serving(engine)
    engine.dispose()


def test_nothing_is_left_when_all_is_undone(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    migrations.upgrade(url)
    migrations.downgrade(url, "base")
    engine = engine_for(url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.postgres
def test_the_serving_role_changes_no_evidence_and_reads_no_other_municipality(filled: Engine, database: Database):
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one role")
    engine = engine_for(database.url)
    for attempt in (change_event, remove_event):
        with pytest.raises(DatabaseError, match="permission denied"):
            attempt(engine)
    with engine.connect() as connection:
        assert connection.scalar(text(COUNT)) == 0
        connection.execute(text("SELECT set_config('app.municipality', '2', true)"))
        assert connection.scalar(text(COUNT)) == 0
        connection.execute(text("SELECT set_config('app.municipality', '1', true)"))
        assert connection.scalar(text(COUNT)) == 3
    engine.dispose()


def test_the_append_only_tables_are_the_ones_with_evidence():
    migrations.load_models()
    assert {"evidence_event", "audit_entry"} <= set(APPEND_ONLY)
    assert set(APPEND_ONLY) <= set(Base.metadata.tables)


def checks_of(connection: Connection) -> set[tuple[str, str | None]]:
    """Every table's check constraints by name."""
    seen = inspect(connection)
    return {(table, check["name"]) for table in seen.get_table_names() for check in seen.get_check_constraints(table)}


def test_migrations_leave_what_the_models_say_and_every_check(database: Database):
    engine = engine_for(database.owner_url)
    with engine.connect() as connection:
        assert migrations.differences(connection) == []
        found = checks_of(connection)
    engine.dispose()
    said = {
        (table.name, check.name)
        for table in Base.metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    assert found == said


FIRST = "20261122_first"
"""The form that the first municipalities began with."""


def put(connection: Connection, table: str, **values: Any) -> None:
    """Nothing; the table, as it is in the database, has a row. What must be there and is not said is empty."""
    form = Table(table, MetaData(), autoload_with=connection)
    empty = {
        int: 0,
        str: "",
        bool: False,
        date: date(2026, 1, 1),
        datetime: datetime(2026, 1, 1, tzinfo=UTC),
        object: {},
    }
    said = {
        column.name: empty[column.type.python_type]
        for column in form.columns
        if not column.nullable and column.name not in values and column.name != "id"
    }
    connection.execute(form.insert().values(said | values))


def as_of(connection: Connection, municipality: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('app.municipality', :id, false)"), {"id": str(municipality)})


def fill_first(url: str) -> None:
    """Nothing; two municipalities have what later forms say otherwise."""
    engine = engine_for(url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for one in (1, 2):
            put(connection, "municipality", id=one, name=f"Kommune {one}")
            as_of(connection, one)
            for group in (1, 2):
                put(
                    connection,
                    "staff_group",
                    id=10 * one + group,
                    municipality_id=one,
                    code=f"G{group}",
                    position=group,
                )
            put(
                connection,
                "staff_group_follow",
                municipality_id=one,
                staff_group_id=10 * one + 1,
                follows_id=10 * one + 2,
            )
            for number, approved in ((1, datetime(2026, 2, 1, tzinfo=UTC)), (2, None)):
                put(
                    connection, "competence_profile", municipality_id=one, staff_group_id=10 * one + 1, number=number,
                    valid_from=date(2026, 3, number), approved_at=approved,
                )  # fmt: skip
    engine.dispose()


def profiles(url: str) -> list[tuple[int, int, Any]]:
    engine = engine_for(url)
    found = []
    with engine.connect() as connection:
        for one in (1, 2):
            as_of(connection, one)
            rows = connection.execute(
                text("SELECT number, valid_from FROM competence_profile WHERE municipality_id = :m ORDER BY number"),
                {"m": one},
            )
            found += [(one, row.number, row.valid_from and str(row.valid_from)) for row in rows]
    engine.dispose()
    return found


def check_first_is_kept(owner_url: str, serving_url: str) -> None:
    migrations.upgrade(owner_url, serving_url=serving_url, revision=FIRST)
    fill_first(owner_url)
    migrations.upgrade(owner_url, serving_url=serving_url)
    assert profiles(owner_url) == [(m, n, day) for m in (1, 2) for n, day in ((1, "2026-03-01"), (2, None))]
    engine = engine_for(owner_url)
    with engine.connect() as connection:
        as_of(connection, 2)
        follows = "SELECT count(*) FROM staff_group_follow WHERE municipality_id = 2 AND valid_to IS NULL"
        assert connection.scalar(text(follows)) == 1
        assert migrations.differences(connection) == []
    engine.dispose()
    migrations.downgrade(owner_url, FIRST, serving_url=serving_url)
    assert [day is None for _m, _n, day in profiles(owner_url)] == [False] * 4


def test_what_the_first_form_held_is_kept_in_a_file(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    check_first_is_kept(url, url)


@pytest.mark.postgres
def test_what_the_first_form_held_is_kept_on_postgresql(cluster: Cluster):
    cluster.create("older")
    try:
        check_first_is_kept(cluster.url(OWNER, "older"), cluster.url(APP, "older"))
    finally:
        cluster.drop("older")


def test_an_upgrade_makes_anew_what_is_derived(world: World, database: Database, monkeypatch: pytest.MonkeyPatch):
    someone, guide, task = world.person(), world.person("Hanne Lykke", "SPL"), world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.signed(someone, task, 2, by=guide)
    world.settle()
    own = (Entitlement.municipality_id == world.municipality.id, Entitlement.employment_id == someone.employment.id)
    level = select(Entitlement.level).where(*own, Entitlement.task_id == task.id)
    begin_writing(world.session)
    world.session.execute(update(Entitlement).where(*own).values(level=3))
    world.session.commit()
    assert world.session.scalar(level) == 3
    world.session.rollback()
    migrations.downgrade(database.owner_url, "20261122_own_rules", serving_url=database.url)
    for name, value in {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url}.items():
        monkeypatch.setenv(name, value)
    for said in (True, False):
        run = CliRunner().invoke(cli, ["migrate"])
        assert run.exit_code == 0, run.output
        assert ("What is derived" in run.output or "Det afledte" in run.output) is said, (
            "in the language of the terminal"
        )
    assert world.session.scalar(level) == 2
