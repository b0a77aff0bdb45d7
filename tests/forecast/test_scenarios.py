"""Scenarios that are kept: who sees them, what two people at once come to, and that nothing else is changed."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.delegation.models import MatrixVersion
from competence.delegation.rules import CellRule
from competence.forecast import commands
from competence.forecast.models import Scenario
from competence.forecast.scenarios import Away, Drafted, Hired, Shared, Trained, code
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.foundation.orm import Base, is_tenant, scoped
from competence.people import retention
from tests.forecast.worlds import in_days

TRACES = {"access_entry", "signed_in_session", "sign_in_try", "scenario", "audit_entry"}


@pytest.fixture
def what_if(team):
    return f"/what-if/{team.world.team.id}"


def asked(address, *steps, **more):
    return f"{address}?{urlencode([('step', code(step)) for step in steps] + list(more.items()))}"


def karen_away(team, begins=5, through=30):
    return Away(team.karen.employment.id, in_days(begins), in_days(through + 1))


def kept_now(team):
    """The one scenario that is kept, as it is stored now."""
    team.world.session.rollback()
    found = team.world.session.scalars(select(Scenario), execution_options={"populate_existing": True}).one()
    team.world.session.expunge(found)
    team.world.session.rollback()
    return found


def everything(session):
    session.rollback()
    found = {
        table.name: sorted(map(str, session.execute(scoped(session, table)).all()))
        for table in Base.metadata.sorted_tables
        if table.name not in TRACES and is_tenant(table)
    }
    session.rollback()
    return found


def test_a_leader_ticks_somebody_away_and_reads_what_falls_below(team, what_if):
    client = team.as_role(Role.LEADER)
    said = {"add": "away", "away-who": team.karen.employment.id, "away-begins": in_days(5), "away-through": in_days(30)}
    answer = client.get(what_if, query_string=said)
    assert answer.location == f"{what_if}?step={code(karen_away(team))}"
    page = client.get(answer.location).text
    assert "Karen Winther er væk fra" in page
    assert "1 hul åbner sig: Insulin med pen, dag, fra" in page
    assert "bliver et hul" in page
    assert "Karen" not in answer.location


def test_what_cannot_be_read_is_told_at_its_field_and_what_was_typed_stays(team, what_if):
    team.world.session.add(MatrixVersion(number=9, recorded_at=now()))
    client = team.as_role(Role.LEADER)
    wrong = {"add": "away", "away-begins": in_days(9), "away-through": in_days(2)}
    page = client.get(what_if, query_string=wrong).text
    assert "Sæt mindst ét kryds." in page
    assert "Den sidste dag kan ikke ligge før den første." in page
    assert f'value="{in_days(9).isoformat()}"' in page
    late = {"add": "draft", "draft-number": "", "draft-begins": today()}
    page = client.get(what_if, query_string=late).text
    assert "Vælg en kladde." in page
    assert "En version kan tidligst gælde fra i morgen." in page
    assert client.get(f"{what_if}?step=vrøvl&step=away~1&saved=&add=ingen").status_code == 200


def test_trying_changes_nothing_and_keeping_changes_the_scenarios_alone(team, what_if):
    world = team.world
    steps = (
        karen_away(team), Trained(team.maja.employment.id, team.rinse.id, 2, in_days(3)),
        Hired(world.groups["SSH"].id, "DA", in_days(7), 2, (team.insulin.id,)),
    )  # fmt: skip
    client = team.as_role(Role.LEADER)
    before = everything(world.session)
    assert client.get(asked(what_if, *steps)).status_code == 200
    assert everything(world.session) == before
    answer = client.post(what_if, data={"name": "Sommer", "step": [code(step) for step in steps]})
    assert everything(world.session) == before
    kept = kept_now(team)
    assert answer.location == f"{what_if}?saved={kept.id}"
    assert kept.steps == [code(step) for step in steps]
    page = client.get(answer.location).text
    assert "Maja Lind har underskrift på Skylning af blærekateter på niveau 2, øvet, fra" in page
    assert "2 nye fra" in page


def test_a_scenario_holds_days_and_ids_and_no_word_about_why(team):
    dorthe = team.world.role(team.world.person("Dorthe Nygaard", "UFA"), Role.LEADER)
    kept = commands.create_scenario(
        team.world.session, team.world.team.id, commands.NewScenario("Ferie", (karen_away(team),)), by=dorthe.actor
    )
    first, last = in_days(5), in_days(30)
    assert kept.steps == [f"away~{team.karen.employment.id}~{first}~{last}"]
    entry = team.world.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.action == "create_scenario"
    assert "Karen" not in json.dumps(entry.detail) + json.dumps(kept.steps)


def test_it_is_seen_by_its_maker_until_it_is_shared_and_never_by_whoever_sees_no_names(team, what_if):
    dorthe, mona = team.as_role(Role.LEADER), team.as_role(Role.DEVELOPMENT_NURSE, "Mona Madsen")
    seeing = ((Role.GUIDE, "Gitte"), (Role.PLANNER, "Lars"), (Role.DIRECTOR, "Ulla"), (Role.AUDITOR, "Lis"))
    without = [team.as_role(role, name) for role, name in seeing]
    elsewhere = team.world.unit("Team Lunden", under=team.world.district)
    other, outside = team.as_role(Role.LEADER, "Anne Anden", over=elsewhere), f"/what-if/{elsewhere.id}"
    dorthe.post(what_if, data={"name": "Ferie", "step": code(karen_away(team))})
    kept = kept_now(team)
    address = f"{what_if}?saved={kept.id}"
    assert mona.get(address).status_code == 404
    assert "Ferie" not in mona.get(what_if).text
    share = f"{what_if}/share/{kept.id}"
    assert mona.post(share, data={"shared": "leaders", "seen": 1}).status_code == 404
    assert dorthe.post(share, data={"shared": "leaders", "seen": 1}).location == address
    assert "Karen Winther er væk" in mona.get(address).text
    assert "Ferie" in mona.get(what_if).text
    for client, (role, _name) in zip(without, seeing, strict=True):
        assert client.get(address).status_code == (404 if role is Role.DIRECTOR else 403)
    assert other.get(address).status_code == 404
    assert other.get(f"{outside}?saved={kept.id}").status_code == 404
    assert mona.post(f"{what_if}/delete/{kept.id}", data={"seen": 2}).status_code == 302
    assert kept_now(team).id == kept.id


def test_of_two_who_change_it_at_once_the_second_is_told_and_loses_nothing(team, what_if):
    dorthe, mona = team.as_role(Role.LEADER), team.as_role(Role.DEVELOPMENT_NURSE, "Mona Madsen")
    dorthe.post(what_if, data={"name": "Ferie", "step": code(karen_away(team))})
    kept = kept_now(team)
    dorthe.post(f"{what_if}/share/{kept.id}", data={"shared": "leaders", "seen": 1})
    address = f"{what_if}?saved={kept.id}"
    longer = code(karen_away(team, through=60))
    assert mona.post(address, data={"name": "Lang ferie", "step": longer, "seen": "2"}).status_code == 302
    late = dorthe.post(address, data={"name": "Kort ferie", "step": code(karen_away(team, through=9)), "seen": "2"})
    assert late.status_code == 422
    assert "Mona Madsen ændrede dette" in late.text
    assert 'value="Kort ferie"' in late.text
    assert code(karen_away(team, through=9)) in late.text
    kept = kept_now(team)
    assert (kept.name, kept.steps, kept.revision) == ("Lang ferie", [longer], 3)
    dorthe.post(f"{what_if}/delete/{kept.id}", data={"seen": 2})
    assert kept_now(team).revision == 3
    dorthe.post(f"{what_if}/delete/{kept.id}", data={"seen": 3})
    assert not team.world.session.scalars(select(Scenario.id)).all()


def test_whoever_has_left_since_it_was_kept_is_said_to_have_without_her_name(team, what_if):
    client = team.as_role(Role.LEADER)
    client.post(what_if, data={"name": "Ferie", "step": code(karen_away(team))})
    kept = kept_now(team)
    team.karen.employment.valid_to = today()
    team.world.session.flush()
    team.world.settle()
    team.world.session.commit()
    page = client.get(f"{what_if}?saved={kept.id}").text
    assert "En tidligere medarbejder er væk fra" in page
    assert "Arbejder ikke længere i enheden" in page


@pytest.mark.parametrize(
    ("name", "steps", "problem"),
    [("", 1, "Give the scenario a name."), ("010190-1234", 1, "CPR"), ("Ferie", 0, "Add at least one change")],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(team, name, steps, problem):
    dorthe = team.world.role(team.world.person("Dorthe Nygaard", "UFA"), Role.LEADER)
    new = commands.NewScenario(name, (karen_away(team),) * steps)
    with pytest.raises(RuleBroken, match=problem):
        commands.create_scenario(team.world.session, team.world.team.id, new, by=dorthe.actor)


def test_a_command_names_nobody_outside_and_lets_nobody_in(team):
    world = team.world
    dorthe = world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER)
    outside = world.person("Olga Udenfor", unit=world.unit("Team Lunden", under=world.district))
    session, unit = world.session, world.team.id
    for step in (
        Away(outside.employment.id, today(), None), Trained(team.maja.employment.id, 9999, 1, today()),
        Hired(9999, "D", today(), 1), Drafted(9999, in_days(1)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            commands.create_scenario(session, unit, commands.NewScenario("Ferie", (step,)), by=dorthe.actor)
    new = commands.NewScenario("Ferie", (karen_away(team),))
    with pytest.raises(NotAllowed):
        commands.create_scenario(session, unit, new, by=world.role(outside, Role.LEADER).actor)
    kept = commands.create_scenario(session, unit, new, by=dorthe.actor)
    with pytest.raises(Overtaken):
        commands.change_scenario(session, unit, kept.id, new, seen=7, by=dorthe.actor)
    with pytest.raises(NotFound):
        commands.share_scenario(
            session,
            world.district.id,
            kept.id,
            Shared.LEADERS,
            seen=1,
            by=world.role(dorthe, Role.LEADER, over=world.root).actor,
        )


def test_a_scenario_is_erased_a_year_after_it_was_last_saved(team):
    dorthe = team.world.role(team.world.person("Dorthe Nygaard", "UFA"), Role.LEADER)
    new = commands.NewScenario("Ferie", (karen_away(team),))
    old = commands.create_scenario(team.world.session, team.world.team.id, new, by=dorthe.actor)
    commands.create_scenario(team.world.session, team.world.team.id, new, by=dorthe.actor)
    old.saved_at = now() - timedelta(days=366)
    team.world.session.flush()
    assert [(due.table, due.rows) for due in retention.due(team.world.session) if due.table == "scenario"] == [
        ("scenario", 1)
    ]


def test_students_and_delegations_follow_the_rule(team):
    world = team.world
    world.cell(team.rinse, "UFA", CellRule.DELEGATION_ONLY)
    ulla = world.person("Ulla Ung", "UFA", shifts="N")
    world.settle()
    client = team.as_role(Role.LEADER)
    step = Trained(ulla.employment.id, team.rinse.id, 2, in_days(2))
    page = client.get(asked(f"/what-if/{world.team.id}", step)).text
    assert "1 hul lukker." in page
