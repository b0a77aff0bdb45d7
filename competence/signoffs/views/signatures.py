"""What happens to a signature after it was given: seen, taken back at once, or revoked with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import ROLE_NAMES, Actor, Permission, Reach, Role
from competence.access.web import requires
from competence.catalogue.queries import LevelName, level_names, levels
from competence.catalogue.queries.scales import level_names_at
from competence.files.queries import Named, named_by
from competence.foundation.clock import last_day, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import clock_time, db, moment, say, show, transaction
from competence.organisation.queries import settings_of
from competence.signoffs import commands, queries
from competence.signoffs.forms import ReasonForm
from competence.signoffs.rules import LEADS_TO, EventKind, Signed, Stage, Step, stage_of, too_late_to_undo
from competence.signoffs.views.blueprint import Place, bp, place_within


@dataclass(frozen=True)
class LevelShown:
    """The level of a signature: as the signer wrote it, and what it counts as today."""

    rank: int
    name: str
    """As the scale called it when it was signed; "" when it had no such level."""
    now: LevelName | None
    is_read_otherwise: bool
    """Whether the rank or the name is another today."""


@dataclass(frozen=True)
class Signature:
    """A signature as its page shows it."""

    place: Place
    signed: Signed
    level: LevelShown
    signer: str
    signer_as: str
    """The appointment it was signed by, in words; empty when she signed by her staff group or from outside."""
    mine: bool
    undo_until: str
    """The time until which the signer can take it back; empty when she cannot."""
    answer: str
    """What the employee has answered, in words."""
    stage: Stage
    second: str
    """Who approved it as the second, or that this is waited for; empty when the task asks for no second approval."""
    files: Sequence[Named]
    """What lay at the task as evidence, as the signature names it."""

    @property
    def waits(self) -> bool:
        """Whether the employee's yes is waited for."""
        return self.stage in (Stage.TO_ANSWER, Stage.ON_PAPER)

    @property
    def lacks_second(self) -> bool:
        """Whether a second approval is waited for."""
        return self.stage is Stage.TO_APPROVE

    @property
    def may_revoke(self) -> bool:
        """Whether there is something to end."""
        return (self.stage, Step.REVOKE) in LEADS_TO

    @property
    def counts(self) -> bool:
        """Whether it is in force, suspended or not."""
        return self.stage in (Stage.IN_FORCE, Stage.TO_PAUSE, Stage.SUSPENDED, Stage.ON_PAPER)


def level_of(signed: Signed) -> LevelShown:
    """The level named by the scale it was written in, with today's reading of it."""
    at = signed.recorded_at
    name = (level_names_at(db.session, at) if at else level_names(db.session)).get(signed.signed_level, "")
    now = next((one for one in levels(db.session) if one.rank == signed.level), None)
    other = now is not None and (now.rank, now.name) != (signed.signed_level, name)
    return LevelShown(signed.signed_level, name, now, other)


def signature_within(employment_id: int, seq: int, *, within: Reach, actor: Actor) -> Signature:
    """The signature in the person's chain, if her unit is within reach. NotFound otherwise."""
    employment, _unit = queries.get_employment(db.session, employment_id)
    event = queries.signed_event(db.session, employment.person_id, seq)
    if event is None or event.task_id is None:
        raise NotFound
    place = place_within(employment_id, event.task_id, within=within, actor=actor)
    every = queries.state_of(db.session, employment.person_id, event.task_id, citizen_id=event.citizen_id)
    signed = next(s for s in every if s.seq == seq)
    stage = stage_of(signed, every, on=today())
    settings = settings_of(db.session)
    mine = signed.signer_id == actor.person_id
    open_to_undo = (
        mine
        and signed.recorded_at is not None
        and (stage, Step.WITHDRAW) in LEADS_TO
        and not too_late_to_undo(signed.recorded_at, now(), minutes=settings.undo_minutes)
    )
    until = (
        clock_time(signed.recorded_at + timedelta(minutes=settings.undo_minutes))
        if open_to_undo and signed.recorded_at
        else ""
    )
    signer = signed.signer_text or queries.name_of(db.session, signed.signer_id) or _("Name erased")
    answer = answer_text(signed, place.first_name)
    second = second_text(signed) if event.fields.get("second") else ""
    return Signature(
        place,
        signed,
        level_of(signed),
        signer,
        signed_as(event.fields),
        mine,
        until,
        answer,
        stage,
        second,
        named_by(db.session, employment.person_id, event.fields.get("files") or ()),
    )


def second_text(signed: Signed) -> str:
    """What has become of the second approval, in words."""
    if signed.second_at is not None:
        who = queries.name_of(db.session, signed.second_id) or _("Name erased")
        return str(_("Approved by %(name)s, %(moment)s", name=who, moment=moment(signed.second_at)))
    if signed.ended_by is EventKind.SECOND_RETURNED:
        return str(_("Sent back. It gives no right."))
    return str(_("Waits for another colleague who may sign."))


def signed_as(fields: Mapping[str, Any]) -> str:
    """The appointment that a signature's event says it was given by, in words; empty when it names none."""
    ground = fields.get("ground") or {}
    if ground.get("as") not in set(Role):
        return ""
    role = say(ROLE_NAMES[Role(ground["as"])])
    if "deputy_for" not in ground:
        return role
    guide = queries.name_of(db.session, ground["deputy_for"]) or _("Name erased")
    return str(_("%(role)s, deputy for %(name)s", role=role, name=guide))


def answer_text(signed: Signed, first_name: str) -> str:
    """What has become of the signature, in words."""
    last = last_day(signed.ends)
    match signed.ended_by:
        case EventKind.WITHDRAWN:
            return str(_("Taken back by the signer."))
        case EventKind.NOT_YET:
            return str(_("%(name)s would like to practise more.", name=first_name))
        case EventKind.REVOKED:
            return str(_("Revoked. It no longer counts."))
        case EventKind.SECOND_RETURNED:
            return str(_("Is not asked: it was sent back."))
        case EventKind.DECLINED:
            return str(_("%(name)s has given the task back.", name=first_name))
        case _:
            pass
    if signed.accepted_on is not None:
        return str(_("%(name)s has said yes.", name=first_name))
    if signed.lacks_second and signed.waits(today()):
        return str(_("Is asked after the second approval."))
    if signed.waits(today()):
        return str(_("Waits for %(name)s's own yes.", name=first_name))
    return str(_("It was not answered in time.") if last else _("It was not answered."))


@bp.get("/signed/<int:employment_id>/<int:seq>")
@requires(Permission.SIGNOFF_SIGN)
def signed(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The signature, what it waits for, and what the signer can still do."""
    page = signature_within(employment_id, seq, within=within, actor=actor)
    return render_template("signoffs/signed.html", page=page, place=page.place)


@bp.post("/signed/<int:employment_id>/<int:seq>/undo")
@requires(Permission.SIGNOFF_SIGN)
def undo(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The signer's own signature, taken back within her ten minutes."""
    page = signature_within(employment_id, seq, within=within, actor=actor)
    try:
        with transaction() as session:
            commands.withdraw(session, page.place.employment.person_id, seq, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".signed", employment_id=employment_id, seq=seq))
    flash(_("The signature is taken back. Nothing has been signed."))
    return redirect(url_for(".bedside", employment_id=employment_id, task_id=page.place.task.id))


@bp.route("/signed/<int:employment_id>/<int:seq>/revoke", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SIGN)
def revoke(employment_id: int, seq: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A sign-off ended, with a reason that the employee can read."""
    page = signature_within(employment_id, seq, within=within, actor=actor)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.revoke(session, employment_id, seq, reason=form.reason.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The sign-off is revoked. It no longer counts from today."))
            return redirect(url_for(".signed", employment_id=employment_id, seq=seq))
    return render_template("signoffs/revoke.html", form=form, page=page, place=page.place), 422 if form.errors else 200
