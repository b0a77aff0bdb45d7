"""The paths that ship with the program, as drafts that nobody has approved."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.models import Task, TaskGate
from competence.foundation.clock import now
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.paths.models import LearningPath, PathFrom, PathStep
from competence.paths.rules import StepKind
from competence.people.models import StaffGroup

Rows = Iterable[Mapping[str, str]]


def take_shipped(session: Session, paths: Rows, steps: Rows, activities: Rows) -> list[LearningPath]:
    """The shipped paths that the municipality did not have, each a draft. Safe to run again: what exists is left alone.

    `paths`, `steps` and `activities` are the rows of the files in seed/reference. A step about a task or a gate that the
    municipality does not have is left out; an activity that it lacks is taken along.
    """
    known = set(session.scalars(select(LearningPath.code)))
    groups = {row.code: row.id for row in session.execute(select(StaffGroup.code, StaffGroup.id))}
    tasks: dict[str, int] = {}
    for task in session.execute(
        select(Task.id, Task.reference_code, Task.code, Task.name).order_by(Task.position.desc())
    ):
        for name in (task.name, task.reference_code, task.code):
            if name:
                tasks[name] = task.id
    gates = set(session.scalars(select(TaskGate.code)))
    by_path: dict[str, list[Mapping[str, str]]] = {}
    for step in steps:
        by_path.setdefault(step["path"], []).append(step)
    listed = {one["code"]: one for one in activities}
    made: dict[str, LearningPath] = {}
    for said in paths:
        if said["code"] in known:
            continue
        needs = said["needs_path"]
        row = LearningPath(
            code=said["code"], name=said["name_da"], about=said["about_da"], leads_to=said["leads_to_da"],
            to_group_id=groups.get(said["to_group"]), needs_path_id=made[needs].id if needs in made else None,
            source=said["source"], revision=1, changed_at=now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        made[said["code"]] = row
        for code in said["from_groups"].split(";"):
            if code in groups:
                session.add(PathFrom(path_id=row.id, staff_group_id=groups[code]))
        position = 0
        for step in by_path.get(said["code"], []):
            one = _step(session, step, tasks, groups, gates, listed)
            if one is not None:
                position += 1
                one.path_id, one.position = row.id, position
                session.add(one)
        session.flush()
    return list(made.values())


def _step(
    session: Session, said: Mapping[str, str], tasks: Mapping[str, int], groups: Mapping[str, int], gates: set[str],
    listed: Mapping[str, Mapping[str, str]],
) -> PathStep | None:  # fmt: skip
    """The step; None when what it is about is not there."""
    kind, what = StepKind(said["kind"]), said["what"]
    step = PathStep(kind=kind, weeks=int(said["weeks"]), waits=said["waits"] == "yes")
    level = int(said["level"]) if said["level"] else None
    if kind is StepKind.TASK:
        if what not in tasks:
            return None
        step.task_id, step.level = tasks[what], level or 1
    elif kind is StepKind.LEVEL:
        if said["group"] not in groups:
            return None
        step.staff_group_id, step.area_name, step.level = groups[said["group"]], what, level or 1
    elif kind is StepKind.GATE:
        if what not in gates:
            return None
        step.gate_code = what
    else:
        if what not in listed:
            return None
        step.activity_id = _activity(session, listed[what])
    return step


def _activity(session: Session, said: Mapping[str, str]) -> int:
    found = session.scalar(select(Activity.id).where(Activity.code == said["code"]))
    if found is not None:
        return found
    made = Activity(
        code=said["code"], name=said["name_da"], part=Part(said["category"]), area=said["area"],
        minutes=max(15, round(float(said["typical_hours"].replace(",", ".")) * 60)), who_leads=said["who_leads"],
        source=said["source"],
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id
