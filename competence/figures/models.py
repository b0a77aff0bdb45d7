"""The figures of each month as they were, and the targets that a municipality has set."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.figures.rules import Figure
from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class UnitSnapshot(Base, Tenant):
    """A unit's figures, with all below it, on the last day of a month on which they were taken. Replaced within the month."""

    __tablename__ = "unit_snapshot"
    __persondata__ = NotPersonal(
        N_("how many needs of a unit were met in a month; numbers only, small groups hidden when read")
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "month", "unit_id"),
        Index(None, "municipality_id", "unit_id", "month"),
        CheckConstraint("gaps <= needs", name="no_more_gaps_than_needs"),
        unit_id="unit",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    """Its first day."""
    made_for: Mapped[date]
    """The day that the figures are of."""
    made_at: Mapped[datetime]
    unit_id: Mapped[int]
    needs: Mapped[int]
    """Units, tasks and shifts in which somebody is needed on such a day, as all figures here with all units below."""
    gaps: Mapped[int]
    critical_gaps: Mapped[int]
    vulnerable: Mapped[int]
    planned: Mapped[int]
    """Gaps with a plan."""
    people: Mapped[int]
    own_people: Mapped[int]
    """Those who work in the unit itself, and in none below it."""
    expiring: Mapped[int]
    renewing: Mapped[int]
    waiting: Mapped[int]
    waits: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Days from request to signature of each request that was closed by one in the month until then, the fewest first."""
    is_place: Mapped[bool]
    """Whether the unit has needs of its own that count: nothing lies below it, or people have fixed shifts in it."""
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Subject area -> for each shift (day, evening, night) its own [needs, gaps, gaps in critical tasks, vulnerable]."""


class FigureTarget(Base, Tenant):
    """What the municipality aims at for a key figure. None set: no row."""

    __tablename__ = "figure_target"
    __persondata__ = NotPersonal(N_("what the municipality aims at; who set it is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "figure"), recorded_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    figure: Mapped[Figure] = mapped_column(String(20))
    value: Mapped[int]
    """Per cent, or days."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
