"""A board's answers for today and later, from what is stored: the rows say what holds, and the rule is asked only about the rest.

What the rule is still asked about: cells where somebody has a signature, a time, an exemption or a delegation that no row
of today follows from, and tasks that a stop, a stricter unit or another task has a say in.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, exists, or_
from sqlalchemy.orm import Session

from competence.decision.queries import ABSENCES, DELEGATIONS, delegations
from competence.decision.rules import Answer, Book, Employment, Span, State
from competence.delegation.rules import CellRule, CellTerms
from competence.entitlements.queries import ROWS
from competence.foundation.orm import scoped
from competence.signoffs.models import CurrentSignOff, WaitingSignOff
from competence.signoffs.queries import EXEMPTIONS, OBSERVATIONS, chunks
from competence.signoffs.rules import TIMES, EventKind, Origin, Signed

CURRENT = cast(Table, CurrentSignOff.__table__)
WAITING = cast(Table, WaitingSignOff.__table__)

Held = dict[int, Answer]
"""Task -> the answer that a stored row gives."""


def absences_of(session: Session, employment_ids: Collection[int]) -> dict[int, tuple[Span, ...]]:
    """Employment -> its absences."""
    found: dict[int, tuple[Span, ...]] = {}
    rows = session.execute(
        scoped(session, ABSENCES, ABSENCES.c.employment_id, ABSENCES.c.valid_from, ABSENCES.c.valid_to).where(
            ABSENCES.c.employment_id.in_(employment_ids)
        )
    )
    for employment, begins, ends in rows.all():
        found[employment] = (*found.get(employment, ()), (begins, ends))
    return found


def held_on(
    session: Session, people: Iterable[tuple[int, int, date | None]], shared: Book, *, on: date
) -> dict[int, Held]:
    """Employment -> what its stored rows of the day say; `people` are (employment, staff group, stage reached from)."""
    version = shared.version_on(on)
    groups = {employment: (group, stage) for employment, group, stage in people}
    rows = session.execute(
        scoped(
            session, ROWS, ROWS.c.employment_id, ROWS.c.task_id, ROWS.c.level, ROWS.c.basis, ROWS.c.citizen_id, ROWS.c.valid_to,
        ).where(ROWS.c.employment_id.in_(groups), _in_force(on), ROWS.c.level > 0)
    )  # fmt: skip
    found: dict[int, Held] = {employment: {} for employment in groups}
    terms: dict[tuple[int, int, date | None], CellTerms] = {}
    for employment, task, level, basis, citizen, ends in rows.all():
        group, stage = groups[employment]
        key = (task, group, stage)
        cell = terms.get(key)
        if cell is None:
            cell = terms[key] = shared.cell(task, group, version=version, stage_from=stage, on=on)
        known = found[employment].get(task)
        if citizen is None:
            found[employment][task] = Answer(State.VALID, level, cell, 0, cell.limits, None, ends, basis)
        elif known is None or known.named_level < level:
            found[employment][task] = Answer(State.VALID, 0, cell, level, cell.limits, None, ends, basis)
    return found


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(ROWS.c.valid_from <= on, or_(ROWS.c.valid_to.is_(None), ROWS.c.valid_to > on))


def open_facts(
    session: Session,
    employments: Sequence[Any],
    shared: Book,
    away: Mapping[int, tuple[Span, ...]],
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
        *shared.sign_again_from,
    }

    # A signature for all citizens says nothing where the rule is about one of them.
    by_citizen = {
        task for given in {id(one): one for one in plain.values()}.values() for task, answer in given.items()
        if answer.cell.rule is CellRule.MAY_CITIZEN
    }  # fmt: skip
    # A long absence pauses what rests on signatures, also what is not begun.
    whole = {row.person_id for row in employments if was_long_away(away.get(row.id, ()), shared, on)}

    def is_open(person: int, task: int) -> bool:
        if task in always or person in whole:
            return True
        return any(
            task not in held[one] and (answer := plain[one].get(task)) is not None and answer.state in _MAY_COME
            for one in persons[person]
        )

    signed: dict[int, dict[int, tuple[Signed, ...]]] = {}
    for person, one in _signed(session, persons, is_open):
        tasks = signed.setdefault(person, {})
        tasks[one.task_id] = (*(s for s in tasks.get(one.task_id, ()) if s.seq != one.seq), one)
    observed: dict[int, dict[int, list[date]]] = {}
    for person, task, day in session.execute(_times(session, persons, always | by_citizen, whole, on)).all():
        if is_open(person, task):
            observed.setdefault(person, {}).setdefault(task, []).append(day)
    exempt: dict[int, dict[int, tuple[Span, ...]]] = {}
    e = EXEMPTIONS.c
    spared = scoped(session, EXEMPTIONS, e.person_id, e.task_id, e.valid_from, e.valid_to).where(
        e.person_id.in_(persons)
    )
    for person, task, begins, ends in session.execute(spared).all():
        tasks_of = exempt.setdefault(person, {})
        tasks_of[task] = (*tasks_of.get(task, ()), (begins, ends))
    given = delegations(session, _receivers(session, persons, is_open), shared)
    found = {}
    for row in employments:
        person = row.person_id
        facts = Employment(
            id=row.id, person_id=person, staff_group_id=row.staff_group_id, unit_path=row.path, valid_from=row.valid_from,
            valid_to=row.valid_to, book=shared, authorisation_checked_on=row.authorisation_checked_on, stage_from=row.stage_from,
            absences=away.get(row.id, ()), exempt=exempt.get(person, {}), delegations=given.get(person, {}),
            observed={task: tuple(days) for task, days in observed.get(person, {}).items()},
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


def _times(
    session: Session, persons: Collection[int], always: Collection[int], whole: Collection[int], on: date
) -> Select[Any]:
    """Observed times, but those that led to a signature which still stands: they tell nothing more."""
    o, c = OBSERVATIONS.c, CURRENT.c
    stands = exists().where(
        c.municipality_id == o.municipality_id, c.person_id == o.person_id, c.task_id == o.task_id, c.citizen_id.is_(None),
        c.ended_on.is_(None), c.counts_from <= on, or_(c.valid_to.is_(None), c.valid_to > on),
        or_(c.accepted_on.is_not(None), c.answer_before.is_(None), c.answer_before > on),
    )  # fmt: skip
    return (
        scoped(session, OBSERVATIONS, o.person_id, o.task_id, o.observed_on)
        .where(o.person_id.in_(persons), o.withdrawn_at.is_(None), o.kind.in_(TIMES), o.task_id.is_not(None))
        .where(or_(~stands, o.task_id.in_(always), o.person_id.in_(whole)) if always or whole else ~stands)
        .order_by(o.observed_on, o.id)
    )


def _receivers(session: Session, persons: Collection[int], is_open: Open) -> set[int]:
    """Those of the persons whose delegations must be looked at, as no row follows from them."""
    d = DELEGATIONS.c
    rows = session.execute(scoped(session, DELEGATIONS, d.person_id, d.task_id).where(d.person_id.in_(persons)))
    return {person for person, task in rows.all() if is_open(person, task)}


def _signed(session: Session, persons: Collection[int], is_open: Open) -> Iterable[tuple[int, Signed]]:
    c, w = CURRENT.c, WAITING.c
    pairs = session.execute(scoped(session, CURRENT, c.id, c.person_id, c.task_id).where(c.person_id.in_(persons)))
    ids = [number for number, person, task in pairs.all() if is_open(person, task)]
    columns = (
        c.person_id, c.seq, c.task_id, c.level, c.valid_from, c.valid_to, c.accepted_on, c.answer_before, c.ended_on, c.ended_by,
        c.origin, c.citizen_id, c.signer_id, c.signer_text, c.pauses, c.signed_at, c.event_id,
    )  # fmt: skip
    for some in chunks(ids):
        for (
            person, seq, task, level, begins, ends, yes, before, ended, ended_by, origin, citizen, signer, text, pauses, at, event,
        ) in session.execute(scoped(session, CURRENT, *columns).where(c.id.in_(some))).all():  # fmt: skip
            yield person, Signed(
                seq, task, level, begins, ends, yes, before, ended, EventKind(ended_by) if ended_by else None, Origin(origin),
                citizen, signer, text, tuple((date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in pauses if a),
                at, None, event,
            )  # fmt: skip
    waits = scoped(
        session, WAITING, w.person_id, w.seq, w.task_id, w.level, w.valid_from, w.valid_to, w.accepted_on, w.answer_before,
        w.origin, w.citizen_id, w.signer_id, w.signer_text, w.signed_at, w.event_id,
    ).where(w.person_id.in_(persons))  # fmt: skip
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
    ) in session.execute(waits).all():
        yield person, Signed(
            seq, task, level, begins, ends, yes, before, origin=Origin(origin), citizen_id=citizen, signer_id=signer,
            signer_text=text, recorded_at=at, event_id=event,
        )  # fmt: skip
