"""The newcomer's own page, made for a phone: today and this week, with big ticks; and the page of those who are there for her."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, requires
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, transaction
from competence.learning.rules import TALK_NAMES
from competence.onboarding import commands
from competence.onboarding.models import OnboardingItem
from competence.onboarding.queries import beside as queries
from competence.onboarding.queries.programmes import own_programmes
from competence.onboarding.queries.students import open_stage
from competence.onboarding.rules import KIND_NAMES, WEEKS, Side
from competence.onboarding.views.programme import told
from competence.onboarding.views.showing import cards, count_words, own_parts, week_words
from competence.people.models import Employment

bp = Blueprint("intro", __name__, url_prefix="/me/intro")


@bp.get("")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Mit introforløb."""
    found = own_programmes(db.session, actor.person_id)
    return render_template(
        "onboarding/own.html", shown=[(one, own_parts(one), week_words(one), count_words(one)) for one in found],
        kind_names=KIND_NAMES, talk_names=TALK_NAMES, weeks=WEEKS, today=today(),
        stages={one.id: stage for one in found if (stage := open_stage(db.session, one.employment.id)) is not None},
    )  # fmt: skip


@bp.get("/colleagues")
@requires(Permission.OWN_READ)
def beside(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The new colleagues she is there for, as buddy or mentor; and of others what she is asked to see to."""
    near, asked = queries.beside(db.session, actor.person_id)
    looked_at_all({one.employment.person_id for one in near} | {one.employment.person_id for one, _items in asked})
    return render_template(
        "onboarding/beside.html", near=cards(near), kind_names=KIND_NAMES, today=today(), side=Side.RESPONSIBLE,
        asked=[(one, some, actor.may(Permission.SIGNOFF_OBSERVE, one.unit.path)) for one, some in asked],
        me=actor.person_id,
    )  # fmt: skip


@bp.post("/colleagues/<int:beside_id>/tick")
@requires(Permission.OWN_READ)
def see_to(beside_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What she is asked to see to, ticked."""
    return _seen_to(beside_id, actor, commands.tick, _("Ticked. Thank you."))


@bp.post("/colleagues/<int:beside_id>/untick")
@requires(Permission.OWN_READ)
def undo_see_to(beside_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her tick, taken back."""
    return _seen_to(beside_id, actor, commands.untick, _("The tick is taken back."))


def _seen_to(item_id: int, actor: Actor, run: Callable[..., object], done: str) -> ResponseReturnValue:
    """Back to her list. NotFound for what she is not asked to see to."""
    asked = {item.row.id: one.id for one, some in queries.beside(db.session, actor.person_id)[1] for item in some}
    if item_id not in asked:
        raise NotFound
    try:
        with transaction() as session:
            run(session, asked[item_id], item_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(done)
    return redirect(url_for(".beside"))


def _item(item_id: int, actor: Actor) -> OnboardingItem:
    """The item of one of her own programmes. NotFound otherwise."""
    item = db.session.scalars(
        select(OnboardingItem)
        .join(Employment, Employment.id == OnboardingItem.employment_id)
        .where(OnboardingItem.id == item_id, Employment.person_id == actor.person_id)
    ).one_or_none()
    if item is None:
        raise NotFound
    return item


@bp.post("/<int:item_id>/tick")
@requires(Permission.OWN_READ)
def tick(item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own tick."""
    place = _item(item_id, actor).onboarding_id
    before = next((one for one in own_programmes(db.session, actor.person_id) if one.id == place), None)
    try:
        with transaction() as session:
            item = commands.tick(session, place, item_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        after = next((one for one in own_programmes(db.session, actor.person_id) if one.id == place), None)
        flash(told(db.session, after, before, item) if after and before else _("Ticked."))
    return redirect(url_for(".index"))


@bp.post("/<int:item_id>/untick")
@requires(Permission.OWN_READ)
def untick(item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own tick, taken back."""
    place = _item(item_id, actor).onboarding_id
    try:
        with transaction() as session:
            commands.untick(session, place, item_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The tick is taken back."))
    return redirect(url_for(".index"))
