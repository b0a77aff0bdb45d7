"""The verbs of training: keep a proposal, agree to it, ask a colleague to teach, and her own answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.coverage.queries.places import tree
from competence.coverage.queries.staff import names_of
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.planning import NewActivity, NewGoal, add_goal, plan_activity
from competence.learning.models import DevelopmentPlan, Goal
from competence.learning.rules import GoalKind, Origin, Part
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.teaching.commands.signing_up import ask as ask_for_class
from competence.training.models import TeachingYes, TrainingRun
from competence.training.queries.asked import Question, question_of
from competence.training.queries.runs import courses_in, open_run, teaching_of
from competence.training.rules.rows import Content, Row, Terms, content_from, terms_from

MOST_AT_ONCE = 60
"""So many proposals are agreed to in one transaction; of more, each unit's by itself."""
AGAIN = N_("Nothing was planned. Work the proposal out again.")


@dataclass(frozen=True)
class PlanWords:
    """What the activities of an agreed plan are called, in the language of whoever agrees; each has a place for the task."""

    daily: str
    colleagues: str
    formal: str
    aim: str
    agreed_use: str

    def name(self, part: Part, task: str) -> str:
        """Of the activity of the part."""
        said = {Part.DAILY: self.daily, Part.COLLEAGUES: self.colleagues, Part.FORMAL: self.formal}[part]
        return (said % {"task": task})[:200]


@command
def keep_run(
    session: Session, unit_id: int, terms: Terms, content: Content, *, seen: int | None, by: Actor
) -> TrainingRun:
    """The unit's proposal, in the place of the one before; beside it where that has been agreed to.

    Overtaken when it is not the revision that was `seen` (None: there was none).
    """
    unit = _unit(session, unit_id, by)
    run = open_run(session, unit.id, lock=True)
    if (run.revision if run else None) != seen:
        _overtaken(session, run)
    if run is not None and run.agreed:
        run.closed_at = now()
        session.flush()
        run = None
    return _put(session, run, unit.id, terms, content, by.person_id)


@command
def keep_by_night(session: Session, unit_id: int, terms: Terms, content: Content, *, seen: int | None) -> bool:
    """Whether the unit's proposal is now the night's: not where somebody has changed it since it was `seen`, or agreed to it."""
    run = open_run(session, unit_id, lock=True)
    if (run.revision if run else None) != seen or (run is not None and run.agreed):
        return False
    if run is not None and replace(content_from(run.content), seconds=content.seconds) == content:
        run.made_at = now()
    else:
        _put(session, run, unit_id, terms, content, None)
    return True


def _put(
    session: Session, run: TrainingRun | None, unit_id: int, terms: Terms, content: Content, by: int | None
) -> TrainingRun:
    if run is None:
        run = TrainingRun(unit_id=unit_id, agreed={}, made_at=now(), terms={}, content={})
        session.add(run)
    else:
        run.revision += 1
    run.terms, run.content, run.made_by, run.made_at = terms.stored(), content.stored(), by, now()
    session.flush()
    record(
        session, by=by, action="propose_training", subject="training_run", subject_id=run.id,
        detail={"unit": unit_id, "aim": terms.aim.value, "proposals": len(content.rows)},
    )  # fmt: skip
    return run


@command
def agree_to_run(
    session: Session, run_id: int, *, part: int | None, seen: int, words: PlanWords, by: Actor
) -> tuple[int, int]:
    """(goals, activities) that the proposal has become: each waits for the employee's own yes.

    `part`: of one unit of several; None: all of it. All is agreed to or nothing. Overtaken when the proposal, or
    anything that it rests on, is not as it was.
    """
    run = session.scalars(select(TrainingRun).where(TrainingRun.id == run_id).with_for_update()).first()
    unit = session.get(Unit, run.unit_id) if run is not None else None
    if run is None or unit is None or not by.may(Permission.PLAN_WRITE, unit.path):
        authorise(by, Permission.PLAN_WRITE)
        raise NotFound
    if run.closed_at is not None or run.revision != seen:
        _overtaken(session, open_run(session, unit.id))
    terms, content = terms_from(run.terms), content_from(run.content)
    units = tree(session, on=today())
    node = units.by_id.get(part or unit.id)
    if node is None or not node.path.startswith(unit.path):
        raise NotFound
    ids = sorted({row.unit_id for row in content.rows} if part is None else {part})
    content = content.of_unit(ids)
    if not content.rows:
        raise RuleBroken(sentence(N_("There is nothing in the proposal to agree to.")))
    if len(content.rows) > MOST_AT_ONCE:
        raise RuleBroken(sentence(N_("There are too many proposals to agree to at once. Take one unit at a time.")))
    if any(str(one) in run.agreed for one in ids):
        raise Overtaken(sentence(N_("The plan has been agreed to already.")))
    for one in ids:
        home = units.by_id.get(one)
        if home is None:
            raise Overtaken(sentence(N_("A unit of the proposal has been closed. %(again)s"), again=sentence(AGAIN)))
        _check(session, content.of_unit([one]), question_of(session, units, home, terms))
    goals, activities = _plan(session, content, words, by)
    for person in content.teachers:
        if session.scalar(select(TeachingYes.id).where(TeachingYes.person_id == person)) is None:
            session.add(TeachingYes(person_id=person, asked_by=by.person_id, asked_at=now()))
    run.agreed = {**run.agreed, **{str(one): [now().isoformat(), by.person_id] for one in ids}}
    run.revision += 1
    record(
        session, by=by.person_id, action="agree_to_training", subject="training_run", subject_id=run.id,
        detail={"unit": node.id, "goals": goals, "activities": activities},
    )  # fmt: skip
    return goals, activities


def _plan(session: Session, content: Content, words: PlanWords, by: Actor) -> tuple[int, int]:
    tasks, courses = _task_names(session, content.rows), courses_in(session, content)
    goals = activities = 0
    for row in content.rows:
        begins = content.monday(row.first_week)
        last = content.monday(row.last_week) + timedelta(days=6)
        goal_id = _standing_goal(session, row)
        if goal_id is None:
            new = NewGoal(GoalKind.TASK, row.task_id, row.level, wanted_by=last, origin=Origin.PROPOSAL)
            goal_id = add_goal(session, row.employment_id, new, by=by).id
            goals += 1
        for part, minutes in row.minutes.items():
            formal = part is Part.FORMAL
            if formal and row.course_id is not None:
                ask_for_class(session, row.course_id, [row.employment_id], by=by)
                activities += 1
                continue
            course = courses.get(row.activity_id or 0) if formal else None
            plan_activity(
                session, row.employment_id,
                NewActivity(
                    (course.name if course else "") or words.name(part, tasks[row.task_id]), part, minutes, goal_id,
                    row.activity_id if course else None, row.task_id, row.level, place=course.place if course else "",
                    led_by=None if formal else row.teacher_id, begins=begins, last=last, origin=Origin.PROPOSAL,
                    aim=words.aim % {"task": tasks[row.task_id]} if formal else "",
                    agreed_use=words.agreed_use % {"task": tasks[row.task_id]} if formal else "",
                ),
                by=by,
            )  # fmt: skip
            activities += 1
    return goals, activities


def _standing_goal(session: Session, row: Row) -> int | None:
    """The goal for the task that stands in her plan already."""
    return session.scalar(
        select(Goal.id)
        .join(DevelopmentPlan, DevelopmentPlan.id == Goal.plan_id)
        .where(
            DevelopmentPlan.employment_id == row.employment_id, DevelopmentPlan.ended_on.is_(None),
            Goal.kind == GoalKind.TASK, Goal.task_id == row.task_id, Goal.reached_on.is_(None), Goal.set_aside_on.is_(None),
        )
    )  # fmt: skip


def _check(session: Session, content: Content, question: Question) -> None:
    """Nothing. Overtaken with what has changed, when anything that a proposal rests on is not as it was."""
    again = sentence(AGAIN)
    if content.begins <= today():
        raise Overtaken(sentence(N_("The first week of the plan has begun. %(again)s"), again=again))
    places = {(spot.unit_id, spot.task_id, spot.shift, spot.days): (spot.have, spot.need) for spot in question.spots}
    spots = {spot.id: spot for spot in content.spots}
    seats = {one.id: one.seats for one in question.problem.courses}
    for row in content.rows:
        learner = question.of(row.pair)
        if learner is None or learner.candidate.person_id != row.person_id:
            _gone(session, row)
            raise _changed(session, row)
        one = learner.candidate
        if row.teacher_id not in one.teachers or question.yes.get(row.teacher_id) is False:
            raise Overtaken(
                sentence(
                    N_("Another colleague must teach “%(task)s” to %(name)s now. %(again)s"),
                    task=_task_names(session, [row])[row.task_id], name=_name(session, row.person_id), again=again,
                )
            )  # fmt: skip
        if row.course_id is not None:
            seats[row.course_id] = seats.get(row.course_id, 0) - 1
            if row.course_id not in one.courses or seats[row.course_id] < 0:
                raise Overtaken(
                    sentence(
                        N_("The class that %(name)s should take part in is full now, or not held then. %(again)s"),
                        name=_name(session, row.person_id), again=again,
                    )
                )  # fmt: skip
        stands = [spots[gift.seat_id] for gift in row.gives]
        as_it_was = all(
            places.get((spot.unit_id, spot.task_id, spot.shift, spot.days)) == (spot.have, spot.need) for spot in stands
        )
        if (one.level, one.done, one.of, sum(one.minutes.values())) != row.facts or not as_it_was:
            raise _changed(session, row)


def _gone(session: Session, row: Row) -> None:
    """Nothing. Overtaken when she has left, or the task is no longer used."""
    again = sentence(AGAIN)
    employment = session.get(Employment, row.employment_id)
    if employment is None or (employment.valid_to is not None and employment.valid_to <= today()):
        raise Overtaken(
            sentence(
                N_("The employment of %(name)s has ended. %(again)s"), name=_name(session, row.person_id), again=again
            )
        )
    task = session.get(Task, row.task_id)
    if task is None or (task.archived_on is not None and task.archived_on <= today()):
        raise Overtaken(
            sentence(
                N_("The task “%(task)s” is no longer used. %(again)s"), task=task.name if task else "", again=again
            )
        )


def _changed(session: Session, row: Row) -> Overtaken:
    return Overtaken(
        sentence(
            N_("Something has changed for %(name)s and “%(task)s” since the proposal was worked out. %(again)s"),
            name=_name(session, row.person_id), task=_task_names(session, [row])[row.task_id], again=sentence(AGAIN),
        )
    )  # fmt: skip


def _name(session: Session, person_id: int) -> str:
    return names_of(session, [person_id]).get(person_id, "")


def _task_names(session: Session, rows: Sequence[Row]) -> Mapping[int, str]:
    wanted = {row.task_id for row in rows}
    found = {row.id: row.name for row in session.execute(select(Task.id, Task.name).where(Task.id.in_(wanted)))}
    return dict.fromkeys(wanted, "") | found


@command
def ask_to_teach(session: Session, run_id: int, person_id: int, *, by: Actor) -> None:
    """Nothing; somebody whom the proposal names as a teacher is asked whether she will. Whoever has answered is not asked again."""
    run = session.scalars(select(TrainingRun).where(TrainingRun.id == run_id)).first()
    unit = session.get(Unit, run.unit_id) if run is not None else None
    if run is None or unit is None or not by.may(Permission.TRAINING_PLAN, unit.path):
        authorise(by, Permission.TRAINING_PLAN)
        raise NotFound
    if person_id not in content_from(run.content).teachers:
        raise NotFound
    said = teaching_of(session, person_id, lock=True)
    if said is not None:
        return
    said = TeachingYes(person_id=person_id, asked_by=by.person_id, asked_at=now())
    session.add(said)
    session.flush()
    record(
        session, by=by.person_id, action="ask_to_teach", subject="teaching_yes", subject_id=said.id, person_id=person_id
    )


@command
def answer_teaching(session: Session, *, yes: bool, by: Actor) -> TeachingYes:
    """Her own answer, from now on; she can change it at any time."""
    authorise(by, Permission.OWN_ANSWER)
    said = teaching_of(session, by.person_id, lock=True)
    if said is None:
        said = TeachingYes(person_id=by.person_id, asked_by=None, asked_at=None, revision=0)
        session.add(said)
    said.yes, said.answered_at = yes, now()
    said.revision += 1
    session.flush()
    record(
        session, by=by.person_id, action="answer_asked_to_teach", subject="teaching_yes", subject_id=said.id,
        person_id=by.person_id,
    )  # fmt: skip
    return said


def _unit(session: Session, unit_id: int, by: Actor) -> Unit:
    unit = session.scalars(select(Unit).where(Unit.id == unit_id)).first()
    if unit is None or not by.may(Permission.TRAINING_PLAN, unit.path):
        authorise(by, Permission.TRAINING_PLAN)
        raise NotFound
    authorise(by, Permission.COVERAGE_READ, unit.path)
    return unit


def _overtaken(session: Session, run: TrainingRun | None) -> None:
    if run is None:
        raise Overtaken(sentence(N_("The proposal is no longer there. Work it out again.")))
    raise Overtaken(
        sentence(
            N_("%(name)s changed this on %(at)s, while you had the page open. Nothing was written."),
            name=(_name(session, run.made_by) if run.made_by else "") or sentence(N_("Somebody")), at=run.made_at,
        )
    )  # fmt: skip
