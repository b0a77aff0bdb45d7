"""A municipality's own competence profiles, read by what was said of the sheet, in the shapes in which they are kept."""

from dataclasses import replace
from typing import Any

import pytest

from competence.imports.known import IGNORE
from competence.imports.mapping.profiles.choices import (
    AREA,
    ASKS,
    EITHER,
    GROUP,
    LEVEL,
    NOTHING,
    PRACTICE,
    ROWS,
    SAYS,
    SENTENCE,
    STATEMENT,
    TASK,
    YES,
    Meant,
    ProfileChoices,
)
from competence.imports.mapping.profiles.columns import (
    ProfileOurs,
    columns_of,
    guess_group,
    guess_rows,
    lacking,
    meant_twice,
)
from competence.imports.mapping.profiles.found import lines_of, word_key
from competence.imports.mapping.profiles.reading import read_sheet
from competence.imports.mapping.profiles.sound import still_sound
from tests.imports.own_profiles import DROPS, LIST, LIST_ROLES, OURS, PEN, choices, content, read, sheet


def test_a_list_with_empty_fields_bullets_notes_and_a_footnote() -> None:
    rows = sheet(LIST)
    reading = read(rows, choices(rows, LIST_ROLES, head=(1, 1)))
    assert reading.parsed.problems == ()
    assert content(reading) == [
        ("SSH", "Medicin", 1, "Giver medicin, som er doseret.", 0),
        ("SSH", "Medicin", 1, "M1", 2),
        ("SSH", "Medicin", 1, f"{PEN}: kun stabile borgere", 0),
        ("SSA", "Medicin", 2, "Følger op på medicin", 0),
        ("SSA", "Medicin", 2, "Underviser kolleger", 0),
        ("SSA", "Medicin", 2, "Bemærkning: også på plejehjem", 0),
    ]
    assert [one.text for one in reading.left_out] == ["Vores profiler", "Godkendt i maj"]
    assert any("taken from row 3" in str(said) for said in reading.made[1].remarks)


GRID = [
    ["Kompetenceprofil"],
    ["Område", "Basis", "Avanceret", "Specialist", "Kilde"],
    ["Medicin", "Giver medicin.\nObserverer virkning.", "Følger op.", "", "Randers"],
    ["Sår", "• Skifter plaster", PEN, "Underviser.**", ""],
]
GRID_ROLES = (AREA, Meant(SAYS, "", 1), Meant(SAYS, "", 2), Meant(SAYS, "", 3), NOTHING)


def test_a_grid_of_areas_and_levels_for_one_group() -> None:
    rows = sheet(GRID)
    guessed = guess_rows(rows, OURS)
    assert guessed.head == (1, 1)
    assert [one.guess for one in columns_of(rows, guessed, OURS)] == [Meant(AREA), *GRID_ROLES[1:4], Meant(NOTHING)]
    reading = read(rows, choices(rows, GRID_ROLES, head=(1, 1), group="SSH"))
    assert content(reading) == [
        ("SSH", "Medicin", 1, "Giver medicin.", 0),
        ("SSH", "Medicin", 1, "Observerer virkning.", 0),
        ("SSH", "Medicin", 2, "Følger op.", 0),
        ("SSH", "Sår", 1, "Skifter plaster", 0),
        ("SSH", "Sår", 2, PEN, 0),
        ("SSH", "Sår", 3, "Underviser.**", 0),
    ]
    said = " ".join(map(str, reading.made[1].doubts))
    assert "is a task of yours" in said
    assert "No footnote says what ** means." in said
    assert ("E", "Kilde") in [(one.column, one.text) for one in reading.left_out]


def test_a_grid_with_group_headings_over_merged_levels_and_merged_areas() -> None:
    rows = sheet(
        [["", "", "SSA", "", "Hjælper", ""], ["", "Tema", "Basis", "Avanceret", "Basis", "Avanceret"],
         ["", "Medicin", "Doserer medicin til borgeren.", "Underviser kolleger.", "Giver medicin.", "Giver insulin."],
         ["", "", "Bestiller medicin.", "", "", ""],
         ["", "Sår", "Samme for begge niveauer.", "", "Renser sår.", ""]],
        merged=["C1:D1", "E1:F1", "B3:B4", "C5:D5"],
    )  # fmt: skip
    guessed = guess_rows(rows, OURS)
    assert guessed.head == (0, 1)
    found = columns_of(rows, guessed, OURS)
    assert [one.guess for one in found] == [
        Meant(AREA), Meant(SAYS, "SSA", 1), Meant(SAYS, "SSA", 2), Meant(SAYS, "SSH", 1), Meant(SAYS, "SSH", 2),
    ]  # fmt: skip
    reading = read(rows, choices(rows, [one.guess for one in found], head=(0, 1)))
    assert reading.parsed.problems == ()
    assert ("SSA", "Medicin", 1, "Bestiller medicin.", 0) in content(reading)
    assert [one for one in content(reading) if one[3] == "Samme for begge niveauer."] == [
        ("SSA", "Sår", 1, "Samme for begge niveauer.", 0),
        ("SSA", "Sår", 2, "Samme for begge niveauer.", 0),
    ]
    assert any("merged" in str(said) for made in reading.made for said in made.doubts)


TASKS = [
    ["Opgave", "SSA", "SSH"],
    ["Medicin", "", ""],
    [PEN, "x", "øvet*"],
    ["Øjendråber", "øvet", "-"],
    ["Samarbejder med pårørende", "x", ""],
    ["* efter oplæring", "", ""],
]


def test_tasks_down_and_groups_across_ask_what_a_mark_means_and_which_rows_are_tasks() -> None:
    rows = sheet(TASKS)
    said = choices(rows, (EITHER, Meant(ASKS, "SSA"), Meant(ASKS, "SSH")))
    first = read_sheet(rows, said, OURS)
    assert [(one.name, one.alone) for one in first.asked] == [
        ("Medicin", True),
        ("Øjendråber", False),
        ("Samarbejder med pårørende", False),
    ]
    answers = {"|medicin": "area", "øjendråber": "M2", "samarbejdermedpårørende": STATEMENT}
    waiting = read_sheet(rows, replace(said, tasks=answers), OURS)
    words = {one.text: (one.known, one.wants_level) for one in waiting.words.values()}
    assert words == {"x": ("", True), "øvet": ("2", True), "-": (IGNORE, True)}, "known, or asked"
    x, trained, none = word_key(ASKS, "x"), word_key(ASKS, "øvet"), word_key(ASKS, "-")
    reading = read(rows, said, {x: ("1", 1), trained: ("2", 2), none: (IGNORE, 0)}, **answers)
    assert content(reading) == [
        ("SSA", "Medicin", 1, "M1", 1),
        ("SSH", "Medicin", 2, "M1", 2),
        ("SSH", "Medicin", 2, f"{PEN}: efter oplæring", 0),
        ("SSA", "Medicin", 2, "M2", 2),
        ("SSA", "Medicin", 1, "Samarbejder med pårørende", 0),
    ]
    assert [(one.row, one.column, one.text) for one in reading.left_out] == [(4, "C", "-")]


def test_groups_and_levels_may_stand_on_lines_of_their_own() -> None:
    rows = sheet(
        [["Nr", "Udsagn"], ["", "Social- og sundhedshjælper"], ["", "Avanceret niveau"], ["1", "Giver medicin."],
         ["", "Sygeplejerske"], ["2", "Leder."]]
    )  # fmt: skip
    said = choices(rows, (AREA, STATEMENT), group=ROWS, level=ROWS)
    asked = read_sheet(rows, said, OURS).asked
    assert [(one.name, one.group, one.level) for one in asked] == [
        ("Social- og sundhedshjælper", "SSH", 0), ("Avanceret niveau", "", 2), ("Sygeplejerske", "SPL", 0),
    ]  # fmt: skip
    answers: Any = {asked[0].key: "group:SSH", asked[1].key: "level:2", asked[2].key: "group:SPL"}
    assert content(read(rows, said, **answers)) == [
        ("SSH", "1", 2, "Giver medicin.", 0),
        ("SPL", "2", 2, "Leder.", 0),
    ]


def test_statements_down_and_levels_across_count_where_they_are_marked() -> None:
    rows = sheet([["Udsagn", "Basis", "Avanceret"], ["Giver medicin.", "x", ""], ["Underviser.", "", "x"]])
    said = choices(
        rows, (STATEMENT, Meant(ASKS, "", 1), Meant(ASKS, "", 2)), group="SSH", area="Medicin"
    )  # fmt: skip
    assert content(read(rows, said, {word_key(ASKS, "x"): (YES, 0)})) == [
        ("SSH", "Medicin", 1, "Giver medicin.", 0),
        ("SSH", "Medicin", 2, "Underviser.", 0),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["SSH", "Medicin", "basis", "x" * 401, "", ""], "too long: at most 400"),
        (["SSH", "Medicin", "basis", "Ring til 010203-1234.", "", ""], "CPR"),
        (["SSH", "M" * 121, "basis", "Giver medicin.", "", ""], "too long: at most 120"),
        (["", "Medicin", "basis", "Giver medicin.", "", ""], "Nothing says which staff group"),
        (["SSH", "", "basis", "Giver medicin.", "", ""], "Nothing says which area"),
        (["SSH", "Medicin", "", "Giver medicin.", "", ""], "Nothing says which profile level"),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_row(row: list[str], said: str) -> None:
    rows = sheet([LIST[1], row])
    reading = read(rows, choices(rows, LIST_ROLES))
    assert [one.row for one in reading.parsed.problems] == [2]
    assert said in str(reading.parsed.problems[0].message)
    assert content(reading) == []


def test_one_task_twice_with_different_levels_is_refused_and_the_same_twice_is_kept_once() -> None:
    rows = sheet([LIST[1], ["SSH", "Medicin", "1", PEN, "1", ""], ["SSH", "Medicin", "1", PEN, "2", ""],
                  ["SSH", "Medicin", "1", DROPS, "1", ""], ["SSH", "Medicin", "1", DROPS, "1", ""]])  # fmt: skip
    reading = read(rows, choices(rows, LIST_ROLES))
    assert [(one.row, one.column) for one in reading.parsed.problems] == [(3, "D")]
    assert "stands in row 2 too" in str(reading.parsed.problems[0].message)
    assert [one[3] for one in content(reading)] == ["M1", "M2"]
    assert any("row 4 too. It is kept once." in str(said) for said in reading.made[3].remarks)


def test_a_task_without_a_practice_level_is_asked_about() -> None:
    rows = sheet([LIST[1], ["SSH", "Medicin", "1", PEN, "", ""]])
    said = choices(rows, LIST_ROLES)
    empty = word_key(PRACTICE, "")
    known = {word_key(GROUP, "SSH"): ("SSH", 0), word_key(LEVEL, "1"): ("1", 0)}
    assert empty in read_sheet(rows, replace(said, words=known), OURS).words
    assert content(read(rows, said, {empty: ("2", 0)}))[0][3:] == ("M1", 2)
    assert content(read(rows, said, {empty: (SENTENCE, 0)}))[0][3:] == (PEN, 0)
    assert content(read(rows, said, {empty: (IGNORE, 0)})) == []


def test_a_level_where_nothing_stands_yet_seems_to_hold_what_the_others_do() -> None:
    rows = sheet([["Område", "Basis", "Specialist", "Andet"], ["Medicin", "Giver medicin.", "", ""]])
    guesses = [one.guess for one in columns_of(rows, guess_rows(rows, OURS), OURS)]
    assert guesses == [Meant(AREA), Meant(SAYS, "", 1), Meant(SAYS, "", 3), Meant("")]


def test_all_words_are_asked_about_at_once() -> None:
    rows = sheet([LIST[1][:5], ["Plejer", "Medicin", "Øverst", PEN, "rutineret"]])
    first = read_sheet(rows, choices(rows, LIST_ROLES[:5]), OURS)
    assert [(one.kind, one.text) for one in first.words.values()] == [
        (GROUP, "Plejer"), (LEVEL, "Øverst"), (PRACTICE, "rutineret"),
    ]  # fmt: skip


def test_what_stands_under_a_group_that_is_left_out_is_never_given_to_another() -> None:
    rows = sheet(
        [LIST[1][:4], ["SSH", "Medicin", "1", "Giver medicin."], ["Plejer", "Medicin", "1", "Rydder op."],
         ["", "", "", "Fejer."], ["", "Sår", "2", "Vasker."], ["SSA", "Sår", "2", "Renser sår."]]
    )  # fmt: skip
    said = choices(rows, (GROUP, AREA, LEVEL, STATEMENT))
    reading = read(rows, said, {word_key(GROUP, "Plejer"): (IGNORE, 0)}, **{"|fejer": STATEMENT})
    assert [(one[0], one[3]) for one in content(reading)] == [("SSH", "Giver medicin."), ("SSA", "Renser sår.")]
    assert [one.row for one in reading.left_out] == [3, 4, 5]


def test_one_column_or_word_may_stand_for_several_groups() -> None:
    rows = sheet([["Område", "SSA/SSH"], ["Medicin", "Giver medicin."]])
    found = columns_of(rows, ProfileChoices("Ark1", 0, 0), OURS)[1]
    assert (found.guess, [one.code for one in found.alike]) == (Meant(""), ["SSA", "SSH"])
    both = [("SSA", "Medicin", 1, "Giver medicin.", 0), ("SSH", "Medicin", 1, "Giver medicin.", 0)]
    assert content(read(rows, choices(rows, (AREA, Meant(SAYS, "SSA|SSH", 1))))) == both
    rows = sheet([LIST[1][:4], ["SSA og SSH", "Medicin", "1", "Giver medicin."]])
    said = choices(rows, (GROUP, AREA, LEVEL, STATEMENT))
    word = read_sheet(rows, said, OURS).words[word_key(GROUP, "SSA og SSH")]
    assert (word.known, [one.code for one in word.alike]) == ("", ["SSA", "SSH"])
    assert content(read(rows, said, {word_key(GROUP, "SSA og SSH"): ("SSA|SSH", 0)})) == both


def test_the_staff_group_of_a_sheet_is_seen_in_its_name_or_title() -> None:
    for rows in (sheet(GRID, sheet="SSH"), sheet([["Social- og sundhedshjælper"], *GRID[1:]])):
        said = guess_rows(rows, OURS)
        assert guess_group(rows, said, columns_of(rows, said, OURS), OURS) == "SSH"
    rows = sheet(TASKS, sheet="SSH")
    assert (
        guess_group(rows, ProfileChoices("SSH", 0, 0), columns_of(rows, ProfileChoices("SSH", 0, 0), OURS), OURS) == ""
    )


def test_answers_that_name_what_is_gone_are_asked_anew() -> None:
    said = ProfileChoices(
        "Ark1", 0, 0, group="SSH", level="3", area="Medicin",
        columns={"a": Meant(SAYS, "SSA", 1), "b": Meant(SAYS, "SPL", 1), "c": Meant(ASKS, "SSA", 3), "d": Meant(AREA)},
        words={"group|x": ("SSA|SPL", 0), "group|y": ("SSA", 0), "level|3": ("3", 0), "asks|e": ("3", 1), "asks|f": ("2", 3),
               "asks|g": ("1", 2), "practice|": (SENTENCE, 0)},
        tasks={"a": "M1", "b": "S1", "c": STATEMENT, "|d": "group:SPL", "|e": "group:SSA", "|f": "level:3", "|g": "area"},
    )  # fmt: skip
    fewer = ProfileOurs(OURS.tasks[:2], OURS.groups[1:2], OURS.profile_levels[:2], OURS.practice_levels[:2])
    left = still_sound(said, fewer)
    assert (left.group, left.level, left.area) == (None, None, "Medicin")
    assert set(left.columns) == {"a", "d"}
    assert set(left.words) == {"group|y", "asks|g", "practice|"}
    assert set(left.tasks) == {"a", "c", "|e", "|g"}
    assert still_sound(said, OURS) == said


def test_two_headings_of_one_meaning_and_a_sheet_without_a_group_are_told() -> None:
    rows = sheet([["A", "B", "C"], ["x", "y", "z"]])
    said = choices(rows, (AREA, AREA, STATEMENT))
    assert [str(one) for one in meant_twice(columns_of(rows, said, OURS), said.columns).values()] == [
        "Column A means the same. Let one of the two mean something else, or nothing."
    ]
    assert set(lacking(said.columns, "", "")) == {"group", "level"}
    assert set(lacking(said.columns, "SSH", "1")) == set()
    assert set(lacking({"a": Meant(AREA)}, "SSH", "1")) == {""}
    assert set(lacking({"a": Meant(ASKS, "SSH")}, "", "")) == {""}
    assert set(lacking({"a": Meant(SAYS, "SSH"), "b": Meant(TASK)}, "", "")) == {"level"}


def test_several_lines_are_several_statements_and_bullets_hold_a_sentence_together() -> None:
    assert lines_of("Et.\n\nTo.") == ["Et.", "To."]
    assert lines_of("• Et og\n  mere\n• To") == ["Et og mere", "To"]
    assert lines_of("1. Et\n2. To") == ["Et", "To"]
    assert lines_of("2 gange dagligt") == ["2 gange dagligt"]
