"""Training that was planned with somebody is mailed to her and to whoever is asked to lead it, once, until answered."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.foundation.clock import now, today
from competence.learning.commands.planning import NewActivity, plan_activity
from competence.learning.models import DevelopmentPlan, PlannedActivity
from competence.learning.rules import Origin, Part

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def planned(team):
    """An activity of the helper that her leader has agreed to, led by the guide."""
    row = plan_activity(
        team.world.session, team.helper.employment.id,
        NewActivity(
            "Sidemandsoplæring", Part.DAILY, 90, led_by=team.guide.person.id, begins=today() + timedelta(days=3),
            last=today() + timedelta(days=9), origin=Origin.PROPOSAL,
        ),
        by=team.leader.actor,
    )  # fmt: skip
    team.world.session.commit()
    return row


def test_who_is_invited_and_who_is_asked_to_lead_are_mailed_once(team, run, post, planned):
    run()
    assert len(post.mails) == 2
    for mail in post.mails:
        text = mail.get_body(("plain",)).get_content()
        assert str(mail["Subject"]) == "Der er planlagt oplæring med dig, og den venter på dit svar"
        assert "Sidemandsoplæring" in text
        assert "/me/learning" in text
    run()
    assert len(post.mails) == 2


def test_who_has_answered_or_paused_her_plan_gets_none(team, run, post, planned):
    row = team.world.session.scalars(select(PlannedActivity)).one()
    row.yes_on, row.led_yes_at = today(), now()
    team.world.session.commit()
    run()
    assert post.mails == []
    row.yes_on = row.led_yes_at = None
    team.world.session.scalars(select(DevelopmentPlan)).one().paused_on = today()
    team.world.session.commit()
    run()
    assert post.mails == []
