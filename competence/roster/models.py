"""Who is on duty when, as the municipality's own roster has it, and the imports that it came by."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import Basis, Erasure, PersonData
from competence.foundation.text import N_
from competence.roster.rules import KEPT_DAYS


class RosterImport(Base, Tenant):
    """One roster that was taken in: for which days, by whom, and what it changed."""

    __tablename__ = "roster_import"
    __persondata__ = PersonData(
        purpose=N_("To know for which days a roster was taken in, when and by whom."),
        basis=Basis.TASK,
        seen_by=N_("planner, leader, guide and development nurse within reach see when; administrator also by whom"),
        period=N_("6 months after it was taken in, and as long as a duty came by it"),
        erasures=(
            Erasure(
                KEPT_DAYS,
                since="imported_at",
                where="NOT EXISTS (SELECT 1 FROM duty d WHERE d.municipality_id = :m AND d.import_id = roster_import.id)",
            ),
        ),
        person="imported_by",
    )
    __table_args__ = wall(
        CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
        Index(None, "municipality_id", "imported_at"),
        imported_by="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[int | None]
    """None: the command line."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    """The last day on which a duty of the file starts."""
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]
    unchanged: Mapped[int]


class Duty(Base, Tenant):
    """Somebody is at work in a unit from a moment to a moment. It belongs to the Danish day on which it starts."""

    __tablename__ = "duty"
    __persondata__ = PersonData(
        purpose=N_("To see ahead whether each shift has somebody for each task that it needs."),
        basis=Basis.TASK,
        seen_by=N_("planner, leader, guide and development nurse within reach"),
        period=N_("6 months after the duty"),
        erasures=(Erasure(KEPT_DAYS, since="ends_at"),),
        person="employment_id",
    )
    __table_args__ = wall(
        CheckConstraint("ends_at > starts_at", name="ends_after_it_begins"),
        UniqueConstraint("municipality_id", "roster", "employment_id", "unit_id", "starts_at", name="uq_duty_place"),
        Index(None, "municipality_id", "unit_id", "starts_at"),
        Index(None, "municipality_id", "employment_id", "starts_at"),
        Index(None, "municipality_id", "import_id"),
        employment_id="employment",
        unit_id="unit",
        import_id="roster_import",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    unit_id: Mapped[int]
    """Where she works then, which may be another unit than her own."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    roster: Mapped[str] = mapped_column(String(80), default="")
    """The name of the roster that it belongs to; "" for the municipality's common one."""
    external_key: Mapped[str] = mapped_column(String(80), default="")
    """By which the system that made the file knows it."""
    import_id: Mapped[int]
