"""Lists of units, people, signatures and requirements, as municipalities keep them."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from competence.imports.grid import SheetProblem
from competence.imports.known import IGNORE, Known, KnownUnit, MappingFile, key, read_mapping
from competence.imports.parsed import Parsed
from competence.imports.people import NewEmployment, parse_people
from competence.imports.requirements import parse_requirements
from competence.imports.sheets import read_workbook
from competence.imports.signoffs import parse_signoffs
from competence.imports.units import parse_units
from tests.imports.workbooks import Rows, csv, xlsx, xlsx_sheets

TODAY = date(2026, 6, 9)
LEVELS = ("basis", "øvet", "ekspert")
GROUPS = (
    Known("SPL", ("Sygeplejerske",)),
    Known("SSA", ("Social- og sundhedsassistent", "Assistent (SSA)")),
    Known("SSH", ("Social- og sundhedshjælper", "Hjælper (SSH)")),
    Known("UFA", ("Ufaglært",)),
)
TASKS = (Known("T1", ("Udlevering af doseret medicin",)), Known("T2", ("Øjendråber",)))
UNITS = (
    KnownUnit(1, "Fjordby Kommune", "kommune"),
    KnownUnit(2, "Distrikt Nord", "distrikt", ("Fjordby Kommune",)),
    KnownUnit(3, "Team Havnen", "team", ("Distrikt Nord", "Fjordby Kommune")),
    KnownUnit(4, "Natteam", "team", ("Distrikt Nord", "Fjordby Kommune")),
    KnownUnit(5, "Natteam", "team", ("Distrikt Syd", "Fjordby Kommune")),
)
HEADINGS = ["Medarbejdernummer", "Navn", "E-mail", "Enhed", "Faggruppe", "Vagter", "Fra", "Til", "Flyver",
            "Autorisation kontrolleret den"]  # fmt: skip
HANNE = ["1001", "Hanne Lykke", "hl@fjordby.dk", "Team Havnen", "Spl.", "D", "1.3.2021", "", "", "2-3-2021"]


def people(rows: Rows, mapping: MappingFile | None = None, **more: Any) -> Parsed[NewEmployment]:
    workbook = read_workbook(xlsx(rows, **more), "folk.xlsx")
    return parse_people(workbook, units=UNITS, staff_groups=GROUPS, today=TODAY, mapping=mapping)


def said(parsed: Parsed[Any]) -> list[tuple[int | None, str, str]]:
    """The problems as (row, column, text)."""
    return [(problem.row, problem.column, str(problem.message)) for problem in parsed.problems]


def test_a_row_becomes_an_employment() -> None:
    (row,) = people([HEADINGS, HANNE]).rows
    assert (row.number, row.name, row.email, row.unit_id, row.staff_group, row.shifts) == (
        "1001", "Hanne Lykke", "hl@fjordby.dk", 3, "SPL", "D",
    )  # fmt: skip
    assert (row.valid_from, row.valid_to, row.is_floater) == (date(2021, 3, 1), None, False)
    assert row.authorisation_checked_on == date(2021, 3, 2)


def test_til_is_the_last_day() -> None:
    (row,) = people([HEADINGS, [*HANNE[:7], "31.12.2026", "x", ""]]).rows
    assert row.valid_to == date(2027, 1, 1)
    assert row.is_floater


@pytest.mark.parametrize(
    "written",
    ["2021-03-01", "1.3.2021", "01-03-2021", "1/3/2021", "1. marts 2021", date(2021, 3, 1), "01.03.2021 00:00"],
)
def test_dates_are_read_as_danes_write_them(written: object) -> None:
    assert people([HEADINGS, [*HANNE[:6], written, *HANNE[7:]]]).rows[0].valid_from == date(2021, 3, 1)


@pytest.mark.parametrize("written", ["3/13/2021", "1.3.21", "marts", "44256", "31.2.2021", "1.3.1821"])
def test_a_date_that_cannot_be_read_is_never_guessed(written: str) -> None:
    ((row, column, _),) = said(people([HEADINGS, [*HANNE[:6], written, *HANNE[7:]]]))
    assert (row, column) == (2, "G")


@pytest.mark.parametrize(
    ("written", "shifts"),
    [("D", "D"), ("D/A", "DA"), ("dag, aften", "DA"), ("Nat", "N"), ("DAN", "DAN"), ("aften og dag", "DA"),
     ("A+N", "AN"), ("Nattevagt", "N"), ("alle", "DAN"), ("", ""), ("dag aften", "DA"), ("d;a;n", "DAN")],
)  # fmt: skip
def test_shifts_are_read_in_any_usual_notation(written: str, shifts: str) -> None:
    assert people([HEADINGS, [*HANNE[:5], written, *HANNE[6:]]]).rows[0].shifts == shifts


def test_an_unknown_shift_can_be_explained_by_the_mapping() -> None:
    row = [*HANNE[:5], "Lang dag", *HANNE[6:]]
    assert said(people([HEADINGS, row]))[0][:2] == (2, "F")
    assert people([HEADINGS, row], MappingFile(shifts={key("Lang dag"): "dag, aften"})).rows[0].shifts == "DA"


def test_titles_groups_blank_rows_and_footers_are_left_out_but_told() -> None:
    rows: Rows = [
        ["Medarbejdere i Fjordby"],
        [],
        HEADINGS,
        ["Team Havnen"],
        HANNE,
        [],
        ["I alt", 1],
        ["Opdateret 1. juni"],
    ]
    parsed = people(rows, merged=["A4:J4"])
    assert [row.number for row in parsed.rows] == ["1001"]
    assert parsed.rows[0].place.row == 5
    assert [(s.row, s.text) for s in parsed.skipped] == [
        (1, "Medarbejdere i Fjordby"), (4, "Team Havnen"), (7, "I alt 1"), (8, "Opdateret 1. juni"),
    ]  # fmt: skip
    assert not parsed.problems


def test_a_staff_number_alone_is_not_taken_for_a_heading() -> None:
    assert said(people([HEADINGS, HANNE, ["1002"]]))[0][0] == 3


def test_headings_over_two_rows_are_read() -> None:
    rows = [["Medarbejdernummer", "Navn", "Enhed", "Faggruppe", "Ansættelse", ""], ["", "", "", "", "Fra", "Til"],
            ["1001", "Hanne", "Team Havnen", "SSA", "1.3.2021", "1.3.2027"]]  # fmt: skip
    parsed = people(rows, merged=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"])
    assert said(parsed) == []
    assert parsed.rows[0].valid_to == date(2027, 3, 2)


def test_a_merged_unit_holds_for_all_its_rows() -> None:
    rows = [HEADINGS, HANNE, ["1002", "Ole", "", "", "SSA", "", "1.1.2020"]]
    assert [row.unit_id for row in people(rows, merged=["D2:D3"]).rows] == [3, 3]


def test_all_problems_come_at_once_each_with_its_cell() -> None:
    rows = [HEADINGS, ["1001", "", "ikke-en-mail", "Team Ukendt", "Piccolo", "morgen", "", "", "måske", ""]]
    assert [(row, column) for row, column, _ in said(people(rows))] == [
        (2, "B"), (2, "C"), (2, "D"), (2, "E"), (2, "F"), (2, "G"), (2, "I"),
    ]  # fmt: skip


def test_a_missing_column_and_two_columns_for_one_field_are_named() -> None:
    problems = said(
        people([["Medarbejdernr.", "Navn", "Faggruppe", "Enhed", "Team"], ["1", "Bo", "SSA", "Team Havnen", "x"]])
    )
    assert any("“fra” is missing" in text for _, _, text in problems)
    assert any("“Enhed” and “Team” could both be enhed" in text and column == "E" for _, column, text in problems)


def test_the_mapping_settles_which_column_is_meant() -> None:
    rows = [[*HEADINGS, "Team"], [*HANNE, "intern kode"]]
    assert people(rows).problems
    assert not people(rows, MappingFile(columns={key("Team"): IGNORE})).problems


def test_cpr_numbers_are_refused_and_never_repeated() -> None:
    for column in (0, 1, 3, 5):
        row = list(HANNE)
        row[column] = "010680-1234"
        ((_, _, text),) = said(people([HEADINGS, row]))
        assert "CPR" in text
        assert "1234" not in text


def test_a_person_may_have_two_employments_but_not_two_names() -> None:
    night = [*HANNE[:3], "Distrikt Nord / Natteam", "SSA", "N", *HANNE[6:]]
    assert [row.unit_id for row in people([HEADINGS, HANNE, night]).rows] == [3, 4]
    assert "another name in row 2" in said(people([HEADINGS, HANNE, [HANNE[0], "Ib", *night[2:]]]))[0][2]
    assert "overlap" in said(people([HEADINGS, HANNE, HANNE]))[0][2]


def test_a_unit_name_that_two_have_is_asked_for() -> None:
    assert "Distrikt Nord / Natteam" in said(people([HEADINGS, [*HANNE[:3], "Natteam", *HANNE[4:]]]))[0][2]


def test_first_and_last_name_are_put_together() -> None:
    rows: Rows = [
        ["Medarb.nr.", "Efternavn", "Fornavn", "Enhed", "Stilling", "Ansat fra"],
        [7, "Ærø", "Søren", "team havnen", "Sosu-hjælper", "1.1.2020"],
    ]
    assert people(rows).rows[0].name == "Søren Ærø"


def test_sheets_without_the_headings_are_left_out_by_name() -> None:
    workbook = read_workbook(xlsx_sheets({"Vejledning": [["Læs dette"]], "Nord": [HEADINGS, HANNE]}), "folk.xlsx")
    parsed = parse_people(workbook, units=UNITS, staff_groups=GROUPS, today=TODAY)
    assert len(parsed.rows) == 1
    assert parsed.unmapped == ("Vejledning",)


def test_a_sheet_without_headings_says_what_was_expected() -> None:
    assert "medarbejdernummer" in said(people([["a", "b"], ["c", "d"]]))[0][2]


@given(st.permutations(range(len(HEADINGS))), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_columns_does_not_matter(order: list[int], as_csv: bool) -> None:
    rows = [HEADINGS, HANNE, ["1002", "Åse Ørn", "", "Distrikt Nord", "SSH", "a, n", "1.1.2020", "", "ja", ""]]
    shuffled = [[row[i] for i in order] for row in rows]
    data, name = (csv(shuffled), "a.csv") if as_csv else (xlsx(shuffled), "a.xlsx")
    read = parse_people(read_workbook(data, name), units=UNITS, staff_groups=GROUPS, today=TODAY)
    plain = people(rows)
    assert [strip(row) for row in read.rows] == [strip(row) for row in plain.rows]
    assert not read.problems


def strip(row: NewEmployment) -> tuple[object, ...]:
    """The row without its place."""
    return (row.number, row.name, row.email, row.unit_id, row.staff_group, row.shifts, row.valid_from, row.is_floater)


UNIT_ROWS = [
    ["Enhed", "Overordnet", "Type"],
    ["Team Havnen", "Distrikt Nord", "Team"],
    ["Distrikt Nord", "Fjordby Kommune", "Distrikt"],
    ["Fjordby Kommune", "", "Kommune"],
]


def units(rows: Rows, existing: tuple[KnownUnit, ...] = ()) -> Parsed[Any]:
    return parse_units(read_workbook(csv(rows), "enheder.csv"), existing=existing)


def test_parents_come_before_children_whatever_the_order() -> None:
    parsed = units(UNIT_ROWS)
    assert [(row.name, row.kind, row.parent_row) for row in parsed.rows] == [
        ("Fjordby Kommune", "kommune", None), ("Distrikt Nord", "distrikt", 0), ("Team Havnen", "team", 1),
    ]  # fmt: skip


@given(st.permutations(range(1, 4)))
def test_the_order_of_units_does_not_matter(order: list[int]) -> None:
    names = [row.name for row in units([UNIT_ROWS[0], *[UNIT_ROWS[i] for i in order]]).rows]
    assert names == ["Fjordby Kommune", "Distrikt Nord", "Team Havnen"]


def test_circles_doubles_and_unknown_parents_are_named() -> None:
    circle = units([UNIT_ROWS[0], ["A", "B", "team"], ["B", "A", "team"]])
    assert "A → B → A" in said(circle)[0][2]
    double = units([*UNIT_ROWS, ["team havnen", "Distrikt Nord", "team"]])
    assert "row 2" in said(double)[0][2]
    unknown = units([*UNIT_ROWS, ["Team Å", "Distrikt Syd", "team"]])
    assert said(unknown)[0][:2] == (5, "B")
    assert said(units([*UNIT_ROWS, ["Team Å", "Distrikt Nord", ""]]))[0][:2] == (5, "C")
    assert said(units([UNIT_ROWS[0], ["A", "A", "team"]]))


def test_units_we_have_are_recognised() -> None:
    parsed = units(
        [UNIT_ROWS[0], ["Distrikt Nord", "Fjordby Kommune", "distrikt"], ["Team Ny", "Distrikt Nord", "team"]], UNITS
    )
    assert [(row.existing_id, row.parent_row, row.parent_id) for row in parsed.rows] == [(2, None, 1), (None, 0, None)]


SIGNOFFS = ["Medarbejdernummer", "Opgave", "Niveau", "Underskrevet den", "Underskrevet af", "Gælder til og med"]


def signoffs(*rows: list[object]) -> Parsed[Any]:
    workbook = read_workbook(xlsx([SIGNOFFS, *rows]), "underskrifter.xlsx")
    return parse_signoffs(workbook, tasks=TASKS, levels=LEVELS, today=TODAY, numbers=frozenset({"1001"}))


@pytest.mark.parametrize("level", [2, "2", "øvet", "Øvet", "niveau 2", "2 - øvet"])
def test_a_signature_on_paper_is_read(level: object) -> None:
    (row,) = signoffs([1001, "øjendråber", level, "3.2.2026", "Karen Winther", "3.2.2027"]).rows
    assert (row.number, row.task, row.level, row.signer) == ("1001", "T2", 2, "Karen Winther")
    assert (row.signed_on, row.valid_to) == (date(2026, 2, 3), date(2027, 2, 4))


def test_signatures_that_cannot_be_right_are_named() -> None:
    assert said(signoffs([1002, "Øjendråber", 4, "3.2.2027", "", "1.1.2026"])) != []
    columns = [column for _, column, _ in said(signoffs([1002, "Kateter", 4, "3.2.2027", "", "1.1.2026"]))]
    assert columns == ["B", "C", "E", "A", "D", "F"]
    assert "same signature" in said(signoffs(*[[1001, "T2", 1, "3.2.2026", "KW", ""]] * 2))[0][2]


def requirements(*rows: Sequence[Any]) -> Parsed[Any]:
    return parse_requirements(read_workbook(xlsx(list(rows)), "krav.xlsx"), units=UNITS, tasks=TASKS, levels=LEVELS)


def test_a_requirement_for_a_unit_or_a_kind_of_unit() -> None:
    parsed = requirements(
        ["Enhed eller enhedstype", "Opgave", "Vagt", "Antal", "Niveau"],
        ["Team Havnen", "Øjendråber", "dag, aften", 3, "øvet"],
        ["Team", "Øjendråber", "nat", 1, ""],
    )
    assert [(r.unit_id, r.kind, r.task, r.shift, r.need, r.level) for r in parsed.rows] == [
        (3, "", "T2", "D", 3, 2), (3, "", "T2", "A", 3, 2), (None, "team", "T2", "N", 1, 1),
    ]  # fmt: skip


def test_a_column_for_each_shift_is_read_too() -> None:
    parsed = requirements(["Enhed", "Opgave", "Dag", "Aften", "Nat"], ["Team Havnen", "T1", 6, 4, ""])
    assert [(r.shift, r.need) for r in parsed.rows] == [("D", 6), ("A", 4)]


def test_requirements_that_cannot_be_right_are_named() -> None:
    heads = ["Enhed", "Enhedstype", "Opgave", "Vagt", "Antal"]
    assert [c for _, c, _ in said(requirements(heads, ["", "bil", "Kateter", "morgen", "mange"]))] == [
        "B",
        "C",
        "D",
        "E",
    ]
    assert (
        "too"
        in said(requirements(heads, ["Team Havnen", "", "T1", "D", 1], ["Team Havnen", "", "T1", "dag, aften", 2]))[0][
            2
        ]
    )
    assert "“antal” is missing" in said(requirements(heads[:4], ["Team Havnen", "", "T1", "D"]))[0][2]


def test_a_mapping_file_is_read() -> None:
    mapping = read_mapping(
        b'{"columns": {"Lonnr.": "medarbejdernummer"}, "values": {"tasks": {"A / B": ["T1", "T2"]}}}'
    )
    assert mapping.columns == {"lonnr": "medarbejdernummer"}
    assert mapping.tasks == {"ab": ("T1", "T2")}


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"column": {}}', b'{"columns": 3}', b'{"columns": {"a": 3}}', b"\xff", b"[" * 9999]
)
def test_a_mapping_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(SheetProblem):
        read_mapping(data)


@pytest.mark.parametrize("seed", range(30))
def test_no_table_raises_anything(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        *HEADINGS,
        *SIGNOFFS,
        *[str(v) for v in HANNE],
        "Type",
        "Overordnet",
        "X",
        "",
        "",
        "0",
        "-",
        "🙂",
        "Ä" * 200,
        "A/B",
    ]
    rows = [[chance.choice(words) for _ in range(chance.randint(1, 12))] for _ in range(chance.randint(1, 12))]
    workbook = read_workbook(csv([HEADINGS, *rows] if seed % 2 else [["a", "b"], *rows], encoding="utf-8"), "a.csv")
    parse_units(workbook, existing=UNITS)
    parse_people(workbook, units=UNITS, staff_groups=GROUPS, today=TODAY)
    parse_signoffs(workbook, tasks=TASKS, levels=LEVELS, today=TODAY)
    parse_requirements(workbook, units=UNITS, tasks=TASKS, levels=LEVELS)


def test_an_exact_code_names_its_task_though_another_differs_by_its_full_stops_only() -> None:
    tasks = (Known("H1.1.1", ("Bad",)), Known("H11.1", ("Rengøring",)))
    rows = [["Medarbejdernummer", "Opgave", "Niveau", "Underskrevet den", "Underskrevet af"]]
    rows += [["1", code, "1", "1.3.2026", "Hanne"] for code in ("H1.1.1", "H11.1")]
    parsed = parse_signoffs(read_workbook(csv(rows), "u.csv"), tasks=tasks, levels=LEVELS, today=TODAY)
    assert [row.task for row in parsed.rows] == ["H1.1.1", "H11.1"]
