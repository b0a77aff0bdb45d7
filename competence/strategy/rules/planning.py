"""What a strategic plan is made of (domain.md, section g): its words, its states, and what it may say. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.foundation.clock import add_months
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.learning.rules import Balance, Part, balance


class PlanKind(StrEnum):
    """How long a plan runs."""

    YEAR = "year"
    TWO_YEARS = "two_years"


PLAN_NAMES: Mapping[PlanKind, str] = {
    PlanKind.YEAR: N_("Strategic competence plan"),
    PlanKind.TWO_YEARS: N_("Action plan over two years"),
}


class Status(StrEnum):
    """Where a plan stands. It follows from its dates."""

    DRAFT = "draft"
    DECIDED = "decided"
    REPLACED = "replaced"


STATUS_NAMES: Mapping[Status, str] = {
    Status.DRAFT: N_("draft"),
    Status.DECIDED: N_("decided"),
    Status.REPLACED: N_("replaced"),
}


def status_of(decided_on: date | None, replaced_on: date | None) -> Status:
    """By its dates."""
    if replaced_on is not None:
        return Status.REPLACED
    return Status.DECIDED if decided_on is not None else Status.DRAFT


class About(StrEnum):
    """What a priority is about."""

    THEME = "theme"
    AREA = "area"
    GROUP = "group"


ABOUT_NAMES: Mapping[About, str] = {
    About.THEME: N_("Theme"),
    About.AREA: N_("Subject area"),
    About.GROUP: N_("Staff group"),
}


class Why(StrEnum):
    """The figure that a priority rests on; it is kept as it was when the priority was written."""

    GAPS = "gaps"
    CRITICAL = "critical_gaps"
    VULNERABLE = "vulnerable"
    MET = "met"
    AHEAD = "ahead"
    NONE = "none"


WHY_NAMES: Mapping[Why, str] = {
    Why.GAPS: N_("Gaps"),
    Why.CRITICAL: N_("Gaps in critical tasks"),
    Why.VULNERABLE: N_("Vulnerable staffing needs"),
    Why.MET: N_("Staffing needs that are met, per cent"),
    Why.AHEAD: N_("Gaps in 12 months if nobody acts"),
    Why.NONE: N_("No figure: a law, a new task or a wish"),
}


class Funding(StrEnum):
    """Who pays for a measure."""

    OWN = "own"
    FUND = "fund"
    VEU = "veu"
    STATE = "state"
    OTHER = "other"


FUNDING_NAMES: Mapping[Funding, str] = {
    Funding.OWN: N_("Own budget"),
    Funding.FUND: N_("The Municipal Competence Fund"),
    Funding.VEU: N_("VEU allowance"),
    Funding.STATE: N_("State grant"),
    Funding.OTHER: N_("Other funding"),
}


class WheelKind(StrEnum):
    """What happens in a month of the year wheel."""

    MAPPING = "mapping"
    TALKS = "talks"
    PULSE = "pulse"
    COMMITTEE = "committee"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"
    EVALUATION = "evaluation"
    OTHER = "other"


WHEEL_NAMES: Mapping[WheelKind, str] = {
    WheelKind.MAPPING: N_("Mapping of needs"),
    WheelKind.TALKS: N_("Development talks (MUS and GRUS)"),
    WheelKind.PULSE: N_("Pulse"),
    WheelKind.COMMITTEE: N_("MED committee"),
    WheelKind.DECISION: N_("Decision"),
    WheelKind.FOLLOW_UP: N_("Follow-up"),
    WheelKind.EVALUATION: N_("Evaluation"),
    WheelKind.OTHER: N_("Other"),
}
USUAL_WHEEL: Sequence[tuple[int, WheelKind]] = (
    (1, WheelKind.MAPPING), (3, WheelKind.TALKS), (5, WheelKind.PULSE), (6, WheelKind.FOLLOW_UP), (8, WheelKind.COMMITTEE),
    (9, WheelKind.DECISION), (11, WheelKind.PULSE), (12, WheelKind.EVALUATION),
)  # fmt: skip
"""What a new plan begins with. Decided in the third quarter, because staffing data are updated in the second."""


class Meet(StrEnum):
    """How a need is met."""

    PEER = "peer"
    INTERNAL = "internal"
    EXTERNAL = "external"


MEET_NAMES: Mapping[Meet, str] = {
    Meet.PEER: N_("Peer training"),
    Meet.INTERNAL: N_("Internal class"),
    Meet.EXTERNAL: N_("External course"),
}

MOST_TITLE = 120
MOST_TEXT = 3000
MOST_NOTE = 500
MOST_HOURS = 20_000
MOST_KRONER = 100_000_000
MOST_PRIORITIES = 12
MOST_MEASURES = 60
MOST_INDICATORS = 12
MOST_WHEEL = 36
FIRST_YEAR, YEARS_AHEAD = 2020, 5


def title_of(text: str, *, field: str = "title") -> str:
    """The title on one line. RuleBroken when there is none, it is too long, or holds a CPR number."""
    text = words(squeeze(text), field, MOST_TITLE)
    if not text:
        raise RuleBroken(sentence(N_("Write a title.")), field=field)
    return text


def words(text: str, field: str, most: int = MOST_TEXT) -> str:
    """The text without blanks around it. RuleBroken when it is too long, or holds a CPR number."""
    text = text.replace("\r\n", "\n").strip()
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(text) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return text


def check_year(year: int, *, on: date) -> int:
    """The year. RuleBroken when no plan can be for it."""
    if not FIRST_YEAR <= year <= on.year + YEARS_AHEAD:
        raise RuleBroken(
            sentence(N_("Choose a year from %(first)s to %(last)s."), first=str(FIRST_YEAR), last=str(on.year + YEARS_AHEAD)),
            field="year",
        )  # fmt: skip
    return year


def span_of(kind: PlanKind, year: int) -> tuple[date, date]:
    """(first day, first day after) of the calendar years that the plan covers."""
    return date(year, 1, 1), date(year + (2 if kind == PlanKind.TWO_YEARS else 1), 1, 1)


def months_of(kind: PlanKind, year: int) -> list[date]:
    """The first day of each month that the plan covers."""
    first, _end = span_of(kind, year)
    return [add_months(first, at) for at in range(24 if kind == PlanKind.TWO_YEARS else 12)]


def check_months(kind: PlanKind, year: int, first: date, last: date) -> tuple[date, date]:
    """(first month, last month) of a measure. RuleBroken when they lie outside the plan, or in the wrong order."""
    begins, ends = span_of(kind, year)
    for month, field in ((first, "first_month"), (last, "last_month")):
        if not begins <= month < ends:
            raise RuleBroken(sentence(N_("The month lies outside the years of the plan.")), field=field)
    if last < first:
        raise RuleBroken(sentence(N_("The last month lies before the first.")), field="last_month")
    return first.replace(day=1), last.replace(day=1)


def check_amounts(minutes: int, kroner: int) -> None:
    """Nothing. RuleBroken when hours or cost cannot be."""
    if not 0 < minutes <= MOST_HOURS * 60:
        raise RuleBroken(
            sentence(N_("Write from a quarter of an hour to %(most)s hours."), most=MOST_HOURS), field="hours"
        )
    if not 0 <= kroner <= MOST_KRONER:
        raise RuleBroken(sentence(N_("Write the cost in whole kroner, 0 or more.")), field="cost")


class Progress(StrEnum):
    """Where a measure stands. It follows from its dates."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"


PROGRESS_NAMES: Mapping[Progress, str] = {
    Progress.PLANNED: N_("planned"),
    Progress.UNDER_WAY: N_("under way"),
    Progress.DONE: N_("done"),
    Progress.DROPPED: N_("dropped"),
}


def progress_of(begun_on: date | None, done_on: date | None, dropped_on: date | None) -> Progress:
    """By its dates."""
    if dropped_on is not None:
        return Progress.DROPPED
    if done_on is not None:
        return Progress.DONE
    return Progress.UNDER_WAY if begun_on is not None else Progress.PLANNED


@dataclass(frozen=True)
class Costed:
    """What a measure takes."""

    part: Part
    minutes: int
    kroner: int
    funding: Funding
    is_dropped: bool = False


@dataclass(frozen=True)
class Budget:
    """What the measures of a plan take together; those that were dropped are left out."""

    balance: Balance
    kroner: int
    by_funding: Mapping[Funding, int]
    """Only those that pay for anything, the largest first."""


def budget_of(measures: Iterable[Costed]) -> Budget:
    """The hours by 70-20-10, which are a guide and never a target, and the cost by who pays."""
    kept = [one for one in measures if not one.is_dropped]
    by_funding: dict[Funding, int] = {}
    for one in kept:
        by_funding[one.funding] = by_funding.get(one.funding, 0) + one.kroner
    ordered = sorted(by_funding.items(), key=lambda pair: (-pair[1], list(Funding).index(pair[0])))
    return Budget(
        balance((one.part, one.minutes) for one in kept), sum(one.kroner for one in kept),
        {who: kroner for who, kroner in ordered if kroner},
    )  # fmt: skip


def check_decision(decided_on: date, *, on: date) -> None:
    """Nothing. RuleBroken when the day lies ahead: a plan is decided when it has been."""
    if decided_on > on:
        raise RuleBroken(
            sentence(N_("Write the day on which the plan was decided, today or earlier.")), field="decided_on"
        )


def missing_before_decision(priorities: int, measures: int, indicators: int) -> list[str]:
    """What a plan lacks before it can be decided; empty when it lacks nothing."""
    said = []
    if not priorities:
        said.append(N_("The plan has no priority yet."))
    if not measures:
        said.append(N_("The plan has no measure yet."))
    if not indicators:
        said.append(N_("The plan has no indicator yet."))
    return said
