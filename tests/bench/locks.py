"""How long others wait while something large is written: from the right to write until it is given back."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Assigned, Role
from competence.catalogue.models import Task
from competence.delegation.commands import NewCell, approve_version, new_draft, root_unit
from competence.delegation.queries import CELLS, cells_of, versions
from competence.delegation.rules import CellRule
from competence.foundation.changes import foresee
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, open_session, scoped
from competence.imports.commands import import_signoffs, plan_papers, prepare_papers
from competence.imports.parsed import Place
from competence.imports.signoffs import PaperSignOff
from competence.organisation.models import Unit
from competence.people.commands import ImportedPerson, import_people, plan_people
from competence.people.models import Employment, PersonIdentity, StaffGroup
from tests.bench.timing import Taken, clocked

RUNS = 5
"""All but the last are taken back, so that every run begins alike; the last one's commit is in its time."""
EACH = 8
"""Papers of each person: 24,000 for 3,000 people."""
PEOPLE = 10_000


def held(session: Session, write: Callable[[Session], object]) -> list[Taken]:
    """What each run holds the right to write."""

    def once(end: Callable[[], None]) -> None:
        begin_writing(session)
        write(session)
        end()

    session.rollback()
    return [clocked(partial(once, session.rollback)) for _ in range(RUNS - 1)] + [
        clocked(partial(once, session.commit))
    ]


def approving(
    engine: Engine, municipality_id: int, change: Callable[[int, NewCell], NewCell]
) -> tuple[float, list[Taken]]:
    """(seconds to make everybody's answers ahead, what an approval holds) of the version in force with its cells changed."""
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        by = _approver(session)
        newest = next(version for version in versions(session)[0] if version.approved)
        names = [field.name for field in fields(NewCell)]
        rows = session.execute(scoped(session, CELLS).where(CELLS.c.version_id == newest.id).order_by(CELLS.c.id)).all()
        cells = [
            change(at, NewCell(**({name: row._mapping[name] for name in names} | {"limits": tuple(row.limits)})))
            for at, row in enumerate(rows)
        ]
        number = new_draft(session, cells, by=None).number
        first = max(today(), newest.valid_from or today()) + timedelta(days=10)
        session.commit()
        begun = time.perf_counter()
        ready = foresee(session, partial(approve_version, number=number, valid_from=first, by=by))
        return time.perf_counter() - begun, held(session, ready)


def _approver(session: Session) -> Actor:
    person = session.scalars(select(Employment.person_id).order_by(Employment.id)).first()
    assert person is not None
    return Actor(person, None, "Prøve", (Assigned(Role.DEVELOPMENT_NURSE, root_unit(session).path),))


def transferring(engine: Engine, municipality_id: int) -> tuple[int, float, list[Taken]]:
    """(papers, seconds to make them ready, what carrying them over holds)."""
    with open_session(engine, municipality_id) as session:
        rows = papers(session)
        plan = plan_papers(session, rows, by=None)
        assert not plan.problems, plan.problems[0]
        session.rollback()
        begun = time.perf_counter()
        prepared = prepare_papers(session, rows, plan, by=None)
        taken = time.perf_counter() - begun
        return (
            len(plan.transfers),
            taken,
            held(session, partial(import_signoffs, rows=rows, by=None, prepared=prepared)),
        )


def papers(session: Session) -> list[PaperSignOff]:
    """For everybody as many tasks as she may have signed, up to eight."""
    draw, on = random.Random(1), today()
    version = next(version for version in versions(session)[0] if version.in_force(on))
    cells = cells_of(session, version.id, version.number)
    tasks = {task.id: task.code for task in session.scalars(select(Task).order_by(Task.id))}
    people = session.execute(
        select(PersonIdentity.number, Employment.staff_group_id)
        .join(Employment, Employment.person_id == PersonIdentity.person_id)
        .where(PersonIdentity.number.is_not(None), (Employment.valid_to.is_(None)) | (Employment.valid_to > on))
        .order_by(Employment.id)
    ).all()
    found: list[PaperSignOff] = []
    for number, group in {number or "": group for number, group in people}.items():
        cell_of = {task: cells.get((task, group)) for task in tasks}
        can = [
            task for task, cell in cell_of.items() if cell and cell.entitles and cell.rule is not CellRule.MAY_CITIZEN
        ]
        for task in draw.sample(can, min(EACH, len(can))):
            signed = on - timedelta(days=draw.randint(1, 60))
            level = draw.randint(1, 3)
            found.append(
                PaperSignOff(Place("", len(found) + 2, {}), number, tasks[task], level, signed, "Ringbind A", None)
            )
    session.rollback()
    return found


def employing(engine: Engine, municipality_id: int) -> tuple[float, list[Taken]]:
    """(seconds to work the list out, what importing 10,000 new people holds)."""
    with open_session(engine, municipality_id) as session:
        units = session.scalars(select(Unit.id).where(Unit.kind == "team").order_by(Unit.id)).all()
        groups = session.scalars(select(StaffGroup.code).where(StaffGroup.counts_in_coverage)).all()
        rows = _people(units, groups)
        session.rollback()
        begun = time.perf_counter()
        plan = plan_people(session, rows, by=None)
        return time.perf_counter() - begun, held(session, partial(import_people, rows=rows, by=None, plan=plan))


def _people(units: Sequence[int], groups: Sequence[str]) -> list[ImportedPerson]:
    first = [date(2024, 1, 1) + timedelta(days=at % 400) for at in range(PEOPLE)]
    return [
        ImportedPerson(
            number=f"L{at}", name=f"Prøve Nummer {at}", unit_id=units[at % len(units)], staff_group=groups[at % 4],
            valid_from=first[at], shifts="DAN"[at % 3], authorisation_checked_on=first[at],
        )
        for at in range(PEOPLE)
    ]  # fmt: skip
