"""The list of plans, and a plan: begun, read, written, held against a month, decided."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import tree
from competence.figures.queries.kept import months_kept
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.strategy.commands import planning
from competence.strategy.forms import BaselineForm, BeginForm, ButtonForm, DecideForm, TextForm, seen_revision
from competence.strategy.models import StrategicPlan
from competence.strategy.queries.plans import plans_for, status
from competence.strategy.rules.planning import PLAN_NAMES, STATUS_NAMES, PlanKind, Status
from competence.strategy.views.blueprint import back, bp, for_writing, form_page, is_draft, opened, taken, too_late
from competence.strategy.views.in_short import in_short
from competence.strategy.views.showing import PART_ORDER, shown, years_of


@bp.get("")
@requires(Permission.STRATEGY_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plans that she may read, with the way to the needs map and the pulse."""
    units = tree(db.session, on=today())
    found = plans_for(db.session, units, actor)
    return render_template(
        "strategy/index.html", plans=[(plan, node, years_of(plan), status(plan)) for plan, node in found],
        names=PLAN_NAMES, status_names=STATUS_NAMES, writes=bool(actor.reach(Permission.STRATEGY_WRITE)),
        opens=bool(actor.reach(Permission.PULSE_OPEN)), tops=units.tops(within),
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A draft."""
    units = tree(db.session, on=today())
    able = [(one.id, one.name) for one in units.reached(within)]
    sources = [
        (plan.id, f"{plan.title} ({years_of(plan)}, {node.name})") for plan, node in plans_for(db.session, units, actor)
    ]
    source = request.args.get("copy_of", type=int)
    year = today().year + (1 if today().month >= 7 else 0)
    form = BeginForm(able, sources, data={"year": year, "kind": PlanKind.YEAR.value, "copy_of": source})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                plan = planning.begin_plan(
                    session, form.unit.data, PlanKind(form.kind.data), form.year.data or 0, form.written(), by=actor,
                    copy_of=form.copy_of.data,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The draft is begun."))
            return back(plan.id)
    return render_template("strategy/new.html", form=form), 422 if form.errors else 200


@bp.get("/<int:strategy_id>")
@requires(Permission.STRATEGY_READ)
def plan(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The plan with all its parts, and how it goes."""
    units, node, row = opened(strategy_id, actor)
    found = shown(db.session, units, row, node, actor)
    writes = actor.may(Permission.STRATEGY_WRITE, node.path)
    return render_template(
        "strategy/plan.html", plan=row, node=node, found=found, writes=writes and status(row) is not Status.REPLACED,
        edits=writes and is_draft(row), may_begin=writes, parts=PART_ORDER, button=ButtonForm(),
        reads_needs=within.covers(node.path), in_short=in_short(found),
    )  # fmt: skip


@bp.route("/<int:strategy_id>/write", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def write(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the plan says in words."""
    _units, node, row = for_writing(strategy_id, actor)
    form = TextForm(
        data={
            "title": row.title, "frame": row.frame, "roles": row.roles, "evaluation": row.evaluation, "seen": str(row.revision)
        }
    )  # fmt: skip

    def save(session: Session) -> StrategicPlan:
        return planning.write_plan(session, strategy_id, form.written(), seen=seen_revision(form.seen), by=actor)

    if taken(form, save, _("The plan is saved.")):
        return back(strategy_id)
    hint = "" if is_draft(row) else _("The plan is decided: only the evaluation can be written.")
    return form_page(
        row, node, form, _("What the plan says"), _("Save"), fields=("seen", "title", "frame", "roles", "evaluation"),
        hint=hint,
    )  # fmt: skip


@bp.route("/<int:strategy_id>/baseline", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def baseline(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The month that the plan is held against."""
    _units, node, row = for_writing(strategy_id, actor)
    if not is_draft(row):
        return too_late(strategy_id)
    months = sorted(months_kept(db.session), reverse=True)
    form = BaselineForm(months, data={"month": row.baseline_month.isoformat() if row.baseline_month else None})

    def save(session: Session) -> StrategicPlan:
        month = next(one for one in months if one.isoformat() == form.month.data)
        return planning.set_baseline(session, strategy_id, month, by=actor)

    if taken(form, save, _("The figures of the month are frozen into the plan.")):
        return back(strategy_id)
    hint = "" if months else _("No figures have been kept yet. They are kept each month by themselves.")
    return form_page(
        row, node, form, _("Baseline"), _("Freeze the figures"), fields=("month",) if months else (), hint=hint
    )


@bp.route("/<int:strategy_id>/decide", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def decide(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """That the plan was decided."""
    _units, node, row = for_writing(strategy_id, actor)
    if not is_draft(row):
        return too_late(strategy_id)
    form = DecideForm(data={"decided_on": today(), "seen": str(row.revision)})

    def save(session: Session) -> StrategicPlan:
        return planning.decide_plan(
            session, strategy_id, form.decided_on.data or today(), form.decided_where.data or "", seen=seen_revision(form.seen),
            by=actor,
        )  # fmt: skip

    if taken(form, save, _("The plan is decided.")):
        return back(strategy_id)
    return form_page(
        row, node, form, _("Note that the plan is decided"), _("The plan is decided"),
        fields=("seen", "decided_on", "decided_where"),
        hint=_("What it says cannot be changed afterwards. A plan decided before for the same unit and years is replaced by it."),
    )  # fmt: skip


@bp.post("/<int:strategy_id>/remove")
@requires(Permission.STRATEGY_WRITE)
def remove(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A draft that nobody wants."""
    for_writing(strategy_id, actor)
    try:
        with transaction() as session:
            planning.remove_plan(session, strategy_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return back(strategy_id)
    flash(_("The draft is removed."))
    return redirect(url_for(".index"))
