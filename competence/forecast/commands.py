"""The verbs about scenarios: create, change, share, delete. None of them changes anything else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Task
from competence.coverage.queries.staff import names_of
from competence.delegation.queries import get_version
from competence.forecast.models import Scenario
from competence.forecast.queries.scenarios import get_scenario, homes_of
from competence.forecast.scenarios import MOST_NAME, Drafted, Hired, Shared, Step, Trained, code, people_in
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.models import StaffGroup


@dataclass(frozen=True)
class NewScenario:
    """A scenario as it is to be kept."""

    name: str
    steps: tuple[Step, ...]
    shared_with: Shared = Shared.NOBODY


@command
def create_scenario(session: Session, unit_id: int, new: NewScenario, *, by: Actor) -> Scenario:
    """The scenario, kept. NotFound when a step names somebody from outside the unit, or a thing that is not there."""
    unit = _unit(session, unit_id, by)
    name = _checked(session, unit, new)
    scenario = Scenario(
        unit_id=unit.id, owner_id=by.person_id, name=name, shared_with=new.shared_with, steps=[code(step) for step in new.steps],
        revision=1, saved_at=now(), saved_by=by.person_id,
    )  # fmt: skip
    session.add(scenario)
    session.flush()
    record(
        session, by=by.person_id, action="create_scenario", subject="scenario", subject_id=scenario.id,
        detail={"unit": unit.id, "steps": len(new.steps), "shared": new.shared_with.value},
    )  # fmt: skip
    return scenario


@command
def change_scenario(
    session: Session, unit_id: int, scenario_id: int, new: NewScenario, *, seen: int, by: Actor
) -> Scenario:
    """The scenario with other steps or another name; whom it is shared with stays.

    Overtaken when it is no longer the revision that the page showed (`seen`).
    """
    unit = _unit(session, unit_id, by)
    scenario = get_scenario(session, scenario_id, unit.id, by.person_id, lock=True)
    _check_seen(session, scenario, seen)
    scenario.name, scenario.steps = _checked(session, unit, new), [code(step) for step in new.steps]
    _saved(scenario, by)
    session.flush()
    record(
        session, by=by.person_id, action="change_scenario", subject="scenario", subject_id=scenario.id,
        detail={"unit": unit.id, "steps": len(new.steps)},
    )  # fmt: skip
    return scenario


@command
def share_scenario(
    session: Session, unit_id: int, scenario_id: int, shared_with: Shared, *, seen: int, by: Actor
) -> Scenario:
    """The scenario, seen by the unit's leaders from now on, or by her alone. Only whoever made it says so."""
    unit = _unit(session, unit_id, by)
    scenario = get_scenario(session, scenario_id, unit.id, by.person_id, lock=True)
    if scenario.owner_id != by.person_id:
        raise RuleBroken(sentence(N_("Only whoever made the scenario shares it or deletes it.")))
    _check_seen(session, scenario, seen)
    if scenario.shared_with == shared_with:
        return scenario
    scenario.shared_with = shared_with
    _saved(scenario, by)
    session.flush()
    record(
        session, by=by.person_id, action="share_scenario", subject="scenario", subject_id=scenario.id,
        detail={"unit": unit.id, "shared": shared_with.value},
    )  # fmt: skip
    return scenario


@command
def delete_scenario(session: Session, unit_id: int, scenario_id: int, *, seen: int, by: Actor) -> None:
    """Nothing; the scenario is gone. Overtaken when it has been changed since the page was opened."""
    unit = _unit(session, unit_id, by)
    scenario = get_scenario(session, scenario_id, unit.id, by.person_id, lock=True)
    if scenario.owner_id != by.person_id:
        raise RuleBroken(sentence(N_("Only whoever made the scenario shares it or deletes it.")))
    _check_seen(session, scenario, seen)
    session.delete(scenario)
    session.flush()
    record(
        session, by=by.person_id, action="delete_scenario", subject="scenario", subject_id=scenario_id,
        detail={"unit": unit.id},
    )  # fmt: skip


def _unit(session: Session, unit_id: int, by: Actor) -> Unit:
    unit = session.scalars(select(Unit).where(Unit.id == unit_id)).first()
    if unit is None:
        raise NotFound
    authorise(by, Permission.SCENARIO_WRITE, unit.path)
    authorise(by, Permission.COVERAGE_READ, unit.path)
    return unit


def _checked(session: Session, unit: Unit, new: NewScenario) -> str:
    """The name, tidied. RuleBroken when it or the steps cannot be kept; NotFound when a step names what is not there."""
    name = squeeze(new.name)
    if not name:
        raise RuleBroken(sentence(N_("Give the scenario a name.")), field="name")
    if len(name) > MOST_NAME:
        raise RuleBroken(
            sentence(N_("The text is too long. Use at most %(max)s characters."), max=MOST_NAME), field="name"
        )
    if looks_like_cpr(name):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field="name")
    if not new.steps:
        raise RuleBroken(sentence(N_("Add at least one change before you keep the scenario.")))
    named = people_in(new.steps)
    homes = homes_of(session, named)
    hired_to = {step.unit_id for step in new.steps if isinstance(step, Hired) and step.unit_id is not None}
    if named - homes.keys() or not _lie_in(session, unit, hired_to | {home.unit_id for home in homes.values()}):
        raise NotFound
    tasks = {task for step in new.steps for task in _tasks(step)}
    known = set(session.scalars(select(Task.id).where(Task.id.in_(tasks))))
    groups = {step.group_id for step in new.steps if isinstance(step, Hired)}
    there = set(session.scalars(select(StaffGroup.id).where(StaffGroup.id.in_(groups))))
    if tasks - known or groups - there:
        raise NotFound
    for step in new.steps:
        if isinstance(step, Drafted):
            get_version(session, step.number)
    return name


def _lie_in(session: Session, unit: Unit, unit_ids: set[int]) -> bool:
    """Whether all of them are the unit or lie below it, closed ones too."""
    below = select(Unit.id).where(Unit.id.in_(unit_ids), Unit.path.startswith(unit.path, autoescape=True))
    return unit_ids <= {unit.id} or set(session.scalars(below)) == unit_ids


def _tasks(step: Step) -> Sequence[int]:
    match step:
        case Trained():
            return (step.task_id,)
        case Hired():
            return step.tasks
        case _:
            return ()


def _saved(scenario: Scenario, by: Actor) -> None:
    scenario.revision += 1
    scenario.saved_at, scenario.saved_by = now(), by.person_id


def _check_seen(session: Session, scenario: Scenario, seen: int) -> None:
    if scenario.revision == seen:
        return
    name = names_of(session, [scenario.saved_by]).get(scenario.saved_by, "")
    raise Overtaken(
        sentence(
            N_("%(name)s changed this on %(at)s, while you had the page open. Nothing was written."),
            name=name or sentence(N_("Somebody")), at=scenario.saved_at,
        )
    )  # fmt: skip
