"""The hot queries: each run as the program runs it, and by which columns it must find its rows."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from competence.coverage.queries import wide
from competence.coverage.queries.board import board, tasks_on
from competence.coverage.queries.finder import who_may
from competence.coverage.queries.places import Node, Tree, requirements_on
from competence.coverage.rules import Shift
from competence.forecast.queries.ground import team_of
from competence.foundation.clock import today
from competence.foundation.orm import execute
from competence.roster.queries import duties_in

Run = Callable[[Session, Tree, Node], object]


@dataclass(frozen=True)
class Hot:
    """A statement that a request runs."""

    name: str
    run: Run
    table: str
    """Of which it must find the rows by an index."""
    columns: tuple[str, ...]
    """By which it finds them, besides the municipality."""
    says: str
    """What tells it from the other statements of the run."""
    joins_all: bool = False
    """Everybody is read, so that PostgreSQL may as well join whole tables."""


def the_board(session: Session, units: Tree, unit: Node) -> object:
    """The team's coverage page."""
    return board(session, units, unit, on=today())


def the_finder(session: Session, units: Tree, unit: Node) -> object:
    """Who may do the first task."""
    return who_may(session, units, unit, tasks_on(session, today())[0], on=today(), shift=Shift.DAY)


def the_forecast(session: Session, _units: Tree, unit: Node) -> object:
    """The team's coming year."""
    return team_of(session, unit)


HOT = (
    Hot("the board's people", the_board, "employment", ("unit_id",), "JOIN person_identity"),
    Hot("the board's stored answers", the_board, "entitlement", ("employment_id",), "FROM entitlement "),
    Hot("the board's signatures", the_board, "current_signoff", ("person_id",), "FROM current_signoff "),
    Hot("the board's observed times", the_board, "observation", ("person_id",), "FROM observation "),
    Hot("who is a guide", the_board, "role_assignment", ("person_id",), "FROM role_assignment "),
    Hot("the people of some units, with their vectors", the_finder, "employment", ("unit_id",), "JOIN entitlement_vector"),
    Hot("their absences", the_finder, "absence", ("employment_id",), "FROM absence "),
    Hot(
        "everybody, with their vectors", lambda s, _units, _unit: execute(s, wide._EVERYBODY, on=today()).all(),
        "entitlement_vector", ("employment_id",), "JOIN entitlement_vector", joins_all=True,
    ),
    Hot(
        "what units need", lambda s, _units, unit: requirements_on(s, today(), [unit]),
        "requirement", ("unit_id",), "FROM requirement",
    ),
    Hot(
        "the duties of a week",
        lambda s, _units, unit: duties_in(s, [unit.id], first=today(), through=today() + timedelta(days=6)),
        "duty", ("unit_id", "starts_at"), "FROM duty",
    ),
    Hot("the rights of a forecast", the_forecast, "entitlement", ("employment_id",), "FROM entitlement "),
)  # fmt: skip
BIG = (
    "employment", "entitlement", "entitlement_vector", "current_signoff", "evidence_event", "observation",
    "duty", "waiting_signoff", "sign_off_request", "person_identity", "person", "absence", "audit_entry", "role_assignment",
)  # fmt: skip
"""Tables that grow with the municipality's people. What is needed is reference data, kept from one request to the next."""


@dataclass(frozen=True)
class Ran:
    """A statement as the driver was given it."""

    sql: str
    values: Any

    @property
    def short(self) -> str:
        """On one line, a list of parameters as three dots."""
        line = re.sub(r"%\([^)]*\)s(?:::[A-Z]+)?", "?", " ".join(self.sql.split()))
        return re.sub(r"\(\?(?:, \?)*\)", "(...)", line)


@contextmanager
def recorded(engine: Engine) -> Iterator[list[Ran]]:
    """The selects that run meanwhile."""
    found: list[Ran] = []

    def see(_connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        if sql.startswith("SELECT"):
            found.append(Ran(sql, values))

    event.listen(engine, "before_cursor_execute", see)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", see)


def plan(session: Session, ran: Ran) -> list[str]:
    """How the database would run it, a line for each table: which index, and by which columns.

    PostgreSQL is told that it may not read whole tables where it has another way: small ones it would.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {ran.sql}", ran.values)]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    told = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {ran.sql}", ran.values).scalar_one()
    return list(_nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]))


def _nodes(node: Any) -> Iterator[str]:
    if "Index Name" in node:
        yield f"{node['Node Type']} {node['Index Name']} {node.get('Index Cond', '')}".strip()
    elif "Relation Name" in node and node["Node Type"] == "Seq Scan":
        yield f"Seq Scan {node['Relation Name']}"
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def finds(hot: Hot, line: str) -> bool:
    """Whether the line of a plan finds the table's rows by the columns."""
    of_table = re.search(rf"SEARCH {hot.table} USING|(?:ix|uq)_{hot.table}_", line)
    return bool(of_table) and all(re.search(rf"\b{column}\b", line.partition("(")[2]) for column in hot.columns)
