"""Somebody on a path: asked for by herself or her leader, walked with both yeses, given up by either; and being seen."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Role, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.commands.planning import NewActivity, NewGoal, add_goal, plan_activity
from competence.learning.models import Activity, Goal, PlannedActivity
from competence.learning.rules import GoalKind, Origin, Part
from competence.organisation.models import Unit
from competence.paths.models import PathPlacing, PathWish
from competence.paths.queries.paths import Route, get_route
from competence.paths.queries.placed import is_walked, known_of, own_jobs
from competence.paths.rules import SEEN_FOR, StepKind, walked
from competence.people.commands.common import employment_for
from competence.people.models import Employment
from competence.people.queries import name_of

MOST_AT_A_TIME = 60


@command
def ask_for_path(session: Session, path_id: int, *, by: Actor) -> PathPlacing:
    """Her own wish to walk the path; it waits for her leader's yes. The one that stands when there is one.

    RuleBroken when the path is no longer in use, is not for her staff group, or another comes first.
    """
    authorise(by, Permission.OWN_ANSWER)
    route = get_route(session, path_id, lock=True)
    jobs = own_jobs(session, by.person_id)
    if not jobs:
        raise RuleBroken(sentence(N_("You have no employment that runs today.")))
    job = next((one for one in jobs.values() if route.is_for(one.staff_group_id)), None)
    if job is None:
        raise RuleBroken(sentence(N_("The path is not for your staff group.")))
    standing = _open(session, path_id, list(jobs))
    if standing is not None:
        standing.employee_yes_on = standing.employee_yes_on or today()
        return standing
    _check(session, route, job, name="")
    return _put(session, route, job, by=by)


@command
def place_on_path(session: Session, path_id: int, employment_ids: Collection[int], *, by: Actor) -> list[PathPlacing]:
    """The employees put on the path by their leader, each waiting for her own yes. Those who are on it are left alone.

    RuleBroken, by name, when one of them cannot be; then nobody is.
    """
    if not employment_ids:
        raise RuleBroken(sentence(N_("Tick those you put on the path.")), field="people")
    if len(employment_ids) > MOST_AT_A_TIME:
        raise RuleBroken(sentence(N_("Put at most %(most)s on it at a time."), most=MOST_AT_A_TIME), field="people")
    route = get_route(session, path_id, lock=True)
    made = []
    for employment_id in sorted(set(employment_ids)):
        employment, _unit = employment_for(session, employment_id, by, Permission.PATH_PLACE)
        if _open(session, path_id, [employment.id]) is not None:
            continue
        name = name_of(session, employment.person_id)
        if employment.person_id == by.person_id:
            raise RuleBroken(sentence(N_("Ask your own leader to be put on a path.")), field="people")
        if employment.valid_to is not None and employment.valid_to <= today():
            raise RuleBroken(sentence(N_("%(name)s no longer works here."), name=name), field="people")
        if not route.is_for(employment.staff_group_id):
            raise RuleBroken(sentence(N_("The path is not for %(name)s's staff group."), name=name), field="people")
        _check(session, route, employment, name=name)
        made.append(_put(session, route, employment, by=by))
    return made


def _open(session: Session, path_id: int, employment_ids: Collection[int]) -> PathPlacing | None:
    return session.scalars(
        select(PathPlacing).where(
            PathPlacing.path_id == path_id, PathPlacing.employment_id.in_(sorted(employment_ids)),
            PathPlacing.ended_on.is_(None),
        )
    ).first()  # fmt: skip


def _check(session: Session, route: Route, employment: Employment, *, name: str) -> None:
    if not route.in_use:
        raise RuleBroken(
            sentence(N_("The path is a draft or no longer used. Nobody can be put on it.")),
            field="people" if name else None,
        )
    if route.row.needs_path_id is None:
        return
    first = get_route(session, route.row.needs_path_id)
    if is_walked(session, first, employment.person_id):
        return
    if name:
        raise RuleBroken(
            sentence(N_("%(name)s: “%(first)s” comes first."), name=name, first=first.row.name), field="people"
        )
    raise RuleBroken(sentence(N_("“%(first)s” comes first."), first=first.row.name))


def _put(session: Session, route: Route, employment: Employment, *, by: Actor) -> PathPlacing:
    own = by.person_id == employment.person_id
    row = PathPlacing(
        path_id=route.id, employment_id=employment.id, asked_by=by.person_id, asked_at=now(),
        employee_yes_on=today() if own else None, leader_yes_on=None if own else today(),
        leader_id=None if own else by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note_asked(session, row, employment.person_id, own=own, by=by)
    return row


def _note_asked(session: Session, row: PathPlacing, person_id: int, *, own: bool, by: Actor) -> None:
    if own:
        record(
            session,
            by=by.person_id,
            action="ask_for_path",
            subject="path_placing",
            subject_id=row.id,
            person_id=person_id,
        )
    else:
        record(
            session, by=by.person_id, action="place_on_path", subject="path_placing", subject_id=row.id,
            person_id=person_id,
        )  # fmt: skip


@command
def answer_placing(session: Session, placing_id: int, *, yes: bool, by: Actor) -> PathPlacing:
    """Her own answer to walk a path. A no ends it; nobody is asked why. NotFound when it is not hers."""
    row, employment, _unit = _locked(session, placing_id)
    if employment.person_id != by.person_id:
        raise NotFound
    if yes:
        row.employee_yes_on = row.employee_yes_on or today()
    else:
        row.ended_on = today()
    record(
        session, by=by.person_id, action="answer_path", subject="path_placing", subject_id=row.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return row


@command
def agree_placing(session: Session, placing_id: int, *, yes: bool, by: Actor) -> PathPlacing:
    """The leader's answer to an employee who has asked for a path. NotFound out of reach."""
    row, employment, unit = _locked(session, placing_id)
    if not by.may(Permission.PATH_PLACE, unit.path) or employment.person_id == by.person_id:
        authorise(by, Permission.PATH_PLACE)
        raise NotFound
    if yes:
        row.leader_yes_on, row.leader_id = row.leader_yes_on or today(), row.leader_id or by.person_id
    else:
        row.ended_on = today()
    record(
        session, by=by.person_id, action="agree_path", subject="path_placing", subject_id=row.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return row


@command
def end_placing(session: Session, placing_id: int, *, by: Actor) -> PathPlacing:
    """The path, no longer walked: by her or her leader, as either likes. NotFound for everybody else."""
    row, employment, unit = _locked(session, placing_id)
    if employment.person_id != by.person_id and not by.may(Permission.PATH_PLACE, unit.path):
        raise NotFound
    row.ended_on = today()
    record(
        session, by=by.person_id, action="end_path", subject="path_placing", subject_id=row.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return row


def _locked(session: Session, placing_id: int) -> tuple[PathPlacing, Employment, Unit]:
    row = session.scalars(
        select(PathPlacing).where(PathPlacing.id == placing_id, PathPlacing.ended_on.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    found = session.execute(
        select(Employment, Unit).join(Unit, Unit.id == Employment.unit_id).where(Employment.id == row.employment_id)
    ).one()
    return row, found.Employment, found.Unit


@command
def plan_step(session: Session, placing_id: int, step_id: int, *, by: Actor) -> Goal | PlannedActivity:
    """The step as a goal or an activity in her plan, by her or her leader. NotFound for everybody else.

    RuleBroken when the step cannot be begun yet, is in place, or cannot stand in a plan.
    """
    row, employment, unit = _locked(session, placing_id)
    if employment.person_id != by.person_id and not by.may(Permission.PATH_PLACE, unit.path):
        raise NotFound
    route = get_route(session, row.path_id)
    at = next((place for place, step in enumerate(route.steps) if step.id == step_id), None)
    if at is None:
        raise NotFound
    step = route.steps[at]
    far = walked(route.steps, known_of(session, [employment.person_id], route.steps)[employment.person_id])
    if far.in_place[at]:
        raise RuleBroken(sentence(N_("The step is in place already.")))
    if not far.open[at]:
        raise RuleBroken(sentence(N_("The steps before it come first.")))
    if step.kind is StepKind.TASK:
        new = NewGoal(GoalKind.TASK, task_id=step.task_id, level=step.level, origin=Origin.PATH)
        return add_goal(session, employment.id, new, by=by)
    if step.kind is StepKind.LEVEL:
        return add_goal(
            session, employment.id,
            NewGoal(GoalKind.PROFILE, level=step.level, area_name=step.area, origin=Origin.PATH), by=by,
        )  # fmt: skip
    if step.kind is StepKind.ACTIVITY:
        activity = session.scalars(select(Activity).where(Activity.id == step.activity_id)).one()
        return plan_activity(
            session, employment.id,
            NewActivity(
                activity.name, Part(activity.part), activity.minutes, activity_id=activity.id, task_id=activity.task_id,
                level=activity.level, led_text=activity.who_leads, place=activity.place, origin=Origin.PATH,
            ),
            by=by,
        )  # fmt: skip
    raise RuleBroken(sentence(N_("Agree with your guide when the course, dialogue or check is.")))


@command
def say_wishes(session: Session, aims: Collection[str], *, by: Actor) -> int:
    """How many paths and roles her leader now sees that she would like. None ticked: she is seen for nothing.

    NotFound for a path that is no longer used or a role that nobody can be seen for.
    """
    authorise(by, Permission.OWN_ANSWER)
    wanted: dict[str, int | None] = {}
    for aim in aims:
        kind, _colon, what = aim.partition(":")
        if kind == "role" and what in {role.value for role in SEEN_FOR}:
            wanted[f"role:{Role(what).value}"] = None
        elif kind == "path" and what.isdecimal() and get_route(session, int(what)).in_use:
            wanted[f"path:{int(what)}"] = int(what)
        else:
            raise NotFound
    said = {row.aim: row for row in session.scalars(select(PathWish).where(PathWish.person_id == by.person_id))}
    if set(said) == set(wanted):
        return len(said)
    for aim, row in said.items():
        if aim not in wanted:
            session.delete(row)
    session.add_all(
        PathWish(person_id=by.person_id, aim=aim, path_id=path, said_at=now())
        for aim, path in sorted(wanted.items())
        if aim not in said
    )
    session.flush()
    record(session, by=by.person_id, action="say_wishes", subject="path_wish", person_id=by.person_id)
    return len(wanted)
