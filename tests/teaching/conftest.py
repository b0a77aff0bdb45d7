"""Team Havnen with a class about insulin: a development nurse plans, Hanne guides, Dorthe leads, four who can take part."""

from datetime import datetime, time, timedelta

import pytest

from competence.access.rules import Role
from competence.delegation.rules import CellRule
from competence.foundation.clock import COPENHAGEN, now, set_to, today
from competence.learning.rules import Part
from competence.people.models import Absence
from competence.roster.models import Duty, RosterImport
from competence.teaching import commands
from competence.teaching.commands import NewClass
from competence.teaching.rules import WallTime

DAY = timedelta(days=1)


class Havnen:
    """The people, the task, and short words for what tests do over and over."""

    def __init__(self, world):
        self.world, self.session = world, world.session
        self.task = world.task("Insulin med pen")
        world.cell(self.task, "SPL", CellRule.CORE)
        world.cell(self.task, "SSH", CellRule.MAY_GENERAL)
        world.cell(self.task, "UFA", CellRule.NOT_ALLOWED)
        office = world.unit("Staben", "stab", under=world.root)
        self.nurse = world.role(
            world.person("Marianne Holm", "SPL", unit=office, shifts=""), Role.DEVELOPMENT_NURSE, over=world.root
        )
        self.guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
        self.leader = world.role(
            world.person("Dorthe Nygaard", "UFA", unit=office, shifts=""), Role.LEADER, over=world.team
        )
        self.amira, self.camilla, self.lone, self.rasmus = (
            world.person(name) for name in ("Amira Haddad", "Camilla Brandt", "Lone Mikkelsen", "Rasmus Toft")
        )
        self.emil = world.person("Emil Bruun", "UFA")
        self.skoven = world.unit("Team Skoven", under=world.district)
        self.ulla = world.person("Ulla Udenfor", unit=self.skoven)
        world.settle().session.commit()

    def new(self, **said):
        """What a class is unless said otherwise: in nine days, 13 to 15, two seats, for the team."""
        return NewClass(
            **(
                {
                    "name": "Insulin med pen", "part": Part.FORMAL, "seats": 2, "times": [self.at(9)],
                    "unit_ids": [self.world.team.id], "task_id": self.task.id, "level": 2, "place": "Lokale 2",
                }
                | said
            )
        )  # fmt: skip

    def at(self, days, begins=time(13), ends=time(15)):
        """A day so many days ahead."""
        return WallTime(today() + days * DAY, begins, ends)

    def plan(self, *, by=None, **said):
        """A class, planned by the development nurse."""
        row = commands.plan_class(self.session, self.new(**said), by=(by or self.nurse).actor)
        self.session.commit()
        return row

    def sign_up(self, class_id, *people):
        """Each signs up herself, one after the other."""
        rows = []
        for minute, one in enumerate(people):
            with set_to(now() + timedelta(minutes=minute)):
                rows.append(commands.sign_up(self.session, class_id, by=one.actor))
        self.session.commit()
        return rows

    def away(self, someone, days):
        """She is away that day."""
        day = today() + days * DAY
        self.session.add(
            Absence(employment_id=someone.employment.id, valid_from=day, valid_to=day + DAY, recorded_at=now())
        )
        self.session.flush()

    def on_duty(self, someone, days):
        """She is on duty from 7 to 15 that day by the roster."""
        taken = RosterImport(
            imported_at=now(),
            first_day=today(),
            last_day=today() + 30 * DAY,
            added=1,
            changed=0,
            removed=0,
            unchanged=0,
        )
        self.session.add(taken)
        self.session.flush()
        day = today() + days * DAY
        self.session.add(
            Duty(
                employment_id=someone.employment.id, unit_id=someone.unit.id, import_id=taken.id,
                starts_at=datetime.combine(day, time(7), COPENHAGEN), ends_at=datetime.combine(day, time(15), COPENHAGEN),
            )
        )  # fmt: skip
        self.session.flush()


@pytest.fixture
def havnen(world):
    return Havnen(world)
