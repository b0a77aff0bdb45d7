"""What each staff group is expected to master, by area and profile level, in versions."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class CompetenceProfile(Base, Tenant):
    """One version of a staff group's profile."""

    __tablename__ = reference("competence_profile")
    __persondata__ = NotPersonal(N_("what a staff group is expected to master; who approved it is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "staff_group_id", "number"), staff_group_id="staff_group")
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_group_id: Mapped[int]
    number: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    """None: a draft from the reference data, shown as such."""
    approved_by: Mapped[int | None]
    reference_version: Mapped[str | None] = mapped_column(String(20))
    recorded_at: Mapped[datetime]


class ProfileStatement(Base, Tenant):
    """One sentence of what is expected in an area at a profile level."""

    __tablename__ = reference("profile_statement")
    __persondata__ = NotPersonal(N_("what a staff group is expected to master"))
    __table_args__ = wall(Index(None, "municipality_id", "profile_id"), profile_id="competence_profile")
    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int]
    area_name: Mapped[str] = mapped_column(String(120))
    """The profile's own area; not the catalogue's, which may be finer."""
    level: Mapped[int]
    """Rank on the profile scale."""
    text: Mapped[str] = mapped_column(String(400))
    position: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String(400), default="")


class ProfileTask(Base, Tenant):
    """A task that a profile level asks for at a practice level. Levels add up: the second includes the first."""

    __tablename__ = reference("profile_task")
    __persondata__ = NotPersonal(N_("what a staff group is expected to master"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "profile_id", "level", "task_id"),
        profile_id="competence_profile",
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int]
    area_name: Mapped[str] = mapped_column(String(120))
    level: Mapped[int]
    """Rank on the profile scale."""
    task_id: Mapped[int]
    practice_level: Mapped[int]
    """Rank on the practice scale."""
    position: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String(400), default="")
