"""Who did what when; who looked at whom; and the chained evidence with its erasable texts."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, append_only, wall
from competence.foundation.retention import STAYS, TEN_YEARS, YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_


class AuditEntry(Base, Tenant):
    """One change, written in the transaction that made it."""

    __tablename__ = append_only("audit_entry")
    __persondata__ = PersonData(
        purpose=N_("To show who changed what, and when."),
        basis=Basis.SECURITY,
        seen_by=N_("administrator, for administration only"),
        period=STAYS,
    )
    __table_args__ = wall(Index(None, "municipality_id", "recorded_at"), Index(None, "municipality_id", "person_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    by_person_id: Mapped[int | None]
    """None: the command line."""
    action: Mapped[str] = mapped_column(String(60))
    """The command's name: "sign_off", "approve_matrix" ..."""
    subject: Mapped[str] = mapped_column(String(40))
    """What kind of thing was changed: a table's name."""
    subject_id: Mapped[int | None]
    person_id: Mapped[int | None]
    """Whom it is about, when it is about a person."""
    administrative: Mapped[bool] = mapped_column(default=False)
    """Administration of people, units, accounts and roles: what an administrator may read."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Ids, codes and dates only; never a name or a text."""


class AccessEntry(Base, Tenant):
    """Somebody looked at a person's data. She can see it herself."""

    __tablename__ = "access_entry"
    __persondata__ = PersonData(
        purpose=N_("To show a person who has looked at her data."),
        basis=Basis.SECURITY,
        seen_by=N_("the person"),
        period=N_("2 years after the look"),
        erasures=(Erasure(2 * YEAR, since="looked_at"),),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id", "looked_at"), Index(None, "municipality_id", "looked_at")
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]
    by_person_id: Mapped[int | None]
    """None: somebody who was not signed in, to whom she had shown the code on her phone."""
    role: Mapped[str] = mapped_column(String(40))
    """"" when nobody was signed in; `rules.ANOTHER_SYSTEM` for a system that asked by its key."""
    person_id: Mapped[int | None]
    """None: a page about a unit."""
    unit_id: Mapped[int | None]
    page: Mapped[str] = mapped_column(String(60))
    """The route's name."""
    purpose: Mapped[str | None] = mapped_column(String(400))


class ChainHead(Base, Tenant):
    """The end of a person's chain. Locked first by whoever appends, so that two never build on the same end."""

    __tablename__ = "chain_head"
    __persondata__ = PersonData(
        purpose=N_("To keep the chain of evidence whole."),
        basis=Basis.DUTY,
        seen_by=N_("nobody in the pages; whoever operates the database"),
        period=STAYS,
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "person_id"), person_id="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class EvidenceEvent(Base, Tenant):
    """One fact about a person that somebody vouched for. Never changed, never removed; the next one speaks of it."""

    __tablename__ = append_only("evidence_event")
    __persondata__ = PersonData(
        purpose=N_("To show who vouched that a person may do a task, and what she answered."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader and development nurse within reach; auditor with a purpose"),
        period=STAYS,
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "seq"),
        CheckConstraint(
            "kind <> 'signed' OR by_person_id IS NULL OR by_person_id <> person_id", name="signer_is_another"
        ),
        Index(None, "municipality_id", "person_id", "task_id"),
        Index(
            "ix_evidence_event_not_yet",
            "municipality_id",
            "recorded_at",
            sqlite_where=text("kind = 'not_yet'"),
            postgresql_where=text("kind = 'not_yet'"),
        ),  # the few answers that a guide's queue looks for among hundreds of thousands of events
        person_id="person",
        by_person_id="person",
        task_id="task",
        citizen_id="citizen_reference",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    seq: Mapped[int]
    """Its place in the person's chain, 1 = first."""
    format: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(24))
    recorded_at: Mapped[datetime]
    by_person_id: Mapped[int | None]
    """Who vouched, answered or delegated; None for an external instructor or a paper's signer, who stand in `fields`."""
    task_id: Mapped[int | None]
    citizen_id: Mapped[int | None]
    """Not hashed: the chain holds only the reference's salted hash, so that it can be erased."""
    refers_to: Mapped[int | None]
    """The `seq` in the same chain of the event that this one answers, ends or renews."""
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The rest of what is hashed: ids, ISO dates, codes, and salted hashes of texts."""
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class EventText(Base, Tenant):
    """A free text of an event with its salt. Erasing it leaves the chain whole: the event holds its hash only."""

    __tablename__ = "event_text"
    __persondata__ = PersonData(
        purpose=N_("What was written at a sign-off, an answer or a revocation."),
        basis=Basis.DUTY,
        seen_by=N_("the person; the guide she answered; guide, leader and development nurse within reach"),
        period=N_("Reasons of a no or a not yet: 1 year. The rest: 10 years after the last employment or role ended"),
        erasures=(
            Erasure(
                YEAR,
                since=(
                    "(SELECT recorded_at FROM evidence_event e WHERE e.municipality_id = :m AND e.id = "
                    "event_text.event_id)"
                ),
                where=(
                    "event_id IN (SELECT id FROM evidence_event e WHERE e.municipality_id = :m AND e.kind IN "
                    "('declined', 'not_yet', 'delegation_declined'))"
                ),
            ),
            Erasure(TEN_YEARS),
        ),
        person="(SELECT person_id FROM evidence_event e WHERE e.municipality_id = :m AND e.id = event_text.event_id)",
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "event_id", "name"), event_id="evidence_event")
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(64))


class CitizenReference(Base, Tenant):
    """The care system's reference of a citizen, encrypted; erased six months after its scope ends."""

    __tablename__ = "citizen_reference"
    __persondata__ = PersonData(
        purpose=N_("To say for which citizen a sign-off or a delegation holds. Encrypted."),
        basis=Basis.TASK,
        seen_by=N_("the person, guide, leader and planner of the unit"),
        period=N_("6 months after the last sign-off or delegation for the citizen ended"),
        erasures=(
            Erasure(
                182,
                since="recorded_at",
                blank=("sealed", "lookup"),
                where=(
                    "erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM current_signoff c WHERE c.municipality_id = "
                    ":m AND c.citizen_id = citizen_reference.id AND (c.valid_to IS NULL OR c.valid_to > :before))"
                    " AND NOT EXISTS (SELECT 1 FROM waiting_signoff w WHERE w.municipality_id = :m AND "
                    "w.citizen_id = citizen_reference.id) AND NOT EXISTS (SELECT 1 FROM delegation d WHERE "
                    "d.municipality_id = :m AND d.citizen_id = citizen_reference.id AND (d.valid_to IS NULL OR "
                    "d.valid_to > :before))"
                ),
            ),
        ),
        person="",
    )
    __table_args__ = wall(UniqueConstraint("municipality_id", "lookup"), unit_id="unit")
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted under the application's key; None once erased."""
    lookup: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash, to find the same citizen again; None once erased."""
    salt: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class AnchorKey(Base, Tenant):
    """The public half of a key that signs anchors, and the statement by which it took over."""

    __tablename__ = append_only("anchor_key")
    __persondata__ = NotPersonal(N_("The public keys by which anchors are verified."))
    __table_args__ = wall(UniqueConstraint("municipality_id", "number"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    """1 = the first."""
    public_key: Mapped[str] = mapped_column(String(64))
    """Ed25519, 32 bytes in hex."""
    ground: Mapped[str] = mapped_column(String(10))
    """"first", "rotated" or "lost": why it came."""
    recorded_at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(String(128))
    """The statement, signed by this key."""
    signed_before: Mapped[str] = mapped_column(String(128), default="")
    """The statement, signed by the key before it; "" for the first, and where that was lost."""


class Anchor(Base, Tenant):
    """The ends of all chains at a moment as one signed root. What it vouches for can no longer be cut off unnoticed."""

    __tablename__ = append_only("anchor")
    __persondata__ = NotPersonal(N_("Hashes over the ends of all chains of evidence, signed."))
    __table_args__ = wall(UniqueConstraint("municipality_id", "number"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    """1 = the first; the next one names its hash."""
    format: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    chains: Mapped[int]
    events: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    """Of the tree over the ends of all chains."""
    moved: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the rows of anchored_head that it added."""
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class AnchoredHead(Base, Tenant):
    """How far a chain had come at an anchor, where it had moved since the one before: what finds the place of a break."""

    __tablename__ = append_only("anchored_head")
    __persondata__ = PersonData(
        purpose=N_("To find where a chain of evidence was changed."),
        basis=Basis.DUTY,
        seen_by=N_("nobody in the pages; whoever operates the database"),
        period=STAYS,
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "number"),
        ForeignKeyConstraint(["municipality_id", "number"], ["anchor.municipality_id", "anchor.number"]),
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    """The anchor's."""
    person_id: Mapped[int]
    seq: Mapped[int]
    """The place of the last event."""
    hashes: Mapped[str] = mapped_column(Text)
    """Of the events that came since the person was last anchored, in order, with commas; the last is that of `seq`."""
