"""The units as a tree."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.organisation import commands
from competence.organisation.forms import UnitForm
from competence.organisation.queries import depth, get_unit, unit_choices, units_within

bp = Blueprint("organisation", __name__, url_prefix="/units")


@bp.get("/")
@requires(Permission.UNIT_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The tree, parents before children."""
    return render_template("organisation/index.html", units=units_within(db.session, within=within), depth=depth)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.UNIT_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A form for a new unit."""
    form = UnitForm(parents=unit_choices(db.session, within=within))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.add_unit(session, form.to_new(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is added.", name=form.name.data))
            return redirect(url_for(".index"))
    return render_template("organisation/unit.html", form=form, unit=None)


@bp.route("/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.UNIT_WRITE)
def change(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A unit's name, kind, place and line to call."""
    unit = get_unit(db.session, unit_id, within=within)
    places = [(id_, name) for id_, name in unit_choices(db.session, within=within) if id_ != unit.id]
    form = UnitForm(parents=places if unit.parent_id is not None else None, unit=unit)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_unit(session, unit_id, form.to_change(), by=actor)
                if "parent" in form and form.parent.data != unit.parent_id:
                    commands.move_unit(session, unit_id, form.parent.data, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is saved.", name=form.name.data))
            return redirect(url_for(".index"))
    return render_template("organisation/unit.html", form=form, unit=unit)


@bp.post("/<int:unit_id>/close")
@requires(Permission.UNIT_WRITE)
def close(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The unit is closed from today."""
    unit = get_unit(db.session, unit_id, within=within)
    try:
        with transaction() as session:
            commands.close_unit(session, unit_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".change", unit_id=unit_id))
    flash(_("%(name)s is closed.", name=unit.name))
    return redirect(url_for(".index"))
