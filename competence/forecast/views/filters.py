"""What the address of a forecast asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request

from competence.coverage.rules import DayKind, Shift
from competence.coverage.views.choices import day_of
from competence.forecast.queries.ground import MONTHS, Team
from competence.forecast.rules import Ahead
from competence.foundation.clock import today

LENGTHS = (3, 6, 12)
"""So many months may be chosen."""


@dataclass(frozen=True)
class Filters:
    """Which part of the days ahead is shown."""

    months: int
    shift: Shift | None
    area: int | None
    days: DayKind | None
    critical: bool
    vulnerable: bool
    every: bool
    on: date | None = None
    """A day to come that is asked for; None: none in particular."""

    def query(self, **changed: Any) -> str:
        """The address's part after "?", with something changed; empty when nothing is chosen."""
        said = {
            "months": self.months if self.months != MONTHS else None, "shift": self.shift, "area": self.area,
            "days": self.days, "critical": 1 if self.critical else None, "vulnerable": 1 if self.vulnerable else None,
            "all": 1 if self.every else None, "on": self.on,
        }  # fmt: skip
        return urlencode({key: value for key, value in (said | changed).items() if value not in (None, "")})

    def spots(self, team: Team, ahead: Ahead, *, hidden: Collection[Shift] = ()) -> list[int]:
        """The places of the spots that the filters leave, without those of hidden shifts."""
        return [
            at for at, spot in enumerate(ahead.spots)
            if spot.shift not in hidden
            and (self.shift is None or spot.shift is self.shift)
            and (self.area is None or team.tasks[spot.task].area_id == self.area)
            and (self.days is None or spot.days in (DayKind.EVERY, self.days))
            and (not self.critical or team.tasks[spot.task].critical)
        ]  # fmt: skip


def filters() -> Filters:
    """Of the request; what cannot be read is left out, as an address may be old."""
    args = request.args
    months = args.get("months", MONTHS, type=int)
    days = args.get("days", type=DayKind)
    on = args.get("on", type=day_of)
    return Filters(
        months=months if months in LENGTHS else MONTHS,
        shift=args.get("shift", type=Shift),
        area=args.get("area", type=int),
        days=None if days is DayKind.EVERY else days,
        critical=args.get("critical") == "1",
        vulnerable=args.get("vulnerable") == "1",
        every=args.get("all") == "1",
        on=on if on is not None and on > today() else None,
    )
