"""Change cells of a draft: one, an area's, and take a change back. Nothing of somebody else's is overwritten unseen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.delegation.commands.drafts import open_draft
from competence.delegation.drafting import Terms, Wording, check_lawful, refuse_cpr, tidied, wording
from competence.delegation.models import Cell, CellChange, MatrixVersion
from competence.delegation.queries.drafts import law_of, plan_bulk, undone_by
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence, squeeze

Place = tuple[int, int]
"""(task id, staff group id)."""


class ChangedMeanwhile(Overtaken):
    """Somebody else has written the cell since it was opened: both wordings are to be shown, and one is chosen."""

    def __init__(self, cell: Cell | None) -> None:
        self.revision = cell.revision if cell else 0
        """The revision to say one has seen, when one's own wording is chosen."""
        super().__init__(
            sentence(
                N_("The cell has been changed since you opened it. Nothing was overwritten. Choose which one holds.")
            )
        )


@dataclass(frozen=True)
class Step:
    """A cell of the draft, and what it is to say; None takes its row away."""

    place: Place
    after: Wording | None
    undoes_id: int | None = None


@command
def edit_cell(
    session: Session, number: int, task_id: int, staff_group_id: int, said: Wording, *, seen: int, reason: str = "", by: Actor,
) -> CellChange | None:  # fmt: skip
    """The change that was written; None when the cell already says so.

    `seen` is the revision that the editor had before her. ChangedMeanwhile when there is a later one; RuleBroken, with
    its field, when the wording contradicts the law as data.
    """
    draft = open_draft(session, number, by)
    law = law_of(session, task_id, staff_group_id)
    said = tidied(said, law)
    check_lawful(said, law)
    refuse_cpr(reason, "reason")
    cell = _cell(session, draft.id, (task_id, staff_group_id))
    if (cell.revision if cell else 0) != seen:
        raise ChangedMeanwhile(cell)
    changes = _write(session, draft, [Step((task_id, staff_group_id), said)], reason=reason, by=by)
    return changes[0] if changes else None


@command
def edit_area(
    session: Session, number: int, *, area_id: int | None, staff_group_ids: Sequence[int], terms: Terms, seen: int,
    reason: str = "", by: Actor,
) -> Sequence[CellChange]:  # fmt: skip
    """The changes by which the terms were put on the groups' cells of the area's tasks (None: all areas).

    Cells where the terms would contradict the law are left as they are. `seen` is the latest change of the draft in the
    preview: Overtaken when one of the cells has been changed since.
    """
    draft = open_draft(session, number, by)
    if not terms:
        raise RuleBroken(sentence(N_("Choose what the cells shall say.")), field="rule")
    if not staff_group_ids:
        raise RuleBroken(sentence(N_("Choose at least one staff group.")), field="groups")
    refuse_cpr(reason, "reason")
    lines = [line for line in plan_bulk(session, draft.id, area_id, staff_group_ids, terms) if not line.problem]
    cells = _cells(session, draft.id, [line.place for line in lines])
    if any(cells[line.place].revision > seen for line in lines if line.place in cells):
        raise Overtaken(
            sentence(N_("Some of the cells have been changed since you saw the list. Look at it again and save."))
        )
    return _write(session, draft, [Step(line.place, line.after) for line in lines], reason=reason, by=by)


@command
def undo_change(session: Session, number: int, change_id: int, *, by: Actor) -> Sequence[CellChange]:
    """The changes that took back the change and all that were made with it.

    Overtaken when it has been taken back already, or a cell of it has been changed since: the later change goes first.
    """
    draft = open_draft(session, number, by)
    change = session.scalars(
        select(CellChange).where(CellChange.id == change_id, CellChange.version_id == draft.id)
    ).first()
    if change is None:
        raise NotFound
    batch = session.scalars(
        select(CellChange)
        .where(CellChange.version_id == draft.id, CellChange.batch == change.batch)
        .order_by(CellChange.id)
    ).all()
    if undone_by(session, draft.id) & {one.id for one in batch}:
        raise Overtaken(sentence(N_("The change has already been undone.")))
    cells = _cells(session, draft.id, [(one.task_id, one.staff_group_id) for one in batch])
    for one in batch:
        cell = cells.get((one.task_id, one.staff_group_id))
        if _said(cell) != wording(one.after):
            raise Overtaken(
                sentence(N_("The cell has been changed again since. Undo the later change first, or edit the cell."))
            )
    steps = [Step((one.task_id, one.staff_group_id), wording(one.before), one.id) for one in batch]
    return _write(session, draft, steps, reason="", by=by)


@command
def undo_last(session: Session, number: int, *, by: Actor) -> Sequence[CellChange]:
    """The changes that took back her own last one in the draft that stands. RuleBroken when there is none."""
    draft = open_draft(session, number, by)
    undone = undone_by(session, draft.id)
    mine = session.scalars(
        select(CellChange)
        .where(
            CellChange.version_id == draft.id,
            CellChange.changed_by == by.person_id,
            CellChange.undoes_id.is_(None),
        )
        .order_by(CellChange.id.desc())
    )
    last = next((change for change in mine if change.id not in undone), None)
    if last is None:
        raise RuleBroken(sentence(N_("You have no change in this draft to undo.")))
    return undo_change(session, number, last.id, by=by)


def _cell(session: Session, version_id: int, place: Place) -> Cell | None:
    return session.scalars(
        select(Cell)
        .where(Cell.version_id == version_id, Cell.task_id == place[0], Cell.staff_group_id == place[1])
        .execution_options(populate_existing=True)
    ).first()


def _cells(session: Session, version_id: int, places: Iterable[Place]) -> dict[Place, Cell]:
    """Those of the places' tasks."""
    wanted = select(Cell).where(Cell.version_id == version_id, Cell.task_id.in_({task for task, _group in places}))
    rows = session.scalars(wanted.execution_options(populate_existing=True))
    return {(row.task_id, row.staff_group_id): row for row in rows}


def _said(cell: Cell | None) -> Wording | None:
    return wording({name: getattr(cell, name) for name in _NAMES}) if cell else None


_NAMES = tuple(Wording.__dataclass_fields__)


def _write(
    session: Session, draft: MatrixVersion, steps: Sequence[Step], *, reason: str, by: Actor
) -> Sequence[CellChange]:
    """The changes, one for each cell that now says something else."""
    cells = _cells(session, draft.id, [step.place for step in steps])
    batch, moment = uuid4().hex, now()
    due: list[tuple[Step, CellChange]] = []
    for step in steps:
        before = _said(cells.get(step.place))
        if before == step.after:
            continue
        due.append(
            (
                step,
                CellChange(
                    version_id=draft.id, task_id=step.place[0], staff_group_id=step.place[1], batch=batch,
                    before=before.columns() if before else None, after=step.after.columns() if step.after else None,
                    reason=squeeze(reason), undoes_id=step.undoes_id, changed_by=by.person_id, recorded_at=moment,
                ),
            )
        )  # fmt: skip
    session.add_all([change for _step, change in due])
    session.flush()
    for step, change in due:
        cell = cells.get(step.place)
        if step.after is None:
            if cell is not None:
                session.delete(cell)
            continue
        if cell is None:
            cell = Cell(version_id=draft.id, task_id=step.place[0], staff_group_id=step.place[1], rule=step.after.rule)
            session.add(cell)
        for name, value in step.after.columns().items():
            setattr(cell, name, value)
        cell.revision = change.id
    session.flush()
    if due:
        record(
            session, by=by.person_id, action="edit_draft", subject="matrix_version", subject_id=draft.id,
            detail={"cells": len(due), "undo": any(step.undoes_id for step, _change in due)},
        )  # fmt: skip
    return [change for _step, change in due]
