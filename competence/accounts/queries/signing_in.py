"""Reads of sign-ins: who a token belongs to, with the roles she has today; tries, links and codes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Integer, String, Table, and_, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.accounts.models import Account, Invitation, OneTimeCode, RoleAssignment, SignedInSession, SignInTry
from competence.accounts.rules import (
    TRY_LIMITS,
    TRY_WINDOW,
    Given,
    Works,
    home_role,
    is_over,
    proof_is_old,
    roles_in_force,
    token_hash,
    waits_until,
)
from competence.foundation.clock import now, today
from competence.foundation.orm import tenant_id
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup


@dataclass(frozen=True)
class OpenSession:
    """A sign-in that has not run out, and who it is."""

    id: int
    account_id: int
    last_seen: datetime
    on_phone: bool
    actor: Actor


SESSIONS, ACCOUNTS, NAMES, GIVEN, UNITS, EMPLOYMENTS, GROUPS = (
    cast(Table, model.__table__)
    for model in (SignedInSession, Account, PersonIdentity, RoleAssignment, Unit, Employment, StaffGroup)
)

_SIGNED_IN = (
    select(
        SESSIONS.c.id, SESSIONS.c.signed_in_at, SESSIONS.c.last_seen, SESSIONS.c.on_phone,
        ACCOUNTS.c.id.label("account_id"), ACCOUNTS.c.person_id, ACCOUNTS.c.email, ACCOUNTS.c.locale, ACCOUNTS.c.last_role,
        ACCOUNTS.c.disabled_at, NAMES.c.name,
    )
    .join_from(
        SESSIONS, ACCOUNTS,
        and_(ACCOUNTS.c.municipality_id == SESSIONS.c.municipality_id, ACCOUNTS.c.id == SESSIONS.c.account_id),
    )
    .outerjoin(
        NAMES, and_(NAMES.c.municipality_id == SESSIONS.c.municipality_id, NAMES.c.person_id == ACCOUNTS.c.person_id)
    )
    .where(
        SESSIONS.c.municipality_id == bindparam("m"), SESSIONS.c.token_hash == bindparam("token_hash"),
        SESSIONS.c.ended_at.is_(None),
    )
)  # fmt: skip

_GIVEN = (
    select(
        GIVEN.c.role, UNITS.c.path, GIVEN.c.valid_from, GIVEN.c.valid_to, GIVEN.c.purpose, literal(False).label("may_sign"),
        GIVEN.c.deputy_for,
    )
    .join_from(
        GIVEN, UNITS, and_(UNITS.c.municipality_id == GIVEN.c.municipality_id, UNITS.c.id == GIVEN.c.unit_id)
    )
    .where(GIVEN.c.municipality_id == bindparam("m"), GIVEN.c.person_id == bindparam("person_id"))
)  # fmt: skip

_WORKS = (
    select(
        literal(None, String).label("role"), UNITS.c.path, EMPLOYMENTS.c.valid_from, EMPLOYMENTS.c.valid_to,
        literal(None, String).label("purpose"), GROUPS.c.may_sign, literal(None, Integer).label("deputy_for"),
    )
    .join_from(
        EMPLOYMENTS, UNITS,
        and_(UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id, UNITS.c.id == EMPLOYMENTS.c.unit_id),
    )
    .join(
        GROUPS,
        and_(GROUPS.c.municipality_id == EMPLOYMENTS.c.municipality_id, GROUPS.c.id == EMPLOYMENTS.c.staff_group_id),
    )
    .where(EMPLOYMENTS.c.municipality_id == bindparam("m"), EMPLOYMENTS.c.person_id == bindparam("person_id"))
)  # fmt: skip

_GROUNDS = union_all(_GIVEN, _WORKS).order_by("valid_from", "path", "role")
"""What a person's roles rest on. These three are written once, with the municipality in them: every request asks them."""


def open_session_of(session: Session, token: str) -> OpenSession | None:
    """The sign-in that the token belongs to; None when it is unknown, ended, run out, or its person has no role today."""
    row = session.execute(_SIGNED_IN, {"m": tenant_id(session), "token_hash": token_hash(token)}).one_or_none()
    if row is None or row.disabled_at is not None:
        return None
    if is_over(signed_in_at=row.signed_in_at, last_seen=row.last_seen, on_phone=row.on_phone, now=now()):
        return None
    actor = _actor(session, row, name=row.name or "", account_id=row.account_id, session_id=row.id)
    return OpenSession(row.id, row.account_id, row.last_seen, row.on_phone, actor) if actor.roles else None


def actor_for(session: Session, account: Account) -> Actor:
    """Who the account is and what roles she has today; without roles when none is in force."""
    name = session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == account.person_id))
    return _actor(session, account, name=name or "", account_id=account.id)


def _actor(session: Session, account: Any, *, name: str, account_id: int, session_id: int | None = None) -> Actor:
    """`account` has the columns of one."""
    on = today()
    given, works = grounds_of(session, account.person_id)
    roles = roles_in_force(given, works, on=on)
    extra = {"email": account.email}
    purposes = [
        g.purpose
        for g in given
        if g.role is Role.AUDITOR and g.purpose and g.valid_from <= on and (g.valid_to is None or on < g.valid_to)
    ]
    if purposes:
        extra["purpose"] = purposes[-1]
    return Actor(
        person_id=account.person_id,
        account_id=account_id,
        name=name,
        roles=roles,
        home_role=home_role(roles, account.last_role),
        session_id=session_id,
        locale=account.locale,
        extra=extra,
    )


def actor_of_person(session: Session, person_id: int, *, on: date | None = None) -> Actor:
    """The person as an actor with the roles she has on the day (default today), whether or not she has an account."""
    name = session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id)) or ""
    account_id = session.scalar(select(Account.id).where(Account.person_id == person_id))
    roles = roles_in_force(*grounds_of(session, person_id), on=on or today())
    return Actor(person_id, account_id, name, roles, home_role(roles, None))


def grounds_of(session: Session, person_id: int) -> tuple[list[Given], list[Works]]:
    """(the roles the person was ever given, her employments), as far as access is concerned."""
    rows = session.execute(_GROUNDS, {"m": tenant_id(session), "person_id": person_id}).all()
    return (
        [
            Given(Role(row.role), row.path, row.valid_from, row.valid_to, row.purpose, row.deputy_for is not None)
            for row in rows
            if row.role
        ],
        [Works(row.path, row.valid_from, row.valid_to, bool(row.may_sign)) for row in rows if not row.role],
    )


def must_wait_until(session: Session, keys: dict[str, str]) -> datetime | None:
    """The moment from which these keys may try again; None when at once. `keys` are hashes by the kinds of TRY_LIMITS."""
    moment = now()
    rows = session.execute(
        select(SignInTry.key_hash, SignInTry.tried_at).where(
            SignInTry.key_hash.in_(keys.values()), SignInTry.tried_at > moment - TRY_WINDOW
        )
    ).all()
    untils = [
        waits_until([row.tried_at for row in rows if row.key_hash == key], TRY_LIMITS[kind], now=moment)
        for kind, key in keys.items()
    ]
    return max((until for until in untils if until), default=None)


def needs_proof(session: Session, session_id: int | None) -> bool:
    """Whether the password must be given again before a signature on this device; True when the sign-in is unknown."""
    signed = session.get(SignedInSession, session_id) if session_id is not None else None
    return signed is None or proof_is_old(proved_at=signed.proved_at, on_phone=signed.on_phone, now=now())


def open_invitation(session: Session, token: str) -> Invitation | None:
    """The invitation that the link belongs to, if it is unused and its 14 days are not over."""
    invitation = session.scalar(select(Invitation).where(Invitation.token_hash == token_hash(token)))
    return invitation if invitation and invitation.used_at is None and invitation.expires_at > now() else None


def open_code(session: Session, person_id: int, code_hash: str) -> OneTimeCode | None:
    """The person's unused code with this hash, if its ten minutes are not over."""
    return session.scalar(
        select(OneTimeCode)
        .where(
            OneTimeCode.person_id == person_id,
            OneTimeCode.code_hash == code_hash,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now(),
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class SignInPlace:
    """One device on which somebody is signed in."""

    id: int
    on_phone: bool
    signed_in_at: datetime
    last_seen: datetime


def sign_ins_of(session: Session, account_id: int) -> list[SignInPlace]:
    """Where the account is signed in now, the latest first."""
    rows = session.scalars(
        select(SignedInSession)
        .where(SignedInSession.account_id == account_id, SignedInSession.ended_at.is_(None))
        .order_by(SignedInSession.last_seen.desc(), SignedInSession.id.desc())
    )
    moment = now()
    return [
        SignInPlace(row.id, row.on_phone, row.signed_in_at, row.last_seen)
        for row in rows
        if not is_over(signed_in_at=row.signed_in_at, last_seen=row.last_seen, on_phone=row.on_phone, now=moment)
    ]
