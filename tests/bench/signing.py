"""One signature and one answer, each in its own transaction, against the bare insert of an event and an audit row."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Engine, insert, select

from competence.access.rules import Actor, Role
from competence.accounts.models import RoleAssignment
from competence.accounts.queries import actor_of_person
from competence.catalogue.models import Task, TaskGate, TaskPrerequisite
from competence.catalogue.queries import criteria_of, levels
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, open_session
from competence.people.models import Employment, StaffGroup
from competence.signoffs.commands import Line, NewSignOff, accept, sign_off, sign_together
from competence.signoffs.models import CurrentSignOff, Observation, WaitingSignOff
from competence.signoffs.rules import ObservationKind


@dataclass(frozen=True)
class Candidate:
    """A signature that the rule allows."""

    employment_id: int
    person_id: int
    new: NewSignOff


class Signing:
    """Signs, and answers, the next candidate at each call."""

    def __init__(self, engine: Engine, municipality_id: int, count: int, *, tasks: int = 1) -> None:
        """`tasks`: so many of the candidates are about one person."""
        self.engine, self.municipality_id = engine, municipality_id
        self.nurse: Actor
        self.candidates = self._prepare(count, tasks)
        self._next: Iterator[Candidate] = iter(self.candidates)
        self._signed: list[tuple[Candidate, int, Actor]] = []

    def _prepare(self, count: int, each: int) -> list[Candidate]:
        on = today()
        with open_session(self.engine, self.municipality_id) as session:
            begin_writing(session)
            nurse = session.scalars(
                select(RoleAssignment.person_id)
                .where(RoleAssignment.role == Role.DEVELOPMENT_NURSE)
                .order_by(RoleAssignment.id)
            ).first()
            assert nurse is not None
            self.nurse = actor_of_person(session, nurse)
            held = {
                (row.person_id, row.task_id)
                for table in (CurrentSignOff, WaitingSignOff)
                for row in session.execute(select(table.person_id, table.task_id))
            }
            version = session.scalars(
                select(MatrixVersion.id).where(
                    MatrixVersion.approved_at.is_not(None), MatrixVersion.valid_from <= on
                ).order_by(MatrixVersion.number.desc())
            ).first()  # fmt: skip
            gated = set(session.scalars(select(TaskGate.task_id))) | set(
                session.scalars(select(TaskPrerequisite.task_id))
            )
            cells: dict[int, list[tuple[int, int]]] = {}
            for cell in session.scalars(
                select(Cell).where(Cell.version_id == version, Cell.rule == CellRule.MAY_GENERAL).order_by(Cell.id)
            ):
                if cell.task_id not in gated:
                    cells.setdefault(cell.staff_group_id, []).append((cell.task_id, cell.minimum_level or 1))
            unauthorised = set(session.scalars(select(StaffGroup.id).where(StaffGroup.authorised.is_(False))))
            tasks = {task.id: task for task in session.scalars(select(Task))}
            ticks = {task: tuple(one.position for one in criteria_of(session, task)) for task in tasks}
            highest = max(level.rank for level in levels(session))
            found: list[Candidate] = []
            seen: list[dict[str, Any]] = []
            rows = session.scalars(
                select(Employment)
                .where(Employment.valid_from < on - timedelta(days=30), Employment.valid_to.is_(None))
                .order_by(Employment.id.desc())
            )
            for employment in rows:
                if employment.person_id == nurse or employment.staff_group_id not in unauthorised:
                    continue
                before = len(found)
                for task, minimum in cells.get(employment.staff_group_id, ()):
                    if (employment.person_id, task) in held or minimum > highest:
                        continue
                    new = NewSignOff(task, minimum, on, ticked=ticks[task])
                    found.append(Candidate(employment.id, employment.person_id, new))
                    seen += [
                        {
                            "municipality_id": self.municipality_id, "person_id": employment.person_id, "task_id": task,
                            "kind": ObservationKind.ALONE, "observed_on": on, "observer_id": nurse, "recorded_at": now(),
                            "recorded_by": nurse,
                        }
                    ] * 8  # fmt: skip
                    if len(found) == before + each:
                        break
                if len(found) >= count:
                    break
            session.execute(insert(Observation), seen)
            session.commit()
        return found

    def sign(self) -> None:
        """Nothing; the next candidate is signed and committed."""
        one = next(self._next)
        with open_session(self.engine, self.municipality_id) as session:
            begin_writing(session)
            event = sign_off(session, one.employment_id, one.new, by=self.nurse)
            session.commit()
        self._signed.append((one, event.seq, Actor(one.person_id, None, "", self.nurse.roles, self.nurse.home_role)))

    def sign_together(self, many: int) -> None:
        """Nothing; so many of the next candidates are signed by one command and committed."""
        lines = [Line(one.employment_id, one.new) for one in islice(self._next, many)]
        with open_session(self.engine, self.municipality_id) as session:
            begin_writing(session)
            outcomes = sign_together(session, lines, by=self.nurse)
            session.commit()
        assert len(outcomes) == many
        assert all(one.event for one in outcomes), [one.why for one in outcomes if one.why][:1]

    def answer(self) -> None:
        """Nothing; the newest unanswered signature is accepted and committed."""
        _one, seq, actor = self._signed.pop()
        with open_session(self.engine, self.municipality_id) as session:
            begin_writing(session)
            accept(session, seq, by=actor)
            session.commit()


FLOOR_TABLES = (
    """CREATE TABLE floor_event(id {serial}, municipality_id INTEGER NOT NULL, person_id INTEGER NOT NULL, seq INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL, recorded_at {moment} NOT NULL, by_person_id INTEGER, task_id INTEGER, fields {json} NOT NULL,
    prev_hash VARCHAR(64) NOT NULL, hash VARCHAR(64) NOT NULL)""",
    "CREATE UNIQUE INDEX floor_event_seq ON floor_event(municipality_id, person_id, seq)",
    "CREATE INDEX floor_event_task ON floor_event(municipality_id, person_id, task_id)",
    """CREATE TABLE floor_audit(id {serial}, municipality_id INTEGER NOT NULL, recorded_at {moment} NOT NULL, by_person_id INTEGER,
    action VARCHAR(60) NOT NULL, subject VARCHAR(40) NOT NULL, subject_id INTEGER, person_id INTEGER, detail {json} NOT NULL)""",
    "CREATE INDEX floor_audit_at ON floor_audit(municipality_id, recorded_at)",
    "CREATE INDEX floor_audit_person ON floor_audit(municipality_id, person_id)",
)
TYPES = {
    "sqlite": {"serial": "INTEGER PRIMARY KEY", "moment": "TEXT", "json": "JSON"},
    "postgresql": {"serial": "SERIAL PRIMARY KEY", "moment": "TIMESTAMPTZ", "json": "JSON"},
}


EVENT_COLUMNS = "municipality_id person_id seq kind recorded_at by_person_id task_id fields prev_hash hash".split()
AUDIT_COLUMNS = "municipality_id recorded_at by_person_id action subject subject_id person_id detail".split()


def _insert(columns: list[str], table: str, mark: str) -> str:
    return f"INSERT INTO {table}({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"


def bare_insert(connection: Any, kind: str, *, many: int = 1) -> Callable[[], None]:
    """A call that inserts so many hashed events, each with an audit row, and commits, through the driver alone."""
    mark = "?" if kind == "sqlite" else "%s"
    event = _insert(EVENT_COLUMNS, "floor_event", mark)
    audit = _insert(AUDIT_COLUMNS, "floor_audit", mark)
    count = 0

    def insert_both() -> None:
        nonlocal count
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if kind == "sqlite" else "BEGIN")
        for _one in range(many):
            count += 1
            at = now().isoformat()
            fields = json.dumps({"level": 2, "valid_from": at[:10], "origin": "signed_here", "criteria": [1, 2, 3, 4]})
            digest = hashlib.sha256(fields.encode()).hexdigest()
            cursor.execute(
                event,
                (1, -many if many > 1 else count % 3000, count, "signed", at, 1, count % 150, fields, digest, digest),
            )
            cursor.execute(audit, (1, at, 1, "sign_off", "evidence_event", count, count % 3000, "{}"))
        cursor.execute("COMMIT")

    return insert_both
