"""What a phone kept without a network is received once, from the same guide, and never over what happened meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.foundation import clock
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import begin_writing
from competence.signoffs import commands
from competence.signoffs.commands import Kept, KeptTime, Meanwhile
from competence.signoffs.models import Observation, ObservationDraft
from competence.signoffs.queries import state_now
from competence.signoffs.rules import ObservationKind, State
from tests.factories import Someone
from tests.signoffs.bedside import Bedside

SignIn = Callable[[object], FlaskClient]


def state(bedside: Bedside) -> State:
    return state_now(bedside.world.session, bedside.helper.person.id, bedside.task, on=today())


def alone(at: datetime | None = None) -> KeptTime:
    return KeptTime(str(uuid4()), ObservationKind.ALONE, at or now())


def send(bedside: Bedside, kept: Kept, by: Someone | None = None) -> int:
    who = by or bedside.guide
    return commands.receive_kept(
        bedside.world.session, bedside.helper.employment.id, bedside.task.id, kept, by=who.actor
    )


def times(bedside: Bedside) -> int:
    return bedside.world.session.scalar(select(func.count()).select_from(Observation)) or 0


def test_the_same_observation_sent_twice_is_recorded_once(bedside: Bedside):
    kept = Kept(state(bedside), [], [1], [alone()])
    before = times(bedside)
    assert send(bedside, kept) == 1
    assert send(bedside, kept) == 0
    assert times(bedside) == before + 1
    assert bedside.world.session.scalars(select(ObservationDraft)).one().ticked == [1]


def test_a_time_that_was_taken_back_does_not_come_again(bedside: Bedside):
    kept = Kept(state(bedside), [], None, [alone()])
    send(bedside, kept)
    row = bedside.world.session.scalars(select(Observation).where(Observation.sent_as == kept.times[0].sent_as)).one()
    commands.withdraw_observation(bedside.world.session, row.id, by=bedside.guide.actor)
    assert send(bedside, kept) == 0
    assert row.withdrawn_at is not None


def test_the_moment_is_the_phones_and_the_recording_is_the_servers(bedside: Bedside):
    at = now() - timedelta(hours=3)
    kept = Kept(state(bedside), [], None, [alone(at)])
    send(bedside, kept)
    row = bedside.world.session.scalars(select(Observation).where(Observation.sent_as.is_not(None))).one()
    assert row.observed_at == at
    assert row.observed_on == clock.local(at).date()
    assert row.recorded_at > at


@pytest.mark.parametrize("away", [timedelta(minutes=3), -timedelta(hours=24, minutes=1)])
def test_a_moment_ahead_or_a_day_old_is_refused_and_nothing_is_written(bedside: Bedside, away: timedelta):
    before = times(bedside)
    with pytest.raises(RuleBroken):
        send(bedside, Kept(state(bedside), [], [1], [alone(now() + away)]))
    bedside.world.session.rollback()
    assert times(bedside) == before


def test_what_somebody_else_recorded_meanwhile_is_for_her_to_choose(bedside: Bedside):
    world = bedside.world
    kept = Kept(state(bedside), [], None, [alone()])
    world.observed(bedside.helper, bedside.task, by=world.role(world.person("Maja Lind", "SPL"), Role.GUIDE))
    with pytest.raises(Meanwhile) as meanwhile:
        send(bedside, kept)
    assert [reason.msgid for reason in meanwhile.value.reasons] == ["Somebody else has recorded a time."]
    assert send(bedside, replace(kept, seen=meanwhile.value.state, base=meanwhile.value.stored)) == 1


def test_a_signature_given_meanwhile_is_for_her_to_choose(bedside: Bedside):
    kept = Kept(state(bedside), [], None, [alone()])
    bedside.sign()
    with pytest.raises(Meanwhile) as meanwhile:
        send(bedside, kept)
    assert "The task has been signed." in [reason.msgid for reason in meanwhile.value.reasons]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"criteria": "other"}, "What must be shown has been changed, so the ticks must be set again."),
        ({"instruction": "other"}, "The instruction has a new version."),
    ],
)
def test_other_criteria_or_another_instruction_are_for_her_to_choose(
    bedside: Bedside, changed: dict[str, Any], why: str
):
    with pytest.raises(Meanwhile) as meanwhile:
        send(bedside, Kept(replace(state(bedside), **changed), [], [1], []))
    assert [reason.msgid for reason in meanwhile.value.reasons] == [why]


def test_ticks_from_another_device_are_not_written_over(bedside: Bedside):
    session = bedside.world.session
    kept = Kept(state(bedside), [], [], [alone()])
    commands.save_draft(session, bedside.helper.employment.id, bedside.task.id, [1], by=bedside.guide.actor)
    with pytest.raises(Meanwhile) as meanwhile:
        send(bedside, kept)
    assert meanwhile.value.stored == [1]
    assert session.scalars(select(ObservationDraft)).one().ticked == [1]


def mark(page: str, name: str) -> str:
    return page.partition(f'{name}="')[2].partition('"')[0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_phone_sends_for_whoever_kept_it_and_for_nobody_else(bedside: Bedside, signed_in: SignIn):
    world = bedside.world
    maja = world.role(world.person("Maja Lind", "SPL"), Role.GUIDE)
    world.settle()
    guide, other = signed_in(bedside.guide), signed_in(maja)
    path = f"/sign/{bedside.helper.employment.id}/{bedside.task.id}"
    page = guide.get(path).text
    said: dict[str, Any] = {
        "device": mark(page, "data-kt-device"), "seen": mark(page, "data-kt-seen"), "base": [], "ticks": [1],
        "times": [{"id": str(uuid4()), "kind": "alone", "how": "observed", "where": "", "at": now().isoformat()}],
    }  # fmt: skip
    assert other.post(f"{path}/kept", json=said).status_code == 410
    assert (
        guide.post(f"{path}/kept", json={**said, "times": [{**said["times"][0], "kind": "Fru Jensen"}]}).status_code
        == 400
    )
    assert guide.post(f"{path}/kept", json=said).json["recorded"] == 1  # type: ignore[index]
    again = guide.post(f"{path}/kept", json=said)
    assert again.json["recorded"] == 0  # type: ignore[index]
    assert again.json["ticks"] == [1]  # type: ignore[index]
    world.session.commit()
    begin_writing(world.session)
    world.observed(bedside.helper, bedside.task, by=maja)
    world.session.commit()
    said["times"] = [{**said["times"][0], "id": str(uuid4())}]
    asked = guide.post(f"{path}/kept", json=said)
    assert asked.status_code == 409
    assert "En anden har registreret en gang." in asked.text
    assert "Maja Lind" in asked.text
    chosen = guide.post(f"{path}/kept", json={**said, "seen": mark(asked.text, "data-seen"), "base": [1]})
    assert chosen.status_code == 200, chosen.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_code_leads_a_guide_to_the_tasks_for_ten_minutes_and_nobody_else(bedside: Bedside, signed_in: SignIn):
    world = bedside.world
    far = world.role(world.person("Sara Sø", "SPL", unit=world.unit("Team Skoven", under=world.district)), Role.GUIDE)
    world.settle()
    amira, guide, stranger = signed_in(bedside.helper), signed_in(bedside.guide), signed_in(far)
    assert amira.post("/me/training-code").status_code == 302
    shown = amira.get("/me/training-code").text
    link = "/with/" + shown.partition("/with/")[2].partition('"')[0]
    assert "Amira" not in link
    assert guide.get(link).location == f"/queue/new/{bedside.helper.employment.id}"
    assert stranger.get(link).status_code == 404
    assert amira.get(link).status_code == 403
    amira.post("/me/training-code")
    assert guide.get(link).status_code == 404, "a new code replaces it"
    newer = "/with/" + amira.get("/me/training-code").text.partition("/with/")[2].partition('"')[0]
    with clock.set_to(now() + timedelta(minutes=11)):
        assert guide.get(newer).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_without_a_network_is_the_same_for_everybody(bedside: Bedside, signed_in: SignIn, client: FlaskClient):
    guide = signed_in(bedside.guide)
    assert guide.get("/offline").text == client.get("/offline").text
    assert "Hanne" not in guide.get("/offline").text
    worker = client.get("/worker.js")
    assert worker.mimetype == "text/javascript"
    assert "kt-shell-" in worker.text
    assert client.get("/manifest.webmanifest").json["name"] == "Kompetencetavlen"  # type: ignore[index]
