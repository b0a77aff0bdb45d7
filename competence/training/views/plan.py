"""Whom to train next in a unit: the proposal, its limits, and the plan that it becomes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires, signed_in_actor
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.wide import headcount
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.jobs.commands import ask as ask_for
from competence.jobs.queries import unfinished
from competence.jobs.views import wake
from competence.training import commands
from competence.training.forms import LimitsForm
from competence.training.models import TrainingRun
from competence.training.queries.runs import led_by, open_run, teaching_of, waiting_count
from competence.training.rules.problem import Aim
from competence.training.rules.rows import Terms, terms_from
from competence.training.views.page import page_of
from competence.training.working import AT_ONCE, KIND, work_out

bp = Blueprint("training_plan", __name__, url_prefix="/training")


@bp.get("")
@requires(Permission.TRAINING_PLAN)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Straight to the only unit within reach, else the units at which her reach begins."""
    units = tree(db.session, on=today())
    tops = units.tops(within)
    if len(tops) == 1:
        return redirect(url_for(".unit", unit_id=tops[0].id))
    return render_template("training/units.html", units=[(one, units.above(one)) for one in tops])


@bp.get("/<int:unit_id>")
@requires(Permission.TRAINING_PLAN)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The proposal as it stands, with what it was asked of; before the first, what can be asked."""
    units, node = _place(unit_id, actor, within)
    run = open_run(db.session, node.id)
    return page_of(units, node, actor, within, run, _form(run), wide=_is_wide(node))


@bp.post("/<int:unit_id>")
@requires(Permission.TRAINING_PLAN)
def compute(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The proposal is worked out anew: from a gap, by another aim, or within other limits."""
    units, node = _place(unit_id, actor, within)
    run = open_run(db.session, node.id)
    terms, form = terms_from(run.terms) if run else Terms(), _form(run)
    seen = run.revision if run else None
    if "weeks" in request.form:
        if not form.validate():
            return page_of(units, node, actor, within, run, form, wide=_is_wide(node)), 422
        terms, seen = form.terms(), request.form.get("seen", type=int)
    elif (aim := request.form.get("aim", type=Aim)) is not None:
        terms, seen = _with_aim(terms, aim), request.form.get("seen", type=int)
    try:
        return _work_out(units, node, terms, seen, actor)
    except RuleBroken as broken:
        show(broken, form)
        return page_of(units, node, actor, within, open_run(db.session, node.id), form, wide=_is_wide(node)), 409


@bp.post("/<int:unit_id>/switch")
@requires(Permission.TRAINING_PLAN)
def switch(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One proposal is turned on or off, and the others are worked out anew around it."""
    units, node = _place(unit_id, actor, within)
    run = open_run(db.session, node.id)
    employment, task = request.form.get("employment", type=int), request.form.get("task", type=int)
    if run is None or employment is None or task is None or not _knows(run, employment, task):
        flash(_("That proposal is no longer there. Work it out again."), "error")
        return redirect(_address(node))
    terms = terms_from(run.terms).switched((employment, task), on="on" in request.form)
    try:
        return _work_out(units, node, terms, request.form.get("seen", type=int), actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(_address(node))


@bp.post("/<int:unit_id>/agree")
@requires(Permission.PLAN_WRITE)
def agree(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The proposal becomes goals and activities that wait for each employee's own yes."""
    _units, node = _place(unit_id, actor, within)
    run = open_run(db.session, node.id)
    if run is None:
        flash(_("There is nothing in the proposal to agree to."), "error")
        return redirect(_address(node))
    words = commands.PlanWords(
        str(_("On the job with a colleague: %(task)s")), str(_("Talk with the colleague who teaches: %(task)s")),
        str(_("Course or e-learning: %(task)s")), str(_("To be able to take over “%(task)s”.")),
        str(_("“%(task)s” is used in the own shift from the signature on.")),
    )  # fmt: skip
    part, run_id = request.form.get("part", type=int), run.id
    try:
        with transaction() as session:
            goals, activities = commands.agree_to_run(
                session, run_id, part=part, seen=request.form.get("seen", 0, type=int), words=words, by=actor
            )
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        said = ngettext("%(num)s goal", "%(num)s goals", goals)
        flash(
            _("The plan is agreed: %(goals)s and %(activities)s activities now wait for each employee's own yes.",
              goals=said, activities=activities)
        )  # fmt: skip
    return redirect(_address(node))


@bp.post("/<int:unit_id>/ask")
@requires(Permission.TRAINING_PLAN)
def ask(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Somebody whom the proposal names as a teacher is asked whether she will."""
    _units, node = _place(unit_id, actor, within)
    run, person_id = open_run(db.session, node.id), request.form.get("person", type=int)
    if run is None or person_id is None:
        flash(_("That proposal is no longer there. Work it out again."), "error")
        return redirect(_address(node))
    run_id = run.id
    with transaction() as session:
        commands.ask_to_teach(session, run_id, person_id, by=actor)
    flash(_("The question now stands on her own page."))
    return redirect(_address(node))


@bp.route("/teaching", methods=["GET", "POST"])
@requires(Permission.OWN_ANSWER)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own yes to teach colleagues, or not now; and what she is planned to lead."""
    if request.method == "POST":
        yes = "yes" in request.form
        with transaction() as session:
            commands.answer_teaching(session, yes=yes, by=actor)
        flash(
            _("Thank you. You may be planned as the one who teaches.") if yes else _("Noted. You are not planned with.")
        )
        return redirect(url_for(".own"))
    said = teaching_of(db.session, actor.person_id)
    return render_template(
        "training/own.html",
        said=said,
        asked=said is not None and said.yes is None,
        led=led_by(db.session, actor.person_id),
    )


def asked_to_teach() -> bool:
    """Whether the reader has been asked to teach and has not answered: for the page to which the bell leads."""
    actor = signed_in_actor()
    return actor is not None and waiting_count(db.session, actor) > 0


def _place(unit_id: int, actor: Actor, within: Reach) -> tuple[Tree, Node]:
    """The open units, and the one; its people are named here, so that it must be within that reach too."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    if not actor.may(Permission.COVERAGE_READ, node.path):
        raise NotFound
    return units, node


def _form(run: TrainingRun | None) -> LimitsForm:
    return LimitsForm(terms_from(run.terms) if run else Terms(), run.revision if run else None)


def _with_aim(terms: Terms, aim: Aim) -> Terms:
    return Terms(
        aim,
        terms.weeks,
        terms.at_once,
        terms.person_hours,
        terms.budget,
        terms.teacher_minutes,
        terms.without,
        terms.must,
    )


def _knows(run: TrainingRun, employment: int, task: int) -> bool:
    rows = [*run.content["rows"], *run.content["off"]]
    return any((row["employment_id"], row["task_id"]) == (employment, task) for row in rows)


def _is_wide(node: Node) -> bool:
    return headcount(db.session, node, on=today()) > AT_ONCE


def _work_out(units: Tree, node: Node, terms: Terms, seen: int | None, actor: Actor) -> ResponseReturnValue:
    if _is_wide(node):
        subject = str(node.id)
        if not unfinished(db.session, KIND, subject):
            with transaction() as session:
                ask_for(
                    session, KIND, subject, title=str(_("Whom to train next in %(unit)s", unit=node.name)),
                    leads_to=_address(node), said={"unit_id": node.id, "terms": terms.stored(), "seen": seen}, by=actor,
                )  # fmt: skip
            wake()
        jobs = unfinished(db.session, KIND, subject)
        own = next((job for job in jobs if job.asked_by == actor.person_id), None)
        if own is not None:
            return redirect(url_for("jobs.job", job_id=own.id))
        flash(_("It is being worked out. The page shows it when it is ready."))
        return redirect(_address(node))
    content = work_out(db.session, units, node, terms)
    with transaction() as session:
        commands.keep_run(session, node.id, terms, content, seen=seen, by=actor)
    return redirect(_address(node))


def _address(node: Node) -> str:
    """The unit's page, with the gap that was asked about, or the part of it that is shown, still in view."""
    kept: dict[str, Any] = {key: request.args[key] for key in ("task", "shift", "part") if request.args.get(key)}
    return url_for(".unit", unit_id=node.id, **kept)
