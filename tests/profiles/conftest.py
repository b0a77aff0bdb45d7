"""A nurse who writes profiles, and a helper's profile to write in."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.people.models import StaffGroup
from competence.profiles import commands
from competence.profiles.commands import AreaText, WantedTask
from competence.profiles.models import CompetenceProfile
from competence.profiles.queries import content_of
from competence.profiles.rules import Content
from tests.factories import Someone, World


@dataclass
class Desk:
    """Marianne's desk: she develops the whole municipality; Dorthe leads the team only."""

    world: World
    nurse: Someone
    leader: Someone
    helper: StaffGroup
    insulin: Task
    drops: Task

    def draft(self) -> CompetenceProfile:
        """A draft for the helpers that asks for insulin at the first level."""
        made = commands.new_draft(self.world.session, self.helper.id, by=self.nurse.actor)
        if not self.content(made).areas:
            self.write(made, "Medicin", {1: ["Giver medicin, som er doseret."]}, [WantedTask(self.insulin.id, 1, 2)])
        return made

    def write(
        self, draft: CompetenceProfile, name: str, statements: dict[int, list[str]], tasks: list[WantedTask],
        *, area: str | None = None, seen: str | None = None,
    ) -> None:  # fmt: skip
        """The draft's area as it is to read, by somebody who saw it as it is."""
        mark = self.content(draft).mark(area or "") if seen is None else seen
        commands.change_area(
            self.world.session, self.helper.id, draft.number, area, AreaText(name, statements, tasks), seen=mark,
            by=self.nurse.actor,
        )  # fmt: skip

    def content(self, profile: CompetenceProfile) -> Content:
        """What the version says."""
        self.world.session.flush()
        return content_of(self.world.session, profile.id)

    def approve(self, draft: CompetenceProfile, first: date | None = None) -> CompetenceProfile:
        """The draft, approved and in force from the day (tomorrow)."""
        return commands.approve_profile(
            self.world.session, self.helper.id, draft.number, valid_from=first or today() + timedelta(days=1), why="",
            seen=self.content(draft).mark(), by=self.nurse.actor,
        )  # fmt: skip


@pytest.fixture
def desk(world: World) -> Desk:
    """The desk, with two tasks in the catalogue and no profile yet."""
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    insulin, drops = world.task("Insulin med pen"), world.task("Øjendråber")
    world.settle().session.commit()
    begin_writing(world.session)
    return Desk(world, nurse, leader, world.groups["SSH"], insulin, drops)
