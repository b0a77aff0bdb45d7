"""The division of tasks as a spreadsheet: what is taken out is read back without loss."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import openpyxl
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from competence.access.rules import Role
from competence.app import speaker
from competence.catalogue.models import Task
from competence.delegation.drafting import Wording
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import ENTITLING, CellRule, Ground, Keeping, LeaderPart
from competence.foundation.clock import today
from competence.foundation.spreadsheets import workbook_of
from competence.foundation.text import looks_like_cpr
from competence.imports.exporting import ExportedTask, matrix_file, matrix_workbook
from competence.imports.exporting_cli import export
from competence.imports.known import Known
from competence.imports.matrix import parse_matrix
from competence.imports.matrix.exported import ABOUT, FIELDS, LIMITS, TABLE
from competence.imports.matrix.whole import WholeCell
from competence.imports.sheets import read_workbook
from tests.factories import World
from tests.imports.conftest import Strandby

LEVELS = ("basis", "øvet", "ekspert")
GROUPS = [Known("SPL", ("Sygeplejerske", "Spl.")), Known("SSA", ("Social- og sundhedsassistent", "Ass."))]
TASKS = [Known("T1", ("Insulin med pen",)), Known("T2", ("=Sondeernæring*",)), Known("T3", ("Insulin med pen",))]
TEXTS = (
    st.one_of(
        st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40),
        st.sampled_from(["=1+1", "+45", "-5", "@SUM(A1)", "2*", "(X)", "007", "1.2.2026", "kun stabile\nforløb"]),
    )
    .map(lambda text: "\n".join(" ".join(line.split()) for line in normalize("NFC", text).split("\n")).strip())
    .filter(lambda text: not looks_like_cpr(text))
)
SOME = TEXTS.filter(bool)
LIMIT = st.fixed_dictionaries({"code": st.sampled_from(["", "stabil"]), "text": SOME, "when": TEXTS})
DAYS = st.dates(date(2020, 1, 2), date(2090, 1, 1))


@st.composite
def whole_cells(draw: st.DrawFn) -> WholeCell:
    """Any cell a draft can hold."""
    rule = draw(st.sampled_from(CellRule))
    levels = st.integers(1, 3) if rule in ENTITLING else st.none()
    parts = st.fixed_dictionaries({"giver": SOME, "instruction": SOME, "instruction_version": SOME})
    keeping = draw(st.sampled_from(Keeping))
    wording = Wording(
        rule, draw(levels), draw(levels if rule is CellRule.CORE else st.none()), draw(st.booleans()),
        draw(st.none() | st.integers(0, 20)), draw(st.none() | st.integers(0, 120)),
        draw(st.none() | st.sampled_from(["03-01", "12-31"])), tuple(draw(st.lists(LIMIT, max_size=2))),
        draw(st.none() | st.sampled_from(Ground)), draw(st.none() | parts), draw(st.sampled_from(LeaderPart)), draw(TEXTS),
        draw(TEXTS),
    )  # fmt: skip
    return WholeCell(wording, keeping, draw(DAYS) if keeping is Keeping.GRACE else None)


def read(data: bytes) -> Any:
    return parse_matrix(read_workbook(data, "ud.xlsx"), tasks=TASKS, staff_groups=GROUPS, levels=LEVELS)


def exported(cells: dict[tuple[str, str], WholeCell]) -> bytes:
    tasks = [ExportedTask(task.code, task.name, "Medicin") for task in TASKS if any(t == task.code for t, _ in cells)]
    return matrix_workbook(tasks, {"SPL": "Sygeplejerske", "SSA": "Ass."}, cells)


PLACES = st.sampled_from([(task.code, group.code) for task in TASKS for group in GROUPS])


@given(st.dictionaries(PLACES, whole_cells(), min_size=1))
def test_whatever_a_cell_says_is_read_back_without_loss(cells: dict[tuple[str, str], WholeCell]) -> None:
    parsed = read(exported(cells))
    assert parsed.problems == ()
    assert {(row.task, cell.staff_group): cell.whole for row in parsed.rows for cell in row.cells} == cells


def core(**said: Any) -> WholeCell:
    return WholeCell(Wording(CellRule.CORE, 1, 2, **said))


def changed(data: bytes, sheet: str, place: str, value: Any) -> bytes:
    """The file with one cell changed in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[sheet][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_field_changed_in_one_sheet_only_is_asked_about() -> None:
    data = exported({("T1", "SPL"): core(), ("T1", "SSA"): core()})
    parsed = read(changed(data, TABLE, "D2", "SKAL 2"))
    [problem] = parsed.problems
    assert (problem.sheet, problem.row, problem.column) == (TABLE, 2, "D")
    assert "Write the same, or delete that row" in str(problem.message)
    both = changed(changed(changed(data, TABLE, "D2", "SKAL 2"), FIELDS, "D2", "skal"), FIELDS, "E2", 2)
    parsed = read(both)
    assert parsed.problems == ()
    assert [cell.rule for cell in parsed.rows[0].cells] == [CellRule.MUST, CellRule.CORE]


def test_without_its_row_of_fields_the_table_counts_alone() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported({("T1", "SPL"): core(note="kun dag")})))
    book[FIELDS].delete_rows(2)
    book[TABLE]["D2"] = "(X) 3"
    out = io.BytesIO()
    book.save(out)
    parsed = read(out.getvalue())
    assert parsed.problems == ()
    [cell] = parsed.rows[0].cells
    assert (cell.rule, cell.level, cell.whole) == (CellRule.MAY_GENERAL, 3, None)


def test_the_table_alone_is_read_as_any_matrix() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported({("T1", "SPL"): core(note="kun dag"), ("T1", "SSA"): core()})))
    for sheet in (FIELDS, LIMITS, ABOUT):
        del book[sheet]
    out = io.BytesIO()
    book.save(out)
    tasks = [Known("T1", ("Insulin med pen",))]
    parsed = parse_matrix(read_workbook(out.getvalue(), "ud.xlsx"), tasks=tasks, staff_groups=GROUPS, levels=LEVELS)
    assert parsed.problems == ()
    [row] = parsed.rows
    assert (row.task, row.area) == ("T1", "Medicin")
    assert [(cell.rule, cell.level, cell.notes) for cell in row.cells] == [
        (CellRule.CORE, 2, ("kun dag",)), (CellRule.CORE, 2, ())
    ]  # fmt: skip


def test_two_rows_for_one_task_and_two_columns_for_one_group_are_refused_with_what_to_do() -> None:
    data = exported({("T1", "SPL"): core(), ("T3", "SPL"): core()})
    parsed = read(changed(data, TABLE, "A3", "T1"))
    assert any("Put the two rows together, and delete one" in str(problem.message) for problem in parsed.problems)
    parsed = read(changed(data, TABLE, "E1", "Sygeplejerske"))
    assert any("has two columns" in str(problem.message) for problem in parsed.problems)


def test_a_code_that_is_no_longer_in_use_is_asked_about() -> None:
    data = exported({("T1", "SPL"): core()})
    [problem] = read(changed(changed(data, TABLE, "A2", "T9"), FIELDS, "A2", "T9")).problems
    assert "You have no task with the code T9 in use" in str(problem.message)


def test_no_text_becomes_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_of({"Ark1": [["Navn"], ["=1+1"], ["@SUM(A1)"], ["-5"]]})))
    for place in ("A2", "A3", "A4"):
        assert book["Ark1"][place].data_type == "s"
        assert book["Ark1"][place].quotePrefix


def test_the_reference_matrix_goes_out_and_in_again_unchanged(strandby: Strandby) -> None:
    def cells(number: int) -> dict[tuple[int, int], dict[str, Any]]:
        with strandby.session() as session:
            version = session.scalars(select(MatrixVersion.id).where(MatrixVersion.number == number)).one()
            rows = session.scalars(select(Cell).where(Cell.version_id == version)).all()
            left_out = {"id", "version_id", "revision"}
            names = [column.key for column in Cell.__table__.columns if column.key not in left_out]
            return {(row.task_id, row.staff_group_id): {name: getattr(row, name) for name in names} for row in rows}

    with strandby.session() as session:
        data = matrix_file(session, 1)
    file = strandby.write("ud.xlsx", data)
    assert strandby.object("matrix", file=file)["problems"] == []
    assert len(cells(1)) > 500
    assert cells(2) == cells(1)
    with strandby.session() as session:
        assert session.scalar(select(Task.id).where(Task.reference_code.is_(None))) is None
    strandby.run("matrix", file=file)
    with strandby.session() as session:
        assert len(session.scalars(select(MatrixVersion.id)).all()) == 2, "the same file makes no third version"


def test_whoever_reads_the_matrix_can_take_it_out(world: World, signed_in: Any) -> None:
    task = world.task("Insulin med pen")
    world.cell(task, "SPL", CellRule.CORE, keeping=Keeping.GRACE, keeping_to=today() + timedelta(days=30))
    client = signed_in(world.role(world.person("Anne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root))
    assert "/exports/matrix/1.xlsx" in client.get("/matrix/1").text
    answer = client.get("/exports/matrix/1.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [cell.value for cell in book[TABLE][2]] == ["T0", "Medicinhåndtering", "Insulin med pen", "X 2"]
    through = [cell.value for cell in book[FIELDS][2]][16]
    assert isinstance(through, datetime)
    assert through.date() == today() + timedelta(days=29), "a last day, as everywhere"
    assert client.get("/exports/matrix/9.xlsx").status_code == 404
    world.session.rollback()


def test_the_command_line_writes_the_file_or_says_why_not(strandby: Strandby, tmp_path: Path) -> None:
    def run(*arguments: str) -> Result:
        with speaker().app_context():
            return CliRunner().invoke(export, ["matrix", *arguments], obj=strandby.console)

    file = tmp_path / "ud.xlsx"
    answer = run(str(file))
    assert (answer.exit_code, "Version 1 er skrevet til" in answer.output) == (0, True)
    assert strandby.object("matrix", "--dry-run", file=file)["problems"] == []
    answer = run(str(tmp_path / "ud.xlsx"), "--version", "7")
    assert (answer.exit_code, "Der er ingen version 7 af opgavedelingen." in answer.output) == (1, True)
    assert run(str(tmp_path / "ud.csv")).exit_code == 2
