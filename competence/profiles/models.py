"""What each staff group is expected to master, by area and profile level, in versions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class CompetenceProfile(Base, Tenant):
    """One version of a staff group's profile. A draft has no dates; an approved one is in force between its own."""

    __tablename__ = reference("competence_profile")
    __persondata__ = NotPersonal(N_("what a staff group is expected to master; who approved it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "staff_group_id", "number"),
        CheckConstraint("approved_at IS NULL OR valid_from IS NOT NULL", name="approved_has_a_first_day"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_begins"),
        Index(
            "uq_competence_profile_one_draft", "municipality_id", "staff_group_id", unique=True,
            sqlite_where=text("approved_at IS NULL"), postgresql_where=text("approved_at IS NULL"),
        ),
        Index(
            "uq_competence_profile_first_day", "municipality_id", "staff_group_id", "valid_from", unique=True,
            sqlite_where=text("approved_at IS NOT NULL"), postgresql_where=text("approved_at IS NOT NULL"),
        ),
        staff_group_id="staff_group",
        approved_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_group_id: Mapped[int]
    number: Mapped[int]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    """None: a draft, shown as such. A staff group has one at most."""
    approved_by: Mapped[int | None]
    approved_as: Mapped[str] = mapped_column(String(40), default="")
    """The role in which it was approved."""
    why: Mapped[str] = mapped_column(String(400), default="")
    """Why this version was made, in the approver's words."""
    purpose: Mapped[str] = mapped_column(Text, default="")
    """The function description's first part: what the staff group is there for."""
    responsibilities: Mapped[str] = mapped_column(Text, default="")
    """The function description's second part, one responsibility on each line."""
    reference_version: Mapped[str | None] = mapped_column(String(20))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[int | None]
    """Who changed the draft last; None when nobody has."""


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
