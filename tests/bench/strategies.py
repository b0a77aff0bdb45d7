"""A strategic plan as large as a plan can be, and classes that have been held, in a municipality of 10,000 people."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.catalogue.models import Area
from competence.coverage.models import Requirement
from competence.coverage.queries.places import tree
from competence.figures.commands import take_snapshot
from competence.figures.queries.kept import look_kept
from competence.figures.rules import first_of
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, open_session
from competence.learning.rules import Part
from competence.strategy.commands.planning import frozen
from competence.strategy.models import (
    Measure,
    NeedChoice,
    PlanFollowUp,
    PlanIndicator,
    PlanPriority,
    StrategicPlan,
    WheelStep,
)
from competence.strategy.rules.indicators import USUAL
from competence.strategy.rules.planning import MOST_PRIORITIES, USUAL_WHEEL, About, Funding, PlanKind, Why
from competence.teaching.models import ClassTime, ClassUnit, TeachingClass

TITLE = "Målt plan"
MEASURES, FOLLOW_UPS, CLASSES = 40, 40, 8


@dataclass(frozen=True)
class Filled:
    """What is asked for."""

    strategy_id: int
    priorities: int
    measures: int
    units_below: int


def filled(engine: Engine, municipality_id: int) -> Filled:
    """The plan and the classes, written when they are not there yet."""
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        units = tree(session, on=today())
        top = units.children[None][0]
        plan = session.scalars(select(StrategicPlan).where(StrategicPlan.title == TITLE)).first()
        if plan is None:
            by = session.scalars(
                select(RoleAssignment.person_id)
                .where(RoleAssignment.role == Role.DEVELOPMENT_NURSE)
                .order_by(RoleAssignment.id)
            ).first()
            assert by is not None
            take_snapshot(session)
            look = look_kept(session, [top], first_of(today()))
            assert look is not None
            year = today().year
            plan = StrategicPlan(
                unit_id=top.id, kind=PlanKind.TWO_YEARS, year=year, title=TITLE, frame="Ramme. " * 200, roles="Roller. " * 100,
                baseline_month=first_of(today()), baseline=frozen(look, top), decided_on=today(), decided_where="Udvalget",
                decided_by=by, recorded_at=now(), recorded_by=by,
            )  # fmt: skip
            session.add(plan)
            session.flush()
            areas = session.scalars(select(Area.id).order_by(Area.position, Area.id)).all()
            rows = [
                PlanPriority(
                    strategy_id=plan.id, position=at, about=About.AREA, area_id=areas[at % len(areas)], why=Why.GAPS,
                    title=f"Prioritet {at}", text="Derfor. " * 40, value=10.0, value_on=today(),
                )
                for at in range(MOST_PRIORITIES)
            ]  # fmt: skip
            session.add_all(rows)
            session.flush()
            session.add_all(
                Measure(
                    strategy_id=plan.id, priority_id=rows[at % len(rows)].id, title=f"Indsats {at} i alle teams",
                    part=list(Part)[at % 3], owner_id=by, minutes=6000, kroner=40_000, funding=list(Funding)[at % 4],
                    first_month=date(year, 1 + at % 12, 1), last_month=date(year + 1, 1 + at % 12, 1), criterion="Vist. " * 20,
                )
                for at in range(MEASURES)
            )  # fmt: skip
            for at, (kind, (target, at_least)) in enumerate(USUAL.items()):
                session.add(
                    PlanIndicator(strategy_id=plan.id, position=at, kind=kind, target=target, at_least=at_least)
                )
            session.add_all(
                WheelStep(strategy_id=plan.id, month=date(in_, at, 1), kind=kind)
                for in_ in (year, year + 1) for at, kind in USUAL_WHEEL
            )  # fmt: skip
            session.add_all(
                PlanFollowUp(
                    strategy_id=plan.id, text="Fulgt op. " * 20, written_on=today() - timedelta(days=at), written_by=by
                )
                for at in range(FOLLOW_UPS)
            )
            for node in (top, *units.children[top.id]):
                session.add_all(
                    NeedChoice(unit_id=node.id, area_id=area, meets=["peer"], note="", chosen_at=now(), chosen_by=by)
                    for area in areas
                )
            _classes(session, top.id, by)
            session.commit()
        return Filled(plan.id, MOST_PRIORITIES, MEASURES, len(units.children[top.id]))


def _classes(session: Session, top_id: int, by: int) -> None:
    """Nothing; classes for the whole municipality have been held, each about another task that many units need."""
    needed = session.scalars(
        select(Requirement.task_id).group_by(Requirement.task_id).order_by(func.count().desc(), Requirement.task_id)
    ).all()[:CLASSES]
    for at, task in enumerate(needed):
        held = now() - timedelta(days=60 + 10 * at)
        row = TeachingClass(
            name=f"Målt hold {at}", part=Part.FORMAL, task_id=task, seats=20, held_at=held, held_by=by, changed_at=held,
            recorded_at=held, recorded_by=by,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(ClassTime(class_id=row.id, starts_at=held - timedelta(hours=3), ends_at=held))
        session.add(ClassUnit(class_id=row.id, unit_id=top_id))
