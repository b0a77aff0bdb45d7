"""A matrix and papers are taken in whole or not at all, once, and as the rule allows."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.app import wire
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, EvidenceEvent
from competence.catalogue.models import Area, Limit, Task
from competence.catalogue.rules import Reserved
from competence.decision.asking import ask
from competence.decision.commands import differences
from competence.decision.rules import Verdict
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule, Ground, LeaderPart
from competence.entitlements.models import Entitlement
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, RuleBroken
from competence.foundation.orm import engine_for, open_session
from competence.imports.commands import import_matrix, import_signoffs, plan_papers, transferring
from competence.imports.matrix import MatrixCell, MatrixTask
from competence.imports.parsed import Place
from competence.imports.signoffs import PaperSignOff
from competence.organisation.commands import NewUnit, add_unit, import_units
from competence.organisation.models import Unit
from competence.people.models import PersonIdentity
from competence.signoffs import projection
from competence.signoffs.commands import accept
from competence.signoffs.models import CurrentSignOff
from competence.signoffs.queries import events_of, signers_of
from competence.signoffs.rules import Origin
from tests.factories import Someone, World


def number_of(world: World, someone: Someone) -> str:
    number = world.session.scalar(select(PersonIdentity.number).where(PersonIdentity.person_id == someone.person.id))
    assert number
    return number


def paper(
    world: World, someone: Someone, task: Task, *, days_ago: int = 60, level: int = 2, row: int = 2, **said: Any
) -> PaperSignOff:
    columns = {"number": "A", "task": "B", "signed_on": "C", "signer": "D", "valid_through": "E"}
    fields = {"signer": "Hanne Lykke", "valid_to": None} | said
    return PaperSignOff(
        Place("", row, columns),
        number_of(world, someone),
        task.code,
        level,
        today() - timedelta(days=days_ago),
        **fields,
    )


def actor(world: World, role: Role = Role.DEVELOPMENT_NURSE, over: Any = None) -> Actor:
    return world.role(world.person("Birgitte Toft", "SPL"), role, over=over or world.root).actor


def rows_in(session: Session) -> dict[str, int]:
    tables = (EvidenceEvent, AuditEntry, MatrixVersion, Cell, Task, Area, CurrentSignOff, Entitlement)
    return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def problems(world: World, *rows: PaperSignOff, by: Actor | None = None) -> list[tuple[str, str]]:
    return [(p.column, str(p.message)) for p in plan_papers(world.session, rows, by=by).problems]


def left_out(world: World, *rows: PaperSignOff) -> list[str]:
    return [str(p.message) for p in plan_papers(world.session, rows, by=None).left_out]


# Papers


def test_a_paper_counts_at_once_and_lapses_unless_she_says_yes(world: World) -> None:
    insulin, camilla = world.task(), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    nurse = actor(world)
    done = import_signoffs(world.session, [paper(world, camilla, insulin)], by=nurse)
    assert (done.new, done.unchanged, done.left_out) == (1, 0, 0)
    answer = ask(world.session, camilla.employment.id, insulin.id, on=today())
    assert answer.level == 2
    assert ask(world.session, camilla.employment.id, insulin.id, on=today() + timedelta(days=89)).level == 2
    assert ask(world.session, camilla.employment.id, insulin.id, on=today() + timedelta(days=90)).level == 0
    event = world.session.scalars(select(EvidenceEvent)).one()
    assert event.by_person_id == nurse.person_id
    assert event.fields["origin"] == Origin.TRANSFERRED
    assert signers_of(world.session, [event.id]) == {event.id: "Hanne Lykke"}
    assert event.fields["paper_signed_on"] == (today() - timedelta(days=60)).isoformat()
    assert event.fields["transferred_by"] == nurse.person_id
    assert event.fields["valid_from"] == today().isoformat(), "rights are not given back in time"
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "transfer_sign_off")).one()
    assert (entry.person_id, entry.by_person_id) == (camilla.person.id, nurse.person_id)


def test_her_yes_makes_it_last_as_long_as_the_paper(world: World) -> None:
    insulin, camilla = world.task(validity_months=12), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    import_signoffs(world.session, [paper(world, camilla, insulin, days_ago=60)], by=None)
    (event,) = events_of(world.session, [camilla.person.id])[camilla.person.id]
    assert event.by_person_id is None
    accept(world.session, event.seq, by=camilla.actor)
    assert ask(world.session, camilla.employment.id, insulin.id, on=today() + timedelta(days=200)).level == 2
    assert ask(world.session, camilla.employment.id, insulin.id, on=today() + timedelta(days=340)).level == 0


def test_a_second_run_changes_nothing(world: World) -> None:
    insulin, camilla = world.task(), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    list_ = [paper(world, camilla, insulin)]
    import_signoffs(world.session, list_, by=None)
    before = rows_in(world.session)
    assert import_signoffs(world.session, list_, by=None).unchanged == 1
    assert rows_in(world.session) == before


def test_a_paper_that_the_cell_forbids_is_refused_with_the_rules_text_by_row(world: World) -> None:
    forbidden, personal, camilla = world.task("Injektion"), world.task("Øjendryp"), world.person()
    world.cell(forbidden, "SSH", CellRule.NOT_ALLOWED)
    world.cell(personal, "SSH", CellRule.MAY_CITIZEN)
    allowed = world.task("Bad")
    world.cell(allowed, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    rows = [paper(world, camilla, task, row=n) for n, task in enumerate((allowed, forbidden, personal), 2)]
    assert problems(world, *rows) == [
        ("B", "This is not the staff group's task (division of tasks, version 1). It cannot be signed."),
        ("B", "This task is signed for one certain citizen. Sign it anew at the bedside instead."),
    ]
    before = rows_in(world.session)
    with pytest.raises(RuleBroken):
        import_signoffs(world.session, rows, by=None)
    assert rows_in(world.session) == before


def test_nobody_transfers_her_own_paper_or_one_she_signed_herself(world: World) -> None:
    insulin, camilla = world.task(), world.role(world.person(), Role.DEVELOPMENT_NURSE, over=world.root)
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    own = paper(world, camilla, insulin)
    assert problems(world, own, by=camilla.actor) == [
        ("A", "You cannot transfer your own papers. Ask a colleague who may.")
    ]
    assert problems(world, paper(world, camilla, insulin, signer="camilla brandt")) == [
        ("D", "camilla brandt cannot have signed for herself. Correct who signed.")
    ]


def test_a_person_out_of_reach_is_as_unknown_as_nobody(world: World) -> None:
    insulin, elsewhere = world.task(), world.person(unit=world.unit("Team Skoven", under=world.root))
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    found = problems(world, paper(world, elsewhere, insulin), by=actor(world, over=world.district))
    assert [message for _, message in found] == [
        f"Nobody has the number {number_of(world, elsewhere)}. Import the people first, or correct it."
    ]


def test_what_has_lapsed_or_is_older_is_left_out_and_told(world: World) -> None:
    insulin, camilla, gone = world.task(), world.person(), world.person("Bo", until=today() - timedelta(days=5))
    guide = world.person("Hanne Lykke", "SPL")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    assert "has lapsed" in left_out(world, paper(world, camilla, insulin, days_ago=500))[0]
    older = [paper(world, camilla, insulin, days_ago=90, row=2), paper(world, camilla, insulin, days_ago=30, row=3)]
    assert left_out(world, *older) == ["A newer signature for the same task stands in row 3."]
    assert "no longer employed" in left_out(world, paper(world, gone, insulin))[0]
    world.signed(camilla, insulin, by=guide, days_ago=10)
    assert "It was signed here" in left_out(world, paper(world, camilla, insulin, days_ago=60))[0]
    assert left_out(world, paper(world, camilla, insulin, days_ago=3)) == []


def test_a_paper_counts_no_longer_than_the_division_of_tasks_allows(world: World) -> None:
    insulin, camilla = world.task(validity_months=6), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    row = paper(world, camilla, insulin, valid_to=today() + timedelta(days=900))
    (transfer,) = plan_papers(world.session, [row], by=None).transfers
    assert transfer.valid_to is not None
    assert transfer.valid_to < today() + timedelta(days=130)
    sooner = paper(world, camilla, insulin, valid_to=today() + timedelta(days=20))
    assert plan_papers(world.session, [sooner], by=None).transfers[0].valid_to == today() + timedelta(days=20)


def test_papers_wait_until_a_division_of_tasks_is_approved(world: World) -> None:
    insulin, camilla = world.task(), world.person()
    world.version.approved_at, world.version.valid_from = None, None
    world.session.flush()
    assert problems(world, paper(world, camilla, insulin)) == [
        ("", "No division of tasks has been approved yet. Approve one first: the signatures are judged by it.")
    ]


def test_somebody_who_signs_meanwhile_is_seen(world: World) -> None:
    insulin, camilla = world.task(), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    row = paper(world, camilla, insulin)
    plan = plan_papers(world.session, [row], by=None)
    import_signoffs(world.session, [row], by=None)
    assert import_signoffs(world.session, [row], by=None, plan=plan).unchanged == 1


def test_killed_in_the_middle_nothing_has_happened(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    insulin, camilla = world.task(), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    row = paper(world, camilla, insulin)
    world.settle().session.commit()
    before = rows_in(world.session)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transferring, "move_heads", killed)
    with pytest.raises(KeyboardInterrupt):
        import_signoffs(world.session, [row], by=None)
    world.session.rollback()
    assert rows_in(world.session) == before
    assert breaks(world.session) == []


@settings(max_examples=12)
@given(data=st.data())
def test_a_list_is_the_same_as_its_rows_one_by_one(data: st.DataObject, laid_out_file: Any) -> None:
    """On SQLite alone: the statements are the same, and each example has a database of its own."""
    wire()
    held = []
    chosen: list[tuple[int, int, int, int]] | None = None
    for at_once in (True, False):
        with started(laid_out_file) as world:
            tasks = [world.task(f"Opgave {n}") for n in range(3)]
            for task, rule in zip(tasks, (CellRule.MUST, CellRule.MAY_GENERAL, CellRule.CORE), strict=True):
                world.cell(task, "SSH", rule)
            people = [world.person(f"Person {n}") for n in range(3)]
            world.settle()
            if chosen is None:
                row = st.tuples(
                    st.integers(0, 2), st.integers(0, 2), st.integers(1, 3), st.sampled_from((5, 40, 300, 500))
                )
                chosen = data.draw(st.lists(row, max_size=8, unique_by=lambda r: (r[0], r[1])))
            rows = [
                paper(world, people[who], tasks[what], level=level, days_ago=days, row=n)
                for n, (who, what, level, days) in enumerate(chosen, 2)
            ]
            for some in [rows] if at_once else [[row] for row in rows]:
                import_signoffs(world.session, some, by=None)
            assert breaks(world.session) == []
            assert differences(world.session) == []
            assert projection.differences(world.session, on=today()) == []
            held.append(_held(world.session))
    assert held[0] == held[1]


@contextmanager
def started(laid_out_file: Path) -> Iterator[World]:
    """A small municipality in an SQLite database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.sqlite"
        shutil.copyfile(laid_out_file, file)
        engine = engine_for(f"sqlite:///{file}")
        with open_session(engine, None) as session:
            yield World(session)
        engine.dispose()


def _held(session: Session) -> tuple[Sequence[Any], Sequence[Any]]:
    current = session.execute(
        select(CurrentSignOff.person_id, CurrentSignOff.task_id, CurrentSignOff.level, CurrentSignOff.valid_to)
        .order_by(CurrentSignOff.person_id, CurrentSignOff.task_id)
    ).all()  # fmt: skip
    rows = session.execute(
        select(Entitlement.employment_id, Entitlement.task_id, Entitlement.level, Entitlement.valid_from, Entitlement.valid_to)
        .order_by(Entitlement.employment_id, Entitlement.task_id, Entitlement.valid_from)
    ).all()  # fmt: skip
    return current, rows


# The matrix


def task_row(task: Task | None, name: str = "", /, notes: tuple[str, ...] = (), **fields: Any) -> MatrixTask:
    """`fields`: staff group -> rule, or (rule, notes)."""
    cells = []
    for group, said in fields.items():
        rule, own = said if isinstance(said, tuple) else (said, ())
        cells.append(MatrixCell("B", group, rule, 1 if rule is not CellRule.UNDECIDED else None, notes=own))
    return MatrixTask(
        "Ark1", 2, name or (task.name if task else ""), task.code if task else None, "", tuple(cells), notes
    )


def cells_of(world: World, number: int) -> dict[tuple[str, str], Cell]:
    codes = {group.id: code for code, group in world.groups.items()}
    rows = world.session.execute(
        select(Cell, Task.name)
        .join(Task, Task.id == Cell.task_id)
        .join(MatrixVersion, MatrixVersion.id == Cell.version_id)
        .where(MatrixVersion.number == number)
    )
    return {(name, codes[cell.staff_group_id]): cell for cell, name in rows}


def test_a_matrix_becomes_a_draft_that_changes_nobodys_rights(world: World) -> None:
    insulin, camilla = world.task(), world.person()
    world.cell(insulin, "SSH", CellRule.CORE)
    world.settle()
    done = import_matrix(world.session, [task_row(insulin, SSH=CellRule.NOT_ALLOWED, SPL=CellRule.CORE)], by=None)
    assert (done.number, done.new, done.changed, done.ended, done.unchanged) == (2, 1, 1, 0, 0)
    draft = world.session.scalars(select(MatrixVersion).where(MatrixVersion.number == 2)).one()
    assert (draft.approved_at, draft.valid_from) == (None, None)
    assert ask(world.session, camilla.employment.id, insulin.id, on=today()).verdict is Verdict.MAY


def test_the_same_matrix_again_is_no_new_version(world: World) -> None:
    insulin = world.task()
    rows = [task_row(insulin, SSH=CellRule.MUST), task_row(None, "Sansehave", SSH=CellRule.CORE)]
    assert import_matrix(world.session, rows, by=None).number == 2
    before = rows_in(world.session)
    again = import_matrix(world.session, rows, by=None)
    assert (again.number, again.new_tasks, again.unchanged) == (None, 0, 2)
    assert rows_in(world.session) == before


def test_a_task_of_their_own_gets_a_place_in_the_catalogue(world: World) -> None:
    taken = world.task("Insulin med pen")
    import_matrix(world.session, [task_row(None, "Sansestimulation i haven", SSH=CellRule.MAY_GENERAL)], by=None)
    made = world.session.scalars(select(Task).where(Task.name == "Sansestimulation i haven")).one()
    area = world.session.scalars(select(Area).where(Area.id == made.area_id)).one()
    assert (made.slot, made.observed_times, made.validity_months, area.name) == (taken.slot + 1, 3, 12, "Øvrige")
    assert made.code.startswith("EGEN-SANSESTIMULATION")


def test_a_blank_field_is_undecided_also_for_a_group_that_follows_another(world: World) -> None:
    insulin = world.task()
    done = import_matrix(world.session, [task_row(insulin, SSH=CellRule.UNDECIDED, SPL=CellRule.CORE)], by=None)
    assert cells_of(world, done.number or 0)["Insulin med pen", "SSH"].rule == CellRule.UNDECIDED


def test_a_note_is_a_limit_too_so_that_nobody_is_told_a_plain_yes(world: World) -> None:
    wound = world.task("Sårpleje")
    world.session.add(Limit(code="STABIL", text="kun stabile forløb", when_text="forløbet er stabilt", source="x"))
    row = task_row(
        wound,
        notes=("dog ikke diabetiske sår",),
        SSH=(CellRule.MAY_GENERAL, ("Kun stabile forløb", "*")),
        UFA=CellRule.NOT_ALLOWED,
    )
    done = import_matrix(world.session, [row], by=None)
    cells = cells_of(world, done.number or 0)
    assert cells["Sårpleje", "SSH"].limits == [
        {"code": "STABIL", "text": "kun stabile forløb", "when": "forløbet er stabilt"},
        {"code": "", "text": "fodnoten “*” er afklaret", "when": "fodnoten “*” er afklaret"},
        {"code": "", "text": "dog ikke diabetiske sår", "when": "dog ikke diabetiske sår"},
    ]
    assert cells["Sårpleje", "SSH"].note == "Kun stabile forløb; *; dog ikke diabetiske sår"
    assert cells["Sårpleje", "UFA"].limits == []
    assert cells["Sårpleje", "UFA"].note == "dog ikke diabetiske sår"


def test_grounds_and_the_leaders_part_come_from_the_task(world: World) -> None:
    insulin = world.task(reserved=Reserved.YES, reserved_basis="AEL § 74, stk. 2", critical=True)
    unclear = world.task("Kateter", reserved=Reserved.YES, reserved_basis="editorial vurdering")
    rows = [task_row(t, SPL=CellRule.CORE, SSH=CellRule.MAY_GENERAL) for t in (insulin, unclear)]
    cells = cells_of(world, import_matrix(world.session, rows, by=None).number or 0)
    assert cells["Insulin med pen", "SSH"].ground == Ground.DOCTORS_ORDER
    assert cells["Insulin med pen", "SSH"].agreed_with_leader == LeaderPart.BEFORE
    assert cells["Kateter", "SSH"].ground is None, "asked for when the version is approved"
    assert cells["Kateter", "SSH"].agreed_with_leader == LeaderPart.NOTICE


def test_a_matrix_is_for_whoever_reaches_all_of_the_municipality(world: World) -> None:
    insulin = world.task()
    rows = [task_row(insulin, SSH=CellRule.MUST)]
    with pytest.raises(NotAllowed):
        import_matrix(world.session, rows, by=actor(world, over=world.district))
    assert import_matrix(world.session, rows, by=actor(world)).number == 2


def test_a_matrix_with_one_bad_row_is_not_taken(world: World) -> None:
    insulin = world.task()
    before = rows_in(world.session)
    for bad in (task_row(insulin, XYZ=CellRule.MUST), task_row(insulin, SSH=CellRule.CORE)):
        with pytest.raises(RuleBroken):
            import_matrix(world.session, [task_row(insulin, SSH=CellRule.MUST), bad], by=None)
    assert rows_in(world.session) == before


def test_days_are_half_open_inside(world: World) -> None:
    insulin, camilla = world.task(validity_months=12), world.person()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    (transfer,) = plan_papers(world.session, [paper(world, camilla, insulin, days_ago=0)], by=None).transfers
    day = today()
    last = date(day.year + 1, day.month, day.day if (day.month, day.day) != (2, 29) else 28)
    assert transfer.valid_to == last + timedelta(days=1)


# Units


@dataclass(frozen=True)
class UnitInList:
    """A row of a list of units, as `import_units` takes it."""

    name: str
    kind: str
    parent_row: int | None
    parent_id: int | None = None
    existing_id: int | None = None


@settings(max_examples=8)
@given(parents=st.lists(st.integers(0, 5), max_size=6))
def test_a_list_of_units_is_the_same_as_its_units_one_by_one(parents: list[int], laid_out_file: Path) -> None:
    """Row n lies below one of the rows before it, the first ones below the municipality."""
    wire()
    rows = [
        UnitInList(f"Enhed {n}", "team" if n % 2 else "distrikt", above if above < n else None)
        for n, above in enumerate(parents)
    ]
    trees = []
    for at_once in (True, False):
        with started(laid_out_file) as world:
            if at_once:
                assert import_units(world.session, rows, by=None).added == len(rows)
                assert import_units(world.session, rows, by=None).unchanged == len(rows)
            else:
                by, made = actor(world, Role.ADMINISTRATOR), list[Unit]()
                for row in rows:
                    parent = made[row.parent_row] if row.parent_row is not None else world.root
                    made.append(add_unit(world.session, NewUnit(row.name, row.kind, parent.id), by=by))
            units = world.session.scalars(select(Unit).order_by(Unit.id)).all()
            trees.append([(unit.name, unit.kind, unit.path) for unit in units])
    assert trees[0] == trees[1]
