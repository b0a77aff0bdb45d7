"""Goals and activities of a person's plan: she or her leader writes them; hers is the yes."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.delegation.queries import cell_for
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.common import changed, check_leader, one_of_the_two, plan_of, words
from competence.learning.models import Activity, Goal, PlannedActivity
from competence.learning.rules import MOST_WORDS, GoalKind, Origin, Part, check_days, check_minutes
from competence.people.models import Employment


@dataclass(frozen=True)
class NewGoal:
    """What somebody wants to reach."""

    kind: GoalKind
    task_id: int | None = None
    level: int | None = None
    """Rank: on the practice scale for a task, on the profile scale for a profile level."""
    area_name: str = ""
    words: str = ""
    wanted_by: date | None = None
    origin: Origin = Origin.OWN


@dataclass(frozen=True)
class NewActivity:
    """Something to learn by."""

    name: str
    part: Part
    minutes: int
    goal_id: int | None = None
    activity_id: int | None = None
    task_id: int | None = None
    level: int | None = None
    led_by: int | None = None
    led_text: str = ""
    place: str = ""
    begins: date | None = None
    last: date | None = None
    """The last day; None with a first day: that day."""
    at: time | None = None
    origin: Origin = Origin.OWN
    aim: str = ""
    agreed_use: str = ""
    cover: str = ""
    done_on: date | None = None
    """The day on which it was done already; nothing of what was agreed changes by it."""


@command
def add_goal(session: Session, employment_id: int, new: NewGoal, *, by: Actor, seen: int | None = None) -> Goal:
    """The goal in the employment's plan, which begins now when there is none.

    What the employee writes herself has her yes; another's waits for it. RuleBroken for a task that her group may not do,
    a level that the scale lacks, a day that has passed, or a goal that stands already. Overtaken when the plan is not as `seen`.
    """
    employment, _unit = one_of_the_two(session, employment_id, by)
    _check_goal(session, employment, new)
    plan = plan_of(session, employment, by)
    changed(plan, seen=seen)
    own = by.person_id == employment.person_id
    standing = select(Goal.id).where(
        Goal.plan_id == plan.id, Goal.kind == new.kind, Goal.reached_on.is_(None), Goal.set_aside_on.is_(None)
    )
    if new.kind is GoalKind.TASK and session.scalar(standing.where(Goal.task_id == new.task_id)) is not None:
        raise RuleBroken(sentence(N_("The plan has a goal for that task already.")), field="task")
    goal = Goal(
        plan_id=plan.id, employment_id=employment.id, kind=new.kind, task_id=new.task_id, level=new.level,
        area_name=new.area_name, words=words(new.words, "words"), wanted_by=new.wanted_by, origin=new.origin,
        yes_on=today() if own else None, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(goal)
    session.flush()
    record(
        session, by=by.person_id, action="add_goal", subject="goal", subject_id=goal.id, person_id=employment.person_id
    )
    return goal


def _check_goal(session: Session, employment: Employment, new: NewGoal) -> None:
    if new.wanted_by is not None and new.wanted_by < today():
        raise RuleBroken(sentence(N_("The day has passed. Choose a later one.")), field="wanted_by")
    if new.kind is GoalKind.WISH:
        if not new.words.strip():
            raise RuleBroken(sentence(N_("Write what the wish is.")), field="words")
        return
    scale = ScaleKind.PRACTICE if new.kind is GoalKind.TASK else ScaleKind.PROFILE
    if new.level not in level_names(session, scale):
        raise RuleBroken(sentence(N_("Choose a level.")), field="level")
    if new.kind is GoalKind.PROFILE:
        return
    task = _used(session.scalars(select(Task).where(Task.id == new.task_id)).one_or_none())
    cell = cell_for(session, task.id, employment.staff_group_id, stage_from=employment.stage_from, on=today())
    if not cell.entitles:
        raise RuleBroken(
            sentence(N_("By the division of tasks the staff group may not do “%(task)s”."), task=task.name),
            field="task",
        )


@command
def plan_activity(
    session: Session, employment_id: int, new: NewActivity, *, by: Actor, seen: int | None = None
) -> PlannedActivity:
    """The activity in the employment's plan. RuleBroken with the field that is wrong. Overtaken when the plan is not as `seen`."""
    employment, _unit = one_of_the_two(session, employment_id, by)
    name = words(new.name, "name", MOST_WORDS)
    if not name:
        raise RuleBroken(sentence(N_("Write what the activity is.")), field="name")
    check_minutes(new.minutes)
    begins, ends = check_days(new.begins, new.last)
    if new.done_on is not None and new.done_on > today():
        raise RuleBroken(sentence(N_("The day has not come yet.")), field="done_on")
    plan = plan_of(session, employment, by)
    if new.done_on is None:
        changed(plan, seen=seen)
    if new.goal_id is not None and (
        session.scalar(select(Goal.id).where(Goal.id == new.goal_id, Goal.plan_id == plan.id)) is None
    ):
        raise NotFound
    _check_listed(session, new)
    check_leader(session, new.led_by, but=employment.person_id)
    own = by.person_id == employment.person_id
    activity = PlannedActivity(
        employment_id=employment.id, goal_id=new.goal_id, activity_id=new.activity_id, name=name, part=new.part,
        minutes=new.minutes, task_id=new.task_id, level=new.level, led_by=new.led_by,
        led_text=words(new.led_text, "led_text", MOST_WORDS), place=words(new.place, "place", MOST_WORDS),
        led_yes_at=now() if new.led_by == by.person_id else None, begins=begins, ends=ends, at=new.at, origin=new.origin,
        yes_on=today() if own else None, aim=words(new.aim, "aim"), agreed_use=words(new.agreed_use, "agreed_use"),
        cover=words(new.cover, "cover"), done_on=new.done_on, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(activity)
    session.flush()
    record(
        session, by=by.person_id, action="plan_activity", subject="planned_activity", subject_id=activity.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return activity


def _check_listed(session: Session, new: NewActivity) -> None:
    """Nothing. RuleBroken for what the list, or the catalogue, no longer has; NotFound for what it never had."""
    if new.activity_id is not None:
        listed = session.scalars(select(Activity).where(Activity.id == new.activity_id)).one_or_none()
        if listed is None:
            raise NotFound
        if listed.archived_on is not None and listed.archived_on <= today():
            raise RuleBroken(
                sentence(
                    N_("“%(activity)s” is no longer on the list. Write it as your own instead."), activity=listed.name
                ),
                field="name",
            )
    if new.task_id is not None:
        _used(session.scalars(select(Task).where(Task.id == new.task_id)).one_or_none())


def _used(task: Task | None) -> Task:
    """The task. RuleBroken when it is none, or has been taken out of the catalogue."""
    if task is None:
        raise RuleBroken(sentence(N_("Choose a task.")), field="task")
    if task.archived_on is not None and task.archived_on <= today():
        raise RuleBroken(sentence(N_("The task “%(task)s” is no longer used."), task=task.name), field="task")
    return task
