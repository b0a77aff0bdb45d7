"""A job's page: how far it is, and what came of it. It is read again by its own button, or by itself with script."""

from typing import cast

from flask import Blueprint, current_app, g, render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.clock import now
from competence.foundation.web import db
from competence.jobs import queries
from competence.jobs.rules import Standing, State
from competence.jobs.running import Runner

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
ASKING = (
    Permission.IMPORT_MATRIX, Permission.IMPORT_PEOPLE, Permission.IMPORT_REQUIREMENTS, Permission.IMPORT_SIGNOFFS,
    Permission.IMPORT_UNITS, Permission.INSPECTION_READ, Permission.MATRIX_APPROVE, Permission.MATRIX_EDIT,
    Permission.TRAINING_PLAN,
)  # fmt: skip
"""What one must be allowed, to have asked for a job."""


def wake() -> None:
    """Nothing; what waits in the request's municipality is done soon, by a thread of this process."""
    cast(Runner, current_app.extensions["jobs"]).wake(g.municipality_id)


@bp.get("/<int:job_id>")
@requires(any_of=ASKING)
def job(job_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One's own job."""
    found = queries.job_of(db.session, job_id, actor.person_id)
    state = State(found.state)
    if Standing(state, found.beat_at, found.tries).free(now()):
        wake()  # whoever had it is gone
    percent = 100 * found.done // found.total if found.total else 0
    return render_template(
        "jobs/job.html", job=found, percent=min(percent, 99), over=found.ended_at is not None, done=state is State.DONE
    )
