"""The second approval of a signature, where the task asks for one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.web import needs_proof, prove_self
from competence.catalogue.queries import criteria_of
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.signoffs import commands
from competence.signoffs.forms import CommentForm
from competence.signoffs.rules import Step, part_of, refusal
from competence.signoffs.views.blueprint import bp
from competence.signoffs.views.signatures import signature_within


@bp.route("/signed/<int:employment_id>/<int:seq>/second", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SIGN)
def second(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Another who may sign approves what was signed, or sends it back with what is still to practise."""
    page = signature_within(employment_id, seq, within=within, actor=actor)
    form = CommentForm()
    proof = needs_proof(actor)
    if form.validate_on_submit():
        yes = request.form.get("answer") == "yes"
        try:
            if proof:
                prove_self(actor, form.password.data or "")
            with transaction() as session:
                if yes:
                    commands.approve_second(session, employment_id, seq, by=actor)
                else:
                    commands.return_second(session, employment_id, seq, comment=form.comment.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _("You have approved it. %(name)s must now say yes.", name=page.place.first_name)
                if yes
                else _(
                    "It is sent back. %(name)s can read what there is still to practise.", name=page.place.first_name
                )
            )
            return redirect(url_for(".signed", employment_id=employment_id, seq=seq))
    part = part_of(actor.person_id, person=page.place.employment.person_id, signer=page.signed.signer_id)
    why = refusal(page.stage, Step.APPROVE, part)
    return render_template(
        "signoffs/second.html", form=form, page=page, place=page.place, proof=proof, why=say(why) if why else "",
        shown=[one.text for one in criteria_of(db.session, page.place.task.id)],
    ), 422 if form.errors else 200  # fmt: skip
