"""What a day in a demonstration is about: requests, absences, staffing needs, stops, and the guides' time."""

from competence.coverage.models import Requirement
from competence.coverage.rules import Shift
from competence.delegation.models import Stop
from competence.development.models import GuideTime
from competence.imports.demo.writing import Writing
from competence.people.models import Absence
from competence.signoffs.models import SignOffRequest

SHIFTS = {
    "day": Shift.DAY,
    "evening": Shift.EVENING,
    "night": Shift.NIGHT,
    "D": Shift.DAY,
    "A": Shift.EVENING,
    "N": Shift.NIGHT,
}


def write_daily(to: Writing) -> None:
    """Nothing; requests, absences, staffing needs, stops and the guides' time are written."""
    demo = to.demo
    to.insert(
        SignOffRequest,
        [
            {
                "employment_id": to.employments[r.person], "task_id": to.rules.tasks[r.task],
                "asked_by": to.persons[r.asked_by], "asked_at": to.moment(r.asked, 14, 10),
            }
            for r in demo.requests
        ],
    )  # fmt: skip
    to.insert(
        Absence,
        [
            {
                "employment_id": to.employments[a.person], "valid_from": to.day(a.first),
                "valid_to": to.until(a.through), "recorded_at": to.moment(a.first),
            }
            for a in demo.absences
        ],
    )  # fmt: skip
    to.insert(
        Requirement,
        [
            {
                "unit_id": to.units[r.unit].id, "unit_kind": "", "task_id": to.rules.tasks[r.task],
                "shift": SHIFTS[r.shift], "day_kind": "every", "need": r.need, "level": r.level, "also_unstable": False,
                "students_count": False, "valid_from": to.day(-300), "source": "demonstration",
                "recorded_at": to.moment(-300),
            }
            for r in demo.requirements
        ],
    )  # fmt: skip
    to.insert(
        Stop,
        [
            {
                "task_id": to.rules.tasks[s.task], "unit_id": to.units[s.unit].id,
                "staff_group_id": to.rules.groups[s.staff_group] if s.staff_group else None,
                "begins_at": to.moment(s.first, 8, 15), "valid_to": to.day(s.through + 1), "reason": s.reason,
                "stopped_by": to.persons[s.stopped_by], "recorded_at": to.moment(s.first, 8, 15),
            }
            for s in demo.stops
        ],
    )  # fmt: skip
    to.insert(
        GuideTime,
        [
            {
                "person_id": to.persons[g.person], "day": to.day(g.on), "minutes": g.minutes,
                "recorded_at": to.moment(g.on, 14, 50),
            }
            for g in demo.guided
        ],
    )  # fmt: skip
