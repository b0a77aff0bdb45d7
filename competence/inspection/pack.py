"""An inspection pack as data: everything that the page, the PDF and the spreadsheet say, in ids, dates, codes and names.

It holds facts that give or take rights, and nothing else: no plan, no talk, no note, no reason of a no.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from competence.audit.proving import Proof
from competence.audit.vouching import Vouching
from competence.delegation.agreements import DelegationKind, Supervision
from competence.inspection.rules import About, Stretch, is_quiet
from competence.signoffs.rules import Origin

PRIVATE = frozenset({"not_yet", "declined", "delegation_declined"})
"""Kinds of event that belong to the person and whoever held the talk: they stand in the proof by place and hash alone."""


@dataclass(frozen=True)
class Question:
    """About whom or what, and when; both days are included."""

    about: About
    id: int
    first: date
    last: date

    @property
    def is_one_day(self) -> bool:
        """Whether it is about a date, not a period."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Post:
    """An employment in the period, in names."""

    employment_id: int
    person_id: int
    name: str
    """Empty once it is erased."""
    group: str
    unit: str
    valid_from: date
    valid_to: date | None
    recorded_on: date
    """The Danish date on which the system was told of it."""
    corrected_on: tuple[date, ...] = ()
    """When its dates were corrected back in time; both answers rest on the corrected ones."""


@dataclass(frozen=True, slots=True)
class Named:
    """A task."""

    id: int
    name: str
    area: str


@dataclass(frozen=True, slots=True)
class Line:
    """What was allowed to one employment in one task through the period."""

    post: Post
    task: Named
    stretches: tuple[Stretch, ...]

    @property
    def quiet(self) -> bool:
        """Whether it was not the staff group's task at any time."""
        return is_quiet(self.stretches)

    @property
    def differs(self) -> bool:
        """Whether something else is known now than was said then."""
        return any(one.differs for one in self.stretches)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who vouched and who accepted, on what ground, as the events froze it."""

    person_id: int
    seq: int
    hash: str
    task_id: int
    signed_at: datetime
    signer: str
    """The name of a colleague, or of somebody from outside; empty once it is erased."""
    origin: Origin
    capacity: str
    """"guide", "development_nurse", "staff_group", "external_instructor"; empty where the event does not say."""
    signer_group: str
    """The code of the signer's staff group; empty where the event does not say."""
    signer_level: int
    """The level at which the signer held the task herself; 0 where the event does not say."""
    level: int
    valid_from: date
    valid_to: date | None
    accepted_at: datetime | None
    accepted_seq: int
    accepted_hash: str
    instruction: str
    """The version of the written instruction that counted; empty where the event does not say."""
    version: int
    """The number of the division of tasks; 0 where the event does not say."""
    files: tuple[str, ...] = ()
    """SHA-256 of the files that lay at the task as evidence, also of those that are erased since."""
    deputy_for: str = ""
    """The guide in whose place the signer vouched, by name; empty where she vouched in her own."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A version of the division of tasks that was in force in the period."""

    number: int
    valid_from: date | None
    valid_to: date | None
    approved_at: datetime | None
    approved_by: str
    approved_as: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A stop, or a unit's stricter rule, that touched the period."""

    task: str
    unit: str
    group: str
    """Empty: all staff groups."""
    first: date
    through: date | None
    recorded_at: datetime
    by: str
    level: int = 0
    """The least level that a stricter unit asks for; 0: closed."""


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation or task transfer that touched the period."""

    person_id: int
    task: str
    kind: DelegationKind
    giver: str
    valid_from: date
    valid_to: date | None
    accepted_on: date | None
    for_one: bool
    """For one certain citizen, who is not named here."""
    has_conditions: bool
    supervisor: str
    supervision: Supervision | None
    supervise_on: date | None
    supervised_on: tuple[date, ...]
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Exempt:
    """Exempt from a task by agreement: from and to, never why."""

    person_id: int
    task: str
    first: date
    through: date | None


@dataclass(frozen=True, slots=True)
class Instructed:
    """A version of a written instruction that counted on a day of the period."""

    task: str
    name: str
    version: str
    valid_from: date | None


@dataclass(frozen=True)
class Pack:
    """The answer to an inspector's question."""

    question: Question
    title: str
    """The name of the unit, the person or the task."""
    place: str
    """Where it lies, or what area the task belongs to."""
    made_at: datetime
    lines: tuple[Line, ...]
    """By person, then by area and task."""
    posts: tuple[Post, ...]
    signatures: Mapping[tuple[int, int], Signature]
    """(person, seq) of all signatures that an answer rests on."""
    rulings: tuple[Ruling, ...]
    stops: tuple[Closing, ...]
    stricter: tuple[Closing, ...]
    given: tuple[Given, ...]
    exempt: tuple[Exempt, ...]
    instructions: tuple[Instructed, ...]
    proofs: Mapping[int, Proof]
    vouching: Vouching | None
    """The newest anchor; None: there is none yet."""
    levels: Mapping[int, str]
    """Rank -> name, as the practice scale was on the last day."""

    @property
    def told(self) -> Iterator[Line]:
        """The lines about tasks that were the staff group's own."""
        return (line for line in self.lines if not line.quiet)

    @property
    def persons(self) -> list[int]:
        """Whom it is about, each once."""
        return list(dict.fromkeys(post.person_id for post in self.posts))

    def signature(self, person_id: int, seq: int | None) -> Signature | None:
        """The signature at the place of the person's chain; None when there is none."""
        return self.signatures.get((person_id, seq or 0))
