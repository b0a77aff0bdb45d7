"""What one person may do then: "Må hun?" for whoever plans, with shift and phone, and nothing of how she came to it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.asking import may_she
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import tree
from competence.coverage.queries.searching import tasks_called
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.coverage.views.asking import all_told, told, works_when
from competence.coverage.views.choices import first_day, task_options, typed_duty
from competence.coverage.views.finding import hours_of, in_a_line
from competence.coverage.views.who_may import MOST_MATCHES, typed
from competence.decision.queries import book
from competence.foundation.clock import today
from competence.foundation.web import db
from competence.organisation.queries import settings_of

bp = Blueprint("may_she", __name__, url_prefix="/who-may/person")


@bp.get("/<int:person_id>")
@requires(Permission.WHO_MAY_PERSON)
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Whether she may do the task that is named, or all that she may do and nearly may, for the duty."""
    units, settings = tree(db.session, on=today()), settings_of(db.session)
    on, shift = typed_duty(settings)
    text = typed()
    matches = tasks_called(db.session, text, on=on) if text else []
    wanted = matches if len(matches) == 1 else tasks_on(db.session, on)
    asked = may_she(db.session, units, person_id, wanted, on=on, shift=shift, within=within)
    looked_at(person_id=person_id)
    shared = book(db.session)
    one = told(asked, matches[0], shift, settings, tab=shared.expiring_days(matches[0].id), own=False) if (
        len(matches) == 1 and asked.jobs
    ) else None  # fmt: skip
    return render_template(
        "who_may/person.html",
        asked=asked, one=one, text=matches[0].name if one else text, matches=matches[:MOST_MATCHES] if len(matches) > 1 else [],
        unknown=bool(text) and not matches, on=on, shift=shift, shifts=list(Shift), shift_names=SHIFT_NAMES,
        first_day=first_day(settings), today=today(), hours=hours_of(settings), task_options=task_options(db.session, on),
        all=None if one else all_told(asked, wanted, soon=shared.expiring, tab=settings.expiring_days),
        works=[(in_a_line(job.someone.group), job.unit.name, works_when(job, shift, settings)) for job in asked.jobs],
    )  # fmt: skip
