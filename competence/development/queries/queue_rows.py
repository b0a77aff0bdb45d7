"""The lines of the guide's queue as they stand in the tables, before the rule is asked about each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, false, or_
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.catalogue.models import InstructionVersion, Task
from competence.catalogue.rules import Asks
from competence.decision.queries import EMPLOYMENTS, UNITS, running
from competence.decision.rules import Book
from competence.foundation.clock import local, today
from competence.foundation.orm import scoped
from competence.people.models import PersonIdentity, StaffGroup
from competence.people.queries import described
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


def within_reach(within: Reach) -> ColumnElement[bool]:
    """Employments in units within reach."""
    return or_(false(), *(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots))


def people_within(
    session: Session, within: Reach, *, on: date, but: int, extra: ColumnElement[bool] | None = None
) -> Any:
    """A select of the employments that run within reach, without the person `but`: Who's columns."""
    wanted = (
        described(scoped(
            session, EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, IDENTITIES.c.name, GROUPS.c.short_name,
            EMPLOYMENTS.c.shifts, UNITS.c.name.label("unit"), UNITS.c.id.label("unit_id"),
        ))
        .where(within_reach(within), running(on), EMPLOYMENTS.c.person_id != but)
    )  # fmt: skip
    return wanted if extra is None else wanted.where(extra)


def who_of(row: Any) -> Who:
    """A row of `people_within`."""
    return Who(row.id, row.person_id, row.name or "", row.short_name, row.shifts, row.unit, row.unit_id)


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


def requests(session: Session, within: Reach, on: date, but: int) -> list[Any]:
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
    return [_Row(row, day=local(row.moment).date()) for row in session.execute(wanted)]


class _Row:
    """A row with its day. Its columns are its own attributes: to ask a database's row for one that it lacks is slow."""

    def __init__(self, row: Any, *, day: date | None) -> None:
        self.__dict__.update(row._mapping, day=day)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def renewals(session: Session, within: Reach, on: date, but: int, shared: Book) -> list[Any]:
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


def waiting(session: Session, within: Reach, on: date, but: int) -> list[Any]:
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
    return _once([_Row(row, day=local(row.moment).date()) for row in session.execute(wanted)])


def paper(session: Session, within: Reach, on: date, but: int) -> list[Any]:
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


def begun(session: Session, within: Reach, on: date, actor: Actor) -> list[Any]:
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
    return [_Row(row, day=local(row.moment).date()) for row in session.execute(wanted)]


def signed(session: Session, within: Reach, on: date, actor: Actor) -> list[Any]:
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
        found += [_Row(row, day=local(row.moment).date()) for row in session.execute(wanted)]
    return sorted(_once(found), key=lambda row: (row.moment, row.seq), reverse=True)[:8]


def _once(rows: Iterable[Any]) -> list[Any]:
    """Each signature once, under the person's first employment within reach."""
    seen: dict[tuple[int, int], Any] = {}
    for row in rows:
        seen.setdefault((row.person_id, row.seq), row)
    return list(seen.values())
