"""A scenario of a unit with others below it: it finds what their own scenarios find, and tells each reader what she may see."""

import random
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from competence.access.rules import Reach, Role
from competence.catalogue.models import Task
from competence.coverage.queries.places import tree
from competence.coverage.rules import Shift
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.forecast.models import Scenario
from competence.forecast.queries import below
from competence.forecast.queries.below import whole
from competence.forecast.queries.ground import team_of
from competence.forecast.queries.whatif import compare
from competence.forecast.scenarios import Away, Drafted, Hired, Trained, code, read_steps
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.people.models import Employment
from tests.coverage.test_stored import ENTITLING
from tests.forecast.worlds import coming, in_days
from tests.statements import counted


def drafted(world, number, rules):
    """A draft; (task, group) -> (rule, columns)."""
    draft = MatrixVersion(number=number, recorded_at=now())
    world.session.add(draft)
    world.session.flush()
    for (task, group), (rule, said) in rules.items():
        world.session.add(
            Cell(version_id=draft.id, task_id=task.id, staff_group_id=world.groups[group].id, rule=rule, **said)
        )
    world.session.flush()
    return draft


def second_team(world, seed):
    """A team beside the world's, with people, one of whom works in both."""
    draw = random.Random(seed)
    other = world.unit("Team Lunden", under=world.district)
    tasks = list(world.session.scalars(select(Task).order_by(Task.id)))
    guide = world.person("Gunvor Guide", "SPL", unit=other, shifts="DA")
    people = []
    for number in range(5):
        someone = world.person(
            f"Lund {number}", draw.choice(["SPL", "SSA", "SSH"]), unit=other, shifts=draw.choice(["D", "DA"])
        )
        people.append(someone)
        for task in draw.sample(tasks, min(3, len(tasks))):
            world.signed(someone, task, draw.randint(1, 3), by=guide, valid_days=draw.choice([120, None]))
    for task in tasks:
        world.requirement(task, draw.choice(list(Shift)), draw.randint(1, 2), unit=other)
    both = people[0]
    world.session.add(
        Employment(
            person_id=both.person.id, unit_id=world.team.id, staff_group_id=world.groups["SSA"].id, shifts="DA",
            valid_from=in_days(-30), valid_to=None, recorded_at=now(),
        )
    )  # fmt: skip
    world.session.flush()
    world.settle()
    return other, people


def units_of(world):
    units = tree(world.session, on=today())
    return units, lambda unit: units.get(unit.id, Reach(("/",)))


def told(found):
    """The differences by what they are about."""
    tasks = found.team.ground.tasks
    return {(tasks[one.task], replace(one, task=0)) for one in found.found}


@pytest.mark.parametrize("seed", range(4))
def test_a_districts_scenario_finds_what_its_teams_scenarios_find(world, seed):
    coming(world, seed)
    other, theirs = second_team(world, seed)
    draw = random.Random(seed)
    tasks = list(world.session.scalars(select(Task).order_by(Task.id)))
    drafted(
        world, 3, {
            (task, group): ((rule := draw.choice([*CellRule, *ENTITLING])), {"education_level": 2} if rule is CellRule.CORE else {})
            for task in tasks for group in ("SPL", "SSA", "SSH", "UFA")
        },
    )  # fmt: skip
    units, node = units_of(world)
    district, team, lunden = node(world.district), node(world.team), node(other)
    ours = draw.sample(team_of(world.session, team).people, 3)
    both = theirs[0]
    again = next(one for one in team_of(world.session, team).people if one.person_id == both.person.id)
    day = in_days(draw.randint(301, 330))
    everywhere = (Drafted(3, day),)
    in_team = [Away(one.employment_id, in_days(9), in_days(200)) for one in ours]
    in_lunden = [
        Away(theirs[1].employment.id, in_days(20), None),
        Trained(both.employment.id, tasks[0].id, 3, in_days(5)),
    ]
    hired = Hired(world.groups["SSA"].id, "DAN", in_days(40), 2, (tasks[1].id,))
    found = whole(world.session, units, district, (*in_team, *in_lunden, replace(hired, unit_id=other.id), *everywhere))
    apart = {
        world.team.id: (*in_team, Trained(again.employment_id, tasks[0].id, 3, in_days(5)), *everywhere),
        other.id: (*in_lunden, hired, *everywhere),
    }
    by_unit = {part.team.unit.id: part for part in found.parts}
    assert set(by_unit) == set(apart)
    for one in (team, lunden):
        alone = compare(world.session, team_of(world.session, one), apart[one.id])
        assert told(by_unit[one.id]) == told(alone)
    assert any(told(part) for part in found.parts)


def test_only_the_units_that_a_step_touches_are_read(team):
    world = team.world
    other, people = second_team(world, 1)
    units, node = units_of(world)
    found = whole(world.session, units, node(world.district), (Away(people[1].employment.id, in_days(3), None),))
    assert [part.team.unit.id for part in found.parts] == [other.id]
    for number in range(6):
        more = world.unit(f"Team {number}", under=world.district)
        world.person(f"Flere {number}", unit=more)
    world.settle()
    world.session.commit()
    units, node = units_of(world)
    steps = tuple(Away(one.employment.id, in_days(3), None) for one in (people[1], team.karen))
    for some in (steps, steps[:1]):
        whole(world.session, units, node(world.district), some)
    with counted() as two:
        whole(world.session, units, node(world.district), steps)
    with counted() as one:
        whole(world.session, units, node(world.district), steps[:1])
    assert len(two) == len(one)


def test_nobody_and_nowhere_outside_the_district_can_be_named(team):
    world = team.world
    elsewhere = world.unit("Distrikt Øst", "distrikt", under=world.root)
    there = world.unit("Team Øst", under=elsewhere)
    outside = world.person("Olga Udenfor", unit=there)
    world.settle()
    units, node = units_of(world)
    group = world.groups["SSH"].id
    client = team.as_role(Role.DEVELOPMENT_NURSE, over=world.district)
    for step in (
        Away(outside.employment.id, today(), None), Trained(outside.employment.id, team.rinse.id, 2, today()),
        Hired(group, "D", today(), 1, (), there.id), Away(99_999, today(), None), Drafted(99, in_days(2)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            whole(world.session, units, node(world.district), (step,))
        if not isinstance(step, Drafted):
            assert client.get(f"/what-if/{world.district.id}?step={code(step)}").status_code == 404
            assert (
                client.post(f"/what-if/{world.district.id}", data={"name": "Ude", "step": code(step)}).status_code
                == 404
            )
    assert client.get(f"/what-if/{world.district.id}?team={there.id}").status_code == 404


def test_the_unit_of_the_hired_stands_in_the_address():
    step = Hired(2, "DN", in_days(3), 2, (5, 6), 9)
    assert read_steps([code(step)]) == (step,)
    assert read_steps([code(step) + "~4", code(step).removesuffix("9") + "x"]) == ()


def test_a_district_reads_by_team_what_falls_below_when_and_where_and_keeps_it(team):
    world = team.world
    other, _people = second_team(world, 2)
    mona = team.as_role(Role.DEVELOPMENT_NURSE, "Mona Madsen", over=world.district)
    address = f"/what-if/{world.district.id}"
    page = mona.get(address).text
    assert "Vælg en enhed, eller skriv mindst to bogstaver af et navn" in page
    assert "Karen Winther" not in page
    for picked in (f"team={world.team.id}", "called=wInther"):
        assert "Karen Winther" in mona.get(f"{address}?{picked}").text
    assert "Karen Winther" not in mona.get(f"{address}?team={other.id}").text
    said = {"add": "away", "called": "winther", "away-who": team.karen.employment.id, "away-begins": in_days(5)}
    answer = mona.get(address, query_string=said)
    step = Away(team.karen.employment.id, in_days(5), None)
    assert answer.location == f"{address}?step={code(step)}&called=winther"
    page = mona.get(answer.location).text
    assert "Karen Winther (Team Havnen) er væk fra" in page
    assert "1 hul åbner sig: Team Havnen: Insulin med pen, dag, fra" in page
    by_unit = page.partition("Det sker der, enhed for enhed")[2]
    assert f'/what-if/{world.team.id}?step={code(step)}">Team Havnen</a>' in by_unit
    assert "Team Lunden" not in by_unit.partition("Gem scenariet")[0].partition("</table>")[0]
    assert "bliver et hul" in by_unit
    kept = mona.post(address, data={"name": "Hele distriktet", "step": code(step)}).location
    assert "Karen Winther (Team Havnen) er væk fra" in mona.get(kept).text
    dorthe = team.as_role(Role.LEADER)
    assert dorthe.get(kept).status_code == 404
    second = team.as_role(Role.LEADER, "Lena Leder", over=world.district)
    assert second.get(kept).status_code == 404
    number = world.session.scalars(select(Scenario.id)).one()
    mona.post(f"{address}/share/{number}", data={"shared": "leaders", "seen": 1})
    assert "Karen Winther (Team Havnen) er væk fra" in second.get(kept).text


def test_whoever_sees_numbers_only_names_nobody_and_reads_counts_of_no_small_shift(team):
    world = team.world
    group = world.groups["SPL"].id
    other = world.unit("Team Lunden", under=world.district)
    for number in range(12):
        world.person(f"Flere {number}", "UFA", shifts="D" if number < 7 else "A")
    world.person("Alene Lund", "UFA", unit=other, shifts="N")
    for unit in (world.team, other):
        world.requirement(team.insulin, Shift.EVENING, 2, unit=unit)
    world.requirement(team.rinse, Shift.NIGHT, 1, unit=other)
    world.settle()
    world.session.commit()
    address = f"/what-if/{world.district.id}"
    nurse = team.as_role(Role.DEVELOPMENT_NURSE, "Mona Madsen", over=world.district)
    ulla = team.as_role(Role.DIRECTOR, "Ulla Thorsen", over=world.district)
    steps = [("step", code(Hired(group, "DAN", in_days(3), 2, (), one.id))) for one in (world.team, other)]
    for client, unit, closes in ((nurse, "Team Havnen", 3), (nurse, "Team Lunden", 2), (ulla, "Team Havnen", 1)):
        row = (
            client.get(f"{address}?{urlencode(steps)}")
            .text.partition("enhed for enhed")[2]
            .partition(f">{unit}</a>")[2]
        )
        assert f'Huller, der lukkes">{closes}<' in row.partition("</tr>")[0]
    page = ulla.get(f"{address}?{urlencode(steps)}").text
    assert "skjult" in page.partition("Team Lunden</a>")[2].partition("</tr>")[0]
    assert "1 hul lukker." in page
    assert not [
        one
        for one in ("Karen", "Alene", "Gem scenariet", "Nogen er væk", "Skylning")
        if one in page.partition("<main")[2].partition("Nogen bliver ansat")[0]
    ]
    for step in (
        Away(team.karen.employment.id, in_days(1), None),
        Trained(team.maja.employment.id, team.rinse.id, 2, in_days(1)),
    ):
        for unit in (world.district, world.team):
            assert ulla.get(f"/what-if/{unit.id}?step={code(step)}").status_code == 404
    assert (
        ulla.get(f"/what-if/{world.team.id}?{steps[0][0]}={code(Hired(group, 'A', in_days(3), 1))}").status_code == 200
    )
    assert ulla.post(address, data={"name": "Mit", "step": steps[0][1]}).status_code == 403


def test_a_draft_is_tried_out_further_down_where_too_many_work(team, monkeypatch):
    world = team.world
    world.unit("Team Lunden", under=world.district)
    drafted(world, 3, {(team.insulin, "SPL"): (CellRule.NOT_ALLOWED, {})})
    world.session.commit()
    mona = team.as_role(Role.DEVELOPMENT_NURSE, "Mona Madsen", over=world.district)
    address = f"/what-if/{world.district.id}?step={code(Drafted(3, today() + timedelta(days=9)))}"
    page = mona.get(address).text
    assert "Kladde 3 til opgavedelingen gælder fra" in page
    assert "bliver et hul" in page
    monkeypatch.setattr(below, "MOST_PEOPLE", 3)
    page = mona.get(address).text
    assert "Der er for mange medarbejdere i" in page
    assert "så vælg en af enhederne under den" in page
    assert f'<li><a href="/what-if/{world.team.id}">Team Havnen</a></li>' in page
    assert "bliver et hul" not in page
