"""What is kept about persons, and how it is forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Table, select

from competence.access.rules import Role
from competence.accounts.models import Account, SignedInSession
from competence.app import speaker
from competence.audit.chain import NewEvent, append, breaks
from competence.audit.commands import log_access
from competence.audit.models import AccessEntry, EventText, EvidenceEvent
from competence.foundation.clock import now, set_to, today
from competence.foundation.orm import Base, begin_writing
from competence.foundation.retention import NotPersonal, PersonData
from competence.migrations import load_models
from competence.people import retention
from competence.people.models import Employment, Person, PersonIdentity
from tests.factories import Someone, World

load_models()
TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
ABOUT_PERSONS = {"person_id", "employment_id", "account_id"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_says_what_it_holds_about_persons(table: Table):
    declared = retention.registry().get(table.name)
    assert isinstance(declared, PersonData | NotPersonal), "say it by __persondata__"
    if ABOUT_PERSONS & set(table.c.keys()):
        assert isinstance(declared, PersonData)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_erasure_names_columns_that_are_there(table: Table):
    declared = retention.registry()[table.name]
    for erasure in declared.erasures if isinstance(declared, PersonData) else ():
        assert erasure.since == "left" or "(" in erasure.since or erasure.since in table.c
        assert all(table.c[column].nullable for column in erasure.blank)


@pytest.fixture
def speaking() -> Flask:
    return speaker()


def test_the_document_is_what_the_tables_say(speaking: Flask):
    with speaking.app_context():
        written = Path("docs/persondata.md").read_text(encoding="utf-8")
        assert written == retention.document(), "run: competence retention --document"


def left(world: World, years: int) -> Someone:
    """Somebody whose last employment ended so many years ago, with all that she leaves behind."""
    ended = today() - timedelta(days=365 * years + 30)
    with set_to(now() - timedelta(days=365 * (years + 2))):
        someone = world.person("Bodil Forhen", since=today(), until=ended)
        world.account(someone, "bodil@proeveby.example", "x")
        guide = world.person("Hanne Lykke", "SPL", since=today())
        event = append(
            world.session,
            NewEvent(someone.person.id, "signed", guide.person.id, world.task().id, texts={"remark": "Set tre gange"}),
        )
        assert event.seq == 1
    world.session.commit()
    return someone


def test_nothing_is_due_about_people_who_work_here(world: World):
    world.account(world.person())
    world.session.commit()
    assert retention.due(world.session) == []


def test_a_year_after_she_left_the_account_goes_and_the_name_stays(world: World):
    someone = left(world, 2)
    done = {due.table for due in retention.erase(world.session)}
    assert done == {"account"}
    assert world.session.scalars(select(Account)).all() == []
    world.session.scalars(select(PersonIdentity).where(PersonIdentity.person_id == someone.person.id)).one()


def test_ten_years_after_she_left_she_is_an_id(world: World):
    someone = left(world, 11)
    begin_writing(world.session)
    found = {due.table for due in retention.due(world.session)}
    assert found == {"account", "person_identity", "event_text"}
    assert {due.table for due in retention.erase(world.session)} == found
    world.session.commit()
    names = world.session.scalars(select(PersonIdentity.name)).all()
    assert "Bodil Forhen" not in names
    assert world.session.scalars(select(EventText)).all() == []
    world.session.scalars(select(Person).where(Person.id == someone.person.id)).one()
    assert len(world.session.scalars(select(EvidenceEvent)).all()) == 1


def test_the_chain_verifies_after_she_is_forgotten(world: World):
    left(world, 11)
    begin_writing(world.session)
    retention.erase(world.session)
    world.session.commit()
    assert breaks(world.session) == []


def test_a_role_keeps_the_name_of_whoever_has_no_employment(world: World):
    someone = left(world, 11)
    world.role(someone, Role.AUDITOR, over=world.root)
    world.session.commit()
    assert retention.due(world.session) == []


def test_a_legal_hold_keeps_everything_about_her(world: World):
    left(world, 11)
    number = world.session.scalar(select(PersonIdentity.number).where(PersonIdentity.name == "Bodil Forhen"))
    placed = retention.hold(world.session, "Tilsynssag", number=number)
    assert retention.erase(world.session) == []
    retention.lift(world.session, placed.id)
    assert retention.erase(world.session)


def test_a_legal_hold_on_everybody_keeps_the_access_log(world: World):
    someone = world.person()
    with set_to(now() - timedelta(days=800)):
        log_access(
            world.session, by=someone.person.id, role=Role.LEADER, page="people.person", person_id=someone.person.id
        )
    retention.hold(world.session, "Tilsynssag")
    assert retention.due(world.session) == []


def test_looks_are_forgotten_after_two_years(world: World):
    someone = world.person()
    for days in (729, 731):
        with set_to(now() - timedelta(days=days)):
            log_access(
                world.session, by=someone.person.id, role=Role.LEADER, page="people.person", person_id=someone.person.id
            )
    retention.erase(world.session)
    assert len(world.session.scalars(select(AccessEntry)).all()) == 1


def test_old_sign_ins_are_forgotten(world: World):
    someone = world.person()
    account = world.account(someone)
    long_ago = now() - timedelta(days=91)
    world.session.add(
        SignedInSession(
            account_id=account.id, token_hash="x", signed_in_at=long_ago, proved_at=long_ago, last_seen=long_ago
        )
    )
    world.session.flush()
    assert [due.table for due in retention.erase(world.session)] == ["signed_in_session"]


def test_the_reason_of_a_no_is_forgotten_after_a_year(world: World):
    someone = world.person(since=today() - timedelta(days=800))
    task = world.task()
    with set_to(now() - timedelta(days=366)):
        append(
            world.session,
            NewEvent(someone.person.id, "not_yet", someone.person.id, task.id, texts={"reason": "Mangler ro"}),
        )
        append(world.session, NewEvent(someone.person.id, "revoked", None, task.id, texts={"reason": "Ny instruks"}))
    retention.erase(world.session)
    assert [row.text for row in world.session.scalars(select(EventText))] == ["Ny instruks"]


def test_another_municipality_is_left_alone(world: World):
    left(world, 11)
    world.session.commit()
    first = world.municipality.id
    world.session.info["municipality_id"] = None
    World(world.session, "Naboby Kommune")
    world.session.commit()
    assert retention.erase(world.session) == []
    assert first != world.session.info["municipality_id"]


def test_an_employment_outlives_the_name(world: World):
    someone = left(world, 11)
    retention.erase(world.session)
    world.session.scalars(select(Employment).where(Employment.person_id == someone.person.id)).one()
