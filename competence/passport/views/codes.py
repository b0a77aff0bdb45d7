"""The code on a phone: made on her own page, and opened by whoever she shows it to."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, public, requires, signed_in_actor
from competence.audit.commands import log_access
from competence.development import queries as own_queries
from competence.foundation.addresses import address
from competence.foundation.clock import now
from competence.foundation.limits import limited
from competence.foundation.web import after_reading, db, transaction
from competence.passport import codes, commands, queries
from competence.passport.drawing import code_picture
from competence.passport.rules import CODE_LASTS
from competence.passport.views.blueprint import bp, held, municipality

NOT_FOUND_BY_SEARCH = {"X-Robots-Tag": "noindex, nofollow"}


@bp.get("/me/passport/code")
@requires(Permission.OWN_READ)
def own_code(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her code, to hold up to somebody; without one, the button that makes it."""
    code = queries.living_code(db.session, actor.person_id)
    if code is None:
        return render_template("passport/own_code.html", code=None)
    token = codes.sealed(_secret_key(), municipality().id, actor.person_id, code.secret)
    link = address(".code", token=token)
    return render_template(
        "passport/own_code.html", code=code, link=link, picture=code_picture(link), until=code.made_at + CODE_LASTS
    )


@bp.post("/me/passport/code")
@requires(Permission.OWN_READ)
def make_code(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new code; the one before it stops."""
    with transaction() as session:
        commands.make_code(session, by=actor)
    return redirect(url_for(".own_code"))


@bp.post("/me/passport/code/close")
@requires(Permission.OWN_READ)
def close_code(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her code, closed before its time."""
    with transaction() as session:
        commands.close_code(session, by=actor)
    flash(_("The code is closed. Nobody can open it any more."))
    return redirect(url_for("me.passport"))


@bp.get("/code/<token>")
@public
@limited(30)
def code(token: str) -> ResponseReturnValue:
    """What she may do now, for whoever she has shown the code to, within its ten minutes. Every opening is in her log."""
    said = codes.opened(_secret_key(), municipality().id, token)
    living = queries.opens(db.session, *said) if said else None
    if living is None:
        return render_template("passport/code_over.html"), 410, NOT_FOUND_BY_SEARCH
    own = own_queries.mine(db.session, living.person_id)
    if signed_in_actor() is None:
        after_reading(lambda session: _note_opening(session, living.person_id))
    else:
        looked_at(person_id=living.person_id)
    return render_template(
        "passport/code.html",
        name=queries.name_of_person(db.session, living.person_id) or _("Name erased"),
        kinds=list(dict.fromkeys(job.employment.unit.kind for job in own.jobs)),
        areas=held(own),
        checked=now(),
        until=living.made_at + CODE_LASTS,
    ), 200, NOT_FOUND_BY_SEARCH  # fmt: skip


def _note_opening(session: Session, person_id: int) -> None:
    log_access(session, by=None, role="", page="passports.code", person_id=person_id)


def _secret_key() -> str:
    return str(current_app.secret_key)
