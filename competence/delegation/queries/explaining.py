"""All that one cell says, and all that is said of one task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.models import Area, Task, TaskCriterion
from competence.delegation.models import ExampleCell, FrameworkDelegation
from competence.delegation.queries.reading import Column, ReadVersion, both_ways, row_in, staff_groups
from competence.delegation.queries.terms import Cells, follows_on
from competence.delegation.rules import UNDECIDED, CellRule, CellTerms, differs
from competence.foundation.errors import NotFound


@dataclass(frozen=True)
class Example:
    """What another matrix says of the task and group; never a rule."""

    name: str
    group: Column
    rule: CellRule
    note: str
    source: str


@dataclass(frozen=True)
class HistoryLine:
    """What a version says of the cell."""

    version: ReadVersion
    terms: CellTerms
    is_change: bool
    """Whether the version before it said something else, or there was none."""


@dataclass(frozen=True)
class Framework:
    """The framework delegation that a cell rests on."""

    giver: str
    instruction: str
    instruction_version: str


@dataclass(frozen=True)
class CellPage:
    """All that one cell says."""

    version: ReadVersion
    task: Task
    group: Column
    terms: CellTerms
    followed: Column | None
    """The group whose cell it is, when this one has none of its own."""
    stage: str | None
    followers: tuple[tuple[Column, str | None], ...]
    examples: tuple[Example, ...]
    history: tuple[HistoryLine, ...]
    """Newest first."""
    framework: Framework | None


@dataclass(frozen=True)
class TaskPage:
    """A task with every staff group's cell."""

    version: ReadVersion
    task: Task
    area: str
    cells: tuple[tuple[Column, CellTerms, Column | None], ...]
    """(group, terms, the group it follows when it has no cell of its own)."""
    examples: tuple[Example, ...]
    criteria: tuple[str, ...]


def get_task(session: Session, task_id: int) -> Task:
    """The task. NotFound when there is none by that id."""
    task = session.scalar(select(Task).where(Task.id == task_id))
    if task is None:
        raise NotFound
    return task


def read_cell(
    session: Session,
    versions: Sequence[ReadVersion],
    version: ReadVersion,
    task_id: int,
    group_id: int,
    *,
    asked: date | None = None,
) -> CellPage:
    """All about one cell, as it was on the day `asked`. NotFound when there is no such task or group."""
    task, groups = get_task(session, task_id), staff_groups(session)
    if group_id not in groups:
        raise NotFound
    following = follows_on(session, asked or version.asked_on)
    terms, followed, stage = _terms_with_follow(row_in(session, version, task_id, asked), following, task_id, group_id)
    return CellPage(
        version=version,
        task=task,
        group=groups[group_id],
        terms=terms,
        followed=groups.get(followed) if followed else None,
        stage=stage,
        followers=tuple(
            (groups[other], from_stage)
            for other, (whom, from_stage) in following.items()
            if whom == group_id and other in groups
        ),
        examples=_examples(session, task_id, groups, group_id),
        history=_history(session, versions, task_id, group_id),
        framework=_framework(session, task_id, followed or group_id),
    )


def _terms_with_follow(
    cells: Cells, following: Mapping[int, tuple[int, str | None]], task_id: int, group_id: int
) -> tuple[CellTerms, int | None, str | None]:
    """(terms, the group it follows, its stage): the group's own where it has a cell."""
    own = cells.get((task_id, group_id))
    if own is not None or group_id not in following:
        return own or UNDECIDED, None, None
    followed, stage = following[group_id]
    return cells.get((task_id, followed), UNDECIDED), followed, stage


def _history(
    session: Session,
    versions: Sequence[ReadVersion],
    task_id: int,
    group_id: int,
) -> tuple[HistoryLine, ...]:
    lines: list[HistoryLine] = []
    before: tuple[CellTerms, date] | None = None
    for version in sorted(versions, key=lambda v: (v.valid_from or date.max, v.number)):
        following = follows_on(session, version.asked_on)
        terms, _, _ = _terms_with_follow(row_in(session, version, task_id), following, task_id, group_id)
        day = version.asked_on
        forward, back = both_ways(session, before[1], day) if before else ((), ())
        changed = before is None or differs(before[0].through(forward), terms.through(back))
        lines.append(HistoryLine(version, terms, changed))
        if not version.is_draft:
            before = terms, day
    return tuple(reversed(lines))


def _examples(
    session: Session, task_id: int, groups: Mapping[int, Column], group_id: int | None = None
) -> tuple[Example, ...]:
    wanted = select(ExampleCell).where(ExampleCell.task_id == task_id)
    if group_id is not None:
        wanted = wanted.where(ExampleCell.staff_group_id == group_id)
    rows = session.scalars(wanted.order_by(ExampleCell.matrix_name, ExampleCell.id))
    return tuple(
        Example(row.matrix_name, groups[row.staff_group_id], row.rule, row.note, row.source)
        for row in rows
        if row.staff_group_id in groups
    )


def _framework(session: Session, task_id: int, group_id: int) -> Framework | None:
    row = session.scalars(
        select(FrameworkDelegation)
        .where(FrameworkDelegation.task_id == task_id, FrameworkDelegation.staff_group_id == group_id)
        .order_by(FrameworkDelegation.id.desc())
        .limit(1)
    ).first()
    return Framework(row.giver_text, row.instruction, row.instruction_version) if row else None


def read_task(session: Session, version: ReadVersion, task_id: int, *, asked: date | None = None) -> TaskPage:
    """The task in the version, every group's cell as on the day `asked`. NotFound when there is no such task."""
    task, groups = get_task(session, task_id), staff_groups(session)
    cells, following = row_in(session, version, task_id, asked), follows_on(session, asked or version.asked_on)
    read = []
    for group in groups.values():
        terms, followed, _ = _terms_with_follow(cells, following, task_id, group.id)
        if (task_id, group.id) in cells or followed is not None:
            read.append((group, terms, groups.get(followed) if followed else None))
    criteria = session.scalars(
        select(TaskCriterion.text).where(TaskCriterion.task_id == task_id).order_by(TaskCriterion.position)
    ).all()
    if not criteria:
        criteria = session.scalars(
            select(TaskCriterion.text).where(TaskCriterion.task_id.is_(None)).order_by(TaskCriterion.position)
        ).all()
    area = session.scalar(select(Area.name).where(Area.id == task.area_id)) or ""
    return TaskPage(version, task, area, tuple(read), _examples(session, task_id, groups), tuple(criteria))
