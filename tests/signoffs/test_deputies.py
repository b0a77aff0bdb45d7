"""A learning guide's deputy: from a day to a day, in her units, on a ground of her own, named in what she signs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Role
from competence.accounts.commands import NewDeputy, appoint_deputy, end_role
from competence.accounts.models import RoleAssignment
from competence.accounts.queries import actor_of_person
from competence.audit.chain import breaks
from competence.audit.models import EvidenceEvent
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.signoffs import commands
from tests.factories import Someone
from tests.signoffs.bedside import Bedside

SignIn = Callable[[object], FlaskClient]
DAY = timedelta(days=1)


@pytest.fixture
def leader(bedside: Bedside) -> Someone:
    """The team's leader."""
    return bedside.world.role(bedside.world.person("Dorthe Nygaard", "UFA"), Role.LEADER)


@pytest.fixture
def nurse(bedside: Bedside) -> Someone:
    """A nurse of another team: her staff group may sign, there."""
    found = bedside.world.person("Maja Lind", "SPL", unit=bedside.world.unit("Team Lunden"))
    bedside.world.settle()
    return found


def appointment(bedside: Bedside) -> int:
    wanted = select(RoleAssignment.id).where(RoleAssignment.person_id == bedside.guide.person.id)
    found = bedside.world.session.scalars(wanted).one()
    return found


def appoint(bedside: Bedside, who: Someone, leader: Someone, *, first: int = 0, days: int = 7) -> RoleAssignment:
    begins = today() + first * DAY
    new = NewDeputy(who.person.id, begins, begins + days * DAY)
    return appoint_deputy(bedside.world.session, appointment(bedside), new, by=leader.actor)


def acts(bedside: Bedside, who: Someone) -> Actor:
    return actor_of_person(bedside.world.session, who.person.id)


def sign(bedside: Bedside, by: Actor) -> int:
    new = commands.NewSignOff(bedside.task.id, 1, today(), ticked=(1,))
    return commands.sign_off(bedside.world.session, bedside.helper.employment.id, new, by=by).seq


def test_a_deputy_signs_in_the_guides_unit_and_the_event_says_for_whom(
    bedside: Bedside, nurse: Someone, leader: Someone
) -> None:
    with pytest.raises(NotAllowed):
        sign(bedside, acts(bedside, nurse))
    appoint(bedside, nurse, leader)
    deputy = acts(bedside, nurse)
    assert deputy.reach(Permission.PERSON_HISTORY).covers(bedside.world.team.path)
    seq = sign(bedside, deputy)
    fields = bedside.world.session.scalars(
        select(EvidenceEvent.fields).where(
            EvidenceEvent.person_id == bedside.helper.person.id, EvidenceEvent.seq == seq
        )
    ).one()
    assert fields["ground"] == {
        "as": "guide", "group": "SPL", "own_level": 2, "deputy_for": bedside.guide.person.id,
    }  # fmt: skip
    assert breaks(bedside.world.session) == []


def test_before_and_after_her_days_a_deputy_is_nothing_there(bedside: Bedside, nurse: Someone, leader: Someone) -> None:
    given = appoint(bedside, nurse, leader, first=1, days=2)
    reached = [
        actor_of_person(bedside.world.session, nurse.person.id, on=today() + days * DAY).may(
            Permission.SIGNOFF_SIGN, bedside.world.team.path
        )
        for days in range(4)
    ]
    assert reached == [False, True, True, False]
    end_role(bedside.world.session, given.id, by=leader.actor)
    assert not acts(bedside, nurse).may(Permission.SIGNOFF_SIGN, bedside.world.team.path)


def test_she_is_a_deputy_only_while_she_has_a_ground_of_her_own(
    bedside: Bedside, nurse: Someone, leader: Someone
) -> None:
    helper = bedside.world.person("Ali Rahimi", "SSH", unit=nurse.unit)
    with pytest.raises(RuleBroken):
        appoint(bedside, helper, leader)
    appoint(bedside, nurse, leader)
    assert acts(bedside, nurse).may(Permission.SIGNOFF_SIGN, bedside.world.team.path)
    nurse.employment.staff_group_id = helper.employment.staff_group_id
    bedside.world.session.flush()
    assert not acts(bedside, nurse).may(Permission.SIGNOFF_SIGN, bedside.world.team.path)


def test_when_the_guides_appointment_ends_her_deputys_does(bedside: Bedside, nurse: Someone, leader: Someone) -> None:
    appoint(bedside, nurse, leader)
    end_role(bedside.world.session, appointment(bedside), by=leader.actor)
    assert not acts(bedside, nurse).may(Permission.SIGNOFF_SIGN, bedside.world.team.path)


def test_days_and_people_that_do_not_fit_are_refused(bedside: Bedside, nurse: Someone, leader: Someone) -> None:
    appoint(bedside, nurse, leader, first=2)
    for who, first, days in ((nurse, 4, 2), (bedside.guide, 20, 2), (nurse, 20, 0), (nurse, -1, 2), (leader, 20, 2)):
        with pytest.raises(RuleBroken):
            appoint(bedside, who, leader, first=first, days=days)
    stranger = bedside.world.role(
        bedside.world.person("Pia Lindgren", "UFA", unit=nurse.unit), Role.LEADER, over=nurse.unit
    )
    with pytest.raises(NotFound):
        appoint(bedside, nurse, stranger, first=20)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_leader_appoints_on_the_guides_page_and_keeps_what_was_typed(
    bedside: Bedside, nurse: Someone, leader: Someone, signed_in: SignIn
) -> None:
    client, address = signed_in(leader), f"/accounts/appointment/{appointment(bedside)}"
    colleague = bedside.world.person("Karen Winther", "SPL")
    bedside.world.session.commit()
    assert "Karen Winther" in client.get(address).text
    body = {"person": str(colleague.person.id), "valid_from": today().isoformat(), "valid_through": ""}
    answer = client.post(address, data=body)
    assert (answer.status_code, "Vælg den sidste dag." in answer.text) == (422, True)
    body["valid_through"] = (today() + DAY).isoformat()
    assert client.post(address, data=body).status_code == 302
    assert "Karen Winther" in client.get(address).text.split("Udpeg en stedfortræder")[0]
    answer = client.post(address + "/time", data={"hours": "mange"})
    assert (answer.status_code, 'value="mange"' in answer.text) == (422, True)
    assert client.post(address + "/time", data={"hours": "7,5"}).status_code == 302
    assert 'value="7,5"' in client.get(address).text
