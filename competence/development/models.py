"""What belongs to development: the levels that a leader has confirmed in a talk, and the time that a guide notes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_


class ConfirmedLevel(Base, Tenant):
    """A profile level in an area that a leader has confirmed in a talk, beside the one computed at that moment.

    A talk's row is never changed: the next talk adds one. It gives no right to do anything.
    """

    __tablename__ = "confirmed_level"
    __persondata__ = PersonData(
        purpose=N_("To keep what leader and employee agreed about a profile level in their talk."),
        basis=Basis.TASK,
        seen_by=N_("the person, and whoever held the talk; never auditor, director, planner or an export"),
        period=N_("1 year after the talk"),
        erasures=(Erasure(YEAR, since="held_on"),),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id"),
        CheckConstraint("held_by <> person_id", name="held_by_another"),
        person_id="person",
        held_by="person",
        staff_group_id="staff_group",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    held_by: Mapped[int]
    """The leader who held the talk."""
    held_on: Mapped[date]
    staff_group_id: Mapped[int]
    """Whose profile it is measured by."""
    profile_number: Mapped[int]
    area_name: Mapped[str] = mapped_column(String(120))
    level: Mapped[int]
    """The confirmed rank on the profile scale; 0 = not yet the first."""
    level_name: Mapped[str] = mapped_column(String(40))
    """As the scale called it then."""
    computed_level: Mapped[int | None]
    """The rank that followed from what was held at that moment; None = the area has no tasks to compute it from."""
    computed_name: Mapped[str] = mapped_column(String(40))
    missing: Mapped[int]
    """How many tasks were missing for the next level then."""
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]


class GuideTime(Base, Tenant):
    """How long a learning guide has been one on a day, as she notes it herself. Written anew until the week is old."""

    __tablename__ = "guide_time"
    __persondata__ = PersonData(
        purpose=N_("To let a learning guide and her leader see whether the time she was given is there."),
        basis=Basis.TASK,
        seen_by=N_("the person, and the leader of the unit where she works; nobody else, and no export"),
        period=N_("1 year after the day"),
        erasures=(Erasure(YEAR, since="day"),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "day"),
        CheckConstraint("minutes BETWEEN 1 AND 720", name="within_a_day"),
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    day: Mapped[date]
    minutes: Mapped[int]
    recorded_at: Mapped[datetime]
