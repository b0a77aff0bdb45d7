"""What stands around the answers of a pack: signatures, versions, stops, stricter units, delegations, exemptions, proofs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, or_
from sqlalchemy.orm import Session

from competence.audit.proving import Proof, Proven
from competence.catalogue.models import InstructionVersion, Task
from competence.decision.queries import DELEGATIONS, INSTRUCTIONS, TASKS, UNITS
from competence.delegation.agreements import DelegationKind, Supervision
from competence.delegation.models import MatrixVersion
from competence.delegation.queries import MASKS, STOPS
from competence.foundation.clock import last_day, local
from competence.foundation.orm import scoped
from competence.inspection.pack import Closing, Exempt, Given, Instructed, Line, Question, Ruling, Signature
from competence.inspection.queries.choosing import GROUPS, IDENTITIES
from competence.inspection.rules import About
from competence.signoffs.queries import chunks
from competence.signoffs.queries.evidence import EXEMPTIONS, signers_of
from competence.signoffs.rules import EventKind, Origin

VERSIONS = cast(Table, MatrixVersion.__table__)


def around(
    session: Session,
    question: Question,
    lines: Sequence[Line],
    people: Sequence[int],
    paths: Iterable[str],
    proofs: Mapping[int, Proof],
) -> dict[str, Any]:
    """The other fields of a Pack, by name. `paths`: of the units in which the people worked."""
    cited = {
        (line.post.person_id, signed.seq, signed.event_id)
        for line in lines
        for one in line.stretches
        for answer in (one.then, one.now)
        for signed in (answer.signed, answer.waiting)
        if signed is not None
    }
    ledger = _Ledger(proofs)
    rulings = _versions(session, question)
    stops, stricter = _stops(session, question, set(paths)), _stricter(session, question, set(paths))
    given = _delegations(session, question, people)
    exempt = _exemptions(session, question, people)
    outside = signers_of(session, [event_id for _person, _seq, event_id in cited])
    ids = {
        *(ledger.events[person, seq].link.by_person_id for person, seq, _event in cited),
        *(_deputised(ledger.events[person, seq].link.fields) for person, seq, _event in cited),
        *(row.approved_by for row in rulings), *(by for _closing, by in (*stops, *stricter)),
        *(one for row in given for one in (row.giver_id, row.supervisor_id)),
    }  # fmt: skip
    names = _names(session, {one for one in ids if one is not None})
    return {
        "signatures": {
            (person, seq): ledger.signature(person, seq, outside.get(event_id, ""), names)
            for person, seq, event_id in sorted(cited)
        },
        "rulings": tuple(
            Ruling(
                row.number, row.valid_from, row.valid_to, row.approved_at, names.get(row.approved_by, ""),
                row.approved_as or "",
            )
            for row in rulings
        ),
        "stops": tuple(replace(closing, by=names.get(by or 0, "")) for closing, by in stops),
        "stricter": tuple(replace(closing, by=names.get(by or 0, "")) for closing, by in stricter),
        "given": tuple(ledger.given(row, names) for row in given),
        "exempt": tuple(Exempt(row.person_id, row.task, row.valid_from, last_day(row.valid_to)) for row in exempt),
        "instructions": _instructions(session, question, {line.task.id for line in lines if not line.quiet}),
        "proofs": proofs,
    }  # fmt: skip


class _Ledger:
    """The proven events, found by their place and by what they answer."""

    def __init__(self, proofs: Mapping[int, Proof]) -> None:
        self.events: dict[tuple[int, int], Proven] = {}
        self._by_id: dict[int, Proven] = {}
        self._accepted: dict[tuple[int, int], Proven] = {}
        self._supervised: dict[tuple[int, int], tuple[date, ...]] = {}
        for proof in proofs.values():
            for one in proof.events:
                self.events[proof.person_id, one.link.seq] = self._by_id[one.id] = one
                about = (proof.person_id, one.link.refers_to or 0)
                if one.link.kind == EventKind.ACCEPTED:
                    self._accepted.setdefault(about, one)
                elif one.link.kind == EventKind.DELEGATION_SUPERVISED:
                    on = local(one.link.recorded_at).date()
                    self._supervised[about] = (*self._supervised.get(about, ()), on)

    def signature(self, person_id: int, seq: int, outside: str, names: Mapping[int, str]) -> Signature:
        """The signature at the place. `outside`: the name of a signer who is no colleague."""
        event, accepted = self.events[person_id, seq], self._accepted.get((person_id, seq))
        said = event.link.fields
        ground = said.get("ground") or {}
        until = said.get("valid_to")
        return Signature(
            person_id, seq, event.hash, event.link.task_id or 0, event.link.recorded_at,
            outside or names.get(event.link.by_person_id or 0, ""), Origin(said.get("origin", Origin.SIGNED_HERE)),
            str(ground.get("as", "")), str(ground.get("group", "")), int(ground.get("own_level", 0)), int(said["level"]),
            date.fromisoformat(said["valid_from"]), date.fromisoformat(until) if until else None,
            accepted.link.recorded_at if accepted else None, accepted.link.seq if accepted else 0,
            accepted.hash if accepted else "", str(said.get("instruction") or ""), int(said.get("matrix_version") or 0),
            tuple(said.get("files") or ()),
            names.get(_deputised(said) or 0, ""),
        )  # fmt: skip

    def given(self, row: Any, names: Mapping[int, str]) -> Given:
        """The delegation in a row of the projection, with the event that it was given by."""
        event = self._by_id.get(row.event_id)
        seq = event.link.seq if event else 0
        return Given(
            row.person_id, row.task, DelegationKind(row.kind), names.get(row.giver_id, ""), row.valid_from, row.valid_to,
            row.accepted_on, row.citizen_id is not None, row.has_conditions, names.get(row.supervisor_id, ""),
            Supervision(row.supervision) if row.supervision else None, row.supervise_on,
            self._supervised.get((row.person_id, seq), ()), seq, event.hash if event else "",
        )  # fmt: skip


def _deputised(fields: Mapping[str, Any]) -> int | None:
    """The guide in whose place a signature was given, as its event says."""
    return (fields.get("ground") or {}).get("deputy_for")


def _names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks(person_ids):
        rows = scoped(session, IDENTITIES, IDENTITIES.c.person_id, IDENTITIES.c.name)
        for row in session.execute(rows.where(IDENTITIES.c.person_id.in_(some))):
            found[row.person_id] = row.name
    return found


def _touches(table: Table, question: Question) -> ColumnElement[bool]:
    return and_(table.c.valid_from <= question.last, or_(table.c.valid_to.is_(None), table.c.valid_to > question.first))


def _versions(session: Session, question: Question) -> Sequence[Any]:
    return session.execute(
        scoped(
            session, VERSIONS, VERSIONS.c.number, VERSIONS.c.valid_from, VERSIONS.c.valid_to, VERSIONS.c.approved_at,
            VERSIONS.c.approved_by, VERSIONS.c.approved_as,
        )
        .where(VERSIONS.c.approved_at.is_not(None), _touches(VERSIONS, question))
        .order_by(VERSIONS.c.valid_from, VERSIONS.c.id)
    ).all()  # fmt: skip


Closed = tuple[Closing, int | None]
"""Without a name, and the person who wrote it."""


def _over(session: Session, table: Table, question: Question, *columns: Any) -> Sequence[Any]:
    """Stops or stricter rules that have not ended before the period, with the names around their ids."""
    c = table.c
    wanted = (
        scoped(
            session, table, c.valid_to, c.recorded_at, TASKS.c.name.label("task"), UNITS.c.name.label("unit"), UNITS.c.path,
            GROUPS.c.plural.label("group_name"), *columns,
        )
        .join(TASKS, (TASKS.c.municipality_id == c.municipality_id) & (TASKS.c.id == c.task_id))
        .join(UNITS, (UNITS.c.municipality_id == c.municipality_id) & (UNITS.c.id == c.unit_id))
        .outerjoin(GROUPS, (GROUPS.c.municipality_id == c.municipality_id) & (GROUPS.c.id == c.staff_group_id))
        .where(or_(c.valid_to.is_(None), c.valid_to > question.first))
        .order_by(c.recorded_at, c.id)
    )  # fmt: skip
    if question.about is About.TASK:
        wanted = wanted.where(c.task_id == question.id)
    return session.execute(wanted).all()


def _stops(session: Session, question: Question, paths: set[str]) -> list[Closed]:
    found: list[Closed] = []
    for row in _over(session, STOPS, question, STOPS.c.begins_at, STOPS.c.lifted_at, STOPS.c.stopped_by):
        began = local(row.begins_at).date()
        through = cast(date, last_day(row.valid_to))
        if row.lifted_at is not None:
            through = min(through, local(row.lifted_at).date())
        if began <= question.last and through >= question.first and _lies_over(row.path, paths):
            closing = Closing(row.task, row.unit, row.group_name or "", began, through, row.recorded_at, "")
            found.append((closing, row.stopped_by))
    return found


def _stricter(session: Session, question: Question, paths: set[str]) -> list[Closed]:
    found: list[Closed] = []
    for row in _over(session, MASKS, question, MASKS.c.valid_from, MASKS.c.minimum_level, MASKS.c.recorded_by):
        if row.valid_from <= question.last and _lies_over(row.path, paths):
            closing = Closing(
                row.task, row.unit, row.group_name or "", row.valid_from, last_day(row.valid_to), row.recorded_at, "",
                row.minimum_level or 0,
            )  # fmt: skip
            found.append((closing, row.recorded_by))
    return found


def _lies_over(path: str, paths: set[str]) -> bool:
    return any(one.startswith(path) for one in paths)


def _delegations(session: Session, question: Question, people: Iterable[int]) -> list[Any]:
    c = DELEGATIONS.c
    found: list[Any] = []
    for some in chunks(people):
        wanted = (
            scoped(session, DELEGATIONS, DELEGATIONS, TASKS.c.name.label("task"))
            .join(TASKS, (TASKS.c.municipality_id == c.municipality_id) & (TASKS.c.id == c.task_id))
            .where(c.person_id.in_(some), _touches(DELEGATIONS, question), c.declined_on.is_(None))
            .order_by(c.person_id, c.valid_from, c.id)
        )
        if question.about is About.TASK:
            wanted = wanted.where(c.task_id == question.id)
        found += session.execute(wanted).all()
    return found


def _exemptions(session: Session, question: Question, people: Iterable[int]) -> list[Any]:
    c = EXEMPTIONS.c
    found: list[Any] = []
    for some in chunks(people):
        wanted = (
            scoped(session, EXEMPTIONS, c.person_id, c.valid_from, c.valid_to, TASKS.c.name.label("task"))
            .join(TASKS, (TASKS.c.municipality_id == c.municipality_id) & (TASKS.c.id == c.task_id))
            .where(c.person_id.in_(some), _touches(EXEMPTIONS, question))
            .order_by(c.person_id, c.valid_from, c.id)
        )
        if question.about is About.TASK:
            wanted = wanted.where(c.task_id == question.id)
        found += session.execute(wanted).all()
    return found


def _instructions(session: Session, question: Question, task_ids: set[int]) -> tuple[Instructed, ...]:
    """Of each task the versions that counted on a day of the period, the first one of which may be what came with the catalogue."""
    tasks = cast(Table, Task.__table__)
    listed: dict[int, list[Instructed]] = {}
    rows = scoped(
        session, tasks, tasks.c.id, tasks.c.name, tasks.c.instruction_name, tasks.c.instruction_version, tasks.c.instruction_from
    ).order_by(tasks.c.name, tasks.c.id)  # fmt: skip
    for row in session.execute(rows):
        if row.id in task_ids:
            came = Instructed(row.name, row.instruction_name or "", row.instruction_version or "", row.instruction_from)
            listed[row.id] = [came] if came.name else []
    c = cast(Table, InstructionVersion.__table__).c
    written = scoped(session, INSTRUCTIONS, c.task_id, c.name, c.version, c.valid_from, TASKS.c.name.label("task"))
    written = written.join(TASKS, (TASKS.c.municipality_id == c.municipality_id) & (TASKS.c.id == c.task_id))
    for row in session.execute(written.where(c.valid_from <= question.last).order_by(c.task_id, c.number)):
        if row.task_id in listed:
            listed[row.task_id].append(Instructed(row.task, row.name, row.version, row.valid_from))
    found: list[Instructed] = []
    for some in listed.values():
        for at, one in enumerate(some):
            ends = some[at + 1].valid_from if at + 1 < len(some) else None
            if ends is None or ends - timedelta(days=1) >= question.first:
                found.append(one)
    return tuple(found)
