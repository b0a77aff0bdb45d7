"""Hold: those who have been trained together, who of them is ready, and one signature for all that are ticked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.accounts.web import needs_proof, prove_self
from competence.catalogue.models import Task
from competence.catalogue.queries import criteria_of, levels
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import db, say, show, transaction
from competence.organisation.models import Unit
from competence.organisation.queries import unit_choices, units_within
from competence.signoffs import commands, queries
from competence.signoffs.commands import Line, NewSignOff
from competence.signoffs.forms import TogetherForm
from competence.signoffs.queries import Candidate
from competence.signoffs.rules import current
from competence.signoffs.views.blueprint import bp

LOOKS_BACK = timedelta(days=60)
"""How far back somebody was seen or passed something, to stand on the page unasked."""


@dataclass(frozen=True)
class Choice:
    """What the filter says."""

    task: Task | None
    day: date | None
    unit: Unit | None
    search: str
    tasks: Sequence[tuple[int, str]]
    """Those that she may sign."""
    units: Sequence[tuple[int, str]]
    people: frozenset[int] = frozenset()
    """The employments of those who were there, when that has been noted: they alone are shown, and ticked."""
    wrong_day: str = ""
    """What was written as the day and is none."""

    @property
    def day_text(self) -> str:
        """The day as the field shows it."""
        return self.day.isoformat() if self.day else self.wrong_day


@dataclass(frozen=True)
class Row:
    """Somebody of the class."""

    candidate: Candidate
    why: Sequence[str]
    """Why she cannot be signed for; empty when she is ready."""
    seen: str
    """The employment and the place of her last sign-off, as the page saw it."""
    held: int
    """The level in force; 0 = none."""

    @property
    def employment_id(self) -> int:
        """Her employment."""
        return self.candidate.matter.employment.id

    @property
    def name(self) -> str:
        """Her name; a word for it when it has been erased."""
        identity = self.candidate.matter.employment.identity
        return identity.name if identity else _("Name erased")


@dataclass(frozen=True)
class Told:
    """What became of one of those who were ticked."""

    name: str
    employment_id: int
    seq: int
    """The signature; 0 = there is none."""
    why: Sequence[str]


@dataclass
class Sent:
    """What the form carried."""

    people: set[int] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)
    expects: Mapping[int, int] = field(default_factory=dict)


@bp.route("/classes/sign", methods=["GET", "POST"])
@requires(Permission.SIGNOFF_SIGN)
def together(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who is ready after a class, what the others miss, and one signature for all that are ticked.

    `?people=` names the employments of those who were there, who are then ticked.
    """
    choice = _choice(actor, within)
    scale = levels(db.session)
    form = TogetherForm(levels=[(one.rank, one.name) for one in scale])
    proof = needs_proof(actor)
    sent = _sent() if request.method == "POST" else Sent(set(choice.people))
    told: list[Told] = []
    if choice.unit is not None:
        looked_at(unit_id=choice.unit.id)
    looks = bool(request.form.get("look"))
    if request.method == "POST" and choice.task is not None and not looks and form.validate():
        try:
            told = _sign(choice.task, form, sent, actor=actor, within=within, proof=proof)
            sent = Sent()
        except RuleBroken as broken:
            show(broken, form)
    rows: list[Row] = []
    total = 0
    if choice.task is not None:
        rows, total = _rows(choice, choice.task, form.level.data, sent, actor=actor, within=within)
    return render_template(
        "signoffs/together.html", form=form, choice=choice, rows=rows, total=total, scale=scale, proof=proof, sent=sent,
        told=told, criteria=criteria_of(db.session, choice.task.id) if choice.task else (), looked=looks,
    ), 422 if form.errors else 200  # fmt: skip


def _choice(actor: Actor, within: Reach) -> Choice:
    tasks = queries.tasks_to_sign(db.session, actor.person_id)
    task = _number("task")
    if task is not None and task not in {id_ for id_, _name in tasks}:
        raise NotFound
    unit = _number("unit")
    units = {one.id: one for one in units_within(db.session, within=within, on=today())}
    if unit is not None and unit not in units:
        raise NotFound
    written, day, wrong = request.args.get("day", "").strip(), None, ""
    try:
        day = date.fromisoformat(written) if written else None
    except ValueError:
        wrong = written[:20]
    return Choice(
        queries.get_task(db.session, task) if task is not None else None, day, units[unit] if unit is not None else None,
        " ".join(request.args.get("q", "").split())[:80], tasks, unit_choices(db.session, within=within, on=today()),
        frozenset(int(text) for text in request.args.getlist("people")[:200] if text.isdecimal() and len(text) < 10), wrong,
    )  # fmt: skip


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _sent() -> Sent:
    def numbers(name: str) -> set[int]:
        return {int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) < 10}

    seen = (text.split("-", 1) for text in request.form.getlist("seen"))
    expects = {int(pair[0]): int(pair[1]) for pair in seen if len(pair) == 2 and all(p.isdecimal() for p in pair)}
    return Sent(numbers("people"), numbers("shown"), expects)


def _sign(task: Task, form: TogetherForm, sent: Sent, *, actor: Actor, within: Reach, proof: bool) -> list[Told]:
    if not sent.people:
        raise RuleBroken(N_("Tick those you sign for."))
    if len(sent.people) > 100:
        raise RuleBroken(N_("Sign for at most 100 at a time."))
    employments, _tasks = queries.places_of(db.session, sent.people, [])
    if not all(within.covers(one.unit.path) for one in employments.values()):
        raise NotFound
    if proof:
        prove_self(actor, form.password.data or "")
    ticks = queries.drafts_of(db.session, actor.person_id, task.id, sent.people)
    lines = [
        Line(
            one,
            NewSignOff(
                task.id, form.level.data, today(), ticked=tuple(sorted(sent.shown | set(ticks.get(one, ())))),
                expects=sent.expects.get(one),
            ),
        )
        for one in sorted(sent.people)
    ]  # fmt: skip
    with transaction() as session:
        outcomes = commands.sign_together(session, lines, by=actor)
    names = queries.names_of(db.session, [one.person_id for one in employments.values()])
    found = [
        Told(
            names.get(employments[one.line.employment_id].person_id) or _("Name erased"), one.line.employment_id,
            one.event.seq if one.event else 0, [say(text) for text in one.why],
        )
        for one in outcomes
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.seq, one.name))


def _rows(
    choice: Choice, task: Task, level: int | None, sent: Sent, *, actor: Actor, within: Reach
) -> tuple[list[Row], int]:
    found, total = queries.candidates(
        db.session, task, by=actor, within=within, shown=sent.shown, day=choice.day, since=today() - LOOKS_BACK,
        unit=choice.unit, search=choice.search, people=choice.people,
    )  # fmt: skip
    held = [one.level if (one := current(c.matter.signed, on=today())) else 0 for c in found]
    asked = [
        NewSignOff(
            task.id, level or max(now_, c.matter.cell.minimum_level, 1), today(), ticked=tuple(c.matter.ready.ticked)
        )
        for c, now_ in zip(found, held, strict=True)
    ]
    reasons = commands.why_not_of(db.session, [(c.matter, new) for c, new in zip(found, asked, strict=True)], by=actor)
    rows = [
        Row(
            c, [say(text) for text in why],
            f"{c.matter.employment.id}-{max((s.seq for s in c.matter.signed if not s.withdrawn), default=0)}", now_,
        )
        for c, why, now_ in zip(found, reasons, held, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: bool(row.why)), total
