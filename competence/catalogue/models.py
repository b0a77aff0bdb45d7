"""What can be signed off, and the levels in which it is said: the shared vocabulary."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from competence.catalogue.rules import Asks, GateKind, Reserved, ScaleKind, TaskKind
from competence.foundation.orm import Base, Tenant, append_only, reference, wall
from competence.foundation.retention import TEN_YEARS, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_


class Area(Base, Tenant):
    """Tasks that belong together (fagområde)."""

    __tablename__ = reference("area")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)
    archived_on: Mapped[date | None]
    """From this day no new task is put in it."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts its changes, so that a page that is out of date is told."""


class Task(Base, Tenant):
    """One thing a person can be signed off for: a care task or a general competence."""

    __tablename__ = reference("task")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "code"),
        UniqueConstraint("municipality_id", "slot"),
        CheckConstraint("observed_times >= 0", name="observed_times_not_negative"),
        CheckConstraint("validity_date IS NULL OR validity_months IS NULL", name="one_validity"),
        area_id="area",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    """The reference code where it has one, else one made from the name."""
    name: Mapped[str] = mapped_column(String(200))
    plain_text: Mapped[str] = mapped_column(String(200), default="")
    """One line in plain Danish for a weak reader."""
    also_called: Mapped[str] = mapped_column(String(400), default="", server_default="")
    """Other names by which people look for it, with commas between: "kateterskyl, KAD"."""
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[TaskKind] = mapped_column(String(12))
    critical: Mapped[bool] = mapped_column(default=False)
    fsiii_code: Mapped[str | None] = mapped_column(String(80))
    legal_basis: Mapped[str] = mapped_column(String(80), default="")
    reserved: Mapped[Reserved] = mapped_column(String(12), default=Reserved.NO)
    reserved_basis: Mapped[str] = mapped_column(String(200), default="")
    never_delegated: Mapped[str] = mapped_column(String(200), default="")
    """On what ground it can never be delegated, in words; empty: it can."""
    people_needed: Mapped[int] = mapped_column(default=1)
    observed_times: Mapped[int] = mapped_column(default=3)
    """How many times it is seen before the first signature; a cell may say otherwise."""
    renewal_observed_times: Mapped[int | None]
    counts_simulated: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a time that was simulated counts among those asked for, as one with a citizen does."""
    counts_oral: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether one that was told or examined counts."""
    counts_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a test that was passed counts."""
    second_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether somebody else who may sign must approve a signature before it can be answered."""
    expiring_days: Mapped[int | None]
    """From so many days before its last day a right is shown as expiring; None: as the municipality has set it."""
    refresh_months: Mapped[int | None]
    """After so many months without doing it a refresh is suggested to the person herself; None: never. Decides no right."""
    reminder_days: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Its own ladder of reminders, as "90, 30, 7"; empty: as the municipality has set it."""
    validity_months: Mapped[int | None]
    """How long a signature counts; None: it does not lapse. A cell or a row for the staff group may say otherwise."""
    validity_date: Mapped[str | None] = mapped_column(String(5))
    """A day that comes every year, "03-01", instead of months: it counts through the next one."""
    instruction_name: Mapped[str | None] = mapped_column(String(200))
    instruction_url: Mapped[str | None] = mapped_column(String(400))
    instruction_version: Mapped[str | None] = mapped_column(String(40))
    instruction_from: Mapped[date | None]
    """The four columns say what came with the catalogue; later versions have rows of their own (InstructionVersion)."""
    slot: Mapped[int]
    """Its place in every vector of the municipality; never reused."""
    position: Mapped[int] = mapped_column(default=0)
    reference_code: Mapped[str | None] = mapped_column(String(40))
    reference_version: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(400), default="")
    archived_on: Mapped[date | None]
    """From this day it is out of the catalogue; nothing about it is removed."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts its changes, so that a page that is out of date is told."""
    last_criterion: Mapped[int] = mapped_column(default=0)
    """The highest position that a criterion of its own ever had: a position is never given to another text."""
    recorded_at: Mapped[datetime]
    area: Mapped[Area] = relationship(lazy="raise", viewonly=True, primaryjoin="foreign(Task.area_id) == Area.id")

    def counts(self, how: str) -> bool:
        """Whether a time shown in that way counts among those asked for; one with a citizen always does."""
        return how == "observed" or bool(getattr(self, f"counts_{how}", False))


class TaskCriterion(Base, Tenant):
    """What the person must show, in order. Without a task: used where a task has none of its own."""

    __tablename__ = reference("task_criterion")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "task_id", "position"), task_id="task")
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int | None]
    position: Mapped[int]
    """Its number in evidence; where it stands is `place`."""
    place: Mapped[int | None]
    """Where it stands among the task's; None: at its position."""
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


class TaskValidity(Base, Tenant):
    """How long a signature for the task counts in one staff group, where that is not as the task says."""

    __tablename__ = reference("task_validity")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "task_id", "staff_group_id"),
        CheckConstraint("(validity_date IS NULL) <> (validity_months IS NULL)", name="one_validity"),
        task_id="task",
        staff_group_id="staff_group",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    staff_group_id: Mapped[int]
    validity_months: Mapped[int | None]
    """0: does not lapse."""
    validity_date: Mapped[str | None] = mapped_column(String(5))


class TaskPicture(Base, Tenant):
    """A small picture of the task, for whoever reads little."""

    __tablename__ = "task_picture"
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "task_id"), task_id="task")
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    recorded_at: Mapped[datetime]


class TaskRevision(Base, Tenant):
    """What the catalogue said of a task from one change to the next, so that any date can be read."""

    __tablename__ = append_only("task_revision")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels; who changed it is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "task_id", "revision"), task_id="task")
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    revision: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """All that the page of the task can change, as it was from then on."""
    why: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


class InstructionVersion(Base, Tenant):
    """One version of a task's written instruction, and what its author asks of those who hold the task."""

    __tablename__ = reference("instruction_version")
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels; who changed it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "task_id", "number"),
        CheckConstraint("asks = 'keep' OR closes_on IS NOT NULL", name="asking_has_a_day"),
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    number: Mapped[int]
    """1 = the first that was written here."""
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    asks: Mapped[Asks] = mapped_column(String(12))
    closes_on: Mapped[date | None]
    """The day after the grace: from then on only signatures since `valid_from` count, or the unread is shown to leaders."""
    closes_unread: Mapped[bool] = mapped_column(default=False, server_default=false())
    """With READ: from `closes_on` the task is closed for whoever has not read it."""
    what_is_new: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


class InstructionReading(Base, Tenant):
    """Somebody has said that she has read and understood a version of an instruction."""

    __tablename__ = "instruction_reading"
    __persondata__ = PersonData(
        purpose=N_("To show who has read a new written instruction."),
        basis=Basis.DUTY,
        seen_by=N_("the person, her leader and the development nurse"),
        period=N_("10 years after the last employment or role ended"),
        erasures=(Erasure(TEN_YEARS),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "instruction_id"),
        person_id="person",
        instruction_id="instruction_version",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    instruction_id: Mapped[int]
    confirmed_at: Mapped[datetime]


class ScaleChange(Base, Tenant):
    """A change of one of the two scales: what its levels were called from a day, and what they were before."""

    __tablename__ = reference(append_only("scale_change"))
    __persondata__ = NotPersonal(N_("the municipality's catalogue of tasks and levels; who changed it is an id"))
    __table_args__ = wall()
    id: Mapped[int] = mapped_column(primary_key=True)
    scale: Mapped[ScaleKind] = mapped_column(String(12))
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each {"rank", "name", "meaning"}."""
    after: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    becomes: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The new rank of each old one, the lowest first; None: every level kept its rank."""
    valid_from: Mapped[date | None]
    """The first day of the new scale; None in a row from before days were kept: the day it was recorded."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


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
