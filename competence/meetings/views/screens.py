"""The screen on the wall: nobody signs in, its own link shows one unit's board, and only on the screen that opened it first."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.access.web import public
from competence.coverage.queries.places import tree
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.coverage.views.drawing import weekday
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.limits import limited
from competence.foundation.web import after_reading, db, transaction
from competence.meetings import commands, queries
from competence.meetings.forms import ButtonForm
from competence.meetings.models import Screen
from competence.meetings.views.showing import wall_of

bp = Blueprint("screens", __name__, url_prefix="/screen")
YEAR_IN_SECONDS = 365 * 24 * 60 * 60
NOT_FOUND_BY_SEARCH = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
MOST_A_MINUTE = 600
"""A town hall's screens ask once a minute each, all from one address."""


def _cookie(screen: Screen) -> str:
    return f"screen_{screen.id}"


def _refused() -> ResponseReturnValue:
    """What a screen shows whose link no longer holds: it loads the page anew, and the old figures are gone."""
    headers = NOT_FOUND_BY_SEARCH | ({"HX-Refresh": "true"} if request.headers.get("HX-Request") else {})
    return render_template("meetings/closed.html"), 404, headers


@bp.get("/<link>")
@public
@limited(MOST_A_MINUTE)
def screen(link: str) -> ResponseReturnValue:
    """The unit's board on the screen that is bound to the link; a button where none is yet. Else nothing is told."""
    found = queries.living_screen(db.session, link)
    if found is None:
        return _refused()
    if found.screen_hash is None:
        return (
            render_template("meetings/bind.html", link=link, form=ButtonForm(), name=found.name),
            200,
            NOT_FOUND_BY_SEARCH,
        )
    kept = request.cookies.get(_cookie(found), "")
    if not kept or queries.hash_of(kept) != found.screen_hash:
        return _refused()
    units = tree(db.session, on=today())
    node = units.by_id.get(found.unit_id)
    if node is None:
        return _refused()
    if found.seen_on != today():
        after_reading(lambda session: _seen(session, found.id))
    everywhere = Reach((node.path,))
    actions = queries.actions_in(db.session, units, everywhere, named=Reach(), unit_id=node.id)
    return render_template(
        "meetings/screen.html", node=node, wall=wall_of(db.session, units, node, actions), shifts=list(Shift),
        shift_names=SHIFT_NAMES, weekday=weekday(today()), today=today(), preview=False, link=link,
    ), 200, NOT_FOUND_BY_SEARCH  # fmt: skip


@bp.post("/<link>/bind")
@public
@limited(60)
def bind(link: str) -> ResponseReturnValue:
    """The link is bound to this screen; from now on it shows the board here and nowhere else."""
    if not ButtonForm().validate_on_submit():
        return redirect(url_for(".screen", link=link))
    try:
        with transaction() as session:
            found, secret = commands.bind_screen(session, link)
    except NotFound:
        return _refused()
    answer = make_response(redirect(url_for(".screen", link=link)))
    answer.set_cookie(
        _cookie(found), secret, max_age=YEAR_IN_SECONDS, httponly=True, samesite="Strict", path="/screen",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer


def _seen(session: Session, screen_id: int) -> None:
    """Once a day it is noted that the screen is in use, so that a leader sees which links can be closed."""
    row = session.get(Screen, screen_id)
    if row is not None:
        row.seen_on = today()
