"""What a list of signatures on paper comes to: which are carried over, which are not, and why. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.audit.chain import HEADS
from competence.catalogue.models import Task
from competence.delegation.queries import versions
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.clock import last_day, today
from competence.foundation.editions import edition
from competence.foundation.orm import scoped
from competence.foundation.text import N_, Sentence, sentence
from competence.imports.known import key
from competence.imports.parsed import Problem
from competence.imports.queries import EMPLOYMENTS, IDENTITIES, UNITS
from competence.imports.signoffs import PaperSignOff
from competence.people.models import Employment
from competence.signoffs.commands.common import refused
from competence.signoffs.queries import CURRENT, EVENTS, chunks, terms_to_sign
from competence.signoffs.rules import EventKind, Origin

TASKS = cast(Table, Task.__table__)


@dataclass(frozen=True)
class Transfer:
    """A paper that is going to be carried over."""

    row: PaperSignOff
    person_id: int
    employment_id: int
    task_id: int
    cell: CellTerms
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Works:
    """An employment that runs or is to come, as a signature asks for it."""

    id: int
    staff_group_id: int
    stage_from: date | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Someone:
    """A person of the list: her name, and her employments within reach."""

    person_id: int
    name: str
    employments: tuple[Works, ...] = ()


@dataclass(frozen=True)
class Known:
    """What a plan rests on, to see whether it is still so."""

    on: date = date.min
    edition: int | None = None
    people: Mapping[str, Someone] = field(default_factory=dict)
    """By staff number."""
    heads: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    """Person -> (seq, hash) of the end of her chain."""


@dataclass(frozen=True)
class Tally:
    """How many papers of a person are not carried over."""

    unchanged: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class PaperPlan:
    """What a list of papers comes to, before anything is written."""

    transfers: tuple[Transfer, ...] = ()
    problems: tuple[Problem, ...] = ()
    """By row: what must be put right first."""
    left_out: tuple[Problem, ...] = ()
    """By row: why a paper is not carried over, though nothing is wrong with it."""
    remarks: tuple[Problem, ...] = ()
    """By row: what is carried over otherwise than the paper says."""
    tally: Mapping[str, Tally] = field(default_factory=dict)
    """Staff number -> how many of her papers are not carried over."""
    known: Known = field(default_factory=Known)
    """What was known when this was planned."""

    @property
    def unchanged(self) -> int:
        """Papers that have been carried over before."""
        return sum(one.unchanged for one in self.tally.values())

    @property
    def not_taken(self) -> int:
        """Papers that are left out, for a reason each."""
        return sum(one.left_out for one in self.tally.values())

    def without(self, numbers: Iterable[str]) -> "PaperPlan":
        """The same without what is about the staff numbers."""
        gone = set(numbers)
        people = {number: one for number, one in self.known.people.items() if number not in gone}
        stay = {one.person_id for one in people.values()}
        return replace(
            self,
            transfers=tuple(t for t in self.transfers if t.row.number not in gone),
            tally={number: tally for number, tally in self.tally.items() if number not in gone},
            known=replace(
                self.known, people=people, heads={id_: head for id_, head in self.known.heads.items() if id_ in stay}
            ),
        )

    def __or__(self, other: "PaperPlan") -> "PaperPlan":
        """Both plans, which are about different people and were made by the same rules."""
        return PaperPlan(
            (*self.transfers, *other.transfers),
            (*self.problems, *other.problems),
            (*self.left_out, *other.left_out),
            (*self.remarks, *other.remarks),
            {**self.tally, **other.tally},
            replace(
                self.known,
                people={**self.known.people, **other.known.people},
                heads={**self.known.heads, **other.known.heads},
            ),
        )


@dataclass(frozen=True)
class _Held:
    """What is known about a person and a task."""

    papers: frozenset[tuple[int, str]] = frozenset()
    """(level, ISO date of the signature) of each paper that was carried over before."""
    signed_here_on: date | None = None
    """The day of the signature given here that is in force."""

    @property
    def newest_paper(self) -> str:
        """ISO date of the newest paper; "" when there is none."""
        return max((day for _, day in self.papers), default="")


def plan_papers(session: Session, rows: Sequence[PaperSignOff], *, by: Actor | None) -> PaperPlan:
    """What the list comes to; reads only. A person out of reach is as unknown as one who is not there."""
    within = by.reach(Permission.IMPORT_SIGNOFFS) if by is not None else None
    on, mark = today(), edition(session)
    if rows and not any(version.approved for version in versions(session)[0]):
        said = sentence(
            N_("No division of tasks has been approved yet. Approve one first: the signatures are judged by it.")
        )
        return PaperPlan(problems=(Problem("", None, "", said),))
    people = people_of(session, {row.number for row in rows}, within, on)
    # First: a chain that grows from here on is seen when the plan is carried out.
    heads = heads_of(session, [one.person_id for one in people.values()])
    tasks = {
        row.code: row
        for row in session.execute(scoped(session, TASKS, TASKS.c.code, TASKS.c.id, TASKS.c.name, TASKS.c.archived_on))
    }
    judge = _Judge(session, rows, people, tasks, _held(session, [p.person_id for p in people.values()], on), by, on)
    return replace(judge.plan(), known=Known(on, mark, people, heads))


def people_of(session: Session, numbers: set[str], within: Reach | None, on: date) -> dict[str, Someone]:
    """Staff number -> the person, of those within reach (None: of all)."""
    rows = session.execute(
        scoped(
            session, IDENTITIES, IDENTITIES.c.number, IDENTITIES.c.name, IDENTITIES.c.person_id, UNITS.c.path,
            *(EMPLOYMENTS.c[name] for name in ("id", "staff_group_id", "stage_from", "valid_from", "valid_to")),
        )
        .join(
            EMPLOYMENTS,
            (EMPLOYMENTS.c.municipality_id == IDENTITIES.c.municipality_id)
            & (EMPLOYMENTS.c.person_id == IDENTITIES.c.person_id),
        )
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .where(IDENTITIES.c.number.is_not(None))
        .order_by(EMPLOYMENTS.c.valid_from, EMPLOYMENTS.c.id)
    )  # fmt: skip
    named: dict[str, tuple[int, str]] = {}
    work: dict[str, list[Works]] = {}
    for row in rows:
        if row.number not in numbers or (within is not None and not within.covers(row.path)):
            continue
        named[row.number] = row.person_id, row.name
        if row.valid_to is None or row.valid_to > on:
            works = Works(row.id, row.staff_group_id, row.stage_from, row.valid_from, row.valid_to)
            work.setdefault(row.number, []).append(works)
    return {number: Someone(*who, tuple(work.get(number, ()))) for number, who in named.items()}


def _held(session: Session, persons: Iterable[int], on: date) -> dict[tuple[int, int], _Held]:
    """(person, task) -> what is known."""
    papers: dict[tuple[int, int], set[tuple[int, str]]] = {}
    here: dict[tuple[int, int], date] = {}
    for some in chunks(persons):
        for row in session.execute(
            scoped(session, EVENTS, EVENTS.c.person_id, EVENTS.c.task_id, EVENTS.c.fields).where(
                EVENTS.c.person_id.in_(some), EVENTS.c.kind == EventKind.SIGNED, EVENTS.c.citizen_id.is_(None)
            )
        ):
            if row.fields.get("origin") == Origin.TRANSFERRED and row.fields.get("paper_signed_on"):
                paper = (int(row.fields["level"]), str(row.fields["paper_signed_on"]))
                papers.setdefault((row.person_id, row.task_id), set()).add(paper)
        for row in session.execute(
            scoped(session, CURRENT, CURRENT.c.person_id, CURRENT.c.task_id, CURRENT.c.valid_from).where(
                CURRENT.c.person_id.in_(some), CURRENT.c.citizen_id.is_(None), CURRENT.c.origin != Origin.TRANSFERRED,
                CURRENT.c.ended_on.is_(None), (CURRENT.c.valid_to.is_(None)) | (CURRENT.c.valid_to > on),
            )
        ):  # fmt: skip
            here[row.person_id, row.task_id] = row.valid_from
    return {place: _Held(frozenset(papers.get(place, ())), here.get(place)) for place in papers.keys() | here.keys()}


def heads_of(session: Session, persons: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Person -> (seq, hash) of her last event; (0, "") before the first."""
    wanted = set(persons)
    found = dict.fromkeys(wanted, (0, ""))
    for some in chunks(wanted):
        rows = scoped(session, HEADS, HEADS.c.person_id, HEADS.c.seq, HEADS.c.hash).where(HEADS.c.person_id.in_(some))
        found |= {row.person_id: (row.seq, row.hash) for row in session.execute(rows)}
    return found


class _Judge:
    """Goes through the papers and sorts them."""

    def __init__(
        self, session: Session, rows: Sequence[PaperSignOff], people: Mapping[str, Someone], tasks: Mapping[str, Any],
        held: Mapping[tuple[int, int], _Held], by: Actor | None, on: date,
    ) -> None:  # fmt: skip
        self.session, self.rows, self.people, self.tasks, self.held = session, rows, people, tasks, held
        self.by, self.on = by, on
        self.transfers: list[Transfer] = []
        self.problems: list[Problem] = []
        self.left_out: list[Problem] = []
        self.remarks: list[Problem] = []
        self._tally: dict[str, Tally] = {}
        self._terms: dict[tuple[int, int, date | None], tuple[CellTerms, date | None]] = {}
        self._newest: dict[tuple[str, str], PaperSignOff] = {}

    def plan(self) -> PaperPlan:
        """All papers, sorted."""
        for row in self.rows:
            newest = self._newest.setdefault((row.number, row.task), row)
            if row.signed_on > newest.signed_on:
                self._newest[row.number, row.task] = row
        for row in self.rows:
            self._judge(row)
        return PaperPlan(
            tuple(self.transfers), tuple(self.problems), tuple(self.left_out), tuple(self.remarks), self._tally
        )

    def _judge(self, row: PaperSignOff) -> None:
        someone, task = self.people.get(row.number), self.tasks.get(row.task)
        if someone is None:
            said = N_("Nobody has the number %(number)s. Import the people first, or correct it.")
            return self._wrong(row, "number", sentence(said, number=row.number))
        if task is None or (task.archived_on is not None and task.archived_on <= self.on):
            return self._wrong(row, "task", sentence(N_("The task is no longer in the catalogue.")))
        held = self.held.get((someone.person_id, task.id), _Held())
        if (row.level, row.signed_on.isoformat()) in held.papers:
            return self._count(row, unchanged=1)
        if self.by is not None and self.by.person_id == someone.person_id:
            return self._wrong(
                row, "number", sentence(N_("You cannot transfer your own papers. Ask a colleague who may."))
            )
        if key(row.signer) == key(someone.name):
            return self._wrong(
                row,
                "signer",
                sentence(N_("%(name)s cannot have signed for herself. Correct who signed."), name=row.signer),
            )
        if why := self._superseded(row, held):
            return self._leave_out(row, "signed_on", why)
        if not someone.employments:
            return self._leave_out(
                row, "number", sentence(N_("Number %(number)s is no longer employed here."), number=row.number)
            )
        employment, cell, first_day = self._best(someone, task.id)
        if not cell.entitles:
            return self._wrong(row, "task", refused(cell))
        if cell.rule is CellRule.MAY_CITIZEN:
            said = N_("This task is signed for one certain citizen. Sign it anew at the bedside instead.")
            return self._wrong(row, "task", sentence(said))
        valid_from = max(self.on, first_day or self.on)
        longest = cell.validity.last_day(row.signed_on)
        most = longest + timedelta(days=1) if longest else None
        valid_to = min((day for day in (row.valid_to, most) if day is not None), default=None)
        if valid_to is not None and valid_to <= valid_from:
            said = N_("The paper has lapsed: it counted through %(day)s. It must be signed anew.")
            return self._leave_out(row, "valid_through", sentence(said, day=last_day(valid_to)))
        if row.valid_to is not None and most is not None and row.valid_to > most:
            said = N_("It counts through %(day)s, as long as the division of tasks allows.")
            self.remarks.append(row.place.problem(sentence(said, day=longest), "valid_through"))
        self.transfers.append(Transfer(row, someone.person_id, employment.id, task.id, cell, valid_from, valid_to))
        return None

    def _superseded(self, row: PaperSignOff, held: _Held) -> Sentence | None:
        """Why a newer signature stands in the paper's place, None when none does."""
        newest = self._newest[row.number, row.task]
        if newest is not row:
            return sentence(N_("A newer signature for the same task stands in row %(row)s."), row=str(newest.place.row))
        if held.newest_paper > row.signed_on.isoformat():
            return sentence(
                N_("A newer paper, signed %(day)s, has been transferred before."),
                day=date.fromisoformat(held.newest_paper),
            )
        if held.signed_here_on is not None and held.signed_here_on >= row.signed_on:
            return sentence(N_("It was signed here on %(day)s, later than the paper."), day=held.signed_here_on)
        return None

    def _best(self, someone: Someone, task_id: int) -> tuple[Works, CellTerms, date | None]:
        """The employment under which the task can be signed, its cell, and the first day when that lies ahead."""
        found = [(employment, *self._terms_for(employment, task_id)) for employment in someone.employments]
        return min(found, key=lambda one: (not one[1].entitles, one[1].rule is CellRule.MAY_CITIZEN, one[2] or self.on))

    def _terms_for(self, works: Works, task_id: int) -> tuple[CellTerms, date | None]:
        place = (task_id, works.staff_group_id, works.stage_from)
        if place not in self._terms:
            employment = Employment(staff_group_id=works.staff_group_id, stage_from=works.stage_from)
            self._terms[place] = terms_to_sign(self.session, employment, task_id, on=self.on)
        return self._terms[place]

    def _wrong(self, row: PaperSignOff, field: str, said: Sentence) -> None:
        self.problems.append(row.place.problem(said, field))

    def _leave_out(self, row: PaperSignOff, field: str, said: Sentence) -> None:
        self.left_out.append(row.place.problem(said, field))
        self._count(row, left_out=1)

    def _count(self, row: PaperSignOff, *, unchanged: int = 0, left_out: int = 0) -> None:
        before = self._tally.get(row.number, Tally())
        self._tally[row.number] = Tally(before.unchanged + unchanged, before.left_out + left_out)
