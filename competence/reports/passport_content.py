"""What stands on a competence passport, ready to be drawn: texts and dates, no rows of the database."""

from dataclasses import dataclass
from datetime import date, datetime

from competence.reports.signs import SignShape


@dataclass(frozen=True)
class PassportEmployment:
    """One of the person's employments as it stands under the name."""

    staff_group: str
    unit_line: str
    """The unit and what it belongs to: Team Havnen, Hjemmeplejen Nord."""


@dataclass(frozen=True)
class PassportTask:
    """One task that the person may do on the day of issue, under one employment."""

    task: str
    shape: SignShape
    level_rank: int
    level_name: str
    signed_by: str | None = None
    """None: nobody signed; a square then says that the education carries it."""
    signed_on: date | None = None
    valid_through: date | None = None
    """The last day that counts; None = it does not lapse."""
    limits: tuple[str, ...] = ()
    """Each as the end of *må, når ...*. Never about a citizen by name."""
    conditions: tuple[str, ...] = ()
    """The limits that somebody wrote freely, which stand as sentences of their own."""
    origin_note: str | None = None
    """Where the signature comes from when not from here: overført fra papir."""
    citizen_only: bool = False
    """True: counts for one citizen; the passport says so and never which one."""
    employment: str | None = None
    """The employment it holds under; shown when the person has several."""


@dataclass(frozen=True)
class PassportArea:
    """The tasks of one area (fagområde), in the order they are shown."""

    name: str
    tasks: tuple[PassportTask, ...]


@dataclass(frozen=True)
class PassportTraining:
    """A task under training: `done` of `of` times. May not be done alone."""

    task: str
    done: int
    of: int
    employment: str | None = None


@dataclass(frozen=True)
class PassportAwaiting:
    """A signed task that waits for the person's own yes."""

    task: str
    level_rank: int
    employment: str | None = None


@dataclass(frozen=True)
class Passport:
    """All that stands on a person's passport. Holds no CPR number and nothing about citizens."""

    municipality: str
    person_name: str
    employments: tuple[PassportEmployment, ...]
    issued_at: datetime
    """An aware moment; shown in Danish time."""
    matrix_version: str
    areas: tuple[PassportArea, ...]
    guides: tuple[str, ...] = ()
    training: tuple[PassportTraining, ...] = ()
    awaiting: tuple[PassportAwaiting, ...] = ()
    department: str | None = None
    check_at: str | None = None
    """The address that the printed code leads to; None = no code is printed."""
    draft_notice: str | None = None
    """A sentence in a frame on top of each page, such as that nobody has approved the task division yet."""

    @property
    def task_count(self) -> int:
        """How many different tasks the person may do; the same task under two employments counts once."""
        return len({(area.name, row.task) for area in self.areas for row in area.tasks})
