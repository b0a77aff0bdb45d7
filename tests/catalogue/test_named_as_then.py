"""Whatever was is named as it was called then, wherever it is shown; and what is named is what was decided."""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from competence.access.rules import Role
from competence.catalogue.commands import change_scale
from competence.catalogue.commands.scales import scale_now
from competence.catalogue.models import Task
from competence.catalogue.queries.scales import (
    changed_between,
    earlier_scales,
    highest_ever,
    level_names_at,
    level_names_on,
)
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import (
    SaidLevel,
    Turn,
    asked_through,
    day_read,
    held_through,
    level_on,
    levels_asked,
    levels_held,
    turns_between,
)
from competence.coverage.rules import Shift
from competence.decision.asking import ask
from competence.delegation.commands.drafts import discard_draft, make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.drafting import Wording
from competence.delegation.models import Cell, MatrixVersion, UnitMask
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, set_to, today
from competence.foundation.orm import begin_writing
from competence.imports.exporting import matrix_file
from competence.imports.known import Known
from competence.imports.matrix import parse_matrix
from competence.imports.matrix.exported import ABOUT
from competence.imports.sheets import read_workbook
from competence.profiles.models import CompetenceProfile, ProfileStatement, ProfileTask
from tests.factories import Someone, World

DAY = timedelta(days=1)
TWO = (SaidLevel("oplært"), SaidLevel("erfaren"))
RENAMED = (SaidLevel("grundniveau"), SaidLevel("avanceret"), SaidLevel("specialist"))
LOWER_MERGED = (1, 1, 2)
OLD, NEW = {1: "basis", 2: "øvet", 3: "ekspert"}, {1: "oplært", 2: "erfaren"}

BECOMES = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(lambda some: tuple(sorted(some)))


@given(st.lists(BECOMES, max_size=3), st.integers(1, 5), st.integers(0, 4), st.integers(0, 4))
def test_reading_on_from_a_day_is_reading_from_the_start(
    becomes: list[tuple[int, ...]], rank: int, one: int, more: int
):
    start = now()
    scale = [Turn(today() + n * DAY, start + n * DAY, to) for n, to in enumerate(becomes, 1)]
    since, until = today() + one * DAY, today() + (one + more) * DAY
    between = turns_between(scale, since, until)
    for through, levels in (
        (held_through, levels_held(rank, start, scale)), (asked_through, levels_asked(rank, start, scale)),
    ):  # fmt: skip
        then = level_on(levels, since, otherwise=rank)
        assert through(then, between) == level_on(levels, until, otherwise=rank)


def test_a_version_is_read_on_the_day_asked_about_else_today_and_when_it_has_ended_on_its_last():
    on = today()
    assert day_read(None, today=on) == day_read(on + DAY, today=on) == day_read(on + 90 * DAY, today=on) == on
    assert day_read(on, today=on) == on - DAY
    assert day_read(on, today=on, asked=on - 30 * DAY) == on - 30 * DAY


@dataclass
class Town:
    """Its practice scale went from three levels to two twenty days ago, when its profile scale was renamed."""

    world: World
    nurse: Someone
    camilla: Someone
    catheter: Task
    drops: Task

    @property
    def changed(self) -> date:
        """The first day of the new scales."""
        return today() - 20 * DAY

    @property
    def then(self) -> date:
        """A day on which version 2 held, and the old scales."""
        return today() - 40 * DAY

    @property
    def group(self) -> int:
        """The helpers."""
        return self.world.groups["SSH"].id

    def page(self, client: Any, path: str, *, on: Any = None) -> str:
        """What somebody reads there, on the day that is asked about."""
        answer = client.get(path + (f"{'&' if '?' in path else '?'}on={on}" if on else ""))
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return str(answer.text)


def begun(days: int) -> datetime:
    """The moment so many days ago."""
    return now() - days * DAY


def versions_of(world: World, catheter: Task, drops: Task) -> None:
    """Version 1 until a hundred days ago, version 2 since; and the same of the helpers' profile."""
    world.version.valid_to, world.version.approved_at = today() - 100 * DAY, begun(310)
    second = MatrixVersion(
        number=2, valid_from=today() - 100 * DAY, approved_at=begun(110), recorded_at=begun(110)
    )  # fmt: skip
    world.session.add(second)
    world.session.flush()
    for version, least in ((world.version, 1), (second, 2)):
        for task, level in ((catheter, 3), (drops, least)):
            world.session.add(
                Cell(
                    version_id=version.id, task_id=task.id, staff_group_id=world.groups["SSH"].id,
                    rule=CellRule.MAY_GENERAL, minimum_level=level,
                )
            )  # fmt: skip
    for number, first, end, level in ((1, 300, 100, 1), (2, 100, None, 2)):
        profile = CompetenceProfile(
            staff_group_id=world.groups["SSH"].id, number=number, valid_from=today() - first * DAY,
            valid_to=today() - end * DAY if end else None, approved_at=begun(first + 10), recorded_at=begun(first + 10),
        )  # fmt: skip
        world.session.add(profile)
        world.session.flush()
        said = {"profile_id": profile.id, "area_name": "Kateter", "level": 1}
        world.session.add(ProfileStatement(text="Kender sine grænser.", **said))
        world.session.add(ProfileTask(task_id=catheter.id, practice_level=3, **said))
        world.session.add(ProfileTask(task_id=drops.id, practice_level=level, position=1, **said))
    world.version = second


@pytest.fixture
def town(world: World) -> Town:
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    world.role(nurse, Role.GUIDE, over=world.team)
    camilla = world.person("Camilla Brandt")
    catheter, drops = world.task("Kateter"), world.task("Øjendråber")
    versions_of(world, catheter, drops)
    world.signed(camilla, catheter, 3, by=nurse, days_ago=60)
    world.signed(camilla, drops, 3, by=nurse, days_ago=25, accepted=False)
    world.requirement(catheter, Shift.DAY, 1, level=2)
    world.session.add(
        UnitMask(
            unit_id=world.team.id, task_id=drops.id, staff_group_id=None, minimum_level=3, valid_from=today() - 50 * DAY,
            valid_to=None, reason="Mange nye", recorded_at=begun(50), recorded_by=nurse.person.id,
        )
    )  # fmt: skip
    world.settle().session.commit()
    begin_writing(world.session)
    return Town(world, nurse, camilla, catheter, drops)


def rescale(town: Town) -> None:
    """The two changes, on their day."""
    with set_to(begun(20)):
        for kind, after, to in ((ScaleKind.PRACTICE, TWO, LOWER_MERGED), (ScaleKind.PROFILE, RENAMED, ())):
            change_scale(
                town.world.session,
                kind,
                after,
                becomes=to,
                seen=scale_now(town.world.session, kind),
                by=town.nurse.actor,
            )
    town.world.settle().session.commit()
    begin_writing(town.world.session)


@pytest.fixture
def changed(town: Town) -> Town:
    rescale(town)
    return town


def test_a_day_a_moment_and_the_span_between_know_their_scale(changed: Town):
    session, day = changed.world.session, changed.changed
    assert level_names_on(session, day - DAY) == level_names_at(session, begun(20) - timedelta(hours=1)) == OLD
    assert level_names_on(session, day) == level_names_at(session, now()) == NEW
    assert changed_between(session, day, day - DAY)
    assert not changed_between(session, day, today())
    assert highest_ever(session) == 3
    assert [one.names for one in earlier_scales(session)] == [tuple(OLD.values())]


def test_what_is_named_on_a_day_is_what_was_decided_for_it(changed: Town, signed_in: Any):
    leader = signed_in(changed.world.role(changed.world.person("Dorthe Nygaard", "SPL"), Role.LEADER))
    board = f"/coverage/{changed.world.team.id}"
    place = f"{changed.camilla.employment.id}/{changed.catheter.id}"
    found = {}
    for on, names in ((changed.then, OLD), (today(), NEW)):
        level = ask(changed.world.session, changed.camilla.employment.id, changed.catheter.id, on=on).level
        found[on] = names[level]
        page = changed.page(leader, board, on=on)
        assert f"Underskrift, niveau {level}, {names[level]}." in page
        assert f"niveau: {', '.join(names.values())}" in page, "the legend"
        assert f'id="c{level}"' in page, "the sign that the cell uses"
        for path in (f"/why/{place}", f"/task/{changed.catheter.id}", f"/person/{changed.camilla.employment.id}"):
            assert f"Niveau {level} ({names[level]})" in changed.page(leader, board + path, on=on), path
    assert list(found.values()) == ["ekspert", "erfaren"]
    asked = f"/who-may?unit={changed.world.team.id}&q=Kateter&shift=D"
    assert "niveau 2 (erfaren)" in changed.page(leader, asked)


def test_the_matrix_on_a_day_an_old_version_and_their_tasks_and_cells(changed: Town, signed_in: Any):
    reader = signed_in(changed.camilla)
    says = "Efter oplæring og underskrift, niveau {}"
    old, new = says.format("3 (ekspert)"), says.format("2 (erfaren)")
    cell = f"{changed.catheter.id}/{changed.group}"
    for path in ("/matrix/2", f"/matrix/2/{changed.catheter.id}", f"/matrix/2/{cell}"):
        then, now_ = changed.page(reader, path, on=changed.then), changed.page(reader, path)
        assert old in then, path
        assert new not in then, path
        assert new in now_, path
        assert changed.page(reader, path, on="i+fjor").count(new) == now_.count(new), path
    for path in ("/matrix/1", f"/matrix/1/{changed.catheter.id}", f"/matrix/1/{cell}"):
        assert old in changed.page(reader, path), path
    held = changed.page(reader, "/matrix", on=changed.then)
    assert old in held
    assert f"/{{row}}/{{col}}?on={changed.then}" in held
    assert new in changed.page(reader, "/matrix", on=today())
    history = f"/matrix/cells/{cell}"
    assert "niveau 3 (ekspert)" in changed.page(reader, history, on=changed.then)
    assert "niveau 2 (erfaren)" in changed.page(reader, history)


def test_a_cell_that_means_the_same_on_the_new_scale_has_not_changed(changed: Town, signed_in: Any):
    reader = signed_in(changed.camilla)
    board = changed.page(reader, "/matrix/2").partition("Ændringer fra version 1")[2]
    assert "niveau 1 (basis) → Efter oplæring og underskrift, niveau 2 (erfaren)" in board
    assert "Niveauskalaen blev ændret mellem de to" in board
    assert "Kateter ×" not in board
    compared = changed.page(reader, "/matrix/compare?one=1&other=2")
    assert "Niveauskalaen blev ændret mellem de to" in compared
    assert "1 felt er forskelligt" in compared
    row = compared.partition('<th scope="row">Øjendråber')[2].partition("</tr>")[0]
    assert "niveau 1 (basis)" in row
    assert "niveau 2 (erfaren)" in row
    assert '<th scope="row">Kateter' not in compared
    back = changed.page(reader, "/matrix/compare?one=2&other=1")
    assert "niveau 2 (erfaren)" in back
    assert "1 felt er forskelligt" in back


def test_two_versions_of_one_scale_are_compared_as_ever(town: Town, signed_in: Any):
    page = town.page(signed_in(town.camilla), "/matrix/compare?one=1&other=2")
    assert "Niveauskalaen blev ændret" not in page
    assert "niveau: 1 (basis) → 2 (øvet)" in page


def test_the_log_of_a_draft_says_what_was_written_then_and_the_draft_what_it_says_now(town: Town, signed_in: Any):
    session = town.world.session
    with set_to(begun(30)):
        draft = make_draft(session, from_number=2, by=town.nurse.actor).number
        given_up = make_draft(session, from_number=2, by=town.nurse.actor).number
        said = Wording(CellRule.MAY_GENERAL, 3)
        edit_cell(session, draft, town.drops.id, town.group, said, seen=0, by=town.nurse.actor)
        discard_draft(session, given_up, by=town.nurse.actor)
        session.commit()
        begin_writing(session)
    rescale(town)
    nurse = signed_in(town.nurse)
    assert "2 (øvet) → 3 (ekspert)" in town.page(nurse, f"/matrix/drafts/{draft}/log")
    assert "niveau 2 (erfaren)" in town.page(nurse, f"/matrix/{draft}")
    assert "niveau 3 (ekspert)" in town.page(nurse, f"/matrix/{given_up}"), "given up in the old scale"
    again = make_draft(session, from_number=given_up, by=town.nurse.actor).number
    session.commit()
    assert "niveau 2 (erfaren)" in town.page(nurse, f"/matrix/{again}")


def test_a_stricter_unit_asks_for_the_level_of_its_day(changed: Town, signed_in: Any):
    reader = signed_in(changed.camilla)
    assert "mindste niveau 3 (ekspert)" in changed.page(reader, "/matrix/local", on=changed.then)
    assert "mindste niveau 2 (erfaren)" in changed.page(reader, "/matrix/local")
    cell = f"/matrix/2/{changed.drops.id}/{changed.group}"
    assert "mindste niveau 3 (ekspert)" in changed.page(reader, cell, on=changed.then)
    assert "mindste niveau" not in changed.page(reader, cell, on=changed.then - 20 * DAY), "before it began"
    assert "mindste niveau 2 (erfaren)" in changed.page(reader, cell)


def test_a_profile_its_comparison_and_its_page_on_paper(changed: Town, signed_in: Any):
    nurse, place = signed_in(changed.nurse), f"/profiles/{changed.group}"
    for path, on in ((f"{place}/1", None), (f"{place}/2", changed.then)):
        page = changed.page(nurse, path, on=on)
        assert "<h3>basis</h3>" in page
        assert "ekspert" in page
        assert "erfaren" not in page
    page = changed.page(nurse, f"{place}/2")
    assert "<h3>grundniveau</h3>" in page
    assert "erfaren" in page
    assert f"/2?on={changed.then}" in changed.page(nurse, f"{place}/history", on=changed.then)
    compared = changed.page(nurse, f"{place}/compare?left=1&right=2")
    assert "Niveauskalaerne blev ændret mellem de to" in compared
    assert "basis · grundniveau" in compared
    assert "Kateter: ekspert" in compared
    assert "Kateter: erfaren" in compared
    assert "1 udsagn eller opgave er forskellig" in compared, "the drops only"
    papers = {f"{place}/1.pdf": "ekspert", f"{place}/2.pdf": "erfaren", f"{place}/2.pdf?on={changed.then}": "ekspert"}
    for address, wanted in papers.items():
        text = PdfReader(io.BytesIO(nurse.get(address).data)).pages[0].extract_text()
        assert f"Kateter: {wanted}" in " ".join(text.split()), address


def test_a_signature_says_the_level_that_was_written_and_what_it_counts_as_today(changed: Town, signed_in: Any):
    said = "Niveau 3, ekspert · tæller i dag som niveau 2, erfaren"
    assert said in changed.page(signed_in(changed.nurse), f"/signed/{changed.camilla.employment.id}/1")
    own = signed_in(changed.camilla)
    waits = next(seq for seq in range(2, 5) if own.get(f"/answer/{seq}").status_code == 200)
    assert said in changed.page(own, f"/answer/{waits}")
    assert "1 opgave på niveau erfaren" in changed.page(own, "/me/passport")
    paper = PdfReader(io.BytesIO(own.get("/me/passport.pdf").data)).pages[0].extract_text()
    assert "erfaren" in paper
    assert "ekspert" not in paper


def test_a_signature_in_todays_scale_says_its_level_once(town: Town, signed_in: Any):
    page = town.page(signed_in(town.nurse), f"/signed/{town.camilla.employment.id}/1")
    assert "Niveau 3, ekspert" in page
    assert "tæller i dag" not in page


def levels_read(town: Town, data: bytes) -> dict[str, Any]:
    """Task -> the level that the import reads out of the file today."""
    session = town.world.session
    parsed = parse_matrix(
        read_workbook(data, "ud.xlsx"), tasks=[Known("T0", ("Kateter",)), Known("T1", ("Øjendråber",))],
        staff_groups=[Known("SSH", ("Social- og sundhedshjælper",))], levels=list(level_names_on(session, today()).values()),
        earlier=earlier_scales(session),
    )  # fmt: skip
    assert parsed.problems == ()
    for row in parsed.rows:
        for cell in row.cells:
            assert cell.whole is not None
            assert cell.whole.wording.minimum_level == cell.level
    return {row.name: cell.level for row in parsed.rows for cell in row.cells}


def test_a_spreadsheet_says_whose_levels_it_has_and_is_read_through_the_changes_since(town: Town):
    session = town.world.session
    before = matrix_file(session, 2)
    assert levels_read(town, before) == {"Kateter": 3, "Øjendråber": 2}
    rescale(town)
    for data, names, held in ((matrix_file(session, 1), OLD, {"Kateter": 3, "Øjendråber": 1}),
                              (matrix_file(session, 2), NEW, {"Kateter": 2, "Øjendråber": 2})):  # fmt: skip
        book = openpyxl.load_workbook(io.BytesIO(data))
        said = [[value for value in row if value is not None] for row in book[ABOUT].iter_rows(values_only=True)]
        assert ["Niveauer", *names.values()] in said
        column = [cell.value for cell in book["Felter"][1]].index("Mindst niveau")
        written = {row[1]: row[column] for row in book["Felter"].iter_rows(min_row=2, values_only=True)}
        assert written == held
    assert levels_read(town, matrix_file(session, 1)) == {"Kateter": 2, "Øjendråber": 1}
    assert levels_read(town, matrix_file(session, 2)) == levels_read(town, before) == {"Kateter": 2, "Øjendråber": 2}
