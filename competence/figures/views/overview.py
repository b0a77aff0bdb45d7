"""The overview of a municipality or a district: key figures, the heat map, what to act on, the districts side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.heat import total
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import SHIFT_NAMES, SMALLEST_GROUP
from competence.coverage.views.choices import day_of
from competence.coverage.views.figures import hides_small
from competence.figures.look import Look
from competence.figures.queries.kept import look_kept, months_kept, targets
from competence.figures.queries.learnt import learnt
from competence.figures.queries.live import look_now
from competence.figures.rules import AIMS, FIGURE_NAMES, PERIOD_NAMES, Figure, Period, Sums, first_of
from competence.figures.views.acts import Act, acts, good_news
from competence.figures.views.cards import (
    Card,
    LearntCard,
    Past,
    cards,
    learnt_card,
    month_name,
    past_of,
    period_begins,
)
from competence.figures.views.compare import Compared, compare
from competence.figures.views.heat import HeatMap, draw, heat_map
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.text import N_
from competence.foundation.web import db

bp = Blueprint("figures", __name__, url_prefix="/overview")

EITHER = (Permission.COVERAGE_READ, Permission.COVERAGE_COUNTS)


@dataclass(frozen=True)
class Chosen:
    """What the address asks for."""

    on: date
    period: Period
    opened: int | None
    later: date | None = None
    """A day to come that the address asked for: the overview shows today instead, the forecast that day."""

    @property
    def past(self) -> bool:
        """Whether a day that is over is asked for: the figures that were kept in its month."""
        return self.on < today()

    @property
    def ahead(self) -> dict[str, str]:
        """The day to come as an address asks for it; empty where there is none."""
        return {"on": self.later.isoformat()} if self.later else {}

    def query(self, **changed: Any) -> str:
        """The address's part from "?" on, with something changed; empty when nothing is chosen."""
        said = {
            "on": self.on.isoformat() if self.past else None,
            "period": self.period.value if self.period is not Period.QUARTER else None,
        } | changed  # fmt: skip
        kept = [f"{key}={value}" for key, value in said.items() if value is not None]
        return f"?{'&'.join(kept)}" if kept else ""


def chosen() -> Chosen:
    """Of the request; what cannot be read is left out, as an address may be old."""
    args = request.args
    on = args.get("on", today(), type=day_of)
    return Chosen(
        min(on, today()),
        args.get("period", Period.QUARTER, type=Period),
        args.get("open", type=int),
        on if on > today() else None,
    )


@bp.get("")
@requires(any_of=EITHER)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All units within reach, or straight to the only one."""
    units = tree(db.session, on=today())
    tops = units.tops(within)
    if len(tops) == 1:
        asked = chosen()
        return redirect(url_for(".unit", unit_id=tops[0].id) + asked.query(**asked.ahead))
    return page(units, tops, None, actor, within)


@bp.get("/<int:unit_id>")
@requires(any_of=EITHER)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A unit and all below it."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if (later := chosen().later) is not None:
        return redirect(url_for("coverage.unit", unit_id=node.id, on=later.isoformat()))
    return page(units, [node], node, actor, within)


def looked(units: Tree, tops: Sequence[Node], asked: Chosen) -> Look | None:
    """The figures of today, or those that were kept in the month of a day that is over; None when none were."""
    if asked.past:
        return look_kept(db.session, tops, first_of(asked.on))
    return look_now(db.session, units, tops, since=period_begins(asked.on, asked.period))


def too_small(units: Tree, outer: Sequence[Node], tops: Sequence[Node], look: Look, asked: Chosen) -> frozenset[int]:
    """The units about whose people nothing is shown to a reader of numbers only, wherever she comes from.

    They are found among all that she sees figures of (`outer`), so that a unit which is left out there beside a small one
    is left out on its own page too. All are where the figures of a month were kept of these units and not of those.
    """
    if {one.id for one in outer} == {one.id for one in tops}:
        return look.too_small(tops)
    whole = looked(units, outer, asked)
    if whole is None:
        return frozenset(one.id for one in look.nodes)
    return whole.too_small([whole.units.by_id[one.id] for one in outer])


def _same_day(look: Look, asked: Chosen) -> str:
    """What goes with links from a day that is over."""
    return f"?on={look.on.isoformat()}" if asked.past else ""


@dataclass(frozen=True)
class Overview:
    """All that the overview shows, in the reader's language: the page, the report and the spreadsheets are made of it."""

    look: Look
    tops: Sequence[Node]
    node: Node | None
    asked: Chosen
    heat: HeatMap
    sums: Sums
    past: Past
    aims: Mapping[Figure, int]
    cards: list[Card]
    acts: list[Act]
    good: list[str]
    learnt: LearntCard
    districts: Compared | None
    hides: bool
    """Whether groups under five are hidden from the reader."""
    hidden: frozenset[int]
    """The units about whose people nothing is shown to her."""

    @property
    def small(self) -> bool:
        """Whether the unit itself is one of those."""
        return self.node is not None and self.node.id in self.hidden


def overview_of(
    units: Tree, tops: Sequence[Node], node: Node | None, actor: Actor, within: Reach, asked: Chosen
) -> Overview | None:
    """The figures of the units on the day of the address; None when none were kept then."""
    look = looked(units, tops, asked)
    if look is None:
        return None
    query = _same_day(look, asked)
    tops = [look.units.by_id[one.id] for one in tops]
    reads = all(actor.may(Permission.COVERAGE_READ, one.path) for one in tops)
    hides = hides_small(actor)
    outer = units.tops(within)
    hidden = too_small(units, outer, tops, look, asked) if hides else frozenset[int]()
    done = learnt(db.session, look.units, outer, period_begins(look.on, asked.period), look.on + timedelta(days=1))
    heat = heat_map(look, tops, node, opened=asked.opened, query=query, reads_past=reads, shifts_apart=not hides)
    aims = targets(db.session)
    sums = look.together(tops)
    thin = max(heat.lanes, key=lambda lane: lane.whole.vulnerable, default=None)
    most = (
        thin.node.name
        if thin is not None and thin.whole.vulnerable and not heat.by_shift and len(heat.lanes) > 1
        else ""
    )
    past = past_of(look, tops, asked.period)
    return Overview(
        look, tops, node, asked, heat, sums, past, aims,
        cards(look, sums, past, asked.period, aims, small=node is not None and node.id in hidden, most=most),
        acts(look, heat, node, actor, hidden, query), good_news(look, heat), learnt_card(done, tops, asked.period),
        compare(look, tops, aims, hidden, done), hides, hidden,
    )  # fmt: skip


def page(units: Tree, tops: Sequence[Node], node: Node | None, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The overview."""
    asked = chosen()
    found = overview_of(units, tops, node, actor, within, asked)
    if found is None:
        return nothing_kept(units, node, asked, within)
    look = found.look
    return render_template(
        "figures/overview.html",
        look=look, heat=found.heat, rows=draw(found.heat) if found.heat.fits else "", node=node, asked=asked,
        query=_same_day(look, asked), periods=PERIOD_NAMES, cards=found.cards, learnt=found.learnt, acts=found.acts,
        good=found.good, districts=found.districts,
        above=units.way_to(node, within) if node else [], hides=found.hides, smallest=SMALLEST_GROUP,
        updated=now(), people=None if found.small else found.sums.people,
        places=sum(len(look.leaves(top)) for top in found.tops),
        months=[(month_name(month), month) for month in sorted(found.past.months, reverse=True)],
        has_districts=any(look.units.children.get(top.id) for top in found.tops),
        may_aim=any(top.parent_id is None and actor.may(Permission.TARGET_WRITE, top.path) for top in found.tops),
    )  # fmt: skip


def nothing_kept(units: Tree, node: Node | None, asked: Chosen, within: Reach) -> ResponseReturnValue:
    """That no figures were kept in the month, with the months that have some."""
    kept = months_kept(db.session)
    return render_template(
        "figures/not_kept.html", node=node, above=units.way_to(node, within) if node else [], month=month_name(asked.on),
        months=[(month_name(month), on) for month, on in reversed(kept.items())],
    )  # fmt: skip


@bp.get("/units")
@requires(any_of=EITHER)
def all_units(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The units within reach side by side, or straight to those of the only one."""
    found = tree(db.session, on=today())
    tops = found.tops(within)
    if len(tops) == 1:
        return redirect(url_for(".units", unit_id=tops[0].id) + chosen().query())
    return side_by_side(found, tops, None, actor, within)


@bp.get("/<int:unit_id>/units")
@requires(any_of=EITHER)
def units(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The units below one side by side."""
    found = tree(db.session, on=today())
    node = found.get(unit_id, within)
    return side_by_side(found, [node], node, actor, within)


def side_by_side(
    units: Tree, tops: Sequence[Node], node: Node | None, actor: Actor, within: Reach
) -> ResponseReturnValue:
    """Districts on the same scale, and all units with their figures."""
    asked = chosen()
    look = looked(units, tops, asked)
    if look is None:
        return nothing_kept(units, node, asked, within)
    tops = [look.units.by_id[one.id] for one in tops]
    hides = hides_small(actor)
    outer = units.tops(within)
    hidden = too_small(units, outer, tops, look, asked) if hides else frozenset[int]()
    done = learnt(db.session, look.units, outer, period_begins(look.on, asked.period), look.on + timedelta(days=1))
    lines = lines_of(look, tops, hidden)
    return render_template(
        "figures/units.html",
        look=look, lines=lines, node=node, asked=asked, query=_same_day(look, asked), periods=PERIOD_NAMES,
        districts=compare(look, tops, targets(db.session), hidden, done), above=units.way_to(node, within) if node else [],
        hides=hides, smallest=SMALLEST_GROUP, updated=now(), any_hidden=bool(hidden),
    )  # fmt: skip


def lines_of(look: Look, tops: Sequence[Node], hidden: frozenset[int]) -> list[dict[str, Any]]:
    """Each unit with its figures, from the top down; of those `hidden` nothing about people is shown."""
    return [
        {
            "node": one, "depth": one.path.count("/") - tops[0].path.count("/"), "sums": look.sums[one.id],
            "hidden": one.id in hidden, "share": look.sums[one.id].value(Figure.MET),
            "planned": look.sums[one.id].share(Figure.EXPIRING), "wait": look.sums[one.id].value(Figure.WAIT),
            "is_team": look.units.is_leaf(one),
        }
        for one in look.nodes
    ]  # fmt: skip


@bp.get("/<int:unit_id>/area/<int:area_id>")
@requires(any_of=EITHER)
def area(unit_id: int, area_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How the units below stand in a subject area, those with most gaps first; on each shift, unless small groups are hidden."""
    asked = chosen()
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    look = looked(units, [node], asked)
    if look is None:
        return nothing_kept(units, node, asked, within)
    name = dict(look.areas).get(area_id)
    if name is None:
        raise NotFound
    hides = hides_small(actor)
    lines = area_lines(look, look.units.by_id[node.id], area_id, shifts_apart=not hides)
    return render_template(
        "figures/area.html",
        look=look, lines=lines, node=node, name=name, area_id=area_id, asked=asked, query=_same_day(look, asked),
        above=units.way_to(node, within), headings=[N_("Coverage")] if hides else list(SHIFT_NAMES.values()),
        opens=not asked.past or actor.may(Permission.COVERAGE_READ, node.path),
    )  # fmt: skip


def area_lines(look: Look, top: Node, area_id: int, *, shifts_apart: bool) -> list[dict[str, Any]]:
    """The units with needs in the area, those with most gaps first: by shift, or all shifts together."""
    lines: list[dict[str, Any]] = []
    for one in look.leaves(top):
        by_shift = look.by_shift(one, area_id)
        fields = by_shift if shifts_apart else [total(by_shift)]
        gaps, thin = sum(field.gaps for field in fields), sum(field.vulnerable for field in fields)
        if any(field.needs for field in fields):
            lines.append(
                {"node": one, "fields": fields, "gaps": gaps, "vulnerable": thin, "needs": sum(f.needs for f in fields)}
            )
    return sorted(lines, key=lambda line: (-line["gaps"], -line["vulnerable"]))


@bp.get("/how")
@requires(any_of=EITHER)
def how(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How each figure is counted."""
    return render_template("figures/how.html", names=FIGURE_NAMES, aims=AIMS, smallest=SMALLEST_GROUP)
