"""The inspection pack of a team over a year, as page, PDF and spreadsheet; and the least code that could make a file of it."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta

import xlsxwriter  # type: ignore[import-untyped]
from flask.testing import FlaskClient

from competence.foundation.clock import today
from tests.bench.bare import Run

DAYS = 365
FORMS = {"page": "", "PDF": "/pack.pdf", "spreadsheet": "/pack.xlsx"}


def asking(client: FlaskClient, team: int, form: str) -> Callable[[], int]:
    """A call that fetches the team's pack over the last year; how many bytes came. RuntimeError when it is not given."""
    first, last = today() - timedelta(days=DAYS), today()
    address = f"/inspection/unit/{team}{FORMS[form]}?on={first}&through={last}"

    def ask() -> int:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return len(answer.get_data())

    return ask


def bare_pack(run: Run, kind: str, m: int, team: int, tasks: int) -> Callable[[], None]:
    """A call that reads and hashes the events of the team's people, and writes a row for each person and task."""
    fields = "v.fields" if kind == "sqlite" else "v.fields::text"
    events = f"""
    SELECT v.person_id, v.seq, v.kind, v.task_id, {fields}, v.prev_hash, v.hash FROM evidence_event v
    WHERE v.municipality_id = :m AND v.person_id IN (
      SELECT e.person_id FROM employment e WHERE e.municipality_id = :m AND e.unit_id = :unit)
    ORDER BY v.person_id, v.seq
    """

    def write() -> None:
        people: dict[int, str] = {}
        for row in run(events, {"m": m, "unit": team}):
            said = json.dumps(json.loads(row[4]), sort_keys=True).encode() + row[5].encode()
            people[row[0]] = hashlib.sha256(said).hexdigest()
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            page = book.add_worksheet()
            for number, (person, digest) in enumerate(people.items()):
                for task in range(tasks):
                    for column, value in enumerate(
                        (str(person), str(task), "2026-01-01", "2026-12-31", "Må udføre.", digest)
                    ):
                        page.write_string(number * tasks + task, column, value)

    return write
