"""A staff group's profile over time: which version counted on any day, and who did what, when and why."""

from datetime import date

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.audit.rules import ACTIONS
from competence.foundation.clock import today
from competence.foundation.web import db
from competence.profiles import queries
from competence.profiles.views.blueprint import bp


@bp.get("/<int:staff_group_id>/history")
@requires(Permission.PROFILE_READ)
def history(staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What counted on the day that is asked about, today without one, and everything that was ever done."""
    group, on = queries.get_group(db.session, staff_group_id), today()
    if asked := request.args.get("on", ""):
        try:
            on = date.fromisoformat(asked)
        except ValueError:
            flash(_("Choose a day to see what held then."), "error")
    version, followed = queries.in_force_for(db.session, group.id, on)
    return render_template(
        "profiles/history.html", group=group, on=on, version=version, followed=followed,
        names={one.id: one.name for one in queries.groups(db.session)}, actions=ACTIONS,
        events=queries.events_of_group(db.session, group.id),
    )  # fmt: skip
