"""What an employee writes herself, on both databases: hers alone, taken back, erased; and the use of the log."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts.commands import forget_person
from competence.audit.models import AuditEntry
from competence.catalogue.commands.tasks import change_task
from competence.catalogue.queries.tasks import facts_of
from competence.decision.asking import get_facts
from competence.decision.rules import may
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.people import retention
from competence.practice import commands, queries
from competence.practice.models import OwnNote, PracticeDone, PracticeUse, SelfRating, TrainingRequest
from competence.practice.rules import Rating, Wanted
from tests.practice.conftest import Own

CPR = "Ring til 010170-1234"


@pytest.fixture
def used(own: Own) -> Own:
    """The municipality uses the log."""
    commands.use_log(own.world.session, today() - timedelta(days=5), by=own.administrator.actor)
    return own


def log(own: Own, days_ago: int = 0) -> PracticeDone:
    day = today() - timedelta(days=days_ago)
    return commands.log_done(own.world.session, own.job, own.insulin.id, day, by=own.amira.actor)


def count(own: Own, table: type) -> int:
    return len(own.world.session.scalars(select(table)).all())


def test_a_day_is_noted_once_and_taken_back(used: Own):
    session = used.world.session
    assert log(used).id == log(used).id
    log(used, 3)
    assert queries.days_done(session, used.amira.person.id, used.insulin.id) == [today(), today() - timedelta(days=3)]
    for _twice in range(2):
        commands.undo_done(session, used.insulin.id, today(), by=used.amira.actor)
    assert queries.days_done(session, used.amira.person.id, used.insulin.id) == [today() - timedelta(days=3)]


def test_nothing_is_noted_before_the_municipality_uses_the_log(own: Own):
    with pytest.raises(NotFound):
        log(own)
    with pytest.raises(NotFound):
        commands.undo_done(own.world.session, own.insulin.id, today(), by=own.amira.actor)
    assert queries.refreshes(own.world.session, own.amira.person.id, [own.insulin]) == {}


def test_an_observed_time_counts_as_done_and_watching_does_not(used: Own):
    session, person = used.world.session, used.amira.person.id
    found = queries.refreshes(session, person, [used.insulin, used.oxygen])
    assert {task: one.last for task, one in found.items()} == {used.insulin.id: today() - timedelta(days=160)}
    log(used, 2)
    assert queries.refreshes(session, person, [used.insulin]) == {}
    used.world.observed(used.amira, used.insulin, by=used.guide, days_ago=1)
    assert queries.last_done(session, person, [used.insulin]) == {used.insulin.id: today() - timedelta(days=1)}


def test_the_catalogue_says_after_how_many_months_and_the_rule_that_decides_does_not_hear_of_it(used: Own):
    session, task = used.world.session, used.insulin
    nurse = used.world.role(used.world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=used.world.root)
    for months in (0, 25):
        said = replace(facts_of(session, task), refresh_months=months)
        with pytest.raises(RuleBroken) as broken:
            change_task(session, task.id, said, seen=task.revision, by=nurse.actor)
        assert broken.value.field == "refresh_months"
    for after, suggested in ((6, False), (5, True), (None, False)):
        said = replace(facts_of(session, task), refresh_months=after)
        change_task(session, task.id, said, seen=task.revision, by=nurse.actor)
        assert bool(queries.refreshes(session, used.amira.person.id, [task])) is suggested
        assert may(get_facts(session, used.job), task.id, on=today()).level == 2


def test_what_is_written_is_written_by_herself_about_her_own_groups_tasks(used: Own):
    session, guide = used.world.session, used.guide.actor
    for attempt in (
        lambda: commands.log_done(session, used.job, used.insulin.id, today(), by=guide),
        lambda: commands.ask_for_training(session, used.job, used.insulin.id, by=guide),
        lambda: commands.write_note(session, used.job, used.insulin.id, "Hej", seen=0, by=guide),
        lambda: commands.rate_oneself(session, used.job, used.insulin.id, Rating.UNSURE, show=False, by=guide),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(RuleBroken, match="not a task of your staff group"):
        commands.ask_for_training(session, used.job, used.never.id, by=used.amira.actor)
    with pytest.raises(RuleBroken, match="not a task of your staff group"):
        commands.log_done(session, used.job, used.never.id, today(), by=used.amira.actor)


def test_a_request_stands_until_it_is_held_or_taken_back(own: Own):
    session, amira = own.world.session, own.amira.actor
    first = commands.ask_for_training(session, own.job, own.oxygen.id, words="  Flasken ", by=amira)
    assert commands.ask_for_training(session, own.job, own.oxygen.id, words="Igen", by=amira).id == first.id
    assert (first.words, first.wanted) == ("Flasken", Wanted.TRAINING)
    with pytest.raises(NotAllowed):
        commands.training_held(session, first.id, by=amira)
    commands.training_held(session, first.id, by=own.guide.actor)
    with pytest.raises(Overtaken):
        commands.training_held(session, first.id, by=own.guide.actor)
    commands.ask_for_training(session, own.job, own.oxygen.id, by=amira)
    commands.withdraw_training(session, own.job, own.oxygen.id, by=amira)
    with pytest.raises(RuleBroken):
        commands.withdraw_training(session, own.job, own.oxygen.id, by=amira)
    assert sorted(str(one.closed_how) for one in session.scalars(select(TrainingRequest))) == ["held", "withdrawn"]


def test_a_guide_out_of_reach_closes_nothing(own: Own):
    elsewhere = own.world.person("Olga Vejleder", "SPL", unit=own.world.unit("Team Skoven", under=own.world.root))
    request = commands.ask_for_training(own.world.session, own.job, own.oxygen.id, by=own.amira.actor)
    with pytest.raises(NotFound):
        commands.training_held(own.world.session, request.id, by=elsewhere.actor)


def test_a_note_is_changed_removed_and_never_overwritten_unseen(own: Own):
    session, amira, place = own.world.session, own.amira.actor, (own.job, own.insulin.id)
    note = commands.write_note(session, *place, "Skift nål\r\nhver gang", seen=0, by=amira)
    assert note is not None
    assert (note.text, note.revision) == ("Skift nål\nhver gang", 1)
    with pytest.raises(Overtaken):
        commands.write_note(session, *place, "Fra telefonen", seen=0, by=amira)
    assert commands.write_note(session, *place, "", seen=1, by=amira) is None
    assert count(own, OwnNote) == 0


def test_no_cpr_number_is_kept(own: Own):
    session, amira, place = own.world.session, own.amira.actor, (own.job, own.insulin.id)
    with pytest.raises(RuleBroken) as broken:
        commands.write_note(session, *place, CPR, seen=0, by=amira)
    assert broken.value.field == "text"
    with pytest.raises(RuleBroken) as broken:
        commands.ask_for_training(session, *place, words=CPR, by=amira)
    assert broken.value.field == "words"


def test_a_leader_sees_a_rating_only_while_it_is_shown(own: Own):
    session, amira, place = own.world.session, own.amira.actor, (own.job, own.insulin.id)

    def shown() -> list[str]:
        return [one.rating for one, _task in queries.shown_ratings(session, own.amira.person.id)]

    commands.rate_oneself(session, *place, Rating.UNSURE, show=False, by=amira)
    assert shown() == []
    commands.rate_oneself(session, *place, Rating.CONFIDENT, show=True, by=amira)
    assert shown() == ["confident"]
    commands.rate_oneself(session, *place, Rating.CONFIDENT, show=False, by=amira)
    assert shown() == []
    assert commands.rate_oneself(session, *place, None, show=True, by=amira) is None
    assert count(own, SelfRating) == 0


def test_the_log_is_used_from_a_discussion_that_was_held_and_by_who_decides_for_all(own: Own):
    session, by = own.world.session, own.administrator.actor
    with pytest.raises(NotAllowed):
        commands.use_log(session, today(), by=own.leader.actor)
    with pytest.raises(RuleBroken) as broken:
        commands.use_log(session, today() + timedelta(days=1), by=by)
    assert broken.value.field == "discussed_on"
    use = commands.use_log(session, today(), by=by)
    assert (use.discussed_on, use.begun_by) == (today(), by.person_id)
    with pytest.raises(Overtaken):
        commands.use_log(session, today(), by=by)
    commands.stop_log(session, by=by)
    with pytest.raises(Overtaken):
        commands.stop_log(session, by=by)
    noted = select(AuditEntry.action).where(AuditEntry.administrative, AuditEntry.subject == "practice_use")
    assert sorted(session.scalars(noted)) == ["stop_practice_log", "use_practice_log"]


def erase(own: Own, on: date) -> set[str]:
    return {due.table for due in retention.erase(own.world.session, on=on)}


def test_what_was_logged_is_erased_30_days_after_the_log_was_stopped(used: Own):
    log(used)
    assert "practice_done" not in erase(used, today() + timedelta(days=40))
    commands.stop_log(used.world.session, by=used.administrator.actor)
    assert "practice_done" not in erase(used, today() + timedelta(days=29))
    assert "practice_done" in erase(used, today() + timedelta(days=31))
    assert count(used, PracticeDone) == 0


def test_it_is_back_when_the_log_is_used_again_before_then(used: Own):
    log(used)
    with set_to(now() + timedelta(seconds=1)):
        commands.stop_log(used.world.session, by=used.administrator.actor)
        commands.use_log(used.world.session, today(), by=used.administrator.actor)
        assert "practice_done" not in erase(used, today() + timedelta(days=40))
    assert count(used, PracticeUse) == 2
    assert count(used, PracticeDone) == 1


def test_she_is_forgotten_with_all_she_wrote(used: Own):
    session, amira, place = used.world.session, used.amira.actor, (used.job, used.insulin.id)
    log(used)
    commands.write_note(session, *place, "Skift nål", seen=0, by=amira)
    commands.rate_oneself(session, *place, Rating.UNSURE, show=True, by=amira)
    commands.ask_for_training(session, *place, words="Pennen", by=amira)
    used.amira.employment.valid_to = today()
    session.flush()
    forget_person(session, used.amira.person.id, by=used.administrator.actor)
    assert [count(used, one) for one in (OwnNote, SelfRating, PracticeDone, TrainingRequest)] == [0, 0, 0, 0]


def test_what_she_writes_for_herself_leaves_no_line_in_the_log_of_others(used: Own):
    session = used.world.session
    before = count(used, AuditEntry)
    log(used)
    commands.write_note(session, used.job, used.insulin.id, "Skift nål", seen=0, by=used.amira.actor)
    commands.rate_oneself(session, used.job, used.insulin.id, Rating.UNSURE, show=True, by=used.amira.actor)
    assert count(used, AuditEntry) == before
