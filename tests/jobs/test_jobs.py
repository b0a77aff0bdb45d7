"""A job is done once or not at all, whoever dies on the way; and whoever asked for it sees how far it is."""

import re
from datetime import timedelta
from random import Random

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from competence import config
from competence.access.rules import Actor, Role
from competence.accounts.models import RoleAssignment
from competence.app import speaker
from competence.audit.chain import breaks
from competence.audit.models import EvidenceEvent
from competence.decision.commands import differences
from competence.delegation.approving import KIND, Approval
from competence.delegation.queries import get_version
from competence.delegation.views import matrix
from competence.foundation import clock
from competence.foundation.changes import Tell
from competence.foundation.clock import now, today
from competence.foundation.console import Console
from competence.foundation.errors import NotFound, Overtaken
from competence.foundation.orm import begin_writing, open_session
from competence.foundation.text import Sentence
from competence.jobs import commands, running
from competence.jobs.cli import jobs
from competence.jobs.commands import Displaced, Taken
from competence.jobs.models import Job
from competence.jobs.queries import anything_to_do, job_of, unfinished
from competence.jobs.rules import STALE, TRIES, Standing, State
from competence.organisation.queries import municipality_named
from tests.databases import Database
from tests.decision.changing import Town, acts, all_stored, town
from tests.dying import DONE, dying
from tests.factories import World

LATER = STALE + timedelta(seconds=1)


def plainly(_locale: str, text: Sentence | str) -> str:
    return str(text)


@pytest.fixture
def made(world: World) -> Town:
    return town(world, 1)


def asked(made: Town, *, number: int | None = None) -> Job:
    """A job that approves the town's draft (or another version), committed."""
    session = made.world.session
    approval = Approval(number or made.draft, today() + timedelta(days=9), "development_nurse", {})
    begin_writing(session)
    job = commands.ask(
        session, KIND, str(approval.number), title="Version 2 bliver godkendt", leads_to="/matrix/2", said=approval.as_json(),
        by=made.boss.actor,
    )  # fmt: skip
    session.commit()
    return job


def run(made: Town, engine: Engine) -> tuple[State, str] | None:
    done = running.run_next(engine, made.world.municipality.id, plainly)
    made.world.session.rollback()
    made.world.session.expire_all()
    return None if done is None else done[1:]


def approved(made: Town) -> bool:
    made.world.session.rollback()
    made.world.session.expire_all()
    return get_version(made.world.session, made.draft).approved_at is not None


def test_a_job_is_free_until_somebody_takes_it_and_again_when_nothing_is_heard_of_it():
    moment = now()
    assert Standing(State.WAITING, None, 0).free(moment)
    assert not Standing(State.RUNNING, moment - STALE, 1).free(moment)
    assert Standing(State.RUNNING, moment - LATER, 1).free(moment)
    for over in (State.DONE, State.REFUSED, State.FAILED):
        assert not Standing(over, None, 1).free(moment)
    assert [Standing(State.WAITING, None, tries).hopeless for tries in (TRIES - 1, TRIES)] == [False, True]


def test_what_was_asked_for_is_done_once(made: Town, engine: Engine) -> None:
    job = asked(made)
    assert anything_to_do(made.world.session)
    made.world.session.commit()
    state, words = run(made, engine) or (None, "")
    assert (state, words.split(" ")[:4]) == (State.DONE, ["Version", "2", "is", "approved"])
    assert run(made, engine) is None
    session = made.world.session
    done = job_of(session, job.id, made.boss.person.id)
    assert (done.state, done.told, bool(done.ended_at)) == ("done", words, True)
    assert approved(made)
    assert differences(session) == []
    assert not anything_to_do(session)


def test_the_same_is_not_asked_for_twice_while_it_is_being_done(made: Town, engine: Engine) -> None:
    asked(made)
    with pytest.raises(Overtaken, match="being done already"):
        asked(made)
    made.world.session.rollback()
    run(made, engine)
    assert unfinished(made.world.session, KIND, str(made.draft)) == []


def test_a_rule_that_is_in_the_way_is_told_and_nothing_is_written(made: Town, engine: Engine) -> None:
    job = asked(made)
    asked(made, number=1)
    before = all_stored(made.world.session)
    made.world.session.commit()
    assert (run(made, engine) or ("",))[0] == State.DONE
    assert run(made, engine) == (State.REFUSED, "The version has already been approved. Nothing was written.")
    assert all_stored(made.world.session) != before
    with pytest.raises(NotFound):
        job_of(made.world.session, job.id, made.people[0].person.id)


def test_somebody_who_has_lost_her_role_meanwhile_is_refused(made: Town, engine: Engine) -> None:
    asked(made)
    session = made.world.session
    for role in session.scalars(select(RoleAssignment)):
        role.valid_to = today()
    session.commit()
    assert run(made, engine) == (State.REFUSED, str(running.GONE))
    assert not approved(made)


def test_what_breaks_is_told_without_what_it_was_about(
    made: Town, engine: Engine, app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the application writes its log."""

    def broken(session: Session, job: Taken, by: Actor, tell: Tell) -> running.Switch:
        raise ValueError(by.name)

    running.done_by("broken", lambda: broken)
    session = made.world.session
    begin_writing(session)
    commands.ask(session, "broken", "1", title="Prøve", leads_to="/", said={}, by=made.boss.actor)
    session.commit()
    assert run(made, engine) == (State.FAILED, str(running.BROKEN))
    logged = "".join(capsys.readouterr())
    assert "job failed" in logged
    assert made.boss.name not in logged


def test_a_process_that_was_thought_dead_writes_nothing_when_another_has_taken_its_job(
    made: Town, engine: Engine
) -> None:
    asked(made)
    with (
        open_session(engine, made.world.municipality.id) as one,
        open_session(engine, made.world.municipality.id) as two,
    ):
        begin_writing(one)
        mine = commands.take(one, "one")
        one.commit()
        assert mine is not None
        begin_writing(two)
        assert commands.take(two, "two") is None, "it is being done"
        two.commit()
        with clock.set_to(now() + LATER):
            begin_writing(two)
            theirs = commands.take(two, "two")
            two.commit()
        assert theirs is not None
        begin_writing(one)
        with pytest.raises(Displaced):
            commands.end(one, mine, State.DONE, "")
        one.rollback()
        begin_writing(two)
        commands.tell(two, theirs, 3, 9)
        commands.end(two, theirs, State.DONE, "Færdig.")
        two.commit()
    made.world.session.rollback()
    (job,) = made.world.session.scalars(select(Job)).all()
    assert (job.state, job.done, job.total, job.tries) == ("done", 3, 9, 2)


def test_a_job_that_is_left_behind_each_time_is_given_up(made: Town, engine: Engine) -> None:
    job = asked(made)
    with open_session(engine, made.world.municipality.id) as session:
        for n in range(TRIES + 1):
            with clock.set_to(now() + n * LATER):
                begin_writing(session)
                assert (commands.take(session, str(n)) is None) is (n == TRIES)
                session.commit()
    made.world.session.rollback()
    made.world.session.expire_all()
    assert job_of(made.world.session, job.id, made.boss.person.id).state == State.FAILED


def test_the_command_line_does_what_waits(made: Town, database: Database) -> None:
    asked(made)
    settings = config.for_tests(database.url)
    console = Console(lambda: settings, lambda session, name: municipality_named(session, name).id)
    with speaker().app_context():
        first, second = (CliRunner().invoke(jobs, obj=console) for _ in range(2))
    console.engine.dispose()
    assert "Version 2 er godkendt og gælder fra" in first.output
    assert "Der venter ikke noget." in second.output
    assert approved(made)


def test_where_many_are_touched_the_approver_is_shown_how_far_it_is(
    made: Town, app: Flask, signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "AT_ONCE", 5)
    client = signed_in(made.boss)
    answer = client.post(f"/matrix/{made.draft}/approve", data={"valid_from": today().isoformat()})
    assert "Vælg i morgen eller senere." in answer.text, "what cannot be approved is told at once"
    first = (today() + timedelta(days=5)).isoformat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.extensions["jobs"], "wake", lambda _municipality: None)
        answer = client.post(f"/matrix/{made.draft}/approve", data={"valid_from": first})
        assert re.fullmatch(r"/jobs/\d+", answer.location)
        page = client.get(answer.location).text
        assert "Godkendelse af version 2" in page
        assert 'hx-trigger="every 2s"' in page
        assert "Se, hvor langt det er" in page
        assert f'href="{answer.location}"' in client.get(f"/matrix/{made.draft}").text, "the version leads to it"
    assert not approved(made)
    client.get(answer.location)
    app.extensions["jobs"].join(60)
    page = client.get(answer.location).text
    assert "Version 2 er godkendt og gælder fra" in page
    assert 'href="/matrix/2"' in page
    assert "hx-trigger" not in page
    assert approved(made)


def test_nobody_elses_job_is_found(made: Town, signed_in) -> None:
    job = asked(made)
    other = made.world.role(made.people[0], Role.DEVELOPMENT_NURSE, over=made.world.root)
    assert signed_in(other).get(f"/jobs/{job.id}").status_code == 404


def doing(engine: Engine, municipality_id: int) -> None:
    """Does the job that waits, and tells of every step."""
    running.BEAT = 0.0
    running.run_next(engine, municipality_id, lambda _locale, text: str(text))


def test_killed_between_any_two_steps_it_is_done_once_in_the_end(made: Town, database: Database) -> None:
    asked(made)
    session, rounds = made.world.session, 0
    for ended in dying(doing, database.url, made.world.municipality.id, first=8, apart=19):
        rounds += 1
        session.rollback()
        session.expire_all()
        assert breaks(session) == []
        assert differences(session) == []
        (job,) = session.scalars(select(Job)).all()
        assert approved(made) is (job.state == State.DONE) is (ended == DONE)
        begin_writing(session)
        session.execute(update(Job).values(beat_at=now() - LATER, tries=0))  # as if a minute had passed each time
        session.commit()
        acts(session, made, "begins", Random(rounds))
    assert rounds >= 3, "it died at a handful of places"
    assert len(session.scalars(select(EvidenceEvent).where(EvidenceEvent.kind == "matrix_approved")).all()) == 1
