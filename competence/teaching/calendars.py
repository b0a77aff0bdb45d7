"""A calendar as other programs read it (iCalendar, RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event, Timezone

from competence.foundation.web import say
from competence.teaching.queries.feeds import Entry

READ_AGAIN = timedelta(hours=4)
"""How often a calendar program is asked to look."""
COPENHAGEN = """\
BEGIN:VTIMEZONE
TZID:Europe/Copenhagen
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
"""The clock since 1996. Written here, since what the library makes of the zone puts the clock forward at 3, an hour late."""


def as_ical(entries: Iterable[Entry], *, name: str, uid: str, place: str, site: str) -> bytes:
    """The calendar. `place`: what every uid ends with; `site`: the address of the page where one can act.

    The same entries give the same bytes. The hours are those of Copenhagen, with its time zone and change of the clock in
    the file: without it some programs show an event an hour off.
    """
    calendar = Calendar.new(
        prodid="-//Kompetencetavlen//DA", name=name, refresh_interval=READ_AGAIN, method="PUBLISH", uid=f"{uid}@{place}"
    )
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", "PT4H")
    calendar.add_component(Timezone.from_ical(COPENHAGEN))
    for one in entries:
        event = Event.new(
            uid=f"{one.uid}@{place}", start=one.begins, end=one.ends, summary=say(one.summary), location=one.place or None,
            stamp=one.stamp, last_modified=one.stamp, sequence=one.revision, url=site,
        )  # fmt: skip
        event.add("status", "CANCELLED" if one.cancelled else "TENTATIVE" if one.invitation else "CONFIRMED")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
