"""The nine rules of a cell, and what else a cell says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from competence.catalogue.rules import Validity, YearDay
from competence.catalogue.rules.scales import Turn, asked_through, held_through, levels_asked, levels_held
from competence.foundation.text import N_
from competence.people.rules import FROM_THE_START


class CellRule(StrEnum):
    """The nine rules (product.md, "The nine rules of a cell")."""

    CORE = "core"
    MUST = "must"
    MAY_GENERAL = "may_general"
    MAY_CITIZEN = "may_citizen"
    DELEGATION_ONLY = "delegation_only"
    ASSISTS = "assists"
    NOT_ALLOWED = "not_allowed"
    NOT_RELEVANT = "not_relevant"
    UNDECIDED = "undecided"


ENTITLING = frozenset(
    {CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.MAY_CITIZEN, CellRule.DELEGATION_ONLY}
)
"""The rules under which somebody may come to do the task; the other four never entitle and cannot be signed."""

RULE_NAMES: Mapping[CellRule, str] = {
    CellRule.CORE: N_("By education"),
    CellRule.MUST: N_("Must be trained"),
    CellRule.MAY_GENERAL: N_("After training and a signature"),
    CellRule.MAY_CITIZEN: N_("Only for one certain citizen"),
    CellRule.DELEGATION_ONLY: N_("Individual delegation"),
    CellRule.ASSISTS: N_("Assists, not alone"),
    CellRule.NOT_ALLOWED: N_("May not"),
    CellRule.NOT_RELEVANT: N_("Not relevant"),
    CellRule.UNDECIDED: N_("Not decided"),
}

DATA_CODES: Mapping[str, CellRule] = {
    "kernekompetence": CellRule.CORE,
    "skal": CellRule.MUST,
    "kan_generel": CellRule.MAY_GENERAL,
    "kan_borgerspecifik": CellRule.MAY_CITIZEN,
    "kun_delegation": CellRule.DELEGATION_ONLY,
    "assisterer": CellRule.ASSISTS,
    "maa_ikke": CellRule.NOT_ALLOWED,
    "ikke_relevant": CellRule.NOT_RELEVANT,
    "ikke_afklaret": CellRule.UNDECIDED,
}
"""The Danish values of data files and imports; nothing else uses them."""


class Ground(StrEnum):
    """On what a core, must or may cell rests when the task is reserved by law."""

    OWN_RIGHT = "own_right"
    DOCTORS_ORDER = "doctors_order"
    FRAMEWORK = "framework"


class LeaderPart(StrEnum):
    """What the leader is asked: nothing, to be told, or to agree before training begins. Never a professional judgement."""

    NONE = "none"
    NOTICE = "notice"
    BEFORE = "before"


class Keeping(StrEnum):
    """What becomes of those who hold the task by a signature when a new version takes it from them."""

    AT_ONCE = "at_once"
    GRACE = "grace"
    """They keep it under the old terms until a day."""
    KEEP = "keep"
    """They keep it under the old terms until their signature ends."""


@dataclass(frozen=True)
class Kept:
    """The old terms, for those whose signature was given before the version's first day and is in force."""

    terms: "CellTerms"
    since: date
    """First day of the version that takes the task away."""
    until: date | None
    """First day on which nobody keeps it; None: until the signature ends."""


@dataclass(frozen=True)
class CellTerms:
    """What a cell says, with the task's defaults filled in."""

    rule: CellRule
    minimum_level: int = 1
    education_level: int = 0
    observed_times: int = 3
    validity_months: int | None = None
    """None: a signature does not lapse, unless `validity_date` is said."""
    validity_date: YearDay | None = None
    """It counts through the next such day, whatever the months."""
    limits: tuple[tuple[str, str], ...] = ()
    """(text, the same as the end of "may do it when ...")."""
    ground: Ground | None = None
    agreed_with_leader: LeaderPart = LeaderPart.NONE
    version: int = 0
    """The number of the matrix version that says so."""
    level_not_stated: bool = False
    note: str = ""
    source: str = ""
    from_stage: str | None = None
    keeping: Keeping = Keeping.AT_ONCE
    keeping_to: date | None = None
    """With GRACE: the first day on which the old terms no longer hold."""
    kept: Kept | None = None
    """What those keep who held the task under the version before; filled in when the versions are known."""
    levels: tuple[tuple[date, int, int], ...] = ()
    """From which day on which minimum and level by education, where the scale was changed after the version was approved."""
    extra: Mapping[str, str] = field(default_factory=dict, compare=False)

    def at(self, on: date) -> "CellTerms":
        """The same with its levels on the practice scale as it was on the day."""
        since = [one for one in self.levels if one[0] <= on]
        if not since or since[-1][1:] == (self.minimum_level, self.education_level):
            return self
        return replace(self, minimum_level=since[-1][1], education_level=since[-1][2])

    def rescaled(self, written: datetime | None, until: date | None, turns: Sequence[Turn]) -> "CellTerms":
        """The same, written at the moment (None: today's scale), read through the changes of the scale since.

        `until`: the first day on which its version no longer holds. Its own levels are those of its last day; what somebody
        keeps of it afterwards is asked for by `at`.
        """
        asked = levels_asked(self.minimum_level, written, turns)
        if not asked:
            return self
        by_education = levels_held(self.education_level, written, turns)
        levels = tuple((on, least, by_education[place][1]) for place, (on, least) in enumerate(asked))
        whole = replace(self, levels=levels)
        return whole.at(date.max if until is None else until - timedelta(days=1))

    def through(self, turns: Sequence[Turn]) -> "CellTerms":
        """What it comes to mean by the changes of the scale, for comparing it with one of a later day."""
        if not turns:
            return self
        return replace(
            self, minimum_level=asked_through(self.minimum_level, turns),
            education_level=held_through(self.education_level, turns), levels=(),
        )  # fmt: skip

    @property
    def validity(self) -> Validity:
        """How long a signature under it counts."""
        return Validity(self.validity_months, self.validity_date)

    @property
    def entitles(self) -> bool:
        """Whether anybody can come to do the task under it."""
        return self.rule in ENTITLING


UNDECIDED = CellTerms(CellRule.UNDECIDED)
"""What holds where the matrix has no row: not allowed until somebody decides."""


@dataclass(frozen=True)
class Version:
    """A matrix version's dates."""

    id: int
    number: int
    valid_from: date | None
    valid_to: date | None
    approved: bool

    def in_force(self, on: date) -> bool:
        """Whether it is the one that holds on the day."""
        return (
            self.approved
            and self.valid_from is not None
            and self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Following:
    """A staff group follows another between two days."""

    group: int
    stage: str | None
    since: date
    until: date | None

    @property
    def changed(self) -> bool:
        """Whether it has not been so all the time."""
        return self.since > FROM_THE_START or self.until is not None


def following_on(some: Iterable[Following], on: date) -> tuple[int, str | None] | None:
    """(the group followed on the day, the stage from which), None when the group stood alone."""
    return next(
        ((one.group, one.stage) for one in some if one.since <= on and (one.until is None or on < one.until)), None
    )


def default_leader_part(rule: CellRule, *, critical: bool) -> LeaderPart:
    """The leader's part where nobody has said otherwise (product.md, the rule, point 6)."""
    if rule not in ENTITLING or (rule in (CellRule.CORE, CellRule.MUST) and not critical):
        return LeaderPart.NONE
    if rule is CellRule.CORE:
        return LeaderPart.NONE
    if rule is CellRule.DELEGATION_ONLY or critical:
        return LeaderPart.BEFORE
    return LeaderPart.NOTICE


def differs(one: CellTerms, other: CellTerms) -> bool:
    """Whether the two say different things about who may; version, note and source aside."""
    return _said(one) != _said(other)


def _said(terms: CellTerms) -> tuple[object, ...]:
    if not terms.entitles:
        return (terms.rule,)
    education = terms.education_level if terms.rule is CellRule.CORE else 0
    return (
        terms.rule, terms.minimum_level, education, terms.observed_times, terms.validity,
        tuple(text for text, _ in terms.limits), terms.ground, terms.agreed_with_leader,
    )  # fmt: skip


GROUND_NAMES: Mapping[Ground, str] = {
    Ground.OWN_RIGHT: N_("Own right"),
    Ground.DOCTORS_ORDER: N_("The doctor's order"),
    Ground.FRAMEWORK: N_("Framework delegation"),
}
"""What a reserved task rests on, in a word."""

GROUND_WORDS: Mapping[Ground, str] = {
    Ground.OWN_RIGHT: N_("The group's own right by law, where the employer has introduced it."),
    Ground.DOCTORS_ORDER: N_("The doctor's order in the care record, with the municipality's written instruction."),
    Ground.FRAMEWORK: N_("A framework delegation: giver, written instruction and its version."),
}

LEADER_WORDS: Mapping[LeaderPart, str] = {
    LeaderPart.NONE: N_("The leader has no part in it."),
    LeaderPart.NOTICE: N_("The leader is told."),
    LeaderPart.BEFORE: N_("The leader agrees before training begins."),
}

RULE_SENTENCES: Mapping[CellRule, str] = {
    CellRule.CORE: N_("May do it by education plus local introduction. No signature is needed."),
    CellRule.MUST: N_("Everyone in the group must be trained and get it signed."),
    CellRule.MAY_GENERAL: N_("May do it after training and a signature, which counts for all citizens."),
    CellRule.MAY_CITIZEN: N_(
        "May do it for one named citizen, after training and a signature. Never counted in coverage."
    ),
    CellRule.DELEGATION_ONLY: N_("Needs an individual delegation besides training and a signature."),
    CellRule.ASSISTS: N_("Takes part, not alone. Observed times can be written down, no signature."),
    CellRule.NOT_ALLOWED: N_("Not this staff group's task."),
    CellRule.NOT_RELEVANT: N_("The staff group does not meet the task."),
    CellRule.UNDECIDED: N_("Not decided. Nobody in the group may, until somebody decides."),
}
"""The nine rules, each as a sentence (product.md, "The nine rules of a cell")."""
