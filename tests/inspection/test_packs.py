"""The pack from the database: the rule's own answers, the proof, how many statements it asks, and what it never reads."""

import random
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from competence.access.rules import Reach
from competence.audit.chain import NewEvent, append_all
from competence.decision.asking import ask
from competence.decision.queries import moment_of
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.inspection.pack import Pack, Question
from competence.inspection.queries import found_by, pack_of
from competence.inspection.rules import About, Cause, right
from competence.signoffs.rules import EventKind, Origin
from tests.databases import Database
from tests.decision.changing import ACTS, acts, town
from tests.factories import World, another
from tests.inspection.conftest import Case, ago, anchored
from tests.statements import counted

DAY = timedelta(days=1)


def about_unit(case: Case, first: int, last: int | None = None) -> Pack:
    question = Question(About.UNIT, case.world.team.id, ago(first), ago(first if last is None else last))
    return pack_of(case.world.session, question, within=Reach((case.world.team.path,)))


def test_a_date_in_the_past_names_who_signed_as_what_and_who_accepted(case: Case):
    pack = about_unit(case, 50)
    line = next(one for one in pack.lines if (one.post.name, one.task.name) == ("Amira Haddad", "Insulin med pen"))
    [said] = line.stretches
    signature = pack.signature(case.amira.person.id, said.then.signed.seq if said.then.signed else None)
    assert said.then.level == 2
    assert signature is not None
    assert (signature.signer, signature.capacity, signature.signer_group) == ("Hanne Lykke", "guide", "SPL")
    assert (signature.signer_level, signature.instruction, signature.version) == (3, "3.1", 1)
    assert (signature.accepted_seq, signature.valid_from) == (2, ago(100))
    assert [ruling.number for ruling in pack.rulings] == [1]


def test_what_was_written_in_later_is_known_now_and_the_event_is_named(case: Case):
    pack = about_unit(case, 50)
    [said] = next(
        one for one in pack.lines if one.task.id == case.drops.id and one.post.name == "Amira Haddad"
    ).stretches
    assert (said.then.level, said.now.level) == (0, 1)
    assert [(one.cause, one.kind) for one in said.later] == [(Cause.EVENT, "signed")]
    now_known = pack.signature(case.amira.person.id, said.now.signed.seq if said.now.signed else None)
    assert now_known is not None
    assert (now_known.origin, now_known.signer) == (Origin.TRANSFERRED, "Gerda Gammel")


def test_the_pack_of_a_random_town_says_what_the_rule_says_on_each_date(world: World):
    draw = random.Random(7)
    made = town(world, 11)
    world.version.approved_at = now() - timedelta(days=200)
    world.session.flush()
    for name in draw.choices(list(ACTS), k=12):
        acts(world.session, made, name, draw)
    first, last = ago(40), today()
    within = Reach((world.root.path,))
    whole = pack_of(world.session, Question(About.UNIT, world.root.id, first, last), within=within)
    for day in (first, ago(29), ago(13), ago(1), last):
        alone = pack_of(world.session, Question(About.UNIT, world.root.id, day, day), within=within)
        by_place = {(line.post.employment_id, line.task.id): line for line in alone.lines}
        for line in whole.lines:
            one = next((one for one in line.stretches if one.first <= day <= one.through), None)
            place = line.post.employment_id, line.task.id
            then = ask(world.session, *place, on=day, known_at=moment_of(day))
            if one is not None and place in by_place:
                [said] = by_place[place].stretches
                assert right(one.then) == right(said.then) == right(then), (place, day)
                assert said.then == then
                assert right(one.now) == right(said.now) == right(ask(world.session, *place, on=day, known_at=now()))


def test_the_chain_is_verified_and_a_changed_event_is_said(case: Case, database: Database):
    pack = about_unit(case, 50)
    assert {proof.broken for proof in pack.proofs.values()} == {None}
    proof = pack.proofs[case.amira.person.id]
    assert (proof.seq, proof.hash) == (proof.events[-1].link.seq, proof.events[-1].hash)
    if database.dialect == "sqlite":
        case.world.session.execute(text("DROP TRIGGER evidence_event_no_update"))
        case.world.session.execute(
            text(
                "UPDATE evidence_event SET kind = 'revoked' WHERE municipality_id = :m AND person_id = :p AND seq = 2"
            ),
            {"m": case.world.municipality.id, "p": case.amira.person.id},
        )
        broken = about_unit(case, 50).proofs[case.amira.person.id].broken
        assert broken is not None
        assert (broken.seq, broken.what) == (2, "altered")


def test_the_newest_anchor_vouches_and_what_came_after_it_is_said(case: Case, database: Database):
    session = case.world.session
    assert about_unit(case, 50).vouching is None
    key = anchored(case)
    chain = about_unit(case, 50).proofs[case.amira.person.id]
    append_all(session, [NewEvent(case.amira.person.id, EventKind.NOT_YET, case.amira.person.id, case.insulin.id)])
    pack = about_unit(case, 50)
    anchor, proof = pack.vouching, pack.proofs[case.amira.person.id]
    assert anchor is not None
    assert (anchor.number, anchor.key, anchor.holds) == (1, key, True)
    assert anchor.ends[case.amira.person.id] == (chain.seq, chain.hash)
    assert (proof.seq - chain.seq, anchor.denies(proof)) == (1, False)
    forged = replace(proof, events=tuple(replace(one, hash="0" * 64) for one in proof.events))
    assert anchor.denies(forged)
    if database.dialect == "sqlite":
        session.execute(text("DROP TRIGGER anchor_no_update"))
        session.execute(
            text("UPDATE anchor SET root = :r WHERE municipality_id = :m"),
            {"r": "0" * 64, "m": case.world.municipality.id},
        )
        session.expire_all()
        broken = about_unit(case, 50).vouching
        assert broken is not None
        assert not broken.holds


def test_more_people_ask_no_more_statements(case: Case):
    def asked() -> int:
        case.world.session.commit()
        about_unit(case, 60, 0)
        with counted() as sent:
            about_unit(case, 60, 0)
        return len(sent)

    few = asked()
    for number in range(6):
        someone = case.world.person(f"Kollega {number}", "SSH")
        case.world.signed(someone, case.insulin, 2, by=case.guide, days_ago=40 + number)
    case.world.settle()
    assert asked() == few


NEVER = re.compile(
    r"\b(confirmed_level|sign_off_request|observation_draft|leader_agreement|review_matter|hearing_comment|stop_notice"
    r"|citizen_reference|observation\.note|observation\.criteria|person_identity\.(email|phone))\b"
)


def test_no_statement_reads_notes_talks_requests_or_citizens(case: Case):
    case.world.session.commit()
    with counted() as sent:
        about_unit(case, 200, 0)
    assert not [statement for statement in sent if NEVER.search(statement)]
    texts = [statement for statement in sent if "event_text" in statement]
    assert all("event_text.name = " in statement for statement in texts)


def test_only_what_lies_within_reach_can_be_asked_about(case: Case):
    world = case.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    stranger = world.person("Maja Holm", "SSH", unit=elsewhere)
    within = Reach((world.team.path,))
    day = ago(20)
    for about, number in ((About.UNIT, elsewhere.id), (About.PERSON, stranger.person.id), (About.UNIT, world.root.id)):
        with pytest.raises(NotFound):
            pack_of(world.session, Question(about, number, day, day), within=within)
    task = pack_of(world.session, Question(About.TASK, case.insulin.id, day, day), within=within)
    assert "Maja Holm" not in {post.name for post in task.posts}
    assert [one.name for one in found_by(world.session, "maja", within=within)] == []
    assert [one.name for one in found_by(world.session, "amira", within=within)] == ["Amira Haddad"]


def test_nothing_crosses_to_another_municipality(case: Case):
    case.world.session.commit()
    other = another(case.world)
    other.person("Amira Fremmed", "SSH")
    other.session.commit()
    assert [one.name for one in found_by(other.session, "amira", within=Reach(("/",)))] == ["Amira Fremmed"]
    with pytest.raises(NotFound):
        pack_of(other.session, Question(About.PERSON, case.amira.person.id, ago(5), ago(5)), within=Reach(("/",)))
    other.session.close()


def test_an_employment_that_was_written_in_later_or_corrected_says_so(case: Case):
    case.amira.employment.recorded_at = now() - timedelta(days=3)
    case.world.session.flush()
    post = next(one for one in about_unit(case, 50).posts if one.name == "Amira Haddad")
    assert post.recorded_on == ago(3)
