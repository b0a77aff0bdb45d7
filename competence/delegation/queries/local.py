"""Units that are stricter than the municipality."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, or_
from sqlalchemy.orm import Session

from competence.catalogue.queries.scales import turns
from competence.catalogue.rules.scales import Levels, day_read, level_on, levels_asked
from competence.delegation.queries.drafts import GROUPS
from competence.delegation.queries.terms import MASKS, TASKS
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.organisation.models import Unit

UNITS = cast(Table, Unit.__table__)


@dataclass(frozen=True)
class LocalRule:
    """A stricter rule of a unit."""

    id: int
    unit: str
    unit_path: str
    task_id: int
    task: str
    group_id: int | None
    group: str | None
    """None: every staff group."""
    minimum_level: int | None
    """As it was written; None: closed. `level_on` reads it on a day."""
    valid_from: date
    valid_to: date | None
    reason: str
    levels: Levels = ()

    def level_on(self, on: date) -> int | None:
        """The level it asks for on the practice scale of the day; None: closed."""
        return self.minimum_level and level_on(self.levels, on, otherwise=self.minimum_level)

    def asked_on(self, asked: date | None = None) -> date:
        """The day for which it is read: the one that is asked about, else today, of one that is over its last."""
        return day_read(self.valid_to, today=today(), asked=asked)

    def holds(self, on: date) -> bool:
        """Whether it holds on the day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def is_over(self, on: date) -> bool:
        """Whether it does not hold on the day or later."""
        return self.valid_to is not None and self.valid_to <= on


def local_rules(
    session: Session, *, task_id: int | None = None, group_id: int | None = None, unit_path: str | None = None
) -> Sequence[LocalRule]:
    """All of them, by unit and task, the latest first; of a task, of a group, or of a unit, those above and below it."""
    own = MASKS.c.municipality_id
    wanted = (
        scoped(
            session, MASKS, MASKS, UNITS.c.name.label("unit"), UNITS.c.path, TASKS.c.name.label("task"),
            GROUPS.c.name.label("staff_group"),
        )
        .join(UNITS, (UNITS.c.municipality_id == own) & (UNITS.c.id == MASKS.c.unit_id))
        .join(TASKS, (TASKS.c.municipality_id == own) & (TASKS.c.id == MASKS.c.task_id))
        .outerjoin(GROUPS, (GROUPS.c.municipality_id == own) & (GROUPS.c.id == MASKS.c.staff_group_id))
        .order_by(UNITS.c.name, TASKS.c.name, MASKS.c.id.desc())
    )  # fmt: skip
    if task_id is not None:
        wanted = wanted.where(MASKS.c.task_id == task_id)
    if group_id is not None:
        wanted = wanted.where(or_(MASKS.c.staff_group_id.is_(None), MASKS.c.staff_group_id == group_id))
    rows, scale = session.execute(wanted), turns(session)
    return [
        LocalRule(
            row.id, row.unit, row.path, row.task_id, row.task, row.staff_group_id, row.staff_group,
            row.minimum_level, row.valid_from, row.valid_to, row.reason,
            levels_asked(row.minimum_level, row.recorded_at, scale) if row.minimum_level else (),
        )
        for row in rows
        if unit_path is None or row.path.startswith(unit_path) or unit_path.startswith(row.path)
    ]  # fmt: skip
