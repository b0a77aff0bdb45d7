"""A private link for a calendar: made, renewed (the old one is dead at once) and closed."""

import secrets

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.coverage.queries.places import tree
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.people.models import Person
from competence.teaching.models import CalendarFeed
from competence.teaching.queries.feeds import hash_of, may_have
from competence.teaching.rules import FeedKind


@command
def make_feed(session: Session, kind: FeedKind, *, by: Actor, unit_id: int | None = None) -> tuple[CalendarFeed, str]:
    """The link's row and its secret, which is shown now and never again; the link that there was is dead.

    NotFound for a team whose people she may not see by name.
    """
    authorise(by, Permission.OWN_READ)
    path = None
    if kind is FeedKind.TEAM:
        node = tree(session, on=today()).by_id.get(unit_id or 0)
        if node is None:
            raise NotFound
        path = node.path
    else:
        unit_id = None
    if not may_have(by, kind, path):
        raise NotFound
    # Two that renew at once are one after the other.
    session.execute(select(Person.id).where(Person.id == by.person_id).with_for_update())
    for row in session.scalars(_open(by.person_id).where(CalendarFeed.kind == kind, CalendarFeed.unit_id == unit_id)):
        row.ended_at = now()
    session.flush()
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed(person_id=by.person_id, kind=kind, unit_id=unit_id, link_hash=hash_of(secret), made_at=now())
    session.add(feed)
    session.flush()
    record(
        session, by=by.person_id, action="make_calendar_link", subject="calendar_feed", subject_id=feed.id,
        person_id=by.person_id, detail={"kind": kind.value},
    )  # fmt: skip
    return feed, secret


@command
def close_feed(session: Session, feed_id: int, *, by: Actor) -> CalendarFeed:
    """The link, dead from now on; also when it was closed before. NotFound when it is not hers."""
    row = session.scalars(
        select(CalendarFeed).where(CalendarFeed.id == feed_id, CalendarFeed.person_id == by.person_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now()
        record(
            session, by=by.person_id, action="close_calendar_link", subject="calendar_feed", subject_id=row.id,
            person_id=by.person_id,
        )  # fmt: skip
    return row


def _open(person_id: int) -> Select[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.ended_at.is_(None))
