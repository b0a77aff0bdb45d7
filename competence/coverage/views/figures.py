"""Figures without names: a team's have and need, where the way down ends."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach, Role
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.one import StopOver, stops_over
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.rostered import has_roster, roster_of
from competence.coverage.queries.wide import UnitCounts, unit_counts
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES, SMALLEST_GROUP, Count, DayKind, Shift
from competence.coverage.small import hidden_shifts
from competence.coverage.statements import spoken_count
from competence.coverage.views.drawing import TONES
from competence.foundation.clock import now, today
from competence.foundation.web import db, say

NUMBERS_ONLY = frozenset({Role.DIRECTOR, Role.HR, Role.COMMITTEE})


def hides_small(actor: Actor) -> bool:
    """Whether she sees figures only as one of those from whom small groups are hidden."""
    able = {role.role for role in actor.roles} & (NUMBERS_ONLY | {Role.PLANNER})
    return bool(able) and not able & {Role.PLANNER} and not actor.may(Permission.COVERAGE_READ)


def counts_page(
    units: Tree, node: Node, actor: Actor, within: Reach, *, on: date, days: DayKind | None = None
) -> ResponseReturnValue:
    """A team's have and need on the day without names: where the way down ends for those who see numbers only."""
    found = unit_counts(db.session, units, [node], days=days, on=on)[0]
    hides = hides_small(actor)
    hidden = hidden_shifts(found.by_shift) if hides else set()
    only = request.args.get("area", type=int)
    areas = counts_by_area(found, hidden, on, only=only)
    return render_template(
        "coverage/counts.html", on=on, today=today(), days=days, day_kinds=DAY_KIND_NAMES,
        node=node, found=found, areas=areas, hidden=hidden, hides=hides, smallest=SMALLEST_GROUP, shifts=list(Shift),
        shift_names=SHIFT_NAMES, tones=TONES, updated=now(),
        stops=stops_without_names(node, actor, hides=hides) if on == today() else [],
        above=units.way_to(node, within), only=only, on_duty=on_duty_today(node, actor) if on == today() else {},
    )  # fmt: skip


def on_duty_today(node: Node, actor: Actor) -> dict[int, dict[Shift, Count]]:
    """Task -> shift -> the count by today's roster, for whoever sees the roster; empty where there is none."""
    on = today()
    if not actor.may(Permission.ROSTER_READ, node.path) or not has_roster(db.session, [node.id], on=on):
        return {}
    found: dict[int, dict[Shift, Count]] = {}
    for (_day, shift), manned in roster_of(db.session, node, first=on, days=1).shifts.items():
        for task, count in manned.counts.items():
            found.setdefault(task, {})[shift] = count
    return found


def stops_without_names(node: Node, actor: Actor, *, hides: bool) -> list[StopOver]:
    """The stops over the unit for whoever sees stops; who gave them only for those who may see names."""
    found = stops_over(db.session, node, now()) if actor.may(Permission.STOP_READ, node.path) else []
    return [replace(stop, by=None) for stop in found] if hides else found


def counts_by_area(
    found: UnitCounts, hidden: set[Shift], on: date, *, only: int | None = None
) -> list[tuple[str, list[dict[str, Any]]]]:
    """(area, rows) of the tasks that the unit needs, of one area when it is named; of a `hidden` shift nothing is shown."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for task in tasks_on(db.session, on):
        if only not in (None, task.area_id) or not any((task.id, shift) in found.needs for shift in Shift):
            continue
        fields = []
        for shift in Shift:
            stated = found.needs.get((task.id, shift))
            count = Count(found.have.get((task.id, shift), 0), stated.need.need if stated else None)
            fields.append({"count": count, "hidden": shift in hidden, "spoken": say(spoken_count(shift, count))})
        areas.setdefault(task.area, []).append({"task": task, "fields": fields})
    return list(areas.items())
