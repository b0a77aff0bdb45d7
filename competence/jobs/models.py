"""What takes longer than a request may: asked for, done in the background, and over."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import Basis, Erasure, PersonData
from competence.foundation.text import N_
from competence.jobs.rules import State


class Job(Base, Tenant):
    """One thing that somebody has asked for. What it does takes effect in the transaction in which it ends, or not at all."""

    __tablename__ = "job"
    __persondata__ = PersonData(
        purpose=N_("To do in the background what takes long, and to say how far it is."),
        basis=Basis.TASK,
        seen_by=N_("whoever asked for it"),
        period=N_("30 days after it was asked for"),
        erasures=(Erasure(30, since="asked_at"),),
        person="asked_by",
    )
    __table_args__ = wall(
        Index(
            "uq_job_unfinished", "municipality_id", "kind", "about", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        asked_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(40))
    """What it is about; two of a kind about the same are never unfinished at once."""
    title: Mapped[str] = mapped_column(String(200))
    """What it does, in the language of whoever asked."""
    leads_to: Mapped[str] = mapped_column(String(200))
    """The address of the page to go on to."""
    said: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What it must know."""
    asked_by: Mapped[int]
    asked_at: Mapped[datetime]
    locale: Mapped[str] = mapped_column(String(5), default="da")
    state: Mapped[State] = mapped_column(String(10), default=State.WAITING)
    runner: Mapped[str | None] = mapped_column(String(32))
    """Who does it: drawn anew by each process that takes it."""
    beat_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """0: not known yet."""
    ended_at: Mapped[datetime | None]
    told: Mapped[str] = mapped_column(Text, default="")
    """What came of it, in words."""
