"""The municipality that is measured: made once for each database, migrated and loaded as the program does it."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from competence import migrations
from competence.app import wire
from competence.audit.models import EvidenceEvent
from competence.catalogue.models import Task
from competence.foundation.clock import now
from competence.foundation.orm import engine_for, open_session
from competence.imports.demo import Loader
from competence.imports.demonstration.generate import generate
from competence.organisation.models import Municipality
from competence.people.models import Employment
from competence.signoffs.rules import EventKind
from tests.postgres import APP, OWNER, Cluster, running_cluster

NAME = "Fjordby Kommune"


@dataclass(frozen=True)
class Size:
    """How large the municipality is."""

    employees: int
    history_years: int
    wide: bool = True
    """With the tasks of the catalogue besides Fjordby's own 23."""


FULL = Size(3000, 1)
"""About 3,000 people, 150 tasks and 116,000 sign-offs."""
LARGE = Size(10_000, 1)
"""As large as the rules are asked to bear: 10,000 people and 385,000 sign-offs."""
QUICK = Size(300, 1)
SHIPPED = Size(286, 2, wide=False)
"""Fjordby as it is shipped: Team Havnen has 22 people and 23 tasks."""


@dataclass(frozen=True)
class Measured:
    """A database with the municipality in it."""

    kind: str
    """sqlite or postgresql."""
    url: str
    """As the application's role."""
    owner_url: str
    municipality_id: int
    facts: dict[str, int | float]
    """How many of what, and how long the loading took."""


@contextmanager
def loaded(kind: str, size: Size, file: Path | None = None) -> Iterator[Measured]:
    """The municipality on a database of its own. `file` keeps an SQLite one, and takes it as it is when it is there."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="kt-bench-") as folder:
            path = file or Path(folder) / "bench.sqlite"
            url = f"sqlite:///{path}"
            yield load(kind, url, url, size)
        return
    with on_a_server() as cluster:
        cluster.create("bench")
        yield load(kind, cluster.url(APP, "bench"), cluster.url(OWNER, "bench"), size)


@contextmanager
def on_a_server(**settings: str) -> Iterator[Cluster]:
    """A server on the disk. The tests' server trusts to luck; a measurement asks for one that keeps what it has confirmed."""
    safely = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    with running_cluster(in_memory=False, **safely, **settings) as cluster:
        yield cluster


def load(kind: str, url: str, owner_url: str, size: Size) -> Measured:
    """The municipality in the database at the address, made when it is not there."""
    begun = time.perf_counter()
    migrations.upgrade(owner_url, serving_url=url)
    wire()
    engine = engine_for(url)
    with open_session(engine, None) as session:
        found = session.scalars(select(Municipality).where(Municipality.name == NAME)).first()
        if found is None:
            found = Municipality(name=NAME, is_demo=True, settings={}, salt="measured", created_at=now())
            session.add(found)
            session.commit()
            new = True
        else:
            new = False
        municipality_id = found.id
    migrated = time.perf_counter()
    if new:
        with open_session(engine, municipality_id) as session:
            session.connection(execution_options={"writes": True})
            demo = generate(size.employees, 1, history_years=size.history_years, wide=size.wide)
            Loader(session, demo, wide=size.wide).load()
            session.commit()
        _analyse(owner_url)
    facts: dict[str, int | float] = {
        "migrated_s": round(migrated - begun, 1),
        "loaded_s": round(time.perf_counter() - migrated, 1) if new else 0,
    }
    with open_session(engine, municipality_id) as session:
        for name, wanted in {
            "employments": select(func.count()).select_from(Employment),
            "tasks": select(func.count()).select_from(Task),
            "signoffs": select(func.count()).select_from(EvidenceEvent).where(EvidenceEvent.kind == EventKind.SIGNED),
        }.items():
            facts[name] = session.scalar(wanted) or 0
    engine.dispose()
    return Measured(kind, url, owner_url, municipality_id, facts)


def _analyse(owner_url: str) -> None:
    """What a server's own maintenance has done after a night: statistics, and the write-ahead log written back."""
    engine = engine_for(owner_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("ANALYZE"))
        else:
            connection.execute(text("VACUUM ANALYZE"))
        connection.commit()
    engine.dispose()


def worker_memory(pid: int | None = None) -> float:
    """MB of memory that the process holds now."""
    with open(f"/proc/{pid or os.getpid()}/statm") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
