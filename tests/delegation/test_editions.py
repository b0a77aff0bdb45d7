"""What is kept between requests is made anew when a version in force changes; what is made of a draft, when the draft does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.delegation.commands import approve_version
from competence.delegation.commands.drafts import make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.drafting import Wording
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.queries import cells_of
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.editions import edition, remembered
from competence.foundation.orm import begin_writing, open_session
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


def rules_of(session: Session, version_id: int, *, drafts: bool = True) -> tuple[CellRule, ...]:
    """The rules that the version's cells have, kept."""

    def make(session: Session) -> tuple[CellRule, ...]:
        return tuple(terms.rule for _place, terms in sorted(cells_of(session, version_id, 2).items()))

    return remembered(session, ("rules", version_id), make, drafts=drafts)


def test_what_is_made_of_a_draft_serves_until_somebody_changes_a_cell_in_any_worker(world: World):
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)
    task, group = world.task("Insulin med pen"), world.groups["SSH"].id
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.settle()
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    world.session.commit()
    engine = world.session.get_bind().engine
    with open_session(engine, world.municipality.id) as other:
        first = rules_of(other, draft.id)
        assert first == (CellRule.MAY_GENERAL,)
        assert rules_of(other, draft.id) is first
        other.rollback()
        begin_writing(world.session)
        edit_cell(world.session, draft.number, task.id, group, Wording(CellRule.NOT_ALLOWED), seen=0, by=nurse.actor)
        assert rules_of(world.session, draft.id) == (CellRule.NOT_ALLOWED,)
        world.session.rollback()
        assert rules_of(other, draft.id) == first
        other.rollback()
        begin_writing(world.session)
        own = Cell.municipality_id == world.municipality.id
        world.session.execute(update(Cell).where(own, Cell.version_id == draft.id).values(rule=CellRule.MUST.value))
        world.session.commit()
        assert rules_of(other, draft.id) == (CellRule.MUST,)
        other.rollback()
        begin_writing(world.session)
        world.session.execute(delete(Cell).where(own, Cell.version_id == draft.id))
        world.session.commit()
        assert rules_of(other, draft.id) == ()


def test_what_outlives_a_drafts_changes_cannot_be_made_of_it(world: World):
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)
    world.cell(world.task("Insulin med pen"), "SSH", CellRule.MAY_GENERAL)
    world.settle()
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    with pytest.raises(RuntimeError, match="draft"):
        rules_of(world.session, draft.id, drafts=False)
