"""Classes with their days, units and groups; who has a seat or waits; what each is told; and private calendar links."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from competence.foundation.orm import Base, Tenant, wall
from competence.foundation.retention import YEAR, Basis, Erasure, NotPersonal, PersonData
from competence.foundation.text import N_
from competence.learning.rules import Part
from competence.teaching.rules import FeedKind, News, Stand

OPEN = text("ended_at IS NULL")
OPEN_WITHOUT_UNIT = text("ended_at IS NULL AND unit_id IS NULL")


class TeachingClass(Base, Tenant):
    """A class, or bedside teaching: what, by whom, where, for whom, with how many seats."""

    __tablename__ = "teaching_class"
    __persondata__ = PersonData(
        purpose=N_("To plan classes and bedside teaching, and to know who teaches."),
        basis=Basis.TASK,
        seen_by=N_("those who plan it, those whom it is for, their leaders, and whoever teaches it"),
        period=N_("5 years after it was planned; the class stays, without its teacher"),
        erasures=(
            Erasure(
                5 * YEAR,
                since="recorded_at",
                blank=("teacher_id", "teacher_text"),
                where="teacher_id IS NOT NULL OR teacher_text IS NOT NULL",
            ),
        ),
        person="teacher_id",
    )
    __table_args__ = wall(
        CheckConstraint("seats > 0", name="has_a_seat"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_somebody"),
        Index(None, "municipality_id", "task_id"), Index(None, "municipality_id", "teacher_id"),
        task_id="task", activity_id="activity", teacher_id="person", recorded_by="person", cancelled_by="person",
        held_by="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    part: Mapped[Part] = mapped_column(String(2))
    """FORMAL: a class. COLLEAGUES: bedside teaching."""
    task_id: Mapped[int | None]
    """The task it teaches; None: no certain one."""
    level: Mapped[int | None]
    """Rank on the practice scale that it leads to."""
    activity_id: Mapped[int | None]
    """Of the list that it is one of."""
    about: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    teacher_id: Mapped[int | None]
    """The colleague who teaches, or is asked to; None: somebody from outside, or nobody yet."""
    teacher_text: Mapped[str | None] = mapped_column(String(200))
    teacher_yes_at: Mapped[datetime | None]
    seats: Mapped[int]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None]
    cancelled_words: Mapped[str] = mapped_column(String(200), default="")
    """What all are told."""
    held_at: Mapped[datetime | None]
    """When it was noted who was there."""
    held_by: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    """Counts its changes: a page that is out of date is told, and a calendar sees that it is another."""
    changed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int]


class ClassTime(Base, Tenant):
    """One day of a class, from a moment until another. One that is moved keeps its row, so that calendars move it too."""

    __tablename__ = "class_time"
    __persondata__ = NotPersonal(N_("when classes are"))
    __table_args__ = wall(
        CheckConstraint("ends_at > starts_at", name="ends_after_it_begins"),
        Index(None, "municipality_id", "class_id"), Index(None, "municipality_id", "starts_at"),
        class_id="teaching_class",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    """When the day was taken out of the class; calendars show it as cancelled."""


class ClassUnit(Base, Tenant):
    """A unit whose people, with those of all below it, a class is for."""

    __tablename__ = "class_unit"
    __persondata__ = NotPersonal(N_("for which units classes are"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "class_id", "unit_id"), class_id="teaching_class", unit_id="unit"
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int]
    unit_id: Mapped[int]


class ClassGroup(Base, Tenant):
    """A staff group that a class is for. A class without any is for all of them."""

    __tablename__ = "class_group"
    __persondata__ = NotPersonal(N_("for which staff groups classes are"))
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "class_id", "staff_group_id"),
        class_id="teaching_class", staff_group_id="staff_group",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int]
    staff_group_id: Mapped[int]


class ClassSignUp(Base, Tenant):
    """Somebody's place at a class: asked, in line, offered a seat, or with one. Ended when she or the class gives it up.

    No two living rows of a class have the same seat, so that no class is overbooked whatever the program does.
    """

    __tablename__ = "class_sign_up"
    __persondata__ = PersonData(
        purpose=N_("To know who takes part in a class, and who waits for a seat."),
        basis=Basis.TASK,
        seen_by=N_("the person, her leader, whoever plans the class, and whoever teaches it"),
        period=N_("1 year after the last employment or role ended; one given up 90 days after"),
        erasures=(Erasure(90, since="ended_at"), Erasure(YEAR)),
        person="employment_id",
    )
    __table_args__ = wall(
        Index(
            "uq_class_sign_up_open", "municipality_id", "class_id", "person_id", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index(
            "uq_class_sign_up_seat", "municipality_id", "class_id", "seat", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        CheckConstraint("(seat IS NOT NULL) = (stand IN ('offered', 'seated'))", name="seat_is_kept_for_somebody"),
        CheckConstraint("seat IS NULL OR seat > 0", name="seat_from_one"),
        Index(None, "municipality_id", "person_id"),
        class_id="teaching_class", employment_id="employment", person_id="person", asked_by="person",
        planned_activity_id="planned_activity",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int]
    employment_id: Mapped[int]
    person_id: Mapped[int]
    """Whose employment it is: a person has one place, under whichever employment."""
    stand: Mapped[Stand] = mapped_column(String(12))
    in_line_since: Mapped[datetime]
    seat: Mapped[int | None]
    offered_until: Mapped[datetime | None]
    asked_by: Mapped[int | None]
    """The leader who signed her up; None: she did it herself."""
    yes_at: Mapped[datetime | None]
    planned_activity_id: Mapped[int | None]
    """In her plan, from when she has a seat."""
    attended: Mapped[bool | None]
    """Noted when the class has been held; None: nothing is noted, which says nothing."""
    ended_at: Mapped[datetime | None]
    """When the place was given up, by whomever; never why."""


class ClassNews(Base, Tenant):
    """A word to one person about a class: shown until she has seen or answered it, and sent once by mail."""

    __tablename__ = "class_news"
    __persondata__ = PersonData(
        purpose=N_("To tell somebody in time of a seat, a change or a question about a class."),
        basis=Basis.TASK,
        seen_by=N_("the person who is told"),
        period=N_("90 days after it was written"),
        erasures=(Erasure(90, since="made_at"),),
    )
    __table_args__ = wall(
        Index(None, "municipality_id", "person_id", "closed_at"), Index(None, "municipality_id", "class_id"),
        class_id="teaching_class", person_id="person",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int]
    person_id: Mapped[int]
    news: Mapped[News] = mapped_column(String(12))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When she had seen or answered it, or it was no longer true."""


class CalendarFeed(Base, Tenant):
    """A private link that a calendar reads from: a person's own, a guide's, or a team's. A renewed one is another row."""

    __tablename__ = "calendar_feed"
    __persondata__ = PersonData(
        purpose=N_("To show somebody's own classes, activities and talks in the calendar she uses."),
        basis=Basis.TASK,
        seen_by=N_("the person; whoever she gives the link"),
        period=N_("Until she closes the link, at the latest 1 day after the last employment or role ended"),
        erasures=(Erasure(1, since="ended_at"), Erasure(1)),
    )
    __table_args__ = wall(
        UniqueConstraint("municipality_id", "link_hash"),
        Index(
            "uq_calendar_feed_team", "municipality_id", "person_id", "unit_id", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index(
            "uq_calendar_feed_own", "municipality_id", "person_id", "kind", unique=True,
            sqlite_where=OPEN_WITHOUT_UNIT, postgresql_where=OPEN_WITHOUT_UNIT,
        ),
        CheckConstraint("(kind = 'team') = (unit_id IS NOT NULL)", name="team_names_its_unit"),
        person_id="person", unit_id="unit",
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    kind: Mapped[FeedKind] = mapped_column(String(8))
    unit_id: Mapped[int | None]
    link_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    used_on: Mapped[date | None]
    """The last day on which a calendar read it."""
    ended_at: Mapped[datetime | None]
