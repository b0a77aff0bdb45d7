"""Calendar links, whose they are, and what each shows: read anew each time, by what the person may see that day."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.accounts.models import Account
from competence.accounts.queries import actor_of_person
from competence.foundation.clock import COPENHAGEN, local, now, today
from competence.foundation.text import N_, Sentence, sentence
from competence.learning.models import DevelopmentPlan, PlannedActivity, Talk, TalkTaker
from competence.learning.rules import TALK_NAMES, TalkKind
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity
from competence.roster.queries import chunks
from competence.teaching.models import CalendarFeed, ClassSignUp, ClassTime, TeachingClass
from competence.teaching.rules import FeedKind, Stand

BACK = timedelta(days=60)
"""So far back a calendar shows what has been."""
TALK_LASTS = timedelta(hours=1)
LONG_DAY = timedelta(hours=10)
"""An activity of more hours, or of several days, stands as whole days."""


def hash_of(secret: str) -> str:
    """What is stored of a link's secret, which is itself random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def may_have(actor: Actor, kind: FeedKind, path: str | None) -> bool:
    """Whether she may have such a link: a team's only where she sees its people's development by name."""
    if kind is FeedKind.TEAM:
        return path is not None and any(
            actor.may(one, path) for one in (Permission.TEACHING_SIGN_UP, Permission.TEACHING_BEDSIDE)
        )
    return actor.may(Permission.TEACHING_BEDSIDE if kind is FeedKind.GUIDE else Permission.OWN_READ)


@dataclass(frozen=True)
class Living:
    """A link that works today."""

    feed: CalendarFeed
    actor: Actor
    """Whose it is, with the roles she has today."""
    unit: Unit | None
    """Of a team's."""
    locale: str


def living_feed(session: Session, link: str) -> Living | None:
    """The link. None when it was renewed or closed, its owner has left or may no longer sign in, or the team is not hers now."""
    feed = session.scalars(
        select(CalendarFeed).where(CalendarFeed.link_hash == hash_of(link), CalendarFeed.ended_at.is_(None))
    ).one_or_none()
    if feed is None:
        return None
    account = session.scalars(select(Account).where(Account.person_id == feed.person_id)).first()
    if account is None or account.disabled_at is not None:
        return None
    actor = actor_of_person(session, feed.person_id)
    unit = session.scalars(select(Unit).where(Unit.id == feed.unit_id)).one_or_none() if feed.unit_id else None
    if unit is not None and unit.valid_to is not None and unit.valid_to <= today():
        return None
    if not may_have(actor, FeedKind(feed.kind), unit.path if unit is not None else None):
        return None
    return Living(feed, actor, unit, account.locale)


def feeds_of(session: Session, person_id: int) -> list[tuple[CalendarFeed, str]]:
    """(link, the unit's name, "" for none) of the links that she has, her own first."""
    rows = session.execute(
        select(CalendarFeed, Unit.name)
        .outerjoin(Unit, Unit.id == CalendarFeed.unit_id)
        .where(CalendarFeed.person_id == person_id, CalendarFeed.ended_at.is_(None))
        .order_by(CalendarFeed.id)
    ).all()
    order = list(FeedKind)
    return sorted(
        ((row[0], row[1] or "") for row in rows), key=lambda one: (order.index(FeedKind(one[0].kind)), one[1])
    )


@dataclass(frozen=True)
class Entry:
    """Something in a calendar."""

    uid: str
    """The same as long as it is the same thing, whatever becomes of it."""
    begins: datetime | date
    ends: datetime | date
    """Exclusive; dates where it is of whole days."""
    summary: Sentence | str
    place: str
    cancelled: bool
    revision: int
    stamp: datetime
    """When it was last changed, as far as is known."""
    invitation: bool = False
    """Whether somebody else has planned it, and whoever is asked has not said yes."""


def entries(session: Session, living: Living) -> list[Entry]:
    """What the calendar shows, in the order of time."""
    since = now() - BACK
    found: list[Entry]
    match FeedKind(living.feed.kind):
        case FeedKind.OWN:
            person = living.actor.person_id
            found = _classes_taken(session, person, since) + _activities(session, person, since)
            found += _talks(session, person, since)
        case FeedKind.GUIDE:
            found = [*_classes_taught(session, living.actor, since), *_led(session, living.actor, since)]
        case FeedKind.TEAM:
            assert living.unit is not None
            found = _of_team(session, living.actor, living.unit, since)
    return sorted(found, key=lambda one: (_moment(one.begins), one.uid))


def _moment(value: datetime | date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), COPENHAGEN)


def _times(wanted: Select[TeachingClass, ClassTime], since: datetime) -> Select[TeachingClass, ClassTime]:
    return wanted.where(ClassTime.ends_at > since).order_by(ClassTime.starts_at, ClassTime.id)


def _class_entry(row: TeachingClass, at: ClassTime, summary: Sentence | str, *, yes: bool = True) -> Entry:
    return Entry(
        f"class-{row.id}-{at.id}", local(at.starts_at), local(at.ends_at),
        summary if yes else sentence(N_("Invitation: %(what)s"), what=summary), row.place,
        row.cancelled_at is not None or at.dropped_at is not None, row.revision, row.changed_at, not yes,
    )  # fmt: skip


def _classes_taken(session: Session, person_id: int, since: datetime) -> list[Entry]:
    """Those at which she has a seat, or is asked to take one; what was given up is gone, what was cancelled is marked."""
    places = session.execute(
        select(ClassSignUp.class_id, ClassSignUp.stand).where(
            ClassSignUp.person_id == person_id, ClassSignUp.stand.in_([Stand.SEATED.value, Stand.ASKED.value]),
            ClassSignUp.ended_at.is_(None),
        )
    ).all()  # fmt: skip
    seated = {row.class_id: row.stand == Stand.SEATED for row in places}
    found = []
    for some in chunks(seated):
        wanted = (
            select(TeachingClass, ClassTime)
            .join(ClassTime, ClassTime.class_id == TeachingClass.id)
            .where(TeachingClass.id.in_(some))
        )
        for row in session.execute(_times(wanted, since)):
            found.append(_class_entry(row[0], row[1], row[0].name, yes=seated[row[0].id]))
    return found


def _classes_taught(session: Session, actor: Actor, since: datetime) -> list[Entry]:
    wanted = (
        select(TeachingClass, ClassTime)
        .join(ClassTime, ClassTime.class_id == TeachingClass.id)
        .where(TeachingClass.teacher_id == actor.person_id, TeachingClass.teacher_yes_at.is_not(None))
    )
    rows = session.execute(_times(wanted, since)).all()
    seated: dict[int, int] = {}
    for some in chunks({row[0].id for row in rows}):
        for class_id in session.scalars(
            select(ClassSignUp.class_id).where(
                ClassSignUp.class_id.in_(some), ClassSignUp.stand == Stand.SEATED, ClassSignUp.ended_at.is_(None)
            )
        ):
            seated[class_id] = seated.get(class_id, 0) + 1
    return [
        _class_entry(
            row[0], row[1],
            sentence(
                N_("You teach: %(name)s (%(taken)s of %(seats)s seats taken)"), name=row[0].name,
                taken=seated.get(row[0].id, 0), seats=row[0].seats,
            ),
        )
        for row in rows
    ]  # fmt: skip


def _dated(since: datetime) -> Select[PlannedActivity]:
    """Activities with a day, but for those that are a class's: these stand there as the class."""
    of_class = select(ClassSignUp.planned_activity_id).where(ClassSignUp.planned_activity_id.is_not(None))
    return (
        select(PlannedActivity)
        .where(
            PlannedActivity.begins.is_not(None), PlannedActivity.ends > local(since).date(),
            PlannedActivity.id.not_in(of_class),
        )
        .order_by(PlannedActivity.begins, PlannedActivity.id)
    )  # fmt: skip


def _activity_entry(row: PlannedActivity, summary: Sentence | str, *, yes: bool = True) -> Entry:
    begins, ends = _span(row)
    return Entry(
        f"activity-{row.id}", begins, ends, summary if yes else sentence(N_("Invitation: %(what)s"), what=summary),
        row.place, row.dropped_on is not None, row.revision, row.recorded_at, not yes,
    )  # fmt: skip


def _asked(answer: ColumnElement[bool]) -> ColumnElement[bool]:
    """What has her yes, and what is an invitation still: planned by somebody else, in a plan that runs."""
    p = PlannedActivity
    paused = select(DevelopmentPlan.employment_id).where(
        DevelopmentPlan.ended_on.is_(None), DevelopmentPlan.paused_on.is_not(None)
    )
    waits = and_(p.dropped_on.is_(None), p.done_on.is_(None), p.ends > today(), p.employment_id.not_in(paused))
    return or_(answer, waits)


def _span(row: PlannedActivity) -> tuple[datetime | date, datetime | date]:
    assert row.begins is not None
    ends = row.ends or row.begins + timedelta(days=1)
    long = timedelta(minutes=row.minutes) > LONG_DAY
    if row.at is None or long or ends > row.begins + timedelta(days=1):
        return row.begins, ends
    return _lasting(datetime.combine(row.begins, row.at, COPENHAGEN), timedelta(minutes=row.minutes))


def _lasting(begins: datetime, length: timedelta) -> tuple[datetime, datetime]:
    """From and to. Reckoned in UTC, so that it lasts as long as it lasts, also across the change of the clock."""
    begins = local(begins.astimezone(UTC))
    return begins, local(begins.astimezone(UTC) + length)


def _activities(session: Session, person_id: int, since: datetime) -> list[Entry]:
    """Her own planned activities: those to which she has said yes, and those to which she is invited."""
    mine = select(Employment.id).where(Employment.person_id == person_id)
    rows = session.scalars(
        _dated(since).where(PlannedActivity.employment_id.in_(mine), _asked(PlannedActivity.yes_on.is_not(None)))
    )
    return [_activity_entry(row, row.name, yes=row.yes_on is not None) for row in rows]


def _led(session: Session, actor: Actor, since: datetime) -> list[Entry]:
    """The activities that she leads or is asked to lead, with the learner's first name where she sees names."""
    rows = session.scalars(
        _dated(since).where(PlannedActivity.led_by == actor.person_id, _asked(PlannedActivity.led_yes_at.is_not(None)))
    ).all()
    names = _named(session, {row.employment_id for row in rows}, actor)
    return [
        _activity_entry(
            row,
            sentence(N_("%(activity)s, %(name)s"), activity=row.name, name=names[row.employment_id].split(" ")[0])
            if names.get(row.employment_id)
            else row.name,
            yes=row.led_yes_at is not None,
        )
        for row in rows
    ]


def _named(session: Session, employment_ids: Iterable[int], actor: Actor) -> dict[int, str]:
    """Employment -> name, of those whom she may see by name."""
    found: dict[int, str] = {}
    for some in chunks(employment_ids):
        rows = session.execute(
            select(Employment.id, PersonIdentity.name, Unit.path)
            .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
            .join(Unit, Unit.id == Employment.unit_id)
            .where(Employment.id.in_(some))
        )
        found |= {row.id: row.name for row in rows if actor.may(Permission.PERSON_READ, row.path)}
    return found


def _talks(session: Session, person_id: int, since: datetime) -> list[Entry]:
    """Her own talks, those she takes part in and those she holds: when and of which kind, and nothing else."""
    mine = select(Employment.id).where(Employment.person_id == person_id)
    taking = select(TalkTaker.talk_id).where(TalkTaker.employment_id.in_(mine))
    rows = session.scalars(
        select(Talk)
        .where(or_(Talk.held_by == person_id, Talk.id.in_(taking)), Talk.planned_on >= local(since).date())
        .order_by(Talk.planned_on, Talk.id)
    )
    found = []
    for row in rows:
        begins: datetime | date = row.planned_on
        ends: datetime | date = row.planned_on + timedelta(days=1)
        if row.planned_at is not None:
            begins, ends = _lasting(datetime.combine(row.planned_on, row.planned_at, COPENHAGEN), TALK_LASTS)
        found.append(
            Entry(
                f"talk-{row.id}", begins, ends, Sentence(TALK_NAMES[TalkKind(row.kind)]), "", row.cancelled_on is not None,
                row.revision, row.recorded_at,
            )
        )  # fmt: skip
    return found


def _of_team(session: Session, actor: Actor, unit: Unit, since: datetime) -> list[Entry]:
    """The classes at which somebody of the team has a seat, with their names; for its leader also planned activities."""
    below = Unit.path.startswith(unit.path, autoescape=True)
    ids: Sequence[int] = session.scalars(
        select(ClassSignUp.class_id)
        .join(Employment, Employment.id == ClassSignUp.employment_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(below, ClassSignUp.stand == Stand.SEATED, ClassSignUp.ended_at.is_(None))
        .distinct()
    ).all()
    names: dict[int, list[str]] = {}
    for some in chunks(ids):
        seated = session.execute(
            select(ClassSignUp.class_id, PersonIdentity.name)
            .join(Employment, Employment.id == ClassSignUp.employment_id)
            .join(Unit, Unit.id == Employment.unit_id)
            .join(PersonIdentity, PersonIdentity.person_id == ClassSignUp.person_id)
            .where(
                ClassSignUp.class_id.in_(some), below, ClassSignUp.stand == Stand.SEATED, ClassSignUp.ended_at.is_(None)
            )
            .order_by(PersonIdentity.name)
        )  # fmt: skip
        for one in seated:
            names.setdefault(one.class_id, []).append(one.name)
    found = []
    for some in chunks(ids):
        wanted = (
            select(TeachingClass, ClassTime)
            .join(ClassTime, ClassTime.class_id == TeachingClass.id)
            .where(TeachingClass.id.in_(some))
        )
        for row in session.execute(_times(wanted, since)):
            summary = sentence(N_("%(activity)s: %(names)s"), activity=row[0].name, names=names.get(row[0].id, []))
            found.append(_class_entry(row[0], row[1], summary))
    if actor.may(Permission.PLAN_WRITE, unit.path):
        theirs = select(Employment.id).join(Unit, Unit.id == Employment.unit_id).where(below)
        planned = session.scalars(
            _dated(since).where(
                PlannedActivity.employment_id.in_(theirs), _asked(PlannedActivity.yes_on.is_not(None)),
                PlannedActivity.dropped_on.is_(None),
            )
        ).all()  # fmt: skip
        who = _named(session, {one.employment_id for one in planned}, actor)
        for activity in planned:
            summary = sentence(
                N_("%(activity)s: %(names)s"), activity=activity.name, names=[who.get(activity.employment_id, "")]
            )
            found.append(_activity_entry(activity, summary, yes=activity.yes_on is not None))
    return found
