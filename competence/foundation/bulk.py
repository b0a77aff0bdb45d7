"""Many rows in one go: what the driver is given is made ready before the right to write is taken, and written in one call."""

from collections.abc import Iterable, Mapping, Sequence
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
from sqlalchemy.orm import Session

from competence.foundation.orm import OWN, tenant_id

Values = tuple[Any, ...]
"""A row as the driver takes it."""
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
        self._own = tenant_id(session)
        self._by_place = compiled.positiontup is not None
        self._order: Sequence[str] = compiled.positiontup or sorted(compiled.binds)
        self._bound = [
            (
                None if name == OWN else name.removeprefix("as_"),
                compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
            )
            for name in self._order
        ]

    def row(self, said: Mapping[str, Any]) -> Values:
        """The row as the driver takes it, from its values by column."""
        return tuple(
            self._own if name is None else said[name] if make is None else make(said[name])
            for name, make in self._bound
        )

    def write(self, session: Session, rows: Iterable[Values]) -> None:
        """Nothing; the statement has been run for the rows."""
        each: list[Any] = list(rows)
        if not each:
            return
        if not self._by_place:
            each = [dict(zip(self._order, row, strict=True)) for row in each]
        session.flush()
        session.connection().exec_driver_sql(self._text, each)


def inserting(session: Session, into: Table, columns: Sequence[str], **more: Any) -> Ready:
    """Rows of the table to be added, by their columns and `more` columns with what is to stand there."""
    values: dict[str, Any] = {name: given(into.c[name]) for name in columns}
    return Ready(session, insert(into).values({"municipality_id": own(), **values, **more}).inline())


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
