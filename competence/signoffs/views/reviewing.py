"""The list of signatures whose ground has come in doubt."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, transaction
from competence.signoffs import commands
from competence.signoffs.queries import get_employment
from competence.signoffs.queries.reviewing import to_review
from competence.signoffs.views.blueprint import bp


@bp.get("/review")
@requires(Permission.SIGNOFF_REVIEW)
def review(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What was signed on a ground that has turned out wrong since, and still stands."""
    return render_template("signoffs/review.html", rows=to_review(db.session, within, but=actor.person_id))


@bp.post("/review/<int:employment_id>/<int:seq>")
@requires(Permission.SIGNOFF_REVIEW)
def stands(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It has been looked at, and stands."""
    _employment, unit = get_employment(db.session, employment_id)
    if not within.covers(unit.path):
        raise NotFound
    try:
        with transaction() as session:
            commands.let_stand(session, employment_id, seq, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("Noted: you have looked at it, and it stands."))
    return redirect(url_for(".review"))
