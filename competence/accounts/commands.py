"""Signing in and out, inviting, and giving roles."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from competence.access.rules import ROLE_NAMES, Actor, Permission, Role, authorise
from competence.accounts.models import Account, Invitation, OneTimeCode, RoleAssignment, SignedInSession, SignInTry
from competence.accounts.passwords import hashed, matches
from competence.accounts.queries import must_wait_until, open_code, open_invitation, person_within
from competence.accounts.rules import (
    CODE_FOR,
    INVITED_FOR,
    SEEN_EVERY,
    check_password,
    homes,
    key_hash,
    minutes_left,
    token_hash,
)
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import Employment, LegalHold, PersonIdentity


class TooManyTries(RuleBroken):
    """The next try must wait; the sentence says how long."""


def note_try(session: Session, keys: dict[str, str]) -> None:
    """Nothing; one more try is noted under each key, before any password is looked at.

    TooManyTries when one of the keys must wait. A try that succeeds is taken back by `forget_tries`.
    """
    until = must_wait_until(session, keys)
    if until is not None:
        minutes = minutes_left(until, now=now())
        raise TooManyTries(
            N_("There have been too many tries. Wait one minute and try again.")
            if minutes == 1
            else N_("There have been too many tries. Wait %(minutes)s minutes and try again."),
            minutes=minutes,
        )
    moment = now()
    session.execute(delete(SignInTry).where(SignInTry.tried_at < moment - timedelta(days=1)))
    session.execute(insert(SignInTry), [{"key_hash": key, "tried_at": moment} for key in keys.values()])


def forget_tries(session: Session, keys: dict[str, str]) -> None:
    """Nothing; after a success the account's own tries from this address are forgotten, and one of each other key."""
    session.execute(delete(SignInTry).where(SignInTry.key_hash == keys["pair"]))
    for kind in ("account", "address"):
        latest = session.scalar(
            select(SignInTry.id).where(SignInTry.key_hash == keys[kind]).order_by(SignInTry.id.desc()).limit(1)
        )
        if latest is not None:
            session.execute(delete(SignInTry).where(SignInTry.id == latest))


def may_sign_in(account: Account | None, password: str) -> bool:
    """Whether the password is the account's, and it is not closed. As slow for an account that does not exist."""
    right = matches(account.password_hash if account else None, password)
    return right and account is not None and account.disabled_at is None


def begin_session(session: Session, account: Account, *, on_phone: bool) -> str:
    """The token of a new sign-in; the row keeps its hash only."""
    token, moment = secrets.token_urlsafe(32), now()
    session.add(
        SignedInSession(
            account_id=account.id, token_hash=token_hash(token), on_phone=on_phone, signed_in_at=moment, proved_at=moment,
            last_seen=moment,
        )
    )  # fmt: skip
    session.flush()
    return token


def seen(session: Session, session_id: int) -> None:
    """Nothing; it is noted that the sign-in is in use, at most every five minutes."""
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.id == session_id, SignedInSession.last_seen < now() - SEEN_EVERY)
        .values(last_seen=now())
        .execution_options(synchronize_session=False)
    )


def proved(session: Session, session_id: int) -> None:
    """Nothing; the password has just been given on this device."""
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.id == session_id)
        .values(proved_at=now(), last_seen=now())
        .execution_options(synchronize_session=False)
    )


def end_session(session: Session, session_id: int) -> None:
    """Nothing; the sign-in is over."""
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.id == session_id, SignedInSession.ended_at.is_(None))
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )


def end_sessions(session: Session, account_id: int) -> None:
    """Nothing; the account is signed out everywhere."""
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.account_id == account_id, SignedInSession.ended_at.is_(None))
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )


def sign_out_everywhere(session: Session, *, by: Actor) -> None:
    """Nothing; she is signed out on every device."""
    account = _own_account(session, by)
    end_sessions(session, account.id)
    record(
        session,
        by=by.person_id,
        action="sign_out_everywhere",
        subject="account",
        subject_id=account.id,
        administrative=True,
    )


def change_password(session: Session, old: str, new: str, *, by: Actor) -> None:
    """Nothing; the new password counts, and other devices are signed out. RuleBroken when the old one is not right."""
    account = _own_account(session, by)
    if not matches(account.password_hash, old):
        raise RuleBroken(N_("That is not your present password."), field="old")
    check_password(new, email=account.email)
    account.password_hash = hashed(new)
    session.execute(
        update(SignedInSession)
        .where(
            SignedInSession.account_id == account.id,
            SignedInSession.id != by.session_id,
            SignedInSession.ended_at.is_(None),
        )
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )
    record(
        session,
        by=by.person_id,
        action="change_password",
        subject="account",
        subject_id=account.id,
        administrative=True,
    )


def switch_role(session: Session, role: Role, *, by: Actor) -> None:
    """Nothing; her menu and home are the role's from now on, her permissions stay the union of all. NotAllowed without it."""
    if role not in homes(by.roles):
        raise NotAllowed(f"role:{role}")
    _own_account(session, by).last_role = role


def switch_language(session: Session, locale: str, *, by: Actor) -> None:
    """Nothing; she reads the pages in this language."""
    _own_account(session, by).locale = locale


def new_code(session: Session, secret: str, *, by: Actor) -> str:
    """Six digits that stand for her password once, within ten minutes. An earlier code no longer counts."""
    moment = now()
    session.execute(delete(OneTimeCode).where(OneTimeCode.person_id == by.person_id))
    code = f"{secrets.randbelow(1_000_000):06d}"
    session.add(
        OneTimeCode(
            person_id=by.person_id, code_hash=_code_hash(secret, by.person_id, code), expires_at=moment + CODE_FOR
        )
    )
    session.flush()
    return code


def use_code(session: Session, secret: str, person_id: int, code: str) -> bool:
    """Whether the digits are the person's code; if so it is used up."""
    digits = "".join(code.split())
    found = open_code(session, person_id, _code_hash(secret, person_id, digits))
    if found is None:
        return False
    found.used_at = now()
    return True


def _code_hash(secret: str, person_id: int, code: str) -> str:
    return key_hash(secret, "code", f"{person_id}\n{code}")


def _own_account(session: Session, by: Actor) -> Account:
    account = session.get(Account, by.account_id) if by.account_id is not None else None
    if account is None:
        raise NotFound
    return account


@dataclass(frozen=True)
class Invited:
    """A one-time link to hand over: the token is nowhere else."""

    account_id: int
    token: str
    email: str


@command
def invite(session: Session, person_id: int, email: str | None = None, *, by: Actor | None) -> Invited:
    """A fresh link for the person to choose a password by, valid 14 days; earlier links no longer work.

    Makes her account when she has none, with `email` or the address of her identity. `by` None: the command line.
    """
    if by is not None:
        authorise(by, Permission.PERSON_ADMINISTER)
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
    account.disabled_at = None
    record(
        session, by=by.person_id, action="enable_account", subject="account", subject_id=account.id,
        person_id=account.person_id, administrative=True,
    )  # fmt: skip
    return account


GIVEN_ROLES = tuple(role for role in Role if role not in {Role.EMPLOYEE, Role.SIGNER})
"""The roles that are given by hand; the other two follow from an employment."""
LONGEST_AUDIT = timedelta(days=92)


@dataclass(frozen=True)
class NewRole:
    """A role to give, half-open."""

    person_id: int
    role: Role
    unit_id: int
    valid_from: date
    valid_to: date | None = None
    purpose: str | None = None


@command
def give_role(session: Session, new: NewRole, *, by: Actor | None) -> RoleAssignment:
    """The assignment. NotAllowed when the unit is out of reach, or the role is not hers to give; None as `by`: the command line.

    RuleBroken when the dates do not fit, when an auditor has no purpose or end, or when the person has the role there already.
    """
    unit = session.get(Unit, new.unit_id)
    if unit is None:
        raise NotFound
    if by is not None:
        authorise_role(by, new.role, unit.path)
    if new.role not in GIVEN_ROLES:
        raise RuleBroken(N_("This role follows from an employment and is not given by hand."), field="role")
    if new.valid_from < today() and by is not None:
        raise RuleBroken(N_("A role is given from today at the earliest."), field="valid_from")
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise RuleBroken(N_("The last day must be the first day or later."), field="valid_through")
    if by is not None and new.person_id == by.person_id and new.role not in {a.role for a in by.roles}:
        raise RuleBroken(N_("You cannot give yourself a role. Ask another administrator."))
    if new.role is Role.AUDITOR:
        if not squeeze(new.purpose or ""):
            raise RuleBroken(N_("Write what the access is for."), field="purpose")
        if new.valid_to is None or new.valid_to - new.valid_from > LONGEST_AUDIT:
            raise RuleBroken(
                N_("Access for supervision needs a last day, at most three months ahead."), field="valid_through"
            )
    same = session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.person_id == new.person_id,
            RoleAssignment.role == new.role,
            RoleAssignment.unit_id == new.unit_id,
        )
    )
    for other in same:
        if (other.valid_to is None or other.valid_to > new.valid_from) and (
            new.valid_to is None or other.valid_from < new.valid_to
        ):
            raise RuleBroken(
                N_("The person already has the role %(role)s in %(unit)s."),
                role=sentence(ROLE_NAMES[new.role]),
                unit=unit.name,
            )
    given = RoleAssignment(
        person_id=new.person_id, role=new.role, unit_id=new.unit_id, valid_from=new.valid_from, valid_to=new.valid_to,
        purpose=squeeze(new.purpose or "") or None, given_by=by.person_id if by else None, recorded_at=now(),
    )  # fmt: skip
    session.add(given)
    session.flush()
    record(
        session, by=by.person_id if by else None, action="give_role", subject="role_assignment", subject_id=given.id,
        person_id=new.person_id, administrative=True, detail={"role": new.role, "unit_id": new.unit_id},
    )  # fmt: skip
    return given


@command
def end_role(session: Session, role_assignment_id: int, *, by: Actor | None) -> RoleAssignment:
    """The assignment, which no longer counts from today. Out of reach: NotFound."""
    given = session.get(RoleAssignment, role_assignment_id)
    unit = session.get(Unit, given.unit_id) if given else None
    if given is None or unit is None:
        raise NotFound
    if by is not None:
        if not _may_give(by, Role(given.role), unit.path):
            raise NotFound
        if given.person_id == by.person_id and given.role is Role.ADMINISTRATOR:
            raise RuleBroken(N_("You cannot end your own role as administrator. Ask another administrator."))
    if given.valid_to is not None and given.valid_to <= today():
        raise RuleBroken(N_("The role has already ended."))
    given.valid_to = max(today(), given.valid_from)
    given.ended_by = by.person_id if by else None
    given.ended_at = now()
    record(
        session, by=by.person_id if by else None, action="end_role", subject="role_assignment", subject_id=given.id,
        person_id=given.person_id, administrative=True, detail={"role": given.role, "unit_id": given.unit_id},
    )  # fmt: skip
    return given


def authorise_role(by: Actor, role: Role, path: str) -> None:
    """Nothing, when `by` may give the role over the unit at `path`. NotAllowed otherwise."""
    if not _may_give(by, role, path):
        raise NotAllowed(Permission.ROLE_GIVE)


def _may_give(by: Actor, role: Role, path: str) -> bool:
    return by.may(Permission.ROLE_GIVE, path) or (role is Role.GUIDE and by.may(Permission.APPOINTMENT_GIVE, path))


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
        .where(RoleAssignment.person_id == person_id, or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to > day))
        .values(valid_to=day, ended_by=by.person_id, ended_at=now())
        .execution_options(**apart)
    )
    session.delete(identity)
    session.flush()
    record(
        session, by=by.person_id, action="forget_person", subject="person", subject_id=person_id, person_id=person_id,
        administrative=True,
    )  # fmt: skip
