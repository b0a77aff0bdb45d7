"""Priorities, measures, the year wheel and follow-ups of a plan."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.models import Area
from competence.coverage.queries.places import Node
from competence.coverage.queries.staff import names_of
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, transaction
from competence.people.models import StaffGroup
from competence.strategy.commands import parts as commands
from competence.strategy.forms import FollowForm, MeasureForm, PriorityForm, WheelForm
from competence.strategy.models import Measure, PlanFollowUp, PlanPriority, StrategicPlan, WheelStep
from competence.strategy.queries.plans import named_owners, owners_in, parts_of, progress
from competence.strategy.rules.planning import PlanKind, months_of
from competence.strategy.views.blueprint import back, bp, for_writing, form_page, is_draft, taken, too_late
from competence.strategy.views.showing import role_of

PRIORITY = ("title", "about", "area", "staff_group", "why", "text")
MEASURE = (
    "title", "part", "priority", "owner", "hours", "cost", "funding", "first_month", "last_month", "criterion"
)  # fmt: skip


def _priority_form(row: PlanPriority | None) -> PriorityForm:
    areas = db.session.execute(
        select(Area.id, Area.name).where(Area.archived_on.is_(None)).order_by(Area.position, Area.id)
    )
    groups = db.session.execute(select(StaffGroup.id, StaffGroup.name).order_by(StaffGroup.position, StaffGroup.id))
    data = {
        "about": row.about, "area": row.area_id, "staff_group": row.staff_group_id, "title": row.title, "text": row.text,
        "why": row.why,
    } if row else {}  # fmt: skip
    return PriorityForm([(row.id, row.name) for row in areas], [(row.id, row.name) for row in groups], data=data)


@bp.route("/<int:strategy_id>/priorities/new", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def new_priority(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One more priority."""
    return _priority(strategy_id, actor, None)


@bp.route("/<int:strategy_id>/priorities/<int:priority_id>", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def change_priority(strategy_id: int, priority_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A priority, changed."""
    return _priority(strategy_id, actor, priority_id)


def _priority(strategy_id: int, actor: Actor, priority_id: int | None) -> ResponseReturnValue:
    _units, node, plan = for_writing(strategy_id, actor)
    row = _one(parts_of(db.session, plan.id).priorities, priority_id)
    if not is_draft(plan):
        return too_late(strategy_id)
    form = _priority_form(row)

    def save(session: Session) -> PlanPriority:
        return commands.put_priority(session, strategy_id, form.said(), by=actor, priority_id=priority_id)

    if taken(form, save, _("The priority is saved.")):
        return back(strategy_id, "priorities")
    where = url_for(".remove_priority", strategy_id=strategy_id, priority_id=priority_id) if row else ""
    heading = _("Change the priority") if row else _("Add a priority")
    return form_page(plan, node, form, heading, _("Save"), fields=PRIORITY, remove=where)


@bp.post("/<int:strategy_id>/priorities/<int:priority_id>/remove")
@requires(Permission.STRATEGY_WRITE)
def remove_priority(strategy_id: int, priority_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A priority, taken away."""
    for_writing(strategy_id, actor)
    attempt(lambda session: commands.remove_priority(session, strategy_id, priority_id, by=actor), _("It is removed."))
    return back(strategy_id, "priorities")


def _measure_form(plan: StrategicPlan, node: Node, row: Measure | None, actor: Actor) -> MeasureForm:
    priorities = [(one.id, one.title) for one in parts_of(db.session, plan.id).priorities]
    owners = [
        (owner.person_id, f"{name} ({role_of(owner)})")
        for owner, name in named_owners(db.session, owners_in(db.session, node))
    ]
    if row is not None and row.owner_id is not None and row.owner_id not in dict(owners):
        owners += names_of(db.session, [row.owner_id]).items()
    months = months_of(PlanKind(plan.kind), plan.year)
    data = {
        "title": row.title, "part": row.part, "priority": row.priority_id, "owner": row.owner_id,
        "hours": round(row.minutes / 60, 2), "cost": row.kroner, "funding": row.funding,
        "first_month": row.first_month.isoformat(), "last_month": row.last_month.isoformat(), "criterion": row.criterion,
    } if row else {
        "owner": actor.person_id, "priority": request.args.get("priority", type=int),
        "first_month": months[0].isoformat(), "last_month": months[-1].isoformat(),
    }  # fmt: skip
    return MeasureForm(priorities, owners, months, data=data)


@bp.route("/<int:strategy_id>/measures/new", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def new_measure(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One more measure."""
    return _measure(strategy_id, actor, None)


@bp.route("/<int:strategy_id>/measures/<int:measure_id>", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def change_measure(strategy_id: int, measure_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A measure, changed."""
    return _measure(strategy_id, actor, measure_id)


def _measure(strategy_id: int, actor: Actor, measure_id: int | None) -> ResponseReturnValue:
    _units, node, plan = for_writing(strategy_id, actor)
    row = _one(parts_of(db.session, plan.id).measures, measure_id)
    if not is_draft(plan):
        return too_late(strategy_id)
    form = _measure_form(plan, node, row, actor)

    def save(session: Session) -> Measure:
        return commands.put_measure(session, strategy_id, form.said(), by=actor, measure_id=measure_id)

    if taken(form, save, _("The measure is saved.")):
        return back(strategy_id, "measures")
    where = url_for(".remove_measure", strategy_id=strategy_id, measure_id=measure_id) if row else ""
    heading = _("Change the measure") if row else _("Add a measure")
    return form_page(plan, node, form, heading, _("Save"), fields=MEASURE, remove=where)


@bp.post("/<int:strategy_id>/measures/<int:measure_id>/remove")
@requires(Permission.STRATEGY_WRITE)
def remove_measure(strategy_id: int, measure_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A measure, taken away."""
    for_writing(strategy_id, actor)
    attempt(lambda session: commands.remove_measure(session, strategy_id, measure_id, by=actor), _("It is removed."))
    return back(strategy_id, "measures")


@bp.route("/<int:strategy_id>/wheel", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def new_step(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One more step of the year wheel."""
    _units, node, plan = for_writing(strategy_id, actor)
    form = WheelForm(months_of(PlanKind(plan.kind), plan.year), data={"month": request.args.get("month", "")})

    def save(session: Session) -> WheelStep:
        month = next(one for one in months_of(PlanKind(plan.kind), plan.year) if one.isoformat() == form.month.data)
        return commands.put_wheel_step(session, strategy_id, month, form.wheel_kind, form.text.data or "", by=actor)

    if taken(form, save, _("The step is added.")):
        return back(strategy_id, "wheel")
    return form_page(plan, node, form, _("Add a step to the year wheel"), _("Add"), fields=("month", "kind", "text"))


@bp.post("/<int:strategy_id>/wheel/<int:wheel_id>")
@requires(Permission.STRATEGY_WRITE)
def mark_step(strategy_id: int, wheel_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A step that is done, not done after all, or gone."""
    _units, _node, plan = for_writing(strategy_id, actor)
    if all(step.id != wheel_id for step in parts_of(db.session, plan.id).wheel):
        raise NotFound
    what = request.form.get("what", "")
    if what not in commands.MARKS:
        abort(400)
    said = _("It is removed.") if what == "remove" else _("The year wheel is saved.")
    attempt(lambda session: commands.mark_wheel_step(session, strategy_id, wheel_id, what, by=actor), said)
    return back(strategy_id, "wheel")


@bp.route("/<int:strategy_id>/follow-up", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def follow_up(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How the plan goes."""
    return _follow_up(strategy_id, actor, None)


@bp.route("/<int:strategy_id>/measures/<int:measure_id>/follow-up", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def follow_up_measure(strategy_id: int, measure_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """How a measure goes, and where it stands now."""
    return _follow_up(strategy_id, actor, measure_id)


def _follow_up(strategy_id: int, actor: Actor, measure_id: int | None) -> ResponseReturnValue:
    _units, node, plan = for_writing(strategy_id, actor)
    row = _one(parts_of(db.session, plan.id).measures, measure_id)
    form = FollowForm(data={"progress": progress(row).value if row else None})
    if row is None:
        del form.progress

    def save(session: Session) -> PlanFollowUp:
        moved = form.moved if row is not None else None
        return commands.follow_up_plan(
            session, strategy_id, form.text.data or "", by=actor, measure_id=measure_id, progress=moved
        )

    if taken(form, save, _("The follow-up is noted.")):
        return back(strategy_id, "follow-ups")
    heading = _("Follow up: %(measure)s", measure=row.title) if row else _("Follow the plan up")
    fields = ("text", "progress") if row is not None else ("text",)
    return form_page(plan, node, form, heading, _("Note the follow-up"), fields=fields)


Row = TypeVar("Row", PlanPriority, Measure)


def _one(rows: Sequence[Row], part_id: int | None) -> Row | None:
    """The part by its id; None when none is named. NotFound when it is none of the plan's."""
    if part_id is None:
        return None
    found = next((row for row in rows if row.id == part_id), None)
    if found is None:
        raise NotFound
    return found


def attempt(write: Callable[[Session], None], said: str) -> None:
    """Nothing; it has been done, or the page says why not."""
    try:
        with transaction() as session:
            write(session)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(said)
