"""Credentials that leave the house and those that come in: keys, what was issued, whom we trust, what was brought along."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import TEN_YEARS, TEN_YEARS_AFTER, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_


class CredentialKey(Base, Tenant):
    """The public half of a key that signs, or has signed, credentials."""

    __tablename__ = "credential_key"
    __persondata__ = NotPersonal(N_("The public keys by which the municipality's credentials are verified."))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "number"), UniqueConstraint("municipality_id", "public_key")
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    """1 = the first; the newest one that is not withdrawn signs."""
    public_key: Mapped[str] = mapped_column(String(64))
    """Ed25519, 32 bytes in hex."""
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    """From then on nothing that it signed is to be believed: it is no longer published."""


class IssuedCredential(Base, Tenant):
    """A sign-off that its person has fetched as a credential, and its place in a status list."""

    __tablename__ = "issued_credential"
    __persondata__ = PersonData(
        purpose=N_("To say of a credential that a person has fetched whether it still counts."),
        basis=Basis.DUTY,
        seen_by=N_("the person; in public only as a place in a list that names nobody"),
        period=TEN_YEARS_AFTER,
        erasures=(Erasure(TEN_YEARS),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "list_number", "status_index"),
        UniqueConstraint("municipality_id", "uid"),
        Index(None, "municipality_id", "person_id", "seq"),
        person_id="person",
        task_id="task",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    seq: Mapped[int]
    """The place of the signature in the person's chain."""
    uid: Mapped[str] = mapped_column(String(36))
    """Random; the credential's own id."""
    salt: Mapped[str] = mapped_column(String(32))
    """Goes into the hash of her e-mail address."""
    list_number: Mapped[int]
    status_index: Mapped[int]
    """Random, so that it says nothing about when or to whom."""
    issued_at: Mapped[datetime]


class TrustedIssuer(Base, Tenant):
    """Somebody whose credentials count as evidence here, with the keys that the administrator has entered by hand."""

    __tablename__ = "trusted_issuer"
    __persondata__ = NotPersonal(
        N_("Other municipalities whose credentials are taken as evidence, and their public keys.")
    )
    __table_args__ = wall(Index(None, "municipality_id", "issuer"))
    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    """As its credentials name it, "did:web:kompetence.soeby.dk"."""
    name: Mapped[str] = mapped_column(String(120))
    keys: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Public JSON Web Keys."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
    ended_at: Mapped[datetime | None]


class BroughtCredential(Base, Tenant):
    """Another municipality's credential that somebody has uploaded for a person's task: evidence, never a right."""

    __tablename__ = "brought_credential"
    __persondata__ = PersonData(
        purpose=N_("To show another municipality's credential as evidence to whoever signs."),
        basis=Basis.DUTY,
        seen_by=N_("the person; guide, leader and development nurse within reach"),
        period=TEN_YEARS_AFTER,
        erasures=(Erasure(TEN_YEARS),),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id", "task_id"),
        person_id="person",
        task_id="task",
        issuer_id="trusted_issuer",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    task_id: Mapped[int]
    """The task here that it is evidence for, chosen by hand."""
    issuer_id: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the token, in hex: what the event of a signature names."""
    token: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200))
    """What the issuer calls the task."""
    level: Mapped[str] = mapped_column(String(80), default="")
    """In the issuer's words."""
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    is_hers: Mapped[bool] = mapped_column(default=False)
    """Whether it was issued to the e-mail address that she has here."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
    removed_at: Mapped[datetime | None]
    """Taken out of view; a signature that rests on it stands."""
