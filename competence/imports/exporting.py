"""A version of the division of tasks as an .xlsx file that our own import reads back without loss."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.catalogue.models import Area
from competence.catalogue.queries.scales import levels_of_version
from competence.delegation.drafting import COLUMNS, wording
from competence.delegation.queries import CELLS, TASKS, get_version
from competence.delegation.queries.drafts import frameworks
from competence.delegation.queries.reading import GROUPS
from competence.delegation.queries.terms import ranks_of
from competence.delegation.rules import RULE_NAMES, Ground, Keeping
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.foundation.web import say
from competence.imports.known import Register, with_short_forms
from competence.imports.matrix.exported import (
    ABOUT,
    FIELDS,
    LIMIT_HEADINGS,
    LIMITS,
    MARKER,
    NAMES,
    TABLE,
    TABLE_HEADINGS,
    Place,
)
from competence.imports.matrix.whole import HEADINGS, SYMBOLS, WholeCell
from competence.imports.queries import known_groups

AREAS = cast(Table, Area.__table__)
Content = str | int | date | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so could be taken for a formula by the program that opens the file."""


@dataclass(frozen=True)
class ExportedTask:
    """A row of the table."""

    code: str
    name: str
    area: str


def matrix_file(session: Session, number: int) -> bytes:
    """The version as a workbook. NotFound when there is no such version."""
    version = get_version(session, number)
    ranks = ranks_of(session, version.id)
    known, named = frameworks(session), {group.code: group for group in known_groups(session)}
    register = with_short_forms(named.values())
    tasks: dict[str, ExportedTask] = {}
    cells: dict[Place, WholeCell] = {}
    rows = session.execute(
        scoped(
            session, CELLS, CELLS, TASKS.c.code.label("task_code"), TASKS.c.name.label("task_name"),
            AREAS.c.name.label("area_name"), GROUPS.c.code.label("group_code"),
        )
        .join(TASKS, (TASKS.c.municipality_id == CELLS.c.municipality_id) & (TASKS.c.id == CELLS.c.task_id))
        .join(AREAS, (AREAS.c.municipality_id == TASKS.c.municipality_id) & (AREAS.c.id == TASKS.c.area_id))
        .join(GROUPS, (GROUPS.c.municipality_id == CELLS.c.municipality_id) & (GROUPS.c.id == CELLS.c.staff_group_id))
        .where(CELLS.c.version_id == version.id)
        .order_by(AREAS.c.position, AREAS.c.name, AREAS.c.id, TASKS.c.position, TASKS.c.id, GROUPS.c.position, GROUPS.c.id)
    )  # fmt: skip
    for row in rows:
        tasks.setdefault(row.task_code, ExportedTask(row.task_code, row.task_name, row.area_name))
        said = {name: getattr(row, name) for name in COLUMNS} | ranks(row)
        if said["ground"] == Ground.FRAMEWORK and not said["framework"]:
            said["framework"] = known.get((row.task_id, row.staff_group_id))
        whole = wording(said)
        assert whole is not None
        cells[row.task_code, row.group_code] = WholeCell(whole, Keeping(row.keeping), row.keeping_to)
    used = {group for _task, group in cells}
    groups = {code: _heading(code, register) for code in named if code in used}
    names = levels_of_version(session, version.valid_to).values()
    about: list[tuple[Content, ...]] = [("Version", version.number), (NAMES, *names)]
    return matrix_workbook(list(tasks.values()), groups, cells, about=about)


def _heading(code: str, register: Register) -> str:
    """The shortest of the group's names that means it and nothing else; else its code."""
    names = next(group.names for group in register.things if group.code == code)[:3]
    sole = [name for name in names if name and [group.code for group in register.find(name)] == [code]]
    return min(sole, key=len, default=code)


def matrix_workbook(
    tasks: Sequence[ExportedTask], groups: Mapping[str, str], cells: Mapping[Place, WholeCell], *,
    about: Sequence[tuple[Content, ...]] = (),
) -> bytes:  # fmt: skip
    """The workbook: the table, all that each field says, their limits, and what the file is. `groups`: code -> heading."""
    table: list[list[Content]] = [[*TABLE_HEADINGS, *groups.values()]]
    for task in tasks:
        found = [cells.get((task.code, group)) for group in groups]
        table.append([task.code, task.area, task.name, *(cell.symbol if cell else None for cell in found)])
    names = {task.code: task.name for task in tasks}
    fields: list[list[Content]] = [list(HEADINGS.values())]
    limits: list[list[Content]] = [list(LIMIT_HEADINGS)]
    notes: dict[tuple[int, int], str] = {}
    places = {task.code: row for row, task in enumerate(tasks, start=1)}
    columns = {group: column for column, group in enumerate(groups, start=len(TABLE_HEADINGS))}
    for (code, group), cell in cells.items():
        whole: Mapping[str, Content] = {"task": code, "name": names[code], "group": group} | cell.row()
        fields.append([whole.get(field) for field in HEADINGS])
        limits += [[code, group, limit.get("code"), limit["text"], limit.get("when")] for limit in cell.wording.limits]
        said = [*(limit["text"] for limit in cell.wording.limits), cell.wording.note]
        if text := "\n".join(dict.fromkeys(filter(None, said))):
            notes[places[code], columns[group]] = text
    told: list[list[Content]] = [[MARKER], *(list(said) for said in about), ["Dato", today()], []]
    told += [[SYMBOLS[rule], say(name)] for rule, name in RULE_NAMES.items()]
    told += [
        ["Tallet er niveauet. Alt, hvad et felt siger, står i arket Felter, og dets vilkår i arket Vilkår."],
        ["Ret et felt i både Opgavedeling og Felter, eller slet dets række i Felter: så gælder kun tabellen."],
    ]
    sheets = {TABLE: table, FIELDS: fields, LIMITS: limits, ABOUT: told}
    return workbook_of(sheets, comments={TABLE: notes})


def workbook_of(
    sheets: Mapping[str, Sequence[Sequence[Content]]],
    *,
    comments: Mapping[str, Mapping[tuple[int, int], str]] | None = None,
) -> bytes:
    """The sheets as .xlsx, headings in bold. Texts stay texts: nothing in them becomes a formula or a link."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, quoted = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"quote_prefix": True})
        dated = book.add_format({"num_format": "dd-mm-yyyy", "align": "left"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            if name != ABOUT:
                page.freeze_panes(1, 0)
            for number, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, date):
                        page.write_datetime(number, column, value, dated)
                    elif isinstance(value, int):
                        page.write_number(number, column, value)
                    elif value:
                        form = bold if number == 0 else quoted if value.startswith(DANGEROUS) else None
                        if page.write_string(number, column, value, form):
                            raise ValueError(f"{name}: too long for a cell")
            for column in range(max(map(len, rows), default=0)):
                lengths = [len(str(row[column])) for row in rows if column < len(row) and row[column] is not None]
                page.set_column(column, column, min(60, max(10, *lengths, 0) + 2))
            for (row, column), text in (comments or {}).get(name, {}).items():
                page.write_comment(row, column, text, {"x_scale": 2})
    return out.getvalue()
