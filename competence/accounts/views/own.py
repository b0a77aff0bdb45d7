"""One's own account: password, devices, one-time code, role, and who has looked at one's data."""

from typing import cast

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach, Role
from competence.access.web import requires
from competence.accounts import commands, queries, web
from competence.accounts.forms import ChangePasswordForm, ProofForm
from competence.accounts.rules import CODE_FOR
from competence.accounts.views.blueprint import bp
from competence.accounts.views.signin import safe_next
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, show, transaction


@bp.post("/sign-out-everywhere")
@requires(Permission.OWN_READ)
def sign_out_everywhere(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Signed out on every device."""
    with transaction() as session:
        commands.sign_out_everywhere(session, by=actor)
    web.leave()
    flash(_("You are signed out on every device."))
    return redirect(url_for(".sign_in"))


@bp.route("/account", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One's own account: password, devices, code."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_password(session, form.old.data or "", form.password.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Your password is changed. Other devices are signed out."))
            return redirect(url_for(".own"))
    places = queries.sign_ins_of(db.session, actor.account_id or 0)
    return render_template(
        "accounts/own.html", form=form, places=places, here=actor.session_id, email=actor.extra["email"]
    )


@bp.post("/account/code")
@requires(Permission.OWN_ANSWER)
def code(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A one-time code, shown once, for a yes on somebody else's phone."""
    with transaction() as session:
        digits = commands.new_code(session, cast(str, current_app.secret_key), by=actor)
    return render_template("accounts/code.html", digits=digits, minutes=int(CODE_FOR.total_seconds() // 60))


@bp.route("/account/prove", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def prove(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The password once more, then on to the signature."""
    form = ProofForm()
    if form.validate_on_submit():
        try:
            web.prove_self(actor, form.password.data or "")
        except RuleBroken as broken:
            show(broken, form)
        else:
            return redirect(safe_next(request.args.get("next")))
    return render_template("accounts/prove.html", form=form)


@bp.post("/account/role")
@requires(Permission.OWN_READ)
def switch_role(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Another role's menu and home."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        abort(404)
    with transaction() as session:
        commands.switch_role(session, role, by=actor)
    return redirect(url_for("home.index"))
