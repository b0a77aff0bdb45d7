"""A file between its preview and its confirmation."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_

KEPT = 24
"""Hours that an uploaded file waits to be confirmed."""


class StagedImport(Base, Tenant):
    """An uploaded file that has been read and waits for a yes: at most one of a kind for each person.

    Its bytes are erased when it is confirmed, replaced or a day old; it is read and checked anew when it is confirmed.
    """

    __tablename__ = "staged_import"
    __persondata__ = PersonData(
        purpose=N_("To show what a file would change before it is taken in."),
        basis=Basis.TASK,
        seen_by=N_("whoever uploaded it"),
        period=N_("until it is confirmed, 1 day at most"),
        erasures=(Erasure(1, since="staged_at"),),
        person="uploaded_by",
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "uploaded_by", "kind", name="uq_staged_import_place"), uploaded_by="person"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    uploaded_by: Mapped[int]
    filename: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """None once it has been taken in."""
    mapping: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The mapping file that came with it."""
    seen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The preview, as its page draws it; after the confirmation only what was written, in numbers."""
    staged_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class RememberedMapping(Base, Tenant):
    """What a municipality's own headings, words and tasks were said to mean: offered for a file with the same headings."""

    __tablename__ = "remembered_mapping"
    __persondata__ = NotPersonal(N_("what the words of a municipality's own file mean; who said so is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "kind", "fingerprint"), saved_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), server_default="own_matrix")
    """What the file held, as `StagedImport.kind` says it: a matrix, or profiles."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the headings."""
    filename: Mapped[str] = mapped_column(String(200))
    headings: Mapped[list[list[str]]] = mapped_column(JSON)
    """The rows of headings, as letters and digits."""
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[int]
    recorded_at: Mapped[datetime]
