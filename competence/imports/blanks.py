"""Empty spreadsheets with the right headings and one row as an example."""

import io
from collections.abc import Sequence
from datetime import date, timedelta

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from competence.foundation.clock import today
from competence.imports import people, profiles, requirements, roster, signoffs, units
from competence.imports.headings import Field
from competence.imports.kinds import Kind
from competence.imports.queries import known_groups, known_tasks, practice_levels

Cell = str | int | date
FILENAMES = {
    Kind.UNITS: "enheder.xlsx", Kind.PEOPLE: "medarbejdere.xlsx", Kind.MATRIX: "opgavefordeling.xlsx",
    Kind.SIGNOFFS: "underskrifter.xlsx", Kind.REQUIREMENTS: "bemandingskrav.xlsx",
    Kind.PROFILES: "kompetenceprofiler.xlsx", Kind.ROSTER: "vagtplan.xlsx",
}  # fmt: skip
_LEFT_OUT = frozenset({"first_name", "last_name", "unit", "kind", "below", "D", "A", "N"})
"""Other ways of writing what stands in the columns of the example."""
_NEEDED = frozenset({(Kind.PEOPLE, "name"), (Kind.PROFILES, "text"), (Kind.ROSTER, "start"), (Kind.ROSTER, "end"),
                      *((Kind.REQUIREMENTS, name) for name in ("place", "shift", "need"))})  # fmt: skip
"""Columns that a file may write in other ways, but must have."""
MATRIX_COLUMNS = 4
"""So many of the municipality's staff groups stand in the example; more are added at the right."""


def headings(kind: Kind) -> list[tuple[str, bool]]:
    """(heading, whether the file must have it) of each column that is read; none for a matrix."""
    return [(field.heading, field.required or (kind, field.name) in _NEEDED) for field in _fields(kind)]


def _fields(kind: Kind) -> Sequence[Field]:
    match kind:
        case Kind.UNITS:
            return units.FIELDS
        case Kind.PEOPLE:
            return [field for field in people.FIELDS if field.name not in ("first_name", "last_name")]
        case Kind.SIGNOFFS:
            return signoffs.FIELDS
        case Kind.REQUIREMENTS:
            return [field for field in requirements.FIELDS if field.name not in _LEFT_OUT]
        case Kind.PROFILES:
            return [field for field in profiles.FIELDS if field.name != "task"]
        case Kind.ROSTER:
            return [field for field in roster.FIELDS if field.name not in ("end_date", "times")]
        case Kind.MATRIX:
            return ()


def blank(session: Session, kind: Kind) -> bytes:
    """The workbook. Its example names things that the municipality does not have, so that it is not taken in by mistake."""
    rows: list[list[Cell]] = [[heading for heading, _required in headings(kind)], _example(kind)]
    if kind is Kind.MATRIX:
        groups = [group.names[min(1, len(group.names) - 1)] for group in known_groups(session)[:MATRIX_COLUMNS]]
        task = next((task.name for task in known_tasks(session)), "Øjendrypning")
        marks = ["X", "X", "(X)", "÷"]
        rows = [["Opgave", *groups, "Bemærkninger"], [f"Eksempel: {task}", *marks[: len(groups)], "Slet denne række"]]
    if kind in (Kind.SIGNOFFS, Kind.REQUIREMENTS):
        level = next(iter(practice_levels(session)), "1")
        rows[1] = [level if cell == "basis" else cell for cell in rows[1]]
    return _workbook(rows, sheet=FILENAMES[kind].removesuffix(".xlsx").capitalize())


def _example(kind: Kind) -> list[Cell]:
    day = today()
    match kind:
        case Kind.UNITS:
            return ["Team Eksempel", "Distrikt Eksempel", "team"]
        case Kind.PEOPLE:
            since, checked = day.replace(day=1), day - timedelta(days=30)
            return ["1234", "Karen Eksempel", "karen@kommune.example", "Team Eksempel", "Sygeplejerske", "dag, aften", since, "",
                    "nej", checked]  # fmt: skip
        case Kind.SIGNOFFS:
            return [
                "1234",
                "Eksempel på en opgave",
                "basis",
                day - timedelta(days=60),
                "Karen Eksempel",
                day + timedelta(days=300),
            ]
        case Kind.REQUIREMENTS:
            return ["Team Eksempel", "Eksempel på en opgave", "aften", 2, "basis", "alle dage", "nej", "nej", day, ""]
        case Kind.PROFILES:
            return ["Eksempel på en faggruppe", "Medicin", "basis", "Giver medicin, som er doseret.", ""]
        case Kind.ROSTER:
            return ["Eksempel 1234", day + timedelta(days=7), "23:00", "07:00", "Team Eksempel", "", ""]
        case Kind.MATRIX:
            return []


def _workbook(rows: Sequence[Sequence[Cell]], *, sheet: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for number, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    page.write_datetime(number, column, value, dated)
                elif isinstance(value, int):
                    page.write_number(number, column, value)
                else:
                    page.write_string(number, column, value, bold if number == 0 else None)
        for column in range(len(rows[0])):
            page.set_column(column, column, max(14, *(len(str(row[column])) + 3 for row in rows if column < len(row))))
    return out.getvalue()
