"""What a scanned paper passport leads to: what the reader may see, after signing in."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.development import queries as own_queries
from competence.foundation.clock import now
from competence.foundation.errors import NotFound
from competence.foundation.web import db
from competence.passport import queries
from competence.passport.views.blueprint import bp, held

SEES = (Permission.PERSON_HISTORY, Permission.WHO_MAY_ASK, Permission.WHO_MAY_COLLEAGUES)


@bp.get("/passport/<int:person_id>")
@requires(any_of=SEES)
def reader(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the person may do now. Levels and last days only for those who read her history. Out of reach: 404."""
    if person_id == actor.person_id:
        return redirect(url_for("me.passport"))
    own = own_queries.mine(db.session, person_id)
    reach = {job.employment.id: queries.shown_to(actor, job.employment.unit.path) for job in own.jobs}
    jobs = [job for job in own.jobs if reach[job.employment.id] is not None]
    if not jobs:
        raise NotFound
    looked_at(person_id=person_id)
    return render_template(
        "passport/reader.html",
        name=queries.name_of_person(db.session, person_id) or _("Name erased"),
        person_id=person_id,
        jobs=jobs,
        areas=held(own, employments=[job.employment.id for job in jobs]),
        detailed=all(reach[job.employment.id] for job in jobs),
        checked=now(),
    )
