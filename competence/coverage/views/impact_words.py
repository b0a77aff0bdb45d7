"""What a draft would do, in words: sentences with the lists behind them, gaps, and the lines of the panel beside the editor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from competence.access.rules import Reach
from competence.coverage.effects import KIND_NAMES, GapChange, Hit, Kind
from competence.coverage.queries.impact import Impact
from competence.coverage.queries.places import Tree
from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES, DayKind, Shift
from competence.foundation.web import listed as in_a_row
from competence.foundation.web import number, say

MOST_LISTED = 200
"""Lines of a list; of more, the rest is a number."""
NAMED = 3
"""Places that a line of the panel names; of more, the rest is a number."""


@dataclass(frozen=True)
class Listed:
    """A number in a sentence, and the list behind it."""

    kind: Kind
    sentence: str
    units: list[tuple[str, list[str]]]
    """(unit, a line for each person and task) of those within the reader's reach."""
    unseen: int
    """Lines about people out of the reader's reach, or beyond the longest list."""


@dataclass(frozen=True)
class Line:
    """A figure of the panel beside the editor, and what it counts."""

    figure: str
    title: str
    text: str = ""
    warns: bool = False


def sentences(found: Impact, minutes: int) -> list[tuple[Kind, str]]:
    """A sentence for each thing that happens to somebody, with the hours that the training takes; of `minutes` each time."""
    said = []
    for kind in Kind:
        if not (persons := found.persons(kind)):
            continue
        text = ngettext("%(num)s person: %(what)s.", "%(num)s persons: %(what)s.", persons, what=say(KIND_NAMES[kind]))
        if kind is Kind.MUST and found.times:
            text += " " + training(found, minutes)
        said.append((kind, text))
    return said


def training(found: Impact, minutes: int) -> str:
    """How many observed times the training takes, and about how many hours."""
    return str(
        ngettext(
            "That takes %(num)s observed time, about %(hours)s hours.",
            "That takes %(num)s observed times, about %(hours)s hours.",
            found.times, hours=format_decimal(-(-found.times * minutes // 60)),
        )
    )  # fmt: skip


def listed(found: Impact, units: Tree, within: Reach, minutes: int) -> list[Listed]:
    """The sentences with the list behind each number, unit by unit; what happens to nobody is left out."""
    tasks = {change.task_id: change.task for change in found.changes}
    lists = []
    for kind, sentence in sentences(found, minutes):
        hits = found.of(kind)
        seen = [hit for hit in hits if (node := units.by_id.get(hit.unit_id)) is not None and within.covers(node.path)]
        seen.sort(key=lambda hit: (units.by_id[hit.unit_id].name, found.people[hit.employment_id].name, hit.task_id))
        at: dict[int, list[str]] = {}
        for hit in seen[:MOST_LISTED]:
            at.setdefault(hit.unit_id, []).append(_line(hit, found, tasks))
        shown = [(units.by_id[unit].name, lines) for unit, lines in at.items()]
        lists.append(Listed(kind, sentence, shown, len(hits) - sum(len(lines) for _unit, lines in shown)))
    return lists


def _line(hit: Hit, found: Impact, tasks: Mapping[int, str]) -> str:
    text = f"{found.people[hit.employment_id].name}: {tasks.get(hit.task_id, '')}"
    if hit.kind in (Kind.LOSES, Kind.LOW, Kind.KEEPS):
        return str(_("%(line)s (today level %(level)s)", line=text, level=hit.before))
    if hit.kind is Kind.MUST and hit.times:
        return f"{text} ({ngettext('%(num)s time left', '%(num)s times left', hit.times)})"
    return text


def gaps(found: Impact, units: Tree, within: Reach) -> tuple[list[str], list[str]]:
    """The gaps that open and those that close, each as a line, worst first; the same on all days is said once."""
    tasks = {change.task_id: change.task for change in found.changes}
    shown = [one for one in found.gaps if within.covers(units.by_id[one.unit_id].path)]

    def lines(some: Iterable[GapChange]) -> list[str]:
        days: dict[tuple[int, int, Shift, int, int, int], list[DayKind]] = {}
        for one in some:
            key = one.unit_id, one.task_id, one.shift, one.before, one.after, one.need
            days.setdefault(key, []).append(one.days)
        worst_first = sorted(
            days.items(), key=lambda item: (item[0][4] - item[0][5], units.by_id[item[0][0]].name, item[0][1:3])
        )
        return [
            str(
                _(
                    "%(unit)s, %(shift)s (%(days)s): %(task)s. Have %(before)s today, %(after)s then, the requirement is %(need)s.",
                    unit=units.by_id[unit].name, shift=say(SHIFT_NAMES[shift]),
                    days=_("all days") if len(kinds) > 1 else say(DAY_KIND_NAMES[kinds[0]]),
                    task=tasks.get(task, ""), before=before, after=after, need=need,
                )
            )
            for (unit, task, shift, before, after, need), kinds in worst_first
        ]  # fmt: skip

    return lines(one for one in shown if one.opens), lines(one for one in shown if one.closes)


def panel_lines(found: Impact, units: Tree, minutes: int) -> list[Line]:
    """The figures beside the editor: what the draft as a whole would do, the worst last but never left out."""
    lines = []
    if new := len({hit.person_id for hit in (*found.of(Kind.GAINS), *found.of(Kind.OPENS))}):
        title = ngettext("person gets a new possibility", "persons get a new possibility", new)
        lines.append(Line(number(new), str(title), _by_group(found, Kind.OPENS)))
    closing = places(found, units, closing=True)
    if closing:
        title = ngettext("gap closes", "gaps close", len(closing))
        lines.append(Line(number(len(closing)), str(title), _named(closing)))
    if must := found.persons(Kind.MUST):
        hours = training(found, minutes) if found.times else ""
        lines.append(Line(number(must), str(_("must be trained")), hours))
    if low := found.persons(Kind.LOW):
        lines.append(
            Line(number(low), str(_("must be lifted to a higher level")), _of_tasks(found, Kind.LOW), warns=True)
        )
    if lost := len({hit.person_id for hit in (*found.of(Kind.LOSES), *found.of(Kind.CLOSES))}):
        title = ngettext("person loses a task", "persons lose a task", lost)
        lines.append(Line(number(lost), str(title), _of_tasks(found, Kind.LOSES), warns=bool(found.of(Kind.LOSES))))
    opening = places(found, units, closing=False)
    title = ngettext("new gap opens", "new gaps open", len(opening))
    lines.append(Line(number(len(opening)), str(title), _named(opening), warns=bool(opening)))
    return lines


def places(found: Impact, units: Tree, *, closing: bool) -> list[str]:
    """The shifts of units where gaps close, or open, each once for every task: "Team Havnen nat"."""
    seen = {
        (one.unit_id, one.task_id, one.shift): f"{units.by_id[one.unit_id].name} {say(SHIFT_NAMES[one.shift]).lower()}"
        for one in found.gaps
        if (one.closes if closing else one.opens)
    }
    return list(seen.values())


def _named(places_: list[str]) -> str:
    once = list(dict.fromkeys(places_))
    if len(once) <= NAMED:
        return ", ".join(once)
    more = ngettext("and %(num)s more", "and %(num)s more", len(once) - NAMED)
    return f"{', '.join(once[:NAMED])} {more}"


def _by_group(found: Impact, kind: Kind) -> str:
    persons: dict[str, set[int]] = {}
    for hit in found.of(kind):
        persons.setdefault(found.people[hit.employment_id].group_plural.lower(), set()).add(hit.person_id)
    if not persons:
        return ""
    return str(_("%(who)s can be trained", who=in_a_row([f"{len(some)} {name}" for name, some in persons.items()])))


def _of_tasks(found: Impact, kind: Kind) -> str:
    tasks = {change.task_id: change.task for change in found.changes}
    return _named(list(dict.fromkeys(tasks.get(hit.task_id, "") for hit in found.of(kind))))
