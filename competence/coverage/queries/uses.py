"""Where a task is used above the catalogue: what must be changed before it can be taken out."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table, func, or_
from sqlalchemy.orm import Session

from competence.coverage.models import Requirement
from competence.delegation.queries.terms import CELLS, VERSIONS
from competence.delegation.rules import ENTITLING
from competence.foundation.orm import scoped
from competence.foundation.text import N_, Sentence, sentence
from competence.people.models import StaffGroup

REQUIREMENTS = cast(Table, Requirement.__table__)
GROUPS = cast(Table, StaffGroup.__table__)


def uses_of_task(session: Session, task_id: int, on: date) -> Sequence[Sentence]:
    """A sentence for each approved version of the matrix, and for the staffing needs, that use the task on the day or later."""
    found: list[Sentence] = []
    rows = session.execute(
        scoped(session, CELLS, VERSIONS.c.number, GROUPS.c.name)
        .join(VERSIONS, (VERSIONS.c.municipality_id == CELLS.c.municipality_id) & (VERSIONS.c.id == CELLS.c.version_id))
        .join(GROUPS, (GROUPS.c.municipality_id == CELLS.c.municipality_id) & (GROUPS.c.id == CELLS.c.staff_group_id))
        .where(CELLS.c.task_id == task_id, CELLS.c.rule.in_([rule.value for rule in ENTITLING]))
        .where(VERSIONS.c.approved_at.is_not(None), or_(VERSIONS.c.valid_to.is_(None), VERSIONS.c.valid_to > on))
        .order_by(VERSIONS.c.number, GROUPS.c.position, GROUPS.c.id)
    ).all()
    for number in sorted({row.number for row in rows}):
        groups = [row.name for row in rows if row.number == number]
        found.append(
            sentence(
                N_(
                    "Version %(number)s of the division of tasks gives the task to %(groups)s. "
                    "Take it out in a new version, and archive it from that version's first day."
                ),
                number=number,
                groups=", ".join(groups),
            )
        )
    needs = session.scalar(
        scoped(session, REQUIREMENTS, func.count())
        .where(REQUIREMENTS.c.task_id == task_id)
        .where(or_(REQUIREMENTS.c.valid_to.is_(None), REQUIREMENTS.c.valid_to > on))
    )
    if needs == 1:
        found.append(sentence(N_("1 staffing need asks for the task. End it first.")))
    elif needs:
        found.append(sentence(N_("%(count)s staffing needs ask for the task. End them first."), count=needs))
    return found
