"""A ground that turns out wrong afterwards: the signature is put before the development nurse, and never judged again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Permission, Role
from competence.accounts.commands import end_role
from competence.accounts.models import RoleAssignment
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, EvidenceEvent
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, RuleBroken
from competence.people.commands import check_authorisation, lose_authorisation
from competence.signoffs import commands
from competence.signoffs.queries import signer_on
from competence.signoffs.queries.reviewing import Doubt, Review, to_review
from tests.factories import Someone
from tests.signoffs.bedside import Bedside

SignIn = Callable[[object], FlaskClient]


@pytest.fixture
def nurse(bedside: Bedside) -> Someone:
    """A development nurse over the district."""
    world = bedside.world
    found = world.role(world.person("Dorthe Nygaard", "SPL"), Role.DEVELOPMENT_NURSE, over=world.district)
    world.settle()
    return found


def listed(bedside: Bedside, nurse: Someone) -> list[Review]:
    return to_review(bedside.world.session, nurse.actor.reach(Permission.SIGNOFF_REVIEW), but=nurse.person.id)


def ended_back(bedside: Bedside, *, days: int) -> None:
    """The guide's appointment turns out to have ended so many days ago."""
    role = bedside.world.session.scalars(select(RoleAssignment).where(RoleAssignment.role == Role.GUIDE)).one()
    end_role(bedside.world.session, role.id, by=None, since=today() - timedelta(days=days))


def test_what_was_signed_after_an_appointment_that_ended_earlier_is_listed_until_it_is_let_stand(
    bedside: Bedside, nurse: Someone
) -> None:
    seq = bedside.sign().seq
    before = bedside.world.session.scalars(select(EvidenceEvent.hash)).all()
    assert listed(bedside, nurse) == []
    ended_back(bedside, days=3)
    (one,) = listed(bedside, nurse)
    assert (one.seq, one.person, one.signer, one.doubt) == (seq, "Amira Haddad", "Hanne Lykke", Doubt.APPOINTMENT)
    for _time in range(2):
        commands.let_stand(bedside.world.session, one.employment_id, one.seq, by=nurse.actor)
    assert listed(bedside, nurse) == []
    noted = select(AuditEntry.by_person_id).where(AuditEntry.action == "ground_stands")
    assert bedside.world.session.scalars(noted).all() == [nurse.person.id]
    assert bedside.world.session.scalars(select(EvidenceEvent.hash)).all() == before
    assert breaks(bedside.world.session) == []


def test_one_that_is_revoked_is_listed_no_more(bedside: Bedside, nurse: Someone) -> None:
    seq = bedside.sign().seq
    ended_back(bedside, days=3)
    commands.revoke(bedside.world.session, bedside.helper.employment.id, seq, reason="Ikke udpeget", by=nurse.actor)
    assert listed(bedside, nurse) == []


def test_another_appointment_that_covers_the_day_leaves_no_doubt(bedside: Bedside, nurse: Someone) -> None:
    bedside.sign()
    bedside.world.role(bedside.guide, Role.GUIDE, over=bedside.world.district)
    role = bedside.world.session.scalars(
        select(RoleAssignment).where(RoleAssignment.unit_id == bedside.world.team.id)
    ).one()
    end_role(bedside.world.session, role.id, by=None, since=today() - timedelta(days=3))
    assert listed(bedside, nurse) == []


def test_an_end_today_in_the_ordinary_way_leaves_no_doubt(bedside: Bedside, nurse: Someone) -> None:
    bedside.sign()
    role = bedside.world.session.scalars(select(RoleAssignment).where(RoleAssignment.role == Role.GUIDE)).one()
    end_role(bedside.world.session, role.id, by=None)
    assert listed(bedside, nurse) == []


def test_what_she_signed_on_a_sign_off_of_her_own_that_is_revoked_is_listed(bedside: Bedside, nurse: Someone) -> None:
    world = bedside.world
    colleague = world.role(world.person("Maja Lind", "SSH"), Role.GUIDE)
    own = world.signed(colleague, bedside.task, 2, by=bedside.guide)
    world.settle()
    new = commands.NewSignOff(bedside.task.id, 1, today(), ticked=(1,))
    commands.sign_off(world.session, bedside.helper.employment.id, new, by=colleague.actor)
    commands.revoke(world.session, colleague.employment.id, own, reason="Kurset var ikke bestået", by=nurse.actor)
    assert [(one.signer, one.doubt) for one in listed(bedside, nurse)] == [("Maja Lind", Doubt.OWN_SIGNOFF)]


def test_what_was_signed_under_an_authorisation_that_did_not_hold_is_listed(bedside: Bedside, nurse: Someone) -> None:
    world, job = bedside.world, bedside.guide.employment.id
    administrator = world.role(world.person("Henrik Vestergaard", "UFA"), Role.ADMINISTRATOR, over=world.root)
    before = bedside.sign().seq
    for day in (today() + timedelta(days=1), bedside.guide.employment.valid_from - timedelta(days=1)):
        with pytest.raises(RuleBroken):
            lose_authorisation(world.session, job, day, by=administrator.actor)
    lose_authorisation(world.session, job, today() - timedelta(days=3), by=administrator.actor)
    assert [(one.seq, one.doubt) for one in listed(bedside, nurse)] == [(before, Doubt.AUTHORISATION)]
    unit = bedside.world.team
    assert signer_on(world.session, bedside.guide.actor, bedside.task.id, unit=unit, on=today()).level == 0
    check_authorisation(world.session, job, today(), by=administrator.actor)
    assert signer_on(world.session, bedside.guide.actor, bedside.task.id, unit=unit, on=today()).level == 2


def test_a_guide_may_not_let_it_stand_and_nobody_her_own(bedside: Bedside, nurse: Someone) -> None:
    seq = bedside.sign().seq
    job = bedside.helper.employment.id
    with pytest.raises(NotAllowed):
        commands.let_stand(bedside.world.session, job, seq, by=bedside.guide.actor)
    bedside.world.role(bedside.guide, Role.DEVELOPMENT_NURSE)
    with pytest.raises(RuleBroken):
        commands.let_stand(bedside.world.session, job, seq, by=bedside.guide.actor)


def test_a_role_cannot_end_before_it_began_or_ahead(bedside: Bedside) -> None:
    role = bedside.world.session.scalars(select(RoleAssignment).where(RoleAssignment.role == Role.GUIDE)).one()
    for day in (role.valid_from - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(RuleBroken):
            end_role(bedside.world.session, role.id, by=None, since=day)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_lists_it_and_takes_the_answer(bedside: Bedside, nurse: Someone, signed_in: SignIn) -> None:
    seq = bedside.sign().seq
    ended_back(bedside, days=3)
    client = signed_in(nurse)
    page = client.get("/review")
    assert "Underskriverens udpegning var ophørt før den dag." in page.text
    assert client.post(f"/review/{bedside.helper.employment.id}/{seq}").status_code == 302
    assert "Ingen underskrifter venter på, at du ser på dem." in client.get("/review").text
