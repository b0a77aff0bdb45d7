"""What becomes of an activity: answered, moved, done, put aside; its *after*; and the yes of whoever leads it."""

from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.common import changed, check_leader, one_of_the_two, running_plan, words
from competence.learning.commands.planning import NewActivity, plan_activity
from competence.learning.models import Goal, PlannedActivity
from competence.learning.rules import MOST_WORDS, Origin, Part, check_days, check_minutes
from competence.people.models import Employment


@dataclass(frozen=True)
class Said:
    """What the two say of a planned activity."""

    name: str
    part: Part
    minutes: int
    goal_id: int | None = None
    led_by: int | None = None
    led_text: str = ""
    place: str = ""
    begins: date | None = None
    last: date | None = None
    at: time | None = None
    aim: str = ""
    agreed_use: str = ""
    cover: str = ""


@dataclass(frozen=True)
class After:
    """The *after* of an activity of the 10."""

    use: str
    shared_with: str
    follow_up_on: date | None
    followed_up: bool = False


def _held(
    session: Session, planned_id: int, by: Actor, *, seen: int | None = None
) -> tuple[Employment, PlannedActivity]:
    """The activity. NotFound for everybody but the two; Overtaken when it is not as `seen`."""
    found = session.scalars(select(PlannedActivity).where(PlannedActivity.id == planned_id)).one_or_none()
    if found is None:
        raise NotFound
    employment, _unit = one_of_the_two(session, found.employment_id, by)
    session.refresh(found, with_for_update=True)
    if seen is not None and found.revision != seen:
        raise Overtaken(sentence(N_("The activity has been changed meanwhile. Nothing was saved. Look at it again.")))
    return employment, found


def _record_planned(session: Session, action: str, planned: PlannedActivity, employment: Employment, by: Actor) -> None:
    record(
        session, by=by.person_id, action=action, subject="planned_activity", subject_id=planned.id,
        person_id=employment.person_id,
    )  # fmt: skip


def _said_otherwise(session: Session, planned: PlannedActivity) -> None:
    """Nothing; what the plan says has changed."""
    planned.revision += 1
    plan = running_plan(session, planned.employment_id)
    if plan is not None:
        changed(plan, seen=None)


@command
def answer_activity(session: Session, planned_id: int, yes: bool, *, by: Actor) -> PlannedActivity:
    """The activity with the employee's own yes; with "not now" it is put aside. NotFound for anybody but her."""
    employment, planned = _held(session, planned_id, by)
    if by.person_id != employment.person_id:
        raise NotFound
    if planned.yes_on is not None or planned.dropped_on is not None:
        return planned
    if yes:
        planned.yes_on = today()
        planned.revision += 1
    else:
        planned.dropped_on = today()
        _said_otherwise(session, planned)
    _record_planned(session, "answer_activity", planned, employment, by)
    return planned


@command
def change_planned(session: Session, planned_id: int, said: Said, *, seen: int, by: Actor) -> PlannedActivity:
    """The activity as it is said now. RuleBroken with the field that is wrong; Overtaken when it is not as `seen`.

    Whoever is asked to lead it anew must say yes anew; what somebody else makes longer or another kind of thing waits for
    the employee's yes again.
    """
    employment, planned = _held(session, planned_id, by, seen=seen)
    name = words(said.name, "name", MOST_WORDS)
    if not name:
        raise RuleBroken(sentence(N_("Write what the activity is.")), field="name")
    if planned.dropped_on is not None:
        raise RuleBroken(sentence(N_("The activity is put aside. Take it up again before you change it.")))
    check_minutes(said.minutes)
    begins, ends = check_days(said.begins, said.last)
    _check_goal(session, employment, said.goal_id)
    check_leader(session, said.led_by, but=employment.person_id)
    own = by.person_id == employment.person_id
    other = (planned.name, planned.part, planned.minutes) != (name, said.part, said.minutes)
    if said.led_by != planned.led_by or (begins, said.at) != (planned.begins, planned.at):
        planned.led_yes_at = now() if said.led_by is not None and said.led_by == by.person_id else None
    planned.yes_on = (planned.yes_on or today()) if own else None if other else planned.yes_on
    planned.name, planned.part, planned.minutes, planned.goal_id = name, said.part, said.minutes, said.goal_id
    planned.led_by, planned.led_text = said.led_by, words(said.led_text, "led_text", MOST_WORDS)
    planned.place, planned.begins, planned.ends = words(said.place, "place", MOST_WORDS), begins, ends
    planned.at = said.at if begins is not None else None
    planned.aim, planned.agreed_use = words(said.aim, "aim"), words(said.agreed_use, "agreed_use")
    planned.cover = words(said.cover, "cover")
    _said_otherwise(session, planned)
    _record_planned(session, "change_planned_activity", planned, employment, by)
    return planned


def _check_goal(session: Session, employment: Employment, goal_id: int | None) -> None:
    mine = select(Goal.id).where(Goal.id == goal_id, Goal.employment_id == employment.id)
    if goal_id is not None and session.scalar(mine) is None:
        raise NotFound


@command
def move_activity(
    session: Session, planned_id: int, begins: date | None, *, last: date | None = None, at: time | None = None, seen: int,
    by: Actor,
) -> PlannedActivity:  # fmt: skip
    """The activity on another day, or without one. Whoever leads it is asked again, since it is another day."""
    employment, planned = _held(session, planned_id, by, seen=seen)
    if planned.done_on is not None or planned.dropped_on is not None:
        raise RuleBroken(sentence(N_("The activity is over. It is not moved any more.")))
    first, ends = check_days(begins, last)
    if (first, ends, at) == (planned.begins, planned.ends, planned.at):
        return planned
    planned.begins, planned.ends, planned.at = first, ends, at if first is not None else None
    if planned.led_by is not None and planned.led_by != by.person_id:
        planned.led_yes_at = None
    _said_otherwise(session, planned)
    _record_planned(session, "move_activity", planned, employment, by)
    return planned


@command
def do_activity(session: Session, planned_id: int, done_on: date, *, by: Actor) -> PlannedActivity:
    """The activity, done on the day. RuleBroken for a day that has not come, and for one that is put aside."""
    employment, planned = _held(session, planned_id, by)
    if planned.dropped_on is not None:
        raise RuleBroken(sentence(N_("The activity is put aside. Take it up again before you change it.")))
    if done_on > today():
        raise RuleBroken(sentence(N_("The day has not come yet.")), field="done_on")
    if planned.done_on != done_on:
        planned.done_on = done_on
        if by.person_id == employment.person_id:
            planned.yes_on = planned.yes_on or today()
        planned.revision += 1
        _record_planned(session, "do_activity", planned, employment, by)
    return planned


@command
def undo_activity(session: Session, planned_id: int, *, by: Actor) -> PlannedActivity:
    """The activity, not done after all, or taken up again after it was put aside."""
    employment, planned = _held(session, planned_id, by)
    if planned.done_on is None and planned.dropped_on is None:
        return planned
    was_dropped = planned.dropped_on is not None
    planned.done_on = planned.dropped_on = planned.followed_up_on = None
    if by.person_id == employment.person_id:
        planned.yes_on = planned.yes_on or today()
    if was_dropped:
        _said_otherwise(session, planned)
    else:
        planned.revision += 1
    _record_planned(session, "undo_activity", planned, employment, by)
    return planned


@command
def drop_activity(session: Session, planned_id: int, *, by: Actor) -> PlannedActivity:
    """The activity, put aside by either; nobody asks why."""
    employment, planned = _held(session, planned_id, by)
    if planned.done_on is not None:
        raise RuleBroken(sentence(N_("The activity was done. It is not put aside any more.")))
    if planned.dropped_on is None:
        planned.dropped_on = today()
        _said_otherwise(session, planned)
        _record_planned(session, "drop_activity", planned, employment, by)
    return planned


@command
def write_after(session: Session, planned_id: int, said: After, *, seen: int, by: Actor) -> PlannedActivity:
    """The activity of the 10 with its *after*: how it is used, with whom it is shared, and when it is followed up.

    RuleBroken for another kind of activity, for one that was not held yet, and for a follow-up without use or day.
    """
    employment, planned = _held(session, planned_id, by, seen=seen)
    if planned.part != Part.FORMAL:
        raise RuleBroken(sentence(N_("Only courses have before, during and after.")))
    use, shared = words(said.use, "use"), words(said.shared_with, "shared_with")
    if said.followed_up:
        if planned.done_on is None:
            raise RuleBroken(sentence(N_("It has not been held yet. Say that it was done first.")), field="followed_up")
        if not use:
            raise RuleBroken(sentence(N_("Write how it is used, before it is followed up.")), field="use")
        if said.follow_up_on is None:
            raise RuleBroken(sentence(N_("Write the day of the follow-up.")), field="follow_up_on")
    if planned.done_on is not None and said.follow_up_on is not None and said.follow_up_on < planned.done_on:
        raise RuleBroken(sentence(N_("The follow-up lies before the course.")), field="follow_up_on")
    planned.after_use, planned.shared_with, planned.follow_up_on = use, shared, said.follow_up_on
    planned.followed_up_on = (planned.followed_up_on or today()) if said.followed_up else None
    planned.revision += 1
    _record_planned(session, "write_after", planned, employment, by)
    return planned


@command
def answer_leading(session: Session, planned_id: int, yes: bool, *, by: Actor) -> PlannedActivity:
    """The activity with the yes of the colleague who is asked to lead it; without one, nobody leads it any more.

    NotFound for anybody else. She is asked no reason, and it is counted nowhere.
    """
    planned = session.scalars(
        select(PlannedActivity)
        .where(
            PlannedActivity.id == planned_id, PlannedActivity.led_by == by.person_id, PlannedActivity.dropped_on.is_(None)
        )
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()  # fmt: skip
    if planned is None:
        raise NotFound
    employment = session.scalars(select(Employment).where(Employment.id == planned.employment_id)).one()
    if yes == (planned.led_yes_at is not None) and yes:
        return planned
    if yes:
        planned.led_yes_at = now()
        planned.revision += 1
    else:
        planned.led_by = planned.led_yes_at = None
        _said_otherwise(session, planned)
    _record_planned(session, "answer_leading", planned, employment, by)
    return planned


@command
def log_learnt(session: Session, employment_id: int, new: NewActivity, done_on: date, *, by: Actor) -> PlannedActivity:
    """Something that the employee has learnt by on her own, done on the day. NotFound for anybody but her."""
    employment, _unit = one_of_the_two(session, employment_id, by)
    if by.person_id != employment.person_id:
        raise NotFound
    new = replace(new, done_on=done_on, begins=done_on, last=done_on, origin=Origin.OWN)
    return plan_activity(session, employment_id, new, by=by)
