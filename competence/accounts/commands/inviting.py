"""Inviting, choosing a first password, closing an account, and forgetting a person."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.commands.signing_in import end_sessions
from competence.accounts.models import Account, Invitation, OneTimeCode, RoleAssignment, SignedInSession
from competence.accounts.passwords import hashed
from competence.accounts.queries import open_invitation, person_within
from competence.accounts.rules import (
    INVITED_FOR,
    check_password,
    token_hash,
)
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, squeeze
from competence.organisation.models import Unit
from competence.people.models import Employment, LegalHold, PersonIdentity


@dataclass(frozen=True)
class Invited:
    """A one-time link to hand over: the token is nowhere else."""

    account_id: int
    token: str
    email: str


def _reach_whole(session: Session, person_id: int, by: Actor) -> None:
    """Nothing, when the person is within reach with every role she has: whoever holds the link can act as her.

    NotFound when she is out of reach; RuleBroken when a role of hers reaches further than `by` administers.
    """
    authorise(by, Permission.PERSON_ADMINISTER)
    within = by.reach(Permission.PERSON_ADMINISTER)
    person_within(session, person_id, within=within)
    paths = session.scalars(
        select(Unit.path)
        .join(RoleAssignment, RoleAssignment.unit_id == Unit.id)
        .where(
            RoleAssignment.person_id == person_id,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > today()),
        )
    )
    if not all(within.covers(path) for path in paths):
        raise RuleBroken(
            N_("The person has a role that reaches further than yours. Ask an administrator of the whole municipality.")
        )


@command
def invite(session: Session, person_id: int, email: str | None = None, *, by: Actor | None) -> Invited:
    """A fresh link for the person to choose a password by, valid 14 days; earlier links no longer work.

    Makes her account when she has none, with `email` or the address of her identity. `by` None: the command line.
    """
    if by is not None:
        _reach_whole(session, person_id, by)
    account = session.scalar(select(Account).where(Account.person_id == person_id))
    address = squeeze(email or "").casefold()
    if account is None:
        if not address:
            address = (
                session.scalar(select(PersonIdentity.email).where(PersonIdentity.person_id == person_id)) or ""
            ).casefold()
        account = Account(person_id=person_id, email=_free_address(session, address), recorded_at=now())
        session.add(account)
        session.flush()
    elif address and address != account.email:
        account.email = _free_address(session, address)
    if account.disabled_at is not None:
        raise RuleBroken(N_("The account is closed. Open it before you invite."))
    moment = now()
    session.execute(
        update(Invitation)
        .where(Invitation.account_id == account.id, Invitation.used_at.is_(None), Invitation.expires_at > moment)
        .values(expires_at=moment)
        .execution_options(synchronize_session=False)
    )
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            account_id=account.id, token_hash=token_hash(token), expires_at=moment + INVITED_FOR, recorded_at=moment
        )
    )
    record(
        session, by=by.person_id if by else None, action="invite", subject="account", subject_id=account.id,
        person_id=person_id, administrative=True,
    )  # fmt: skip
    return Invited(account.id, token, account.email)


def _free_address(session: Session, address: str) -> str:
    """The address, checked. RuleBroken when it is none, or another account's."""
    name, at, host = address.partition("@")
    if not (name and at and "." in host) or " " in address or len(address) > 255 or looks_like_cpr(address):
        raise RuleBroken(N_("Write the whole e-mail address, as in name@municipality.dk."), field="email")
    if session.scalar(select(Account.id).where(Account.email == address)) is not None:
        raise RuleBroken(N_("Another account already signs in with this address."), field="email")
    return address


@command
def accept_invitation(session: Session, token: str, password: str) -> Account:
    """The account, which now signs in with the password. RuleBroken when the link is used or too old, or the password weak."""
    invitation = open_invitation(session, token)
    account = session.get(Account, invitation.account_id) if invitation else None
    if invitation is None or account is None or account.disabled_at is not None:
        raise RuleBroken(N_("The link has been used or is too old. Ask the person who invited you for a new one."))
    check_password(password, email=account.email)
    used = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleBroken(N_("The link has been used or is too old. Ask the person who invited you for a new one."))
    account.password_hash = hashed(password)
    end_sessions(session, account.id)
    record(
        session, by=account.person_id, action="accept_invitation", subject="account", subject_id=account.id,
        person_id=account.person_id, administrative=True,
    )  # fmt: skip
    return account


@command
def disable_account(session: Session, account_id: int, *, by: Actor) -> Account:
    """The account, closed: signed out everywhere, its links dead. RuleBroken for one's own."""
    authorise(by, Permission.PERSON_ADMINISTER)
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    _reach_whole(session, account.person_id, by)
    if account.id == by.account_id:
        raise RuleBroken(N_("You cannot close your own account. Ask another administrator."))
    account.disabled_at = account.disabled_at or now()
    end_sessions(session, account.id)
    record(
        session, by=by.person_id, action="disable_account", subject="account", subject_id=account.id,
        person_id=account.person_id, administrative=True,
    )  # fmt: skip
    return account


@command
def enable_account(session: Session, account_id: int, *, by: Actor) -> Account:
    """The account, open again with its old password."""
    authorise(by, Permission.PERSON_ADMINISTER)
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    _reach_whole(session, account.person_id, by)
    account.disabled_at = None
    record(
        session, by=by.person_id, action="enable_account", subject="account", subject_id=account.id,
        person_id=account.person_id, administrative=True,
    )  # fmt: skip
    return account


_forget: list[Callable[[Session, int], None]] = []


def forgotten_by(forget: Callable[[Session, int], None]) -> None:
    """Wire what a feature above erases of a forgotten person. Called by app.py; once more changes nothing."""
    if forget not in _forget:
        _forget.append(forget)


@command
def forget_person(session: Session, person_id: int, *, by: Actor) -> None:
    """Nothing; name, number, contact and sign-in are erased, roles end. What was signed stays, about an id.

    RuleBroken while an employment runs, while the data must be kept for a case, and for oneself.
    """
    authorise(by, Permission.PERSON_ADMINISTER)
    if person_id == by.person_id:
        raise RuleBroken(N_("You cannot forget yourself. Ask another administrator."))
    identity = session.scalar(select(PersonIdentity).where(PersonIdentity.person_id == person_id))
    if identity is None:
        raise NotFound
    person_within(session, person_id, within=by.reach(Permission.PERSON_ADMINISTER))
    day = today()
    runs = select(Employment.id).where(
        Employment.person_id == person_id, or_(Employment.valid_to.is_(None), Employment.valid_to > day)
    )
    if session.scalars(runs).first() is not None:
        raise RuleBroken(N_("The person still has an employment. End it first."))
    held = select(LegalHold.id).where(
        LegalHold.lifted_at.is_(None), or_(LegalHold.person_id.is_(None), LegalHold.person_id == person_id)
    )
    if session.scalars(held).first() is not None:
        raise RuleBroken(N_("The data must be kept for a case. Lift the hold first."))
    accounts = list(session.scalars(select(Account.id).where(Account.person_id == person_id)))
    apart = {"synchronize_session": False}
    for table in (SignedInSession, Invitation):
        session.execute(delete(table).where(table.account_id.in_(accounts)).execution_options(**apart))
    session.execute(delete(OneTimeCode).where(OneTimeCode.person_id == person_id).execution_options(**apart))
    session.execute(delete(Account).where(Account.id.in_(accounts)).execution_options(**apart))
    session.execute(
        update(RoleAssignment)
        .where(
            RoleAssignment.person_id == person_id, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day)
        )
        .values(valid_to=day, ended_by=by.person_id, ended_at=now())
        .execution_options(**apart)
    )
    for forget in _forget:
        forget(session, person_id)
    session.delete(identity)
    session.flush()
    record(
        session, by=by.person_id, action="forget_person", subject="person", subject_id=person_id, person_id=person_id,
        administrative=True,
    )  # fmt: skip
