"""Many rows in one go: what the driver is given is made ready before the right to write is taken, and written in one call."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Insert,
    Integer,
    Table,
    Update,
    bindparam,
    column,
    insert,
    select,
    table,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from competence.foundation.orm import OWN, tenant_id

Values = tuple[Any, ...]
"""A row as the driver takes it."""
MOST_PARAMETERS = 30_000
"""Values in one statement; PostgreSQL takes 65,535."""
_NAMED = re.compile(r"%\((\w+)\)s")
ROOM = 32_768
"""Kilobytes of pages that SQLite may hold in memory while it writes many rows."""

_MUNICIPALITY = table("municipality", column("id", Integer))
_STILL = select(_MUNICIPALITY.c.id).where(_MUNICIPALITY.c.id == bindparam("own")).with_for_update()


def given(column: ColumnElement[Any], name: str | None = None) -> BindParameter[Any]:
    """The value of a row for the column, in a statement that is run for many rows."""
    return bindparam(f"as_{name or column.key}", type_=column.type)


def own() -> BindParameter[Any]:
    """The municipality, in such a statement."""
    return bindparam(OWN, type_=Integer)


class Ready:
    """A statement that is run for many rows, made of `given` and `own`, and how its rows are made ready ahead."""

    def __init__(self, session: Session, statement: Insert | Update | Delete) -> None:
        dialect = session.get_bind().dialect
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._many: tuple[str, str, str] | None = None
        self._order: Sequence[str] = compiled.positiontup or ()
        if compiled.positiontup is None:  # named parameters, in PostgreSQL's driver
            self._order = _NAMED.findall(self._text)
            self._text = _NAMED.sub("%s", self._text)
            self._many = _around_values(self._text) if statement.is_insert else None
        self._always: dict[str, Any] = {
            name: tenant_id(session) if name == OWN else bind.value
            for name, bind in compiled.binds.items()
            if not name.startswith("as_")
        }
        self._bound = [
            (name, name.removeprefix("as_"), compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in self._order
        ]

    def row(self, said: Mapping[str, Any]) -> Values:
        """The row as the driver takes it, from its values by column."""
        always = self._always
        return tuple(
            always[name] if name in always else said[key] if make is None else make(said[key])
            for name, key, make in self._bound
        )

    def write(self, session: Session, rows: Iterable[Values]) -> None:
        """Nothing; the statement has been run for the rows.

        PostgreSQL, where nothing is prepared, is given many rows of an insert in one statement, so that it plans once.
        """
        each = list(rows)
        if not each:
            return
        session.flush()
        connection = session.connection()
        if self._many is None:
            connection.exec_driver_sql(self._text, each)
            return
        before, values, after = self._many
        most = MOST_PARAMETERS // len(self._order)
        for start in range(0, len(each), most):
            some = each[start : start + most]
            text = before + ", ".join([values] * len(some)) + after
            connection.exec_driver_sql(text, tuple(chain.from_iterable(some)))


def _around_values(text: str) -> tuple[str, str, str]:
    """(what stands before the row of values, the row in its brackets, what stands behind it)."""
    start = text.index(" VALUES (") + len(" VALUES ")
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[:start], text[start : at + 1], text[at + 1 :]
    raise ValueError(text)


def inserting(session: Session, into: Table, columns: Sequence[str], **more: Any) -> Ready:
    """Rows of the table to be added, by their columns and `more` columns with what is to stand there."""
    values: dict[str, Any] = {name: given(into.c[name]) for name in columns}
    return Ready(session, insert(into).values({"municipality_id": own(), **values, **more}).inline())


def replacing(session: Session, into: Table, columns: Sequence[str], *, key: str) -> Ready:
    """Rows of the table, of which there is one for each `key`: added, or put in the place of the one that is there."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values: dict[str, Any] = {"municipality_id": own()} | {name: given(into.c[name]) for name in (key, *columns)}
    adding = dialect.insert(into).values(values).inline()
    changed = {name: adding.excluded[name] for name in columns}
    return Ready(session, adding.on_conflict_do_update(index_elements=["municipality_id", key], set_=changed))


def hold_still(session: Session) -> None:
    """Nothing; until this transaction ends, no other one that adds rows of the municipality does.

    On PostgreSQL every insert refers to the municipality's row and waits for it, and this waits for those who have
    inserted and not ended. Take it after the chains and before anything is written. SQLite has one writer at a time
    anyway, and is given room for the pages that many rows touch, or it writes them twice.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_STILL, {"own": tenant_id(session)})
        session.info.pop("edition", None)  # those it waited for may have begun another one
    else:
        session.connection().exec_driver_sql(f"PRAGMA cache_size=-{ROOM}")
