"""Who may do this task, there and then: people by verdict, next door, who nearly may, the rule, and the week."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.asking import may_she
from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.finder import WhoMay, who_may
from competence.coverage.queries.one import StopOver, stops_over
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.searching import Person, people_called, tasks_called
from competence.coverage.queries.wide import unit_counts
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.coverage.views.asking import OneTold, told
from competence.coverage.views.choices import first_day, task_options, typed_duty, unit_options
from competence.coverage.views.drawing import TONES
from competence.coverage.views.figures import hides_small
from competence.coverage.views.finding import hours_of, said
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
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
    """The finder. Without WHO_MAY_ASK over the unit only her own answer, and the names of colleagues who may."""
    units, settings = tree(db.session, on=today()), settings_of(db.session)
    on, shift = typed_duty(settings)
    unit = chosen_unit(units, within, actor)
    text = typed()
    matches, people = meant(text, actor, on)
    if len(people) == 1 and not matches:
        return redirect(url_for("may_she.person", person_id=people[0].person_id, on=on.isoformat(), shift=shift.value))
    found = None
    if unit is not None and len(matches) == 1 and not people:
        found = who_may(db.session, units, unit, matches[0], on=on, shift=shift)
        looked_at(unit_id=unit.id)
    fully = unit is not None and actor.may(Permission.WHO_MAY_ASK, unit.path)
    return render_template(
        "who_may/index.html",
        unit_options=unit_options(db.session, unit, within), task_options=task_options(db.session, on), unit=unit,
        on=on, shift=shift, shifts=list(Shift), shift_names=SHIFT_NAMES, first_day=first_day(settings),
        text=matches[0].name if found else text, matches=matches[:MOST_MATCHES] if not found else [],
        more=max(0, len(matches) - MOST_MATCHES), people=people, unknown=bool(text) and not matches and not people,
        found=found, fully=fully, today=today(), for_herself=not actor.may(Permission.WHO_MAY_ASK),
        stops=stops(unit, found), answer=said(found, actor, fully=fully) if found else None,
        own=own_answer(units, actor, found) if found and not fully else None,
        hours=hours_of(settings), tones=TONES,
        chips=chips(units, unit, actor) if unit is not None and not text else [],
        chips_come=unit is not None and bool(text) and sees_gaps(units, unit, actor),
    )  # fmt: skip


def typed() -> str:
    """What was typed in the field, in single spaces."""
    return " ".join(request.args.get("q", "")[:LONGEST].split())


def meant(text: str, actor: Actor, on: date) -> tuple[list[BoardTask], list[Person]]:
    """(tasks, people within reach) that the words may mean; a task of exactly that name is nobody else."""
    if not text:
        return [], []
    matches = tasks_called(db.session, text, on=on)
    if len(matches) == 1 and matches[0].name.casefold() == text.casefold():
        return matches, []
    return matches, people_called(db.session, text, on=on, within=actor.reach(Permission.WHO_MAY_PERSON))


def own_answer(units: Tree, actor: Actor, found: WhoMay) -> OneTold | None:
    """Whether she may do it herself, with all reasons; None for whoever is employed nowhere."""
    try:
        asked = may_she(db.session, units, actor.person_id, [found.task], on=found.on, shift=found.shift, within=None)
    except NotFound:
        return None
    if not asked.jobs:
        return None
    return told(asked, found.task, found.shift, found.settings, tab=found.expiring_days, own=True)


def stops(unit: Node | None, found: WhoMay | None) -> Sequence[StopOver]:
    """The stops over the unit that close the task on the day."""
    if unit is None or found is None:
        return ()
    over = stops_over(db.session, unit, now(), task_id=found.task.id)
    return [stop for stop in over if found.on <= stop.last_day]


@bp.get("/gaps")
@requires(any_of=(Permission.WHO_MAY_ASK, Permission.WHO_MAY_COLLEAGUES))
def gaps(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Today's gaps of a unit, as a fragment that comes after the answer to what was asked."""
    units = tree(db.session, on=today())
    unit = chosen_unit(units, within, actor)
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


def chosen_unit(units: Tree, within: Reach, actor: Actor) -> Node | None:
    """The unit of the address, NotFound when it is out of reach; else the first team of her own, or within reach."""
    asked = request.args.get("unit", type=int)
    if asked is not None:
        return units.get(asked, within)
    reachable = units.reached(within)
    own = [assigned.path for assigned in actor.roles]
    leaves = [node for node in reachable if units.is_leaf(node)]
    return next((node for node in leaves if node.path in own), leaves[0] if leaves else next(iter(reachable), None))
