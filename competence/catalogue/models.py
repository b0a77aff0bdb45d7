"""What can be signed off, and the levels in which it is said: the shared vocabulary."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from competence.catalogue.rules import GateKind, Reserved, ScaleKind, TaskKind
from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class Area(Base, Tenant):
    """Tasks that belong together (fagområde)."""

    __tablename__ = reference("area")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)


class Task(Base, Tenant):
    """One thing a person can be signed off for: a care task or a general competence."""

    __tablename__ = reference("task")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "code"),
        UniqueConstraint("municipality_id", "slot"),
        CheckConstraint("observed_times >= 0", name="observed_times_not_negative"),
        area_id="area",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    """The reference code where it has one, else one made from the name."""
    name: Mapped[str] = mapped_column(String(200))
    plain_text: Mapped[str] = mapped_column(String(200), default="")
    """One line in plain Danish for a weak reader."""
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[TaskKind] = mapped_column(String(12))
    critical: Mapped[bool] = mapped_column(default=False)
    fsiii_code: Mapped[str | None] = mapped_column(String(80))
    legal_basis: Mapped[str] = mapped_column(String(80), default="")
    reserved: Mapped[Reserved] = mapped_column(String(12), default=Reserved.NO)
    reserved_basis: Mapped[str] = mapped_column(String(200), default="")
    people_needed: Mapped[int] = mapped_column(default=1)
    observed_times: Mapped[int] = mapped_column(default=3)
    """How many times it is seen before the first signature; a cell may say otherwise."""
    renewal_observed_times: Mapped[int | None]
    validity_months: Mapped[int | None]
    """How long a signature counts; None: it does not lapse. A cell may say otherwise."""
    instruction_name: Mapped[str | None] = mapped_column(String(200))
    instruction_url: Mapped[str | None] = mapped_column(String(400))
    instruction_version: Mapped[str | None] = mapped_column(String(40))
    instruction_from: Mapped[date | None]
    sign_again_from: Mapped[date | None]
    """From this day only signatures given on or after it count: the author of a new instruction asked for new ones."""
    slot: Mapped[int]
    """Its place in every vector of the municipality; never reused."""
    position: Mapped[int] = mapped_column(default=0)
    reference_code: Mapped[str | None] = mapped_column(String(40))
    reference_version: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(400), default="")
    archived_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    area: Mapped[Area] = relationship(lazy="raise", viewonly=True, primaryjoin="foreign(Task.area_id) == Area.id")


class TaskCriterion(Base, Tenant):
    """What the person must show, in order. Without a task: used where a task has none of its own."""

    __tablename__ = reference("task_criterion")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "task_id", "position"), task_id="task")
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int | None]
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(400), default="")


class TaskPrerequisite(Base, Tenant):
    """Another task that must be held when this one is signed; with `must_hold` also as long as it is used."""

    __tablename__ = reference("task_prerequisite")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "task_id", "needs_task_id"),
        CheckConstraint("task_id <> needs_task_id", name="needs_another"),
        task_id="task",
        needs_task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    needs_task_id: Mapped[int]
    must_hold: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(400), default="")


class TaskGate(Base, Tenant):
    """A course, dialogue or practice check that must be passed before a group may have the task signed."""

    __tablename__ = reference("task_gate")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "task_id", "staff_group_id", "code"),
        task_id="task",
        staff_group_id="staff_group",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    staff_group_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    """The same code on several tasks is the same course or dialogue: passed once, it opens for all of them."""
    kind: Mapped[GateKind] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(400), default="")


class Level(Base, Tenant):
    """One level of one of the two scales, 1 the lowest. The scales are never merged."""

    __tablename__ = reference("level")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "scale", "rank"), CheckConstraint("rank >= 1", name="rank_from_one")
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    scale: Mapped[ScaleKind] = mapped_column(String(12))
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    meaning: Mapped[str] = mapped_column(String(200), default="")


class Limit(Base, Tenant):
    """A limit to choose from for "may, when ...", in the municipality's own words."""

    __tablename__ = reference("limit_text")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "code"))
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(300))
    when_text: Mapped[str] = mapped_column(String(300), default="")
    """The same as the end of the sentence "Må udføre, når ..."."""
    source: Mapped[str] = mapped_column(String(400), default="")
