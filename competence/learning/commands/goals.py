"""What becomes of a goal: answered, written anew, closed as reached, put aside. None of it is counted against anybody."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.common import changed, one_of_the_two, running_plan, words
from competence.learning.models import DevelopmentPlan, Goal
from competence.learning.rules import GoalKind
from competence.people.models import Employment


def _goal(session: Session, goal_id: int, by: Actor) -> tuple[Employment, DevelopmentPlan, Goal]:
    """The goal with its open plan. NotFound for everybody but the two. RuleBroken when the plan has ended."""
    found = session.scalars(select(Goal).where(Goal.id == goal_id)).one_or_none()
    if found is None:
        raise NotFound
    employment, _unit = one_of_the_two(session, found.employment_id, by)
    plan = running_plan(session, employment.id)
    if plan is None or plan.id != found.plan_id:
        raise RuleBroken(sentence(N_("The plan has ended. Nothing of it is changed any more.")))
    session.refresh(found)
    return employment, plan, found


def _record_goal(session: Session, action: str, goal: Goal, employment: Employment, by: Actor) -> None:
    record(session, by=by.person_id, action=action, subject="goal", subject_id=goal.id, person_id=employment.person_id)


@command
def answer_goal(session: Session, goal_id: int, yes: bool, *, by: Actor) -> Goal:
    """The goal with the employee's own yes; with "not now" it is put aside. NotFound for anybody but her."""
    employment, plan, goal = _goal(session, goal_id, by)
    if by.person_id != employment.person_id:
        raise NotFound
    if goal.yes_on is not None or goal.set_aside_on is not None:
        return goal
    if yes:
        goal.yes_on = today()
    else:
        goal.set_aside_on = today()
        changed(plan, seen=None)
    _record_goal(session, "answer_goal", goal, employment, by)
    return goal


@command
def change_goal(
    session: Session, goal_id: int, *, level: int | None, text: str, wanted_by: date | None, seen: int, by: Actor
) -> Goal:
    """The goal at another level, in other words or by another day. Overtaken when the plan is not as `seen`.

    What somebody else changes in an employee's goal waits for her yes again.
    """
    employment, plan, goal = _goal(session, goal_id, by)
    said = words(text, "words")
    if goal.kind == GoalKind.WISH:
        level = None
        if not said:
            raise RuleBroken(sentence(N_("Write what the wish is.")), field="words")
    elif level not in level_names(session, ScaleKind.PRACTICE if goal.kind == GoalKind.TASK else ScaleKind.PROFILE):
        raise RuleBroken(sentence(N_("Choose a level.")), field="level")
    if wanted_by is not None and wanted_by != goal.wanted_by and wanted_by < today():
        raise RuleBroken(sentence(N_("The day has passed. Choose a later one.")), field="wanted_by")
    _open(goal)
    if (goal.level, goal.words, goal.wanted_by) == (level, said, wanted_by):
        return goal
    changed(plan, seen=seen)
    if by.person_id == employment.person_id:
        goal.yes_on = goal.yes_on or today()
    elif (goal.level, goal.words) != (level, said):
        goal.yes_on = None
    goal.level, goal.words, goal.wanted_by = level, said, wanted_by
    _record_goal(session, "change_goal", goal, employment, by)
    return goal


def _open(goal: Goal) -> None:
    if goal.reached_on is not None or goal.set_aside_on is not None:
        raise RuleBroken(sentence(N_("The goal is closed. Open it again before you change it.")))


@command
def close_goal(session: Session, goal_id: int, *, reached: bool, by: Actor) -> Goal:
    """The goal, closed as reached, or put aside. It can be opened again."""
    employment, plan, goal = _goal(session, goal_id, by)
    _open(goal)
    if reached:
        goal.reached_on, goal.yes_on = today(), goal.yes_on or today()
    else:
        goal.set_aside_on = today()
    changed(plan, seen=None)
    _record_goal(session, "close_goal", goal, employment, by)
    return goal


@command
def open_goal(session: Session, goal_id: int, *, by: Actor) -> Goal:
    """The goal, open again; with the employee's yes only when it is she who opens it, or had said it."""
    employment, plan, goal = _goal(session, goal_id, by)
    if goal.reached_on is None and goal.set_aside_on is None:
        return goal
    standing = select(Goal.id).where(
        Goal.plan_id == plan.id, Goal.kind == GoalKind.TASK, Goal.task_id == goal.task_id, Goal.reached_on.is_(None),
        Goal.set_aside_on.is_(None),
    )  # fmt: skip
    if goal.kind == GoalKind.TASK and session.scalar(standing) is not None:
        raise RuleBroken(sentence(N_("The plan has a goal for that task already.")), field="task")
    goal.reached_on = goal.set_aside_on = None
    if by.person_id == employment.person_id:
        goal.yes_on = goal.yes_on or today()
    changed(plan, seen=None)
    _record_goal(session, "open_goal", goal, employment, by)
    return goal
