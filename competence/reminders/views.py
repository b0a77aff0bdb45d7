"""What one is reminded of, which mails one wants, and the link in a mail that stops them."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, public, requires
from competence.accounts.queries import account_of_person
from competence.foundation.errors import NotFound
from competence.foundation.web import db, say, transaction
from competence.learning.queries.waiting import own_waiting, plans_waiting
from competence.paths.queries.placed import asked_of
from competence.paths.queries.placed import waiting_count as paths_count
from competence.reminders import commands, queries
from competence.reminders.forms import MailsForm
from competence.reminders.queries import Line
from competence.reminders.rules import MAIL_NAMES, UNASKED, Kind, MailKind, Part
from competence.reminders.tokens import opened
from competence.reminders.words import said
from competence.signoffs.queries import waiting_count
from competence.teaching.queries.people import waiting_count as news_count

bp = Blueprint("reminders", __name__)


@dataclass(frozen=True)
class Shown:
    """A reminder as a row: what, where, how long, and the one thing she can do about it."""

    id: int
    text: str
    unit: str
    left: str
    is_near: bool
    button: str
    url: str
    asks: tuple[int, int] | None = None
    """(employment, task) when the button asks the guides; it is a link otherwise."""


@bp.get("/reminders")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What one is reminded of, what ends first on top."""
    lines = queries.reminders_of(db.session, actor)
    looked_at_all({line.about_id for line in lines if line.part is not Part.OWN and line.about_id})
    asked = queries.asked_for(db.session, [(x.employment_id, x.task_id) for x in lines])
    return render_template(
        "reminders/index.html",
        own=[_shown(line, actor, asked) for line in lines if line.part is Part.OWN],
        others=[_shown(line, actor, asked) for line in lines if line.part is not Part.OWN],
        answers=waiting_count(db.session, actor),
        classes=news_count(db.session, actor),
        paths=paths_count(db.session, actor),
        asked_paths=asked_of(db.session, actor),
        proposals=own_waiting(db.session, actor),
        plans=plans_waiting(db.session, actor),
    )


def _shown(line: Line, actor: Actor, asked: set[tuple[int, int]]) -> Shown:
    button, url, asks = _button(line, actor, asked)
    return Shown(line.id, say(said(line)), line.unit, _left(line), line.days_left <= 7, button, url, asks)


def _left(line: Line) -> str:
    if line.kind is Kind.RETURN:
        return ""
    if line.days_left < 0:
        return str(_("over"))
    if line.days_left == 0:
        return str(_("today"))
    return str(ngettext("%(num)s day left", "%(num)s days left", line.days_left))


def _button(line: Line, actor: Actor, asked: set[tuple[int, int]]) -> tuple[str, str, tuple[int, int] | None]:
    """(its words, where it leads, what it asks for when it is a request)."""
    signed = line.kind in (Kind.SIGNOFF, Kind.SIGN_AGAIN)
    if line.kind is Kind.RETURN:
        where = url_for("me.path") if line.part is Part.OWN else url_for("persons.person", person_id=line.about_id)
        return _("See the list"), f"{where}#back", None
    if line.kind in (Kind.AFTER, Kind.FOLLOW_UP):
        return _("See the course"), f"{url_for('plan_activities.one', planned_id=line.subject_id)}#after", None
    if line.kind is Kind.FRAMEWORK:
        if any(root.count("/") == 2 for root in actor.reach(Permission.FRAMEWORK_WRITE).roots):  # over all of it
            return _("Renew"), url_for("frameworks.renew", framework_id=line.subject_id), None
        return _("See it"), url_for("matrix.index"), None
    if line.kind is Kind.EXEMPTION:
        if line.part is Part.LEADER:
            return _("Look at the agreement"), url_for("exemptions.person", employment_id=line.employment_id), None
        return _("See it"), url_for("me.why", employment_id=line.employment_id, task_id=line.task_id), None
    if not signed:
        return _("See and plan"), url_for("delegations.one", delegation_id=line.subject_id), None
    place: dict[str, Any] = {"employment_id": line.employment_id, "task_id": line.task_id}
    if line.part is Part.OWN and line.waits:
        return _("See and answer"), url_for("signoffs.answer", seq=line.waits), None
    if line.part is Part.GUIDE:
        return _("Observe and sign"), url_for("signoffs.bedside", **place), None
    if (line.employment_id, line.task_id) in asked:
        own, other = url_for("me.why", **place), url_for("persons.person", person_id=line.about_id)
        return _("The guides are asked. See it"), own if line.part is Part.OWN else other, None
    return _("Ask the guides"), url_for("signoffs.ask"), (line.employment_id, line.task_id)


@bp.post("/reminders/<int:reminder_id>/away")
@requires(Permission.OWN_READ)
def put_away(reminder_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Out of the list, until the next rung."""
    with transaction() as session:
        commands.put_away(session, reminder_id, by=actor)
    flash(cast(Any, {"text": _("It is put away."), "undo_url": url_for(".bring_back", reminder_id=reminder_id)}))
    return redirect(url_for(".index"))


@bp.post("/reminders/<int:reminder_id>/back")
@requires(Permission.OWN_READ)
def bring_back(reminder_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """In the list again."""
    with transaction() as session:
        commands.bring_back(session, reminder_id, by=actor)
    return redirect(url_for(".index"))


@bp.route("/account/mails", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def mails(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Which mails one wants."""
    offered = set(MailKind) if actor.may(Permission.ROSTER_READ) else UNASKED
    form = MailsForm(refused=queries.refused_by(db.session, actor.person_id), offered=offered)
    if form.validate_on_submit():
        with transaction() as session:
            commands.choose_mails(session, form.to_command(), by=actor)
        flash(_("Your choice is saved."))
        return redirect(url_for(".mails"))
    return render_template("reminders/mails.html", form=form, email=actor.extra["email"])


@bp.route("/mail/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """The link of a mail: asks, and a POST stops the mails it names (RFC 8058). Opens without sign-in, shows nobody's name."""
    found = opened(cast(str, current_app.secret_key), g.municipality_id, token)
    if found is None or account_of_person(db.session, found[0]) is None:
        raise NotFound
    person_id, kinds = found
    names = [say(MAIL_NAMES[kind]) for kind in kinds]
    if request.method == "POST":
        with transaction() as session:
            commands.stop_mails(session, person_id, kinds)
    return render_template("reminders/stop.html", names=names, done=request.method == "POST")


@bp.record_once
def _without_page(state: BlueprintSetupState) -> None:
    """A mail program posts to `stop` without a page of ours to have a token from: the signed link is the token."""
    state.app.extensions["csrf"].exempt(stop)
