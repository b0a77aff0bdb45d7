"""Reads of accounts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.accounts.models import Account, Invitation, RoleAssignment
from competence.accounts.queries.persons import root_paths
from competence.foundation.errors import NotFound
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity
from competence.people.queries import name_fits


def account_by_email(session: Session, email: str) -> Account | None:
    """The account that signs in with the address, however it is typed."""
    return session.scalar(select(Account).where(Account.email == email.strip().casefold()))


def account_of_person(session: Session, person_id: int) -> Account | None:
    """The person's account; None when she has none."""
    return session.scalar(select(Account).where(Account.person_id == person_id))


def get_account(session: Session, account_id: int) -> Account:
    """The account. NotFound when there is none."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def address_of(session: Session, person_id: int) -> str | None:
    """The address by which the person signs in, or would: her account's, else her own."""
    return session.scalar(select(Account.email).where(Account.person_id == person_id)) or session.scalar(
        select(PersonIdentity.email).where(PersonIdentity.person_id == person_id)
    )


@dataclass(frozen=True)
class AccountLine:
    """An account as a list shows it."""

    id: int
    person_id: int
    name: str
    email: str
    has_password: bool
    disabled_at: datetime | None
    invited_until: datetime | None


def accounts_page(
    session: Session, *, within: Reach, search: str = "", page: int = 1, size: int = 50
) -> tuple[list[AccountLine], int]:
    """(accounts by name, how many there are in all) of those `person_within` finds. `search` is part of name or address."""
    named = select(Account, PersonIdentity.name).join(PersonIdentity, PersonIdentity.person_id == Account.person_id)
    if not any(within.covers(path) for path in root_paths(session)):
        here = or_(*(Unit.path.startswith(root, autoescape=True) for root in within.roots))
        works = select(Employment.person_id).join(Unit, Unit.id == Employment.unit_id).where(here)
        given = select(RoleAssignment.person_id).join(Unit, Unit.id == RoleAssignment.unit_id).where(here)
        named = named.where(Account.person_id.in_(works.union(given)))
    if search:
        by_address = Account.email.contains(search.casefold(), autoescape=True)
        named = named.where(or_(and_(*name_fits(search)), by_address))
    total = session.scalar(select(func.count()).select_from(named.with_only_columns(Account.id).subquery())) or 0
    rows = session.execute(named.order_by(PersonIdentity.name, Account.id).limit(size).offset((page - 1) * size)).all()
    invited = {
        row.account_id: row.until
        for row in session.execute(
            select(Invitation.account_id, func.max(Invitation.expires_at).label("until"))
            .where(Invitation.account_id.in_([account.id for account, _ in rows]), Invitation.used_at.is_(None))
            .group_by(Invitation.account_id)
        )
    }
    return [
        AccountLine(
            account.id, account.person_id, name, account.email, account.password_hash is not None, account.disabled_at,
            invited.get(account.id),
        )
        for account, name in rows
    ], total  # fmt: skip
