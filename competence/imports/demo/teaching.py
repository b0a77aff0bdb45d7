"""Classes to come, one that is full with a waiting list, one that was held; learning paths, and somebody on one."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from competence.foundation.clock import COPENHAGEN, day_after, local
from competence.imports.demo.writing import Writing
from competence.imports.reference import Files
from competence.learning.models import DevelopmentPlan, PlannedActivity
from competence.learning.rules import Origin, Part
from competence.paths.commands import take_shipped
from competence.paths.models import LearningPath, PathPlacing, PathWish
from competence.teaching.models import ClassGroup, ClassNews, ClassSignUp, ClassTime, ClassUnit, TeachingClass
from competence.teaching.rules import News, Stand

NURSE, GUIDE, LEADER = "10011", "10104", "10021"
"""By number: the development nurse, the guide and the leader of Team Havnen."""
TEAM, DISTRICT = "Team Havnen", "Hjemmeplejen Nord"
APPROVED = ("UV1", "UV2", "UV4")
WALKS, ASKS, WISHES = "10119", "10120", (("10105", "role:guide"), ("10119", "UV1"))
"""Who walks the first path, who has asked to, and who would like to be seen for what."""


def write_teaching(to: Writing, files: Files) -> None:
    """Nothing; classes and learning paths are written, as far as the people and tasks they are about are there."""
    made = take_shipped(to.session, files["learning_paths"], files["learning_path_steps"], files["activities_70_20_10"])
    if not {NURSE, GUIDE, LEADER, WALKS} <= to.persons.keys() or TEAM not in to.units:
        return
    _paths(to, made)
    full = _class(
        to, "Insulin med pen", Part.FORMAL, "Insulin med pen", level=2, seats=4, teacher=NURSE, units=(DISTRICT,),
        groups=("SSH", "UFA"), place="Fjordby Læringshus, lokale 2", days=((9, time(13), time(15, 30)),),
        about="Blodsukker, pen og dosis. Tag din egen pen-øvelse med.",
    )  # fmt: skip
    _seats(to, full, seated=("10112", "10114", "10115", "10118"), queued=("10111", "10116"), asked=("10113",))
    _class(
        to, "Temadag: palliation", Part.FORMAL, "Lindrende pleje ved livets slutning", seats=16, teacher=NURSE,
        units=("Fjordby Kommune",), place="Fjordby Læringshus, sal A",
        days=((23, time(9), time(15)), (30, time(9), time(12))),
    )  # fmt: skip
    beside = _class(
        to, "Skylning af blærekateter ved borgeren", Part.COLLEAGUES, "Skylning af blærekateter", seats=2, teacher=GUIDE,
        units=(TEAM,), groups=("SSA",), days=((3, time(10, 30), time(11, 30)),),
    )  # fmt: skip
    _seats(to, beside, seated=("10108",), queued=(), asked=())
    held = _class(
        to, "Kompressionsbind", Part.FORMAL, "Kompressionsbind", level=1, seats=8, teacher=NURSE, units=(TEAM,),
        place="Team Havnen, mødelokalet", days=((-20, time(13), time(15)),),
    )  # fmt: skip
    _seats(to, held, seated=("10111", "10113", "10114", "10116"), queued=(), asked=(), missed=("10116",))
    spring = _class(
        to, "Demens: mennesket før opgaven", Part.FORMAL, "Personcentreret demensomsorg", seats=12, teacher=NURSE,
        units=("Fjordby Kommune",), place="Fjordby Læringshus, sal A", days=((-140, time(9), time(15)),),
    )  # fmt: skip
    _seats(to, spring, seated=("10108", "10112", "10115"), queued=(), asked=())
    autumn = _class(
        to, "Lindring sidst i livet", Part.FORMAL, "Lindrende pleje ved livets slutning", seats=12, teacher=NURSE,
        units=("Fjordby Kommune",), place="Fjordby Læringshus, lokale 2", days=((-75, time(9), time(12)),),
    )  # fmt: skip
    _seats(to, autumn, seated=("10108", "10110", "10118"), queued=(), asked=(), missed=("10118",))
    _class(
        to, "Sondeernæring: sug og skift", Part.COLLEAGUES, "Sondeernæring (PEG)", seats=3, teacher=None, units=(TEAM,),
        days=((16, time(14), time(15)),),
    )  # fmt: skip


def _paths(to: Writing, made: list[LearningPath]) -> None:
    by_code = {row.code: row for row in made}
    for code in APPROVED:
        if code in by_code:
            by_code[code].approved_at, by_code[code].approved_by = to.moment(-60), to.persons[NURSE]
    path = by_code.get("UV1")
    if path is None:
        return
    to.session.add(
        PathPlacing(
            path_id=path.id, employment_id=to.employments[WALKS], asked_by=to.persons[LEADER], asked_at=to.moment(-45),
            employee_yes_on=to.day(-43), leader_yes_on=to.day(-45), leader_id=to.persons[LEADER],
        )
    )  # fmt: skip
    if ASKS in to.employments:
        to.session.add(
            PathPlacing(
                path_id=path.id, employment_id=to.employments[ASKS], asked_by=to.persons[ASKS], asked_at=to.moment(-2),
                employee_yes_on=to.day(-2),
            )
        )  # fmt: skip
    for number, aim in WISHES:
        if number in to.persons:
            about = by_code.get(aim)
            to.session.add(
                PathWish(
                    person_id=to.persons[number], aim=f"path:{about.id}" if about else aim,
                    path_id=about.id if about else None, said_at=to.moment(-30),
                )
            )  # fmt: skip
    to.session.flush()


def _class(
    to: Writing, name: str, part: Part, task: str, *, seats: int, teacher: str | None, units: tuple[str, ...],
    days: tuple[tuple[int, time, time], ...], level: int | None = None, groups: tuple[str, ...] = (), place: str = "",
    about: str = "",
) -> TeachingClass:  # fmt: skip
    planned = to.moment(min(-30, days[0][0] - 10))
    by = to.persons[teacher or NURSE]
    row = TeachingClass(
        name=name, part=part, task_id=to.rules.tasks.get(task), level=level, about=about, place=place,
        teacher_id=to.persons[teacher] if teacher else None, teacher_yes_at=planned if teacher else None, seats=seats,
        changed_at=planned, recorded_at=planned, recorded_by=by, revision=1,
    )  # fmt: skip
    to.session.add(row)
    to.session.flush()
    for offset, begins, ends in days:
        to.session.add(ClassTime(class_id=row.id, starts_at=_at(to, offset, begins), ends_at=_at(to, offset, ends)))
    to.session.add_all(ClassUnit(class_id=row.id, unit_id=to.units[one].id) for one in units if one in to.units)
    to.session.add_all(ClassGroup(class_id=row.id, staff_group_id=to.rules.groups[one]) for one in groups)
    to.session.flush()
    if days[-1][0] < 0:
        row.held_at, row.held_by = to.moment(days[-1][0], 15, 30), by
    return row


def _at(to: Writing, offset: int, at: time) -> datetime:
    return datetime.combine(to.day(offset), at, COPENHAGEN)


def _seats(
    to: Writing, row: TeachingClass, *, seated: tuple[str, ...], queued: tuple[str, ...], asked: tuple[str, ...],
    missed: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Nothing; those with a seat have the class in their plan."""
    stands = [(one, Stand.SEATED) for one in seated] + [(one, Stand.QUEUED) for one in queued]
    stands += [(one, Stand.ASKED) for one in asked]
    for at, (number, stand) in enumerate((one, stand) for one, stand in stands if one in to.employments):
        sign_up = ClassSignUp(
            class_id=row.id, employment_id=to.employments[number], person_id=to.persons[number], stand=stand,
            in_line_since=row.recorded_at + timedelta(days=1, minutes=at), seat=at + 1 if stand is Stand.SEATED else None,
            asked_by=to.persons[LEADER] if stand is Stand.ASKED else None,
            yes_at=None if stand is Stand.ASKED else row.recorded_at + timedelta(days=1, minutes=at),
            attended=number not in missed if row.held_at and stand is Stand.SEATED else None,
        )  # fmt: skip
        to.session.add(sign_up)
        to.session.flush()
        if stand is Stand.SEATED:
            sign_up.planned_activity_id = _activity(to, row, number, was_there=sign_up.attended)
        if stand is Stand.ASKED:
            to.session.add(
                ClassNews(class_id=row.id, person_id=to.persons[number], news=News.ASKED, made_at=to.moment(-1))
            )
    to.session.flush()


def _activity(to: Writing, row: TeachingClass, number: str, *, was_there: bool | None) -> int:
    employment, person = to.employments[number], to.persons[number]
    times = to.session.scalars(
        select(ClassTime).where(ClassTime.class_id == row.id).order_by(ClassTime.starts_at)
    ).all()
    plan = to.session.scalars(select(DevelopmentPlan).where(DevelopmentPlan.employment_id == employment)).first()
    if plan is None:
        to.session.add(DevelopmentPlan(employment_id=employment, recorded_at=row.recorded_at, recorded_by=person))
    first, last = local(times[0].starts_at), local(times[-1].starts_at).date()
    said: dict[str, Any] = {"done_on": last} if was_there else {"dropped_on": last} if was_there is False else {}
    minutes = sum(round((one.ends_at - one.starts_at).total_seconds()) // 60 for one in times)
    activity = PlannedActivity(
        employment_id=employment, name=row.name, part=row.part, minutes=minutes, task_id=row.task_id, level=row.level,
        led_by=row.teacher_id, led_yes_at=row.teacher_yes_at, place=row.place, begins=first.date(), ends=day_after(last),
        at=first.time(), origin=Origin.TEACHING, yes_on=local(row.recorded_at).date(), recorded_at=row.recorded_at,
        recorded_by=person, **said,
    )  # fmt: skip
    to.session.add(activity)
    to.session.flush()
    return activity.id
