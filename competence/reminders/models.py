"""What somebody has been reminded of, the mails that wait to be sent, and who wants none."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_
from competence.reminders.rules import Kind, MailKind, Part, State


class OutgoingMail(Base, Tenant):
    """A mail to a person, kept until the mail server has taken it. Its words are made when it is sent, and never stored."""

    __tablename__ = "outgoing_mail"
    __persondata__ = PersonData(
        purpose=N_("To send each reminder by mail once, also when the mail server has been down."),
        basis=Basis.TASK,
        seen_by=N_("nobody in the pages; whoever operates the database"),
        period=N_("180 days after it was made"),
        erasures=(
            Erasure(
                180,
                since="made_at",
                where=(
                    "NOT EXISTS (SELECT 1 FROM reminder r WHERE r.municipality_id = :m AND r.mail_id = outgoing_mail.id)"
                ),
            ),
        ),
    )
    __table_args__ = wall(
        UniqueConstraint(
            "municipality_id", "person_id", "kind", "subject_id", "period", name="uq_outgoing_mail_person_id"
        ),
        Index(None, "municipality_id", "state", "next_try_at"),
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    """"digest" or "hearing"."""
    subject_id: Mapped[int]
    """The number of the version in hearing; 0 for the weekly one."""
    period: Mapped[date]
    """The Monday of the week; for a hearing the day on which it was reminded of."""
    made_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(String(10), default=State.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    state_at: Mapped[datetime]
    """When it came to its state."""


class Reminder(Base, Tenant):
    """One person has been reminded of one matter at one rung of its ladder."""

    __tablename__ = "reminder"
    __persondata__ = PersonData(
        purpose=N_("To remind a person in time of what ends, once for each rung."),
        basis=Basis.TASK,
        seen_by=N_("the person who is reminded"),
        period=N_("180 days after the last day of what it was about"),
        erasures=(Erasure(180, since="due_on"),),
    )
    __table_args__ = wall(
        UniqueConstraint(
            "municipality_id", "person_id", "kind", "subject_id", "due_on", "rung", name="uq_reminder_person_id"
        ),
        Index(None, "municipality_id", "person_id", "closed_at"),
        Index(None, "municipality_id", "mail_id"),
        CheckConstraint("rung >= 0", name="rung_not_negative"),
        person_id="person",
        about_id="person",
        employment_id="employment",
        task_id="task",
        mail_id="outgoing_mail",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    """Who is reminded."""
    part: Mapped[Part] = mapped_column(String(12))
    kind: Mapped[Kind] = mapped_column(String(12))
    subject_id: Mapped[int]
    """The signature's event, the delegation, the framework, the exemption or the absence."""
    due_on: Mapped[date]
    """The day as the fact has it: the first on which it no longer counts, or by which something is to be done."""
    rung: Mapped[int]
    """So many days before."""
    about_id: Mapped[int | None]
    """Whom it concerns; None for a framework."""
    employment_id: Mapped[int | None]
    task_id: Mapped[int | None]
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When she put it away, or a later rung took its place; what is done closes it without this."""
    mail_id: Mapped[int | None]


class MailRefusal(Base, Tenant):
    """A person wants no mails of a kind."""

    __tablename__ = "mail_refusal"
    __persondata__ = PersonData(
        purpose=N_("To send no mails that a person does not want."),
        basis=Basis.TASK,
        seen_by=N_("the person"),
        period=N_("1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR),),
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "person_id", "kind"), person_id="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    kind: Mapped[MailKind] = mapped_column(String(12))
    recorded_at: Mapped[datetime]


class MailWish(Base, Tenant):
    """A person wants the mails of a kind that nobody gets unasked."""

    __tablename__ = "mail_wish"
    __persondata__ = PersonData(
        purpose=N_("To send mails that come only to those who asked for them."),
        basis=Basis.TASK,
        seen_by=N_("the person"),
        period=N_("1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR),),
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "person_id", "kind"), person_id="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    kind: Mapped[MailKind] = mapped_column(String(12))
    recorded_at: Mapped[datetime]
