"""Delegations and task transfers: given, answered, looked after and ended; each with its page, and lists to print."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.accounts.web import needs_proof
from competence.audit.citizens import find_citizen, open_citizens
from competence.delegation import commands, queries
from competence.delegation.agreements import (
    KIND_NAMES,
    KIND_SENTENCES,
    SCOPE_NAMES,
    STATUS_NAMES,
    SUPERVISION_NAMES,
    Scope,
    Status,
    Step,
    known_on,
)
from competence.delegation.giving_forms import CitizenForm, DelegateForm, ReasonForm, SupervisedForm
from competence.delegation.queries import DelegationLine
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import db, show, transaction
from competence.organisation.models import Unit
from competence.organisation.sealing import seal_of
from competence.people.models import Employment, PersonIdentity, StaffGroup

bp = Blueprint("delegations", __name__, url_prefix="/delegations")

STEPS = {
    Step.DELEGATED: N_("Given"),
    Step.ACCEPTED: N_("The receiver said yes"),
    Step.DECLINED: N_("The receiver said no"),
    Step.SUPERVISED: N_("Supervised"),
    Step.TAKEN_OVER: N_("Taken over by another giver"),
    Step.ENDED: N_("Has ended"),
}
"""What the history calls each event."""


@bp.context_processor
def words() -> dict[str, object]:
    """What the pages here use besides the formats that all have."""
    return {
        "kind_names": KIND_NAMES, "kind_sentences": KIND_SENTENCES, "scope_names": SCOPE_NAMES, "status_names": STATUS_NAMES,
        "supervision_names": SUPERVISION_NAMES, "steps": STEPS, "on": today(), "last_day": last_day,
    }  # fmt: skip


@bp.get("")
@requires(any_of=(Permission.OWN_READ, Permission.DELEGATION_READ))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What one has been given, has given and looks after; and, for who reads them, those of one's units.

    `?task=` keeps those of one task.
    """
    reads = actor.reach(Permission.DELEGATION_READ)
    asked = request.args.get("task", type=int)
    task = queries.get_task(db.session, asked) if asked is not None else None
    for root in reads.roots:
        looked_at(unit_id=int(root.rstrip("/").rpartition("/")[2]))
    on = today()
    listed = by_the_rule(queries.delegations_within(db.session, within=reads)) if reads else []
    given = by_the_rule(queries.delegations_given(db.session, actor.person_id))
    received = by_the_rule(queries.delegations_of(db.session, actor.person_id))
    known = {line.id: line for line in (*listed, *given)}
    looks_after = [
        line for line in known.values()
        if line.supervision_state(on) in ("overdue", "near") and (line.supervisor_id == actor.person_id or line in listed)
    ]  # fmt: skip
    keeps = actor.may(Permission.FRAMEWORK_WRITE, commands.root_unit(db.session).path)
    return render_template(
        "delegations/index.html",
        reads=bool(reads),
        received=[line for line in received if not line.has_ended(on)],
        given=[line for line in given if not line.has_ended(on)],
        listed=[line for line in listed if not line.has_ended(on) and asked in (None, line.task_id)],
        task=task,
        own=actor.may(Permission.OWN_READ),
        due=sorted(looks_after, key=lambda line: (line.supervise_on or on, line.id)),
        citizens=actor.may(Permission.CITIZEN_READ),
        takes_over=actor.may(Permission.DELEGATION_GIVE) or actor.may(Permission.SIGNOFF_SIGN),
        keeps=keeps,
        bare=queries.bare_cells(db.session, on=on) if keeps else [],
    )


def by_the_rule(lines: Iterable[DelegationLine]) -> list[DelegationLine]:
    """The lines, each ending where the rule says that what it rests on ends."""
    listed = list(lines)
    ends: dict[int, date] = current_app.extensions["delegation_ends"](db.session, [line.id for line in listed])
    return [replace(line, valid_to=ends.get(line.id, line.valid_to)) for line in listed]


@bp.route("/new", methods=["GET", "POST"])
@requires(any_of=(Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN))
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Give one colleague one task, personally: `?employment=..`, and perhaps `&task=..`."""
    receiver = _receiver(request.args.get("employment", type=int), within)
    task_id = request.args.get("task", type=int)
    if task_id is not None:
        queries.get_task(db.session, task_id)
    if needs_proof(actor):
        return redirect(url_for("accounts.prove", next=request.full_path))
    tasks = queries.delegable_tasks(db.session, receiver.employment_id, on=today())
    able = [
        task for task in tasks if commands.may_give(db.session, actor.person_id, queries.get_task(db.session, task.id))
    ]
    if not able:
        page = render_template("delegations/new.html", form=None, receiver=receiver, tasks=tasks)
        return page, 422 if request.method == "POST" else 200
    tasks = able
    colleagues = queries.supervisors(db.session, receiver.employment_id)
    form = DelegateForm(tasks=tasks, task_id=task_id, supervisors=colleagues, own_id=actor.person_id)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                given = commands.delegate(
                    session, receiver.employment_id, form.task.data or 0, form.to_terms(),
                    citizen=form.citizen.data or "" if form.scope.data == Scope.CITIZEN else "", seal=seal_of(session),
                    by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            name = next((task.name for task in tasks if task.id == form.task.data), "")
            said = _(
                "%(name)s has been given %(task)s. It counts when she has said yes herself.",
                task=name,
                name=receiver.name,
            )
            flash(said)
            return redirect(url_for(".one", delegation_id=given.id))
    return render_template("delegations/new.html", form=form, receiver=receiver)


@dataclass(frozen=True)
class Receiver:
    """Whom a delegation is for."""

    employment_id: int
    person_id: int
    name: str
    group: str
    unit: str


def _receiver(employment_id: int | None, within: Reach) -> Receiver:
    row = db.session.execute(
        select(Employment, PersonIdentity.name, StaffGroup.name.label("group"), Unit.name.label("unit"), Unit.path)
        .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.id == (employment_id or 0))
    ).one_or_none()
    if row is None or not within.covers(row.path):
        raise NotFound
    return Receiver(row.Employment.id, row.Employment.person_id, row.name, row.group, row.unit)


@bp.route("/<int:delegation_id>", methods=["GET", "POST"])
@requires(Permission.OWN_ANSWER)
def answer(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The receiver's own yes or no."""
    waiting = queries.delegations_waiting(db.session, actor.person_id)
    given = next((line for line in waiting if line.id == delegation_id), None)
    if given is None:
        raise NotFound
    if needs_proof(actor):
        return redirect(url_for("accounts.prove", next=request.full_path))
    form = ReasonForm()
    if form.validate_on_submit():
        yes = request.form.get("answer", "yes") == "yes"
        try:
            with transaction() as session:
                if yes:
                    commands.accept_delegation(session, delegation_id, by=actor)
                else:
                    commands.decline_delegation(session, delegation_id, reason=form.reason.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            task = given.task
            flash(
                _("You have said yes to %(task)s.", task=task) if yes else _("You have said no to %(task)s.", task=task)
            )
            return redirect(url_for("home.index"))
    return render_template("delegations/answer.html", form=form, given=given, shown=_shown(given, actor))


@bp.get("/<int:delegation_id>/page")
@requires(any_of=(Permission.OWN_READ, Permission.DELEGATION_READ))
def one(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that was agreed, how it stood on a day (`?on=`), and its history."""
    return _page(delegation_id, actor, ReasonForm(), SupervisedForm())


def _page(delegation_id: int, actor: Actor, ending: ReasonForm, supervising: SupervisedForm) -> ResponseReturnValue:
    line = by_the_rule([queries.get_delegation(db.session, delegation_id, actor=actor)])[0]
    concerned = actor.person_id in (line.giver_id, line.supervisor_id)
    if line.status(today()) is Status.DECLINED and not concerned and not sees_declines(line.person_id, actor):
        raise NotFound
    looked_at(person_id=line.person_id)
    on = today()
    asked = request.args.get("on", type=date.fromisoformat)
    records = queries.works_within(db.session, line.person_id, within=actor.reach(Permission.DELEGATION_GIVE))
    ends = not line.has_ended(on) and (records or actor.person_id in (line.person_id, line.giver_id))
    cares = (records or actor.person_id in (line.giver_id, line.supervisor_id)) and actor.person_id != line.person_id
    failed = next((form for form in (ending, supervising) if form.errors), None)
    return render_template(
        "delegations/one.html", line=line, shown=_shown(line, actor), status=line.status(on), ending=ending,
        supervising=supervising, form=failed, may_end=ends, told=queries.history(db.session, line, actor=actor),
        may_supervise=cares and line.status(on) is Status.IN_FORCE, asked=asked,
        then=known_on(queries.happenings(db.session, line), asked) if asked else None,
        own=line.person_id == actor.person_id,
    ), 422 if failed else 200  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """The words of a delegation, those erased or not for the reader left empty."""

    citizen: str
    group: str
    conditions: str
    instruction: str
    instructor: str


def _shown(line: DelegationLine, actor: Actor) -> Shown:
    texts = queries.texts_of(db.session, [line.event_id]).get(line.event_id, {})
    instruction = texts.get("instruction", "")
    if version := texts.get("instruction_version"):
        instruction = _("%(name)s, version %(version)s", name=instruction, version=version)
    return Shown(
        citizens_of([line], actor).get(line.citizen_id or 0, ""), texts.get("group", ""), texts.get("conditions", ""),
        instruction, texts.get("instructor") or line.instructor,
    )  # fmt: skip


def citizens_of(lines: list[DelegationLine], actor: Actor) -> dict[int, str]:
    """The references that the reader may see: the person herself, guide, leader and planner of her unit."""
    reach = actor.reach(Permission.CITIZEN_READ)
    seen = {
        line.citizen_id for line in lines
        if line.citizen_id is not None
        and (line.person_id == actor.person_id or queries.works_within(db.session, line.person_id, within=reach))
    }  # fmt: skip
    return open_citizens(db.session, seen, seal=seal_of(db.session)) if seen else {}


@bp.post("/<int:delegation_id>/end")
@requires(any_of=(Permission.OWN_ANSWER, Permission.DELEGATION_GIVE))
def end(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It ends today."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.end_delegation(session, delegation_id, reason=form.reason.data or "", by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("It has ended."))
            return redirect(url_for(".one", delegation_id=delegation_id))
    return _page(delegation_id, actor, form, SupervisedForm())


@bp.post("/<int:delegation_id>/supervised")
@requires(any_of=(Permission.OWN_ANSWER, Permission.DELEGATION_GIVE))
def supervised(delegation_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """It was supervised that day."""
    line = queries.get_delegation(db.session, delegation_id, actor=actor)
    records = queries.works_within(db.session, line.person_id, within=actor.reach(Permission.DELEGATION_GIVE))
    if not records and actor.person_id not in (line.giver_id, line.supervisor_id):
        raise NotFound
    form = SupervisedForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.supervise(
                    session, delegation_id, done_on=form.done_on.data or today(), note=form.note.data or "", by=actor
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The supervision is noted."))
            return redirect(url_for(".one", delegation_id=delegation_id))
    return _page(delegation_id, actor, ReasonForm(), form)


@bp.get("/mine")
@requires(Permission.OWN_READ)
def mine(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One's own list, to print."""
    return _list(actor.person_id, actor)


@bp.get("/person/<int:person_id>")
@requires(any_of=(Permission.DELEGATION_READ, Permission.CITIZEN_READ))
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that a person was given, to print."""
    if not queries.works_within(db.session, person_id, within=within):
        raise NotFound
    looked_at(person_id=person_id)
    return _list(person_id, actor)


def _list(person_id: int, actor: Actor) -> ResponseReturnValue:
    name, lines, reads = given_to(person_id, actor)
    return render_template(
        "delegations/person.html", name=name, lines=lines, citizens=citizens_of(lines, actor), reads=reads,
        own=person_id == actor.person_id, person_id=person_id,
    )  # fmt: skip


def sees_declines(person_id: int, actor: Actor) -> bool:
    """Whether she is told that the person has said no: the person herself, and those who train or lead her."""
    trains = (Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN)
    return person_id == actor.person_id or any(
        queries.works_within(db.session, person_id, within=actor.reach(one)) for one in trains
    )


def given_to(person_id: int, actor: Actor) -> tuple[str, list[DelegationLine], bool]:
    """(name, what she was given, whether the reader reads all of it: else only what has not ended, without its giver)."""
    lines = by_the_rule(queries.delegations_of(db.session, person_id))
    name = db.session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id)) or ""
    reads = person_id == actor.person_id or queries.works_within(
        db.session, person_id, within=actor.reach(Permission.DELEGATION_READ)
    )
    if not sees_declines(person_id, actor):
        lines = [line for line in lines if line.status(today()) is not Status.DECLINED]
    return name, lines if reads else [one for one in lines if not one.has_ended(today())], reads


@bp.route("/citizen", methods=["GET", "POST"])
@requires(Permission.CITIZEN_READ)
def citizen(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that was given for one citizen to those within reach. The reference comes and goes in the body only."""
    form = CitizenForm()
    return citizen_page(form, given_for(form.citizen.data or "", within) if form.validate_on_submit() else None, actor)


def given_for(reference: str, within: Reach) -> list[DelegationLine]:
    """What was given for the citizen to those who work within reach."""
    named = find_citizen(db.session, reference, seal=seal_of(db.session))
    return by_the_rule(queries.delegations_for(db.session, named.id, within=within)) if named else []


def citizen_page(form: CitizenForm, lines: list[DelegationLine] | None, actor: Actor) -> ResponseReturnValue:
    """The page of one citizen, kept by no browser; without `lines` the form alone."""
    reads = actor.reach(Permission.DELEGATION_READ)
    page = make_response(
        render_template(
            "delegations/citizen.html",
            form=form,
            lines=lines,
            reads=bool(reads),
            citizens={},
            reference=form.citizen.data or "",
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page
