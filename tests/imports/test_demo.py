"""The demonstration is what it says: loaded as events, and the same when a sample is done by the ordinary commands."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Assigned, Role
from competence.accounts.models import RoleAssignment
from competence.app import wire
from competence.audit.chain import breaks
from competence.audit.models import EvidenceEvent
from competence.catalogue.models import TaskCriterion, TaskGate
from competence.cli import example_sign_ins
from competence.decision.commands import differences
from competence.foundation import clock
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, engine_for, open_session
from competence.imports.demo import Loader, load_demo
from competence.imports.demonstration.generate import generate
from competence.imports.demonstration.rows import Demonstration, SignOff
from competence.organisation.models import Municipality, Unit
from competence.people.models import Employment
from competence.signoffs import projection
from competence.signoffs.commands import NewObservation, NewSignOff, accept, observe, sign_off
from competence.signoffs.models import CurrentSignOff, Observation
from competence.signoffs.rules import ObservationKind, Origin
from tests.databases import Database

RECENT = range(-80, -5)
"""Days from today: under the version in force, and long enough ago to have been answered."""


def test_loading_twice_makes_one_municipality(engine: Engine) -> None:
    wire()
    first = load_demo(engine, 40)
    assert load_demo(engine, 40) == first


def test_its_chains_verify_and_its_stored_answers_are_the_rules(engine: Engine) -> None:
    wire()
    with open_session(engine, load_demo(engine, 60)) as session:
        assert breaks(session) == []
        assert projection.differences(session, on=today()) == []
        assert differences(session) == []


def test_what_was_passed_on_the_introduction_has_a_name(engine: Engine) -> None:
    wire()
    with open_session(engine, load_demo(engine, 60)) as session:
        passed = set(session.scalars(select(Observation.gate_code).where(Observation.gate_code.is_not(None))))
        assert passed
        assert passed <= set(session.scalars(select(TaskGate.code)))


def test_every_answer_speaks_of_a_signature_for_the_same_task(engine: Engine) -> None:
    wire()
    with open_session(engine, load_demo(engine, 60)) as session:
        events = {(event.person_id, event.seq): event for event in session.scalars(select(EvidenceEvent))}
        about = [(event, events[event.person_id, event.refers_to]) for event in events.values() if event.refers_to]
        assert len(about) > 100
        assert [answer.seq for answer, given in about if answer.task_id != given.task_id] == []


def test_a_sample_replayed_by_the_ordinary_commands_gives_the_same_signoffs(engine: Engine) -> None:
    wire()
    whole = generate(60)
    sample = _sample(whole)
    assert len(sample) >= 4
    places = {(row.person, row.task) for row in sample}
    without = replace(
        whole,
        signoffs=tuple(row for row in whole.signoffs if (row.person, row.task) not in places),
        observations=tuple(row for row in whole.observations if (row.person, row.task) not in places),
        requests=(),
    )
    whole_loader = _loaded(engine, whole, "Hel Kommune")
    loader = _loaded(engine, without, "Delt Kommune")
    for row in sample:
        _replay(loader, row)
    assert _found(loader, sample) == _found(whole_loader, sample)
    assert breaks(loader.session) == []
    assert differences(loader.session) == []
    loader.session.close()
    whole_loader.session.close()


def _sample(demo: Demonstration) -> list[SignOff]:
    """First signatures of the last months, given here by somebody who held the task before and holds it still.

    Each is the last that happened to its person: a chain does not go back in time.
    """
    seen = {(row.person, row.task) for row in demo.signoffs if row.signed not in RECENT}
    fresh = {(row.person, row.task) for row in demo.signoffs if row.signed in RECENT}
    last: dict[str, list[int]] = {}
    for row in demo.signoffs:
        last.setdefault(row.person, []).append(max(row.signed, row.recorded, row.accepted or row.signed))
    chosen = [
        row
        for row in demo.signoffs
        if row.signed in RECENT
        and row.origin == Origin.SIGNED_HERE
        and row.accepted == row.signed
        and (row.person, row.task) not in seen
        and (row.signer, row.task) not in fresh
        and sorted(last[row.person])[-1] == row.signed
        and last[row.person].count(row.signed) == 1
    ]
    return chosen[:8]


def test_the_sign_ins_that_are_printed_are_those_of_the_readme(sqlite_database: Database):
    """As an employee, Amira: something waits for her, so that her pages have most to show."""
    engine = engine_for(sqlite_database.url)
    with open_session(engine, load_demo(engine)) as session:
        printed = [email for _role, email in example_sign_ins(session)]
    engine.dispose()
    readme = Path(__file__).resolve().parents[2].joinpath("README.md").read_text(encoding="utf-8")
    assert printed == re.findall(r"\| ([\w.]+@fjordby\.example) \|", readme)
    assert printed[0] == "amira.haddad@fjordby.example"


def _loaded(engine: Engine, demo: Demonstration, name: str) -> Loader:
    """The demonstration, loaded into a municipality of that name."""
    with open_session(engine, None) as outside:
        municipality = Municipality(name=name, is_demo=True, settings={}, salt=name, created_at=clock.now())
        outside.add(municipality)
        outside.commit()
        municipality_id = municipality.id
    session = open_session(engine, municipality_id)
    begin_writing(session)
    loader = Loader(session, demo)
    loader.load()
    session.commit()
    return loader


def _replay(loader: Loader, row: SignOff) -> None:
    """The observed times, the signature and the yes, each at its own moment."""
    session, task = loader.session, loader.rules.tasks[row.task]
    employment = loader.employments[row.person]
    with clock.set_to(loader.moment(row.signed, 10)):
        begin_writing(session)
        signer = _actor(session, loader.persons[row.signer or ""])
        for days in (2, 1, 0):
            seen = today() - timedelta(days=days)
            observe(session, employment, task, NewObservation(ObservationKind.ALONE, seen), by=signer)
        ticked = set(session.scalars(select(TaskCriterion.position).where(TaskCriterion.task_id == task)))
        general = session.scalars(select(TaskCriterion.position).where(TaskCriterion.task_id.is_(None)))
        new = NewSignOff(
            task, row.level, today(), valid_to=loader.day(row.through + 1), ticked=tuple(sorted(ticked or set(general)))
        )
        event = sign_off(session, employment, new, by=signer)
        session.commit()
    with clock.set_to(loader.moment(row.signed, 10, 6)):
        begin_writing(session)
        accept(session, event.seq, by=_actor(session, loader.persons[row.person]))
        session.commit()


def _actor(session: Session, person_id: int) -> Actor:
    roles = [
        Assigned(Role(role), path)
        for role, path in session.execute(
            select(RoleAssignment.role, Unit.path)
            .join(Unit, Unit.id == RoleAssignment.unit_id)
            .where(RoleAssignment.person_id == person_id)
        )
    ]
    own = session.execute(
        select(Unit.path).join(Employment, Employment.unit_id == Unit.id).where(Employment.person_id == person_id)
    ).scalars()
    for path in own:
        roles += [Assigned(Role.EMPLOYEE, path), Assigned(Role.SIGNER, path)]
    return Actor(person_id, None, "", tuple(roles))


def _found(loader: Loader, sample: list[SignOff]) -> list[tuple[object, ...]]:
    """What the projections say of the sample."""
    names = {id_: number for number, id_ in loader.persons.items()}
    found: list[tuple[object, ...]] = []
    for row in sample:
        one = loader.session.scalars(
            select(CurrentSignOff).where(
                CurrentSignOff.person_id == loader.persons[row.person],
                CurrentSignOff.task_id == loader.rules.tasks[row.task],
            )
        ).one()
        signer = names.get(one.signer_id or 0)
        dates = (one.valid_from, one.valid_to, one.accepted_on, one.counts_from)
        found.append((row.person, row.task, one.level, *dates, signer, one.origin))
    return found
