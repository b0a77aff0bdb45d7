"""What is known of many people at once before they are asked to learn: wishes, what goes on, and what is passed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from sqlalchemy import Table, or_
from sqlalchemy.orm import Session

from competence.catalogue.queries import gates_for
from competence.decision.rules import Employment
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity
from competence.learning.rules import GoalKind, Origin
from competence.paths.models import PathPlacing, PathStep, PathWish
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries import OBSERVATIONS, chunks
from competence.training.rules.problem import Pair

PLANS = cast(Table, DevelopmentPlan.__table__)
GOALS = cast(Table, Goal.__table__)
PLANNED = cast(Table, PlannedActivity.__table__)
REQUESTS = cast(Table, SignOffRequest.__table__)
STEPS = cast(Table, PathStep.__table__)
WISHES = cast(Table, PathWish.__table__)
PLACINGS = cast(Table, PathPlacing.__table__)
PUT_AWAY = timedelta(days=182)
"""For so long what somebody has put away is not proposed to her again."""


@dataclass
class Known:
    """What is known of many people at once: what they wish, have begun, and have passed."""

    wishes: set[Pair] = field(default_factory=set)
    """(employment, task) that she has asked for, has as a goal with her own yes, or that lies on a path she has said yes to."""
    underway: set[Pair] = field(default_factory=set)
    """What is planned already."""
    running: dict[Pair, list[tuple[date, date]]] = field(default_factory=dict)
    """(employment, task) -> from and to of what is planned for it in the weeks."""
    paused: set[int] = field(default_factory=set)
    """Employments whose plan is paused: nothing is proposed to them."""
    put_away: set[Pair] = field(default_factory=set)
    """What was proposed and put away not long ago: it is not proposed again, and nobody is told why."""
    passed: set[tuple[int, str]] = field(default_factory=set)
    """(person, code) of courses, dialogues and checks."""


def known_of(session: Session, employments: Mapping[int, Employment], tasks: Iterable[int], end: date) -> Known:
    """What the employees have asked for, said yes to, begun and passed."""
    known, on = Known(), today()
    persons = {one.person_id for one in employments.values()}
    codes = {
        gate.code for task in tasks for one in employments.values() for gate in gates_for(session, task, one.staff_group_id)
    }  # fmt: skip
    for some in chunks(employments):
        g, p, r = GOALS.c, PLANNED.c, REQUESTS.c
        asked = scoped(session, REQUESTS, r.employment_id, r.task_id, r.asked_by).where(
            r.employment_id.in_(some), r.closed_at.is_(None)
        )
        known.wishes |= {
            (row.employment_id, row.task_id)
            for row in session.execute(asked)
            if row.asked_by == employments[row.employment_id].person_id
        }
        goals = scoped(session, GOALS, g.employment_id, g.task_id).where(
            g.employment_id.in_(some), g.kind == GoalKind.TASK, g.yes_on.is_not(None), g.reached_on.is_(None),
            g.set_aside_on.is_(None),
        )  # fmt: skip
        known.wishes |= {(row.employment_id, row.task_id) for row in session.execute(goals)}
        put_away = scoped(session, GOALS, g.employment_id, g.task_id).where(
            g.employment_id.in_(some),
            g.origin == Origin.PROPOSAL,
            g.task_id.is_not(None),
            g.set_aside_on > on - PUT_AWAY,
        )
        known.put_away |= {(row.employment_id, row.task_id) for row in session.execute(put_away)}
        paused = scoped(session, PLANS, PLANS.c.employment_id).where(
            PLANS.c.employment_id.in_(some), PLANS.c.ended_on.is_(None), PLANS.c.paused_on.is_not(None)
        )
        known.paused |= set(session.scalars(paused))
        known.wishes |= _on_paths(session, [employments[one] for one in some])
        planned = scoped(session, PLANNED, p.employment_id, p.task_id, p.begins, p.ends).where(
            p.employment_id.in_(some), p.task_id.is_not(None), p.done_on.is_(None), p.dropped_on.is_(None),
            p.begins < end, or_(p.ends.is_(None), p.ends > on),
        )  # fmt: skip
        for row in session.execute(planned):
            pair = row.employment_id, row.task_id
            known.underway.add(pair)
            known.running.setdefault(pair, []).append((row.begins, row.ends or end))
    o = OBSERVATIONS.c
    for some in chunks(persons if codes else ()):
        passed = scoped(session, OBSERVATIONS, o.person_id, o.gate_code).where(
            o.person_id.in_(some), o.gate_code.in_(codes), o.withdrawn_at.is_(None)
        )
        known.passed |= {(row.person_id, row.gate_code) for row in session.execute(passed)}
    return known


def _on_paths(session: Session, employments: Sequence[Employment]) -> set[Pair]:
    """(employment, task) of the steps of the paths that she walks, or has said that she would like to be seen for."""
    of: dict[int, list[int]] = {}
    for one in employments:
        of.setdefault(one.person_id, []).append(one.id)
    ids = [one.id for one in employments]
    s, w, k = STEPS.c, WISHES.c, PLACINGS.c
    wished = (
        scoped(session, WISHES, w.person_id, s.task_id)
        .join(STEPS, (s.municipality_id == w.municipality_id) & (s.path_id == w.path_id))
        .where(w.person_id.in_(of), s.task_id.is_not(None))
    )
    found = {(one, row.task_id) for row in session.execute(wished) for one in of[row.person_id]}
    walked = (
        scoped(session, PLACINGS, k.employment_id, s.task_id)
        .join(STEPS, (s.municipality_id == k.municipality_id) & (s.path_id == k.path_id))
        .where(k.employment_id.in_(ids), k.employee_yes_on.is_not(None), k.ended_on.is_(None), s.task_id.is_not(None))
    )
    return found | {(row.employment_id, row.task_id) for row in session.execute(walked)}


def busy_of(known: Known, persons: Mapping[int, int], *, begins: date, weeks: int) -> dict[int, list[int]]:
    """Person -> how many trainings she has going on in each of the weeks; `persons`: employment -> person."""
    found: dict[int, list[int]] = {}
    for (employment, _task), spans in known.running.items():
        mine = found.setdefault(persons[employment], [0] * weeks)
        for week in range(weeks):
            monday = begins + timedelta(weeks=week)
            mine[week] += any(first < monday + timedelta(days=7) and last > monday for first, last in spans)
    return {person: some for person, some in found.items() if any(some)}
