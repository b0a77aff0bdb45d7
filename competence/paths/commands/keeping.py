"""The development nurse keeps the paths: one is a draft until it is approved, and again after each change."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import root_path
from competence.catalogue.rules import ScaleKind
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.learning.models import Activity
from competence.paths.models import LearningPath, PathFrom, PathStep
from competence.paths.queries.paths import Route, gate_choices, get_route
from competence.paths.rules import MOST_ABOUT, MOST_WORDS, Step, StepKind, check_step
from competence.people.models import StaffGroup
from competence.profiles.queries import content_of, profile_on


@dataclass(frozen=True)
class NewPath:
    """What a path is, without its steps."""

    name: str
    leads_to: str
    about: str = ""
    from_group_ids: Collection[int] = ()
    """Empty: for all staff groups."""
    to_group_id: int | None = None
    needs_path_id: int | None = None


def _keeps(session: Session, by: Actor) -> None:
    """Nothing. NotAllowed when she does not keep the paths of the whole municipality."""
    authorise(by, Permission.PATH_WRITE, root_path(session))


def _words(text: str, field: str, most: int) -> str:
    text = text.replace("\r\n", "\n").strip()
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(text) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return text


def _kept(session: Session, path_id: int, seen: int, by: Actor) -> Route:
    """The path, locked. Overtaken when it is not as `seen`; NotFound when it has been taken out of the list."""
    route = get_route(session, path_id, lock=True)
    _keeps(session, by)
    if route.row.revision != seen:
        raise Overtaken(
            sentence(N_("Somebody else has changed the path meanwhile. Nothing was saved. Look at it again."))
        )
    return route


def _draft_again(session: Session, row: LearningPath, by: Actor, action: str) -> None:
    """Nothing; the path counts one change more, and waits to be approved again."""
    row.revision = (row.revision or 0) + 1
    row.changed_at, row.changed_by = now(), by.person_id
    row.approved_at, row.approved_by = None, None
    session.flush()
    record(
        session,
        by=by.person_id,
        action="change_path",
        subject="learning_path",
        subject_id=row.id,
        detail={"what": action},
    )


def _check(session: Session, new: NewPath, *, own: int = 0) -> tuple[str, str, str]:
    name, aim = _words(squeeze(new.name), "name", MOST_WORDS), _words(squeeze(new.leads_to), "leads_to", 120)
    if not name:
        raise RuleBroken(sentence(N_("Write what the path is called.")), field="name")
    if not aim:
        raise RuleBroken(sentence(N_("Write what it leads to.")), field="leads_to")
    groups = {*new.from_group_ids, *([new.to_group_id] if new.to_group_id is not None else [])}
    if groups - set(session.scalars(select(StaffGroup.id).where(StaffGroup.id.in_(sorted(groups))))):
        raise NotFound
    _check_needs(session, new.needs_path_id, own)
    return name, aim, _words(new.about, "about", MOST_ABOUT)


def _check_needs(session: Session, needs: int | None, own: int) -> None:
    """Nothing. RuleBroken when a path would have to be walked before itself."""
    seen = {own} if own else set()
    while needs is not None:
        if needs in seen:
            raise RuleBroken(sentence(N_("The paths would wait for each other. Choose another one.")), field="needs")
        seen.add(needs)
        row = session.execute(
            select(LearningPath.id, LearningPath.needs_path_id).where(LearningPath.id == needs)
        ).one_or_none()
        if row is None:
            raise NotFound
        needs = row.needs_path_id


@command
def create_path(session: Session, new: NewPath, *, by: Actor) -> LearningPath:
    """The path, a draft without steps. RuleBroken with the field that is wrong."""
    _keeps(session, by)
    name, aim, about = _check(session, new)
    number = (session.scalar(select(func.max(LearningPath.id))) or 0) + 1
    row = LearningPath(
        code=f"E{number}", name=name, about=about, leads_to=aim, to_group_id=new.to_group_id, needs_path_id=new.needs_path_id,
        revision=1, changed_at=now(), changed_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(PathFrom(path_id=row.id, staff_group_id=group) for group in sorted(set(new.from_group_ids)))
    session.flush()
    record(session, by=by.person_id, action="create_path", subject="learning_path", subject_id=row.id)
    return row


@command
def change_path(session: Session, path_id: int, new: NewPath, *, seen: int, by: Actor) -> LearningPath:
    """The path as it is now said to be, a draft again. RuleBroken with the field that is wrong; Overtaken if not as `seen`."""
    route = _kept(session, path_id, seen, by)
    row = route.row
    row.name, row.leads_to, row.about = _check(session, new, own=path_id)
    row.to_group_id, row.needs_path_id = new.to_group_id, new.needs_path_id
    for one in session.scalars(select(PathFrom).where(PathFrom.path_id == path_id)):
        if one.staff_group_id not in new.from_group_ids:
            session.delete(one)
    session.add_all(
        PathFrom(path_id=path_id, staff_group_id=group) for group in sorted(set(new.from_group_ids) - route.from_groups)
    )
    _draft_again(session, row, by, "facts")
    return row


@command
def add_step(session: Session, path_id: int, step: Step, *, seen: int, by: Actor) -> PathStep:
    """The step, last on the path, which is a draft again. RuleBroken with the field that is wrong."""
    route = _kept(session, path_id, seen, by)
    check_step(step, steps=len(route.steps))
    _check_step(session, step)
    made = _row(path_id, step, len(route.steps) + 1)
    session.add(made)
    _draft_again(session, route.row, by, "add_step")
    return made


def _row(path_id: int, step: Step, position: int) -> PathStep:
    of_level = step.kind is StepKind.LEVEL
    return PathStep(
        path_id=path_id, position=position, kind=step.kind, weeks=step.weeks, waits=step.waits,
        task_id=step.task_id if step.kind is StepKind.TASK else None,
        level=step.level if step.kind in (StepKind.TASK, StepKind.LEVEL) else None,
        staff_group_id=step.staff_group_id if of_level else None, area_name=step.area if of_level else "",
        activity_id=step.activity_id if step.kind is StepKind.ACTIVITY else None,
        gate_code=step.gate if step.kind is StepKind.GATE else "",
    )  # fmt: skip


def _check_step(session: Session, step: Step) -> None:
    scale = ScaleKind.PROFILE if step.kind is StepKind.LEVEL else ScaleKind.PRACTICE
    if step.kind in (StepKind.TASK, StepKind.LEVEL) and step.level not in level_names(session, scale):
        raise RuleBroken(sentence(N_("Choose a level.")), field="level")
    if step.kind is StepKind.TASK:
        task = session.scalars(select(Task).where(Task.id == step.task_id)).one_or_none()
        if task is None:
            raise NotFound
        if task.archived_on is not None and task.archived_on <= today():
            raise RuleBroken(sentence(N_("The task “%(task)s” is no longer used."), task=task.name), field="task")
    if step.kind is StepKind.LEVEL:
        _check_area(session, step)
    if step.kind is StepKind.ACTIVITY and (
        session.scalar(select(Activity.id).where(Activity.id == step.activity_id)) is None
    ):
        raise NotFound
    if step.kind is StepKind.GATE and step.gate not in gate_choices(session, [step.gate]):
        raise NotFound


def _check_area(session: Session, step: Step) -> None:
    group = session.scalars(select(StaffGroup).where(StaffGroup.id == step.staff_group_id)).one_or_none()
    if group is None:
        raise NotFound
    profile = profile_on(session, group.id, today())
    if profile is None:
        raise RuleBroken(sentence(N_("%(group)s has no competence profile."), group=group.name), field="staff_group")
    if step.area and step.area not in content_of(session, profile.id).areas:
        raise RuleBroken(
            sentence(N_("The competence profile of %(group)s has no area “%(area)s”."), group=group.name, area=step.area),
            field="area",
        )  # fmt: skip


@command
def move_step(session: Session, path_id: int, step_id: int, *, up: bool, seen: int, by: Actor) -> LearningPath:
    """The path with the step one place earlier (or later), a draft again. NotFound when it is not the path's."""
    route = _kept(session, path_id, seen, by)
    order = [step.id for step in route.steps]
    if step_id not in order:
        raise NotFound
    at = order.index(step_id)
    to = at - 1 if up else at + 1
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
        _number(session, path_id, order)
        _draft_again(session, route.row, by, "move_step")
    return route.row


@command
def remove_step(session: Session, path_id: int, step_id: int, *, seen: int, by: Actor) -> LearningPath:
    """The path without the step, a draft again. NotFound when it is not the path's."""
    route = _kept(session, path_id, seen, by)
    order = [step.id for step in route.steps if step.id != step_id]
    if len(order) == len(route.steps):
        raise NotFound
    session.delete(session.scalars(select(PathStep).where(PathStep.id == step_id)).one())
    _number(session, path_id, order)
    _draft_again(session, route.row, by, "remove_step")
    return route.row


def _number(session: Session, path_id: int, order: list[int]) -> None:
    for row in session.scalars(select(PathStep).where(PathStep.path_id == path_id)):
        if row.id in order:
            row.position = order.index(row.id) + 1


@command
def approve_path(session: Session, path_id: int, *, seen: int, by: Actor) -> LearningPath:
    """The path, approved by name: employees see it, and can be put on it. RuleBroken when it has no steps, or a dead one."""
    route = _kept(session, path_id, seen, by)
    if not route.steps:
        raise RuleBroken(sentence(N_("The path has no steps yet.")))
    for step in route.steps:
        _check_step(session, step)
    if route.row.approved_at is None:
        route.row.approved_at, route.row.approved_by = now(), by.person_id
        record(session, by=by.person_id, action="approve_path", subject="learning_path", subject_id=path_id)
    return route.row


@command
def archive_path(session: Session, path_id: int, *, seen: int, by: Actor) -> LearningPath:
    """The path, out of the list. Those who walk it go on; nobody new is put on it."""
    route = _kept(session, path_id, seen, by)
    if route.row.archived_on is None:
        route.row.archived_on = today()
        route.row.revision += 1
        record(session, by=by.person_id, action="archive_path", subject="learning_path", subject_id=path_id)
    return route.row


@command
def restore_path(session: Session, path_id: int, *, seen: int, by: Actor) -> LearningPath:
    """The path, in the list again."""
    route = _kept(session, path_id, seen, by)
    if route.row.archived_on is not None:
        route.row.archived_on = None
        route.row.revision += 1
        record(session, by=by.person_id, action="restore_path", subject="learning_path", subject_id=path_id)
    return route.row
