"""What leads to a sign-off, and the projections of the evidence about them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import STAYS, TEN_YEARS, TEN_YEARS_AFTER, YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_
from competence.signoffs.rules import How, ObservationKind, Origin, Where


class Observation(Base, Tenant):
    """One time somebody saw the person do the task, or a dialogue, course or practice check that was passed."""

    __tablename__ = "observation"
    __persondata__ = PersonData(
        purpose=N_("To show what a sign-off rests on."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader and development nurse within reach; auditor with a purpose"),
        period=N_("Where no sign-off followed: 1 year. The rest: 10 years after the last employment or role ended"),
        erasures=(
            Erasure(
                YEAR,
                since="recorded_at",
                where=(
                    "NOT EXISTS (SELECT 1 FROM evidence_event e WHERE e.municipality_id = :m AND e.person_id = "
                    "observation.person_id AND e.kind = 'signed' AND (observation.task_id IS NULL OR e.task_id = "
                    "observation.task_id))"
                ),
            ),
            Erasure(TEN_YEARS),
        ),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id", "task_id"),
        Index("uq_observation_sent_as", "municipality_id", "sent_as", unique=True),
        CheckConstraint("observer_id IS NULL OR observer_id <> person_id", name="observer_is_another"),
        person_id="person",
        task_id="task",
        observer_id="person",
        unit_id="unit",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int | None]
    """None for a gate that several tasks share."""
    gate_code: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[ObservationKind] = mapped_column(String(20))
    how: Mapped[How] = mapped_column(String(20), default=How.OBSERVED, server_default=How.OBSERVED.value)
    """How it was shown; whether such a time counts is for the task to say (Task.counts)."""
    unit_id: Mapped[int | None]
    """In which unit."""
    place: Mapped[Where | None] = mapped_column(String(20))
    """Where, when no unit says it."""
    observed_on: Mapped[date]
    observer_id: Mapped[int | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None]
    observed_at: Mapped[datetime | None]
    """The moment by the phone on which it was written down; None when only the day was."""
    sent_as: Mapped[str | None] = mapped_column(String(36))
    """The UUID that the phone gave it, so that it is recorded once however often it is sent."""


class ObservationDraft(Base, Tenant):
    """A guide's ticks for one person and task, kept after each tick and free to change until she signs."""

    __tablename__ = "observation_draft"
    __persondata__ = PersonData(
        purpose=N_("A guide's ticks before she signs."),
        basis=Basis.TASK,
        seen_by=N_("the guide who wrote it"),
        period=N_("1 year after the last tick"),
        erasures=(Erasure(YEAR, since="saved_at"),),
        person="employment_id",
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "guide_id", "employment_id", "task_id", name="uq_observation_draft_place"),
        guide_id="person",
        employment_id="employment",
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int]
    employment_id: Mapped[int]
    task_id: Mapped[int]
    ticked: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Positions of the criteria that have been shown."""
    saved_at: Mapped[datetime]


class TrainingCode(Base, Tenant):
    """The code that somebody holds up to her guide, who scans it to begin. A new one replaces it."""

    __tablename__ = "training_code"
    __persondata__ = PersonData(
        purpose=N_("To let a guide begin an observation by scanning a colleague's code."),
        basis=Basis.TASK,
        seen_by=N_("the person; whoever she shows the code, when signed in and allowed to sign for her"),
        period=N_("1 day after it was made"),
        erasures=(Erasure(1, since="made_at"),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id"), UniqueConstraint("secret"), person_id="person"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    secret: Mapped[str] = mapped_column(String(64))
    """Random, and all that the link holds."""
    made_at: Mapped[datetime]


class SignOffRequest(Base, Tenant):
    """An employee, or her leader from a gap, asks for a sign-off. Closed by a signature, withdrawn, or sent back with a comment.

    Asking again makes a new row, so that each request and each return has its own day.
    """

    __tablename__ = "sign_off_request"
    __persondata__ = PersonData(
        purpose=N_("To ask a guide for a sign-off, and to be told what there is still to practise."),
        basis=Basis.TASK,
        seen_by=N_("the person; guide and leader within reach"),
        period=N_("1 year after it was closed"),
        erasures=(Erasure(YEAR, since="closed_at"),),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(
            "uq_sign_off_request_open", "municipality_id", "employment_id", "task_id", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
        employment_id="employment",
        task_id="task",
        asked_by="person",
        closed_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    task_id: Mapped[int]
    asked_by: Mapped[int]
    """Herself, or the leader who pressed "ask the guide" on a gap."""
    asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None] = mapped_column(String(20))
    """"signed", "withdrawn" or "returned"."""
    closed_by: Mapped[int | None]
    """Who sent it back; None for the other ends."""
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What there is still to practise, from the guide who sent it back."""


class SignedColumns:
    """What both projections say of a sign-off, whose event stands in the person's chain."""

    person_id: Mapped[int]
    task_id: Mapped[int]
    citizen_id: Mapped[int | None]
    event_id: Mapped[int]
    seq: Mapped[int]
    level: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """First day it no longer counts by what was signed."""
    accepted_on: Mapped[date | None]
    """The day of the person's yes; None: it is still waited for."""
    answer_before: Mapped[date | None]
    """First day on which the yes is too late."""
    signer_id: Mapped[int | None]
    signer_text: Mapped[str | None] = mapped_column(String(200))
    """An external instructor's or a paper's signer, as she stands in the event."""
    origin: Mapped[Origin] = mapped_column(String(20))
    signed_at: Mapped[datetime]


def _one_for_each(table: str) -> tuple[Any, ...]:
    """One row per person, task and citizen, in which nobody (all citizens) is a citizen too."""
    place = ("municipality_id", "person_id", "task_id")
    everybody, named = text("citizen_id IS NULL"), text("citizen_id IS NOT NULL")
    return wall(
        Index(f"uq_{table}_all", *place, unique=True, sqlite_where=everybody, postgresql_where=everybody),
        Index(f"uq_{table}_citizen", *place, "citizen_id", unique=True, sqlite_where=named, postgresql_where=named),
        Index(None, *place),  # the two above are used only where a query names citizens
        person_id="person", task_id="task", citizen_id="citizen_reference", event_id="evidence_event",
    )  # fmt: skip


SIGNER_FORGOTTEN = (Erasure(TEN_YEARS, blank=("signer_text",), where="signer_text IS NOT NULL"),)


class CurrentSignOff(SignedColumns, Base, Tenant):
    """Projection: the latest sign-off that counts or counted, one per person, task and citizen. Rebuilt by `competence check`.

    Without a yes it is one transferred from paper, which counts while its yes is waited for.
    """

    __tablename__ = "current_signoff"
    __persondata__ = PersonData(
        purpose=N_("The sign-offs that count now, made from the events."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader and development nurse within reach; auditor with a purpose"),
        period=STAYS,
        erasures=SIGNER_FORGOTTEN,
    )
    __table_args__ = _one_for_each("current_signoff")
    id: Mapped[int] = mapped_column(primary_key=True)
    counts_from: Mapped[date]
    ended_on: Mapped[date | None]
    """First day it no longer counts because somebody ended it."""
    ended_by: Mapped[str | None] = mapped_column(String(20))
    """Kind of the event that ended it; None when only time does."""
    pauses: Mapped[list[list[str | None]]] = mapped_column(JSON, default=list)
    """Suspensions as [from, to] in ISO dates, half-open."""


class WaitingSignOff(SignedColumns, Base, Tenant):
    """Projection: a signature that waits for the person's yes or for its first day, one per person, task and citizen.

    With a yes it waits for its first day only.
    """

    __tablename__ = "waiting_signoff"
    __persondata__ = PersonData(
        purpose=N_("Sign-offs that wait for the person's own yes, made from the events."),
        basis=Basis.DUTY,
        seen_by=N_("the person; the guide who signed; leader within reach"),
        period=STAYS,
        erasures=SIGNER_FORGOTTEN,
    )
    __table_args__ = _one_for_each("waiting_signoff")
    id: Mapped[int] = mapped_column(primary_key=True)
    lacks_second: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it waits for a second approval first."""
    pauses: Mapped[list[list[str | None]]] = mapped_column(JSON, default=list, server_default="[]")
    """Suspensions that hold for it too, as in the other projection."""


class Exemption(Base, Tenant):
    """A person is exempt from a task by agreement: from, to and task, never a reason."""

    __tablename__ = "exemption"
    __persondata__ = PersonData(
        purpose=N_("A person is exempt from a task by agreement. No reason."),
        basis=Basis.TASK,
        seen_by=N_("the person; leader; in an inspection pack, from and to only"),
        period=N_("2 years after it ended"),
        erasures=(Erasure(2 * YEAR, since="valid_to"),),
    )
    __table_args__ = wall(Index(None, "municipality_id", "person_id"), person_id="person", task_id="task")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]


class LeaderAgreement(Base, Tenant):
    """The leader's part where the cell asks for it: agreed, or told. Never looks like a signature."""

    __tablename__ = "leader_agreement"
    __persondata__ = PersonData(
        purpose=N_("The leader's part in a training."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader and development nurse within reach; auditor with a purpose"),
        period=TEN_YEARS_AFTER,
        erasures=(Erasure(TEN_YEARS),),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "employment_id", "task_id"),
        employment_id="employment",
        task_id="task",
        leader_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    task_id: Mapped[int]
    leader_id: Mapped[int]
    agreed_at: Mapped[datetime]


class ReviewMatter(Base, Tenant):
    """A sign-off whose ground turned out wrong, for the development nurse to look at. What was signed stands."""

    __tablename__ = "review_matter"
    __persondata__ = PersonData(
        purpose=N_("A sign-off whose ground turned out wrong."),
        basis=Basis.DUTY,
        seen_by=N_("development nurse"),
        period=N_("1 year after it was closed"),
        erasures=(Erasure(YEAR, since="closed_at"),),
        person="",
    )
    __table_args__ = wall(event_id="evidence_event")
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
