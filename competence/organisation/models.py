"""The municipality, which is the wall around all else, and its units as a tree."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class Municipality(Base):
    """A tenant. Nothing crosses it."""

    __tablename__ = "municipality"
    __persondata__ = NotPersonal(N_("the municipality and its settings"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    host: Mapped[str | None] = mapped_column(String(255), unique=True)
    """The host name it is served under; None when it is the only one, or is named on the command line."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the municipality has set itself, by the keys of `organisation.rules.Settings`; an absent key means the default."""
    salt: Mapped[str] = mapped_column(String(64))
    """Random; goes into the hashes of references so that two municipalities' never compare equal."""
    created_at: Mapped[datetime]


class Unit(Base, Tenant):
    """A node of the organisation tree: district, team, care home, night team ..."""

    __tablename__ = reference("unit")
    __persondata__ = NotPersonal(N_("units and the shared line to call"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "parent_id", "name"),
        Index(None, "municipality_id", "path"),
        parent_id="unit",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    """What it is called: "kommune", "distrikt", "team" ...; requirements may be set for a kind."""
    path: Mapped[str] = mapped_column(String(255), default="")
    """Ids from the root down to itself, as "/1/4/9/": a subtree is all paths that begin with it."""
    position: Mapped[int] = mapped_column(default=0)
    fallback_name: Mapped[str | None] = mapped_column(String(120))
    """Whom to call when nobody may: a name of a shared line, inherited down the tree."""
    fallback_phone: Mapped[str | None] = mapped_column(String(40))
    valid_to: Mapped[date | None]
    """First day it is closed; None = open."""
    recorded_at: Mapped[datetime]
