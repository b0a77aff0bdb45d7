"""The night's run: a proposal stands for each team in the morning, and nobody's choice is overwritten."""

from datetime import timedelta

from sqlalchemy import select, update

from competence.foundation.clock import now
from competence.foundation.orm import begin_writing
from competence.training.models import TrainingRun
from competence.training.nightly import propose


def runs(session):
    """All proposals as they are stored."""
    session.rollback()
    return session.scalars(select(TrainingRun).order_by(TrainingRun.id).execution_options(populate_existing=True)).all()


def a_day_later(session):
    """All proposals were worked out yesterday."""
    begin_writing(session)
    session.execute(update(TrainingRun).values(made_at=now() - timedelta(days=1)))
    session.commit()


def test_a_team_with_a_gap_has_its_proposal_in_the_morning_by_nobody_and_once_a_day(team, leader, plan):
    session = team.world.session
    session.commit()
    assert propose(session) == (1, 0)
    (run,) = runs(session)
    assert (run.unit_id, run.made_by, run.revision) == (team.world.team.id, None, 1)
    page = leader.get(plan).text
    assert "Forslaget er regnet ud i dag kl." in page
    assert "Søren Juhl" in page
    assert propose(session) == (0, 0)
    a_day_later(session)
    assert propose(session) == (1, 0)
    (run,) = runs(session)
    assert run.revision == 1, "what came out as before is the same proposal"
    assert "Forslaget er regnet ud i dag kl." in leader.get(plan).text


def test_what_the_leader_turned_off_stays_off_and_what_she_agreed_to_is_left_alone(team, leader, plan):
    session = team.world.session
    leader.post(plan)
    (run,) = runs(session)
    row = run.content["rows"][0]
    off = {"employment": row["employment_id"], "task": row["task_id"], "seen": run.revision}
    assert leader.post(f"{plan}/switch", data=off).status_code == 302
    a_day_later(session)
    propose(session)
    (run,) = runs(session)
    assert [off["employment"], off["task"]] in run.terms["without"]
    assert off["employment"] not in [
        one["employment_id"] for one in run.content["rows"] if one["task_id"] == off["task"]
    ]
    if run.content["rows"]:
        assert leader.post(f"{plan}/agree", data={"seen": run.revision}).status_code == 302
        a_day_later(session)
        assert propose(session) == (0, 0)
