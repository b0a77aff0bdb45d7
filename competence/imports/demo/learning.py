"""Plans, activities and talks: some of Team Havnen as they are met in the guide, and a few in every other team."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from sqlalchemy import select

from competence.imports.demo.writing import Writing
from competence.learning.commands import content_of
from competence.learning.models import (
    DevelopmentPlan,
    Goal,
    PlannedActivity,
    PlanNote,
    PlanVersion,
    Talk,
    TalkTaker,
)
from competence.learning.rules import GoalKind, Origin, Part, TalkKind
from competence.learning.rules.standing import quarter_of

LEADER = "10021"
AMIRA, CAMILLA, LOUISE, PETER, RASMUS, SOFIE = "10112", "10111", "10102", "10108", "10115", "10119"
HANNE, KAREN, IDA = "10104", "10101", "10121"


@dataclass(frozen=True)
class Doing:
    """An activity. `first` in days from today; `done`: it was done that day."""

    name: str
    part: Part
    minutes: int
    first: int | None = None
    led: str = ""
    said_yes: bool = True
    """The colleague who leads it."""
    at: time | None = None
    place: str = ""
    led_text: str = ""
    done: bool = False
    own_yes: bool = True
    aim: str = ""
    use: str = ""
    cover: str = ""
    after: str = ""
    shared: str = ""
    follow_up: int | None = None
    followed_up: bool = False
    goal: int | None = 0
    """Which of the person's goals it leads to; None: no certain one."""


D, C, F = Part.DAILY, Part.COLLEAGUES, Part.FORMAL
OXYGEN, TUBE, BANDAGE = "Iltbehandling i hjemmet", "Sondeernæring (PEG)", "Kompressionsbind"
GOALS: dict[str, list[tuple[str, int, int | None, bool]]] = {
    AMIRA: [(OXYGEN, 1, 20, True), (TUBE, 1, 75, True), (BANDAGE, 2, 150, False)],
    CAMILLA: [("Skylning af blærekateter", 1, 60, True)],
    LOUISE: [("Smertepumpe (subkutan)", 2, 45, True)],
    PETER: [("Forebygge udadreagerende adfærd", 2, 90, True), ("Rehabiliterende forløb (§ 83 a)", 1, 120, True)],
    RASMUS: [("Forebygge udadreagerende adfærd", 1, 90, True)],
}
"""Person -> (task, level, day by which, whether she has said yes)."""
WISHES = {
    AMIRA: "Jeg vil gerne blive god til at tage imod nye kolleger",
    SOFIE: "Jeg vil gerne begynde på SSH-uddannelsen næste år",
}
ACTIVITIES: dict[str, tuple[Doing, ...]] = {
    AMIRA: (
        Doing("Ilt hos to borgere", D, 240, -19, HANNE, done=True),
        Doing("Ilt hos to borgere, med støtte", D, 270, -7, HANNE, done=True),
        Doing("Følgevagt med Karen om sonde", C, 240, -14, KAREN, done=True, goal=1),
        Doing("Ilt hos to borgere", D, 120, 0, HANNE),
        Doing("Sparring med Karen om sonde", C, 30, 2, KAREN, at=time(13), goal=1),
        Doing(
            "Kursus: Ernæring og sonde", F, 180, 9, at=time(9), place="Fjordby Læringshus", led_text="SOSU-skolen",
            aim="To borgere med PEG", use="Prøves med Hanne dagen efter", cover="Lone har vagten", goal=1,
            follow_up=24,
        ),
        Doing("Makker for en ny kollega i en uge", C, 180, 21, own_yes=False, goal=None),
    ),
    CAMILLA: (
        Doing("Skylning af blærekateter under observation", D, 180, 1, HANNE),
        Doing("Kateter og kontinens, hold", F, 180, -21, place="Fjordby Læringshus", done=True,
              aim="Skylle blærekateter om natten"),
    ),
    LOUISE: (
        Doing("Smertepumpe hos to borgere", D, 120, 3, KAREN),
        Doing("Temadag om palliation", F, 360, -35, place="Fjordby Læringshus", done=True, aim="Smertepumpe i teamet",
              after="To besøg med Karen", shared="Ti minutter på tavlemødet", follow_up=-5, followed_up=True),
    ),
    PETER: (
        Doing("Rehabiliterende forløb med ugemål", D, 240, 5, IDA, said_yes=False, goal=1),
        Doing("Casemøde om uro", C, 60, -10, IDA, done=True),
    ),
    RASMUS: (
        Doing("Kursus: uro og udadreagerende adfærd", F, 180, 30, place="Fjordby Læringshus",
              aim="Bruge trivselsplanen ved to borgere", use="Aftalt med Dorthe"),
        Doing("Trivselsplan hos to borgere", D, 300, 37),
    ),
    SOFIE: (Doing("Realkompetencevurdering til SSH", F, 120, 40, place="SOSU-skolen", goal=None),),
}  # fmt: skip
AGREED, LAID_BY_LEADER, LAID_BY_EMPLOYEE, PAUSED = (AMIRA, LOUISE, CAMILLA), (PETER,), (RASMUS,), (SOFIE,)
ELSEWHERE = (
    Doing("Sidemandsoplæring: udfører selv, vejlederen ser på", D, 480, -12, done=True, goal=None),
    Doing("Sparring med læringsvejleder", C, 60, -6, done=True, goal=None),
    Doing("Ny opgave hos kendt borger med kollega på sidelinjen", D, 120, 6, goal=None),
    Doing("Forflytning, hold", F, 180, 18, place="Fjordby Læringshus", aim="Sikker brug af loftlift", goal=None),
)
EVERY, MOST = 5, 400
"""One of so many in the other teams has a plan, and so many in all."""


def write_learning(to: Writing) -> None:
    """Nothing; plans with goals, activities and versions, a note and talks are written, as far as the people are there."""
    if LEADER not in to.persons or not set(ACTIVITIES) <= to.employments.keys():
        return
    plans = _plans(to, list(ACTIVITIES), paused=PAUSED)
    goals = {
        person: to.insert(Goal, list(_goals(to, person, plans[person]))) for person in ACTIVITIES
    }  # fmt: skip
    for person, some in ACTIVITIES.items():
        to.insert(PlannedActivity, [_activity(to, person, one, goals[person]) for one in some])
    _elsewhere(to)
    to.session.flush()
    _versions(to, plans)
    leader = to.persons[LEADER]
    to.insert(
        PlanNote,
        [
            {
                "plan_id": plans[AMIRA], "employment_id": to.employments[AMIRA], "goal_id": goals[AMIRA][1],
                "words": "Vi tager sonden efter kurset. Karen har sagt ja til to besøg.", "written_at": to.moment(-3, 13, 5),
                "written_by": leader,
            }
        ],
    )  # fmt: skip
    _talks(to, leader)


def _plans(to: Writing, people: list[str], *, paused: tuple[str, ...] = ()) -> dict[str, int]:
    ids = to.insert(
        DevelopmentPlan,
        [
            {
                "employment_id": to.employments[person], "paused_on": to.day(-4) if person in paused else None,
                "revision": 3 if person == AMIRA else 1,  # agreed twice; and Dorthe has proposed something since
                "recorded_at": to.moment(-60, 10), "recorded_by": to.persons[person],
            }
            for person in people
        ],
    )  # fmt: skip
    return dict(zip(people, ids, strict=True))


def _goals(to: Writing, person: str, plan: int) -> Iterator[dict[str, Any]]:
    common = {
        "plan_id": plan, "employment_id": to.employments[person], "recorded_at": to.moment(-50, 10), "area_name": "",
        "reached_on": None, "set_aside_on": None,
    }  # fmt: skip
    for task, level, by, yes in GOALS.get(person, ()):
        yield common | {
            "kind": GoalKind.TASK, "task_id": to.rules.tasks[task], "level": level, "words": "",
            "wanted_by": to.day(by) if by else None, "origin": Origin.OWN if yes else Origin.LEADER,
            "yes_on": to.day(-50) if yes else None, "recorded_by": to.persons[person if yes else LEADER],
        }  # fmt: skip
    if person in WISHES:
        yield common | {
            "kind": GoalKind.WISH, "task_id": None, "level": None, "words": WISHES[person], "wanted_by": None,
            "origin": Origin.OWN, "yes_on": to.day(-50), "recorded_by": to.persons[person],
        }  # fmt: skip


def _activity(to: Writing, person: str, one: Doing, goals: list[int]) -> dict[str, Any]:
    begins = to.day(one.first) if one.first is not None else None
    if begins is not None and one.done and one.first is not None and one.first > -20:
        # Young as it is, it lies in the quarter that the balance tells of.
        begins = min(max(begins, quarter_of(to.today).first), to.today)
    goal = goals[one.goal] if one.goal is not None and one.goal < len(goals) else None
    return {
        "employment_id": to.employments[person], "goal_id": goal, "activity_id": None, "name": one.name, "part": one.part,
        "minutes": one.minutes, "task_id": None, "level": None, "led_by": to.persons[one.led] if one.led else None,
        "led_text": one.led_text, "led_yes_at": to.moment(-20, 12) if one.led and one.said_yes else None, "place": one.place,
        "begins": begins, "ends": begins + timedelta(days=1) if begins else None, "at": one.at,
        "origin": Origin.OWN if one.own_yes else Origin.LEADER, "yes_on": to.day(-20) if one.own_yes else None,
        "aim": one.aim, "agreed_use": one.use, "cover": one.cover, "after_use": one.after, "shared_with": one.shared,
        "follow_up_on": to.day(one.follow_up) if one.follow_up is not None else None,
        "followed_up_on": to.day(one.follow_up) if one.followed_up and one.follow_up is not None else None,
        "done_on": begins if one.done else None, "dropped_on": None, "revision": 1, "recorded_at": to.moment(-20, 12),
        "recorded_by": to.persons[person if one.own_yes else LEADER],
    }  # fmt: skip


def _elsewhere(to: Writing) -> None:
    others = [
        person.number
        for person in to.demo.people
        if person.staff_group and person.number in to.employments and person.unit != "Team Havnen"
    ][::EVERY][:MOST]
    _plans(to, others)
    to.insert(PlannedActivity, [_activity(to, person, one, []) for person in others for one in ELSEWHERE])


def _versions(to: Writing, plans: dict[str, int]) -> None:
    rows = {
        row.id: row for row in to.session.scalars(select(DevelopmentPlan).where(DevelopmentPlan.id.in_(plans.values())))
    }
    leader = to.persons[LEADER]
    made = []
    for person in (*AGREED, *LAID_BY_LEADER, *LAID_BY_EMPLOYEE):
        plan = rows[plans[person]]
        by_leader, both = person not in LAID_BY_EMPLOYEE, person in AGREED
        day = -30 if both else -2
        yes = to.moment(day + 1, 14, 20)
        number = 2 if person == AMIRA else 1
        said: dict[str, Any] = {
            "plan_id": plans[person], "employment_id": to.employments[person], "number": number,
            "content": content_of(to.session, plan) if not both else _as_agreed(to, plan),
            "plan_revision": number, "made_at": to.moment(day, 9, 40),
            "made_by": leader if by_leader else to.persons[person],
            "employee_yes_at": yes if both or not by_leader else None,
            "leader_yes_at": to.moment(day, 9, 40) if by_leader else None,
            "leader_id": leader if by_leader else None, "withdrawn_at": None,
        }  # fmt: skip
        if person == AMIRA:
            made.append(said | _before(to, said["content"]))
        made.append(said)
    to.insert(PlanVersion, made)


def _before(to: Writing, content: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What of the version before is another thing: the first goal with a shorter activity, agreed seven weeks ago."""
    first = [one | ({"minutes": 120} if place == 0 else {}) for place, one in enumerate(content["activities"][:4])]
    at = to.moment(-50, 10, 15)
    return {
        "number": 1, "plan_revision": 1, "content": {"goals": content["goals"][:1], "activities": first}, "made_at": at,
        "employee_yes_at": at + timedelta(days=1), "leader_yes_at": at,
    }  # fmt: skip


def _as_agreed(to: Writing, plan: DevelopmentPlan) -> dict[str, list[dict[str, Any]]]:
    """What the plan said before anything in it was done, or was proposed and not answered."""
    said = content_of(to.session, plan)
    goals = select(Goal.id).where(Goal.yes_on.is_not(None), Goal.plan_id == plan.id)
    activities = select(PlannedActivity.id).where(
        PlannedActivity.yes_on.is_not(None), PlannedActivity.employment_id == plan.employment_id
    )
    agreed = {"goals": set(to.session.scalars(goals)), "activities": set(to.session.scalars(activities))}
    return {
        part: [one | ({"done": ""} if "done" in one else {}) for one in some if one["id"] in agreed[part]]
        for part, some in said.items()
    }


def _talks(to: Writing, leader: int) -> None:
    """A MUS that Amira can prepare, and one that was held with Louise."""
    unit = to.units["Team Havnen"].id
    common = {"unit_id": unit, "held_by": leader, "cancelled_on": None, "recorded_by": leader, "revision": 1}
    ahead, held = to.insert(
        Talk,
        [
            common | {
                "kind": TalkKind.MUS, "planned_on": to.day(8), "planned_at": time(13, 30), "held_on": None, "agreed": "",
                "answers": {}, "next_on": None, "recorded_at": to.moment(-5, 9),
            },
            common | {
                "kind": TalkKind.MUS, "planned_on": to.day(-31), "planned_at": time(9), "held_on": to.day(-31),
                "agreed": "Louise bliver teamets anden nøgleperson for smertepumpe.",
                "answers": {"learn": "Smertepumpe og lindrende pleje."}, "next_on": to.day(330),
                "recorded_at": to.moment(-45, 9),
            },
        ],
    )  # fmt: skip
    to.insert(
        TalkTaker,
        [
            {"talk_id": ahead, "employment_id": to.employments[AMIRA], "prepared": {}, "shown_at": None, "revision": 1},
            {
                "talk_id": held, "employment_id": to.employments[LOUISE], "shown_at": to.moment(-33, 20), "revision": 2,
                "prepared": {"learn": "Jeg vil gerne blive sikker i smertepumpe."},
            },
        ],
    )  # fmt: skip
