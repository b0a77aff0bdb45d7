"""A path's steps in words, and the map of where paths lead as a drawing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from competence.foundation.web import db, listed
from competence.paths.queries.paths import Names, Route, group_names, names
from competence.paths.rules import CareerMap, Step, StepKind, Walked, career_map


@dataclass(frozen=True)
class Shown:
    """A step, ready to be drawn."""

    id: int
    kind: StepKind
    text: str
    note: str
    """As "ca. 4 uger, begynder når alt før er på plads"."""
    dead: bool
    """Whether its task is no longer used."""
    in_place: bool = False
    open: bool = False


def steps_shown(route: Route, walked: Walked | None = None, known: Names | None = None) -> list[Shown]:
    """The steps in words, with how far somebody is when that is known."""
    known = known or names(db.session, route.steps)
    return [
        Shown(
            step.id, step.kind, step_words(step, known), _note(step),
            step.task_id in known.archived if step.task_id else False,
            walked.in_place[at] if walked else False, walked.open[at] if walked else False,
        )
        for at, step in enumerate(route.steps)
    ]  # fmt: skip


def names_of(routes: Iterable[Route]) -> Names:
    """The names of what the steps of several paths ask for, read at once."""
    return names(db.session, [step for route in routes for step in route.steps])


def step_words(step: Step, known: Names) -> str:
    """What the step asks for."""
    match step.kind:
        case StepKind.TASK:
            level = known.practice.get(step.level or 0, str(step.level or ""))
            return str(_("%(task)s, level %(level)s", task=known.tasks.get(step.task_id or 0, ""), level=level))
        case StepKind.LEVEL:
            group = known.groups.get(step.staff_group_id or 0, "")
            level = known.profile.get(step.level or 0, str(step.level or ""))
            if step.area:
                return str(_("%(level)s in %(area)s, as %(group)s", level=level, area=step.area, group=group))
            return str(_("%(level)s in the whole profile, as %(group)s", level=level, group=group))
        case StepKind.ACTIVITY:
            return known.activities.get(step.activity_id or 0, "")
        case StepKind.GATE:
            return known.gates.get(step.gate, step.gate)


def _note(step: Step) -> str:
    said = [_("about %(weeks)s weeks", weeks=step.weeks)] if step.weeks else []
    if step.waits:
        said.append(_("begins when all before it is in place"))
    return ", ".join(str(one) for one in said)


def for_whom(route: Route, groups: dict[int, str]) -> str:
    """The staff groups that the path is for."""
    if not route.from_groups:
        return str(_("all staff groups"))
    return listed([name for id_, name in groups.items() if id_ in route.from_groups])


# The map.

WIDTH, GAP, HEIGHT, SPACE = 190, 46, 44, 14
"""Of a box, between two columns, and between two boxes of a column, in the drawing's own units."""
LINE = 26
"""So many letters fit on a line of a box."""


@dataclass(frozen=True)
class Box:
    """A node as it is drawn."""

    x: int
    y: int
    lines: Sequence[str]
    path_id: int
    label: str


@dataclass(frozen=True)
class Drawing:
    """The map, ready to be drawn, and the same in words."""

    width: int
    height: int
    boxes: Sequence[Box]
    curves: Sequence[str]
    """Each as the path of a line."""
    words: Sequence[tuple[str, int, str, str]]
    """(from, path's id, path, to) of each way."""


def drawing(routes: Iterable[Route], start: Iterable[int]) -> Drawing:
    """The map from the staff groups on."""
    groups = group_names(db.session)
    found = career_map([route.way for route in routes], start, groups)
    boxes = [
        Box(
            node.column * (WIDTH + GAP), 1 + node.row * (HEIGHT + SPACE), lines_of(node.label), node.path_id, node.label
        )
        for node in found.nodes
    ]
    curves = [_curve(boxes[one], boxes[other]) for one, other in found.edges]
    return Drawing(
        max(0, found.columns * (WIDTH + GAP) - GAP), 2 + max(0, found.rows * (HEIGHT + SPACE) - SPACE), boxes, curves,
        _in_words(found),
    )  # fmt: skip


def _curve(one: Box, other: Box) -> str:
    x1, y1, x2, y2 = one.x + WIDTH, one.y + HEIGHT // 2, other.x, other.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _in_words(found: CareerMap) -> list[tuple[str, int, str, str]]:
    into: dict[int, list[str]] = {}
    out: dict[int, str] = {}
    for one, other in found.edges:
        if found.nodes[other].path_id:
            into.setdefault(other, []).append(found.nodes[one].label)
        else:
            out[one] = found.nodes[other].label
    return [(listed(into[at]), found.nodes[at].path_id, found.nodes[at].label, out.get(at, "")) for at in sorted(into)]


def lines_of(text: str) -> list[str]:
    """The text on at most two lines of a box, the second cut with "…" when it does not fit."""
    found = [""]
    for word in text.split():
        if len(found[-1]) + len(word) + 1 <= LINE or not found[-1]:
            found[-1] = f"{found[-1]} {word}".strip()
        else:
            found.append(word)
    if len(found) > 2:
        found = [found[0], f"{found[1][: LINE - 1]}…"]
    return found
