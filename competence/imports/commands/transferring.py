"""Signatures on paper become sign-offs of origin transferred: they name the paper's signer and who transferred them.

What can be done before the right to write is taken is done before: the papers are judged, the events hashed onto their
chains, projections and answers made. What others have changed meanwhile is seen, and made anew for whom it is about.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ScalarSelect, Table, delete, select, tuple_
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.chain import Linked, NewEvent, link_all, lock_chains, moments_of, move_heads
from competence.audit.models import AuditEntry, EventText
from competence.decision.commands import receivers
from competence.decision.staging import Foreseen, make, rules_now
from competence.foundation.bulk import Values, given, hold_still, inserting, own
from competence.foundation.changes import Tell, command, quiet, touched
from competence.foundation.clock import today
from competence.foundation.editions import edition
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import execute, open_session, several, tenant_id
from competence.imports.commands.papers import PaperPlan, Transfer, heads_of, people_of, plan_papers
from competence.imports.signoffs import PaperSignOff
from competence.organisation.queries import settings_of
from competence.signoffs.foreseen import Place, places_with
from competence.signoffs.queries import CURRENT, EVENTS, WAITING, chunks
from competence.signoffs.rules import Event, EventKind, Origin, Signed

AUDIT = cast(Table, AuditEntry.__table__)
TEXTS = cast(Table, EventText.__table__)
BATCH = 500
"""Persons whose papers are made ready at a time."""
ATTEMPTS = 3
"""So often what others have changed is caught up with before the right to write is taken; the rest is done with it."""
_SHOWN = (
    "person_id", "task_id", "citizen_id", "seq", "level", "valid_from", "valid_to", "accepted_on", "answer_before",
    "signer_id", "signer_text", "origin", "signed_at",
)  # fmt: skip
"""What both projections say of a sign-off, besides its event's id."""


_GONE = [
    delete(table).where(
        table.c.municipality_id == own(), tuple_(table.c.person_id, table.c.task_id).in_(several("places"))
    )
    for table in (CURRENT, WAITING)
]


@dataclass(frozen=True)
class PapersTransferred:
    """What a list of papers changed."""

    new: int = 0
    unchanged: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Hers:
    """What is going to be written about one person."""

    head: tuple[int, str]
    """The end of her chain afterwards."""
    signed: Mapping[int, tuple[Signed, ...]]
    """Task -> her sign-offs as they are going to be."""
    events: tuple[Values, ...]
    texts: tuple[Values, ...]
    audit: tuple[Values, ...]
    gone: tuple[tuple[int, int], ...]
    """(person, task) about which something stands in the projections."""
    current: tuple[Values, ...]
    waiting: tuple[Values, ...]


@dataclass(frozen=True)
class PreparedPapers:
    """A plan with all that is written by it."""

    plan: PaperPlan
    writing: "Writing"
    hers: Mapping[int, Hers]
    """By person."""
    answers: Foreseen | None


@command
def import_signoffs(
    session: Session, rows: Sequence[PaperSignOff], *, by: Actor | None, plan: PaperPlan | None = None,
    prepared: PreparedPapers | None = None,
) -> PapersTransferred:  # fmt: skip
    """What the list changed. RuleBroken at the first row that cannot be taken; then nothing is written.

    `prepared` (or the `plan` alone) has been made before the transaction, so that others wait for the writing only; what
    has changed since is made anew here. `by` None: the command line.
    """
    if by is not None:
        authorise(by, Permission.IMPORT_SIGNOFFS)
    plan = prepared.plan if prepared is not None else plan or plan_papers(session, rows, by=by)
    lock_chains(session, {t.person_id for t in plan.transfers})
    hold_still(session)
    prepared = _caught_up(session, rows, plan, prepared, by)
    if prepared.plan.problems:
        raise RuleBroken(prepared.plan.problems[0].message)
    _write(session, prepared)
    done = prepared.plan
    return PapersTransferred(len(done.transfers), done.unchanged, done.not_taken)


def prepare_papers(
    session: Session, rows: Sequence[PaperSignOff], plan: PaperPlan, *, by: Actor | None, tell: Tell = quiet
) -> PreparedPapers:
    """The plan with all that is written by it, as it is now. Reads only, in batches and transactions of its own."""
    with open_session(session.get_bind().engine, tenant_id(session)) as apart:
        prepared = _caught_up(apart, rows, plan, None, by, tell=tell, pause=apart.rollback)
        for _ in range(ATTEMPTS):
            before = prepared
            prepared = _caught_up(apart, rows, before.plan, before, by, pause=apart.rollback)
            if prepared is before:
                break
    return prepared


def _caught_up(
    session: Session, rows: Sequence[PaperSignOff], plan: PaperPlan, prepared: PreparedPapers | None, by: Actor | None, *,
    tell: Tell = quiet, pause: Callable[[], None] = lambda: None,
) -> PreparedPapers:  # fmt: skip
    """The same where nothing has changed since; else what has changed is planned and prepared anew."""
    stale = _stale(session, rows, plan, by)
    pause()
    if stale is None:
        plan, prepared = plan_papers(session, rows, by=by), None
    elif stale:
        again = plan_papers(session, [row for row in rows if row.number in stale], by=by)
        gone = {plan.known.people[number].person_id for number in stale if number in plan.known.people}
        plan = plan.without(stale) | again
    elif prepared is not None:
        return prepared
    if prepared is None:
        again, gone = plan, set()
    pause()
    if plan.problems:
        return PreparedPapers(plan, Writing(session), {}, None)
    writing = Writing(session) if prepared is None else prepared.writing
    hers = _all_hers(session, again, writing, by, tell, pause)
    known = None
    if prepared is not None:
        hers = {id_: one for id_, one in prepared.hers.items() if id_ not in gone} | hers
        known = prepared.answers.without(gone | set(receivers(session, gone))) if prepared.answers is not None else None
    answers = make(
        session, rules_now(session), {id_: frozenset(one.signed) for id_, one in hers.items()},
        ahead={id_: one.signed for id_, one in hers.items()}, known=known, tell=_second_half(tell), pause=pause,
    )  # fmt: skip
    return PreparedPapers(plan, writing, hers, answers)


def _stale(session: Session, rows: Sequence[PaperSignOff], plan: PaperPlan, by: Actor | None) -> frozenset[str] | None:
    """The staff numbers about whom something has changed since it was planned; None when it may be all of them."""
    known, numbers = plan.known, {row.number for row in rows}
    if known.on != today() or known.edition != edition(session):
        return None
    within = by.reach(Permission.IMPORT_SIGNOFFS) if by is not None else None
    people = people_of(session, numbers, within, known.on)
    heads = heads_of(session, [one.person_id for one in people.values()])

    def is_other(number: str) -> bool:
        someone = people.get(number)
        was = known.people.get(number)
        return someone != was or (someone is not None and heads[someone.person_id] != known.heads[someone.person_id])

    return frozenset(number for number in numbers if is_other(number))


def _first_half(tell: Tell) -> Tell:
    return lambda done, total: tell(done, 2 * total)


def _second_half(tell: Tell) -> Tell:
    return lambda done, total: tell(total + done, 2 * total)


def _all_hers(
    session: Session, plan: PaperPlan, writing: "Writing", by: Actor | None, tell: Tell, pause: Callable[[], None]
) -> dict[int, Hers]:
    """By person: what is written for the plan's papers."""
    on, who = plan.known.on, by.person_id if by else None
    answer_before = on + timedelta(days=settings_of(session).transferred_accept_within_days)
    theirs: dict[int, list[Transfer]] = {}
    for transfer in plan.transfers:
        theirs.setdefault(transfer.person_id, []).append(transfer)
    found: dict[int, Hers] = {}
    for some in chunks(theirs, BATCH):
        since = moments_of(session, some)
        linked = {
            id_: link_all(
                tenant_id(session), [_event(t, who, answer_before) for t in theirs[id_]], plan.known.heads, since=since
            )
            for id_ in some
        }
        coming = {
            id_: [_as_read(row, t.row.signer) for row, t in zip(one.rows, theirs[id_], strict=True)]
            for id_, one in linked.items()
        }
        for id_, places in places_with(session, coming, on=on).items():
            found[id_] = writing.hers(linked[id_], places, theirs[id_], who)
        pause()
        _first_half(tell)(len(found), len(theirs))
    return found


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


def _as_read(row: Mapping[str, Any], signer: str) -> Event:
    """The event to come as it will be read back."""
    fields = {**row["fields"], "signer_text": signer}
    return Event(
        EventKind.SIGNED, row["seq"], row["recorded_at"], row["task_id"], None, row["by_person_id"], None, fields
    )


class Writing:
    """The statements that write papers, in their order, and how their rows are made ready."""

    def __init__(self, session: Session) -> None:
        self.events = inserting(
            session, EVENTS,
            ("person_id", "seq", "format", "kind", "recorded_at", "by_person_id", "task_id", "citizen_id", "refers_to",
             "fields", "prev_hash", "hash"),
        )  # fmt: skip
        self.texts = inserting(session, TEXTS, ("name", "text", "salt"), event_id=_event_id())
        self.audit = inserting(
            session, AUDIT,
            ("recorded_at", "by_person_id", "action", "subject", "person_id", "administrative", "detail"),
            subject_id=_event_id(),
        )  # fmt: skip
        self.current = inserting(
            session, CURRENT, (*_SHOWN, "counts_from", "ended_on", "ended_by", "pauses"), event_id=_event_id()
        )
        self.waiting = inserting(session, WAITING, (*_SHOWN, "lacks_second", "pauses"), event_id=_event_id())

    def hers(self, linked: Linked, places: Mapping[int, Place], transfers: Sequence[Transfer], who: int | None) -> Hers:
        """What is written about one person, made ready."""
        (person, head), *_none = linked.heads.items()
        entries = [_entry(row, transfer, who) for row, transfer in zip(linked.rows, transfers, strict=True)]
        texts = [
            {"name": name, "text": text, "salt": salt, "person_id": person, "seq": linked.rows[at]["seq"]}
            for at, name, text, salt in linked.texts
        ]
        return Hers(
            head,
            {task: place.signed for task, place in places.items()},
            events=tuple(map(self.events.row, linked.rows)),
            texts=tuple(map(self.texts.row, texts)),
            audit=tuple(map(self.audit.row, entries)),
            gone=tuple((person, task) for task, place in places.items() if place.replaces),
            current=tuple(self.current.row(row) for place in places.values() for row in place.current),
            waiting=tuple(self.waiting.row(row) for place in places.values() for row in place.waiting),
        )

    def write(self, session: Session, all_hers: Iterable[Hers]) -> None:
        """Nothing; all of it is written."""
        every = list(all_hers)
        self.events.write(session, (row for hers in every for row in hers.events))
        self.texts.write(session, (row for hers in every for row in hers.texts))
        self.audit.write(session, (row for hers in every for row in hers.audit))
        gone = [place for hers in every for place in hers.gone]
        for start in range(0, len(gone), BATCH):
            for statement in _GONE:
                execute(session, statement, places=gone[start : start + BATCH])
        self.current.write(session, (row for hers in every for row in hers.current))
        self.waiting.write(session, (row for hers in every for row in hers.waiting))


def _event_id() -> ScalarSelect[Any]:
    """The id of the event at the row's person and place in her chain."""
    return (
        select(EVENTS.c.id)
        .where(
            EVENTS.c.municipality_id == own(), EVENTS.c.person_id == given(EVENTS.c.person_id),
            EVENTS.c.seq == given(EVENTS.c.seq),
        )
        .scalar_subquery()
    )  # fmt: skip


def _entry(row: Mapping[str, Any], transfer: Transfer, who: int | None) -> dict[str, Any]:
    return {
        "recorded_at": row["recorded_at"], "by_person_id": who, "action": "transfer_sign_off", "subject": "evidence_event",
        "person_id": transfer.person_id, "seq": row["seq"], "administrative": False,
        "detail": {"task": transfer.task_id, "level": transfer.row.level},
    }  # fmt: skip


def _write(session: Session, prepared: PreparedPapers) -> None:
    """Nothing; events, texts, audit entries and projections are written, and the answers are at hand."""
    if not prepared.hers:
        return
    lock_chains(session, prepared.hers)
    move_heads(session, {person: hers.head for person, hers in prepared.hers.items()})
    prepared.writing.write(session, prepared.hers.values())
    for person, hers in prepared.hers.items():
        for task in hers.signed:
            touched(session, person_id=person, task_id=task)
    session.info["foreseen"] = prepared.answers
