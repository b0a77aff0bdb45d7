"""The weekly mail: once each, kept while the mail server is down, and stopped in one click."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

from flask import render_template
from sqlalchemy import func, select

from competence.app import speaker
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, set_to, today
from competence.foundation.orm import engine_for
from competence.people.models import Absence
from competence.people.retention import erase
from competence.reminders.models import MailRefusal, OutgoingMail, Reminder
from competence.reminders.rules import DIGEST, State, week_of
from competence.reminders.sending import Post
from competence.reminders.sending import run as run_for
from competence.signoffs.models import Exemption

EVERYBODY = ["amira@proeveby.example", "dorthe@proeveby.example", "hanne@proeveby.example"]


def states(team):
    team.world.session.commit()
    return sorted(team.world.session.scalars(select(OutgoingMail.state)))


def next_monday():
    return set_to(now() + (week_of(today()) + timedelta(days=7) - today()))


def test_each_gets_one_mail_in_words_she_may_read(team, run, post):
    team.ends_in(7)
    team.world.session.add(
        Exemption(
            person_id=team.helper.person.id, task_id=team.world.task("Katheter").id, valid_from=today(),
            valid_to=today() + timedelta(days=8), recorded_at=now(),
        )
    )  # fmt: skip
    assert "3 mails er sendt" in run().output
    assert post.to == EVERYBODY
    mails = {str(mail["To"]).split("@")[0]: mail for mail in post.mails}
    own = mails["amira"].get_body(("plain",)).get_content()
    assert "Din underskrift på Insulin med pen gælder til og med" in own
    assert "Efter aftale udfører du ikke Katheter" in own
    assert "https://kompetence.example/reminders" in own
    led = mails["dorthe"].get_body(("html",)).get_content()
    assert "Amira Haddad: underskriften på Insulin med pen" in led
    assert "En aftale med en medarbejder" in led
    assert "Katheter" not in led, "who is exempt from what is for the page alone"
    assert "Amira Haddad" not in own
    assert 'lang="da"' in led


def test_it_is_sent_once_however_often_it_is_run_and_the_next_week_only_with_something_new(team, run, post):
    team.ends_in(30)
    assert "3 mails er sendt" in run().output
    assert "0 mails er sendt" in run().output
    with next_monday():
        run()
    assert len(post.mails) == 3, "nothing is new"
    with set_to(now() + timedelta(days=24)):
        run()
    assert len(post.mails) == 6, "the next rung"
    second = team.world.task("Sårpleje")
    team.world.cell(second, "SSH", CellRule.MAY_GENERAL)
    team.ends_in(30, task=second)
    run()
    assert len(post.mails) == 6, "the clock has gone back to a week before one that had its mail"


def test_a_mail_server_that_is_down_keeps_them_and_sends_each_once_when_it_is_up(team, run, post):
    team.ends_in(7)
    post.stop()
    said = run()
    assert (said.exit_code, "Mailserveren kunne ikke nås" in said.output) == (1, True)
    assert states(team) == [State.WAITING] * 3
    post.start()
    with set_to(now() + timedelta(hours=1)):
        assert run().exit_code == 0
        run()
    assert post.to == EVERYBODY
    assert states(team) == [State.SENT] * 3


def test_a_server_that_asks_to_wait_is_asked_again_and_one_that_refuses_is_not(team, run, post):
    team.ends_in(7)
    post.refuses = "450 mailbox busy"
    assert "3 mails venter" in run().output
    post.refuses = "550 no such user"
    with set_to(now() + timedelta(hours=1)):
        assert "3 mails tages ikke imod" in run().output
    post.refuses = ""
    with set_to(now() + timedelta(days=2)):
        run()
    assert post.mails == []
    assert states(team) == [State.REFUSED] * 3


def test_what_is_renewed_before_the_mail_goes_is_not_told(team, run, post):
    team.ends_in(7)
    post.stop()
    run()
    team.world.signed(team.helper, team.task, by=team.guide, days_ago=0)
    post.start()
    with set_to(now() + timedelta(hours=1)):
        run()
    assert post.mails == []
    assert states(team) == [State.DROPPED] * 3


def test_no_mail_while_away_and_one_when_she_is_back(team, run, post):
    team.ends_in(20)
    team.world.session.add(
        Absence(
            employment_id=team.helper.employment.id, valid_from=today(), valid_to=today() + timedelta(days=10),
            recorded_at=now(),
        )
    )  # fmt: skip
    run()
    assert post.to == ["dorthe@proeveby.example"]
    led = post.mails[0].get_body(("plain",)).get_content()
    assert "En medarbejder er tilbage eller er det snart" in led
    assert "Amira" not in led, "who has been away is for the page alone"
    with set_to(now() + timedelta(days=10)):
        run()
        run()
    assert post.to.count("amira@proeveby.example") == 1


def test_two_machines_at_once_send_each_mail_once(team, run, post, database):
    team.ends_in(7)
    post_settings = Post(post.url, "fra@proeveby.example", "only for tests, only for tests, only", "https://k.example")
    engines = [engine_for(database.url) for _ in range(2)]

    def one(engine):
        with speaker().app_context():
            return run_for(engine, team.world.municipality.id, post_settings)

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(one, engines))
    for engine in engines:
        engine.dispose()
    assert post.to == EVERYBODY
    assert sum(one.reminders for one in told) == 3
    assert sum(one.sent for one in told) == 3


def test_killed_while_a_mail_is_handed_over_no_mail_is_sent_twice_and_the_doubtful_one_is_known(
    team, run, post, database
):
    team.ends_in(7)
    environment = os.environ | {
        "DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url, "SMTP_URL": post.url,
        "SECRET_KEY": "only for tests, only for tests, only", "PYTHONPATH": os.getcwd(),
    }  # fmt: skip
    running: list[subprocess.Popen[bytes]] = []
    post.when_taken = lambda: os.kill(running[0].pid, signal.SIGKILL)
    running.append(subprocess.Popen([sys.executable, "-m", "competence.cli", "remind"], env=environment))
    assert running[0].wait(timeout=60) == -signal.SIGKILL
    post.when_taken = None
    assert len(post.mails) == 1
    assert run().exit_code == 0
    assert post.to == EVERYBODY
    assert states(team) == [State.SENDING, State.SENT, State.SENT]
    with set_to(now() + timedelta(hours=1)):
        assert "1 mails er måske sendt" in run().output
        assert json.loads(run("--json").output)[0]["unknown"] == 0, "told once"
    assert post.to == EVERYBODY


def test_one_click_in_a_mail_stops_it_signed_out_and_again_and_nobody_elses(team, run, post, app, client):
    team.ends_in(7)
    run()
    mail = next(mail for mail in post.mails if str(mail["To"]).startswith("amira"))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    app.config["WTF_CSRF_ENABLED"] = True
    assert "Stop mailene" in client.get(link.path).text
    assert "Amira" not in client.get(link.path).text

    def refused():
        team.world.session.commit()
        rows = team.world.session.scalars(select(MailRefusal).order_by(MailRefusal.id))
        return {(row.person_id, row.kind) for row in rows}

    assert refused() == set(), "looking stops nothing"
    for _time in range(2):
        assert client.post(link.path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert refused() == {(team.helper.person.id, kind) for kind in DIGEST}
    assert client.post(f"{link.path[:-2]}xx", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert len(refused()) == len(DIGEST)
    with set_to(now() + timedelta(days=21)):
        team.ends_in(7)
        run()
    assert post.to.count("amira@proeveby.example") == 1
    assert post.to.count("hanne@proeveby.example") == 2


def test_one_kind_is_stopped_on_ones_own_page_and_taken_up_again(team, run, post, signed_in):
    team.ends_in(7)
    client = signed_in(team.helper)
    page = client.get("/account/mails")
    assert "Underskrifter, der udløber" in page.text
    client.post("/account/mails", data={"wanted": ["delegations", "exemptions", "returns", "hearings"]})
    run()
    assert post.to == EVERYBODY[1:]
    client.post("/account/mails", data={"wanted": ["signoffs"]})
    run()
    assert post.to == EVERYBODY, "it still stood, and had been in no mail"
    assert client.post("/account/mails", data={"wanted": ["all"]}).status_code in (200, 422)


def test_reminders_and_mails_are_erased_when_their_period_is_over(team, run, post):
    team.ends_in(7)
    run()
    session = team.world.session
    erase(session, on=today() + timedelta(days=150))
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 3
    erase(session, on=today() + timedelta(days=200))
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 0
    assert session.scalar(select(func.count()).select_from(Reminder)) == 0


def test_a_plain_mail_says_a_name_as_it_is_written_and_a_page_escapes_it(app):
    said = {
        "first_name": "D'Angela",
        "own": [],
        "others": [],
        "stops": [],
        "language": "da",
        "municipality": "Fjordby & Omegn",
    }
    with app.test_request_context():
        assert "D'Angela" in render_template("reminders/digest.txt", **said)
        assert "D&#39;Angela" in render_template("reminders/digest.html", **said)
