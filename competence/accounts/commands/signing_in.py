"""Signing in and out, one's own password, and one-time codes."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.accounts.models import Account, OneTimeCode, SignedInSession, SignInTry
from competence.accounts.passwords import hashed, matches
from competence.accounts.queries import must_wait_until, open_code
from competence.accounts.rules import (
    CODE_FOR,
    SEEN_EVERY,
    check_password,
    homes,
    key_hash,
    minutes_left,
    token_hash,
)
from competence.audit.commands import record
from competence.foundation.clock import now
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.text import N_


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
