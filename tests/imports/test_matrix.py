"""Task matrices as municipalities draw them in Excel."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from competence.delegation.rules import CellRule
from competence.imports.known import Known, MappingFile, key, read_mapping, symbol_key
from competence.imports.matrix import MatrixTask, parse_matrix
from competence.imports.parsed import Parsed
from competence.imports.sheets import read_workbook
from competence.imports.summary import as_json
from competence.imports.symbols import read_symbol, split_marks
from tests.imports.workbooks import Rows, csv, xlsx, xlsx_sheets

LEVELS = ("basis", "øvet", "ekspert")
GROUPS = (
    Known("SPL", ("Sygeplejerske",)),
    Known("SSA", ("Social- og sundhedsassistent", "Assistent (SSA)")),
    Known("SSH", ("Social- og sundhedshjælper", "Hjælper (SSH)")),
    Known("UFA", ("Ufaglært",)),
    Known("PAED", ("Pædagog",)),
    Known("ERG", ("Ergoterapeut",)),
    Known("FYS", ("Fysioterapeut",)),
)
TASKS = (
    Known("G1.20.3", ("Øjendrypning",)),
    Known("G1.20.1", ("Udlevering af doseret tabletmedicin",)),
    Known("G1.35", ("Stomipleje",)),
    Known("G1.5.1", ("Daglig kateterpleje",)),
    Known("G1.19.1", ("Kompressionsstrømper, af og på",)),
    Known("G1.15", ("Iltbehandling",)),
)
HEAD = ["Opgave", "Spl.", "SSA", "SSH", "Ufaglært"]


def matrix(rows: Rows, mapping: MappingFile | None = None, *, as_csv: bool = False, **more: Any) -> Parsed[MatrixTask]:
    data, name = (csv(rows, encoding="utf-8-sig"), "skema.csv") if as_csv else (xlsx(rows, **more), "skema.xlsx")
    return parse_matrix(
        read_workbook(data, name),
        tasks=TASKS,
        staff_groups=GROUPS,
        levels=LEVELS,
        areas=("Medicinhåndtering",),
        mapping=mapping,
    )


def rules(parsed: Parsed[MatrixTask], row: int = 0) -> list[str]:
    return [cell.rule.value for cell in parsed.rows[row].cells]


def said(parsed: Parsed[MatrixTask]) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.column, str(problem.message)) for problem in parsed.problems]


REAL: Rows = [
    ["Opgavefordeling i hjemmeplejen"],
    ["Version 3, maj 2026"],
    [],
    ["", "Autoriserede", "", "Ikke autoriserede", "", ""],
    ["Opgave", "Spl.", "SSA", "SSH", "Ufaglært", "Bemærkninger"],
    ["1. Medicin"],
    ["Øjendrypning", "X", "X", "(X)*", "÷", ""],
    ["Udlevering af doseret tabletmedicin 1)", "X", "X2", "efter oplæring", "BS", "Kun fra æske"],
    [],
    ["2. Stomi og kateter"],
    ["Stomipleje", "X", "SKAL", "(X) niveau 2", ""],
    ["Daglig kateterpleje", "X", "X", "X", "-"],
    [],
    ["* kun stabile borgere"],
    ["1) kræver oplæring i FMK"],
    ["X = kernekompetence, (X) = efter oplæring, BS = borgerspecifik, ÷ = må ikke"],
    ["Godkendt af Karen Winther"],
]


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_real_matrix_is_read_with_its_groups_blank_rows_and_footers(as_csv: bool) -> None:
    merged: dict[str, Any] = {} if as_csv else {"merged": ["A1:F1", "B4:C4", "D4:E4", "A6:F6", "A10:F10", "A16:F16"]}
    parsed = matrix(REAL, as_csv=as_csv, **merged)
    assert said(parsed) == []
    assert [(row.task, row.area, row.row) for row in parsed.rows] == [
        ("G1.20.3", "Medicin", 7), ("G1.20.1", "Medicin", 8), ("G1.35", "Stomi og kateter", 11),
        ("G1.5.1", "Stomi og kateter", 12),
    ]  # fmt: skip
    assert rules(parsed, 0) == ["core", "core", "may_general", "not_allowed"]
    assert rules(parsed, 1) == ["core", "core", "may_general", "may_citizen"]
    assert rules(parsed, 2) == ["core", "must", "may_general", "undecided"]
    assert rules(parsed, 3) == ["core", "core", "core", "not_relevant"]
    assert parsed.rows[0].cells[2].notes == ("kun stabile borgere",)
    assert parsed.rows[1].notes == ("kræver oplæring i FMK", "Kun fra æske")
    assert [cell.level for cell in parsed.rows[1].cells] == [1, 2, 1, 1]
    assert [cell.level_not_stated for cell in parsed.rows[1].cells] == [True, False, True, True]
    assert parsed.rows[2].cells[2].level == 2
    assert parsed.rows[0].cells[3].level is None
    counted = as_json(parsed, "matrix")
    assert counted == {
        "tasks": 4,
        "staff_groups": 4,
        "cells": {
            "core": 8,
            "may_citizen": 1,
            "may_general": 3,
            "must": 1,
            "not_allowed": 1,
            "not_relevant": 1,
            "undecided": 1,
        },
        "notes": 3,
        "problems": [],
        "unmapped": [],
    }


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("X", "core"), ("x", "core"), ("kan", "core"), ("I kraft af uddannelse", "core"), ("SSA-opgave", "core"),
        ("SKAL", "must"), ("Skal-kompetence", "must"), ("minimumskrav", "must"), ("(X)", "may_general"), ("(x)", "may_general"),
        ("Efter oplæring", "may_general"), ("X efter oplæring", "may_general"), ("kan erhverve", "may_general"),
        ("på delegation", "may_general"), ("BS", "may_citizen"), ("bs", "may_citizen"), ("Borgerspecifik", "may_citizen"),
        ("konkret borger", "may_citizen"), ("Kræver delegation", "delegation_only"), ("delegation", "delegation_only"),
        ("efter lægens ordination", "delegation_only"), ("medvirker", "assists"), ("under vejledning", "assists"),
        ("÷", "not_allowed"), ("Nej", "not_allowed"), ("må ikke", "not_allowed"), ("udføres kun af Spl.", "not_allowed"),
        ("-", "not_relevant"), ("", "undecided"), ("?", "undecided"), ("kan_generel", "may_general"), ("maa_ikke", "not_allowed"),
    ],
)  # fmt: skip
def test_what_documents_write_is_understood(written: str, rule: str) -> None:
    assert rules(matrix([HEAD, ["Stomipleje", "X", written, "", ""]]))[1] == rule


@pytest.mark.parametrize(
    "written", ["O", "ja", "Spl-opgave", "1", "X på delegation", "X - dog ikke ved sår", "4X", "XX", "X9"]
)
def test_what_cannot_be_decided_is_asked_for(written: str) -> None:
    parsed = matrix([HEAD, ["Stomipleje", "X", written, "", ""]])
    assert [(row, column) for row, column, _ in said(parsed)] == [(2, "C")]
    assert parsed.unmapped == (written,)


def test_a_symbol_of_their_own_is_explained_by_the_mapping() -> None:
    mapping = read_mapping(b'{"values": {"symbols": {"O": "kan_generel", "x": "must"}}}')
    assert rules(matrix([HEAD, ["Stomipleje", "x", "O*", "", ""]], mapping))[:2] == ["must", "may_general"]


def test_a_legend_that_contradicts_our_reading_is_asked_about() -> None:
    rows = [HEAD, ["Stomipleje", "X", "X", "", ""], [], ["X = må udføre efter oplæring"]]
    ((row, _, text),) = said(matrix(rows))
    assert row == 4
    assert "efter oplæring" in text
    assert not matrix(rows, MappingFile(symbols={symbol_key("X"): "may_general"})).problems


def test_a_legend_in_two_cells_is_no_task() -> None:
    parsed = matrix(
        [HEAD, ["Stomipleje", "X", "BS", "", ""], [], ["X", "kernekompetence"], ["BS", "kun en bestemt borger"]]
    )
    assert said(parsed) == []
    assert len(parsed.rows) == 1


def test_a_digit_is_a_footnote_where_there_is_one_and_a_level_else() -> None:
    rows: Rows = [HEAD, ["Stomipleje", "X", "X2", "(X)1", "X3"], [], ["1 kun stabile forløb"]]
    cells = matrix(rows).rows[0].cells
    assert [(cell.level, cell.notes) for cell in cells] == [(1, ()), (2, ()), (1, ("kun stabile forløb",)), (3, ())]


@pytest.mark.parametrize("written", ["X*", "X¹", "X 1)", "X(1)", "X1)", "(X)¹", "BS*"])
def test_a_footnote_mark_survives(written: str) -> None:
    rows: Rows = [HEAD, ["Stomipleje", "X", written, "", ""], [], ["* kun stabile"], ["1) kun stabile"]]
    assert matrix(rows).rows[0].cells[1].notes == ("kun stabile",)


def test_a_mark_without_a_footnote_is_kept_as_it_is() -> None:
    assert matrix([HEAD, ["Stomipleje", "X**", "", "", ""]]).rows[0].cells[0].notes == ("**",)


def test_marks_on_headings_and_areas_reach_their_fields() -> None:
    rows: Rows = [
        ["Opgave", "Spl.", "SSA*"],
        ["Stomi **"],
        ["Stomipleje", "X", "X"],
        [],
        ["* med kursus"],
        ["** kun dag"],
    ]
    (task,) = matrix(rows).rows
    assert task.area == "Stomi"
    assert task.notes == ("kun dag",)
    assert task.cells[1].notes == ("med kursus",)


def test_notes_on_cells_survive() -> None:
    parsed = matrix([HEAD, ["Stomipleje", "X", "", "", ""]], comments={"B2": "Også weekend", "A2": "Se VIP"})
    assert parsed.rows[0].cells[0].notes == ("Også weekend",)
    assert parsed.rows[0].notes == ("Se VIP",)


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("X2", 2),
        ("(X) niveau 2", 2),
        ("X øvet", 2),
        ("BS, ekspert", 3),
        ("X (øvet)", 2),
        ("SKAL niv. 1", 1),
        ("efter oplæring - niveau øvet", 2),
    ],
)
def test_a_level_that_is_said_is_read(written: str, level: int) -> None:
    cell = matrix([HEAD, ["Stomipleje", "", written, "", ""]]).rows[0].cells[1]
    assert (cell.level, cell.level_not_stated) == (level, False)


def test_a_level_column_for_the_task_and_for_a_group_is_read() -> None:
    parsed = matrix([[*HEAD[:3], "Niveau"], ["Stomipleje", "X", "(X)", "øvet"]])
    assert [cell.level for cell in parsed.rows[0].cells] == [2, 2]
    rows: Rows = [
        ["Opgave", "SSA", "", "SSH", ""],
        ["", "Regel", "Niveau", "Regel", "Niveau"],
        ["Stomipleje", "X", 2, "(X)", ""],
    ]
    parsed = matrix(rows, merged=["A1:A2", "B1:C1", "D1:E1"])
    assert said(parsed) == []
    assert [(c.staff_group, c.level, c.level_not_stated) for c in parsed.rows[0].cells] == [
        ("SSA", 2, False),
        ("SSH", 1, True),
    ]


@pytest.mark.parametrize("heading", ["Spl.", "SPL", "Sygeplejerske", "Sygeplejersker", "Sygeplejerske (Spl.)", "spl*"])
def test_staff_groups_go_by_many_names(heading: str) -> None:
    assert matrix([["Opgave", heading], ["Stomipleje", "X"]]).rows[0].cells[0].staff_group == "SPL"


def test_all_short_forms_of_the_usual_groups() -> None:
    heads = ["Opgave", "Sosu-assistent", "Hjælper (SSH)", "Ufagl.", "Pæd.", "Ergo.", "Fys."]
    parsed = matrix([heads, ["Stomipleje", *"XXXXXX"]])
    assert [cell.staff_group for cell in parsed.rows[0].cells] == ["SSA", "SSH", "UFA", "PAED", "ERG", "FYS"]


def test_an_unknown_staff_group_is_named_and_asked_for() -> None:
    rows: Rows = [
        ["Opgave", "Spl.", "Terapeuter", "Lovgrundlag", "Bilag"],
        ["Stomipleje", "X", "(X)", "SUL § 138", "abc"],
    ]
    parsed = matrix(rows)
    ((row, column, text),) = said(parsed)
    assert (row, column) == (1, "C")
    assert "Terapeuter" in text
    assert parsed.unmapped == ("Terapeuter", "Bilag")
    mapped = matrix(rows, MappingFile(staff_groups={key("Terapeuter"): ("ERG", "FYS")}))
    assert [cell.staff_group for cell in mapped.rows[0].cells] == ["SPL", "ERG", "FYS"]


def test_two_headings_for_one_group_are_named() -> None:
    ((row, column, text),) = said(matrix([["Opgave", "SSA", "Assistent"], ["Stomipleje", "X", "(X)"]]))
    assert (row, column) == (1, "C")
    assert "SSA" in text
    assert "Assistent" in text


def test_one_heading_for_two_groups_is_named() -> None:
    ((_, column, text),) = said(matrix([["Opgave", "Spl.", "SSA/SSH"], ["Stomipleje", "X", "(X)"]]))
    assert column == "C"
    assert "more than one" in text


@pytest.mark.parametrize("name", ["Stomipleje / Øjendrypning", "Øjendrypning og stomipleje", "Kateter og stomi / øjendråber",
                                  "Stomipleje, iltbehandling", "Stomipleje + noget andet"])  # fmt: skip
def test_a_row_that_names_two_tasks_is_asked_about(name: str) -> None:
    parsed = matrix([HEAD, [name, "X", "", "", ""]])
    assert [(row, column) for row, column, _ in said(parsed)] == [(2, "A")]
    assert parsed.unmapped == (name,)
    assert not parsed.rows


def test_the_mapping_parts_a_row_or_keeps_it_as_one() -> None:
    rows: Rows = [HEAD, ["Stomipleje / Øjendrypning", "X", "", "", ""]]
    two = matrix(rows, MappingFile(tasks={key("Stomipleje / Øjendrypning"): ("G1.35", "Øjendrypning")}))
    assert [row.task for row in two.rows] == ["G1.35", "G1.20.3"]
    one = matrix(rows, MappingFile(tasks={key("Stomipleje / Øjendrypning"): ("new",)}))
    assert [(row.task, row.name) for row in one.rows] == [(None, "Stomipleje / Øjendrypning")]
    assert not one.unmapped
    wrong = matrix(rows, MappingFile(tasks={key("Stomipleje / Øjendrypning"): ("G9",)}))
    assert "G9" in said(wrong)[0][2]


def test_a_name_that_is_ours_in_full_is_one_task() -> None:
    assert matrix([HEAD, ["Kompressionsstrømper, af og på", "X", "", "", ""]]).rows[0].task == "G1.19.1"


def test_a_task_of_their_own_is_told_never_guessed() -> None:
    parsed = matrix([HEAD, ["Øjendråber", "X", "", "", ""], ["Hjerte/lunge-screening", "X", "", "", ""]])
    assert [(row.task, row.name) for row in parsed.rows] == [(None, "Øjendråber"), (None, "Hjerte/lunge-screening")]
    assert parsed.unmapped == ("Øjendråber", "Hjerte/lunge-screening")
    assert not parsed.problems


@pytest.mark.parametrize(
    "name", ["stomipleje", "G1.35", "3.2 Stomipleje", "G1.35 Stomipleje", "STOMIPLEJE", "12. Stomipleje"]
)
def test_numbering_codes_and_case_do_not_matter(name: str) -> None:
    assert matrix([HEAD, [name, "X", "", "", ""]]).rows[0].task == "G1.35"


def test_the_same_task_twice_is_named_also_on_another_sheet() -> None:
    ((row, column, text),) = said(matrix([HEAD, ["Stomipleje", "X", "", "", ""], ["stomipleje*", "÷", "", "", ""]]))
    assert (row, column) == (3, "A")
    assert "row 2" in text
    data = xlsx_sheets({"Nord": [HEAD, ["Stomipleje", "X"]], "Syd": [HEAD, ["G1.35", "X"]], "Tom": [["Læs mig"]]})
    parsed = parse_matrix(read_workbook(data, "a.xlsx"), tasks=TASKS, staff_groups=GROUPS, levels=LEVELS)
    assert [(p.sheet, p.row) for p in parsed.problems] == [("Syd", 2)]
    assert parsed.unmapped == ("Tom",)


def test_a_row_without_symbols_is_a_heading_a_task_or_asked_about() -> None:
    rows: Rows = [HEAD, ["Stomi"], ["Stomipleje", "X"], ["Øjendrypning"], ["Iltbehandling", "X"], ["Ny opgave"]]
    parsed = matrix(rows)
    assert [(row.task, row.area) for row in parsed.rows] == [
        ("G1.35", "Stomi"),
        ("G1.20.3", "Stomi"),
        ("G1.15", "Stomi"),
    ]
    assert rules(parsed, 1) == ["undecided"] * 4
    assert [(row, column) for row, column, _ in said(parsed)] == [(6, "A")]
    assert not matrix(rows, MappingFile(tasks={key("Ny opgave"): ("new",)})).problems


def test_an_area_in_its_own_column_holds_until_the_next() -> None:
    rows: Rows = [["Fagområde", *HEAD], ["Stomi", "Stomipleje", "X"], ["", "Nyt", ""], ["Ilt", "Iltbehandling", "X"]]
    parsed = matrix(rows, merged=["A2:A3"])
    assert [(row.name, row.area) for row in parsed.rows] == [
        ("Stomipleje", "Stomi"),
        ("Nyt", "Stomi"),
        ("Iltbehandling", "Ilt"),
    ]


def test_a_repeated_heading_is_no_task() -> None:
    parsed = matrix([HEAD, ["Stomipleje", "X"], HEAD, ["Iltbehandling", "X"]])
    assert [row.task for row in parsed.rows] == ["G1.35", "G1.15"]
    assert not parsed.problems


def test_symbols_without_a_task_are_named() -> None:
    assert [(r, c) for r, c, _ in said(matrix([HEAD, ["", "X", "X", "", ""], ["Stomipleje", "X"]]))] == [(2, "A")]


def test_no_headings_at_all_is_said() -> None:
    assert "staff groups" in said(matrix([["a", "b"], ["c", "d"]]))[0][2]


def test_a_cpr_number_is_refused() -> None:
    ((row, column, text),) = said(matrix([HEAD, ["Stomipleje 010680-1234", "X"]]))
    assert (row, column) == (2, "A")
    assert "CPR" in text


SYMBOLS = {"X": "core", "(X)": "may_general", "BS": "may_citizen", "÷": "not_allowed", "": "undecided", "SKAL": "must"}


@given(
    st.lists(st.lists(st.sampled_from(list(SYMBOLS)), min_size=4, max_size=4), min_size=1, max_size=6),
    st.permutations(range(5)),
    st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_what_is_drawn_is_what_is_read_whatever_the_order(
    fields: list[list[str]], order: list[int], as_csv: bool
) -> None:
    rows = [HEAD, *[[TASKS[n].name, *row] for n, row in enumerate(fields)]]
    if not any(any(row) for row in fields):
        return
    parsed = matrix([[row[i] for i in order] for row in rows], as_csv=as_csv)
    read = {(row.task, cell.staff_group): cell.rule.value for row in parsed.rows for cell in row.cells}
    heads = ["SPL", "SSA", "SSH", "UFA"]
    drawn = {(TASKS[n].code, heads[i]): SYMBOLS[s] for n, row in enumerate(fields) for i, s in enumerate(row)}
    # A row without any symbol may be read as a heading over the next; it gives nobody a right in either case.
    assert {place: rule for place, rule in drawn.items() if rule != "undecided"} == {
        place: rule for place, rule in read.items() if rule != "undecided"
    }
    assert not parsed.problems


def test_marks_are_parted_from_symbols() -> None:
    assert split_marks("X*") == ("X", ("*",))
    assert split_marks("X¹²") == ("X", ("12",))
    assert split_marks("*") == ("*", ())
    assert read_symbol("X", levels=LEVELS, notes={}, own={}).rule is CellRule.CORE


@pytest.mark.parametrize("seed", range(60))
def test_no_matrix_raises_anything(seed: int) -> None:
    chance = random.Random(seed)
    words = ["X", "(X)", "BS", "", "", "÷", "* note", "Stomipleje", "Opgave", "Spl.", "SSA", "SSA/SSH", "A / B", "X2", "1)",
             "X = må ikke", "Niveau", "🙂", "a" * 300, "Område", "\n", "(", "2026", "Øjendrypning og stomipleje", "?"]  # fmt: skip
    width = chance.randint(1, 7)
    rows = [[chance.choice(words) for _ in range(width)] for _ in range(chance.randint(1, 14))]
    spans = (
        [f"A{r}:{'BCDEF'[chance.randrange(5)]}{r + chance.randint(0, 2)}" for r in range(1, 9, 4)]
        if seed % 3 == 0
        else []
    )
    head = [HEAD] if seed % 2 else []
    merged: dict[str, Any] = {"merged": spans} if spans else {}
    parsed = matrix([*head, ["x", "y"], *rows], as_csv=not spans, **merged)
    assert as_json(parsed, "matrix")["tasks"] == len(parsed.rows)
