"""The front page, which is another one for each role; and the two pages that the footer names."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from competence.access.rules import PERMISSION_NAMES, POLICY, ROLE_NAMES, Actor, Permission, Reach
from competence.access.web import public, requires
from competence.accounts.web import menu

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """To the first page of the role she works in."""
    links = menu(actor)
    return redirect(links[0].url) if links else render_template("home/menu.html", links=links)


@bp.get("/menu", endpoint="menu")
@requires(Permission.OWN_READ)
def more(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All pages of the menu of the role she works in, for the bar at the bottom of a phone."""
    return render_template("home/menu.html", links=menu(actor))


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """The accessibility statement."""
    return render_template("home/accessibility.html")


@bp.get("/permissions")
@requires(Permission.OWN_READ)
def permissions(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The permission table, drawn from the same table that decides."""
    return render_template(
        "home/permissions.html",
        policy=POLICY,
        role_names=ROLE_NAMES,
        permissions=list(PERMISSION_NAMES.items()),
        held=actor.roles,
    )
