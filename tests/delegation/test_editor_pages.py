"""The editor of a draft as its readers meet it, with and without script."""

from datetime import timedelta

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Limit
from competence.catalogue.rules import Reserved
from competence.delegation.commands.drafts import make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.drafting import Wording
from competence.delegation.models import CellChange, ExampleCell, MatrixVersion
from competence.delegation.queries.drafts import draft_cell
from competence.delegation.rules import CellRule, Ground, LeaderPart
from competence.foundation.clock import today
from tests.statements import counted

SHEET = {"HX-Request": "true"}


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def colleague(world):
    return world.role(world.person("Dorthe Nygaard", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def insulin(world):
    task = world.task(observed_times=3)
    world.cell(task, "SSH", CellRule.MAY_GENERAL, minimum_level=1, source="Instruks 4.12")
    return task


@pytest.fixture
def draft(world, nurse, insulin):
    return make_draft(world.session, from_number=1, name="Efterår", by=nurse.actor)


def at(world, task, group="SSH"):
    return f"/matrix/drafts/2/{task.id}/{world.groups[group].id}"


def said_now(world, draft, task, group="SSH"):
    world.session.rollback()
    return draft_cell(world.session, draft.id, (task.id, world.groups[group].id)).said


def test_a_draft_is_made_named_and_given_up_on_the_pages(world, nurse, insulin, signed_in):
    client = signed_in(nurse)
    assert client.post("/matrix/drafts/new", data={"source": "1", "name": "Efterår"}).location.endswith(
        "/matrix/drafts/2"
    )
    page = client.get("/matrix/drafts").text
    assert "Version 2 – Efterår" in page
    assert "kladde" in page
    assert client.post("/matrix/drafts/2/about", data={"name": "Vinter"}).status_code == 302
    assert "Version 2 – Vinter" in client.get("/matrix/drafts/2").text
    assert client.post("/matrix/drafts/2/discard").status_code == 302
    assert "opgivet" in client.get("/matrix/drafts").text
    assert client.get("/matrix/drafts/2").location.endswith("/matrix/2")
    assert "Kladden er opgivet" in client.get("/matrix/2").text
    assert "Version 2" not in client.get("/matrix/1").text


def test_an_empty_draft_shows_every_task_and_group(world, nurse, insulin, signed_in):
    client = signed_in(nurse)
    client.post("/matrix/drafts/new", data={"source": ""})
    page = client.get("/matrix/drafts/2").text
    assert "Insulin med pen" in page
    assert all(f'data-col="{world.groups[code].id}"' in page for code in ("SPL", "SSA", "SSH", "UFA"))


def test_a_cell_is_edited_as_a_plain_form(world, nurse, insulin, draft, signed_in):
    world.session.add(Limit(code="STABIL", text="Kun stabile", when_text="forløbet er stabilt"))
    client = signed_in(nurse)
    form = client.get(at(world, insulin)).text
    assert "Tomt: som opgaven siger (3 gange, 12 måneder)" in form
    assert "Flere valg" in form
    answer = client.post(
        at(world, insulin),
        data={
            "seen": "0", "rule": "delegation_only", "minimum_level": "2", "observed_times": "4", "validity_months": "6",
            "limits": ["STABIL"], "own_limits": "Kun i dagvagt\nIkke alene", "agreed_with_leader": "", "note": "Fast dosis",
            "source": "Instruks 4.13", "reason": "Ny instruks",
        },
    )  # fmt: skip
    assert answer.location.endswith("/matrix/drafts/2")
    said = said_now(world, draft, insulin)
    assert (said.rule, said.minimum_level, said.observed_times, said.validity_months) == (
        CellRule.DELEGATION_ONLY,
        2,
        4,
        6,
    )
    assert [limit["text"] for limit in said.limits] == ["Kun stabile", "Kun i dagvagt", "Ikke alene"]
    assert said.limits[0]["when"] == "forløbet er stabilt"
    assert said.agreed_with_leader is LeaderPart.BEFORE, "as usual for a delegation"
    log = client.get("/matrix/drafts/2/log").text
    assert "Efter oplæring og underskrift, niveau 1 (basis) → Individuel delegation, niveau 2 (øvet)" in log
    assert "Ny instruks" in log


def test_a_cell_is_edited_in_its_sheet_and_the_page_behind_follows(world, nurse, insulin, draft, signed_in):
    client = signed_in(nurse)
    sheet = client.get(at(world, insulin), headers=SHEET).text
    assert "<html" not in sheet
    saved = client.post(at(world, insulin), data={"seen": "0", "rule": "not_allowed"}, headers=SHEET).text
    assert "Gemt i kladden kl." in saved
    assert f"outerHTML:table.kt-matrix-rules tr[data-row='{insulin.id}']" in saved
    assert 'id="draft-changes" aria-label="Ændringer i kladden" hx-swap-oob="true"' in saved
    assert "Kun ændringer (1)" in saved


def test_a_reserved_cell_asks_for_its_ground_and_a_framework_for_its_instruction(world, nurse, draft, signed_in):
    pump = world.task("Pumpe", reserved=Reserved.YES, reserved_basis="autorisationsloven § 74")
    client = signed_in(nurse)
    page = client.get(at(world, pump)).text
    assert "autorisationsloven § 74" in page
    assert 'value="own_right"' not in page, "helpers have no right of their own"
    typed = {"seen": "0", "rule": "may_general", "minimum_level": "1", "ground": "framework", "giver": "Overlæge Krag"}
    refused = client.post(at(world, pump), data=typed)
    assert "En rammedelegation skal have en giver" in refused.text
    assert 'value="Overlæge Krag"' in refused.text
    kept = typed | {"instruction": "Pumpe", "instruction_version": "2"}
    assert client.post(at(world, pump), data=kept).status_code == 302
    said = said_now(world, draft, pump)
    assert (said.ground, said.framework["instruction"]) == (Ground.FRAMEWORK, "Pumpe")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"rule": ""}, "Vælg, hvad gruppen må."),
        ({"observed_times": "mange"}, "Skriv et helt tal."),
        ({"observed_times": "99"}, "Skriv et tal fra 0 til 20."),
        ({"note": "Else 010203-1234"}, "CPR"),
        (
            {"rule": "core", "minimum_level": "3", "education_level": "1"},
            "Niveauet ved uddannelse er under mindste niveau",
        ),
    ],
)
def test_what_is_refused_stands_at_its_field_and_nothing_is_written(
    world, nurse, insulin, draft, signed_in, typed, sentence
):
    client = signed_in(nurse)
    answer = client.post(at(world, insulin), data={"seen": "0", "rule": "must", "minimum_level": "1"} | typed)
    assert answer.status_code == 200
    assert sentence in answer.text
    world.session.rollback()
    assert world.session.query(CellChange).count() == 0


def test_what_can_never_be_delegated_is_refused_with_a_sentence(world, nurse, draft, signed_in):
    never = world.task("Dødsattest", reserved=Reserved.YES, never_delegated="VEJ 115, punkt 4")
    answer = signed_in(nurse).post(
        at(world, never), data={"seen": "0", "rule": "delegation_only", "minimum_level": "1"}
    )
    assert "Dødsattest kan aldrig delegeres (VEJ 115, punkt 4). Vælg Må ikke" in answer.text


def test_two_who_edit_one_cell_see_both_and_choose(world, nurse, colleague, insulin, draft, signed_in):
    first, second = signed_in(nurse), signed_in(colleague)
    first.post(at(world, insulin), data={"seen": "0", "rule": "must", "minimum_level": "2"})
    mine = {"seen": "0", "rule": "not_allowed", "note": "Min begrundelse"}
    both = second.post(at(world, insulin), data=mine).text
    assert "Marianne Holm ændrede dette kl." in both
    assert "Skal oplæres, niveau 2 (øvet)" in both
    assert "Min begrundelse" in both
    assert "Gem min i stedet" in both
    assert said_now(world, draft, insulin).rule is CellRule.MUST
    revision = world.session.query(CellChange).one().id
    assert f'value="{revision}"' in both
    second.post(at(world, insulin), data=mine | {"seen": str(revision)})
    assert said_now(world, draft, insulin).rule is CellRule.NOT_ALLOWED


def test_others_changes_are_told_since_the_page_was_opened(world, nurse, colleague, insulin, draft, signed_in):
    client = signed_in(colleague)
    where = (insulin.id, world.groups["SSH"].id)
    assert "har ændret" not in client.get("/matrix/drafts/2/since?after=0").text
    edit_cell(world.session, 2, *where, Wording(CellRule.MUST), seen=0, by=nurse.actor)
    world.session.commit()
    assert "Marianne Holm har ændret 1 felt, siden du åbnede siden" in client.get("/matrix/drafts/2/since?after=0").text
    assert "har ændret" not in signed_in(nurse).get("/matrix/drafts/2/since?after=0").text, "not one's own"


def test_an_areas_cells_are_seen_before_they_are_changed_and_undone_at_once(world, nurse, insulin, draft, signed_in):
    client = signed_in(nurse)
    typed = {
        "area": world.area.id,
        "groups": [world.groups["SSH"].id, world.groups["UFA"].id],
        "rule": "must",
        "minimum_level": "2",
    }
    seen = client.post("/matrix/drafts/2/bulk", data=typed).text
    assert "Ret 2 felter" in seen
    shown = seen.split('name="seen" type="hidden" value="')[1].split('"')[0]
    other = client.post("/matrix/drafts/2/bulk", data=typed | {"rule": "core", "seen": shown, "save": "1"})
    assert other.status_code == 200, "what was not shown is not saved"
    assert client.post("/matrix/drafts/2/bulk", data=typed | {"seen": shown, "save": "1"}).status_code == 302
    assert said_now(world, draft, insulin).rule is CellRule.MUST
    assert "2 felter på én gang" in client.get("/matrix/drafts/2").text
    client.post("/matrix/drafts/2/undo")
    assert said_now(world, draft, insulin).rule is CellRule.MAY_GENERAL
    assert said_now(world, draft, insulin, "UFA") is None


def test_examples_stand_beside_the_cell(world, nurse, insulin, draft, signed_in):
    world.session.add(
        ExampleCell(
            matrix_code="SKIVE", matrix_name="Skive Kommune", task_id=insulin.id, staff_group_id=world.groups["SSH"].id,
            rule=CellRule.MAY_CITIZEN, source="sd.skive.dk",
        )
    )  # fmt: skip
    assert "Skive Kommune skriver: Kun hos en bestemt borger" in signed_in(nurse).get(at(world, insulin)).text


def test_two_versions_are_compared_in_words_and_by_group(world, nurse, insulin, draft, signed_in):
    place = (insulin.id, world.groups["SSH"].id)
    edit_cell(
        world.session,
        2,
        *place,
        Wording(CellRule.MAY_GENERAL, minimum_level=2, observed_times=3, source="Instruks 4.12"),
        seen=0,
        by=nurse.actor,
    )
    edit_cell(
        world.session, 2, insulin.id, world.groups["UFA"].id, Wording(CellRule.NOT_ALLOWED), seen=0, by=nurse.actor
    )
    client = signed_in(nurse)
    page = client.get("/matrix/compare?one=1&other=2").text
    assert "2 felter er forskellige: 1 tilføjet, 1 ændret." in page
    assert "mindste niveau: 1 (basis) → 2 (øvet)" in page
    only = client.get(f"/matrix/compare?one=1&other=2&group={world.groups['UFA'].id}").text
    assert "1 felt er forskelligt: 1 tilføjet." in only
    back = client.get("/matrix/compare?one=2&other=1").text
    assert "1 fjernet" in back
    assert "De to siger det samme." in client.get("/matrix/compare?one=1&other=1").text
    assert client.get("/matrix/compare?one=1&other=77").status_code == 404


def test_a_draft_is_heard_on_the_pages_and_approved_knowingly(world, nurse, insulin, draft, signed_in):
    member = world.role(world.person("Gitte Vang", "SSA"), Role.COMMITTEE, over=world.root)
    client, heard = signed_in(nurse), signed_in(member)
    assert heard.get("/matrix/hearing/2").location.endswith("/matrix/2"), "nobody has asked her"
    until = (today() + timedelta(days=7)).isoformat()
    assert "Vælg mindst én at spørge." in client.post("/matrix/hearing/2/open", data={"until": until}).text
    client.post("/matrix/hearing/2/open", data={"until": until, "roles": ["committee"]})
    assert "Version 2 er i høring til og med" in heard.get("/matrix").text
    heard.post(
        "/matrix/hearing/2/comment",
        data={"text": "Er der tid?", "task": insulin.id, "group": world.groups["SSH"].id},
    )
    assert "Er der tid?" in client.get("/matrix/hearing/2").text
    first = (today() + timedelta(days=1)).isoformat()
    refused = client.post("/matrix/2/approve", data={"valid_from": first}).text
    assert "1 kommentar fra høringen er ikke besvaret." in refused
    assert "eller bekræft, at du har læst dem" in refused
    assert client.post("/matrix/2/approve", data={"valid_from": first, "despite_comments": "y"}).status_code == 302
    assert "godkendt, i kraft fra" in client.get("/matrix/drafts").text
    assert client.post("/matrix/hearing/2/withdraw").status_code == 302
    world.session.rollback()
    assert world.session.query(MatrixVersion).filter_by(number=2).one().approved_at is None


def test_who_only_reads_the_matrix_edits_nothing(world, insulin, draft, signed_in):
    client = signed_in(world.person())
    for place in ("/matrix/drafts/2", at(world, insulin), "/matrix/drafts/2/bulk", "/matrix/drafts/new"):
        assert client.get(place).status_code == 403
    assert client.post("/matrix/drafts/2/undo").status_code == 403
    assert "Redigér" not in client.get("/matrix/drafts").text


def test_the_grid_asks_as_often_for_many_rows_as_for_few(world, nurse, insulin, draft, signed_in):
    client = signed_in(nurse)
    client.get("/matrix/drafts/2")
    with counted() as few:
        client.get("/matrix/drafts/2")
    for number in range(30):
        world.cell(world.task(f"Opgave {number}"), "SSH", CellRule.MAY_GENERAL)
    world.session.commit()
    client.get("/matrix/drafts/2")
    with counted() as many:
        client.get("/matrix/drafts/2")
    assert len(many) <= len(few)


def test_a_signature_may_count_through_a_fixed_day_each_year(world, nurse, insulin, draft, signed_in):
    client, where = signed_in(nurse), at(world, insulin)
    said = {"seen": "0", "rule": "may_general", "minimum_level": "1", "validity_month": "month 2"}
    for typed, told in (
        ({"validity_day": "30"}, "Vælg en dag, som måneden har."),
        ({}, "Vælg en dag, som måneden har."),
        ({"validity_day": "28", "validity_months": "6"}, "Vælg enten et antal måneder eller en fast dag."),
    ):
        refused = client.post(where, data=said | typed)
        assert told in refused.text
        assert '<option selected value="month 2">februar</option>' in refused.text, "what was chosen stays"
    assert client.post(where, data=said | {"validity_day": "28"}).status_code == 302
    now = said_now(world, draft, insulin)
    assert (now.validity_date, now.validity_months) == ("02-28", None)
    page = client.get(where).text
    assert '<option selected value="month 2">februar</option>' in page
    seen = draft_cell(world.session, draft.id, (insulin.id, world.groups["SSH"].id)).revision
    client.post(where, data=said | {"seen": str(seen), "validity_month": "", "validity_months": "6"})
    now = said_now(world, draft, insulin)
    assert (now.validity_date, now.validity_months) == (None, 6)
