"""Papers made ready ahead are written as if nothing had been made ready, whatever happened in between."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, ChainHead, EventText, EvidenceEvent
from competence.decision import staging
from competence.decision.commands import differences, recompute_all
from competence.delegation.commands import accept_delegation, approve_version, delegate
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import begin_writing, open_session, scoped
from competence.imports.commands import PreparedPapers, import_signoffs, plan_papers, prepare_papers, transferring
from competence.imports.parsed import Place
from competence.imports.signoffs import PaperSignOff
from competence.people.commands import Identity, change_identity
from competence.people.models import PersonIdentity
from competence.signoffs import projection
from competence.signoffs.models import CurrentSignOff, WaitingSignOff
from tests.databases import Database
from tests.decision.changing import ACTS, Town, acts, all_stored, town
from tests.delegation.giving import terms
from tests.dying import DONE, dying
from tests.factories import World

COLUMNS = {"number": "A", "task": "B", "signed_on": "C", "signer": "D", "valid_through": "E"}


def papers(made: Town, draw: random.Random) -> list[PaperSignOff]:
    """Papers for everybody, of which some cannot be carried over, and none is wrong."""
    session = made.world.session
    numbers = {one.person_id: one.number for one in session.scalars(select(PersonIdentity))}
    rows: list[PaperSignOff] = []
    for someone in made.people:
        for task in draw.sample(made.tasks, 3):
            rows.append(
                PaperSignOff(
                    Place("", len(rows) + 2, COLUMNS), numbers[someone.person.id] or "", task.code, draw.randint(1, 3),
                    today() - timedelta(days=draw.randint(1, 500)), "Ringbind A", None,
                )
            )  # fmt: skip
    wrong = {p.row for p in plan_papers(session, rows, by=None).problems}
    session.rollback()
    return [row for row in rows if row.place.row not in wrong]


def prepared(
    session: Session, rows: list[PaperSignOff], tell: Callable[[int, int], None] = lambda *_: None
) -> PreparedPapers:
    plan = plan_papers(session, rows, by=None)
    session.rollback()
    return prepare_papers(session, rows, plan, by=None, tell=tell)


def _said(fields: Mapping[str, Any]) -> str:
    """The fields apart from a hash that is salted anew each time."""
    return str({name: value for name, value in sorted(fields.items()) if name != "signer_hash"})


def written(session: Session) -> list[set[tuple[Any, ...]]]:
    """What stands in every table that papers are written to; what names an event names its place in the chain instead."""
    places = {event.id: (event.person_id, event.seq) for event in session.scalars(select(EvidenceEvent))}
    events = {
        (e.person_id, e.seq, e.kind, e.task_id, e.by_person_id, _said(e.fields))
        for e in session.scalars(select(EvidenceEvent))
    }  # fmt: skip
    shown = [
        {
            (places[row.event_id], row.person_id, row.task_id, row.seq, row.level, row.valid_from, row.valid_to, row.accepted_on,
             row.answer_before, row.signer_text, row.origin)
            for row in session.execute(scoped(session, table))
        }
        for table in (CurrentSignOff, WaitingSignOff)
    ]  # fmt: skip
    texts = {(places[row.event_id], row.name, row.text) for row in session.scalars(select(EventText))}
    heads = {(row.person_id, row.seq) for row in session.scalars(select(ChainHead)) if row.seq}
    entries = {
        (places[row.subject_id or 0], row.person_id, row.by_person_id, str(row.detail))
        for row in session.scalars(select(AuditEntry).where(AuditEntry.action == "transfer_sign_off"))
    }
    return [events, *shown, texts, heads, entries]


def right(session: Session) -> None:
    """Chains, projections and stored answers agree."""
    assert breaks(session) == []
    assert projection.differences(session, on=today()) == []
    assert differences(session) == []
    stored = all_stored(session)
    begin_writing(session)
    recompute_all(session)
    assert all_stored(session)[0] == stored[0]
    session.rollback()


@pytest.mark.parametrize("seed", range(5))
def test_papers_made_ready_are_written_as_those_that_are_not(world: World, seed: int) -> None:
    made, session = town(world, seed), world.session
    rows = papers(made, random.Random(seed))
    begin_writing(session)
    plain_done = import_signoffs(session, rows, by=None)
    plain = written(session), all_stored(session)
    session.rollback()
    ready = prepared(session, rows)
    begin_writing(session)
    assert import_signoffs(session, rows, by=None, prepared=ready) == plain_done
    session.commit()
    session.expire_all()
    stored = all_stored(session)
    assert written(session) == plain[0]
    assert stored[0] == plain[1][0]
    assert {id_: ends for id_, (ends, _) in stored[1].items()} == {id_: ends for id_, (ends, _) in plain[1][1].items()}
    assert plain_done.new > 5
    right(session)


def _renames(session: Session, made: Town, draw: random.Random) -> None:
    """Somebody is now called what a paper says its signer is called."""
    someone = draw.choice(made.people)
    number = session.scalar(select(PersonIdentity.number).where(PersonIdentity.person_id == someone.person.id))
    change_identity(session, someone.person.id, Identity("Anna Ny", number), by=made.boss.actor)


def _approves(session: Session, made: Town, draw: random.Random) -> None:
    approve_version(session, made.draft, valid_from=today() + timedelta(days=5), by=made.boss.actor)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_somebody_does_meanwhile_it_is_as_if_nothing_had_been_made_ready(
    world: World, engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transferring, "BATCH", 4)
    monkeypatch.setattr(staging, "BATCH", 4)
    made, draw = town(world, seed), random.Random(seed)
    rows, steps = papers(made, draw), []
    more = ACTS | {"renames": _renames} | ({"approves": _approves} if seed % 2 else {})
    for name, act in more.items():
        monkeypatch.setitem(ACTS, name, act)
    with open_session(engine, world.municipality.id) as other:

        def meanwhile(_done: int = 0, _total: int = 0) -> None:
            if draw.random() < 0.4:
                steps.append(draw.choice(sorted(ACTS)))
                acts(other, made, steps[-1], draw)

        ready = prepared(world.session, rows, meanwhile)
        if draw.random() < 0.5:
            steps.append("the same papers")
            begin_writing(other)
            import_signoffs(other, rows[::3], by=None)
            other.commit()
        meanwhile()
    session = world.session
    begin_writing(session)
    plain_done = import_signoffs(session, rows, by=None)
    plain = written(session), all_stored(session)[0]
    session.rollback()
    begin_writing(session)
    assert import_signoffs(session, rows, by=None, prepared=ready) == plain_done, steps
    session.commit()
    session.expire_all()
    assert (written(session), all_stored(session)[0]) == plain, steps
    right(session)


def test_a_paper_that_has_become_wrong_meanwhile_stops_all_of_them(world: World) -> None:
    made, session = town(world, 1), world.session
    rows = papers(made, random.Random(1))
    ready = prepared(session, rows)
    before = written(session)
    someone = made.people[0]
    number = session.scalar(select(PersonIdentity.number).where(PersonIdentity.person_id == someone.person.id))
    begin_writing(session)
    change_identity(session, someone.person.id, Identity("Ringbind A", number), by=made.boss.actor)
    session.commit()
    begin_writing(session)
    with pytest.raises(RuleBroken, match="cannot have signed for herself"):
        import_signoffs(session, rows, by=None, prepared=ready)
    session.rollback()
    assert written(session) == before
    right(session)


def test_what_the_municipality_decides_meanwhile_holds_for_papers_that_were_ready(world: World) -> None:
    made, session = town(world, 2), world.session
    rows = papers(made, random.Random(2))
    ready = prepared(session, rows)
    world.municipality.settings = {"transferred_accept_within_days": 20}
    session.commit()
    begin_writing(session)
    done = import_signoffs(session, rows, by=None, prepared=ready)
    session.commit()
    events = session.scalars(
        select(EvidenceEvent).where(EvidenceEvent.fields["paper_signed_on"].as_string() != "")
    ).all()
    assert {event.fields["answer_before"] for event in events} == {(today() + timedelta(days=20)).isoformat()}
    assert len(events) == done.new > 0
    right(session)


def test_what_a_receiver_may_do_follows_from_her_givers_papers(world: World) -> None:
    """The giver has lost the task; the paper that comes gives it back, and with it what she has delegated."""
    task = world.task(reserved="yes")
    world.cell(task, "SPL", CellRule.MAY_GENERAL)
    world.cell(task, "SSH", CellRule.DELEGATION_ONLY)
    world.groups["SPL"].has_reserved_scope = True
    nurse, helper = world.person("Karen Winther", "SPL"), world.person()
    boss = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    world.signed(nurse, task, 2, by=boss, days_ago=100, valid_days=120)
    world.signed(helper, task, 2, by=boss)
    world.settle().session.commit()
    session = world.session
    begin_writing(session)
    given = delegate(session, helper.employment.id, task.id, terms(), by=nurse.actor)
    accept_delegation(session, given.id, by=helper.actor)
    session.commit()
    number = session.scalar(select(PersonIdentity.number).where(PersonIdentity.person_id == nurse.person.id))
    row = PaperSignOff(
        Place("", 2, COLUMNS), number or "", task.code, 1, today() - timedelta(days=2), "Ringbind A", None
    )
    ready = prepared(session, [row])
    assert ready.answers is not None
    assert {made.person_id for made in ready.answers.made.values()} == {nurse.person.id, helper.person.id}
    begin_writing(session)
    import_signoffs(session, [row], by=None, prepared=ready)
    session.commit()
    assert session.scalars(select(Entitlement).where(Entitlement.employment_id == helper.employment.id)).all()
    right(session)


def carries_over(engine: Engine, municipality_id: int, rows: Sequence[PaperSignOff]) -> None:
    """Carries papers over in the three steps of the import."""
    with open_session(engine, municipality_id) as session:
        plan = plan_papers(session, rows, by=None)
        ready = prepare_papers(session, rows, plan, by=None)
        begin_writing(session)
        import_signoffs(session, rows, by=None, prepared=ready)
        session.commit()


def test_killed_between_any_two_steps_papers_are_there_whole_or_not_at_all(world: World, database: Database) -> None:
    made, session = town(world, 3), world.session
    rows = papers(made, random.Random(3))
    before = written(session), all_stored(session)
    session.rollback()
    rounds = 0
    for ended in dying(carries_over, database.url, world.municipality.id, rows, first=6, apart=11):
        rounds += 1
        session.rollback()
        session.expire_all()
        right(session)
        there = written(session) != before[0]
        assert there is (ended == DONE)
        if there:
            break
        assert all_stored(session) == before[1]
        session.rollback()
    assert rounds >= 4, "it died at a handful of places"
