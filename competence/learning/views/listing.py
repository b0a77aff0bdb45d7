"""The municipality's list of activities: read, added to, changed, archived and brought back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import task_names
from competence.foundation.clock import today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.web import db, show, transaction
from competence.learning import commands
from competence.learning.forms import ButtonForm, ListedForm, as_hours
from competence.learning.models import Activity
from competence.learning.queries.listing import get_listed, listed
from competence.learning.queries.plans import names
from competence.learning.rules import PART_NAMES, Part
from competence.learning.views.acting import act
from competence.learning.views.showing import hours_of

bp = Blueprint("activities", __name__, url_prefix="/activities")


def wanted_part() -> Part | None:
    """The part of the address; None for all."""
    asked = request.args.get("part", "")
    return Part(asked) if asked in [one.value for one in Part] else None


@bp.get("")
@requires(Permission.ACTIVITY_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The list by part, with a search; or those that are archived."""
    part, text = wanted_part(), " ".join(request.args.get("q", "").split())[:80]
    archived = request.args.get("archived") == "1"
    found = listed(db.session, part=part, archived=archived, text=text)
    return render_template(
        "learning/activities.html", found=found, part=part, parts=Part, part_names=PART_NAMES, q=text, archived=archived,
        hours_of=hours_of, names=names(db.session),
    )  # fmt: skip


def _form(activity: Activity | None) -> ListedForm:
    said = {}
    if activity is not None:
        said = {
            "name": activity.name, "part": str(activity.part), "hours": as_hours(activity.minutes), "area": activity.area,
            "who_leads": activity.who_leads, "place": activity.place, "about": activity.about, "task": activity.task_id,
            "level": activity.level, "price": activity.price, "seen": str(activity.revision),
        }  # fmt: skip
    tasks = task_names(db.session, on=today())
    if activity is not None and activity.task_id is not None:
        tasks = tasks | {activity.task_id: task_names(db.session).get(activity.task_id, "")}
    return ListedForm(tasks.items(), level_names(db.session).items(), data=said)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ACTIVITY_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An activity of the municipality's own."""
    form = _form(None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                made = commands.list_activity(session, form.listed(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is on the list.", name=made.name))
            return redirect(url_for(".index"))
    return render_template("learning/activity_listed.html", form=form, activity=None), 422 if form.errors else 200


@bp.route("/<int:activity_id>", methods=["GET", "POST"])
@requires(Permission.ACTIVITY_WRITE)
def change(activity_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the list says of an activity."""
    activity = get_listed(db.session, activity_id)
    form = _form(activity)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_listed(session, activity_id, form.listed(), seen=form.seen_revision, by=actor)
        except Overtaken as overtaken:
            show(overtaken, form)
            activity = get_listed(db.session, activity_id)
            form.seen.data = str(activity.revision)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is saved.", name=form.name.data))
            return redirect(url_for(".index"))
    return render_template("learning/activity_listed.html", form=form, activity=activity), 422 if form.errors else 200


@bp.post("/<int:activity_id>/archive")
@requires(Permission.ACTIVITY_WRITE)
def archive(activity_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Off the list; plans that took it keep it."""
    activity = get_listed(db.session, activity_id)
    seen = ButtonForm().seen_revision
    return act(
        lambda session: commands.archive_listed(session, activity_id, seen=seen, by=actor),
        _("%(name)s is archived.", name=activity.name), url_for(".index"), undo_url=url_for(".restore", activity_id=activity_id),
    )  # fmt: skip


@bp.post("/<int:activity_id>/restore")
@requires(Permission.ACTIVITY_WRITE)
def restore(activity_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """On the list again."""
    activity = get_listed(db.session, activity_id)
    return act(
        lambda session: commands.restore_listed(session, activity_id, by=actor),
        _("%(name)s is on the list.", name=activity.name), url_for(".index"),
    )  # fmt: skip
