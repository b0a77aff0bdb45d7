"""Who may do this task, there and then: people by verdict, next door, who nearly may, the rule, and the week."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.finder import WhoMay, tasks_called, who_may
from competence.coverage.queries.one import StopOver, stops_over
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import SHIFT_NAMES, Shift, shift_at
from competence.coverage.views.choices import day_of, task_options, unit_options
from competence.coverage.views.drawing import TONES
from competence.coverage.views.figures import hides_small
from competence.coverage.views.finding import hours_of, said, spans
from competence.foundation.clock import local, now, today
from competence.foundation.web import db, say
from competence.organisation.queries import settings_of

bp = Blueprint("who_may", __name__, url_prefix="/who-may")

MOST_MATCHES = 20
MOST_CHIPS = 4
LONGEST = 200
"""So many letters of what was asked are looked at."""


@bp.get("")
@requires(any_of=(Permission.WHO_MAY_ASK, Permission.WHO_MAY_COLLEAGUES))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The finder. Without WHO_MAY_ASK over the unit only the names of colleagues who may."""
    units = tree(db.session, on=today())
    reachable = units.reached(within)
    on = max(request.args.get("on", today(), type=day_of), today())
    shift = request.args.get("shift", type=Shift) or shift_at(local(now()).time(), spans(settings_of(db.session)))
    unit = chosen_unit(units, reachable, within, actor)
    tasks = tasks_on(db.session, on)
    text = " ".join(request.args.get("q", "")[:LONGEST].split())
    matches = tasks_called(tasks, text) if text else []
    found = None
    if unit is not None and len(matches) == 1:
        found = who_may(db.session, units, unit, matches[0], on=on, shift=shift)
        looked_at(unit_id=unit.id)
    fully = unit is not None and actor.may(Permission.WHO_MAY_ASK, unit.path)
    return render_template(
        "who_may/index.html",
        unit_options=unit_options(db.session, unit, within), task_options=task_options(db.session, on), unit=unit,
        on=on, shift=shift, shifts=list(Shift), shift_names=SHIFT_NAMES,
        text=matches[0].name if len(matches) == 1 else text, matches=matches[:MOST_MATCHES] if len(matches) > 1 else [],
        unknown=bool(text) and not matches, found=found, fully=fully, today=today(),
        stops=stops(unit, found), answer=said(found, actor, fully=fully) if found else None,
        hours=hours_of(settings_of(db.session)), tones=TONES,
        chips=chips(units, unit, actor) if unit is not None and not text else [],
        chips_come=unit is not None and bool(text) and sees_gaps(units, unit, actor),
    )  # fmt: skip


def stops(unit: Node | None, found: WhoMay | None) -> Sequence[StopOver]:
    """The stops over the unit that close the task."""
    return stops_over(db.session, unit, now(), task_id=found.task.id) if unit is not None and found is not None else ()


@bp.get("/gaps")
@requires(any_of=(Permission.WHO_MAY_ASK, Permission.WHO_MAY_COLLEAGUES))
def gaps(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Today's gaps of a unit, as a fragment that comes after the answer to what was asked."""
    units = tree(db.session, on=today())
    unit = chosen_unit(units, units.reached(within), within, actor)
    found = chips(units, unit, actor) if unit is not None else []
    return render_template("who_may/gaps.html", unit=unit, chips=found)


def sees_gaps(units: Tree, unit: Node, actor: Actor) -> bool:
    """Whether she may see how the unit is covered, where no small group is told by it; and people work in the unit itself."""
    sees = actor.may(Permission.COVERAGE_READ, unit.path) or actor.may(Permission.COVERAGE_COUNTS, unit.path)
    return sees and not hides_small(actor) and units.is_leaf(unit)


def chips(units: Tree, unit: Node, actor: Actor) -> list[tuple[str, str]]:
    """(words, address) of today's gaps in the unit, critical tasks first: what is most likely asked about next."""
    if not sees_gaps(units, unit, actor):
        return []
    counts = unit_counts(db.session, units, [unit])[0]
    tasks = {task.id: (at, task) for at, task in enumerate(tasks_on(db.session, today()))}
    found = []
    for (task_id, shift), stated in counts.needs.items():
        missing = stated.need.need - counts.have[task_id, shift]
        if missing > 0:
            at, task = tasks[task_id]
            found.append((not task.critical, -missing, at, list(Shift).index(shift), task.name, shift))
    return [
        (f"{name}, {say(SHIFT_NAMES[shift]).lower()}", url_for(".index", q=name, shift=shift.value, unit=unit.id))
        for *_order, name, shift in sorted(found)[:MOST_CHIPS]
    ]


def chosen_unit(units: Tree, reachable: Sequence[Node], within: Reach, actor: Actor) -> Node | None:
    """The unit of the address, NotFound when it is out of reach; else the first team of her own, or within reach."""
    asked = request.args.get("unit", type=int)
    if asked is not None:
        return units.get(asked, within)
    own = [assigned.path for assigned in actor.roles]
    leaves = [node for node in reachable if units.is_leaf(node)]
    return next((node for node in leaves if node.path in own), leaves[0] if leaves else next(iter(reachable), None))
