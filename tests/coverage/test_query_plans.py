"""The hot queries find their rows by an index, on both databases, and are as docs/maintenance/query-plans.md has them."""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from competence.access.rules import Reach
from competence.coverage.queries.places import Node, Tree, tree
from competence.delegation.rules import CellRule
from competence.foundation import editions
from competence.foundation.clock import today
from competence.foundation.orm import TenantSession, engine_for
from tests.coverage.plans import BIG, HOT, Hot, Run, finds, plan, recorded, the_board, the_finder, the_forecast
from tests.databases import Database
from tests.factories import World

DOCUMENT = Path(__file__).parents[2] / "docs" / "maintenance" / "query-plans.md"


@pytest.fixture
def place(world: World, session: TenantSession, database: Database) -> tuple[Tree, Node]:
    """A municipality of some teams with people who signed; the database knows how large its tables are."""
    tasks = [world.task(f"Opgave {at}") for at in range(4)]
    for task in tasks:
        world.cell(task, "SSA", CellRule.MUST)
    for at in range(12):
        team = world.unit(f"Team {at}", under=world.district) if at else world.team
        for _one in range(4):
            someone = world.someone("SSA", unit=team)
            world.signed(someone, tasks[at % 4])
        for task in tasks:
            world.requirement(task, unit=team)
    session.commit()
    owner = engine_for(database.owner_url)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    owner.dispose()
    units = tree(session, on=today())
    return units, units.get(world.team.id, Reach(("/",)))


@pytest.mark.parametrize("hot", HOT, ids=[hot.name for hot in HOT])
def test_a_hot_query_finds_its_rows_by_an_index(
    hot: Hot, place: tuple[Tree, Node], session: TenantSession, engine: Engine
) -> None:
    editions._kept.pop(engine, None)
    with recorded(engine) as found:
        hot.run(session, *place)
    ran = [one for one in found if hot.says in one.short]
    assert ran, [one.short for one in found]
    for one in ran:
        lines = plan(session, one)
        assert any(finds(hot, line) for line in lines), (one.short, lines)


@pytest.mark.parametrize("page", [the_board, the_finder, the_forecast])
def test_a_page_about_a_team_never_reads_all_of_a_big_table(
    page: Run, place: tuple[Tree, Node], session: TenantSession, engine: Engine
) -> None:
    editions._kept.pop(engine, None)
    with recorded(engine) as found:
        page(session, *place)
    for ran in found:
        for line in plan(session, ran):
            whole = re.search(r"^(?:SCAN|Seq Scan) (\w+)|^SEARCH (\w+) .*\(municipality_id=\?\)", line)
            assert whole is None or (whole[1] or whole[2]) not in BIG, (ran.short, line)


def test_the_document_has_every_hot_query(place: tuple[Tree, Node], session: TenantSession, engine: Engine) -> None:
    written = DOCUMENT.read_text()
    for hot in HOT:
        assert f"## {hot.name[0].upper()}{hot.name[1:]}\n" in written
        editions._kept.pop(engine, None)
        with recorded(engine) as found:
            hot.run(session, *place)
        if engine.dialect.name == "sqlite":
            assert any(f"`{ran.short}`" in written for ran in found if hot.says in ran.short), hot.name
