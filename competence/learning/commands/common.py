"""What several commands on plans look up and check."""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, object_session

from competence.access.rules import Actor, Permission
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, looks_like_cpr, sentence
from competence.learning.models import DevelopmentPlan, PlanVersion
from competence.learning.rules import MOST_TEXT
from competence.organisation.models import Unit
from competence.people.commands.common import employment_for
from competence.people.models import Employment, Person


def one_of_the_two(session: Session, employment_id: int, by: Actor) -> tuple[Employment, Unit]:
    """The employment and its unit, for the employee herself and for whoever plans with her. NotFound for everybody else.

    RuleBroken when the employment has ended.
    """
    row = session.execute(
        select(Employment, Unit).join(Unit, Unit.id == Employment.unit_id).where(Employment.id == employment_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.Employment.person_id == by.person_id:
        employment, unit = row.Employment, row.Unit
    else:
        employment, unit = employment_for(session, employment_id, by, Permission.PLAN_WRITE)
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("The employment has ended. Nothing can be planned under it.")))
    return employment, unit


def plan_of(session: Session, employment: Employment, by: Actor) -> DevelopmentPlan:
    """The open plan, begun now when there is none; held against whoever changes it at the same time."""
    session.execute(select(Employment.id).where(Employment.id == employment.id).with_for_update())
    plan = session.scalars(
        select(DevelopmentPlan).where(
            DevelopmentPlan.employment_id == employment.id, DevelopmentPlan.ended_on.is_(None)
        )
    ).one_or_none()
    if plan is None:
        plan = DevelopmentPlan(
            municipality_id=tenant_id(session), employment_id=employment.id, recorded_at=now(), recorded_by=by.person_id
        )
        session.add(plan)
        session.flush()
    return plan


def changed(plan: DevelopmentPlan, *, seen: int | None) -> None:
    """Nothing; what the plan says has changed once more, and a version that waits for an answer is withdrawn.

    Overtaken when the plan is not as it was `seen`; None: it was not looked at.
    """
    if seen is not None and plan.revision != seen:
        raise Overtaken(sentence(N_("The plan has been changed meanwhile. Nothing was saved. Look at it again.")))
    plan.revision += 1
    session = object_session(plan)
    if session is None or plan.id is None:
        return
    for version in session.scalars(waiting(plan.id)):
        version.withdrawn_at = now()


def waiting(plan_id: int) -> Select[PlanVersion]:
    """The versions of the plan that wait for one of the two: at most one."""
    return select(PlanVersion).where(
        PlanVersion.plan_id == plan_id, PlanVersion.withdrawn_at.is_(None),
        or_(PlanVersion.employee_yes_at.is_(None), PlanVersion.leader_yes_at.is_(None)),
    )  # fmt: skip


def running_plan(session: Session, employment_id: int) -> DevelopmentPlan | None:
    """The open plan, held against whoever changes it at the same time; None when there is none."""
    return session.scalars(
        select(DevelopmentPlan)
        .where(DevelopmentPlan.employment_id == employment_id, DevelopmentPlan.ended_on.is_(None))
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()


def words(text: str, field: str, most: int = MOST_TEXT) -> str:
    """The text without blanks around it. RuleBroken when it is too long, or holds a CPR number."""
    text = text.replace("\r\n", "\n").strip()
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(text) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return text


def check_leader(session: Session, person_id: int | None, *, but: int) -> None:
    """Nothing. RuleBroken at its field for the learner herself and for somebody who has left; NotFound for nobody's id."""
    if person_id is None:
        return
    if person_id == but:
        raise RuleBroken(sentence(N_("Choose somebody else to lead it.")), field="led_by")
    if session.scalar(select(Person.id).where(Person.id == person_id)) is None:
        raise NotFound
    ends = session.scalars(select(Employment.valid_to).where(Employment.person_id == person_id)).all()
    if ends and all(end is not None and end <= today() for end in ends):
        raise RuleBroken(
            sentence(N_("Whom you have chosen works here no longer. Choose somebody else.")), field="led_by"
        )
