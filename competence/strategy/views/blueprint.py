"""What the pages of the plan share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.coverage.queries.places import Node, Tree, tree
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.forms import Form
from competence.foundation.web import db, show, transaction
from competence.strategy.models import StrategicPlan
from competence.strategy.queries.plans import plan_for, status
from competence.strategy.rules.planning import Status
from competence.strategy.views.showing import years_of

bp = Blueprint("strategy", __name__, url_prefix="/strategy")


def opened(strategy_id: int, actor: Actor) -> tuple[Tree, Node, StrategicPlan]:
    """The units, the plan's unit and the plan. NotFound when there is none that she may read."""
    units = tree(db.session, on=today())
    plan, node = plan_for(db.session, units, strategy_id, actor)
    return units, node, plan


def for_writing(strategy_id: int, actor: Actor) -> tuple[Tree, Node, StrategicPlan]:
    """The same, for whoever writes it. NotFound for whoever does not."""
    units, node, plan = opened(strategy_id, actor)
    if not actor.may(Permission.STRATEGY_WRITE, node.path):
        raise NotFound
    return units, node, plan


def is_draft(plan: StrategicPlan) -> bool:
    """Whether what the plan says can still be changed."""
    return status(plan) is Status.DRAFT


def taken(form: Form, write: Callable[[Session], Any], said: str) -> bool:
    """Whether the form was sent and its command has been carried out; a broken rule stands at its field."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction() as session:
            write(session)
    except RuleBroken as broken:
        show(broken, form)
        return False
    flash(said)
    return True


def form_page(
    plan: StrategicPlan, node: Node, form: Form, heading: str, button: str, *, fields: tuple[str, ...], remove: str = "",
    hint: str = "", said: str = "",
) -> ResponseReturnValue:  # fmt: skip
    """The page of one form of a plan. `remove`: where what it is about is taken away, if it can be."""
    return render_template(
        "strategy/form.html", plan=plan, node=node, form=form, title=heading, button=button, fields=fields, remove=remove,
        hint=hint, years=years_of(plan), said=said,
    ), 422 if form.errors else 200  # fmt: skip


def back(strategy_id: int, anchor: str = "") -> ResponseReturnValue:
    """To the plan."""
    return redirect(url_for("strategy.plan", strategy_id=strategy_id, _anchor=anchor or None))


def too_late(strategy_id: int) -> ResponseReturnValue:
    """To a plan that is decided, with the reason that it cannot be changed."""
    flash(_("The plan is decided. Begin a new one from it to change what it says."), "error")
    return back(strategy_id)
