"""What a demonstration is made of: frozen rows, names instead of ids, all dates as days from today (negative: past).

A last day (`through`) still counts; None is open. Persons are named by their staff number, tasks and units by their
name, staff groups by their code, shifts by the letters D, A and N.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the tree; a parent stands before its children."""

    name: str
    kind: str
    parent: str | None
    fallback_name: str | None = None
    """Whom to call when nobody may: a shared line."""
    fallback_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person and her employment; without a staff group she has a role, but is not employed to do tasks."""

    number: str
    name: str
    email: str
    phone: str
    unit: str
    staff_group: str | None
    shifts: str
    first: int
    through: int | None = None
    is_floater: bool = False
    authorisation_checked: int | None = None
    stage_from: int | None = None
    """Students: the day from which they have reached the stage that the followed group asks for."""


@dataclass(frozen=True, slots=True)
class RoleGiven:
    """A role on a unit and all below it. Every person is an employee besides."""

    person: str
    role: str
    unit: str
    first: int
    through: int | None = None
    purpose: str = ""
    minutes: int | None = None
    """How long a week a learning guide is given."""


@dataclass(frozen=True, slots=True)
class Guided:
    """How long a learning guide has noted for a day."""

    person: str
    on: int
    minutes: int


@dataclass(frozen=True, slots=True)
class SignOff:
    """A signature and the person's answer to it."""

    person: str
    task: str
    level: int
    signed: int
    """First day it counts; on paper: the paper's date."""
    through: int
    signer: str | None
    """Staff number; None when it came from an external instructor or from paper."""
    accepted: int | None
    """The day of the person's own yes; None: not answered yet."""
    origin: str
    """`signed_here`, `transferred` or `external_instructor`."""
    instructor: str | None = None
    """Key of the external instructor."""
    paper_signer: str | None = None
    """Who signed the paper, as it stands there."""
    recorded: int = 0
    """The day it came into the system; the same as `signed`, later for paper."""
    recorded_by: str | None = None
    """The development nurse who recorded it; None when the signer did."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One time somebody saw the person do the task: `saw`, `with_help` or `alone`."""

    person: str
    task: str
    kind: str
    on: int
    observer: str


@dataclass(frozen=True, slots=True)
class Request:
    """A sign-off asked for and still open."""

    person: str
    task: str
    asked: int
    asked_by: str


@dataclass(frozen=True, slots=True)
class Absence:
    """A time away: from and to only."""

    person: str
    first: int
    through: int | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """At least so many of a unit's shift hold the task at the level."""

    unit: str
    task: str
    shift: str
    need: int
    level: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A task closed for a unit and, unless None, one staff group."""

    task: str
    unit: str
    staff_group: str | None
    first: int
    through: int
    reason: str
    stopped_by: str


@dataclass(frozen=True, slots=True)
class Instructor:
    """An instructor from outside, who vouches for a first holder."""

    key: str
    name: str
    profession: str
    organisation: str
    certificate: str


@dataclass(frozen=True, slots=True)
class External:
    """A temp from an agency, at most 14 days at a time."""

    name: str
    staff_group: str
    agency: str
    unit: str
    shifts: str
    first: int
    through: int
    authorisation_checked: int | None
    checked_by: str | None


@dataclass(frozen=True, slots=True)
class Delegated:
    """A personal delegation, accepted."""

    person: str
    task: str
    giver: str
    kind: str
    """`konkret` or `ramme`."""
    given: int
    accepted: int
    through: int


@dataclass(frozen=True, slots=True)
class Version:
    """A matrix version in force, with the cells of the matrix file."""

    number: int
    first: int
    through: int | None
    approved: int
    approved_by: str


@dataclass(frozen=True, slots=True)
class DraftCell:
    """A cell that the coming version, a draft, would change."""

    number: int
    first: int
    task: str
    staff_group: str
    rule: str
    minimum_level: int
    observed_times: int
    validity_months: int
    reason: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a cell of the matrix says."""

    rule: str
    minimum: int
    education: int
    """0 unless the rule is core."""
    times: int
    """0: none asked for."""
    days: int
    """How long a signature counts: 365 or 730."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a team stands in a fagområde: so many gaps, in a critical task or not, and so many vulnerable."""

    gaps: int
    critical: bool
    vulnerable: int


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Everything, in an order in which it can be recorded: sign-offs by the day they were recorded, oldest first."""

    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    roles: tuple[RoleGiven, ...]
    guided: tuple[Guided, ...]
    versions: tuple[Version, ...]
    draft: tuple[DraftCell, ...]
    instructors: tuple[Instructor, ...]
    signoffs: tuple[SignOff, ...]
    observations: tuple[Observation, ...]
    delegations: tuple[Delegated, ...]
    requests: tuple[Request, ...]
    absences: tuple[Absence, ...]
    requirements: tuple[Requirement, ...]
    stops: tuple[Stop, ...]
    externals: tuple[External, ...]
