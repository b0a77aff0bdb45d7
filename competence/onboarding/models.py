"""Templates in versions, each newcomer's own programme with what both have ticked, the leader's yes, and students' stages."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.onboarding.rules import MOST_ITEM, ItemKind, Ticks

NEAR_HER = N_(
    "the person; leader, learning guide and development nurse within reach; her buddy and mentor; never auditor, director, "
    "planner or an export"
)
_PERIOD = N_("1 year after the programme ended, at the latest 1 year after the last employment or role ended")
_ENDED = "(SELECT o.ended_on FROM onboarding o WHERE o.municipality_id = {table}.municipality_id AND o.id = {table}.onboarding_id)"


def _about_her(table: str) -> PersonData:
    return PersonData(
        purpose=N_("To receive a new colleague well, and to know what is in place before she goes on."),
        basis=Basis.TASK,
        seen_by=NEAR_HER,
        period=_PERIOD,
        erasures=(Erasure(YEAR, since=_ENDED.format(table=table)), Erasure(YEAR)),
        person="employment_id",
    )


class OnboardingTemplate(Base, Tenant):
    """What newcomers of a staff group, or of all, meet in a unit and below it, in one version.

    A draft until somebody named has approved it; the next version takes its place. A unit's own version hides the one that
    it would have had from above. A programme that has begun keeps its items.
    """

    __tablename__ = "onboarding_template"
    __persondata__ = NotPersonal(N_("templates of introduction programmes; who approved one is an id"))
    __table_args__ = wall(
        Index(
            "uq_onboarding_template_number", "municipality_id", "unit_id", "staff_group_id", "number", unique=True,
            sqlite_where=text("staff_group_id IS NOT NULL"), postgresql_where=text("staff_group_id IS NOT NULL"),
        ),
        Index(
            "uq_onboarding_template_number_of_all", "municipality_id", "unit_id", "number", unique=True,
            sqlite_where=text("staff_group_id IS NULL"), postgresql_where=text("staff_group_id IS NULL"),
        ),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint("retired_at IS NULL OR approved_at IS NOT NULL", name="only_approved_ones_are_retired"),
        unit_id="unit", staff_group_id="staff_group", approved_by="person", recorded_by="person", retired_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    staff_group_id: Mapped[int | None]
    """None: what all staff groups meet, beside their own."""
    number: Mapped[int]
    """The version, from 1 in each place."""
    welcome: Mapped[str] = mapped_column(Text, default="")
    """The words of the welcome letter."""
    reference_version: Mapped[str | None] = mapped_column(String(20))
    """Of the reference data that it was loaded from; None: written here."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts the changes of a draft, so that a page that is out of date is told."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
    """None: it came with the reference data."""
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None]
    retired_at: Mapped[datetime | None]
    """When the next version took its place, or the unit went back to what holds above it."""
    retired_by: Mapped[int | None]


class OnboardingLine(Base, Tenant):
    """One item of a template."""

    __tablename__ = "onboarding_line"
    __persondata__ = NotPersonal(N_("templates of introduction programmes; who approved one is an id"))
    __table_args__ = wall(UniqueConstraint("municipality_id", "template_id", "code"), template_id="onboarding_template")
    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    """Stays the same from version to version."""
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(MOST_ITEM))
    week: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(String(20))
    responsible: Mapped[str] = mapped_column(String(120), default="")
    ticks: Mapped[Ticks] = mapped_column(String(20))
    gate: Mapped[bool] = mapped_column(default=False)
    gate_code: Mapped[str] = mapped_column(String(20), default="")
    first_shift: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(400), default="")


class Onboarding(Base, Tenant):
    """One newcomer's introduction programme under one employment."""

    __tablename__ = "onboarding"
    __persondata__ = PersonData(
        purpose=N_("To receive a new colleague well, and to know what is in place before she goes on."),
        basis=Basis.TASK,
        seen_by=NEAR_HER,
        period=_PERIOD,
        erasures=(Erasure(YEAR, since="ended_on"), Erasure(YEAR)),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(
            "uq_onboarding_open", "municipality_id", "employment_id", unique=True,
            sqlite_where=text("ended_on IS NULL"), postgresql_where=text("ended_on IS NULL"),
        ),
        Index(None, "municipality_id", "buddy_id"), Index(None, "municipality_id", "mentor_id"),
        employment_id="employment", buddy_id="person", mentor_id="person", begun_by="person", ended_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    first_day: Mapped[date]
    """The first day of work, from which its weeks are counted."""
    buddy_id: Mapped[int | None]
    mentor_id: Mapped[int | None]
    welcome: Mapped[str] = mapped_column(Text, default="")
    """The words of her welcome letter."""
    revision: Mapped[int] = mapped_column(default=1)
    begun_at: Mapped[datetime]
    begun_by: Mapped[int]
    ended_on: Mapped[date | None]
    ended_by: Mapped[int | None]


class OnboardingPace(Base, Tenant):
    """From a day on the weeks of a programme are longer, or shorter, than planned; who said so, and when."""

    __tablename__ = "onboarding_pace"
    __persondata__ = _about_her("onboarding_pace")
    __table_args__ = wall(
        Index(None, "municipality_id", "onboarding_id"),
        CheckConstraint("percent > 0", name="goes_on"),
        onboarding_id="onboarding", employment_id="employment", set_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    onboarding_id: Mapped[int]
    employment_id: Mapped[int]
    from_day: Mapped[date]
    percent: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[int]


class OnboardingItem(Base, Tenant):
    """One item of a newcomer's programme, as the template said it when it began, and who has ticked it."""

    __tablename__ = "onboarding_item"
    __persondata__ = _about_her("onboarding_item")
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "onboarding_id", "code"),
        Index(None, "municipality_id", "employment_id"), Index(None, "municipality_id", "responsible_id"),
        CheckConstraint("(responsible_at IS NULL) = (responsible_by IS NULL)", name="ticked_by_somebody"),
        CheckConstraint("(left_out_at IS NULL) = (left_out_by IS NULL)", name="left_out_by_somebody"),
        onboarding_id="onboarding", employment_id="employment", responsible_by="person", left_out_by="person",
        added_by="person", responsible_id="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    onboarding_id: Mapped[int]
    employment_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(MOST_ITEM))
    week: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(String(20))
    responsible: Mapped[str] = mapped_column(String(120), default="")
    ticks: Mapped[Ticks] = mapped_column(String(20))
    gate: Mapped[bool] = mapped_column(default=False)
    gate_code: Mapped[str] = mapped_column(String(20), default="")
    first_shift: Mapped[bool] = mapped_column(default=False)
    newcomer_at: Mapped[datetime | None]
    """When the newcomer ticked it."""
    responsible_at: Mapped[datetime | None]
    responsible_by: Mapped[int | None]
    """Who ticked it as the one who is responsible."""
    left_out_at: Mapped[datetime | None]
    left_out_by: Mapped[int | None]
    responsible_id: Mapped[int | None]
    """The colleague who is asked to see to it; None: whoever the words name."""
    added_by: Mapped[int | None]
    """Who added it to this programme; None: it came from a template."""


class FirstShiftYes(Base, Tenant):
    """A leader's written yes to the first shift of a temp or an unskilled colleague. It gives no right to any task."""

    __tablename__ = "first_shift_yes"
    __persondata__ = _about_her("first_shift_yes")
    __table_args__ = wall(
        Index(
            "uq_first_shift_yes_standing", "municipality_id", "onboarding_id", unique=True,
            sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
        ),
        onboarding_id="onboarding", employment_id="employment", given_by="person", withdrawn_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    onboarding_id: Mapped[int]
    employment_id: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]
    given_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None]


class StudentStage(Base, Tenant):
    """The stage of a student's education between two days, and who supervises her in it. A change ends one and adds another."""

    __tablename__ = "student_stage"
    __persondata__ = PersonData(
        purpose=N_("To know which stage a student has reached, and who supervises her."),
        basis=Basis.TASK,
        seen_by=N_("the person; leader, learning guide and development nurse within reach; her supervisor"),
        period=N_("1 year after the last employment or role ended"),
        erasures=(Erasure(YEAR),),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(
            "uq_student_stage_open", "municipality_id", "employment_id", unique=True,
            sqlite_where=text("ends_on IS NULL"), postgresql_where=text("ends_on IS NULL"),
        ),
        CheckConstraint("ends_on IS NULL OR ends_on >= begins_on", name="ends_after_it_begins"),
        employment_id="employment", supervisor_id="person", recorded_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int]
    stage: Mapped[str] = mapped_column(String(80))
    supervisor_id: Mapped[int]
    opens: Mapped[bool] = mapped_column(default=False)
    """From its first day the student has the tasks of the group that she follows (Employment.stage_from)."""
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The first day of the next; the same day where it was put right before it had begun."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]
