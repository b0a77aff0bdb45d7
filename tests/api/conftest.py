"""What the tests of other systems share: a team, and a system with a key to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.api.commands import make_key
from competence.api.rules import KEY_PERMISSIONS, NewKey
from competence.coverage.rules import Shift
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.people.models import PersonIdentity

LIMIT = {"code": "L", "text": "Kun stabilt", "when": "forløbet er stabilt og kendt"}


class Asking:
    """A team whose nurse may by education and whose helper is signed off within a limit; and another district."""

    def __init__(self, world, app):
        self.world, self.app, self.client = world, app, app.test_client()
        self.insulin = world.task("Insulin med pen", fsiii_code="G1.20", also_called="insulinpen")
        world.cell(self.insulin, "SPL", CellRule.CORE)
        world.cell(self.insulin, "SSH", CellRule.MAY_GENERAL, limits=[LIMIT])
        self.karen = world.person("Karen Winther", "SPL")
        self.camilla = world.person("Camilla Brandt", shifts="DA")
        self.soren = world.person("Søren Juhl")
        world.signed(self.camilla, self.insulin, by=self.karen, days_ago=3, valid_days=60)
        world.requirement(self.insulin, Shift.DAY, 3)
        self.other = world.unit("Team Skoven", under=world.unit("Distrikt Syd", "distrikt", under=world.root))
        self.outside = world.person("Olga Udenfor", "SPL", unit=self.other)
        office = world.unit("Staben", "stab", under=world.root)
        self.henrik = world.role(
            world.person("Henrik Vestergaard", "UFA", unit=office, shifts=""), Role.ADMINISTRATOR, over=world.root
        )
        world.settle()

    def key(self, name="Omsorgsjournal", *, permissions=KEY_PERMISSIONS, over=None, days=30):
        """(the key, what the system is to send), committed."""
        through = today() + timedelta(days=days)
        new = NewKey(name, "Kørelisten", (over or self.world.district).id, tuple(permissions), through)
        made = make_key(self.world.session, new, by=self.henrik.actor)
        self.world.session.commit()
        return made

    def get(self, path, token="", *, language="da", **query):
        """The answer to a question."""
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.client.get(f"/api/v1/{path}", query_string=query, headers=headers)

    def may(self, someone, token, **query):
        """Whether she may give insulin today, or as the question says."""
        number = self.world.session.scalar(
            select(PersonIdentity.number).where(PersonIdentity.person_id == someone.person.id)
        )
        self.world.session.commit()  # SQLite lets nobody write who began to read before somebody else wrote
        return self.get("may", token, **({"employee": number, "task": self.insulin.code} | query))

    def who_may(self, token, **query):
        """Who may give insulin in the team in the daytime today, or as the question says."""
        said = {"task": self.insulin.code, "unit": self.world.team.id, "on": today().isoformat(), "shift": "day"}
        return self.get("who-may", token, **(said | query))


@pytest.fixture
def asking(world, app):
    return Asking(world, app)
