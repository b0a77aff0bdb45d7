"""Scenarios that somebody has kept."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from competence.forecast.scenarios import Shared
from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_


class Scenario(Base, Tenant):
    """What is taken to happen to a unit, kept to be looked at again. It changes nothing."""

    __tablename__ = "scenario"
    __persondata__ = PersonData(
        purpose=N_("To see what leave, holidays, training or a new division of tasks would mean for a unit's coverage."),
        basis=Basis.TASK,
        seen_by=N_("whoever made it; shared, all who may make scenarios of the unit and see its coverage with names"),
        period=N_("1 year after it was last saved"),
        erasures=(Erasure(YEAR, since="saved_at"),),
        person="owner_id",
    )  # fmt: skip
    __table_args__ = wall(
        CheckConstraint("revision >= 1", name="revision_from_one"),
        Index(None, "municipality_id", "unit_id"),
        unit_id="unit",
        owner_id="person",
        saved_by="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    owner_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    shared_with: Mapped[Shared] = mapped_column(String(10), default=Shared.NOBODY)
    steps: Mapped[list[str]] = mapped_column(JSON)
    """As `forecast.scenarios.code` writes them: employments by id and days, and no reason for anything."""
    revision: Mapped[int] = mapped_column(default=1)
    """One more with each change: another one than the page showed means that somebody has changed it meanwhile."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[int]
