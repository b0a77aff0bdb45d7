"""How units stood on past days, worked out from the chains of evidence: for a demonstration, which has a past but no snapshots."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from competence.coverage import many
from competence.coverage.many import STANDINGS, Crowd
from competence.coverage.queries.board import columns_for, tasks_on
from competence.coverage.queries.places import kind_of_day, requirements_on, tree
from competence.coverage.queries.staff import GROUPS
from competence.coverage.queries.wide import Wide
from competence.coverage.rules import needs_of, standing_of
from competence.decision.queries import EMPLOYMENTS, load, moment_of
from competence.decision.rules import Answer, State
from competence.entitlements.queries import shape
from competence.entitlements.rules import EPOCH, OPEN, day_number
from competence.figures.look import Look
from competence.figures.queries.live import Waits, look_at
from competence.figures.rules import first_of
from competence.foundation.orm import scoped


def looks_on(session: Session, days: Sequence[date]) -> Iterator[Look]:
    """How the municipality stood at the end of each of the days, by what had been recorded by then."""
    facts = {one.id: one for one in load(session, EMPLOYMENTS.c.id > 0, evidence=True)}
    students = {
        row.id: row.is_student
        for row in session.execute(
            scoped(session, GROUPS, GROUPS.c.id, GROUPS.c.is_student).where(GROUPS.c.counts_in_coverage)
        )
    }
    everybody = session.execute(scoped(session, EMPLOYMENTS).order_by(EMPLOYMENTS.c.id)).all()
    for on in days:
        units = tree(session, on=on)
        nodes = tuple(node for top in units.children.get(None, ()) for node in units.below(top))
        places = {node.id: at for at, node in enumerate(nodes)}
        rows = [
            row for row in everybody
            if row.unit_id in places and row.staff_group_id in students and row.valid_from <= on
            and (row.valid_to is None or row.valid_to > on)
        ]  # fmt: skip
        rows.sort(key=lambda row: (places[row.unit_id], row.person_id))
        tasks = tasks_on(session, on)
        then = [facts[row.id].known_by(moment_of(on)) for row in rows]
        columns = columns_for(session, then, tasks, on=on)
        slots, ranks = shape(session)
        ends = np.zeros((len(rows), slots, ranks), dtype=np.uint16)
        waits = []
        for at, (row, column) in enumerate(zip(rows, columns, strict=True)):
            for task, answer in zip(tasks, column, strict=True):
                ends[at, task.slot, : answer.level] = _end(answer)
                if answer.waiting is not None:
                    waits.append(Waits(row.person_id, task.id, answer.state is State.WAITING))
        crowd = Crowd(
            np.array([row.id for row in rows], dtype=np.intp),
            np.array([row.person_id for row in rows], dtype=np.intp),
            np.array([places[row.unit_id] for row in rows], dtype=np.intp),
            np.array([row.staff_group_id for row in rows], dtype=np.intp),
            np.array([many.bits(row.shifts) for row in rows], dtype=np.intp),
            np.array(
                [
                    STANDINGS.index(
                        standing_of(
                            is_floater=row.is_floater, is_external=row.is_external, is_student=students[row.staff_group_id]
                        )
                    )
                    for row in rows
                ],
                dtype=np.intp,
            ),
            np.array(
                [any(a <= on and (b is None or on < b) for a, b in one.absences) for one in then], dtype=bool
            ),
            ends, (on - EPOCH).days,
        )  # fmt: skip
        stated = requirements_on(session, on, nodes)
        asked = many.asked_of(
            [needs_of(node.place, stated, kind_of_day(on)) for node in nodes],
            {task.id: (at, task.slot) for at, task in enumerate(tasks)},
        )
        found = Wide(nodes, tasks, asked, many.have(asked, crowd, {}), crowd, None)
        yield look_at(session, units, found, waits, on=on, since=first_of(on))


def _end(answer: Answer) -> int:
    return OPEN if answer.basis == "education" else day_number(answer.valid_to)
