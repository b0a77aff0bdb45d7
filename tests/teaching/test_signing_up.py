"""Seats and the waiting list: by oneself, by one's leader, given up, offered on; and two at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from competence.access.rules import Role
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from competence.learning.models import PlannedActivity
from competence.learning.rules import Origin
from competence.teaching import commands
from competence.teaching.models import ClassNews, ClassSignUp
from competence.teaching.queries.classes import open_places
from competence.teaching.queries.people import told, waiting_count
from competence.teaching.rules import ANSWER_WITHIN, News, Stand

DAY = timedelta(days=1)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def stands(havnen, class_id):
    """Person -> how far she is."""
    havnen.session.expire_all()
    return {row.person_id: Stand(row.stand) for row in open_places(havnen.session, class_id)}


def test_two_have_a_seat_the_third_waits_and_is_offered_the_seat_that_is_given_up(havnen):
    row = havnen.plan()
    first, _second, third = havnen.sign_up(row.id, havnen.amira, havnen.camilla, havnen.lone)
    assert (first.stand, third.stand) == (Stand.SEATED, Stand.QUEUED)
    activity = havnen.session.scalars(
        select(PlannedActivity).where(PlannedActivity.id == first.planned_activity_id)
    ).one()
    assert (activity.origin, activity.part, activity.minutes, activity.begins) == (
        Origin.TEACHING, "10", 120, today() + 9 * DAY
    )  # fmt: skip
    assert activity.yes_on == today()
    commands.give_up(havnen.session, first.id, by=havnen.amira.actor)
    assert stands(havnen, row.id) == {havnen.camilla.person.id: Stand.SEATED, havnen.lone.person.id: Stand.OFFERED}
    assert [one.news.news for one in told(havnen.session, havnen.lone.person.id)] == [News.OFFERED]
    assert waiting_count(havnen.session, havnen.lone.actor) == 1
    havnen.session.refresh(activity)
    assert activity.dropped_on == today()
    commands.say_yes(havnen.session, third.id, by=havnen.lone.actor)
    assert stands(havnen, row.id)[havnen.lone.person.id] is Stand.SEATED
    assert waiting_count(havnen.session, havnen.lone.actor) == 0


def test_an_offer_that_nobody_answers_goes_on_to_the_next(havnen):
    row = havnen.plan(seats=1)
    first, *_rest = havnen.sign_up(row.id, havnen.amira, havnen.camilla, havnen.lone)
    commands.give_up(havnen.session, first.id, by=havnen.amira.actor)
    assert stands(havnen, row.id)[havnen.camilla.person.id] is Stand.OFFERED
    with set_to(now() + ANSWER_WITHIN + timedelta(hours=1)):
        assert commands.settle_offers(havnen.session) == 1
        assert commands.settle_offers(havnen.session) == 0
        assert stands(havnen, row.id) == {
            havnen.camilla.person.id: Stand.QUEUED, havnen.lone.person.id: Stand.OFFERED
        }  # fmt: skip
        assert told(havnen.session, havnen.camilla.person.id) == []
        assert [one.news.news for one in told(havnen.session, havnen.lone.person.id)] == [News.OFFERED]


def test_a_leader_signs_up_and_it_is_the_employees_own_yes_that_counts(havnen):
    row = havnen.plan(seats=1)
    employments = [havnen.amira.employment.id, havnen.camilla.employment.id]
    asked = commands.ask(havnen.session, row.id, employments, by=havnen.leader.actor)
    assert {one.stand for one in asked} == {Stand.ASKED}
    assert havnen.session.scalars(select(PlannedActivity)).all() == []
    assert commands.ask(havnen.session, row.id, employments, by=havnen.leader.actor) == []
    commands.say_yes(havnen.session, asked[1].id, by=havnen.camilla.actor)
    assert stands(havnen, row.id)[havnen.camilla.person.id] is Stand.SEATED
    with pytest.raises(NotFound):
        commands.say_yes(havnen.session, asked[0].id, by=havnen.camilla.actor)
    commands.give_up(havnen.session, asked[0].id, by=havnen.amira.actor)
    assert havnen.amira.person.id not in stands(havnen, row.id)
    with pytest.raises(RuleBroken):
        commands.take_back(havnen.session, asked[1].id, by=havnen.leader.actor)


def test_who_was_signed_up_first_is_first_in_line_also_when_she_says_yes_later(havnen):
    row = havnen.plan(seats=1)
    havnen.sign_up(row.id, havnen.rasmus)
    [asked] = commands.ask(havnen.session, row.id, [havnen.amira.employment.id], by=havnen.leader.actor)
    with set_to(now() + timedelta(hours=1)):
        commands.sign_up(havnen.session, row.id, by=havnen.camilla.actor)
        commands.say_yes(havnen.session, asked.id, by=havnen.amira.actor)
        [taken] = [one for one in open_places(havnen.session, row.id) if one.stand == Stand.SEATED]
        commands.give_up(havnen.session, taken.id, by=havnen.rasmus.actor)
    assert stands(havnen, row.id) == {havnen.amira.person.id: Stand.OFFERED, havnen.camilla.person.id: Stand.QUEUED}


@ON_SQLITE
def test_who_cannot_be_there_is_told_why(havnen):
    row, other = havnen.plan(), havnen.plan(name="Kompression", task_id=None, level=None)
    havnen.sign_up(other.id, havnen.amira)
    for someone, words in ((havnen.amira, "Kompression"), (havnen.camilla, "")):
        if someone is havnen.camilla:
            havnen.away(someone, 9)
        with pytest.raises(RuleBroken) as refused:
            commands.sign_up(havnen.session, row.id, by=someone.actor)
        assert words in str(refused.value.message)
        with pytest.raises(RuleBroken) as refused:
            commands.ask(havnen.session, row.id, [someone.employment.id], by=havnen.leader.actor)
        assert someone.name in str(refused.value.message)
        assert refused.value.field == "people"


@ON_SQLITE
def test_who_it_is_not_for_is_told_why(havnen):
    row = havnen.plan()
    for someone, refusal in ((havnen.emil, RuleBroken), (havnen.ulla, NotFound)):
        with pytest.raises(refusal):
            commands.sign_up(havnen.session, row.id, by=someone.actor)
    with pytest.raises(RuleBroken) as refused:
        commands.ask(havnen.session, row.id, [havnen.emil.employment.id], by=havnen.leader.actor)
    assert "Emil Bruun" in str(refused.value.message)
    with pytest.raises(NotFound):
        commands.ask(havnen.session, row.id, [havnen.ulla.employment.id], by=havnen.leader.actor)
    with pytest.raises(NotAllowed):
        commands.ask(havnen.session, row.id, [havnen.amira.employment.id], by=havnen.camilla.actor)
    with pytest.raises(RuleBroken):
        commands.ask(havnen.session, row.id, [], by=havnen.leader.actor)
    havnen.task.archived_on = today()
    havnen.session.flush()
    with pytest.raises(RuleBroken):
        commands.sign_up(havnen.session, row.id, by=havnen.amira.actor)


@ON_SQLITE
def test_somebody_who_leaves_before_it_is_not_signed_up(havnen):
    row = havnen.plan()
    havnen.amira.employment.valid_to = today() + 5 * DAY
    havnen.session.flush()
    with pytest.raises(RuleBroken):
        commands.sign_up(havnen.session, row.id, by=havnen.amira.actor)
    with pytest.raises(RuleBroken):
        commands.ask(havnen.session, row.id, [havnen.amira.employment.id], by=havnen.leader.actor)


@ON_SQLITE
def test_nobody_is_signed_up_for_what_has_begun_or_is_cancelled(havnen):
    row, other = havnen.plan(), havnen.plan(name="Kompression", times=[havnen.at(12)])
    commands.cancel_class(havnen.session, other.id, "Underviseren er syg", seen=1, by=havnen.nurse.actor)
    with pytest.raises(RuleBroken):
        commands.sign_up(havnen.session, other.id, by=havnen.amira.actor)
    [place] = havnen.sign_up(row.id, havnen.amira)
    with set_to(now() + 9 * DAY + timedelta(hours=23)):
        for verb in (
            lambda: commands.sign_up(havnen.session, row.id, by=havnen.camilla.actor),
            lambda: commands.give_up(havnen.session, place.id, by=havnen.amira.actor),
        ):
            with pytest.raises(RuleBroken):
                verb()


def test_of_six_who_sign_up_at_once_two_have_a_seat_and_nobody_has_anothers(havnen, engine):
    row = havnen.plan()
    world = havnen.world
    people = [
        havnen.amira,
        havnen.camilla,
        havnen.lone,
        havnen.rasmus,
        world.person("Nadia Olsen"),
        world.person("Erik Sand"),
    ]
    havnen.session.commit()
    municipality, class_id = world.municipality.id, row.id

    def run(someone):
        with open_session(engine, municipality) as session:
            begin_writing(session)
            commands.sign_up(session, class_id, by=someone.actor)
            session.commit()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, people))
    havnen.session.rollback()
    places = open_places(havnen.session, class_id)
    assert sorted(one.seat for one in places if one.seat is not None) == [1, 2]
    assert len(places) == 6
    assert len(havnen.session.scalars(select(PlannedActivity.id)).all()) == 2


def test_the_database_itself_gives_no_seat_to_two(havnen):
    row = havnen.plan()
    [first] = havnen.sign_up(row.id, havnen.amira)
    havnen.session.add(
        ClassSignUp(
            class_id=row.id, employment_id=havnen.camilla.employment.id, person_id=havnen.camilla.person.id,
            stand=Stand.SEATED, seat=first.seat, in_line_since=now(),
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        havnen.session.flush()
    havnen.session.rollback()


STEPS = st.lists(
    st.tuples(st.sampled_from(["up", "ask", "yes", "no", "late"]), st.integers(0, 3)), min_size=1, max_size=14
)


@ON_SQLITE
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_they_do_no_class_is_overbooked_and_no_seat_is_free_while_somebody_waits(havnen, steps):
    row = havnen.plan(seats=2)
    people, at = [havnen.amira, havnen.camilla, havnen.lone, havnen.rasmus], now()
    for verb, which in steps:
        someone = people[which]
        at += ANSWER_WITHIN + timedelta(minutes=1) if verb == "late" else timedelta(minutes=1)
        at = min(at, now() + 8 * DAY)
        with set_to(at):
            mine = next(
                (one for one in open_places(havnen.session, row.id) if one.person_id == someone.person.id), None
            )
            if verb == "up":
                commands.sign_up(havnen.session, row.id, by=someone.actor)
            elif verb == "ask":
                commands.ask(havnen.session, row.id, [someone.employment.id], by=havnen.leader.actor)
            elif verb == "yes" and mine is not None:
                commands.say_yes(havnen.session, mine.id, by=someone.actor)
            elif verb == "no" and mine is not None:
                commands.give_up(havnen.session, mine.id, by=someone.actor)
            else:
                commands.settle_offers(havnen.session)
        places = open_places(havnen.session, row.id)
        seats = [one.seat for one in places if one.seat is not None]
        assert len(seats) == len(set(seats)) <= 2
        assert len(seats) == 2 or not any(one.stand == Stand.QUEUED for one in places)
        planned = {
            one.id
            for one in havnen.session.scalars(select(PlannedActivity).where(PlannedActivity.dropped_on.is_(None)))
        }
        assert {one.planned_activity_id for one in places if one.stand == Stand.SEATED} <= planned
    for one in open_places(havnen.session, row.id):
        one.ended_at, one.seat, one.offered_until, one.stand = now(), None, None, Stand.QUEUED
    havnen.session.flush()


def test_a_word_is_put_away_by_whoever_it_is_to(havnen):
    row = havnen.plan()
    havnen.sign_up(row.id, havnen.amira)
    commands.cancel_class(havnen.session, row.id, "Sne", seen=1, by=havnen.nurse.actor)
    [word] = told(havnen.session, havnen.amira.person.id)
    with pytest.raises(NotFound):
        commands.see_news(havnen.session, word.news.id, by=havnen.camilla.actor)
    commands.see_news(havnen.session, word.news.id, by=havnen.amira.actor)
    assert told(havnen.session, havnen.amira.person.id) == []
    assert havnen.session.scalars(select(ClassNews)).all()


@ON_SQLITE
def test_a_leader_of_another_team_takes_back_nothing(havnen):
    row = havnen.plan()
    [asked] = commands.ask(havnen.session, row.id, [havnen.amira.employment.id], by=havnen.leader.actor)
    other = havnen.world.role(havnen.world.person("Lis Leder", unit=havnen.skoven), Role.LEADER)
    with pytest.raises(NotFound):
        commands.take_back(havnen.session, asked.id, by=other.actor)
    commands.take_back(havnen.session, asked.id, by=havnen.leader.actor)
    assert stands(havnen, row.id) == {}
