"""What a municipality has chosen itself: its range, what it means for rights, and who was first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.decision.foreseeing import effect_of
from competence.delegation.rules import CellRule
from competence.entitlements.queries import holds
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.foundation.orm import begin_writing
from competence.organisation import commands
from competence.organisation.models import Municipality
from competence.organisation.queries import settings_of
from competence.organisation.rules import ALL, Settings, check_settings
from competence.people.models import Absence
from tests.factories import Someone, World

SignIn = Callable[[Someone], FlaskClient]
PAGE = "/settings/"


@pytest.fixture
def administrator(world: World) -> Someone:
    return world.role(world.person("Henrik Vestergaard", "UFA"), Role.ADMINISTRATOR, over=world.root)


@pytest.fixture
def colleague(world: World) -> Someone:
    return world.role(world.person("Bente Rask", "UFA"), Role.ADMINISTRATOR, over=world.root)


def change(world: World, changes: dict[str, Any], *, by: Someone, seen: Settings | None = None) -> Settings:
    begin_writing(world.session)
    return commands.change_settings(world.session, changes, by=by.actor, seen=seen)


def sent(page: str) -> dict[str, str]:
    """What the page would send, as it is shown."""
    inputs = html5lib.parse(page, namespaceHTMLElements=False).iter("input")
    found = {field.get("name", ""): field.get("value", "") for field in inputs}
    return {name: value for name, value in found.items() if name == "seen" or name.removesuffix("_from") in ALL}


def form(client: FlaskClient) -> dict[str, str]:
    return sent(client.get(PAGE).text)


def away(world: World, someone: Someone, *, days: int) -> None:
    world.session.add(
        Absence(employment_id=someone.employment.id, valid_from=today() - timedelta(days=days), recorded_at=now())
    )


@pytest.mark.parametrize("key", [key for key, setting in ALL.items() if setting.most])
def test_a_number_lies_within_its_range(key: str):
    setting = ALL[key]
    rest: dict[str, Any] = {"long_absence_days": 30, "refresh_absence_days": 1095}
    for value in (setting.least, setting.most):
        check_settings(Settings(**(rest | {key: value})))
    for value in (setting.least - 1, setting.most + 1):
        with pytest.raises(RuleBroken) as broken:
            check_settings(Settings(**(rest | {key: value})))
        assert broken.value.field == key


def test_every_setting_stands_on_the_page_once_and_its_default_is_allowed():
    assert list(ALL) == list(Settings.__dataclass_fields__)
    check_settings(Settings())


def test_the_long_absence_cannot_be_longer_than_the_one_that_asks_for_an_observed_time():
    with pytest.raises(RuleBroken) as broken:
        check_settings(Settings(long_absence_days=200, refresh_absence_days=199))
    assert broken.value.field == "refresh_absence_days"


@pytest.mark.parametrize("hours", [("07:00", "07:00"), ("7", "15:00"), ("07:00",), None])
def test_a_shift_has_two_times_that_are_not_the_same(hours):
    with pytest.raises(RuleBroken) as broken:
        check_settings(Settings(day_hours=hours))
    assert broken.value.field == "day_hours"


def test_a_change_is_kept_and_noted_with_both_values(world: World, administrator: Someone):
    change(world, {"undo_minutes": 15, "night_hours": ("22:30", "06:30")}, by=administrator)
    assert settings_of(world.session) == Settings(undo_minutes=15, night_hours=("22:30", "06:30"))
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "change_settings")).one()
    assert entry.by_person_id == administrator.person.id
    assert entry.administrative
    assert entry.detail == {
        "changes": {"undo_minutes": [10, 15], "night_hours": [["23:00", "07:00"], ["22:30", "06:30"]]}
    }


def test_what_is_the_same_already_leaves_no_entry(world: World, administrator: Someone):
    change(world, {"undo_minutes": 10}, by=administrator)
    assert world.session.scalars(select(AuditEntry).where(AuditEntry.action == "change_settings")).all() == []


def test_a_value_out_of_its_range_writes_nothing(world: World, administrator: Someone):
    with pytest.raises(RuleBroken):
        change(world, {"undo_minutes": 15, "external_days": 99}, by=administrator)
    assert world.session.scalars(select(Municipality.settings)).one() == {}


def test_whoever_reaches_a_part_or_has_another_role_changes_nothing(world: World):
    part = world.role(world.person("Lokal Administrator"), Role.ADMINISTRATOR, over=world.district)
    leader = world.role(world.person("Dorthe Nygaard"), Role.LEADER, over=world.root)
    with pytest.raises(NotFound):
        change(world, {"undo_minutes": 15}, by=part)
    with pytest.raises(NotAllowed):
        change(world, {"undo_minutes": 15}, by=leader)


def test_the_second_of_two_administrators_is_told(world: World, administrator: Someone, colleague: Someone):
    seen = settings_of(world.session)
    change(world, {"undo_minutes": 15}, by=colleague, seen=seen)
    with pytest.raises(Overtaken):
        change(world, {"external_days": 7}, by=administrator, seen=seen)
    assert settings_of(world.session) == Settings(undo_minutes=15)


def test_a_shorter_long_absence_pauses_rights_at_once_and_is_foreseen(world: World, administrator: Someone):
    task, camilla, signer = world.task(), world.person(), world.person("Karen Winther", "SPL")
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.signed(camilla, task, by=signer)
    away(world, camilla, days=100)
    world.settle()

    def level() -> int:
        return holds(world.session, camilla.employment.id, task.id, on=today(), version_id=world.version.id)

    assert level() == 2
    assert effect_of(world.session, Settings(long_absence_days=90)).losing == 1
    assert effect_of(world.session, Settings(long_absence_days=120)).losing == 0
    change(world, {"long_absence_days": 90}, by=administrator)
    assert level() == 0
    assert effect_of(world.session, Settings()).gaining == 1


def test_the_page_says_what_a_setting_does_its_range_and_who_changed_it(
    signed_in: SignIn, world: World, administrator: Someone, colleague: Someone
):
    change(world, {"undo_minutes": 15}, by=colleague)
    page = signed_in(administrator).get(PAGE).text
    assert "Minutter til at fortryde sin egen underskrift" in page
    assert "Så længe medarbejderen ikke har svaret. Fra 0 til 60 minutter, standard 10." in page
    assert page.count("Ændret af Bente Rask") == 1
    assert "Ikke ændret her." in page


def test_what_decides_no_rights_is_saved_at_once(signed_in: SignIn, world: World, administrator: Someone):
    client = signed_in(administrator)
    answer = client.post(PAGE, data=form(client) | {"expiring_days": "45", "day_hours_from": "6.45"})
    assert answer.status_code == 302
    world.session.rollback()
    assert settings_of(world.session) == Settings(expiring_days=45, day_hours=("06:45", "15:00"))


def test_what_decides_rights_is_shown_before_it_is_saved(signed_in: SignIn, world: World, administrator: Someone):
    client = signed_in(administrator)
    typed = form(client) | {"transferred_accept_within_days": "60", "long_absence_days": "90"}
    shown = client.post(PAGE, data=typed)
    assert "Papirer, der overføres fra nu af, gælder i 60 dage uden et ja, ikke 90." in shown.text
    assert "Ændringen betyder ikke noget for, hvad nogen må i dag." in shown.text
    world.session.rollback()
    assert settings_of(world.session) == Settings()
    assert 'value="60"' in client.post(PAGE, data=typed | {"back": "1"}).text
    assert client.post(PAGE, data=typed | {"confirmed": "1"}).status_code == 302
    world.session.rollback()
    assert settings_of(world.session) == Settings(transferred_accept_within_days=60, long_absence_days=90)


@pytest.mark.parametrize("typed", ["", "91", "-1", "30,5", "mange", "9" * 30])
def test_what_is_out_of_range_keeps_what_was_typed(signed_in: SignIn, administrator: Someone, typed: str):
    client = signed_in(administrator)
    answer = client.post(PAGE, data=form(client) | {"accept_within_days": typed, "undo_minutes": "20"})
    assert answer.status_code == 422
    assert "Skriv et helt tal fra 7 til 90." in answer.text
    assert 'value="20"' in answer.text
    assert f'value="{typed}"' in answer.text


def test_the_page_of_the_second_shows_both_values_and_saves_over_them_when_asked_again(
    signed_in: SignIn, world: World, administrator: Someone, colleague: Someone
):
    client = signed_in(administrator)
    typed = form(client) | {"undo_minutes": "20", "external_days": "7"}
    change(world, {"undo_minutes": 15, "expiring_days": 45}, by=colleague)
    world.session.commit()
    told = client.post(PAGE, data=typed)
    assert told.status_code == 422
    assert "Bente Rask ændrede indstillingerne kl." in told.text
    assert "Bente Rask har sat den til 15." in told.text
    again = sent(told.text)
    assert (again["undo_minutes"], again["external_days"], again["expiring_days"]) == ("20", "7", "45")
    assert client.post(PAGE, data=again).status_code == 302
    world.session.rollback()
    assert settings_of(world.session) == Settings(undo_minutes=20, external_days=7, expiring_days=45)


def test_a_page_whose_memory_was_tampered_with_overwrites_nothing(
    signed_in: SignIn, world: World, administrator: Someone, colleague: Someone
):
    client = signed_in(administrator)
    change(world, {"undo_minutes": 15}, by=colleague)
    world.session.commit()
    for seen in ("", "[]", "{", '{"undo_minutes": []}'):
        assert client.post(PAGE, data=form(client) | {"seen": seen, "undo_minutes": "20"}).status_code == 422
    world.session.rollback()
    assert settings_of(world.session) == Settings(undo_minutes=15)


def test_only_an_administrator_of_all_the_municipality_opens_the_page(signed_in: SignIn, world: World):
    part = world.role(world.person("Lokal Administrator"), Role.ADMINISTRATOR, over=world.district)
    assert signed_in(part).get(PAGE).status_code == 404
    leader = world.role(world.person("Dorthe Nygaard"), Role.LEADER, over=world.root)
    assert signed_in(leader).get(PAGE).status_code == 403
