"""Sign-in, sessions, invitations, and the roles a person has been given."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.access.rules import Role
from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import TEN_YEARS, YEAR, Basis, Erasure, PersonData
from competence.foundation.text import N_


class Account(Base, Tenant):
    """How a person signs in. Erased with the person's identity."""

    __tablename__ = "account"
    __persondata__ = PersonData(
        purpose=N_("To sign in."),
        basis=Basis.SECURITY,
        seen_by=N_("the person; administrator"),
        period=N_("1 year after the last employment or role ended"),
        erasures=(
            Erasure(
                YEAR,
                where=(
                    "NOT EXISTS (SELECT 1 FROM invitation i WHERE i.municipality_id = :m AND i.account_id = "
                    "account.id) AND NOT EXISTS (SELECT 1 FROM signed_in_session s WHERE s.municipality_id = :m "
                    "AND s.account_id = account.id)"
                ),
            ),
        ),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id"),
        UniqueConstraint("municipality_id", "email"),
        person_id="person",
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    email: Mapped[str] = mapped_column(String(255))
    """What is typed at sign-in, in lower case."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(5), default="da")
    last_role: Mapped[str | None] = mapped_column(String(40))
    """The role whose home and menu were used last."""
    shortcuts: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]


class Invitation(Base, Tenant):
    """A one-time link by which a person chooses a password."""

    __tablename__ = "invitation"
    __persondata__ = PersonData(
        purpose=N_("To let a person choose her own password."),
        basis=Basis.SECURITY,
        seen_by=N_("nobody in the pages; whoever operates the database"),
        period=N_("90 days after the link ran out"),
        erasures=(Erasure(90, since="expires_at"),),
        person="",
    )
    __table_args__ = wall(UniqueConstraint("token_hash"), account_id="account")
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]


class SignedInSession(Base, Tenant):
    """One sign-in on one device. The browser has the token, this row its hash."""

    __tablename__ = "signed_in_session"
    __persondata__ = PersonData(
        purpose=N_("To keep a device signed in, and to show the person where she is signed in."),
        basis=Basis.SECURITY,
        seen_by=N_("the person"),
        period=N_("90 days after the last use"),
        erasures=(Erasure(90, since="last_seen"),),
        person="",
    )
    __table_args__ = wall(
        UniqueConstraint("token_hash"), Index(None, "municipality_id", "account_id"), account_id="account"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64))
    on_phone: Mapped[bool] = mapped_column(default=False)
    signed_in_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    """When the password was last given: a phone asks again before a signature once 30 minutes have passed."""
    last_seen: Mapped[datetime]
    wrote_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class OneTimeCode(Base, Tenant):
    """Six digits, shown on the person's own page, by which she says yes on somebody else's phone."""

    __tablename__ = "one_time_code"
    __persondata__ = PersonData(
        purpose=N_("To let a person say yes on a colleague's phone."),
        basis=Basis.SECURITY,
        seen_by=N_("nobody in the pages; whoever operates the database"),
        period=N_("1 day after it ran out"),
        erasures=(Erasure(1, since="expires_at"),),
    )
    __table_args__ = wall(Index(None, "municipality_id", "person_id"), person_id="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTry(Base):
    """A failed sign-in, kept only to slow the next ones down. Holds hashes, no address in clear."""

    __tablename__ = "sign_in_try"
    __persondata__ = PersonData(
        purpose=N_("To slow down guessing of passwords. Holds keyed hashes, no address."),
        basis=Basis.SECURITY,
        seen_by=N_("nobody in the pages; whoever operates the database"),
        period=N_("1 day"),
        erasures=(Erasure(1, since="tried_at"),),
        person="",
    )
    __table_args__ = (Index(None, "key_hash", "tried_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    tried_at: Mapped[datetime]


class RoleAssignment(Base, Tenant):
    """A role over a unit and all below it, from a date to a date. Also the appointment as learning guide."""

    __tablename__ = "role_assignment"
    __persondata__ = PersonData(
        purpose=N_("To decide who may do and see what, and to show it afterwards."),
        basis=Basis.SECURITY,
        seen_by=N_("the person; administrator; who may give the role"),
        period=N_("10 years after the role ended"),
        erasures=(Erasure(TEN_YEARS, since="valid_to"),),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id"), person_id="person", unit_id="unit", deputy_for="person"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    role: Mapped[Role] = mapped_column(String(40))
    unit_id: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    purpose: Mapped[str | None] = mapped_column(String(400))
    """An auditor's stated purpose; None for the other roles."""
    deputy_for: Mapped[int | None]
    """The learning guide whose place she takes in the unit, from a day to a day; None: the appointment is her own."""
    minutes_a_week: Mapped[int | None]
    """How long a week a learning guide has been given for it; None = nobody has said."""
    given_by: Mapped[int | None]
    recorded_at: Mapped[datetime]
    ended_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]
