"""The heat map: subject areas x units where few lie side by side, districts x subject areas where they are many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import url_for
from flask_babel import ngettext
from markupsafe import Markup, escape

from competence.coverage.heat import NOTHING, Field, total
from competence.coverage.queries.places import Node
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.figures.look import Look, field_of
from competence.foundation.web import say
from competence.foundation.web import spoken as _

MOST_SIDE_BY_SIDE = 16
"""So many units fit beside each other."""


@dataclass(frozen=True)
class Lane:
    """A unit of the heat map with its fields: a column, or where they are many a row."""

    node: Node
    name: str
    """In a column without the word that all of them begin with."""
    url: str
    fields: Mapping[int, Field]
    """Area -> how it stands there, with all below it."""
    whole: Field
    links: Mapping[int, str]
    """Area -> where its field leads; empty: nowhere."""
    depth: int = 0
    toggle: str = ""
    """Where the units below are opened, or closed again."""
    is_open: bool = False


@dataclass(frozen=True)
class HeatMap:
    """How many of the needs are met, and how many gaps there are, by subject area and unit."""

    areas: tuple[tuple[int, str], ...]
    area_urls: Mapping[int, str]
    lanes: tuple[Lane, ...]
    groups: tuple[tuple[str, int], ...]
    """(name, number of columns) of the units in which the columns lie; empty when they all lie in one."""
    rows: Mapping[int, Field]
    """Area -> all units together."""
    tall: bool
    """Whether units are rows."""
    by_shift: bool = False
    """Whether it is about one unit, with its shifts as columns."""

    @property
    def whole(self) -> Field:
        """All areas of all units together."""
        return total(self.rows.values())

    @property
    def fits(self) -> bool:
        """Whether there is something to show."""
        return bool(self.areas) and bool(self.lanes)


def heat_map(
    look: Look, tops: Sequence[Node], node: Node | None, *, opened: int | None, query: str, reads_past: bool,
    shifts_apart: bool = True,
) -> HeatMap:  # fmt: skip
    """The units with needs side by side; where they are too many, the districts, of which one may be opened.

    `query` ("?on=...") goes with every link. `reads_past`: whether the boards of the look's day may be opened too.
    `shifts_apart`: a single unit has its shifts side by side.
    """
    areas = tuple(look.shown_areas)
    leaves = [one for top in tops for one in look.leaves(top)]
    tall = len(leaves) > MOST_SIDE_BY_SIDE
    to = _Links(look, query, past=bool(query), reads_past=reads_past)
    alone = leaves[0] if len(leaves) == 1 and shifts_apart else None
    if alone is not None:
        lanes = tuple(to.shift(alone, areas, at, shift) for at, shift in enumerate(Shift))
    elif tall:
        lanes = tuple(_tall(look, tops, opened, to))
    else:
        names = _short([one.name for one in leaves])
        lanes = tuple(to.lane(one, name) for one, name in zip(leaves, names, strict=True))
    above = [
        look.units.by_id[one.node.parent_id].name if one.node.parent_id in look.units.by_id else "" for one in lanes
    ]
    groups = tuple((name, len(list(some))) for name, some in groupby(above))
    urls = (
        {area: url_for("figures.area", unit_id=node.id, area_id=area) + query for area, _name in areas} if node else {}
    )
    return HeatMap(
        areas, urls, lanes, groups if len(groups) > 1 and not tall else (), look.rows(tops), tall, alone is not None
    )


def _tall(look: Look, tops: Sequence[Node], opened: int | None, to: "_Links") -> list[Lane]:
    """The units right below, in their own order; after the one that is opened those below it."""
    found: list[Lane] = []
    firsts = [child for top in tops for child in look.units.children.get(top.id, ()) if look.leaves(child)]
    for one in firsts or list(tops):
        below = [leaf for leaf in look.leaves(one) if leaf.id != one.id]
        found.append(to.lane(one, one.name, toggles=bool(below), is_open=one.id == opened))
        if one.id == opened:
            found += [to.lane(leaf, leaf.name, depth=1) for leaf in below]
    return found


class _Links:
    """Where the fields of a unit lead: to a team's counts in the area, to the teams of a district in it."""

    def __init__(self, look: Look, query: str, *, past: bool, reads_past: bool) -> None:
        self._look, self._query = look, query
        self._board = f"{url_for('coverage.index')}/"
        self._own = f"{url_for('figures.index')}/"
        self._dead = past and not reads_past
        self._and = query.replace("?", "&", 1)

    def shift(self, node: Node, areas: Sequence[tuple[int, str]], at: int, shift: Shift) -> Lane:
        fields = {area: one for area, _name in areas if (one := self._look.by_shift(node, area)[at]).needs}
        url = f"{self._board}{node.id}?shift={shift}{self._and}"
        links = (
            {}
            if self._dead
            else {area: f"{self._board}{node.id}?area={area}&shift={shift}{self._and}" for area in fields}
        )
        return Lane(node, say(SHIFT_NAMES[shift]), url, fields, total(fields.values()), links)

    def lane(self, node: Node, name: str, *, depth: int = 0, toggles: bool = False, is_open: bool = False) -> Lane:
        fields = self._look.fields(node)
        is_team = self._look.units.is_leaf(node)
        if self._dead and is_team:
            links: dict[int, str] = {}
        elif is_team:
            links = {area: f"{self._board}{node.id}?area={area}{self._and}" for area in fields}
        else:
            links = {area: f"{self._own}{node.id}/area/{area}{self._query}" for area in fields}
        opens = f"{self._query or '?'}{'&' if self._query else ''}open={0 if is_open else node.id}#unit-{node.id}"
        url = f"{self._board if is_team and not self._dead else self._own}{node.id}{self._query}"
        whole = field_of(self._look.sums[node.id])
        return Lane(node, name, url, fields, whole, links, depth, opens if toggles else "", is_open)


def _short(names: Sequence[str]) -> list[str]:
    first = {name.split(" ")[0] for name in names}
    alike = len(first) == 1 and all(" " in name for name in names)
    return [name.split(" ", 1)[1] if alike else name for name in names]


def gaps_in_words(number: int) -> str:
    """As "2 gaps"."""
    return str(ngettext("%(num)s gap", "%(num)s gaps", number))


def words_of(one: Field) -> str:
    """What stands under a field's number: the gaps, else how many are vulnerable; empty when all is well."""
    if one.critical_gaps == 1 and one.gaps == 1:
        return _("1 critical")
    if one.gaps:
        return gaps_in_words(one.gaps)
    return _("%(number)s vuln.", number=one.vulnerable) if one.vulnerable else ""


def draw(heat: HeatMap) -> Markup:
    """The rows of the table: joined strings, as there may be a thousand fields."""
    return _draw_tall(heat) if heat.tall else _draw_wide(heat)


def _draw_wide(heat: HeatMap) -> Markup:
    parts = []
    for area, name in heat.areas:
        fields = "".join([_cell(lane.fields.get(area), lane.links.get(area, "")) for lane in heat.lanes])
        parts.append(f"<tr>{_heading(name, heat.area_urls.get(area, ''))}{fields}{_sum(heat.rows[area])}</tr>\n")
    sums = "".join([_sum(lane.whole) for lane in heat.lanes])
    parts.append(f"<tr class=kt-heat-all>{_heading(_('All subject areas'))}{sums}{_sum(heat.whole)}</tr>")
    return Markup("".join(parts))  # noqa: S704 - names are escaped where they are put in


def _draw_tall(heat: HeatMap) -> Markup:
    parts = []
    for lane in heat.lanes:
        fields = "".join([_cell(lane.fields.get(area), lane.links.get(area, "")) for area, _name in heat.areas])
        opens = ""
        if lane.toggle:
            sign, text = ("−", _("Close")) if lane.is_open else ("+", _("Open"))
            opens = (
                f'<a class="kt-heat-open kt-bare" href="{escape(lane.toggle)}" aria-expanded={"true" if lane.is_open else "false"}>'
                f"<span aria-hidden=true>{sign}</span><i class=kt-hidden>{escape(text)} {escape(lane.name)}</i></a>"
            )
        name = f'<a href="{escape(lane.url)}">{escape(lane.name)}</a>'
        heading = f'<th scope=row id=unit-{lane.node.id}><span class="kt-heat-unit kt-depth-{lane.depth}">{opens}{name}</span></th>'
        parts.append(f"<tr>{heading}{fields}{_sum(lane.whole)}</tr>\n")
    sums = "".join([_sum(heat.rows.get(area, NOTHING)) for area, _name in heat.areas])
    parts.append(f"<tr class=kt-heat-all>{_heading(_('In all'))}{sums}{_sum(heat.whole)}</tr>")
    return Markup("".join(parts))  # noqa: S704 - names are escaped where they are put in


def _heading(name: str, url: str = "") -> str:
    inner = f'<a href="{escape(url)}">{escape(name)}</a>' if url else str(escape(name))
    return f"<th scope=row>{inner}</th>"


def _cell(one: Field | None, url: str) -> str:
    if one is None or not one.needs:
        return "<td><span class=kt-heat-none>–</span></td>"
    inner = f"<b>{one.whole_met}<i class=kt-hidden> %</i></b> {escape(words_of(one))}"
    if url:
        return f'<td><a href="{escape(url)}" class="kt-bare kt-heat-{one.heat}">{inner}</a></td>'
    return f"<td><span class=kt-heat-{one.heat}>{inner}</span></td>"


def _sum(one: Field) -> str:
    if not one.needs:
        return "<td><span class=kt-heat-none>–</span></td>"
    number = f"<b>{one.whole_met}<i class=kt-hidden> %</i></b>"
    return f"<td><span class=kt-heat-sum>{number} {escape(gaps_in_words(one.gaps))}</span></td>"
