"""A plan between two, on both databases: whose yes it has, what a change does to it, and that nobody else reaches it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.learning import commands
from competence.learning.commands import After, Listed, NewActivity, Said
from competence.learning.models import Activity, DevelopmentPlan, PlanNote
from competence.learning.queries.plans import activities_of, held_by, is_met, open_plan, profile_levels
from competence.learning.rules import GoalKind, Origin, Part
from tests.learning.conftest import SOON, Two


def test_what_she_writes_is_hers_and_what_her_leader_writes_waits_for_her(two: Two):
    assert two.goal().yes_on == today()
    wish = two.goal(kind=GoalKind.WISH, task_id=None, level=None, words="Tage imod nye", by=two.leader)
    assert wish.yes_on is None
    assert commands.answer_goal(two.session, wish.id, True, by=two.amira.actor).yes_on == today()
    proposed = two.activity(by=two.leader, origin=Origin.LEADER)
    assert proposed.yes_on is None
    put_aside = commands.answer_activity(two.session, proposed.id, False, by=two.amira.actor)
    assert (put_aside.yes_on, put_aside.dropped_on) == (None, today())
    with pytest.raises(NotFound):
        commands.answer_activity(two.session, proposed.id, True, by=two.leader.actor)


def test_a_goal_that_cannot_be_says_why(two: Two):
    for said, field in (
        ({"task_id": two.never.id}, "task"),
        ({"level": 9}, "level"),
        ({"wanted_by": today() - timedelta(days=1)}, "wanted_by"),
        ({"kind": GoalKind.WISH, "task_id": None, "words": " "}, "words"),
    ):
        with pytest.raises(RuleBroken) as broken:
            two.goal(**said)
        assert broken.value.field == field
    two.goal()
    with pytest.raises(RuleBroken, match="already"):
        two.goal()


def test_a_goal_is_met_by_what_is_held_and_closed_by_the_two(two: Two):
    goal = two.goal(level=1)
    held = held_by(two.session, [two.amira.employment], on=today())
    assert not is_met(goal, held, None)
    two.world.signed(two.amira, two.oxygen, 2, by=two.hanne)
    two.world.settle()
    held = held_by(two.session, [two.amira.employment], on=today())
    assert held == {two.oxygen.id: 2}
    assert is_met(goal, held, profile_levels(two.session, two.amira.employment, held, on=today()))
    assert commands.close_goal(two.session, goal.id, reached=True, by=two.leader.actor).reached_on == today()
    with pytest.raises(RuleBroken, match="closed"):
        commands.close_goal(two.session, goal.id, reached=False, by=two.amira.actor)
    assert commands.open_goal(two.session, goal.id, by=two.amira.actor).reached_on is None


def test_the_plan_is_agreed_by_the_other_and_by_nobody_else(two: Two):
    two.goal(by=two.leader)
    version = two.laid(by=two.leader)
    for someone in (two.leader, two.hanne):
        with pytest.raises((NotFound, NotAllowed)):
            commands.answer_version(two.session, version.id, yes=True, by=someone.actor)
    agreed = commands.answer_version(two.session, version.id, yes=True, by=two.amira.actor)
    assert agreed.employee_yes_at
    assert agreed.leader_id == two.leader.person.id
    plan = open_plan(two.session, two.job)
    assert plan is not None
    assert plan.revision == agreed.plan_revision, "to agree changes nothing of it"
    assert agreed.content["goals"][0]["task"] == "Iltbehandling"
    assert agreed.content["goals"][0]["level"] == "øvet"


def test_by_her_yes_to_the_plan_what_stands_in_it_is_hers(two: Two):
    goal, activity = two.goal(by=two.leader), two.activity(by=two.leader)
    version = two.laid(by=two.leader)
    commands.answer_version(two.session, version.id, yes=True, by=two.amira.actor)
    assert goal.yes_on == activity.yes_on == today()


def test_a_change_before_the_answer_withdraws_the_version(two: Two):
    two.goal()
    version = two.laid(by=two.amira)
    with pytest.raises(RuleBroken, match="waits"):
        two.laid(by=two.leader)
    two.activity(by=two.leader)
    assert version.withdrawn_at
    with pytest.raises(Overtaken):
        commands.answer_version(two.session, version.id, yes=True, by=two.leader.actor)
    again = two.laid(by=two.leader)
    assert again.number == 2
    not_yet = commands.answer_version(two.session, again.id, yes=False, by=two.amira.actor)
    assert not_yet.withdrawn_at


def test_what_was_done_changes_nothing_of_what_was_agreed(two: Two):
    activity = two.activity()
    version = two.laid(by=two.amira)
    commands.do_activity(two.session, activity.id, today(), by=two.amira.actor)
    commands.write_note(two.session, two.job, "Det gik godt", by=two.leader.actor)
    new = NewActivity("Så Karen lægge sonde", Part.COLLEAGUES, 30)
    commands.log_learnt(two.session, two.job, new, today(), by=two.amira.actor)
    assert version.withdrawn_at is None
    assert commands.answer_version(two.session, version.id, yes=True, by=two.leader.actor).leader_yes_at


def test_whoever_saw_an_older_plan_lays_nothing_before_anybody(two: Two):
    two.goal()
    seen = two.revision()
    two.activity(by=two.leader)
    with pytest.raises(Overtaken):
        commands.lay_before(two.session, two.job, seen=seen, by=two.amira.actor)


def test_a_plan_is_paused_and_ended_and_a_new_one_begins(two: Two):
    goal, activity, taught = two.goal(), two.activity(), two.activity(origin=Origin.TEACHING)
    version = two.laid(by=two.amira)
    commands.pause_plan(two.session, two.job, by=two.amira.actor)
    assert version.withdrawn_at
    with pytest.raises(RuleBroken, match="pause"):
        two.laid(by=two.amira)
    commands.resume_plan(two.session, two.job, by=two.leader.actor)
    commands.end_plan(two.session, two.job, seen=two.revision(), by=two.leader.actor)
    assert (goal.set_aside_on, activity.dropped_on, taught.dropped_on) == (today(), today(), None)
    with pytest.raises(RuleBroken, match="ended"):
        commands.open_goal(two.session, goal.id, by=two.amira.actor)
    two.goal()
    assert len(two.session.scalars(select(DevelopmentPlan)).all()) == 2


def test_a_colleague_leads_only_with_her_own_yes_and_is_asked_anew_on_another_day(two: Two):
    activity = two.activity(led_by=two.hanne.person.id, begins=today() + SOON)
    assert activity.led_yes_at is None
    with pytest.raises(NotFound):
        commands.answer_leading(two.session, activity.id, True, by=two.amira.actor)
    assert commands.answer_leading(two.session, activity.id, True, by=two.hanne.actor).led_yes_at
    commands.move_activity(
        two.session, activity.id, today() + timedelta(days=9), seen=activity.revision, by=two.amira.actor
    )
    assert activity.led_yes_at is None
    assert commands.answer_leading(two.session, activity.id, False, by=two.hanne.actor).led_by is None
    with pytest.raises(RuleBroken) as broken:
        two.activity(led_by=two.amira.person.id)
    assert broken.value.field == "led_by"


def test_of_two_who_change_an_activity_the_second_is_told(two: Two):
    activity = two.activity()
    said = Said("Ilt hos tre borgere", Part.DAILY, 180)
    commands.change_planned(two.session, activity.id, said, seen=1, by=two.leader.actor)
    assert activity.yes_on is None, "it is another thing now, and hers to say yes to"
    with pytest.raises(Overtaken):
        commands.change_planned(two.session, activity.id, said, seen=1, by=two.amira.actor)


def test_a_course_is_complete_with_use_sharing_and_a_follow_up(two: Two):
    course = two.course(held=False)
    whole = After("To besøg", "Tavlemødet", today(), followed_up=True)
    with pytest.raises(RuleBroken, match="not been held"):
        commands.write_after(two.session, course.id, whole, seen=course.revision, by=two.amira.actor)
    commands.do_activity(two.session, course.id, today(), by=two.amira.actor)
    for after, field in (
        (After("", "", today(), followed_up=True), "use"),
        (After("To besøg", "", None, followed_up=True), "follow_up_on"),
        (After("To besøg", "", today() - SOON), "follow_up_on"),
    ):
        with pytest.raises(RuleBroken) as broken:
            commands.write_after(two.session, course.id, after, seen=course.revision, by=two.amira.actor)
        assert broken.value.field == field
    done = commands.write_after(two.session, course.id, whole, seen=course.revision, by=two.leader.actor)
    assert done.followed_up_on == today()
    daily = two.activity()
    with pytest.raises(RuleBroken, match="Only courses"):
        commands.write_after(two.session, daily.id, whole, seen=1, by=two.amira.actor)


def test_done_is_taken_back_and_nothing_is_done_tomorrow(two: Two):
    activity = two.activity()
    with pytest.raises(RuleBroken) as broken:
        commands.do_activity(two.session, activity.id, today() + timedelta(days=1), by=two.amira.actor)
    assert broken.value.field == "done_on"
    commands.do_activity(two.session, activity.id, today(), by=two.amira.actor)
    with pytest.raises(RuleBroken, match="was done"):
        commands.drop_activity(two.session, activity.id, by=two.amira.actor)
    assert commands.undo_activity(two.session, activity.id, by=two.amira.actor).done_on is None
    assert [one.id for one in activities_of(two.session, [two.job], on=today())] == [activity.id]


def test_only_she_notes_what_she_has_learnt_on_her_own(two: Two):
    new = NewActivity("Så Karen lægge sonde", Part.COLLEAGUES, 30)
    with pytest.raises(NotFound):
        commands.log_learnt(two.session, two.job, new, today(), by=two.leader.actor)
    made = commands.log_learnt(two.session, two.job, new, today(), by=two.amira.actor)
    assert (made.done_on, made.yes_on, made.origin) == (today(), today(), Origin.OWN)


def test_nobody_else_writes_in_a_plan(two: Two):
    goal, activity = two.goal(), two.activity()
    other = two.world.role(two.world.person("Lone Leder", "SPL"), Role.LEADER, over=two.world.unit("Team Skoven"))
    nurse = two.world.role(two.world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=two.world.root)
    for someone in (two.hanne, other, nurse):
        for attempt in (
            lambda by: commands.add_goal(two.session, two.job, commands.NewGoal(GoalKind.WISH, words="x"), by=by),
            lambda by: commands.close_goal(two.session, goal.id, reached=True, by=by),
            lambda by: commands.drop_activity(two.session, activity.id, by=by),
            lambda by: commands.write_note(two.session, two.job, "x", by=by),
            lambda by: commands.pause_plan(two.session, two.job, by=by),
        ):
            with pytest.raises((NotFound, NotAllowed)):
                attempt(someone.actor)


def test_a_note_is_taken_away_by_whoever_wrote_it(two: Two):
    note = commands.write_note(two.session, two.job, "Vi tager sonden efter kurset", by=two.leader.actor)
    with pytest.raises(RuleBroken, match="CPR"):
        commands.write_note(two.session, two.job, "Borger 010170-1234", by=two.leader.actor)
    with pytest.raises(NotFound):
        commands.remove_note(two.session, note.id, by=two.amira.actor)
    commands.remove_note(two.session, note.id, by=two.leader.actor)
    assert not two.session.scalars(select(PlanNote)).all()


def test_the_list_is_kept_by_whoever_keeps_it_for_all_of_the_municipality(two: Two):
    world = two.world
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    partly = world.role(world.person("Nina Nord", "SPL"), Role.DEVELOPMENT_NURSE, over=world.team)
    said = Listed("Netværk for sonde", Part.COLLEAGUES, 90, task_id=two.oxygen.id, level=2, price=250)
    with pytest.raises(NotAllowed):
        commands.list_activity(two.session, said, by=partly.actor)
    made = commands.list_activity(two.session, said, by=nurse.actor)
    for wrong, field in (
        (Listed("", Part.DAILY, 60), "name"),
        (Listed("x", Part.DAILY, 60, price=-1), "price"),
        (Listed("x", Part.DAILY, 60, task_id=two.oxygen.id), "level"),
    ):
        with pytest.raises(RuleBroken) as broken:
            commands.change_listed(two.session, made.id, wrong, seen=1, by=nurse.actor)
        assert broken.value.field == field
    commands.change_listed(two.session, made.id, Listed("Netværk", Part.COLLEAGUES, 0), seen=1, by=nurse.actor)
    with pytest.raises(Overtaken):
        commands.archive_listed(two.session, made.id, seen=1, by=nurse.actor)
    commands.archive_listed(two.session, made.id, seen=2, by=nurse.actor)
    assert commands.restore_listed(two.session, made.id, by=nurse.actor).archived_on is None
    assert len(two.session.scalars(select(Activity)).all()) == 1


def test_what_is_gone_is_not_planned_and_says_why(two: Two):
    nurse = two.world.role(two.world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=two.world.root)
    listed = commands.list_activity(two.session, Listed("Netværk", Part.COLLEAGUES, 90), by=nurse.actor)
    commands.archive_listed(two.session, listed.id, seen=1, by=nurse.actor)
    left = two.world.person("Vera Væk", until=today() - timedelta(days=1))
    gone = two.world.task("Kobberbehandling", archived_on=today())
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"activity_id": listed.id}, "name", "no longer on the list"),
        ({"led_by": left.person.id}, "led_by", "works here no longer"),
        ({"task_id": gone.id}, "task", "no longer used"),
    ]
    for said, field, words in wrong:
        with pytest.raises(RuleBroken, match=words) as broken:
            two.activity(**said)
        assert broken.value.field == field
    with pytest.raises(RuleBroken, match="no longer used"):
        two.goal(task_id=gone.id, level=1)
