"""Who may do this task, there and then: people by verdict, next door, who nearly may, the rule, and the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from babel.dates import format_date
from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries import level_names
from competence.coverage.cells import face, lapses, verdict_of
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.finder import Found, Neighbour, WhoMay, tasks_called, who_may
from competence.coverage.queries.one import StopOver, stops_over
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.rules import SHIFT_NAMES, STANDING_NAMES, Count, Shift, Standing
from competence.coverage.signs import Sign
from competence.coverage.statements import spoken_count, way_left
from competence.coverage.views.choices import task_options, unit_options
from competence.coverage.views.drawing import TONES, language, mark
from competence.coverage.views.explaining import CAN_BE_ASKED
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.clock import local, now, today
from competence.foundation.text import N_, sentence
from competence.foundation.web import day, db, say, short_day
from competence.organisation.rules import Settings

bp = Blueprint("who_may", __name__, url_prefix="/who-may")

MOST_MATCHES = 20
_IN_TEAM: Mapping[Shift, tuple[str, str]] = {
    Shift.DAY: (N_("%(count)s in %(unit)s may in the daytime."), N_("Nobody with fixed day shifts in %(unit)s may.")),
    Shift.EVENING: (
        N_("%(count)s in %(unit)s may in the evening."),
        N_("Nobody with fixed evening shifts in %(unit)s may."),
    ),
    Shift.NIGHT: (N_("%(count)s in %(unit)s may at night."), N_("Nobody with fixed night shifts in %(unit)s may.")),
}
RULES: Mapping[CellRule, str] = {
    CellRule.CORE: N_("by education, level %(level)s"),
    CellRule.MUST: N_("must be trained, at least level %(level)s"),
    CellRule.MAY_GENERAL: N_("training and signature, at least level %(level)s"),
    CellRule.MAY_CITIZEN: N_("for one certain citizen only, at least level %(level)s"),
    CellRule.DELEGATION_ONLY: N_("individual delegation, at least level %(level)s"),
    CellRule.ASSISTS: N_("takes part, not alone"),
    CellRule.NOT_ALLOWED: N_("not their task"),
    CellRule.NOT_RELEVANT: N_("not relevant"),
    CellRule.UNDECIDED: N_("not decided"),
}


@dataclass(frozen=True)
class Line:
    """A person in the finder, in the reader's language."""

    name: str
    group: str
    sign: Sign | None
    limit: str
    how: str
    when: str
    where: str
    phone: str
    ask: tuple[int, int] | None = None
    """(employment, task), when the guide can be asked."""


@bp.get("")
@requires(any_of=(Permission.WHO_MAY_ASK, Permission.WHO_MAY_COLLEAGUES))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The finder. Without WHO_MAY_ASK over the unit only the names of colleagues who may."""
    units = tree(db.session, on=today())
    reachable = units.reached(within)
    on = request.args.get("on", today(), type=date.fromisoformat)
    on = max(on, today())
    shift = request.args.get("shift", type=Shift) or shift_at(local(now()).time())
    unit = chosen_unit(units, reachable, within, actor)
    tasks = tasks_on(db.session, on)
    text = " ".join(request.args.get("q", "").split())
    matches = tasks_called(tasks, text) if text else []
    found = None
    if unit is not None and len(matches) == 1:
        found = who_may(db.session, units, unit, matches[0], on=on, shift=shift)
        looked_at(unit_id=unit.id)
    fully = unit is not None and actor.may(Permission.WHO_MAY_ASK, unit.path)
    return render_template(
        "who_may/index.html",
        unit_options=unit_options(db.session, units, unit, within), task_options=task_options(db.session, on), unit=unit,
        on=on, shift=shift, shifts=list(Shift), shift_names=SHIFT_NAMES,
        text=matches[0].name if len(matches) == 1 else text, matches=matches[:MOST_MATCHES] if len(matches) > 1 else [],
        unknown=bool(text) and not matches, found=found, fully=fully, today=today(), updated=now(),
        stops=stops(unit, found), answer=said(found, actor, fully=fully) if found else None, hours=hours_of(found), tones=TONES,
    )  # fmt: skip


def stops(unit: Node | None, found: WhoMay | None) -> Sequence[StopOver]:
    """The stops over the unit that close the task."""
    return stops_over(db.session, unit, now(), task_id=found.task.id) if unit is not None and found is not None else ()


def chosen_unit(units: Tree, reachable: Sequence[Node], within: Reach, actor: Actor) -> Node | None:
    """The unit of the address, NotFound when it is out of reach; else the first team of her own, or within reach."""
    asked = request.args.get("unit", type=int)
    if asked is not None:
        return units.get(asked, within)
    own = [assigned.path for assigned in actor.roles]
    leaves = [node for node in reachable if units.is_leaf(node)]
    return next((node for node in leaves if node.path in own), leaves[0] if leaves else next(iter(reachable), None))


def shift_at(at: time) -> Shift:
    """The shift that runs at the time of day, by the usual hours."""
    if time(7) <= at < time(15):
        return Shift.DAY
    return Shift.EVENING if time(15) <= at < time(23) else Shift.NIGHT


def hours(shift: Shift, settings: Settings) -> str:
    """As "15–23"; minutes only where there are any."""
    spans = {Shift.DAY: settings.day_hours, Shift.EVENING: settings.evening_hours, Shift.NIGHT: settings.night_hours}
    return "–".join(text.removesuffix(":00").lstrip("0").replace(":", ".") or "0" for text in spans[shift])


def hours_of(found: WhoMay | None) -> Mapping[Shift, str]:
    """The hours of each shift."""
    settings = found.settings if found else Settings()
    return {shift: hours(shift, settings) for shift in Shift}


@dataclass(frozen=True)
class Said:
    """The answer in the reader's language."""

    statement: str
    may: list[Line]
    may_when: list[Line]
    apart: list[Line]
    neighbours: list[Line]
    neighbours_when: list[Line]
    near: list[Line]
    need: str
    call: str
    rule: list[tuple[Sign, str]]
    week: tuple[list[str], list[tuple[str, list[tuple[int, int, str, str] | None]]]]


def said(found: WhoMay, actor: Actor, *, fully: bool) -> Said:
    """Each person once, under her verdict; levels and dates for whoever plans or leads, names alone for a colleague."""
    levels = level_names(db.session)
    shift = found.shift

    def line(one: Found, *, where: str = "", neighbour: bool = False) -> Line:
        return person_line(found, one, levels, fully=fully, where=where, neighbour=neighbour)

    def spare(one: Neighbour) -> str:
        if one.need is not None and one.spare:
            text = ngettext(
                "%(unit)s can do without one", "%(unit)s can do without %(num)s", one.spare, unit=one.unit.name
            )
        else:
            text = _("ask the leader in %(unit)s", unit=one.unit.name)
        return str(text)

    beside = [
        (line(one, where=spare(neighbour), neighbour=True), one)
        for neighbour in found.neighbours
        for one in neighbour.people
    ]
    here = len(found.may) + len(found.may_when)
    in_team, nobody = _IN_TEAM[shift]
    statement = say(
        sentence(in_team, count=here, unit=found.unit.name) if here else sentence(nobody, unit=found.unit.name)
    )
    if fully and found.neighbours_who_may:
        statement += " " + ngettext(
            "%(num)s in the units next door may too.",
            "%(num)s in the units next door may too.",
            found.neighbours_who_may,
        )
    call = ""
    if not here and found.fallback:
        call = _("Call %(name)s, %(phone)s.", name=found.fallback[0], phone=found.fallback[1])
    asks = actor.may(Permission.SIGNOFF_ASK, found.unit.path) and "signoffs.ask" in current_app.view_functions
    return Said(
        statement=statement,
        may=[line(one) for one in found.may],
        may_when=[line(one) for one in found.may_when],
        apart=[line(one, where=say(STANDING_NAMES[one.someone.worker.standing])) for one in found.apart],
        neighbours=[shown for shown, one in beside if not one.answer.limits],
        neighbours_when=[shown for shown, one in beside if one.answer.limits],
        near=[near_line(found, one, way_left(way), asks=asks) for one, way in found.near] if fully else [],
        need=need_words(found.count, shift),
        call=call,
        rule=rule_lines(found),
        week=week_of(found),
    )


def person_line(
    found: WhoMay, one: Found, levels: Mapping[int, str], *, fully: bool, where: str, neighbour: bool
) -> Line:
    """One who may."""
    someone, answer = one.someone, one.answer
    shown = face(answer, found.on, ends=someone.valid_to)
    group = f"{someone.group}, {one.unit.name}" if neighbour else someone.group
    limit = say(verdict_of(shown)) if answer.limits else ""
    if not fully:
        return Line(someone.name, group, None, limit, _("Ask %(name)s.", name=someone.first_name), "", where, "")
    how = [_("Level %(level)s (%(name)s).", level=answer.level, name=levels.get(answer.level, ""))]
    if shown.days is not None:
        how.append(say(lapses(shown.days)))
    elif shown.last_day is not None:
        how.append(_("Valid through %(day)s.", day=day(shown.last_day)))
    fixed = someone.worker.standing is Standing.FIXED
    when = f"{say(SHIFT_NAMES[found.shift])} {hours(found.shift, found.settings)}"
    return Line(
        someone.name, group, mark(answer, found.on, ends=someone.valid_to), limit, " ".join(how), when,
        where or (_("fixed shift") if fixed else ""), someone.phone or "",
    )  # fmt: skip


def near_line(found: WhoMay, one: Found, way: object, *, asks: bool) -> Line:
    """One who nearly may, with the shortest way."""
    how = [say(way)]
    helper = found.helper
    if helper is not None and one.answer.state in CAN_BE_ASKED:
        how.append(_("%(name)s on the same shift can show it.", name=helper.someone.first_name))
    return Line(
        one.someone.name, one.someone.group, mark(one.answer, found.on), "", " ".join(how), "", "", "",
        (one.someone.employment_id, found.task.id) if asks and one.answer.state in CAN_BE_ASKED else None,
    )  # fmt: skip


def need_words(count: Count, shift: Shift) -> str:
    """As "1 with fixed shift – the requirement is 2"."""
    if count.need:
        return str(_("%(have)s with fixed shift – the requirement is %(need)s", have=count.have, need=count.need))
    return str(ngettext("%(num)s with fixed shift", "%(num)s with fixed shift", count.have))


def rule_lines(found: WhoMay) -> list[tuple[Sign, str]]:
    """The rule of the version in force: a line for each group that can come to do the task, one for the rest."""
    lines = []
    rest = []
    for group, terms in found.rule:
        if not terms.entitles:
            rest.append((group, terms))
            continue
        lines.append((rule_sign(terms), _("%(group)s: %(rule)s", group=group, rule=rule_words(terms))))
    closed = [group for group, terms in rest if terms.rule in (CellRule.NOT_ALLOWED, CellRule.NOT_RELEVANT)]
    for group, terms in rest:
        if group not in closed:
            lines.append((rule_sign(terms), _("%(group)s: %(rule)s", group=group, rule=rule_words(terms))))
    if closed:
        lines.append((Sign("none", "not_allowed"), _("Other staff groups: not their task")))
    return lines


def rule_words(terms: CellTerms) -> str:
    """The terms of a group in a few words, with the limit."""
    level = terms.education_level if terms.rule is CellRule.CORE else terms.minimum_level
    text = say(sentence(RULES[terms.rule], level=level) if terms.entitles else RULES[terms.rule])
    if terms.limits:
        text += ", " + _("when %(limits)s", limits=_(" and ").join(when for _text, when in terms.limits))
    return text


def rule_sign(terms: CellTerms) -> Sign:
    """The sign of a rule: what it looks like once held."""
    if terms.rule is CellRule.CORE:
        return Sign("square", "valid", terms.education_level)
    if terms.rule is CellRule.DELEGATION_ONLY:
        return Sign("diamond", "valid", terms.minimum_level)
    if terms.rule is CellRule.ASSISTS:
        return Sign("none", "assists")
    if terms.rule is CellRule.UNDECIDED:
        return Sign("none", "undecided")
    return Sign("circle", "valid", terms.minimum_level, citizen=terms.rule is CellRule.MAY_CITIZEN)


def week_of(found: WhoMay) -> tuple[list[str], list[tuple[str, list[tuple[int, int, str, str] | None]]]]:
    """(headings, rows) for the strip; a shift for which nothing is ever asked is left out."""
    heads = [format_date(at, "EEE d.", locale=language()).replace("..", ".") for at, _counts in found.week]
    rows: list[tuple[str, list[tuple[int, int, str, str] | None]]] = []
    for shift in Shift:
        fields: list[tuple[int, int, str, str] | None] = []
        for at, counts in found.week:
            count = counts[shift]
            words = f"{short_day(at)}. {say(spoken_count(shift, count))}"
            fields.append((count.have, count.need, TONES[count.status], words) if count.need else None)
        if any(fields):
            rows.append((say(SHIFT_NAMES[shift]), fields))
    return heads, rows
