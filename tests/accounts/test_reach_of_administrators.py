"""An administrator of one part never gets hold of an account that reaches further than she does."""

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts import commands
from competence.accounts.models import Account, Invitation, RoleAssignment
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import begin_writing
from tests.factories import World


def test_a_link_to_somebody_who_reaches_further_is_refused_and_her_address_stands(world: World) -> None:
    local = world.role(world.person("Lokal Administrator"), Role.ADMINISTRATOR, over=world.district)
    chief = world.role(world.person("Ulla Thorsen"), Role.ADMINISTRATOR, over=world.root)
    account = world.account(chief, "ulla@proeveby.example")
    begin_writing(world.session)
    for act in (
        lambda: commands.invite(world.session, chief.person.id, "taken.over@proeveby.example", by=local.actor),
        lambda: commands.disable_account(world.session, account.id, by=local.actor),
        lambda: commands.enable_account(world.session, account.id, by=local.actor),
    ):
        with pytest.raises(RuleBroken):
            act()
    assert world.session.scalars(select(Account.email).where(Account.id == account.id)).one() == "ulla@proeveby.example"
    assert world.session.scalars(select(Invitation)).all() == []


def test_a_colleague_of_her_own_part_is_invited_and_one_of_another_is_not_found(world: World) -> None:
    local = world.role(world.person("Lokal Administrator"), Role.ADMINISTRATOR, over=world.district)
    elsewhere = world.person("Rikke Sander", unit=world.unit("Distrikt Syd", "distrikt", under=world.root))
    begin_writing(world.session)
    assert commands.invite(world.session, world.person().person.id, "camilla@proeveby.example", by=local.actor).token
    with pytest.raises(NotFound):
        commands.invite(world.session, elsewhere.person.id, "rikke@proeveby.example", by=local.actor)


def test_an_administrator_does_not_end_her_own_role(world: World) -> None:
    chief = world.role(world.person("Ulla Thorsen"), Role.ADMINISTRATOR, over=world.root)
    world.session.commit()
    world.session.expire_all()
    given = world.session.scalars(select(RoleAssignment)).one()
    begin_writing(world.session)
    with pytest.raises(RuleBroken):
        commands.end_role(world.session, given.id, by=chief.actor)
