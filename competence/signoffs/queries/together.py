"""The same as at the bedside, read for many people at once: who is ready after a class, and what the others miss."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from competence.access.rules import Actor, Reach
from competence.catalogue.models import Task, TaskGate
from competence.catalogue.queries import criteria_of, gates_for, tasks_needed
from competence.catalogue.queries.scales import turns
from competence.delegation.queries import cell_for, versions
from competence.delegation.rules import CellTerms
from competence.entitlements.queries import Levels, levels_in, levels_of
from competence.files.queries import hashes_at
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.signoffs.models import Observation, ObservationDraft, SignOffRequest
from competence.signoffs.queries.bedside import seen_times, terms_to_sign, times_needed
from competence.signoffs.queries.evidence import OBSERVATIONS, chunks, events_of
from competence.signoffs.queries.signers import Signer, Signers
from competence.signoffs.rules import TIMES, Event, Readiness, Signed, history, latest, times_counted

EMPLOYMENTS = cast(Table, Employment.__table__)
UNITS = cast(Table, Unit.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
REQUESTS = cast(Table, SignOffRequest.__table__)
MOST = 100
"""So many people stand on the page at most."""


@dataclass(frozen=True)
class Matter:
    """All that a signature for a person and a task is judged by."""

    employment: Employment
    unit: Unit
    task: Task
    cell: CellTerms
    first_day: date | None
    """The first day it counts, when the cell belongs to a coming version."""
    before: Sequence[Event]
    """The person's events about the task."""
    signed: Sequence[Signed]
    ready: Readiness
    signer: Signer | None
    """None: an instructor from outside has vouched for her."""
    on: date
    files: Sequence[str] = ()
    """The hashes of the files that lie at the task as evidence."""


def places_of(
    session: Session, employment_ids: Iterable[int], task_ids: Iterable[int]
) -> tuple[dict[int, Employment], dict[int, Task]]:
    """The employments, with identity, unit and group loaded, and the tasks, by id. NotFound when one of them is not there."""
    employments: dict[int, Employment] = {}
    wanted = set(employment_ids)
    for some in chunks(wanted):
        rows = session.scalars(
            select(Employment)
            .where(Employment.id.in_(some))
            .options(joinedload(Employment.identity), joinedload(Employment.unit), joinedload(Employment.staff_group))
        )
        employments |= {one.id: one for one in rows}
    asked = set(task_ids)
    tasks = {
        one.id: one for one in session.scalars(select(Task).where(Task.id.in_(asked)).options(joinedload(Task.area)))
    }
    if wanted - set(employments) or asked - set(tasks):
        raise NotFound
    return employments, tasks


def matters(
    session: Session,
    wanted: Sequence[tuple[Employment, Task, Iterable[int]]],
    *,
    by: Actor,
    day: Callable[[int], date] = lambda _person: today(),
) -> list[Matter]:
    """Each (employment, task, ticks) with all that `by`'s signature for it is judged by, for all citizens, in their order.

    `day`: on which day it is judged, by person. As many queries for one person as for many.
    """
    persons = {one.person_id for one, _task, _ticked in wanted}
    tasks = {task.id: task for _one, task, _ticked in wanted}
    events = events_of(session, persons, task_ids=tasks)
    changes = turns(session)
    seen, passed = _observed(session, persons, tasks)
    held = _Held(session)
    files = hashes_at(session, persons, tasks)
    signers: dict[date, Signers] = {}
    found = []
    for employment, task, ticked in wanted:
        person = employment.person_id
        on = day(person)
        if on not in signers:
            signers[on] = Signers(session, by, on=on)
        cell, first_day = terms_to_sign(session, employment, task.id, on=on)
        before = [one for one in events.get(person, ()) if one.task_id == task.id]
        signed = [one for one in history(before, changes) if one.citizen_id is None]
        last = latest(signed, on=on)
        times = seen.get((person, task.id), ())
        days = [one.observed_on for one in times if task.counts(one.how)]
        ready = Readiness(
            done=times_counted(days, since=last.recorded_on if last else None),
            needed=times_needed(cell, task, signed, on),
            wanted=frozenset(one.position for one in criteria_of(session, task.id)),
            ticked=frozenset(ticked),
            gates=tuple(
                gate.name
                for gate in gates_for(session, task.id, employment.staff_group_id)
                if (person, gate.code) not in passed
            ),
            tasks=tuple(
                name for needed, name in tasks_needed(session, task.id) if held.level(employment, needed, on) == 0
            ),
            seen=seen_times(times),
        )
        signer = signers[on].over(employment.unit, task.id, first_day=first_day)
        lie = files.get((person, task.id), ())
        found.append(Matter(employment, employment.unit, task, cell, first_day, before, signed, ready, signer, on, lie))
    return found


def _observed(
    session: Session, persons: Iterable[int], tasks: Iterable[int]
) -> tuple[Mapping[tuple[int, int], Sequence[Observation]], set[tuple[int, str]]]:
    """The times by (person, task), oldest first, and (person, code) of every course, dialogue and check passed."""
    codes = list(session.scalars(select(TaskGate.code).where(TaskGate.task_id.in_(list(tasks))).distinct()))
    seen: dict[tuple[int, int], list[Observation]] = {}
    passed: set[tuple[int, str]] = set()
    for some in chunks(persons):
        rows = session.scalars(
            select(Observation)
            .where(
                Observation.person_id.in_(some),
                Observation.withdrawn_at.is_(None),
                or_(
                    and_(Observation.task_id.in_(list(tasks)), Observation.kind.in_(TIMES)),
                    Observation.gate_code.in_(codes),
                ),
            )
            .order_by(Observation.observed_on, Observation.id)
        )
        for one in rows:
            if one.gate_code:
                passed.add((one.person_id, one.gate_code))
            if one.task_id is not None and one.kind in TIMES:
                seen.setdefault((one.person_id, one.task_id), []).append(one)
    return seen, passed


class _Held:
    """Who holds the tasks that others ask for first, read once for each task and day."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._levels: dict[tuple[int, date], Levels] = {}

    def level(self, employment: Employment, task_id: int, on: date) -> int:
        place = task_id, on
        if place not in self._levels:
            version = next((v for v in versions(self._session)[0] if v.in_force(on)), None)
            self._levels[place] = levels_in(self._session, task_id, on=on, version_id=version.id if version else None)
        return self._levels[place].of(employment.id, employment.staff_group_id)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may have been in the class, with what the signature is judged by."""

    matter: Matter
    asked: bool
    """Whether a sign-off has been asked for."""


def candidates(
    session: Session, task: Task, *, by: Actor, within: Reach, shown: Iterable[int] = (), day: date | None = None,
    since: date | None = None, unit: Unit | None = None, search: str = "", people: Collection[int] = (),
) -> tuple[list[Candidate], int]:  # fmt: skip
    """(who may have been in a class about the task, by name; how many there are), within reach and without `by` herself.

    `day`: who was seen doing it, or passed a course, dialogue or check for it, on that day; `unit`: whoever may have it
    there and below; neither: who has asked for it or was seen or passed something since `since`. `people`: of these
    employments alone, whatever they were seen doing. `shown`: criteria that all of them have shown, besides each one's
    own ticks.
    """
    on = today()
    e, o = EMPLOYMENTS.c, OBSERVATIONS.c
    wanted = (
        scoped(session, EMPLOYMENTS, e.id)
        .join(UNITS, (UNITS.c.municipality_id == e.municipality_id) & (UNITS.c.id == e.unit_id))
        .outerjoin(
            IDENTITIES, (IDENTITIES.c.municipality_id == e.municipality_id) & (IDENTITIES.c.person_id == e.person_id)
        )
        .where(
            or_(*(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots)),
            e.valid_from <= on, or_(e.valid_to.is_(None), e.valid_to > on), e.person_id != by.person_id,
        )
    )  # fmt: skip
    codes = list(session.scalars(select(TaskGate.code).where(TaskGate.task_id == task.id).distinct()))
    about = exists().where(
        o.municipality_id == e.municipality_id, o.person_id == e.person_id, o.withdrawn_at.is_(None),
        or_(o.task_id == task.id, o.gate_code.in_(codes)),
    )  # fmt: skip
    asked = exists().where(
        REQUESTS.c.municipality_id == e.municipality_id, REQUESTS.c.employment_id == e.id,
        REQUESTS.c.task_id == task.id, REQUESTS.c.closed_at.is_(None),
    )  # fmt: skip
    if people:
        wanted = wanted.where(e.id.in_(sorted(people)))
    elif day is not None:
        wanted = wanted.where(about.where(o.observed_on == day))
    elif unit is None:
        wanted = wanted.where(or_(asked, about.where(o.observed_on >= (since or on))))
    if unit is not None:
        wanted = wanted.where(UNITS.c.path.startswith(unit.path, autoescape=True))
        if day is None and not people:
            groups = [
                group
                for group in session.scalars(select(StaffGroup.id).order_by(StaffGroup.id))
                if cell_for(session, task.id, group, stage_from=on, on=on).entitles
            ]
            wanted = wanted.where(or_(e.staff_group_id.in_(groups), asked))
    for word in search.split():
        wanted = wanted.where(IDENTITIES.c.name.icontains(word, autoescape=True))
    rows = session.execute(wanted.add_columns(asked.label("asked")).order_by(IDENTITIES.c.name, e.id)).all()
    some = rows[:MOST]
    employments, _tasks = places_of(session, [row.id for row in some], [])
    ticks = drafts_of(session, by.person_id, task.id, employments)
    common = set(shown)
    found = matters(session, [(employments[row.id], task, common | set(ticks.get(row.id, ()))) for row in some], by=by)
    return [Candidate(matter, bool(row.asked)) for row, matter in zip(some, found, strict=True)], len(rows)


def drafts_of(
    session: Session, guide_id: int, task_id: int, employment_ids: Iterable[int]
) -> Mapping[int, Sequence[int]]:
    """Employment -> what the guide has ticked for it already."""
    return {
        one.employment_id: one.ticked
        for one in session.scalars(
            select(ObservationDraft).where(
                ObservationDraft.guide_id == guide_id,
                ObservationDraft.task_id == task_id,
                ObservationDraft.employment_id.in_(list(employment_ids)),
            )
        )
    }


def tasks_to_sign(session: Session, person_id: int) -> list[tuple[int, str]]:
    """(id, name) of the tasks that the person holds herself today, by name: those that she can sign."""
    on = today()
    version = next((v for v in versions(session)[0] if v.in_force(on)), None)
    held: set[int] = set()
    own = select(Employment).where(
        Employment.person_id == person_id, Employment.valid_from <= on,
        or_(Employment.valid_to.is_(None), Employment.valid_to > on),
    )  # fmt: skip
    for one in session.scalars(own.order_by(Employment.id)).all():
        levels = levels_of(session, one.id, one.staff_group_id, on=on, version_id=version.id if version else None)
        held |= {task for task, level in levels.items() if level}
    tasks = session.execute(
        select(Task.id, Task.name)
        .where(Task.id.in_(held), or_(Task.archived_on.is_(None), Task.archived_on > on))
        .order_by(Task.name, Task.id)
    )
    return [(row.id, row.name) for row in tasks]
