"""Step 1 and 2 of a signature: what has been seen, then level and signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.web import needs_proof, prove_self
from competence.catalogue.queries import Criterion, Gate, criteria_of, levels
from competence.credentials.queries import Brought, brought_of
from competence.delegation.rules import CellRule, LeaderPart
from competence.files.queries import File, files_of
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import clock_time, db, listed, say, show, transaction
from competence.organisation.queries import unit_choices
from competence.organisation.sealing import seal_of
from competence.signoffs import commands, queries
from competence.signoffs.commands.common import refused
from competence.signoffs.commands.observing import PASSED_AS
from competence.signoffs.forms import BedsideForm, ExternalForm, SignOffForm
from competence.signoffs.models import LeaderAgreement, Observation, SignOffRequest
from competence.signoffs.rules import (
    ObservationKind,
    Origin,
    Readiness,
    Signed,
    State,
    current,
    latest,
    missing,
    waiting,
)
from competence.signoffs.views.blueprint import Place, bp, place_within
from competence.signoffs.views.slots import KIND_NAMES, Slot, slots_of

TIMES_WITH_GUIDE = {1: N_("Once with the guide"), 2: N_("Twice with the guide"), 3: N_("Three times with the guide")}


@dataclass(frozen=True)
class Bedside:
    """Everything that step 1 shows."""

    place: Place
    signed: Sequence[Signed]
    waits: Signed | None
    held: Signed | None
    ready: Readiness
    slots: Sequence[Slot]
    criteria: Sequence[Criterion]
    gates: Sequence[tuple[Gate, Observation | None]]
    saved_at: str
    apart: Sequence[Slot]
    """Times that were shown in a way that does not count for the task."""
    agreed: LeaderAgreement | None
    agreed_by: str
    names: Mapping[int, str]
    asked: SignOffRequest | None
    """The request that is open."""
    sent_back: SignOffRequest | None
    """The request that was sent back and not made again, for those who may read the comment."""
    state: State
    """What a phone gives back when it sends what it kept, and so stands on the page."""
    cannot_sign: str
    """Why the actor can record times here but not sign; empty when she can."""
    brought: Sequence[Brought]
    """Other municipalities' credentials for the task: evidence, until somebody signs."""
    files: Sequence[File]
    """Photos and PDFs that lie at the task as evidence."""
    opens_files: bool
    adds_files: bool

    @property
    def refusal(self) -> str:
        """Why nothing can be signed here; empty when something can."""
        return "" if self.place.cell.entitles else say(refused(self.place.cell))

    @property
    def times_title(self) -> str:
        """The heading over the times."""
        if self.ready.needed in TIMES_WITH_GUIDE:
            return say(TIMES_WITH_GUIDE[self.ready.needed])
        return str(_("%(count)s times with the guide", count=self.ready.needed))

    @property
    def short_missing(self) -> str:
        """One line over the button: what is missing before they can go on; empty when nothing is."""
        parts = []
        if self.ready.done < self.ready.needed:
            left = self.ready.needed - self.ready.done
            parts.append(ngettext("%(num)s time", "%(num)s times", left))
        if self.ready.gates:
            parts.append(", ".join(self.ready.gates))
        if self.ready.tasks:
            parts.append(", ".join(self.ready.tasks))
        if left := len(self.ready.wanted) - self.ready.shown:
            parts.append(ngettext("%(num)s point", "%(num)s points", left))
        if not parts:
            return ""
        return str(_("%(what)s: missing before you can go on", what=listed(parts)))

    def rests_on(self, brought: Brought) -> bool:
        """Whether what is still missing here is no more than the credential stands for."""
        return brought.counts(now()) and not any(
            field in commands.ASKED_ALL_THE_SAME for field, _why in missing(self.ready)
        )

    @property
    def asks_leader(self) -> bool:
        """Whether the cell asks for the leader's agreement before the training."""
        return self.place.cell.agreed_with_leader is LeaderPart.BEFORE

    @property
    def tells_leader(self) -> bool:
        """Whether the leader is to be told."""
        return self.place.cell.agreed_with_leader is LeaderPart.NOTICE

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The three kinds of times, to choose another than the one that is next."""
        return [(kind.value, say(KIND_NAMES[kind])) for kind in _THREE]


_THREE = (ObservationKind.SAW, ObservationKind.WITH_HELP, ObservationKind.ALONE)


def load_bedside(place: Place, actor: Actor) -> Bedside:
    """What step 1 shows the actor about the place."""
    session, on = db.session, today()
    person = place.employment.person_id
    citizens = place.cell.rule is CellRule.MAY_CITIZEN
    signed = () if citizens else queries.state_of(session, person, place.task.id)
    draft = queries.draft_of(session, actor.person_id, place.employment.id, place.task.id)
    ready = queries.readiness(
        session, place.employment, place.task, place.cell, signed, ticked=draft.ticked if draft else (), on=on
    )
    last = latest(signed, on=on)
    since = last.recorded_on if last else None
    seen = [
        one
        for one in queries.observations_of(session, person, place.task.id)
        if since is None or one.observed_on > since
    ]
    gates = queries.gates_of(session, person, place.task.id, place.employment.staff_group_id)
    agreed = queries.agreement(session, place.employment.id, place.task.id)
    request_ = queries.last_request(session, place.employment.id, place.task.id)
    sent_back = request_ if request_ and _reads_comment(request_, signed, place, actor) else None
    people = {one.observer_id for one in seen} | {one.observer_id for _gate, one in gates if one}
    people |= {agreed.leader_id if agreed else None, sent_back.closed_by if sent_back else None} | {
        s.signer_id for s in signed
    }
    names = queries.names_of(session, [one for one in people if one])
    return Bedside(
        place=place,
        signed=signed,
        waits=waiting([s for s in signed if s.origin is not Origin.TRANSFERRED], on=on),
        held=current(signed, on=on),
        ready=ready,
        slots=slots_of([one for one in seen if place.task.counts(one.how)], ready.needed, names, actor),
        apart=slots_of([one for one in seen if not place.task.counts(one.how)], 0, names, actor),
        criteria=criteria_of(session, place.task.id),
        gates=gates,
        saved_at=clock_time(draft.saved_at) if draft else "",
        agreed=agreed,
        agreed_by=names.get(agreed.leader_id, "") if agreed else "",
        names=names,
        asked=request_ if request_ and request_.closed_at is None else None,
        sent_back=sent_back,
        state=queries.state_now(session, person, place.task, on=on),
        cannot_sign=_cannot_sign(place, actor) if place.cell.entitles else "",
        brought=brought_of(session, person, task_ids=[place.task.id]),
        files=files_of(session, person, task_id=place.task.id),
        opens_files=_own(place, actor) or actor.may(Permission.EVIDENCE_FILE_READ, place.unit.path),
        adds_files=not _own(place, actor) and actor.may(Permission.EVIDENCE_FILE_ADD, place.unit.path),
    )


def _reads_comment(asked: SignOffRequest, signed: Sequence[Signed], place: Place, actor: Actor) -> bool:
    """Whether it was sent back, nothing was signed since, and the actor is the person, who wrote it, or her guide or leader."""
    at = asked.closed_at
    if at is None or asked.closed_how != "returned" or any(s.recorded_at and s.recorded_at > at for s in signed):
        return False
    mine = actor.person_id in (asked.closed_by, place.employment.person_id)
    return mine or actor.may(Permission.SIGNOFF_ASK, place.unit.path)


def _cannot_sign(place: Place, actor: Actor) -> str:
    signer = queries.signer_on(db.session, actor, place.task.id, unit=place.unit, on=today(), first_day=place.first_day)
    try:
        commands.ground_to_sign(signer, level=place.cell.minimum_level, person_id=place.employment.person_id)
    except RuleBroken as broken:
        return say(broken.message)
    return ""


def _ticked() -> list[int]:
    return [int(text) for text in request.form.getlist("criterion") if text.isdigit()]


@bp.route("/sign/<int:employment_id>/<int:task_id>", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_OBSERVE)
def bedside(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Step 1, at the citizen's: the times, what must be passed, and the ticks."""
    place = place_within(employment_id, task_id, within=within, actor=actor)
    units = [] if place.employment.person_id == actor.person_id else unit_choices(db.session, within=within, on=today())
    form = BedsideForm(units=units, unit_id=place.unit.id)
    status = 200
    gaps: list[tuple[str, str]] = []
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                commands.save_draft(session, employment_id, task_id, _ticked(), by=actor)
                _act(session, form, place, actor)
        except RuleBroken as broken:
            show(broken, form)
            status = 422
        else:
            if request.form.get("next"):
                gaps = _gaps(load_bedside(place, actor))
                if not gaps:
                    return redirect(url_for(".level", employment_id=employment_id, task_id=task_id))
                status = 422
            elif request.form.get("later"):
                return redirect(url_for("queue.index"))
            else:
                return redirect(url_for(".bedside", employment_id=employment_id, task_id=task_id, _anchor="times"))
    page = load_bedside(place, actor)
    return render_template(
        "signoffs/bedside.html", form=form, page=page, place=place, own=_own(place, actor), gaps=gaps
    ), status


def _gaps(page: Bedside) -> list[tuple[str, str]]:
    """(id of the control, sentence) for each thing that is missing before they can go on."""
    found = []
    for field, why in missing(page.ready):
        anchor = field
        if field == "criteria":
            left = [at for at, one in enumerate(page.criteria) if one.position not in page.ready.ticked]
            anchor = f"criterion-{left[0]}" if left else field
        found.append((anchor, say(why)))
    if page.cannot_sign:
        found.append(("cannot-sign", page.cannot_sign))
    return found


def _own(place: Place, actor: Actor) -> bool:
    return place.employment.person_id == actor.person_id


def _act(session: Session, form: BedsideForm, place: Place, actor: Actor) -> None:
    """Nothing; what a button of the page asked for is done. The strip shows it."""
    form.check()
    kind, gate_code, undo = (request.form.get(name) for name in ("record", "gate", "undo"))
    if kind in {one.value for one in _THREE}:
        commands.observe(session, place.employment.id, place.task.id, form.to_command(ObservationKind(kind)), by=actor)
    if gate_code:
        gates = queries.gates_of(session, place.employment.person_id, place.task.id, place.employment.staff_group_id)
        for gate, _passed in gates:
            if gate.code == gate_code:
                new = form.to_command(PASSED_AS[gate.kind], gate.code)
                commands.observe(session, place.employment.id, place.task.id, new, by=actor)
                return
    if undo and undo.isdigit():
        commands.withdraw_observation(session, int(undo), by=actor)


@bp.post("/sign/<int:employment_id>/<int:task_id>/draft")
@requires(Permission.SIGNOFF_OBSERVE)
def draft(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The ticks as they now are, saved after each of them."""
    place_within(employment_id, task_id, within=within, actor=actor)
    with transaction() as session:
        commands.save_draft(session, employment_id, task_id, _ticked(), by=actor)
    return "", 204


@bp.route("/sign/<int:employment_id>/<int:task_id>/level", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SIGN)
def level(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Step 2: the level that was seen, how long it counts, and the signature."""
    place = place_within(employment_id, task_id, within=within, actor=actor)
    page = load_bedside(place, actor)
    brought = _brought(page)
    lacks = not page.rests_on(brought) if brought else bool(missing(page.ready))
    if request.method == "GET" and (page.refusal or page.waits or page.cannot_sign or lacks):
        return redirect(url_for(".bedside", employment_id=employment_id, task_id=task_id))
    scale = levels(db.session)
    citizens = place.cell.rule is CellRule.MAY_CITIZEN
    newest = max((s.seq for s in page.signed if not s.withdrawn), default=0)
    form = SignOffForm(
        levels=[(one.rank, one.name) for one in scale],
        valid_through=place.cell.validity.last_day(place.first_day or today()),
        expects=None if citizens else newest,
    )
    proof = needs_proof(actor)
    overtaken = False
    if form.validate_on_submit():
        try:
            if proof:
                prove_self(actor, form.password.data or "")
            with transaction() as session:
                citizen_id = _citizen(session, place, form, actor)
                new = form.to_command(
                    task_id,
                    sorted(page.ready.ticked),
                    citizen_id=citizen_id,
                    credential_id=brought.id if brought else None,
                )
                event = commands.sign_off(session, employment_id, new, by=actor)
        except RuleBroken as broken:
            show(broken, form)
            overtaken = isinstance(broken, Overtaken)
        else:
            _say_signed(place, event.seq, second=place.task.second_approval)
            if request.form.get("here") and not place.task.second_approval:
                return redirect(url_for(".answer_here", employment_id=employment_id, seq=event.seq))
            return redirect(url_for(".signed", employment_id=employment_id, seq=event.seq))
    return render_template(
        "signoffs/level.html", form=form, page=page, place=place, scale=scale, proof=proof, citizens=citizens,
        overtaken=overtaken, last=form.valid_through.data, brought=brought,
    ), 422 if form.errors else 200  # fmt: skip


def _brought(page: Bedside) -> Brought | None:
    """The credential that the address names. NotFound when it is none of those shown at the task."""
    named = request.args.get("credential", type=int)
    if named is None:
        return None
    found = next((one for one in page.brought if one.id == named), None)
    if found is None:
        raise NotFound
    return found


def _citizen(session: Session, place: Place, form: SignOffForm, actor: Actor) -> int | None:
    if place.cell.rule is not CellRule.MAY_CITIZEN:
        return None
    return commands.name_citizen(
        session, place.employment.id, form.citizen.data or "", seal=seal_of(session), by=actor
    ).id


def _say_signed(place: Place, seq: int, *, second: bool = False) -> None:
    said = _("The signature is saved. %(name)s must now say yes.", name=place.first_name)
    if second:
        said = _("The signature is saved. Another colleague must now approve it.")
    flash(
        {
            "text": said,
            "undo_url": url_for(".undo", employment_id=place.employment.id, seq=seq),
        }  # type: ignore[arg-type]
    )


@bp.route("/sign/<int:employment_id>/<int:task_id>/external", methods=["GET", "POST"])
@requires(Permission.EXTERNAL_INSTRUCTOR_RECORD)
def external(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A first holder, vouched for by an instructor from outside."""
    place = place_within(employment_id, task_id, within=within, actor=actor)
    scale = levels(db.session)
    form = ExternalForm(
        levels=[(one.rank, one.name) for one in scale],
        valid_through=place.cell.validity.last_day(place.first_day or today()),
    )
    proof = needs_proof(actor)
    if form.validate_on_submit():
        try:
            if proof:
                prove_self(actor, form.password.data or "")
            with transaction() as session:
                event = commands.sign_off(session, employment_id, form.to_command(task_id), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            _say_signed(place, event.seq)
            return redirect(url_for(".signed", employment_id=employment_id, seq=event.seq))
    page = load_bedside(place, actor)
    return render_template(
        "signoffs/external.html", form=form, page=page, place=place, scale=scale, proof=proof
    ), 422 if form.errors else 200
