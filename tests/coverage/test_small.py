"""Nothing about a shift that few share is shown to whoever sees numbers only, nor what would give it away."""

import pytest

from competence.access.rules import Role
from competence.coverage.rules import Shift
from competence.coverage.small import hidden_shifts

DAY, EVENING, NIGHT = Shift


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ((13, 10, 4), [EVENING, NIGHT]),
        ((13, 10, 5), []),
        ((13, 10, 0), []),
        ((9, 9, 2), [DAY, EVENING, NIGHT]),
        ((7, 3, 0), [DAY, EVENING, NIGHT]),
    ],
)
def test_beside_a_small_shift_the_smallest_other_is_hidden(people, hidden):
    assert hidden_shifts(dict(zip(Shift, people, strict=True))) == set(hidden)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_director_is_not_told_how_a_task_stands_where_few_share_the_shift_and_a_planner_is(team):
    for number in range(9):
        team.world.person(f"Flere {number}", "UFA", shifts="D" if number < 5 else "A")
    team.world.requirement(team.insulin, Shift.EVENING, 2)
    team.world.settle()
    planner = team.as_role(Role.PLANNER, "Lars Bisgaard").get(team.board).text
    assert "Nat: hul. 0 af 1." in planner
    assert "Aften: hul. 1 af 2." in planner
    director = team.as_role(Role.DIRECTOR, "Ulla Thorsen")
    page = director.get(team.board).text
    assert "Dag: sårbar. 2 af 2." in page
    for words in ("Nat: hul", "Aften: hul", '<td data-label="Nat">hul', '<td data-label="Aften">hul'):
        assert words not in page
    assert page.count(">skjult<") == 2
    area = director.get(f"/overview/{team.world.team.id}/area/{team.rinse.area_id}").text
    assert ">Nat<" not in area
    assert ">Nat<" not in director.get(f"/overview/{team.world.team.id}").text
