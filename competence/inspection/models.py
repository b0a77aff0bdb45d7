"""Packs that were made in the background, kept for a week for whoever asked for them."""

from datetime import date, datetime

from sqlalchemy import JSON, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import Basis, Erasure, PersonData
from competence.foundation.text import N_
from competence.inspection.rules import About

KEPT_DAYS = 7


class InspectionPack(Base, Tenant):
    """An inspection pack about so many people that it was made in the background, as the two files."""

    __tablename__ = "inspection_pack"
    __persondata__ = PersonData(
        purpose=N_("To hand over an answer about a past date that takes long to put together."),
        basis=Basis.DUTY,
        seen_by=N_("whoever asked for it, as long as she may"),
        period=N_("7 days after it was made"),
        erasures=(Erasure(KEPT_DAYS, since="made_at"),),
        person="made_by",
    )
    __table_args__ = wall(Index(None, "municipality_id", "made_by"), made_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[About] = mapped_column(String(10))
    asked_id: Mapped[int]
    """Of the unit, person or task."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    sheet: Mapped[bytes] = mapped_column(LargeBinary)
    person_ids: Mapped[list[int]] = mapped_column(JSON)
    """Whom it is about: each look at it stands in their access log."""
    made_by: Mapped[int]
    made_at: Mapped[datetime]
