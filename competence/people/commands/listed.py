"""What a list of employees says, row by row, and what it changed."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


class PersonRow(Protocol):
    """A row of the list: one employment of a person, who may stand in several rows."""

    @property
    def number(self) -> str:
        """Staff number: the natural key of a person."""

    @property
    def name(self) -> str:
        """Full name, first name first."""

    @property
    def email(self) -> str | None:
        """None: the list says none, and one that is known stays."""

    @property
    def unit_id(self) -> int:
        """Where she works."""

    @property
    def staff_group(self) -> str:
        """The group's code."""

    @property
    def shifts(self) -> str:
        """Letters of D, A, N; empty = none fixed."""

    @property
    def valid_from(self) -> date:
        """First day."""

    @property
    def valid_to(self) -> date | None:
        """First day it no longer runs; None = open."""

    @property
    def is_floater(self) -> bool:
        """Whether she works in the unit's whole subtree."""

    @property
    def authorisation_checked_on(self) -> date | None:
        """The day it was looked up; None: the list says nothing, and what is known stays."""


@dataclass(frozen=True)
class ImportedPerson:
    """A row as a command takes it, when it comes from no file."""

    number: str
    name: str
    unit_id: int
    staff_group: str
    valid_from: date
    valid_to: date | None = None
    shifts: str = ""
    email: str | None = None
    is_floater: bool = False
    authorisation_checked_on: date | None = None


@dataclass(frozen=True)
class PeopleImported:
    """What a list changed."""

    new_persons: int = 0
    new_employments: int = 0
    changed: int = 0
    """Identities and employments that read otherwise now, those that end apart."""
    ended: int = 0
    unchanged: int = 0
    """Rows that said what was known."""
    not_in_list: tuple[tuple[str, int], ...] = ()
    """(number, unit) of running employments of persons in the list which it does not name: left alone, to be decided."""
