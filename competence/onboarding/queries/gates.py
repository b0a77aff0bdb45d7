"""What the catalogue's gates open, and which of them somebody has passed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from competence.catalogue.models import TaskGate
from competence.catalogue.rules import GateKind
from competence.foundation.editions import remembered
from competence.foundation.orm import scoped
from competence.onboarding.rules import ItemKind, by_e_learning_alone
from competence.signoffs.models import Observation

GATES = cast(Table, TaskGate.__table__)


@dataclass(frozen=True, slots=True)
class Opens:
    """A gate of the catalogue for one staff group."""

    kind: GateKind
    name: str
    tasks: tuple[int, ...]
    """Those that need it; each may need other gates too."""


def gates(session: Session) -> Mapping[tuple[str, int], Opens]:
    """(code of the gate, staff group) -> what it opens, together with the tasks' other gates."""
    return remembered(session, "onboarding gates", _read)


def _read(session: Session) -> Mapping[tuple[str, int], Opens]:
    c = GATES.c
    rows = session.execute(
        scoped(session, GATES, c.code, c.staff_group_id, c.kind, c.name, c.task_id).order_by(
            c.code, c.staff_group_id, c.task_id
        )
    )
    found: dict[tuple[str, int], Opens] = {}
    for code, group, kind, name, task in rows:
        there = found.get((code, group))
        found[code, group] = Opens(GateKind(kind), name, (*(there.tasks if there else ()), task))
    return found


def by_e_learning(session: Session, lines: Iterable[tuple[str, ItemKind]], groups: Iterable[int]) -> list[int]:
    """The tasks that the lines, given as (gate's code, kind), would open to one of the groups by e-learning alone."""
    known, listed = gates(session), list(lines)
    found: set[int] = set()
    for group in groups:
        named = [
            (kind == ItemKind.E_LEARNING or opens.kind is GateKind.E_LEARNING, opens.tasks)
            for code, kind in listed
            if code and (opens := known.get((code, group))) is not None
        ]
        found |= set(by_e_learning_alone(named))
    return sorted(found)


def passed(session: Session, person_ids: Iterable[int]) -> dict[tuple[int, str], Observation]:
    """(person, gate's code) -> the first time that it was passed and stands."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    rows: Sequence[Observation] = session.scalars(
        select(Observation)
        .where(
            Observation.person_id.in_(wanted), Observation.gate_code.is_not(None), Observation.withdrawn_at.is_(None)
        )
        .order_by(Observation.observed_on.desc(), Observation.id.desc())
    ).all()
    return {(row.person_id, row.gate_code or ""): row for row in rows}
