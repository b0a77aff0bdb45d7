"""Persons, what can be erased about them, and their employments."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
from competence.organisation.models import Unit
from competence.people.rules import FROM_THE_START


class StaffGroup(Base, Tenant):
    """Education and employment: nurse, assistant, helper, unskilled ..."""

    __tablename__ = reference("staff_group")
    __persondata__ = NotPersonal(N_("kinds of education and employment"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "code"))
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    """Full name, as "Social- og sundhedsassistent"."""
    short_name: Mapped[str] = mapped_column(String(40))
    """As a column heading says it: "Assistent (SSA)"."""
    plural: Mapped[str] = mapped_column(String(40))
    authorised: Mapped[bool]
    has_reserved_scope: Mapped[bool] = mapped_column(default=False)
    may_sign: Mapped[bool] = mapped_column(default=False)
    """The municipality lets those of the group sign what they hold themselves."""
    is_student: Mapped[bool] = mapped_column(default=False)
    counts_in_coverage: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    reference_code: Mapped[str | None] = mapped_column(String(40))
    reference_version: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(400), default="")


class StaffGroupFollow(Base, Tenant):
    """A staff group without a cell of its own follows another's between two days, students from a stage.

    A change ends the row and adds another. One that was changed again on its first day holds on no day, and stays to be read.
    """

    __tablename__ = reference("staff_group_follow")
    __persondata__ = NotPersonal(N_("kinds of education and employment; who changed it is an id"))
    __table_args__ = wall(
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        Index(
            "uq_staff_group_follow_open", "municipality_id", "staff_group_id", unique=True,
            sqlite_where=text("valid_to IS NULL"), postgresql_where=text("valid_to IS NULL"),
        ),
        staff_group_id="staff_group", follows_id="staff_group",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_group_id: Mapped[int]
    follows_id: Mapped[int]
    from_stage: Mapped[str | None] = mapped_column(String(80))
    """The stage of the education from which it holds; its date stands on the employment. None: from the first day."""
    source: Mapped[str] = mapped_column(String(400), default="")
    valid_from: Mapped[date] = mapped_column(default=FROM_THE_START, server_default=FROM_THE_START.isoformat())
    valid_to: Mapped[date | None]
    """The first day on which it no longer follows it; None: it does."""
    recorded_at: Mapped[datetime | None]
    """None: it came with the reference data."""
    recorded_by: Mapped[int | None]
    ended_by: Mapped[int | None]


class Person(Base, Tenant):
    """A human being as an id, and nothing else: what names her lies in PersonIdentity and can be erased."""

    __tablename__ = "person"
    __persondata__ = PersonData(
        purpose=N_("An id, so that evidence can outlive the name."),
        basis=Basis.DUTY,
        seen_by=N_("nobody, it says nothing"),
        period=STAYS,
        person="id",
    )
    __table_args__ = wall()
    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    identity: Mapped["PersonIdentity | None"] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(PersonIdentity.person_id) == Person.id", uselist=False
    )


class PersonIdentity(Base, Tenant):
    """Name and contact of a person. Erased when its period is over; the evidence stays, about an id."""

    __tablename__ = "person_identity"
    __persondata__ = PersonData(
        purpose=N_("To know who it is, and to reach her."),
        basis=Basis.TASK,
        seen_by=N_(
            "the person; guide, leader and development nurse within reach; auditor with a purpose; "
            "planner; colleagues see the name of whom they may ask"
        ),
        period=TEN_YEARS_AFTER,
        erasures=(Erasure(TEN_YEARS),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id"),
        UniqueConstraint("municipality_id", "number"),
        Index(None, "municipality_id", "name"),
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(40))
    """Staff number in the payroll system; None for externals."""
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(String(40))

    @property
    def first_name(self) -> str:
        """The first name, as daily speech has it."""
        return self.name.split(" ")[0]


class Employment(Base, Tenant):
    """Ties a person to a unit, a staff group, shifts and dates. A person may have several at once."""

    __tablename__ = "employment"
    __persondata__ = PersonData(
        purpose=N_("To know where, as what and when a person works."),
        basis=Basis.TASK,
        seen_by=N_(
            "the person; guide, leader and development nurse within reach; auditor with a purpose; planner; administrator"
        ),
        period=STAYS,
    )
    __table_args__ = wall(
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_begins"),
        Index(None, "municipality_id", "unit_id", "valid_from"),
        Index(None, "municipality_id", "person_id"),
        person_id="person",
        unit_id="unit",
        staff_group_id="staff_group",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    unit_id: Mapped[int]
    """Where she works; a floater works in the unit's whole subtree."""
    staff_group_id: Mapped[int]
    shifts: Mapped[str] = mapped_column(String(3), default="")
    """The fixed shifts as letters in the order D, A, N; empty = none fixed."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """First day it no longer runs; None = open."""
    is_floater: Mapped[bool] = mapped_column(default=False)
    is_external: Mapped[bool] = mapped_column(default=False)
    agency: Mapped[str | None] = mapped_column(String(120))
    authorisation_checked_on: Mapped[date | None]
    authorisation_checked_by: Mapped[int | None]
    """The person who looked it up in the register; None when it came with an import."""
    stage_from: Mapped[date | None]
    """Students: the date from which the stage is reached that the followed group asks for."""
    recorded_at: Mapped[datetime]
    person: Mapped[Person] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Employment.person_id) == Person.id"
    )
    identity: Mapped[PersonIdentity | None] = relationship(
        lazy="raise",
        viewonly=True,
        uselist=False,
        primaryjoin="foreign(Employment.person_id) == remote(PersonIdentity.person_id)",
    )
    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, primaryjoin="foreign(Employment.unit_id) == Unit.id")
    staff_group: Mapped[StaffGroup] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Employment.staff_group_id) == StaffGroup.id"
    )


class Absence(Base, Tenant):
    """A time an employment is away: from and to only, no kind, no note."""

    __tablename__ = "absence"
    __persondata__ = PersonData(
        purpose=N_("To know from when to when an employment is away. No kind, no reason."),
        basis=Basis.TASK,
        seen_by=N_("the person; leader; planner as not in the roster"),
        period=N_("2 years after the absence ended"),
        erasures=(Erasure(2 * YEAR, since="valid_to"),),
        person="employment_id",
    )
    __table_args__ = wall(Index(None, "municipality_id", "employment_id"), employment_id="employment")
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


class LegalHold(Base, Tenant):
    """Nothing about the person, or about anybody, is erased while it stands."""

    __tablename__ = "legal_hold"
    __persondata__ = PersonData(
        purpose=N_("To keep what a case or a supervision still needs."),
        basis=Basis.DUTY,
        seen_by=N_("administrator"),
        period=N_("5 years after it was lifted"),
        erasures=(Erasure(5 * YEAR, since="lifted_at"),),
        person="",
    )
    __table_args__ = wall(person_id="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None]
    """None: everybody in the municipality."""
    reason: Mapped[str] = mapped_column(String(400))
    begun_at: Mapped[datetime]
    begun_by: Mapped[int | None]
    lifted_at: Mapped[datetime | None]
