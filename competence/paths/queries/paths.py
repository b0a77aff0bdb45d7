"""The paths with their steps, in words; and what can be chosen for a step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task, TaskGate
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.learning.models import Activity
from competence.paths.models import LearningPath, PathFrom, PathStep
from competence.paths.rules import Step, StepKind, Way
from competence.people.models import StaffGroup
from competence.people.queries import staff_group_choices


@dataclass(frozen=True)
class Route:
    """A path with its steps."""

    row: LearningPath
    steps: tuple[Step, ...]
    from_groups: frozenset[int]
    """Empty: for all staff groups."""

    @property
    def id(self) -> int:
        """Of the path."""
        return self.row.id

    @property
    def weeks(self) -> int:
        """What all steps usually take, together."""
        return sum(step.weeks for step in self.steps)

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved it as it is."""
        return self.row.approved_at is None

    @property
    def in_use(self) -> bool:
        """Whether somebody can be put on it."""
        return not self.is_draft and self.row.archived_on is None

    def is_for(self, staff_group_id: int) -> bool:
        """Whether it is for somebody of the staff group."""
        return not self.from_groups or staff_group_id in self.from_groups

    @property
    def way(self) -> Way:
        """As the map sees it."""
        return Way(self.id, self.row.name, self.from_groups, self.row.to_group_id, self.row.leads_to, self.weeks)


def routes(session: Session, *, archived: bool = False) -> list[Route]:
    """The paths by name: those in the list, or those taken out of it."""
    wanted = select(LearningPath).where(
        LearningPath.archived_on.is_not(None) if archived else LearningPath.archived_on.is_(None)
    )
    return routes_of(session, session.scalars(wanted.order_by(LearningPath.name, LearningPath.id)).all())


def routes_of(session: Session, rows: Iterable[LearningPath]) -> list[Route]:
    """The paths with their steps and groups, in their order; as many queries for one as for many."""
    found = list(rows)
    ids = [row.id for row in found]
    steps: dict[int, list[Step]] = {}
    for row in session.scalars(
        select(PathStep).where(PathStep.path_id.in_(ids)).order_by(PathStep.position, PathStep.id)
    ):
        steps.setdefault(row.path_id, []).append(step_of(row))
    groups: dict[int, set[int]] = {}
    for one in session.scalars(select(PathFrom).where(PathFrom.path_id.in_(ids)).order_by(PathFrom.id)):
        groups.setdefault(one.path_id, set()).add(one.staff_group_id)
    return [Route(row, tuple(steps.get(row.id, ())), frozenset(groups.get(row.id, ()))) for row in found]


def step_of(row: PathStep) -> Step:
    """The step as the rules see it."""
    return Step(
        row.id, StepKind(row.kind), row.weeks, row.waits, row.task_id, row.level, row.staff_group_id, row.area_name,
        row.activity_id, row.gate_code,
    )  # fmt: skip


def get_route(session: Session, path_id: int, *, lock: bool = False) -> Route:
    """The path. NotFound when there is none. `lock`: nobody else changes it until the end."""
    wanted = select(LearningPath).where(LearningPath.id == path_id)
    row = session.scalars(
        wanted.with_for_update() if lock else wanted, execution_options={"populate_existing": True}
    ).one_or_none()
    if row is None:
        raise NotFound
    return routes_of(session, [row])[0]


def paths_by_id(session: Session, path_ids: Iterable[int]) -> dict[int, Route]:
    """Those of the paths, by id."""
    ids = sorted(set(path_ids))
    rows = session.scalars(select(LearningPath).where(LearningPath.id.in_(ids)).order_by(LearningPath.id))
    return {one.id: one for one in routes_of(session, rows)}


@dataclass(frozen=True)
class Names:
    """What steps name, by id."""

    tasks: Mapping[int, str] = field(default_factory=dict)
    activities: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    gates: Mapping[str, str] = field(default_factory=dict)
    practice: Mapping[int, str] = field(default_factory=dict)
    profile: Mapping[int, str] = field(default_factory=dict)
    archived: frozenset[int] = frozenset()
    """Tasks that are no longer used."""


def names(session: Session, steps: Sequence[Step]) -> Names:
    """The names of what the steps ask for."""
    tasks = session.execute(
        select(Task.id, Task.name, Task.archived_on)
        .where(Task.id.in_({step.task_id for step in steps if step.task_id}))
        .order_by(Task.id)
    ).all()
    activities = session.execute(
        select(Activity.id, Activity.name)
        .where(Activity.id.in_({step.activity_id for step in steps if step.activity_id}))
        .order_by(Activity.id)
    ).all()
    return Names(
        {row.id: row.name for row in tasks}, {row.id: row.name for row in activities}, dict(staff_group_choices(session)),
        gate_choices(session, {step.gate for step in steps if step.gate}), level_names(session),
        level_names(session, ScaleKind.PROFILE),
        frozenset(row.id for row in tasks if row.archived_on is not None and row.archived_on <= today()),
    )  # fmt: skip


def gate_choices(session: Session, codes: Iterable[str] | None = None) -> dict[str, str]:
    """Code -> name of the courses, dialogues and checks of the catalogue; of these codes alone where they are named."""
    wanted = select(TaskGate.code, TaskGate.name).order_by(TaskGate.code, TaskGate.id)
    if codes is not None:
        wanted = wanted.where(TaskGate.code.in_(sorted(set(codes))))
    found: dict[str, str] = {}
    for row in session.execute(wanted):
        found.setdefault(row.code, row.name)
    return dict(sorted(found.items(), key=lambda one: (one[1], one[0])))


def activity_choices(session: Session) -> list[tuple[int, str]]:
    """(id, name) of the activities that can be chosen."""
    rows = session.execute(
        select(Activity.id, Activity.name).where(Activity.archived_on.is_(None)).order_by(Activity.name, Activity.id)
    )
    return [(row.id, row.name) for row in rows]


def group_names(session: Session) -> dict[int, str]:
    """Staff group -> its short name."""
    rows = session.execute(select(StaffGroup.id, StaffGroup.short_name).order_by(StaffGroup.position, StaffGroup.id))
    return {row.id: row.short_name for row in rows}
