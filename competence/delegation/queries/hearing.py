"""The hearing of a draft: who is asked, what they have said, and what waits for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, func, or_
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.accounts.models import Account, RoleAssignment
from competence.delegation.models import HearingComment, HearingInvitation
from competence.delegation.queries.reading import IDENTITIES
from competence.delegation.queries.terms import TASKS, VERSIONS
from competence.foundation.editions import remembered
from competence.foundation.orm import scoped
from competence.people.models import StaffGroup

COMMENTS = cast(Table, HearingComment.__table__)
INVITATIONS = cast(Table, HearingInvitation.__table__)
ACCOUNTS = cast(Table, Account.__table__)
ASSIGNMENTS = cast(Table, RoleAssignment.__table__)
GROUPS = cast(Table, StaffGroup.__table__)

HEARD = (Role.LEADER, Role.COMMITTEE, Role.DIRECTOR, Role.HR)
"""The roles that can be asked."""


@dataclass(frozen=True)
class Comment:
    """What somebody said of a draft."""

    id: int
    task_id: int | None
    group_id: int | None
    cell: str
    """"" when it is about the whole draft."""
    text: str | None
    """None: erased with its writer."""
    by: str
    at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered."""
        return self.answered_at is None


@dataclass(frozen=True)
class Asked:
    """Somebody who is asked to comment."""

    person_id: int
    name: str
    email: str
    """"" for who has no address."""
    has_commented: bool


@dataclass(frozen=True)
class Invitations:
    """Who is asked."""

    roles: frozenset[Role]
    persons: dict[int, str]
    """Id -> name."""

    def include(self, actor: Actor) -> bool:
        """Whether she is among them."""
        return actor.person_id in self.persons or bool(self.roles & {a.role for a in actor.roles})

    def __bool__(self) -> bool:
        return bool(self.roles or self.persons)


def open_comments(session: Session, version_id: int) -> int:
    """How many comments on the version nobody has answered."""
    count = session.execute(
        scoped(session, COMMENTS, func.count()).where(
            COMMENTS.c.version_id == version_id, COMMENTS.c.answered_at.is_(None)
        )
    ).scalar()
    return int(count or 0)


def comments_on(session: Session, version_id: int) -> Sequence[Comment]:
    """What has been said of the version, those without an answer first, then newest first."""
    writers, answerers = IDENTITIES.alias("writers"), IDENTITIES.alias("answerers")
    own = COMMENTS.c.municipality_id
    rows = session.execute(
        scoped(
            session, COMMENTS, COMMENTS, writers.c.name.label("writer"), answerers.c.name.label("answerer"),
            TASKS.c.name.label("task"), GROUPS.c.short_name.label("staff_group"),
        )
        .outerjoin(writers, (writers.c.municipality_id == own) & (writers.c.person_id == COMMENTS.c.written_by))
        .outerjoin(answerers, (answerers.c.municipality_id == own) & (answerers.c.person_id == COMMENTS.c.answered_by))
        .outerjoin(TASKS, (TASKS.c.municipality_id == own) & (TASKS.c.id == COMMENTS.c.task_id))
        .outerjoin(GROUPS, (GROUPS.c.municipality_id == own) & (GROUPS.c.id == COMMENTS.c.staff_group_id))
        .where(COMMENTS.c.version_id == version_id)
        .order_by(COMMENTS.c.answered_at.is_not(None), COMMENTS.c.id.desc())
    )  # fmt: skip
    return [
        Comment(
            row.id, row.task_id, row.staff_group_id, f"{row.task} × {row.staff_group}" if row.task else "", row.text,
            row.writer or "", row.recorded_at, row.answer, row.answerer or "", row.answered_at,
        )
        for row in rows
    ]  # fmt: skip


def invited(session: Session, version_id: int) -> Invitations:
    """Who is asked to comment on the version."""
    rows = session.execute(
        scoped(session, INVITATIONS, INVITATIONS.c.role, INVITATIONS.c.person_id, IDENTITIES.c.name)
        .outerjoin(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == INVITATIONS.c.municipality_id)
            & (IDENTITIES.c.person_id == INVITATIONS.c.person_id),
        )
        .where(INVITATIONS.c.version_id == version_id)
        .order_by(INVITATIONS.c.id)
    ).all()
    return Invitations(
        frozenset(Role(row.role) for row in rows if row.role),
        {row.person_id: row.name or "" for row in rows if row.person_id},
    )


def can_be_asked(session: Session, *, on: date) -> Sequence[tuple[int, str]]:
    """(person id, name) of those who have a role that can be asked, by name."""
    rows = session.execute(
        scoped(session, ASSIGNMENTS, ASSIGNMENTS.c.person_id, IDENTITIES.c.name)
        .join(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == ASSIGNMENTS.c.municipality_id)
            & (IDENTITIES.c.person_id == ASSIGNMENTS.c.person_id),
        )
        .where(ASSIGNMENTS.c.role.in_([role.value for role in HEARD]), ASSIGNMENTS.c.valid_from <= on)
        .where(or_(ASSIGNMENTS.c.valid_to.is_(None), ASSIGNMENTS.c.valid_to > on))
        .order_by(IDENTITIES.c.name, ASSIGNMENTS.c.person_id)
    )
    return list({row.person_id: row.name for row in rows}.items())


def asked(session: Session, version_id: int, *, on: date) -> Sequence[Asked]:
    """Everybody who is asked on the day, by role or by name, in the order of their names."""
    called = invited(session, version_id)
    in_force = or_(ASSIGNMENTS.c.valid_to.is_(None), ASSIGNMENTS.c.valid_to > on)
    wanted = scoped(session, ASSIGNMENTS, ASSIGNMENTS.c.person_id).where(
        ASSIGNMENTS.c.role.in_([role.value for role in called.roles]), ASSIGNMENTS.c.valid_from <= on, in_force
    )
    persons = {row.person_id for row in session.execute(wanted)} | set(called.persons)
    spoken = scoped(session, COMMENTS, COMMENTS.c.written_by).where(COMMENTS.c.version_id == version_id)
    have = {row.written_by for row in session.execute(spoken)}
    rows = session.execute(
        _addresses(session)
        .where(IDENTITIES.c.person_id.in_(sorted(persons)))
        .order_by(IDENTITIES.c.name, IDENTITIES.c.person_id)
    )
    return [Asked(row.person_id, row.name, row.own or row.email or "", row.person_id in have) for row in rows]


def email_of(session: Session, person_id: int) -> str:
    """Where the person can be mailed, "" for nowhere."""
    row = session.execute(_addresses(session).where(IDENTITIES.c.person_id == person_id)).first()
    return (row.own or row.email or "") if row else ""


def _addresses(session: Session) -> Select[Any]:
    """Each person's name and address, and that of her account where she has one that is open."""
    return scoped(
        session, IDENTITIES, IDENTITIES.c.person_id, IDENTITIES.c.name, IDENTITIES.c.email, ACCOUNTS.c.email.label("own")
    ).outerjoin(
        ACCOUNTS,
        (ACCOUNTS.c.municipality_id == IDENTITIES.c.municipality_id)
        & (ACCOUNTS.c.person_id == IDENTITIES.c.person_id)
        & ACCOUNTS.c.disabled_at.is_(None),
    )  # fmt: skip


def hearings_waiting(session: Session, actor: Actor, *, on: date) -> Sequence[tuple[int, date]]:
    """(version's number, last day) of the drafts on which she is asked to comment now, and has not."""
    hearings = hearings_for(session, actor, on=on)
    if not hearings:
        return []
    rows = session.execute(
        scoped(session, COMMENTS, VERSIONS.c.number)
        .join(
            VERSIONS,
            (VERSIONS.c.municipality_id == COMMENTS.c.municipality_id) & (VERSIONS.c.id == COMMENTS.c.version_id),
        )
        .where(COMMENTS.c.written_by == actor.person_id)
    )
    have = {row.number for row in rows}
    return [one for one in hearings if one[0] not in have]


def to_remind(session: Session, *, on: date, within: timedelta) -> Sequence[int]:
    """The numbers of the drafts whose hearing ends within so long, and in which nobody has been reminded."""
    rows = session.execute(
        scoped(session, VERSIONS, VERSIONS.c.number)
        .where(VERSIONS.c.approved_at.is_(None), VERSIONS.c.discarded_at.is_(None))
        .where(VERSIONS.c.hearing_until >= on, VERSIONS.c.hearing_until <= on + within)
        .where(VERSIONS.c.hearing_reminded_at.is_(None))
        .order_by(VERSIONS.c.number)
    )
    return [row.number for row in rows]


def hearings_for(session: Session, actor: Actor, *, on: date) -> Sequence[tuple[int, date]]:
    """(version's number, last day) of the drafts on which she is asked to comment now."""
    running = remembered(session, ("hearings", on), lambda s: _read_hearings(s, on))
    return [(number, until) for number, until, version in running if invited(session, version).include(actor)]


def _read_hearings(session: Session, on: date) -> tuple[tuple[int, date, int], ...]:
    rows = session.execute(
        scoped(session, VERSIONS, VERSIONS.c.number, VERSIONS.c.hearing_until, VERSIONS.c.id)
        .where(VERSIONS.c.approved_at.is_(None), VERSIONS.c.discarded_at.is_(None), VERSIONS.c.hearing_until >= on)
        .order_by(VERSIONS.c.hearing_until, VERSIONS.c.id)
    )
    return tuple((row.number, row.hearing_until, row.id) for row in rows)
