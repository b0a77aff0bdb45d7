"""What each table says about the persons in it: why, on what ground, who sees it, and when it is erased."""

from dataclasses import dataclass, field
from enum import StrEnum

from competence.foundation.text import N_


class Basis(StrEnum):
    """On what ground the municipality keeps something about a person."""

    TASK = "task"
    DUTY = "duty"
    SECURITY = "security"


BASIS_NAMES = {
    Basis.TASK: N_(
        "GDPR article 6(1)(e): the municipality's task as an authority, to let only those do a task who may"
    ),
    Basis.DUTY: N_("GDPR article 6(1)(c): the duty to document instruction, training and delegation"),
    Basis.SECURITY: N_("GDPR articles 5(2), 6(1)(e) and 32: to be able to show who did what, and to keep others out"),
}

LEFT = "left"
"""`since` of an Erasure: the day on which the person's last employment or role ended."""


@dataclass(frozen=True)
class Erasure:
    """Which rows of a table are due: those for which so many days have passed since something."""

    days: int
    since: str = LEFT
    """LEFT, or the column with the date or moment from which the days are counted; a row without one is not due."""
    where: str = ""
    """A further condition in SQL. `:m` is the municipality, `:before` the day that lies `days` back."""
    blank: tuple[str, ...] = ()
    """The columns that are emptied; none = the row is removed."""


YEAR = 365
TEN_YEARS = 10 * YEAR + 3


@dataclass(frozen=True)
class PersonData:
    """A table with data about persons."""

    purpose: str
    basis: Basis
    seen_by: str
    period: str
    """In words; `erasures` do it."""
    erasures: tuple[Erasure, ...] = ()
    """Empty: the row holds an id only, and is about nobody once the identity is erased."""
    person: str = "person_id"
    """The column that says whom a row is about, "" where a row is about nobody in particular."""


@dataclass(frozen=True)
class NotPersonal:
    """A table without data about persons, and what is in it instead."""

    holds: str


@dataclass(frozen=True)
class Due:
    """How many rows of a table are due, and why."""

    table: str
    rows: int
    period: str
    blank: tuple[str, ...] = field(default=())


STAYS = N_("The row holds ids, dates and codes. It stays as evidence, and is about nobody once the name is erased.")
TEN_YEARS_AFTER = N_("10 years after the last employment or role ended")
WITH_THE_ROW = N_("As long as what it hangs on")
