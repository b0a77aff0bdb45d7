"""A duty roster as a calendar (iCalendar, RFC 5545): each event is a duty, and a repeated one is as many as it says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import Any

from icalendar import Calendar

from competence.foundation.clock import COPENHAGEN, today
from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.imports.grid import SheetProblem, Value, clean
from competence.imports.headings import Listing, Record
from competence.imports.parsed import Place, Problem
from competence.imports.sheets import MAX_BYTES
from competence.roster.rules import FURTHEST

MOST_TIMES = 400
"""So many times one event may be repeated; a roster is about weeks."""
MOST_EVENTS = 100_000
MOST_DAYS = 3660
"""So many days back a repeated event may have begun."""
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_WEEKDAYS = {name: at for at, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
NUMBER_PROPERTIES = ("X-MEDARBEJDERNUMMER", "X-STAFF-NUMBER", "X-EMPLOYEE-NUMBER", "X-MEDARBEJDERNR")
UNIT_PROPERTIES = ("X-ENHED", "X-UNIT", "LOCATION")
_COLUMNS = {
    "number": "SUMMARY", "start": "DTSTART", "end": "DTEND", "unit": "LOCATION", "roster": "X-WR-CALNAME", "key": "UID",
}  # fmt: skip
_DESCRIBED = re.compile(
    r"(?im)^\s*(?:medarbejder(?:nummer|nr\.?)|l[øo]n(?:nummer|nr\.?)|tjeneste(?:nummer|nr\.?)|staff number)\s*[:=]?\s*(\S+)\s*$"
)
_IN_BRACKETS = re.compile(r"[(\[]\s*(?:nr\.?\s*)?(\d{2,20})\s*[)\]]")
_ALONE = re.compile(r"\s*(?:nr\.?\s*)?(\d{2,20})\s*")
_IN_UID = re.compile(r"(\d{2,20})[-_/@].*")
NOT_CALENDAR = N_("The file is not a calendar we can read. Take it out of the roster system again as iCalendar (.ics).")


def is_calendar(data: bytes, filename: str) -> bool:
    """Whether the file is meant as a calendar, by its name or its first words."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").upper()
    return filename.casefold().strip().endswith((".ics", ".ical")) or start.startswith(b"BEGIN:VCALENDAR")


def read_calendar(data: bytes) -> Listing:
    """The events as rows; a row's number is the line of the file on which its event begins.

    SheetProblem, and nothing else, when it is no calendar; what is wrong with a single event is a problem at its line.
    """
    if len(data) > MAX_BYTES:
        raise SheetProblem(
            N_("The file is larger than 20 MB. Keep the table only, and split it into several files if it is long.")
        )
    text = _decoded(data)
    lines = [at for at, line in enumerate(text.split("\n"), start=1) if line.strip().upper() == "BEGIN:VEVENT"]
    if len(lines) > MOST_EVENTS:
        raise SheetProblem(N_("The calendar holds too many events. Take out fewer weeks at a time."))
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [(calendar, event) for calendar in calendars for event in calendar.walk("VEVENT")]
    except Exception as error:  # whatever the library stumbles over, it is the file that cannot be read
        raise SheetProblem(NOT_CALENDAR) from error
    if not events or len(events) != len(lines):
        raise SheetProblem(N_("The calendar holds no events.") if not events else NOT_CALENDAR)
    found = [_Event(line, calendar, event) for line, (calendar, event) in zip(lines, events, strict=True)]
    return _listing(found)


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class _Event:
    """One event, where it stands in the file."""

    line: int
    calendar: Any
    event: Any

    def text(self, name: str) -> str:
        """The property as text on one line; "" when there is none. Of several the first."""
        value = self.event.get(name)
        value = value[0] if isinstance(value, list) and value else value
        return "" if value is None else clean(str(value))

    @property
    def uid(self) -> str:
        """By which the calendar knows it; several may share one, told apart by their times."""
        return self.text("UID")

    @property
    def is_cancelled(self) -> bool:
        """Whether it is marked as not taking place."""
        return self.text("STATUS").upper() == "CANCELLED"

    def moment(self, name: str) -> datetime | date | None:
        """The date or moment of the property; None when there is none that can be read."""
        value = getattr(self.event.get(name), "dt", None)
        return value if isinstance(value, date) else None

    def number(self) -> tuple[str, str]:
        """(staff number or mail address, the property that says it): what is said on purpose before what is read out of a text."""
        for name in NUMBER_PROPERTIES:
            if said := squeeze(self.text(name)):
                return said, name
        if described := _DESCRIBED.search(self.text("DESCRIPTION")):
            return described[1], "DESCRIPTION"
        attendees = self.event.get("ATTENDEE")
        attendees = attendees if isinstance(attendees, list) else [] if attendees is None else [attendees]
        if len(attendees) == 1:
            called = str(getattr(attendees[0], "params", {}).get("CN", ""))
            if found := _IN_BRACKETS.search(called) or _ALONE.fullmatch(called):
                return found[1], "ATTENDEE"
            if "@" in (address := str(attendees[0]).casefold().removeprefix("mailto:")):
                return address, "ATTENDEE"
        summary = squeeze(self.text("SUMMARY"))
        if found := _IN_BRACKETS.search(summary) or _ALONE.fullmatch(summary):
            return found[1], "SUMMARY"
        if found := _IN_UID.fullmatch(self.uid):
            return found[1], "UID"
        return "", "SUMMARY"

    def unit(self) -> tuple[str, str]:
        """(name of the unit, the property that says it)."""
        return next(((said, name) for name in UNIT_PROPERTIES if (said := squeeze(self.text(name)))), ("", "LOCATION"))

    def roster(self) -> str:
        """What the calendar is called."""
        name = self.calendar.get("X-WR-CALNAME") or self.calendar.get("NAME") or ""
        return squeeze(clean(str(name)))[:80]

    def length(self) -> timedelta | None:
        """How long it lasts; None when it does not say, or says days alone."""
        begins, ends = self.moment("DTSTART"), self.moment("DTEND")
        if isinstance(begins, datetime) and isinstance(ends, datetime):
            return utc(ends) - utc(begins)
        lasts = getattr(self.event.get("DURATION"), "dt", None)
        return lasts if isinstance(lasts, timedelta) else None

    def problem(self, field: str, said: Sentence) -> Problem:
        """What is wrong with it."""
        return Place("", self.line, _COLUMNS).problem(said, field)


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is Danish time."""
    return (moment.replace(tzinfo=COPENHAGEN) if moment.tzinfo is None else moment).astimezone(UTC)


def _listing(events: list[_Event]) -> Listing:
    moved: dict[str, set[datetime]] = {}
    for one in events:
        instead = one.moment("RECURRENCE-ID")
        if isinstance(instead, datetime):
            moved.setdefault(one.uid, set()).add(utc(instead))
    records: list[Record] = []
    problems: list[Problem] = []
    for one in events:
        try:
            said = _said(one, moved)
        except (OverflowError, ValueError):
            said = one.problem("start", sentence(N_("It is not said when the duty begins.")))
        if isinstance(said, Problem):
            problems.append(said)
        else:
            records += said
    return Listing(tuple(records), tuple(problems), (), (), frozenset(_COLUMNS))


def _said(one: _Event, moved: Mapping[str, set[datetime]]) -> list[Record] | Problem:
    """The duties of an event; of one that is cancelled a row that says that nobody works."""
    (number, at_number), (unit, at_unit) = one.number(), one.unit()
    place = Place("", one.line, {**_COLUMNS, "number": at_number, "unit": at_unit})
    begins, length = one.moment("DTSTART"), one.length()
    always = {"number": number, "unit": unit, "roster": one.roster()}
    if one.is_cancelled:
        return [Record(place, {**always, "date": _day(begins), "start": "", "end": ""})]
    if not isinstance(begins, datetime):
        return place.problem(_no_start(begins), "start")
    if length is None:
        return place.problem(sentence(N_("It is not said when the duty ends.")), "end")
    starts = _starts(one, begins, moved)
    if isinstance(starts, Sentence):
        return Problem("", one.line, "RRULE", starts)
    return [Record(place, {**always, **_values(one, start, length)}) for start in starts]


def _day(begins: date | None) -> Value:
    if isinstance(begins, datetime):
        return utc(begins).astimezone(COPENHAGEN).date()
    return begins or ""


def _no_start(begins: date | None) -> Sentence:
    if begins is not None:
        return sentence(N_("An event of a whole day is no duty. It must say from when to when."))
    return sentence(N_("It is not said when the duty begins."))


def _values(one: _Event, start: datetime, length: timedelta) -> Mapping[str, Value]:
    """The moments with their zone, so that the hour that comes twice is told apart; and a key that holds no name."""
    key = sha256(f"{one.uid} {start.isoformat()}".encode()).hexdigest()[:32] if one.uid else ""
    return {"start": _iso(start), "end": _iso(start + length), "key": key}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes")


def _starts(one: _Event, begins: datetime, moved: Mapping[str, set[datetime]]) -> list[datetime] | Sentence:
    """When it begins, each time, in UTC. By the clock on the wall: at 7 in summer as in winter.

    Of a repeated one what lies before this week is left out: a roster is about the weeks to come.
    """
    rule, more = one.event.get("RRULE"), one.event.get("RDATE")
    if rule is None and more is None:
        return [utc(begins)]
    zone = begins.tzinfo or COPENHAGEN
    wall = begins.replace(tzinfo=None)
    walls: set[datetime] = {wall}
    if rule is not None:
        said = _repeated(wall, rule, zone)
        if isinstance(said, Sentence):
            return said
        walls |= set(said)
    walls |= {_on_wall(day, zone) for day in _dates(more)}
    walls -= {_on_wall(day, zone) for day in _dates(one.event.get("EXDATE"))}
    monday = today() - timedelta(days=today().weekday())
    found = sorted(utc(start.replace(tzinfo=zone)) for start in walls if start.date() >= monday)
    if len(found) > MOST_TIMES:
        return sentence(N_("The duty is repeated more than %(most)s times. Take out fewer weeks."), most=MOST_TIMES)
    kept = moved.get(one.uid, set()) if one.moment("RECURRENCE-ID") is None else set()
    return [start for start in found if start not in kept]


def _on_wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _repeated(wall: datetime, rule: Any, zone: tzinfo) -> list[datetime] | Sentence:
    """The times of a rule by day or week, with the first; a sentence for other rules, and for one without an end."""
    unread = sentence(N_("We cannot read how the duty is repeated. Take out the weeks one by one."))
    if isinstance(rule, list) or set(rule) - _PARTS:
        return unread
    try:
        said = {name: rule[name] if isinstance(rule[name], list) else [rule[name]] for name in rule}
        every = str(said["FREQ"][0]).upper()
        steps = int(said.get("INTERVAL", [1])[0])
        count = int(said["COUNT"][0]) if "COUNT" in said else None
        days = {_WEEKDAYS[str(day).upper()] for day in said.get("BYDAY", ())}
        begins_on = _WEEKDAYS[str(said.get("WKST", ["MO"])[0]).upper()]
        until = said["UNTIL"][0] if "UNTIL" in said else None
    except (KeyError, ValueError, TypeError, IndexError):
        return unread
    if every not in ("DAILY", "WEEKLY") or steps < 1 or wall.date() < today() - timedelta(days=MOST_DAYS):
        return unread
    if until is None and count is None:
        return sentence(
            N_("The duty is repeated without an end. Give it a last day, or take out the weeks one by one.")
        )
    last = None if until is None else _until(until, zone)
    if until is not None and last is None:
        return unread
    horizon = today() + FURTHEST
    if wall.date() > horizon:
        return sentence(N_("The duty lies more than a year ahead. Check the year."))
    found = [wall]
    in_week = (wall.weekday() - begins_on) % 7
    for ahead in range(1, 2 * MOST_DAYS):
        start = wall + timedelta(days=ahead)
        if (last is not None and start > last) or (count is not None and len(found) >= count):
            break
        if start.date() > horizon:
            return sentence(N_("The duty lies more than a year ahead. Check the year."))
        period = ahead if every == "DAILY" else (in_week + ahead) // 7
        wanted = days or (set(range(7)) if every == "DAILY" else {wall.weekday()})
        if period % steps == 0 and start.weekday() in wanted:
            found.append(start)
    return found


def _until(said: Any, zone: tzinfo) -> datetime | None:
    """The last moment on the wall; None when it is no date."""
    if isinstance(said, datetime):
        return _on_wall(said, zone)
    return datetime.combine(said, time.max) if isinstance(said, date) else None


def _dates(value: Any) -> Iterator[datetime]:
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        for said in one.dts:
            if isinstance(said.dt, datetime):
                yield said.dt
