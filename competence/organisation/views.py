"""The units as a tree, and the municipality's settings."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.audit.queries import entries_of
from competence.foundation.changes import foresee
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import sentence
from competence.foundation.web import clock_time, db, moment, say, show, transaction
from competence.organisation import commands
from competence.organisation.forms import SettingsForm, UnitForm
from competence.organisation.queries import depth, get_unit, settings_of, unit_choices, units_within
from competence.organisation.rules import ALL, GROUPS, Changed, Measure, Setting, Settings, ladder_text, last_changed

bp = Blueprint("organisation", __name__, url_prefix="/units")
settings_bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("/")
@requires(Permission.UNIT_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The tree, parents before children."""
    imports = "imports.units" in current_app.view_functions and actor.may(Permission.IMPORT_UNITS)
    return render_template(
        "organisation/index.html", units=units_within(db.session, within=within), depth=depth,
        imports=url_for("imports.units") if imports else "",
    )  # fmt: skip


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


# Settings


@settings_bp.route("/", methods=["GET", "POST"])
@requires(Permission.SETTINGS_WRITE)
def settings(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Every setting with its range and who changed it last. A change that decides rights is shown before it is saved."""
    commands.authorise_settings(db.session, actor)
    stored = settings_of(db.session)
    form = SettingsForm(stored)
    if form.validate_on_submit():
        changes = form.changes()
        if not changes:
            flash(_("Nothing is changed."))
            return redirect(url_for(".settings"))
        asks = any(ALL[key].meaning for key in changes) and "confirmed" not in request.form
        try:
            new = commands.checked_settings(stored, changes, seen=form.seen_settings())
            if asks and "back" not in request.form:
                return _what_it_means(form, stored, new)
            if "back" not in request.form:
                save = foresee(
                    db.session, partial(commands.change_settings, changes=changes, by=actor, seen=form.seen_settings())
                )
                with transaction() as session:
                    save(session)
                flash(_("The settings are saved."))
                return redirect(url_for(".settings"))
        except Overtaken:
            _tell_of_other(form)
        except RuleBroken as broken:
            show(broken, form)
    changed = _last_changed()
    return render_template(
        "organisation/settings.html",
        form=form,
        groups=GROUPS,
        changed=_who_and_when(changed),
        hours=Measure.HOURS,
        elsewhere=[said() for said in current_app.extensions["settings_elsewhere"]],
        ladder=Measure.LADDER,
    ), 422 if form.errors else 200


def _what_it_means(form: SettingsForm, stored: Settings, new: Settings) -> ResponseReturnValue:
    changes = [(ALL[key], say_value(ALL[key], stored), say_value(ALL[key], new)) for key in form.changes()]
    effect = None
    if any(setting.decides_now for setting, _old, _new in changes):
        effect = current_app.extensions["settings_effect"](db.session, new)
    return render_template(
        "organisation/settings_confirm.html", form=form, effect=effect,
        changes=[
            (say(setting.name), old, to, say(sentence(setting.meaning, old=old, new=to)) if setting.meaning else "")
            for setting, old, to in changes
        ],
    )  # fmt: skip


def say_value(setting: Setting, settings: Settings) -> str:
    """As "30" or "07:00–15:00"."""
    value = setting.value(settings)
    if setting.measure is Measure.LADDER:
        return ladder_text(value)
    return "–".join(value) if setting.measure is Measure.HOURS else str(value)


def _tell_of_other(form: SettingsForm) -> None:
    """Nothing; the form says who was first, and shows both values where both have changed the same setting."""
    stored, changed = settings_of(db.session), _last_changed()
    both = form.catch_up(stored)
    names = _names(changed)
    last = max(changed.values(), key=lambda one: one.at)
    form.form_errors = [
        _(
            "%(name)s changed the settings at %(time)s, while you had the page open. Nothing was written. "
            "What you have changed is still here: look at it, and save again.",
            name=names[last.by_person_id], time=clock_time(last.at),
        )
    ]  # fmt: skip
    for setting in both:
        field = form.fields_of(setting)[-1]
        field.errors = [
            _(
                "%(name)s has set it to %(value)s.",
                name=names[changed[setting.key].by_person_id],
                value=say_value(setting, stored),
            )
        ]


def _last_changed() -> dict[str, Changed]:
    entries = entries_of(db.session, "change_settings")
    return last_changed((entry.detail, entry.by_person_id, entry.recorded_at) for entry in entries)


def _who_and_when(changed: Mapping[str, Changed]) -> dict[str, str]:
    names = _names(changed)
    return {
        key: _("Changed by %(name)s, %(moment)s.", name=names[one.by_person_id], moment=moment(one.at))
        for key, one in changed.items()
    }


def _names(changed: Mapping[str, Changed]) -> dict[int | None, str]:
    """Who changed something, by id."""
    ids = {one.by_person_id for one in changed.values()}
    names_of: Callable[[Any, Iterable[int]], dict[int, str]] = current_app.extensions["names_of"]
    known = names_of(db.session, [id_ for id_ in ids if id_ is not None])
    return {id_: _("the command line") if id_ is None else known.get(id_, _("a former colleague")) for id_ in ids}
