"""The code that a person shows on her phone."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import Basis, Erasure, PersonData
from competence.foundation.text import N_


class PassportCode(Base, Tenant):
    """The one code of a person by which somebody sees, without signing in, what she may do. A new one replaces it."""

    __tablename__ = "passport_code"
    __persondata__ = PersonData(
        purpose=N_("To let a person show on her phone what she may do."),
        basis=Basis.TASK,
        seen_by=N_("the person; whoever she shows the code, for ten minutes"),
        period=N_("1 day after it was made"),
        erasures=(Erasure(1, since="made_at"),),
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "person_id"), person_id="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    secret: Mapped[str] = mapped_column(String(64))
    """Random. It stands in the link, which is signed besides."""
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When she closed it herself; None = it runs out by itself."""
