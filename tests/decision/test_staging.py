"""What is made ahead and put in place in a moment is what would have been made there, whatever happened in between."""

import random
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Assigned, Role
from competence.audit.chain import breaks
from competence.decision import staging
from competence.decision.commands import differences, recompute_all
from competence.delegation.commands import approve_version
from competence.delegation.models import MatrixVersion
from competence.delegation.queries import get_version
from competence.foundation import clock
from competence.foundation.changes import foresee
from competence.foundation.clock import now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from tests.databases import Database
from tests.decision.changing import ACTS, Town, acts, all_stored, town
from tests.dying import DONE, dying
from tests.factories import World
from tests.statements import counted

FIRST = timedelta(days=10)


def approving(town: Town) -> Callable[[Session], MatrixVersion]:
    return lambda session: approve_version(session, town.draft, valid_from=today() + FIRST, by=town.boss.actor)


def written(session: Session, ready: Callable[[Session], object]) -> None:
    begin_writing(session)
    ready(session)
    session.commit()


@pytest.mark.parametrize("seed", range(6))
def test_an_approval_made_ahead_stores_what_one_made_there_does(world: World, seed: int) -> None:
    made, session = town(world, seed), world.session
    begin_writing(session)
    approving(made)(session)
    session.flush()
    plain = all_stored(session)
    session.rollback()
    before = all_stored(session)
    assert before != plain
    ready = foresee(session, approving(made))
    assert all_stored(session) == before, "nothing is written while it is made"
    written(session, ready)
    assert all_stored(session) == plain
    assert differences(session) == []


def test_the_lock_is_taken_for_few_statements_only(world: World) -> None:
    made, session = town(world, 1), world.session
    ready = foresee(session, approving(made))
    begin_writing(session)
    with counted() as ahead:
        ready(session)
    session.rollback()
    begin_writing(session)
    for n in range(30):
        world.person(f"Endnu en {n}")
    recompute_all(session)
    session.commit()
    ready = foresee(session, approving(made))
    begin_writing(session)
    with counted() as with_more:
        ready(session)
    assert len(with_more) == len(ahead), "as many for forty people as for ten"


@pytest.mark.parametrize("seed", range(8))
def test_whatever_somebody_does_meanwhile_it_is_as_if_all_had_been_made_there(
    world: World, engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others act between any two batches, and between the last one and the moment it is put in place."""
    monkeypatch.setattr(staging, "BATCH", 4)
    made, draw = town(world, seed), random.Random(seed)
    steps: list[str] = []
    with open_session(engine, world.municipality.id) as other:

        def meanwhile(_done: int = 0, _total: int = 0) -> None:
            if draw.random() < 0.6:
                steps.append(draw.choice(sorted(ACTS.keys() - {"stops"} if seed % 2 else ACTS.keys())))
                acts(other, made, steps[-1], draw)

        ready = foresee(world.session, approving(made), tell=meanwhile)
        meanwhile()
        written(world.session, ready)
    session = world.session
    assert differences(session) == [], steps
    stored = all_stored(session)
    begin_writing(session)
    recompute_all(session)
    again = all_stored(session)
    assert (stored[0], stored[2]) == (again[0], again[2]), steps
    assert {id_: ends for id_, (ends, _) in stored[1].items()} == {id_: ends for id_, (ends, _) in again[1].items()}
    assert breaks(session) == []


def test_what_was_made_for_another_day_or_other_rules_is_not_used(world: World, engine: Engine) -> None:
    made, session = town(world, 2), world.session
    ready = foresee(session, approving(made))
    with open_session(engine, world.municipality.id) as other:
        acts(other, made, "stops", random.Random(3))
    with clock.set_to(now() + timedelta(days=2)):
        written(session, ready)
        assert differences(session) == []


def test_what_the_command_raises_is_raised_before_anything_is_made(world: World) -> None:
    made, session = town(world, 4), world.session
    told: list[int] = []

    def too_late(session: Session) -> MatrixVersion:
        return approve_version(session, made.draft, valid_from=today(), by=made.boss.actor)

    with pytest.raises(RuleBroken, match="at the latest the day before"):
        foresee(session, too_late, tell=lambda done, total: told.append(done))
    assert told == []
    assert get_version(session, made.draft).approved_at is None


def test_of_two_who_approve_at_once_the_second_is_told(world: World) -> None:
    made, session = town(world, 5), world.session
    ready = foresee(session, approving(made))
    written(session, foresee(session, approving(made)))
    stored = all_stored(session)
    begin_writing(session)
    with pytest.raises(Overtaken):
        ready(session)
    session.rollback()
    assert all_stored(session) == stored


def test_nothing_made_for_one_command_is_used_by_another(world: World) -> None:
    made, session = town(world, 6), world.session
    ready = foresee(session, approving(made))
    begin_writing(session)
    acts(session, made, "leaves", random.Random(1))
    assert differences(session) == []
    written(session, ready)
    assert differences(session) == []


def test_signatures_and_an_approval_in_the_same_moment_end_in_the_same_answers(world: World, engine: Engine) -> None:
    """In threads of their own, so that the database decides who waits for whom."""
    made, done = town(world, 7), Event()
    failed: list[BaseException] = []

    def sign() -> None:
        draw = random.Random(8)
        try:
            with open_session(engine, world.municipality.id) as other:
                while not done.is_set():
                    acts(other, made, draw.choice(["declines", "is exempt", "goes away", "begins"]), draw)
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=sign)
    thread.start()
    try:
        written(world.session, foresee(world.session, approving(made)))
    finally:
        done.set()
        thread.join(60)
    assert failed == []
    world.session.commit()
    assert differences(world.session) == []


def approves(engine: Engine, municipality_id: int, number: int, person_id: int, path: str) -> None:
    """Approves the version in two steps, as the page does."""
    by = Actor(person_id, None, "Marianne Holm", (Assigned(Role.DEVELOPMENT_NURSE, path),))
    first = today() + timedelta(days=10)
    with open_session(engine, municipality_id) as session:
        ready = foresee(session, lambda writing: approve_version(writing, number, valid_from=first, by=by))
        begin_writing(session)
        ready(session)
        session.commit()


def test_killed_between_any_two_steps_it_is_approved_whole_or_not_at_all(world: World, database: Database) -> None:
    made, session = town(world, 9), world.session
    before = all_stored(session)
    session.commit()
    whom = made.draft, made.boss.person.id, world.root.path
    rounds = 0
    for ended in dying(approves, database.url, world.municipality.id, *whom, first=5, apart=12):
        rounds += 1
        session.commit()
        session.expire_all()
        assert breaks(session) == []
        assert differences(session) == []
        approved = get_version(session, made.draft).approved_at is not None
        assert approved is (ended == DONE)
        if approved:
            break
        assert all_stored(session) == before
        session.commit()
    assert rounds >= 4, "it died at a handful of places"
    assert all_stored(session) != before
