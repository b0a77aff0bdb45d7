"""The pages of profiles as the development nurse reads and writes them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.people.models import StaffGroupFollow
from competence.profiles.models import CompetenceProfile
from competence.profiles.queries import content_of
from tests.profiles.conftest import Desk

SignIn = Callable[[Any], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def hidden(page: str, name: str) -> str:
    """The value of the page's hidden field."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found[1]


def rows(*tasks: tuple[int, str, str]) -> dict[str, list[str]]:
    """The table of tasks as a browser sends it."""
    return {
        "task": [str(task) for task, _level, _practice in tasks],
        "level": [level for _task, level, _practice in tasks],
        "practice": [practice for _task, _level, practice in tasks],
    }


def test_a_nurse_writes_a_profile_and_puts_it_in_force(desk: Desk, signed_in: SignIn):
    nurse, group = signed_in(desk.nurse), desk.helper.id
    assert "ingen endnu" in nurse.get("/profiles").text
    assert nurse.post(f"/profiles/{group}/draft").location == f"/profiles/{group}/1"
    assert "Profilen er tom endnu" in nurse.get(f"/profiles/{group}/1").text
    address = f"/profiles/{group}/1/area"
    said = {
        "name": "Medicin",
        "statements_1": "Giver medicin.\nKender sine grænser.",
        "seen": hidden(nurse.get(address).text, "seen"),
    }
    assert nurse.post(address, data=said | rows((desk.insulin.id, "1", "2"))).location == f"/profiles/{group}/1"
    page = nurse.get(f"/profiles/{group}/1").text
    assert "Kender sine grænser." in page
    assert "Insulin med pen" in page
    address = f"/profiles/{group}/1/approve"
    seen = hidden(nurse.get(address).text, "seen")
    refused = nurse.post(address, data={"valid_from": today().isoformat(), "why": "Ny start", "seen": seen}).text
    assert "senest dagen før" in refused
    assert "Ny start" in refused, "what was typed is kept"
    first = today() + timedelta(days=3)
    assert (
        nurse.post(address, data={"valid_from": first.isoformat(), "why": "Ny start", "seen": seen}).status_code == 302
    )
    page = nurse.get(f"/profiles/{group}/1").text
    assert "Godkendt af Marianne Holm, udviklingssygeplejerske" in page
    assert "Ny start" in page
    assert nurse.get(f"/profiles/{group}/1/area").status_code == 302, "an approved version is never edited"


def test_a_stale_form_is_told_and_shows_both(desk: Desk, signed_in: SignIn):
    draft, group = desk.draft(), desk.helper.id
    nurse = signed_in(desk.nurse)
    address = f"/profiles/{group}/1/area?area=Medicin"
    seen = hidden(nurse.get(address).text, "seen")
    one = {"name": "Medicin", "seen": seen} | rows((desk.insulin.id, "1", "2"))
    assert nurse.post(address, data=one | {"statements_1": "Hannes ord."}).status_code == 302
    told = nurse.post(address, data=one | {"statements_1": "Mine ord."}).text
    assert "Intet er gemt" in told
    assert "Hannes ord." in told
    assert "Mine ord." in told
    assert (
        nurse.post(address, data=one | {"statements_1": "Mine ord.", "seen": hidden(told, "seen")}).status_code == 302
    )
    desk.world.session.rollback()
    assert [said.text for said in content_of(desk.world.session, draft.id).statements] == ["Mine ord."]


def test_two_versions_are_read_side_by_side(desk: Desk, signed_in: SignIn):
    desk.approve(desk.draft())
    desk.write(desk.draft(), "Medicin", {1: ["Doserer selv."]}, [], area="Medicin")
    page = signed_in(desk.nurse).get(f"/profiles/{desk.helper.id}/compare").text
    assert "Giver medicin, som er doseret." in page
    assert "Doserer selv." in page
    assert "3 udsagn eller opgaver er forskellige." in page
    assert "taget ud" in page


def test_the_matrix_suggests_what_the_whole_group_does(desk: Desk, signed_in: SignIn):
    session = desk.world.session
    desk.world.cell(desk.insulin, "SSH", CellRule.MUST, minimum_level=2)
    desk.world.cell(desk.drops, "SSH", CellRule.CORE, education_level=3)
    desk.world.cell(desk.world.task("Sugning"), "SSH", CellRule.MAY_GENERAL)
    draft = desk.draft()
    nurse, address = signed_in(desk.nurse), f"/profiles/{desk.helper.id}/1/tasks"
    page = nurse.get(address).text
    assert "Øjendråber" in page
    assert "Insulin med pen" not in page, "the draft asks for it already"
    assert "Sugning" not in page, "not everybody's task"
    sent = rows((desk.drops.id, "all", "3")) | {"area": ["Medicinhåndtering"], "level_for_all": [""]}
    assert "Vælg niveau for mindst én opgave" in nurse.post(address, data=sent).text
    assert nurse.post(address, data=sent | {"level_for_all": ["2"]}).status_code == 302
    session.rollback()
    (added,) = [one for one in content_of(session, draft.id).tasks if one.task_id == desk.drops.id]
    assert (added.area, added.level, added.practice_level) == ("Medicinhåndtering", 2, 3)


def test_others_read_but_do_not_write(desk: Desk, signed_in: SignIn):
    draft = desk.draft()
    leader = signed_in(desk.leader)
    page = leader.get(f"/profiles/{desk.helper.id}/1")
    assert page.status_code == 200
    assert "Redigér" not in page.text
    assert leader.get(f"/profiles/{desk.helper.id}/1/area").status_code == 403
    assert leader.post(f"/profiles/{desk.helper.id}/1/approve", data={}).status_code == 302, (
        "her team is not the municipality"
    )
    desk.world.session.refresh(draft)
    assert draft.approved_at is None
    assert leader.get(f"/profiles/{desk.helper.id}/9").status_code == 404


def test_a_draft_is_taken_away_after_one_question(desk: Desk, signed_in: SignIn):
    desk.draft()
    nurse = signed_in(desk.nurse)
    assert "går tabt" in nurse.get(f"/profiles/{desk.helper.id}/1/discard").text
    assert nurse.post(f"/profiles/{desk.helper.id}/1/discard").location == "/profiles"
    desk.world.session.rollback()
    assert desk.world.session.scalars(select(CompetenceProfile)).all() == []


def test_the_printed_page_is_a_tagged_pdf(desk: Desk, signed_in: SignIn):
    desk.draft()
    answer = signed_in(desk.nurse).get(f"/profiles/{desk.helper.id}/1.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-1.7")


def test_what_a_group_follows_is_changed_with_a_trace(desk: Desk, signed_in: SignIn):
    nurse, group = signed_in(desk.nurse), desk.world.groups["UFA"]
    address, helpers = f"/profiles/follows/{group.id}", str(desk.helper.id)
    assert "Ingen: faggruppen står alene" in nurse.get(address).text
    refused = nurse.post(address, data={"follows": helpers, "from_stage": "2. periode", "seen": ""}).text
    assert "Kun elever og studerende" in refused
    assert nurse.post(address, data={"follows": helpers, "seen": ""}).status_code == 302
    assert "Intet er gemt" in nurse.post(address, data={"follows": "", "seen": ""}).text
    page = nurse.get("/profiles/follows").text
    assert "Marianne Holm" in page
    desk.world.session.rollback()
    (row,) = desk.world.session.scalars(select(StaffGroupFollow)).all()
    assert (row.staff_group_id, row.follows_id, row.from_stage) == (group.id, desk.helper.id, None)
