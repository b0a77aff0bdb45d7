"""Who is reminded of what, once for each rung, and what closes by itself."""

from datetime import timedelta

from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts.passwords import hashed
from competence.audit.chain import NewEvent, append_all
from competence.delegation.models import Delegation, FrameworkDelegation
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, set_to, today
from competence.people.models import Absence
from competence.reminders.commands import put_away
from competence.reminders.models import Reminder
from competence.reminders.queries import open_count, reminders_of
from competence.reminders.rules import Kind, Part
from competence.signoffs.models import Exemption
from competence.signoffs.rules import EventKind
from tests.factories import another


def parts(team):
    """(name of who is reminded, part, rung) of all that was ever made."""
    names = {one.person.id: one.name.split()[0] for one in (team.helper, team.guide, team.leader)}
    team.world.session.commit()
    rows = team.world.session.scalars(select(Reminder).order_by(Reminder.id))
    return sorted((names.get(row.person_id, "another"), row.part, row.rung) for row in rows)


def lines(team, someone):
    team.world.session.commit()
    return [(x.kind, x.task, x.days_left) for x in reminders_of(team.world.session, someone.actor)]


def test_she_her_leader_and_her_guide_are_reminded_once_for_each_rung(team, run):
    team.ends_in(30)
    assert "3 påmindelser" in run(mails=False).output
    assert "0 påmindelser" in run(mails=False).output
    assert parts(team) == [("Amira", "own", 30), ("Dorthe", "leader", 30), ("Hanne", "guide", 30)]
    with set_to(now() + timedelta(days=23)):
        run(mails=False)
        assert lines(team, team.helper) == [(Kind.SIGNOFF, "Insulin med pen", 7)], "the later rung alone stands"
    assert len(parts(team)) == 6


def test_a_clock_that_goes_back_reminds_of_nothing_anew(team, run):
    team.ends_in(30)
    with set_to(now() + timedelta(days=24)):
        run(mails=False)
    assert len(parts(team)) == 3
    run(mails=False)
    assert len(parts(team)) == 3


def test_a_task_has_its_own_ladder(team, run):
    team.ends_in(60)
    team.task.reminder_days = "14"
    run(mails=False)
    assert parts(team) == []
    with set_to(now() + timedelta(days=46)):
        run(mails=False)
    assert {rung for _name, _part, rung in parts(team)} == {14}


def test_a_renewal_closes_it_by_itself_for_everybody(team, run):
    team.ends_in(7)
    run(mails=False)
    assert open_count(team.world.session, team.leader.actor) == 1
    team.world.signed(team.helper, team.task, by=team.guide, days_ago=0)
    assert [lines(team, one) for one in (team.helper, team.guide, team.leader)] == [[], [], []]
    assert open_count(team.world.session, team.leader.actor) == 0


def test_a_new_signature_that_waits_for_her_yes_leads_there(team, run):
    team.ends_in(7)
    run(mails=False)
    seq = team.world.signed(team.helper, team.task, by=team.guide, days_ago=0, accepted=False)
    assert [x.waits for x in reminders_of(team.world.session, team.helper.actor)] == [seq]


def test_what_she_puts_away_comes_again_at_the_next_rung_only(team, run):
    team.ends_in(30)
    run(mails=False)
    mine = reminders_of(team.world.session, team.helper.actor)[0]
    team.world.session.commit()
    put_away(team.world.session, mine.id, by=team.helper.actor)
    run(mails=False)
    assert lines(team, team.helper) == []
    assert len(lines(team, team.leader)) == 1, "it is hers alone to put away"
    with set_to(now() + timedelta(days=23)):
        run(mails=False)
        assert len(lines(team, team.helper)) == 1


def test_education_and_externals_are_not_reminded_of(team, run):
    nurse = team.world.person("Nanna Nord", "SPL")
    external = team.world.person("Vera Vikar", "SSH", is_external=True, until=today() + timedelta(days=9))
    team.ends_in(7, whose=nurse)
    team.ends_in(7, whose=external)
    run(mails=False)
    assert parts(team) == []


def test_a_leader_is_reminded_of_her_own_units_people_until_her_role_ends(team, run):
    world = team.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    other = world.role(world.person("Lone Leder", "SPL", unit=elsewhere), Role.LEADER)
    team.ends_in(7)
    run(mails=False)
    assert lines(team, other) == []
    assert open_count(world.session, team.leader.actor) == 1
    team.leader.roles = [role for role in team.leader.roles if role.role is not Role.LEADER]
    assert open_count(world.session, team.leader.actor) == 0
    assert lines(team, team.leader) == []


def test_nobody_is_reminded_while_away_and_the_next_above_takes_the_leaders_part(team, run):
    world = team.world
    above = world.role(world.person("Ulla Over", "SPL", unit=world.district), Role.LEADER)
    for one in (team.leader, team.guide):
        world.session.add(Absence(employment_id=one.employment.id, valid_from=today(), recorded_at=now()))
    team.ends_in(7)
    run(mails=False)
    assert parts(team) == [("Amira", "own", 7), ("another", "leader", 7)]
    assert open_count(world.session, above.actor) == 1
    world.session.add(Absence(employment_id=team.helper.employment.id, valid_from=today(), recorded_at=now()))
    second = world.task("Sårpleje")
    world.cell(second, "SSH", CellRule.MAY_GENERAL)
    team.ends_in(7, task=second)
    run(mails=False)
    assert len(parts(team)) == 2


def test_a_delegation_its_supervision_and_a_framework_are_told_to_those_who_can_do_something(team, run):
    world = team.world
    giver = world.person("Gitte Giver", "SPL")
    nurse = world.role(world.person("Nora Nord", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    event = append_all(
        world.session, [NewEvent(team.helper.person.id, EventKind.DELEGATED, giver.person.id, team.task.id)]
    )
    given = Delegation(
        event_id=event[0].id, person_id=team.helper.person.id, giver_id=giver.person.id, task_id=team.task.id,
        valid_from=today() - timedelta(days=9), accepted_on=today() - timedelta(days=9), valid_to=today() + timedelta(days=31),
        supervisor_id=team.guide.person.id, supervise_on=today() + timedelta(days=7),
    )  # fmt: skip
    framework = FrameworkDelegation(
        task_id=team.task.id, staff_group_id=world.groups["SSH"].id, giver_text="Læge Lise", instruction="Instruks 7",
        instruction_version="2", valid_from=today(), valid_to=today() + timedelta(days=91), recorded_at=now(),
    )  # fmt: skip
    world.session.add_all([given, framework])
    run(mails=False)
    assert lines(team, giver) == [(Kind.SUPERVISION, "Insulin med pen", 7), (Kind.DELEGATION, "Insulin med pen", 30)]
    assert lines(team, team.guide) == [(Kind.SUPERVISION, "Insulin med pen", 7)]
    assert lines(team, team.helper) == lines(team, team.leader) == lines(team, giver)
    assert lines(team, nurse) == [(Kind.FRAMEWORK, "Insulin med pen", 90)]
    given.supervise_on, framework.ended_at = today() + timedelta(days=120), now()
    assert lines(team, team.guide) == lines(team, nurse) == []
    given.valid_to = None
    assert lines(team, giver) == []


def test_an_exemption_is_told_to_her_and_her_leader_and_never_to_the_guide(team, run):
    team.world.session.add(
        Exemption(
            person_id=team.helper.person.id, task_id=team.task.id, valid_from=today() - timedelta(days=9),
            valid_to=today() + timedelta(days=8), recorded_at=now(),
        )
    )  # fmt: skip
    run(mails=False)
    assert parts(team) == [("Amira", Part.OWN, 7), ("Dorthe", Part.LEADER, 7)]
    assert lines(team, team.leader) == [(Kind.EXEMPTION, "Insulin med pen", 7)]


def test_another_municipality_is_reminded_of_its_own_alone(team, run):
    foreign = another(team.world)
    person = foreign.person("Fie Fremmed", "SSH")
    task = foreign.task("Insulin med pen")
    foreign.cell(task, "SSH", CellRule.MAY_GENERAL)
    foreign.account(person, "fie@soeby.example", hashed("x"))
    foreign.signed(person, task, days_ago=30, valid_days=38)
    foreign.settle().session.commit()
    said = run(mails=False).output
    assert "Søby Kommune: 1 påmindelser" in said
    assert "Prøveby Kommune: 0 påmindelser" in said
    assert parts(team) == []


def test_a_dry_run_says_it_and_writes_nothing(team, run):
    team.ends_in(7)
    assert "3 påmindelser og 3 mails ville blive lavet" in run("--dry-run").output
    assert parts(team) == []
