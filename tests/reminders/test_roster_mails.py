"""The mail about gaps in the coming shifts: only to those who asked, after a roster and once a week, without names."""

from datetime import timedelta

import pytest

from competence.coverage.rules import Shift
from competence.foundation.clock import now, set_to, today
from competence.reminders.commands import choose_mails, stop_mails
from competence.reminders.queries import refused_by
from competence.reminders.rules import MailKind, week_of
from competence.roster.commands import import_roster, of_rows
from competence.roster.rules import Planned


@pytest.fixture
def roster(team):
    """The helper, who may not do it, is alone on the day after tomorrow."""
    other = team.world.task("Skylning af blærekateter")
    team.world.requirement(other, Shift.DAY, 1)
    team.world.settle().session.commit()

    def take(ahead=2):
        start = (now() + timedelta(days=ahead)).replace(hour=8, minute=0, second=0, microsecond=0)
        helper = team.helper
        duty = Planned(helper.person.id, helper.employment.id, helper.unit.id, start, start + timedelta(hours=6))
        import_roster(team.world.session, of_rows([duty], (), ()), by=None)
        team.world.session.commit()

    return take


def ask(team):
    choose_mails(team.world.session, [MailKind.ROSTER], by=team.leader.actor)
    team.world.session.commit()


def test_nobody_gets_it_unasked_and_who_asked_gets_one_after_a_roster(team, run, post, roster):
    roster()
    run()
    assert not [mail for mail in post.mails if "Huller" in mail["Subject"]]
    ask(team)
    roster(3)
    run()
    run()
    (mail,) = [mail for mail in post.mails if "Huller" in mail["Subject"]]
    text = mail.get_body(("plain",)).get_content()
    assert "Skylning af blærekateter, 0 af 1" in text
    assert f"/roster/{team.helper.unit.id}/{today() + timedelta(days=3)}/D" in text
    assert "Amira" not in text
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_it_comes_again_next_week_until_it_is_stopped(team, run, post, roster):
    roster(10)
    ask(team)
    run()
    with set_to(now() + (week_of(today()) + timedelta(days=7) - today())):
        run()
        assert len([mail for mail in post.mails if "Huller" in mail["Subject"]]) == 2
        stop_mails(team.world.session, team.leader.person.id, [MailKind.ROSTER])
        team.world.session.commit()
        assert MailKind.ROSTER in refused_by(team.world.session, team.leader.person.id)
    with set_to(now() + (week_of(today()) + timedelta(days=14) - today())):
        run()
    assert len([mail for mail in post.mails if "Huller" in mail["Subject"]]) == 2
