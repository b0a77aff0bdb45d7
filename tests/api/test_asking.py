"""What other systems are answered: each verdict, and nothing to whoever has no key that counts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Permission
from competence.api.commands import revoke_key
from competence.api.models import ApiCall
from competence.api.rules import CALLS_A_MINUTE
from competence.audit.models import AccessEntry
from competence.coverage.duties import over_duty
from competence.coverage.rules import Shift
from competence.decision.rules import Answer, State
from competence.delegation.models import Stop
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.clock import now, set_to, today
from tests.factories import another


def test_each_verdict_with_its_limit_level_and_last_day(asking):
    _key, token = asking.key()
    karen, camilla, soren = (asking.may(one, token).json for one in (asking.karen, asking.camilla, asking.soren))
    assert [one["verdict"] for one in (karen, camilla, soren)] == ["may", "may_when", "may_not"]
    (job,) = camilla["employments"]
    assert job["limits"] == [{"code": None, "text": "Kun stabilt", "when": "forløbet er stabilt og kendt"}]
    assert job["level"] == {"rank": 2, "name": "øvet"}
    assert job["valid_through"] == (today() + timedelta(days=56)).isoformat()
    assert (karen["matrix_version"], karen["task"]["code"]) == (1, asking.insulin.code)
    (not_yet,) = soren["employments"]
    assert not_yet["level"] is None
    assert {"code": "signature", "holds": False, "text": "Underskriften mangler."} in not_yet["reasons"]


def test_who_may_is_the_page_s_answer_without_history(asking):
    _key, token = asking.key()
    found = asking.who_may(token)
    assert found.json["statement"] == "2 i Team Havnen må i dag."
    assert [(one["name"], one["verdict"]) for one in found.json["people"]] == [
        ("Karen Winther", "may"),
        ("Camilla Brandt", "may_when"),
    ]
    assert (found.json["have"], found.json["need"]) == (2, 3)
    signed_on = (today() - timedelta(days=3)).isoformat()
    camilla = found.json["people"][1]
    assert signed_on not in str(camilla["reasons"]), "the day of a signature is history"
    assert "Søren" not in found.text


def test_the_answer_is_in_the_language_that_is_asked_for(asking):
    _key, token = asking.key()
    assert asking.who_may(token, language="en").json["statement"] == "2 in Team Havnen may today."
    problem = asking.who_may(token, language="en", task="T999")
    assert problem.json["detail"] == "The catalogue has no task of that code or id."
    assert problem.headers["Content-Language"] == "en"
    assert asking.who_may(token, task="T999").json["title"] == "Ikke fundet"


def test_a_moment_is_the_duty_that_runs_then_after_midnight_the_night_before(asking):
    _key, token = asking.key()
    day = today() + timedelta(days=2)
    found = asking.may(asking.karen, token, at=f"{day}T02:30:00+01:00")
    assert (found.json["on"], found.json["shift"]) == ((day - timedelta(days=1)).isoformat(), "night")


def test_a_night_touches_two_dates_and_the_right_must_hold_on_both(asking):
    last = today() + timedelta(days=56)
    _key, token = asking.key()
    assert asking.may(asking.camilla, token, on=last.isoformat(), shift="evening").json["verdict"] == "may_when"
    assert asking.may(asking.camilla, token, on=last.isoformat(), shift="night").json["verdict"] == "may_not"
    asking.camilla.employment.shifts = "N"
    asking.world.session.commit()
    names = [
        [one["name"] for one in asking.who_may(token, on=on.isoformat(), shift="night").json["people"]]
        for on in (last - timedelta(days=1), last)
    ]
    assert names == [["Camilla Brandt"], []]


def test_a_limit_that_begins_at_midnight_holds_for_the_whole_night():
    cell = CellTerms(CellRule.MAY_GENERAL)
    free, limited = Answer(State.VALID, 2, cell), Answer(State.VALID, 3, cell, limits=(("Kun stabilt", "stabilt"),))
    answer = over_duty([free, limited])
    assert (answer.level, answer.limits) == (2, limited.limits)
    assert over_duty([limited, Answer(State.LAPSED, 0, cell)]).level == 0


def test_without_a_key_that_counts_nothing_is_answered(asking):
    gone, token = asking.key(days=10)
    assert asking.who_may("").status_code == 401
    assert asking.who_may("kt_" + "x" * 43).status_code == 401
    assert asking.client.get("/api/v1/may", headers={"Authorization": "Basic a2F0"}).status_code == 401
    with set_to(now() + timedelta(days=11)):
        assert asking.may(asking.karen, token).status_code == 401
    assert asking.who_may(token).status_code == 200
    revoke_key(asking.world.session, gone.id, by=asking.henrik.actor)
    asking.world.session.commit()
    refused = asking.who_may(token)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.mimetype == "application/problem+json"


def test_whoever_is_signed_in_has_no_key(asking, signed_in):
    client = signed_in(asking.world.role(asking.karen, "planner", over=asking.world.district))
    answer = client.get(f"/api/v1/who-may?task={asking.insulin.code}&unit={asking.world.team.id}")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_out_of_reach_is_not_there(asking):
    _key, token = asking.key()
    assert asking.who_may(token, unit=asking.other.id).status_code == 404
    assert asking.who_may(token, unit="Team Skoven").status_code == 404
    assert asking.may(asking.outside, token).status_code == 404
    assert asking.may(asking.karen, token, employee="nobody").status_code == 404
    assert asking.who_may(token, unit="team havnen").status_code == 200


def test_a_key_of_another_municipality_is_none_here(asking):
    world = asking.world
    world.municipality.host = "proeveby.example"
    _key, token = asking.key()
    foreign = another(world)
    foreign.municipality.host = "soeby.example"
    foreign.session.commit()
    address = f"/api/v1/who-may?task={asking.insulin.code}&unit={world.team.id}"
    headers = {"Authorization": f"Bearer {token}"}
    answers = {
        host: asking.client.get(address, headers=headers, base_url=f"http://{host}").status_code
        for host in ("proeveby.example", "soeby.example", "andetsteds.example")
    }
    assert answers == {"proeveby.example": 200, "soeby.example": 401, "andetsteds.example": 404}


def test_a_key_answers_only_what_it_was_made_for(asking):
    _key, token = asking.key(permissions=(Permission.WHO_MAY_ASK,))
    assert asking.who_may(token).status_code == 200
    assert asking.may(asking.karen, token).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"task": ""}, "task"), ({"unit": ""}, "unit"), ({"on": "i morgen"}, "on"), ({"shift": "nat"}, "shift"),
        ({"at": "2030-01-01T10:00:00"}, "at"), ({"at": "2030-01-01T10:00:00Z"}, "at"), ({"day": "2030-01-01"}, "day"),
        ({"on": "2020-01-01"}, "on"), ({"on": "9999-12-31"}, "on"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_at_its_field(asking, query, field):
    _key, token = asking.key()
    answer = asking.who_may(token, **query)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_a_shift_must_be_named_with_a_day_and_the_running_one_is_asked_about_without(asking):
    _key, token = asking.key()
    said = {"task": asking.insulin.code, "unit": asking.world.team.id}
    assert asking.get("who-may", token, **said).status_code == 200
    assert list(asking.get("who-may", token, **said, on=today().isoformat()).json["errors"]) == ["shift"]


def test_each_look_stands_in_the_log_with_the_system_s_name_and_she_can_read_it(asking, signed_in):
    _key, token = asking.key()
    asking.may(asking.karen, token)
    asking.who_may(token)
    looks = asking.world.session.scalars(select(AccessEntry).order_by(AccessEntry.id)).all()
    assert [(one.person_id, one.unit_id, one.by_person_id, one.purpose) for one in looks] == [
        (asking.karen.person.id, None, None, "Omsorgsjournal: Kørelisten"),
        (None, asking.world.team.id, None, "Omsorgsjournal: Kørelisten"),
    ]
    page = signed_in(asking.karen).get("/me/looked").text
    assert "Et andet system" in page
    assert "Omsorgsjournal: Kørelisten" in page


def test_a_system_that_asks_too_often_waits(asking):
    key, token = asking.key()
    session = asking.world.session
    session.add_all(ApiCall(key_id=key.id, called_at=now()) for _call in range(CALLS_A_MINUTE))
    session.commit()
    slowed = asking.who_may(token)
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["Retry-After"]) <= 60
    with set_to(now() + timedelta(seconds=61)):
        assert asking.who_may(token).status_code == 200


def test_wrong_keys_are_slowed_down_and_a_right_one_is_not(asking):
    _key, token = asking.key()
    answers = [asking.who_may(f"kt_{number}").status_code for number in range(62)]
    assert (answers[0], answers[-1]) == (401, 429)
    assert asking.who_may(token).status_code == 200


def test_a_stop_closes_it_for_everybody_and_is_told(asking):
    asking.world.session.add(
        Stop(
            task_id=asking.insulin.id, unit_id=asking.world.team.id, begins_at=now(), valid_to=today() + timedelta(days=9),
            reason="Ny pumpe", stopped_by=asking.karen.person.id, recorded_at=now(),
        )
    )  # fmt: skip
    _key, token = asking.key()
    found = asking.who_may(token)
    assert (found.json["stopped"], found.json["people"]) == (True, [])
    assert "Ny pumpe" not in found.text
    (job,) = asking.may(asking.karen, token).json["employments"]
    assert [one["code"] for one in job["reasons"] if not one["holds"]] == ["stop"]


def test_a_right_for_one_citizen_is_no_right_in_general(asking):
    world = asking.world
    probe = world.task("Sondeernæring")
    world.cell(probe, "SSH", CellRule.MAY_CITIZEN)
    world.settle()
    _key, token = asking.key()
    assert asking.may(asking.camilla, token, task=probe.code).json["verdict"] == "may_not"


def test_neighbours_and_the_line_to_call_come_with_it(asking):
    world = asking.world
    world.root.fallback_name, world.root.fallback_phone = "Sygeplejeakutteamet", "00 00 40 00"
    beside = world.unit("Team Lunden", under=world.district)
    world.person("Rikke Sander", "SPL", unit=beside)
    world.person("Bo Berg", "SPL", unit=beside)
    world.requirement(asking.insulin, Shift.DAY, 1, unit=beside)
    world.settle()
    _key, token = asking.key()
    found = asking.who_may(token).json
    (next_door,) = found["neighbours"]
    assert (next_door["unit"]["name"], next_door["spare"], len(next_door["people"])) == ("Team Lunden", 1, 2)
    assert found["fallback"] == {"name": "Sygeplejeakutteamet", "phone": "00 00 40 00"}
