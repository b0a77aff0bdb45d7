"""The development nurse's desk."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.forms import hours_text
from competence.catalogue.queries.tasks import task_names
from competence.foundation.web import db
from competence.teaching.queries import classes as reads
from competence.teaching.queries import desk as queries
from competence.teaching.queries.effects import effects, held_classes, together
from competence.teaching.views.showing import rows_of

bp = Blueprint("desk", __name__, url_prefix="/desk")
MOST = 8
MOST_NEEDS = 15
MOST_PLACES = 60
"""What classes for more places than so many in all have changed is counted on a page of its own."""


@bp.get("")
@requires(Permission.TEACHING_PLAN)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Needs across units, coming classes, the trainers' load, and what classes have changed."""
    held = held_classes(db.session, within)
    changed = effects(db.session, within, held, most=MOST_PLACES)
    coming = [one for one in reads.coming(db.session) if one.concerns(within)]
    missing = queries.needs(db.session, within, coming)
    return render_template(
        "teaching/desk.html", missing=missing, needs=missing[:MOST_NEEDS], coming=rows_of(coming[:MOST]),
        more=max(0, len(coming) - MOST), loads=queries.loads(db.session, within), weeks=queries.WEEKS_AHEAD,
        effects=changed, together=together(changed or ()), held=held, tasks=task_names(db.session), hours=hours_text,
    )  # fmt: skip


@bp.get("/effects")
@requires(Permission.TEACHING_PLAN)
def changed(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the latest classes have changed, however many places they were for."""
    found = effects(db.session, within, held_classes(db.session, within)) or []
    return render_template(
        "teaching/effects.html", effects=found, together=together(found), tasks=task_names(db.session)
    )
