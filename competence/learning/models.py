"""Activities to choose from, a person's plan with goals and activities, the versions that both agreed to, and talks.

A plan's rows name the employment, so that each can be erased and shown by itself.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, reference, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.learning.rules import GoalKind, Origin, Part, TalkKind

AFTER = N_("1 year after the last employment or role ended")
THE_TWO = N_("the person, her leader, and whoever leads the activity; never auditor, director, planner or an export")
_PLAN = PersonData(
    purpose=N_("To keep what employee and leader have agreed that she learns, and how."),
    basis=Basis.TASK,
    seen_by=THE_TWO,
    period=AFTER,
    erasures=(Erasure(YEAR),),
    person="employment_id",
)


HELD = (
    "(SELECT coalesce(t.held_on, t.planned_on) FROM talk t WHERE t.municipality_id = talk_taker.municipality_id "
    "AND t.id = talk_taker.talk_id)"
)
NOBODY_LEFT = "NOT EXISTS (SELECT 1 FROM talk_taker k WHERE k.municipality_id = :m AND k.talk_id = talk.id)"


class Activity(Base, Tenant):
    """Something to learn by, to choose from: from the reference list, or the municipality's own."""

    __tablename__ = reference("activity")
    __persondata__ = NotPersonal(N_("the municipality's list of activities to learn by"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "code"), task_id="task")
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    part: Mapped[Part] = mapped_column(String(2))
    area: Mapped[str] = mapped_column(String(120), default="")
    minutes: Mapped[int]
    """Usual length; 0: it differs."""
    who_leads: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    task_id: Mapped[int | None]
    """The task it leads to; None: no certain one."""
    level: Mapped[int | None]
    """Rank on the practice scale that it leads to."""
    price: Mapped[int] = mapped_column(default=0)
    """Kroner for each who takes part, besides the hours."""
    source: Mapped[str] = mapped_column(String(400), default="")
    archived_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)


class DevelopmentPlan(Base, Tenant):
    """A person's plan under one employment. It runs until it is ended; while it is paused nothing reminds of it."""

    __tablename__ = "development_plan"
    __persondata__ = _PLAN
    __table_args__ = wall(
        Index(
            "uq_development_plan_open", "municipality_id", "employment_id", unique=True,
            sqlite_where=text("ended_on IS NULL"), postgresql_where=text("ended_on IS NULL"),
        ),
        employment_id="employment", recorded_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    paused_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts the changes of what the plan says, its goals and activities, so that a page that is out of date is told.

    That something was done or is followed up changes nothing of what was agreed, and is not counted."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class PlanVersion(Base, Tenant):
    """The plan as one of the two laid it before the other. Agreed when both have said yes; never changed after."""

    __tablename__ = "plan_version"
    __persondata__ = _PLAN
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "plan_id", "number"),
        plan_id="development_plan", employment_id="employment", made_by="person", leader_id="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int]
    employment_id: Mapped[int]
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Goals and activities in words, as they stood."""
    plan_revision: Mapped[int]
    """The plan's revision that it shows."""
    made_at: Mapped[datetime]
    made_by: Mapped[int]
    employee_yes_at: Mapped[datetime | None]
    leader_yes_at: Mapped[datetime | None]
    leader_id: Mapped[int | None]
    """The leader who said yes."""
    withdrawn_at: Mapped[datetime | None]
    """When it was taken back, or the plan was changed, before both had said yes."""


class Goal(Base, Tenant):
    """What somebody wants to reach: a task at a level, a profile level in an area, or a wish in her own words."""

    __tablename__ = "goal"
    __persondata__ = _PLAN
    __table_args__ = wall(
        Index(None, "municipality_id", "plan_id"), Index(None, "municipality_id", "task_id"),
        CheckConstraint("(kind = 'task') = (task_id IS NOT NULL)", name="task_goal_names_task"),
        plan_id="development_plan", employment_id="employment", task_id="task", recorded_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int]
    employment_id: Mapped[int]
    kind: Mapped[GoalKind] = mapped_column(String(20))
    task_id: Mapped[int | None]
    level: Mapped[int | None]
    """Rank on the practice scale for a task, on the profile scale for a profile level."""
    area_name: Mapped[str] = mapped_column(String(120), default="")
    """Of a profile level: the profile's area; "" for the whole profile."""
    words: Mapped[str] = mapped_column(Text, default="")
    wanted_by: Mapped[date | None]
    """The last day of it."""
    origin: Mapped[Origin] = mapped_column(String(20))
    yes_on: Mapped[date | None]
    """When the employee said yes to it; None: somebody else has proposed it, and she has not answered."""
    reached_on: Mapped[date | None]
    set_aside_on: Mapped[date | None]
    """Put away by either; never counted against anybody."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class PlannedActivity(Base, Tenant):
    """Something that somebody learns by, planned or done; those of the 10 with their before, during and after."""

    __tablename__ = "planned_activity"
    __persondata__ = _PLAN
    __table_args__ = wall(
        Index(None, "municipality_id", "employment_id"), Index(None, "municipality_id", "goal_id"),
        Index(None, "municipality_id", "led_by", "begins"),
        CheckConstraint("minutes > 0", name="takes_time"),
        CheckConstraint("ends IS NULL OR ends > begins", name="ends_after_it_begins"),
        employment_id="employment", goal_id="goal", activity_id="activity", led_by="person", task_id="task",
        recorded_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    goal_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    """Of the list it was taken from; None: their own."""
    name: Mapped[str] = mapped_column(String(200))
    part: Mapped[Part] = mapped_column(String(2))
    minutes: Mapped[int]
    task_id: Mapped[int | None]
    level: Mapped[int | None]
    led_by: Mapped[int | None]
    led_text: Mapped[str] = mapped_column(String(200), default="")
    """Who leads it when it is no colleague."""
    led_yes_at: Mapped[datetime | None]
    """When the colleague who leads it said yes."""
    place: Mapped[str] = mapped_column(String(200), default="")
    begins: Mapped[date | None]
    ends: Mapped[date | None]
    """The first day after it; None with `begins` None: no day yet."""
    at: Mapped[time | None]
    """When it begins on its first day, by the local clock."""
    origin: Mapped[Origin] = mapped_column(String(20))
    yes_on: Mapped[date | None]
    """When the employee said yes to it; None: somebody else has planned it, and she has not answered."""
    aim: Mapped[str] = mapped_column(Text, default="")
    """Before: what it is for."""
    agreed_use: Mapped[str] = mapped_column(Text, default="")
    """Before: how it is to be used, as agreed with the leader."""
    cover: Mapped[str] = mapped_column(Text, default="")
    """During: who covers the shift."""
    after_use: Mapped[str] = mapped_column(Text, default="")
    """After: how it is used."""
    shared_with: Mapped[str] = mapped_column(Text, default="")
    """After: with whom it is shared."""
    follow_up_on: Mapped[date | None]
    followed_up_on: Mapped[date | None]
    done_on: Mapped[date | None]
    dropped_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class PlanNote(Base, Tenant):
    """A note that employee and leader share about the plan or one of its goals."""

    __tablename__ = "plan_note"
    __persondata__ = _PLAN
    __table_args__ = wall(
        Index(None, "municipality_id", "plan_id"),
        plan_id="development_plan", employment_id="employment", goal_id="goal", written_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int]
    employment_id: Mapped[int]
    goal_id: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    written_by: Mapped[int]


class Talk(Base, Tenant):
    """A talk that is planned or was held: by whom, when, and what was agreed. Seen by those who take part, and by nobody else."""

    __tablename__ = "talk"
    __persondata__ = PersonData(
        purpose=N_("To plan the talk between employee and leader, and to keep what they agreed."),
        basis=Basis.TASK,
        seen_by=N_("those who took part in the talk; never auditor, director, planner or an export"),
        period=N_("1 year after it was held; where it was not, 1 year after the day it was planned for"),
        erasures=(Erasure(YEAR, since="coalesce(held_on, planned_on)", where=NOBODY_LEFT),),
        person="held_by",
    )
    __table_args__ = wall(held_by="person", unit_id="unit", recorded_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TalkKind] = mapped_column(String(20))
    unit_id: Mapped[int]
    held_by: Mapped[int]
    """The leader, or whoever holds it in her place."""
    planned_on: Mapped[date]
    planned_at: Mapped[time | None]
    held_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    agreed: Mapped[str] = mapped_column(Text, default="")
    """What they agreed, in their words."""
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Question's code -> what they wrote together."""
    next_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class TalkTaker(Base, Tenant):
    """Somebody who takes part in a talk as an employee, with what she has prepared; hers alone until she shows it."""

    __tablename__ = "talk_taker"
    __persondata__ = PersonData(
        purpose=N_("To let an employee prepare a talk."),
        basis=Basis.TASK,
        seen_by=N_("the person; those who take part in the talk, once she shows it"),
        period=N_("With the talk, at the latest 1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR, since=HELD), Erasure(YEAR)),
        person="employment_id",
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "talk_id", "employment_id"), Index(None, "municipality_id", "employment_id"),
        talk_id="talk", employment_id="employment",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int]
    employment_id: Mapped[int]
    prepared: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Question's code -> what she has prepared."""
    shown_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
