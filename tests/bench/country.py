"""A whole country in one PostgreSQL: the measured municipality and its likenesses, beside the same municipality alone."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial

import psycopg
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Integer, String, Table, UniqueConstraint

from competence.foundation.orm import Base, engine_for, is_tenant
from tests.bench import bare, pages
from tests.bench.data import Measured, Size, load, on_a_server
from tests.bench.timing import Result, in_turns, result
from tests.postgres import APP, OWNER

MUNICIPALITIES = 98
ONE = Size(1020, 1)
"""98 of them have 100,000 people."""
HOST = "localhost"
"""By which the municipality is known among others, and which a test client asks."""
BUFFERS = "4GB"
"""What a server for a country gives PostgreSQL; the default of 128 MB is for a laptop."""


@dataclass(frozen=True)
class Country:
    """The same municipality twice."""

    alone: Measured
    among: Measured
    facts: dict[str, int | float]
    """How many municipalities and employments, MB of the database, and how long the making took."""


@contextmanager
def country(size: Size = ONE, municipalities: int = MUNICIPALITIES) -> Iterator[Country]:
    """Two databases of one server: the municipality alone, and among its likenesses."""
    with on_a_server(shared_buffers=BUFFERS) as cluster:
        cluster.create("bench")
        alone = load("postgresql", cluster.url(APP, "bench"), cluster.url(OWNER, "bench"), size)
        with psycopg.connect(host=str(cluster.folder), dbname="bench", user="postgres", autocommit=True) as owner:
            owner.execute("UPDATE municipality SET host = %s", (HOST,))
        cluster.create("country", template="bench")
        begun = time.perf_counter()
        with psycopg.connect(host=str(cluster.folder), dbname="country", user="postgres", autocommit=True) as owner:
            _multiply(owner, municipalities - 1)
            (size_mb,) = owner.execute("SELECT pg_database_size('country') / 1000000").fetchone() or (0,)
            (people,) = owner.execute("SELECT count(*) FROM employment").fetchone() or (0,)
        facts: dict[str, int | float] = {
            "municipalities": municipalities, "employments": people, "mb": size_mb,
            "made_s": round(time.perf_counter() - begun, 1),
        }  # fmt: skip
        among = replace(alone, url=cluster.url(APP, "country"), owner_url=cluster.url(OWNER, "country"))
        yield Country(alone, among, facts)


def measured(size: Size, municipalities: int, runs: int) -> Iterator[Result]:
    """The hot pages of the municipality among all, and alone."""
    with country(size, municipalities) as made, ExitStack() as held:
        yield result("making the country", "postgresql", [(0.0, 0.0)], [], limit={}, **made.facts)
        clients, places = [], []
        for one in (made.among, made.alone):
            engine = engine_for(one.url)
            places.append(pages.places(engine, one.municipality_id))
            engine.dispose()
            clients.append(pages.signed_in(held.enter_context(pages.serving(one)), places[-1].token))
        teams = places[0].teams
        asked = [{"unit": team, "q": name} for _task, name in places[0].asked for team in teams[:3]]
        for name, addresses in (
            ("coverage page", [(f"/coverage/{team}", {}) for team in teams]),
            ("who-may", [("/who-may", question) for question in asked]),
        ):  # fmt: skip
            ours, floor = in_turns(
                *(partial(_next, client, bare.each(addresses)) for client in clients), runs=runs, warm=len(addresses)
            )
            yield result(
                f"{name} among {municipalities} municipalities, beside alone",
                "postgresql",
                ours,
                floor,
                limit={"ratio": 1.3},
            )


def _next(client: FlaskClient, turn: Callable[[], tuple[str, dict[str, str | int]]]) -> None:
    address, query = turn()
    pages.fetch(client, address, **query)


def _multiply(owner: psycopg.Connection, times: int) -> None:
    """Nothing; every row of the municipality is there so many times more, each time with ids of its own.

    A row's likenesses lie beside it, as where all municipalities have grown side by side: one's rows are then spread
    over as many pages as they can be.
    """
    tables = [table for table in Base.metadata.sorted_tables if is_tenant(table)]
    # The rows are as right as those they are made of; keys and triggers would look at each again.
    owner.execute("SET session_replication_role = replica")
    owner.execute("SET synchronous_commit = off")
    owner.execute(
        "INSERT INTO municipality SELECT (jsonb_populate_record(m, jsonb_build_object('id', m.id + k, "
        "'name', m.name || ' ' || k, 'host', CASE WHEN m.host IS NULL THEN NULL ELSE k || '.' || m.host END))).* "
        "FROM municipality m CROSS JOIN generate_series(1, %s) k",
        (times,),
    )
    (step,) = owner.execute(
        sql.SQL("SELECT greatest({})").format(
            sql.SQL(", ").join(
                sql.SQL("coalesce((SELECT max(id) FROM {}), 0)").format(sql.Identifier(table.name)) for table in tables
            )
        )
    ).fetchone() or (0,)
    for table in tables:
        owner.execute(_likenesses(table, step, times))
        owner.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT coalesce(max(id), 1) FROM {}))").format(
                sql.Literal(table.name), sql.Identifier(table.name)
            )
        )
    owner.execute("VACUUM ANALYZE")
    owner.execute("CHECKPOINT")


def _likenesses(table: Table, step: int, times: int) -> sql.Composed:
    unique = {
        column.name for one in table.constraints if isinstance(one, UniqueConstraint) and "municipality_id" not in one.columns
        for column in one.columns
    }  # fmt: skip
    values: list[sql.Composable] = []
    for column in table.c:
        name = sql.Identifier(column.name)
        if column.name == "municipality_id":
            values.append(sql.SQL("municipality_id + k"))
        elif column.name == "path" and table.name == "unit":
            values.append(sql.SQL(
                "(SELECT '/' || string_agg((part::int + k * {})::text || '/', '' ORDER BY at) "
                "FROM unnest(string_to_array(trim(path, '/'), '/')) WITH ORDINALITY AS parts(part, at))"
            ).format(sql.Literal(step)))  # fmt: skip
        elif isinstance(column.type, Integer) and (column.name == "id" or column.name.endswith(("_id", "_by", "_for"))):
            values.append(sql.SQL("{} + k * {}").format(name, sql.Literal(step)))
        elif column.name in unique and isinstance(column.type, String):
            values.append(sql.SQL("left({}, -4) || lpad(k::text, 4, '0')").format(name))
        else:
            values.append(name)
    return sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {table} CROSS JOIN generate_series(1, {times}) k "
                   "ORDER BY id, k").format(
        table=sql.Identifier(table.name), names=sql.SQL(", ").join(sql.Identifier(column.name) for column in table.c),
        values=sql.SQL(", ").join(values), times=sql.Literal(times),
    )  # fmt: skip
