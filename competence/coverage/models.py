"""What a unit needs: how many of a shift must hold a task."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.coverage.rules import DayKind, Shift
from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class Requirement(Base, Tenant):
    """At least so many, at a level, on a shift: for a unit, or for every unit of a kind below one."""

    __tablename__ = reference("requirement")
    __persondata__ = NotPersonal(N_("what a unit needs; who wrote it is an id"))
    __table_args__ = wall(
        CheckConstraint("need >= 0", name="need_not_negative"),
        CheckConstraint("level >= 1", name="level_from_one"),
        Index(
            "uq_requirement_open", "municipality_id", "unit_id", "unit_kind", "task_id", "shift", "day_kind", unique=True,
            sqlite_where=text("valid_to IS NULL"), postgresql_where=text("valid_to IS NULL"),
        ),
        unit_id="unit", task_id="task",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    """The unit itself, or the root below which `unit_kind` holds."""
    unit_kind: Mapped[str] = mapped_column(String(60), default="")
    """Empty: the unit itself (and what lies below it, where nothing nearer is said); else every unit of that kind below."""
    task_id: Mapped[int]
    shift: Mapped[Shift] = mapped_column(String(1))
    day_kind: Mapped[DayKind] = mapped_column(String(10), default=DayKind.EVERY)
    need: Mapped[int]
    level: Mapped[int] = mapped_column(default=1)
    also_unstable: Mapped[bool] = mapped_column(default=False)
    """Those who may only within a limit do not count."""
    students_count: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
