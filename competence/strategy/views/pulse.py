"""The pulse: rounds and their results for those who lead, and one tap for everybody who is asked."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import SMALLEST_GROUP
from competence.foundation.clock import last_day, today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.strategy.commands.pulse import answer_pulse, close_round, open_round
from competence.strategy.forms import ButtonForm, RoundForm
from competence.strategy.queries.pulse import Asked, Round, asked_of, rounds_of
from competence.strategy.rules.pulse import ANSWER_NAMES, MOST_DAYS, QUESTION, Answer, Counted
from competence.strategy.views.blueprint import bp

own_bp = Blueprint("pulse", __name__, url_prefix="/me/pulse")


def pulse_waiting(actor: Actor) -> Asked | None:
    """The round in which she is asked today and has not answered; for the card on her own page."""
    return asked_of(db.session, actor.person_id)


@dataclass(frozen=True)
class Line:
    """A unit of a round that is over."""

    node: Node
    depth: int
    result: Counted | None
    """None: hidden, or nobody answered."""


@dataclass(frozen=True)
class RoundShown:
    """A round as somebody sees it."""

    round: Round
    names: str
    lines: list[Line]
    may_close: bool


def lines_of(units: Tree, one: Round, within: Reach) -> list[Line]:
    """The units within reach that were asked, or lie above those that were, from the top down."""
    if not one.is_over:
        return []
    asked = [
        node for node in units.reached(within)
        if node.id in one.units or any(below.id in one.units for below in units.below(node))
    ]  # fmt: skip
    first = min((node.path.count("/") for node in asked), default=0)
    return [Line(node, node.path.count("/") - first, one.results.get(node.id)) for node in asked]


@bp.get("/pulse")
@requires(Permission.STRATEGY_READ)
def pulse(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The rounds that asked somebody within reach, with what may be shown of them."""
    units = tree(db.session, on=today())
    reached = {node.id for node in units.reached(within)}
    opens = actor.reach(Permission.PULSE_OPEN)
    found = [
        RoundShown(
            one, ", ".join(node.name for node in one.tops), lines_of(units, one, within),
            not one.is_over and one.begins < today()
            and all(opens.covers(units.by_id[unit].path) for unit in one.units if unit in units.by_id),
        )
        for one in rounds_of(db.session, units) if one.units & reached
    ]  # fmt: skip
    return render_template(
        "strategy/pulse.html", rounds=found, opens=bool(opens), answers=ANSWER_NAMES, question=QUESTION,
        smallest=SMALLEST_GROUP, today=today(), last_day=last_day,
    )  # fmt: skip


@bp.route("/pulse/new", methods=["GET", "POST"])
@requires(Permission.PULSE_OPEN)
def new_round(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A round begins."""
    units = tree(db.session, on=today())
    tops = units.tops(within)
    able = [(one.id, one.name) for top in tops for one in (top, *units.children.get(top.id, ()))]
    form = RoundForm(
        able, data={"units": [tops[0].id] if tops else [], "begins": today(), "last": today() + timedelta(days=13)}
    )
    if form.validate_on_submit():
        try:
            with transaction() as session:
                open_round(
                    session, form.units.data or (), form.begins.data or today(), form.last.data or today(), by=actor
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The round is opened. Those who are asked see it on their own page."))
            return redirect(url_for(".pulse"))
    return render_template(
        "strategy/round.html", form=form, question=QUESTION, most=MOST_DAYS, smallest=SMALLEST_GROUP
    ), 422 if form.errors else 200


@bp.post("/pulse/<int:round_id>/close")
@requires(Permission.PULSE_OPEN)
def end_round(round_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A round ends before its last day."""
    try:
        with transaction() as session:
            close_round(session, round_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The round is over."))
    return redirect(url_for(".pulse"))


@own_bp.route("", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The question with its five answers: one tap, and it is answered."""
    if request.method == "POST":
        try:
            answer = Answer(request.form.get("answer", ""))
        except ValueError:
            abort(400)
        try:
            with transaction() as session:
                answer_pulse(session, answer, by=actor)
        except RuleBroken as broken:
            flash(say(broken.message), "error")
        else:
            flash(_("Thank you. Nobody can see what you answered."))
        return redirect(url_for("me.path"))
    return render_template(
        "strategy/own_pulse.html", asked=pulse_waiting(actor), question=QUESTION, answers=ANSWER_NAMES,
        form=ButtonForm(), smallest=SMALLEST_GROUP, last_day=last_day,
    )  # fmt: skip
