"""Gaps as cards with sentences, and since when each has been open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app, url_for
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission
from competence.coverage.queries.board import Board
from competence.coverage.queries.one import OneTask
from competence.coverage.queries.places import Node, kind_of_day
from competence.coverage.queries.since import Spot, open_since
from competence.coverage.rules import SHIFT_NAMES, DayKind, Shift, Status
from competence.coverage.statements import Gap, heading, notes, reasons
from competence.foundation.clock import today
from competence.foundation.web import day, db, say, short_day


@dataclass(frozen=True)
class Card:
    """A gap as a sentence with its one button."""

    gap: Gap
    heading: str
    reason: str
    note: str
    shift: str
    url: str
    place: str
    """Its task, shift and unit, by which is asked since when it has been open."""
    ask: int | None
    """The employment of whoever is nearest, when the guide can be asked for a sign-off of her."""
    plan: str = ""
    """Where the training that closes it is worked out; empty for whoever does not plan it."""


def card(found: Board, gap: Gap, actor: Actor) -> Card:
    """The gap in the reader's language."""
    return Card(
        gap,
        say(heading(gap)),
        " ".join(say(text) for text in reasons(gap, on=found.on, soon=found.soon(gap.task_id))),
        " · ".join([gap.unit] * (len(found.workplaces) > 1) + [say(text) for text in notes(gap)]),
        say(SHIFT_NAMES[gap.shift]),
        url_for(".task", unit_id=gap.unit_id, task_id=gap.task_id, shift=gap.shift),
        place_of(gap),
        gap.near[0].employment_id
        if gap.near and found.on >= today() and actor.may(Permission.SIGNOFF_ASK, found.unit.path)
        else None,
        _plan(gap) if found.on == today() and actor.may(Permission.TRAINING_PLAN, found.unit.path) else "",
    )


def _plan(gap: Gap) -> str:
    """The page of a feature above this one, by its endpoint; empty where it is not there."""
    if "training_plan.compute" not in current_app.view_functions:
        return ""
    return url_for("training_plan.compute", unit_id=gap.unit_id, task=gap.task_id, shift=gap.shift.value)


def place_of(gap: Gap | Spot) -> str:
    """The task, shift and unit in an address: "10-N-3"."""
    return f"{gap.task_id}-{gap.shift}-{gap.unit_id}"


def spot_of(place: str, units: Iterable[Node]) -> Spot | None:
    """What `place_of` has written, when it is about one of the units."""
    task_id, _dash, rest = place.partition("-")
    shift, _dash, unit_id = rest.partition("-")
    unit = next((one for one in units if str(one.id) == unit_id), None)
    known = task_id.isdecimal() and len(task_id) < 10 and shift in [one.value for one in Shift]
    return Spot(int(task_id), Shift(shift), unit) if known and unit is not None else None


def since_words(on: date) -> str:
    """As "since 1 June", with the year where it is not this one."""
    return str(_("since %(day)s", day=short_day(on) if on.year == today().year else day(on)))


def gap_since(found: OneTask, on: date, shifts: Sequence[Shift], days: DayKind | None) -> Mapping[Shift, str]:
    """Shift -> since when it has been a gap, where that is known; only of today, and of a single workplace."""
    if on != today() or len(found.workplaces) != 1:
        return {}
    spots = [
        Spot(found.task.id, shift, found.workplaces[0]) for shift in shifts if found.counts[shift].status is Status.GAP
    ]
    since = open_since(db.session, spots, days=days or kind_of_day(on)) if spots else {}
    return {spot.shift: since_words(first) for spot, first in since.items()}


def next_expiry(found: Board) -> tuple[str, date] | None:
    """(name, last day) of the signature that lapses first, for a board without gaps."""
    ends = [
        (answer.last_day, one.first_name)
        for at, one in enumerate(found.people)
        for answer in found.columns[at]
        if answer.level and answer.basis != "education" and answer.last_day
    ]
    return (min(ends)[1], min(ends)[0]) if ends else None
