"""Bringing a database to the newest form, under the owner's address; and what a serving process checks before it starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, make_url, text

from competence.foundation.orm import APPEND_ONLY, REFERENCE, Base, engine_for
from competence.foundation.triggers import edition_triggers, triggers

FOLDER = Path(__file__).parent
LOCK = 7_041_776
"""Any number, the same for all who migrate."""

POLICY = "municipality_id = nullif(current_setting('app.municipality', true), '')::int"
"""Which rows a PostgreSQL session may read and write; none at all while it works for no municipality."""


class NotReady(Exception):  # noqa: N818
    """The database is not in a form, or the role not one, that may be served from. Its text is for whoever starts it."""


def load_models() -> None:
    """Nothing; every feature's tables are in `Base.metadata`."""
    for file in sorted(FOLDER.parent.glob("*/models.py")):
        import_module(f"competence.{file.parent.name}.models")


def alembic_config() -> Config:
    """Alembic's settings, which lie here and in no file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(owner_url: str, *, serving_url: str | None = None, revision: str = "head") -> None:
    """Nothing; the database has the form of the revision, its triggers, its policies and the serving role's rights.

    Two who migrate at once wait for each other, and the second finds nothing left to do.
    """
    with _changing(owner_url, serving_url) as config:
        command.upgrade(config, revision)


def downgrade(owner_url: str, revision: str, *, serving_url: str | None = None) -> None:
    """Nothing; the database has the form of the earlier revision ("base" = none)."""
    with _changing(owner_url, serving_url) as config:
        command.downgrade(config, revision)


@contextmanager
def _changing(owner_url: str, serving_url: str | None) -> Iterator[Config]:
    """Alembic's settings with a connection in one transaction, which ends with triggers, policies and rights in place."""
    load_models()
    engine = engine_for(owner_url)
    try:
        with engine.connect().execution_options(writes=True) as connection:
            if engine.dialect.name == "sqlite":
                # Only outside a transaction: a batch change drops and renames tables that others refer to.
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            with connection.begin():
                _without_editions(connection)
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                config = alembic_config()
                config.attributes["connection"] = connection
                yield config
                _finish(connection, make_url(serving_url).username if serving_url else None)
    finally:
        engine.dispose()


def _without_editions(connection: Connection) -> None:
    """Nothing; the triggers that begin a new edition are gone: SQLite renames no table that a trigger's text may break on."""
    if connection.dialect.name == "sqlite":
        named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_edition\\_%' ESCAPE '\\'"
        for name in connection.execute(text(named)).scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _finish(connection: Connection, serving_role: str | None) -> None:
    """Triggers, policies and rights are made anew each time, so that no migration can lose or forget one."""
    tables = set(inspect(connection).get_table_names())
    for table in sorted(tables & set(APPEND_ONLY)):
        for statement in triggers(connection.dialect.name, table):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    marks = {column["name"] for column in inspect(connection).get_columns("edition")} if "edition" in tables else set()
    for table in sorted(tables & set(REFERENCE)) if "drafts" in marks else ():  # an older form is an older program's
        for statement in edition_triggers(connection.dialect.name, table):
            connection.exec_driver_sql(statement)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows point at nothing: {broken[:5]}")
        return
    for table in sorted(tables - {"alembic_version"}):
        columns = {column["name"] for column in inspect(connection).get_columns(table)}
        if "municipality_id" in columns:
            for statement in policies(table):
                connection.exec_driver_sql(statement)
    owner = connection.scalar(text("SELECT current_user"))
    if serving_role and serving_role != owner:
        for statement in rights(sorted(tables), serving_role):
            connection.exec_driver_sql(statement)


def policies(table: str) -> list[str]:
    """The statements by which PostgreSQL keeps a municipality's rows to itself, from the owner too. Safe to run again."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS own_municipality ON {table}",
        f"CREATE POLICY own_municipality ON {table} USING ({POLICY}) WITH CHECK ({POLICY})",
    ]


def rights(tables: list[str], role: str) -> list[str]:
    """The statements that give the serving role what it needs: evidence is read and added to, all else is changed too."""
    quoted = '"' + role.replace('"', '""') + '"'
    statements = [f"GRANT USAGE ON SCHEMA public TO {quoted}"]
    for table in tables:
        statements.append(f"REVOKE ALL ON {table} FROM {quoted}")
        if table == "alembic_version":
            allowed = "SELECT"
        elif table in APPEND_ONLY:
            allowed = "SELECT, INSERT"
        else:
            allowed = "SELECT, INSERT, UPDATE, DELETE"
        statements.append(f"GRANT {allowed} ON {table} TO {quoted}")
    statements.append(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    return statements


def head() -> str:
    """The newest revision there is."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def form_of(owner_url: str) -> str | None:
    """The revision of the database at the address; None when it was never migrated."""
    engine = engine_for(owner_url)
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The revision of the database; None when it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def differences(connection: Connection) -> list[object]:
    """What the migrations leave otherwise than the models say; empty when they agree."""
    load_models()
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
    return list(compare_metadata(context, Base.metadata))


def _ours(_thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def check_serving(engine: Engine) -> None:
    """Nothing. NotReady when the database is of another form, or the role could pass the wall between municipalities."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            _check_role(connection)
        found = revision_of(connection)
    if found != head():
        raise NotReady(f"The database is at {found or 'nothing'}, this program needs {head()}. Run: competence migrate")


def _check_role(connection: Connection) -> None:
    role = connection.execute(
        text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).one()
    owns = connection.scalar(
        text(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' "
            "AND pg_has_role(current_user, tableowner, 'MEMBER')"
        )
    )
    reasons = [
        reason
        for reason, holds in (
            ("is a superuser", role.rolsuper),
            ("has BYPASSRLS", role.rolbypassrls),
            ("owns the tables, or belongs to the role that does", bool(owns)),
        )
        if holds
    ]
    if reasons:
        raise NotReady(
            f"DATABASE_URL signs in as {role.rolname}, which {' and '.join(reasons)}: one municipality could read "
            "another's rows. Let it sign in as a role with NOSUPERUSER and NOBYPASSRLS that owns nothing, and give the "
            "owner's address in DATABASE_OWNER_URL."
        )
