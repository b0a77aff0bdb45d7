"""Competence profiles from a municipality's own list."""

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.foundation.clock import now
from competence.foundation.errors import RuleBroken
from competence.imports.kinds import Kind
from competence.imports.profiles import ProfileRow
from competence.imports.taking import Reading, read_file, take_in
from competence.profiles import commands
from competence.profiles.models import CompetenceProfile
from competence.profiles.queries import content_of
from tests.factories import Someone, World

HEADINGS = "faggruppe;område;niveau;udsagn/opgave;øveniveau"


@pytest.fixture
def nurse(world: World) -> Someone:
    """Marianne develops the whole municipality, which has two tasks."""
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    world.task("Insulin med pen")
    world.task("Øjendråber")
    world.settle()
    return nurse


def read(world: World, nurse: Someone, *rows: str, headings: str = HEADINGS) -> Reading:
    """The file with these rows, as it reads."""
    content = "\n".join((headings, *rows)).encode()
    return read_file(world.session, Kind.PROFILES, content, "profiler.csv", by=nurse.actor)


def test_a_list_becomes_a_draft_for_each_group_and_changes_nothing_the_second_time(world: World, nurse: Someone):
    rows = (
        "Social- og sundhedshjælper;Medicin;basis;Giver medicin, som er doseret.;",
        "SSH;Medicin;basis;Insulin med pen;øvet",
        "SSH;Pleje;avanceret;Deler sin viden.;",
        "SSA;Medicin;2;Øjendråber;2",
    )
    reading = read(world, nurse, *rows)
    assert reading.parsed.problems == ()
    assert take_in(world.session, reading, by=nurse.actor).new == 4
    helper, assistant = world.session.scalars(
        select(CompetenceProfile).order_by(CompetenceProfile.staff_group_id.desc())
    ).all()
    said = content_of(world.session, helper.id)
    assert said.areas == ("Medicin", "Pleje")
    assert [(one.level, one.practice_level) for one in said.tasks] == [(1, 2)]
    assert [one.text for one in said.statements] == ["Giver medicin, som er doseret.", "Deler sin viden."]
    assert content_of(world.session, assistant.id).tasks[0].level == 2
    again = take_in(world.session, read(world, nurse, *rows), by=nurse.actor)
    assert (again.new, again.unchanged) == (0, 4)


def test_the_draft_that_ships_gives_way_but_not_one_somebody_has_worked_in(world: World, nurse: Someone):
    ships = CompetenceProfile(
        staff_group_id=world.groups["SSH"].id, number=1, reference_version="1", purpose="Formål.", recorded_at=now()
    )
    world.session.add(ships)
    world.session.flush()
    take_in(world.session, read(world, nurse, "SSH;Medicin;basis;Giver medicin.;"), by=nurse.actor)
    assert (ships.reference_version, ships.purpose) == (None, "Formål.")
    with pytest.raises(RuleBroken, match="somebody has worked in"):
        take_in(world.session, read(world, nurse, "SSH;Medicin;basis;Noget andet.;"), by=nurse.actor)
    commands.discard_draft(world.session, world.groups["SSH"].id, 1, by=nurse.actor)
    assert take_in(world.session, read(world, nurse, "SSH;Medicin;basis;Noget andet.;"), by=nurse.actor).new == 1


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("Murer;Medicin;basis;Giver medicin.;", "A", "not a staff group we know"),
        ("SSH;;basis;Giver medicin.;", "B", "is empty"),
        ("SSH;Medicin;øverst;Giver medicin.;", "C", "not a level"),
        ("SSH;Medicin;basis;Insulin med pen;", "E", "write its practice level"),
        ("SSH;Medicin;basis;Rumrejser;øvet", "D", "not a task in your matrix"),
        ("SSH;Medicin;basis;Ring 010203-1234;", "D", "CPR"),
    ],
)
def test_each_problem_is_told_at_its_field(world: World, nurse: Someone, row: str, column: str, said: str):
    (problem,) = read(world, nurse, row).parsed.problems
    assert (problem.row, problem.column) == (2, column)
    assert said in str(problem.message)


def test_the_same_task_twice_at_a_level_is_refused(world: World, nurse: Someone):
    rows = ("SSH;Medicin;basis;Insulin med pen;1", "SSH;Pleje;basis;Insulin med pen;2")
    (problem,) = read(world, nurse, *rows).parsed.problems
    assert "row 2" in str(problem.message)


def test_statements_and_tasks_may_stand_in_columns_of_their_own(world: World, nurse: Someone):
    headings = "profil;fagområde;trin;beskrivelse;opgave;øveniveau"
    reading = read(
        world, nurse, "SSH;Medicin;1;;Øjendråber;1", "SSH;Medicin;1;Kender sine grænser.;;", headings=headings
    )
    assert [(row.text, bool(row.task)) for row in reading.parsed.rows if isinstance(row, ProfileRow)] == [
        ("", True),
        ("Kender sine grænser.", False),
    ]
