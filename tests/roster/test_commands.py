"""Taking a roster in, on both databases: what it replaces, what it refuses, and that twice is once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.people.retention import erase
from competence.roster.commands import RosterImported, import_roster, of_rows, plan_roster
from competence.roster.models import Duty, RosterImport


def kept(havnen):
    session = havnen.world.session
    session.rollback()
    return sorted(session.execute(select(Duty.employment_id, Duty.unit_id, Duty.starts_at)).all())


def test_a_roster_taken_in_twice_is_there_once(havnen):
    duties = [havnen.duty(havnen.karen), havnen.duty(havnen.soren, "N")]
    assert havnen.take(*duties) == RosterImported(2, 0, 0, 0)
    before = kept(havnen)
    assert havnen.take(*reversed(duties)) == RosterImported(0, 0, 0, 2)
    assert kept(havnen) == before
    session = havnen.world.session
    assert session.scalar(select(func.count(RosterImport.id))) == 1, "one that changes nothing leaves no trace"
    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "import_roster")) == 1


def test_it_replaces_the_duties_of_those_it_names_and_of_nobody_else(havnen):
    havnen.take(havnen.duty(havnen.karen), havnen.duty(havnen.camilla, "A"), havnen.duty(havnen.soren, "N"))
    moved = havnen.duty(havnen.karen, day=havnen.day + timedelta(days=1))
    assert havnen.take(moved, free=(havnen.camilla,)) == RosterImported(1, 0, 2, 0)
    assert {row.employment_id for row in kept(havnen)} == {havnen.karen.employment.id, havnen.soren.employment.id}


def test_a_duty_that_moves_to_another_unit_is_changed_and_not_there_twice(havnen):
    other = havnen.world.unit("Team Lunden", under=havnen.world.district)
    havnen.take(havnen.duty(havnen.karen))
    assert havnen.take(havnen.duty(havnen.karen, unit=other)) == RosterImported(0, 1, 0, 0)
    assert [row.unit_id for row in kept(havnen)] == [other.id]


def test_two_rosters_stand_beside_each_other_and_the_planner_is_told(havnen):
    havnen.take(havnen.duty(havnen.karen))
    second = of_rows([havnen.duty(havnen.karen, roster="Flyverkorpset")], (), ())
    plan = plan_roster(havnen.world.session, second, by=havnen.planner.actor)
    assert [(at, other.duty.roster, sees) for at, other, sees in plan.crossing] == [(0, "", True)]
    import_roster(havnen.world.session, second, by=havnen.planner.actor)
    havnen.world.session.commit()
    assert len(kept(havnen)) == 2


def test_nobody_reaches_further_than_her_role(havnen):
    elsewhere = havnen.world.unit(
        "Team Skoven", under=havnen.world.unit("Distrikt Syd", "distrikt", under=havnen.world.root)
    )
    far = havnen.world.person("Bo Dahl", "SPL", unit=elsewhere)
    havnen.world.session.commit()
    with pytest.raises(NotFound):
        havnen.take(havnen.duty(far, unit=elsewhere), by=havnen.planner.actor)
    havnen.world.session.rollback()
    havnen.take(havnen.duty(far, unit=elsewhere))
    havnen.take(havnen.duty(far), by=havnen.planner.actor)
    assert len(kept(havnen)) == 2, "her duty out of reach is left alone"
    with pytest.raises(NotAllowed):
        havnen.take(havnen.duty(havnen.karen), by=havnen.with_role(Role.GUIDE, "Hanne Lykke").actor)


def test_what_cannot_be_is_refused_whole(havnen):
    two = [havnen.duty(havnen.karen), havnen.duty(havnen.karen, key="2")]
    past = havnen.duty(havnen.soren, day=today() - timedelta(days=300))
    gone = havnen.world.person("Ole Holm", until=today())
    havnen.world.session.commit()
    for wrong in (two, [past], [havnen.duty(gone)]):
        with pytest.raises(RuleBroken):
            havnen.take(*wrong)
        havnen.world.session.rollback()
    assert kept(havnen) == []


def test_duties_are_erased_six_months_after_they_ended(havnen):
    havnen.take(havnen.duty(havnen.karen))
    session = havnen.world.session
    with set_to(now() + timedelta(days=180)):
        erase(session)
        assert session.scalar(select(func.count(Duty.id))) == 1
    with set_to(now() + timedelta(days=190)):
        erase(session)
        erase(session)
        assert session.scalar(select(func.count(Duty.id))) == 0
        assert session.scalar(select(func.count(RosterImport.id))) == 0
    session.rollback()
