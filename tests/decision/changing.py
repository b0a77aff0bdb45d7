"""A town with evidence drawn by a seed, what somebody in it may do at any moment, and all that is stored about it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.decision.commands import comparable, refresh
from competence.decision.exemptions import exempt
from competence.delegation.commands import NewCell, new_draft, stop_task
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement, EntitlementVector, GroupEntitlement
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import begin_writing, scoped
from competence.people.commands import Identity, NewEmployment, add_absence, add_person, end_employment
from competence.people.models import Absence
from competence.signoffs.commands import decline
from competence.signoffs.rules import Origin
from tests.factories import Someone, World

ENTITLING = [CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY]


@dataclass
class Town:
    """Twelve people, six tasks, a matrix in force and a draft of the next."""

    world: World
    tasks: list[Task]
    people: list[Someone]
    boss: Someone
    """May do all that is done here."""
    draft: int


def town(world: World, seed: int) -> Town:
    """The town that the seed draws, committed."""
    draw = random.Random(seed)
    tasks = [world.task(f"Opgave {n}") for n in range(6)]
    cells: dict[tuple[int, str], CellRule] = {}
    for task in tasks:
        for group in world.groups:
            cells[task.id, group] = rule = draw.choice([*ENTITLING, CellRule.NOT_ALLOWED])
            world.cell(task, group, rule, **_levels(draw, rule))
    guide = world.person("Hanne Lykke", "SPL")
    people = []
    for n in range(12):
        someone = world.person(f"Prøve {n}", draw.choice(list(world.groups)))
        people.append(someone)
        for task in draw.sample(tasks, 3):
            world.signed(
                someone, task, draw.randint(1, 3), by=guide, days_ago=draw.randint(0, 300), valid_days=draw.choice([30, 365, None]),
                accepted=draw.random() < 0.7, origin=draw.choice([Origin.SIGNED_HERE, Origin.TRANSFERRED]),
            )  # fmt: skip
        if draw.random() < 0.3:
            first = today() - timedelta(days=draw.randint(0, 350))
            world.session.add(Absence(employment_id=someone.employment.id, valid_from=first, recorded_at=now()))
    boss = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    for role in (Role.LEADER, Role.ADMINISTRATOR):
        world.role(boss, role, over=world.root)
    changed = [_draft_cell(draw, task, world.groups[group].id, rule) for (task, group), rule in cells.items()]
    draft = new_draft(world.session, changed, by=None)
    world.settle().session.commit()
    return Town(world, tasks, people, boss, draft.number)


def _levels(draw: random.Random, rule: CellRule) -> dict[str, Any]:
    return {"minimum_level": draw.randint(1, 3)} if rule in ENTITLING else {}


def _draft_cell(draw: random.Random, task: int, group: int, rule: CellRule) -> NewCell:
    """The same cell, or now and then another."""
    rule = rule if draw.random() < 0.6 else draw.choice(ENTITLING)
    said: dict[str, Any] = _levels(draw, rule) | ({"education_level": 2} if rule is CellRule.CORE else {})
    return NewCell(task, group, rule, **said)


Act = Callable[[Session, Town, random.Random], object]


def _declines(session: Session, town: Town, draw: random.Random) -> None:
    decline(session, draw.randint(1, 5), by=draw.choice(town.people).actor)


def _goes_away(session: Session, town: Town, draw: random.Random) -> None:
    first = today() + timedelta(days=draw.randint(1, 300))
    add_absence(session, draw.choice(town.people).employment.id, first, None, by=town.boss.actor)


def _is_exempt(session: Session, town: Town, draw: random.Random) -> None:
    employment, task = draw.choice(town.people).employment.id, draw.choice(town.tasks).id
    exempt(session, employment, task, valid_from=today(), valid_to=None, by=town.boss.actor)


def _leaves(session: Session, town: Town, draw: random.Random) -> None:
    end_employment(session, draw.choice(town.people).employment.id, today() + timedelta(days=9), by=town.boss.actor)


def _begins(session: Session, town: Town, draw: random.Random) -> None:
    number = f"N{draw.randint(1, 10**9)}"
    where = town.world.team.id, town.world.groups["SSH"].id
    add_person(session, Identity("Ny Kollega", number), NewEmployment(*where, today()), by=town.boss.actor)


def _stops(session: Session, town: Town, draw: random.Random) -> None:
    stop_task(
        session, draw.choice(town.tasks).id, unit_id=town.world.root.id, staff_group_id=None,
        valid_to=today() + timedelta(days=draw.randint(1, 30)), reason="Nyt sug", by=town.boss.actor,
    )  # fmt: skip


def _refreshes(session: Session, _town: Town, _draw: random.Random) -> None:
    refresh(session)


ACTS: dict[str, Act] = {
    "declines": _declines, "goes away": _goes_away, "is exempt": _is_exempt, "leaves": _leaves, "begins": _begins,
    "stops": _stops, "refreshes": _refreshes,
}  # fmt: skip
"""What somebody else may do at any moment."""


def acts(session: Session, town: Town, name: str, draw: random.Random) -> None:
    """Nothing; somebody has done it, and it is committed; or it was refused, and nothing was written."""
    begin_writing(session)
    try:
        ACTS[name](session, town, draw)
        session.commit()
    except (RuleBroken, NotFound):
        session.rollback()


def all_stored(session: Session) -> tuple[set[Any], dict[int, tuple[bytes, Any]], set[Any]]:
    """Rows of entitlements, vectors, and what follows from groups, as they are stored."""
    rows = {
        (row.employment_id, *comparable(dict(row._mapping))) for row in session.execute(scoped(session, Entitlement))
    }
    vectors = {
        row.employment_id: (row.ends, row.next_change) for row in session.execute(scoped(session, EntitlementVector))
    }
    groups = {
        (row.version_id, row.staff_group_id, row.task_id, row.level, str(row.limits))
        for row in session.execute(scoped(session, GroupEntitlement))
    }
    return rows, vectors, groups
