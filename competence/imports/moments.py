"""Reads when a duty begins and ends, as rosters write it: date and time in one field or in two, Danish, ISO or Excel's."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from competence.foundation.clock import local
from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.imports.fields import read_date, shown
from competence.imports.grid import Value
from competence.imports.parsed import cpr_sentence
from competence.roster.rules import is_summer, moments_of

DAY = 24 * 60
_FREE = frozenset({"-", "–", "—", "fri", "fridag", "f"})
"""What rosters write where nobody works."""
_SEASON = re.compile(r"\s*\(?\b(sommertid|vintertid|normaltid)\b\)?\s*$")
_OFFSET = re.compile(r"(?<=\d)\s*(z|[+-]\d{2}:?\d{2})$")
_CLOCK = re.compile(r"(?:kl\.?\s*)?(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?")
_BOTH = re.compile(
    r"(.*?\d{4}|\d{4}-\d{1,2}-\d{1,2})[\s,t]+((?:kl\.?\s*)?\d{1,2}(?:[:.]\d{2}){0,2}(?:[.,]\d+)?|[0-2]\d[0-5]\d)"
)
_FRACTION = re.compile(r"0,\d+|1,0+")
_EXCEL_MIDNIGHT = re.compile(r"1 day, 0:00:00")


@dataclass(frozen=True, slots=True)
class When:
    """What a field says of a moment."""

    on: date | None = None
    minute: int | None = None
    """Minutes after midnight, 0 to 1440; None when it says a day alone."""
    summer: bool | None = None
    """In the hour that comes twice: which of the two; None when it does not say."""
    exact: datetime | None = None
    """In UTC, when the field names its zone."""


@lru_cache(maxsize=4096)  # the same few days and times stand in thousands of rows
def read_when(value: Value) -> When | Sentence | None:
    """The day, the time of day, or both; None when empty, or when it says that nobody works."""
    if isinstance(value, date):
        day = read_date(value)
        return When(day) if isinstance(day, date) else day
    text = squeeze(value).casefold()
    if not text or text in _FREE:
        return None
    if _EXCEL_MIDNIGHT.fullmatch(text):
        return When(minute=DAY)
    said, season = text, None
    if found := _SEASON.search(said):
        season, said = found[1] == "sommertid", said[: found.start()]
    offset = _OFFSET.search(said) if "t" in said or ":" in said or "." in said else None
    bare = said[: offset.start()] if offset and len(said) > len("00:00+00:00") else said
    both = _BOTH.fullmatch(bare)
    if both:
        day, minute = read_date(both[1]), read_minute(both[2])
        if isinstance(day, date) and isinstance(minute, int):
            return _with_offset(When(day, minute, season), offset[1] if offset and bare != said else "")
        return day if isinstance(day, Sentence) and minute is not None else _unread(value)
    minute = read_minute(said)
    if minute is not None:
        return When(minute=minute, summer=season)
    if re.search(r"\d{4}|[a-zæøå]{3}", said) and isinstance(day := read_date(said), date):
        return When(day)
    return _unread(value)


def _unread(value: Value) -> Sentence:
    if looks_like_cpr(str(value)):
        return cpr_sentence()
    return sentence(
        N_("“%(value)s” is not a time we can read. Write it as 7.00, or with the day as 1.12.2026 7.00."),
        value=shown(value),
    )


def _with_offset(when: When, offset: str) -> When | Sentence:
    if not offset or when.on is None or when.minute is None:
        return when
    shift = timedelta(0)
    if offset != "z":
        hours, minutes = int(offset[1:3]), int(offset[-2:])
        shift = timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    try:
        wall = datetime(when.on.year, when.on.month, when.on.day, tzinfo=UTC) + timedelta(minutes=when.minute)
        exact = wall - shift
        there = local(exact)
    except OverflowError:
        return _unread(when.on.isoformat())
    return When(there.date(), there.hour * 60 + there.minute, exact=exact)


def read_minute(text: str) -> int | None:
    """Minutes after midnight of "07:00", "7.00", "7", "0700", "kl. 7.30", "24.00" or Excel's fraction of a day; else None."""
    said = squeeze(text).casefold()
    if _FRACTION.fullmatch(said):
        return round(float(said.replace(",", ".")) * DAY)
    if re.fullmatch(r"[0-2]\d[0-5]\d", said):
        said = f"{said[:2]}:{said[2:]}"
    found = _CLOCK.fullmatch(said)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if minute > 59 or int(found[3] or 0) > 59 or hour * 60 + minute > DAY:
        return None
    return hour * 60 + minute


def read_times(value: Value) -> tuple[When, When] | Sentence | None:
    """From and to of "7-15", "07:00–15:00" or "23.00 til 7.00"; None when empty, or when it says that nobody works."""
    text = squeeze(value).casefold() if isinstance(value, str) else value.isoformat()
    if not text or text in _FREE:
        return None
    parts = re.split(r"\s*(?:-|–|—|\btil\b)\s*", text)
    if len(parts) == 2:
        begins, ends = read_minute(parts[0]), read_minute(parts[1])
        if begins is not None and ends is not None:
            return When(minute=begins), When(minute=ends)
    if looks_like_cpr(text):
        return cpr_sentence()
    return sentence(N_("“%(value)s” is not a time from and to. Write it as 7.00-15.00."), value=shown(value))


def moment(on: date, when: When) -> datetime | Sentence:
    """The moment in UTC of the time on the Danish day; a sentence where that time does not exist, or comes twice."""
    if when.exact is not None:
        return when.exact
    try:
        wall = datetime(on.year, on.month, on.day) + timedelta(minutes=when.minute or 0)  # noqa: DTZ001 - on the wall
    except OverflowError:
        return sentence(N_("The year %(year)s cannot be right. Check the date."), year=str(on.year))
    found = moments_of(wall)
    params = {"time": f"{wall.hour}.{wall.minute:02d}", "day": wall.date()}
    if not found:
        return sentence(N_("The clock never shows %(time)s on %(day)s: it is put forward from 2 to 3."), **params)
    if len(found) == 1:
        return found[0]
    if when.summer is None:
        return sentence(
            N_("The clock shows %(time)s twice on %(day)s. Write “%(time)s sommertid” or “%(time)s vintertid”."),
            **params,
        )
    return next(one for one in found if is_summer(one) is when.summer)
