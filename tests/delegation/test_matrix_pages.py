"""The matrix as it is read and approved."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.audit.models import EvidenceEvent
from competence.catalogue.rules import Reserved
from competence.delegation.commands import Framework, GroundGiven, NewCell, approve_version, new_draft
from competence.delegation.models import Cell, ExampleCell, FrameworkDelegation, MatrixVersion
from competence.delegation.rules import CellRule, Ground
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken
from competence.people.models import StaffGroup, StaffGroupFollow
from tests.factories import World
from tests.statements import counted

TOMORROW = timedelta(days=1)


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


def draft_of(world: World, *cells: NewCell, reference: tuple[str, str] | None = None) -> MatrixVersion:
    return new_draft(world.session, list(cells), by=None, reference=reference)


def may(world: World, task, group: str, **columns) -> NewCell:
    return NewCell(task.id, world.groups[group].id, CellRule.MAY_GENERAL, minimum_level=2, **columns)


def test_everybody_reads_the_version_in_force(world, signed_in):
    insulin = world.task("Insulin med pen", critical=True)
    world.cell(insulin, "SPL", CellRule.CORE)
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL, minimum_level=2, observed_times=3)
    answer = signed_in(world.person()).get("/matrix")
    assert answer.status_code == 200
    assert "Insulin med pen" in answer.text
    assert "kritisk" in answer.text
    assert "Efter oplæring og underskrift, niveau 2 (øvet)" in answer.text
    assert "3 · 12 mdr." in answer.text
    assert "Godkend kladden" not in answer.text


def test_a_municipality_without_a_matrix_is_told_so(world, signed_in):
    world.session.delete(world.version)
    assert "Der er ingen opgavedeling endnu" in signed_in(world.person()).get("/matrix").text


def test_the_draft_that_ships_stands_under_a_banner(world, signed_in, nurse):
    insulin = world.task()
    draft_of(world, may(world, insulin, "SSH", source="editorial"), reference=("EDIT", "1"))
    page = signed_in(nurse).get("/matrix/2").text
    assert "Det her er et udgangspunkt, ikke en beslutning." in page
    assert "1 felt er redaktionelt" in page
    assert "Godkend kladden" in page


def test_whoever_cannot_approve_is_told_who_can(world, signed_in, nurse):
    draft_of(world, may(world, world.task(), "SSH"))
    administrator = world.role(world.person("Astrid Holt", "SPL"), Role.ADMINISTRATOR, over=world.root)
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    who = "Det gør en udviklingssygeplejerske eller en leder, hvis rolle gælder hele kommunen."
    assert who in signed_in(leader).get("/matrix/2").text
    assert "Giv nogen rollen" not in signed_in(leader).get("/matrix/2").text
    assert "Giv nogen rollen" in signed_in(administrator).get("/matrix/2").text
    assert who not in signed_in(nurse).get("/matrix/2").text


def test_a_task_says_its_law_and_its_source_in_words(world, signed_in):
    task = world.task("Insulin med pen", reserved=Reserved.PARTLY)
    task.legal_basis, task.source, task.reserved_basis = (
        "SUL138;SEL83a;AEL10;X9",
        "editorial; picture 01",
        "editorial x",
    )
    world.cell(task, "SPL", CellRule.CORE)
    page = signed_in(world.person()).get(f"/matrix/1/{task.id}").text
    assert "sundhedsloven § 138, serviceloven § 83 a, ældreloven § 10, X9" in page.replace("\u00a0", " ")
    assert "Redaktionel: udgangspunktets eget forslag." in page
    assert "Delvis forbeholdt ved lov efter udgangspunktets egen vurdering." in page
    assert "editorial" not in page


def test_what_has_changed_since_the_version_in_force_stands_beside_the_table(world, signed_in, nurse):
    insulin, drops = world.task(), world.task("Øjendrypning")
    world.cell(insulin, "SSH", CellRule.NOT_ALLOWED)
    world.cell(drops, "SSH", CellRule.MAY_GENERAL, minimum_level=2)
    draft_of(world, may(world, insulin, "SSH"), may(world, drops, "SSH"))
    page = signed_in(nurse).get("/matrix/2").text
    assert "Ændringer fra version 1" in page
    assert "Må ikke → Efter oplæring og underskrift, niveau 2 (øvet)" in page
    assert "Øjendrypning" not in signed_in(nurse).get("/matrix/2?changes=1").text


def test_a_cell_whose_source_said_no_level_is_listed(world, signed_in):
    world.cell(world.task(), "SSH", CellRule.MAY_GENERAL, level_not_stated=True)
    assert "Niveau ikke angivet" in signed_in(world.person()).get("/matrix").text


def test_a_group_that_only_follows_is_a_line_not_a_column(world, signed_in):
    world.cell(world.task(), "UFA", CellRule.NOT_ALLOWED)
    student = StaffGroup(code="SSHE", name="SSH-elev", short_name="Elev (SSH)", plural="Elever", authorised=False)
    world.session.add(student)
    world.session.flush()
    follow = StaffGroupFollow(staff_group_id=student.id, follows_id=world.groups["UFA"].id, from_stage="2. periode")
    world.session.add(follow)
    page = signed_in(world.person()).get("/matrix").text
    assert "SSH-elev følger Ufaglært fra “2. periode”" in page
    assert f'data-col="{student.id}"' not in page


def test_the_page_asks_as_often_for_many_rows_as_for_few(world, signed_in, nurse):
    world.cell(world.task(), "SSH", CellRule.MAY_GENERAL)
    world.session.commit()
    client = signed_in(nurse)
    client.get("/matrix/1")
    with counted() as few:
        client.get("/matrix/1")
    for number in range(30):
        for group in ("SPL", "SSA", "SSH"):
            world.cell(world.task(f"Opgave {number} {group}"), group, CellRule.MAY_GENERAL)
    world.session.commit()
    client.get("/matrix/1")  # reads the new edition
    with counted() as many:
        client.get("/matrix/1")
    assert len(many) <= len(few)


def test_a_cell_tells_every_reason(world, signed_in):
    insulin = world.task(reserved=Reserved.YES, reserved_basis="autorisationsloven § 74")
    world.cell(
        insulin, "SSH", CellRule.MAY_GENERAL, minimum_level=2, observed_times=3, validity_months=12,
        limits=[{"code": "STABIL", "text": "Kun stabile", "when": "forløbet er stabilt"}], ground=Ground.FRAMEWORK,
        agreed_with_leader="before", note="Kun fast dosis", source="Instruks 4.12",
    )  # fmt: skip
    group = world.groups["SSH"].id
    world.session.add_all(
        [
            FrameworkDelegation(
                giver_text="Overlæge Krag", task_id=insulin.id, staff_group_id=group, instruction="Insulin",
                instruction_version="4", valid_from=today(), recorded_at=insulin.recorded_at,
            ),
            ExampleCell(
                matrix_code="SKIVE", matrix_name="Skive Kommune", task_id=insulin.id, staff_group_id=group,
                rule=CellRule.MAY_CITIZEN, source="sd.skive.dk",
            ),
        ]
    )  # fmt: skip
    page = signed_in(world.person()).get(f"/matrix/1/{insulin.id}/{group}").text
    for words in (
        "Må udføre efter oplæring og underskrift.", "2 (øvet)", "3 gange før første underskrift", "12 måneder",
        "forløbet er stabilt", "Givet af Overlæge Krag", "Aftales med lederen, før oplæringen begynder.", "Kun fast dosis",
        "Instruks 4.12", "Skive Kommune skriver: Kun hos en bestemt borger", "Kilde: sd.skive.dk",
        "Et eksempel er aldrig en regel her", "autorisationsloven § 74",
    ):  # fmt: skip
        assert words in page


def test_the_popover_is_a_fragment_of_the_same_cell(world, signed_in):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.NOT_ALLOWED)
    client = signed_in(world.person())
    place = f"/matrix/1/{insulin.id}/{world.groups['SSH'].id}"
    fragment = client.get(place, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "Ikke denne faggruppes opgave." in fragment
    assert client.get(f"/matrix/1/{insulin.id}").status_code == 200


def test_a_version_task_or_group_that_is_not_there_is_not_found(world, signed_in):
    insulin = world.task()
    client = signed_in(world.person())
    for place in ("/matrix/9", "/matrix/1/999", f"/matrix/1/{insulin.id}/999", "/matrix/9/approve"):
        assert client.get(place).status_code in {403, 404}


def test_the_history_says_who_approved_each_version_and_when(world, nurse, signed_in):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.NOT_ALLOWED)
    draft_of(world, may(world, insulin, "SSH"))
    approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor, approved_as="development_nurse")
    page = signed_in(nurse).get(f"/matrix/2/{insulin.id}/{world.groups['SSH'].id}").text
    assert "Version 2: Efter oplæring og underskrift, niveau 2 (øvet)" in page
    assert "Version 1: Må ikke" in page
    assert "godkendt af Marianne Holm" in page
    assert "Godkendt af Marianne Holm, udviklingssygeplejerske" in signed_in(nurse).get("/matrix/2").text


def test_an_approved_version_takes_the_place_of_the_one_before(world, nurse):
    insulin = world.task(observed_times=3)
    draft_of(world, may(world, insulin, "SSH"))
    approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)
    world.session.refresh(world.version)
    assert world.version.valid_to == today() + TOMORROW
    cell = world.session.query(Cell).filter(Cell.version_id != world.version.id).one()
    assert (cell.observed_times, cell.validity_months) == (3, 12), "an approved version never changes with the task"
    event = world.session.query(EvidenceEvent).filter(EvidenceEvent.kind == "matrix_approved").one()
    assert event.fields["cells_hash"]


def test_a_version_is_approved_at_the_latest_the_day_before(world, nurse):
    draft_of(world, may(world, world.task(), "SSH"))
    with pytest.raises(RuleBroken, match="at the latest the day before"):
        approve_version(world.session, 2, valid_from=today(), by=nurse.actor)


def test_a_version_is_approved_once(world, nurse):
    draft_of(world, may(world, world.task(), "SSH"))
    approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)
    with pytest.raises(Overtaken):
        approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)


def test_only_who_reaches_the_whole_municipality_approves(world, signed_in):
    draft_of(world, may(world, world.task(), "SSH"))
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    with pytest.raises(NotAllowed):
        approve_version(world.session, 2, valid_from=today() + TOMORROW, by=leader.actor)
    assert signed_in(leader).get("/matrix/2/approve").status_code == 302


def test_a_reserved_cell_needs_its_ground(world, nurse):
    reserved = world.task(reserved=Reserved.YES)
    draft = draft_of(world, may(world, reserved, "SSH"))
    with pytest.raises(RuleBroken, match="have no ground yet"):
        approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)
    cell = world.session.query(Cell).filter_by(version_id=draft.id).one()
    for given, said in (
        (GroundGiven(Ground.OWN_RIGHT), "no reserved scope"),
        (GroundGiven(Ground.FRAMEWORK, Framework("Overlæge Krag", "", "")), "needs its giver"),
    ):
        with pytest.raises(RuleBroken, match=said):
            approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor, grounds={cell.id: given})


def test_one_ground_for_all_is_stated_on_the_page(world, nurse, signed_in):
    reserved, other = world.task("Insulin", reserved=Reserved.YES), world.task("Sonde", reserved=Reserved.PARTLY)
    draft = draft_of(world, may(world, reserved, "SSH"), may(world, other, "SSH"))
    client = signed_in(nurse)
    shown = client.get("/matrix/2/approve").text
    assert "Jeg, Marianne Holm, udviklingssygeplejerske, godkender version 2" in shown
    first = (today() + TOMORROW).isoformat()
    kept = client.post("/matrix/2/approve", data={"valid_from": first, "same": "framework", "giver": "Overlæge Krag"})
    assert kept.status_code == 200
    assert 'value="Overlæge Krag"' in kept.text
    assert "En rammedelegation skal have en giver" in kept.text
    cell = world.session.query(Cell).filter_by(version_id=draft.id, task_id=other.id).one()
    done = client.post(
        "/matrix/2/approve",
        data={
            "valid_from": first, "same": "framework", "giver": "Overlæge Krag", "instruction": "Insulin",
            "instruction_version": "4", f"ground-{cell.id}": "doctors_order",
        },
    )  # fmt: skip
    assert done.status_code == 302
    world.session.rollback()
    world.session.expire_all()
    assert cell.ground == Ground.DOCTORS_ORDER
    assert world.session.query(FrameworkDelegation).one().giver_text == "Overlæge Krag"


def test_a_first_day_in_the_past_keeps_what_was_typed(world, nurse, signed_in):
    draft_of(world, may(world, world.task(), "SSH"))
    answer = signed_in(nurse).post("/matrix/2/approve", data={"valid_from": today().isoformat()})
    assert "Vælg i morgen eller senere." in answer.text
    assert f'value="{today().isoformat()}"' in answer.text
