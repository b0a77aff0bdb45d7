"""The list of people."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import today
from competence.foundation.web import db
from competence.organisation.models import Unit
from competence.organisation.queries import get_unit, unit_choices
from competence.people import queries
from competence.people.queries import PersonLine, Who
from competence.people.views.blueprint import bp, shifts_in_words

NextEnds = Callable[..., dict[int, tuple[str, date]]]


@bp.get("")
@requires(any_of=(Permission.PERSON_READ, Permission.EXTERNAL_ADD))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Everybody within reach, by name or number; what ends next for those who see sign-offs."""
    q = " ".join((request.args.get("q") or "").split())[:80]
    unit = _unit(request.args.get("unit", type=int), within)
    who = Who(request.args["who"]) if request.args.get("who") in set(Who) else Who.RUNNING
    if who is Who.ENDED and not actor.may(Permission.PERSON_READ):
        who = Who.RUNNING
    page = queries.people_page(
        db.session, within=within, q=q, unit=unit, who=who, page=request.args.get("page", 1, type=int)
    )
    if unit is not None:
        looked_at(unit_id=unit.id)
    history = [line for line in page.lines if actor.may(Permission.PERSON_HISTORY, line.unit_path)]
    return render_template(
        "people/index.html",
        page=page,
        lines=[(line, shifts_in_words(line.shifts), *_links(line, actor)) for line in page.lines],
        ends=_next_ends(history),
        sees_ends=bool(actor.reach(Permission.PERSON_HISTORY)),
        q=q,
        unit=unit,
        who=who,
        kinds=_kinds(ended=actor.may(Permission.PERSON_READ)),
        units=unit_choices(db.session, within=within),
        page_url=_page_url,
        adds_external=actor.may(Permission.EXTERNAL_ADD),
        administers=actor.may(Permission.PERSON_ADMINISTER),
        appoints=actor.may(Permission.APPOINTMENT_GIVE),
        imports="imports.index" in current_app.view_functions and actor.may(Permission.IMPORT_PEOPLE),
    )


def _kinds(*, ended: bool) -> list[tuple[Who, str]]:
    kinds = [(Who.RUNNING, _("Working here")), (Who.EXTERNALS, _("Externals"))]
    return [*kinds, (Who.ENDED, _("Ended"))] if ended else kinds


def _unit(unit_id: int | None, within: Reach) -> Unit | None:
    return get_unit(db.session, unit_id, within=within) if unit_id else None


def _page_url(page: int) -> str:
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key in {"q", "unit", "who"} and value}
    return url_for(".index", **kept, page=page)


def _links(line: PersonLine, actor: Actor) -> tuple[str, str]:
    """(her own page, the page where she is administered), "" where the reader may not open it."""
    views = current_app.view_functions
    own = edit = ""
    if actor.may(Permission.PERSON_READ, line.unit_path) and "persons.person" in views:
        own = url_for("persons.person", person_id=line.person_id)
    if actor.may(Permission.PERSON_ADMINISTER, line.unit_path):
        edit = url_for(".edit", person_id=line.person_id)
    elif line.is_external and actor.may(Permission.EXTERNAL_ADD, line.unit_path):
        edit = url_for(".external", external_id=line.employment_id)
    return own, edit


def _next_ends(lines: list[PersonLine]) -> dict[int, tuple[str, date]]:
    """Employment -> (task, last day) of the sign-off that ends next. What knows sign-offs lies above this feature."""
    ask: NextEnds | None = current_app.extensions.get("next_ends")
    return ask(db.session, [line.employment_id for line in lines], on=today()) if ask and lines else {}
