"""What the rule is given and what it answers: plain, frozen, and without a clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from competence.catalogue.rules.scales import Turn, levels_asked
from competence.delegation.rules import (
    UNDECIDED,
    CellRule,
    CellTerms,
    Following,
    Keeping,
    Kept,
    Version,
    following_on,
)
from competence.foundation.text import Sentence
from competence.organisation.rules import Settings
from competence.signoffs.rules import Event, Signed, history

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
    id: int = 0
    rests_on: "Delegated | None" = None
    """The delegation by which the giver gave it onward; None: of her own right."""
    has_conditions: bool = False
    """Whether it was given on conditions, or for a group that only words describe."""
    conditions: tuple[str, ...] = ()
    """Those words, as they were written; empty once they are erased."""
    supervise_on: date | None = None
    """The next day by which it is looked after."""
    transferred: bool = False
    """Whether the law does not reserve the task, so that it is a task transfer and no delegation."""

    def ends(self, notice_days: int) -> date | None:
        """First day it no longer counts: its own end, that of what it rests on, or so many days after the giver lost hers."""
        lost = self.giver_lost_on
        given_up = lost + timedelta(days=notice_days) if lost else None
        ground = self.rests_on.ends(notice_days) if self.rests_on is not None else None
        return min((day for day in (self.valid_to, given_up, ground) if day is not None), default=None)


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

    def through(self, turns: Sequence[Turn]) -> "Iterable[Mask]":
        """The same in pieces, one for each time in which its level was another because the scale was changed."""
        levels = levels_asked(self.minimum_level, self.recorded_at, turns) if self.minimum_level else ()
        if not levels:
            yield self
            return
        ends = [*(since for since, _level in levels[1:]), date.max]
        for (since, level), end in zip(levels, ends, strict=True):
            first, last = max(since, self.valid_from), min(end, self.valid_to or date.max)
            if first < last:
                yield replace(self, minimum_level=level, valid_from=first, valid_to=None if last == date.max else last)


@dataclass(frozen=True, slots=True)
class SignAgain:
    """From `closes_on` only signatures given on `since` or later count: a new instruction asked for them."""

    since: date
    closes_on: date

    def overtakes(self, signed: Signed, *, on: date) -> bool:
        """Whether the signature no longer counts on the day because of it."""
        return self.closes_on <= on and signed.valid_from < self.since


@dataclass(frozen=True, slots=True)
class MustRead:
    """From `closes_on` the task is closed for whoever has not read this version of its instruction, nor signed since it."""

    id: int
    number: int
    """Its place among the task's versions: whoever has read a later one has read enough."""
    version: str
    since: date
    closes_on: date


@dataclass(frozen=True)
class Book:
    """The municipality's own rules, shared by all its employments."""

    versions: tuple[Version, ...]
    cells: Mapping[int, Mapping[tuple[int, int], CellTerms]]
    """By version id, then (task id, staff group id)."""
    approved_at: Mapping[int, datetime] = field(default_factory=dict)
    follows: Mapping[int, tuple[int, str | None]] = field(default_factory=dict)
    """Staff group -> (the group it follows from today on, the stage from which it does)."""
    followings: Mapping[int, tuple[Following, ...]] = field(default_factory=dict)
    """Staff group -> all that it has followed, where that has ever been changed."""
    authorised: frozenset[int] = frozenset()
    """Staff groups whose authorisation must be checked."""
    stops: tuple[Stopped, ...] = ()
    masks: tuple[Mask, ...] = ()
    must_hold: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Task -> tasks that must be held as long as it is used."""
    sign_again: Mapping[int, tuple[SignAgain, ...]] = field(default_factory=dict)
    """Task -> the new versions of its instruction whose authors asked for new signatures."""
    must_read: Mapping[int, tuple[MustRead, ...]] = field(default_factory=dict)
    """Task -> the new versions of its instruction whose authors close it for those who have not read them."""
    scale: tuple[Turn, ...] = ()
    """The changes of the practice scale after which old ranks mean other ones."""
    settings: Settings = field(default_factory=Settings)
    expiring: Mapping[int, int] = field(default_factory=dict)
    """Task -> from how many days before its last day a right is shown as expiring, where the task says so itself."""

    def expiring_days(self, task: int) -> int:
        """From so many days before its last day a right to the task is shown as expiring, wherever it is shown."""
        return self.expiring.get(task, self.settings.expiring_days)

    def version_on(self, on: date, known_at: datetime | None = None) -> Version | None:
        """The version in force on the day, as far as it was approved by `known_at`; None before the first."""
        for version in self.versions:
            known = known_at is None or self.approved_at.get(version.id, known_at) <= known_at
            if known and version.in_force(on):
                return version
        return None

    def known_by(self, known_at: datetime) -> "Book":
        """The same as the system knew it at the moment."""
        return replace(
            self,
            versions=tuple(v for v in self.versions if self.approved_at.get(v.id, known_at) <= known_at),
            stops=tuple(s for s in self.stops if s.recorded_at <= known_at),
            masks=tuple(m for m in self.masks if m.recorded_at is None or m.recorded_at <= known_at),
            scale=tuple(turn for turn in self.scale if turn.at <= known_at),
        )

    def coming(self, on: date) -> Version | None:
        """The approved version that takes over next, None when none does: signatures under it are allowed."""
        ahead = [v for v in self.versions if v.approved and v.valid_from is not None and v.valid_from > on]
        return min(ahead, key=lambda v: v.valid_from or date.max, default=None)

    def with_kept(self) -> "Book":
        """The same, where each cell that takes a task away says what those keep who held it under the version before."""
        cells: dict[int, Mapping[tuple[int, int], CellTerms]] = {}
        for version in self.versions:
            own = self.cells.get(version.id, {})
            keeping = {key: terms for key, terms in own.items() if terms.keeping is not Keeping.AT_ONCE}
            since = version.valid_from
            before = self.version_on(since - timedelta(days=1)) if keeping and since else None
            if before is None or since is None:
                cells[version.id] = own
                continue
            cells[version.id] = {
                **own,
                **{
                    (task, group): replace(terms, kept=Kept(old, since, terms.keeping_to))
                    for (task, group), terms in keeping.items()
                    if (old := self._terms(task, group, before, since - timedelta(days=1))) is not None and old.entitles
                },
            }
        return replace(self, cells=cells)

    def follow_on(self, group: int, on: date) -> tuple[int, str | None] | None:
        """(the group that it followed on the day, the stage from which), None when it stood alone."""
        changed = self.followings.get(group) if self.followings else None
        return self.follows.get(group) if changed is None else following_on(changed, on)

    def turns(self, task: int, group: int) -> tuple[date, ...]:
        """The days from which another version says something else about the task for the group."""
        known = self._turns
        if (task, group) not in known:
            days = {
                day for version in self.versions for day in (version.valid_from, version.valid_to) if day is not None
            } | {day for one in self.followings.get(group, ()) for day in (one.since, one.until) if day is not None}
            found: list[date] = []
            before: object = None
            for day in sorted(days):
                version = self.version_on(day)
                terms = self._terms(task, group, version, day) if version is not None else None
                says = terms and (terms.rule, terms.minimum_level, terms.education_level, terms.limits, terms.kept)
                if says != before:
                    found.append(day)
                before = says
            known[task, group] = tuple(found)
        return known[task, group]

    def keeping_ends(self, task: int, group: int) -> list[date]:
        """The days from which those who have kept the task under old terms no longer do."""
        found = (
            self._terms(task, group, version, version.valid_from)
            for version in self.versions
            if version.valid_from is not None
        )
        return [terms.kept.until for terms in found if terms and terms.kept and terms.kept.until]

    @cached_property
    def _turns(self) -> dict[tuple[int, int], tuple[date, ...]]:
        return {}

    def _terms(self, task: int, group: int, version: Version, on: date) -> CellTerms | None:
        cells = self.cells.get(version.id, {})
        followed = self.follow_on(group, on)
        return cells.get((task, group)) or (cells.get((task, followed[0])) if followed else None)

    def cell(self, task: int, group: int, *, version: Version | None, stage_from: date | None, on: date) -> CellTerms:
        """The terms for the group, its own or those of the group it follows; before its stage a student assists."""
        if version is None:
            return UNDECIDED
        cells = self.cells.get(version.id, {})
        own = cells.get((task, group))
        if own is not None:
            return own.at(on) if own.levels else own
        follows = self.follow_on(group, on)
        if follows is None:
            return replace(UNDECIDED, version=version.number)
        followed, stage = follows
        terms = cells.get((task, followed), UNDECIDED)
        if terms.levels:
            terms = terms.at(on)
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
    read: Mapping[int, date] = field(default_factory=dict)
    """Instruction that closes the task unread -> the day on which the person said that she has read it."""
    gates_missing: frozenset[int] = frozenset()
    """Tasks for which a course, dialogue or practice check is still to be passed."""
    recorded_at: datetime | None = None

    def unread(self, task: int, signed: Signed | None, *, on: date) -> MustRead | None:
        """The instruction that closes the task for her on the day; a signature from its first day on shows that she knows it."""
        return next(
            (
                one
                for one in self.book.must_read.get(task, ())
                if one.closes_on <= on
                and self.read.get(one.id, date.max) > on
                and not (signed is not None and signed.valid_from >= one.since and signed.in_force(on))
            ),
            None,
        )

    @cached_property
    def signed(self) -> Mapping[int, tuple[Signed, ...]]:
        """Task -> its sign-offs in the order of signing."""
        by_task: dict[int, list[Signed]] = {}
        for one in history(self.events, self.book.scale):
            by_task.setdefault(one.task_id, []).append(one)
        return {task: tuple(some) for task, some in by_task.items()}

    def known_by(self, known_at: datetime | None, *, book: Book | None = None) -> "Employment":
        """The same employment as the system knew it at the moment; None = all that is known. `book`: known by it already."""
        if known_at is None:
            return self
        return replace(
            self,
            book=book or self.book.known_by(known_at),
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
    """"employment", "authorisation", "rule", "ground", "training", "signature", "acceptance", "delegation", "validity",
    "renewal", "pause", "stop" or "prerequisite"."""
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
    overtaken: SignAgain | None = None
    """The new instruction because of which the signature no longer counts."""
    unread: MustRead | None = None
    """The new instruction that closes the task until it is read."""
    reasons: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """May, may when (the limits say when), or may not."""
        if self.level == 0:
            return Verdict.MAY_NOT
        return Verdict.MAY_WHEN if self.limited else Verdict.MAY

    @property
    def limited(self) -> bool:
        """Whether it holds within limits only: those of the cell, or the conditions of the delegation it rests on."""
        return bool(self.limits) or self.conditions is not None

    @property
    def conditions(self) -> tuple[str, ...] | None:
        """On what conditions the delegation was given on which it rests; None: on none. Empty: their words are erased."""
        rests = self.basis == "delegation" and self.delegated is not None and self.delegated.has_conditions
        return self.delegated.conditions if rests and self.delegated else None

    @property
    def last_day(self) -> date | None:
        """The last day it holds; None = it does not end by itself."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None

    def days_left(self, on: date) -> int | None:
        """Last day minus today; None when it does not end by itself."""
        return (self.last_day - on).days if self.last_day else None
