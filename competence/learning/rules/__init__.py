"""What an activity, a goal, a plan and a talk are (product.md; domain.md, section e). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence


class Part(StrEnum):
    """Where learning comes from. 70-20-10 is a guide, never a target, a check or a budget of time."""

    DAILY = "70"
    COLLEAGUES = "20"
    FORMAL = "10"


PART_NAMES: Mapping[Part, str] = {
    Part.DAILY: N_("Daily tasks"),
    Part.COLLEAGUES: N_("Colleagues and leader"),
    Part.FORMAL: N_("Courses"),
}


class GoalKind(StrEnum):
    """What a goal aims at."""

    TASK = "task"
    PROFILE = "profile"
    WISH = "wish"


class Origin(StrEnum):
    """What a goal or an activity came from."""

    OWN = "own"
    LEADER = "leader"
    GAP = "gap"
    TALK = "talk"
    PATH = "path"
    PROPOSAL = "proposal"
    ONBOARDING = "onboarding"
    TEACHING = "teaching"


class TalkKind(StrEnum):
    """The talks that have a form of their own."""

    MUS = "mus"
    GRUS = "grus"
    SENIOR = "senior"
    WEEK_4 = "week_4"
    WEEK_8 = "week_8"
    WEEK_12 = "week_12"


TALK_NAMES: Mapping[TalkKind, str] = {
    TalkKind.MUS: N_("Development talk (MUS)"),
    TalkKind.GRUS: N_("Group development talk (GRUS)"),
    TalkKind.SENIOR: N_("Senior talk"),
    TalkKind.WEEK_4: N_("Talk after 4 weeks"),
    TalkKind.WEEK_8: N_("Talk after 8 weeks"),
    TalkKind.WEEK_12: N_("Talk after 12 weeks"),
}


@dataclass(frozen=True)
class Balance:
    """Minutes of each part."""

    minutes: Mapping[Part, int]

    @property
    def total(self) -> int:
        """Minutes of all parts."""
        return sum(self.minutes.values())

    def share(self, part: Part) -> int | None:
        """Per cent of all minutes, so that the three make 100; None when there are none."""
        if not self.total:
            return None
        return self.shares[part]

    @property
    def shares(self) -> dict[Part, int]:
        """Per cent of each part, by largest remainder; empty when there are no minutes."""
        if not self.total:
            return {}
        exact = {part: self.minutes.get(part, 0) * 100 / self.total for part in Part}
        whole = {part: int(value) for part, value in exact.items()}
        by_rest = sorted(Part, key=lambda part: (whole[part] - exact[part], part.value))
        for part in by_rest[: 100 - sum(whole.values())]:
            whole[part] += 1
        return whole


def balance(parts: Iterable[tuple[Part, int]]) -> Balance:
    """The balance of activities given as (part, minutes)."""
    found = dict.fromkeys(Part, 0)
    for part, minutes in parts:
        found[part] += minutes
    return Balance(found)


MOST_MINUTES = 200 * 60
MOST_WORDS = 200
MOST_TEXT = 2000


def check_minutes(minutes: int, *, field: str = "hours") -> int:
    """The minutes. RuleBroken when they are none, or more than an activity can be."""
    if not 0 < minutes <= MOST_MINUTES:
        raise RuleBroken(sentence(N_("Write from a quarter of an hour to 200 hours.")), field=field)
    return minutes


def check_days(begins: date | None, last: date | None) -> tuple[date | None, date | None]:
    """(first day, first day after) of an activity. RuleBroken when it ends before it begins."""
    if begins is None and last is not None:
        raise RuleBroken(sentence(N_("Write the first day too.")), field="begins")
    if begins is None:
        return None, None
    if last is not None and last < begins:
        raise RuleBroken(sentence(N_("The last day lies before the first day.")), field="last")
    return begins, date.fromordinal((last or begins).toordinal() + 1)


def lacks_after(part: Part, *, done: bool, after_use: str, follow_up_on: date | None, followed_up: bool) -> bool:
    """Whether an activity is not complete: those of the 10 are so only with their *after* (domain.md, section e)."""
    if part is not Part.FORMAL or not done:
        return False
    return not after_use.strip() or follow_up_on is None or not followed_up
