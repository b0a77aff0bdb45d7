"""Figures without names: the units below with their counts, and a team's have and need, where the way down ends."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from babel.numbers import format_decimal
from flask import render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach, Role
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.one import StopOver, stops_over
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.rostered import has_roster, roster_of
from competence.coverage.queries.wide import UnitCounts, unit_counts
from competence.coverage.rules import SHIFT_NAMES, SMALLEST_GROUP, STATUS_NAMES, Count, Shift, without_small
from competence.coverage.statements import spoken_count
from competence.coverage.views.drawing import TONES
from competence.coverage.views.heat_map import facts, good_news, heat_map
from competence.foundation.clock import now, today
from competence.foundation.web import db, language, say

NUMBERS_ONLY = frozenset({Role.DIRECTOR, Role.HR, Role.COMMITTEE})


def overview(units: Tree, tops: Sequence[Node], node: Node | None, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The units below with their counts of gaps; a unit opens its board, or its figures."""
    lists = [one for top in tops for one in units.below(top)]
    # As on a board: all units without units below them, and those above where people have fixed shifts.
    counted = {
        found.node.id: found
        for found in unit_counts(db.session, units, lists)
        if units.is_leaf(found.node) or any(found.by_shift.values())
    }
    hides = hides_small(actor)
    rows = []
    for one in lists:
        leaves = [counted[leaf.id] for leaf in units.below(one) if leaf.id in counted]
        rows.append(
            {
                "node": one,
                "depth": one.path.count("/") - tops[0].path.count("/"),
                "is_leaf": units.is_leaf(one),
                "gaps": sum(found.gaps for found in leaves),
                "vulnerable": sum(found.vulnerable for found in leaves),
                "gap_units": sum(bool(found.gaps) for found in leaves),
                "leaves": len(leaves),
                "people": sum(found.people for found in leaves),
                "own": counted[one.id].people if one.id in counted and not units.is_leaf(one) else 0,
            }
        )
    if hides:
        hide_people(rows)
    whole = [counted[leaf.id] for top in tops for leaf in units.below(top) if leaf.id in counted]
    heat = heat_map(units, tops, counted)
    return render_template(
        "coverage/overview.html",
        heat=heat, facts=facts(heat), good=good_news(heat), met=format_decimal(heat.whole.met, "0.0", locale=language()),
        node=node, rows=rows, hides=hides, smallest=SMALLEST_GROUP,
        gaps=sum(found.gaps for found in whole), vulnerable=sum(found.vulnerable for found in whole),
        above=units.way_to(node, within) if node else [],
        as_of=min((found.as_of for found in whole if found.as_of), default=None), updated=now(),
        too_many=node is not None and actor.may(Permission.COVERAGE_READ, node.path),
    )  # fmt: skip


def hides_small(actor: Actor) -> bool:
    """Whether she sees figures only as one of those from whom small groups are hidden."""
    able = {role.role for role in actor.roles} & (NUMBERS_ONLY | {Role.PLANNER})
    return bool(able) and not able & {Role.PLANNER} and not actor.may(Permission.COVERAGE_READ)


def hide_people(rows: Sequence[dict[str, Any]]) -> None:
    """Nothing; sizes under five are taken out, and one more where the hidden one could be found by subtraction.

    What a unit has besides the units below it is a group too, though no row shows it. Below a hidden size all is hidden.
    """
    shown = {row["node"].id: row for row in rows}
    beside: dict[int | None, dict[str, int]] = {}
    for row in rows:
        above = row["node"].parent_id if row["node"].parent_id in shown else None
        beside.setdefault(above, {})[str(row["node"].id)] = row["people"]
        if row["own"]:
            beside.setdefault(row["node"].id, {})["own"] = row["own"]
    hidden: set[int] = set()
    for sizes in beside.values():
        left = without_small(sizes, total_is_known=True)
        hidden |= {int(key) for key, size in left.items() if size is None and key != "own"}
    for row in rows:
        if hidden & {int(part) for part in row["node"].path.split("/") if part}:
            row["people"] = None


def counts_page(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A team's have and need without names: where the way down ends for those who see numbers only."""
    found = unit_counts(db.session, units, [node])[0]
    hides = hides_small(actor)
    hidden = {shift for shift in Shift if hides and found.by_shift[shift] < SMALLEST_GROUP}
    areas = counts_by_area(found, hidden)
    return render_template(
        "coverage/counts.html",
        node=node, found=found, areas=areas, hidden=hidden, hides=hides, smallest=SMALLEST_GROUP, shifts=list(Shift),
        shift_names=SHIFT_NAMES, status_names=STATUS_NAMES, tones=TONES, updated=now(),
        stops=stops_without_names(node, actor, hides=hides),
        above=units.way_to(node, within), on_duty=on_duty_today(node, actor),
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


def counts_by_area(found: UnitCounts, hidden: set[Shift]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(area, rows) of the tasks that the unit needs; a figure about fewer than five is None."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for task in tasks_on(db.session, today()):
        if not any((task.id, shift) in found.needs for shift in Shift):
            continue
        fields = []
        for shift in Shift:
            stated = found.needs.get((task.id, shift))
            count = Count(found.have.get((task.id, shift), 0), stated.need.need if stated else None)
            fields.append({"count": count, "hidden": shift in hidden, "spoken": say(spoken_count(shift, count))})
        areas.setdefault(task.area, []).append({"task": task, "fields": fields})
    return list(areas.items())
