"""Planning, changing, cancelling and holding a class; the teacher's answer; and who may."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Permission, Role
from competence.coverage.rules import Shift
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.learning.models import PlannedActivity
from competence.learning.rules import Part
from competence.teaching import commands
from competence.teaching.models import ClassTime, TeachingClass
from competence.teaching.queries.classes import coming, get_lesson, open_places, past
from competence.teaching.queries.desk import loads, needs
from competence.teaching.queries.effects import effects, held_classes
from competence.teaching.queries.people import candidates, told
from competence.teaching.rules import News, Stand

DAY = timedelta(days=1)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_class_is_planned_with_its_days_units_and_groups(havnen):
    group = havnen.world.groups["SSH"].id
    row = havnen.plan(times=[havnen.at(16), havnen.at(9, time(8), time(9, 30))], group_ids=[group])
    lesson = get_lesson(havnen.session, row.id)
    assert lesson.days == [today() + 9 * DAY, today() + 16 * DAY]
    assert lesson.minutes == 210
    assert lesson.is_for(havnen.world.team.path, group)
    assert not lesson.is_for(havnen.world.team.path, havnen.world.groups["SPL"].id)
    assert not lesson.is_for(havnen.skoven.path, group)
    assert [one.id for one in coming(havnen.session)] == [row.id]


def test_a_guide_plans_bedside_teaching_in_her_own_units_and_no_classes(havnen):
    row = havnen.plan(by=havnen.guide, part=Part.COLLEAGUES, seats=1, teacher_id=havnen.guide.person.id)
    assert row.teacher_yes_at is not None
    with pytest.raises(RuleBroken) as refused:
        havnen.plan(by=havnen.guide)
    assert refused.value.field == "part"
    for unit in (havnen.skoven.id, havnen.world.district.id):
        with pytest.raises(NotFound):
            havnen.plan(by=havnen.guide, part=Part.COLLEAGUES, unit_ids=[unit])
    for nobody in (havnen.leader, havnen.amira):
        with pytest.raises(NotAllowed):
            havnen.plan(by=nobody)
    elsewhere = havnen.plan(unit_ids=[havnen.skoven.id], part=Part.COLLEAGUES)
    with pytest.raises(NotFound):
        commands.change_class(havnen.session, elsewhere.id, havnen.new(), seen=1, by=havnen.guide.actor)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "Borger 010190-1234"}, "name"),
        ({"seats": 0}, "seats"),
        ({"times": []}, "times"),
        ({"unit_ids": []}, "units"),
        ({"level": 9}, "level"),
        ({"task_id": None}, "level"),
        ({"part": Part.DAILY}, "part"),
    ],
)
@ON_SQLITE
def test_a_class_that_cannot_be_is_refused_at_its_field(havnen, said, field):
    with pytest.raises(RuleBroken) as refused:
        havnen.plan(**said)
    assert refused.value.field == field


@ON_SQLITE
def test_a_task_that_is_no_longer_used_is_taught_no_more(havnen):
    havnen.task.archived_on = today()
    havnen.session.flush()
    with pytest.raises(RuleBroken) as refused:
        havnen.plan()
    assert refused.value.field == "task"


def test_a_guide_who_is_asked_says_no_and_whoever_planned_it_is_told(havnen):
    row = havnen.plan(teacher_id=havnen.guide.person.id)
    assert [one.news.news for one in told(havnen.session, havnen.guide.person.id)] == [News.TEACH]
    with pytest.raises(RuleBroken):
        commands.answer_teaching(havnen.session, row.id, yes=True, by=havnen.amira.actor)
    commands.answer_teaching(havnen.session, row.id, yes=False, by=havnen.guide.actor)
    assert (row.teacher_id, get_lesson(havnen.session, row.id).lacks_teacher) == (None, True)
    assert told(havnen.session, havnen.guide.person.id) == []
    assert [one.news.news for one in told(havnen.session, havnen.nurse.person.id)] == [News.NO_TEACHER]
    commands.change_class(
        havnen.session, row.id, havnen.new(teacher_text="Anna fra apoteket"), seen=row.revision, by=havnen.nurse.actor
    )
    assert told(havnen.session, havnen.nurse.person.id) == []


def test_a_teacher_is_at_one_place_at_a_time(havnen):
    first = havnen.plan(teacher_id=havnen.guide.person.id)
    second = havnen.plan(name="Kompression", teacher_id=havnen.guide.person.id)
    commands.answer_teaching(havnen.session, first.id, yes=True, by=havnen.guide.actor)
    with pytest.raises(RuleBroken):
        commands.answer_teaching(havnen.session, second.id, yes=True, by=havnen.guide.actor)
    with pytest.raises(RuleBroken) as refused:
        havnen.plan(name="Sonde", teacher_id=havnen.guide.person.id)
    assert refused.value.field == "teacher"
    with pytest.raises(NotFound):
        havnen.plan(name="Sonde", teacher_id=havnen.amira.person.id)


def test_a_class_that_is_moved_moves_in_each_plan_and_all_are_told(havnen):
    row = havnen.plan(times=[havnen.at(9), havnen.at(10)])
    [place] = havnen.sign_up(row.id, havnen.amira)
    before = [one.id for one in havnen.session.scalars(select(ClassTime).order_by(ClassTime.id))]
    new = havnen.new(times=[havnen.at(20)], place="Sal A")
    commands.change_class(havnen.session, row.id, new, seen=1, by=havnen.nurse.actor)
    times = havnen.session.scalars(select(ClassTime).order_by(ClassTime.id)).all()
    assert [one.id for one in times] == before
    assert [one.dropped_at is None for one in times] == [True, False]
    activity = havnen.session.scalars(
        select(PlannedActivity).where(PlannedActivity.id == place.planned_activity_id)
    ).one()
    assert (activity.begins, activity.place, activity.minutes) == (today() + 20 * DAY, "Sal A", 120)
    assert [one.news.news for one in told(havnen.session, havnen.amira.person.id)] == [News.CHANGED]
    with pytest.raises(Overtaken):
        commands.change_class(havnen.session, row.id, new, seen=1, by=havnen.nurse.actor)


def test_seats_are_not_taken_from_those_who_have_one_and_more_are_offered_at_once(havnen):
    row = havnen.plan(seats=2)
    first, _second, third = havnen.sign_up(row.id, havnen.amira, havnen.camilla, havnen.lone)
    with pytest.raises(RuleBroken) as refused:
        commands.change_class(havnen.session, row.id, havnen.new(seats=1), seen=1, by=havnen.nurse.actor)
    assert refused.value.field == "seats"
    havnen.session.rollback()
    commands.change_class(havnen.session, row.id, havnen.new(seats=3), seen=1, by=havnen.nurse.actor)
    havnen.session.refresh(third)
    assert third.stand == Stand.OFFERED
    commands.give_up(havnen.session, first.id, by=havnen.amira.actor)
    commands.change_class(havnen.session, row.id, havnen.new(seats=2), seen=2, by=havnen.nurse.actor)
    assert sorted(one.seat for one in open_places(havnen.session, row.id)) == [1, 2]


def test_a_cancelled_class_is_said_to_all_with_a_sentence(havnen):
    row = havnen.plan(seats=1, teacher_id=havnen.guide.person.id)
    places = havnen.sign_up(row.id, havnen.amira, havnen.camilla)
    with pytest.raises(RuleBroken):
        commands.cancel_class(havnen.session, row.id, " ", seen=1, by=havnen.nurse.actor)
    with pytest.raises(NotAllowed):
        commands.cancel_class(havnen.session, row.id, "Sne", seen=1, by=havnen.leader.actor)
    commands.cancel_class(havnen.session, row.id, "Underviseren er væk", seen=1, by=havnen.nurse.actor)
    for someone in (havnen.amira, havnen.camilla, havnen.guide):
        [word] = told(havnen.session, someone.person.id)
        assert (word.news.news, word.lesson.row.cancelled_words) == (News.CANCELLED, "Underviseren er væk")
    activity = havnen.session.scalars(
        select(PlannedActivity).where(PlannedActivity.id == places[0].planned_activity_id)
    ).one()
    assert activity.dropped_on == today()


def test_who_was_there_has_it_done_in_the_plan_and_can_be_corrected(havnen):
    row = havnen.plan(seats=2, teacher_id=havnen.guide.person.id)
    first, second, third = havnen.sign_up(row.id, havnen.amira, havnen.camilla, havnen.lone)
    commands.answer_teaching(havnen.session, row.id, yes=True, by=havnen.guide.actor)
    with pytest.raises(RuleBroken):
        commands.note_attendance(havnen.session, row.id, [first.id], seen=row.revision, by=havnen.guide.actor)
    with set_to(now() + 10 * DAY):
        with pytest.raises(NotAllowed):
            commands.note_attendance(havnen.session, row.id, [first.id], seen=row.revision, by=havnen.leader.actor)
        commands.note_attendance(havnen.session, row.id, [first.id, third.id], seen=row.revision, by=havnen.guide.actor)
        done = {one.id: one for one in havnen.session.scalars(select(PlannedActivity))}
        assert done[first.planned_activity_id].done_on == today() - DAY
        assert done[second.planned_activity_id].done_on is None
        assert done[third.planned_activity_id].done_on == today() - DAY
        assert [one.id for one in past(havnen.session, since=now() - 30 * DAY)] == [row.id]
        with pytest.raises(Overtaken):
            commands.note_attendance(havnen.session, row.id, [], seen=1, by=havnen.nurse.actor)
        commands.note_attendance(havnen.session, row.id, [second.id], seen=row.revision, by=havnen.nurse.actor)
        havnen.session.expire_all()
        assert done[first.planned_activity_id].done_on is None
        assert done[second.planned_activity_id].done_on == today() - DAY


@ON_SQLITE
def test_the_leader_sees_who_lacks_the_task_and_whose_shift_must_be_covered(havnen):
    havnen.world.signed(havnen.camilla, havnen.task, by=havnen.nurse)
    havnen.world.settle()
    havnen.on_duty(havnen.amira, 9)
    havnen.away(havnen.lone, 9)
    row = havnen.plan()
    within = havnen.leader.actor.reach(Permission.TEACHING_SIGN_UP)
    found = {one.name: one for one in candidates(havnen.session, get_lesson(havnen.session, row.id), within, but=0)}
    assert "Ulla Udenfor" not in found
    assert found["Camilla Brandt"].holds == 2
    assert [clash.hinders for clash in found["Amira Haddad"].clashes] == [False]
    assert [clash.hinders for clash in found["Lone Mikkelsen"].clashes] == [True]
    assert not found["Emil Bruun"].learns


@ON_SQLITE
def test_the_desk_counts_gaps_hours_and_what_a_class_has_changed(havnen):
    world = havnen.world
    world.requirement(havnen.task, Shift.DAY, 3)
    world.settle().session.commit()
    within = havnen.nurse.actor.reach(Permission.TEACHING_PLAN)
    row = havnen.plan(teacher_id=havnen.guide.person.id)
    [need] = needs(havnen.session, within, coming(havnen.session))
    assert (need.task, need.gaps, need.units, need.classes) == ("Insulin med pen", 1, ("Team Havnen",), 1)
    assert {one.name: one.minutes for one in loads(havnen.session, within)} == {"Hanne Lykke": 120, "Marianne Holm": 0}
    held = world.session.get(TeachingClass, row.id)
    time_ = havnen.session.scalars(select(ClassTime)).one()
    time_.starts_at, time_.ends_at, held.held_at = now() - 8 * DAY, now() - 8 * DAY + timedelta(hours=2), now()
    for one in (havnen.amira, havnen.camilla, havnen.lone):
        world.signed(one, havnen.task, by=havnen.nurse, days_ago=2)
    world.settle().session.commit()
    [effect] = effects(havnen.session, within, held_classes(havnen.session, within)) or ()
    assert (effect.before.gaps, effect.after.gaps) == (1, 0)


@ON_SQLITE
def test_only_who_plans_over_all_of_its_units_changes_a_class(havnen):
    row = havnen.plan(unit_ids=[havnen.world.team.id, havnen.skoven.id])
    near = havnen.world.role(
        havnen.world.person("Tine Abildgaard", "SPL", unit=havnen.world.root),
        Role.DEVELOPMENT_NURSE,
        over=havnen.world.team,
    )
    with pytest.raises(NotFound):
        commands.change_class(havnen.session, row.id, havnen.new(), seen=1, by=near.actor)
    with pytest.raises(NotFound):
        commands.cancel_class(havnen.session, row.id, "Sne", seen=1, by=near.actor)
