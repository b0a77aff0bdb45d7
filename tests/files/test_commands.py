"""Adding, removing and erasing a file, and what a signature says of it; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.accounts.commands import forget_person
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, EvidenceEvent
from competence.files.commands import missing, remove_file, sweep
from competence.files.models import EvidenceFile
from competence.files.queries import files_of, named_by
from competence.files.rules import MOST_AT_A_TASK, Purpose, Why
from competence.files.storing import Stored, Unreadable
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.people import retention
from competence.people.commands import end_employment
from competence.signoffs.commands import NewSignOff, sign_off
from competence.signoffs.models import Observation
from competence.signoffs.rules import ObservationKind
from tests.files import made
from tests.files.conftest import Training


def test_a_course_certificate_lies_at_the_task_and_is_audited(training: Training):
    row = training.added(purpose=Purpose.GATE, gate_code="MED1", title="Medicin,  foråret")
    (shown,) = files_of(training.world.session, training.amira.person.id, task_id=training.task.id)
    assert (shown.about, shown.title, shown.by) == ("Medicinkursus", "Medicin, foråret", "Hanne Lykke")
    entry = training.world.session.scalars(select(AuditEntry).where(AuditEntry.action == "add_evidence_file")).one()
    assert (entry.subject_id, entry.person_id) == (row.id, training.amira.person.id)


def test_she_her_guide_and_her_leader_may_add_and_nobody_else(training: Training):
    for number, one in enumerate((training.amira, training.guide, training.leader)):
        training.added(made.jpeg(50 + number), by=one)
    for other in (training.stranger, training.administrator, training.world.person("Kolja Kollega")):
        with pytest.raises(NotFound):
            training.added(by=other)


@pytest.mark.parametrize(
    ("says", "field"),
    [
        ({"purpose": Purpose.GATE, "gate_code": "ANDET"}, "purpose"),
        ({"purpose": Purpose.GATE}, "purpose"),
        ({"title": "Amira 010190-1234"}, "title"),
    ],
)
def test_what_it_is_evidence_of_is_asked_for_and_a_cpr_number_refused(training: Training, says, field):
    with pytest.raises(RuleBroken) as broken:
        training.added(**says)
    assert broken.value.field == field


def test_the_same_file_twice_and_one_too_many_are_refused(training: Training):
    training.added()
    with pytest.raises(RuleBroken, match="already"):
        training.added()
    for number in range(MOST_AT_A_TASK - 1):
        training.added(made.jpeg(20 + number))
    with pytest.raises(RuleBroken, match="20 files"):
        training.added(made.jpeg(500))


def signed(training: Training) -> EvidenceEvent:
    training.world.session.add(
        Observation(
            person_id=training.amira.person.id, gate_code="MED1", kind=ObservationKind.COURSE, observed_on=today(),
            observer_id=training.guide.person.id, recorded_at=now(),
        )
    )  # fmt: skip
    new = NewSignOff(training.task.id, 2, today(), ticked=(1,))
    event = sign_off(training.world.session, training.amira.employment.id, new, by=training.guide.actor)
    stored = training.world.session.get(EvidenceEvent, event.id)
    assert stored is not None
    return stored


def test_a_signature_names_the_files_and_one_without_any_says_nothing_of_files(training: Training):
    event = signed(training)
    assert "files" not in event.fields
    assert not breaks(training.world.session)


def test_a_signature_still_says_which_file_when_it_is_erased(training: Training):
    row, gone = training.added(), training.added(made.pdf())
    remove_file(training.world.session, gone.id, Why.WRONG, by=training.amira.actor)
    event = signed(training)
    assert event.fields["files"] == [row.hash]
    remove_file(training.world.session, row.id, Why.CITIZEN, by=training.guide.actor)
    assert not breaks(training.world.session)
    (named,) = named_by(training.world.session, training.amira.person.id, event.fields["files"])
    assert (named.hash, named.state) == (row.hash, "erased")


def test_out_of_view_it_is_erased_after_thirty_days_and_at_once_when_it_shows_a_citizen(training: Training):
    session, store = training.world.session, training.store
    wrong, citizen, kept = (training.added(made.jpeg(40 + n)) for n in range(3))
    place = Stored(wrong.stored, wrong.salt or "")
    remove_file(session, wrong.id, Why.WRONG, by=training.guide.actor)
    remove_file(session, citizen.id, Why.CITIZEN, by=training.amira.actor)
    with pytest.raises(NotFound):
        remove_file(session, kept.id, Why.WRONG, by=training.stranger.actor)
    assert [file.id for file in files_of(session, training.amira.person.id)] == [kept.id]
    session.commit()
    assert sweep(session, store) == 1
    assert store.get(place)
    with set_to(now() + timedelta(days=31)):
        retention.erase(session)
    session.commit()
    assert sweep(session, store) == 1
    assert training.names() == {kept.stored}
    with pytest.raises(Unreadable):
        store.get(place)
    session.expire_all()
    assert [(row.title, row.salt is None) for row in session.scalars(select(EvidenceFile).order_by(EvidenceFile.id))] == [
        (None, True), (None, True), ("", False)
    ]  # fmt: skip


def test_its_period_is_five_years_and_a_hold_keeps_it_longer(training: Training):
    session = training.world.session
    training.added()
    hold = retention.hold(session, "Sag 2026-17")
    with set_to(now() + timedelta(days=5 * 365 + 1)):
        retention.erase(session)
        assert session.scalars(select(EvidenceFile.erased_at)).one() is None
        retention.lift(session, hold.id)
        retention.erase(session)
        retention.erase(session)
    assert session.scalars(select(EvidenceFile.erased_at)).one() is not None
    assert sweep(session, training.store) == 1


def test_with_the_person_her_files_are_forgotten(training: Training):
    session = training.world.session
    training.added()
    end_employment(session, training.amira.employment.id, today() - timedelta(days=1), by=training.administrator.actor)
    forget_person(session, training.amira.person.id, by=training.administrator.actor)
    session.expire_all()
    row = session.scalars(select(EvidenceFile)).one()
    assert (row.title, row.salt) == (None, None)
    session.commit()
    sweep(session, training.store)
    assert not training.names()


def test_a_row_without_its_file_is_found(training: Training):
    row = training.added()
    assert missing(training.world.session, training.store) == []
    training.store.drop(row.stored)
    assert missing(training.world.session, training.store) == [row.id]
