"""A board's answers for today and later, from what is stored: the rows say what holds, and the rule is asked only about the rest.

What the rule is still asked about: cells where somebody has a signature, a time, an exemption or a delegation that no row
of today follows from, and tasks that a stop, a stricter unit or another task has a say in.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Table, bindparam, exists, or_
from sqlalchemy.orm import Session

from competence.catalogue.queries.scales import turns
from competence.decision.queries import Rare, delegations, readings
from competence.decision.rules import Answer, Book, Employment, Span, State
from competence.delegation.rules import CellRule
from competence.entitlements.queries import ROWS
from competence.foundation.editions import remembered
from competence.foundation.orm import execute, several, standing
from competence.signoffs.models import CurrentSignOff, WaitingSignOff
from competence.signoffs.queries import OBSERVATIONS, chunks, counted
from competence.signoffs.rules import TIMES, EventKind, Origin, Pauses, Signed, rescaled

CURRENT = cast(Table, CurrentSignOff.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)

Held = dict[int, Answer]
"""Task -> the answer that a stored row gives."""


_ON = bindparam("on", type_=Date)
_HELD = standing(
    ROWS, ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.level, ROWS.c.basis, ROWS.c.citizen_id, ROWS.c.valid_to
).where(
    ROWS.c.employment_id.in_(several("employments")), ROWS.c.valid_from <= _ON,
    or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > _ON), ROWS.c.level > 0,
)  # fmt: skip


def held_on(
    session: Session, people: Iterable[tuple[int, int, date | None]], shared: Book, *, on: date
) -> dict[int, Held]:
    """Employment -> what its stored rows of the day say; `people` are (employment, staff group, stage reached from)."""
    version = shared.version_on(on)
    groups = {employment: (group, stage) for employment, group, stage in people}
    rows = execute(session, _HELD, employments=list(groups), on=on).all()
    found: dict[int, Held] = {employment: {} for employment in groups}
    answers: dict[Any, Answer] = remembered(session, ("held", version.id if version else None), lambda _session: {})
    if len(answers) > MOST_ANSWERS:
        answers.clear()
    for employment, task, level, basis, citizen, ends in rows:
        group, stage = groups[employment]
        named = citizen is not None
        key = (task, group, stage is not None and stage <= on, level, basis, named, ends)
        answer = answers.get(key)
        if answer is None:
            cell = shared.cell(task, group, version=version, stage_from=stage, on=on)
            answer = answers[key] = Answer(
                State.VALID, 0 if named else level, cell, level if named else 0, cell.limits, None, ends, basis
            )
        held = found[employment]
        if not named or (known := held.get(task)) is None or known.named_level < level:
            held[task] = answer
    return found


MOST_ANSWERS = 40_000
"""Answers of stored rows are kept, so that equal ones are the same object; of so many, all are forgotten."""


def open_facts(
    session: Session,
    employments: Sequence[Any],
    shared: Book,
    few: Rare,
    held: Mapping[int, Held],
    plain: Mapping[int, Mapping[int, Answer]],
    *,
    on: date,
) -> dict[int, Employment]:
    """The employments with the facts about all that neither a stored row nor the staff group answers.

    `employments` are rows with their unit's path; `plain` is what the group alone gives (employment -> task -> answer).
    """
    persons: dict[int, list[int]] = {}
    for row in employments:
        persons.setdefault(row.person_id, []).append(row.id)
    # Whether one of these is held decides another, or they must be signed again: about them everything must be known.
    always = {
        *shared.must_hold,
        *(task for needs in shared.must_hold.values() for task in needs),
        *shared.sign_again,
        *shared.must_read,
    }

    # A signature for all citizens says nothing where the rule is about one of them.
    by_citizen = {
        task for given in {id(one): one for one in plain.values()}.values() for task, answer in given.items()
        if answer.cell.rule is CellRule.MAY_CITIZEN
    }  # fmt: skip
    # A long absence pauses what rests on signatures, also what is not begun.
    whole = {row.person_id for row in employments if was_long_away(few.away.get(row.id, ()), shared, on)}

    may_come = {
        key: {task for task, answer in given.items() if answer.state in _MAY_COME}
        for key, given in {id(one): one for one in plain.values()}.items()
    }
    unanswered = {
        person: always.union(*(may_come[id(plain[one])].difference(held[one]) for one in some))
        for person, some in persons.items()
    }

    def is_open(person: int, task: int) -> bool:
        return task in unanswered[person] or person in whole

    signed: dict[int, dict[int, tuple[Signed, ...]]] = {}
    for person, one in _signed(session, persons, is_open):
        tasks = signed.setdefault(person, {})
        tasks[one.task_id] = (*(s for s in tasks.get(one.task_id, ()) if s.seq != one.seq), one)
    observed: dict[int, dict[int, list[date]]] = {}
    for person, task, day in execute(
        session, _TIMES, persons=list(persons), always=[*always, *by_citizen], whole=list(whole), on=on
    ).all():
        if is_open(person, task):
            observed.setdefault(person, {}).setdefault(task, []).append(day)
    receivers = {person for person, task in few.given if is_open(person, task)}
    given = delegations(session, receivers, shared) if receivers else {}
    read = readings(session, persons, shared)
    found = {}
    for row in employments:
        person = row.person_id
        facts = Employment(
            id=row.id, person_id=person, staff_group_id=row.staff_group_id, unit_path=row.path, valid_from=row.valid_from,
            valid_to=row.valid_to, book=shared, authorisation_checked_on=row.authorisation_checked_on, stage_from=row.stage_from,
            absences=few.away.get(row.id, ()), exempt=few.exempt.get(person, {}), delegations=given.get(person, {}),
            observed={task: tuple(days) for task, days in observed.get(person, {}).items()}, read=read.get(person, {}),
        )  # fmt: skip
        facts.__dict__["signed"] = signed.get(person, {})
        found[row.id] = facts
    return found


_MAY_COME = (State.NOT_BEGUN, State.MISSING)
"""Where the group alone leaves this, a person's own facts may say more."""
Open = Callable[[int, int], bool]
"""(person, task) -> whether her facts must be asked about."""


def was_long_away(absences: Iterable[Span], shared: Book, on: date) -> bool:
    """Whether an absence has been, or is, so long that rights from sign-offs pause."""
    long = timedelta(days=shared.settings.long_absence_days)
    return any(start + long <= on and (end is None or start + long < end) for start, end in absences)


def _stands() -> ColumnElement[bool]:
    o, c = OBSERVATIONS.c, CURRENT.c
    return exists().where(
        c.municipality_id == o.municipality_id, c.person_id == o.person_id, c.task_id == o.task_id, c.citizen_id.is_(None),
        c.ended_on.is_(None), c.counts_from <= _ON, or_(c.valid_to.is_(None), c.valid_to > _ON),
        or_(c.accepted_on.is_not(None), c.answer_before.is_(None), c.answer_before > _ON),
    )  # fmt: skip


_TIMES = (
    standing(OBSERVATIONS, OBSERVATIONS.c.person_id, OBSERVATIONS.c.task_id, OBSERVATIONS.c.observed_on)
    .where(
        OBSERVATIONS.c.person_id.in_(several("persons")), OBSERVATIONS.c.withdrawn_at.is_(None),
        OBSERVATIONS.c.kind.in_(TIMES), OBSERVATIONS.c.task_id.is_not(None), counted(),
        or_(~_stands(), OBSERVATIONS.c.task_id.in_(several("always")), OBSERVATIONS.c.person_id.in_(several("whole"))),
    )
    .order_by(OBSERVATIONS.c.observed_on, OBSERVATIONS.c.id)
)  # fmt: skip
"""Observed times, but those that led to a signature which still stands: they tell nothing more."""
_PAIRS = standing(CURRENT, CURRENT.c.id, CURRENT.c.person_id, CURRENT.c.task_id).where(
    CURRENT.c.person_id.in_(several("persons"))
)
_OPEN = standing(
    CURRENT, CURRENT.c.person_id, CURRENT.c.seq, CURRENT.c.task_id, CURRENT.c.level, CURRENT.c.valid_from,
    CURRENT.c.valid_to, CURRENT.c.accepted_on, CURRENT.c.answer_before, CURRENT.c.ended_on, CURRENT.c.ended_by,
    CURRENT.c.origin, CURRENT.c.citizen_id, CURRENT.c.signer_id, CURRENT.c.signer_text, CURRENT.c.pauses,
    CURRENT.c.signed_at, CURRENT.c.event_id,
).where(CURRENT.c.id.in_(several("ids")))  # fmt: skip
_WAITS = standing(
    WAITING, WAITING.c.person_id, WAITING.c.seq, WAITING.c.task_id, WAITING.c.level, WAITING.c.valid_from,
    WAITING.c.valid_to, WAITING.c.accepted_on, WAITING.c.answer_before, WAITING.c.origin, WAITING.c.citizen_id,
    WAITING.c.signer_id, WAITING.c.signer_text, WAITING.c.signed_at, WAITING.c.event_id, WAITING.c.lacks_second,
    WAITING.c.pauses,
).where(WAITING.c.person_id.in_(several("persons")))  # fmt: skip


def _pauses(stored: Iterable[Sequence[str | None]]) -> Pauses:
    return tuple((date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in stored if a)


def _signed(session: Session, persons: Collection[int], is_open: Open) -> Iterable[tuple[int, Signed]]:
    changes = turns(session)
    pairs = execute(session, _PAIRS, persons=list(persons)).all()
    ids = [number for number, person, task in pairs if is_open(person, task)]
    for some in chunks(ids):
        for (
            person, seq, task, level, begins, ends, yes, before, ended, ended_by, origin, citizen, signer, text, pauses, at, event,
        ) in execute(session, _OPEN, ids=some).all():  # fmt: skip
            signed = Signed(
                seq, task, level, begins, ends, yes, before, ended, EventKind(ended_by) if ended_by else None, Origin(origin),
                citizen, signer, text, _pauses(pauses) if pauses else (),
                at, None, event,
            )  # fmt: skip
            yield person, rescaled(signed, changes) if changes else signed
    for (
        person,
        seq,
        task,
        level,
        begins,
        ends,
        yes,
        before,
        origin,
        citizen,
        signer,
        text,
        at,
        event,
        lacks,
        pauses,
    ) in execute(session, _WAITS, persons=list(persons)).all():
        signed = Signed(
            seq, task, level, begins, ends, yes, before, origin=Origin(origin), citizen_id=citizen, signer_id=signer,
            signer_text=text, recorded_at=at, event_id=event, lacks_second=lacks, pauses=_pauses(pauses) if pauses else (),
        )  # fmt: skip
        yield person, rescaled(signed, changes) if changes else signed
