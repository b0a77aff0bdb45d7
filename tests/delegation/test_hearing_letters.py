"""Those who are asked about a draft are told: by mail, at the bell and on their own page; reminded; and answered."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_string
from email.message import Message
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from competence.access.rules import Role
from competence.delegation.commands.drafts import make_draft
from competence.delegation.commands.hearing import comment, open_hearing, remind_hearing
from competence.delegation.queries.hearing import asked, hearings_waiting, to_remind
from competence.foundation.clock import now, set_to, today
from competence.foundation.console import Console
from competence.foundation.errors import RuleBroken
from competence.reminders.cli import remind

WEEK = timedelta(days=7)


class Inbox:
    """Keeps what it is sent; refuses an address that begins with "full"."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if address.startswith("full"):
            return "552 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        self.mails.append(message_from_string(envelope.content.decode(), policy=default))
        return "250 OK"

    @property
    def to(self) -> list[str]:
        """Who has got a mail, in the order they were sent."""
        return [str(mail["To"]) for mail in self.mails]


@pytest.fixture
def inbox(app) -> Iterator[Inbox]:
    """A mail server that the settings name."""
    kept = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, smtp_url=f"smtp://127.0.0.1:{port}")
    yield kept
    app.config["SETTINGS"] = before
    controller.stop()


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def member(world):
    someone = world.role(world.person("Gitte Vang", "SSA"), Role.COMMITTEE, over=world.root)
    world.account(someone, "gitte@proeveby.example")
    return someone


@pytest.fixture
def leader(world):
    someone = world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER, over=world.team)
    world.account(someone, "lars@proeveby.example")
    return someone


@pytest.fixture
def draft(world, nurse, member, leader):
    return make_draft(world.session, from_number=1, by=nurse.actor)


ASKED = {"until": (today() + WEEK).isoformat(), "roles": [Role.LEADER.value, Role.COMMITTEE.value]}


def heard(world, nurse, draft, **more):
    said = {"until": today() + WEEK, "roles": [Role.LEADER, Role.COMMITTEE], "person_ids": []} | more
    return open_hearing(world.session, draft.number, by=nurse.actor, **said)


def test_those_who_are_asked_are_mailed_with_the_day_and_the_address(nurse, draft, inbox, signed_in):
    page = signed_in(nurse).post("/matrix/hearing/2/open", data=ASKED, follow_redirects=True).text
    assert inbox.to == ["gitte@proeveby.example", "lars@proeveby.example"]
    text = inbox.mails[0].get_content()
    assert "version 2 af opgavedelingen i Prøveby Kommune" in text
    assert "/matrix/hearing/2" in text
    assert "2 personer har fået en mail" in page
    assert "2 personer er spurgt i alt, 2 har ikke skrevet" in page


def test_a_mailbox_that_refuses_is_told_and_the_others_get_theirs(world, nurse, draft, inbox, signed_in):
    someone = world.role(world.person("Fie Fuld", "SPL"), Role.LEADER, over=world.team)
    world.account(someone, "full@proeveby.example")
    page = signed_in(nurse).post("/matrix/hearing/2/open", data=ASKED, follow_redirects=True).text
    assert inbox.to == ["gitte@proeveby.example", "lars@proeveby.example"]
    assert "1 mail kunne ikke sendes" in page


def test_without_a_mail_server_the_hearing_opens_and_waits_on_their_own_page(nurse, leader, draft, signed_in):
    assert signed_in(nurse).post("/matrix/hearing/2/open", data=ASKED).status_code == 302
    page = signed_in(leader).get("/me").text
    assert "Version 2 af opgavedelingen er i høring" in page
    assert "1 ting venter på dig" in page
    assert "/matrix/hearing/2" in page


def test_it_waits_until_she_has_commented_or_the_last_day_is_over(world, nurse, leader, member, draft):
    heard(world, nurse, draft)
    assert hearings_waiting(world.session, leader.actor, on=today()) == [(2, today() + WEEK)]
    assert not hearings_waiting(world.session, leader.actor, on=today() + WEEK + timedelta(days=1))
    comment(world.session, 2, "Fint", by=leader.actor)
    assert not hearings_waiting(world.session, leader.actor, on=today())
    assert hearings_waiting(world.session, member.actor, on=today())


def test_only_those_who_have_said_nothing_are_reminded(world, nurse, leader, draft, inbox, signed_in):
    heard(world, nurse, draft)
    comment(world.session, 2, "Fint", by=leader.actor)
    client = signed_in(nurse)
    page = client.post("/matrix/hearing/2/remind", follow_redirects=True).text
    assert inbox.to == ["gitte@proeveby.example"]
    assert "stadig i høring" in inbox.mails[0].get_content()
    assert "Mindet om det" in page


def test_nobody_is_reminded_when_all_have_commented_or_no_hearing_runs(world, nurse, leader, draft):
    with pytest.raises(RuleBroken, match="not in hearing"):
        remind_hearing(world.session, 2, by=nurse.actor)
    heard(world, nurse, draft, roles=[Role.LEADER])
    comment(world.session, 2, "Fint", by=leader.actor)
    with pytest.raises(RuleBroken, match="nobody to remind"):
        remind_hearing(world.session, 2, by=nurse.actor)


def test_an_ended_role_is_not_asked(world, nurse, member, draft):
    ended = world.role(world.person("Ole Ophørt", "SPL"), Role.LEADER, until=today())
    heard(world, nurse, draft)
    assert ended.person.id not in {one.person_id for one in asked(world.session, draft.id, on=today())}


@pytest.mark.parametrize(("left", "due"), [(0, [2]), (3, [2]), (4, [])])
def test_a_hearing_is_reminded_of_once_in_its_last_days(world, nurse, draft, left, due):
    heard(world, nurse, draft, until=today() + timedelta(days=left))
    within = timedelta(days=3)
    assert to_remind(world.session, on=today(), within=within) == due
    remind_hearing(world.session, 2, by=None)
    assert to_remind(world.session, on=today(), within=within) == []
    heard(world, nurse, draft, until=today() + timedelta(days=left))
    assert to_remind(world.session, on=today(), within=within) == due, "a new hearing has its own reminder"


def test_whoever_commented_is_mailed_the_way_to_the_answer(world, nurse, leader, draft, inbox, signed_in):
    heard(world, nurse, draft)
    said = comment(world.session, 2, "Er der tid?", by=leader.actor)
    client = signed_in(nurse)
    client.post(f"/matrix/hearing/2/answer/{said.id}", data={"answer": " "})
    assert inbox.to == []
    client.post(f"/matrix/hearing/2/answer/{said.id}", data={"answer": "Ja, i marts."})
    assert inbox.to == ["lars@proeveby.example"]
    assert "er besvaret" in inbox.mails[0].get_content()
    assert "Ja, i marts." in signed_in(leader).get("/matrix/hearing/2").text


def test_an_answer_that_is_refused_is_kept_where_it_was_typed(world, nurse, leader, draft, signed_in):
    heard(world, nurse, draft)
    said = comment(world.session, 2, "Er der tid?", by=leader.actor)
    page = signed_in(nurse).post(f"/matrix/hearing/2/answer/{said.id}", data={"answer": "Som hos 010203-1234"})
    assert page.status_code == 422
    assert "Som hos 010203-1234</textarea>" in page.text
    assert f'id="answer-{said.id}-error"' in page.text


def reminded_by_timer(app, world):
    """What `competence remind` prints."""
    world.session.commit()
    console = Console(lambda: app.config["SETTINGS"], lambda _session, _name: world.municipality.id)
    with app.app_context():
        said = CliRunner().invoke(remind, obj=console)
    console.close()
    return said


def test_the_timer_reminds_once_in_the_last_days(world, nurse, leader, draft, inbox, app):
    heard(world, nurse, draft, until=today() + timedelta(days=2))
    comment(world.session, 2, "Fint", by=leader.actor)
    assert "1 mails er sendt" in reminded_by_timer(app, world).output
    assert inbox.to == ["gitte@proeveby.example"]
    assert "/matrix/hearing/2" in inbox.mails[0].get_content()
    assert "0 mails er sendt" in reminded_by_timer(app, world).output
    assert len(inbox.mails) == 1


def test_a_hearing_whose_mail_the_server_did_not_take_is_mailed_later(world, nurse, leader, draft, inbox, app):
    heard(world, nurse, draft, until=today() + timedelta(days=2))
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, smtp_url="smtp://127.0.0.1:1")
    assert reminded_by_timer(app, world).exit_code == 1
    app.config["SETTINGS"] = settings
    with set_to(now() + timedelta(hours=1)):
        reminded_by_timer(app, world)
        reminded_by_timer(app, world)
    assert sorted(inbox.to) == ["gitte@proeveby.example", "lars@proeveby.example"]


def test_without_a_mail_server_the_hearing_waits_for_one(world, nurse, leader, draft, app):
    heard(world, nurse, draft, until=today() + timedelta(days=2))
    said = reminded_by_timer(app, world)
    assert (said.exit_code, "Ingen mailserver" in said.output) == (0, True)
    assert to_remind(world.session, on=today(), within=timedelta(days=3)) == [2]
