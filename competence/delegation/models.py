"""Who may do what, on which terms: the matrix in versions, stops, masks and delegations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.access.rules import Role
from competence.delegation.agreements import DelegationKind, Scope, Supervision, Told
from competence.delegation.rules import CellRule, Ground, Keeping, LeaderPart
from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import (
    STAYS,
    TEN_YEARS,
    TEN_YEARS_AFTER,
    YEAR,
    Basis,
    Erasure,
    NotPersonal,
    PersonData,
)
from competence.foundation.text import N_


class MatrixVersion(Base, Tenant):
    """One version of the municipality's matrix. Drafts have no dates; an approved one is in force between its own."""

    __tablename__ = reference("matrix_version")
    __persondata__ = NotPersonal(N_("the division of tasks; who approved it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "number"),
        CheckConstraint("approved_at IS NULL OR valid_from IS NOT NULL", name="approved_has_a_first_day"),
        CheckConstraint("approved_at IS NULL OR discarded_at IS NULL", name="approved_is_not_discarded"),
        approved_by="person",
        based_on_id="matrix_version",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None]
    approved_as: Mapped[str | None] = mapped_column(String(80))
    """The approver's role and name are looked up; this is the staff group or role she approved in."""
    reference_code: Mapped[str | None] = mapped_column(String(20))
    """"EDIT" for the draft that ships: a starting point, shown under a banner."""
    reference_version: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    based_on_id: Mapped[int | None]
    """The version whose cells it began with; None: empty, or from a file."""
    discarded_at: Mapped[datetime | None]
    """A draft that was given up: it stays to be read, and can be neither edited nor approved."""
    discarded_by: Mapped[int | None]
    hearing_opened_at: Mapped[datetime | None]
    hearing_opened_by: Mapped[int | None]
    hearing_until: Mapped[date | None]
    """The last day on which those invited may comment."""
    hearing_reminded_at: Mapped[datetime | None]
    """When those who had said nothing were last reminded; None: not in this hearing."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]

    def is_in_hearing(self, on: date) -> bool:
        """Whether those invited may comment on the day."""
        return (
            self.hearing_until is not None
            and self.hearing_until >= on
            and self.approved_at is None
            and self.discarded_at is None
        )


class Cell(Base, Tenant):
    """Task x staff group -> one of the nine rules, with its terms. A task and group without a row is undecided."""

    __tablename__ = reference("cell")
    __persondata__ = NotPersonal(N_("the division of tasks"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "version_id", "task_id", "staff_group_id"),
        CheckConstraint("minimum_level IS NULL OR minimum_level >= 1", name="minimum_level_from_one"),
        version_id="matrix_version",
        task_id="task",
        staff_group_id="staff_group",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    task_id: Mapped[int]
    staff_group_id: Mapped[int]
    rule: Mapped[CellRule] = mapped_column(String(20))
    minimum_level: Mapped[int | None]
    """Rank on the practice scale; a sign-off below it does not entitle."""
    education_level: Mapped[int | None]
    """`core` only: the level that the education gives."""
    level_not_stated: Mapped[bool] = mapped_column(default=False)
    """The source said no level: rank 1 was taken, and is listed as such."""
    observed_times: Mapped[int | None]
    """None: as the task says."""
    validity_months: Mapped[int | None]
    """None: as the task says, unless `validity_date` does; 0: does not lapse."""
    validity_date: Mapped[str | None] = mapped_column(String(5))
    """A day that comes every year, "03-01", instead of months: a signature counts through the next one."""
    limits: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """Each {"code", "text", "when"}; words as they were when the version was approved."""
    ground: Mapped[Ground | None] = mapped_column(String(20))
    framework: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """{"giver", "instruction", "instruction_version"} that a draft names; approval makes it a framework delegation."""
    agreed_with_leader: Mapped[LeaderPart] = mapped_column(String(10), default=LeaderPart.NONE)
    keeping: Mapped[Keeping] = mapped_column(String(10), default=Keeping.AT_ONCE, server_default="at_once")
    """What those keep who hold the task by a signature and lose it by this cell."""
    keeping_to: Mapped[date | None]
    """With "grace": the first day on which they no longer keep it."""
    revision: Mapped[int] = mapped_column(default=0)
    """The id of the change that wrote it last, 0 = as the draft began. Whoever saves says which one she has seen."""
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(400), default="")


class CellChange(Base, Tenant):
    """One change of one cell of a draft: from what, to what, by whom. Never edited; an undo is a change of its own."""

    __tablename__ = "cell_change"
    __persondata__ = NotPersonal(N_("changes in drafts of the division of tasks; who made them is an id"))
    __table_args__ = wall(
        Index(None, "municipality_id", "version_id", "id"),
        version_id="matrix_version",
        task_id="task",
        staff_group_id="staff_group",
        undoes_id="cell_change",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    task_id: Mapped[int]
    staff_group_id: Mapped[int]
    batch: Mapped[str] = mapped_column(String(32))
    """The same on all changes that were made by one press of a button."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The cell's columns; None: it had no row."""
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    undoes_id: Mapped[int | None]
    """The change that this one took back."""
    changed_by: Mapped[int]
    recorded_at: Mapped[datetime]


class HearingInvitation(Base, Tenant):
    """Who is asked to comment on a draft: everybody with a role, or a named person."""

    __tablename__ = "hearing_invitation"
    __persondata__ = PersonData(
        purpose=N_("To ask leaders and committee members what they think of a draft of the division of tasks."),
        basis=Basis.TASK,
        seen_by=N_("those who are invited, and those who edit and approve the draft"),
        period=TEN_YEARS_AFTER,
        erasures=(Erasure(TEN_YEARS),),
    )
    __table_args__ = wall(
        CheckConstraint("(role IS NULL) <> (person_id IS NULL)", name="a_role_or_a_person"),
        Index(None, "municipality_id", "version_id"),
        version_id="matrix_version",
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    role: Mapped[Role | None] = mapped_column(String(40))
    person_id: Mapped[int | None]
    invited_by: Mapped[int]
    recorded_at: Mapped[datetime]


class HearingComment(Base, Tenant):
    """What somebody invited says of a draft or one of its cells, and what she was answered. Open until it is answered."""

    __tablename__ = "hearing_comment"
    __persondata__ = PersonData(
        purpose=N_("What leaders and committee members said of a draft, and what they were answered."),
        basis=Basis.TASK,
        seen_by=N_("those who are invited, and those who edit and approve the draft"),
        period=TEN_YEARS_AFTER,
        erasures=(Erasure(TEN_YEARS, blank=("text",), where="text IS NOT NULL"),),
        person="written_by",
    )
    __table_args__ = wall(
        CheckConstraint("(task_id IS NULL) = (staff_group_id IS NULL)", name="a_whole_cell_or_none"),
        Index(None, "municipality_id", "version_id"),
        version_id="matrix_version",
        task_id="task",
        staff_group_id="staff_group",
        written_by="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    task_id: Mapped[int | None]
    """None: about the whole draft."""
    staff_group_id: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(Text)
    """None: erased with its writer."""
    written_by: Mapped[int]
    recorded_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None]
    answered_at: Mapped[datetime | None]


class ExampleCell(Base, Tenant):
    """What another matrix says of the task, shown beside the cell; never a rule."""

    __tablename__ = "example_cell"
    __persondata__ = NotPersonal(N_("other municipalities' division of tasks"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "matrix_code", "task_id", "staff_group_id", name="uq_example_cell_place"),
        task_id="task",
        staff_group_id="staff_group",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    matrix_code: Mapped[str] = mapped_column(String(20))
    matrix_name: Mapped[str] = mapped_column(String(80))
    task_id: Mapped[int]
    staff_group_id: Mapped[int]
    rule: Mapped[CellRule] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(400), default="")


class UnitMask(Base, Tenant):
    """A unit that is stricter than the municipality: closes the task, or asks for a higher level. Never looser."""

    __tablename__ = reference("unit_mask")
    __persondata__ = NotPersonal(N_("what a unit has made stricter; who wrote it is an id"))
    __table_args__ = wall(
        Index(None, "municipality_id", "unit_id"), unit_id="unit", task_id="task", staff_group_id="staff_group"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    task_id: Mapped[int]
    staff_group_id: Mapped[int | None]
    """None: every group."""
    minimum_level: Mapped[int | None]
    """None: closed."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


class Stop(Base, Tenant):
    """A task closed at once, for groups and units, with a reason and an end."""

    __tablename__ = reference("stop")
    __persondata__ = NotPersonal(N_("tasks that were stopped; who stopped them is an id"))
    __table_args__ = wall(
        Index(None, "municipality_id", "task_id"), task_id="task", unit_id="unit", staff_group_id="staff_group"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int]
    unit_id: Mapped[int]
    """Closed here and below."""
    staff_group_id: Mapped[int | None]
    """None: all staff groups."""
    begins_at: Mapped[datetime]
    valid_to: Mapped[date]
    """First day it is open again, if nobody lifts it before."""
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)
    stopped_by: Mapped[int]
    recorded_at: Mapped[datetime]


class StopNotice(Base, Tenant):
    """Somebody whom a stop concerns was told of it: when, in which part, and when she first opened its page."""

    __tablename__ = "stop_notice"
    __persondata__ = PersonData(
        purpose=N_("To show who was told that a task is stopped, and who has seen it."),
        basis=Basis.DUTY,
        seen_by=N_("the person; leader and development nurse within reach"),
        period=N_("2 years after she was told"),
        erasures=(Erasure(2 * YEAR, since="told_at"),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "stop_id", "person_id"),
        Index(None, "municipality_id", "person_id"),
        stop_id="stop",
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    stop_id: Mapped[int]
    person_id: Mapped[int]
    part: Mapped[Told] = mapped_column(String(10))
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class Delegation(Base, Tenant):
    """The projection of a personal delegation's or task transfer's events: an authorised person lets another do a task."""

    __tablename__ = "delegation"
    __persondata__ = PersonData(
        purpose=N_("To show to whom a reserved task has been delegated, and by whom."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader and development nurse within reach; auditor with a purpose"),
        period=STAYS,
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id", "task_id"),
        Index(None, "municipality_id", "giver_id"),
        Index(None, "municipality_id", "supervisor_id"),
        CheckConstraint("giver_id <> person_id", name="giver_is_another"),
        CheckConstraint("rests_on_id IS NULL OR NOT onward", name="onward_once"),
        CheckConstraint("(scope = 'citizen') = (citizen_id IS NOT NULL)", name="citizen_where_the_scope_is_one"),
        person_id="person",
        giver_id="person",
        instructor_id="person",
        supervisor_id="person",
        task_id="task",
        event_id="evidence_event",
        citizen_id="citizen_reference",
        rests_on_id="delegation",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    person_id: Mapped[int]
    giver_id: Mapped[int]
    task_id: Mapped[int]
    citizen_id: Mapped[int | None]
    kind: Mapped[DelegationKind] = mapped_column(String(12), default=DelegationKind.FRAMEWORK)
    scope: Mapped[Scope] = mapped_column(String(10), default=Scope.ALL)
    """CITIZEN: the one at `citizen_id`. GROUP: those whom a text of the event describes."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    accepted_on: Mapped[date | None]
    declined_on: Mapped[date | None]
    """The day of the receiver's no; it never came into force."""
    ended_on: Mapped[date | None]
    """First day it no longer counts because somebody ended it; `valid_to` is then no later."""
    instructor_id: Mapped[int | None]
    """None: somebody whose name stands with the event, or nobody named."""
    instructed_on: Mapped[date | None]
    supervisor_id: Mapped[int | None]
    supervision: Mapped[Supervision | None] = mapped_column(String(10))
    supervise_on: Mapped[date | None]
    """The next day on or before which it is supervised; None: no further one is planned."""
    supervise_months: Mapped[int | None]
    """Months from one supervision to the next; None: once."""
    onward: Mapped[bool] = mapped_column(default=False)
    """Whether the receiver may delegate it onward."""
    rests_on_id: Mapped[int | None]
    """The delegation by which the giver had the right to delegate onward; None: she gave of her own right."""
    has_conditions: Mapped[bool] = mapped_column(default=False)
    """Whether the event carries conditions, or a group that only words describe."""


class FrameworkDelegation(Base, Tenant):
    """One written delegation for a task and a staff group: the ground of a cell. Names its giver and its instruction."""

    __tablename__ = reference("framework_delegation")
    __persondata__ = NotPersonal(N_("written delegations to a staff group; the giver is an id"))
    __table_args__ = wall(
        Index(None, "municipality_id", "task_id", "staff_group_id"),
        giver_id="person",
        task_id="task",
        staff_group_id="staff_group",
        renews_id="framework_delegation",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    giver_id: Mapped[int | None]
    giver_text: Mapped[str] = mapped_column(String(200), default="")
    task_id: Mapped[int]
    staff_group_id: Mapped[int]
    instruction: Mapped[str] = mapped_column(String(200))
    instruction_version: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    renews_id: Mapped[int | None]
    """The one that it takes over from."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
