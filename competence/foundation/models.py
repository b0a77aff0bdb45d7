"""Which edition of its reference data a municipality is at."""

from sqlalchemy import BigInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant
from competence.foundation.retention import NotPersonal
from competence.foundation.text import N_


class Edition(Base, Tenant):
    """One row for each municipality; triggers give it another mark whenever a row of a reference table changes.

    The cells of a draft have a mark of their own, so that what everybody reads outlives the draft's every change.
    """

    __tablename__ = "edition"
    __persondata__ = NotPersonal(N_("a number that changes with the municipality's reference data"))
    __table_args__ = (UniqueConstraint("municipality_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger)
    drafts: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
