"""Tables and sessions: naming, the municipality as a wall, and how SQLite and PostgreSQL are opened."""

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic, sleep
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Executable,
    ForeignKey,
    ForeignKeyConstraint,
    FromClause,
    Integer,
    MetaData,
    Result,
    Select,
    Table,
    TypeDecorator,
    UniqueConstraint,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    with_loader_criteria,
)

from competence.foundation.retention import NotPersonal, PersonData

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcMoment(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, in whole milliseconds. A naive datetime is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. Each says by `__persondata__` what it holds about persons, or that it holds nothing."""

    __persondata__: ClassVar[PersonData | NotPersonal]

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcMoment}


class Tenant:
    """A table whose rows belong to one municipality. The session filters it; Core statements start from `scoped`."""

    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), index=False)


def is_tenant(table: FromClause) -> bool:
    """Whether the table's rows belong to one municipality."""
    return isinstance(table, Table) and "municipality_id" in table.c and table.name != "municipality"


def tenant_id(session: Session) -> int:
    """The municipality that the session works for. RuntimeError when it works for none."""
    municipality_id = session.info.get("municipality_id")
    if not isinstance(municipality_id, int):
        raise RuntimeError("this session belongs to no municipality")
    return municipality_id


def scoped(session: Session, table: Any, *columns: Any) -> Select[Any]:
    """A Core select of the columns (all when none are named) of the session's own municipality's rows in `table`.

    `table` may be a Table, an alias of one, or a mapped class. Every Core statement on a tenant table starts here; a
    further tenant table is joined on `municipality_id` too.
    """
    source = getattr(table, "__table__", table)
    return select(*(columns or (source,))).select_from(source).where(source.c.municipality_id == tenant_id(session))


PATIENCE = 15
"""Seconds that SQLite waits for whoever writes."""
S = TypeVar("S", bound=Executable)
OWN = "own_municipality"


def standing(table: Any, *columns: Any) -> Select[Any]:
    """The same select as `scoped` makes, written once at import for what runs often; `execute` runs it.

    Making a statement costs as much as running it.
    """
    source = getattr(table, "__table__", table)
    own = source.c.municipality_id == bindparam(OWN, type_=Integer)
    return select(*(columns or (source,))).select_from(source).where(own)


def written_once(statement: S) -> S:
    """The ORM statement, marked as one that is made at import and run often with other parameters."""
    return statement.execution_options(standing=True)


def execute(session: Session, statement: Executable, **values: Any) -> Result[*tuple[Any, ...]]:
    """What the standing statement says for the session's own municipality."""
    return session.execute(statement, {**values, OWN: tenant_id(session)})


def several(name: str) -> BindParameter[Any]:
    """A parameter of a standing statement that takes a list, for `column.in_(...)`."""
    return bindparam(name, expanding=True)


def engine_for(url: str, **options: Any) -> Engine:
    """An engine with the pragmas and transaction starts that the rest relies on."""
    return prepared(create_engine(url, **engine_options(url), **options))


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` is given for the address."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15}}
    return {"connect_args": {"prepare_threshold": None, "options": "-c jit=off"}, "pool_pre_ping": True}


def prepared(engine: Engine) -> Engine:
    """The same engine; every connection of an SQLite one gets its pragmas, every transaction its kind of BEGIN."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _open_sqlite):
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    _keep_a_log(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_log(connection: Any) -> None:
    """Nothing; the file has a write-ahead log.

    Of two who open a new file at once SQLite refuses one without waiting, since each could wait for the other.
    """
    until = monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if monotonic() > until:
                raise
            sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """A writing transaction takes the lock at once: one that reads first and writes later fails whatever the time-out."""
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def begin_writing(session: Session) -> None:
    """End what the session has read so far and begin a transaction that holds the right to write."""
    if session.in_transaction():
        session.commit()
    session.connection(execution_options={"writes": True})


def begin_reading(session: Session) -> None:
    """End what the session has read so far and begin a transaction in which all reads see one and the same moment.

    On SQLite every transaction does.
    """
    if session.in_transaction():
        session.commit()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def work_for(session: Session, municipality_id: int) -> None:
    """From here on the session works for the municipality, also when its transaction has already begun."""
    session.info["municipality_id"] = municipality_id
    session.info.pop("edition", None)
    if session.in_transaction():
        _tell_database(session.connection(), municipality_id)


def _set_municipality(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    municipality_id = session.info.get("municipality_id")
    if municipality_id is not None:
        _tell_database(connection, municipality_id)


def _tell_database(connection: Connection, municipality_id: int) -> None:
    """For PostgreSQL's policies; lasts until the transaction ends, so that a pooled connection carries nothing over."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('app.municipality', %s, true)", (str(municipality_id),))


def _filter_tenant(state: ORMExecuteState) -> None:
    """Put the municipality on every ORM statement, eager loads included."""
    municipality_id = state.session.info.get("municipality_id")
    if municipality_id is None or state.is_column_load or state.is_relationship_load or not state.is_orm_statement:
        return
    if not (state.is_select or state.is_update or state.is_delete):
        return
    statement = state.statement
    if not statement.get_execution_options().get("standing"):
        state.statement = statement.options(_only(municipality_id))
        return
    place = id(statement), municipality_id
    if place not in _walled:
        _walled[place] = statement, statement.options(_only(municipality_id))
    state.statement = _walled[place][1]


_walled: dict[tuple[int, int], tuple[Any, Any]] = {}
"""(id of a standing statement, municipality) -> the statement itself, so that its id stays its own, and it with the wall."""


@lru_cache(maxsize=256)
def _only(municipality_id: int) -> Any:
    """The option that keeps a statement to the municipality. Made once for each: making it costs as much as a query."""
    return with_loader_criteria(Tenant, lambda cls: cls.municipality_id == municipality_id, include_aliases=True)


def _stamp_tenant(session: Session, _context: Any, _instances: Any) -> None:
    """New rows get the session's municipality; a row of another municipality never reaches the database."""
    municipality_id = session.info.get("municipality_id")
    for row in session.new:
        if isinstance(row, Tenant):
            given: int | None = row.municipality_id
            if given is None:
                row.municipality_id = tenant_id(session)
            elif municipality_id is not None and given != municipality_id:
                raise RuntimeError("a row of another municipality")


class TenantSession(Session):
    """A session whose statements and new rows stay inside one municipality (`info["municipality_id"]`)."""


event.listen(TenantSession, "after_begin", _set_municipality)
event.listen(TenantSession, "do_orm_execute", _filter_tenant)
event.listen(TenantSession, "before_flush", _stamp_tenant)


def open_session(engine: Engine, municipality_id: int | None) -> TenantSession:
    """A session for the municipality, outside a request. None: only tables that belong to no municipality."""
    return TenantSession(engine, expire_on_commit=False, info={"municipality_id": municipality_id})


APPEND_ONLY: list[str] = []
"""Names of the tables whose rows are never changed or removed; `append_only` adds one."""


def append_only(name: str) -> str:
    """The table's name, noted as evidence: migrations give it triggers that refuse UPDATE, DELETE and TRUNCATE."""
    if name not in APPEND_ONLY:
        APPEND_ONLY.append(name)
    return name


REFERENCE: list[str] = ["municipality"]
"""Names of the tables that `remembered` reads; `reference` adds one."""


def reference(name: str) -> str:
    """The table's name, noted as reference data: migrations give it triggers that begin a new edition when a row changes."""
    if name not in REFERENCE:
        REFERENCE.append(name)
    return name


def wall(*constraints: Any, **references: str) -> tuple[Any, ...]:
    """`__table_args__` of a tenant table: `(municipality_id, id)` unique, and each `column="table"` a composite foreign key.

    A row can then never point at another municipality's, whatever the application does.
    """
    return (
        UniqueConstraint("municipality_id", "id"),
        *(
            ForeignKeyConstraint(["municipality_id", column], [f"{table}.municipality_id", f"{table}.id"])
            for column, table in references.items()
        ),
        *constraints,
    )
