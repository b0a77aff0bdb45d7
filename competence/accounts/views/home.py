"""The front page, which is another one for each role; and the two pages that the footer names."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import PERMISSION_NAMES, POLICY, ROLE_NAMES, Actor, Permission, Reach
from competence.access.web import public, requires
from competence.accounts.rules import MENU
from competence.accounts.web import menu

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.OWN_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """To the first page of the role she works in."""
    for item in MENU.get(actor.home_role, ()):
        if item.endpoint in current_app.view_functions and (item.permission is None or actor.may(item.permission)):
            return redirect(url_for(item.endpoint))
    return render_template("home/index.html", links=menu(actor))


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
