"""A word about a class comes by mail once, and not to whoever wants none."""

from datetime import time, timedelta

import pytest

from competence.access.rules import Role
from competence.foundation.clock import today
from competence.learning.rules import Part
from competence.teaching import commands
from competence.teaching.rules import WallTime

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_cancelled_class_is_mailed_once_with_its_sentence(team, run, post):
    world = team.world
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE)
    new = commands.NewClass(
        "Insulin med pen", Part.FORMAL, 2, [WallTime(today() + timedelta(days=9), time(13), time(15))], [world.team.id]
    )
    row = commands.plan_class(world.session, new, by=nurse.actor)
    commands.sign_up(world.session, row.id, by=team.helper.actor)
    commands.cancel_class(world.session, row.id, "Underviseren er væk", seen=1, by=nurse.actor)
    world.session.commit()
    run()
    [mail] = post.mails
    text = mail.get_body(("plain",)).get_content()
    assert str(mail["Subject"]) == "Insulin med pen er aflyst"
    assert "Underviseren er væk" in text
    assert "/me/classes" in text
    run()
    assert len(post.mails) == 1
