"""The page of what if: its forms, the people who may be picked, and what the scenario does, unit by unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Reach
from competence.access.web import looked_at
from competence.catalogue.queries import level_names
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.staff import Someone, names_of
from competence.coverage.rules import SMALLEST_GROUP, Shift
from competence.coverage.views.figures import hides_small
from competence.delegation.queries import read_versions
from competence.forecast.comparing import Difference, Summed, in_words, summed
from competence.forecast.forms import AwayForm, DraftForm, HiredForm, KeepForm, TrainedForm
from competence.forecast.models import Scenario
from competence.forecast.queries.below import (
    MOST_FOUND,
    MOST_PEOPLE,
    Whole,
    is_too_wide,
    narrow_enough,
    people_found,
    tasks_asked_for,
    whole,
    workplaces,
)
from competence.forecast.queries.ground import MONTHS, Team, end_of, team_of
from competence.forecast.queries.scenarios import scenarios_of
from competence.forecast.queries.whatif import Compared, groups_of
from competence.forecast.scenarios import Shared, Step, code
from competence.forecast.views.changes import changes_of, step_words
from competence.forecast.views.forecast import small_shifts
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.web import db, say

AskedForm = AwayForm | TrainedForm | HiredForm | DraftForm
MOST_CHANGES = 100
"""So many changes are listed at first; of more, the rest are one press away."""
FEWEST_LETTERS = 2
"""Of a name that is looked for."""


@dataclass(frozen=True)
class At:
    """The unit of the page, and who looks."""

    units: Tree
    node: Node
    actor: Actor
    within: Reach
    named: bool
    """Whether she may make scenarios here and see names; else she sees numbers only."""

    @property
    def wide(self) -> bool:
        """Whether others lie below it."""
        return not self.units.is_leaf(self.node)


@dataclass(frozen=True)
class Picked:
    """The people who can be ticked."""

    people: Sequence[Someone] = ()
    unit_id: int | None = None
    """The unit that was chosen; None: none was, or all are offered."""
    called: str = ""
    more: bool = False
    """Whether there are more than are offered."""

    @property
    def said(self) -> list[tuple[str, Any]]:
        """As the address has it."""
        return [(key, value) for key, value in (("team", self.unit_id), ("called", self.called)) if value]


@dataclass(frozen=True)
class Base:
    """What the forms are made from."""

    team: Team | None
    """The unit's own people and needs, where nothing lies below it."""
    picked: Picked
    workplaces: Sequence[Node]
    """The units in which people have fixed shifts, where several lie below."""
    too_wide: bool
    """Whether a draft is tried out further down."""


@dataclass(frozen=True)
class StepLine:
    """A step, with the address without it."""

    text: str
    note: str
    without: str


@dataclass(frozen=True)
class PartLine:
    """What the scenario does to one unit, in figures."""

    node: Node
    sums: Summed | None
    """None: so few share its shifts that its figures are hidden."""
    url: str
    """Of the unit's own scenario with the same steps; empty for the unit of the page."""

    @property
    def told(self) -> bool:
        """Whether anything becomes of it, or its figures are hidden."""
        return self.sums is None or not self.sums.nothing


def ground_of(at: At) -> Base:
    """What the forms of the page are made from. NotFound when the unit that is picked lies outside."""
    if not at.wide:
        team = team_of(db.session, at.node)
        return Base(team, Picked(team.people if at.named else ()), (), False)
    places = workplaces(db.session, at.units, at.node)
    return Base(None, _picked(at) if at.named else Picked(), places, is_too_wide(db.session, at.units, at.node))


def _picked(at: At) -> Picked:
    unit_id, called = request.args.get("team", type=int), " ".join(request.args.get("called", "").split())[:80]
    if unit_id is not None and unit_id not in {one.id for one in at.units.below(at.node)}:
        raise NotFound
    if unit_id is None and len(called) < FEWEST_LETTERS:
        return Picked(called=called)
    people = people_found(db.session, at.node, unit_id=unit_id, called=called)
    return Picked(people[:MOST_FOUND], unit_id, called, len(people) > MOST_FOUND)


def address(node: Node, steps: Sequence[Step], kept: Scenario | None, picked: Picked | None = None) -> str:
    """Of the page with the steps."""
    said: list[tuple[str, Any]] = [("step", code(step)) for step in steps]
    if kept is not None:
        said = [("saved", kept.id), *(said or [("edited", 1)])]
    said += picked.said if picked else []
    return url_for("what_if.unit", unit_id=node.id) + (f"?{urlencode(said, safe='~')}" if said else "")


def forms_of(at: At, base: Base) -> tuple[AskedForm, ...]:
    """The four forms, or the two that name nobody; what was sent is filled into its own."""

    def said(kind: str) -> Any:
        return request.args if request.args.get("add") == kind else None

    unit_names = {one.id: one.name for one in at.units.below(at.node)}
    people = [
        (
            str(one.employment_id),
            f"{one.name}, {one.group}"
            + (f", {unit_names.get(one.unit_id, '')}" if at.wide and base.picked.unit_id is None else ""),
        )
        for one in base.picked.people
    ]
    needed = {task.id for task in base.team.tasks} if base.team else tasks_asked_for(db.session, at.units, at.node)
    tasks = [(str(one.id), f"{one.area}: {one.name}") for one in tasks_on(db.session, today()) if one.id in needed]
    levels = [(str(rank), f"{rank} {name}") for rank, name in level_names(db.session).items()]
    drafts = [
        (str(one.number), _("Draft %(number)s", number=one.number) + (f", {one.name}" if one.name else ""))
        for one in read_versions(db.session)
        if one.is_open and not base.too_wide
    ]
    groups = [(str(one.id), one.name) for one in groups_of(db.session)]
    nameless = (
        HiredForm(said("hired"), groups=groups, tasks=tasks, units=[(str(one.id), one.name) for one in base.workplaces]),
        DraftForm(said("draft"), drafts=drafts),
    )  # fmt: skip
    if not at.named:
        return nameless
    return (
        AwayForm(said("away"), people=people),
        TrainedForm(said("trained"), people=people, tasks=tasks, levels=levels),
        *nameless,
    )


def page_of(
    at: At, base: Base, steps: Sequence[Step], kept: Scenario | None, forms: Sequence[AskedForm],
    sent: AskedForm | KeepForm | None,
) -> ResponseReturnValue:  # fmt: skip
    """The page; 422 when what was to be kept could not be."""
    node, units = at.node, at.units
    found = whole(db.session, units, node, steps, read=[base.team] if base.team else ())
    if at.named:
        looked_at(unit_id=node.id)
    hides = not at.named and hides_small(at.actor)
    shown = [(part, _shown(part, hides=hides)) for part in found.parts]
    keeping = sent if isinstance(sent, KeepForm) else KeepForm(formdata=None)
    if not isinstance(sent, KeepForm):
        keeping.name.data = kept.name if kept is not None else ""
        keeping.seen.data = str(kept.revision) if kept is not None else keeping.seen.data
    others = scenarios_of(db.session, [node.id], at.actor.person_id) if at.named else ()
    below = _kept_below(at) if at.wide and at.named else []
    names = names_of(db.session, [one.owner_id for one in (*others, *(one for _node, some in below for one in some))])
    changes = changes_of(found.parts) if at.named else []
    parts = _by_unit(at, shown, hides=hides)
    every = request.args.get("all") == "1"
    last = end_of(MONTHS) - timedelta(days=1)
    failed = bool(sent is not None and (sent.errors or sent.form_errors))
    page = render_template(
        "forecast/what_if.html",
        node=node, wide=at.wide, named=at.named, steps=[code(step) for step in steps], lines=_lines(at, base, found, kept),
        kept=kept, changed=kept is not None and [code(step) for step in steps] != kept.steps,
        statements=_statements(at, shown, last) if steps else [],
        changes=changes if every else changes[:MOST_CHANGES], total=len(changes),
        every=address(node, steps, kept, base.picked) + "&all=1", parts=[one for one in parts if one.told],
        same=sum(not one.told for one in parts),
        forms={form.kind: form for form in forms}, form=sent if failed else None, form_errors=failed,
        picked=base.picked, most_found=MOST_FOUND, workplaces=base.workplaces, too_wide=base.too_wide,
        narrow=narrow_enough(db.session, units, node) if base.too_wide else [], most_people=MOST_PEOPLE,
        keeping=keeping, others=others, below=below, names=names, mine=kept is not None and kept.owner_id == at.actor.person_id,
        shared=Shared.LEADERS.value, alone=Shared.NOBODY.value, above=units.way_to(node, at.within), updated=now(),
        last=last, saver=names_of(db.session, [kept.saved_by]).get(kept.saved_by, "") if kept is not None else "",
        hides=hides, smallest=SMALLEST_GROUP,
    )  # fmt: skip
    return page, 422 if failed and isinstance(sent, KeepForm) else 200


def _statements(at: At, shown: Sequence[tuple[Compared, Sequence[Difference]]], last: date) -> list[str]:
    """What the scenario does in one to three sentences."""
    parts = [
        (part.team.unit.name if at.wide else "", some, [task.name for task in part.team.tasks]) for part, some in shown
    ]
    return [say(text) for text in in_words(parts, last)]


def _shown(part: Compared, *, hides: bool) -> Sequence[Difference]:
    """The unit's differences, without the shifts that too few share where they are hidden."""
    hidden = small_shifts(part.team) if hides else set()
    return [one for one in part.found if one.shift not in hidden] if hidden else part.found


def _by_unit(at: At, shown: Sequence[tuple[Compared, Sequence[Difference]]], *, hides: bool) -> list[PartLine]:
    """What it does to each unit, those with most new gaps first."""
    found = []
    for part, some in shown:
        unit = part.team.unit
        hidden = hides and small_shifts(part.team) == set(Shift)
        url = "" if unit.id == at.node.id else address(unit, part.steps, None)
        found.append(PartLine(unit, None if hidden else summed(some), url))
    return sorted(
        found, key=lambda one: (-one.sums.opens, -one.sums.closes, -one.sums.vulnerable) if one.sums else (1, 0, 0)
    )


def _lines(at: At, base: Base, found: Whole, kept: Scenario | None) -> list[StepLine]:
    """Each step in words."""
    names = {who: f"{name} ({unit})" if at.wide else name for who, (name, unit) in found.names.items()}
    units = {one.id: one.name for one in at.units.below(at.node)} if at.wide else {}
    return [
        StepLine(
            step_words(db.session, names, units, step), say(found.notes[step]) if step in found.notes else "",
            address(at.node, [one for one in found.steps if one is not step], kept, base.picked),
        )
        for step in found.steps
    ]  # fmt: skip


def _kept_below(at: At) -> list[tuple[Node, list[Scenario]]]:
    """Each unit right below, and each further down of which a scenario is kept that she may see."""
    below = at.units.below(at.node)[1:]
    kept: dict[int, list[Scenario]] = {}
    for one in scenarios_of(db.session, [unit.id for unit in below], at.actor.person_id):
        kept.setdefault(one.unit_id, []).append(one)
    return [(unit, kept.get(unit.id, [])) for unit in below if unit.parent_id == at.node.id or unit.id in kept]
