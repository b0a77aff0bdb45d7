"""Where a demonstration is written: its dates, and the ids of what is written already."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from competence.foundation.clock import COPENHAGEN, now, today
from competence.foundation.orm import tenant_id
from competence.imports.demo.vocabulary import Rules
from competence.imports.demonstration.rows import Demonstration
from competence.organisation.models import Unit


class Writing:
    """What is known while one demonstration is written. Offsets are days from the day on which it is loaded."""

    def __init__(self, session: Session, demo: Demonstration, *, wide: bool = False) -> None:
        self.session, self.demo, self.wide = session, demo, wide
        self.today = today()
        self.units: dict[str, Unit] = {}
        self.persons: dict[str, int] = {}
        self.employments: dict[str, int] = {}
        self.rules: Rules

    def day(self, offset: int) -> date:
        """The date so many days from today."""
        return self.today + timedelta(days=offset)

    def until(self, offset: int | None) -> date | None:
        """The half-open end for a last day."""
        return None if offset is None else self.day(offset + 1)

    def moment(self, offset: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment on the day, never later than now."""
        wall = datetime.combine(self.day(offset), time(hour, minute), COPENHAGEN)
        return min(wall, now())

    def insert(self, table: type, rows: list[dict[str, Any]]) -> list[int]:
        """The ids of the new rows, in their order."""
        if not rows:
            return []
        tenant = {"municipality_id": tenant_id(self.session)}
        wanted = insert(table).returning(table.id, sort_by_parameter_order=True)  # type: ignore[attr-defined]
        return list(self.session.scalars(wanted, [tenant | row for row in rows]))
