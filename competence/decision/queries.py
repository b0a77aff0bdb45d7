"""Loads the facts that the rule needs, for one person or a whole unit, and asks it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import ColumnElement, CompoundSelect, Integer, String, Table, and_, literal, null, or_, union_all
from sqlalchemy import cast as cast_to
from sqlalchemy.orm import Session

from competence.catalogue.models import InstructionReading, InstructionVersion, Task, TaskPrerequisite
from competence.catalogue.queries.scales import turns
from competence.catalogue.rules import Asks
from competence.decision.rules import (
    Book,
    Delegated,
    Employment,
    Mask,
    MustRead,
    SignAgain,
    Span,
    Stopped,
    held_until,
)
from competence.delegation.agreements import DelegationKind
from competence.delegation.models import Delegation
from competence.delegation.queries import MASKS, STOPS, cells_of, conditions_of, follows, versions
from competence.delegation.queries.terms import followings
from competence.foundation.clock import day_after, local, midnight, now, today
from competence.foundation.editions import remembered
from competence.foundation.orm import execute, scoped, several, standing
from competence.organisation.models import Unit
from competence.organisation.queries import settings_of
from competence.people.models import Absence, StaffGroup
from competence.people.models import Employment as EmploymentRow
from competence.signoffs.queries import EXEMPTIONS, chunks, events_of, observed_days, projected
from competence.signoffs.rules import Signed

EMPLOYMENTS = cast(Table, EmploymentRow.__table__)
UNITS = cast(Table, Unit.__table__)
ABSENCES = cast(Table, Absence.__table__)
GROUPS = cast(Table, StaffGroup.__table__)
TASKS = cast(Table, Task.__table__)
INSTRUCTIONS = cast(Table, InstructionVersion.__table__)
READINGS = cast(Table, InstructionReading.__table__)
PREREQUISITES = cast(Table, TaskPrerequisite.__table__)
DELEGATIONS = cast(Table, Delegation.__table__)

Ahead = Mapping[int, Mapping[int, tuple[Signed, ...]]]
"""Person -> task -> her sign-offs as they are going to be, where they are going to be others than they are."""
NOTHING: Ahead = MappingProxyType({})


def book(session: Session) -> Book:
    """The municipality's rules: versions with their cells, groups, stops and masks."""
    return remembered(session, "book", read_book)


def read_book(session: Session) -> Book:
    """The municipality's rules, read now."""
    listed, approved = versions(session)
    in_use = [v for v in listed if v.approved]
    stops = tuple(
        Stopped(
            row.task_id, row.path, row.staff_group_id, local(row.begins_at).date(),
            min(row.valid_to, local(row.lifted_at).date()) if row.lifted_at else row.valid_to, row.recorded_at, row.id,
        )
        for row in session.execute(
            scoped(session, STOPS, STOPS, UNITS.c.path).join(
                UNITS, (UNITS.c.municipality_id == STOPS.c.municipality_id) & (UNITS.c.id == STOPS.c.unit_id)
            )
        )
    )  # fmt: skip
    scale = turns(session)
    masks = tuple(
        mask
        for row in session.execute(
            scoped(session, MASKS, MASKS, UNITS.c.path).join(
                UNITS, (UNITS.c.municipality_id == MASKS.c.municipality_id) & (UNITS.c.id == MASKS.c.unit_id)
            )
        )
        for mask in Mask(
            row.task_id, row.path, row.staff_group_id, row.minimum_level, row.valid_from, row.valid_to, row.recorded_at
        ).through(scale)
    )
    must_hold: dict[int, tuple[int, ...]] = {}
    authorised: set[int] = set()
    expiring: dict[int, int] = {}
    again: dict[int, tuple[SignAgain, ...]] = {}
    read: dict[int, tuple[MustRead, ...]] = {}
    for what, one, other, day in session.execute(_small_rules(session)):
        if what == "needs":
            must_hold[one] = (*must_hold.get(one, ()), other)
        elif what == "authorised":
            authorised.add(one)
        elif what == "expiring":
            expiring[one] = other
        elif what == "read":
            since, closes, number, version = day.split("/", 3)
            must = MustRead(other, int(number), version, date.fromisoformat(since), date.fromisoformat(closes))
            read[one] = (*read.get(one, ()), must)
        else:
            since, _to, closes = day.partition("/")
            asked = SignAgain(date.fromisoformat(since), date.fromisoformat(closes))
            again[one] = (*again.get(one, ()), asked)
    return Book(
        versions=tuple(in_use),
        cells={v.id: cells_of(session, v.id, v.number) for v in in_use},
        approved_at=approved,
        follows=follows(session),
        followings=followings(session),
        authorised=frozenset(authorised),
        stops=stops,
        masks=masks,
        must_hold=must_hold,
        sign_again=again,
        must_read=read,
        scale=scale,
        settings=settings_of(session),
        expiring=expiring,
    ).with_kept()


def _small_rules(session: Session) -> CompoundSelect[Any]:
    """(what, id, other, day or two) of prerequisites, windows, authorised groups and new instructions: few rows, one round trip."""
    no_id, no_day = cast_to(null(), Integer), cast_to(null(), String)
    return union_all(
        scoped(session, PREREQUISITES, literal("needs"), PREREQUISITES.c.task_id, PREREQUISITES.c.needs_task_id, no_day)
        .where(PREREQUISITES.c.must_hold),
        scoped(session, TASKS, literal("expiring"), TASKS.c.id, TASKS.c.expiring_days, no_day)
        .where(TASKS.c.expiring_days.is_not(None)),
        scoped(session, GROUPS, literal("authorised"), GROUPS.c.id, no_id, no_day).where(GROUPS.c.authorised),
        scoped(
            session, INSTRUCTIONS, literal("again"), INSTRUCTIONS.c.task_id, no_id,
            cast_to(INSTRUCTIONS.c.valid_from, String) + "/" + cast_to(INSTRUCTIONS.c.closes_on, String),
        ).where(INSTRUCTIONS.c.asks == Asks.SIGN_AGAIN),
        scoped(
            session, INSTRUCTIONS, literal("read"), INSTRUCTIONS.c.task_id, INSTRUCTIONS.c.id,
            cast_to(INSTRUCTIONS.c.valid_from, String) + "/" + cast_to(INSTRUCTIONS.c.closes_on, String) + "/"
            + cast_to(INSTRUCTIONS.c.number, String) + "/" + INSTRUCTIONS.c.version,
        ).where(INSTRUCTIONS.c.asks == Asks.READ, INSTRUCTIONS.c.closes_unread),
    )  # fmt: skip


WITH_PATH = (
    standing(EMPLOYMENTS, EMPLOYMENTS, UNITS.c.path)
    .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
    .order_by(EMPLOYMENTS.c.id)
)
MOST_NAMED = 500
"""Ids that fit an IN list of either database."""


def load(
    session: Session,
    where: ColumnElement[bool],
    *,
    shared: Book | None = None,
    task_id: int | None = None,
    evidence: bool = False,
    known_at: datetime | None = None,
    ahead: Ahead = NOTHING,
) -> list[Employment]:
    """The employments that `where` picks (over EMPLOYMENTS and UNITS) with the facts for the task, all tasks when None.

    For today and later the projections are enough. `evidence` (or `known_at`) reads the chains instead, which is needed
    for any past date; what was recorded after `known_at` is left out. `ahead` is taken to be signed already.
    """
    shared = shared or book(session)
    rows = execute(session, WITH_PATH.where(where)).all()
    return facts_of(session, rows, shared, task_id=task_id, evidence=evidence, known_at=known_at, ahead=ahead)


def facts_of(
    session: Session,
    rows: Sequence[Any],
    shared: Book,
    *,
    task_id: int | None = None,
    evidence: bool = False,
    known_at: datetime | None = None,
    ahead: Ahead = NOTHING,
) -> list[Employment]:
    """The same for employments that have been read already: rows with all their columns and their unit's `path`."""
    persons = {row.person_id for row in rows}
    ids = [row.id for row in rows]
    tasks = None if task_id is None else [task_id, *shared.must_hold.get(task_id, ())]
    chains = evidence or known_at is not None
    events = events_of(session, persons, task_ids=tasks, known_at=known_at) if chains else {}
    about = task_id if tasks and len(tasks) == 1 else None
    signed = {} if chains else _with_ahead(projected(session, persons, task_id=about), ahead)
    seen = observed_days(session, persons, task_id=about, known_at=known_at)
    few = rare(session, persons, ids)
    receivers = {person for person, task in few.given if task_id in (None, task)}
    given = delegations(session, receivers, shared, task_id=task_id, ahead=ahead) if receivers else {}
    nothing: Mapping[int, Any] = MappingProxyType({})
    read = readings(session, persons, shared, known_at=known_at)
    found = []
    for row in rows:
        employment = Employment(
            id=row.id, person_id=row.person_id, staff_group_id=row.staff_group_id, unit_path=row.path,
            valid_from=row.valid_from, valid_to=row.valid_to, book=shared,
            authorisation_checked_on=row.authorisation_checked_on, stage_from=row.stage_from,
            absences=few.away.get(row.id, ()), exempt=few.exempt.get(row.person_id, nothing),
            events=tuple(events.get(row.person_id, ())), delegations=given.get(row.person_id, nothing),
            observed=seen.get(row.person_id, nothing), read=read.get(row.person_id, nothing), recorded_at=row.recorded_at,
        )  # fmt: skip
        if not chains:
            employment.__dict__["signed"] = signed.get(row.person_id, nothing)
        found.append(employment)
    return found


_RARE = union_all(
    standing(EXEMPTIONS, literal("exempt"), EXEMPTIONS.c.person_id, EXEMPTIONS.c.task_id, EXEMPTIONS.c.valid_from,
             EXEMPTIONS.c.valid_to).where(EXEMPTIONS.c.person_id.in_(several("persons"))),
    standing(ABSENCES, literal("away"), ABSENCES.c.employment_id, literal(0), ABSENCES.c.valid_from, ABSENCES.c.valid_to)
    .where(ABSENCES.c.employment_id.in_(several("employments"))),
    standing(DELEGATIONS, literal("given"), DELEGATIONS.c.person_id, DELEGATIONS.c.task_id, DELEGATIONS.c.valid_from,
             DELEGATIONS.c.valid_to).where(DELEGATIONS.c.person_id.in_(several("persons"))),
)  # fmt: skip
"""What few people have any of, asked about in one round trip."""


@dataclass(frozen=True)
class Rare:
    """What few people have any of."""

    exempt: dict[int, dict[int, tuple[Span, ...]]]
    """Person -> task -> times of exemption."""
    away: dict[int, tuple[Span, ...]]
    """Employment -> absences."""
    given: frozenset[tuple[int, int]]
    """(person, task) of personal delegations."""


def rare(session: Session, person_ids: Iterable[int], employment_ids: Iterable[int]) -> Rare:
    """Exemptions, absences and whether there are delegations, in one round trip."""
    exempt: dict[int, dict[int, tuple[Span, ...]]] = {}
    away: dict[int, tuple[Span, ...]] = {}
    given: set[tuple[int, int]] = set()
    persons, employments = sorted(set(person_ids)), sorted(set(employment_ids))
    for start in range(0, max(len(persons), len(employments)), MOST_NAMED):
        some = {"persons": persons[start : start + MOST_NAMED], "employments": employments[start : start + MOST_NAMED]}
        for what, owner, task, begins, ends in execute(session, _RARE, **some):
            if what == "exempt":
                tasks = exempt.setdefault(owner, {})
                tasks[task] = (*tasks.get(task, ()), (begins, ends))
            elif what == "away":
                away[owner] = (*away.get(owner, ()), (begins, ends))
            else:
                given.add((owner, task))
    return Rare(exempt, away, frozenset(given))


def readings(
    session: Session, person_ids: Iterable[int], shared: Book, *, known_at: datetime | None = None
) -> dict[int, dict[int, date]]:
    """Person -> instruction that closes its task unread -> the day on which she said that she has read it, or a later one."""
    found: dict[int, dict[int, date]] = {}
    if not shared.must_read:
        return found
    c, i = READINGS.c, INSTRUCTIONS.c
    for some in chunks(person_ids):
        rows = (
            scoped(session, READINGS, c.person_id, i.task_id, i.number, c.confirmed_at)
            .join(INSTRUCTIONS, (i.municipality_id == c.municipality_id) & (i.id == c.instruction_id))
            .where(c.person_id.in_(some), i.task_id.in_(shared.must_read))
        )
        for person, task, number, at in session.execute(rows):
            if known_at is not None and at > known_at:
                continue
            days, on = found.setdefault(person, {}), local(at).date()
            for one in shared.must_read[task]:
                if one.number <= number:
                    days[one.id] = min(on, days.get(one.id, on))
    return found


def _with_ahead(signed: Mapping[int, Mapping[int, tuple[Signed, ...]]], ahead: Ahead) -> Ahead:
    if not ahead:
        return signed
    return {**signed, **{person: {**signed.get(person, {}), **tasks} for person, tasks in ahead.items()}}


def absences(session: Session, employment_ids: Iterable[int]) -> dict[int, tuple[Span, ...]]:
    """Employment -> its absences."""
    found: dict[int, tuple[Span, ...]] = {}
    for some in chunks(employment_ids):
        for row in session.execute(scoped(session, ABSENCES).where(ABSENCES.c.employment_id.in_(some))):
            found[row.employment_id] = (*found.get(row.employment_id, ()), (row.valid_from, row.valid_to))
    return found


def delegations(
    session: Session, person_ids: Iterable[int], shared: Book, *, task_id: int | None = None, ahead: Ahead = NOTHING
) -> dict[int, dict[int, tuple[Delegated, ...]]]:
    """Person -> task -> personal delegations, each with the day its giver lost what it rests on."""
    rows: list[Any] = []
    for some in chunks(person_ids):
        wanted = scoped(session, DELEGATIONS).where(DELEGATIONS.c.person_id.in_(some))
        rows += session.execute(wanted if task_id is None else wanted.where(DELEGATIONS.c.task_id == task_id)).all()
    found: dict[int, dict[int, tuple[Delegated, ...]]] = {}
    for row, one in delegated(session, rows, shared, ahead=ahead):
        tasks = found.setdefault(row.person_id, {})
        tasks[row.task_id] = (*tasks.get(row.task_id, ()), one)
    return found


def delegated(
    session: Session, rows: Sequence[Any], shared: Book, *, ahead: Ahead = NOTHING
) -> list[tuple[Any, Delegated]]:
    """Rows of personal delegations, each with what the rule reads of it: what it rests on, and when its giver lost that."""
    if not rows:
        return []
    onward = [row for row in rows if row.rests_on_id is not None]
    wanted = {row.rests_on_id for row in onward}
    grounds = session.execute(scoped(session, DELEGATIONS).where(DELEGATIONS.c.id.in_(wanted))).all() if wanted else []
    below = {row.id: one for row, one in delegated(session, grounds, shared, ahead=ahead)}
    lent = {(row.person_id, row.task_id): (below[row.id],) for row in grounds}
    own_right = {(row.giver_id, row.task_id) for row in rows if row.rests_on_id is None}
    lost = givers_lost(session, own_right, shared, ahead=ahead)
    lost_lent = givers_lost(session, {(row.giver_id, row.task_id) for row in onward}, shared, ahead=ahead, lent=lent)
    said = conditions_of(session, [row.event_id for row in rows if row.has_conditions])
    return [
        (
            row,
            Delegated(
                row.giver_id, row.valid_from, row.valid_to, row.accepted_on, row.citizen_id,
                (lost if row.rests_on_id is None else lost_lent).get((row.giver_id, row.task_id)), None, row.id,
                below.get(row.rests_on_id), row.has_conditions, said.get(row.event_id, ()), row.supervise_on,
                row.kind == DelegationKind.TRANSFER,
            ),
        )
        for row in rows
    ]  # fmt: skip


Lent = Mapping[tuple[int, int], tuple[Delegated, ...]]
"""(person, task) -> the delegations by which she may delegate it onward."""
NOT_LENT: Lent = MappingProxyType({})


def givers_lost(
    session: Session, pairs: set[tuple[int, int]], shared: Book, *, ahead: Ahead = NOTHING, lent: Lent = NOT_LENT
) -> dict[tuple[int, int], date]:
    """(giver, task) -> the first day on which the giver no longer works here, is no longer authorised or no longer holds it.

    Absent: she has all of it. A right of her own never rests on a delegation; one to give onward rests on `lent`, which
    lets nobody give it further, so this does not go round in a circle.
    """
    if not pairs:
        return {}
    givers = {giver for giver, _ in pairs}
    own: dict[int, list[Employment]] = {}
    rows = session.execute(
        scoped(session, EMPLOYMENTS, EMPLOYMENTS, UNITS.c.path)
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .where(EMPLOYMENTS.c.person_id.in_(givers))
    ).all()
    signed = _with_ahead(projected(session, givers), ahead)
    away = absences(session, [row.id for row in rows])
    unstopped = replace(shared, stops=(), must_read={})
    """A stop, or an instruction still to be read, closes the task for a while; nobody has lost it by that."""
    for row in rows:
        if not lent and row.staff_group_id not in shared.authorised:
            continue
        employment = Employment(
            id=row.id, person_id=row.person_id, staff_group_id=row.staff_group_id, unit_path=row.path,
            valid_from=row.valid_from, valid_to=row.valid_to, book=unstopped,
            authorisation_checked_on=row.authorisation_checked_on, absences=away.get(row.id, ()),
            delegations={task: some for (person, task), some in lent.items() if person == row.person_id},
        )  # fmt: skip
        employment.__dict__["signed"] = signed.get(row.person_id, {})
        own.setdefault(row.person_id, []).append(employment)
    began = {row.person_id: row.valid_from for row in sorted(rows, key=lambda row: row.valid_from)}
    lost: dict[tuple[int, int], date] = {}
    for giver, task in pairs:
        ends = [
            end for held, end in (held_until(one, task, on=today()) for one in own.get(giver, ())) if held
        ]  # fmt: skip
        if None not in ends:
            lost[giver, task] = max((end for end in ends if end), default=began.get(giver, date.min))
    return lost


def within_unit(session: Session, path: str) -> ColumnElement[bool]:
    """Employments in the unit and all below it."""
    units = named_within(session, path)
    return UNITS.c.path.startswith(path, autoescape=True) if units is None else EMPLOYMENTS.c.unit_id.in_(units)


def named_within(session: Session, path: str) -> Sequence[int] | None:
    """The ids of the unit and all below it; None where they are too many to be named in a statement."""
    units = remembered(session, ("units below", path), lambda s: _units_below(s, path))
    return units if len(units) <= MOST_NAMED else None


def _units_below(session: Session, path: str) -> Sequence[int]:
    below = scoped(session, UNITS, UNITS.c.id).where(UNITS.c.path.startswith(path, autoescape=True))
    return tuple(session.scalars(below.order_by(UNITS.c.id)))


def running(on: date) -> ColumnElement[bool]:
    """Employments that run on the day."""
    return and_(EMPLOYMENTS.c.valid_from <= on, or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on))


def moment_of(day: date) -> datetime:
    """The last moment of a Danish date, for "what did the system say then"; now when the day is not over."""
    following = day_after(day)
    return min(midnight(following), now()) if following else now()


def employments_of(session: Session, person_ids: Sequence[int], *, shared: Book | None = None) -> list[Employment]:
    """All employments of the persons, ended ones too, with their facts for today."""
    return load(session, EMPLOYMENTS.c.person_id.in_(list(person_ids)), shared=shared)
