"""Templates: drafts until approved, inherited down the tree, and never e-learning alone; as they ship and as they are kept."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.catalogue.models import TaskGate
from competence.catalogue.rules import GateKind
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.foundation.orm import TenantSession
from competence.imports.onboarding import load_templates
from competence.imports.reference import load_reference, read_files
from competence.onboarding import commands
from competence.onboarding.models import OnboardingLine, OnboardingTemplate
from competence.onboarding.queries.templates import holding, lines_of
from competence.onboarding.rules import ItemKind, Line, Ticks
from competence.organisation.commands import add_municipality
from competence.people.models import StaffGroup, StaffGroupFollow
from tests.onboarding.conftest import Havnen

DIALOGUE = Line("Dialog om forflytning", 1, ItemKind.DIALOGUE, "Makker", gate_code="G2")


def refused(act) -> str:
    with pytest.raises(RuleBroken) as broken:
        act()
    return str(broken.value.message)


def test_what_ships_is_a_draft_that_nobody_begins_with(session: TenantSession):
    add_municipality(session, "Søby Kommune")
    load_reference(session)
    rows = session.scalars(select(OnboardingTemplate)).all()
    assert len(rows) == 7
    assert all(one.approved_at is None and one.reference_version for one in rows)
    lines = session.scalars(select(OnboardingLine)).all()
    codes = {row["code"]: row for row in read_files()["onboarding_programme"]}
    assert {one.code for one in lines} == set(codes)
    assert {one.code for one in lines if one.gate} == {code for code, row in codes.items() if row["gate"] == "yes"}
    assert all(one.ticks == Ticks.BOTH for one in lines if one.gate_code)
    asked = set(session.scalars(select(TaskGate.code)))
    assert {one.gate_code for one in lines if one.gate_code} == asked
    assert {one.code for one in lines if one.first_shift} == {"ONB03", "ONB05", "ONB06", "ONB07", "ONB16", "ONB20"}


def test_a_set_with_e_learning_alone_is_refused_when_it_is_loaded(havnen: Havnen):
    session, world = havnen.world.session, havnen.world
    for line in session.scalars(select(OnboardingLine)):
        session.delete(line)
    session.flush()
    for template in session.scalars(select(OnboardingTemplate)):
        session.delete(template)
    task = world.task("Kompression")
    session.add(
        TaskGate(
            task_id=task.id, staff_group_id=world.groups["UFA"].id, code="ONB09", kind=GateKind.E_LEARNING, name="E-læring"
        )
    )  # fmt: skip
    session.flush()
    groups = {code: group.id for code, group in world.groups.items()}
    files = read_files()
    known = ("ALLE", "SPL", "SSA", "SSH", "UFA")
    rows = tuple(
        row
        for row in files["onboarding_programme"]
        if all(code in known for code in row["profession_codes"].split(";"))
    )
    files = replace(files, rows={**files.rows, "onboarding_programme": rows})
    assert "Kompression" in refused(lambda: load_templates(session, files, groups))


def test_a_draft_holds_for_nobody_until_it_is_approved_and_takes_the_place_of_the_one_before(havnen: Havnen):
    session, nurse, root = havnen.world.session, havnen.nurse.actor, havnen.world.root
    path, ufa = havnen.world.team.path, havnen.world.groups["UFA"].id
    draft = commands.draft_template(session, root.id, ufa, by=nurse)
    assert (draft.number, len(lines_of(session, [draft.id]))) == (2, 3)
    assert commands.draft_template(session, root.id, ufa, by=nurse).id == draft.id
    new = Line("Følgevagt", 1, ItemKind.SHADOWING, "Makker")
    line = commands.save_line(session, draft.id, None, new, seen=1, by=nurse)
    assert line.code == "EGEN1"
    with pytest.raises(Overtaken):
        commands.save_line(session, draft.id, line.id, new, seen=1, by=nurse)
    assert [one.id for one in holding(session, path, ufa)] == [havnen.for_all.id, havnen.unskilled.id]
    with pytest.raises(Overtaken):
        commands.approve_template(session, draft.id, seen=1, by=nurse)
    commands.approve_template(session, draft.id, seen=2, by=nurse)
    assert [one.id for one in holding(session, path, ufa)] == [havnen.for_all.id, draft.id]
    assert havnen.unskilled.retired_by == havnen.nurse.person.id
    assert "stays as it is" in refused(lambda: commands.save_line(session, draft.id, None, new, seen=2, by=nurse))
    with pytest.raises(Overtaken):
        commands.approve_template(session, draft.id, seen=2, by=nurse)


def test_e_learning_alone_is_refused_when_it_is_saved_and_when_the_rest_is_taken_away(havnen: Havnen):
    session, nurse, ufa = havnen.world.session, havnen.nurse.actor, havnen.world.groups["UFA"].id
    draft = commands.draft_template(session, havnen.world.team.id, ufa, by=nurse)
    rows = {one.code: one for one in lines_of(session, [draft.id])}
    commands.remove_line(session, draft.id, rows["G3"].id, seen=1, by=nurse)
    with session.begin_nested() as point:
        said = refused(lambda: commands.remove_line(session, draft.id, rows["G2"].id, seen=2, by=nurse))
        point.rollback()
    assert "Loftlift" in said
    with session.begin_nested() as point:
        alone = replace(DIALOGUE, kind=ItemKind.E_LEARNING)
        assert "alone" in refused(lambda: commands.save_line(session, draft.id, rows["G2"].id, alone, seen=2, by=nurse))
        point.rollback()


def test_a_unit_with_a_template_of_its_own_hides_the_one_above_until_it_goes_back(havnen: Havnen):
    session, world, nurse = havnen.world.session, havnen.world, havnen.nurse.actor
    ufa = world.groups["UFA"].id
    other = world.unit("Team Lunden", under=world.district)
    draft = commands.draft_template(session, world.team.id, ufa, by=nurse)
    commands.approve_template(session, draft.id, seen=1, by=nurse)

    def chosen(path: str) -> int:
        return holding(session, path, ufa)[-1].id

    assert (chosen(world.team.path), chosen(other.path)) == (draft.id, havnen.unskilled.id)
    commands.retire_template(session, draft.id, by=nurse)
    assert chosen(world.team.path) == havnen.unskilled.id
    assert "whole municipality" in refused(lambda: commands.retire_template(session, havnen.unskilled.id, by=nurse))


def test_a_group_without_one_of_its_own_has_that_of_the_group_it_follows(havnen: Havnen):
    session, world = havnen.world.session, havnen.world
    helper = StaffGroup(
        code="HJH",
        name="Hjemmehjælper",
        short_name="Hjemmehjælper",
        plural="Hjemmehjælpere",
        authorised=False,
        position=9,
    )
    session.add(helper)
    session.flush()
    session.add(StaffGroupFollow(staff_group_id=helper.id, follows_id=world.groups["UFA"].id))
    session.flush()
    assert holding(session, world.team.path, helper.id)[-1].id == havnen.unskilled.id


def test_leaders_approve_their_own_units_and_only_nurses_write(havnen: Havnen):
    session, world = havnen.world.session, havnen.world
    draft = commands.draft_template(session, world.team.id, None, by=havnen.nurse.actor)
    above = commands.draft_template(session, world.root.id, None, by=havnen.nurse.actor)
    for by in (havnen.leader.actor, havnen.guide.actor):
        with pytest.raises(NotAllowed):
            commands.draft_template(session, world.team.id, None, by=by)
    with pytest.raises(NotAllowed):
        commands.approve_template(session, draft.id, seen=1, by=havnen.guide.actor)
    with pytest.raises(NotFound):
        commands.approve_template(session, above.id, seen=1, by=havnen.leader.actor)
    assert (
        commands.approve_template(session, draft.id, seen=1, by=havnen.leader.actor).approved_by
        == havnen.leader.person.id
    )
    elsewhere = world.role(world.person("Tine", "SPL", unit=world.team), Role.DEVELOPMENT_NURSE, over=world.team)
    with pytest.raises(NotFound):
        commands.discard_template(session, above.id, by=elsewhere.actor)
    commands.discard_template(session, above.id, by=havnen.nurse.actor)


def test_without_an_approved_template_no_programme_begins(havnen: Havnen):
    for row in (havnen.for_all, havnen.unskilled):
        row.retired_at, row.retired_by = now(), havnen.nurse.person.id
    new = commands.NewProgramme(today())
    said = refused(
        lambda: commands.begin_onboarding(havnen.world.session, havnen.new.employment.id, new, by=havnen.leader.actor)
    )
    assert "No template is approved" in said
