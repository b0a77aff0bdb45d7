"""Inviting, giving and ending roles, and closing accounts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts import commands
from competence.accounts.commands import NewRole
from competence.accounts.models import Account, Invitation, RoleAssignment
from competence.audit.models import AuditEntry
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from tests.factories import Someone, World

SignIn = Callable[[Someone], FlaskClient]


@pytest.fixture
def administrator(world: World) -> Someone:
    someone = world.role(world.person("Henrik Vestergaard", "UFA"), Role.ADMINISTRATOR, over=world.root)
    world.account(someone)
    return someone


@pytest.fixture
def leader(world: World) -> Someone:
    someone = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.district)
    world.account(someone)
    return someone


@pytest.fixture
def camilla(world: World) -> Someone:
    return world.person("Camilla Brandt")


def test_an_invited_person_chooses_a_password_and_signs_in(client: FlaskClient, world: World, camilla: Someone):
    invited = commands.invite(world.session, camilla.person.id, "Camilla@Proeveby.example", by=None)
    world.session.commit()
    page = client.get(f"/invitation/{invited.token}")
    assert "camilla@proeveby.example" in page.text
    chosen = {"password": "kaffe cykel måge", "again": "kaffe cykel måge"}
    assert client.post(f"/invitation/{invited.token}", data=chosen).status_code == 302
    answer = client.post("/sign-in", data={"email": "camilla@proeveby.example", "password": "kaffe cykel måge"})
    assert answer.location == "/"


def test_a_link_works_once(client: FlaskClient, world: World, camilla: Someone):
    invited = commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=None)
    commands.accept_invitation(world.session, invited.token, "kaffe cykel måge")
    world.session.commit()
    assert client.get(f"/invitation/{invited.token}").status_code == 410
    with pytest.raises(RuleBroken):
        commands.accept_invitation(world.session, invited.token, "en anden sætning")


def test_a_link_works_for_fourteen_days(world: World, camilla: Someone):
    invited = commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=None)
    with set_to(now() + timedelta(days=14, seconds=1)), pytest.raises(RuleBroken):
        commands.accept_invitation(world.session, invited.token, "kaffe cykel måge")


def test_a_new_link_ends_the_one_before(world: World, camilla: Someone):
    first = commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=None)
    commands.invite(world.session, camilla.person.id, by=None)
    with pytest.raises(RuleBroken):
        commands.accept_invitation(world.session, first.token, "kaffe cykel måge")


def test_the_database_has_no_link_that_could_be_used(world: World, camilla: Someone):
    invited = commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=None)
    assert world.session.scalars(select(Invitation)).one().token_hash != invited.token


def test_two_people_cannot_sign_in_with_one_address(world: World, camilla: Someone, leader: Someone):
    commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=None)
    with pytest.raises(RuleBroken) as broken:
        commands.invite(world.session, leader.person.id, "camilla@proeveby.example", by=None)
    assert broken.value.field == "email"


@pytest.mark.parametrize(
    "address", ["", "camilla", "camilla@", "@kommune.dk", "ca milla@kommune.dk", "010190-1234@kommune.dk"]
)
def test_an_address_must_be_whole(world: World, camilla: Someone, address: str):
    with pytest.raises(RuleBroken):
        commands.invite(world.session, camilla.person.id, address, by=None)


def new(someone: Someone, role: Role, unit_id: int, **dates: int) -> NewRole:
    until = dates.get("until")
    return NewRole(
        someone.person.id, role, unit_id, today(), None if until is None else today() + timedelta(days=until)
    )


def test_an_administrator_gives_any_role(world: World, administrator: Someone, camilla: Someone):
    given = commands.give_role(world.session, new(camilla, Role.PLANNER, world.district.id), by=administrator.actor)
    assert (given.role, given.unit_id, given.given_by) == (Role.PLANNER, world.district.id, administrator.person.id)
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "give_role")).one()
    assert entry.administrative


def test_a_leader_appoints_guides_in_her_units_and_nothing_else(world: World, leader: Someone, camilla: Someone):
    commands.give_role(world.session, new(camilla, Role.GUIDE, world.team.id), by=leader.actor)
    with pytest.raises(NotAllowed):
        commands.give_role(world.session, new(camilla, Role.LEADER, world.team.id), by=leader.actor)
    with pytest.raises(NotAllowed):
        commands.give_role(world.session, new(camilla, Role.GUIDE, world.root.id), by=leader.actor)


def test_nobody_gives_herself_a_role(world: World, administrator: Someone):
    with pytest.raises(RuleBroken):
        commands.give_role(world.session, new(administrator, Role.LEADER, world.root.id), by=administrator.actor)


def test_the_same_role_is_not_given_twice_over_a_unit(world: World, administrator: Someone, camilla: Someone):
    commands.give_role(world.session, new(camilla, Role.PLANNER, world.district.id, until=30), by=administrator.actor)
    with pytest.raises(RuleBroken):
        commands.give_role(world.session, new(camilla, Role.PLANNER, world.district.id), by=administrator.actor)


def test_supervision_needs_a_purpose_and_an_end(world: World, administrator: Someone, camilla: Someone):
    with pytest.raises(RuleBroken) as broken:
        commands.give_role(world.session, new(camilla, Role.AUDITOR, world.root.id), by=administrator.actor)
    assert broken.value.field == "purpose"
    purpose = NewRole(camilla.person.id, Role.AUDITOR, world.root.id, today(), None, "Tilsyn med medicinhåndtering")
    with pytest.raises(RuleBroken) as broken:
        commands.give_role(world.session, purpose, by=administrator.actor)
    assert broken.value.field == "valid_through"


def test_an_ended_role_no_longer_counts_today(world: World, administrator: Someone, camilla: Someone):
    given = commands.give_role(world.session, new(camilla, Role.PLANNER, world.district.id), by=administrator.actor)
    ended = commands.end_role(world.session, given.id, by=administrator.actor)
    assert ended.valid_to == today()
    with pytest.raises(RuleBroken):
        commands.end_role(world.session, given.id, by=administrator.actor)


def test_a_role_out_of_reach_is_not_found(world: World, administrator: Someone, leader: Someone, camilla: Someone):
    given = commands.give_role(world.session, new(camilla, Role.GUIDE, world.root.id), by=administrator.actor)
    with pytest.raises(NotFound):
        commands.end_role(world.session, given.id, by=leader.actor)


def test_a_closed_account_is_signed_out_and_its_links_are_dead(world: World, administrator: Someone, camilla: Someone):
    invited = commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=administrator.actor)
    commands.disable_account(world.session, invited.account_id, by=administrator.actor)
    with pytest.raises(RuleBroken):
        commands.accept_invitation(world.session, invited.token, "kaffe cykel måge")


def test_nobody_closes_her_own_account(world: World, administrator: Someone):
    assert administrator.account is not None
    with pytest.raises(RuleBroken):
        commands.disable_account(world.session, administrator.account.id, by=administrator.actor)


def test_only_administrators_invite(world: World, leader: Someone, camilla: Someone):
    with pytest.raises(NotAllowed):
        commands.invite(world.session, camilla.person.id, "camilla@proeveby.example", by=leader.actor)


def test_the_pages_of_administration(signed_in: SignIn, world: World, administrator: Someone, camilla: Someone):
    world.role(camilla, Role.GUIDE)
    client = signed_in(administrator)
    page = f"/accounts/person/{camilla.person.id}"
    assert "Henrik Vestergaard" in client.get("/accounts").text
    assert "Ingen konto passer." in client.get("/accounts?q=findes+ikke").text
    assert page in client.get("/accounts/roles/give?q=Camilla").text
    assert "Har ingen konto endnu." in client.get(page).text
    shown = client.post(f"{page}/invite", data={"email": "camilla@proeveby.example"})
    assert "/invitation/" in shown.text
    form = {"role": "planner", "unit": world.team.id, "valid_from": today().isoformat()}
    assert client.post(page, data=form).status_code == 302
    planner = world.session.scalars(select(RoleAssignment).where(RoleAssignment.role == "planner")).one()
    assert client.post(f"/accounts/role/{planner.id}/end").status_code == 302
    account = world.session.scalars(select(Account).where(Account.person_id == camilla.person.id)).one()
    client.post(f"/accounts/{account.id}/close")
    assert "Kontoen har været lukket siden" in client.get(page).text
    client.post(f"/accounts/{account.id}/open")
    log = client.get("/accounts/log").text
    assert "afsluttede en rolle" in log
    assert "lukkede en konto" in log


def test_a_broken_rule_keeps_what_was_typed(signed_in: SignIn, administrator: Someone, world: World, camilla: Someone):
    form = {"role": "auditor", "unit": world.root.id, "valid_from": today().isoformat(), "purpose": ""}
    page = signed_in(administrator).post(f"/accounts/person/{camilla.person.id}", data=form).text
    assert "Skriv, hvad adgangen skal bruges til." in page
    assert "Fejl: " in page


@pytest.mark.parametrize(("email", "said"), [("camilla", "Skriv hele e-mailadressen"), ("", "Skriv e-mailadressen.")])
def test_an_invitation_that_is_refused_keeps_the_address(
    signed_in: SignIn, administrator: Someone, camilla: Someone, email: str, said: str
):
    sent = signed_in(administrator).post(f"/accounts/person/{camilla.person.id}/invite", data={"email": email})
    assert sent.status_code == 422
    assert said in sent.text
    assert f'value="{email}"' in sent.text
    assert "Vælg en rolle." not in sent.text


def test_a_leader_sees_only_guides_and_only_her_own_units(signed_in: SignIn, world: World, leader: Someone):
    stranger = world.person("Fremmed Frits", unit=world.unit("Team Andetsteds", under=world.root))
    client = signed_in(leader)
    assert client.get("/accounts").status_code == 403
    assert client.get(f"/accounts/person/{stranger.person.id}").status_code == 404
    assert 'value="planner"' not in client.get(f"/accounts/person/{leader.person.id}").text


def test_the_menu_leads_to_roles_and_to_accounts_and_marks_where_one_is(
    signed_in: SignIn, administrator: Someone, camilla: Someone
):
    client = signed_in(administrator)
    places = {
        "/accounts": "Konti",
        "/accounts/roles": "Roller",
        "/accounts/roles/give": "Roller",
        f"/accounts/person/{camilla.person.id}": "Roller",
        "/accounts/log": "Log",
        f"/people/{camilla.person.id}": "Medarbejdere",
        "/account": "",
    }
    for address, marked in places.items():
        menu = client.get(address).text.partition('aria-label="Hovedmenu"')[2].partition("<main")[0]
        assert 'href="/accounts"' in menu
        assert 'href="/accounts/roles"' in menu
        menu = menu.partition("</nav>")[0] + menu.partition('class="kt-gathered')[2]
        assert [line.partition("<")[0] for line in menu.split('aria-current="page">')[1:]] == [marked] * bool(marked)


def test_the_list_of_roles_is_searched_by_name_role_and_end(
    signed_in: SignIn, world: World, administrator: Someone, leader: Someone, camilla: Someone
):
    world.role(camilla, Role.GUIDE)
    world.role(world.person("Søren Åberg"), Role.PLANNER, over=world.district, until=today())
    client = signed_in(administrator)

    def listed(address: str) -> set[str]:
        shown = client.get(address).text.partition("<main")[2]
        return {
            name for name in ("Henrik Vestergaard", "Dorthe Nygaard", "Camilla Brandt", "Søren Åberg") if name in shown
        }

    assert listed("/accounts/roles") == {"Henrik Vestergaard", "Dorthe Nygaard", "Camilla Brandt"}
    assert listed("/accounts/roles?q=camilla") == {"Camilla Brandt"}
    assert listed("/accounts/roles?role=leader") == {"Dorthe Nygaard"}
    assert listed("/accounts/roles?role=leader&q=camilla") == set()
    assert listed("/accounts/roles?ended=1") == {"Søren Åberg"}
    assert listed("/accounts/roles?ended=1&q=ÅBERG") == {"Søren Åberg"}
    assert listed("/accounts/roles?role=boss&page=x") == {"Henrik Vestergaard", "Dorthe Nygaard", "Camilla Brandt"}
    assert "Distrikt Nord" in client.get("/accounts/roles?role=leader").text
    assert "Ingen rolle passer." in client.get("/accounts/roles?q=findes+ikke").text


def test_a_role_ended_from_the_list_leads_back_to_the_list(
    signed_in: SignIn, world: World, administrator: Someone, camilla: Someone
):
    world.role(camilla, Role.GUIDE)
    given = world.session.scalars(select(RoleAssignment).where(RoleAssignment.role == "guide")).one()
    answer = signed_in(administrator).post(f"/accounts/role/{given.id}/end", data={"listed": "1"})
    assert answer.location == "/accounts/roles"


def test_a_leader_lists_and_appoints_guides_alone(
    signed_in: SignIn, world: World, leader: Someone, administrator: Someone, camilla: Someone
):
    world.role(camilla, Role.GUIDE)
    client = signed_in(leader)
    page = client.get("/accounts/roles?role=leader").text.partition("<main")[2]
    assert "Camilla Brandt" in page
    assert "Dorthe Nygaard" not in page
    assert "Udpeg en læringsvejleder" in page
    assert 'href="/accounts/roles"' in client.get("/people").text
