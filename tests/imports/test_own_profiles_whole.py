"""Nothing of a municipality's own profiles is lost unsaid, and a profile written as a list reads back the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from competence.imports.known import key
from competence.imports.mapping.profiles.choices import (
    AREA,
    ASKS,
    EITHER,
    GROUP,
    LEVEL,
    NOTE,
    NOTHING,
    PRACTICE,
    SAYS,
    STATEMENT,
    TASK,
    Meant,
)
from competence.imports.mapping.profiles.found import word_key
from competence.imports.mapping.profiles.reading import read_sheet
from competence.imports.profiles import parse_profiles
from competence.imports.sheets import read_workbook
from tests.imports.own_profiles import BAG, DROPS, LIST, LIST_ROLES, OURS, PEN, Said, choices, content, read, sheet
from tests.imports.workbooks import xlsx

WORDS = st.text("abcdefghij ", min_size=3, max_size=30).map(lambda text: f"Kan {' '.join(text.split())}.")
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["SPL", "SSA", "SSH"]), st.sampled_from(["Medicin", "Sår", "Pleje"]), st.integers(1, 3),
        st.one_of(WORDS, st.sampled_from([PEN, DROPS, BAG])), st.integers(1, 3),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(ENTRIES)
def test_a_profile_written_as_a_list_reads_back_the_same_here_and_by_its_headings(entries: list[Said]) -> None:
    tasks = {PEN: "M1", DROPS: "M2", BAG: "S1"}
    once: dict[Any, Said] = {}
    for group, area, level, text, practice in entries:
        place = (group, level, text) if text in tasks else (group, level, area, key(text))
        once.setdefault(place, (group, area, level, text, practice if text in tasks else 0))
    wanted = [
        (group, area, level, tasks.get(text, text), practice) for group, area, level, text, practice in once.values()
    ]
    table = [
        [group, area, OURS.profile_levels[level - 1], text, OURS.practice_levels[practice - 1] if practice else ""]
        for group, area, level, text, practice in once.values()
    ]
    book = xlsx([LIST[1][:5], *table])
    rows = read_workbook(book, "liste.xlsx").sheets[0]
    reading = read(rows, choices(rows, LIST_ROLES[:5]))
    assert (reading.parsed.problems, reading.left_out) == ((), ())
    assert content(reading) == wanted
    by_headings = parse_profiles(
        read_workbook(book, "liste.xlsx"), staff_groups=OURS.groups, tasks=OURS.tasks,
        profile_levels=OURS.profile_levels, practice_levels=OURS.practice_levels,
    )  # fmt: skip
    assert [(r.staff_group, r.area, r.level, r.text or r.task, r.practice_level) for r in by_headings.rows] == wanted


CELLS = st.sampled_from(
    ["", "", "SSH", "Medicin", "basis", "x", PEN, "Kan noget.", "Et.\nTo.", "øvet", "* note", "Sår*", "-"]
)
ROLE = st.sampled_from(
    [GROUP, AREA, LEVEL, EITHER, TASK, STATEMENT, PRACTICE, NOTE, NOTHING, Meant(SAYS, "SSH", 1), Meant(ASKS, "SSA", 2)]
)  # fmt: skip


@given(
    st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=7),
    st.lists(ROLE, min_size=5, max_size=5, unique=True),
)
def test_nothing_of_the_sheet_is_lost_unsaid(table: list[list[str]], roles: list[Meant | str]) -> None:
    rows = sheet([["Et", "To", "Tre", "Fire", "Fem"], *table])
    said = choices(rows, roles, group="SSH", level="1", area="Andet")
    for _ in range(6):
        reading = read_sheet(rows, said, OURS)
        words = {name: (word.known or "1", 1) for name, word in reading.words.items()}
        words = {n: (v if not n.startswith("group|") else "SSH", lv) for n, (v, lv) in words.items()}
        asked = {one.key: "area" if one.alone else STATEMENT for one in reading.asked}
        said = replace(said, words=words, tasks=asked)
    reading = read_sheet(rows, said, OURS)
    letters = "ABCDE"
    shown = {(made.row, letter) for made in reading.made for letter, _text in made.sources}
    whole = {one.row for one in reading.left_out if not one.column}
    columns = {one.column for one in reading.left_out if one.row is None}
    told = {(one.row, one.column) for one in reading.left_out} | {(p.row, p.column) for p in reading.parsed.problems}
    for number, values in enumerate(table, start=2):
        for letter, value in zip(letters, values, strict=True):
            place = (number, letter)
            footnote = "* note" in values
            assert (
                not value or footnote or place in shown | told or number in whole or letter in columns
            ), (place, value)  # fmt: skip


def test_the_profiles_that_ship_come_through_whole() -> None:
    file = Path(__file__).parents[2] / "seed" / "reference" / "competence_profile.csv"
    rows = read_workbook(file.read_bytes(), file.name).sheets[0]
    wanted = [tuple(map(str, row[:4])) for row in rows.rows[1:]]
    codes = dict.fromkeys(group for group, *_rest in wanted)
    said = choices(rows, (GROUP, AREA, LEVEL, STATEMENT, NOTHING))
    ranks = {"basis": 1, "oevet": 2, "ekspert": 3}
    words = {word_key(LEVEL, level): (str(rank), 0) for level, rank in ranks.items()}
    words |= {word_key(GROUP, code): (code, 0) for code in codes}
    reading = read(rows, said, words)
    assert reading.parsed.problems == ()
    assert [one[:4] for one in content(reading)] == [
        (group, area, ranks[level], text) for group, area, level, text in wanted
    ]
