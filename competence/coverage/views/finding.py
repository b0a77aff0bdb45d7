"""The finder's answer in the reader's language: a sentence, people by verdict, who nearly may, the rule, the week."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import current_app, url_for
from flask_babel import ngettext

from competence.access.rules import Actor, Permission
from competence.catalogue.queries.scales import level_names_on
from competence.coverage.cells import Face, face, lapses, verdict_of
from competence.coverage.duties import duty_at, runs_past_midnight, spans
from competence.coverage.queries.finder import Found, Neighbour, WhoMay
from competence.coverage.queries.staff import Someone
from competence.coverage.rules import SHIFT_NAMES, Count, Shift, Standing
from competence.coverage.signs import Sign
from competence.coverage.statements import Candidate, can_be_trained, spoken_count, way_left
from competence.coverage.views.drawing import TONES, mark
from competence.coverage.views.explaining import CAN_BE_ASKED
from competence.decision.rules import Answer, State
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.clock import local, now, today
from competence.foundation.text import N_, Sentence, sentence
from competence.foundation.web import as_pattern, clock_time, day, db, language, say, short_day
from competence.foundation.web import spoken as _
from competence.organisation.rules import Settings

_TODAY: Mapping[Shift, str] = {
    Shift.DAY: N_("%(count)s in %(unit)s may today."),
    Shift.EVENING: N_("%(count)s in %(unit)s may this evening."),
    Shift.NIGHT: N_("%(count)s in %(unit)s may tonight."),
}
_THEN: Mapping[Shift, str] = {
    Shift.DAY: N_("%(count)s in %(unit)s may in the daytime on %(day)s."),
    Shift.EVENING: N_("%(count)s in %(unit)s may in the evening of %(day)s."),
    Shift.NIGHT: N_("%(count)s in %(unit)s may on the night of %(day)s."),
}
_NOBODY: Mapping[Shift, str] = {
    Shift.DAY: N_("Nobody with fixed day shifts in %(unit)s may."),
    Shift.EVENING: N_("Nobody with fixed evening shifts in %(unit)s may."),
    Shift.NIGHT: N_("Nobody with fixed night shifts in %(unit)s may."),
}
_ON_DUTY = N_("%(count)s on duty in %(unit)s may.")
_NOBODY_ON_DUTY = N_("Nobody on duty in %(unit)s may.")
_FIXED: Mapping[Shift, str] = {
    Shift.DAY: N_("%(num)s with fixed day shifts"),
    Shift.EVENING: N_("%(num)s with fixed evening shifts"),
    Shift.NIGHT: N_("%(num)s with fixed night shifts"),
}
_NEAR: Mapping[Shift, str] = {
    Shift.DAY: N_("with fixed day shifts in %(unit)s"),
    Shift.EVENING: N_("with fixed evening shifts in %(unit)s"),
    Shift.NIGHT: N_("with fixed night shifts in %(unit)s"),
}
_HOW: Mapping[str, str] = {
    "education": N_("By education, level %(level)s (%(name)s)."),
    "signature": N_("Trained and signed off, level %(level)s (%(name)s)."),
    "delegation": N_("Individual delegation, level %(level)s (%(name)s)."),
}
_STANDS: Mapping[Standing, str] = {
    Standing.FLOATER: N_("floater"),
    Standing.EXTERNAL: N_("external"),
    Standing.STUDENT: N_("student"),
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
    soon: str = ""
    """What the sign's tab shows, for a voice."""
    url: str = ""
    """Where all that she may do stands; empty for whoever may not see it."""


def hours(shift: Shift, settings: Settings) -> str:
    """As "15–23"; minutes only where there are any."""
    return "–".join(text.removesuffix(":00").lstrip("0").replace(":", ".") or "0" for text in spans(settings)[shift])


def hours_of(settings: Settings) -> Mapping[Shift, str]:
    """The hours of each shift."""
    return {shift: hours(shift, settings) for shift in Shift}


@dataclass(frozen=True)
class Said:
    """The answer in the reader's language."""

    statement: str
    basis: str
    """On what the answer rests: the version, and the signatures as of now."""
    may: list[Line]
    may_when: list[Line]
    apart: list[Line]
    for_one: list[Line]
    """Those who may for one named citizen only, for whoever may know that there is one; never the citizen."""
    neighbours: list[Line]
    neighbours_when: list[Line]
    beside: str
    """How many of those next door may without a limit, as "2 with fixed evening shifts"."""
    beside_when: str
    teams: bool
    """Whether all units next door that can help are teams."""
    near: list[Line]
    near_hint: str
    not_theirs: list[tuple[str, str]]
    """(name, staff group) of those on the shift whose task it is not."""
    need: str
    call: str
    rule: list[tuple[Sign, str]]
    week: tuple[list[str], list[tuple[str, list[tuple[int, int, str, str] | None]]]]


def said(found: WhoMay, actor: Actor, *, fully: bool) -> Said:
    """Each person once, under her verdict; levels and dates for whoever plans or leads, names alone for a colleague."""
    levels = level_names_on(db.session, found.on)
    shift = found.shift

    def line(one: Found, *, where: str = "", neighbour: bool = False) -> Line:
        url = ""
        if fully and actor.may(Permission.WHO_MAY_PERSON, one.someone.unit_path):
            url = url_for("may_she.person", person_id=one.someone.person_id, on=found.on.isoformat(), shift=shift.value)
        return person_line(found, one, levels, fully=fully, where=where, neighbour=neighbour, url=url)

    def shows(one: Found) -> bool:
        # Whom she can ask is a colleague: her own answer stands above.
        return fully or one.someone.person_id != actor.person_id

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
    here = found.here
    teams = all(neighbour.unit.kind == "team" for neighbour in found.neighbours)
    statement = say(in_words(found, here))
    if fully and found.neighbours_who_may:
        text = N_("%(num)s in the teams next door may too.") if teams else N_("%(num)s in the units next door may too.")
        statement += " " + say(sentence(text, num=found.neighbours_who_may))
    call = ""
    if not here and found.fallback:
        call = _("Call %(name)s, %(phone)s.", name=found.fallback[0], phone=found.fallback[1])
    asks = actor.may(Permission.SIGNOFF_ASK, found.unit.path) and "signoffs.ask" in current_app.view_functions
    return Said(
        statement=statement,
        basis=basis_words(found),
        may=[line(one) for one in found.may if shows(one)],
        may_when=[line(one) for one in found.may_when if shows(one)],
        apart=[line(one, where=stands_apart(one.someone)) for one in found.apart if shows(one)],
        for_one=[line(one) for one in found.for_one]
        if fully and actor.may(Permission.CITIZEN_READ, found.unit.path)
        else [],
        neighbours=[shown for shown, one in beside if not one.answer.limited],
        neighbours_when=[shown for shown, one in beside if one.answer.limited],
        beside=with_shift(sum(not one.answer.limited for _line, one in beside), shift),
        beside_when=with_shift(sum(one.answer.limited for _line, one in beside), shift),
        teams=teams,
        near=near_lines(found, asks=asks) if fully else [],
        near_hint=say(sentence(_NEAR[shift], unit=found.unit.name)),
        not_theirs=[(one.someone.name, in_a_line(one.someone.group)) for one in found.not_theirs] if fully else [],
        need=need_words(found.count, shift),
        call=call,
        rule=rule_lines(found),
        week=week_of(found),
    )


def in_words(found: WhoMay, here: int) -> Sentence:
    """How many in the unit may, and when; nobody is said in the same words on every day."""
    if found.on_duty is not None:
        return sentence(_ON_DUTY if here else _NOBODY_ON_DUTY, count=here, unit=found.unit.name)
    if not here:
        return sentence(_NOBODY[found.shift], unit=found.unit.name)
    if is_now(found.on, found.shift, found.settings):
        return sentence(_TODAY[found.shift], count=here, unit=found.unit.name)
    on = long_day(found.on)
    return sentence(_THEN[found.shift], count=here, unit=found.unit.name, day=on)


def is_now(on: date, shift: Shift, settings: Settings) -> bool:
    """Whether the duty is today's, or the night that began yesterday and runs now; until it ends the next is not "tonight"."""
    running = duty_at(local(now()), settings)
    still_night = running[1] is Shift.NIGHT and running[0] < today()
    return (on, shift) == running or (on == today() and not (still_night and shift is Shift.NIGHT))


def long_day(on: date) -> str:
    """As "mandag 3. november"."""
    return as_pattern(on, "EEEE d. MMMM" if language() == "da" else "EEEE d MMMM")


def basis_words(found: WhoMay) -> str:
    """As "By division of tasks 7 and signatures as of today at 7:42."."""
    at = clock_time(now())
    text = (
        _("By division of tasks %(version)s and signatures as of today at %(time)s.", version=found.version, time=at)
        if found.version
        else _("By signatures as of today at %(time)s.", time=at)
    )
    return (
        f"{text} {_('The night must hold on both dates.')}"
        if runs_past_midnight(found.shift, found.settings)
        else str(text)
    )


def in_a_line(group: str) -> str:
    """A staff group's name after a person's: without its capital, unless that is an abbreviation's."""
    return group[:1].lower() + group[1:] if group[1:2].islower() else group


def person_line(
    found: WhoMay, one: Found, levels: Mapping[int, str], *, fully: bool, where: str, neighbour: bool, url: str = ""
) -> Line:
    """One who may."""
    someone, answer = one.someone, one.answer
    if found.on_duty and (duty := found.on_duty.get(someone.person_id)):
        where = _("on duty %(from)s–%(to)s", **{"from": clock_time(duty.starts_at), "to": clock_time(duty.ends_at)})
    tab = found.expiring_days
    shown = face(answer, found.on, ends=someone.valid_to, tab=tab)
    group = in_a_line(someone.group)
    group = f"{group}, {one.unit.name}" if neighbour else group
    limit = say(verdict_of(shown)) if answer.limited else ""
    if not fully:
        return Line(someone.name, group, None, limit, _("Ask %(name)s.", name=someone.first_name), "", where, "")
    soon = say(lapses(shown.days)) if shown.days is not None else ""
    fixed = found.shift.value in someone.worker.shifts
    when = f"{say(SHIFT_NAMES[found.shift])} {hours(found.shift, found.settings)}" if fixed else _("No fixed shift")
    return Line(
        someone.name, group, mark(answer, found.on, ends=someone.valid_to, tab=tab), limit,
        how_words(answer, shown, found.on, levels), when, where or (_("fixed shift") if fixed else ""),
        someone.phone or "", soon=soon, url=url,
    )  # fmt: skip


def how_words(answer: Answer, shown: Face, on: date, levels: Mapping[int, str]) -> str:
    """What a right rests on, at which level and through which day: never by whom it was signed."""
    level = answer.level or answer.named_level
    text = _HOW.get(answer.basis, _HOW["signature"])
    how = [say(sentence(text, level=level, name=levels.get(level, "")))]
    if shown.last_day is not None:
        same_year = shown.last_day.year == on.year
        how.append(_("Valid through %(day)s.", day=short_day(shown.last_day) if same_year else day(shown.last_day)))
    return " ".join(how)


def stands_apart(someone: Someone) -> str:
    """How somebody is marked who is not in the count: as "floater", or "external through 3 December"."""
    words = say(_STANDS[someone.worker.standing])
    if someone.worker.standing is Standing.EXTERNAL and someone.valid_to is not None:
        last = short_day(someone.valid_to - timedelta(days=1))
        return str(_("%(who)s through %(day)s", who=words, day=last))
    return words


def near_lines(found: WhoMay, *, asks: bool) -> list[Line]:
    """Those who nearly may, the nearest first. Where nobody is asked one by one, those who have not begun stand together."""
    lines: list[Line] = []
    waiting: dict[tuple[int, CellRule], list[tuple[Found, Candidate]]] = {}
    for one, way in found.near:
        if one.answer.state is State.NOT_BEGUN and not asks:
            waiting.setdefault((one.someone.group_id, one.answer.cell.rule), []).append((one, way))
        else:
            lines.append(near_line(found, one, say(way_left(way)), asks=asks))
    for some in waiting.values():
        first = some[0][0]
        group = first.someone.group_plural if len(some) > 1 else first.someone.group
        line = near_line(found, first, say(can_be_trained([way for _one, way in some], named=False)), asks=False)
        names = ", ".join(one.someone.name for one, _way in some)
        lines.append(replace(line, name=names, group=in_a_line(group)))
    return lines


def near_line(found: WhoMay, one: Found, way: str, *, asks: bool) -> Line:
    """One who nearly may, with the shortest way."""
    how = [way]
    helper = found.helper
    if helper is not None and one.answer.state in CAN_BE_ASKED:
        how.append(_("%(name)s on the same shift can show it.", name=helper.someone.first_name))
    return Line(
        one.someone.name, in_a_line(one.someone.group), mark(one.answer, found.on), "", " ".join(how), "", "", "",
        (one.someone.employment_id, found.task.id) if asks and one.answer.state in CAN_BE_ASKED else None,
    )  # fmt: skip


def with_shift(number: int, shift: Shift) -> str:
    """As "2 with fixed evening shifts"."""
    return say(sentence(_FIXED[shift], num=number))


def need_words(count: Count, shift: Shift) -> str:
    """As "1 with fixed evening shifts – the requirement is 2"."""
    have = with_shift(count.have, shift)
    return str(_("%(have)s – the requirement is %(need)s", have=have, need=count.need)) if count.need else have


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
    stop = "." if language() == "da" else ""
    heads = [f"{as_pattern(at, 'EEE')[:3]} {at.day}{stop}" for at, _counts in found.week]
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
