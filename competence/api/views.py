"""The administrator's page of keys: which systems may ask, a new one, and taking one back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import PERMISSION_NAMES, Actor, Permission, Reach
from competence.access.web import requires
from competence.api import commands, queries
from competence.api.forms import KeyForm
from competence.catalogue.queries.tasks import root_path
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, listed, say, show, transaction
from competence.organisation.queries import unit_choices

bp = Blueprint("api_keys", __name__, url_prefix="/api-keys")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.API_KEY_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The systems that may ask, and a form for a new one, whose key is shown this once."""
    _reaches_all(within)
    form = KeyForm(units=unit_choices(db.session, within=within))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                key, token = commands.make_key(session, form.to_command(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            return render_template("api/made.html", key=key, token=token, through=form.valid_through.data)
    return render_template(
        "api/index.html", form=form, rows=[(one, _asks(one)) for one in queries.keys(db.session)]
    ), 422 if form.errors else 200  # fmt: skip


def _asks(key: queries.ListedKey) -> str:
    """What the system may ask, in words."""
    return listed([say(PERMISSION_NAMES[one]) for one in key.permissions])


@bp.post("/<int:key_id>/revoke")
@requires(Permission.API_KEY_WRITE)
def revoke(key_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The key, which opens nothing from now on."""
    _reaches_all(within)
    with transaction() as session:
        key = commands.revoke_key(session, key_id, by=actor)
        name = key.name
    flash(_("%(name)s can no longer ask.", name=name))
    return redirect(url_for(".index"))


def _reaches_all(within: Reach) -> None:
    """Nothing. NotFound for a role over a part of the municipality: the keys are everybody's."""
    if not within.covers(root_path(db.session)):
        raise NotFound
