"""What if: people away or in, or a draft of the division of tasks, held against the forecast. Nothing is changed by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries import level_names
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.staff import names_of
from competence.delegation.queries import read_versions
from competence.forecast import commands
from competence.forecast.comparing import in_words
from competence.forecast.forms import AwayForm, DraftForm, HiredForm, KeepForm, TrainedForm
from competence.forecast.models import Scenario
from competence.forecast.queries.ground import Team, team_of
from competence.forecast.queries.scenarios import get_scenario, scenarios_of
from competence.forecast.queries.whatif import Compared, compare, groups_of
from competence.forecast.scenarios import MOST_STEPS, Shared, Step, code, read_steps
from competence.forecast.views.changes import changes_of, step_words
from competence.foundation.clock import last_day, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction

bp = Blueprint("what_if", __name__, url_prefix="/what-if")

AskedForm = AwayForm | TrainedForm | HiredForm | DraftForm


@dataclass(frozen=True)
class StepLine:
    """A step, with the address without it."""

    text: str
    note: str
    without: str


@bp.get("/<int:unit_id>")
@requires(Permission.SCENARIO_WRITE)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario of the address, or a kept one, held against the forecast; of a unit with others below it, a list of them."""
    units, node = _place(unit_id, actor, within)
    if not units.is_leaf(node):
        return _chooser(units, node, actor, within)
    kept = _kept(node, actor)
    steps = read_steps(request.args.getlist("step"))
    if kept is not None and "step" not in request.args and "edited" not in request.args:
        steps = read_steps(kept.steps)
    team = team_of(db.session, node)
    forms = _forms(team)
    sent = next((form for form in forms if form.kind == request.args.get("add") and form.can_be_sent), None)
    if sent is not None and sent.validate():
        if len(steps) + len(sent.steps()) <= MOST_STEPS:
            return redirect(_address(node, [*steps, *sent.steps()], kept))
        sent.form_errors = [*sent.form_errors, _("A scenario has at most %(number)s changes.", number=MOST_STEPS)]
    return _page(units, node, actor, within, team, steps, kept, forms, sent)


@bp.post("/<int:unit_id>")
@requires(Permission.SCENARIO_WRITE)
def keep(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario of the form is kept: a new one, or with other steps the one that it was opened from."""
    units, node = _place(unit_id, actor, within)
    kept = _kept(node, actor)
    steps, form = read_steps(request.form.getlist("step")), KeepForm()
    if form.validate():
        new = commands.NewScenario(form.name.data or "", steps)
        as_new = kept is None or "as_new" in request.form
        try:
            with transaction() as session:
                if as_new or kept is None:
                    found = commands.create_scenario(session, node.id, new, by=actor)
                else:
                    found = commands.change_scenario(session, node.id, kept.id, new, seen=form.revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The scenario is kept."))
            return redirect(url_for(".unit", unit_id=node.id, saved=found.id))
    team = team_of(db.session, node)
    return _page(units, node, actor, within, team, steps, kept, _forms(team), form)


@bp.post("/<int:unit_id>/share/<int:scenario_id>")
@requires(Permission.SCENARIO_WRITE)
def share(unit_id: int, scenario_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario is shared with the unit's leaders, or no longer."""
    _units, node = _place(unit_id, actor, within)
    wanted = Shared.LEADERS if request.form.get("shared") == Shared.LEADERS else Shared.NOBODY
    scenario = get_scenario(db.session, scenario_id, node.id, actor.person_id)
    try:
        with transaction() as session:
            commands.share_scenario(session, node.id, scenario.id, wanted, seen=_seen(), by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        shared = wanted == Shared.LEADERS
        flash(_("The leaders of the unit can see the scenario.") if shared else _("You alone see the scenario."))
    return redirect(url_for(".unit", unit_id=node.id, saved=scenario_id))


@bp.post("/<int:unit_id>/delete/<int:scenario_id>")
@requires(Permission.SCENARIO_WRITE)
def delete(unit_id: int, scenario_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The scenario is deleted."""
    _units, node = _place(unit_id, actor, within)
    scenario = get_scenario(db.session, scenario_id, node.id, actor.person_id)
    try:
        with transaction() as session:
            commands.delete_scenario(session, node.id, scenario.id, seen=_seen(), by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".unit", unit_id=node.id, saved=scenario_id))
    flash(_("The scenario is deleted."))
    return redirect(url_for(".unit", unit_id=node.id))


def _place(unit_id: int, actor: Actor, within: Reach) -> tuple[Tree, Node]:
    """The open units with the one. NotFound also for whoever may not see its people by name."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if not actor.may(Permission.COVERAGE_READ, node.path):
        raise NotFound
    return units, node


def _kept(node: Node, actor: Actor) -> Scenario | None:
    """The scenario that the address names. NotFound when she may see none by that id in the unit."""
    asked = request.args.get("saved")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 9:
        raise NotFound
    return get_scenario(db.session, int(asked), node.id, actor.person_id)


def _seen() -> int:
    return request.form.get("seen", 0, type=int)


def _address(node: Node, steps: Sequence[Step], kept: Scenario | None) -> str:
    said: list[tuple[str, Any]] = [("step", code(step)) for step in steps]
    if kept is not None:
        said = [("saved", kept.id), *(said or [("edited", 1)])]
    return url_for(".unit", unit_id=node.id) + (f"?{urlencode(said, safe='~')}" if said else "")


def _forms(team: Team) -> tuple[AskedForm, ...]:
    """The four forms; what was sent is filled into its own."""

    def said(kind: str) -> Any:
        return request.args if request.args.get("add") == kind else None

    people = [(str(one.employment_id), f"{one.name}, {one.group}") for one in team.people]
    needed = {task.id for task in team.tasks}
    tasks = [(str(one.id), f"{one.area}: {one.name}") for one in tasks_on(db.session, today()) if one.id in needed]
    levels = [(str(rank), f"{rank} {name}") for rank, name in level_names(db.session).items()]
    drafts = [
        (str(one.number), _("Draft %(number)s", number=one.number) + (f", {one.name}" if one.name else ""))
        for one in read_versions(db.session)
        if one.is_open
    ]
    groups = [(str(one.id), one.name) for one in groups_of(db.session)]
    return (
        AwayForm(said("away"), people=people),
        TrainedForm(said("trained"), people=people, tasks=tasks, levels=levels),
        HiredForm(said("hired"), groups=groups, tasks=tasks),
        DraftForm(said("draft"), drafts=drafts),
    )


def _page(
    units: Tree, node: Node, actor: Actor, within: Reach, team: Team, steps: Sequence[Step], kept: Scenario | None,
    forms: Sequence[AskedForm], sent: AskedForm | KeepForm | None,
) -> ResponseReturnValue:  # fmt: skip
    found = compare(db.session, team, steps)
    looked_at(unit_id=node.id)
    keeping = sent if isinstance(sent, KeepForm) else KeepForm(formdata=None)
    if not isinstance(sent, KeepForm):
        keeping.name.data = kept.name if kept is not None else ""
    keeping.seen.data = str(kept.revision) if kept is not None and not isinstance(sent, KeepForm) else keeping.seen.data
    changed = kept is not None and [code(step) for step in steps] != kept.steps
    others = scenarios_of(db.session, [node.id], actor.person_id)
    names = names_of(db.session, [one.owner_id for one in others])
    away, trained, hired, draft = forms
    failed = bool(sent is not None and (sent.errors or sent.form_errors))
    page = render_template(
        "forecast/what_if.html",
        node=node, found=found, steps=[code(step) for step in steps], lines=_lines(node, found, kept), kept=kept, changed=changed,
        statements=[say(text) for text in in_words(found.found, [task.name for task in team.tasks], _last(team))] if steps else [],
        changes=changes_of(found), away=away, trained=trained, hired=hired, draft=draft, form=sent if failed else None,
        form_errors=failed, keeping=keeping, others=others, names=names, mine=kept is not None and kept.owner_id == actor.person_id,
        shared=Shared.LEADERS.value, alone=Shared.NOBODY.value, above=units.way_to(node, within), updated=now(),
        last=_last(team), saver=names_of(db.session, [kept.saved_by]).get(kept.saved_by, "") if kept is not None else "",
    )  # fmt: skip
    return page, 422 if failed and isinstance(sent, KeepForm) else 200


def _last(team: Team) -> Any:
    return last_day(team.ground.end)


def _lines(node: Node, found: Compared, kept: Scenario | None) -> list[StepLine]:
    """Each step in words."""
    return [
        StepLine(
            step_words(db.session, found.team, step), say(found.notes[step]) if step in found.notes else "",
            _address(node, [one for one in found.steps if one is not step], kept),
        )
        for step in found.steps
    ]  # fmt: skip


def _chooser(units: Tree, node: Node, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The units below of which a scenario can be made, with those that are kept."""
    leaves = [one for one in units.below(node) if units.is_leaf(one) and actor.may(Permission.COVERAGE_READ, one.path)]
    scenarios: dict[int, list[Scenario]] = {}
    for one in scenarios_of(db.session, [leaf.id for leaf in leaves], actor.person_id):
        scenarios.setdefault(one.unit_id, []).append(one)
    return render_template(
        "forecast/what_if_units.html", node=node, leaves=leaves, scenarios=scenarios, above=units.way_to(node, within)
    )
