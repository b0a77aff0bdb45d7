"""What stands on a unit's board, and what its board meeting looks at."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.queries.board import BoardTask, board, tasks_on
from competence.coverage.queries.places import Node, Tree, kind_of_day
from competence.coverage.queries.since import Spot, closed_since
from competence.coverage.queries.staff import names_of
from competence.coverage.queries.wide import UnitCounts, unit_counts
from competence.coverage.rules import Shift, Status, status
from competence.decision.queries import EMPLOYMENTS, running, within_unit
from competence.decision.rules import State
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.meetings.models import (
    ActionFollowUp,
    BoardChoice,
    BoardMeeting,
    HelperYes,
    ImprovementAction,
    Screen,
    WeekGoal,
)
from competence.meetings.rules import USUAL_FIGURES, Ended, Figure, Goal, Offer, Tile, tiles, week_of
from competence.organisation.models import Unit
from competence.people.models import PersonIdentity
from competence.signoffs.models import CurrentSignOff

UNITS = cast(Table, Unit.__table__)
IDENTITIES = cast(Table, PersonIdentity.__table__)
CURRENT = cast(Table, CurrentSignOff.__table__)
YESES = cast(Table, HelperYes.__table__)


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def living_screen(session: Session, link: str) -> Screen | None:
    """The screen whose link it is; None when there is none, or it has been revoked."""
    return session.scalars(
        select(Screen).where(Screen.link_hash == hash_of(link), Screen.ended_at.is_(None))
    ).one_or_none()


def screens_of(session: Session, unit_id: int) -> list[Screen]:
    """The screens of the unit that have not been revoked, the newest first."""
    return list(
        session.scalars(
            select(Screen).where(Screen.unit_id == unit_id, Screen.ended_at.is_(None)).order_by(Screen.id.desc())
        )
    )


def figures_of(session: Session, unit_id: int) -> tuple[Figure, ...]:
    """The figures that the unit's board shows."""
    found = session.scalar(select(BoardChoice.figures).where(BoardChoice.unit_id == unit_id))
    return tuple(Figure(code) for code in found) if found else USUAL_FIGURES


def counts_of(session: Session, units: Tree, node: Node) -> list[UnitCounts]:
    """How the places stand today where people of the unit work: it alone, or those below it. As every other page counts."""
    return [
        found
        for found in unit_counts(session, units, units.below(node))
        if units.is_leaf(found.node) or any(found.by_shift.values())
    ]


def values_of(session: Session, found: Sequence[UnitCounts]) -> dict[Figure, float]:
    """The figures of the unit now, all its places together."""
    critical = {task.id for task in tasks_on(session, today()) if task.critical}
    needs = gaps = worst = 0
    for place in found:
        for (task, shift), stated in place.needs.items():
            stands = status(place.have[task, shift], stated.need.need)
            needs += stands is not Status.NO_NEED
            gaps += stands is Status.GAP
            worst += stands is Status.GAP and task in critical
    return {
        Figure.GAPS: gaps,
        Figure.CRITICAL: worst,
        Figure.VULNERABLE: sum(place.vulnerable for place in found),
        Figure.MET: round(100 * (needs - gaps) / needs, 1) if needs else 100.0,
    }


def tiles_of(
    session: Session, found: Sequence[UnitCounts]
) -> tuple[list[tuple[int, str]], dict[tuple[int, Shift], Tile]]:
    """(the areas in which the unit needs something, in order; area and shift -> tile, all its places together)."""
    tasks = tasks_on(session, today())
    areas = {task.id: task.area_id for task in tasks}
    made: dict[tuple[int, Shift], Tile] = {}
    for place in found:
        for key, one in tiles(place.have, {key: said.need.need for key, said in place.needs.items()}, areas).items():
            made[key] = made.get(key, Tile()) + one
    shown = {area for area, _shift in made}
    return list({task.area_id: task.area for task in tasks if task.area_id in shown}.items()), made


# Meetings.


def meetings_of(session: Session, unit_id: int, *, most: int = 12) -> list[BoardMeeting]:
    """The unit's latest board meetings, the oldest first."""
    found = session.scalars(
        select(BoardMeeting).where(BoardMeeting.unit_id == unit_id).order_by(BoardMeeting.held_on.desc()).limit(most)
    )
    return list(found)[::-1]


def signed_since(session: Session, node: Node, since: date) -> int:
    """How many signatures people in the unit have said yes to after the day; a number for the whole team."""
    return int(
        session.execute(
            scoped(session, CURRENT, func.count(func.distinct(CURRENT.c.id)))
            .join(
                EMPLOYMENTS,
                (EMPLOYMENTS.c.municipality_id == CURRENT.c.municipality_id)
                & (EMPLOYMENTS.c.person_id == CURRENT.c.person_id),
            )
            .join(
                UNITS,
                (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id),
            )
            .where(within_unit(session, node.path), running(today()), CURRENT.c.citizen_id.is_(None))
            .where(CURRENT.c.accepted_on.is_not(None), CURRENT.c.accepted_on > since)
        ).scalar_one()
    )


# The week's goals.


@dataclass(frozen=True)
class ShownGoal:
    """A goal of the week, and how it stands."""

    goal: Goal
    task: str
    is_closed: bool
    closed_on: date | None
    """The first day of those on which it is closed, as far as is known; None when it is open."""
    on_shift: int
    """How many work the shift."""


def goals_of(session: Session, found: UnitCounts, *, on: date) -> list[ShownGoal]:
    """The unit's goals of the day's week, in the order of the catalogue."""
    rows = session.scalars(
        select(WeekGoal).where(WeekGoal.unit_id == found.node.id, WeekGoal.week == week_of(on))
    ).all()
    tasks: dict[int, tuple[int, BoardTask]] = {task.id: (at, task) for at, task in enumerate(tasks_on(session, on))}
    goals = [
        Goal(row.task_id, Shift(row.shift), row.planned_on, row.planned_at) for row in rows if row.task_id in tasks
    ]
    goals.sort(key=lambda one: (tasks[one.task_id][0], list(Shift).index(one.shift)))
    closed = [one for one in goals if _is_closed(found, one)]
    spots = {one: Spot(one.task_id, one.shift, found.node) for one in closed}
    since = closed_since(session, list(spots.values()), days=kind_of_day(on)) if spots else {}
    return [
        ShownGoal(
            one, tasks[one.task_id][1].name, one in spots, since.get(spots[one]) if one in spots else None,
            found.by_shift.get(one.shift, 0),
        )
        for one in goals
    ]  # fmt: skip


def _is_closed(found: UnitCounts, goal: Goal) -> bool:
    stated = found.needs.get((goal.task_id, goal.shift))
    if stated is None or not stated.need.need:
        return True
    return status(found.have[goal.task_id, goal.shift], stated.need.need) is not Status.GAP


def open_gaps(session: Session, found: UnitCounts) -> list[tuple[BoardTask, Shift]]:
    """Today's gaps of the unit, critical tasks first, then as the catalogue has them."""
    return sorted(
        (
            (task, shift)
            for task in tasks_on(session, today())
            for shift in Shift
            if (stated := found.needs.get((task.id, shift))) is not None
            and status(found.have[task.id, shift], stated.need.need) is Status.GAP
        ),
        key=lambda one: not one[0].critical,
    )


# Who to ask.


def areas_said(session: Session, person_id: int) -> set[int]:
    """The areas about which she has said yes to stand on the wall."""
    return set(session.scalars(select(HelperYes.area_id).where(HelperYes.person_id == person_id)))


def offers_today(session: Session, units: Tree, node: Node) -> list[Offer]:
    """Those on the unit's board who have said yes, are not away, and may today do a task of the area."""
    said: dict[int, set[int]] = {}
    for row in session.execute(
        scoped(session, YESES, YESES.c.person_id, YESES.c.area_id)
        .join(
            EMPLOYMENTS,
            (EMPLOYMENTS.c.municipality_id == YESES.c.municipality_id) & (EMPLOYMENTS.c.person_id == YESES.c.person_id),
        )
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .where(within_unit(session, node.path), running(today()))
    ):
        said.setdefault(row.person_id, set()).add(row.area_id)
    if not said:
        return []
    drawn = board(session, units, node, on=today(), every_task=True)
    found = []
    for one, column in zip(drawn.people, drawn.columns, strict=True):
        if one.person_id not in said or one.worker.absent:
            continue
        able = {
            task.area_id
            for task, answer in zip(drawn.tasks, column, strict=True)
            if answer.state is State.VALID and answer.level
        }
        found += [
            Offer(one.person_id, one.name, area, one.worker.shifts, one.is_guide)
            for area in sorted(said[one.person_id] & able)
        ]
    return found


# Improvement actions.


@dataclass(frozen=True)
class ShownAction:
    """An action with its unit, and its owner's name where it may be seen."""

    action: ImprovementAction
    unit: Node
    owner: str
    """Empty where the reader does not see names."""


def actions_in(
    session: Session, units: Tree, within: Reach, *, named: Reach, unit_id: int | None = None, closed: bool = False
) -> list[ShownAction]:
    """The open actions of the units within reach (or the closed ones), the earliest date first; names where `named` reaches."""
    nodes = {node.id: node for node in units.reached(within) if unit_id in (None, node.id)}
    wanted = select(ImprovementAction).where(
        ImprovementAction.closed_at.is_not(None) if closed else ImprovementAction.closed_at.is_(None)
    )
    if unit_id is not None:
        wanted = wanted.where(ImprovementAction.unit_id == unit_id)
    rows = [
        row
        for row in session.scalars(wanted.order_by(ImprovementAction.due_on, ImprovementAction.id))
        if row.unit_id in nodes
    ]
    names = names_of(session, {row.owner_id for row in rows if named.covers(nodes[row.unit_id].path)})
    return [
        ShownAction(
            row, nodes[row.unit_id], names.get(row.owner_id, "") if named.covers(nodes[row.unit_id].path) else ""
        )
        for row in rows
    ]


def follow_ups_of(session: Session, action_ids: Sequence[int]) -> Mapping[int, list[ActionFollowUp]]:
    """Action -> its follow-ups, the newest first."""
    found: dict[int, list[ActionFollowUp]] = {}
    rows = session.scalars(
        select(ActionFollowUp).where(ActionFollowUp.action_id.in_(action_ids)).order_by(ActionFollowUp.id.desc())
    )
    for row in rows:
        found.setdefault(row.action_id, []).append(row)
    return found


def owners_for(session: Session, node: Node) -> list[tuple[int, str]]:
    """(person, name) of those who can own an action of the unit besides whoever writes it: those who work in it."""
    rows = session.execute(
        scoped(session, IDENTITIES, IDENTITIES.c.person_id, IDENTITIES.c.name)
        .join(
            EMPLOYMENTS,
            (EMPLOYMENTS.c.municipality_id == IDENTITIES.c.municipality_id)
            & (EMPLOYMENTS.c.person_id == IDENTITIES.c.person_id),
        )
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .where(within_unit(session, node.path), running(today()), EMPLOYMENTS.c.is_external.is_(False))
    ).all()
    return sorted({(row.person_id, row.name) for row in rows}, key=lambda one: one[1])


def ended_name(action: ImprovementAction) -> Ended | None:
    """How it came to an end; None while it is open."""
    return Ended(action.closed_how) if action.closed_how else None
