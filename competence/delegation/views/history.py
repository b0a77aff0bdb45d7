"""A cell's history: what held on any day, and who decided what, when and why."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries.scales import level_names_at, level_names_on
from competence.catalogue.queries.tasks import get_task
from competence.delegation import queries
from competence.delegation.queries.cell_history import CellEvent, Kind, cell_on, events_of_cell
from competence.delegation.queries.reading import staff_groups
from competence.delegation.views.drawing import in_words, level_words, sign_of
from competence.delegation.views.wording import change_in_words
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound
from competence.foundation.web import day, db

bp = Blueprint("cells", __name__, url_prefix="/matrix/cells")


@bp.get("/<int:task_id>/<int:staff_group_id>")
@requires(Permission.MATRIX_READ)
def history(task_id: int, staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What held on the day that is asked about, today without one, and everything that was ever decided."""
    task, groups = get_task(db.session, task_id), staff_groups(db.session)
    if staff_group_id not in groups:
        raise NotFound
    on = _asked_day()
    versions = queries.read_versions(db.session)
    events = events_of_cell(db.session, versions, task_id, staff_group_id)
    then = cell_on(db.session, versions, events, (task_id, staff_group_id), on)
    return render_template(
        "matrix/history.html", task=task, group=groups[staff_group_id], on=on, today=today(), then=then,
        sign_parts=sign_of(then.terms), verdict=in_words(then.terms, level_names_on(db.session, on)),
        events=[(one, *_told(one, level_names_at(db.session, one.at))) for one in events],
        last_day=last_day,
    )  # fmt: skip


def _asked_day() -> date:
    asked = request.args.get("on", "")
    try:
        return date.fromisoformat(asked) if asked else today()
    except ValueError:
        flash(_("Choose a day to see what held then."), "error")
        return today()


def _told(one: CellEvent, levels: Mapping[int, str]) -> tuple[str, str]:
    """(what happened, what it says) in words."""
    match one.kind:
        case Kind.APPROVED:
            assert one.version is not None
            return str(_("Version %(number)s was approved", number=one.version.number)), str(
                _("in force from %(first)s", first=day(one.valid_from))
            )
        case Kind.CHANGED:
            assert one.version is not None
            said = change_in_words(one.before, one.after, levels)
            title = _("Changed in the draft of version %(number)s", number=one.version.number)
            return str(title), str(_("%(change)s (taken back)", change=said)) if one.undone else said
        case Kind.STOPPED:
            return str(_("Stopped in %(unit)s", unit=one.unit)), str(
                _("through %(day)s", day=day(last_day(one.valid_to)))
            )
        case Kind.LIFTED:
            return str(_("The stop in %(unit)s was lifted", unit=one.unit)), ""
        case Kind.STRICTER:
            what = (
                _("closed")
                if one.minimum_level is None
                else _("minimum level %(level)s", level=level_words(one.minimum_level, levels))
            )
            return str(_("Stricter in %(unit)s: %(what)s", unit=one.unit, what=what)), _while(one)


def _while(one: CellEvent) -> str:
    if one.valid_to is None:
        return str(_("in force from %(first)s", first=day(one.valid_from)))
    return str(_("%(first)s through %(last)s", first=day(one.valid_from), last=day(last_day(one.valid_to))))
