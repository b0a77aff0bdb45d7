"""Reads for the guide's queue: what waits for her, and what she has signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.catalogue.models import Task
from competence.catalogue.rules.scales import level_on, levels_held
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import Shift
from competence.decision.queries import EMPLOYMENTS, book, load, running
from competence.decision.rules import Answer, Book, judge
from competence.decision.rules import Employment as Facts
from competence.development.queries import queue_rows
from competence.development.queries.own import tasks
from competence.development.queries.queue_rows import IDENTITIES, MOST, Who, people_within, who_of
from competence.foundation.clock import today
from competence.people.models import PersonIdentity


@dataclass(frozen=True)
class Item:
    """One line of the queue."""

    who: Who
    task_id: int
    task: str
    answer: Answer
    seq: int = 0
    """The signature that the line is about; 0 = none."""
    day: date | None = None
    """When it was asked, signed, or ends, by the list it stands in."""
    closes_gap: bool = False
    i_hold: int = 0
    """The level at which the reader may do the task herself; 0 = she may not sign it."""
    by_leader: bool = False
    level: int = 0
    signer: str = ""
    signer_id: int = 0
    lacks_second: bool = False


@dataclass(frozen=True)
class Queue:
    """All lists of the queue."""

    requests: Sequence[Item]
    renewals: Sequence[Item]
    waiting: Sequence[Item]
    seconds: Sequence[Item]
    """Signatures by others that wait for a second approval, those first that the reader can approve."""
    paper: Sequence[Item]
    begun: Sequence[Item]
    """Where the reader has ticked something and not signed yet."""
    signed: Sequence[Item]
    book: Book
    in_force: bool
    """Whether the municipality has a division of tasks in force."""
    in_force_from: date | None
    """The first day of the approved one that is to come; None while none is approved."""


def queue(session: Session, actor: Actor, within: Reach) -> Queue:
    """The reader's queue over the people within her reach, herself left out."""
    on = today()
    shared = book(session)
    rows = {
        "requests": queue_rows.requests(session, within, on, actor.person_id),
        "renewals": queue_rows.renewals(session, within, on, actor.person_id, shared),
        "waiting": queue_rows.waiting(session, within, on, actor.person_id),
        "paper": queue_rows.paper(session, within, on, actor.person_id),
        "begun": queue_rows.begun(session, within, on, actor),
        "signed": queue_rows.signed(session, within, on, actor),
    }
    every = [row for some in rows.values() for row in some]
    facts, own = _facts(session, {row.id for row in every}, actor.person_id, shared, on)
    answers = {place: _judged(facts[place[0]], place[1], shared, on) for place in {(r.id, r.task_id) for r in every}}
    mine = _levels(own, {row.task_id for row in every}, shared, on)
    names = _signer_names(session, every)
    gaps = _gaps(session, rows["requests"], on)
    made: dict[str, list[Item]] = {}
    for name, some in rows.items():
        made[name] = [
            Item(
                who_of(row), row.task_id, row.task, answers[row.id, row.task_id], getattr(row, "seq", 0) or 0, row.day,
                (row.unit_id, row.task_id) in gaps and bool(gaps[row.unit_id, row.task_id] & set(row.shifts)),
                mine.get(row.task_id, 0), getattr(row, "asked_by", row.person_id) != row.person_id,
                _level(row, shared),
                getattr(row, "signer_text", None) or names.get(getattr(row, "signer_id", 0) or 0, ""),
                getattr(row, "signer_id", 0) or 0, bool(getattr(row, "lacks_second", False)),
            )
            for row in some
        ]  # fmt: skip
    requests = sorted(made["requests"], key=lambda one: (not one.closes_gap, one.i_hold == 0, one.day or on))
    renewals = [one for one in made["renewals"] if one.answer.level and one.answer.basis != "education"]
    return Queue(
        requests,
        renewals[:MOST],
        [one for one in made["waiting"] if not (one.lacks_second and one.signer_id != actor.person_id)],
        sorted(
            (one for one in made["waiting"] if one.lacks_second and one.signer_id != actor.person_id),
            key=lambda one: one.i_hold < one.level,
        ),
        made["paper"],
        made["begun"],
        made["signed"],
        shared,
        *_in_force(shared, on),
    )


def _level(row: Any, shared: Book) -> int:
    """The level that was signed, on today's scale; 0 where nothing was."""
    level = getattr(row, "level", 0) or 0
    return level_on(levels_held(level, row.written_at, shared.scale), date.max, otherwise=level) if level else 0


def _in_force(shared: Book, on: date) -> tuple[bool, date | None]:
    coming = shared.coming(on)
    return shared.version_on(on) is not None, coming.valid_from if coming else None


def _facts(
    session: Session, employment_ids: Iterable[int], person_id: int, shared: Book, on: date
) -> tuple[dict[int, Facts], list[Facts]]:
    """(the employments by id, those of the person that run), read together as far as they are few."""
    ids, own = sorted(employment_ids), and_(EMPLOYMENTS.c.person_id == person_id, running(on))
    found = load(session, or_(EMPLOYMENTS.c.id.in_(ids[:500]), own), shared=shared)
    for start in range(500, len(ids), 500):
        found += load(session, EMPLOYMENTS.c.id.in_(ids[start : start + 500]), shared=shared)
    return {one.id: one for one in found}, [one for one in found if one.person_id == person_id]


def _judged(facts: Facts, task_id: int, shared: Book, on: date) -> Answer:
    """The answer today; where nothing entitles yet but will, under the approved version that takes over: as one signs."""
    answer, coming = judge(facts, task_id, on=on), shared.coming(on)
    if answer.cell.entitles or coming is None or coming.valid_from is None:
        return answer
    later = judge(facts, task_id, on=coming.valid_from)
    return later if later.cell.entitles else answer


def held_by(session: Session, person_id: int, task_ids: Iterable[int], shared: Book, on: date) -> dict[int, int]:
    """Task -> the level at which the person may do it herself."""
    return _levels(
        load(session, and_(EMPLOYMENTS.c.person_id == person_id, running(on)), shared=shared), task_ids, shared, on
    )


def _levels(own: Sequence[Facts], task_ids: Iterable[int], shared: Book, on: date) -> dict[int, int]:
    return {task: max((_judged(one, task, shared, on).level for one in own), default=0) for task in task_ids}


def _signer_names(session: Session, rows: Sequence[Any]) -> dict[int, str]:
    wanted = sorted({one for row in rows if (one := getattr(row, "signer_id", None))})
    if not wanted:
        return {}
    found = session.execute(
        select(PersonIdentity.person_id, PersonIdentity.name).where(PersonIdentity.person_id.in_(wanted))
    )
    return {row.person_id: row.name for row in found}


def _gaps(session: Session, rows: Sequence[Any], on: date) -> dict[tuple[int, int], set[str]]:
    """(unit, task) -> the shifts with a gap today, for the units and tasks that something is asked for."""
    units = {row.unit_id for row in rows}
    if not units:
        return {}
    places = tree(session, on=on)
    nodes = [places.by_id[unit] for unit in sorted(units) if unit in places.by_id]
    found: dict[tuple[int, int], set[str]] = {}
    for one in unit_counts(session, places, nodes):
        for (task, shift), stated in one.needs.items():
            if one.have[task, shift] < stated.need.need:
                found.setdefault((one.node.id, task), set()).add(Shift(shift).value)
    return found


def colleagues(session: Session, actor: Actor, within: Reach, *, search: str, limit: int = 60) -> tuple[list[Who], int]:
    """(people within reach by name, how many there are): for whom a signature is begun."""
    on = today()
    wanted = people_within(session, within, on=on, but=actor.person_id)
    for word in search.casefold().split():
        wanted = wanted.where(func.lower(IDENTITIES.c.name).contains(word, autoescape=True))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(IDENTITIES.c.name, EMPLOYMENTS.c.id).limit(limit))
    return [who_of(row) for row in rows], total


def signable(session: Session, actor: Actor, employment_id: int) -> list[tuple[Task, Answer, int]]:
    """(task, the person's answer, my own level) of each task that the rule lets be signed for the employment."""
    on = today()
    shared = book(session)
    facts = load(session, EMPLOYMENTS.c.id == employment_id, shared=shared)
    listed = tasks(session, on=on)
    mine: Mapping[int, int] = held_by(session, actor.person_id, [task.id for task in listed], shared, on)
    coming = shared.coming(on)
    found = []
    for task in listed:
        answer = judge(facts[0], task.id, on=on)
        opens = (
            coming is not None
            and shared.cell(
                task.id,
                facts[0].staff_group_id,
                version=coming,
                stage_from=facts[0].stage_from,
                on=coming.valid_from or on,
            ).entitles
        )
        if answer.cell.entitles or opens:
            found.append((task, answer, mine.get(task.id, 0)))
    return found
