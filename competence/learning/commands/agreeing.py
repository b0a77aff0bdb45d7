"""The plan between the two: laid before the other, answered, taken back; paused and ended; and the notes they share."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import task_names
from competence.catalogue.rules import ScaleKind
from competence.foundation.changes import command
from competence.foundation.clock import last_day, local, now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.common import changed, one_of_the_two, plan_of, running_plan, waiting, words
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity, PlanNote, PlanVersion
from competence.learning.rules import GoalKind, Origin
from competence.people.models import Employment
from competence.signoffs.queries import names_of

BETWEEN_THE_TWO = (Origin.OWN, Origin.LEADER, Origin.GAP, Origin.TALK, Origin.PROPOSAL)
"""Activities of these go with the plan when it ends; a class, a path or an introduction has a life of its own."""


def _record_plan(
    session: Session, action: str, subject: str, subject_id: int, employment: Employment, by: Actor
) -> None:
    record(
        session, by=by.person_id, action=action, subject=subject, subject_id=subject_id, person_id=employment.person_id
    )


def _plan(session: Session, employment_id: int, by: Actor) -> tuple[Employment, DevelopmentPlan]:
    """The open plan. NotFound for everybody but the two, and where there is none."""
    employment, _unit = one_of_the_two(session, employment_id, by)
    plan = running_plan(session, employment.id)
    if plan is None:
        raise NotFound
    return employment, plan


@command
def lay_before(session: Session, employment_id: int, *, seen: int, by: Actor) -> PlanVersion:
    """The plan as it stands, laid before the other of the two with one's own yes. Overtaken when it is not as `seen`.

    RuleBroken for an empty plan, and while a version waits for an answer.
    """
    employment, plan = _plan(session, employment_id, by)
    if plan.revision != seen:
        raise Overtaken(sentence(N_("The plan has been changed meanwhile. Nothing was saved. Look at it again.")))
    if plan.paused_on is not None:
        raise RuleBroken(sentence(N_("The plan is on pause. Take it up again first.")))
    if session.scalars(waiting(plan.id)).first() is not None:
        raise RuleBroken(sentence(N_("A version of the plan waits for an answer already.")))
    content = content_of(session, plan)
    if not content["goals"] and not content["activities"]:
        raise RuleBroken(sentence(N_("The plan is empty. Write a goal or an activity first.")))
    number = session.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan.id)) or 0
    own = by.person_id == employment.person_id
    version = PlanVersion(
        plan_id=plan.id, employment_id=employment.id, number=number + 1, content=content, plan_revision=plan.revision,
        made_at=now(), made_by=by.person_id, employee_yes_at=now() if own else None, leader_yes_at=None if own else now(),
        leader_id=None if own else by.person_id,
    )  # fmt: skip
    session.add(version)
    if own:
        _answer_all(session, plan)
    session.flush()
    _record_plan(session, "lay_plan_before", "plan_version", version.id, employment, by)
    return version


@command
def answer_version(session: Session, version_id: int, *, yes: bool, by: Actor) -> PlanVersion:
    """The version, agreed by the other of the two; with "not yet" it is withdrawn, and nobody is asked why.

    NotFound for whoever laid it before the other, and everybody else. Overtaken when it was withdrawn meanwhile.
    """
    employment, plan, version = _version(session, version_id, by)
    own = by.person_id == employment.person_id
    if own == (version.employee_yes_at is not None):
        raise NotFound
    if version.withdrawn_at is not None:
        raise Overtaken(sentence(N_("The plan has been changed meanwhile. Look at it again.")))
    if version.employee_yes_at is not None and version.leader_yes_at is not None:
        return version
    if not yes:
        version.withdrawn_at = now()
    elif own:
        version.employee_yes_at = now()
        _answer_all(session, plan)
    else:
        version.leader_yes_at, version.leader_id = now(), by.person_id
    _record_plan(session, "answer_plan", "plan_version", version.id, employment, by)
    return version


@command
def withdraw_version(session: Session, version_id: int, *, by: Actor) -> PlanVersion:
    """The version, taken back by whoever laid it before the other, as long as it waits."""
    employment, _open, version = _version(session, version_id, by)
    if version.made_by != by.person_id:
        raise RuleBroken(
            sentence(N_("Whoever laid the plan before the other takes it back. You can answer “not yet”."))
        )
    if version.employee_yes_at is not None and version.leader_yes_at is not None:
        raise RuleBroken(sentence(N_("Both have said yes already. Change the plan instead.")))
    if version.withdrawn_at is None:
        version.withdrawn_at = now()
        _record_plan(session, "withdraw_plan", "plan_version", version.id, employment, by)
    return version


def _version(session: Session, version_id: int, by: Actor) -> tuple[Employment, DevelopmentPlan, PlanVersion]:
    found = session.scalars(select(PlanVersion).where(PlanVersion.id == version_id)).one_or_none()
    if found is None:
        raise NotFound
    employment, plan = _plan(session, found.employment_id, by)
    if plan.id != found.plan_id:
        raise NotFound
    session.refresh(found)
    return employment, plan, found


def _answer_all(session: Session, plan: DevelopmentPlan) -> None:
    """Nothing; by her yes to the plan the employee has said yes to all that stands in it."""
    for goal in session.scalars(select(Goal).where(Goal.plan_id == plan.id, Goal.yes_on.is_(None), _STANDS)):
        goal.yes_on = today()
    for planned in session.scalars(
        select(PlannedActivity).where(
            PlannedActivity.employment_id == plan.employment_id, PlannedActivity.yes_on.is_(None),
            PlannedActivity.dropped_on.is_(None),
        )
    ):  # fmt: skip
        planned.yes_on = today()


_STANDS = Goal.reached_on.is_(None) & Goal.set_aside_on.is_(None)


def content_of(session: Session, plan: DevelopmentPlan) -> dict[str, list[dict[str, Any]]]:
    """What the plan says now: its open goals, and its activities since it began."""
    began = local(plan.recorded_at).date()
    goals = session.scalars(select(Goal).where(Goal.plan_id == plan.id, _STANDS).order_by(Goal.id)).all()
    activities = session.scalars(
        select(PlannedActivity)
        .where(
            PlannedActivity.employment_id == plan.employment_id, PlannedActivity.dropped_on.is_(None),
            PlannedActivity.done_on.is_(None) | (PlannedActivity.done_on >= began),
        )
        .order_by(PlannedActivity.id)
    ).all()  # fmt: skip
    tasks = task_names(session)
    names = names_of(session, {one.led_by for one in activities if one.led_by})
    scales = {GoalKind.TASK: level_names(session), GoalKind.PROFILE: level_names(session, ScaleKind.PROFILE)}
    return {
        "goals": [
            {
                "id": one.id, "kind": str(one.kind), "task": tasks.get(one.task_id or 0, ""),
                "level": scales.get(GoalKind(one.kind), {}).get(one.level or 0, ""), "area": one.area_name,
                "words": one.words, "wanted_by": one.wanted_by.isoformat() if one.wanted_by else "",
            }
            for one in goals
        ],
        "activities": [
            {
                "id": one.id, "part": str(one.part), "name": one.name, "minutes": one.minutes,
                "begins": one.begins.isoformat() if one.begins else "", "last": _last(one), "place": one.place,
                "led": names.get(one.led_by or 0, "") or one.led_text, "aim": one.aim, "agreed_use": one.agreed_use,
                "done": one.done_on.isoformat() if one.done_on else "",
            }
            for one in activities
        ],
    }  # fmt: skip


def _last(one: PlannedActivity) -> str:
    last = last_day(one.ends)
    return last.isoformat() if last is not None and last != one.begins else ""


# The life of a plan.


@command
def pause_plan(session: Session, employment_id: int, *, by: Actor) -> DevelopmentPlan:
    """The plan on pause: nothing reminds of it until it is taken up again. A version that waits is withdrawn."""
    employment, plan = _plan(session, employment_id, by)
    if plan.paused_on is None:
        plan.paused_on = today()
        for version in session.scalars(waiting(plan.id)):
            version.withdrawn_at = now()
        _record_plan(session, "pause_plan", "development_plan", plan.id, employment, by)
    return plan


@command
def resume_plan(session: Session, employment_id: int, *, by: Actor) -> DevelopmentPlan:
    """The plan, taken up again."""
    employment, plan = _plan(session, employment_id, by)
    if plan.paused_on is not None:
        plan.paused_on = None
        _record_plan(session, "resume_plan", "development_plan", plan.id, employment, by)
    return plan


@command
def end_plan(session: Session, employment_id: int, *, seen: int, by: Actor) -> DevelopmentPlan:
    """The plan, ended: its open goals and what was planned and not done are put aside. A new one can be begun."""
    employment, plan = _plan(session, employment_id, by)
    changed(plan, seen=seen)
    for goal in session.scalars(select(Goal).where(Goal.plan_id == plan.id, _STANDS)):
        goal.set_aside_on = today()
    for planned in session.scalars(
        select(PlannedActivity).where(
            PlannedActivity.employment_id == employment.id, PlannedActivity.done_on.is_(None),
            PlannedActivity.dropped_on.is_(None), PlannedActivity.origin.in_(BETWEEN_THE_TWO),
        )
    ):  # fmt: skip
        planned.dropped_on = today()
        planned.revision += 1
    plan.ended_on = today()
    _record_plan(session, "end_plan", "development_plan", plan.id, employment, by)
    return plan


@command
def write_note(session: Session, employment_id: int, text: str, *, goal_id: int | None = None, by: Actor) -> PlanNote:
    """The note, which both of them read. RuleBroken for an empty one."""
    employment, _unit = one_of_the_two(session, employment_id, by)
    said = words(text, "words")
    if not said:
        raise RuleBroken(sentence(N_("Write the note.")), field="words")
    plan = plan_of(session, employment, by)
    mine = select(Goal.id).where(Goal.id == goal_id, Goal.plan_id == plan.id)
    if goal_id is not None and session.scalar(mine) is None:
        raise NotFound
    note = PlanNote(
        plan_id=plan.id,
        employment_id=employment.id,
        goal_id=goal_id,
        words=said,
        written_at=now(),
        written_by=by.person_id,
    )
    session.add(note)
    session.flush()
    _record_plan(session, "write_plan_note", "plan_note", note.id, employment, by)
    return note


@command
def remove_note(session: Session, note_id: int, *, by: Actor) -> int:
    """The employment of the note that whoever wrote it has taken away. NotFound for anybody else."""
    note = session.scalars(select(PlanNote).where(PlanNote.id == note_id)).one_or_none()
    if note is None or note.written_by != by.person_id:
        raise NotFound
    employment = session.scalars(select(Employment).where(Employment.id == note.employment_id)).one()
    session.delete(note)
    _record_plan(session, "remove_plan_note", "plan_note", note.id, employment, by)
    return employment.id
