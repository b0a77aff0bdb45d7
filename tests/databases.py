"""A database for each test: SQLite and PostgreSQL in turn, a copy of one that the migrations laid out once.

A copy costs a millisecond on SQLite and less than a tenth of a second on PostgreSQL. So tests commit for real, as the
program does, and nothing of one is left for the next.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from competence import migrations
from competence.app import wire
from competence.foundation.orm import TenantSession, engine_for, open_session
from tests.factories import World
from tests.postgres import APP, OWNER, Cluster, running_cluster

TEMPLATE = "template_migrated"


@dataclass(frozen=True)
class Database:
    """One database and its two addresses; on SQLite they are the same."""

    url: str
    """As the application's role."""
    owner_url: str
    """As the role that owns the tables."""

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.url.partition("+")[0].partition(":")[0]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with nothing in it; one for each process that runs tests."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def laid_out_cluster(cluster: Cluster) -> Cluster:
    """The same server with the database that the tests' own are copies of."""
    cluster.create(TEMPLATE)
    migrations.upgrade(cluster.url(OWNER, TEMPLATE), serving_url=cluster.url(APP, TEMPLATE))
    return cluster


@pytest.fixture(scope="session")
def laid_out_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file that the tests' own are copies of."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_database(laid_out_file: Path, tmp_path: Path) -> Database:
    """An empty SQLite database."""
    file = tmp_path / "test.sqlite"
    shutil.copyfile(laid_out_file, file)
    return Database(f"sqlite:///{file}", f"sqlite:///{file}")


@pytest.fixture
def postgres_database(laid_out_cluster: Cluster) -> Iterator[Database]:
    """An empty PostgreSQL database."""
    name = f"test_{next(_numbers)}"
    laid_out_cluster.create(name, template=TEMPLATE)
    yield Database(laid_out_cluster.url(APP, name), laid_out_cluster.url(OWNER, name))
    laid_out_cluster.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database; the test runs once on each kind."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """Connections as the application's role."""
    engine = engine_for(database.url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[TenantSession]:
    """A session that belongs to no municipality yet; `World` makes one and moves it there."""
    with open_session(engine, None) as session:
        yield session


@pytest.fixture
def world(session: TenantSession) -> World:
    """A small municipality; the test adds what it claims, and commands recompute answers as in the program."""
    wire()
    return World(session)


_numbers = count(1)
