"""Dagens huller: every gap of today and tonight within reach, each with a link straight to who may."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.duties import runs_past_midnight, spans
from competence.coverage.queries.gaps_today import GapsToday, UnitGaps, gaps_today
from competence.coverage.queries.places import Node, tree
from competence.coverage.rules import SHIFT_NAMES, SMALLEST_GROUP, Shift
from competence.coverage.small import hidden_shifts
from competence.coverage.statements import spoken_count
from competence.coverage.views.choices import unit_options
from competence.coverage.views.figures import hides_small
from competence.coverage.views.finding import hours_of, long_day
from competence.foundation.clock import local, now, today
from competence.foundation.web import db, say
from competence.organisation.queries import settings_of
from competence.organisation.rules import Settings

bp = Blueprint("gaps_today", __name__, url_prefix="/gaps-today")

UNITS_A_PAGE = 20


@bp.get("")
@requires(any_of=(Permission.COVERAGE_COUNTS, Permission.COVERAGE_READ))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Today's gaps by unit and shift, the shifts that are still to come first; no names."""
    settings = settings_of(db.session)
    listed = gaps_listed(actor, within, settings)
    node, shift, critical, found, shown, hides = (
        listed.node, listed.shift, listed.critical, listed.found, listed.shown, listed.hides
    )  # fmt: skip
    pages = max(1, -(-len(shown) // UNITS_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    chosen: dict[str, Any] = {
        "unit": node.id if node else None,
        "shift": shift.value if shift else None,
        "critical": 1 if critical else None,
    }
    return render_template(
        "who_may/gaps_today.html",
        units=[(one.unit, where(one), rows(one, actor)) for one in shown[(page - 1) * UNITS_A_PAGE : page * UNITS_A_PAGE]],
        total=sum(len(one.gaps) for one in shown), teams=len(shown),
        hidden=hides and any(0 < number < SMALLEST_GROUP for one in found.units for number in one.by_shift.values()),
        smallest=SMALLEST_GROUP, day_name=long_day(today()), as_of=found.as_of, updated=now(),
        node=node, shift=shift, critical_only=critical, shifts=list(Shift), shift_names=SHIFT_NAMES, hours=hours_of(settings),
        unit_options=unit_options(db.session, node, within), narrowed=bool(node or shift or critical),
        page=page, pages=pages, page_url=url_for(".index", **chosen, page=0).replace("page=0", "page={page}"),
    )  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """Today's gaps as the address asks for them."""

    node: Node | None
    shift: Shift | None
    critical: bool
    found: GapsToday
    shown: list[UnitGaps]
    """The units with something to show."""
    hides: bool


def gaps_listed(actor: Actor, within: Reach, settings: Settings) -> Listed:
    """Of the units within reach, without what is hidden from the reader."""
    units = tree(db.session, on=today())
    asked = request.args.get("unit", type=int)
    node = units.get(asked, within) if asked is not None else None
    reached = units.below(node) if node is not None else units.reached(within)
    shift = request.args.get("shift", type=Shift)
    critical = "critical" in request.args
    found = gaps_today(db.session, units, reached, shifts=[shift] if shift else still_to_come(settings))
    hides = hides_small(actor)
    shown = [one for one in (visible(one, hides=hides, critical=critical) for one in found.units) if one.gaps]
    return Listed(node, shift, critical, found, shown, hides)


def still_to_come(settings: Settings) -> list[Shift]:
    """Today's shifts in their order, those that are over last."""
    at = local(now()).time()
    over = {
        shift: not runs_past_midnight(shift, settings) and time.fromisoformat(ends) <= at
        for shift, (_begins, ends) in spans(settings).items()
    }
    return sorted(Shift, key=lambda shift: over[shift])


def visible(one: UnitGaps, *, hides: bool, critical: bool) -> UnitGaps:
    """What of the unit is shown: nothing about a shift that few share, to whoever sees numbers only."""
    hidden = hidden_shifts(one.by_shift) if hides else set()
    gaps = [gap for gap in one.gaps if (not critical or gap.task.critical) and gap.shift not in hidden]
    return UnitGaps(one.unit, tuple(gaps), one.by_shift)


def where(one: UnitGaps) -> str:
    """The address of the unit's coverage."""
    return url_for("coverage.unit", unit_id=one.unit.id)


def rows(one: UnitGaps, actor: Actor) -> list[dict[str, object]]:
    """The unit's gaps as the page lists them, each with the finder's answer for whoever may ask it."""
    asks = actor.may(Permission.WHO_MAY_ASK, one.unit.path)
    return [
        {
            "task": gap.task.name,
            "critical": gap.task.critical,
            "shift": gap.shift,
            "count": gap.count,
            "spoken": say(spoken_count(gap.shift, gap.count)),
            "url": finder(one.unit, gap.task.name, gap.shift) if asks else "",
        }
        for gap in one.gaps
    ]


def finder(unit: Node, task: str, shift: Shift) -> str:
    """Who may do the task in the unit on today's shift."""
    return url_for("who_may.index", q=task, on=today().isoformat(), shift=shift.value, unit=unit.id)
