"""The kinds of things in the catalogue, and how long a signature counts."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.foundation.clock import add_months


class TaskKind(StrEnum):
    """What a task is."""

    CARE = "care"
    GENERAL = "general"


class Reserved(StrEnum):
    """Whether the law reserves the task to a profession (autorisationsloven §§ 54 and 74)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class ScaleKind(StrEnum):
    """The two scales. PROFILE: a person's level in an area, computed. PRACTICE: the level of a sign-off."""

    PROFILE = "profile"
    PRACTICE = "practice"


class Asks(StrEnum):
    """What the author of a new version of an instruction asks of those who hold the task."""

    KEEP = "keep"
    READ = "read"
    SIGN_AGAIN = "sign_again"


class GateKind(StrEnum):
    """What must be passed. E-learning alone never opens anything."""

    E_LEARNING = "e_learning"
    COURSE = "course"
    DIALOGUE = "dialogue"
    PRACTICE_CHECK = "practice_check"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day that comes every year. 29 February is the 28th in the years that have none."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """The day in that year."""
        day = 28 if (self.month, self.day) == (2, 29) and not isleap(year) else self.day
        return date(year, self.month, day)

    def after(self, first: date) -> date:
        """The next such day after `first`; a year on when `first` is one itself."""
        this = self.in_year(first.year)
        return this if this > first else self.in_year(first.year + 1)

    def __str__(self) -> str:
        """As it is stored: "03-01"."""
        return f"{self.month:02}-{self.day:02}"


def year_day(text: str | None) -> YearDay | None:
    """The day that is stored as "03-01"; None for nothing. ValueError when there is no such day in any year."""
    if not text:
        return None
    month, _dash, day = text.partition("-")
    date(2000, int(month), int(day))
    return YearDay(int(month), int(day))


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a signature counts: a number of months, through the next of a day that comes every year, or for good."""

    months: int | None = None
    each: YearDay | None = None
    """Comes before `months`."""

    def last_day(self, first: date) -> date | None:
        """The last day it counts: twelve months from 13 July run through 13 July; None: it does not lapse.

        Source: product.md, "Time". Short months clamp.
        """
        if self.each is not None:
            return self.each.after(first)
        return add_months(first, self.months) if self.months else None


FOR_GOOD = Validity()
"""It does not lapse."""


def validity_of(months: int | None, each: str | None) -> Validity | None:
    """The rule as a row stores it: months (0 = does not lapse) or a day of the year; None: the row says nothing."""
    if each:
        return Validity(each=year_day(each))
    if months is None:
        return None
    return Validity(months=months) if months else FOR_GOOD
