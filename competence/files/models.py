"""What is kept of each evidence file. Its bytes lie encrypted in a folder outside the database."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.files.rules import Purpose, Why
from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import TEN_YEARS, YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_

OUT_OF_VIEW = 30
"""Days until a file that was taken out of view is erased."""


class EvidenceFile(Base, Tenant):
    """A photo of a certificate, or a PDF, that lies at a person's task as evidence. It gives no right by itself."""

    __tablename__ = "evidence_file"
    __persondata__ = PersonData(
        purpose=N_("To show a certificate or the like to whoever signs, and later what the signature rested on."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader, development nurse and colleagues who may sign, within reach"),
        period=N_(
            "The file, its description and its key 5 years after it was added, 30 days after it was taken out of view, and at "
            "once when the person is forgotten; its hash and dates 10 years after the last employment or role ended"
        ),
        erasures=(
            Erasure(TEN_YEARS),
            Erasure(5 * YEAR, since="recorded_at", where="erased_at IS NULL", blank=("title", "salt")),
            Erasure(OUT_OF_VIEW, since="removed_at", where="erased_at IS NULL", blank=("title", "salt")),
        ),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id", "task_id"),
        UniqueConstraint("municipality_id", "stored"),
        person_id="person",
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    purpose: Mapped[Purpose] = mapped_column(String(16))
    gate_code: Mapped[str | None] = mapped_column(String(20))
    """The course, dialogue or check that it documents; None = another purpose."""
    title: Mapped[str | None] = mapped_column(String(120))
    """In the words of whoever added it, "" when she wrote none; None once it is erased. Never the name that the file had."""
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    """Bytes, before they are encrypted."""
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the bytes as they are handed out, in hex: what the event of a signature names."""
    stored: Mapped[str] = mapped_column(String(32))
    """Random: the name under which it lies in the folder."""
    salt: Mapped[str | None] = mapped_column(String(32))
    """Goes into the key that opens it; None once it is erased: what is left of the bytes anywhere can then not be read."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
    removed_at: Mapped[datetime | None]
    """Taken out of view; a signature that rests on it stands."""
    removed_by: Mapped[int | None]
    removed_why: Mapped[Why | None] = mapped_column(String(16))
    erased_at: Mapped[datetime | None]
