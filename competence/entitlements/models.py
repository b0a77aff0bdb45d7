"""The stored answers. Decides nothing: rows and vectors can always be thrown away and rebuilt."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import STAYS, Basis, NotPersonal, PersonData
from competence.foundation.text import N_


class GroupEntitlement(Base, Tenant):
    """What follows from matrix version and staff group alone: the core rights."""

    __tablename__ = "group_entitlement"
    __persondata__ = NotPersonal(N_("what follows from a staff group alone"))
    __table_args__ = wall(
        UniqueConstraint(
            "municipality_id", "version_id", "staff_group_id", "task_id", name="uq_group_entitlement_place"
        ),
        version_id="matrix_version",
        staff_group_id="staff_group",
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    staff_group_id: Mapped[int]
    task_id: Mapped[int]
    level: Mapped[int]
    limits: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Entitlement(Base, Tenant):
    """An interval in which an employment may do a task for a personal reason, or (level 0) may not in spite of the group."""

    __tablename__ = "entitlement"
    __persondata__ = PersonData(
        purpose=N_("The stored answer: may this person do this task."),
        basis=Basis.TASK,
        seen_by=N_(
            "the person; guide, leader and development nurse within reach; auditor with a purpose; "
            "planner as may or may not"
        ),
        period=STAYS,
        person="employment_id",
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "employment_id", "task_id"),
        Index(None, "municipality_id", "task_id", "valid_to"),
        Index(None, "municipality_id", "valid_from"),
        Index(
            "ix_entitlement_closed",
            "municipality_id",
            "valid_to",
            sqlite_where=text("level = 0"),
            postgresql_where=text("level = 0"),
        ),
        employment_id="employment",
        task_id="task",
        citizen_id="citizen_reference",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    task_id: Mapped[int]
    level: Mapped[int]
    """Rank on the practice scale; 0 closes what the group would give."""
    basis: Mapped[str] = mapped_column(String(20))
    """"signoff", "delegation" or "closed"."""
    citizen_id: Mapped[int | None]
    """None: all citizens."""
    limits: Mapped[list[Any]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class EntitlementVector(Base, Tenant):
    """All that an employment may do for every citizen on `made_for`, compact, for views over many people."""

    __tablename__ = "entitlement_vector"
    __persondata__ = PersonData(
        purpose=N_("The same answers, compact."),
        basis=Basis.TASK,
        seen_by=N_(
            "the person; guide, leader and development nurse within reach; auditor with a purpose; "
            "planner as may or may not"
        ),
        period=STAYS,
        person="employment_id",
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "employment_id"),
        Index(None, "municipality_id", "next_change"),
        employment_id="employment",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    made_for: Mapped[date]
    next_change: Mapped[date | None]
    """The first date on which it may say something else; None: never by itself."""
    ends: Mapped[bytes] = mapped_column(LargeBinary)
    """uint16, little endian, slot-major then level rank: the first day (days since 2000-01-01) it no longer counts.

    0: not now, 65535: open.
    """
    made_at: Mapped[datetime]
