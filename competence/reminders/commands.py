"""Reminding those whom something concerns, putting a reminder away, and choosing which mails one wants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.queries import actor_of_person
from competence.audit.commands import record
from competence.coverage.queries.places import tree
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped, tenant_id
from competence.organisation.models import Municipality
from competence.reminders.matters import Due, is_new, reached
from competence.reminders.models import MailRefusal, MailWish, OutgoingMail, Reminder
from competence.reminders.plans import newly_invited
from competence.reminders.queries import (
    MAILS,
    REMINDERS,
    able_to_read,
    all_refusals,
    away_on,
    refused_by,
    unmailed,
    wishes,
)
from competence.reminders.rules import (
    MAIL_OF,
    MOST_TRIES,
    NEWS_DAYS,
    STUCK_AFTER,
    UNASKED,
    MailKind,
    State,
    next_try,
    week_of,
)
from competence.roster.queries import imports_since
from competence.teaching.queries.people import unsent

DIGEST_MAIL, HEARING_MAIL, ROSTER_MAIL, CLASS_MAIL, PLAN_MAIL = "digest", "hearing", "roster", "class", "plan"


def lock_reminding(session: Session) -> None:
    """Nothing; until the transaction ends nobody else makes reminders or mails for the municipality."""
    # Without the key, so that others may go on writing rows of the municipality.
    mine = select(Municipality.id).where(Municipality.id == tenant_id(session))
    session.execute(mine.with_for_update(key_share=True))


def add_reminders(session: Session, found: Iterable[Due]) -> int:
    """How many reminders were made of those found: none that somebody else has made meanwhile. Lock first.

    A new rung takes the place of the one before it.
    """
    known = reached(session)
    due = [one for one in found if is_new(one, known)]
    if not due:
        return 0
    at, municipality = now(), tenant_id(session)
    before = [one for one in due if one.place in known]
    if before:
        c = REMINDERS.c
        session.execute(
            update(REMINDERS)
            .where(
                c.municipality_id == municipality, c.person_id == bindparam("who"), c.kind == bindparam("what"),
                c.subject_id == bindparam("subject"), c.due_on == bindparam("day"), c.closed_at.is_(None),
            )
            .values(closed_at=at),
            [
                {"who": person, "what": kind.value, "subject": subject, "day": day}
                for person, kind, subject, day in (one.place for one in before)
            ],
        )  # fmt: skip
    session.execute(insert(REMINDERS), [_row(one, municipality, at) for one in due])
    record(session, by=None, action="remind", subject="reminder", detail={"reminders": len(due)})
    return len(due)


def _row(due: Due, municipality: int, at: datetime) -> dict[str, Any]:
    matter = due.matter
    return {
        "municipality_id": municipality, "person_id": due.person_id, "part": due.part.value, "kind": matter.kind.value,
        "subject_id": matter.subject_id, "due_on": matter.due_on, "rung": matter.rung, "about_id": matter.about_id,
        "employment_id": matter.employment_id, "task_id": matter.task_id, "made_at": at,
    }  # fmt: skip


def queue_digests(session: Session, *, on: date, most: int | None = None) -> int:
    """How many weekly mails now wait, `most` at a time: one for whoever has a reminder that was in none, and had none this week.

    Nobody who is away, cannot sign in, or wants no mail about it. A clock that goes back makes none for a week that a later
    one has followed. Lock first.
    """
    readers, away, refusals = able_to_read(session), away_on(session, on), all_refusals(session)
    week = week_of(on)
    latest = {
        row.person_id: row.period
        for row in session.execute(
            scoped(session, MAILS, MAILS.c.person_id, func.max(MAILS.c.period).label("period"))
            .where(MAILS.c.kind == DIGEST_MAIL)
            .group_by(MAILS.c.person_id)
        )
    }
    made = 0
    for person, some in unmailed(session, on=on).items():
        wanted = [id_ for id_, kind in some if (person, MAIL_OF[kind]) not in refusals]
        if not wanted or person not in readers or person in away or latest.get(person, date.min) >= week:
            continue
        if made == most:
            break
        mail = _queue(session, person, DIGEST_MAIL, 0, week)
        session.execute(
            update(REMINDERS)
            .where(REMINDERS.c.municipality_id == tenant_id(session), REMINDERS.c.id.in_(wanted))
            .values(mail_id=mail.id)
        )
        made += 1
    return made


def queue_hearing(session: Session, number: int, person_ids: Collection[int], *, on: date) -> int:
    """How many mails now wait about a hearing that ends soon."""
    readers = sorted(set(person_ids))
    for person in readers:
        _queue(session, person, HEARING_MAIL, number, on)
    return len(readers)


def queue_rosters(session: Session, *, on: date) -> int:
    """How many mails now wait about gaps in the coming shifts: to those who asked for them, after a roster, and once a week.

    After a roster that touches a unit of hers since the mail before; else when she has had none this week. Nobody who is
    away or cannot sign in. Lock first.
    """
    wanted = wishes(session, MailKind.ROSTER)
    if not wanted:
        return 0
    readers, away = able_to_read(session, wanted), away_on(session, on)
    c = MAILS.c
    latest = {
        row.person_id: (row.made_at, row.period)
        for row in session.execute(
            scoped(
                session, MAILS, c.person_id, func.max(c.made_at).label("made_at"), func.max(c.period).label("period")
            )
            .where(c.kind == ROSTER_MAIL)
            .group_by(c.person_id)
        )
    }
    paths = {unit.id: unit.path for unit in tree(session, on=on).nodes}
    made = 0
    for person, since in sorted(wanted.items()):
        if person not in readers or person in away:
            continue
        within = actor_of_person(session, person).reach(Permission.ROSTER_READ)
        told_at, period = latest.get(person, (since, date.min))
        touched = (
            number
            for number, _at, units in imports_since(session, max(told_at, now() - timedelta(days=7)))
            if any(within.covers(paths[unit]) for unit in units if unit in paths)
        )
        taken = next(touched, None)
        if within and (taken is not None or period < week_of(on)):
            _queue(session, person, ROSTER_MAIL, taken or 0, on if taken is not None else week_of(on))
            made += 1
    return made


def queue_classes(session: Session, *, on: date) -> int:
    """How many mails now wait with a word about a class: each word once, to those who can sign in and want them. Lock first."""
    words = unsent(session, since=timedelta(days=NEWS_DAYS))
    if not words:
        return 0
    readers, refusals = able_to_read(session, {person for _id, person in words}), all_refusals(session)
    c = MAILS.c
    sent = set(
        session.scalars(
            scoped(session, MAILS, c.subject_id).where(
                c.kind == CLASS_MAIL, c.subject_id.in_([id_ for id_, _person in words])
            )
        )
    )
    wanted = [
        (id_, person)
        for id_, person in words
        if id_ not in sent and person in readers and (person, MailKind.TEACHING) not in refusals
    ]
    for id_, person in wanted:
        _queue(session, person, CLASS_MAIL, id_, on)
    return len(wanted)


def queue_plans(session: Session, *, on: date) -> int:
    """How many mails now wait with what somebody is invited to learn or asked to lead: one for all that is new. Lock first."""
    latest = newly_invited(session)
    if not latest:
        return 0
    readers, refusals = able_to_read(session, set(latest)), all_refusals(session)
    c = MAILS.c
    rows = session.execute(
        scoped(session, MAILS, c.person_id, func.max(c.subject_id).label("told"))
        .where(c.kind == PLAN_MAIL)
        .group_by(c.person_id)
    )
    told = {row.person_id: row.told for row in rows}
    wanted = {
        person: id_
        for person, id_ in sorted(latest.items())
        if person in readers and told.get(person, 0) < id_ and (person, MailKind.PLANS) not in refusals
    }
    for person, id_ in wanted.items():
        _queue(session, person, PLAN_MAIL, id_, on)
    return len(wanted)


def _queue(session: Session, person_id: int, kind: str, subject_id: int, period: date) -> OutgoingMail:
    at = now()
    mail = OutgoingMail(
        person_id=person_id, kind=kind, subject_id=subject_id, period=period, made_at=at, next_try_at=at, state_at=at
    )
    session.add(mail)
    session.flush()
    return mail


@dataclass(frozen=True)
class Outgoing:
    """A mail that is to be sent."""

    id: int
    person_id: int
    kind: str
    subject_id: int
    period: date
    tries: int


def to_send(session: Session, *, at: datetime) -> list[Outgoing]:
    """The mails that are to be tried now, the oldest first."""
    c = MAILS.c
    rows = session.execute(
        scoped(session, MAILS).where(c.state == State.WAITING, c.next_try_at <= at).order_by(c.next_try_at, c.id)
    )
    return [Outgoing(row.id, row.person_id, row.kind, row.subject_id, row.period, row.tries) for row in rows]


def give_up_on_stuck(session: Session, *, at: datetime) -> int:
    """How many mails were on their way when the program was stopped: they may have been sent, and are not sent again."""
    c = MAILS.c
    return _changed(
        session,
        update(MAILS)
        .where(c.municipality_id == tenant_id(session), c.state == State.SENDING, c.state_at <= at - STUCK_AFTER)
        .values(state=State.UNKNOWN, state_at=at),
    )


def claim(session: Session, mail_id: int, *, at: datetime) -> bool:
    """Whether the mail is now this process's to send: no other may have taken it before."""
    c = MAILS.c
    taken = _changed(
        session,
        update(MAILS)
        .where(c.municipality_id == tenant_id(session), c.id == mail_id, c.state == State.WAITING)
        .values(state=State.SENDING, state_at=at, tries=c.tries + 1),
    )
    return taken == 1


def settle_mail(session: Session, mail_id: int, state: State, *, at: datetime) -> State:
    """The state to which the mail has come. One that must wait is tried again later, or given up after 12 tries."""
    c = MAILS.c
    mine = (c.municipality_id == tenant_id(session), c.id == mail_id)
    values: dict[str, Any] = {"state": state, "state_at": at}
    if state is State.WAITING:
        tries = session.execute(scoped(session, MAILS, c.tries).where(c.id == mail_id)).scalar_one()
        values["next_try_at"] = next_try(tries, at=at)
        values["state"] = State.REFUSED if tries >= MOST_TRIES else State.WAITING
    session.execute(update(MAILS).where(*mine).values(**values))
    return State(values["state"])


def postpone(session: Session, mail_ids: Collection[int], *, at: datetime) -> None:
    """Nothing; the mail server could not be reached, and the mails wait. They are never given up for that."""
    c = MAILS.c
    rows = session.execute(scoped(session, MAILS, c.id, c.tries).where(c.id.in_(sorted(mail_ids)))).all()
    for row in rows:
        session.execute(
            update(MAILS)
            .where(c.municipality_id == tenant_id(session), c.id == row.id, c.state == State.WAITING)
            .values(next_try_at=next_try(1, at=at))
        )


def let_go(session: Session, mail_id: int) -> None:
    """Nothing; what the mail was to tell goes into a later one."""
    session.execute(
        update(REMINDERS)
        .where(REMINDERS.c.municipality_id == tenant_id(session), REMINDERS.c.mail_id == mail_id)
        .values(mail_id=None)
    )


def _changed(session: Session, statement: Any) -> int:
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def _own(session: Session, reminder_id: int, by: Actor) -> Reminder:
    authorise(by, Permission.OWN_READ)
    row = session.scalars(
        select(Reminder).where(Reminder.id == reminder_id, Reminder.person_id == by.person_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound
    return row


@command
def put_away(session: Session, reminder_id: int, *, by: Actor) -> Reminder:
    """The reminder, out of her list until the next rung. NotFound when it is not hers."""
    row = _own(session, reminder_id, by)
    if row.closed_at is None:
        row.closed_at = now()
        record(
            session, by=by.person_id, action="put_away_reminder", subject="reminder", subject_id=row.id,
            person_id=by.person_id,
        )  # fmt: skip
    return row


@command
def bring_back(session: Session, reminder_id: int, *, by: Actor) -> Reminder:
    """The reminder, in her list again when she has put it away within the hour. NotFound when it is not hers."""
    row = _own(session, reminder_id, by)
    if row.closed_at is not None and row.closed_at > now() - timedelta(hours=1):
        row.closed_at = None
        record(
            session, by=by.person_id, action="bring_back_reminder", subject="reminder", subject_id=row.id,
            person_id=by.person_id,
        )  # fmt: skip
    return row


@command
def choose_mails(session: Session, wanted: Collection[MailKind], *, by: Actor) -> None:
    """Nothing; from now on she gets mails of these kinds alone."""
    authorise(by, Permission.OWN_READ)
    _choose(session, by.person_id, set(MailKind) - set(wanted), by=by.person_id)


def stop_mails(session: Session, person_id: int, kinds: Collection[MailKind]) -> None:
    """Nothing; the person, who has followed the link of a mail, gets none of these kinds any more. Safe to do again."""
    _choose(session, person_id, refused_by(session, person_id) | set(kinds), by=person_id)


def _choose(session: Session, person_id: int, refused: Collection[MailKind], *, by: int) -> None:
    lock_reminding(session)
    before = refused_by(session, person_id)
    # A refusal is a row for what comes unasked; a wish is one for what does not.
    wanted, unwanted = before - set(refused), set(refused) - before
    for table, gone, new in (
        (MailRefusal, wanted & UNASKED, unwanted & UNASKED), (MailWish, unwanted - UNASKED, wanted - UNASKED)
    ):  # fmt: skip
        session.execute(delete(table).where(table.person_id == person_id, table.kind.in_([one.value for one in gone])))
        session.add_all(table(person_id=person_id, kind=kind, recorded_at=now()) for kind in sorted(new))
    if before != set(refused):
        record(
            session, by=by, action="choose_mails", subject="mail_refusal", person_id=person_id,
            detail={"refused": sorted(kind.value for kind in refused)},
        )  # fmt: skip
