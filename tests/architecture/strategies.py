"""A strategic plan with one of each of its parts, for the walk over every route."""

from datetime import date, timedelta

from competence.foundation.clock import now, today
from competence.learning.rules import Part
from competence.strategy.models import (
    Measure,
    PlanIndicator,
    PlanPriority,
    PulseRound,
    PulseTally,
    StrategicPlan,
    WheelStep,
)
from competence.strategy.rules.indicators import Indicator
from competence.strategy.rules.planning import About, Funding, PlanKind, WheelKind, Why
from competence.strategy.rules.pulse import Answer
from tests.factories import Someone, World


def strategy(world: World, one: Someone) -> dict[str, int]:
    """The ids of a draft of a strategic plan of somebody's unit, of one of each of its parts, and of a round of the pulse."""
    year, by = today().year, one.person.id
    plan = StrategicPlan(
        unit_id=one.unit.id,
        kind=PlanKind.YEAR,
        year=year,
        title="Tæt på",
        recorded_at=now(),
        recorded_by=by,
        baseline={},
    )
    world.session.add(plan)
    world.session.flush()
    priority = PlanPriority(
        strategy_id=plan.id, position=1, about=About.AREA, area_id=world.area.id, title="Medicin", why=Why.NONE
    )
    indicator = PlanIndicator(
        strategy_id=plan.id, position=1, kind=Indicator.OWN, title="Egne", target=3, at_least=True
    )
    wheel = WheelStep(strategy_id=plan.id, month=date(year, 3, 1), kind=WheelKind.TALKS)
    asked = PulseRound(
        begins=today() - timedelta(days=5), ends=today() + timedelta(days=5), opened_by=by, opened_at=now()
    )
    world.session.add_all([priority, indicator, wheel, asked])
    world.session.flush()
    measure = Measure(
        strategy_id=plan.id,
        priority_id=priority.id,
        title="Følgevagter",
        part=Part.DAILY,
        minutes=600,
        kroner=0,
        funding=Funding.OWN,
        first_month=date(year, 1, 1),
        last_month=date(year, 6, 1),
    )
    world.session.add(measure)
    world.session.add_all(
        PulseTally(round_id=asked.id, unit_id=one.unit.id, answer=answer, number=0) for answer in Answer
    )
    world.session.flush()
    return {
        "strategy_id": plan.id,
        "priority_id": priority.id,
        "measure_id": measure.id,
        "indicator_id": indicator.id,
        "wheel_id": wheel.id,
        "round_id": asked.id,
    }
