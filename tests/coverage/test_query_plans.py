"""The hot queries find their rows by an index, on both databases, and are as docs/maintenance/query-plans.md has them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine, Table, insert, text

from competence.access.rules import Reach, Role
from competence.accounts.models import RoleAssignment
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement, EntitlementVector
from competence.foundation import editions
from competence.foundation.clock import now, today
from competence.foundation.orm import TenantSession, engine_for, scoped
from competence.people.models import Absence, Employment, Person, PersonIdentity
from competence.signoffs.models import CurrentSignOff, Observation
from tests.coverage.plans import BIG, HOT, Hot, Ran, finds, plan, recorded, the_board, the_finder, the_forecast
from tests.databases import Database
from tests.factories import Someone, World

DOCUMENT = Path(__file__).parents[2] / "docs" / "maintenance" / "query-plans.md"


TEAMS, PEOPLE = 40, 1000
COPIED = (
    Person,
    PersonIdentity,
    Employment,
    Entitlement,
    EntitlementVector,
    CurrentSignOff,
    Observation,
    Absence,
    RoleAssignment,
)


@pytest.fixture
def place(world: World, session: TenantSession, database: Database) -> tuple[Tree, Node]:
    """A municipality of many teams whose people are as one, and the database knows how large its tables are."""
    tasks = [world.task(f"Opgave {at}") for at in range(4)]
    far = world.unit("Distrikt Syd", "distrikt", under=world.root)
    teams = [world.unit(f"Team {at}", under=far if at > 3 else world.district) for at in range(TEAMS)]
    one = world.role(world.person("Anna Holm", "SSA", unit=teams[0]), Role.GUIDE)
    for task in tasks:
        world.cell(task, "SSA", CellRule.MUST)
        world.signed(one, task)
        world.observed(one, task)
        for team in teams:
            world.requirement(task, Shift.DAY, 1, unit=team)
    gone = {"valid_from": today() - timedelta(days=20), "valid_to": today() - timedelta(days=10)}
    session.add(Absence(employment_id=one.employment.id, recorded_at=now(), **gone))
    world.settle()
    for model in COPIED:
        _copy(session, cast(Table, model.__table__), one, [team.id for team in teams])
    session.commit()
    owner = engine_for(database.owner_url)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    owner.dispose()
    session.get_bind().engine.dispose()  # SQLite learns of it when a connection begins
    units = tree(session, on=today())
    return units, units.get(teams[0].id, Reach(("/",)))


def _copy(session: TenantSession, table: Table, one: Someone, teams: list[int]) -> None:
    """Nothing; what the person has in the table a thousand others have too."""
    place = "id" if table.name == "person" else "employment_id" if "employment_id" in table.c else "person_id"
    theirs = one.employment.id if place == "employment_id" else one.person.id
    rows = [dict(row._mapping) for row in session.execute(scoped(session, table).where(table.c[place] == theirs))]
    assert rows, table.name
    made = [
        row
        | {"id": 1_000_000 + at * len(rows) + number}
        | {name: 1_000_000 + at for name in ("person_id", "employment_id") if name in row}
        | ({"unit_id": teams[at % len(teams)]} if table.name == "employment" else {})
        | ({"number": f"K{at}"} if table.name == "person_identity" else {})
        for at in range(PEOPLE)
        for number, row in enumerate(rows)
    ]
    session.execute(insert(table), made)


def test_a_hot_query_finds_its_rows_by_an_index(
    place: tuple[Tree, Node], session: TenantSession, engine: Engine
) -> None:
    missed = []
    for hot in HOT:
        if hot.joins_all and engine.dialect.name == "postgresql":
            continue
        ran = _statements(hot, place, session, engine)
        assert ran, hot.name
        plans = [(one.short, plan(session, one)) for one in ran]
        missed += [(hot.name, *one) for one in plans if not any(finds(hot, line) for line in one[1])]
    assert missed == []


def test_a_page_about_a_team_never_reads_all_of_a_big_table(
    place: tuple[Tree, Node], session: TenantSession, engine: Engine
) -> None:
    read = []
    for page in (the_board, the_finder, the_forecast):
        editions._kept.pop(engine, None)
        with recorded(engine) as found:
            page(session, *place)
        for ran in found:
            for line in plan(session, ran):
                whole = re.search(r"^(?:SCAN|Seq Scan) (\w+)|^SEARCH (\w+) .*\(municipality_id=\?\)", line)
                if whole and (whole[1] or whole[2]) in BIG:
                    read.append((ran.short, line))
    assert read == []


def test_the_document_has_every_hot_query(place: tuple[Tree, Node], session: TenantSession, engine: Engine) -> None:
    written = DOCUMENT.read_text()
    for hot in HOT:
        assert f"## {hot.name[0].upper()}{hot.name[1:]}\n" in written
        ran = _statements(hot, place, session, engine)
        if engine.dialect.name == "sqlite":
            assert any(f"{one.short}\n" in written for one in ran), hot.name


def _statements(hot: Hot, place: tuple[Tree, Node], session: TenantSession, engine: Engine) -> list[Ran]:
    editions._kept.pop(engine, None)
    with recorded(engine) as found:
        hot.run(session, *place)
    return [one for one in found if hot.says in one.short.partition(" WHERE ")[0] + " "]
