"""The forecast says of each day to come what the board will say on it, as things are recorded today."""

import random
from datetime import timedelta

import pytest

from competence.coverage.queries.board import board
from competence.coverage.queries.places import kind_of_day
from competence.coverage.rules import DayKind, Shift
from competence.forecast.openings import standings
from competence.forecast.queries.ground import team_of
from competence.forecast.queries.wide import units_ahead
from competence.forecast.rules import count_ahead
from competence.foundation.clock import today
from tests.forecast.worlds import coming, place


def on_day(ahead, day):
    """(task, shift) -> (have, need) that the forecast has for the day."""
    stretch, kind = ahead.stretch_of(day), kind_of_day(day)
    return {
        (ahead.ground.tasks[spot.task], spot.shift): (int(ahead.have[row, stretch]), int(ahead.need[row, stretch]))
        for row, spot in enumerate(ahead.spots)
        if spot.days in (DayKind.EVERY, kind) and ahead.need[row, stretch]
    }


@pytest.mark.parametrize("seed", range(10))
def test_a_day_to_come_is_counted_as_its_board_counts_it(world, seed):
    coming(world, seed)
    units, team = place(world)
    ahead = count_ahead(team_of(world.session, team).ground)
    turns = [day for day in ahead.days if day > today()]
    draw = random.Random(seed)
    for day in {today(), *draw.sample(turns, min(12, len(turns))), today() + timedelta(days=draw.randint(1, 365))}:
        found = board(world.session, units, team, on=day, every_task=True)
        boards = {
            place: (count.have, count.need)
            for place, (count,) in found.counts.items()
            if count.need
        }  # fmt: skip
        assert on_day(ahead, day) == boards, day


@pytest.mark.parametrize("seed", range(8))
def test_the_table_of_many_units_counts_as_each_units_own_page(world, seed):
    coming(world, seed)
    _units, team = place(world)
    draw = random.Random(seed)
    days = [today(), *sorted({today() + timedelta(days=draw.randint(1, 365)) for _time in range(8)})]
    (wide,) = units_ahead(world.session, [team], days)
    found = team_of(world.session, team)
    ahead = count_ahead(found.ground)
    for shift in Shift:
        spots = [at for at, spot in enumerate(ahead.spots) if spot.shift is shift]
        stands = standings(ahead, spots)
        for place_, day in enumerate(days):
            one = stands[ahead.stretch_of(day)]
            assert wide.figures[shift][:, place_].tolist() == [one.gaps, one.critical, one.vulnerable], (shift, day)
