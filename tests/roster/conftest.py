"""Havnen with a roster: Karen by education, Camilla signed off, Søren not; insulin needed day and night, and a planner."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from competence.access.rules import Actor, Role
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.roster.commands import RosterImported, import_roster, of_rows
from competence.roster.rules import Covered, Planned, moments_of
from tests.factories import Someone, World

HOURS = {"D": (7, 15), "A": (15, 23), "N": (23, 7)}


@dataclass
class Havnen:
    """The team, and how it is put on duty."""

    world: World
    signed_in: Callable[[Someone], FlaskClient]

    def __post_init__(self) -> None:
        world = self.world
        self.insulin = world.task("Insulin med pen")
        for group, rule in (("SPL", CellRule.CORE), ("SSH", CellRule.MAY_GENERAL)):
            world.cell(self.insulin, group, rule)
        self.karen = world.person("Karen Winther", "SPL", shifts="D")
        self.camilla = world.person("Camilla Brandt", shifts="A")
        self.soren = world.person("Søren Juhl", shifts="N")
        world.signed(self.camilla, self.insulin, by=self.karen, valid_days=60)
        world.requirement(self.insulin, Shift.DAY, 1)
        world.requirement(self.insulin, Shift.NIGHT, 1)
        self.planner = self.with_role(Role.PLANNER, "Lars Bisgaard", over=world.district)
        world.settle()
        world.session.commit()
        self.day = today() + timedelta(days=1)

    def with_role(self, role: Role, name: str, *, over: Any = None) -> Someone:
        """Somebody of the staff with a role over the team."""
        office = self.world.unit(f"Staben omkring {name}", "stab", under=self.world.root)
        someone = self.world.person(name, "UFA", unit=office, shifts="")
        return self.world.role(someone, role, over=over or self.world.team)

    def duty(
        self,
        who: Someone,
        shift: str = "D",
        *,
        day: date | None = None,
        unit: Any = None,
        roster: str = "",
        key: str = "",
    ) -> Planned:
        """A duty with the usual hours of the shift."""
        on, (begins, ends) = day or self.day, HOURS[shift]
        last = on + timedelta(days=ends <= begins)
        start, end = datetime.combine(on, time(begins)), datetime.combine(last, time(ends))
        where = unit or self.world.team
        return Planned(
            who.person.id, who.employment.id, where.id, moments_of(start)[0], moments_of(end)[0], roster, key
        )  # fmt: skip

    def take(self, *duties: Planned, by: Actor | None = None, free: tuple[Someone, ...] = ()) -> RosterImported:
        """The roster taken in, for those on duty and those who are free, from tomorrow for a week."""
        session = self.world.session
        days = (self.day, self.day + timedelta(days=6))
        found = import_roster(session, of_rows(duties, [Covered(one.person.id, "") for one in free], days), by=by)
        session.commit()
        return found


@pytest.fixture
def havnen(world: World, signed_in: Callable[[Someone], FlaskClient]) -> Havnen:
    return Havnen(world, signed_in)
