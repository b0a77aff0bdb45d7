"""The verbs of a programme: begun, ticked by both, gates, pace, the first shift, and what ends."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, func, select

from competence.access.rules import Permission, Role
from competence.accounts.models import RoleAssignment
from competence.audit.models import AuditEntry
from competence.decision.commands import differences
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from competence.learning.models import Talk, TalkTaker
from competence.learning.rules import TalkKind
from competence.onboarding import commands
from competence.onboarding.models import FirstShiftYes, Onboarding, OnboardingItem
from competence.onboarding.queries.ahead import proposed, without_yes
from competence.onboarding.queries.programmes import newcomers
from competence.onboarding.rules import ItemKind, Line, Ticks
from competence.onboarding.rules.pace import due_on, talk_on
from competence.people.models import Employment
from competence.signoffs.models import Observation
from competence.signoffs.rules import ObservationKind
from tests.onboarding.conftest import GATES, Havnen

DAY = timedelta(days=1)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RuleBroken) as broken:
        act()
    return str(broken.value.message)


def test_a_programme_has_the_items_of_both_templates_and_its_talks_planned(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    codes = set(session.scalars(select(OnboardingItem.code).where(OnboardingItem.onboarding_id == number)))
    assert codes == {"A1", "A2", "T4", "T8", "T12", "G1", "G2", "G3"}
    talks = session.scalars(select(Talk).order_by(Talk.planned_on)).all()
    assert [one.kind for one in talks] == [TalkKind.WEEK_4, TalkKind.WEEK_8, TalkKind.WEEK_12]
    assert [one.planned_on for one in talks] == [talk_on(week, today()) for week in (4, 8, 12)]
    assert {one.held_by for one in talks} == {havnen.leader.person.id}
    assert set(session.scalars(select(TalkTaker.employment_id))) == {havnen.new.employment.id}
    assert session.scalar(select(AuditEntry.action).where(AuditEntry.action == "begin_onboarding"))
    with pytest.raises(Overtaken):
        havnen.begin()


def test_a_gate_opens_exactly_when_both_have_ticked_all_that_the_task_asks_for(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    names = [name for *_rest, name in GATES]
    assert list(havnen.left()) == names
    for place, (code, *_rest) in enumerate(GATES):
        first, second = (havnen.new, havnen.guide) if place % 2 else (havnen.guide, havnen.new)
        havnen.tick(number, code, first)
        assert list(havnen.left()) == names[place:]
        havnen.tick(number, code, second)
        assert list(havnen.left()) == names[place + 1 :]
        opening = havnen.programme(number).openings[0]
        assert (opening.passed, opening.needed, opening.is_open) == (place + 1, 3, place == 2)
    rows = session.scalars(select(Observation).order_by(Observation.id)).all()
    assert [one.gate_code for one in rows] == ["G1", "G2", "G3"]
    assert {one.observer_id for one in rows} == {havnen.guide.person.id}
    assert [one.kind for one in rows] == [
        ObservationKind.COURSE,
        ObservationKind.DIALOGUE,
        ObservationKind.PRACTICE_CHECK,
    ]
    assert differences(session) == []


def test_a_buddy_who_may_not_observe_ticks_what_opens_nothing(havnen: Havnen):
    number = havnen.begin()
    assert havnen.tick(number, "A1", havnen.helper).responsible_by == havnen.helper.person.id
    assert "learning guide" in refused(lambda: havnen.tick(number, "G2", havnen.helper))
    stranger = havnen.world.person("Lone Mikkelsen", "SSH")
    with pytest.raises(NotFound):
        havnen.tick(number, "A1", stranger)
    assert "responsible" in refused(lambda: havnen.tick(number, "A2", havnen.new))


def test_when_the_one_who_vouched_may_no_longer_her_tick_is_given_by_somebody_else(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    havnen.tick(number, "G2", havnen.guide)
    session.delete(
        session.scalars(select(RoleAssignment).where(RoleAssignment.person_id == havnen.guide.person.id)).one()
    )
    havnen.guide.employment.valid_to = today()
    session.commit()
    item = havnen.tick(number, "G2", havnen.new)
    assert (item.newcomer_at is not None, item.responsible_at) == (True, None)
    assert session.scalar(select(func.count(Observation.id))) == 0
    havnen.tick(number, "G2", havnen.nurse)
    assert session.scalars(select(Observation.observer_id)).one() == havnen.nurse.person.id


def test_a_tick_is_taken_back_the_same_day_with_what_it_recorded(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    item = havnen.tick(number, "G1", havnen.guide, havnen.new)
    commands.untick(session, number, item.id, by=havnen.new.actor)
    assert session.scalars(select(Observation)).one().withdrawn_at is not None
    assert len(havnen.left()) == 3
    havnen.tick(number, "G1", havnen.new)
    assert len(havnen.left()) == 2
    other = havnen.world.role(havnen.world.person("Maja Lind", "SSA"), Role.GUIDE)
    assert "Only the one" in refused(lambda: commands.untick(session, number, item.id, by=other.actor))
    with set_to(now() + 2 * DAY):
        assert "same day" in refused(lambda: commands.untick(session, number, item.id, by=havnen.guide.actor))


def test_two_who_tick_at_once_both_count_and_one_thing_is_recorded(havnen: Havnen, engine: Engine):
    world, number = havnen.world, havnen.begin()
    item_id, start, wrong = havnen.item(number, "G2").id, Barrier(2), []
    world.session.commit()

    def act(by) -> None:
        with open_session(engine, world.municipality.id) as session:
            start.wait()
            begin_writing(session)
            try:
                commands.tick(session, number, item_id, by=by)
                session.commit()
            except RuleBroken as broken:
                session.rollback()
                wrong.append(str(broken.message))

    threads = [Thread(target=act, args=(one.actor,)) for one in (havnen.new, havnen.guide)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    world.session.commit()
    item = world.session.scalars(
        select(OnboardingItem).where(OnboardingItem.id == item_id), execution_options={"populate_existing": True}
    ).one()
    assert (wrong, item.newcomer_at is None, item.responsible_at is None) == ([], False, False)
    assert world.session.scalar(select(func.count(Observation.id))) == 1


def test_what_was_passed_at_the_bedside_is_not_asked_for_again(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    session.add(
        Observation(
            person_id=havnen.new.person.id, gate_code="G3", kind=ObservationKind.PRACTICE_CHECK, observed_on=today(),
            observer_id=havnen.guide.person.id, recorded_at=now(),
        )
    )  # fmt: skip
    session.flush()
    found = {one.row.code: one for one in havnen.programme(number).items}
    assert (found["G3"].is_done, found["G2"].is_done) == (True, False)
    havnen.tick(number, "G3", havnen.guide, havnen.new)
    assert session.scalar(select(func.count(Observation.id))) == 1


def test_a_running_programme_keeps_its_items_when_the_template_changes(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    draft = commands.draft_template(session, havnen.world.root.id, None, by=havnen.nurse.actor)
    line = Line("Besøg på genoptræningen", 2, ItemKind.INFORMATION, "Makker")
    commands.save_line(session, draft.id, None, line, seen=draft.revision, by=havnen.nurse.actor)
    commands.approve_template(session, draft.id, seen=draft.revision, by=havnen.nurse.actor)
    assert all(one.row.name != line.name for one in havnen.programme(number).items)
    later = havnen.begin(havnen.world.person("Sofie Krag", "UFA", since=today()))
    assert any(one.row.name == line.name for one in havnen.programme(later).items)


def test_the_pace_moves_weeks_and_talks_but_one_that_the_two_have_moved_and_says_who_and_when(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    own = session.scalars(select(Talk).where(Talk.kind == TalkKind.WEEK_8)).one()
    own.planned_on += 2 * DAY
    moved = own.planned_on
    row = commands.set_pace(session, number, 150, seen=1, by=havnen.leader.actor)
    found = havnen.programme(number)
    due = {one.row.code: one.due for one in found.items}
    assert due["G1"] == due_on(1, today(), found.pace_sets) == today() + 10 * DAY
    planned = {one.kind: one.planned_on for one in found.talks}
    assert planned == {
        TalkKind.WEEK_4: talk_on(4, today(), found.pace_sets),
        TalkKind.WEEK_8: moved,
        TalkKind.WEEK_12: talk_on(12, today(), found.pace_sets),
    }
    assert today() + 6 * 7 * DAY <= planned[TalkKind.WEEK_4] == due["T4"] <= today() + 44 * DAY
    assert [(one.percent, one.set_by) for one in found.paces] == [(150, havnen.leader.person.id)]
    with pytest.raises(Overtaken):
        commands.set_pace(session, number, 100, seen=row.revision - 1, by=havnen.leader.actor)


def test_with_the_first_day_the_talks_move_but_one_that_the_two_have_moved_themselves(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    own = session.scalars(select(Talk).where(Talk.kind == TalkKind.WEEK_8)).one()
    own.planned_on += 2 * DAY
    moved = own.planned_on
    new = commands.NewProgramme(today() + 7 * DAY, None, havnen.guide.person.id)
    changed = commands.change_onboarding(session, number, new, seen=1, by=havnen.leader.actor)
    assert (changed.buddy_id, changed.mentor_id) == (None, havnen.guide.person.id)
    planned = dict(session.execute(select(Talk.kind, Talk.planned_on)).all())
    assert planned[TalkKind.WEEK_4] == talk_on(4, today() + 7 * DAY)
    assert planned[TalkKind.WEEK_8] == moved
    own_buddy = commands.NewProgramme(today(), havnen.new.person.id)
    assert "newcomer" in refused(
        lambda: commands.change_onboarding(session, number, own_buddy, seen=2, by=havnen.leader.actor)
    )


def test_the_yes_to_a_first_shift_asks_for_the_smallest_safe_set_and_gives_no_right(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    team = [havnen.world.team.path]
    assert [one.name for one in without_yes(session, havnen.leader.actor, team)] == ["Emil Bruun"]
    assert "Velkomst" in refused(lambda: commands.give_first_shift_yes(session, number, by=havnen.leader.actor))
    havnen.tick(number, "A1", havnen.helper, havnen.new)
    yes = commands.give_first_shift_yes(session, number, words_="Følges med Camilla", by=havnen.leader.actor)
    assert (yes.given_by, yes.words) == (havnen.leader.person.id, "Følges med Camilla")
    assert commands.give_first_shift_yes(session, number, by=havnen.leader.actor).id == yes.id
    assert without_yes(session, havnen.leader.actor, team) == []
    assert len(havnen.left()) == 3
    commands.withdraw_first_shift_yes(session, number, by=havnen.leader.actor)
    assert session.scalars(select(FirstShiftYes)).one().withdrawn_by == havnen.leader.person.id
    assert len(without_yes(session, havnen.leader.actor, team)) == 1
    skilled = havnen.begin(havnen.world.person("Nadia Olsen", "SSH", since=today()))
    assert "Only temps" in refused(lambda: commands.give_first_shift_yes(session, skilled, by=havnen.leader.actor))


def test_a_temp_has_the_smallest_safe_set_and_no_talks(havnen: Havnen):
    temp = havnen.world.person(
        "Sanne Fisker", "SSH", since=today(), until=today() + 7 * DAY, is_external=True, agency="Vikarhuset"
    )
    number = havnen.begin(temp)
    assert [one.row.code for one in havnen.programme(number).items] == ["A1"]
    assert havnen.programme(number).needs_yes
    assert havnen.world.session.scalar(select(func.count(Talk.id))) == 0


def test_after_the_employment_has_ended_nothing_is_ticked_or_shown(havnen: Havnen):
    session, number = havnen.world.session, havnen.begin()
    assert [one.name for one in newcomers(session, havnen.guide.actor)] == ["Emil Bruun"]
    session.get_one(Employment, havnen.new.employment.id).valid_to = today() + DAY
    session.commit()
    with set_to(now() + 2 * DAY):
        assert "ended" in refused(lambda: havnen.tick(number, "G1", havnen.guide))
        assert newcomers(session, havnen.guide.actor) == []
        new = commands.NewProgramme(today())
        assert "ended" in refused(
            lambda: commands.begin_onboarding(session, havnen.new.employment.id, new, by=havnen.leader.actor)
        )


def test_before_the_first_day_nothing_that_opens_tasks_is_ticked(havnen: Havnen):
    coming = havnen.world.person("Freja Thomsen", "UFA", since=today() + 7 * DAY)
    number = havnen.begin(coming)
    assert "first day" in refused(lambda: havnen.tick(number, "G1", coming))
    assert havnen.tick(number, "A2", havnen.leader).responsible_by == havnen.leader.person.id


def test_only_her_leader_begins_changes_and_ends(havnen: Havnen):
    session = havnen.world.session
    new = commands.NewProgramme(today())
    for one in (havnen.guide, havnen.nurse):
        with pytest.raises(NotAllowed):
            commands.begin_onboarding(session, havnen.new.employment.id, new, by=one.actor)
    number = havnen.begin()
    other = havnen.world.role(
        havnen.world.person("Pia Lindgren", "UFA", unit=havnen.world.unit("Team Lunden", under=havnen.world.root)),
        Role.LEADER,
    )
    for act in (
        lambda: commands.set_pace(session, number, 150, seen=1, by=other.actor),
        lambda: commands.leave_out(session, number, havnen.item(number, "G1").id, out=True, by=havnen.guide.actor),
        lambda: commands.end_onboarding(session, number, by=other.actor),
    ):
        with pytest.raises(NotFound):
            act()
    commands.leave_out(session, number, havnen.item(number, "G1").id, out=True, by=havnen.leader.actor)
    assert "left out" in refused(lambda: havnen.tick(number, "G1", havnen.new))
    commands.end_onboarding(session, number, by=havnen.leader.actor)
    assert "ended" in refused(lambda: havnen.tick(number, "G2", havnen.new))
    assert havnen.begin() != number
    assert session.scalar(select(func.count(Onboarding.id))) == 2


def test_who_begins_soon_is_proposed_once_and_not_who_worked_here_before(havnen: Havnen):
    session, world = havnen.world.session, havnen.world
    world.person("Freja Thomsen", "SSH", since=today() + 7 * DAY)
    world.person("Lars Langt", "SSH", since=today() + 200 * DAY)
    again = world.person("Ali Rahimi", "UFA")
    session.add(
        Employment(
            person_id=again.person.id, unit_id=world.team.id, staff_group_id=world.groups["SSH"].id,
            valid_from=today() + 3 * DAY, recorded_at=now(),
        )
    )  # fmt: skip
    session.flush()

    def names() -> list[str]:
        return [one.name for one in proposed(session, havnen.leader.actor.reach(Permission.ONBOARDING_KEEP))]

    assert names() == ["Emil Bruun", "Freja Thomsen"]
    havnen.begin()
    assert names() == ["Freja Thomsen"]


def test_an_item_of_ones_own_opens_nothing(havnen: Havnen):
    number = havnen.begin()
    line = Line("Cykeltur på ruten", 1, ItemKind.PRACTICAL, "Makker", Ticks.NEWCOMER, gate=True, gate_code="G1")
    item = commands.add_item(havnen.world.session, number, line, by=havnen.leader.actor)
    assert (item.code, item.gate_code, item.added_by) == ("EGEN1", "", havnen.leader.person.id)
    assert havnen.tick(number, "EGEN1", havnen.new).newcomer_at is not None
    assert "CPR" in refused(
        lambda: commands.add_item(
            havnen.world.session, number, Line("Ring 010190-1234", 1, ItemKind.PRACTICAL, ""), by=havnen.leader.actor
        )
    )
