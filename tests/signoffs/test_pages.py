"""The pages at the bedside, as a guide and an employee read them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.audit.models import EvidenceEvent
from competence.decision.asking import ask
from competence.delegation.rules import CellRule, LeaderPart
from competence.foundation import clock
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.signoffs.models import Observation, ObservationDraft
from competence.signoffs.queries import state_of
from competence.signoffs.rules import EventKind
from tests.signoffs.bedside import Bedside
from tests.web import PASSWORD

SignIn = Callable[[object], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def where(bedside: Bedside, rest: str = "") -> str:
    return f"/sign/{bedside.helper.employment.id}/{bedside.task.id}{rest}"


def test_step_one_names_what_is_missing(bedside: Bedside, signed_in: SignIn) -> None:
    guide = signed_in(bedside.guide)
    page = guide.get(where(bedside))
    assert page.status_code == 200
    assert "Insulin med pen" in page.text
    assert "1 punkt" in page.text
    refused = guide.post(where(bedside), data={"next": "1"})
    assert refused.status_code == 422
    assert "1 punkt er ikke vist endnu." in refused.text


def test_a_guide_signs_and_the_employee_says_yes_on_her_own_phone(bedside: Bedside, signed_in: SignIn) -> None:
    guide = signed_in(bedside.guide)
    assert guide.post(where(bedside, "/draft"), data={"criterion": "1"}).status_code == 204
    answer = guide.post(where(bedside), data={"criterion": "1", "next": "1"})
    assert answer.location == where(bedside, "/level")
    page = guide.get(where(bedside, "/level"))
    assert "Gælder til og med" in page.text
    assert "Skriv under som Hanne Lykke" in page.text
    signed = guide.post(where(bedside, "/level"), data={"level": "1", "expects": "0", "note": "Øv alarmgrænser"})
    assert signed.status_code == 302, signed.text
    after = guide.get(signed.location)
    assert "Venter på, at Amira siger ja" in after.text
    assert "Fortryd" in after.text

    amira = signed_in(bedside.helper)
    question = amira.get("/answer/1")
    assert "Hanne har skrevet under på, at du kan" in question.text
    assert "Kun i stabile forløb" in question.text
    assert "Øv alarmgrænser" in question.text
    yes = amira.post("/answer/1", data={"answer": "yes"})
    assert yes.status_code == 302
    assert ask(bedside.world.session, bedside.helper.employment.id, bedside.task.id, on=today()).level == 1
    assert "har sagt ja" in guide.get(signed.location).text


def test_not_yet_is_an_equal_answer(bedside: Bedside, signed_in: SignIn) -> None:
    seq = bedside.sign().seq
    amira = signed_in(bedside.helper)
    assert (
        amira.post(f"/answer/{seq}", data={"answer": "not_yet", "reason": "Jeg er usikker på pennen"}).status_code
        == 302
    )
    assert ask(bedside.world.session, bedside.helper.employment.id, bedside.task.id, on=today()).level == 0
    guide = signed_in(bedside.guide)
    assert "vil gerne øve mere" in guide.get(f"/signed/{bedside.helper.employment.id}/{seq}").text


def test_the_employee_accepts_on_the_guides_phone(bedside: Bedside, signed_in: SignIn) -> None:
    seq = bedside.sign().seq
    amira = signed_in(bedside.helper)
    guide = signed_in(bedside.guide)
    here = f"/answer/here/{bedside.helper.employment.id}/{seq}"
    assert "Giv telefonen til Amira Haddad" in guide.get(here).text
    wrong = guide.post(here, data={"answer": "yes", "secret": "noget helt andet"})
    assert wrong.status_code == 422
    assert ask(bedside.world.session, bedside.helper.employment.id, bedside.task.id, on=today()).level == 0
    assert guide.post(here, data={"answer": "yes", "secret": PASSWORD}).status_code == 302
    assert "Hanne Lykke" in guide.get(where(bedside)).text, "the guide is still signed in"
    bedside.world.session.commit()
    (signed,) = state_of(bedside.world.session, bedside.helper.person.id, bedside.task.id)
    assert signed.accepted_on == today()
    assert amira.get("/me").status_code == 200


def test_a_time_is_recorded_and_taken_back(bedside: Bedside, signed_in: SignIn) -> None:
    guide = signed_in(bedside.guide)
    yesterday = today() - timedelta(days=1)
    before = guide.get(where(bedside)).text
    assert "Én gang med vejleder" in before
    answer = guide.post(
        where(bedside), data={"record": "alone", "observed_on": yesterday.isoformat(), "criterion": "1"}
    )
    assert answer.status_code == 302
    rows = bedside.world.session.query(Observation).order_by(Observation.id).all()
    assert [row.observed_on for row in rows] == [today(), yesterday]
    assert bedside.world.session.query(ObservationDraft).one().ticked == [1], "the ticks are kept"
    assert guide.post(where(bedside), data={"undo": str(rows[1].id)}).status_code == 302
    bedside.world.session.commit()
    bedside.world.session.expire_all()
    assert rows[1].withdrawn_at is not None


def test_a_day_ahead_keeps_what_was_typed(bedside: Bedside, signed_in: SignIn) -> None:
    guide = signed_in(bedside.guide)
    ahead = (today() + timedelta(days=2)).isoformat()
    answer = guide.post(where(bedside), data={"record": "alone", "observed_on": ahead})
    assert answer.status_code == 422
    assert "Datoen ligger ude i fremtiden. Skriv den dag, det blev set." in answer.text
    assert ahead in answer.text


def test_out_of_reach_is_not_there(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    begin_writing(world.session)
    elsewhere = world.unit("Team Skoven", under=world.district)
    stranger = world.role(world.person("Maja Holm", "SPL", unit=elsewhere), Role.GUIDE)
    seq = bedside.sign().seq
    world.settle()
    maja = signed_in(stranger)
    for path in (
        where(bedside), where(bedside, "/level"), f"/signed/{bedside.helper.employment.id}/{seq}",
        f"/answer/here/{bedside.helper.employment.id}/{seq}", f"/signed/{bedside.helper.employment.id}/{seq}/revoke",
        f"/answer/{seq}", "/sign/999999/1", where(bedside)[:-1] + "99999",
    ):  # fmt: skip
        assert maja.get(path).status_code == 404, path


def test_a_guide_without_the_task_is_told_before_she_records_a_time(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    begin_writing(world.session)
    task = world.task("Sondeernæring")
    world.cell(task, "SSH", CellRule.MAY_GENERAL, observed_times=0)
    bedside.approve_again()
    world.settle()
    guide = signed_in(bedside.guide)
    path = f"/sign/{bedside.helper.employment.id}/{task.id}"
    why = "Du kan kun skrive under på opgaver, du selv må udføre."
    page = guide.get(path)
    assert "Du kan registrere gange her, men ikke skrive under." in page.text
    assert why in page.text
    assert guide.get(f"{path}/level").location == path
    refused = guide.post(path, data={"criterion": "1", "next": "1"})
    assert refused.status_code == 422
    assert why in refused.text
    assert "ikke skrive under" not in guide.get(where(bedside)).text


def test_a_signature_says_by_which_appointment_it_was_given(bedside: Bedside, signed_in: SignIn) -> None:
    seq = bedside.sign().seq
    amira, guide = signed_in(bedside.helper), signed_in(bedside.guide)
    for page in (amira.get(f"/answer/{seq}"), guide.get(f"/signed/{bedside.helper.employment.id}/{seq}")):
        assert "Hanne Lykke<span>, læringsvejleder</span>" in page.text


def test_an_employee_cannot_sign(bedside: Bedside, signed_in: SignIn) -> None:
    amira = signed_in(bedside.helper)
    assert amira.get(where(bedside)).status_code == 403
    assert amira.post(where(bedside, "/level"), data={"level": "1"}).status_code == 403


def test_a_task_that_is_not_the_groups_is_refused_in_the_rules_words(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    begin_writing(world.session)
    other = world.task("Blodtransfusion")
    world.cell(other, "SSH", CellRule.NOT_ALLOWED)
    bedside.approve_again()
    guide = signed_in(bedside.guide)
    page = guide.get(f"/sign/{bedside.helper.employment.id}/{other.id}")
    assert "Det er ikke faggruppens opgave" in page.text
    assert "Videre til niveau" not in page.text
    assert guide.get(f"/sign/{bedside.helper.employment.id}/{other.id}/level").status_code == 302


def test_an_undo_is_offered_for_ten_minutes_and_until_the_answer(bedside: Bedside, signed_in: SignIn) -> None:
    with clock.set_to(clock.now() - timedelta(minutes=11)):
        seq = bedside.sign().seq
    guide = signed_in(bedside.guide)
    page = f"/signed/{bedside.helper.employment.id}/{seq}"
    assert "Fortryd underskriften" not in guide.get(page).text
    late = guide.post(f"{page}/undo")
    assert "De ti minutter er gået." in guide.get(late.location).text


def test_revoking_asks_for_a_reason(bedside: Bedside, signed_in: SignIn) -> None:
    seq = bedside.sign().seq
    guide = signed_in(bedside.guide)
    page = f"/signed/{bedside.helper.employment.id}/{seq}/revoke"
    assert guide.get(page).status_code == 200
    empty = guide.post(page, data={"reason": " "})
    assert "Skriv hvorfor, så din kollega ved, hvad der skal ske nu." in empty.text
    assert guide.post(page, data={"reason": "Instruksen er ændret"}).status_code == 302
    assert "Tilbagekaldt" in guide.get(f"/signed/{bedside.helper.employment.id}/{seq}").text


def test_the_leader_agrees_where_the_cell_asks_for_it(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    begin_writing(world.session)
    task = world.task("Sondeernæring")
    world.cell(task, "SSH", CellRule.MAY_GENERAL, agreed_with_leader=LeaderPart.BEFORE)
    world.cell(task, "SPL", CellRule.CORE)
    bedside.approve_again()
    boss = world.role(world.person("Lise Bach", "SPL"), Role.LEADER)
    world.settle()
    guide, leader = signed_in(bedside.guide), signed_in(boss)
    path = f"{bedside.helper.employment.id}/{task.id}"
    assert "Ikke aftalt med lederen endnu." in guide.get(f"/sign/{path}").text
    assert guide.get(f"/agree/{path}").status_code == 403
    assert leader.get(f"/agree/{path}").status_code == 200
    assert leader.post(f"/agree/{path}").status_code == 302
    assert "Aftalt med lederen" in guide.get(f"/sign/{path}").text
    assert "Lise Bach" in guide.get(f"/sign/{path}").text
    assert leader.post(f"/agree/{path}").status_code == 302
    world.session.rollback()
    agreed = world.session.scalars(select(EvidenceEvent).where(EvidenceEvent.kind == EventKind.AGREED)).all()
    assert [(one.person_id, one.by_person_id, one.task_id) for one in agreed] == [
        (bedside.helper.person.id, boss.person.id, task.id)
    ], "an event of her chain, once"
    assert breaks(world.session) == []


def test_an_old_phone_session_asks_for_the_password_before_signing(bedside: Bedside, app, signed_in: SignIn) -> None:
    signed_in(bedside.guide)
    assert bedside.guide.account is not None
    email = bedside.guide.account.email
    phone = app.test_client()
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"}
    with clock.set_to(clock.now() - timedelta(minutes=40)):
        phone.post("/sign-in", data={"email": email, "password": PASSWORD}, headers=agent)
    phone.post(where(bedside, "/draft"), data={"criterion": "1"}, headers=agent)
    page = phone.get(where(bedside, "/level"), headers=agent)
    assert "Din adgangskode" in page.text
    wrong = phone.post(
        where(bedside, "/level"), data={"level": "1", "expects": "0", "password": "forkert"}, headers=agent
    )
    assert wrong.status_code == 422
    right = phone.post(
        where(bedside, "/level"), data={"level": "1", "expects": "0", "password": PASSWORD}, headers=agent
    )
    assert right.status_code == 302


def test_a_refused_signature_keeps_what_was_typed(bedside: Bedside, signed_in: SignIn) -> None:
    guide = signed_in(bedside.guide)
    guide.post(where(bedside, "/draft"), data={"criterion": "1"})
    typed = {"expects": "0", "note": "Øv alarmgrænser", "valid_through": "2099-01-01"}
    slip = guide.post(where(bedside, "/level"), data=typed)
    assert slip.status_code == 422
    assert "Vælg det niveau, du har set." in slip.text
    assert "Er årstallet rigtigt? 1. januar 2099 ligger langt ude i fremtiden." in slip.text
    typed["valid_through"] = (today() + timedelta(days=5 * 365)).isoformat()
    page = guide.post(where(bedside, "/level"), data=typed)
    assert page.status_code == 422
    assert "Vælg det niveau, du har set." in page.text
    late = guide.post(where(bedside, "/level"), data=typed | {"level": "1"})
    assert "Efter opgavedelingen kan den højst gælde til og med" in late.text
    high = guide.post(where(bedside, "/level"), data=typed | {"level": "3", "valid_through": ""})
    assert "Du har selv opgaven på niveau 2 og kan skrive under til og med det niveau." in high.text
    cpr = guide.post(where(bedside, "/level"), data={"level": "1", "expects": "0", "note": "Hos 010190-1234"})
    assert "Skriv aldrig en borgers navn eller CPR-nummer. Tag nummeret ud." in cpr.text
    for shown in (slip, page, late, high):
        assert 'value="Øv alarmgrænser"' in shown.text
    assert state_of(bedside.world.session, bedside.helper.person.id, bedside.task.id) == ()


def test_a_citizens_reference_is_shown_to_the_person_and_stands_in_no_address(
    bedside: Bedside, signed_in: SignIn
) -> None:
    world = bedside.world
    begin_writing(world.session)
    task = world.task("Kompressionsbind")
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.MAY_CITIZEN)
    bedside.approve_again()
    world.observed(bedside.helper, task, by=bedside.guide)
    world.settle()
    guide = signed_in(bedside.guide)
    path = f"/sign/{bedside.helper.employment.id}/{task.id}"
    guide.post(f"{path}/draft", data={"criterion": "1"})
    assert "Omsorgssystemets reference på borgeren" in guide.get(f"{path}/level").text
    refused = guide.post(f"{path}/level", data={"level": "1", "citizen": "010190-1234"})
    assert "Det ligner et CPR-nummer." in refused.text
    signed = guide.post(f"{path}/level", data={"level": "1", "citizen": "B-47110815"})
    assert signed.status_code == 302
    assert "47110815" not in signed.location
    amira = signed_in(bedside.helper)
    assert "Kun hos borgeren med referencen B-47110815." in amira.get("/answer/1").text
    assert amira.post("/answer/1", data={"answer": "yes"}).status_code == 302
    for page in ("/me", "/me/may", "/me/passport"):
        assert "47110815" not in amira.get(page).text


def test_the_development_nurse_records_an_instructor_from_outside(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    begin_writing(world.session)
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE)
    world.settle()
    guide, marianne = signed_in(bedside.guide), signed_in(nurse)
    path = where(bedside, "/external")
    assert guide.get(path).status_code == 403
    empty = marianne.post(path, data={"level": "1"})
    assert "Skriv underviserens navn." in empty.text
    said = {
        "name": "Else Friis", "profession": "Sygeplejerske", "organisation": "Region Nord", "certificate": "Bevis 12",
        "taught_on": (today() - timedelta(days=3)).isoformat(), "level": "1",
    }  # fmt: skip
    answer = marianne.post(path, data=said)
    assert answer.status_code == 302, answer.text
    assert "Else Friis, Sygeplejerske, Region Nord" in marianne.get(answer.location).text
