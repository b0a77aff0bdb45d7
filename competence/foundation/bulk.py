"""Many rows in one go: what the driver is given is made ready before the right to write is taken, and written in one call."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Insert, Integer, Table, Update, bindparam, column, insert, select, table
from sqlalchemy.orm import Session

from competence.foundation.orm import OWN, tenant_id

Values = tuple[Any, ...]
"""A row as the driver takes it."""

_MUNICIPALITY = table("municipality", column("id", Integer))
_STILL = select(_MUNICIPALITY.c.id).where(_MUNICIPALITY.c.id == bindparam("own")).with_for_update()


class Ready:
    """A statement that is run for many rows, and how its rows are made ready ahead.

    `names` are its parameters, the columns of an insert; the municipality is added. Those named in `later` are known at
    the writing only, and are numbers.
    """

    def __init__(
        self, session: Session, statement: Insert | Update, names: Sequence[str], *, later: Sequence[str] = ()
    ) -> None:
        dialect = session.get_bind().dialect
        own = OWN if statement.is_update else "municipality_id"
        compiled = statement.compile(dialect=dialect, column_keys=[own, *names, *later] if statement.is_insert else [])
        self._text = str(compiled)
        self._own = tenant_id(session)
        self._by_place = compiled.positiontup is not None
        order = compiled.positiontup or [own, *names, *later]
        assert set(order) == {own, *names, *later}, order
        self._order = order
        self._now = [name for name in order if name not in later]
        self._whole = itemgetter(*([*self._now, *later].index(name) for name in order))
        self._bound = [
            (name if name != own else None, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in self._now
        ]

    def row(self, said: Mapping[str, Any]) -> Values:
        """The row as the driver takes it, without what comes later."""
        return tuple(
            self._own if name is None else said[name] if make is None else make(said[name])
            for name, make in self._bound
        )

    def write(self, session: Session, rows: Iterable[Values], later: Sequence[Values] | None = None) -> None:
        """Nothing; the statement has been run for the rows, each with its own of `later`."""
        given: list[Any] = list(rows)
        if later is not None:
            given = [self._whole(row + more) for row, more in zip(given, later, strict=True)]
        if not given:
            return
        if not self._by_place:
            given = [dict(zip(self._order, row, strict=True)) for row in given]
        session.flush()
        session.connection().exec_driver_sql(self._text, given)


def inserting(session: Session, into: Table, columns: Sequence[str], *, later: Sequence[str] = ()) -> Ready:
    """Rows of the table to be added."""
    return Ready(session, insert(into).inline(), columns, later=later)


def hold_still(session: Session) -> None:
    """Nothing; until this transaction ends, no other one that adds rows of the municipality does.

    On PostgreSQL every insert refers to the municipality's row and waits for it, and this waits for those who have
    inserted and not ended. Take it after the chains and before anything is written. SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_STILL, {"own": tenant_id(session)})
