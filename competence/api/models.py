"""Keys of other systems, and how often each has asked in the last minute."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class ApiKey(Base, Tenant):
    """What lets another system ask. The system has the key, this row its hash."""

    __tablename__ = "api_key"
    __persondata__ = NotPersonal(N_("Other systems that may ask, for what, and a hash of the key of each."))
    __table_args__ = wall(UniqueConstraint("municipality_id", "token_hash"), unit_id="unit")
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    """What the system is called."""
    purpose: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int]
    """It may ask about this unit and all below it."""
    permissions: Mapped[str] = mapped_column(String(200))
    """Their names, with spaces between."""
    token_hash: Mapped[str] = mapped_column(String(64))
    tail: Mapped[str] = mapped_column(String(8))
    """The key's last letters, by which whoever keeps it tells it from another."""
    valid_to: Mapped[date]
    """First day on which it no longer opens anything."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None]
    last_used_at: Mapped[datetime | None]


class ApiCall(Base, Tenant):
    """One call, kept for a minute to slow down a system that asks too often."""

    __tablename__ = "api_call"
    __persondata__ = NotPersonal(N_("When a system asked, for one minute."))
    __table_args__ = wall(Index(None, "municipality_id", "key_id", "called_at"), key_id="api_key")
    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int]
    called_at: Mapped[datetime]
