"""What a unit needs: how many of a shift must hold a task; and what a draft of the matrix would do, once it is calculated."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.coverage.rules import DayKind, Shift
from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_

_HAS_HELD = "valid_to IS NULL OR valid_to > valid_from"
"""Not taken back before its first day, nor replaced on it."""


class Requirement(Base, Tenant):
    """At least so many, at a level, on a shift: for a unit, or for every unit of a kind below one.

    Of two about the same (unit or kind, task, shift, kind of day) never both hold on a day: the commands lock the unit and
    see to it, and the indexes refuse two that are open, and two that begin together.
    """

    __tablename__ = reference("requirement")
    __persondata__ = NotPersonal(N_("what a unit needs; who wrote it is an id"))
    __table_args__ = wall(
        CheckConstraint("need >= 0", name="need_not_negative"),
        CheckConstraint("level >= 1", name="level_from_one"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        Index(
            "uq_requirement_open", "municipality_id", "unit_id", "unit_kind", "task_id", "shift", "day_kind", unique=True,
            sqlite_where=text("valid_to IS NULL"), postgresql_where=text("valid_to IS NULL"),
        ),
        Index(
            "uq_requirement_begins", "municipality_id", "unit_id", "unit_kind", "task_id", "shift", "day_kind", "valid_from",
            unique=True, sqlite_where=text(_HAS_HELD), postgresql_where=text(_HAS_HELD),
        ),
        Index(None, "municipality_id", "unit_id"),
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
    """First day on which it no longer holds; its first day when it never has."""
    source: Mapped[str] = mapped_column(String(400), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


class ImpactReport(Base, Tenant):
    """What a draft would do from a day, where so many people are touched that it is calculated in the background."""

    __tablename__ = "impact_report"
    __persondata__ = PersonData(
        purpose=N_("To show what a draft of the division of tasks would do, before anybody is touched."),
        basis=Basis.TASK,
        seen_by=N_("whoever edits or approves the division of tasks, with names within her reach only"),
        period=N_("30 days after it was calculated"),
        erasures=(Erasure(30, since="calculated_at"),),
        person="calculated_by",
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "version_id", "first_day"),
        version_id="matrix_version",
        calculated_by="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    first_day: Mapped[date]
    cells: Mapped[str] = mapped_column(String(64))
    """The hash of the draft's cells when it was calculated: another one now means that the draft has changed."""
    hits: Mapped[list[list[Any]]] = mapped_column(JSON)
    """[kind, employment, person, unit, staff group, task, level before, level after, observed times] of each."""
    gaps: Mapped[list[list[Any]]] = mapped_column(JSON)
    """[unit, task, shift, kind of day, need, before, after] of each."""
    calculated_at: Mapped[datetime]
    calculated_by: Mapped[int]
