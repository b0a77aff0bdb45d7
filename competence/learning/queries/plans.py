"""Reads of a person's plan. Each begins with whose it is: she herself, or whoever plans with her, and nobody else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import task_names
from competence.catalogue.rules import ScaleKind
from competence.decision.queries import book
from competence.entitlements.queries import levels_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity, PlanNote, PlanVersion
from competence.learning.rules import GoalKind, Part
from competence.learning.rules.standing import Counted, Doing, Laid
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup
from competence.profiles.queries import asked_in, in_force, profile_on
from competence.profiles.rules import Asked, Standing, by_area, profile_level

LONG_DONE = timedelta(days=366)
"""What was done longer ago is no longer listed on the page."""


@dataclass(frozen=True)
class Whose:
    """An employment under which a plan is made, as the reader meets it."""

    employment: Employment
    unit: Unit
    group: StaffGroup
    name: str
    own: bool
    """She reads her own."""
    runs: bool

    @property
    def first_name(self) -> str:
        """As a sentence names her."""
        return self.name.split(" ")[0]


def whose_plan(session: Session, employment_id: int, actor: Actor) -> Whose:
    """The employment. NotFound for everybody but the employee and whoever plans with her."""
    row = session.execute(
        select(Employment, Unit, StaffGroup, PersonIdentity.name)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(Employment.id == employment_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    own = row.Employment.person_id == actor.person_id
    if not own and not actor.may(Permission.PLAN_WRITE, row.Unit.path):
        raise NotFound
    on = today()
    ends = row.Employment.valid_to
    return Whose(row.Employment, row.Unit, row.StaffGroup, row.name or "", own, ends is None or ends > on)


def employment_of(session: Session, employment_id: int) -> Employment:
    """The employment, for whoever has been shown that she may read about it."""
    return session.scalars(select(Employment).where(Employment.id == employment_id)).one()


def own_employments(session: Session, person_id: int, *, on: date) -> Sequence[Employment]:
    """The person's employments that run on the day, the oldest first."""
    return session.scalars(
        select(Employment)
        .where(
            Employment.person_id == person_id, Employment.valid_from <= on,
            or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        )
        .order_by(Employment.valid_from, Employment.id)
    ).all()  # fmt: skip


def open_plan(session: Session, employment_id: int) -> DevelopmentPlan | None:
    """The plan that runs; None before the first goal or activity."""
    return session.scalars(
        select(DevelopmentPlan).where(
            DevelopmentPlan.employment_id == employment_id, DevelopmentPlan.ended_on.is_(None)
        )
    ).one_or_none()


def earlier_plans(session: Session, employment_id: int) -> Sequence[DevelopmentPlan]:
    """The plans that have ended, the latest first."""
    return session.scalars(
        select(DevelopmentPlan)
        .where(DevelopmentPlan.employment_id == employment_id, DevelopmentPlan.ended_on.is_not(None))
        .order_by(DevelopmentPlan.ended_on.desc(), DevelopmentPlan.id.desc())
    ).all()


def goals_of(session: Session, plan_id: int) -> Sequence[Goal]:
    """The plan's goals in the order in which they were written."""
    return session.scalars(select(Goal).where(Goal.plan_id == plan_id).order_by(Goal.id)).all()


def activities_of(session: Session, employment_ids: Iterable[int], *, on: date) -> Sequence[PlannedActivity]:
    """What is planned under the employments, by day, what has no day last; of what is over that of the last year."""
    since = on - LONG_DONE
    found = session.scalars(
        select(PlannedActivity).where(
            PlannedActivity.employment_id.in_(sorted(set(employment_ids))),
            or_(PlannedActivity.done_on.is_(None), PlannedActivity.done_on >= since),
            or_(PlannedActivity.dropped_on.is_(None), PlannedActivity.dropped_on >= since),
        )
        .order_by(PlannedActivity.id)
    ).all()  # fmt: skip
    return sorted(found, key=lambda one: (one.done_on or one.begins or date.max, one.id))


def planned_for_tasks(
    session: Session, employment_ids: Iterable[int], *, on: date
) -> dict[tuple[int, int], PlannedActivity]:
    """(employment, task) -> the next of what she has said yes to that leads to the task, from the day on."""
    task = func.coalesce(PlannedActivity.task_id, Goal.task_id).label("task")
    rows = session.execute(
        select(PlannedActivity, task)
        .outerjoin(Goal, Goal.id == PlannedActivity.goal_id)
        .where(
            PlannedActivity.employment_id.in_(sorted(set(employment_ids))), PlannedActivity.begins >= on,
            PlannedActivity.done_on.is_(None), PlannedActivity.dropped_on.is_(None), PlannedActivity.yes_on.is_not(None),
            task.is_not(None),
        )
        .order_by(PlannedActivity.begins.desc(), PlannedActivity.id.desc())
    )  # fmt: skip
    return {(row.PlannedActivity.employment_id, row.task): row.PlannedActivity for row in rows}


def get_planned(session: Session, planned_id: int, actor: Actor) -> tuple[PlannedActivity, Whose]:
    """The activity and whose it is. NotFound for everybody but the two."""
    found = session.scalars(select(PlannedActivity).where(PlannedActivity.id == planned_id)).one_or_none()
    if found is None:
        raise NotFound
    return found, whose_plan(session, found.employment_id, actor)


def get_goal(session: Session, goal_id: int, actor: Actor) -> tuple[Goal, Whose]:
    """The goal and whose it is. NotFound for everybody but the two."""
    found = session.scalars(select(Goal).where(Goal.id == goal_id)).one_or_none()
    if found is None:
        raise NotFound
    return found, whose_plan(session, found.employment_id, actor)


def get_goals(session: Session, goal_ids: Iterable[int]) -> Sequence[Goal]:
    """The goals by their ids, for whoever has been shown that she may read them."""
    return session.scalars(select(Goal).where(Goal.id.in_(sorted(set(goal_ids)))).order_by(Goal.id)).all()


def versions_of(session: Session, plan_id: int) -> Sequence[PlanVersion]:
    """The versions that were laid before the other, the latest first."""
    return session.scalars(
        select(PlanVersion).where(PlanVersion.plan_id == plan_id).order_by(PlanVersion.number.desc(), PlanVersion.id)
    ).all()


def get_version(session: Session, version_id: int, actor: Actor) -> tuple[PlanVersion, Whose]:
    """The version and whose it is. NotFound for everybody but the two."""
    found = session.scalars(select(PlanVersion).where(PlanVersion.id == version_id)).one_or_none()
    if found is None:
        raise NotFound
    return found, whose_plan(session, found.employment_id, actor)


def notes_of(session: Session, plan_id: int, *, goal_id: int | None = None) -> Sequence[PlanNote]:
    """The notes that the two share, the latest first; of one goal alone when it is named."""
    wanted = select(PlanNote).where(PlanNote.plan_id == plan_id)
    if goal_id is not None:
        wanted = wanted.where(PlanNote.goal_id == goal_id)
    return session.scalars(wanted.order_by(PlanNote.written_at.desc(), PlanNote.id.desc())).all()


def laid(version: PlanVersion) -> Laid:
    """The version, as far as its answers go."""
    return Laid(
        version.plan_revision, version.employee_yes_at is not None, version.leader_yes_at is not None,
        version.withdrawn_at is not None,
    )  # fmt: skip


def doing(planned: PlannedActivity) -> Doing:
    """The activity, as far as its state goes."""
    return Doing(
        Part(planned.part), planned.yes_on is not None, planned.begins, planned.done_on, planned.dropped_on,
        planned.after_use, planned.follow_up_on, planned.followed_up_on,
    )  # fmt: skip


def counted(activities: Iterable[PlannedActivity]) -> list[Counted]:
    """Those of the activities that the balance counts: hers, by her yes, and not put aside."""
    return [
        Counted(Part(one.part), one.minutes, one.begins, one.done_on)
        for one in activities
        if one.yes_on is not None and one.dropped_on is None
    ]


# What is held, against goals and profile.


def held_by(session: Session, employments: Iterable[Employment], *, on: date) -> dict[int, int]:
    """Task -> the highest level at which she may do it under any of the employments, as it is stored."""
    version = book(session).version_on(on)
    found: dict[int, int] = {}
    for one in employments:
        stored = levels_of(
            session, one.id, one.staff_group_id, on=on, version_id=version.id if version is not None else None
        )
        for task, level in stored.items():
            found[task] = max(level, found.get(task, 0))
    return found


@dataclass(frozen=True)
class Levels:
    """Where somebody stands in her profile."""

    whole: Standing
    areas: Mapping[str, Standing]
    is_draft: bool

    def of(self, area: str) -> Standing | None:
        """The standing in the area; in the whole profile for ""; None when the profile has none of that name."""
        return self.areas.get(area) if area else self.whole


def profile_levels(session: Session, employment: Employment, held: Mapping[int, int], *, on: date) -> Levels | None:
    """Her profile levels, as every page computes them; None when her staff group has no profile."""
    group = employment.staff_group_id
    profile = profile_on(session, group, on)
    follows = book(session).follows
    if group in follows and (profile is None or not in_force(profile, on)):
        followed = profile_on(session, follows[group][0], on)
        profile = followed if followed is not None and in_force(followed, on) else profile or followed
    if profile is None:
        return None
    asked: Sequence[Asked] = asked_in(session, profile.id)
    return Levels(profile_level(asked, held), by_area(asked, held), profile.approved_at is None)


def is_met(goal: Goal, held: Mapping[int, int], levels: Levels | None) -> bool:
    """Whether what is held today is enough for the goal; a wish is reached when the two say so."""
    if goal.kind == GoalKind.TASK:
        return held.get(goal.task_id or 0, 0) >= (goal.level or 1)
    if goal.kind == GoalKind.PROFILE:
        standing = levels.of(goal.area_name) if levels is not None else None
        return standing is not None and standing.level >= (goal.level or 1)
    return False


@dataclass(frozen=True)
class Names:
    """What goals and activities are called by."""

    tasks: Mapping[int, str]
    practice: Mapping[int, str]
    profile: Mapping[int, str]


def names(session: Session) -> Names:
    """The names of tasks and levels."""
    return Names(task_names(session), level_names(session), level_names(session, ScaleKind.PROFILE))
