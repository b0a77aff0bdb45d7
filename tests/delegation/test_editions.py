"""What is kept between requests is made anew when a version in force changes, and not while a draft is edited."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, update

from competence.access.rules import Role
from competence.delegation.commands import approve_version
from competence.delegation.commands.drafts import make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.drafting import Wording
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.queries import cells_of
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.editions import edition
from competence.foundation.orm import begin_writing
from tests.factories import World


def mark(world: World) -> int | None:
    """The edition as a new transaction sees it."""
    world.session.commit()
    return edition(world.session)


def written(world: World, write: Callable[[], object]) -> bool:
    """Whether another edition begins."""
    before = mark(world)
    world.session.rollback()
    begin_writing(world.session)
    write()
    world.session.flush()
    return mark(world) != before


def test_a_drafts_cells_begin_no_edition_and_are_read_as_they_are(world: World):
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)
    task, group = world.task("Insulin med pen"), world.groups["SSH"].id
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    number, draft_id = draft.number, draft.id
    place = (task.id, group)

    def says(rule: CellRule, seen: int) -> object:
        return edit_cell(world.session, number, *place, Wording(rule), seen=seen, by=nurse.actor)

    assert cells_of(world.session, draft_id, number)[place].rule is CellRule.MAY_GENERAL
    assert not written(world, lambda: says(CellRule.NOT_ALLOWED, 0))
    assert cells_of(world.session, draft_id, number)[place].rule is CellRule.NOT_ALLOWED
    assert written(
        world, lambda: approve_version(world.session, number, valid_from=today() + timedelta(days=1), by=nurse.actor)
    )


def test_a_cell_that_counts_begins_one(world: World):
    task = world.task("Insulin med pen")
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    own = Cell.municipality_id == world.municipality.id
    assert written(world, lambda: world.session.execute(update(Cell).where(own).values(minimum_level=2)))
    assert written(world, lambda: world.session.execute(delete(Cell).where(own)))
    version = MatrixVersion.municipality_id == world.municipality.id
    assert written(world, lambda: world.session.execute(update(MatrixVersion).where(version).values(valid_to=None)))
