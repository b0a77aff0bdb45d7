"""Random worlds in which the days to come bring something: leavers, joiners, absences, needs, and a version that is announced."""

import random
from datetime import timedelta

from sqlalchemy import select

from competence.access.rules import Reach
from competence.catalogue.models import Task
from competence.coverage.queries.places import tree
from competence.coverage.rules import DayKind, Shift
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.people.models import Absence, Employment, StaffGroup, StaffGroupFollow
from tests.coverage.test_stored import ENTITLING, filled


def in_days(days):
    return today() + timedelta(days=days)


def absent(world, someone, begins, through=None):
    """Away from the day (counted from today) through another one."""
    world.session.add(
        Absence(
            employment_id=someone.employment.id, valid_from=in_days(begins),
            valid_to=in_days(through + 1) if through is not None else None, recorded_at=now(),
        )
    )  # fmt: skip


def announced(world, day, rules):
    """A version that is approved and takes over on the day (counted from today); (task, group) -> (rule, columns)."""
    first = in_days(day)
    world.version.valid_to = first
    version = MatrixVersion(number=2, valid_from=first, approved_at=now(), recorded_at=now())
    world.session.add(version)
    world.session.flush()
    for (task, group), (rule, said) in rules.items():
        world.session.add(
            Cell(version_id=version.id, task_id=task.id, staff_group_id=world.groups[group].id, rule=rule, **said)
        )
    world.session.flush()
    return version


def coming(world, seed):
    """The world of `filled`, with a future; (its tasks, the people it was given)."""
    filled(world, seed)
    draw = random.Random(seed)
    tasks = list(world.session.scalars(select(Task).order_by(Task.id)))
    students = StaffGroup(
        code="SSAE", name="Elev", short_name="Elev", plural="Elever", authorised=False, may_sign=False, position=9,
        is_student=True,
    )  # fmt: skip
    world.session.add(students)
    world.session.flush()
    world.session.add(
        StaffGroupFollow(staff_group_id=students.id, follows_id=world.groups["SSH"].id, from_stage="2. praktik")
    )
    world.session.flush()
    world.groups["ELEV"] = students
    guide = world.person("Gerda Guide", "SPL", shifts="DAN")
    people = []
    for number in range(8):
        group = draw.choice(["SPL", "SSA", "SSH", "UFA"])
        since = in_days(draw.randint(1, 200)) if draw.random() < 0.3 else None
        until = in_days(draw.randint(201, 330)) if draw.random() < 0.3 else None
        someone = world.person(
            f"Kommende {number}", group, shifts=draw.choice(["D", "DA", "A", "N"]), since=since, until=until
        )
        if draw.random() < 0.3:
            someone.employment.staff_group_id = students.id
            someone.employment.stage_from = draw.choice([None, in_days(-10), in_days(60)])
        people.append(someone)
        for task in draw.sample(tasks, 4):
            world.signed(
                someone, task, draw.randint(1, 3), by=guide, days_ago=draw.randint(0, 100),
                valid_days=draw.choice([120, 200, 365, None]),
            )  # fmt: skip
        if draw.random() < 0.5:
            first = draw.randint(0, 120)
            absent(world, someone, first, first + draw.choice([5, 40, 230]))
    world.person("Flora Flyver", "SPL", unit=world.district, shifts="D", is_floater=True)
    again = people[0]
    world.session.add(
        Employment(
            person_id=again.person.id, unit_id=world.team.id, staff_group_id=world.groups["SSH"].id, shifts="DN",
            valid_from=in_days(-30), valid_to=None, recorded_at=now(),
        )
    )  # fmt: skip
    for task in tasks:
        for shift in draw.sample(list(Shift), 2):
            world.requirement(
                task, shift, draw.randint(1, 3), level=draw.randint(1, 2), day_kind=draw.choice(list(DayKind)),
                also_unstable=draw.random() < 0.2, students_count=draw.random() < 0.3,
            )  # fmt: skip
    for shift in Shift:
        later = world.requirement(tasks[0], shift, 2, unit=world.district)
        later.valid_from, later.valid_to = in_days(draw.randint(5, 50)), in_days(draw.randint(51, 200))
    rules = {}
    for task in tasks:
        for group in ("SPL", "SSA", "SSH", "UFA"):
            rule = draw.choice([*CellRule, *ENTITLING])
            said = {"minimum_level": draw.randint(1, 2)} if rule in ENTITLING else {}
            rules[task, group] = (rule, said | ({"education_level": 2} if rule is CellRule.CORE else {}))
    announced(world, draw.randint(10, 300), rules)
    world.session.flush()
    return world.settle()


def place(world):
    """(the open units, the team)."""
    units = tree(world.session, on=today())
    return units, units.get(world.team.id, Reach(("/",)))
