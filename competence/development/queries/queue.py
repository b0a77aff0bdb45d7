"""Reads for the guide's queue: what waits for her, and what she has signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.catalogue.models import InstructionVersion, Task
from competence.catalogue.rules import Asks
from competence.catalogue.rules.scales import level_on, levels_held
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import Shift
from competence.decision.queries import EMPLOYMENTS, UNITS, book, load, running
from competence.decision.rules import Answer, Book, judge
from competence.decision.rules import Employment as Facts
from competence.development.queries.own import tasks
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.people.models import PersonIdentity, StaffGroup
from competence.signoffs.models import CurrentSignOff, ObservationDraft, SignOffRequest, WaitingSignOff
from competence.signoffs.rules import Origin

CURRENT = cast(Table, CurrentSignOff.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)
REQUESTS = cast(Table, SignOffRequest.__table__)
DRAFTS = cast(Table, ObservationDraft.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
TASKS = cast(Table, Task.__table__)
INSTRUCTIONS = cast(Table, InstructionVersion.__table__)
RECENT = timedelta(days=30)
MOST = 200
"""A queue that is longer says so; nobody reads on."""


@dataclass(frozen=True)
class Who:
    """An employment within reach, as a line of the queue names it."""

    employment_id: int
    person_id: int
    name: str
    group: str
    shifts: str
    unit: str
    unit_id: int


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


def within_reach(within: Reach) -> ColumnElement[bool]:
    """Employments in units within reach."""
    return or_(false(), *(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots))


def people_within(
    session: Session, within: Reach, *, on: date, but: int, extra: ColumnElement[bool] | None = None
) -> Any:
    """A select of the employments that run within reach, without the person `but`: Who's columns."""
    wanted = (
        scoped(
            session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, IDENTITIES.c.name, GROUPS.c.short_name,
            EMPLOYMENTS.c.shifts, UNITS.c.name.label("unit"), UNITS.c.id.label("unit_id"),
        )
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .join(
            GROUPS,
            (GROUPS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (GROUPS.c.id == EMPLOYMENTS.c.staff_group_id),
        )
        .outerjoin(
            IDENTITIES,
            (IDENTITIES.c.municipality_id == EMPLOYMENTS.c.municipality_id)
            & (IDENTITIES.c.person_id == EMPLOYMENTS.c.person_id),
        )
        .where(within_reach(within), running(on), EMPLOYMENTS.c.person_id != but)
    )  # fmt: skip
    return wanted if extra is None else wanted.where(extra)


def who_of(row: Any) -> Who:
    """A row of `people_within`."""
    return Who(row.id, row.person_id, row.name or "", row.short_name, row.shifts, row.unit, row.unit_id)


def queue(session: Session, actor: Actor, within: Reach) -> Queue:
    """The reader's queue over the people within her reach, herself left out."""
    on = today()
    shared = book(session)
    rows = {
        "requests": _requests(session, within, on, actor.person_id),
        "renewals": _renewals(session, within, on, actor.person_id, shared),
        "waiting": _waiting(session, within, on, actor.person_id),
        "paper": _paper(session, within, on, actor.person_id),
        "begun": _begun(session, within, on, actor),
        "signed": _signed(session, within, on, actor),
    }
    every = [row for some in rows.values() for row in some]
    answers = _answers(session, every, shared, on)
    mine = _held(session, actor.person_id, {row.task_id for row in every}, shared, on)
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


def _joined(session: Session, table: Table, within: Reach, on: date, but: int, *columns: Any) -> Any:
    """People within reach joined with a table about persons and tasks."""
    return (
        people_within(session, within, on=on, but=but)
        .join(
            table, (table.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (table.c.person_id == EMPLOYMENTS.c.person_id)
        )
        .join(TASKS, (TASKS.c.municipality_id == table.c.municipality_id) & (TASKS.c.id == table.c.task_id))
        .add_columns(table.c.task_id, TASKS.c.name.label("task"), table.c.signed_at.label("written_at"), *columns)
    )  # fmt: skip


def _requests(session: Session, within: Reach, on: date, but: int) -> list[Any]:
    wanted = (
        people_within(session, within, on=on, but=but)
        .join(
            REQUESTS,
            (REQUESTS.c.municipality_id == EMPLOYMENTS.c.municipality_id)
            & (REQUESTS.c.employment_id == EMPLOYMENTS.c.id),
        )
        .join(TASKS, (TASKS.c.municipality_id == REQUESTS.c.municipality_id) & (TASKS.c.id == REQUESTS.c.task_id))
        .where(REQUESTS.c.closed_at.is_(None))
        .add_columns(
            REQUESTS.c.task_id, TASKS.c.name.label("task"), REQUESTS.c.asked_by, REQUESTS.c.asked_at.label("moment")
        )
        .order_by(REQUESTS.c.asked_at, REQUESTS.c.id)
        .limit(MOST)
    )
    return [_Row(row, day=row.moment.date()) for row in session.execute(wanted)]


class _Row:
    """A row with its day."""

    def __init__(self, row: Any, *, day: date | None) -> None:
        self._row, self.day = row, day

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def _renewals(session: Session, within: Reach, on: date, but: int, shared: Book) -> list[Any]:
    wanted = (
        _joined(session, CURRENT, within, on, but, CURRENT.c.seq, CURRENT.c.valid_to, CURRENT.c.level)
        .where(
            CURRENT.c.citizen_id.is_(None), CURRENT.c.ended_on.is_(None), CURRENT.c.accepted_on.is_not(None),
            CURRENT.c.valid_to > on, _soon(shared, on),
        )
        .order_by(CURRENT.c.valid_to, CURRENT.c.id)
        .limit(MOST)
    )  # fmt: skip
    lapsing = [_Row(row, day=row.valid_to - timedelta(days=1)) for row in session.execute(wanted)]
    return sorted([*lapsing, *_asked_again(session, within, on, but)], key=lambda row: cast(date, row.day))


def _soon(shared: Book, on: date) -> ColumnElement[bool]:
    """Sign-offs whose last day lies within the window of their task."""
    windows: dict[int, list[int]] = {}
    for task, days in shared.expiring.items():
        windows.setdefault(days, []).append(task)
    else_ = CURRENT.c.valid_to <= on + timedelta(days=shared.settings.expiring_days + 1)
    return or_(
        and_(else_, CURRENT.c.task_id.not_in(sorted(shared.expiring))) if windows else else_,
        *(
            and_(CURRENT.c.valid_to <= on + timedelta(days=days + 1), CURRENT.c.task_id.in_(sorted(tasks)))
            for days, tasks in sorted(windows.items())
        ),
    )


def _asked_again(session: Session, within: Reach, on: date, but: int) -> list[Any]:
    """Signatures from before a new version of the instruction whose author asked for new ones, while the grace runs."""
    wanted = (
        _joined(session, CURRENT, within, on, but, CURRENT.c.seq, CURRENT.c.level, INSTRUCTIONS.c.closes_on)
        .join(
            INSTRUCTIONS,
            (INSTRUCTIONS.c.municipality_id == CURRENT.c.municipality_id) & (INSTRUCTIONS.c.task_id == CURRENT.c.task_id),
        )
        .where(
            CURRENT.c.citizen_id.is_(None), CURRENT.c.ended_on.is_(None), CURRENT.c.accepted_on.is_not(None),
            or_(CURRENT.c.valid_to.is_(None), CURRENT.c.valid_to > INSTRUCTIONS.c.closes_on),
            INSTRUCTIONS.c.asks == Asks.SIGN_AGAIN, CURRENT.c.valid_from < INSTRUCTIONS.c.valid_from,
            INSTRUCTIONS.c.closes_on > on,
        )
        .order_by(INSTRUCTIONS.c.closes_on, CURRENT.c.id, INSTRUCTIONS.c.id)
        .limit(MOST)
    )  # fmt: skip
    return _once([_Row(row, day=row.closes_on - timedelta(days=1)) for row in session.execute(wanted)])


def _waiting(session: Session, within: Reach, on: date, but: int) -> list[Any]:
    wanted = (
        _joined(
            session, WAITING, within, on, but, WAITING.c.seq, WAITING.c.level, WAITING.c.signed_at.label("moment"),
            WAITING.c.signer_id, WAITING.c.signer_text, WAITING.c.lacks_second,
        )
        .where(
            WAITING.c.accepted_on.is_(None), WAITING.c.origin != Origin.TRANSFERRED.value,
            or_(WAITING.c.answer_before.is_(None), WAITING.c.answer_before > on),
        )
        .order_by(WAITING.c.signed_at.desc(), WAITING.c.id)
        .limit(MOST)
    )  # fmt: skip
    return _once([_Row(row, day=row.moment.date()) for row in session.execute(wanted)])


def _paper(session: Session, within: Reach, on: date, but: int) -> list[Any]:
    found = []
    for table in (CURRENT, WAITING):
        wanted = (
            _joined(
                session, table, within, on, but, table.c.seq, table.c.level, table.c.answer_before, table.c.signer_id,
                table.c.signer_text,
            )
            .where(
                table.c.origin == Origin.TRANSFERRED.value, table.c.accepted_on.is_(None),
                table.c.answer_before > on, or_(table.c.valid_to.is_(None), table.c.valid_to > on),
            )
            .order_by(table.c.answer_before, table.c.id)
            .limit(MOST)
        )  # fmt: skip
        if table is CURRENT:
            wanted = wanted.where(CURRENT.c.ended_on.is_(None))
        found += [_Row(row, day=row.answer_before - timedelta(days=1)) for row in session.execute(wanted)]
    return sorted(_once(found), key=lambda row: cast(date, row.day))


def _begun(session: Session, within: Reach, on: date, actor: Actor) -> list[Any]:
    wanted = (
        people_within(session, within, on=on, but=actor.person_id)
        .join(
            DRAFTS,
            (DRAFTS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (DRAFTS.c.employment_id == EMPLOYMENTS.c.id),
        )
        .join(TASKS, (TASKS.c.municipality_id == DRAFTS.c.municipality_id) & (TASKS.c.id == DRAFTS.c.task_id))
        .where(DRAFTS.c.guide_id == actor.person_id)
        .add_columns(DRAFTS.c.task_id, TASKS.c.name.label("task"), DRAFTS.c.saved_at.label("moment"))
        .order_by(DRAFTS.c.saved_at.desc(), DRAFTS.c.id)
        .limit(20)
    )
    return [_Row(row, day=row.moment.date()) for row in session.execute(wanted)]


def _signed(session: Session, within: Reach, on: date, actor: Actor) -> list[Any]:
    found = []
    since = today() - RECENT
    for table in (CURRENT, WAITING):
        wanted = (
            _joined(
                session, table, within, on, actor.person_id, table.c.seq, table.c.level, table.c.signed_at.label("moment"),
                table.c.signer_id,
            )
            .where(table.c.signer_id == actor.person_id, table.c.valid_from >= since, table.c.origin != Origin.TRANSFERRED.value)
            .order_by(table.c.signed_at.desc(), table.c.id)
            .limit(20)
        )  # fmt: skip
        found += [_Row(row, day=row.moment.date()) for row in session.execute(wanted)]
    return sorted(_once(found), key=lambda row: (row.moment, row.seq), reverse=True)[:8]


def _once(rows: Iterable[Any]) -> list[Any]:
    """Each signature once, under the person's first employment within reach."""
    seen: dict[tuple[int, int], Any] = {}
    for row in rows:
        seen.setdefault((row.person_id, row.seq), row)
    return list(seen.values())


def _answers(session: Session, rows: Sequence[Any], shared: Book, on: date) -> dict[tuple[int, int], Answer]:
    wanted = {(row.id, row.task_id) for row in rows}
    ids = sorted({employment for employment, _task in wanted})
    facts: dict[int, Facts] = {}
    for start in range(0, len(ids), 500):
        some = load(session, EMPLOYMENTS.c.id.in_(ids[start : start + 500]), shared=shared)
        facts |= {one.id: one for one in some}
    return {(employment, task): _judged(facts[employment], task, shared, on) for employment, task in wanted}


def _judged(facts: Facts, task_id: int, shared: Book, on: date) -> Answer:
    """The answer today; where nothing entitles yet but will, under the approved version that takes over: as one signs."""
    answer, coming = judge(facts, task_id, on=on), shared.coming(on)
    if answer.cell.entitles or coming is None or coming.valid_from is None:
        return answer
    later = judge(facts, task_id, on=coming.valid_from)
    return later if later.cell.entitles else answer


def _held(session: Session, person_id: int, task_ids: Iterable[int], shared: Book, on: date) -> dict[int, int]:
    """Task -> the level at which the person may do it herself."""
    own = load(session, and_(EMPLOYMENTS.c.person_id == person_id, running(on)), shared=shared)
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
    mine: Mapping[int, int] = _held(session, actor.person_id, [task.id for task in listed], shared, on)
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
