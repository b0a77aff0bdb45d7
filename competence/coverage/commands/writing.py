"""What the verbs about requirements share: what can be asked for, what is written already, and how a change is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from competence.audit.commands import record_all
from competence.catalogue.models import Level, Task
from competence.catalogue.rules import ScaleKind
from competence.coverage.models import Requirement
from competence.coverage.queries.written import REQUIREMENTS, Key
from competence.coverage.rules import DayKind, Need, Shift
from competence.coverage.spans import Change, Span
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit

TASKS = cast(Table, Task.__table__)
UNITS = cast(Table, Unit.__table__)
MOST_PEOPLE = 99


@dataclass(frozen=True)
class NewRequirement:
    """What is asked for: at least so many, at a level, on a shift."""

    task_id: int
    shift: Shift
    need: int
    unit_id: int | None = None
    """None: the municipality itself."""
    unit_kind: str = ""
    """Empty: the unit itself and what lies below it; else every unit of that kind below."""
    day_kind: DayKind = DayKind.EVERY
    level: int = 1
    also_unstable: bool = False
    students_count: bool = False
    source: str = ""
    valid_from: date | None = None
    """None: today."""
    valid_to: date | None = None
    """The first day on which it no longer holds; None: until somebody says something else."""

    @property
    def said(self) -> Need:
        """Without what it is about and when."""
        return Need(self.need, self.level, self.also_unstable, self.students_count)


def unit_for(session: Session, unit_id: int | None) -> Unit:
    """The unit, the municipality itself when none is named. NotFound; RuleBroken when it has been closed."""
    asked = select(Unit).where(Unit.parent_id.is_(None) if unit_id is None else Unit.id == unit_id).order_by(Unit.id)
    unit = session.scalars(asked).first()
    if unit is None:
        raise NotFound
    return unit


def check_open(unit: Unit, begins: date) -> None:
    """Nothing; RuleBroken when the unit is closed on the day."""
    if unit.valid_to is not None and unit.valid_to <= begins:
        raise RuleBroken(
            sentence(
                N_("%(unit)s is closed from %(day)s and needs nobody from then."), unit=unit.name, day=unit.valid_to
            ),
            field="valid_from",
        )


def lock_units(session: Session, unit_ids: Iterable[int]) -> None:
    """Nothing; whoever else writes requirements about one of the units waits until this transaction has ended."""
    wanted = sorted(set(unit_ids))
    for some in (wanted[at : at + 500] for at in range(0, len(wanted), 500)):
        session.execute(
            scoped(session, UNITS, UNITS.c.id)
            .where(UNITS.c.id.in_(some))
            .order_by(UNITS.c.id)
            .with_for_update(key_share=True)
        ).all()


@dataclass(frozen=True)
class Vocabulary:
    """What a requirement can name on its first day."""

    tasks: Mapping[int, tuple[str, date | None]]
    """Id -> (name, the first day on which it is in use no longer)."""
    ranks: frozenset[int]

    def check(self, task_id: int, said: Need, begins: date) -> None:
        """Nothing; RuleBroken at the field that cannot be meant."""
        if task_id not in self.tasks:
            raise RuleBroken(sentence(N_("Choose the task that is needed.")), field="task")
        name, archived = self.tasks[task_id]
        if archived is not None and archived <= begins:
            raise RuleBroken(
                sentence(N_("%(task)s is no longer in use, so nobody can be asked to hold it."), task=name),
                field="task",
            )
        if not 0 <= said.need <= MOST_PEOPLE:
            raise RuleBroken(
                sentence(N_("Write how many are needed, from 0 to %(most)s."), most=MOST_PEOPLE), field="need"
            )
        if said.level not in self.ranks:
            raise RuleBroken(sentence(N_("Choose a level of the scale.")), field="level")


def vocabulary(session: Session) -> Vocabulary:
    """The tasks of the catalogue and the levels of the practice scale."""
    tasks = session.execute(scoped(session, TASKS, TASKS.c.id, TASKS.c.name, TASKS.c.archived_on)).all()
    ranks = session.scalars(scoped(session, Level, Level.rank).where(Level.scale == ScaleKind.PRACTICE))
    return Vocabulary({row.id: (row.name, row.archived_on) for row in tasks}, frozenset(ranks))


@dataclass
class Changes:
    """Changes of many requirements, written together."""

    by: int | None
    """The acting person; None: the command line."""
    _ends: dict[int, tuple[Key, date | None]] = field(default_factory=dict)
    _adds: list[tuple[Key, Span, str, int | None]] = field(default_factory=list)

    def add(self, key: Key, change: Change, *, source: str = "") -> None:
        """Nothing; the change is among them."""
        self._ends |= {number: (key, ends) for number, ends in change.ends.items()}
        replaces = next(iter(change.ends), None)
        self._adds += [(key, one, source, replaces) for one in change.adds]

    def write(self, session: Session) -> list[int]:
        """The ids of the new rows, in the order in which they were added; each row that is new or ends is noted."""
        if self._ends:
            session.execute(
                update(REQUIREMENTS)
                .where(REQUIREMENTS.c.municipality_id == tenant_id(session), REQUIREMENTS.c.id == bindparam("number"))
                .values(valid_to=bindparam("ends")),
                # One that is to hold on comes after the one that gives way to it: no two may be open at a time.
                sorted(
                    ({"number": number, "ends": ends} for number, (_key, ends) in self._ends.items()),
                    key=lambda row: row["ends"] is None,
                ),
            )
        ids: list[int] = []
        if self._adds:
            rows = [_row(session, key, one, source, self.by) for key, one, source, _replaces in self._adds]
            ids = list(
                session.scalars(
                    insert(REQUIREMENTS).returning(REQUIREMENTS.c.id, sort_by_parameter_order=True), rows
                ).all()
            )
        for one in list(session.identity_map.values()):
            if isinstance(one, Requirement):
                session.expire(one)
        replaced = {replaces for *_rest, replaces in self._adds}
        record_all(
            session,
            [
                {"action": "set_requirement"} | _audit_row(self.by, number, key, one, replaces)
                for number, (key, one, _source, replaces) in zip(ids, self._adds, strict=True)
            ]
            + [
                {"action": "end_requirement"} | _audit_row(self.by, number, key, None, None)
                for number, (key, _ends) in self._ends.items()
                if number not in replaced
            ],
        )
        return ids


def _row(session: Session, key: Key, one: Span, source: str, who: int | None) -> dict[str, Any]:
    unit_id, unit_kind, task_id, shift, day_kind = key
    said = one.said
    return {
        "municipality_id": tenant_id(session), "unit_id": unit_id, "unit_kind": unit_kind, "task_id": task_id, "shift": shift,
        "day_kind": day_kind, "need": said.need, "level": said.level, "also_unstable": said.also_unstable,
        "students_count": said.students_count, "valid_from": one.begins, "valid_to": one.ends, "source": source,
        "recorded_at": now(), "recorded_by": who,
    }  # fmt: skip


def _audit_row(by: int | None, number: int, key: Key, one: Span | None, replaces: int | None) -> dict[str, Any]:
    unit_id, unit_kind, task_id, shift, day_kind = key
    detail: dict[str, Any] = {"unit": unit_id, "task": task_id}
    if one is not None:
        detail |= {
            "kind": unit_kind, "shift": shift.value, "days": day_kind.value, "need": one.said.need, "level": one.said.level,
            "from": one.begins.isoformat(), "replaces": replaces,
        }  # fmt: skip
    return {"by_person_id": by, "subject": "requirement", "subject_id": number, "detail": detail}
