"""Two signers at the same moment, and a process that dies in the middle: one event or none, and the chain is whole."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Assigned, Role
from competence.audit.chain import breaks
from competence.decision.commands import differences
from competence.foundation.clock import today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from competence.signoffs import commands
from competence.signoffs.queries import last_request, state_of
from tests.databases import Database
from tests.dying import KILLED, dies, dying
from tests.signoffs.bedside import Bedside, in_danish


def test_two_guides_who_sign_the_same_at_once_write_one_event_and_the_other_is_told(
    bedside: Bedside, engine: Engine
) -> None:
    world = bedside.world
    maja = world.role(world.person("Maja Lind", "SPL"), Role.GUIDE)
    world.settle()
    world.session.commit()
    told: list[str] = []
    written: list[int] = []
    start = Barrier(2)

    def sign(who) -> None:
        with open_session(engine, world.municipality.id) as session:
            new = commands.NewSignOff(bedside.task.id, 1, today(), ticked=(1,), expects=0)
            start.wait()
            begin_writing(session)
            try:
                written.append(commands.sign_off(session, bedside.helper.employment.id, new, by=who.actor).seq)
                session.commit()
            except Overtaken as broken:
                session.rollback()
                told.append(in_danish(broken.message))

    threads = [Thread(target=sign, args=(one,)) for one in (bedside.guide, maja)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert written == [1]
    assert len(told) == 1
    assert told[0].split(" ", 2)[2].startswith("har allerede skrevet under på dette.")
    world.session.commit()
    assert len(state_of(world.session, bedside.helper.person.id, bedside.task.id)) == 1
    assert breaks(world.session) == []
    assert differences(world.session) == []


def test_a_yes_and_an_undo_at_once_leave_one_of_the_two(bedside: Bedside, engine: Engine) -> None:
    world = bedside.world
    seq = bedside.sign().seq
    world.session.commit()
    start, outcome = Barrier(2), []

    def act(verb: str) -> None:
        with open_session(engine, world.municipality.id) as session:
            start.wait()
            begin_writing(session)
            try:
                if verb == "accept":
                    commands.accept(session, seq, by=bedside.helper.actor)
                else:
                    commands.withdraw(session, bedside.helper.person.id, seq, by=bedside.guide.actor)
                session.commit()
                outcome.append(verb)
            except RuleBroken:
                session.rollback()

    threads = [Thread(target=act, args=(verb,)) for verb in ("accept", "withdraw")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcome) == 1
    world.session.commit()
    (signed,) = state_of(world.session, bedside.helper.person.id, bedside.task.id)
    assert (signed.accepted_on is not None) == (outcome == ["accept"])
    assert breaks(world.session) == []
    assert differences(world.session) == []


def all_at_once(engine: Engine, municipality_id: int, acts: Sequence[Callable[[Session], object]]) -> list[str]:
    """What those are told who come too late, in Danish, when all act at the same moment, each in a session of her own."""
    start, told = Barrier(len(acts)), []

    def one(act: Callable[[Session], object]) -> None:
        with open_session(engine, municipality_id) as session:
            start.wait()
            begin_writing(session)
            try:
                act(session)
                session.commit()
            except RuleBroken as broken:
                session.rollback()
                told.append(in_danish(broken.message))

    threads = [Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def test_the_same_signature_sent_twice_writes_one(bedside: Bedside, engine: Engine) -> None:
    world = bedside.world
    world.session.commit()
    new = commands.NewSignOff(bedside.task.id, 1, today(), ticked=(1,), expects=0)
    job, guide = bedside.helper.employment.id, bedside.guide.actor
    send = [lambda session: commands.sign_off(session, job, new, by=guide)] * 2
    told = all_at_once(engine, world.municipality.id, send)
    assert told == ["Du har allerede skrevet under på dette. Det venter på medarbejderens eget ja. Intet er ændret."]
    world.session.commit()
    assert len(state_of(world.session, bedside.helper.person.id, bedside.task.id)) == 1
    begin_writing(world.session)
    commands.accept(world.session, 1, by=bedside.helper.actor)
    with pytest.raises(Overtaken):  # the old page, sent once more after her yes
        commands.sign_off(world.session, job, new, by=guide)
    assert differences(world.session) == []


def test_two_who_approve_at_once_write_one_approval(bedside: Bedside, engine: Engine) -> None:
    world = bedside.world
    guides = [world.role(world.person(name, "SPL"), Role.GUIDE) for name in ("Maja Lind", "Ida Holm")]
    bedside.task.second_approval = True
    world.settle()
    seq = bedside.sign().seq
    world.session.commit()
    job = bedside.helper.employment.id
    acts = [lambda session, who=who: commands.approve_second(session, job, seq, by=who.actor) for who in guides]
    told = all_at_once(engine, world.municipality.id, acts)
    assert told == ["Den er allerede godkendt. Den venter på medarbejderens eget ja."]
    world.session.commit()
    (signed,) = state_of(world.session, bedside.helper.person.id, bedside.task.id)
    assert (signed.lacks_second, signed.second_id in {one.person.id for one in guides}) == (False, True)
    assert breaks(world.session) == []
    assert differences(world.session) == []


def test_a_request_sent_back_by_two_at_once_keeps_one_comment(bedside: Bedside, engine: Engine) -> None:
    world = bedside.world
    maja = world.role(world.person("Maja Lind", "SPL"), Role.GUIDE)
    asked = commands.ask_for_sign_off(
        world.session, bedside.helper.employment.id, bedside.task.id, by=bedside.helper.actor
    ).id
    world.settle()
    world.session.commit()
    acts = [
        lambda session, who=who: commands.return_request(session, asked, comment=f"Fra {who.name}", by=who.actor)
        for who in (bedside.guide, maja)
    ]
    assert all_at_once(engine, world.municipality.id, acts) == ["Anmodningen er allerede sendt tilbage."]
    world.session.commit()
    world.session.expire_all()
    kept = last_request(world.session, bedside.helper.employment.id, bedside.task.id)
    assert kept is not None
    assert kept.comment in {"Fra Hanne Lykke", "Fra Maja Lind"}
    assert kept.closed_by in {bedside.guide.person.id, maja.person.id}


def signs(engine: Engine, municipality_id: int, employment: int, task: int, guide: int, helper: int, path: str) -> None:
    """The guide signs, and the helper says yes."""
    by = Actor(guide, None, "Hanne Lykke", (Assigned(Role.GUIDE, path), Assigned(Role.EMPLOYEE, path)))
    her = Actor(helper, None, "Amira Haddad", (Assigned(Role.EMPLOYEE, path),))
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        signed = commands.sign_off(session, employment, commands.NewSignOff(task, 1, today(), ticked=(1,)), by=by)
        session.commit()
        begin_writing(session)
        commands.accept(session, signed.seq, by=her)
        session.commit()


def ids_of(bedside: Bedside) -> tuple[int | str, ...]:
    """What `signs` asks for."""
    helper = bedside.helper
    return (
        bedside.world.municipality.id, helper.employment.id, bedside.task.id, bedside.guide.person.id, helper.person.id,
        helper.unit.path,
    )  # fmt: skip


def test_killed_between_any_two_steps_it_has_happened_whole_or_not_at_all(bedside: Bedside, database: Database) -> None:
    """Dies further and further on; each time the chain verifies, and answers, projections and evidence agree."""
    world = bedside.world
    world.session.commit()
    seen: set[tuple[bool, bool]] = set()
    rounds = 0
    for _ended in dying(signs, database.url, *ids_of(bedside), first=3, apart=9):
        rounds += 1
        world.session.commit()
        world.session.expire_all()
        signed = state_of(world.session, bedside.helper.person.id, bedside.task.id)
        assert breaks(world.session) == []
        assert differences(world.session) == []
        assert len(signed) <= 1
        seen.add((bool(signed), bool(signed and signed[0].accepted_on)))
        if signed:
            break
    assert rounds >= 3, "it died at a handful of places"
    assert (False, False) in seen


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_waits_for_ever_after_a_death(bedside: Bedside, database: Database) -> None:
    world = bedside.world
    world.session.commit()
    assert dies(signs, database.url, 20, *ids_of(bedside)) == KILLED
    begin_writing(world.session)
    assert bedside.sign().seq == 1
