"""Who in Team Havnen has said yes to teach colleagues, who is asked, and the course that leads to one of its tasks."""

from competence.imports.demo.writing import Writing
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.training.models import TeachingYes

TEAM = "Team Havnen"
SAID_YES = ("Hanne Lykke", "Karen Winther", "Ida Møller")
ASKED = ("Maja Lind",)
COURSE, TASK = "Færdighedstræning: sugning af luftveje", "Sugning af luftveje"


def write_teachers(to: Writing) -> None:
    """Nothing; the answers and the course are written, as far as the people and the task are there."""
    numbers = {person.name: person.number for person in to.demo.people if person.unit == TEAM}
    leader = next((role.person for role in to.demo.roles if role.role == "leader" and role.unit == TEAM), None)
    if leader is None:
        return
    rows = [(name, True) for name in SAID_YES] + [(name, None) for name in ASKED]
    to.insert(
        TeachingYes,
        [
            {
                "person_id": to.persons[numbers[name]], "asked_by": to.persons[leader], "asked_at": to.moment(-12, 9),
                "yes": yes, "answered_at": to.moment(-11, 13) if yes else None, "revision": 1,
            }
            for name, yes in rows
            if name in numbers
        ],
    )  # fmt: skip
    if TASK in to.rules.tasks:
        to.insert(
            Activity,
            [
                {
                    "code": "FJ10-01", "name": COURSE, "part": Part.FORMAL, "area": "Sygepleje", "minutes": 120,
                    "who_leads": "Sygeplejerske", "place": "Fjordby Læringshus", "task_id": to.rules.tasks[TASK],
                    "price": 400, "revision": 1,
                }
            ],
        )  # fmt: skip
