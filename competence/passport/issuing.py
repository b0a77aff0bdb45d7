"""A sign-off as a credential: which can be fetched, what it says, and which no longer count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.accounts.queries import account_of_person
from competence.catalogue.models import Task
from competence.catalogue.queries import criteria_of, levels
from competence.catalogue.queries.scales import turns
from competence.catalogue.queries.tasks import get_task, task_names
from competence.credentials import jose
from competence.credentials.commands import give_place
from competence.credentials.keys import MADE_BY
from competence.credentials.models import CredentialKey, IssuedCredential
from competence.credentials.queries import issued_of, issued_on, published_keys
from competence.credentials.rules import Achieved, Issuer, ToIssue
from competence.foundation.clock import local, midnight, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.keys import public_of, read_key
from competence.foundation.orm import scoped
from competence.foundation.text import N_
from competence.passport.rules import counts_still
from competence.signoffs.queries import EVENTS, events_of
from competence.signoffs.rules import EventKind, Signed, current, history


@dataclass(frozen=True)
class Signer:
    """What signs: the key in the file, and which one it is among the published."""

    key: Ed25519PrivateKey
    number: int

    def kid(self, issuer: Issuer) -> str:
        """How a token names it."""
        return kid_of(issuer, self.number)


def kid_of(issuer: Issuer, number: int) -> str:
    """The name of a key in the issuer's published documents."""
    return f"{issuer.did}#key-{number}"


def signer_from(session: Session, file: Path | None) -> Signer | None:
    """The key in the file, if it is the newest one that is published; None when nobody can sign."""
    if file is None:
        return None
    newest: CredentialKey | None = next(iter(published_keys(session)), None)
    try:
        key = read_key(file, made_by=MADE_BY)
    except RuleBroken:
        return None
    return Signer(key, newest.number) if newest and newest.public_key == public_of(key) else None


@dataclass(frozen=True)
class Fetchable:
    """A sign-off of hers that can be fetched as a credential."""

    signed: Signed
    task: str

    @property
    def last_day(self) -> date | None:
        """The last day that it counts; None = it does not lapse."""
        ends = self.signed.ends
        return date.fromordinal(ends.toordinal() - 1) if ends else None


def fetchable(session: Session, person_id: int) -> list[Fetchable]:
    """Her sign-offs that are in force, accepted, not on pause, and for all citizens, by the name of the task."""
    on = today()
    names = task_names(session)
    by_task: dict[int, list[Signed]] = {}
    for signed in history(events_of(session, [person_id]).get(person_id, []), turns(session)):
        if signed.citizen_id is None:
            by_task.setdefault(signed.task_id, []).append(signed)
    found = []
    for task_id, some in by_task.items():
        held = current(some, on=on)
        if held is not None and held.accepted_on is not None and not held.paused(on) and task_id in names:
            found.append(Fetchable(held, names[task_id]))
    return sorted(found, key=lambda one: one.task.casefold())


def is_hers(session: Session, person_id: int, seq: int) -> bool:
    """Whether the place in the person's chain holds a signature."""
    events = events_of(session, [person_id]).get(person_id, [])
    return any(one.seq == seq and one.kind is EventKind.SIGNED for one in events)


def achieved(session: Session, task: Task, address: str) -> Achieved:
    """The task as an achievement at the address of its page."""
    return Achieved(
        id=address,
        name=task.name,
        description=task.plain_text or task.description,
        criteria=tuple(one.text for one in criteria_of(session, task.id)),
        levels=tuple((one.rank, one.name, one.meaning) for one in levels(session)),
    )


def standing_place(session: Session, seq: int, *, by: Actor) -> IssuedCredential:
    """The place of the actor's own sign-off in the status list: the one it has, else a new one.

    NotFound when it is none that can be fetched.
    """
    one = next((some for some in fetchable(session, by.person_id) if some.signed.seq == seq), None)
    if one is None:
        raise NotFound
    for issued in issued_of(session, by.person_id, seq):
        if counts_still([one.signed], seq, issued_on=local(issued.issued_at).date(), on=today()):
            return issued
    return give_place(session, one.signed.task_id, seq, by=by)


def token_of(
    session: Session, issued: IssuedCredential, *, issuer: Issuer, address: str, status_list: str, signer: Signer
) -> str:
    """The credential, signed. `address` is that of the task's page, `status_list` that of the list it has its place in.

    RuleBroken when she has no e-mail address to be named by.
    """
    one = next(some for some in fetchable(session, issued.person_id) if some.signed.seq == issued.seq)
    account = account_of_person(session, issued.person_id)
    if account is None:
        raise RuleBroken(N_("A credential names you by your e-mail address, and you have none here."))
    ends = one.signed.ends
    said = ToIssue(
        uid=issued.uid,
        issuer=issuer,
        achieved=achieved(session, get_task(session, issued.task_id), address),
        level=one.signed.level,
        valid_from=midnight(one.signed.counts_from),
        valid_until=midnight(ends) if ends else None,
        email=account.email,
        salt=issued.salt,
        status_list=status_list,
        status_index=issued.status_index,
    )
    return jose.sign(said.payload(), signer.key, kid=signer.kid(issuer), typ="JWT")


def taken_back(session: Session, list_number: int) -> list[int]:
    """The places of the list whose credentials no longer count today, by the evidence."""
    on = today()
    issued = issued_on(session, list_number)
    events = events_of(session, {one.person_id for one in issued})
    known: dict[int, Sequence[Signed]] = {person: history(some, turns(session)) for person, some in events.items()}
    places = []
    for one in issued:
        about = [s for s in known.get(one.person_id, ()) if s.task_id == one.task_id and s.citizen_id is None]
        if not counts_still(about, one.seq, issued_on=local(one.issued_at).date(), on=on):
            places.append(one.status_index)
    return places


def edition_of(session: Session) -> tuple[int, int, int]:
    """What changes with every event, every credential and every key: as long as it is the same, so is each status list."""
    newest = session.scalar(scoped(session, EVENTS, func.max(EVENTS.c.id))) or 0
    table = IssuedCredential.__table__
    issued = session.execute(scoped(session, table, func.max(table.c.id), func.count())).one()
    return newest, issued[0] or 0, issued[1]
