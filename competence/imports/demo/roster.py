"""The duty roster of a demonstration: Team Havnen and the teams beside it, this week and the two that follow."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from competence.foundation.clock import COPENHAGEN
from competence.imports.demo.writing import Writing
from competence.imports.demonstration.rows import Person
from competence.roster.commands import import_roster, of_rows
from competence.roster.rules import Planned

HOME = "Team Havnen"
WEEKS = 3
HOURS = {"D": (7, 15), "A": (15, 23), "N": (23, 7)}
"""As the settings have them when nobody has changed them."""


def write_roster(to: Writing) -> None:
    """Nothing; the duties are taken in as a file would be, so that the roster says how it came."""
    home = to.units.get(HOME)
    if home is None:
        return
    beside = {name for name, unit in to.units.items() if unit.parent_id == home.parent_id and unit.kind == home.kind}
    monday = to.today - timedelta(days=to.today.weekday())
    away = {
        (one.person, to.day(offset))
        for one in to.demo.absences
        for offset in range(max(one.first, -7), min(40 if one.through is None else one.through, 40) + 1)
    }
    duties = []
    for unit in sorted(beside):
        team = [one for one in to.demo.people if one.unit == unit and one.shifts and not one.is_floater]
        for place, person in enumerate(sorted(team, key=lambda one: one.number)):
            for day, shift in _days(person, place, monday):
                if _works(to, person, day) and (person.number, day) not in away:
                    duties.append(_duty(to, person, unit, day, shift))
    import_roster(to.session, of_rows(duties, (), ()), by=None)


def _days(person: Person, place: int, monday: date) -> Iterator[tuple[date, str]]:
    """Six days of seven, those off spread over the team; whoever has two fixed shifts has one each week by turns."""
    for week in range(WEEKS):
        shift = person.shifts[(week + place) % len(person.shifts)]
        for weekday in range(7):
            if (weekday + place + week) % 7:
                yield monday + timedelta(days=7 * week + weekday), shift


def _works(to: Writing, person: Person, day: date) -> bool:
    ends = to.until(person.through)
    return to.day(person.first) <= day and (ends is None or day < ends)


def _duty(to: Writing, person: Person, unit: str, day: date, shift: str) -> Planned:
    begins, ends = HOURS[shift]
    start = datetime.combine(day, time(begins), COPENHAGEN)
    end = datetime.combine(day + timedelta(days=ends <= begins), time(ends), COPENHAGEN)
    return Planned(
        to.persons[person.number], to.employments[person.number], to.units[unit].id, start.astimezone(UTC), end.astimezone(UTC)
    )  # fmt: skip
