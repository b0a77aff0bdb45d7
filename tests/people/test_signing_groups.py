"""Which staff groups may sign: kept by the development nurse, and the ground of what was signed stays as it was."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.foundation.errors import NotAllowed, NotFound, Overtaken
from competence.people.commands import let_sign
from tests.factories import Someone, World

SignIn = Callable[[object], FlaskClient]


def nurse(world: World) -> Someone:
    """A development nurse of all of the municipality."""
    return world.role(world.person("Dorthe Nygaard", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


def test_the_groups_ticked_may_sign_and_no_others(world: World) -> None:
    by = nurse(world).actor
    changed = let_sign(world.session, ["SPL", "SSH"], seen="SPL.SSA", by=by)
    assert {(group.code, group.may_sign) for group in changed} == {("SSA", False), ("SSH", True)}
    noted = world.session.execute(
        select(AuditEntry.action, AuditEntry.detail, AuditEntry.by_person_id).order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in noted] == [
        ("let_sign", {"group": "SSA", "may_sign": False}, by.person_id),
        ("let_sign", {"group": "SSH", "may_sign": True}, by.person_id),
    ]  # fmt: skip
    assert let_sign(world.session, ["SPL", "SSH"], seen="SPL.SSH", by=by) == []


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(world: World) -> None:
    by = nurse(world).actor
    let_sign(world.session, ["SPL"], seen="SPL.SSA", by=by)
    with pytest.raises(Overtaken):
        let_sign(world.session, ["SPL", "SSA", "SSH"], seen="SPL.SSA", by=by)
    with pytest.raises(NotFound):
        let_sign(world.session, ["XYZ"], seen="SPL", by=by)
    assert [code for code, group in world.groups.items() if group.may_sign] == ["SPL"]


def test_a_guide_may_not_say_it(world: World) -> None:
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE, over=world.root)
    with pytest.raises(NotAllowed):
        let_sign(world.session, [], seen="SPL.SSA", by=guide.actor)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_ticked_on_the_page(world: World, signed_in: SignIn) -> None:
    client = signed_in(nurse(world))
    page = client.get("/profiles/follows")
    assert "Faggrupper, der må skrive under" in page.text
    answer = client.post("/profiles/follows/signers", data={"group": ["SPL"], "seen": "SPL.SSA"})
    assert answer.status_code == 302
    late = client.post("/profiles/follows/signers", data={"group": ["SSH"], "seen": "SPL.SSA"}, follow_redirects=True)
    assert "Dette er blevet ændret imens. Intet er gemt. Se nedenfor, hvordan det ser ud nu." in late.text
    world.session.expire_all()
    world.session.commit()
    assert [code for code, group in world.groups.items() if group.may_sign] == ["SPL"]
