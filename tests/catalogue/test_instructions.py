"""A new version of a written instruction: who is asked, and what happens to those who do not answer."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from competence.access.rules import Permission, Reach, Role
from competence.audit.models import EvidenceEvent
from competence.catalogue.commands import NewInstruction, confirm_reading, publish_instruction
from competence.catalogue.models import InstructionReading
from competence.catalogue.queries.instructions import instruction_on, versions_of
from competence.catalogue.rules import Asks
from competence.decision.asking import ask
from competence.decision.commands import differences
from competence.delegation.rules import CellRule
from competence.development.queries.instructions import Asking, answers_to, reach_of, reading_lists, waits_for
from competence.development.queries.queue import queue
from competence.entitlements.queries import holds
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken
from competence.signoffs.commands import NewSignOff, sign_off
from tests.catalogue.forms import form_values

DAY = timedelta(days=1)
GRACE = timedelta(days=14)


def version(asks: Asks = Asks.KEEP, **said: Any) -> NewInstruction:
    usual: dict[str, Any] = {"name": "Insulininstruks", "version": "2", "url": "", "valid_from": today(), "asks": asks}
    grace = {} if asks is Asks.KEEP else {"grace_through": today() + GRACE}
    return NewInstruction(**usual | grace | said)


@pytest.fixture
def insulin(world):
    """A task that helpers are signed off for and nurses may do by education."""
    task = world.task("Insulin med pen", instruction_name="Insulininstruks", instruction_version="1")
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.cell(task, "SPL", CellRule.CORE)
    return task


def held(world, someone, task, on) -> int:
    return holds(world.session, someone.employment.id, task.id, on=on, version_id=world.version.id)


def test_a_kept_version_changes_nobodys_rights_and_the_history_stays(world, nurse, insulin):
    camilla = world.person()
    world.signed(camilla, insulin)
    world.settle()
    publish_instruction(world.session, insulin.id, version(valid_from=today() + GRACE), seen=0, by=nurse.actor)
    assert held(world, camilla, insulin, today() + GRACE + DAY) == 2
    assert instruction_on(world.session, insulin, today()).version == "1"
    assert instruction_on(world.session, insulin, today() + GRACE).version == "2"
    assert [one.version for one in versions_of(world.session, insulin.id)] == ["2"]


def test_asked_to_sign_again_old_signatures_count_through_the_grace_and_not_after(world, nurse, insulin):
    camilla = world.person()
    world.signed(camilla, insulin)
    world.settle()
    publish_instruction(world.session, insulin.id, version(Asks.SIGN_AGAIN), seen=0, by=nurse.actor)
    assert [held(world, camilla, insulin, today() + GRACE + more * DAY) for more in (0, 1)] == [2, 0]
    assert held(world, nurse, insulin, today() + GRACE + DAY) == 2, "education needs no signature"
    assert not list(differences(world.session))
    answer = ask(world.session, camilla.employment.id, insulin.id, on=today() + GRACE + DAY)
    assert any("A new version of the instruction asks" in str(reason.text) for reason in answer.reasons)


def test_a_signature_given_within_the_grace_counts_after_it(world, nurse, insulin):
    camilla = world.person()
    world.signed(camilla, insulin)
    world.settle()
    publish_instruction(world.session, insulin.id, version(Asks.SIGN_AGAIN), seen=0, by=nurse.actor)
    world.signed(camilla, insulin, days_ago=0)
    world.settle()
    assert held(world, camilla, insulin, today() + GRACE + DAY) == 2


def test_an_earlier_request_for_new_signatures_still_holds_when_a_later_one_begins(world, nurse, insulin):
    camilla = world.person()
    world.signed(camilla, insulin)
    world.settle()
    publish_instruction(world.session, insulin.id, version(Asks.SIGN_AGAIN), seen=0, by=nurse.actor)
    later = version(Asks.SIGN_AGAIN, version="3", valid_from=today() + DAY, grace_through=today() + 10 * GRACE)
    publish_instruction(world.session, insulin.id, later, seen=1, by=nurse.actor)
    assert held(world, camilla, insulin, today() + GRACE + DAY) == 0


def test_the_guides_queue_shows_who_must_sign_again_with_the_last_day(world, nurse, insulin):
    camilla = world.person()
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    world.signed(camilla, insulin, valid_days=None)
    world.settle()
    reach = guide.actor.reach(Permission.SIGNOFF_SIGN)
    assert queue(world.session, guide.actor, reach).renewals == []
    publish_instruction(world.session, insulin.id, version(Asks.SIGN_AGAIN), seen=0, by=nurse.actor)
    (item,) = queue(world.session, guide.actor, reach).renewals
    assert (item.who.name, item.day) == ("Camilla Brandt", today() + GRACE)


def test_a_signature_names_the_version_that_counts(world, nurse, insulin):
    camilla = world.person()
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    world.observed(camilla, insulin)
    world.settle()
    publish_instruction(world.session, insulin.id, version(), seen=0, by=nurse.actor)
    sign_off(world.session, camilla.employment.id, NewSignOff(insulin.id, 2, today(), ticked=(1,)), by=guide.actor)
    event = world.session.scalars(select(EvidenceEvent).where(EvidenceEvent.person_id == camilla.person.id)).one()
    assert event.fields["instruction"] == "2"


def test_those_who_may_do_the_task_are_asked_to_read_and_only_they(world, nurse, insulin):
    camilla, mikkel = world.person(), world.person("Mikkel Ager")
    world.signed(camilla, insulin)
    world.settle()
    published = publish_instruction(world.session, insulin.id, version(Asks.READ), seen=0, by=nurse.actor)
    asked = [bool(waits_for(world.session, one.person.id, on=today())) for one in (camilla, nurse, mikkel)]
    assert asked == [True, True, False]
    confirm_reading(world.session, published.id, by=camilla.actor)
    confirm_reading(world.session, published.id, by=camilla.actor)
    assert waits_for(world.session, camilla.person.id, on=today()) == []
    assert len(world.session.scalars(select(InstructionReading)).all()) == 1
    assert held(world, nurse, insulin, today() + GRACE + DAY) == 2, "reading closes nothing"


def test_the_leader_sees_who_has_not_read_when_the_day_has_passed(world, nurse, insulin):
    elsewhere = world.unit("Team Skoven", under=world.district)
    camilla, sofie, far = world.person(), world.person("Sofie Lind"), world.person("Nadia Holst", unit=elsewhere)
    for someone in (camilla, sofie, far):
        world.signed(someone, insulin)
    world.settle()
    published = publish_instruction(world.session, insulin.id, version(Asks.READ), seen=0, by=nurse.actor)
    confirm_reading(world.session, published.id, by=camilla.actor)
    (team,) = reading_lists(world.session, Reach((world.team.path,)), on=today() + GRACE + DAY)
    assert ([one.name for one in team.unread], team.read) == (["Marianne Holm", "Sofie Lind"], 1)
    assert [team.is_over(today() + GRACE + more * DAY) for more in (0, 1)] == [False, True]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("name", {"name": " "}),
        ("version", {"version": ""}),
        ("version", {"version": "1"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("url", {"url": "instruks.pdf"}),
        ("valid_from", {"valid_from": today() - DAY}),
        ("grace_through", {"asks": Asks.READ, "grace_through": None}),
        ("grace_through", {"asks": Asks.SIGN_AGAIN, "grace_through": today() - DAY}),
        ("closes_unread", {"asks": Asks.SIGN_AGAIN, "closes_unread": True}),
        ("what_is_new", {"what_is_new": "Ring til 010190-1234"}),
    ],
)
def test_a_version_that_cannot_be_is_refused_at_its_field(world, nurse, insulin, field, said):
    with pytest.raises(RuleBroken) as broken:
        publish_instruction(world.session, insulin.id, version(**said), seen=0, by=nurse.actor)
    assert broken.value.field == field


def test_of_two_authors_the_second_is_told(world, nurse, insulin):
    publish_instruction(world.session, insulin.id, version(), seen=0, by=nurse.actor)
    with pytest.raises(Overtaken, match="Marianne Holm wrote version 2"):
        publish_instruction(world.session, insulin.id, version(version="2b"), seen=0, by=nurse.actor)
    with pytest.raises(NotAllowed):
        publish_instruction(world.session, insulin.id, version(version="3"), seen=1, by=world.person().actor)


def test_from_the_nurses_page_to_the_employees_yes_to_the_leaders_list(world, nurse, insulin, signed_in):
    camilla = world.person()
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    world.signed(camilla, insulin)
    world.settle()
    keeper = signed_in(nurse)
    form = form_values(keeper.get(f"/catalogue/{insulin.id}/instruction").text)
    form |= {"version": "2", "asks": "read", "what_is_new": "Ny nåletype", "url": "https://var.example/insulin"}
    assert "https://" in keeper.post(f"/catalogue/{insulin.id}/instruction", data=form | {"url": "x"}).text
    page = keeper.post(f"/catalogue/{insulin.id}/instruction", data=form, follow_redirects=True).text
    assert "Version 2 er gemt." in page
    assert "Ny nåletype" in page
    employee = signed_in(camilla)
    mine = employee.get("/me").text
    assert "Ny instruks for Insulin med pen" in mine
    (address,) = {part.split('"')[0] for part in mine.split('href="') if part.startswith("/instructions/")}
    assert "Jeg har læst og forstået den" in employee.get(address).text
    assert employee.get("/instructions").status_code == 403
    boss = signed_in(leader)
    assert "Camilla Brandt" in boss.get("/instructions").text
    employee.post(address)
    assert "Ny instruks" not in employee.get("/me").text
    assert "Du sagde" in employee.get(address).text
    assert "Camilla Brandt" not in boss.get("/instructions").text


def test_where_its_author_says_so_the_task_is_closed_unread_after_the_grace_and_opens_when_it_is_read(
    world, nurse, insulin
):
    camilla, sofie = world.person(), world.person("Sofie Lind")
    for someone in (camilla, sofie):
        world.signed(someone, insulin, valid_days=None)
    world.settle()
    late = today() + GRACE + DAY
    closing = version(Asks.READ, closes_unread=True)
    published = publish_instruction(world.session, insulin.id, closing, seen=0, by=nurse.actor)
    assert [held(world, one, insulin, today() + GRACE) for one in (camilla, sofie, nurse)] == [2, 2, 2]
    assert [held(world, one, insulin, late) for one in (camilla, sofie, nurse)] == [0, 0, 0], "by education too"
    confirm_reading(world.session, published.id, by=camilla.actor)
    assert [held(world, one, insulin, late) for one in (camilla, sofie, nurse)] == [2, 0, 0]
    assert not list(differences(world.session))
    why = [
        str(one.text) for one in ask(world.session, sofie.employment.id, insulin.id, on=late).reasons if not one.holds
    ]
    assert any("Version 2 of the instruction had to be read by" in text for text in why)


def test_whoever_it_is_closed_to_is_still_asked_and_counted(world, nurse, insulin):
    camilla, mikkel = world.person(), world.person("Mikkel Ager")
    world.signed(camilla, insulin, valid_days=None)
    world.settle()
    published = publish_instruction(
        world.session, insulin.id, version(Asks.READ, closes_unread=True), seen=0, by=nurse.actor
    )
    late = today() + GRACE + DAY
    for someone, asked in ((camilla, True), (nurse, True), (mikkel, False)):
        waits = waits_for(world.session, someone.person.id, on=late)
        assert [one.has_closed for one in waits] == [True] * asked
    assert reach_of(world.session, insulin.id, on=today()) == (2, 1)
    confirm_reading(world.session, published.id, by=nurse.actor)
    assert answers_to(world.session, insulin.id, on=late)[published.id] == Asking(2, 1)


def test_a_later_version_that_is_read_opens_what_an_earlier_one_closed(world, nurse, insulin):
    camilla = world.person()
    world.signed(camilla, insulin, valid_days=None)
    world.settle()
    publish_instruction(world.session, insulin.id, version(Asks.READ, closes_unread=True), seen=0, by=nurse.actor)
    newer = publish_instruction(world.session, insulin.id, version(Asks.READ, version="3"), seen=1, by=nurse.actor)
    confirm_reading(world.session, newer.id, by=camilla.actor)
    assert held(world, camilla, insulin, today() + GRACE + DAY) == 2


def test_a_signature_under_the_new_version_needs_no_reading(world, nurse, insulin):
    camilla = world.person()
    publish_instruction(world.session, insulin.id, version(Asks.READ, closes_unread=True), seen=0, by=nurse.actor)
    world.signed(camilla, insulin, days_ago=0)
    world.settle()
    assert held(world, camilla, insulin, today() + GRACE + DAY) == 2


def test_who_must_be_signed_again_sees_it_on_her_own_page_until_she_is(world, nurse, insulin, signed_in):
    camilla = world.person()
    world.signed(camilla, insulin, valid_days=None)
    world.settle()
    publish_instruction(world.session, insulin.id, version(Asks.SIGN_AGAIN), seen=0, by=nurse.actor)
    world.session.commit()
    mine = signed_in(camilla)
    assert "Din underskrift på Insulin med pen skal gives igen" in mine.get("/me").text
    (address,) = {
        part.split('"')[0] for part in mine.get("/me").text.split('href="') if part.startswith("/instructions/")
    }
    assert "skal gives igen, og tæller til og med" in mine.get(address).text
    world.signed(camilla, insulin, days_ago=0)
    world.session.commit()
    assert "skal gives igen" not in mine.get("/me").text


def test_the_author_sees_whom_she_would_ask_before_and_who_has_answered_after(world, nurse, insulin, signed_in):
    camilla = world.person()
    world.signed(camilla, insulin)
    world.settle()
    world.session.commit()
    keeper = signed_in(nurse)
    page = keeper.get(f"/catalogue/{insulin.id}/instruction").text
    assert "2 medarbejdere må udføre opgaven i dag" in page
    assert "1 har en underskrift" in page
    form = form_values(page) | {"version": "2", "asks": "read", "closes_unread": "y"}
    after = keeper.post(f"/catalogue/{insulin.id}/instruction", data=form, follow_redirects=True).text
    assert "0 af 2 har læst og forstået den" in after
    assert "Lukker opgaven for dem, der ikke har læst den" in after
