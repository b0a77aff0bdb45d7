"""No name is hashed as it stands: what the chain holds of a name is a salted hash, and the name itself can be erased."""

from datetime import timedelta

from sqlalchemy import delete, select

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.audit.models import EventText, EvidenceEvent
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.signoffs import projection
from competence.signoffs.commands import ExternalInstructor, NewSignOff, accept, sign_off
from competence.signoffs.models import CurrentSignOff
from tests.factories import World


def test_an_instructor_from_outside_is_named_until_the_name_is_erased(world: World) -> None:
    task = world.task()
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    helper = world.person()
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    world.settle()
    session = world.session
    begin_writing(session)
    outside = ExternalInstructor(
        "Pernille Dahl", "Specialsygeplejerske", "Sygehuset", today() - timedelta(days=3), "Bevis 114"
    )
    event = sign_off(session, helper.employment.id, NewSignOff(task.id, 2, today(), external=outside), by=nurse.actor)
    accept(session, event.seq, by=helper.actor)
    session.commit()
    signed = session.scalars(select(EvidenceEvent).where(EvidenceEvent.id == event.id)).one()
    assert "Pernille" not in str(signed.fields)
    assert "Bevis" not in str(signed.fields)
    current = session.scalars(select(CurrentSignOff)).one()
    assert current.signer_text == "Pernille Dahl, Specialsygeplejerske, Sygehuset"

    begin_writing(session)
    session.execute(delete(EventText).where(EventText.event_id == event.id))
    projection.rebuild(session, [helper.person.id], on=today())
    session.commit()
    session.expire_all()
    assert session.scalars(select(CurrentSignOff)).one().signer_text is None
    assert breaks(session) == []
