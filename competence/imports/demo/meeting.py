"""What Team Havnen's board meeting is about: two meetings held, this week's goals, one action, and who can be asked."""

from datetime import time, timedelta

from sqlalchemy import select

from competence.catalogue.models import Task
from competence.coverage.rules import Shift
from competence.imports.demo.writing import Writing
from competence.meetings.models import BoardMeeting, HelperYes, ImprovementAction, WeekGoal
from competence.meetings.rules import Figure, week_of

TEAM = "Team Havnen"
GOALS = (
    ("Kompressionsbind", Shift.DAY, None, None),
    ("Forebygge udadreagerende adfærd", Shift.EVENING, 0, time(14, 40)),
    ("Skylning af blærekateter", Shift.NIGHT, None, None),
    ("Smertepumpe (subkutan)", Shift.EVENING, 2, time(15)),
)
"""(task, shift, days from today, time) of this week's goals; a day outside the week is left out."""
ASKED = (
    ("Karen Winther", "Øjendråber"), ("Hanne Lykke", "Småsår og hudpleje"), ("Hanne Lykke", "Personcentreret demensomsorg"),
    ("Kasper Lund", "Loftlift og personlift"), ("Maja Lind", "Dokumentation"),
)  # fmt: skip
"""(person, a task of the area) of those who have said yes to be asked."""


def write_meetings(to: Writing) -> None:
    """Nothing; the team's meetings, goals, action and helpers are written, as far as its people and tasks are there."""
    numbers = {person.name: person.number for person in to.demo.people if person.unit == TEAM}
    leader = next((role.person for role in to.demo.roles if role.role == "leader" and role.unit == TEAM), None)
    if TEAM not in to.units or leader is None:
        return
    unit_id, by = to.units[TEAM].id, to.persons[leader]
    held = (
        (-21, {"gaps": 11, "critical_gaps": 4, "vulnerable": 9, "met": 81.7}),
        (-7, {"gaps": 7, "critical_gaps": 3, "vulnerable": 10, "met": 88.3}),
    )
    to.insert(
        BoardMeeting,
        [
            {
                "unit_id": unit_id, "held_on": to.day(offset), "held_at": to.moment(offset, 8, 15), "held_by": by,
                "figures": figures,
            }
            for offset, figures in held
        ],
    )  # fmt: skip
    week = week_of(to.today)
    rows = []
    for task, shift, offset, at in GOALS:
        day = to.today + timedelta(days=offset) if offset is not None else None
        inside = day if day is not None and week_of(day) == week else None
        rows.append(
            {
                "unit_id": unit_id, "week": week, "task_id": to.rules.tasks[task], "shift": shift, "planned_on": inside,
                "planned_at": at if inside else None, "set_at": to.moment(0, 8, 15), "set_by": by,
            }
        )  # fmt: skip
    to.insert(WeekGoal, rows)
    to.insert(
        ImprovementAction,
        [
            {
                "unit_id": unit_id, "what": "Én aften om ugen til oplæring i smertepumpe og blærekateter", "owner_id": by,
                "figure": Figure.GAPS, "baseline": 11, "target": 2, "due_on": to.day(28), "follow_up_on": to.day(7),
                "revision": 1, "recorded_at": to.moment(-21, 8, 30), "recorded_by": by,
            }
        ],
    )  # fmt: skip
    areas = {row.id: row.area_id for row in to.session.execute(select(Task.id, Task.area_id))}
    said = {
        (to.persons[numbers[name]], areas[to.rules.tasks[task]])
        for name, task in ASKED
        if name in numbers and task in to.rules.tasks
    }
    to.insert(
        HelperYes,
        [{"person_id": person, "area_id": area, "said_at": to.moment(-14)} for person, area in sorted(said)],
    )
