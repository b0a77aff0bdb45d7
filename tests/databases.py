"""A database for each test: SQLite and PostgreSQL in turn, a copy of one that the migrations laid out once.

A copy costs a millisecond on SQLite and a few hundredths of a second on PostgreSQL. So tests commit for real, as the
program does, and nothing of one is left for the next. The copies of one process have one address, one after the other: what
SQLAlchemy has compiled for it, and the application that stands on it, serve all of them.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from competence import migrations
from competence.app import wire
from competence.foundation import editions
from competence.foundation.orm import TenantSession, engine_for, open_session
from tests.factories import World
from tests.postgres import APP, MEMORY, OWNER, Cluster, has_room, running_cluster

TEMPLATE, TESTED = "template_migrated", "tested"


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


@pytest.fixture(scope="session")
def quick_folder() -> Iterator[Path]:
    """Where this process lays its SQLite files: in memory, where the system has a disk there."""
    with TemporaryDirectory(prefix="kt-sqlite-", dir=MEMORY if has_room(MEMORY) else None) as folder:
        yield Path(folder)


def lay_out(source: Path, file: Path) -> Database:
    """The database of a fresh copy of `source`; whoever still has the one before open at `file` keeps that to the end."""
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    shutil.copyfile(source, file)
    return Database(f"sqlite:///{file}", f"sqlite:///{file}")


@pytest.fixture
def sqlite_database(laid_out_file: Path, quick_folder: Path) -> Database:
    """An empty SQLite database."""
    return lay_out(laid_out_file, quick_folder / "test.sqlite")


@pytest.fixture
def postgres_database(laid_out_cluster: Cluster) -> Iterator[Database]:
    """An empty PostgreSQL database."""
    laid_out_cluster.create(TESTED, template=TEMPLATE)
    yield Database(laid_out_cluster.url(APP, TESTED), laid_out_cluster.url(OWNER, TESTED))
    laid_out_cluster.drop(TESTED)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database; the test runs once on each kind."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


Fill = Callable[[Database], None]


@pytest.fixture
def filled(request: pytest.FixtureRequest, quick_folder: Path) -> Callable[[Database, Fill], None]:
    """(the test's own database, what fills it, and leaves nobody connected) -> nothing.

    What takes seconds to fill is filled once in each process; for all tests that follow it is a copy.
    """

    def fill_or_copy(database: Database, fill: Fill) -> None:
        if database.dialect == "sqlite":
            source, file = quick_folder / f"{fill.__name__}.filled", Path(database.url.removeprefix("sqlite:///"))
            if source.exists():
                lay_out(source, file)
            else:
                fill(database)
                shutil.copyfile(file, source)
            return
        cluster: Cluster = request.getfixturevalue("laid_out_cluster")
        template = f"template_{fill.__name__}"
        if (cluster.folder, template) in _FILLED:
            cluster.drop(TESTED)
            cluster.create(TESTED, template=template)
        else:
            fill(database)
            cluster.create(template, template=TESTED)
            _FILLED.add((cluster.folder, template))

    return fill_or_copy


_FILLED: set[tuple[Path, str]] = set()


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """Connections as the application's role."""
    engine = _engine_at(database.url)
    begin_anew(engine)
    yield engine
    engine.dispose()


def begin_anew(engine: Engine) -> None:
    """Nothing; the engine holds nothing of the database that was at its address before."""
    engine.dispose()
    editions._kept.pop(engine, None)


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


_engine_at = cache(engine_for)
