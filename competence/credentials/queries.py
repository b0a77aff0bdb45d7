"""Reads of keys, issued credentials, trusted issuers, and what persons have brought along."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.credentials.models import BroughtCredential, CredentialKey, IssuedCredential, TrustedIssuer
from competence.credentials.rules import last_day_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity


def keys_of(session: Session) -> Sequence[CredentialKey]:
    """All keys, the first one first."""
    return session.scalars(select(CredentialKey).order_by(CredentialKey.number)).all()


def published_keys(session: Session) -> Sequence[CredentialKey]:
    """The keys by which credentials are verified, the newest first; the first of them signs."""
    return [key for key in reversed(keys_of(session)) if key.withdrawn_at is None]


def issued_of(session: Session, person_id: int, seq: int) -> Sequence[IssuedCredential]:
    """The credentials that were made of the sign-off, the newest first."""
    return session.scalars(
        select(IssuedCredential)
        .where(IssuedCredential.person_id == person_id, IssuedCredential.seq == seq)
        .order_by(IssuedCredential.id.desc())
    ).all()


def issued_on(session: Session, list_number: int) -> Sequence[IssuedCredential]:
    """The credentials whose places lie in the status list."""
    return session.scalars(
        select(IssuedCredential).where(IssuedCredential.list_number == list_number).order_by(IssuedCredential.id)
    ).all()


def taken_places(session: Session) -> tuple[int, int]:
    """(number of the newest status list, how many of its places are taken); (1, 0) before the first."""
    newest = session.scalar(select(func.max(IssuedCredential.list_number))) or 1
    count = select(func.count()).select_from(IssuedCredential).where(IssuedCredential.list_number == newest)
    return newest, session.scalar(count) or 0


def is_free(session: Session, list_number: int, index: int) -> bool:
    """Whether the place of the status list is nobody's."""
    taken = select(IssuedCredential.id).where(
        IssuedCredential.list_number == list_number, IssuedCredential.status_index == index
    )
    return session.scalar(taken) is None


def issuers(session: Session) -> Sequence[TrustedIssuer]:
    """The trusted issuers, by name; those that are no longer trusted last."""
    rows = session.scalars(select(TrustedIssuer).order_by(TrustedIssuer.name, TrustedIssuer.id)).all()
    return sorted(rows, key=lambda row: row.ended_at is not None)


def trusted(session: Session, issuer: str) -> TrustedIssuer | None:
    """The issuer by the name that its credentials carry, while it is trusted."""
    return session.scalar(select(TrustedIssuer).where(TrustedIssuer.issuer == issuer, TrustedIssuer.ended_at.is_(None)))


def get_issuer(session: Session, issuer_id: int) -> TrustedIssuer:
    """The issuer. NotFound when there is none by that id."""
    row = session.scalar(select(TrustedIssuer).where(TrustedIssuer.id == issuer_id))
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Brought:
    """A credential that a person has, as it is shown."""

    id: int
    person_id: int
    task_id: int
    issuer: str
    """The name that the administrator gave."""
    issuer_did: str
    name: str
    level: str
    valid_from: datetime
    valid_until: datetime | None
    is_hers: bool
    hash: str
    recorded_at: datetime
    by: str
    by_person_id: int
    still_trusted: bool

    @property
    def last_day(self) -> date | None:
        """The last day on which it counts; None = it does not lapse."""
        return last_day_of(self.valid_until) if self.valid_until else None

    def counts(self, moment: datetime) -> bool:
        """Whether it can still be signed on: it has not run out, and its issuer is trusted."""
        return self.still_trusted and (self.valid_until is None or moment < self.valid_until)


def brought_of(session: Session, person_id: int, *, task_ids: Collection[int] | None = None) -> list[Brought]:
    """What the person has brought along (for the tasks), the newest first, without what was removed."""
    wanted = (
        select(BroughtCredential, TrustedIssuer, PersonIdentity.name)
        .join(TrustedIssuer, TrustedIssuer.id == BroughtCredential.issuer_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == BroughtCredential.recorded_by)
        .where(BroughtCredential.person_id == person_id, BroughtCredential.removed_at.is_(None))
        .order_by(BroughtCredential.id.desc())
    )
    if task_ids is not None:
        wanted = wanted.where(BroughtCredential.task_id.in_(list(task_ids)))
    return [
        Brought(
            row.id, row.person_id, row.task_id, issuer.name, issuer.issuer, row.name, row.level, row.valid_from, row.valid_until,
            row.is_hers, row.hash, row.recorded_at, by or "", row.recorded_by, issuer.ended_at is None,
        )
        for row, issuer, by in session.execute(wanted)
    ]  # fmt: skip


def name_within(session: Session, person_id: int, *, within: Reach) -> str:
    """The person's name, if she works within reach today. NotFound otherwise."""
    on = today()
    rows = session.execute(
        select(Unit.path, PersonIdentity.name)
        .join(Employment, Employment.unit_id == Unit.id)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(
            Employment.person_id == person_id,
            Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        )
    ).all()
    found = next((row.name for row in rows if within.covers(row.path)), None)
    if found is None:
        raise NotFound
    return str(found)


def get_brought(session: Session, person_id: int, brought_id: int) -> Brought:
    """One that the person has, and that is shown. NotFound when there is none by that id."""
    found = next((one for one in brought_of(session, person_id) if one.id == brought_id), None)
    if found is None:
        raise NotFound
    return found
