"""A unit's proposal of whom to train next, as it was worked out, and who says yes to teach colleagues."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_


class TrainingRun(Base, Tenant):
    """What was proposed for a unit, with what it was asked of. One is open for each unit; an agreed one is kept beside it."""

    __tablename__ = "training_run"
    __persondata__ = PersonData(
        purpose=N_("To propose who is trained next, and to show what the proposal rests on."),
        basis=Basis.TASK,
        seen_by=N_("leader and development nurse of the unit"),
        period=N_("1 year after it was made"),
        erasures=(Erasure(YEAR, since="made_at"),),
        person="made_by",
    )
    __table_args__ = wall(
        Index(
            "uq_training_run_open", "municipality_id", "unit_id", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint("revision >= 1", name="revision_from_one"),
        unit_id="unit", made_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Aim, limits, and what is turned on and off (`rules.rows.Terms`)."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Spots, proposals and distances (`rules.rows.Content`): ids and numbers, no names."""
    agreed: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict)
    """Unit -> [when, by whom (person)] its part was made into goals and activities."""
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None]
    """None: by the night's run."""
    closed_at: Mapped[datetime | None]
    """When a new one took its place, after it had been agreed."""


class TeachingYes(Base, Tenant):
    """Whether somebody says yes to teach colleagues what she holds. A no is never counted, shown or asked about."""

    __tablename__ = "teaching_yes"
    __persondata__ = PersonData(
        purpose=N_("To plan training only with colleagues who say yes to teach."),
        basis=Basis.TASK,
        seen_by=N_("the person; leader and development nurse see a yes, and that she was asked, never a no"),
        period=N_("1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR),),
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "person_id"), person_id="person", asked_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    asked_by: Mapped[int | None]
    """None: she has said it without being asked."""
    asked_at: Mapped[datetime | None]
    yes: Mapped[bool | None]
    """None: she has not answered."""
    answered_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
