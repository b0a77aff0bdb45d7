"""Profiles in versions: drafts, edits that meet, approvals, and one version in force each day."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from competence.audit.models import AuditEntry
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken
from competence.profiles import commands
from competence.profiles.commands import WantedTask
from competence.profiles.models import CompetenceProfile
from competence.profiles.queries import in_force, profile_on, versions
from tests.profiles.conftest import Desk

TOMORROW = today() + timedelta(days=1)


def test_a_draft_is_a_copy_of_the_version_before_it_and_there_is_one_at_most(desk: Desk):
    first = desk.approve(desk.draft())
    draft = desk.draft()
    assert (draft.number, desk.content(draft).mark()) == (2, desk.content(first).mark())
    with pytest.raises(Overtaken, match="already has a draft"):
        commands.new_draft(desk.world.session, desk.helper.id, by=desk.nurse.actor)


def test_an_approved_version_ends_the_one_before_it_and_is_never_edited(desk: Desk):
    first = desk.approve(desk.draft())
    second = desk.approve(desk.draft(), TOMORROW + timedelta(days=30))
    session = desk.world.session
    assert (first.valid_from, first.valid_to) == (TOMORROW, TOMORROW + timedelta(days=30))
    assert profile_on(session, desk.helper.id, second.valid_from or date.max) is second
    assert profile_on(session, desk.helper.id, TOMORROW) is first
    assert profile_on(session, desk.helper.id, today()) is first, "before there is one, what is to be"
    assert not in_force(first, today())
    with pytest.raises(Overtaken, match="never edited"):
        desk.write(first, "Nyt", {1: ["Noget."]}, [])


def test_a_version_begins_tomorrow_at_the_earliest_and_after_the_one_before(desk: Desk):
    draft = desk.draft()
    with pytest.raises(RuleBroken, match="the day before") as broken:
        desk.approve(draft, today())
    assert broken.value.field == "valid_from"
    desk.approve(draft, TOMORROW + timedelta(days=5))
    another = desk.draft()
    for day in (TOMORROW + timedelta(days=5), TOMORROW):
        with pytest.raises(RuleBroken, match="already approved from that day"):
            desk.approve(another, day)


def test_an_empty_profile_is_not_approved(desk: Desk):
    draft = commands.new_draft(desk.world.session, desk.helper.id, by=desk.nurse.actor)
    with pytest.raises(RuleBroken, match="says nothing"):
        desk.approve(draft)


def test_whoever_saves_what_somebody_else_has_changed_is_told_and_overwrites_nothing(desk: Desk):
    draft = desk.draft()
    seen = desk.content(draft).mark("Medicin")
    desk.write(draft, "Medicin", {1: ["Hannes ord."]}, [], area="Medicin")
    with pytest.raises(Overtaken, match="Marianne Holm changed this"):
        desk.write(draft, "Medicin", {1: ["Mine ord."]}, [], area="Medicin", seen=seen)
    assert [one.text for one in desk.content(draft).statements] == ["Hannes ord."]
    with pytest.raises(Overtaken):
        commands.approve_profile(
            desk.world.session,
            desk.helper.id,
            draft.number,
            valid_from=TOMORROW,
            why="",
            seen="andet",
            by=desk.nurse.actor,
        )


def test_a_task_stands_once_at_a_level(desk: Desk):
    draft = desk.draft()
    once, twice = WantedTask(desk.insulin.id, 1, 1), WantedTask(desk.drops.id, 1, 1)
    with pytest.raises(RuleBroken, match="stands twice"):
        desk.write(draft, "Nyt", {}, [twice, twice])
    with pytest.raises(RuleBroken, match="in Medicin"):
        desk.write(draft, "Nyt", {}, [once])
    desk.write(draft, "Nyt", {}, [WantedTask(desk.insulin.id, 2, 3)])
    with pytest.raises(RuleBroken, match="already has an area"):
        desk.write(draft, "medicin", {1: ["x"]}, [])
    with pytest.raises(RuleBroken, match="Choose a profile level"):
        desk.write(draft, "Tredje", {}, [WantedTask(desk.drops.id, 9, 1)])


def test_an_area_is_renamed_kept_in_its_place_and_gone_when_it_says_nothing(desk: Desk):
    draft = desk.draft()
    desk.write(draft, "Pleje", {2: ["Deler sin viden."]}, [])
    desk.write(draft, "Medicin og dosering", {1: ["Ny."]}, [], area="Medicin")
    assert desk.content(draft).areas == ("Medicin og dosering", "Pleje")
    desk.write(draft, "Medicin og dosering", {}, [], area="Medicin og dosering")
    assert desk.content(draft).areas == ("Pleje",)


def test_many_tasks_are_added_to_the_areas_they_name(desk: Desk):
    draft = desk.draft()
    wanted = [WantedTask(desk.drops.id, 1, 1, "medicin"), WantedTask(desk.drops.id, 2, 2, "Øjne")]
    commands.add_tasks(desk.world.session, desk.helper.id, draft.number, wanted, by=desk.nurse.actor)
    said = desk.content(draft)
    assert said.areas == ("Medicin", "Øjne")
    assert {(one.area, one.level, one.practice_level) for one in said.tasks if one.task_id == desk.drops.id} == {
        ("Medicin", 1, 1), ("Øjne", 2, 2),
    }  # fmt: skip
    with pytest.raises(RuleBroken, match="already asked for"):
        commands.add_tasks(desk.world.session, desk.helper.id, draft.number, wanted, by=desk.nurse.actor)


def test_texts_hold_no_cpr_number_and_a_draft_can_be_taken_away(desk: Desk):
    session, draft = desk.world.session, desk.draft()
    with pytest.raises(RuleBroken, match="CPR") as broken:
        desk.write(draft, "Nyt", {2: ["Ring til 010203-1234"]}, [])
    assert broken.value.field == "statements_2"
    mark = desk.content(draft).texts_mark
    commands.change_texts(
        session, desk.helper.id, draft.number, purpose=" Hjælper. ", responsibilities="Pleje\n\n Mad ", seen=mark,
        by=desk.nurse.actor,
    )  # fmt: skip
    assert (desk.content(draft).purpose, desk.content(draft).duties) == ("Hjælper.", ("Pleje", "Mad"))
    commands.discard_draft(session, desk.helper.id, draft.number, by=desk.nurse.actor)
    assert versions(session, desk.helper.id) == []
    noted = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert noted == ["draft_profile", "change_profile", "change_profile", "discard_profile"]


def test_a_leader_of_one_team_neither_writes_nor_approves(desk: Desk):
    with pytest.raises(NotAllowed):
        commands.new_draft(desk.world.session, desk.helper.id, by=desk.leader.actor)
    draft = desk.draft()
    with pytest.raises(NotAllowed):
        commands.approve_profile(
            desk.world.session, desk.helper.id, draft.number, valid_from=TOMORROW, why="",
            seen=desk.content(draft).mark(), by=desk.leader.actor,
        )  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-2, 40), min_size=1, max_size=6))
def test_after_the_first_approval_every_day_has_one_version_in_force(desk: Desk, days: list[int]):
    session = desk.world.session
    with session.begin_nested() as apart:
        for ahead in days:
            draft = next((v for v in session.scalars(select(CompetenceProfile)) if v.approved_at is None), None)
            try:
                desk.approve(draft or desk.draft(), today() + timedelta(days=ahead))
            except RuleBroken:
                continue
        listed = [one for one in session.scalars(select(CompetenceProfile)) if one.valid_from]
        first = min((one.valid_from for one in listed if one.valid_from), default=None)
        for ahead in range(60):
            on = today() + timedelta(days=ahead)
            if first is not None and on >= first:
                assert len([one for one in listed if in_force(one, on)]) == 1, on
        apart.rollback()
