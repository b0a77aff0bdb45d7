"""A request sent back, a second approval, a suspension, and a reason that the person can read: on the pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from competence.access.rules import Role
from competence.decision.asking import ask
from competence.foundation import clock
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing
from competence.signoffs import commands
from tests.signoffs.bedside import Bedside

SignIn = Callable[[object], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def where(bedside: Bedside, rest: str = "") -> str:
    return f"/sign/{bedside.helper.employment.id}/{bedside.task.id}{rest}"


def signature(bedside: Bedside, seq: int, rest: str = "") -> str:
    return f"/signed/{bedside.helper.employment.id}/{seq}{rest}"


def level(bedside: Bedside, days: int = 0) -> int:
    bedside.world.session.commit()
    with clock.set_to(now() + timedelta(days=days)):
        return ask(bedside.world.session, bedside.helper.employment.id, bedside.task.id, on=today()).level


def may(bedside: Bedside) -> str:
    return f"/me/may/{bedside.helper.employment.id}/{bedside.task.id}"


def test_a_request_is_sent_back_with_a_comment_and_asked_again(bedside: Bedside, signed_in: SignIn) -> None:
    amira, guide = signed_in(bedside.helper), signed_in(bedside.guide)
    asking = {"employment_id": str(bedside.helper.employment.id), "task_id": str(bedside.task.id)}
    assert guide.get(where(bedside, "/send-back")).status_code == 404, "nobody has asked"
    amira.post("/ask", data=asking)
    assert "Send anmodningen tilbage med en kommentar" in guide.get(where(bedside)).text
    empty = guide.post(where(bedside, "/send-back"), data={"comment": " "})
    assert empty.status_code == 422
    assert "Skriv, hvad der stadig skal øves." in empty.text
    cpr = guide.post(where(bedside, "/send-back"), data={"comment": "Spørg 010190-1234"})
    assert (cpr.status_code, "010190-1234" in cpr.text) == (422, True), "what was typed is kept"
    assert guide.post(where(bedside, "/send-back"), data={"comment": "Øv at skifte nålen"}).status_code == 302
    twice = guide.post(where(bedside, "/send-back"), data={"comment": "En gang til"})
    assert "Anmodningen er allerede sendt tilbage." in twice.text
    for page in (amira.get("/me").text, amira.get(may(bedside)).text, guide.get(where(bedside)).text):
        assert "Øv at skifte nålen" in page
    assert "Bed om underskrift" in amira.get(may(bedside)).text
    amira.post("/ask", data=asking)
    assert "Øv at skifte nålen" not in amira.get("/me").text
    assert "Øv at skifte nålen" not in guide.get(where(bedside)).text
    assert "Insulin med pen" in guide.get("/queue").text


def test_the_comment_is_for_her_her_guides_and_her_leader(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    leader = world.role(world.person("Lars Bisgaard"), Role.LEADER)
    auditor = world.role(world.person("Tove Tilsyn"), Role.AUDITOR)
    colleague = world.person("Maja Lind", "SPL")
    request = commands.ask_for_sign_off(
        world.session, bedside.helper.employment.id, bedside.task.id, by=bedside.helper.actor
    )
    commands.return_request(world.session, request.id, comment="Øv at skifte nålen", by=bedside.guide.actor)
    world.settle()
    world.session.commit()
    person = f"/people/{bedside.helper.person.id}"
    assert "Øv at skifte nålen" in signed_in(leader).get(person).text
    assert "Øv at skifte nålen" in signed_in(bedside.guide).get(person).text
    assert "Øv at skifte nålen" not in signed_in(auditor).get(person).text
    assert "Øv at skifte nålen" not in signed_in(colleague).get(where(bedside)).text


def test_a_task_with_a_second_approval_is_hers_after_both_and_her_yes(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    maja = world.role(world.person("Maja Lind", "SPL"), Role.GUIDE)
    bedside.task.second_approval = True
    world.settle()
    seq = bedside.sign().seq
    world.session.commit()
    guide, second, amira = signed_in(bedside.guide), signed_in(maja), signed_in(bedside.helper)
    assert "Venter på en anden kollega, der må skrive under." in guide.get(signature(bedside, seq)).text
    own = guide.post(signature(bedside, seq, "/second"), data={"answer": "yes"})
    assert "Du har selv skrevet under. Den anden godkendelse skal gives af en anden." in own.text
    early = amira.post(f"/answer/{seq}", data={"answer": "yes"})
    assert early.status_code == 422
    assert "Den venter på en anden godkendelse fra en kollega." in early.text
    assert "venter på dit ja" not in amira.get("/me").text
    assert "Må ikke endnu. Skrevet under, venter på en anden godkendelse." in amira.get(may(bedside)).text
    assert "Venter på en anden godkendelse" in second.get("/queue").text
    assert "Godkend som Maja Lind" in second.get(signature(bedside, seq, "/second")).text
    assert second.post(signature(bedside, seq, "/second"), data={"answer": "yes"}).status_code == 302
    assert level(bedside) == 0, "her own yes is still waited for"
    assert "Godkendt af Maja Lind" in second.get(signature(bedside, seq)).text
    assert "Godkendt af Maja Lind" in amira.get(f"/answer/{seq}").text
    assert amira.post(f"/answer/{seq}", data={"answer": "yes"}).status_code == 302
    assert level(bedside) == 1


def test_the_second_sends_it_back_with_what_to_practise(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    maja = world.role(world.person("Maja Lind", "SPL"), Role.GUIDE)
    bedside.task.second_approval = True
    world.settle()
    seq = bedside.sign().seq
    world.session.commit()
    second = signed_in(maja)
    empty = second.post(signature(bedside, seq, "/second"), data={"answer": "no", "comment": ""})
    assert "Skriv, hvad der stadig skal øves." in empty.text
    sent = second.post(signature(bedside, seq, "/second"), data={"answer": "no", "comment": "Øv hygiejnen"})
    assert sent.status_code == 302
    amira = signed_in(bedside.helper)
    for page in (f"/answer/{seq}", may(bedside), "/me"):
        assert "Øv hygiejnen" in amira.get(page).text, page
    assert "Sendt tilbage. Den giver ingen ret." in signed_in(bedside.guide).get(signature(bedside, seq)).text
    assert level(bedside) == 0


def test_a_suspension_closes_the_task_for_its_days_and_is_called_off(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    leader = world.role(world.person("Lars Bisgaard"), Role.LEADER)
    seq = bedside.sign().seq
    commands.accept(world.session, seq, by=bedside.helper.actor)
    world.settle()
    world.session.commit()
    lars, amira, guide = signed_in(leader), signed_in(bedside.helper), signed_in(bedside.guide)
    assert "Sæt på pause" in lars.get(f"/people/{bedside.helper.person.id}").text
    assert guide.get(signature(bedside, seq, "/suspend")).status_code == 403
    page = signature(bedside, seq, "/suspend")
    assert "Skriv hvorfor" in lars.post(page, data={"valid_from": str(today()), "reason": ""}).text
    past = lars.post(page, data={"valid_from": str(today() - timedelta(days=1)), "reason": "Fejl i dosis"})
    assert "Den første dag skal være i dag eller senere." in past.text
    days = {"valid_from": str(today()), "valid_through": str(today() + timedelta(days=6)), "reason": "Øv dosis igen"}
    assert lars.post(page, data=days).status_code == 302
    assert [level(bedside, after) for after in (0, 6, 7)] == [0, 0, 1]
    assert "Den er allerede sat på pause." in lars.post(page, data=days).text
    assert "Øv dosis igen" in amira.get(may(bedside)).text
    for others in (lars, guide):
        assert "Øv dosis igen" not in others.get(f"/people/{bedside.helper.person.id}").text
    assert "Genoptag i dag" in lars.get(page).text
    assert lars.post(signature(bedside, seq, "/resume")).status_code == 302
    assert level(bedside) == 1
    assert "Øv dosis igen" not in amira.get(may(bedside)).text


def test_a_new_signature_does_not_get_around_a_suspension(bedside: Bedside) -> None:
    world = bedside.world
    leader = world.role(world.person("Lars Bisgaard"), Role.LEADER)
    first = bedside.sign().seq
    commands.accept(world.session, first, by=bedside.helper.actor)
    commands.suspend(
        world.session, bedside.helper.employment.id, first, valid_from=today(), valid_to=None, reason="Øv igen",
        by=leader.actor,
    )  # fmt: skip
    with clock.set_to(now() + timedelta(days=2)):
        bedside.world.observed(bedside.helper, bedside.task, by=bedside.guide)
        again = bedside.sign().seq
        commands.accept(world.session, again, by=bedside.helper.actor)
        assert level(bedside) == 0
        begin_writing(world.session)
        commands.resume(world.session, bedside.helper.employment.id, again, by=leader.actor)
        assert level(bedside) == 1


def test_the_person_reads_why_it_was_revoked(bedside: Bedside, signed_in: SignIn) -> None:
    world = bedside.world
    seq = bedside.sign().seq
    commands.accept(world.session, seq, by=bedside.helper.actor)
    commands.revoke(
        world.session, bedside.helper.employment.id, seq, reason="Ny pen, øv den først", by=bedside.guide.actor
    )
    world.settle()
    world.session.commit()
    amira = signed_in(bedside.helper)
    assert f"/answer/{seq}" in amira.get(may(bedside)).text
    assert "Ny pen, øv den først" in amira.get(may(bedside)).text
    page = amira.get(f"/answer/{seq}").text
    assert "Tilbagekaldt den" in page
    assert "Ny pen, øv den først" in page
    assert "Giv opgaven tilbage" not in page
