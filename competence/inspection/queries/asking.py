"""The pack for a question: the facts of everybody it is about, read set-based, and what the rule says of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, true
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.audit.models import AuditEntry
from competence.audit.proving import proofs_of
from competence.audit.vouching import vouching
from competence.catalogue.queries.scales import level_names_on
from competence.coverage.queries.board import tasks_on
from competence.decision.queries import EMPLOYMENTS, TASKS, UNITS, book, facts_of, moment_of
from competence.foundation.clock import local, midnight, now
from competence.foundation.orm import scoped
from competence.inspection.pack import Line, Named, Pack, Post, Question
from competence.inspection.queries.around import around
from competence.inspection.queries.choosing import AREAS, GROUPS, IDENTITIES, reached, title_of
from competence.inspection.rules import About, Asking, Facts
from competence.people.queries import described
from competence.signoffs.queries.evidence import OBSERVATIONS, chunks
from competence.signoffs.rules import TIMES

AUDIT = cast(Table, AuditEntry.__table__)
CORRECTING = ("change_employment", "end_employment", "import_person")


def _asked(session: Session, question: Question, within: Reach) -> ColumnElement[bool]:
    """The employments that run on a day of the period and that the question is about, within reach."""
    runs = and_(
        EMPLOYMENTS.c.valid_from <= question.last,
        or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > question.first),
    )
    match question.about:
        case About.PERSON:
            about: ColumnElement[bool] = EMPLOYMENTS.c.person_id == question.id
        case About.UNIT:
            path = session.scalar(scoped(session, UNITS, UNITS.c.path).where(UNITS.c.id == question.id))
            about = UNITS.c.path.startswith(path, autoescape=True) if path else false()
        case About.TASK:
            about = true()
    return and_(runs, about, reached(within))


def posts_of(session: Session, question: Question, *, within: Reach) -> Sequence[Any]:
    """The employments that the question is about, by name: all their columns, path, unit, name and staff group."""
    return session.execute(
        described(scoped(
            session, EMPLOYMENTS, EMPLOYMENTS, UNITS.c.path, UNITS.c.name.label("unit"), IDENTITIES.c.name,
            GROUPS.c.name.label("group_name"), GROUPS.c.position.label("group_position"),
        ))
        .where(_asked(session, question, within))
        .order_by(GROUPS.c.position, IDENTITIES.c.name, EMPLOYMENTS.c.person_id, EMPLOYMENTS.c.valid_from, EMPLOYMENTS.c.id)
    ).all()  # fmt: skip


def size_of(session: Session, question: Question, *, within: Reach) -> int:
    """How many answers the pack holds: employments times tasks."""
    people = session.scalar(
        scoped(session, EMPLOYMENTS, func.count())
        .join(UNITS, (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id))
        .where(_asked(session, question, within))
    )
    tasks = 1 if question.about is About.TASK else len(tasks_on(session, question.first))
    return (people or 0) * tasks


def pack_of(session: Session, question: Question, *, within: Reach) -> Pack:
    """The answer to the question. NotFound when what it is about does not lie within reach.

    The number of statements does not grow with the people: each kind of fact is read once for all of them.
    """
    title, place = title_of(session, question.about, question.id, within=within)
    rows = posts_of(session, question, within=within)
    tasks = _tasks(session, question)
    only = question.id if question.about is About.TASK else None
    known = facts_of(session, rows, book(session), task_id=only, evidence=True)
    seen = _seen(session, {row.person_id for row in rows})
    corrected = _corrected(session, [row.id for row in rows], since=midnight(question.first))
    asking = Asking(question.first, question.last, moment_of)
    lines: list[Line] = []
    posts: list[Post] = []
    for row, one in zip(rows, known, strict=True):
        post = Post(
            row.id, row.person_id, row.name or "", row.group_name, row.unit, row.valid_from, row.valid_to,
            local(row.recorded_at).date(), corrected.get(row.id, ()),
        )  # fmt: skip
        posts.append(post)
        facts = Facts(replace(one, observed={}), seen.get(row.person_id, {}))
        lines += [Line(post, task, _runs(asking.stretches(facts, task.id), row)) for task in tasks]
    people = list(dict.fromkeys(row.person_id for row in rows))
    return Pack(
        question=question, title=title, place=place, made_at=now(), lines=tuple(lines), posts=tuple(posts),
        levels=level_names_on(session, question.last),
        vouching=vouching(session, people),
        **around(session, question, lines, people, {row.path for row in rows}, proofs_of(session, people)),
    )  # fmt: skip


def _runs(stretches: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    """Without the days before and after the employment, of which it says nothing."""
    kept = tuple(
        one for one in stretches
        if one.through >= row.valid_from and (row.valid_to is None or one.first < row.valid_to)
    )  # fmt: skip
    return kept or stretches


def _tasks(session: Session, question: Question) -> list[Named]:
    if question.about is About.TASK:
        row = session.execute(
            scoped(session, TASKS, TASKS.c.id, TASKS.c.name, AREAS.c.name.label("area"))
            .join(AREAS, (AREAS.c.municipality_id == TASKS.c.municipality_id) & (AREAS.c.id == TASKS.c.area_id))
            .where(TASKS.c.id == question.id)
        ).one()
        return [Named(*row)]
    return [Named(task.id, task.name, task.area) for task in tasks_on(session, question.first)]


def _seen(session: Session, person_ids: Iterable[int]) -> dict[int, dict[int, tuple[tuple[date, datetime], ...]]]:
    """Person -> task -> (day, moment of recording) of the observed times that stand. No note is read."""
    found: dict[int, dict[int, tuple[tuple[date, datetime], ...]]] = {}
    c = OBSERVATIONS.c
    for some in chunks(person_ids):
        rows = session.execute(
            scoped(session, OBSERVATIONS, c.person_id, c.task_id, c.observed_on, c.recorded_at)
            .where(c.person_id.in_(some), c.withdrawn_at.is_(None), c.kind.in_(TIMES), c.task_id.is_not(None))
            .order_by(c.observed_on, c.id)
        )
        for person, task, day, at in rows:
            tasks = found.setdefault(person, {})
            tasks[task] = (*tasks.get(task, ()), (day, at))
    return found


def _corrected(session: Session, employment_ids: Sequence[int], *, since: datetime) -> Mapping[int, tuple[date, ...]]:
    """Employment -> the days since the moment on which its dates were corrected back in time."""
    found: dict[int, tuple[date, ...]] = {}
    c = AUDIT.c
    for some in chunks(employment_ids):
        rows = session.execute(
            scoped(session, AUDIT, c.subject_id, c.recorded_at, c.detail)
            .where(c.subject == "employment", c.subject_id.in_(some), c.action.in_(CORRECTING), c.recorded_at >= since)
            .order_by(c.recorded_at, c.id)
        )
        for employment, at, detail in rows:
            if detail.get("correction"):
                found[employment] = (*found.get(employment, ()), local(at).date())
    return found
