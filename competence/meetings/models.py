"""The screens on walls, what a leader has chosen for the board, the week's goals, improvement actions, and who can be asked."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from competence.coverage.rules import Shift
from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.meetings.rules import Ended, Figure


class Screen(Base, Tenant):
    """A screen on a wall: its link, which only the first screen that opens it can use, until it is revoked."""

    __tablename__ = "wall_screen"
    __persondata__ = NotPersonal(N_("the link of a screen on a wall, as a hash; who made it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "link_hash"), unit_id="unit", made_by="person", ended_by="person"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    link_hash: Mapped[str] = mapped_column(String(64))
    screen_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the secret that the screen was given when it was bound; None: no screen has opened the link yet."""
    bound_at: Mapped[datetime | None]
    seen_on: Mapped[date | None]
    """The last day on which it showed the board."""
    made_at: Mapped[datetime]
    made_by: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]


class BoardChoice(Base, Tenant):
    """Which two or three figures a unit's board shows."""

    __tablename__ = "board_choice"
    __persondata__ = NotPersonal(N_("which figures a unit's board shows; who chose them is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "unit_id"), unit_id="unit", changed_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    figures: Mapped[list[str]] = mapped_column(JSON)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int]


class BoardMeeting(Base, Tenant):
    """A board meeting that was held, with the unit's figures of that moment: what the next one is held against."""

    __tablename__ = "board_meeting"
    __persondata__ = NotPersonal(N_("when a unit held its board meeting, and its figures then; who noted it is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "unit_id", "held_on"), unit_id="unit", held_by="person")
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    held_on: Mapped[date]
    held_at: Mapped[datetime]
    held_by: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Figure -> its value."""


class WeekGoal(Base, Tenant):
    """A gap that the unit wants to close within a week, with the day of the training where it is known."""

    __tablename__ = "week_goal"
    __persondata__ = NotPersonal(N_("which gap a unit wants to close in a week; who wrote it is an id"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "unit_id", "week", "task_id", "shift"),
        unit_id="unit", task_id="task", set_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    week: Mapped[date]
    """Its Monday."""
    task_id: Mapped[int]
    shift: Mapped[Shift] = mapped_column(String(1))
    planned_on: Mapped[date | None]
    planned_at: Mapped[time | None]
    set_at: Mapped[datetime]
    set_by: Mapped[int]


class ImprovementAction(Base, Tenant):
    """What a unit does to get a figure to a target by a date, and who sees to it."""

    __tablename__ = "improvement_action"
    __persondata__ = PersonData(
        purpose=N_("To follow up what a unit has agreed to do about its coverage, and who sees to it."),
        basis=Basis.TASK,
        seen_by=N_("leader, guide and development nurse within reach; others without the name"),
        period=N_("2 years after it was closed"),
        erasures=(Erasure(2 * YEAR, since="closed_at"),),
        person="owner_id",
    )
    __table_args__ = wall(
        CheckConstraint("(closed_at IS NULL) = (closed_how IS NULL)", name="closed_somehow"),
        Index("ix_improvement_action_unit", "municipality_id", "unit_id", "closed_at"),
        unit_id="unit", owner_id="person", recorded_by="person", closed_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int]
    figure: Mapped[Figure] = mapped_column(String(20))
    baseline: Mapped[float]
    """The figure when the action was begun."""
    target: Mapped[float]
    due_on: Mapped[date]
    follow_up_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts its changes, so that a page that is out of date is told."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[Ended | None] = mapped_column(String(20))
    closed_by: Mapped[int | None]


class ActionFollowUp(Base, Tenant):
    """How an action stood on a day, with a word about it."""

    __tablename__ = "action_follow_up"
    __persondata__ = PersonData(
        purpose=N_("To follow up what a unit has agreed to do about its coverage, and who sees to it."),
        basis=Basis.TASK,
        seen_by=N_("leader, guide and development nurse within reach; others without the name"),
        period=N_("2 years after it was written"),
        erasures=(Erasure(2 * YEAR, since="written_at"),),
        person="written_by",
    )
    __table_args__ = wall(
        Index("ix_action_follow_up_action", "municipality_id", "action_id"),
        action_id="improvement_action", written_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int]
    value: Mapped[float]
    note: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime]
    written_by: Mapped[int]


class HelperYes(Base, Tenant):
    """Somebody's own yes to stand on the wall as one to ask about a subject area. She takes it back as she likes."""

    __tablename__ = "helper_yes"
    __persondata__ = PersonData(
        purpose=N_("To let the team see on its wall whom it can ask, where that person has said yes to it."),
        basis=Basis.TASK,
        seen_by=N_("the person; whoever is in the team's own room"),
        period=N_("Until she takes it back, at the latest 1 day after the last employment or role ended"),
        erasures=(Erasure(1),),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "person_id", "area_id"), person_id="person", area_id="area"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    area_id: Mapped[int]
    said_at: Mapped[datetime]
