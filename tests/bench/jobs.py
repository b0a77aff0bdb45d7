"""The jobs beside pages: reading a list of people, checking everything, a worker's memory."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Engine, func, select

from competence.audit.chain import breaks
from competence.audit.inspecting import Inspection
from competence.audit.models import EvidenceEvent
from competence.audit.rules import Link
from competence.decision.commands import differences
from competence.delegation import projection as delegations
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, engine_for, open_session
from competence.organisation.models import Unit
from competence.people.commands import ImportedPerson, import_people
from competence.people.models import StaffGroup
from competence.signoffs import projection
from tests.bench.bare import Run
from tests.bench.data import Measured

PEOPLE = 3000


def importing(engine: Engine, municipality_id: int) -> Callable[[], None]:
    """A call that imports 3,000 new people, with all their answers, and takes it back, so that every run begins alike."""
    with open_session(engine, municipality_id) as session:
        units = session.scalars(select(Unit.id).where(Unit.kind == "team").order_by(Unit.id)).all()
        groups = session.scalars(
            select(StaffGroup.code).where(StaffGroup.counts_in_coverage).order_by(StaffGroup.id)
        ).all()
    first = [date(2024, 1, 1 + at % 28) for at in range(PEOPLE)]
    rows = [
        ImportedPerson(
            number=f"M{at}", name=f"Prøve Nummer {at}", unit_id=units[at % len(units)], staff_group=groups[at % 4],
            valid_from=first[at], shifts="DAN"[at % 3], email=f"m{at}@fjordby.example", authorisation_checked_on=first[at],
        )
        for at in range(PEOPLE)
    ]  # fmt: skip

    def run() -> None:
        with open_session(engine, municipality_id) as session:
            begin_writing(session)
            made = import_people(session, rows, by=None)
            assert made.new_persons == PEOPLE
            session.rollback()

    return run


def bare_import(connection: Any, kind: str) -> Callable[[], None]:
    """A call that inserts as many rows into the three tables by the driver's executemany, and takes it back."""
    mark = "?" if kind == "sqlite" else "%s"
    persons = [(at, 1, "2026-01-01") for at in range(PEOPLE)]
    names = [(at, 1, at, f"M{at}", f"Prøve Nummer {at}", f"m{at}@fjordby.example") for at in range(PEOPLE)]
    works = [(at, 1, at, at % 150, at % 4, "D", "2024-01-01") for at in range(PEOPLE)]

    def run() -> None:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if kind == "sqlite" else "BEGIN")
        for table, rows in (("floor_person", persons), ("floor_identity", names), ("floor_employment", works)):
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(rows[0]))})", rows)
        cursor.execute("ROLLBACK")

    return run


IMPORT_TABLES = (
    "CREATE TABLE floor_person(id INTEGER PRIMARY KEY, m INTEGER NOT NULL, recorded_at DATE NOT NULL)",
    "CREATE TABLE floor_identity(id INTEGER PRIMARY KEY, m INTEGER NOT NULL, person_id INTEGER NOT NULL, number VARCHAR(40), "
    "name VARCHAR(200), email VARCHAR(200))",
    "CREATE UNIQUE INDEX floor_identity_number ON floor_identity(m, number)",
    "CREATE TABLE floor_employment(id INTEGER PRIMARY KEY, m INTEGER NOT NULL, person_id INTEGER NOT NULL, unit_id INTEGER, "
    "staff_group_id INTEGER, shifts VARCHAR(3), valid_from DATE)",
    "CREATE INDEX floor_employment_unit ON floor_employment(m, unit_id, valid_from)",
    "CREATE INDEX floor_employment_person ON floor_employment(m, person_id)",
)


def checking(engine: Engine, municipality_id: int) -> Callable[[], None]:
    """A call that does what `competence check` does: chains, anchors, projections and stored answers."""

    def run() -> None:
        with open_session(engine, municipality_id) as session:
            projected = projection.Comparison(session, on=today())
            given = delegations.Comparison(session)
            looking = Inspection(session)

            def see(link: Link, event_id: int, citizen_id: int | None) -> None:
                projected.see(link, event_id, citizen_id)
                given.see(link, event_id, citizen_id)
                looking.see(link, citizen_id)

            found = looking.found(breaks(session, seen=see, anchored=looking.ledger.see), key=None)
            wrong = [*found.problems, *projected.differences(), *given.differences(), *differences(session)]
            assert not wrong, wrong[:3]

    return run


def proving(engine: Engine, municipality_id: int) -> Callable[[], None]:
    """A call that checks chains and anchors alone."""

    def run() -> None:
        with open_session(engine, municipality_id) as session:
            looking = Inspection(session)
            broken = breaks(session, seen=lambda link, _id, who: looking.see(link, who), anchored=looking.ledger.see)
            found = looking.found(broken, key=None)
            assert not found.problems, found.problems[:3]

    return run


def bare_check(run: Run, kind: str, m: int) -> Callable[[], None]:
    """A call that reads every event and hashes its fields: less than any check can do."""
    text = "fields" if kind == "sqlite" else "fields::text"
    columns = f"person_id, seq, kind, task_id, {text}, prev_hash"
    sql = f"SELECT {columns} FROM evidence_event WHERE municipality_id = :m ORDER BY person_id, seq"

    def check() -> None:
        for row in run(sql, {"m": m}):
            hashlib.sha256(json.dumps(json.loads(row[4]), sort_keys=True).encode() + row[5].encode()).hexdigest()

    return check


WORKER = """
import sys
from tests.bench.data import Measured, worker_memory
from tests.bench.pages import fetch, serving, signed_in
kind, url, owner_url, m, token, *teams = sys.argv[1:]
with serving(Measured(kind, url, owner_url, int(m), {})) as app:
    empty = worker_memory()
    client = signed_in(app, token)
    for view in range(50):
        fetch(client, f"/coverage/{teams[view % len(teams)]}")
    sys.stdout.write(f"{empty} {worker_memory()}")
"""


def memory(database: Measured, token: str, teams: tuple[int, ...]) -> tuple[float, float]:
    """(MB when it has started, MB after fifty boards) of a worker, in a process of its own."""
    arguments = [
        database.kind,
        database.url,
        database.owner_url,
        str(database.municipality_id),
        token,
        *map(str, teams),
    ]
    done = subprocess.run([sys.executable, "-c", WORKER, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    empty, full = done.stdout.split()
    return float(empty), float(full)


CHECKER = """
import sys
from pathlib import Path
from competence.foundation.orm import engine_for
from tests.bench.jobs import checking
url, m = sys.argv[1:]
engine = engine_for(url)
checking(engine, int(m))()
held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(held.split()[1]) / 1024)
"""


def check_memory(database: Measured) -> tuple[int, float]:
    """(events, MB that a process of its own held at most while it checked all of them)."""
    words = [sys.executable, "-c", CHECKER, database.url, str(database.municipality_id)]
    told = subprocess.run(words, check=True, capture_output=True, text=True)
    with open_session(engine_for(database.url), database.municipality_id) as session:
        events = session.scalar(select(func.count()).select_from(EvidenceEvent)) or 0
    return events, float(told.stdout.split()[-1])
