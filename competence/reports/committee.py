"""The overview as a report for the committee: the figures of the page on the same day, with numbers and words, no names."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Reach
from competence.access.web import requires
from competence.coverage import heat
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.figures.rules import PERIOD_NAMES, Figure
from competence.figures.views.cards import Card, LearntCard
from competence.figures.views.heat import words_of
from competence.figures.views.overview import EITHER, Overview, chosen, overview_of
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.text import N_
from competence.foundation.web import day, db, say
from competence.reports.committee_report import Field, HeatTable, KeyFigure, Report, committee_pdf
from competence.reports.coverage_files import language, named_file
from competence.reports.tables import districts_table

bp = Blueprint("committee", __name__, url_prefix="/overview")

MOST_ACROSS = 9
"""So many units stand beside each other on a sheet."""
COUNTED: Mapping[Figure, str] = {
    Figure.MET: N_("Needs that are met, of all needs: a task on a shift in a team."),
    Figure.GAPS: N_("Needs for which fewer with the shift may do the task than are needed."),
    Figure.VULNERABLE: N_("Needs that are met with nobody to spare, or by one person alone."),
    Figure.EXPIRING: N_("Rights by signature or delegation whose last day is near, 60 days as a rule."),
    Figure.WAIT: N_("Days from a request to the signature that closed it, the median of the period."),
}


@bp.get("/report.pdf")
@requires(any_of=EITHER)
def report_of_all(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All units within reach."""
    units = tree(db.session, on=today())
    return _report(units, units.tops(within), None, actor, within)


@bp.get("/<int:unit_id>/report.pdf")
@requires(any_of=EITHER)
def report(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A unit and all below it."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    return _report(units, [node], node, actor, within)


def _report(units: Tree, tops: Sequence[Node], node: Node | None, actor: Actor, within: Reach) -> ResponseReturnValue:
    found = overview_of(units, tops, node, actor, within, chosen())
    if found is None:
        raise NotFound
    name = named_file(node.name if node else g.municipality.name, _("report"), found.look.on.isoformat(), "pdf")
    return Response(
        committee_pdf(report_from(found), _, language=language()), mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )  # fmt: skip


def report_from(found: Overview) -> Report:
    """All that stands in the report."""
    node = found.node
    places = sum(len(found.look.leaves(top)) for top in found.tops)
    said = [
        _("Figures of %(day)s", day=day(found.look.on)),
        _("compared with: %(period)s", period=say(PERIOD_NAMES[found.asked.period]).lower()),
        ngettext("%(num)s team", "%(num)s teams", places),
    ]
    if not found.small:
        said.append(ngettext("%(num)s employee", "%(num)s employees", found.sums.people))
    notes = [_("Counted are those with fixed shift. Floaters and externals are not, nor is anybody who is away.")]
    if found.look.as_of:
        notes.append(_("Some figures are from %(day)s and are being counted again.", day=day(found.look.as_of)))
    if found.hides:
        notes.append(
            _(
                "Groups under %(number)s are hidden, also where they could be found by subtraction.",
                number=SMALLEST_GROUP,
            )
        )
    alone = node is not None and node.parent_id is not None
    return Report(
        g.municipality.name,
        _("Competences in %(unit)s", unit=node.name) if alone and node else _("Competences in elder care"),
        " · ".join(said), (*(_figure(card) for card in found.cards), _learnt(found.learnt)),
        tuple((one.heading, one.text) for one in found.acts),
        tuple(found.good), tuple(heat_tables(found)) if found.heat.fits else (),
        tuple(tuple(str(text) for text in row) for row in districts_table(found)) if found.districts else (), tuple(notes),
        _("Figures only. No names."), now(),
    )  # fmt: skip


def _figure(card: Card) -> KeyFigure:
    sign = {"▲": "+", "▼": "−"}.get(card.arrow, "")
    change = " · ".join(text for text in (sign + card.change, card.note) if text)
    value = f"{card.value} {card.unit}".strip()
    return KeyFigure(card.name, value, change, card.target, say(COUNTED[card.figure]))


def _learnt(card: LearntCard) -> KeyFigure:
    return KeyFigure(card.name, card.value, card.note, "", _("hours done of what the employees have said yes to"))


# The heat map.


def heat_tables(found: Overview) -> list[HeatTable]:
    """The heat map as tables that fit on a sheet: the units together, where they are many the districts and then each of them."""
    page = found.heat
    whole = [page.rows.get(area, heat.NOTHING) for area, _name in page.areas]
    if not page.tall and len(page.lanes) <= MOST_ACROSS:
        return [_table(found, "", [(lane.name, lane.fields) for lane in page.lanes], whole)]
    look = found.look
    firsts = [one for top in found.tops for one in look.units.children.get(top.id, ()) if look.leaves(one)]
    made = []
    if len(firsts) > 1:
        made += _tables(found, "", [(one.name, look.fields(one)) for one in firsts], whole)
    for name, some in _by_district(found):
        together = _sums([fields for _unit, fields in some], page.areas)
        made += _tables(found, name, some, together)
    return made


def _by_district(found: Overview) -> list[tuple[str, list[tuple[str, Mapping[int, heat.Field]]]]]:
    """(the unit above, its units with their fields), as they follow each other in the tree."""
    look = found.look
    leaves = [one for top in found.tops for one in look.leaves(top)]
    grouped = groupby(leaves, key=lambda one: look.units.by_id.get(one.parent_id or 0))
    return [(above.name if above else "", [(one.name, look.fields(one)) for one in some]) for above, some in grouped]


def _sums(some: Sequence[Mapping[int, heat.Field]], areas: Sequence[tuple[int, str]]) -> list[heat.Field]:
    return [heat.total(fields.get(area, heat.NOTHING) for fields in some) for area, _name in areas]


def _tables(
    found: Overview, title: str, columns: Sequence[tuple[str, Mapping[int, heat.Field]]], whole: Sequence[heat.Field]
) -> list[HeatTable]:
    """The columns over as many tables as they need, the sum of all in the last."""
    parts = [columns[at : at + MOST_ACROSS] for at in range(0, len(columns), MOST_ACROSS)]
    return [_table(found, title, part, whole if part is parts[-1] else None) for part in parts]


def _table(
    found: Overview, title: str, columns: Sequence[tuple[str, Mapping[int, heat.Field]]],
    whole: Sequence[heat.Field] | None,
) -> HeatTable:  # fmt: skip
    areas = found.heat.areas
    rows = []
    for at, (area, name) in enumerate(areas):
        fields = [_field(one.get(area)) for _unit, one in columns]
        rows.append((name, (*fields, *([_field(whole[at])] if whole is not None else []))))
    sums = [_field(heat.total(one.values())) for _unit, one in columns]
    if whole is not None:
        sums.append(_field(heat.total(whole)))
    rows.append((_("All subject areas"), tuple(sums)))
    heads = (*(name for name, _fields in columns), *([_("In all")] if whole is not None else []))
    return HeatTable(title, heads, tuple(rows))


def _field(one: heat.Field | None) -> Field:
    """Number and word, as the page says them; what needs nothing to be said is covered."""
    if one is None or not one.needs:
        return Field("–", "")
    tone = "hole" if one.gaps else "vulnerable" if one.vulnerable else ""
    return Field(f"{one.whole_met} %", words_of(one) or _("covered"), tone)
