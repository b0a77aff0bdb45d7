"""What an employee writes herself is read by nothing that decides, counts, vouches or goes on paper."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from competence.access.rules import Role
from competence.decision.asking import get_facts
from competence.decision.rules import may
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.practice import commands
from competence.practice.rules import Rating, Wanted
from tests.factories import Someone
from tests.practice.conftest import Own
from tests.statements import counted

SignIn = Callable[[Someone], FlaskClient]
TABLES = ("practice_done", "practice_use", "training_request", "own_note", "self_rating")


def write_everything(own: Own) -> None:
    session, amira, place = own.world.session, own.amira.actor, (own.job, own.insulin.id)
    commands.use_log(session, today(), by=own.administrator.actor)
    commands.log_done(session, *place, today(), by=amira)
    commands.ask_for_training(session, *place, words="Pennen", wanted=Wanted.REFRESH, by=amira)
    commands.write_note(session, *place, "Skift nål", seen=0, by=amira)
    commands.rate_oneself(session, *place, Rating.UNSURE, show=True, by=amira)


def test_the_answer_is_the_same_whatever_she_has_written(own: Own) -> None:
    session = own.world.session
    with counted() as sent:
        before = [may(get_facts(session, own.job), task.id, on=today()) for task in (own.insulin, own.oxygen)]
        write_everything(own)
        after = [may(get_facts(session, own.job), task.id, on=today()) for task in (own.insulin, own.oxygen)]
    assert before == after
    assert before[0].level == 2
    assert any("own_note" in one for one in sent), "the watcher sees what is written"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_page_that_counts_or_vouches_reads_it(own: Own, signed_in: SignIn) -> None:
    write_everything(own)
    auditor = own.world.role(own.world.person("Lis Tornbjerg", "SSH"), Role.AUDITOR, over=own.world.root)
    own.world.settle().session.commit()
    begin_writing(own.world.session)
    person, unit, day = own.amira.person.id, own.world.team.id, today().isoformat()
    pages = (
        (own.leader, [f"/coverage/{unit}", "/who-may?q=insulin&shift=D", f"/inspection/person/{person}?on={day}"]),
        (auditor, [f"/inspection/unit/{unit}?on={day}", f"/people/{person}"]),
        (own.amira, ["/me/may", "/me/passport", "/me/passport.pdf"]),
    )
    for reader, addresses in pages:
        client = signed_in(reader)
        for address in addresses:
            with counted() as sent:
                answer = client.get(address, follow_redirects=True)
            assert answer.status_code == 200, address
            assert len(sent) > 3, address
            assert not [one for one in sent for table in TABLES if table in one], address
