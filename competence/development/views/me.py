"""The employee's own pages: her path, what she may do, her passport, and who has looked."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import ROLE_NAMES, Actor, Permission, Reach, Role
from competence.access.web import requires
from competence.audit.models import AccessEntry
from competence.audit.rules import ANOTHER_SYSTEM
from competence.catalogue.queries.instructions import instruction_on
from competence.coverage.cells import face, verdict_of
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.decision.rules import State, may
from competence.delegation.queries import (
    delegations_waiting,
    stops_unseen,
    supervisions_due,
    supervisions_overdue,
)
from competence.delegation.queries.hearing import hearings_waiting
from competence.development import queries
from competence.development.queries import Line, Mine
from competence.development.queries.instructions import to_sign_again, waits_for
from competence.development.views.levels import talks_shown
from competence.development.views.refreshing import refreshes_of, written_shown
from competence.development.views.showing import Shown, shown
from competence.development.views.way import way_of
from competence.files.queries import files_of
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, say, transaction
from competence.learning.queries.plans import planned_for_tasks
from competence.learning.queries.waiting import own_waiting
from competence.onboarding.queries.beside import beside_count
from competence.onboarding.queries.programmes import own_programmes
from competence.onboarding.views.showing import next_words, week_words
from competence.reminders.showing import back_shown
from competence.signoffs import commands
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries import last_ending, names_of, pause_of, returned_of
from competence.signoffs.rules import Origin, Signed
from competence.teaching.queries.people import told
from competence.teaching.views.showing import rows_of

bp = Blueprint("me", __name__, url_prefix="/me")


@dataclass(frozen=True)
class Call:
    """One thing that waits for her yes."""

    seq: int
    title: str
    text: str


@bp.get("")
@requires(Permission.OWN_READ)
def path(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Min vej: what waits for my yes, how many tasks I may do, and the way to the next level."""
    own = queries.mine(db.session, actor.person_id)
    plans = planned_for_tasks(db.session, [job.employment.id for job in own.jobs], on=own.on)
    ways = [way for job in own.jobs if (way := way_of(own, job, plans)) is not None]
    return render_template(
        "me/path.html",
        own=own,
        first_name=actor.name.split(" ")[0],
        place=_place(own),
        place_short=_place(own, short=True),
        calls=_calls(own),
        back=back_shown(actor.person_id, own=True),
        returned=_returned(own),
        delegations=delegations_waiting(db.session, actor.person_id),
        stops=stops_unseen(db.session, actor.person_id),
        supervisions=supervisions_due(db.session, actor.person_id, on=today()),
        readings=waits_for(db.session, actor.person_id, on=today()),
        hearings=hearings_waiting(db.session, actor, on=today()) if actor.may(Permission.MATRIX_COMMENT) else [],
        again=to_sign_again(db.session, actor.person_id, on=today()),
        overdue=supervisions_overdue(db.session, within=actor.reach(Permission.DELEGATION_GIVE), on=today()),
        refreshes=refreshes_of(own),
        learning_waits=own_waiting(db.session, actor),
        ways=ways,
        beside=beside_count(db.session, actor.person_id),
        intros=[(one.id, week_words(one), next_words(one)) for one in own_programmes(db.session, actor.person_id)],
        classes=rows_of([one.lesson for one in told(db.session, actor.person_id)]),
        talks=talks_shown(queries.confirmed_of(db.session, actor.person_id, reader_id=actor.person_id)),
    )


def _place(own: Mine, *, short: bool = False) -> str:
    """Where and when she works; `short` for a phone's narrow bar: without shifts when there are several."""
    parts = []
    for job in own.jobs:
        if short and (len(own.jobs) > 1 or len(job.employment.shifts) > 1):
            parts.append(job.employment.unit.name)
            continue
        shifts = ", ".join(say(SHIFT_NAMES[Shift(letter)]).lower() for letter in job.employment.shifts)
        parts.append(" · ".join(text for text in (job.employment.unit.name, shifts) if text))
    return " / ".join(parts)


def _calls(own: Mine) -> list[Call]:
    titles = {task.id: task.name for task in queries.tasks(db.session, on=own.on)} if own.waits else {}
    names = names_of(db.session, [signed.signer_id for signed in own.waits if signed.signer_id])
    return [
        Call(
            signed.seq,
            _("%(task)s waits for your yes", task=titles.get(signed.task_id) or _("A task")),
            _call_text(signed, names.get(signed.signer_id or 0)),
        )
        for signed in own.waits
    ]


def _returned(own: Mine) -> list[tuple[Line, str]]:
    """(line, what there is still to practise) for each request that a guide has sent back and nothing was signed since."""
    lines = {(line.job.employment.id, line.task.id): line for line in own.lines}
    found = []
    for one in returned_of(db.session, [job.employment.id for job in own.jobs]):
        line = lines.get((one.employment_id, one.task_id))
        if line is not None and _still_open(line, one):
            found.append((line, one.comment))
    return found


def _still_open(line: Line, one: SignOffRequest) -> bool:
    """Whether nothing has been signed since the request was sent back."""
    signed, at = line.answer.signed, one.closed_at
    since = signed is not None and signed.recorded_at is not None and at is not None and signed.recorded_at > at
    return not since and line.answer.waiting is None


def _call_text(signed: Signed, name: str | None) -> str:
    who = (signed.signer_text or name or _("Somebody")).split(",")[0]
    who = who if signed.signer_text else who.split(" ")[0]
    if signed.origin is Origin.TRANSFERRED:
        until = day(last_day(signed.answer_before))
        return str(
            _(
                "From paper, signed by %(name)s. Level %(level)s. It counts through %(day)s.",
                name=who,
                level=signed.level,
                day=until,
            )
        )
    when = _("on %(day)s", day=day(signed.recorded_on))
    if signed.recorded_on == today():
        when = _("today")
    elif signed.recorded_on and (today() - signed.recorded_on).days == 1:
        when = _("yesterday")
    return str(_("%(name)s signed %(when)s. Level %(level)s.", name=who, when=when, level=signed.level))


@bp.get("/may", endpoint="may")
@requires(Permission.OWN_READ)
def may_do(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Det må jeg: what I may do now, what I practise, what I can learn; with limits in words, and a search."""
    own = queries.mine(db.session, actor.person_id)
    q = " ".join(request.args.get("q", "").split())
    chosen = request.args.get("show", "now")
    if chosen not in {"now", "training", "learn", "paused", "soon"}:
        chosen = "now"
    if q:
        words = q.casefold().split()
        lines = [
            line
            for line in own.lines
            if all(word in f"{line.task.name} {line.task.plain_text}".casefold() for word in words)
        ]
    else:
        lines = own.in_pile(chosen)
    areas: dict[str, list[Shown]] = {}
    for line in lines:
        areas.setdefault(line.task.area.name, []).append(shown(own, line))
    return render_template(
        "me/may.html", own=own, q=q, chosen=chosen, areas=areas, total=len({x.task.id for x in lines})
    )


@bp.get("/may/<int:employment_id>/<int:task_id>")
@requires(Permission.OWN_READ)
def why(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One task of my own: may I, why, within which limits, what comes next, and whom to ask."""
    own = queries.mine(db.session, actor.person_id)
    line = next((x for x in own.lines if x.job.employment.id == employment_id and x.task.id == task_id), None)
    if line is None:
        raise NotFound
    answer = may(line.job.facts, task_id, on=own.on)
    unit = line.job.employment.unit
    drawn = shown(own, line)
    return render_template(
        "me/why.html",
        own=own,
        line=line,
        shown=drawn,
        verdict=say(verdict_of(face(answer, own.on, ends=line.job.facts.valid_to))),
        reasons=answer.reasons,
        instruction=instruction_on(db.session, line.task, own.on),
        asked=queries.requests_of(db.session, [employment_id]).get((employment_id, task_id)),
        guides=queries.guides_for(db.session, unit, [task_id], on=own.on, but=actor.person_id).get(task_id, []),
        colleagues=[]
        if answer.level
        else queries.colleagues_who_may(db.session, unit, task_id, on=own.on, but=actor.person_id),
        waits=next((s for s in own.waits if s.task_id == task_id), None),
        signed=answer.signed,
        files=files_of(db.session, actor.person_id, task_id=task_id),
        returned=next((one for one in returned_of(db.session, [employment_id]) if one.task_id == task_id), None),
        still_open=_still_open,
        trains=answer.cell.entitles or answer.state is State.ASSISTS,
        **written_shown(actor.person_id, employment_id, line.task),
        ending=last_ending(db.session, actor.person_id, task_id),
        pause=pause_of(db.session, actor.person_id, task_id, on=own.on, citizen_id=answer.signed.citizen_id)
        if answer.signed and answer.signed.pauses
        else None,
        last_day=last_day,
    )


@bp.post("/request/<int:request_id>/withdraw")
@requires(Permission.OWN_READ)
def withdraw_request(request_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her own request, taken back."""
    try:
        with transaction() as session:
            commands.withdraw_request(session, request_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("The request is taken back."))
    return redirect(url_for(".path"))


@bp.get("/passport")
@requires(Permission.OWN_READ)
def passport(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Mit pas: the plain page, with the way to the A4."""
    own = queries.mine(db.session, actor.person_id)
    by_level: dict[int, int] = {}
    for level in own.held.values():
        by_level[level] = by_level.get(level, 0) + 1
    signed = [
        (line, line.answer.signed)
        for line in own.best.values()
        if line.answer.level and line.answer.basis != "education" and line.answer.signed
    ]
    signed.sort(key=lambda pair: pair[1].counts_from, reverse=True)
    names = names_of(db.session, [s.signer_id for _line, s in signed[:6] if s.signer_id])
    recent = [
        (shown(own, line), s.signer_text or names.get(s.signer_id or 0) or _("Name erased"), s)
        for line, s in signed[:6]
    ]
    return render_template(
        "me/passport.html", own=own, by_level=dict(sorted(by_level.items(), reverse=True)), recent=recent,
        training=own.count("training"),
    )  # fmt: skip


@bp.get("/looked")
@requires(Permission.ACCESS_LOG_READ_OWN)
def looked(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who has looked at my data, when, and in which role."""
    rows = [
        (entry, *_who(entry, name), _page_name(entry.page))
        for entry, name in queries.looks_at(db.session, actor.person_id)
    ]
    return render_template("me/looked.html", rows=rows)


def _who(entry: AccessEntry, name: str) -> tuple[str, str]:
    """(who, in which role)."""
    if entry.by_person_id is None and entry.role == ANOTHER_SYSTEM:
        return _("Another system"), ""
    if entry.by_person_id is None:
        return _("Somebody whom you showed your code"), _("not signed in")
    return name or _("Name erased"), say(ROLE_NAMES[Role(entry.role)])


def _page_name(endpoint: str) -> str:
    names = {
        "signoffs": _("Training and signature"),
        "persons": _("The page about you"),
        "coverage": _("Coverage"),
        "people": _("Employees"),
        "who_may": _("Who may?"),
        "may_she": _("Who may?"),
        "api": _("Who may?"),
        "queue": _("The guide's queue"),
        "passport": _("Passport"),
        "passports": _("Passport"),
        "exemptions": _("Exempt by agreement"),
        "files": _("Evidence files"),
        "inspection": _("Inspection pack"),
        "inspection_files": _("Inspection pack, taken out as a file"),
    }
    return str(names.get(endpoint.partition(".")[0], _("Another page")))
