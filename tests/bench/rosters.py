"""A roster of 10,000 duties: read from its file, checked against the people, and taken in."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, open_session
from competence.imports.kinds import Kind
from competence.imports.taking import read_file, rehearse, take_in
from competence.people.models import Employment, PersonIdentity

DUTIES = 10_000
TABLES = (
    "CREATE TABLE floor_duty(id INTEGER PRIMARY KEY, m INTEGER NOT NULL, employment_id INTEGER NOT NULL, unit_id INTEGER NOT NULL, "
    "starts_at VARCHAR(30) NOT NULL, ends_at VARCHAR(30) NOT NULL)",
    "CREATE INDEX floor_duty_unit ON floor_duty(m, unit_id, starts_at)",
    "CREATE INDEX floor_duty_employment ON floor_duty(m, employment_id, starts_at)",
)
HOURS = (("07:00", "15:00"), ("15:00", "23:00"), ("23:00", "07:00"))


def roster_file(engine: Engine, municipality_id: int) -> bytes:
    """A .csv file with a duty every other day for as many people as it takes."""
    with open_session(engine, municipality_id) as session:
        numbers = session.scalars(
            select(PersonIdentity.number)
            .join(Employment, Employment.person_id == PersonIdentity.person_id)
            .where(PersonIdentity.number.is_not(None), Employment.valid_from <= today(), Employment.valid_to.is_(None))
            .group_by(PersonIdentity.number)
            .order_by(PersonIdentity.number)
        ).all()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(("Medarbejdernummer", "Dato", "Start", "Slut"))
    for at in range(DUTIES):
        place, turn = at % len(numbers), at // len(numbers)
        begins, ends = HOURS[place % 3]
        writer.writerow((numbers[place], f"{today() + timedelta(days=1 + 2 * turn):%d-%m-%Y}", begins, ends))
    return out.getvalue().encode()


def taking(engine: Engine, municipality_id: int) -> Callable[[], None]:
    """A call that reads and checks the file, works out what it changes, takes it in, and takes it back."""
    data = roster_file(engine, municipality_id)

    def run() -> None:
        with open_session(engine, municipality_id) as session:
            reading = read_file(session, Kind.ROSTER, data, "vagtplan.csv", by=None)
            assert not reading.parsed.problems, reading.parsed.problems[:3]
            rehearse(session, reading, by=None)
            begin_writing(session)
            done = take_in(session, reading, by=None)
            assert done.new + done.changed + done.unchanged == DUTIES
            session.rollback()

    return run


def bare_taking(engine: Engine, municipality_id: int, connection: Any, kind: str) -> Callable[[], None]:
    """A call that reads the same file and inserts as many rows by the driver's executemany, and takes it back."""
    text, mark = roster_file(engine, municipality_id).decode(), "?" if kind == "sqlite" else "%s"

    def run() -> None:
        rows = []
        for at, (number, day, begins, ends) in enumerate(list(csv.reader(io.StringIO(text), delimiter=";"))[1:]):
            start = datetime.strptime(f"{day} {begins} +0000", "%d-%m-%Y %H:%M %z")
            rows.append((at, 1, int(number) if number.isdigit() else at, at % 150, start.isoformat(), ends))
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if kind == "sqlite" else "BEGIN")
        cursor.executemany(f"INSERT INTO floor_duty VALUES ({', '.join([mark] * 6)})", rows)
        cursor.execute("ROLLBACK")

    return run
