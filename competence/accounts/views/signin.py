"""Signing in and out, the language, and invitations' links."""

from urllib.parse import urlsplit, urlunsplit

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import public, requires, signed_in_actor
from competence.accounts import commands, queries, web
from competence.accounts.forms import ChoosePasswordForm, SignInForm
from competence.accounts.views.blueprint import bp
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import db, show, transaction

LANGUAGES = ("da", "en")


def safe_next(target: str | None) -> str:
    """The path to go on to: a path of this site, else the front page."""
    parts = urlsplit(target or "")
    if not target or parts.scheme or parts.netloc or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return url_for("home.index")
    if any(ord(char) < 32 for char in target) or "\\" in target:
        return url_for("home.index")
    return target


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if request.method == "GET" and signed_in_actor() is not None:
        return redirect(safe_next(request.args.get("next")))
    form = SignInForm()
    if request.method == "GET" and request.args.get("email"):
        form.email.data = request.args["email"]
    if form.validate_on_submit():
        try:
            _sign_in(form.email.data or "", form.password.data or "")
        except RuleBroken as broken:
            show(broken, form)
        else:
            return redirect(safe_next(request.args.get("next")))
    return render_template("accounts/sign_in.html", form=form), 422 if request.method == "POST" else 200


def _sign_in(email: str, password: str) -> None:
    """The try is noted first, and the slow hash is looked at outside every transaction."""
    keys = web.try_keys(email.strip().casefold())
    with transaction() as session:
        commands.note_try(session, keys)
    account = queries.account_by_email(db.session, email)
    if not commands.may_sign_in(account, password) or account is None:
        raise RuleBroken(N_("The e-mail address or the password is not right. Try again."))
    if not queries.actor_for(db.session, account).roles:
        raise RuleBroken(
            N_("You have no access at present: no employment or role of yours is in force today. Ask your leader.")
        )
    with transaction() as session:
        commands.forget_tries(session, keys)
        web.begin(session, account)


@bp.post("/sign-out")
@requires(Permission.OWN_READ)
def sign_out(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Signed out on this device."""
    with transaction() as session:
        if actor.session_id is not None:
            commands.end_session(session, actor.session_id)
    web.leave()
    flash(_("You are signed out."))
    return redirect(url_for(".sign_in"))


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Where an invited person chooses a password."""
    opened = queries.open_invitation(db.session, token)
    if opened is None:
        return render_template("accounts/invitation_over.html"), 410
    account = queries.get_account(db.session, opened.account_id)
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.accept_invitation(session, token, form.password.data or "")
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Your password is saved. Sign in with it."))
            return redirect(url_for(".sign_in", email=account.email))
    return render_template("accounts/invitation.html", form=form, email=account.email)


@bp.post("/language")
@public
def switch_language() -> ResponseReturnValue:
    """The page one was on, in the other language."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(404)
    actor = signed_in_actor()
    if actor is not None:
        with transaction() as session:
            commands.switch_language(session, language, by=actor)
    cookie["language"] = language
    came_from = urlsplit(request.referrer or "")
    same_site = came_from.netloc == request.host
    return redirect(safe_next(urlunsplit(("", "", came_from.path, came_from.query, "")) if same_site else None))
