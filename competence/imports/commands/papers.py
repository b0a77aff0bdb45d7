"""Signatures on paper become sign-offs of origin transferred: they name the paper's signer and who transferred them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach, authorise
from competence.audit.chain import HEADS, NewEvent, append_all, lock_chains
from competence.audit.commands import record_all
from competence.catalogue.models import Task
from competence.delegation.queries import versions
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.changes import command, touched
from competence.foundation.clock import last_day, today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import N_, Sentence, sentence
from competence.imports.known import key
from competence.imports.parsed import Problem
from competence.imports.queries import EMPLOYMENTS, IDENTITIES, UNITS
from competence.imports.signoffs import PaperSignOff
from competence.organisation.queries import settings_of
from competence.people.models import Employment
from competence.signoffs import projection
from competence.signoffs.commands.common import refused
from competence.signoffs.queries import CURRENT, EVENTS, chunks, terms_to_sign
from competence.signoffs.rules import EventKind, Origin, last_valid_day

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
class PaperPlan:
    """What a list of papers comes to, before anything is written."""

    transfers: tuple[Transfer, ...] = ()
    problems: tuple[Problem, ...] = ()
    """By row: what must be put right first."""
    left_out: tuple[Problem, ...] = ()
    """By row: why a paper is not carried over, though nothing is wrong with it."""
    remarks: tuple[Problem, ...] = ()
    """By row: what is carried over otherwise than the paper says."""
    unchanged: int = 0
    """Papers that have been carried over before."""
    heads: Mapping[int, int] = field(default_factory=dict)
    """Person -> how long her chain was when this was planned."""


@dataclass(frozen=True)
class PapersTransferred:
    """What a list of papers changed."""

    new: int = 0
    unchanged: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class _Someone:
    """A person of the list: her name, and her employments that run or are to come, within reach."""

    person_id: int
    name: str
    employments: tuple[Employment, ...]


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


@command
def import_signoffs(
    session: Session, rows: Sequence[PaperSignOff], *, by: Actor | None, plan: PaperPlan | None = None
) -> PapersTransferred:
    """What the list changed. RuleBroken at the first row that cannot be taken; then nothing is written.

    `plan` has been made before the transaction, so that the database is locked for the writing only; it is made anew
    when somebody has signed meanwhile. `by` None: the command line.
    """
    if by is not None:
        authorise(by, Permission.IMPORT_SIGNOFFS)
    plan = plan or plan_papers(session, rows, by=by)
    heads = lock_chains(session, plan.heads)
    if any(heads[person][0] != length for person, length in plan.heads.items()):
        plan = plan_papers(session, rows, by=by)
        lock_chains(session, plan.heads)
    if plan.problems:
        raise RuleBroken(plan.problems[0].message)
    if not plan.transfers:
        return PapersTransferred(0, plan.unchanged, len(plan.left_out))
    on, who = today(), by.person_id if by else None
    answer_before = on + timedelta(days=settings_of(session).transferred_accept_within_days)
    written = append_all(session, [_event(t, who, answer_before) for t in plan.transfers])
    projection.rebuild(session, {t.person_id for t in plan.transfers}, on=on)
    record_all(
        session,
        [
            {
                "by_person_id": who, "action": "transfer_sign_off", "subject": "evidence_event", "subject_id": event.id,
                "person_id": t.person_id, "detail": {"task": t.task_id, "level": t.row.level},
            }
            for event, t in zip(written, plan.transfers, strict=True)
        ],
    )  # fmt: skip
    for person in {t.person_id for t in plan.transfers}:
        touched(session, person_id=person)
    return PapersTransferred(len(written), plan.unchanged, len(plan.left_out))


def _event(transfer: Transfer, who: int | None, answer_before: date) -> NewEvent:
    row, valid_to = transfer.row, transfer.valid_to
    return NewEvent(
        transfer.person_id, EventKind.SIGNED, who, transfer.task_id,
        fields={
            "level": row.level, "valid_from": transfer.valid_from.isoformat(),
            "valid_to": valid_to.isoformat() if valid_to else None, "answer_before": answer_before.isoformat(),
            "origin": Origin.TRANSFERRED.value, "employment": transfer.employment_id,
            "paper_signed_on": row.signed_on.isoformat(), "transferred_by": who,
            "matrix_version": transfer.cell.version, "rule": transfer.cell.rule.value,
        },
        texts={"signer": row.signer},
    )  # fmt: skip


def plan_papers(session: Session, rows: Sequence[PaperSignOff], *, by: Actor | None) -> PaperPlan:
    """What the list comes to; reads only. A person out of reach is as unknown as one who is not there."""
    within = by.reach(Permission.IMPORT_SIGNOFFS) if by is not None else None
    on = today()
    if rows and not any(version.approved for version in versions(session)[0]):
        said = sentence(
            N_("No division of tasks has been approved yet. Approve one first: the signatures are judged by it.")
        )
        return PaperPlan(problems=(Problem("", None, "", said),))
    people = _people(session, {row.number for row in rows}, within, on)
    tasks = {
        row.code: row
        for row in session.execute(scoped(session, TASKS, TASKS.c.code, TASKS.c.id, TASKS.c.name, TASKS.c.archived_on))
    }
    judge = _Judge(session, rows, people, tasks, _held(session, [p.person_id for p in people.values()], on), by, on)
    plan = judge.plan()
    return replace(plan, heads=_lengths(session, {t.person_id for t in plan.transfers}))


def _people(session: Session, numbers: set[str], within: Reach | None, on: date) -> dict[str, _Someone]:
    """Staff number -> the person."""
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
    found: dict[str, _Someone] = {}
    for row in rows:
        if row.number not in numbers or (within is not None and not within.covers(row.path)):
            continue
        someone = found.get(row.number, _Someone(row.person_id, row.name, ()))
        if row.valid_to is None or row.valid_to > on:
            employment = Employment(
                id=row.id, person_id=row.person_id, staff_group_id=row.staff_group_id, stage_from=row.stage_from,
                valid_from=row.valid_from, valid_to=row.valid_to,
            )  # fmt: skip
            someone = replace(someone, employments=(*someone.employments, employment))
        found[row.number] = someone
    return found


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


def _lengths(session: Session, persons: Iterable[int]) -> dict[int, int]:
    """Person -> how long her chain is."""
    wanted = set(persons)
    found = dict.fromkeys(wanted, 0)
    for some in chunks(wanted):
        rows = scoped(session, HEADS, HEADS.c.person_id, HEADS.c.seq).where(HEADS.c.person_id.in_(some))
        found |= {row.person_id: row.seq for row in session.execute(rows)}
    return found


class _Judge:
    """Goes through the papers and sorts them."""

    def __init__(
        self, session: Session, rows: Sequence[PaperSignOff], people: Mapping[str, _Someone], tasks: Mapping[str, Any],
        held: Mapping[tuple[int, int], _Held], by: Actor | None, on: date,
    ) -> None:  # fmt: skip
        self.session, self.rows, self.people, self.tasks, self.held = session, rows, people, tasks, held
        self.by, self.on = by, on
        self.transfers: list[Transfer] = []
        self.problems: list[Problem] = []
        self.left_out: list[Problem] = []
        self.remarks: list[Problem] = []
        self.unchanged = 0
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
            tuple(self.transfers), tuple(self.problems), tuple(self.left_out), tuple(self.remarks), self.unchanged
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
            self.unchanged += 1
            return None
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
        longest = last_valid_day(row.signed_on, cell.validity_months)
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

    def _best(self, someone: _Someone, task_id: int) -> tuple[Employment, CellTerms, date | None]:
        """The employment under which the task can be signed, its cell, and the first day when that lies ahead."""
        found = [(employment, *self._terms_for(employment, task_id)) for employment in someone.employments]
        return min(found, key=lambda one: (not one[1].entitles, one[1].rule is CellRule.MAY_CITIZEN, one[2] or self.on))

    def _terms_for(self, employment: Employment, task_id: int) -> tuple[CellTerms, date | None]:
        place = (task_id, employment.staff_group_id, employment.stage_from)
        if place not in self._terms:
            self._terms[place] = terms_to_sign(self.session, employment, task_id, on=self.on)
        return self._terms[place]

    def _wrong(self, row: PaperSignOff, field: str, said: Sentence) -> None:
        self.problems.append(row.place.problem(said, field))

    def _leave_out(self, row: PaperSignOff, field: str, said: Sentence) -> None:
        self.left_out.append(row.place.problem(said, field))
