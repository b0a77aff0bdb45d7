"""What to act on: at most three things, each a sentence with one button that is there; and what goes well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import ngettext

from competence.access.rules import Actor, Permission
from competence.coverage.heat import NOTHING
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node
from competence.coverage.rules import Shift
from competence.figures.look import Look
from competence.figures.queries.kept import without_gaps
from competence.figures.rules import Figure, Sums, first_of
from competence.figures.views.heat import HeatMap, Lane, gaps_in_words
from competence.foundation.clock import add_months, today
from competence.foundation.text import N_
from competence.foundation.web import db, listed, number, say
from competence.foundation.web import spoken as _

MOST_NAMED = 4
MOST_ACTS = 3
FEW_MONTHS = 6
"""So far back it is asked whether a unit has had no gaps."""

ON_SHIFT = {
    Shift.DAY: N_("Most are in the daytime."),
    Shift.EVENING: N_("Most are in the evening."),
    Shift.NIGHT: N_("Most are at night."),
}


@dataclass(frozen=True)
class Act:
    """What to act on, in words, with where it leads."""

    heading: str
    text: str
    url: str
    button: str


def acts(look: Look, heat: HeatMap, node: Node | None, actor: Actor, hidden: frozenset[int], query: str) -> list[Act]:
    """The three that matter most of: the largest gap in common, what lapses without a plan, the longest wait, critical gaps,
    the unit with most gaps."""
    if not heat.fits:
        return []
    if heat.by_shift:
        alone = [_lapsing(look, node, actor, hidden, query), _critical(heat, query)]
        return [one for one in alone if one is not None]
    found = [
        _common(look, heat, node, query), _lapsing(look, node, actor, hidden, query), _waiting(look, heat, node, hidden, query),
        _critical(heat, query), _thinnest(heat, query),
    ]  # fmt: skip
    return [one for one in found if one is not None][:MOST_ACTS]


def _units(heat: HeatMap) -> list[Lane]:
    return [lane for lane in heat.lanes if not lane.depth]


def _common(look: Look, heat: HeatMap, node: Node | None, query: str) -> Act | None:
    """The area with most gaps, where several units share it."""
    area, name = max(heat.areas, key=lambda item: heat.rows[item[0]].gaps)
    some = [lane for lane in _units(heat) if lane.fields.get(area, NOTHING).gaps]
    if len(some) < 2:
        return None
    shifts = look.shifts_of(area)
    most = max(range(len(shifts)), key=shifts.__getitem__)
    when = say(ON_SHIFT[tuple(Shift)[most]]) if 2 * shifts[most] > sum(shifts) else ""
    named = listed([lane.node.name for lane in sorted(some, key=lambda lane: -lane.fields[area].gaps)[:MOST_NAMED]])
    heading = _(
        "%(area)s is the largest gap in common: %(gaps)s in %(units)s of %(all)s units",
        area=name, gaps=gaps_in_words(heat.rows[area].gaps), units=len(some), all=len(_units(heat)),
    )  # fmt: skip
    url = heat.area_urls.get(area) or max(some, key=lambda lane: lane.fields[area].gaps).links.get(area, "")
    return Act(
        heading, f"{when} {_('Most in %(units)s.', units=named)}".strip(), url, _("See the gaps in %(area)s", area=name)
    )


def _lapsing(look: Look, node: Node | None, actor: Actor, hidden: frozenset[int], query: str) -> Act | None:
    """What lapses without a plan, and the tasks it is most about."""
    if not look.unplanned or (node is not None and node.id in hidden):
        return None
    total = sum(look.unplanned.values())
    names = {task.id: task.name for task in tasks_on(db.session, today())}
    most = sorted(look.unplanned.items(), key=lambda item: (-item[1], item[0]))[:2]
    heading = ngettext(
        "%(number)s signature lapses soon without a plan",
        "%(number)s signatures lapse soon without a plan",
        total,
        number=number(total),
    )
    text = _(
        "%(number)s of them are %(tasks)s.",
        number=number(sum(count for _task, count in most)), tasks=listed([names[task] for task, _count in most]),
    )  # fmt: skip
    leaves = [one for one in look.nodes if one.id in look.places and one.id not in hidden]
    worst = max(leaves, key=lambda one: look.sums[one.id].expiring - look.sums[one.id].renewing, default=None)
    if worst is None:
        return None
    left = look.sums[worst.id].expiring - look.sums[worst.id].renewing
    if len(leaves) > 1:
        text += " " + _("Most in %(unit)s: %(number)s.", unit=worst.name, number=number(left))
    if actor.may(Permission.COVERAGE_READ, worst.path):
        return Act(
            heading, text, url_for("coverage.unit", unit_id=worst.id, expiring=1), _("See %(unit)s", unit=worst.name)
        )
    return Act(heading, text, _compared(node, query), _("See all units"))


def _waiting(look: Look, heat: HeatMap, node: Node | None, hidden: frozenset[int], query: str) -> Act | None:
    """Where a signature takes longest, when it takes at least twice what is usual there."""
    whole = Sums(waits=tuple(days for lane in _units(heat) for days in look.sums[lane.node.id].waits)).value(
        Figure.WAIT
    )
    by_unit = [
        (wait, lane.node.name)
        for lane in _units(heat)
        if lane.node.id not in hidden and (wait := look.sums[lane.node.id].value(Figure.WAIT)) is not None
    ]
    slow = sorted(
        (one for one in by_unit if whole is not None and one[0] >= 2 * whole and one[0] > whole), reverse=True
    )[:2]
    if not slow or whole is None:
        return None
    return Act(
        _("A signature takes longest in %(units)s", units=listed([name for _wait, name in slow])),
        _(
            "%(days)s days from request to signature; the median of all is %(all)s.",
            days=listed([number(round(wait)) for wait, _name in slow]), all=number(round(whole)),
        ),
        _compared(node, query), _("Compare the units"),
    )  # fmt: skip


def _critical(heat: HeatMap, query: str) -> Act | None:
    """Gaps in critical tasks."""
    some = sorted(
        (lane for lane in _units(heat) if lane.whole.critical_gaps), key=lambda lane: -lane.whole.critical_gaps
    )
    if not some:
        return None
    total = heat.whole.critical_gaps
    names = list(dict.fromkeys(lane.node.name for lane in some))
    text = _("In %(units)s.", units=listed(names[:MOST_NAMED]))
    if len(names) > MOST_NAMED:
        text = _("In %(units)s and %(more)s more.", units=", ".join(names[:MOST_NAMED]), more=len(names) - MOST_NAMED)
    return Act(
        ngettext("%(num)s gap is in a critical task", "%(num)s gaps are in critical tasks", total), text, some[0].url,
        _("See %(unit)s", unit=some[0].node.name),
    )  # fmt: skip


def _thinnest(heat: HeatMap, query: str) -> Act | None:
    """The unit with most gaps."""
    units = _units(heat)
    worst = max(units, key=lambda lane: lane.whole.gaps)
    if worst.whole.gaps < 2 or len(units) < 2:
        return None
    most = max(heat.areas, key=lambda item: worst.fields.get(item[0], NOTHING).gaps)
    return Act(
        _("%(unit)s has most gaps: %(gaps)s", unit=worst.node.name, gaps=gaps_in_words(worst.whole.gaps)),
        _("Most of them in %(area)s.", area=most[1]), worst.url, _("See %(unit)s", unit=worst.node.name),
    )  # fmt: skip


def _compared(node: Node | None, query: str) -> str:
    url = url_for("figures.units", unit_id=node.id) if node else url_for("figures.all_units")
    return str(url) + query


def good_news(look: Look, heat: HeatMap) -> list[str]:
    """What is going well: a unit without gaps for months, areas that are covered everywhere."""
    if not heat.fits or heat.by_shift:
        return []
    said = []
    whole = [lane for lane in heat.lanes if lane.whole.needs and not lane.whole.gaps]
    if whole and len(heat.lanes) > 1:
        said.append(_for_months(look, whole))
    areas = [name for area, name in heat.areas if not heat.rows[area].gaps]
    if areas and len(heat.lanes) > 1:
        said.append(_("Covered in all units: %(areas)s.", areas=listed(areas[:MOST_NAMED])))
    return said


def _for_months(look: Look, whole: Sequence[Lane]) -> str:
    month = first_of(look.on)
    first = add_months(month, -FEW_MONTHS)
    without = without_gaps(db.session, [lane.node.id for lane in whole], first)
    months = {lane.node.id: _in_a_row(without.get(lane.node.id, set()), month) for lane in whole}
    best = max(months.values())
    if not best:
        return _("There are no gaps in %(units)s.", units=listed([lane.node.name for lane in whole[:MOST_NAMED]]))
    names = [lane.node.name for lane in whole if months[lane.node.id] == best]
    return str(
        ngettext(
            "There are no gaps in %(units)s, nor were there a month ago.",
            "There are no gaps in %(units)s, nor were there in any of the last %(num)s months.",
            best,
            units=listed(names[:MOST_NAMED]),
        )
    )


def _in_a_row(months: set[date], month: date) -> int:
    """How many months right before the month are among them."""
    found = 0
    while add_months(month, -found - 1) in months:
        found += 1
    return found
