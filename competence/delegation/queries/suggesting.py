"""What the matrix says of a staff group as a whole, for the group's competence profile to take up."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from competence.delegation.queries.terms import cells_of, follows, versions
from competence.delegation.rules import CellRule


def core_and_must(session: Session, staff_group_id: int, on: date) -> Sequence[tuple[int, str, int]]:
    """(task id, rule, practice level) of what everybody in the group does by education, or must get signed.

    By the version in force on the day, else the newest; where the group has no cell, by that of the group it follows.
    """
    listed, _approved = versions(session)
    version = next((one for one in listed if one.in_force(on)), listed[0] if listed else None)
    if version is None:
        return []
    cells = cells_of(session, version.id, version.number)
    followed = follows(session).get(staff_group_id, (None, None))[0]
    found = []
    for task in sorted({task for task, _group in cells}):
        cell = cells.get((task, staff_group_id)) or (cells.get((task, followed)) if followed else None)
        if cell is not None and cell.rule in (CellRule.CORE, CellRule.MUST):
            level = cell.education_level if cell.rule is CellRule.CORE else cell.minimum_level
            found.append((task, cell.rule.value, max(level, 1)))
    return found
