"""Her own pages as they are read, and what nobody else ever reads."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.practice import commands
from competence.practice.models import OwnNote, PracticeDone
from competence.practice.rules import Rating
from tests.factories import Someone
from tests.practice.conftest import Own
from tests.statements import counted

SignIn = Callable[[Someone], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WORDS = ("Gjort i dag", "Sidst udført", "genopfriskning", "Genopfriskning")
SECRET, ASKED = "Jeg ryster på hånden", "Vil gerne øve flowmåleren"


def switch_on(own: Own) -> None:
    commands.use_log(own.world.session, today(), by=own.administrator.actor)
    own.world.session.commit()
    begin_writing(own.world.session)


def test_while_the_log_is_not_in_use_there_is_no_word_and_no_page(own: Own, signed_in: SignIn) -> None:
    amira = signed_in(own.amira)
    for address in ("/me", own.why(own.insulin), "/me/written", own.page(own.insulin, "training")):
        page = amira.get(address).text
        assert not [word for word in WORDS if word in page], address
    asked = amira.get(own.page(own.insulin, "training") + "?wanted=refresh").text
    assert "Bed om mere oplæring" in asked
    assert "genopfriskning" not in asked
    for method, what in (("GET", "done"), ("POST", "done"), ("POST", "done/undo")):
        said = {"done_on": today().isoformat()}
        assert amira.open(own.page(own.insulin, what), method=method, data=said).status_code == 404, what
    assert own.world.session.scalars(select(PracticeDone)).all() == []


def test_five_months_without_it_suggest_a_refresh_until_it_is_done(own: Own, signed_in: SignIn) -> None:
    switch_on(own)
    amira = signed_in(own.amira)
    page = amira.get("/me").text
    assert "Bed om en genopfriskning?" in page
    assert "Sidst udført for 5 måneder siden." in page
    why = amira.get(own.why(own.insulin)).text
    assert "Du må udføre opgaven som før." in why
    answer = amira.post(own.page(own.insulin, "training") + "?wanted=refresh", data={"words": ""})
    assert answer.location == own.why(own.insulin)
    assert "Du bad om en genopfriskning den" in amira.get(own.why(own.insulin)).text
    answer = amira.post(own.page(own.insulin, "done"), data={"done_on": today().isoformat()}, follow_redirects=True)
    assert "Sidst udført i dag." in answer.text
    assert "Bed om en genopfriskning?" not in amira.get("/me").text
    assert amira.post(own.page(own.insulin, "done/undo"), data={"done_on": today().isoformat()}).status_code == 302
    assert "Bed om en genopfriskning?" in amira.get("/me").text


def test_a_day_out_of_range_is_refused_at_its_field_and_kept(own: Own, signed_in: SignIn) -> None:
    switch_on(own)
    amira, day = signed_in(own.amira), today() - timedelta(days=31)
    answer = amira.post(own.page(own.insulin, "done"), data={"done_on": day.isoformat()})
    assert answer.status_code == 422
    assert "Du kan notere de seneste 30 dage." in answer.text
    assert f'value="{day}"' in answer.text
    assert amira.post(own.page(own.insulin, "done"), data={"done_on": "i går"}).status_code == 422
    amira.post(own.page(own.insulin, "done"), data={"done_on": (today() - timedelta(days=30)).isoformat()})
    assert "Noteret de seneste 30 dage" in amira.get(own.page(own.insulin, "done")).text


def test_a_guide_reads_her_word_in_the_queue_and_notes_that_it_was_held(own: Own, signed_in: SignIn) -> None:
    amira = signed_in(own.amira)
    assert "Bed om mere oplæring" in amira.get(own.why(own.oxygen)).text
    amira.post(own.page(own.oxygen, "training"), data={"words": ASKED})
    hanne = signed_in(own.guide)
    queue = hanne.get("/queue").text
    assert "Vil øve mere" in queue
    assert f"“{ASKED}”" in queue
    held = queue.partition("/held")[0].rpartition('"')[2] + "/held"
    assert hanne.post(held).location == "/queue"
    assert ASKED not in hanne.get("/queue").text
    written = amira.get("/me/written").text
    assert ASKED in written
    assert "oplæringen er holdt" in written


def test_she_asks_for_training_from_where_she_answers(own: Own, signed_in: SignIn) -> None:
    seq = own.world.signed(own.amira, own.oxygen, 1, by=own.guide, days_ago=1, accepted=False)
    amira = signed_in(own.amira)
    assert f'href="{own.page(own.oxygen, "training")}"' in amira.get(f"/answer/{seq}").text
    assert amira.post(f"/answer/{seq}", data={"answer": "not_yet"}).status_code == 302
    assert f'href="{own.page(own.oxygen, "training")}"' in amira.get(f"/answer/{seq}").text


def test_her_not_yet_stands_with_whoever_signed_until_somebody_signs_again(own: Own, signed_in: SignIn) -> None:
    other = own.world.role(own.world.person("Maja Lind", "SPL"), Role.GUIDE)
    seq = own.world.signed(own.amira, own.oxygen, 1, by=own.guide, days_ago=1, accepted=False)
    signed_in(own.amira).post(f"/answer/{seq}", data={"answer": "not_yet", "reason": ASKED})
    hanne = signed_in(own.guide)
    queue = hanne.get("/queue").text
    assert "Svarede “ikke endnu” på din underskrift den" in queue
    assert f"“{ASKED}”" in queue
    assert ASKED not in signed_in(other).get("/queue").text, "the reason is for whoever signed"
    begin_writing(own.world.session)
    own.world.signed(own.amira, own.oxygen, 1, by=own.guide, days_ago=0, accepted=False)
    own.world.session.commit()
    assert ASKED not in hanne.get("/queue").text


def test_a_note_from_another_device_is_shown_beside_what_was_typed(own: Own, signed_in: SignIn) -> None:
    amira = signed_in(own.amira)
    amira.post(own.page(own.insulin, "note"), data={"text": "Fra telefonen", "seen": "0"})
    answer = amira.post(own.page(own.insulin, "note"), data={"text": "Fra tavlen", "seen": "0"})
    assert answer.status_code == 422
    assert "Fra telefonen" in answer.text
    assert "Fra tavlen</textarea>" in answer.text
    amira.post(own.page(own.insulin, "note"), data={"text": "Begge dele", "seen": "1"})
    assert own.world.session.scalars(select(OwnNote.text)).one() == "Begge dele"


def test_nobody_else_reads_what_she_writes_for_herself(own: Own, signed_in: SignIn) -> None:
    switch_on(own)
    session, amira = own.world.session, own.amira.actor
    commands.write_note(session, own.job, own.insulin.id, SECRET, seen=0, by=amira)
    commands.log_done(session, own.job, own.insulin.id, today(), by=amira)
    commands.rate_oneself(session, own.job, own.insulin.id, Rating.UNSURE, show=False, by=amira)
    commands.ask_for_training(session, own.job, own.oxygen.id, words=ASKED, by=amira)
    auditor = own.world.role(own.world.person("Lis Tornbjerg", "SSH"), Role.AUDITOR, over=own.world.root)
    nurse = own.world.role(own.world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=own.world.root)
    session.commit()
    begin_writing(session)
    person = own.amira.person.id
    for reader in (own.guide, own.leader, own.administrator, auditor, nurse):
        client = signed_in(reader)
        for address in (f"/people/{person}", own.why(own.insulin), own.page(own.insulin, "note"), "/me/written"):
            page = client.get(address).text
            found = [word for word in (SECRET, ASKED, "Jeg er usikker på den", "Gjort i dag") if word in page]
            assert not found, (reader.name, address)
    shown = signed_in(own.leader).get(f"/people/{person}").text
    assert "Egen vurdering" not in shown
    commands.rate_oneself(session, own.job, own.insulin.id, Rating.UNSURE, show=True, by=amira)
    session.commit()
    begin_writing(session)
    assert "Jeg er usikker på den" in signed_in(own.leader).get(f"/people/{person}").text
    for reader in (own.guide, auditor, nurse):
        assert "Jeg er usikker på den" not in signed_in(reader).get(f"/people/{person}").text, reader.name


def test_an_administrator_switches_it_on_with_the_date_and_off_again(own: Own, signed_in: SignIn) -> None:
    henrik, page = signed_in(own.administrator), "/settings/practice-log"
    assert "Ikke slået til. Det kræver datoen for drøftelsen i MED-udvalget." in henrik.get("/settings/").text
    assert "Skriv dagen for drøftelsen." in henrik.post(page, data={}).text
    answer = henrik.post(page, data={"discussed_on": today().isoformat()}, follow_redirects=True)
    assert "Slået til af Henrik Vestergaard" in answer.text
    assert "slettes 30 dage efter" in answer.text
    assert "Slået til. Drøftet i MED-udvalget den" in henrik.get("/settings/").text
    again = henrik.post(page, data={"discussed_on": today().isoformat()})
    assert "Loggen er allerede slået til." in again.text
    stopped = henrik.post(f"{page}/stop", follow_redirects=True).text
    assert "slået fra af Henrik Vestergaard" in stopped
    assert signed_in(own.leader).get(page).status_code == 403


def test_the_page_of_her_tasks_asks_as_much_for_many_days_as_for_one(own: Own, signed_in: SignIn) -> None:
    switch_on(own)
    amira = signed_in(own.amira)
    amira.get("/me")
    asked = []
    for days in (range(1), range(1, 9)):
        for ago in days:
            day, noted = today() - timedelta(days=150 + ago), own.insulin.recorded_at
            row = PracticeDone(person_id=own.amira.person.id, task_id=own.insulin.id, done_on=day, recorded_at=noted)
            own.world.session.add(row)
        own.world.session.commit()
        begin_writing(own.world.session)
        with counted() as sent:
            amira.get("/me")
        asked.append(len(sent))
    assert asked[0] == asked[1]
