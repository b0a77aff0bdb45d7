"""What a day in a demonstration is about: requests, absences, staffing needs, stops, and the guides' time."""

from collections.abc import Iterator
from typing import Any

from competence.coverage.models import Requirement
from competence.coverage.rules import Shift
from competence.delegation.models import Stop
from competence.development.models import GuideTime
from competence.forecast.models import Scenario
from competence.forecast.scenarios import Away, Shared, Step, Trained, code
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


ANSWERED, RENEWING = 3, 2
"""Every third signature of the last year was asked for; half of what lapses soon has been asked to be renewed."""
SLOW = {"Syd": 4, "Vest": 6}
"""Days that a signature takes longer in a part of the town."""


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
    to.insert(SignOffRequest, list(_answered(to)))
    to.insert(SignOffRequest, list(_renewing(to)))
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
    to.insert(Scenario, _summer(to))


LEADER, AWAY, TRAINED = "10021", ("10109", "10110"), "10117"
"""By number: the leader of Team Havnen, two of its nights, and whoever could take over from them."""


def _summer(to: Writing) -> list[dict[str, Any]]:
    """The scenario that the leader of Team Havnen has shared: both have three weeks off in summer."""
    if LEADER not in to.persons or not to.employments.keys() >= {*AWAY, TRAINED}:
        return []
    steps: list[Step] = [
        *(Away(to.employments[number], to.day(220 + 7 * at), to.day(241 + 7 * at)) for at, number in enumerate(AWAY)),
        Trained(to.employments[TRAINED], to.rules.tasks["Insulin med pen"], 2, to.day(200)),
    ]
    return [
        {
            "unit_id": to.units["Team Havnen"].id, "owner_id": to.persons[LEADER], "name": "Sommerferie i nattevagten",
            "shared_with": Shared.LEADERS, "steps": [code(step) for step in steps], "revision": 1,
            "saved_at": to.moment(-3, 13, 20), "saved_by": to.persons[LEADER],
        }
    ]  # fmt: skip


def _answered(to: Writing) -> Iterator[dict[str, Any]]:
    """Requests that a signature closed: fewer days passed the nearer to today, more where the guides are few."""
    demo, where = to.demo, _districts(to)
    began = {person.number: person.first for person in demo.people}
    for place, s in enumerate(s for s in demo.signoffs if s.origin == "signed_here" and -340 < s.signed < 0):
        wait = (
            4
            + place % 9
            + -s.signed // 60
            + next((more for name, more in SLOW.items() if name in where.get(s.person, "")), 0)
        )
        if place % ANSWERED or s.signed - wait <= began[s.person]:
            continue
        yield {
            "employment_id": to.employments[s.person], "task_id": to.rules.tasks[s.task], "asked_by": to.persons[s.person],
            "asked_at": to.moment(s.signed - wait, 14, 10), "closed_at": to.moment(s.signed, 10), "closed_how": "signed",
        }  # fmt: skip


def _renewing(to: Writing) -> Iterator[dict[str, Any]]:
    """Open requests to renew what lapses within two months, each person and task once, besides those of the files."""
    taken = {(r.person, r.task) for r in to.demo.requests} | {
        (person.number, task) for person in to.demo.people if person.unit == "Team Havnen" for task in to.rules.tasks
    }
    newest = {(s.person, s.task): s for s in to.demo.signoffs}
    for place, ((person, task), s) in enumerate(newest.items()):
        if place % RENEWING or (person, task) in taken or s.accepted is None or not 0 <= s.through <= 60:
            continue
        yield {
            "employment_id": to.employments[person], "task_id": to.rules.tasks[task], "asked_by": to.persons[person],
            "asked_at": to.moment(-1 - place % 12, 13, 40), "closed_at": None, "closed_how": None,
        }  # fmt: skip


def _districts(to: Writing) -> dict[str, str]:
    """Staff number -> the unit that her own lies in."""
    above = {unit.name: unit.parent or "" for unit in to.demo.units}
    return {person.number: above.get(person.unit, "") for person in to.demo.people}
