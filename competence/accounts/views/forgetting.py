"""Forgetting a person: what names her is erased, what was signed stays."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts import commands, queries
from competence.accounts.views.blueprint import bp
from competence.foundation.errors import RuleBroken
from competence.foundation.forms import Form
from competence.foundation.web import db, show, transaction


@bp.route("/people/<int:person_id>/forget", methods=["GET", "POST"])
@requires(Permission.PERSON_ADMINISTER)
def forget(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A page that asks once more, and then erases."""
    name = queries.person_within(db.session, person_id, within=within)
    form = Form()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.forget_person(session, person_id, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            current_app.extensions["sweep_files"](db.session)
            flash(_("The person is forgotten. What was signed stays, about nobody by name."))
            return redirect(url_for("people.index"))
    return render_template("people/forget.html", form=form, name=name, person_id=person_id)
