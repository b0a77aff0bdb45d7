"""Units side by side: where the gaps are, by subject area, and what follows from it in a few sentences. No names of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.coverage.heat import NOTHING, Field, by_area, total
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.wide import UnitCounts
from competence.foundation.web import db, listed

MOST_SIDE_BY_SIDE = 16
"""So many units fit beside each other."""
MOST_NAMED = 4


@dataclass(frozen=True)
class Column:
    """A unit of the heat map, or a district with all below it."""

    node: Node
    name: str
    """Without the word that all of them begin with."""
    fields: Mapping[int, Field]
    """Area -> how it stands there."""

    @property
    def whole(self) -> Field:
        """All areas together."""
        return total(self.fields.values())


@dataclass(frozen=True)
class HeatMap:
    """Subject areas x units: how many of the needs are met, and how many gaps there are."""

    areas: tuple[tuple[int, str], ...]
    columns: tuple[Column, ...]
    groups: tuple[tuple[str, int], ...]
    """(name, number of columns) of the units in which the columns lie; empty when they all lie in one."""
    rows: Mapping[int, Field]
    """Area -> all units together."""

    @property
    def whole(self) -> Field:
        """All areas of all units together."""
        return total(self.rows.values())

    @property
    def fits(self) -> bool:
        """Whether there is something to show, in columns that can be read side by side."""
        return bool(self.areas) and 2 <= len(self.columns) <= MOST_SIDE_BY_SIDE


def heat_map(units: Tree, tops: Sequence[Node], counted: Mapping[int, UnitCounts], *, on: date) -> HeatMap:
    """The units where people work side by side; where they are too many, the districts. Reads nothing further."""
    tasks = tasks_on(db.session, on)
    areas = {task.id: task.area_id for task in tasks}
    critical = {task.id for task in tasks if task.critical}
    fields = {key: by_area(found.have, found.needs, areas, critical) for key, found in counted.items()}
    leaves = [one for top in tops for one in units.below(top) if one.id in counted]
    nodes = leaves
    if len(leaves) > MOST_SIDE_BY_SIDE:
        nodes = [child for top in tops for child in units.children.get(top.id, ())]
    first = {node.name.split(" ")[0] for node in nodes}
    alike = len(first) == 1 and all(" " in node.name for node in nodes)
    columns = tuple(
        Column(
            node,
            node.name.split(" ", 1)[1] if alike else node.name,
            together(fields[one.id] for one in units.below(node) if one.id in fields),
        )
        for node in nodes
    )
    above = [units.by_id[node.parent_id].name if node.parent_id in units.by_id else "" for node in nodes]
    groups = tuple((name, len(list(some))) for name, some in groupby(above))
    shown = {area for column in columns for area in column.fields}
    return HeatMap(
        tuple({task.area_id: task.area for task in tasks if task.area_id in shown}.items()), columns,
        groups if len(groups) > 1 else (), together(fields.values()),
    )  # fmt: skip


def together(some: Iterable[Mapping[int, Field]]) -> dict[int, Field]:
    """Several units' areas as one's."""
    found: dict[int, Field] = {}
    for fields in some:
        for area, field in fields.items():
            found[area] = found.get(area, NOTHING) + field
    return found


@dataclass(frozen=True)
class Fact:
    """What to act on, in words."""

    heading: str
    text: str
    node: Node | None = None
    """The unit that it leads to."""


def facts(heat: HeatMap) -> list[Fact]:
    """At most three things to act on: critical tasks, the area with most gaps in several units, the unit with most gaps."""
    if not heat.fits:
        return []
    found = []
    critical = [column for column in heat.columns if column.whole.critical_gaps]
    if critical:
        number = heat.whole.critical_gaps
        found.append(
            Fact(
                ngettext("%(num)s gap is in a critical task", "%(num)s gaps are in critical tasks", number),
                _("In %(units)s.", units=listed([column.node.name for column in critical[:MOST_NAMED]])),
            )
        )
    area, name = max(heat.areas, key=lambda item: heat.rows[item[0]].gaps)
    some = [column for column in heat.columns if column.fields.get(area, NOTHING).gaps]
    if len(some) > 1:
        found.append(
            Fact(
                _(
                    "%(area)s is the largest gap in common: %(gaps)s",
                    area=name,
                    gaps=gaps_in_words(heat.rows[area].gaps),
                ),
                _("In %(units)s of %(all)s units.", units=len(some), all=len(heat.columns)),
            )
        )
    thinnest = max(heat.columns, key=lambda column: column.whole.gaps)
    if thinnest.whole.gaps > 1:
        most = max(heat.areas, key=lambda item: thinnest.fields.get(item[0], NOTHING).gaps)
        found.append(
            Fact(
                _("%(unit)s has most gaps: %(gaps)s", unit=thinnest.node.name, gaps=gaps_in_words(thinnest.whole.gaps)),
                _("Most of them in %(area)s.", area=most[1]),
                thinnest.node,
            )
        )
    return found


def good_news(heat: HeatMap) -> list[str]:
    """What is going well: units without gaps, areas that are covered everywhere."""
    if not heat.fits or not heat.whole.gaps:
        return []
    units = [column.node.name for column in heat.columns if column.fields and not column.whole.gaps]
    areas = [name for area, name in heat.areas if not heat.rows[area].gaps]
    said = []
    if units:
        said.append(_("There are no gaps in %(units)s.", units=listed(units[:MOST_NAMED])))
    if areas:
        said.append(_("Covered in all units: %(areas)s.", areas=listed(areas[:MOST_NAMED])))
    return said


def gaps_in_words(number: int) -> str:
    """As "2 gaps"."""
    return str(ngettext("%(num)s gap", "%(num)s gaps", number))
