"""Step 3: the person's own answer, on her own phone or, proved by her password, on the guide's."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.queries import actor_of_person
from competence.accounts.web import check_other_persons_password, needs_proof, prove_self
from competence.catalogue.models import Task
from competence.catalogue.queries import criteria_of
from competence.delegation.rules import CellTerms
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction
from competence.organisation.sealing import seal_of
from competence.people.models import Employment
from competence.signoffs import commands, queries
from competence.signoffs.forms import AnswerForm, AnswerHereForm
from competence.signoffs.queries.following import ENDS, Said
from competence.signoffs.rules import LEADS_TO, Origin, Signed, Stage, Step, stage_of
from competence.signoffs.views.blueprint import bp
from competence.signoffs.views.signatures import LevelShown, level_of, second_text, signature_within, signed_as


@dataclass(frozen=True)
class Asked:
    """What the person is asked to say yes to."""

    seq: int
    task: Task
    signed: Signed
    level: LevelShown
    cell: CellTerms
    shown: list[str]
    """The criteria of the task: what she has shown, and says yes to."""
    signer: str
    signer_as: str
    """The appointment she signed by, in words; empty when she signed by her staff group or from outside."""
    note: str
    stage: Stage
    second: str
    """Who approved it as the second, or that this is waited for; empty when the task asks for no second approval."""
    ending: Said | None
    """Why it was revoked or sent back; None when neither has happened."""
    citizen: str
    """The citizen's reference when it is for one; only the person and those who care for her see it."""
    employment: Employment | None = None
    """Under which it was signed."""

    @property
    def from_paper(self) -> bool:
        """Whether it was transferred from paper and counts meanwhile."""
        return self.signed.origin is Origin.TRANSFERRED

    @property
    def waits(self) -> bool:
        """Whether an answer is waited for."""
        return self.stage in (Stage.TO_ANSWER, Stage.ON_PAPER)

    @property
    def lacks_second(self) -> bool:
        """Whether a second approval is waited for first."""
        return self.stage is Stage.TO_APPROVE

    @property
    def trains_under(self) -> int:
        """The employment under which she can ask for more training; 0 when it does not run."""
        on, one = today(), self.employment
        runs = one is not None and one.valid_from <= on and (one.valid_to is None or on < one.valid_to)
        return one.id if one is not None and runs else 0

    @property
    def may_give_back(self) -> bool:
        """Whether the task can be given back."""
        return (self.stage, Step.DECLINE) in LEADS_TO and not self.waits


def load_asked(person_id: int, seq: int) -> Asked:
    """What stands behind the signature `seq` in the person's chain. NotFound when there is none."""
    event = queries.signed_event(db.session, person_id, seq)
    if event is None or event.task_id is None:
        raise NotFound
    task = queries.get_task(db.session, event.task_id)
    every = queries.state_of(db.session, person_id, task.id, citizen_id=event.citizen_id)
    signed = next(s for s in every if s.seq == seq)
    employment_id = event.fields.get("employment") or queries.any_employment(db.session, person_id)
    employment, _unit = queries.get_employment(db.session, employment_id)
    cell, _first = queries.terms_to_sign(db.session, employment, task.id, on=today())
    return Asked(
        seq=seq,
        task=task,
        signed=signed,
        level=level_of(signed),
        cell=cell,
        shown=[one.text for one in criteria_of(db.session, task.id)],
        signer=signed.signer_text or queries.name_of(db.session, signed.signer_id) or _("Name erased"),
        signer_as=signed_as(event.fields),
        note=queries.text_of(db.session, event.id, "note"),
        stage=stage_of(signed, every, on=today()),
        second=second_text(signed) if event.fields.get("second") else "",
        ending=queries.ending_of(db.session, person_id, seq) if signed.ended_by in ENDS else None,
        citizen=_citizen_of(event.citizen_id),
        employment=employment,
    )


def _citizen_of(citizen_id: int | None) -> str:
    sealed = queries.sealed_of(db.session, citizen_id)
    return seal_of(db.session).open(sealed) or "" if sealed else ""


@bp.route("/answer/<int:seq>", methods=["GET", "POST"])
@requires(Permission.OWN_ANSWER)
def answer(seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What waits for her own yes: what it is, within which limits, who has signed."""
    asked = load_asked(actor.person_id, seq)
    form = AnswerForm()
    proof = needs_proof(actor)
    if form.validate_on_submit():
        yes = request.form.get("answer") == "yes"
        try:
            if proof:
                prove_self(actor, form.password.data or "")
            with transaction() as session:
                if yes:
                    commands.accept(session, seq, by=actor)
                else:
                    commands.not_yet(session, seq, reason=form.reason.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_said(asked, yes=yes))
            return redirect(url_for("me.path"))
    return render_template("signoffs/answer.html", form=form, asked=asked, proof=proof), 422 if form.errors else 200


def _said(asked: Asked, *, yes: bool) -> str:
    if not yes:
        return str(_("It is noted that you want to practise more. Your guide has been told."))
    if asked.signed.valid_from > today():
        return str(_("Thank you. You may do %(task)s from its first day.", task=asked.task.name))
    return str(_("Thank you. You may do %(task)s from now on.", task=asked.task.name))


@bp.route("/answer/here/<int:employment_id>/<int:seq>", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SIGN)
def answer_here(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The employee's answer on the guide's phone: proved by her own password or code, for this one answer."""
    page = signature_within(employment_id, seq, within=within, actor=actor)
    person = page.place.employment.person_id
    asked = load_asked(person, seq)
    form = AnswerHereForm()
    if form.validate_on_submit():
        yes = request.form.get("answer") == "yes"
        try:
            check_other_persons_password(person, form.secret.data or "")
            with transaction() as session:
                employee = actor_of_person(session, person)
                if yes:
                    commands.accept(session, seq, by=employee, on_device_of=actor.person_id)
                else:
                    reason = form.reason.data or ""
                    commands.not_yet(session, seq, reason=reason, by=employee, on_device_of=actor.person_id)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _("%(name)s has said yes and may do the task.", name=page.place.first_name)
                if yes
                else _("It is noted that %(name)s wants to practise more.", name=page.place.first_name)
            )
            return redirect(url_for(".signed", employment_id=employment_id, seq=seq))
    return render_template(
        "signoffs/answer_here.html", form=form, asked=asked, page=page, place=page.place
    ), 422 if form.errors else 200


@bp.route("/answer/<int:seq>/give-back", methods=["GET", "POST"])
@requires(Permission.OWN_ANSWER)
def give_back(seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The person gives a task back: a normal, blameless outcome."""
    asked = load_asked(actor.person_id, seq)
    form = AnswerForm()
    proof = needs_proof(actor)
    if form.validate_on_submit():
        try:
            if proof:
                prove_self(actor, form.password.data or "")
            with transaction() as session:
                commands.decline(session, seq, reason=form.reason.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("You have given %(task)s back. That is in order.", task=asked.task.name))
            return redirect(url_for("me.may"))
    return render_template("signoffs/give_back.html", form=form, asked=asked, proof=proof), 422 if form.errors else 200
