"""The municipality's own rules: the editor, one cell saved, what a draft would do, publishing it, and a file read."""

import gzip
import io
import random
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from functools import partial
from typing import Any

import openpyxl
import xlsxwriter  # type: ignore[import-untyped]
from flask import Flask, Response, render_template_string
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy import Engine, select

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.accounts.queries import actor_of_person
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.coverage.queries.impact import impact_of
from competence.coverage.queries.places import tree
from competence.delegation.commands import Framework, GroundGiven, NewCell, approve_version, new_draft
from competence.delegation.commands.grounds import ungrounded
from competence.delegation.models import Cell
from competence.delegation.queries import CELLS, versions
from competence.delegation.queries.drafts import draft_cell
from competence.delegation.rules import CellRule, Ground, Version
from competence.foundation.changes import foresee
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, open_session, scoped
from competence.imports.kinds import Kind
from competence.imports.taking import read_file, take_in
from competence.people.models import StaffGroup
from tests.bench.bare import Run
from tests.bench.timing import Call

CHANGED = 20
"""Cells of the draft that say something else."""
ROWS = 200
"""Tasks of the file that is read."""
SIGNED = "SELECT person_id, level, valid_to FROM current_signoff WHERE municipality_id = :m AND task_id = :task"
PAGE = """<!doctype html><html lang=da><head><meta charset=utf-8><title>Opgavedeling</title></head><body><main>
<table class=matrix><caption>Opgavedeling</caption><tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></main></body></html>"""


class Own:
    """A draft with some cells changed, and whoever edits it."""

    def __init__(self, engine: Engine, municipality_id: int) -> None:
        self.engine, self.m = engine, municipality_id
        draw = random.Random(1)
        with open_session(engine, municipality_id) as session:
            begin_writing(session)
            newest = next(version for version in versions(session)[0] if version.approved)
            names = [field.name for field in fields(NewCell)]
            rows = session.execute(
                scoped(session, CELLS).where(CELLS.c.version_id == newest.id).order_by(CELLS.c.id)
            ).all()
            cells = [
                NewCell(**({name: row._mapping[name] for name in names} | {"limits": tuple(row.limits)}))
                for row in rows
            ]
            open_ = [at for at, cell in enumerate(cells) if cell.rule in (CellRule.MAY_GENERAL, CellRule.MUST)]
            for at in draw.sample(open_, CHANGED):
                before = cells[at]
                rule = CellRule.NOT_ALLOWED if at % 2 else before.rule
                cells[at] = NewCell(
                    before.task_id, before.staff_group_id, rule, minimum_level=3 if at % 2 == 0 else None
                )
            draft = new_draft(session, cells, by=None)
            self.number, self.draft_id = draft.number, draft.id
            given = GroundGiven(Ground.FRAMEWORK, Framework("Prøve Læge", "Instruks", "1"))
            self.grounds = {cell.id: given for cell, _task, _group in ungrounded(session, draft.id)}
            self.places = [
                (row.task_id, row.staff_group_id)
                for row in session.execute(
                    select(Cell.task_id, Cell.staff_group_id)
                    .join(Task, (Task.municipality_id == Cell.municipality_id) & (Task.id == Cell.task_id))
                    .where(
                        Cell.version_id == newest.id, Cell.rule == CellRule.MAY_GENERAL, Task.reserved == Reserved.NO
                    )
                    .order_by(Cell.id)
                    .limit(60)
                )
            ]
            self.first_day = max(today(), newest.valid_from or today()) + timedelta(days=10)
            person = session.scalars(
                select(RoleAssignment.person_id).where(RoleAssignment.role == Role.DEVELOPMENT_NURSE).order_by("id")
            ).first()
            assert person is not None
            self.by = actor_of_person(session, person)
            session.commit()

    def editing(self, client: FlaskClient) -> Callable[[], None]:
        """A call that saves a cell and fetches what it would do: both as the sheet does."""
        turns = iter(range(10**9))

        def run() -> None:
            turn = next(turns)
            task, group = self.places[turn % len(self.places)]
            address = f"/matrix/drafts/{self.number}/{task}/{group}"
            with open_session(self.engine, self.m) as session:
                seen = draft_cell(session, self.draft_id, (task, group)).revision
            sheet = {"HX-Request": "true"}
            said = {
                "seen": str(seen), "rule": "may_general", "minimum_level": str(2 + turn // len(self.places) % 2),
                "education_level": "1", "observed_times": str(4 + turn % 5),
            }  # fmt: skip
            saved = client.post(address, data=said, headers=sheet)
            assert "Gemt i kladden" in saved.text, saved.status
            effect = client.get(f"/matrix/{self.number}/impact/{task}/{group}", headers=sheet)
            assert effect.status_code == 200, effect.status

        return run

    def impact(self) -> object:
        """What the draft would do to everybody, as its page and its job ask."""
        with open_session(self.engine, self.m) as session:
            found = next(version for version in versions(session)[0] if version.number == self.number)
            draft = Version(found.id, found.number, None, None, False)
            return impact_of(session, tree(session, on=today()), draft, first_day=self.first_day)

    def publishing(self) -> object:
        """The draft approved, with everybody's answers: made ahead, put in place, and taken back."""
        with open_session(self.engine, self.m) as session:
            ready = foresee(
                session,
                partial(
                    approve_version, number=self.number, valid_from=self.first_day, by=self.by, grounds=self.grounds
                ),
            )
            session.rollback()
            begin_writing(session)
            ready(session)
            session.rollback()
            return None

    def reading(self) -> tuple[Call, Call]:
        """(a file of 200 tasks read, compared and made a draft, which is taken back; the file read by the library alone)"""
        with open_session(self.engine, self.m) as session:
            tasks = session.scalars(select(Task.name).where(Task.archived_on.is_(None)).order_by(Task.id)).all()
            groups = session.scalars(
                select(StaffGroup.name).where(StaffGroup.counts_in_coverage).order_by(StaffGroup.position).limit(7)
            ).all()
        content = _file(
            [*tasks, *(f"Egen opgave nummer {at}" for at in range(max(0, ROWS - len(tasks))))][:ROWS], groups
        )

        def ours() -> None:
            with open_session(self.engine, self.m) as session:
                begin_writing(session)
                effect = take_in(session, read_file(session, Kind.MATRIX, content, "egen.xlsx", by=self.by), by=self.by)
                assert effect.version
                session.rollback()

        def floor() -> None:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            assert sum(1 for _row in book.worksheets[0].iter_rows(values_only=True)) == ROWS + 1

        return ours, floor


def _file(tasks: list[str], groups: Any) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Opgavefordeling")
        sheet.write_row(0, 0, ["Opgave", *groups])
        for at, task in enumerate(tasks, 1):
            sheet.write_row(at, 0, [task, *(("X", "(X)", "÷")[(at + column) % 3] for column in range(len(groups)))])
    return content.getvalue()


def bare_page(html: bytes) -> Callable[[], object]:
    """A call that draws the same fields by a plain template, from strings in memory, and packs them."""
    drawn = [re.split(r"<t[dh][^>]*>", row)[1:] for row in re.findall(r"<tr.*?</tr>", html.decode(), re.DOTALL)]
    rows = [[Markup(cell.rsplit("</t", 1)[0]) for cell in row] for row in drawn]
    app = Flask(__name__)

    @app.get("/")
    def page() -> Response:
        text = render_template_string(PAGE, rows=rows)
        return Response(gzip.compress(text.encode(), 6), headers={"Content-Encoding": "gzip"}, mimetype="text/html")

    client = app.test_client()
    return lambda: client.get("/").get_data()


def bare_signed(run: Run, m: int, tasks: list[int]) -> Callable[[], object]:
    """A call that reads everybody's sign-offs in the tasks: less than any judgement can do."""
    return lambda: [run(SIGNED, {"m": m, "task": task}) for task in tasks]


def bare_vectors(run: Run, m: int) -> Callable[[], object]:
    """A call that reads everybody's stored answers."""
    return lambda: run("SELECT employment_id, ends FROM entitlement_vector WHERE municipality_id = :m", {"m": m})
