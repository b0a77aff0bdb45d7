"""The reference data becomes the municipality's own draft: each row with its source, loaded once, and nothing is lost."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, func, select

from competence.catalogue.models import Limit, Task, TaskCriterion, TaskGate, TaskPrerequisite
from competence.catalogue.rules import GateKind
from competence.delegation.commands import ungrounded
from competence.delegation.models import Cell, ExampleCell, MatrixVersion
from competence.delegation.rules import DATA_CODES, CellRule
from competence.foundation.orm import Base, TenantSession, open_session
from competence.imports.reference import PRACTICE, load_reference, read_files, refuse_e_learning_alone
from competence.learning.models import Activity
from competence.people.models import StaffGroup
from competence.profiles.models import ProfileStatement, ProfileTask
from tests.databases import Database, Fill
from tests.imports.conftest import reference


@pytest.fixture
def loaded(database: Database, engine: Engine, filled: Callable[[Database, Fill], None]) -> Iterator[TenantSession]:
    """A municipality with its own copy of the reference data, and nothing else."""
    filled(database, reference)
    with open_session(engine, 1) as session:
        yield session


def test_every_row_of_the_files_is_there(loaded: TenantSession) -> None:
    files = read_files()
    counts = {
        Task: len(files["task_catalogue"]),
        StaffGroup: len(files["professions"]),
        Limit: len(files["limits"]),
        Activity: len(files["activities_70_20_10"]),
        TaskCriterion: len(files["task_criteria"]),
        TaskPrerequisite: sum(len([p for p in row["prerequisites"].split(";") if p]) for row in files["task_rules"]),
        ProfileStatement: len(files["competence_profile"]),
        ProfileTask: len(files["profile_tasks"]),
        Cell: sum(row["matrix_code"] == "EDIT" for row in files["delegation_matrix"]),
        ExampleCell: sum(row["matrix_code"] != "EDIT" for row in files["delegation_matrix"]),
    }
    assert {model: loaded.scalar(select(func.count()).select_from(model)) for model in counts} == counts


def test_a_task_that_can_never_be_delegated_says_what_the_law_calls_it(loaded: TenantSession) -> None:
    never = loaded.execute(select(Task.code, Task.never_delegated).where(Task.never_delegated != "")).all()
    assert [tuple(row) for row in never] == [("G1.N1", "ordination og udstedelse af recept")]


def test_the_cells_say_what_the_file_says(loaded: TenantSession) -> None:
    rows = loaded.execute(
        select(Task.code, StaffGroup.code, Cell)
        .join(Task, Task.id == Cell.task_id)
        .join(StaffGroup, StaffGroup.id == Cell.staff_group_id)
    )
    said = {(task, group): cell for task, group, cell in rows}
    for row in read_files()["delegation_matrix"]:
        if row["matrix_code"] != "EDIT":
            continue
        cell = said[row["task_code"], row["profession_code"]]
        level = cell.education_level if cell.rule == CellRule.CORE else cell.minimum_level
        assert cell.rule == DATA_CODES[row["cell_value"]]
        assert level == PRACTICE.get(row["minimum_level"])
        assert cell.source.startswith(row["source"])
        assert bool(cell.limits) == (row["condition_da"] not in ("", "alle forløb") and level is not None)


def test_it_is_a_draft_and_nothing_counts_until_somebody_approves_it(loaded: TenantSession) -> None:
    draft = loaded.scalars(select(MatrixVersion)).one()
    assert (draft.reference_code, draft.approved_at, draft.valid_from) == ("EDIT", None, None)
    assert ungrounded(loaded, draft.id)


def test_loading_again_changes_nothing(loaded: TenantSession) -> None:
    def sizes() -> dict[str, int | None]:
        return {
            mapper.local_table.description: loaded.scalar(select(func.count()).select_from(mapper.class_))
            for mapper in Base.registry.mappers
            if "municipality_id" in mapper.local_table.c
        }

    before = sizes()
    assert load_reference(loaded) is None
    loaded.flush()
    after = sizes()
    assert after == before


def test_a_municipality_that_came_before_the_list_gets_it_and_keeps_its_own(loaded: TenantSession) -> None:
    activity = loaded.scalars(select(Activity).where(Activity.code == "A20-01")).one()
    activity.name = "Vores egen"
    loaded.delete(loaded.scalars(select(Activity).where(Activity.code == "A10-01")).one())
    loaded.flush()
    load_reference(loaded)
    assert loaded.scalar(select(func.count()).select_from(Activity)) == len(read_files()["activities_70_20_10"])
    assert activity.name == "Vores egen"


def test_no_task_is_opened_by_e_learning_alone(loaded: TenantSession) -> None:
    kinds: dict[tuple[int, int], set[GateKind]] = {}
    for gate in loaded.scalars(select(TaskGate)):
        kinds.setdefault((gate.task_id, gate.staff_group_id), set()).add(GateKind(gate.kind))
    assert kinds
    assert all(kinds_of != {GateKind.E_LEARNING} for kinds_of in kinds.values())
    with pytest.raises(ValueError, match="e-learning alone"):
        refuse_e_learning_alone([(1, 1, {"type": "e-læring"}), (1, 1, {"type": "e-læring"})])
