"""Staffing needs as a spreadsheet: what is taken out is read back without changing anything."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.coverage.commands import NewRequirement, set_requirement
from competence.coverage.models import Requirement
from competence.coverage.rules import DayKind, Shift
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.imports.kinds import Kind
from competence.imports.needs_file import needs_csv, needs_table, needs_xlsx
from competence.imports.taking import read_file, take_in
from competence.organisation.models import Unit

FILES = {"krav.xlsx": needs_xlsx, "krav.csv": needs_csv}


@pytest.fixture
def town(world):
    """Two teams of one name, a task whose name could be a formula, two tasks of one name."""
    south = world.unit("Distrikt Syd", "distrikt", under=world.root)
    world.unit("Team Havnen", under=south)
    for name in ("=Insulin", "Sårpleje", "Sårpleje"):
        world.task(name)
    world.leader = world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER, over=world.root).actor
    return world


def rows(world):
    return [
        (one.id, one.valid_from, one.valid_to, one.need)
        for one in world.session.scalars(select(Requirement).order_by(Requirement.id))
    ]


def units(world):
    return set(world.session.scalars(select(Unit.id)))


NEW = st.tuples(
    st.integers(0, 9), st.integers(0, 2), st.sampled_from(Shift), st.sampled_from(DayKind), st.sampled_from(["", "team"]),
    st.tuples(st.integers(0, 9), st.integers(1, 3), st.booleans(), st.booleans()), st.integers(0, 30),
    st.none() | st.integers(0, 30),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(new=st.lists(NEW, min_size=1, max_size=8), name=st.sampled_from(sorted(FILES)))
def test_taking_out_and_in_again_changes_nothing(town, new, name):
    world = town
    for one in world.session.scalars(select(Requirement)):
        world.session.delete(one)
    world.session.flush()
    places, tasks = sorted(units(world)), list(world.session.scalars(select(Task.id).order_by(Task.id)))
    for place, task, shift, days, kind, (need, level, unstable, students), first, length in new:
        begins = today() + timedelta(days=first)
        wanted = NewRequirement(
            tasks[task], shift, need, places[place % len(places)], kind, days, level, unstable, students, "", begins,
            begins + timedelta(days=length + 1) if length is not None else None,
        )  # fmt: skip
        try:
            set_requirement(world.session, wanted, by=world.leader)
        except RuleBroken:
            continue
    before = rows(world)
    table = needs_table(world.session, units(world))
    reading = read_file(world.session, Kind.REQUIREMENTS, FILES[name](table), name, by=world.leader)
    assert not reading.parsed.problems
    assert len(reading.parsed.rows) == len(table) - 1
    if len(table) > 1:
        effect = take_in(world.session, reading, by=world.leader)
        assert (effect.new, effect.changed, effect.unchanged) == (0, 0, len(table) - 1), (table, reading.parsed.rows)
    assert rows(world) == before


def test_dates_and_flags_are_read_and_what_cannot_be_is_named(town):
    later = (today() + timedelta(days=40)).strftime("%d-%m-%Y")
    head = "enhed;opgave;vagt;antal;dage;elever tæller med;gælder fra;gælder til og med\r\n"

    def read(*lines):
        return read_file(
            town.session, Kind.REQUIREMENTS, (head + "\r\n".join(lines)).encode(), "krav.csv", by=town.leader
        )

    row = f"Distrikt Nord;Insulin;nat;2;weekend;ja;{later};"
    one = read(row).parsed.rows[0]
    assert (one.days, one.students_count, one.valid_to) == ("weekend", True, None)
    take_in(town.session, read(row), by=town.leader)
    stored = town.session.scalars(select(Requirement)).one()
    assert (stored.day_kind, stored.students_count, stored.valid_from) == (
        "weekend",
        True,
        today() + timedelta(days=40),
    )
    for line, column, words in (
        (f"Distrikt Nord;Insulin;nat;2;torsdag;;;{later}", "E", "not a kind of day"),
        (f"Distrikt Nord;Insulin;nat;2;;;{later};01-01-2026", "H", "lies before"),
        ("Distrikt Nord;Insulin;nat;2;;;;01-01-2026", "H", "has passed"),
        ("Distrikt Nord;Insulin;nat;100;;;;", "D", "from 0 to"),
    ):
        problem = read(line).parsed.problems[0]
        assert (problem.column, words in str(problem.message)) == (column, True), line
    twice = read(f"Distrikt Nord;Insulin;nat;2;;;;{later}", f"Distrikt Nord;Insulin;nat;3;;;{later};").parsed
    assert "stand in row 2 too" in str(twice.problems[0].message)
    overlaps = read(f"Distrikt Nord;Insulin;nat;1;weekend;;;{(today() + timedelta(days=50)).strftime('%d-%m-%Y')}")
    with pytest.raises(RuleBroken, match="another requirement is written already"):
        take_in(town.session, overlaps, by=town.leader)


def test_a_reader_takes_out_her_own_unit_only(town, signed_in):
    task = town.task("Øjendråber")
    town.requirement(task, Shift.DAY, 2)
    town.requirement(task, Shift.DAY, 7, unit=town.district)
    town.session.commit()
    client = signed_in(town.role(town.person("Anne Leder", "UFA"), Role.LEADER))
    answer = client.get(f"/exports/requirements/{town.team.id}.csv")
    assert answer.text.splitlines()[1].startswith(
        "Prøveby Kommune / Distrikt Nord / Team Havnen;;;Øjendråber;dag;2;basis;alle dage;nej;nej;"
    )
    assert len(answer.text.splitlines()) == 2
    assert client.get(f"/exports/requirements/{town.team.id}.xlsx").data[:2] == b"PK"
    assert client.get(f"/exports/requirements/{town.district.id}.csv").status_code == 404
