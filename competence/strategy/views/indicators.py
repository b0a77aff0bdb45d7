"""The indicators of a plan, and the values that are typed in."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.web import db, say
from competence.strategy.commands import parts as commands
from competence.strategy.forms import AT_LEAST, AT_MOST, IndicatorForm, ValueForm
from competence.strategy.models import IndicatorValue, PlanIndicator
from competence.strategy.queries.plans import parts_of
from competence.strategy.rules.indicators import HOW, INDICATOR_NAMES, Indicator
from competence.strategy.views.blueprint import back, bp, for_writing, form_page, is_draft, taken, too_late
from competence.strategy.views.parts import attempt


@bp.route("/<int:strategy_id>/indicators/new", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def new_indicator(strategy_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One more indicator."""
    return _indicator(strategy_id, actor, None)


@bp.route("/<int:strategy_id>/indicators/<int:indicator_id>", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def change_indicator(strategy_id: int, indicator_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An indicator, changed."""
    return _indicator(strategy_id, actor, indicator_id)


def _of(strategy_id: int, indicator_id: int) -> PlanIndicator:
    """The indicator. NotFound when it is none of the plan's."""
    found = next((one for one in parts_of(db.session, strategy_id).indicators if one.id == indicator_id), None)
    if found is None:
        raise NotFound
    return found


def _indicator(strategy_id: int, actor: Actor, indicator_id: int | None) -> ResponseReturnValue:
    _units, node, plan = for_writing(strategy_id, actor)
    row = _of(strategy_id, indicator_id) if indicator_id is not None else None
    if not is_draft(plan):
        return too_late(strategy_id)
    data = {
        "kind": row.kind, "title": row.title, "unit_of_value": row.unit_of_value, "target": row.target,
        "direction": AT_LEAST if row.at_least else AT_MOST,
    } if row else {"kind": Indicator.OWN.value}  # fmt: skip
    form = IndicatorForm(data=data)

    def save(session: Session) -> PlanIndicator:
        return commands.put_indicator(session, strategy_id, form.said(), by=actor, indicator_id=indicator_id)

    if taken(form, save, _("The indicator is saved.")):
        return back(strategy_id, "indicators")
    where = url_for(".remove_indicator", strategy_id=strategy_id, indicator_id=indicator_id) if row else ""
    heading = _("Change the indicator") if row else _("Add an indicator")
    return form_page(
        plan,
        node,
        form,
        heading,
        _("Save"),
        fields=("kind", "title", "unit_of_value", "target", "direction"),
        remove=where,
    )


@bp.post("/<int:strategy_id>/indicators/<int:indicator_id>/remove")
@requires(Permission.STRATEGY_WRITE)
def remove_indicator(strategy_id: int, indicator_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An indicator, taken away."""
    for_writing(strategy_id, actor)
    attempt(
        lambda session: commands.remove_indicator(session, strategy_id, indicator_id, by=actor), _("It is removed.")
    )
    return back(strategy_id, "indicators")


@bp.route("/<int:strategy_id>/indicators/<int:indicator_id>/value", methods=["GET", "POST"])
@requires(Permission.STRATEGY_WRITE)
def value(strategy_id: int, indicator_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A value that comes from elsewhere, typed in."""
    _units, node, plan = for_writing(strategy_id, actor)
    row = _of(strategy_id, indicator_id)
    form = ValueForm(data={"measured_on": today()})

    def save(session: Session) -> IndicatorValue:
        return commands.type_value(
            session, strategy_id, indicator_id, form.measured_on.data or today(), form.value.data or 0.0, by=actor
        )

    if taken(form, save, _("The value is saved.")):
        return back(strategy_id, "indicators")
    kind = Indicator(row.kind)
    hint = say(HOW[kind]) if kind is not Indicator.OWN else ""
    return form_page(
        plan, node, form, _("Write a value: %(indicator)s", indicator=row.title or say(INDICATOR_NAMES[kind])), _("Save"),
        fields=("measured_on", "value"), hint=hint,
    )  # fmt: skip
