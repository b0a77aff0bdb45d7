"""Strategic plans with what they are made of, how needs are met, and the rounds of the pulse.

Nothing in the rounds ties an answer to a person: answers are added up in rows that were made when the round was opened.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.learning.rules import Part
from competence.strategy.rules.indicators import Indicator
from competence.strategy.rules.planning import About, Funding, PlanKind, WheelKind, Why
from competence.strategy.rules.pulse import Answer

CLOSED = (
    "(SELECT r.ends FROM pulse_round r WHERE r.municipality_id = pulse_answered.municipality_id "
    "AND r.id = pulse_answered.round_id)"
)


class StrategicPlan(Base, Tenant):
    """What a unit and all below it decide to learn in a year, or in two. Decided and replaced by dates."""

    __tablename__ = "strategic_plan"
    __persondata__ = NotPersonal(N_("what a municipality has decided to learn; who wrote it is an id"))
    __table_args__ = wall(
        Index(None, "municipality_id", "unit_id", "year"),
        CheckConstraint("replaced_on IS NULL OR decided_on IS NOT NULL", name="replaced_after_decided"),
        unit_id="unit", recorded_by="person", decided_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    kind: Mapped[PlanKind] = mapped_column(String(20))
    year: Mapped[int]
    """The first calendar year that it covers."""
    title: Mapped[str] = mapped_column(String(120))
    frame: Mapped[str] = mapped_column(Text, default="")
    """Strategy, law, and what citizens need."""
    roles: Mapped[str] = mapped_column(Text, default="")
    """What leader, guide, development nurse and MED committee do."""
    evaluation: Mapped[str] = mapped_column(Text, default="")
    baseline_month: Mapped[date | None]
    """The first day of the month whose figures were frozen into the plan."""
    baseline: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The figures of that month: of the unit, of those right below it, and of each subject area."""
    decided_on: Mapped[date | None]
    decided_where: Mapped[str] = mapped_column(String(120), default="")
    """Which body decided it."""
    decided_by: Mapped[int | None]
    """Who wrote that it was decided."""
    replaced_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts all changes of the plan and its parts, so that a page that is out of date is told."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class PlanPriority(Base, Tenant):
    """What comes first in a plan, and the figure that it rests on as it was then."""

    __tablename__ = "plan_priority"
    __persondata__ = NotPersonal(N_("what comes first in a strategic plan, and why"))
    __table_args__ = wall(
        Index(None, "municipality_id", "strategy_id"),
        CheckConstraint("(about = 'area') = (area_id IS NOT NULL)", name="an_area_is_named"),
        CheckConstraint("(about = 'group') = (staff_group_id IS NOT NULL)", name="a_group_is_named"),
        strategy_id="strategic_plan", area_id="area", staff_group_id="staff_group",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    strategy_id: Mapped[int]
    position: Mapped[int]
    about: Mapped[About] = mapped_column(String(20))
    area_id: Mapped[int | None]
    staff_group_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[Why] = mapped_column(String(20))
    value: Mapped[float | None]
    """The figure when the priority was written; None: it rests on none."""
    value_on: Mapped[date | None]


class Measure(Base, Tenant):
    """What is done: by 70-20-10, with who owns it, what it takes and who pays."""

    __tablename__ = "plan_measure"
    __persondata__ = PersonData(
        purpose=N_("To know who sees to a measure of the strategic plan."),
        basis=Basis.TASK,
        seen_by=N_(
            "those who write the plan, leaders, guides and development nurses within it; others see the role only"
        ),
        period=N_("2 years after the last month of the measure"),
        erasures=(Erasure(2 * YEAR, since="last_month", blank=("owner_id",)),),
        person="owner_id",
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "strategy_id"),
        CheckConstraint("minutes > 0", name="takes_time"),
        CheckConstraint("last_month >= first_month", name="ends_after_it_begins"),
        strategy_id="strategic_plan", priority_id="plan_priority", owner_id="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    strategy_id: Mapped[int]
    priority_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(120))
    part: Mapped[Part] = mapped_column(String(2))
    owner_id: Mapped[int | None]
    """None: erased, or nobody yet."""
    minutes: Mapped[int]
    """Of all who take part together."""
    kroner: Mapped[int]
    funding: Mapped[Funding] = mapped_column(String(20))
    first_month: Mapped[date]
    last_month: Mapped[date]
    """The first day of the last month."""
    criterion: Mapped[str] = mapped_column(Text, default="")
    """How it is seen that it worked."""
    begun_on: Mapped[date | None]
    done_on: Mapped[date | None]
    dropped_on: Mapped[date | None]


class PlanIndicator(Base, Tenant):
    """What the plan is measured by, and what it aims at."""

    __tablename__ = "plan_indicator"
    __persondata__ = NotPersonal(N_("what a strategic plan is measured by"))
    __table_args__ = wall(Index(None, "municipality_id", "strategy_id"), strategy_id="strategic_plan")
    id: Mapped[int] = mapped_column(primary_key=True)
    strategy_id: Mapped[int]
    position: Mapped[int]
    kind: Mapped[Indicator] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120), default="")
    """Of one of their own; the others have their name."""
    unit_of_value: Mapped[str] = mapped_column(String(20), default="")
    target: Mapped[float]
    at_least: Mapped[bool]
    """The value must not be lower than the target; else not higher."""


class IndicatorValue(Base, Tenant):
    """A value that somebody typed in, as that of another system. Written again for a day, it takes the place of the first."""

    __tablename__ = "indicator_value"
    __persondata__ = NotPersonal(N_("the value of an indicator on a day; who wrote it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "indicator_id", "measured_on"),
        indicator_id="plan_indicator", recorded_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int]
    measured_on: Mapped[date]
    value: Mapped[float]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class WheelStep(Base, Tenant):
    """What happens in a month of the plan's year wheel."""

    __tablename__ = "plan_wheel_step"
    __persondata__ = NotPersonal(N_("what happens in a month of a strategic plan"))
    __table_args__ = wall(Index(None, "municipality_id", "strategy_id"), strategy_id="strategic_plan")
    id: Mapped[int] = mapped_column(primary_key=True)
    strategy_id: Mapped[int]
    month: Mapped[date]
    """Its first day."""
    kind: Mapped[WheelKind] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(120), default="")
    done_on: Mapped[date | None]


class PlanFollowUp(Base, Tenant):
    """What was said of the plan, or of one of its measures, on a day."""

    __tablename__ = "plan_follow_up"
    __persondata__ = PersonData(
        purpose=N_("To follow up what a strategic plan has decided."),
        basis=Basis.TASK,
        seen_by=N_("those who read the plan, without the name of the writer"),
        period=N_("5 years after it was written"),
        erasures=(Erasure(5 * YEAR, since="written_on"),),
        person="written_by",
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "strategy_id"),
        strategy_id="strategic_plan", measure_id="plan_measure", written_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    strategy_id: Mapped[int]
    measure_id: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    value: Mapped[float | None]
    """The unit's needs that were met, in per cent, when it was written."""
    written_on: Mapped[date]
    written_by: Mapped[int]


class NeedChoice(Base, Tenant):
    """How a unit meets what it needs in a subject area."""

    __tablename__ = "need_choice"
    __persondata__ = NotPersonal(N_("how a unit meets its needs in a subject area; who chose it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "unit_id", "area_id"), unit_id="unit", area_id="area", chosen_by="person"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    area_id: Mapped[int]
    meets: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Codes of `Meet`; several can go together."""
    note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[int]


class PulseRound(Base, Tenant):
    """One time that employees are asked. Nothing of it is shown before it is over."""

    __tablename__ = "pulse_round"
    __persondata__ = NotPersonal(N_("when employees are asked whether they can develop; who opened it is an id"))
    __table_args__ = wall(CheckConstraint("ends > begins", name="ends_after_it_begins"), opened_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    begins: Mapped[date]
    ends: Mapped[date]
    """The first day after it."""
    opened_by: Mapped[int]
    opened_at: Mapped[datetime]


class PulseTally(Base, Tenant):
    """How many of a unit gave an answer in a round: a number, made as 0 when the round is opened, and nothing else.

    There is no row for an answer, no moment and no order, and each answer writes all five rows of the unit, so that not even
    the database knows which of them was the last one's.
    """

    __tablename__ = "pulse_tally"
    __persondata__ = NotPersonal(
        N_("how many of a unit gave each answer to the pulse; anonymous numbers, fewer than five hidden when read")
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "round_id", "unit_id", "answer"),
        CheckConstraint("number >= 0", name="is_a_number"),
        round_id="pulse_round", unit_id="unit",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int]
    unit_id: Mapped[int]
    answer: Mapped[Answer] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(default=0)


class PulseAnswered(Base, Tenant):
    """That somebody has answered a round, so that she answers once. Neither what, nor when, nor for which unit."""

    __tablename__ = "pulse_answered"
    __persondata__ = PersonData(
        purpose=N_("To let everybody answer a round of the pulse once."),
        basis=Basis.TASK,
        seen_by=N_("nobody; the person is no longer asked"),
        period=N_("30 days after the round is over"),
        erasures=(Erasure(30, since=CLOSED),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "round_id", "person_id"), round_id="pulse_round", person_id="person"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int]
    person_id: Mapped[int]
