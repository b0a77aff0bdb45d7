"""The duty roster of a demonstration: Team Havnen and the teams beside it, three weeks from that of last night's duty."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from competence.coverage.queries.board import Board, board
from competence.coverage.queries.places import tree
from competence.coverage.queries.staff import Someone
from competence.coverage.rules import Need, Shift, Standing
from competence.foundation.clock import COPENHAGEN
from competence.imports.demo.writing import Writing
from competence.roster.commands import import_roster, of_rows
from competence.roster.rules import Planned

HOME = "Team Havnen"
WEEKS = 3
DAYS_OFF = 2
"""Of each week, at most."""
HOURS = {"D": (7, 15), "A": (15, 23), "N": (23, 7)}
"""As the settings have them when nobody has changed them."""
SPLIT = {"D": (8, 12), "A": (16, 21)}
"""Of a day that is worked in two parts, with eleven hours of rest before the next."""

Off = set[tuple[int, date]]


def write_roster(to: Writing) -> None:
    """Nothing; the duties are taken in as a file would be. Call it when the stored answers are made.

    As a planner does it by hand: whoever has both day and evening works a split day, one of the day's people helps in the
    evening, and a day off is laid where it makes no gap. What nobody on a shift may do still comes out as gaps.
    """
    if HOME not in to.units:
        return
    units = tree(to.session, on=to.today)
    home = units.by_id[to.units[HOME].id]
    last_night = to.today - timedelta(days=1)
    monday = last_night - timedelta(days=last_night.weekday())
    duties: list[Planned] = []
    for unit in (home, *(one for one in units.siblings(home) if one.kind == home.kind)):
        found = board(to.session, units, unit, on=to.today)
        team = _Team(found)
        for week in range(WEEKS):
            days = [monday + timedelta(days=7 * week + ahead) for ahead in range(7)]
            off = team.days_off(days)
            duties += [
                _duty(one, day, shift, split=len(shifts) > 1)
                for one, shifts in team.shifts
                for shift in shifts
                for day in days
                if (one.employment_id, day) not in off and (one.valid_to is None or day < one.valid_to)
            ]
    import_roster(to.session, of_rows(duties, (), ()), by=None)


class _Team:
    """Those with fixed shifts who are here today, with the shifts that each works."""

    def __init__(self, found: Board) -> None:
        self._needs: dict[Shift, list[tuple[int, Need]]] = {shift: [] for shift in Shift}
        for (task, shift), stated in found.needs.get(found.unit.id, {}).items():
            if task in found.row_of:
                self._needs[shift].append((found.row_of[task], stated.need))
        self._levels = {
            one.employment_id: [answer.level for answer in found.columns[at]] for at, one in enumerate(found.people)
        }
        here = [
            one for one in found.people
            if one.worker.standing is Standing.FIXED and one.worker.shifts and not one.worker.absent
        ]  # fmt: skip
        self._have: dict[tuple[Shift, int], int] = {}
        self.shifts: list[tuple[Someone, tuple[Shift, ...]]] = []
        for one in sorted(here, key=lambda each: (len(each.worker.shifts), each.employment_id)):
            fixed = tuple(map(Shift, one.worker.shifts))
            if Shift.NIGHT in fixed:  # no other shift fits on the same day
                fixed = (max(fixed, key=lambda each: self._helps(one, each)),)
            self.shifts.append((one, ()))
            for shift in fixed:
                self._works(len(self.shifts) - 1, shift)
        by_day = [at for at, (_one, shifts) in enumerate(self.shifts) if shifts == (Shift.DAY,)]
        if by_day:
            helper = max(by_day, key=lambda at: self._helps(self.shifts[at][0], Shift.EVENING))
            if self._helps(self.shifts[helper][0], Shift.EVENING):
                self._works(helper, Shift.EVENING)

    def _works(self, at: int, shift: Shift) -> None:
        one, shifts = self.shifts[at]
        self.shifts[at] = one, (*shifts, shift)
        for row in self._held(one, shift):
            self._have[shift, row] = self._have.get((shift, row), 0) + 1

    def _held(self, one: Someone, shift: Shift) -> Iterator[int]:
        levels = self._levels[one.employment_id]
        return (row for row, need in self._needs[shift] if levels[row] >= max(1, need.level))

    def _helps(self, one: Someone, shift: Shift) -> int:
        """How many needs of the shift, not met yet, she would help with."""
        needs = dict(self._needs[shift])
        return sum(1 for row in self._held(one, shift) if self._have.get((shift, row), 0) < needs[row].need)

    def days_off(self, days: Sequence[date]) -> Off:
        """(employment, day) of the days off in a week, each laid where it makes no gap; none where it would everywhere."""
        left = {(day, shift, row): count for (shift, row), count in self._have.items() for day in days}
        off: Off = set()
        for place, (one, shifts) in enumerate(self.shifts):
            held = [(shift, row) for shift in shifts for row in self._held(one, shift)]
            needs = {(shift, row): need.need for shift in shifts for row, need in self._needs[shift]}
            free = [day for day in days if all(left[day, *key] > needs[key] for key in held)]
            for day in sorted(free, key=lambda day: (day.weekday() + 3 * place) % 7)[:DAYS_OFF]:
                off.add((one.employment_id, day))
                for key in held:
                    left[day, *key] -= 1
        return off


def _duty(one: Someone, day: date, shift: Shift, *, split: bool) -> Planned:
    begins, ends = (SPLIT if split else HOURS)[shift]
    start = datetime.combine(day, time(begins), COPENHAGEN)
    end = datetime.combine(day + timedelta(days=ends <= begins), time(ends), COPENHAGEN)
    return Planned(
        one.person_id, one.employment_id, one.unit_id, start.astimezone(UTC), end.astimezone(UTC)
    )  # fmt: skip
