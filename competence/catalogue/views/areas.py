"""The areas: listed in their order, added, changed, archived and brought back."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue import commands
from competence.catalogue.forms import ArchiveForm, AreaForm
from competence.catalogue.models import Area
from competence.catalogue.queries import tasks as queries
from competence.catalogue.queries.tasks import Wanted
from competence.foundation.clock import today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.forms import as_choices
from competence.foundation.web import db, say, show, transaction

bp = Blueprint("areas", __name__, url_prefix="/catalogue/areas")


@bp.get("")
@requires(Permission.CATALOGUE_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The areas with how many tasks each holds."""
    on = today()
    counts = {area.id: len(tasks) for area, tasks in queries.listed(db.session, Wanted(), on=on)}
    return render_template(
        "catalogue/areas.html", areas=queries.areas(db.session), counts=counts, today=on,
    )  # fmt: skip


def _form(area: Area | None) -> AreaForm:
    """The form, with the places to choose from: first, or after one of the others."""
    form = AreaForm()
    others = [one for one in queries.areas(db.session) if area is None or one.id != area.id]
    after = [(str(place), _("after %(area)s", area=one.name)) for place, one in enumerate(others, 2)]
    form.position.choices = as_choices([("1", _("first")), *after])
    if not form.is_submitted():
        places = [one.id for one in queries.areas(db.session)]
        form.position.data = places.index(area.id) + 1 if area is not None else len(others) + 1
        form.name.data = area.name if area is not None else ""
        form.seen.data = str(area.revision) if area is not None else "0"
    return form


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.CATALOGUE_WRITE)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A form for a new area."""
    form = _form(None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                area = commands.add_area(session, form.to_command(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is added.", name=area.name))
            return redirect(url_for(".index"))
    return render_template("catalogue/area.html", form=form, area=None), 422 if form.errors else 200


@bp.route("/<int:area_id>", methods=["GET", "POST"])
@requires(Permission.CATALOGUE_WRITE)
def change(area_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """An area's name and place."""
    area = queries.get_area(db.session, area_id)
    form = _form(area)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_area(session, area_id, form.to_command(), seen=form.seen_revision, by=actor)
        except Overtaken as overtaken:
            show(overtaken, form)
            area = queries.get_area(db.session, area_id)
            form.form_errors = [
                *form.form_errors,
                _(
                    "It is called %(name)s now. What you have typed is still here: look at it, and save again.",
                    name=area.name,
                ),
            ]
            form.seen.data = str(area.revision)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is saved.", name=form.name.data))
            return redirect(url_for(".index"))
    return render_template(
        "catalogue/area.html", form=form, area=area, archive=_archive(area)
    ), 422 if form.errors else 200


def _archive(area: Area) -> ArchiveForm:
    form = ArchiveForm(formdata=None, prefix="archive-")
    form.from_day.data, form.seen.data = today(), str(area.revision)
    return form


@bp.post("/<int:area_id>/archive")
@requires(Permission.CATALOGUE_WRITE)
def archive(area_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The area is out of the catalogue from a day."""
    area = queries.get_area(db.session, area_id)
    form = ArchiveForm(prefix="archive-")
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.archive_area(
                    session, area_id, from_day=form.from_day.data or date.min, seen=form.seen_revision, by=actor
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("%(name)s is archived.", name=area.name))
            return redirect(url_for(".index"))
    shown = AreaForm(formdata=None, data={"name": area.name, "seen": area.revision})
    shown.position.choices = _form(area).position.choices
    return render_template("catalogue/area.html", form=form, change=shown, area=area, archive=form), 422


@bp.post("/<int:area_id>/restore")
@requires(Permission.CATALOGUE_WRITE)
def restore(area_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The area is in the catalogue again."""
    area = queries.get_area(db.session, area_id)
    try:
        with transaction() as session:
            commands.restore_area(session, area_id, seen=area.revision, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("%(name)s is in the catalogue again.", name=area.name))
    return redirect(url_for(".change", area_id=area_id))
