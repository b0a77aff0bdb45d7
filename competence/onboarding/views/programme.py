"""One newcomer's programme, for those who follow her: ticks, pace, people, the first shift, and what is left out or added."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, listed, say, show, transaction
from competence.learning.rules import TALK_NAMES
from competence.onboarding import commands
from competence.onboarding.forms import PACE_NAMES, AskForm, ItemForm, PaceForm, ProgrammeForm, YesForm, people
from competence.onboarding.models import OnboardingItem
from competence.onboarding.queries.ahead import colleagues
from competence.onboarding.queries.programmes import Programme, get_programme
from competence.onboarding.rules import KIND_NAMES, WEEKS, Side
from competence.onboarding.views.showing import card, count_words, group_word, late, stretches

bp = Blueprint("programme", __name__, url_prefix="/onboarding/<int:onboarding_id>")

FOLLOWS = (Permission.ONBOARDING_KEEP, Permission.ONBOARDING_TICK, Permission.OWN_READ)
"""A buddy or a mentor may be any colleague, so the page asks who she is to the newcomer."""


@bp.get("")
@requires(any_of=FOLLOWS)
def one(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The programme week by week."""
    return page(onboarding_id, actor)


def page(
    onboarding_id: int, actor: Actor, *, pace: PaceForm | None = None, yes: YesForm | None = None
) -> ResponseReturnValue:
    """The page, with a form as it was filled in."""
    found = get_programme(db.session, onboarding_id, actor=actor)
    looked_at(person_id=found.employment.person_id)
    runs = found.row.ended_on is None and (found.employment.valid_to is None or found.employment.valid_to > today())
    keeps = runs and actor.may(Permission.ONBOARDING_KEEP, found.unit.path)
    form = next((one for one in (pace, yes) if one is not None and one.errors), None)
    return render_template(
        "onboarding/programme.html", found=found, card=card(found), count=count_words(found), parts=stretches(found),
        late=late(found), keeps=keeps, runs=runs, me=actor.person_id, today=today(), weeks=WEEKS, side=Side.RESPONSIBLE,
        kind_names=KIND_NAMES, talk_names=TALK_NAMES, pace_names=PACE_NAMES, group_word=group_word,
        observes=actor.may(Permission.SIGNOFF_OBSERVE, found.unit.path), can_hold=actor.may(Permission.TALK_HOLD, found.unit.path),
        pace=pace or PaceForm(data={"percent": found.percent, "seen": str(found.row.revision)}), yes=yes or YesForm(),
        form=form,
    ), 422 if form else 200  # fmt: skip


def _keep(onboarding_id: int, actor: Actor) -> Programme:
    """The programme of somebody whom she leads. NotFound otherwise."""
    found = get_programme(db.session, onboarding_id, actor=actor)
    if not actor.may(Permission.ONBOARDING_KEEP, found.unit.path):
        raise NotFound
    return found


def _act(act: Callable[[Session], object], done: str) -> bool:
    """Whether it was done; a sentence says so, or why not."""
    try:
        with transaction() as session:
            act(session)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return False
    if done:
        flash(done)
    return True


def _back(onboarding_id: int, item_id: int | None = None) -> ResponseReturnValue:
    place = url_for(".one", onboarding_id=onboarding_id)
    return redirect(f"{place}#item-{item_id}" if item_id else place)


def told(session: Session, found: Programme, before: Programme, item: OnboardingItem) -> str:
    """What the tick did, in words: what is open now that was not before."""
    now_open = [one.task for one in found.openings if one.is_open]
    opened = [task for task in now_open if task not in {one.task for one in before.openings if one.is_open}]
    if opened:
        return str(_("Ticked by both. This can be trained and signed now: %(tasks)s.", tasks=listed(opened)))
    at = next((one for one in found.items if one.row.id == item.id), None)
    if at is not None and at.is_done:
        return str(_("In place: %(item)s.", item=item.name))
    if at is not None and item.newcomer_at is not None and item.responsible_at is None:
        return str(_("Ticked. It waits for the one who is responsible."))
    return str(_("Ticked. It waits for the newcomer."))


@bp.post("/items/<int:item_id>/tick")
@requires(any_of=FOLLOWS)
def tick(onboarding_id: int, item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The responsible one's tick."""
    before = get_programme(db.session, onboarding_id, actor=actor)
    try:
        with transaction() as session:
            item = commands.tick(session, onboarding_id, item_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(told(db.session, get_programme(db.session, onboarding_id, actor=actor), before, item))
    return _back(onboarding_id, item_id)


@bp.post("/items/<int:item_id>/untick")
@requires(any_of=FOLLOWS)
def untick(onboarding_id: int, item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The tick, taken back."""
    get_programme(db.session, onboarding_id, actor=actor)
    _act(lambda session: commands.untick(session, onboarding_id, item_id, by=actor), _("The tick is taken back."))
    return _back(onboarding_id, item_id)


@bp.post("/items/<int:item_id>/leave-out")
@requires(Permission.ONBOARDING_KEEP)
def leave_out(onboarding_id: int, item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The item is left out of this programme."""
    _keep(onboarding_id, actor)
    _act(
        lambda session: commands.leave_out(session, onboarding_id, item_id, out=True, by=actor),
        _("The item is left out."),
    )
    return _back(onboarding_id, item_id)


@bp.post("/items/<int:item_id>/take-in")
@requires(Permission.ONBOARDING_KEEP)
def take_in(onboarding_id: int, item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The item belongs to this programme again."""
    _keep(onboarding_id, actor)
    _act(
        lambda session: commands.leave_out(session, onboarding_id, item_id, out=False, by=actor),
        _("The item is in the programme again."),
    )
    return _back(onboarding_id, item_id)


@bp.post("/pace")
@requires(Permission.ONBOARDING_KEEP)
def pace(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The weeks are longer or shorter from today."""
    _keep(onboarding_id, actor)
    form = PaceForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.set_pace(session, onboarding_id, form.percent.data, seen=form.revision, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The pace is changed."))
            return _back(onboarding_id)
    return page(onboarding_id, actor, pace=form)


@bp.route("/change", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_KEEP)
def change(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """First day, buddy and mentor."""
    found = _keep(onboarding_id, actor)
    row = found.row
    chosen = [(one, found.names.get(one, _("Name erased"))) for one in (row.buddy_id, row.mentor_id) if one]
    form = ProgrammeForm(
        people(colleagues(db.session, actor, found.unit.path, but=found.employment.person_id), *chosen),
        data={"first_day": row.first_day, "buddy": row.buddy_id, "mentor": row.mentor_id, "seen": str(row.revision)},
    )
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_onboarding(session, onboarding_id, form.programme(), seen=form.revision, by=actor)
        except Overtaken as broken:
            flash(say(broken.message), "error")
            return redirect(url_for(".change", onboarding_id=onboarding_id))
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The programme is changed."))
            return _back(onboarding_id)
    return render_template("onboarding/change.html", form=form, found=found), 422 if form.errors else 200


@bp.route("/items/new", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_KEEP)
def add(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An item for this newcomer only."""
    found = _keep(onboarding_id, actor)
    form = ItemForm(data={"week": max(found.week, 1)})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                item = commands.add_item(session, onboarding_id, form.line(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The item is added."))
            return _back(onboarding_id, item.id)
    return render_template("onboarding/item.html", form=form, found=found), 422 if form.errors else 200


@bp.route("/items/<int:item_id>/ask", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_KEEP)
def ask(onboarding_id: int, item_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A colleague is asked to see to the item."""
    found = _keep(onboarding_id, actor)
    item = next((one for one in found.items if one.row.id == item_id), None)
    if item is None:
        raise NotFound
    asked = item.row.responsible_id
    chosen = [(asked, found.names.get(asked, _("Name erased")))] if asked else []
    form = AskForm(
        people(colleagues(db.session, actor, found.unit.path, but=found.employment.person_id), *chosen),
        data={"person": asked},
    )
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.ask_colleague(session, onboarding_id, item_id, form.person.data, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The colleague is asked.") if form.person.data else _("Nobody is asked by name."))
            return _back(onboarding_id, item_id)
    return render_template("onboarding/ask.html", form=form, found=found, item=item), 422 if form.errors else 200


@bp.post("/yes")
@requires(Permission.ONBOARDING_KEEP)
def yes(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The leader's written yes to the first shift."""
    found, form = _keep(onboarding_id, actor), YesForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.give_first_shift_yes(session, onboarding_id, words_=form.words.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Your yes to the first shift of %(name)s is noted.", name=found.name))
            return _back(onboarding_id)
    return page(onboarding_id, actor, yes=form)


@bp.post("/yes/withdraw")
@requires(Permission.ONBOARDING_KEEP)
def withdraw_yes(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The yes no longer stands."""
    _keep(onboarding_id, actor)
    _act(
        lambda session: commands.withdraw_first_shift_yes(session, onboarding_id, by=actor),
        _("The yes to the first shift is taken back."),
    )
    return _back(onboarding_id)


@bp.post("/end")
@requires(Permission.ONBOARDING_KEEP)
def end(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The programme ends."""
    _keep(onboarding_id, actor)
    if _act(
        lambda session: commands.end_onboarding(session, onboarding_id, by=actor),
        _("The introduction programme has ended."),
    ):
        return redirect(url_for("onboarding.index"))
    return _back(onboarding_id)
