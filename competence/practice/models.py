"""What an employee writes about her own tasks. None of it decides what anybody may do."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.practice.rules import KEPT_WHEN_OFF, Rating, Wanted

STOPPED = (
    "(SELECT max(u.ended_at) FROM practice_use u WHERE u.municipality_id = :m AND NOT EXISTS "
    "(SELECT 1 FROM practice_use o WHERE o.municipality_id = :m AND o.ended_at IS NULL))"
)
"""The moment at which the municipality stopped using the log; NULL while it uses it."""


class PracticeUse(Base, Tenant):
    """A time in which the municipality uses the practice log, from its committee's discussion. At most one is open."""

    __tablename__ = "practice_use"
    __persondata__ = NotPersonal(
        N_("from when to when the municipality has used the practice log; who decided it is an id")
    )
    __table_args__ = wall(
        Index(
            "uq_practice_use_open", "municipality_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("ended_at IS NULL OR ended_at >= begun_at", name="ends_after_it_begins"),
        begun_by="person",
        ended_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    discussed_on: Mapped[date]
    """When the MED committee discussed it."""
    begun_at: Mapped[datetime]
    begun_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]


class PracticeDone(Base, Tenant):
    """Somebody notes that she has done a task on a day. Her own note: nobody else reads it, and it gives no right."""

    __tablename__ = "practice_done"
    __persondata__ = PersonData(
        purpose=N_("To let the employee see when she last did a task, and ask for a refresh in time."),
        basis=Basis.TASK,
        seen_by=N_("the person alone"),
        period=N_(
            "2 years after the day; 1 year after the last employment or role ended; 30 days after the municipality has "
            "stopped using the practice log"
        ),
        erasures=(
            Erasure(2 * YEAR, since="done_on"), Erasure(YEAR), Erasure(KEPT_WHEN_OFF, since=STOPPED),
        ),
    )  # fmt: skip
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "task_id", "done_on", name="uq_practice_done_day"),
        person_id="person",
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    done_on: Mapped[date]
    recorded_at: Mapped[datetime]


class TrainingRequest(Base, Tenant):
    """An employee asks for more training, or for a refresh, with a word of her own. A normal thing to do; never counted."""

    __tablename__ = "training_request"
    __persondata__ = PersonData(
        purpose=N_("To ask a guide for more training or for a refresh."),
        basis=Basis.TASK,
        seen_by=N_("the person; whoever may train and sign for her, within reach"),
        period=N_("1 year after it was closed, and 1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR, since="closed_at"), Erasure(YEAR)),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(
            "uq_training_request_open", "municipality_id", "employment_id", "task_id", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
        employment_id="employment",
        task_id="task",
        closed_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    task_id: Mapped[int]
    wanted: Mapped[Wanted] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None] = mapped_column(String(20))
    """"held" or "withdrawn"."""
    closed_by: Mapped[int | None]


class OwnNote(Base, Tenant):
    """What somebody notes for herself about a task. One text per task, which she changes as she likes."""

    __tablename__ = "own_note"
    __persondata__ = PersonData(
        purpose=N_("To let the employee note something for herself about a task."),
        basis=Basis.TASK,
        seen_by=N_("the person alone"),
        period=N_("Until she removes it or is forgotten, at the latest 1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "task_id"), person_id="person", task_id="task"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)
    """Counts its changes, so that a page that is out of date is told."""
    written_at: Mapped[datetime]


class SelfRating(Base, Tenant):
    """How sure somebody is of a task in her own eyes. Kept apart from every level; opens nothing."""

    __tablename__ = "self_rating"
    __persondata__ = PersonData(
        purpose=N_(
            "To let the employee see for herself how sure she is of a task, and show it in a talk if she likes."
        ),
        basis=Basis.TASK,
        seen_by=N_("the person; her leader while the person shows it; never auditor, director, planner or an export"),
        period=N_("1 year after it was given"),
        erasures=(Erasure(YEAR, since="rated_at"),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "task_id"), person_id="person", task_id="task"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    rating: Mapped[Rating] = mapped_column(String(20))
    rated_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    """Since when her leader can see it; None: nobody but she can."""
