"""On her path stands when she and a guide are on duty at the same time, as far as the roster says."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from competence.foundation.clock import now, today
from competence.organisation.models import Unit
from competence.roster.models import Duty, RosterImport
from tests.development.conftest import Team
from tests.factories import Someone

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def on_duty(team: Team, someone: Someone, starts_at: datetime, *, hours: int = 8, unit: Unit | None = None) -> None:
    """A duty of a roster."""
    session = team.world.session
    roster = RosterImport(
        imported_at=now(),
        first_day=today(),
        last_day=today() + timedelta(days=9),
        added=1,
        changed=0,
        removed=0,
        unchanged=0,
    )
    session.add(roster)
    session.flush()
    session.add(
        Duty(
            employment_id=someone.employment.id, unit_id=(unit or team.world.team).id, starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours), roster="", external_key="", import_id=roster.id,
        )
    )  # fmt: skip
    session.flush()


def test_she_reads_when_the_guide_is_on_duty_too(team: Team, signed_in: Any) -> None:
    later = now() + timedelta(days=4)
    on_duty(team, team.amira, later)
    on_duty(team, team.guide, later + timedelta(hours=7))
    team.world.session.commit()
    amira = signed_in(team.amira)
    assert "Du og Hanne er begge på vagt" in amira.get("/me").text
    on_duty(team, team.amira, now() - timedelta(hours=1))
    on_duty(team, team.guide, now() - timedelta(minutes=30))
    team.world.session.commit()
    assert "Du og Hanne er begge på vagt i dag." in amira.get("/me").text


def test_nothing_is_said_without_a_roster_or_where_they_miss_each_other(team: Team, signed_in: Any) -> None:
    amira = signed_in(team.amira)
    assert "begge på vagt" not in amira.get("/me").text
    later = now() + timedelta(days=2)
    on_duty(team, team.amira, later)
    on_duty(team, team.guide, later + timedelta(hours=8))
    elsewhere = team.world.unit("Team Skoven")
    on_duty(team, team.guide, later, unit=elsewhere)
    team.world.session.commit()
    page = amira.get("/me").text
    assert "begge på vagt" not in page
    assert "Hanne må skrive under." in page
