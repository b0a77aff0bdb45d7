"""Which spots of coverage are open or vulnerable today, and which open within the weeks of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from competence.coverage.many import SHIFTS
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.wide import Wide, wide
from competence.coverage.rules import DayKind, Shift, Status
from competence.forecast.openings import openings
from competence.forecast.queries.ground import teams_of
from competence.forecast.rules import count_ahead
from competence.foundation.changes import Tell, quiet
from competence.foundation.clock import today
from competence.training.rules.spots import Spot

TEAMS_AT_ONCE = 25
"""Of so many units the days ahead are read at once."""


@dataclass(frozen=True)
class Found:
    """The spots of a unit and all below it, and who works there today."""

    nodes: tuple[Node, ...]
    """Those whose need is counted: as on a board, all without units below them, and where somebody has a fixed shift."""
    spots: tuple[Spot, ...]
    wide: Wide
    """Weekdays."""


Asked = tuple[int, int, int, bool, bool]
"""(have, need, level, also unstable, students count)."""
Place = tuple[int, int, Shift]
"""(unit, task, shift)."""


def spots_of(session: Session, units: Tree, node: Node, *, until: date, tell: Tell = quiet) -> Found:
    """What is open or vulnerable in the unit today or becomes a gap before the day. Without anybody's name."""
    below = units.below(node)
    weekday, weekend = (wide(session, below, days=kind) for kind in (DayKind.WEEKDAY, DayKind.WEEKEND))
    nodes = tuple(one for at, one in enumerate(below) if units.is_leaf(one) or weekday.staffed[at])
    counted = {one.id for one in nodes}
    on_weekdays, at_weekends = _asked(weekday, counted), _asked(weekend, counted)
    critical = {task.id: task.critical for task in weekday.tasks}
    found: dict[tuple[Place, DayKind], Spot] = {}
    for place in {**on_weekdays, **at_weekends}:
        unit, task, shift = place
        both = on_weekdays.get(place), at_weekends.get(place)
        kinds = (
            [(DayKind.EVERY, both[0])]
            if both[0] == both[1]
            else [(DayKind.WEEKDAY, both[0]), (DayKind.WEEKEND, both[1])]
        )
        for days, asked in kinds:
            if asked is not None and asked[0] <= asked[1]:
                have, need, level, unstable, students = asked
                found[place, days] = Spot(
                    0, unit, task, shift, days, have, need, level, critical.get(task, False), unstable=unstable, students=students
                )  # fmt: skip
    for start in range(0, len(nodes), TEAMS_AT_ONCE):
        _open_later(session, nodes[start : start + TEAMS_AT_ONCE], found, critical, until)
        tell(min(start + TEAMS_AT_ONCE, len(nodes)), len(nodes))
    order = {task.id: at for at, task in enumerate(weekday.tasks)}
    spots = sorted(
        found.values(), key=lambda one: (one.unit_id, order.get(one.task_id, 0), SHIFTS.index(one.shift), one.days.value)
    )  # fmt: skip
    return Found(nodes, tuple(replace(spot, id=number) for number, spot in enumerate(spots, 1)), weekday)


def _asked(found: Wide, counted: set[int]) -> dict[Place, Asked]:
    asked = found.asked
    rows = zip(
        asked.unit.tolist(), asked.stated, asked.shift.tolist(), found.have.tolist(), asked.need.tolist(),
        asked.level.tolist(), asked.unstable.tolist(), asked.students.tolist(), strict=True,
    )  # fmt: skip
    return {
        (found.nodes[unit].id, stated.task_id, SHIFTS[shift]): (have, need, level, unstable, students)
        for unit, stated, shift, have, need, level, unstable, students in rows
        if need and found.nodes[unit].id in counted
    }


def _open_later(
    session: Session, nodes: Sequence[Node], found: dict[tuple[Place, DayKind], Spot], critical: dict[int, bool], until: date
) -> None:  # fmt: skip
    """Nothing; the gaps that open before the day are among the spots, those that are vulnerable today at their own place."""
    months = max(1, -(-(until - today()).days // 28))
    for team in teams_of(session, nodes, months=months):
        if not team.has_needs:
            continue
        ahead = count_ahead(team.ground)
        for one in openings(ahead):
            if one.day >= until or one.status is not Status.GAP:
                continue
            place = team.unit.id, team.ground.tasks[one.spot.task], one.spot.shift
            have, need = one.after
            known = next((some for days in (one.spot.days, DayKind.EVERY) if (some := found.get((place, days)))), None)
            if known is not None:
                if known.have >= known.need and known.opens_on is None:
                    found[place, known.days] = replace(known, opens_on=one.day, later=have - need + known.need)
                continue
            level, unstable, students = ahead.need_on(one.spot, one.stretch)
            found[place, one.spot.days] = Spot(
                0, *place, one.spot.days, one.before[0], need, level, critical.get(place[1], False), one.day, have,
                unstable=unstable, students=students, today=False,
            )  # fmt: skip
