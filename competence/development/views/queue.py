"""The guide's queue: requests, renewals, answers that are waited for; and a new signature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.accounts.forms import hours_text
from competence.accounts.queries import deputyships
from competence.catalogue.queries import level_names
from competence.coverage.cells import Face, face, sign_of, spoken
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.coverage.signs import Sign
from competence.decision.queries import book
from competence.decision.rules import Answer, State
from competence.delegation.queries import delegations_waiting, supervisions_due
from competence.development.queries import queue as reads
from competence.development.queries.guiding import guide_week
from competence.development.queries.queue import Item
from competence.development.queries.queue_rows import Who
from competence.development.queries.training import not_yet_to, wanting_training
from competence.development.rules import next_step
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.web import db, say, short_day
from competence.onboarding.queries.programmes import newcomers
from competence.onboarding.views.showing import cards, group_word
from competence.signoffs.queries import get_employment
from competence.teaching.queries.classes import coming_for, to_note
from competence.teaching.views.showing import Row as ClassRow
from competence.teaching.views.showing import rows_of

bp = Blueprint("queue", __name__, url_prefix="/queue")

SOON = timedelta(days=7)
MOST_TODAY = 8
SHOWN = 5
"""So many renewals stand on the page at once; the rest unfolds."""


@dataclass(frozen=True)
class Row:
    """A line of the queue, ready to be drawn."""

    item: Item
    sign: Sign
    spoken: str
    next: str
    duty: str
    group: str
    days: int


@bp.get("")
@requires(Permission.SIGNOFF_SIGN)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Min kø: what waits for her, those first who close a gap."""
    found = reads.queue(db.session, actor, within)
    names = level_names(db.session)

    said: dict[Face, str] = {}

    def rows(items: Sequence[Item]) -> list[Row]:
        return [_row(item, names, found.book.expiring_days(item.task_id), said) for item in items]

    guides = actor.may(Permission.GUIDE_TIME_NOTE)
    return render_template(
        "queue/index.html",
        today=_today(rows, found), newcomers=cards(newcomers(db.session, actor)),
        time=guide_week(db.session, actor.person_id, on=today()) if guides else None, hours=hours_text,
        week_number=today().isocalendar().week, deputyships=deputyships(db.session, actor.person_id) if guides else (),
        me=actor.person_id,
        requests=rows(found.requests), renewals=rows(found.renewals), waiting=rows(found.waiting), paper=rows(found.paper),
        begun=rows(found.begun), signed=rows(found.signed), days=found.book.settings.expiring_days, most=SHOWN, levels=names,
        seconds=rows(found.seconds), training=wanting_training(db.session, actor, within),
        not_yet=not_yet_to(db.session, actor, within),
        delegations=delegations_waiting(db.session, actor.person_id),
        supervisions=supervisions_due(db.session, actor.person_id, on=today()),
        classes=[(row, row.lesson.ends <= now()) for row in _classes(actor, within)],
        places=_places(found), in_force=found.in_force, in_force_from=found.in_force_from,
    )  # fmt: skip


def _classes(actor: Actor, within: Reach) -> list[ClassRow]:
    """The classes that wait to be noted, and the next ones to come, with their hours."""
    over = to_note(db.session, actor, since=now() - timedelta(days=60))
    return rows_of([*over, *(lesson for lesson, _taken in coming_for(db.session, actor, within, most=4))])


@dataclass(frozen=True)
class Block:
    """What stands in today's strip."""

    row: Row
    why: str


def _today(rows: Callable[[Sequence[Item]], list[Row]], found: reads.Queue) -> list[Block]:
    """What she has begun, what closes a gap, and what ends within a week, each once and only what she can sign herself."""
    on, blocks = today(), {}
    for row in rows(found.begun):
        blocks[_place(row)] = Block(row, _("begun, saved %(day)s", day=short_day(row.item.day)))
    for row in rows([one for one in found.requests if one.closes_gap and one.i_hold]):
        blocks.setdefault(_place(row), Block(row, _("closes a gap")))
    for row in rows([one for one in found.renewals if one.i_hold and one.day and one.day <= on + SOON]):
        words = ngettext("%(num)s day left", "%(num)s days left", row.days) if row.days else _("ends today")
        blocks.setdefault(_place(row), Block(row, words))
    return list(blocks.values())[:MOST_TODAY]


def _place(row: Row) -> tuple[int, int]:
    return row.item.who.employment_id, row.item.task_id


def _places(found: reads.Queue) -> str:
    units = dict.fromkeys(
        item.who.unit
        for some in (found.requests, found.renewals, found.waiting, found.seconds, found.paper)
        for item in some
    )
    return ", ".join(list(units)[:4])


def _row(item: Item, names: dict[int, str], soon: int, said: dict[Face, str]) -> Row:
    """`said`: what faces have been put in words already, for many lines have the same."""
    on = today()
    drawn = face(item.answer, on, tab=soon)
    if drawn not in said:
        said[drawn] = " ".join(say(text) for text in spoken(drawn, names))
    return Row(
        item=item,
        sign=sign_of(drawn),
        spoken=said[drawn],
        next=_next(item.answer),
        duty=duty(item.who.shifts),
        group=group_word(item.who.group),
        days=(item.day - on).days if item.day else 0,
    )


def duty(shifts: str) -> str:
    """The fixed shifts in words; empty when there are none."""
    return ", ".join(say(SHIFT_NAMES[Shift(letter)]).lower() for letter in shifts)


def _next(answer: Answer) -> str:
    """What comes next, in words to the guide."""
    if answer.state in (State.TRAINING, State.NOT_BEGUN):
        left = answer.needed - answer.done
        if left <= 0:
            return str(_("Ready to be signed"))
        kind = _("alone") if left == 1 else _("watches") if answer.done == 0 else _("with help")
        return str(_("Time %(number)s: %(kind)s", number=answer.done + 1, kind=kind))
    if answer.state is State.VALID:
        return str(_("Renewal"))
    return say(next_step(answer).text) if answer.state is not State.WAITING else _("Waits for an answer")


@bp.get("/new")
@requires(Permission.SIGNOFF_SIGN)
def new(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new signature: for which colleague?"""
    q = " ".join(request.args.get("q", "").split())
    people, total = reads.colleagues(db.session, actor, within, search=q)
    return render_template(
        "queue/new.html", q=q, people=[(who, duty(who.shifts), group_word(who.group)) for who in people], total=total
    )


@bp.get("/new/<int:employment_id>")
@requires(Permission.SIGNOFF_SIGN)
def task(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new signature: for which task? Only those that the rule lets be signed."""
    employment, unit = get_employment(db.session, employment_id)
    if not within.covers(unit.path):
        raise NotFound
    if employment.person_id == actor.person_id:
        return redirect(url_for("me.may"))
    looked_at(person_id=employment.person_id)
    names = level_names(db.session)
    q = " ".join(request.args.get("q", "").split())
    areas: dict[str, list[Row]] = {}
    held_by_none: list[str] = []
    who = Who(
        employment.id, employment.person_id, employment.identity.name if employment.identity else _("Name erased"),
        employment.staff_group.short_name, employment.shifts, unit.name, unit.id,
    )  # fmt: skip
    shared = book(db.session)
    for one, answer, mine in reads.signable(db.session, actor, employment_id):
        if q and q.casefold() not in f"{one.name} {one.plain_text}".casefold():
            continue
        if not mine:
            held_by_none.append(one.name)
            continue
        row = _row(Item(who, one.id, one.name, answer, i_hold=mine), names, shared.expiring_days(one.id), {})
        areas.setdefault(one.area.name, []).append(row)
    return render_template(
        "queue/task.html", who=who, group=group_word(who.group), areas=areas, q=q, others=held_by_none
    )
