"""The figures are what the boards say, kept once a month, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.coverage.queries.board import board
from competence.coverage.queries.places import tree
from competence.coverage.rules import Shift, Status
from competence.coverage.views.drawing import draw, pen_for
from competence.decision.rules import State
from competence.entitlements.models import EntitlementVector
from competence.figures.commands import set_targets, take_snapshot
from competence.figures.models import FigureTarget, UnitSnapshot
from competence.figures.queries.backwards import looks_on
from competence.figures.queries.kept import kept_of, look_kept, targets
from competence.figures.queries.live import look_now
from competence.figures.rules import Figure, first_of
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, Overtaken
from competence.foundation.orm import begin_writing, open_session


def look(world):
    units = tree(world.session, on=today())
    return units, look_now(world.session, units, units.children[None], since=today() - timedelta(days=90))


def test_the_overview_is_the_sum_of_the_boards(town, app):
    world = town.world
    units, found = look(world)
    gaps = thin = expiring = waiting = 0
    with app.test_request_context():
        for team in town.teams:
            shown = board(world.session, units, units.by_id[team.id], on=today())
            stands = [one.status for counts in shown.counts.values() for one in counts]
            gaps, thin = gaps + stands.count(Status.GAP), thin + stands.count(Status.VULNERABLE)
            drawn = draw(shown, range(len(shown.people)), tuple(Shift), pen_for(world.session, shown))
            expiring, waiting = expiring + drawn.expiring, waiting + drawn.waiting
            assert found.sums[team.id].gaps == stands.count(Status.GAP)
            assert found.sums[team.id].people == len(shown.people)
    sums = found.sums[world.root.id]
    assert (sums.gaps, sums.vulnerable, sums.expiring, sums.waiting) == (gaps, thin, expiring, waiting)
    assert (sums.needs, sums.expiring, sums.waiting) == (18, 6, 3)
    assert sum(field.gaps for field in found.rows([units.by_id[world.root.id]]).values()) == gaps
    assert sums.gaps > 0 < sums.vulnerable


def test_a_gap_has_a_plan_when_somebody_of_the_shift_is_learning(town):
    world = town.world
    _units, before = look(world)
    assert before.sums[town.havnen.id].planned == 1  # the request of the helper who works at night
    learner = town.helpers[town.engen.id][2]
    world.observed(learner, town.insulin, by=town.karen, days_ago=5)
    _units, after = look(world)
    assert after.sums[town.engen.id].planned == before.sums[town.engen.id].planned + 1
    assert after.sums[town.engen.id].gaps == before.sums[town.engen.id].gaps


def test_what_lapses_is_planned_once_it_is_asked_for(town):
    _units, before = look(town.world)
    assert before.sums[town.world.root.id].renewing == 0
    town.asked(town.helpers[town.havnen.id][0], town.insulin, days_ago=1)
    _units, after = look(town.world)
    assert after.sums[town.havnen.id].renewing == 1
    assert after.unplanned[town.insulin.id] == before.unplanned[town.insulin.id] - 1


def test_days_are_counted_from_the_request_to_the_signature(town):
    helpers = [one for some in town.helpers.values() for one in some]
    for place, days in enumerate((3, 9, 4, 20, 5)):
        town.asked(helpers[place], town.wounds, days_ago=days + 2, signed=2)
    _units, found = look(town.world)
    assert sorted(found.sums[town.world.root.id].waits) == [3, 4, 5, 9, 20]
    assert found.sums[town.world.root.id].value(Figure.WAIT) == 5


def test_vectors_past_their_date_change_nothing(town):
    _units, before = look(town.world)
    town.world.session.query(EntitlementVector).update({"next_change": today()})
    _units, after = look(town.world)
    assert [after.sums[one.id] for one in town.teams] == [before.sums[one.id] for one in town.teams]


def test_a_past_day_worked_out_from_the_evidence_is_what_was_counted_then(town):
    world = town.world
    world.version.approved_at = now() - timedelta(days=300)
    for someone in (one for some in town.helpers.values() for one in some):
        someone.employment.recorded_at = now() - timedelta(days=400)
    world.session.flush()
    units, live = look(world)
    worked_out = next(iter(looks_on(world.session, [today()])))
    for node in units.nodes:
        then, here = worked_out.sums[node.id], live.sums[node.id]
        assert (then.needs, then.gaps, then.vulnerable, then.people) == (
            here.needs,
            here.gaps,
            here.vulnerable,
            here.people,
        )
        assert (then.expiring, then.planned) == (here.expiring, here.planned)


# Kept


def rows(session):
    return session.scalar(select(func.count()).select_from(UnitSnapshot))


def test_a_snapshot_of_the_month_is_replaced_and_says_what_was_seen(town):
    world = town.world
    take_snapshot(world.session)
    first = rows(world.session)
    take_snapshot(world.session)
    assert rows(world.session) == first == 6
    units, live = look(world)
    kept = look_kept(world.session, [units.by_id[world.root.id]], first_of(today()))
    assert kept is not None
    assert (kept.numbers.sum(), kept.places, kept.on) == (live.numbers.sum(), live.places, today())
    for node in units.nodes:
        assert kept.sums[node.id].gaps == live.sums[node.id].gaps
        assert kept.fields(node) == live.fields(node)


def test_each_month_keeps_its_own(town):
    world = town.world
    with set_to(now() - timedelta(days=40)):
        take_snapshot(world.session)
        earlier = first_of(today())
    take_snapshot(world.session)
    assert list(kept_of(world.session, [world.root.id], earlier)) == [earlier, first_of(today())]


def test_two_at_once_keep_one(town, engine):
    town.world.session.commit()
    municipality = town.world.municipality.id

    def run(_number):
        with open_session(engine, municipality) as session:
            begin_writing(session)
            take_snapshot(session)
            session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    town.world.session.rollback()
    assert rows(town.world.session) == 6


def test_targets_are_set_by_the_director_of_all_and_overwritten_by_nobody(town):
    world = town.world
    director, leader = town.looker().actor, town.looker(Role.LEADER, "Dorthe Nygaard").actor
    set_targets(world.session, {Figure.MET: 96, Figure.WAIT: 7}, seen={}, by=director)
    assert targets(world.session) == {Figure.MET: 96, Figure.WAIT: 7}
    with pytest.raises(Overtaken):
        set_targets(world.session, {Figure.MET: 50}, seen={}, by=director)
    set_targets(world.session, {Figure.MET: None}, seen={Figure.MET: 96, Figure.WAIT: 7}, by=director)
    assert [(one.figure, one.value) for one in world.session.scalars(select(FigureTarget))] == [("wait", 7)]
    with pytest.raises(NotAllowed):
        set_targets(world.session, {}, seen={Figure.WAIT: 7}, by=leader)


def test_who_waits_is_not_who_holds(town):
    units, _found = look(town.world)
    shown = board(town.world.session, units, units.by_id[town.havnen.id], on=today())
    states = [answer.state for column in shown.columns for answer in column]
    assert states.count(State.WAITING) == 1
