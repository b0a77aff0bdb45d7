"""Every statement of the suite is read: on a table of one municipality it must say which."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from competence.foundation.editions import making
from competence.foundation.orm import REFERENCE, Base, is_tenant
from tests.postgres import APP

WATCHED = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH|INSERT)\b", re.IGNORECASE)
COPIES = "INSERT INTO _alembic_tmp_"
"""How a migration makes a table anew on SQLite: with the rows of every municipality, as it must."""


@pytest.fixture(autouse=True)
def wall() -> Iterator[None]:
    """Fails the test when a statement read or changed rows without naming their municipality."""
    breaches: list[str] = []

    def read(
        connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _executemany: bool
    ) -> None:
        if connection.engine.url.username not in {None, APP} or _by_identity(context):
            return
        if making.get() and (other := [table for table in named(statement) if table not in {*REFERENCE, "edition"}]):
            breaches.append(f"{', '.join(other)} remembered, though no edition tells when it changes: {statement}")
        if missing := unfiltered(statement):
            breaches.append(f"{', '.join(missing)}: {statement}")

    event.listen(Engine, "before_cursor_execute", read)
    yield
    event.remove(Engine, "before_cursor_execute", read)
    assert not breaches, "no municipality on " + "\n\n".join(dict.fromkeys(breaches))


def _by_identity(context: Any) -> bool:
    """Whether the ORM writes or reads anew a row that a session already holds."""
    options = context.execution_options if context else {}
    if "compiled_cache" in options:  # given by a flush alone
        return True
    load = options.get("_sa_orm_load_options")
    return load is not None and getattr(load, "_refresh_state", None) is not None


@cache
def unfiltered(statement: str) -> tuple[str, ...]:
    """The names under which the statement reads tables of a municipality without a condition on which."""
    if not WATCHED.match(statement) or statement.startswith(COPIES):
        return ()
    if re.match(r"\s*INSERT\b", statement, re.IGNORECASE):
        statement = re.sub(r"^\s*INSERT INTO \S+ (\([^)]*\))?", "", statement, flags=re.IGNORECASE)
        if "SELECT" not in statement:
            return ()
    statement = re.sub(r"'[^']*'", "''", statement)
    names = []
    for table, alias in _tables().findall(statement):
        name = alias or table
        column = rf'(?:\b{name}"?\.)?"?\bmunicipality_id"?' if not alias else rf'\b{name}"?\.municipality_id'
        if not re.search(rf"{column}\s*(?:=|IN\b)|=\s*{column}(?!\w)", statement):
            names.append(name)
    return tuple(names)


@cache
def named(statement: str) -> tuple[str, ...]:
    """The tables of a municipality that the statement reads or changes."""
    return tuple(table for table, _alias in _tables().findall(re.sub(r"'[^']*'", "''", statement)))


@cache
def _tables() -> re.Pattern[str]:
    names = "|".join(sorted((table.name for table in Base.metadata.tables.values() if is_tenant(table)), key=len)[::-1])
    return re.compile(rf'(?<![\w."])(?<!AS )"?\b({names})\b"?(?![\w."(])(?:\s+AS\s+"?(\w+)"?)?')
