"""The verbs of a board meeting: who may, what is kept, and two who act at once."""

from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.coverage.queries.places import tree
from competence.coverage.rules import Shift
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.meetings import commands, queries
from competence.meetings.models import BoardMeeting, ImprovementAction, Screen
from competence.meetings.rules import Ended, Figure, Goal
from competence.people.models import Absence

DAY = timedelta(days=1)


def planned(havnen, **said):
    return commands.Planned(
        **({"what": "Oplær to om natten", "owner_id": havnen.leader.person.id, "figure": Figure.GAPS, "target": 0.0,
            "due_on": today() + 30 * DAY} | said)
    )  # fmt: skip


def test_a_meeting_keeps_the_figures_of_its_day(havnen):
    session, by = havnen.world.session, havnen.leader.actor
    commands.hold_meeting(session, havnen.unit_id, by=by)
    havnen.world.signed(havnen.soren, havnen.rinse, by=havnen.karen, days_ago=0)
    havnen.world.settle()
    meeting = session.scalars(select(BoardMeeting)).one()
    assert meeting.figures == {"gaps": 1, "critical_gaps": 1, "vulnerable": 0, "met": 50.0}
    node = tree(session, on=today()).by_id[havnen.unit_id]
    now = queries.values_of(session, queries.counts_of(session, tree(session, on=today()), node))
    assert (now[Figure.GAPS], now[Figure.VULNERABLE], now[Figure.MET]) == (0, 1, 100.0)
    commands.hold_meeting(session, havnen.unit_id, by=by)
    assert session.scalar(select(func.count()).select_from(BoardMeeting)) == 1


def test_a_goal_is_reached_when_the_gap_is_closed_and_says_since_when(havnen):
    session, by = havnen.world.session, havnen.leader.actor
    goals = [Goal(havnen.rinse.id, Shift.NIGHT, today(), time(14, 40)), Goal(havnen.insulin.id, Shift.DAY)]
    commands.set_goals(session, havnen.unit_id, goals, by=by)
    units = tree(session, on=today())
    found = queries.counts_of(session, units, units.by_id[havnen.unit_id])[0]
    shown = {one.task: one for one in queries.goals_of(session, found, on=today())}
    assert not shown["Skylning af blærekateter"].is_closed
    assert shown["Insulin med pen"].is_closed
    assert shown["Insulin med pen"].closed_on == today() - 90 * DAY
    assert shown["Insulin med pen"].on_shift == 5


def test_goals_lie_within_the_week_and_are_few(havnen):
    session, by = havnen.world.session, havnen.leader.actor
    with pytest.raises(RuleBroken):
        commands.set_goals(session, havnen.unit_id, [Goal(havnen.rinse.id, Shift.NIGHT, today() + 7 * DAY)], by=by)
    many = [Goal(task, shift) for task in (havnen.rinse.id, havnen.insulin.id) for shift in Shift]
    third = havnen.world.task("Sondemad")
    with pytest.raises(RuleBroken):
        commands.set_goals(session, havnen.unit_id, [*many, Goal(third.id, Shift.DAY)], by=by)


def test_an_action_is_held_against_the_figure_it_began_with(havnen):
    session, by = havnen.world.session, havnen.leader.actor
    action = commands.begin_action(session, havnen.unit_id, planned(havnen), by=by)
    assert (action.baseline, action.target) == (1, 0)
    commands.follow_up_action(session, action.id, "Én er i gang", next_on=today() + 7 * DAY, ended=None, seen=1, by=by)
    with pytest.raises(Overtaken):
        commands.change_action(session, action.id, planned(havnen, what="Noget andet"), seen=1, by=by)
    commands.follow_up_action(session, action.id, "", next_on=None, ended=Ended.DONE, seen=2, by=by)
    kept = session.scalars(select(ImprovementAction)).one()
    assert (kept.what, kept.closed_how, kept.follow_up_on) == ("Oplær to om natten", "done", None)
    with pytest.raises(Overtaken):
        commands.follow_up_action(session, action.id, "", next_on=None, ended=None, seen=3, by=by)


@pytest.mark.parametrize(
    "said",
    [
        {"what": " "},
        {"what": "Borger 010190-1234"},
        {"target": -1.0},
        {"figure": Figure.MET, "target": 101.0},
        {"due_on": today() - DAY},
        {"follow_up_on": today() - DAY},
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_action_that_cannot_be_is_refused(havnen, said):
    with pytest.raises(RuleBroken):
        commands.begin_action(havnen.world.session, havnen.unit_id, planned(havnen, **said), by=havnen.leader.actor)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_who_works_in_the_unit_can_see_to_an_action(havnen):
    elsewhere = havnen.world.person("Ulla Udenfor", unit=havnen.world.unit("Team Skoven", under=havnen.world.root))
    with pytest.raises(RuleBroken):
        commands.begin_action(
            havnen.world.session, havnen.unit_id, planned(havnen, owner_id=elsewhere.person.id), by=havnen.leader.actor
        )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_who_keeps_the_board_writes_on_it(havnen):
    session = havnen.world.session
    guide = havnen.world.role(havnen.world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    other = havnen.world.unit("Team Skoven", under=havnen.world.root)
    for verb in (
        lambda by: commands.hold_meeting(session, havnen.unit_id, by=by),
        lambda by: commands.make_screen(session, havnen.unit_id, "Teamrum", by=by),
        lambda by: commands.choose_figures(session, havnen.unit_id, ["gaps", "met"], by=by),
        lambda by: commands.begin_action(session, havnen.unit_id, planned(havnen), by=by),
    ):
        with pytest.raises(NotAllowed):
            verb(guide.actor)
    with pytest.raises(NotAllowed):
        commands.hold_meeting(session, other.id, by=havnen.leader.actor)


def test_a_link_is_bound_to_one_screen_and_closed_for_good(havnen):
    session, by = havnen.world.session, havnen.leader.actor
    screen, link = commands.make_screen(session, havnen.unit_id, "Teamrum", by=by)
    assert session.scalars(select(Screen.link_hash)).all() == [queries.hash_of(link)] != [link]
    _screen, secret = commands.bind_screen(session, link)
    assert queries.living_screen(session, link).screen_hash == queries.hash_of(secret)
    with pytest.raises(NotFound):
        commands.bind_screen(session, link)
    commands.revoke_screen(session, screen.id, by=by)
    assert queries.living_screen(session, link) is None
    with pytest.raises(NotFound):
        commands.bind_screen(session, link)
    said = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "wall_screen")).all()
    assert sorted(said) == ["bind_screen", "make_screen", "revoke_screen"]


def test_she_stands_on_the_wall_when_she_is_at_work_until_she_takes_her_yes_back(havnen):
    session, by = havnen.world.session, havnen.karen.actor
    area = havnen.rinse.area_id
    units = tree(session, on=today())
    node = units.by_id[havnen.unit_id]
    commands.say_yes(session, [area], by=by)
    assert [one.name for one in queries.offers_today(session, units, node)] == ["Karen Winther"]
    session.add(
        Absence(employment_id=havnen.karen.employment.id, valid_from=today(), valid_to=today() + DAY, recorded_at=now())
    )
    havnen.world.settle()
    assert queries.offers_today(session, units, node) == []
    commands.say_yes(session, [], by=by)
    assert queries.areas_said(session, by.person_id) == set()
