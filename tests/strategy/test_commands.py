"""The verbs of the strategic plan: who may, what is kept, and what a decision closes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from competence.coverage.queries.places import tree
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.strategy.commands import needs, parts, planning
from competence.strategy.commands.parts import Indicated, Prioritised
from competence.strategy.commands.planning import Written
from competence.strategy.models import Measure, NeedChoice, PlanIndicator, StrategicPlan, WheelStep
from competence.strategy.queries.needs import needs_map
from competence.strategy.queries.plans import owners_in, parts_of, plan_for, plans_for, sees_owners
from competence.strategy.rules.indicators import Indicator
from competence.strategy.rules.planning import About, Meet, PlanKind, Progress, Why


def complete(town, plan):
    parts.put_priority(
        town.session, plan.id, Prioritised(About.AREA, "Medicin", why=Why.GAPS, area_id=town.world.area.id),
        by=town.director.actor,
    )  # fmt: skip
    return town.measure(plan)


def test_a_plan_is_begun_written_held_against_a_month_and_decided(town):
    plan, by = town.draft(), town.director.actor
    complete(town, plan)
    planning.set_baseline(town.session, plan.id, today(), by=by)
    assert plan.baseline["whole"] == [1, 1, 0, 0]
    decided = planning.decide_plan(town.session, plan.id, today(), "Ældreudvalget", seen=plan.revision, by=by)
    assert decided.decided_on == today()
    row = parts_of(town.session, plan.id)
    assert (row.priorities[0].why, row.priorities[0].value) == ("gaps", 1.0)
    assert len(row.indicators) == 4
    assert len(row.wheel) == 8
    with pytest.raises(RuleBroken):
        town.measure(plan)
    planning.write_plan(town.session, plan.id, Written(plan.title, evaluation="Det gik"), seen=plan.revision, by=by)
    with pytest.raises(RuleBroken):
        planning.write_plan(town.session, plan.id, Written("Andet"), seen=plan.revision, by=by)


def test_a_later_decision_replaces_the_earlier_one(town):
    by = town.director.actor
    first = town.draft()
    complete(town, first)
    planning.decide_plan(town.session, first.id, today(), "Udvalget", seen=first.revision, by=by)
    second = town.draft(copy_of=first.id)
    assert [one.title for one in parts_of(town.session, second.id).measures] == ["Følgevagter"]
    planning.decide_plan(town.session, second.id, today(), "Udvalget", seen=second.revision, by=by)
    town.session.refresh(first)
    assert first.replaced_on == today()
    with pytest.raises(RuleBroken):
        parts.follow_up_plan(town.session, first.id, "Går det?", by=by)


def test_a_plan_that_lacks_a_part_cannot_be_decided_and_a_slow_page_is_told(town):
    plan, by = town.draft(), town.director.actor
    with pytest.raises(RuleBroken):
        planning.decide_plan(town.session, plan.id, today(), "Udvalget", seen=plan.revision, by=by)
    town.session.rollback()


def test_two_who_write_at_once_do_not_overwrite_each_other(town):
    plan, by = town.draft(), town.director.actor
    planning.write_plan(town.session, plan.id, Written("Første"), seen=1, by=by)
    with pytest.raises(Overtaken):
        planning.write_plan(town.session, plan.id, Written("Anden"), seen=1, by=by)


def test_a_measure_lies_within_the_years_and_is_owned_by_somebody_with_a_role(town):
    plan = town.draft()
    with pytest.raises(RuleBroken):
        town.measure(plan, last_month=today().replace(year=today().year + 1, day=1))
    with pytest.raises(RuleBroken):
        town.measure(plan, owner_id=town.staff[0].person.id)
    with pytest.raises(RuleBroken):
        town.measure(plan, title="Borger 010190-1234")
    two = town.draft(kind=PlanKind.TWO_YEARS)
    assert town.measure(two, last_month=today().replace(year=today().year + 1, month=3, day=1))


def test_a_follow_up_moves_a_measure_and_keeps_the_figure_of_the_day(town):
    plan, by = town.draft(), town.director.actor
    measure = complete(town, plan)
    said = parts.follow_up_plan(town.session, plan.id, "Færdige", by=by, measure_id=measure.id, progress=Progress.DONE)
    assert said.value == 0.0
    assert town.session.get(Measure, measure.id).done_on == today()


def test_an_indicator_stands_once_and_its_value_is_of_a_day_that_has_been(town):
    plan, by = town.draft(), town.director.actor
    with pytest.raises(RuleBroken):
        parts.put_indicator(town.session, plan.id, Indicated(Indicator.TURNOVER, 9, at_least=False), by=by)
    own = parts.put_indicator(
        town.session, plan.id, Indicated(Indicator.OWN, 10, at_least=False, title="Genopslag"), by=by
    )
    parts.type_value(town.session, plan.id, own.id, today(), 12.0, by=by)
    parts.type_value(town.session, plan.id, own.id, today(), 11.0, by=by)
    assert [value.value for value in parts_of(town.session, plan.id).values[own.id]] == [11.0]
    with pytest.raises(RuleBroken):
        parts.type_value(town.session, plan.id, own.id, today() + timedelta(days=1), 12.0, by=by)


def test_a_draft_can_be_removed_with_all_its_parts(town):
    plan = town.draft()
    complete(town, plan)
    planning.remove_plan(town.session, plan.id, by=town.director.actor)
    for table in (StrategicPlan, PlanIndicator, WheelStep, Measure):
        assert town.session.scalar(select(func.count()).select_from(table)) == 0


def test_who_reads_and_who_writes(town):
    plan = town.draft()
    units = tree(town.session, on=today())
    for reader in (town.director, town.hr, town.committee, town.leader):
        assert plan_for(town.session, units, plan.id, reader.actor)[0].id == plan.id
    with pytest.raises(NotFound):
        plan_for(town.session, units, plan.id, town.staff[0].actor)
    for reader in (town.committee, town.leader):
        with pytest.raises(NotAllowed):
            planning.write_plan(town.session, plan.id, Written("Nej"), seen=1, by=reader.actor)
    node = units.by_id[plan.unit_id]
    assert sees_owners(town.director.actor, node)
    assert sees_owners(town.leader.actor, node)
    assert not sees_owners(town.committee.actor, node)
    assert town.leader.person.id in owners_in(town.session, node)


def test_the_plan_of_another_district_is_out_of_a_leaders_reach(town):
    other = town.world.unit("Distrikt Syd", "distrikt", under=town.world.root)
    plan = town.draft(unit_id=other.id)
    units = tree(town.session, on=today())
    assert plans_for(town.session, units, town.leader.actor) == []
    with pytest.raises(NotFound):
        plan_for(town.session, units, plan.id, town.leader.actor)


def test_the_needs_map_says_what_is_needed_who_lacks_it_and_how_it_is_met(town):
    units = tree(town.session, on=today())
    node = units.by_id[town.world.team.id]
    (row,) = needs_map(town.session, units, node, hides=False).rows
    assert (row.needs, row.met, row.gaps, row.ahead) == (1, 0, 1, 1)
    assert [(one.group, one.people) for one in row.lacks] == [("Social- og sundhedshjælper", 6)]
    by = town.director.actor
    needs.choose_how(town.session, node.id, row.area_id, [Meet.PEER], "To ad gangen", seen=0, by=by)
    with pytest.raises(Overtaken):
        needs.choose_how(town.session, node.id, row.area_id, [], "", seen=0, by=by)
    assert town.session.scalars(select(NeedChoice)).one().meets == ["peer"]
    with pytest.raises(NotAllowed):
        needs.choose_how(town.session, node.id, row.area_id, [], "", seen=1, by=town.committee.actor)


def test_a_staff_group_of_fewer_than_five_is_not_told_to_whoever_sees_numbers_only(town):
    for one in town.staff[:2]:
        one.employment.valid_to = today()
    town.world.settle()
    units = tree(town.session, on=today())
    (row,) = needs_map(town.session, units, units.by_id[town.world.team.id], hides=True).rows
    assert row.lacks == []
    assert row.hides
