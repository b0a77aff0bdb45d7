"""When somebody is reminded of something that ends, who it concerns, and when a mail is tried again."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from competence.foundation.text import N_

SHOWN_AFTER = timedelta(days=30)
"""So long after the last day a reminder still stands in the list."""
BACK_AHEAD = 14
"""So many days before somebody is back her leader is told."""
BACK_AFTER = 30
"""So many days after she is back the list of what to do again still stands."""


class Kind(StrEnum):
    """What ends."""

    SIGNOFF = "signoff"
    SIGN_AGAIN = "sign_again"
    """A new instruction asks for a new signature by a day."""
    DELEGATION = "delegation"
    FRAMEWORK = "framework"
    SUPERVISION = "supervision"
    EXEMPTION = "exemption"
    RETURN = "return"
    """Somebody has been away: what to do again first. Says nothing about why."""
    AFTER = "after"
    """A course was held, and how it is used is still to be written."""
    FOLLOW_UP = "follow_up"
    """A course is to be followed up."""


class Part(StrEnum):
    """What the reader is to the matter."""

    OWN = "own"
    SUPERVISOR = "supervisor"
    GIVER = "giver"
    KEEPER = "keeper"
    """Keeps the framework delegations."""
    LEADER = "leader"
    GUIDE = "guide"


class MailKind(StrEnum):
    """What somebody can choose to get mails about or not."""

    SIGNOFFS = "signoffs"
    DELEGATIONS = "delegations"
    EXEMPTIONS = "exemptions"
    RETURNS = "returns"
    COURSES = "courses"
    HEARINGS = "hearings"
    TEACHING = "teaching"
    PLANS = "plans"
    ROSTER = "roster"
    """Gaps of the coming shifts: nobody gets them unasked."""


MAIL_NAMES: Mapping[MailKind, str] = {
    MailKind.SIGNOFFS: N_("Sign-offs that end"),
    MailKind.DELEGATIONS: N_("Delegations that end, and supervision"),
    MailKind.EXEMPTIONS: N_("Exemptions that end"),
    MailKind.RETURNS: N_("What to do again after a time away"),
    MailKind.COURSES: N_("Courses: how they are used, and their follow-up"),
    MailKind.HEARINGS: N_("A hearing that ends soon"),
    MailKind.TEACHING: N_("Classes: a free seat, a change, a question to you"),
    MailKind.PLANS: N_("Training that you are invited to, or asked to lead"),
    MailKind.ROSTER: N_("Gaps of the coming shifts: after each new duty roster, and once a week"),
}
"""What each is called where one chooses."""

UNASKED = frozenset(set(MailKind) - {MailKind.ROSTER})
"""The kinds that come unless somebody refuses them; the others only to those who have asked for them."""
NEWS_DAYS = 7
"""So long a word about a class or an agreed plan is sent by mail, when that could not be done at once."""
ROSTER_DAYS = 14
"""So many days ahead the mail about the roster looks."""
ROSTER_LINES = 60
"""So many gaps the mail names; how many more there are is said."""

MAIL_OF: Mapping[Kind, MailKind] = {
    Kind.SIGNOFF: MailKind.SIGNOFFS,
    Kind.SIGN_AGAIN: MailKind.SIGNOFFS,
    Kind.DELEGATION: MailKind.DELEGATIONS,
    Kind.FRAMEWORK: MailKind.DELEGATIONS,
    Kind.SUPERVISION: MailKind.DELEGATIONS,
    Kind.EXEMPTION: MailKind.EXEMPTIONS,
    Kind.RETURN: MailKind.RETURNS,
    Kind.AFTER: MailKind.COURSES,
    Kind.FOLLOW_UP: MailKind.COURSES,
}
DIGEST = (MailKind.SIGNOFFS, MailKind.DELEGATIONS, MailKind.EXEMPTIONS, MailKind.RETURNS, MailKind.COURSES)
"""What the weekly mail tells of."""


class State(StrEnum):
    """How far a mail has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    """The mail server will not take it, or it was tried too often."""
    UNKNOWN = "unknown"
    """The program was stopped while it was handed over: it may have been sent, and is not sent again."""
    DROPPED = "dropped"
    """There was nothing left to tell."""


MOST_TRIES = 12
STUCK_AFTER = timedelta(minutes=15)
"""A mail that has been on its way for so long has been left behind."""


def rung_on(ladder: Iterable[int], days_left: int) -> int | None:
    """The rung that has been reached: the least number of days that is no less than those left.

    None before the first rung, and after the last day.
    """
    if days_left < 0:
        return None
    return min((days for days in ladder if days >= days_left), default=None)


ON_THE_DAY = (Kind.SUPERVISION, Kind.RETURN, Kind.AFTER, Kind.FOLLOW_UP)
"""What stands with its own last day, not with the first day after."""
AFTER_WITHIN = 14
"""So many days after a course it is good to have written how it is used."""
FOLLOW_UP_AHEAD = 3
"""So many days before the day of a follow-up both are told."""


def last_day_of(kind: Kind, due_on: date) -> date:
    """The last day it counts, or by which it is to be done; for a return the first day back."""
    return due_on if kind in ON_THE_DAY else due_on - timedelta(days=1)


def due_of(kind: Kind, last_day: date) -> date:
    """The day as it stands in the fact for a last day."""
    return last_day if kind in ON_THE_DAY else last_day + timedelta(days=1)


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def next_try(tries: int, *, at: datetime) -> datetime:
    """When a mail is tried again after so many tries that failed: after 10 minutes, twice as long each time, at most a day."""
    return at + min(timedelta(minutes=10 * 2 ** max(0, tries - 1)), timedelta(days=1))


def nearest(path: str, by_path: Mapping[str, Iterable[int]], *, but: int) -> tuple[int, ...]:
    """The persons of the nearest unit at or above `path` that has somebody else than `but`; none when no unit has.

    >>> nearest("/1/4/9/", {"/1/": [7], "/1/4/": [8, 5]}, but=3)
    (5, 8)
    """
    parts = path.strip("/").split("/")
    for length in range(len(parts), 0, -1):
        found = sorted({one for one in by_path.get(f"/{'/'.join(parts[:length])}/", ()) if one != but})
        if found:
            return tuple(found)
    return ()
