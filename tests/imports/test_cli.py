"""A municipality brings its five files from the command line, and sees the same day where it is thin."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from competence.access.rules import Reach
from competence.app import speaker
from competence.audit.chain import breaks
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.coverage.rules import Shift, Status
from competence.decision.commands import differences
from competence.delegation.models import Cell, MatrixVersion
from competence.foundation.clock import now, set_to, today
from competence.foundation.orm import Base
from competence.imports import taking
from competence.imports.cli import seed
from competence.imports.commands import import_matrix
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs import projection
from tests.imports.conftest import Strandby
from tests.imports.own_files import OWN_TASK, STOMA_BAG
from tests.imports.workbooks import csv, xlsx

ORDER = ("units", "people", "matrix")


def stored(strandby: Strandby) -> dict[str, int]:
    """How many rows each table holds."""
    with strandby.session() as session:
        return {
            table.name: session.scalar(
                select(func.count()).select_from(table).where(table.c.municipality_id == strandby.municipality_id)
            )
            or 0
            for table in Base.metadata.sorted_tables
            if "municipality_id" in table.c
        }


def test_five_files_lead_to_the_gap_of_team_fyret(strandby: Strandby) -> None:
    for kind in ORDER:
        result = strandby.run(kind)
        assert result.exit_code == 0, result.output
    refused = strandby.run("signoffs")
    assert refused.exit_code == 1
    assert "Der er ikke godkendt en opgavedeling endnu" in refused.output
    with strandby.session() as session:
        strandby.approve(session, 2, today() + timedelta(days=1))
    with set_to(now() + timedelta(days=1)):
        for kind in ("signoffs", "requirements"):
            result = strandby.run(kind)
            assert result.exit_code == 0, result.output
        with strandby.session() as session:
            units = tree(session, on=today())
            team = session.scalars(select(Unit).where(Unit.name == "Team Fyret")).one()
            found = board(session, units, units.get(team.id, Reach(("/",))), on=today())
            stoma = next(task.id for task in found.tasks if task.name == STOMA_BAG)
            (evening,) = found.counts[stoma, Shift.EVENING]
            assert (evening.have, evening.need, evening.status) == (2, 3, Status.GAP)
            assert breaks(session) == []
            assert projection.differences(session, on=today()) == []
            assert differences(session) == []
        before = stored(strandby)
        for kind in (*ORDER, "signoffs", "requirements"):
            assert strandby.run(kind).exit_code == 0
        assert stored(strandby) == before, "a second run changes nothing"


def test_a_dry_run_says_what_would_change_and_writes_nothing(strandby: Strandby) -> None:
    before = stored(strandby)
    result = strandby.run("units", "--dry-run")
    assert result.exit_code == 0
    assert "nye 4, ændrede 0, afsluttede 0, uændrede 1. Intet er gemt." in result.output
    assert stored(strandby) == before
    strandby.run("units")
    before = stored(strandby)
    assert "nye 14" in strandby.run("people", "--dry-run").output
    matrix = strandby.run("matrix", "--dry-run").output
    assert "nye 44" in matrix
    assert f"Bliver nye opgaver hos jer: {OWN_TASK}." in matrix
    assert stored(strandby) == before


def test_json_is_one_object_as_promised(strandby: Strandby) -> None:
    strandby.run("units")
    found = strandby.object("matrix", "--dry-run")
    assert list(found) == ["tasks", "staff_groups", "cells", "notes", "problems", "unmapped"]
    assert (found["tasks"], found["staff_groups"], found["notes"], found["problems"]) == (11, 4, 5, [])
    assert found["cells"] == {
        "core": 20, "may_citizen": 2, "may_general": 10, "must": 3, "not_allowed": 5, "undecided": 4,
    }  # fmt: skip
    assert found["unmapped"] == [OWN_TASK]
    assert strandby.object("people") == {"people": 14, "employments": 14, "problems": [], "unmapped": ["Lokation"]}
    strandby.object("matrix")
    assert {"requirements": 7, "tasks": 5}.items() <= strandby.object("requirements").items()
    assert {"signoffs": 0, "people": 0, "tasks": 0}.items() <= strandby.object(
        "signoffs", file=strandby.write("tom.csv", b"")
    ).items()


def test_every_problem_is_told_by_row_and_column_in_danish_and_nothing_is_written(strandby: Strandby) -> None:
    strandby.run("units")
    before = stored(strandby)
    people: list[list[Any]] = [
        ["Medarbejdernummer", "Navn", "Enhed", "Faggruppe", "Fra"],
        [1, "Inge Strand", "Team Fyret", "SPL", "1.1.2024"],
        [2, "Bo Klit", "Team Månen", "SSA", "1.1.2024"],
        [3, "Åse Ørsted", "Team Fyret", "Astronaut", "i går"],
    ]
    file = strandby.write("folk.xlsx", xlsx(people, sheet="Folk"))
    result = strandby.run("people", file=file)
    assert result.exit_code == 1
    assert "Ark Folk, række 3, kolonne C: " in result.output
    assert "Intet er gemt. Problemer: 3." in result.output
    found = strandby.object("people", file=file)
    assert [(p["sheet"], p["row"], p["column"]) for p in found["problems"]] == [
        ("Folk", 3, "C"), ("Folk", 4, "D"), ("Folk", 4, "E"),
    ]  # fmt: skip
    assert all(p["message"] for p in found["problems"])
    assert found["unmapped"] == ["Astronaut"]
    assert stored(strandby) == before


NO_TABLES = (
    ("gammel.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
    ("makro.xlsm", b"PK\x03\x04", "makroer"),
    ("stor.csv", b"a;b\n" * (6 * 1024 * 1024), "20 MB"),
    ("tom.csv", b"", "tom"),
    ("billede.png", b"\x89PNG", "regneark"),
)


def test_what_is_no_table_is_refused_with_its_sentence(strandby: Strandby) -> None:
    for name, data, said in NO_TABLES:
        file = strandby.write(name, data)
        result = strandby.run("matrix", file=file)
        assert result.exit_code == 1
        assert said in result.output
        found = strandby.object("matrix", file=file)
        assert (found["tasks"], found["cells"]) == (0, {})
        assert [(p["sheet"], p["row"], p["column"]) for p in found["problems"]] == [("", None, "")]


def test_a_mapping_file_says_what_their_words_mean(strandby: Strandby) -> None:
    strandby.run("units")
    words = strandby.write(
        "ord.json", b'{"columns": {"Nr": "medarbejdernummer"}, "values": {"staff_groups": {"Sut": "SSH"}}}'
    )
    file = strandby.write(
        "folk.csv",
        csv([["Nr", "Navn", "Enhed", "Faggruppe", "Fra"], [9, "Jonas Vad", "Team Fyret", "Sut", "1.1.2024"]]),
    )
    assert strandby.run("people", file=file).exit_code == 1
    assert strandby.run("people", "--mapping", str(words), file=file).exit_code == 0
    with strandby.session() as session:
        assert session.scalar(select(func.count(Employment.id))) == 1
    broken = strandby.write("gal.json", b"{")
    assert "JSON" in strandby.run("people", "--mapping", str(broken), file=file).output


def test_killed_in_the_middle_nothing_has_happened(strandby: Strandby, monkeypatch: pytest.MonkeyPatch) -> None:
    strandby.run("units")
    before = stored(strandby)
    real = import_matrix

    def killed(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(taking, "import_matrix", killed)
    assert strandby.run("matrix").exit_code == 1
    assert stored(strandby) == before


def test_a_note_of_their_matrix_limits_the_cell(strandby: Strandby) -> None:
    strandby.run("matrix")
    with strandby.session() as session:
        cells = session.scalars(
            select(Cell).join(MatrixVersion, MatrixVersion.id == Cell.version_id).where(MatrixVersion.number == 2)
        ).all()
        noted = [cell for cell in cells if cell.note and cell.minimum_level is not None]
        assert noted
        assert all(cell.limits for cell in noted)
        assert not [cell for cell in cells if cell.minimum_level is None and cell.limits]


def test_reference_and_demonstration_are_loaded_once(strandby: Strandby) -> None:
    def run(*arguments: str) -> str:
        with speaker().app_context():
            result = CliRunner().invoke(seed, arguments, obj=strandby.console)
        assert result.exit_code == 0, result.output
        return result.output

    before = stored(strandby)
    assert run("reference") == "Referencedata er her allerede. Intet er ændret.\n"
    assert stored(strandby) == before
    assert run("demo", "--employees", "24", "--name", "Lilleby") == "Lilleby er indlæst med 24 medarbejdere.\n"
    assert run("demo", "--employees", "24", "--name", "Lilleby") == "Lilleby er her allerede. Intet er ændret.\n"
    assert stored(strandby) == before
