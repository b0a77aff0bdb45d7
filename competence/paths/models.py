"""Learning paths with their steps; who walks one, with both yeses; and who would like to be seen for one."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.paths.rules import StepKind

OPEN = text("ended_on IS NULL")


class LearningPath(Base, Tenant):
    """Ordered steps towards something. A draft until a development nurse approves it, and again after each change."""

    __tablename__ = "learning_path"
    __persondata__ = NotPersonal(N_("learning paths; who approved them is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "code"),
        CheckConstraint("needs_path_id IS NULL OR needs_path_id <> id", name="needs_another"),
        to_group_id="staff_group", needs_path_id="learning_path", approved_by="person", changed_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    """Of the shipped one that it is, else made here."""
    name: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(Text, default="")
    leads_to: Mapped[str] = mapped_column(String(120))
    """What one is at its end, as "Specialist i demens"."""
    to_group_id: Mapped[int | None]
    """The staff group that it leads to, where it leads to one."""
    needs_path_id: Mapped[int | None]
    """The path that must be walked first."""
    source: Mapped[str] = mapped_column(String(400), default="")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None]
    archived_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None]
    """None: as it was shipped."""


class PathFrom(Base, Tenant):
    """A staff group for which a path is. A path without any is for all of them."""

    __tablename__ = "path_from"
    __persondata__ = NotPersonal(N_("for which staff groups learning paths are"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "path_id", "staff_group_id"),
        path_id="learning_path", staff_group_id="staff_group",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    path_id: Mapped[int]
    staff_group_id: Mapped[int]


class PathStep(Base, Tenant):
    """One step of a path."""

    __tablename__ = "path_step"
    __persondata__ = NotPersonal(N_("the steps of learning paths"))
    __table_args__ = wall(
        Index(None, "municipality_id", "path_id"),
        CheckConstraint("(kind = 'task') = (task_id IS NOT NULL)", name="task_step_names_task"),
        CheckConstraint("(kind = 'activity') = (activity_id IS NOT NULL)", name="activity_step_names_activity"),
        CheckConstraint("weeks >= 0", name="weeks_not_negative"),
        path_id="learning_path", task_id="task", staff_group_id="staff_group", activity_id="activity",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    path_id: Mapped[int]
    position: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(String(12))
    task_id: Mapped[int | None]
    level: Mapped[int | None]
    """Rank on the practice scale for a task, on the profile scale for a profile level."""
    staff_group_id: Mapped[int | None]
    """Whose profile a level is in."""
    area_name: Mapped[str] = mapped_column(String(120), default="")
    """The profile's area; "" for the whole of it."""
    activity_id: Mapped[int | None]
    gate_code: Mapped[str] = mapped_column(String(20), default="")
    weeks: Mapped[int] = mapped_column(default=0)
    waits: Mapped[bool] = mapped_column(default=False)
    """Begins only when all before it are in place."""


class PathPlacing(Base, Tenant):
    """Somebody on a path, from when both she and her leader have said yes. How far she is is computed, never stored."""

    __tablename__ = "path_placing"
    __persondata__ = PersonData(
        purpose=N_("To keep which path employee and leader have agreed that she walks."),
        basis=Basis.TASK,
        seen_by=N_("the person and her leader; never auditor, director, planner or an export"),
        period=N_("1 year after the last employment or role ended; one that ended 1 year after"),
        erasures=(Erasure(YEAR, since="ended_on"), Erasure(YEAR)),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(
            "uq_path_placing_open", "municipality_id", "path_id", "employment_id", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index(None, "municipality_id", "employment_id"),
        path_id="learning_path", employment_id="employment", asked_by="person", leader_id="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    path_id: Mapped[int]
    employment_id: Mapped[int]
    asked_by: Mapped[int]
    """Herself, or her leader."""
    asked_at: Mapped[datetime]
    employee_yes_on: Mapped[date | None]
    leader_yes_on: Mapped[date | None]
    leader_id: Mapped[int | None]
    """The leader who said yes."""
    ended_on: Mapped[date | None]
    """Given up by either, or walked to its end; never counted against anybody, and never why."""


class PathWish(Base, Tenant):
    """Somebody's own yes to be seen by her leader for a path or a role. She takes it back as she likes."""

    __tablename__ = "path_wish"
    __persondata__ = PersonData(
        purpose=N_("To let a leader see who would like another path or role, where that person has said yes to it."),
        basis=Basis.TASK,
        seen_by=N_("the person and her leader; never anybody else"),
        period=N_("Until she takes it back, at the latest 1 day after the last employment or role ended"),
        erasures=(Erasure(1),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "aim"), person_id="person", path_id="learning_path"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    aim: Mapped[str] = mapped_column(String(40))
    """"role:guide", or "path:" and its id."""
    path_id: Mapped[int | None]
    said_at: Mapped[datetime]
