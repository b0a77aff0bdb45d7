"""May this person do this task, for this citizen, on this date - and why. The rule at the centre (product.md).

Plain functions over plain data: facts come in as frozen dataclasses that a query has loaded, dates are arguments, and the
answer carries every fact that decided it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from competence.delegation.rules import UNDECIDED, CellRule, CellTerms, Version
from competence.foundation.text import N_, Sentence, sentence
from competence.organisation.rules import Settings
from competence.signoffs.rules import Event, EventKind, Origin, Signed, history, latest, waiting

Span = tuple[date, date | None]
"""First day, and first day no longer; None = open."""


class Verdict(StrEnum):
    """The three verdicts, everywhere."""

    MAY = "may"
    MAY_WHEN = "may_when"
    MAY_NOT = "may_not"


class State(StrEnum):
    """What a cell shows, in the order in which the first that fits is shown (DESIGN.md section 2)."""

    NOT_RELEVANT = "not_relevant"
    NOT_ALLOWED = "not_allowed"
    UNDECIDED = "undecided"
    ASSISTS = "assists"
    PAUSED = "paused"
    STOPPED = "stopped"
    MISSING = "missing"
    """An authorisation, prerequisite or delegation is missing."""
    VALID = "valid"
    WAITING = "waiting"
    LOW = "low"
    LAPSED = "lapsed"
    TRAINING = "training"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    """The employment does not run on the day."""


_RULE_STATES = {
    CellRule.NOT_RELEVANT: State.NOT_RELEVANT,
    CellRule.NOT_ALLOWED: State.NOT_ALLOWED,
    CellRule.UNDECIDED: State.UNDECIDED,
    CellRule.ASSISTS: State.ASSISTS,
}


@dataclass(frozen=True, slots=True)
class Delegated:
    """A personal delegation of a task."""

    giver_id: int
    valid_from: date
    valid_to: date | None
    accepted_on: date | None
    citizen_id: int | None = None
    giver_lost_on: date | None = None
    """First day the giver no longer works here or no longer holds the task; None = she does."""
    recorded_at: datetime | None = None

    def ends(self, notice_days: int) -> date | None:
        """First day it no longer counts: its own end, or so many days after the giver lost what it rests on."""
        own, lost = self.valid_to, self.giver_lost_on
        given_up = lost + timedelta(days=notice_days) if lost else None
        return min(own, given_up) if own and given_up else own or given_up


@dataclass(frozen=True, slots=True)
class Stopped:
    """A task closed at once."""

    task_id: int
    unit_path: str
    staff_group_id: int | None
    valid_from: date
    valid_to: date
    recorded_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Mask:
    """A stricter unit. `minimum_level` None closes the task."""

    task_id: int
    unit_path: str
    staff_group_id: int | None
    minimum_level: int | None
    valid_from: date
    valid_to: date | None
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Book:
    """The municipality's own rules, shared by all its employments."""

    versions: tuple[Version, ...]
    cells: Mapping[int, Mapping[tuple[int, int], CellTerms]]
    """By version id, then (task id, staff group id)."""
    approved_at: Mapping[int, datetime] = field(default_factory=dict)
    follows: Mapping[int, tuple[int, str | None]] = field(default_factory=dict)
    """Staff group -> (the group it follows, the stage from which it does)."""
    authorised: frozenset[int] = frozenset()
    """Staff groups whose authorisation must be checked."""
    stops: tuple[Stopped, ...] = ()
    masks: tuple[Mask, ...] = ()
    must_hold: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Task -> tasks that must be held as long as it is used."""
    sign_again_from: Mapping[int, date] = field(default_factory=dict)
    settings: Settings = Settings()

    def version_on(self, on: date, known_at: datetime | None = None) -> Version | None:
        """The version in force on the day, as far as it was approved by `known_at`; None before the first."""
        for version in self.versions:
            known = known_at is None or self.approved_at.get(version.id, known_at) <= known_at
            if known and version.in_force(on):
                return version
        return None

    def coming(self, on: date) -> Version | None:
        """The approved version that takes over next, None when none does: signatures under it are allowed."""
        ahead = [v for v in self.versions if v.approved and v.valid_from is not None and v.valid_from > on]
        return min(ahead, key=lambda v: v.valid_from or date.max, default=None)

    def cell(self, task: int, group: int, *, version: Version | None, stage_from: date | None, on: date) -> CellTerms:
        """The terms for the group, its own or those of the group it follows; before its stage a student assists."""
        if version is None:
            return UNDECIDED
        cells = self.cells.get(version.id, {})
        own = cells.get((task, group))
        if own is not None:
            return own
        follows = self.follows.get(group)
        if follows is None:
            return replace(UNDECIDED, version=version.number)
        followed, stage = follows
        terms = cells.get((task, followed), UNDECIDED)
        if stage is not None and terms.entitles and (stage_from is None or on < stage_from):
            return replace(terms, rule=CellRule.ASSISTS, from_stage=stage)
        return terms


@dataclass(frozen=True)
class Employment:
    """All facts about one employment that the rule needs."""

    id: int
    person_id: int
    staff_group_id: int
    unit_path: str
    valid_from: date
    valid_to: date | None
    book: Book
    authorisation_checked_on: date | None = None
    stage_from: date | None = None
    absences: tuple[Span, ...] = ()
    exempt: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    """Task -> times of exemption by agreement."""
    events: tuple[Event, ...] = ()
    """The person's evidence about sign-offs, any order."""
    delegations: Mapping[int, tuple[Delegated, ...]] = field(default_factory=dict)
    observed: Mapping[int, tuple[date, ...]] = field(default_factory=dict)
    """Task -> days on which somebody saw the person do it."""
    gates_missing: frozenset[int] = frozenset()
    """Tasks for which a course, dialogue or practice check is still to be passed."""
    recorded_at: datetime | None = None

    @cached_property
    def signed(self) -> Mapping[int, tuple[Signed, ...]]:
        """Task -> its sign-offs in the order of signing."""
        by_task: dict[int, list[Signed]] = {}
        for one in history(self.events):
            by_task.setdefault(one.task_id, []).append(one)
        return {task: tuple(some) for task, some in by_task.items()}

    def known_by(self, known_at: datetime | None) -> "Employment":
        """The same employment as the system knew it at the moment; None = all that is known."""
        if known_at is None:
            return self
        book = replace(
            self.book,
            versions=tuple(v for v in self.book.versions if self.book.approved_at.get(v.id, known_at) <= known_at),
            stops=tuple(s for s in self.book.stops if s.recorded_at <= known_at),
            masks=tuple(m for m in self.book.masks if m.recorded_at is None or m.recorded_at <= known_at),
        )
        return replace(
            self,
            book=book,
            events=tuple(e for e in self.events if e.recorded_at <= known_at),
            delegations={
                task: tuple(d for d in some if d.recorded_at is None or d.recorded_at <= known_at)
                for task, some in self.delegations.items()
            },
        )

    def cell(self, task: int, *, on: date) -> CellTerms:
        """The terms of the version in force on the day for this employment's group."""
        version = self.book.version_on(on)
        return self.book.cell(task, self.staff_group_id, version=version, stage_from=self.stage_from, on=on)


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact that took part in the decision, for the list that answers "why?"."""

    step: str
    """"employment", "authorisation", "rule", "ground", "training", "signature", "acceptance", "delegation", "validity", "pause", "stop", "prerequisite"."""
    holds: bool
    text: Sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision with its reasons."""

    state: State
    level: int
    """Rank on the practice scale; 0 = may not."""
    cell: CellTerms
    named_level: int = 0
    """`may_citizen` asked without a citizen: the level she holds for the one she is signed off for. Never in coverage."""
    limits: tuple[tuple[str, str], ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    """First day on which the answer may be another; None = it does not change by itself."""
    basis: str = ""
    """"education", "signature" or "delegation"; empty when may not."""
    signed: Signed | None = None
    waiting: Signed | None = None
    delegated: Delegated | None = None
    done: int = 0
    needed: int = 0
    reasons: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """May, may when (the limits say when), or may not."""
        if self.level == 0:
            return Verdict.MAY_NOT
        return Verdict.MAY_WHEN if self.limits else Verdict.MAY

    @property
    def last_day(self) -> date | None:
        """The last day it holds; None = it does not end by itself."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None

    def days_left(self, on: date) -> int | None:
        """Last day minus today; None when it does not end by itself."""
        return (self.last_day - on).days if self.last_day else None


def may(
    employment: Employment,
    task: int,
    *,
    on: date,
    unit: str | None = None,
    citizen: int | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """Verdict, level (0 = may not), limits, dates and every deciding fact, for the employment and task on the day.

    `unit` (a path) is where the task is done, her own unit when not named: its stops and stricter masks are put on top.
    `known_at` leaves out what was recorded later. Source: product.md, "The rule at the centre", points 1 to 9.
    """
    facts = employment.known_by(known_at)
    answer = judge(facts, task, on=on, unit=unit, citizen=citizen)
    return replace(answer, reasons=tuple(explain(facts, task, answer, on=on, unit=unit)))


def judge(
    employment: Employment, task: int, *, on: date, unit: str | None = None, citizen: int | None = None, depth: int = 0
) -> Answer:
    """The answer without its reasons: the part that runs for every cell of a page."""
    book = employment.book
    cell = employment.cell(task, on=on)
    if on < employment.valid_from or (employment.valid_to is not None and on >= employment.valid_to):
        return Answer(State.ENDED, 0, cell)
    if not cell.entitles:
        return Answer(_RULE_STATES[cell.rule], 0, cell)
    path = unit or employment.unit_path
    minimum = cell.minimum_level
    for mask in book.masks:
        if mask.task_id == task and _applies(mask, path, employment.staff_group_id, on):
            if mask.minimum_level is None:
                return Answer(State.NOT_ALLOWED, 0, cell)
            minimum = max(minimum, mask.minimum_level)
    stop = next((s for s in book.stops if s.task_id == task and _applies(s, path, employment.staff_group_id, on)), None)

    named = cell.rule is CellRule.MAY_CITIZEN
    signs = [s for s in employment.signed.get(task, ()) if s.citizen_id == (citizen if named else None)]
    if named and citizen is None:
        signs = [s for s in employment.signed.get(task, ()) if s.citizen_id is not None]
    again = book.sign_again_from.get(task)
    last = latest(signs, on=on)
    wait = waiting(signs, on=on)
    if wait is not None and wait is last:
        wait = None
    holds = last is not None and last.in_force(on) and not (again and again <= on and last.valid_from < again)
    ends = [end for end in (employment.valid_to,) if end]
    exempt = _inside(employment.exempt.get(task, ()), on)
    paused = exempt or (last is not None and holds and last.paused(on)) or _away(employment, task, on)
    declined = last is not None and last.ended_by is EventKind.DECLINED

    level, basis = 0, ""
    delegated: Delegated | None = None
    if holds and last is not None and not paused and last.level >= (minimum if cell.rule is not CellRule.CORE else 1):
        level, basis = last.level, "signature"
    if cell.rule is CellRule.CORE:
        by_education = cell.education_level if cell.education_level >= minimum else 0
        if level <= by_education:
            level, basis = by_education, "education"
        elif level < minimum:
            level, basis = 0, ""
    if cell.rule is CellRule.DELEGATION_ONLY:
        delegated = _live(employment, task, citizen, on)
        if level and delegated is None:
            level, basis = 0, ""
        elif level:
            basis = "delegation"

    unchecked = employment.staff_group_id in book.authorised and (
        employment.authorisation_checked_on is None or on < employment.authorisation_checked_on
    )
    lost = depth < 5 and any(
        judge(employment, other, on=on, unit=unit, depth=depth + 1).level == 0 for other in book.must_hold.get(task, ())
    )
    done, needed = _progress(employment, task, cell, last, on)
    found = Answer(
        State.VALID, level, cell, basis=basis, signed=last, waiting=wait, delegated=delegated, done=done, needed=needed
    )

    if stop is not None:
        return replace(found, state=State.STOPPED, level=0, basis="", valid_to=stop.valid_to)
    if exempt or (paused and basis != "education") or (declined and level == 0):
        return replace(found, state=State.PAUSED, level=0, basis="")
    if level and (unchecked or lost):
        return replace(found, state=State.MISSING, level=0, basis="")
    if level:
        if basis in ("signature", "delegation") and last is not None:
            ends += [end for end in (last.ends, *(p[0] for p in last.pauses if p[0] > on)) if end]
            ends += [
                start + timedelta(days=book.settings.long_absence_days) for start, _ in _long_ahead(employment, on)
            ]
        if delegated is not None:
            ends += [end for end in (delegated.ends(book.settings.delegation_notice_days),) if end]
        began = last.counts_from if basis != "education" and last is not None else employment.valid_from
        nobody_named = named and citizen is None
        return replace(
            found,
            level=0 if nobody_named else level,
            named_level=level if nobody_named else 0,
            limits=cell.limits,
            valid_from=max(began, employment.valid_from),
            valid_to=min(ends, default=None),
        )
    if cell.rule is CellRule.CORE and unchecked:
        return replace(found, state=State.MISSING, level=0, basis="")
    if wait is not None:
        return replace(found, state=State.WAITING, level=0)
    if holds and last is not None and last.level < minimum:
        return replace(found, state=State.LOW, level=0)
    if holds and cell.rule is CellRule.DELEGATION_ONLY and delegated is None:
        return replace(found, state=State.MISSING, level=0)
    if 0 < done:
        return replace(found, state=State.TRAINING, level=0)
    if last is not None:
        return replace(found, state=State.LAPSED, level=0)
    if unchecked or (task in employment.gates_missing and done):
        return replace(found, state=State.MISSING, level=0)
    return replace(found, state=State.NOT_BEGUN, level=0)


def _applies(rule: Stopped | Mask, path: str, group: int, on: date) -> bool:
    return (
        path.startswith(rule.unit_path)
        and rule.staff_group_id in (None, group)
        and rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
    )


def _inside(spans: Iterable[Span], on: date) -> bool:
    return any(start <= on and (end is None or on < end) for start, end in spans)


def _live(employment: Employment, task: int, citizen: int | None, on: date) -> Delegated | None:
    notice = employment.book.settings.delegation_notice_days
    live = [
        d
        for d in employment.delegations.get(task, ())
        if d.accepted_on is not None
        and max(d.valid_from, d.accepted_on) <= on
        and ((end := d.ends(notice)) is None or on < end)
        and (d.citizen_id is None or d.citizen_id == citizen)
    ]
    return max(live, key=lambda d: d.ends(notice) or date.max, default=None)


def _long_ahead(employment: Employment, on: date) -> Iterable[Span]:
    days = timedelta(days=employment.book.settings.long_absence_days)
    return [a for a in employment.absences if (a[1] is None or a[1] > a[0] + days) and a[0] + days > on]


def _away(employment: Employment, task: int, on: date) -> bool:
    """Whether a long absence pauses rights that rest on a sign-off: from its 183rd day, and after a year until one observed time."""
    long, refresh = employment.book.settings.long_absence_days, employment.book.settings.refresh_absence_days
    for start, end in employment.absences:
        if on < start + timedelta(days=long) or (end is not None and end <= start + timedelta(days=long)):
            continue
        if end is None or on < end:
            return True
        if end >= start + timedelta(days=refresh) and not any(
            end <= day <= on for day in employment.observed.get(task, ())
        ):
            return True
    return False


def _progress(employment: Employment, task: int, cell: CellTerms, last: Signed | None, on: date) -> tuple[int, int]:
    """(times seen since the last signature, times asked for)."""
    since = last.recorded_on if last is not None else None
    seen = sum(1 for day in employment.observed.get(task, ()) if day <= on and (since is None or day > since))
    return min(seen, cell.observed_times), cell.observed_times


def explain(
    employment: Employment, task: int, answer: Answer, *, on: date, unit: str | None = None
) -> Iterable[Reason]:
    """The deciding facts in the order of the why-popover: rule, training, signature, yes, validity; what is missing last."""
    cell, signed = answer.cell, answer.signed
    if answer.state is State.ENDED:
        yield Reason("employment", False, sentence(N_("The employment does not run on that date.")))
        return
    yield Reason(
        "rule",
        cell.entitles and answer.state is not State.NOT_ALLOWED,
        _rule_text(cell, masked=answer.state is State.NOT_ALLOWED),
    )
    if not cell.entitles:
        return
    group = employment.staff_group_id
    if group in employment.book.authorised:
        checked = employment.authorisation_checked_on
        if checked is not None and checked <= on:
            yield Reason("authorisation", True, sentence(N_("Authorisation checked on %(day)s."), day=checked))
        else:
            yield Reason("authorisation", False, sentence(N_("Authorisation has not been checked.")))
    if cell.ground is not None:
        yield Reason("ground", True, _GROUNDS[cell.ground])
    if answer.state is State.STOPPED:
        yield Reason("stop", False, sentence(N_("The task is stopped.")))
    if not (answer.level and answer.basis == "education") and (
        cell.rule is not CellRule.CORE or signed is not None or answer.waiting is not None or answer.state in _UNSIGNED
    ):
        yield from _training(answer)
        yield from _signature(answer, on)
    if cell.rule is CellRule.DELEGATION_ONLY:
        if answer.delegated is not None:
            until = answer.delegated.ends(employment.book.settings.delegation_notice_days)
            text = (
                sentence(N_("Delegated to the person through %(day)s."), day=until - timedelta(days=1))
                if until
                else sentence(N_("Delegated to the person."))
            )
            yield Reason("delegation", True, text)
        else:
            yield Reason("delegation", False, sentence(N_("The individual delegation is missing.")))
    for other in employment.book.must_hold.get(task, ()):
        if judge(employment, other, on=on, unit=unit).level == 0:
            yield Reason("prerequisite", False, sentence(N_("Another task that must be held with it is not held.")))
    if answer.state is State.PAUSED:
        yield Reason("pause", False, sentence(N_("On pause.")))
    if answer.level and answer.waiting is not None:
        waits = sentence(
            N_("A new signature at level %(level)s waits for the employee's own yes."), level=answer.waiting.level
        )
        yield Reason("renewal", True, waits)
    if answer.level:
        if answer.last_day is not None:
            yield Reason("validity", True, sentence(N_("Through %(day)s."), day=answer.last_day))
        else:
            yield Reason("validity", True, sentence(N_("Does not lapse.")))


def _training(answer: Answer) -> Iterable[Reason]:
    if answer.state is State.VALID and answer.basis == "education":
        return
    if answer.signed is not None and answer.signed.origin is Origin.TRANSFERRED and answer.level:
        return
    if answer.level or answer.waiting is not None:
        yield Reason("training", True, sentence(N_("The training is done.")))
    elif answer.needed:
        yield Reason(
            "training",
            answer.done >= answer.needed,
            sentence(N_("%(done)s of %(needed)s times done."), done=answer.done, needed=answer.needed),
        )


def _signature(answer: Answer, on: date) -> Iterable[Reason]:
    signed, wait = answer.signed, answer.waiting
    if signed is None and wait is None:
        yield Reason("signature", False, sentence(N_("The signature is missing.")))
        return
    if wait is not None and answer.level == 0:
        yield Reason(
            "signature",
            True,
            sentence(
                N_("Signed on %(day)s at level %(level)s."), day=wait.recorded_on or wait.valid_from, level=wait.level
            ),
        )
        yield Reason("acceptance", False, sentence(N_("Waits for the employee's own yes.")))
        return
    assert signed is not None
    lapsed = not signed.in_force(on)
    text = (
        N_("Transferred from paper, signed on %(day)s at level %(level)s.")
        if signed.origin is Origin.TRANSFERRED
        else N_("Signed on %(day)s at level %(level)s.")
    )
    enough = signed.level >= answer.cell.minimum_level
    yield Reason("signature", enough and not lapsed, sentence(text, day=signed.valid_from, level=signed.level))
    if not enough:
        yield Reason(
            "signature", False, sentence(N_("The task asks for level %(level)s."), level=answer.cell.minimum_level)
        )
    if signed.accepted_on is not None:
        yield Reason("acceptance", True, sentence(N_("Accepted by the employee on %(day)s."), day=signed.accepted_on))
    elif signed.answer_before is not None:
        yield Reason(
            "acceptance",
            not lapsed,
            sentence(
                N_("Counts until %(day)s without the employee's own yes."), day=signed.answer_before - timedelta(days=1)
            ),
        )
    if lapsed and signed.ends is not None:
        yield Reason(
            "validity",
            False,
            sentence(N_("It ended on %(day)s and must be renewed."), day=signed.ends - timedelta(days=1)),
        )


_UNSIGNED = (State.NOT_BEGUN, State.TRAINING, State.LAPSED)
"""A core task that the education does not reach shows the way to a signature like the others."""

_GROUNDS: Mapping[str, Sentence] = {
    "own_right": sentence(N_("Reserved task: the profession's own right.")),
    "doctors_order": sentence(
        N_("Reserved task: by the doctor's order in the care record and the written instruction.")
    ),
    "framework": sentence(N_("Reserved task: by a framework delegation.")),
}

_RULE_TEXTS: Mapping[CellRule, str] = {
    CellRule.CORE: N_("The group may by education, at level %(level)s (division of tasks, version %(version)s)."),
    CellRule.MUST: N_("Everyone in the group must be trained and signed off, at least level %(level)s (division of tasks, version %(version)s)."),
    CellRule.MAY_GENERAL: N_("The group may after training and a signature, at least level %(level)s (division of tasks, version %(version)s)."),
    CellRule.MAY_CITIZEN: N_("Only for one certain citizen, after training and a signature, at least level %(level)s (division of tasks, version %(version)s)."),
    CellRule.DELEGATION_ONLY: N_("Needs an individual delegation besides the signature, at least level %(level)s (division of tasks, version %(version)s)."),
    CellRule.ASSISTS: N_("Assists, not alone (division of tasks, version %(version)s)."),
    CellRule.NOT_ALLOWED: N_("Not this staff group's task (division of tasks, version %(version)s)."),
    CellRule.NOT_RELEVANT: N_("Not relevant for the staff group (division of tasks, version %(version)s)."),
    CellRule.UNDECIDED: N_("Not decided. May not, until somebody decides."),
}  # fmt: skip


def _rule_text(cell: CellTerms, *, masked: bool = False) -> Sentence:
    if masked and cell.entitles:
        return sentence(N_("The unit has closed the task."))
    level = cell.education_level if cell.rule is CellRule.CORE else cell.minimum_level
    return sentence(_RULE_TEXTS[cell.rule], level=level, version=cell.version)


def refusal(cell: CellTerms) -> Sentence | None:
    """Why nobody can be signed off under the cell, None when they can. The attempt is refused with this text."""
    return None if cell.entitles else _rule_text(cell)


Interval = tuple[date, date | None, int, str, tuple[tuple[str, str], ...]]
"""First day, first day no longer, level, basis, limits."""


def boundaries(employment: Employment, task: int) -> tuple[date, ...]:
    """Every date on which the answer for the task may change, in order. Between two of them it is the same."""
    book, settings = employment.book, employment.book.settings
    days: set[date | None] = {
        employment.valid_from,
        employment.valid_to,
        employment.authorisation_checked_on,
        employment.stage_from,
    }
    for version in book.versions:
        days |= {version.valid_from, version.valid_to}
    for stop in book.stops:
        if stop.task_id == task:
            days |= {stop.valid_from, stop.valid_to}
    for mask in book.masks:
        if mask.task_id == task:
            days |= {mask.valid_from, mask.valid_to}
    days.add(book.sign_again_from.get(task))
    for signed in employment.signed.get(task, ()):
        days |= {signed.valid_from, signed.accepted_on, signed.ends, signed.answer_before}
        for pause in signed.pauses:
            days |= set(pause)
    for delegated in employment.delegations.get(task, ()):
        days |= {delegated.valid_from, delegated.accepted_on, delegated.ends(settings.delegation_notice_days)}
    for start, end in employment.exempt.get(task, ()):
        days |= {start, end}
    for start, end in employment.absences:
        days |= {start + timedelta(days=settings.long_absence_days), end}
    days |= set(employment.observed.get(task, ()))
    for other in book.must_hold.get(task, ()):
        days |= set(boundaries(employment, other))
    return tuple(sorted(day for day in days if day is not None and day < date.max))


def intervals(
    employment: Employment, task: int, *, citizen: int | None = None, judged: Callable[..., Answer] = judge
) -> list[Interval]:
    """The answer as intervals that follow on each other from the employment's first day; equal neighbours are joined."""
    rows: list[Interval] = []
    days = [day for day in boundaries(employment, task) if day >= employment.valid_from]
    for index, day in enumerate(days):
        if employment.valid_to is not None and day >= employment.valid_to:
            break
        answer = judged(employment, task, on=day, citizen=citizen)
        until = days[index + 1] if index + 1 < len(days) else None
        last = rows[-1] if rows else None
        if last is not None and last[1] == day and last[2:] == (answer.level, answer.basis, answer.limits):
            rows[-1] = (last[0], until, *last[2:])
        else:
            rows.append((day, until, answer.level, answer.basis, answer.limits))
    return rows
