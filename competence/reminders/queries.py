"""What a person is reminded of: the reminders whose matter still stands and that she may still see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Select, Table, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Role
from competence.accounts.models import Account
from competence.catalogue.models import Task
from competence.delegation.models import Delegation, FrameworkDelegation
from competence.foundation.clock import today
from competence.foundation.orm import execute, scoped, standing
from competence.organisation.models import Unit
from competence.people.models import Absence, Employment, PersonIdentity
from competence.reminders.courses import PLANNED, after_is_missing, follow_up_is_open, plan_runs
from competence.reminders.models import MailRefusal, MailWish, OutgoingMail, Reminder
from competence.reminders.rules import SHOWN_AFTER, UNASKED, Kind, MailKind, Part, last_day_of
from competence.signoffs.models import CurrentSignOff, Exemption, SignOffRequest, WaitingSignOff
from competence.signoffs.rules import Origin

REMINDERS = cast(Table, Reminder.__table__)
MAILS = cast(Table, OutgoingMail.__table__)
REFUSALS = cast(Table, MailRefusal.__table__)
WISHES = cast(Table, MailWish.__table__)
CURRENT = cast(Table, CurrentSignOff.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)
REQUESTS = cast(Table, SignOffRequest.__table__)
DELEGATIONS = cast(Table, Delegation.__table__)
FRAMEWORKS = cast(Table, FrameworkDelegation.__table__)
EXEMPTIONS = cast(Table, Exemption.__table__)
ABSENCES = cast(Table, Absence.__table__)
EMPLOYMENTS = cast(Table, Employment.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
TASKS = cast(Table, Task.__table__)
UNITS = cast(Table, Unit.__table__)
ACCOUNTS = cast(Table, Account.__table__)
R = REMINDERS.c


def renewed(ends: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a signature with a yes waits for its first day and counts longer than the current one that ends then."""
    return exists().where(
        WAITING.c.municipality_id == CURRENT.c.municipality_id, WAITING.c.person_id == CURRENT.c.person_id,
        WAITING.c.task_id == CURRENT.c.task_id, WAITING.c.accepted_on.is_not(None),
        func.coalesce(WAITING.c.citizen_id, 0) == func.coalesce(CURRENT.c.citizen_id, 0),
        or_(WAITING.c.valid_to.is_(None), WAITING.c.valid_to > ends),
    )  # fmt: skip


_LATER = DELEGATIONS.alias("later")
_NEXT = FRAMEWORKS.alias("next_framework")


def delegated_longer() -> ColumnElement[bool]:
    """Whether the person has the same task, for the same citizen, by another delegation that counts longer."""
    return exists().where(
        _LATER.c.municipality_id == DELEGATIONS.c.municipality_id, _LATER.c.person_id == DELEGATIONS.c.person_id,
        _LATER.c.task_id == DELEGATIONS.c.task_id, _LATER.c.id != DELEGATIONS.c.id,
        func.coalesce(_LATER.c.citizen_id, 0) == func.coalesce(DELEGATIONS.c.citizen_id, 0),
        _LATER.c.accepted_on.is_not(None), _LATER.c.ended_on.is_(None),
        or_(_LATER.c.valid_to.is_(None), _LATER.c.valid_to > DELEGATIONS.c.valid_to),
    )  # fmt: skip


def framework_renewed() -> ColumnElement[bool]:
    """Whether another framework has taken its place."""
    return exists().where(
        _NEXT.c.municipality_id == FRAMEWORKS.c.municipality_id, _NEXT.c.renews_id == FRAMEWORKS.c.id,
        _NEXT.c.ended_at.is_(None),
    )  # fmt: skip


def stands() -> ColumnElement[bool]:
    """Whether what the reminder is about is as it was: not renewed, ended, given up or done meanwhile."""
    own = R.municipality_id
    signed = (
        CURRENT.c.municipality_id == own, CURRENT.c.person_id == R.about_id, CURRENT.c.task_id == R.task_id,
        CURRENT.c.event_id == R.subject_id, CURRENT.c.ended_on.is_(None), ~renewed(R.due_on),
    )  # fmt: skip
    planned = (PLANNED.c.municipality_id == own, PLANNED.c.id == R.subject_id)
    given = (DELEGATIONS.c.municipality_id == own, DELEGATIONS.c.id == R.subject_id, DELEGATIONS.c.ended_on.is_(None))
    return or_(
        and_(R.kind == Kind.SIGNOFF, exists().where(*signed, CURRENT.c.valid_to == R.due_on)),
        and_(R.kind == Kind.SIGN_AGAIN, exists().where(*signed)),
        and_(R.kind == Kind.DELEGATION, exists().where(*given, DELEGATIONS.c.valid_to == R.due_on, ~delegated_longer())),
        and_(R.kind == Kind.SUPERVISION, exists().where(*given, DELEGATIONS.c.supervise_on == R.due_on)),
        and_(
            R.kind == Kind.FRAMEWORK,
            exists().where(
                FRAMEWORKS.c.municipality_id == own, FRAMEWORKS.c.id == R.subject_id, FRAMEWORKS.c.ended_at.is_(None),
                FRAMEWORKS.c.valid_to == R.due_on, ~framework_renewed(),
            ),
        ),
        and_(
            R.kind == Kind.EXEMPTION,
            exists().where(
                EXEMPTIONS.c.municipality_id == own, EXEMPTIONS.c.id == R.subject_id, EXEMPTIONS.c.valid_to == R.due_on
            ),
        ),
        and_(
            R.kind == Kind.RETURN,
            exists().where(
                ABSENCES.c.municipality_id == own, ABSENCES.c.id == R.subject_id, ABSENCES.c.valid_to == R.due_on
            ),
        ),
        and_(R.kind == Kind.AFTER, exists().where(*planned, after_is_missing(), plan_runs())),
        and_(
            R.kind == Kind.FOLLOW_UP,
            exists().where(*planned, follow_up_is_open(), PLANNED.c.follow_up_on == R.due_on, plan_runs()),
        ),
    )  # fmt: skip


_DAY = bindparam("day", type_=Date)


def _open(*columns: Any) -> Select[Any]:
    """The reminders that are neither closed nor about something that is done, with the unit of whom they are about."""
    return (
        standing(REMINDERS, *columns)
        .outerjoin(
            EMPLOYMENTS, (EMPLOYMENTS.c.municipality_id == R.municipality_id) & (EMPLOYMENTS.c.id == R.employment_id)
        )
        .outerjoin(
            UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id)
        )
        .where(
            R.closed_at.is_(None),
            or_(EMPLOYMENTS.c.id.is_(None), EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > _DAY),
            stands(),
        )
    )


_SINCE = bindparam("since", type_=Date)
_COUNTED = _open(R.part, UNITS.c.path).where(R.person_id == bindparam("person"), R.due_on > _SINCE)
_ASKED = (
    select(func.max(WAITING.c.seq))
    .where(
        WAITING.c.municipality_id == R.municipality_id, WAITING.c.person_id == R.about_id, WAITING.c.task_id == R.task_id,
        WAITING.c.accepted_on.is_(None), WAITING.c.origin != Origin.TRANSFERRED.value, ~WAITING.c.lacks_second,
        or_(WAITING.c.answer_before.is_(None), WAITING.c.answer_before > _DAY),
    )
    .scalar_subquery()
)  # fmt: skip
_COURSE = PLANNED.alias("course")
_NAMED = func.coalesce(TASKS.c.name, _COURSE.c.name).label("task")
_LISTED = (
    _open(REMINDERS, UNITS.c.path, UNITS.c.name.label("unit"), IDENTITIES.c.name, _NAMED, _ASKED.label("waits"))
    .outerjoin(IDENTITIES, (IDENTITIES.c.municipality_id == R.municipality_id) & (IDENTITIES.c.person_id == R.about_id))
    .outerjoin(TASKS, (TASKS.c.municipality_id == R.municipality_id) & (TASKS.c.id == R.task_id))
    .outerjoin(
        _COURSE,
        (_COURSE.c.municipality_id == R.municipality_id) & (_COURSE.c.id == R.subject_id)
        & R.kind.in_((Kind.AFTER.value, Kind.FOLLOW_UP.value)),
    )
)  # fmt: skip
_HERS = _LISTED.where(R.person_id == bindparam("person"), R.due_on > _SINCE).order_by(R.due_on, R.id)
_MAILED = _LISTED.where(R.mail_id == bindparam("mail"), R.due_on > _SINCE).order_by(R.due_on, R.id)

ROLES_OF_PART = {Part.LEADER: Role.LEADER, Part.GUIDE: Role.GUIDE, Part.KEEPER: Role.DEVELOPMENT_NURSE}
"""The role by which one is reminded: with its end, or out of its reach, nothing is seen any more."""


@dataclass(frozen=True)
class Line:
    """A reminder, ready to be said."""

    id: int
    kind: Kind
    part: Part
    task: str
    task_id: int
    name: str
    """Whom it is about; empty for herself and for a framework."""
    unit: str
    last_day: date
    """The last day it counts, or by which something is to be done; the first day back."""
    days_left: int
    """Negative when it is over."""
    subject_id: int
    about_id: int
    employment_id: int
    waits: int
    """The seq of a new signature that waits for the person's yes; 0 = none does."""


def may_see(part: str, path: str | None, actor: Actor) -> bool:
    """Whether the reader still has the part in which she was reminded, over the unit at `path`."""
    role = ROLES_OF_PART.get(Part(part))
    if role is None:
        return True
    return any(a.role is role and (path is None or path.startswith(a.path)) for a in actor.roles)


def open_count(session: Session, actor: Actor) -> int:
    """How many reminders stand for her: for the bell on every page, in one query."""
    on = today()
    rows = execute(session, _COUNTED, person=actor.person_id, day=on, since=on - SHOWN_AFTER)
    return sum(may_see(row.part, row.path, actor) for row in rows)


def reminders_of(session: Session, actor: Actor) -> Sequence[Line]:
    """What she is reminded of, what ends first on top."""
    on = today()
    rows = execute(session, _HERS, person=actor.person_id, day=on, since=on - SHOWN_AFTER)
    return [_line(row, on) for row in rows if may_see(row.part, row.path, actor)]


def reminders_in(session: Session, mail_id: int, actor: Actor) -> Sequence[Line]:
    """Those of a mail that still stand and that its reader may see."""
    on = today()
    rows = execute(session, _MAILED, mail=mail_id, day=on, since=on - SHOWN_AFTER)
    return [_line(row, on) for row in rows if may_see(row.part, row.path, actor)]


def _line(row: Any, on: date) -> Line:
    kind = Kind(row.kind)
    last = last_day_of(kind, row.due_on)
    return Line(
        row.id, kind, Part(row.part), row.task or "", row.task_id or 0,
        "" if row.about_id == row.person_id else row.name or "", row.unit or "", last, (last - on).days, row.subject_id,
        row.about_id or 0, row.employment_id or 0, row.waits or 0,
    )  # fmt: skip


def refused_by(session: Session, person_id: int) -> frozenset[MailKind]:
    """The kinds of mails that the person does not want, and those that nobody gets unasked and she has not asked for."""
    rows = session.execute(scoped(session, REFUSALS, REFUSALS.c.kind).where(REFUSALS.c.person_id == person_id))
    asked = session.execute(scoped(session, WISHES, WISHES.c.kind).where(WISHES.c.person_id == person_id))
    return frozenset(MailKind(row.kind) for row in rows) | (
        frozenset(MailKind) - UNASKED - {MailKind(row.kind) for row in asked}
    )


def wishes(session: Session, kind: MailKind) -> dict[int, datetime]:
    """Person -> since when she wants the mails of a kind that nobody gets unasked."""
    rows = session.execute(
        scoped(session, WISHES, WISHES.c.person_id, WISHES.c.recorded_at).where(WISHES.c.kind == kind)
    )
    return {row.person_id: row.recorded_at for row in rows}


def unmailed(session: Session, *, on: date) -> dict[int, list[tuple[int, Kind]]]:
    """Person -> (reminder, its kind) of those that stand, before their last day, and have been in no mail."""
    # A framework and a return have no days left to count: they are mailed as long as they are shown.
    statement = _open(R.id, R.person_id, R.kind).where(
        R.mail_id.is_(None), or_(R.due_on > _DAY, and_(R.kind == Kind.RETURN, R.due_on > _SINCE))
    )
    rows = execute(session, statement.order_by(R.person_id, R.id), day=on, since=on - SHOWN_AFTER)
    found: dict[int, list[tuple[int, Kind]]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append((row.id, Kind(row.kind)))
    return found


def all_refusals(session: Session) -> set[tuple[int, MailKind]]:
    """(person, kind of mail) of all who want none of a kind."""
    rows = session.execute(scoped(session, REFUSALS, REFUSALS.c.person_id, REFUSALS.c.kind))
    return {(row.person_id, MailKind(row.kind)) for row in rows}


def able_to_read(session: Session, person_ids: Collection[int] | None = None) -> dict[int, tuple[str, str]]:
    """Person -> (address, language) of those who can sign in; all when no ids are named."""
    wanted = scoped(session, ACCOUNTS, ACCOUNTS.c.person_id, ACCOUNTS.c.email, ACCOUNTS.c.locale).where(
        ACCOUNTS.c.disabled_at.is_(None), ACCOUNTS.c.password_hash.is_not(None),
        true() if person_ids is None else ACCOUNTS.c.person_id.in_(sorted(person_ids)),
    )  # fmt: skip
    return {row.person_id: (row.email, row.locale) for row in session.execute(wanted)}


def away_on(session: Session, on: date) -> frozenset[int]:
    """The persons who are away on the day from every employment that runs."""
    absent = exists().where(
        ABSENCES.c.municipality_id == EMPLOYMENTS.c.municipality_id, ABSENCES.c.employment_id == EMPLOYMENTS.c.id,
        ABSENCES.c.valid_from <= on, or_(ABSENCES.c.valid_to.is_(None), ABSENCES.c.valid_to > on),
    )  # fmt: skip
    rows = session.execute(
        scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.person_id, absent.label("away")).where(
            EMPLOYMENTS.c.valid_from <= on, or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on)
        )
    ).all()
    return frozenset({row.person_id for row in rows if row.away} - {row.person_id for row in rows if not row.away})


def asked_for(session: Session, places: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of (employment, task) for which a sign-off has been asked for and nobody has answered yet."""
    if not places:
        return set()
    rows = session.execute(
        scoped(session, REQUESTS, REQUESTS.c.employment_id, REQUESTS.c.task_id).where(
            REQUESTS.c.employment_id.in_(sorted({one for one, _task in places})), REQUESTS.c.closed_at.is_(None)
        )
    )
    return {(row.employment_id, row.task_id) for row in rows}
