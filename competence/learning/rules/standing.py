"""How a goal, an activity and a plan stand, in words without blame; and how learning lies against the guide. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from competence.foundation.text import N_
from competence.learning.rules import Balance, Part, balance, lacks_after


class GoalState(StrEnum):
    """How far a goal is. None of them is a fault of anybody."""

    PROPOSED = "proposed"
    """Somebody else has written it, and the employee has not answered."""
    NOT_BEGUN = "not_begun"
    UNDERWAY = "underway"
    MET = "met"
    """What is held says that it is reached; the two have not closed it."""
    REACHED = "reached"
    ASIDE = "aside"


GOAL_STATE_NAMES: Mapping[GoalState, str] = {
    GoalState.PROPOSED: N_("proposed"),
    GoalState.NOT_BEGUN: N_("not begun yet"),
    GoalState.UNDERWAY: N_("under way"),
    GoalState.MET: N_("reached, can be closed"),
    GoalState.REACHED: N_("reached"),
    GoalState.ASIDE: N_("put aside"),
}


def goal_state(*, answered: bool, reached: bool, aside: bool, met: bool, begun: bool) -> GoalState:
    """The state of a goal. `met`: what is held today is enough for it; `begun`: something is done for it."""
    if aside:
        return GoalState.ASIDE
    if reached:
        return GoalState.REACHED
    if not answered:
        return GoalState.PROPOSED
    if met:
        return GoalState.MET
    return GoalState.UNDERWAY if begun else GoalState.NOT_BEGUN


class ActivityState(StrEnum):
    """How far an activity is."""

    PROPOSED = "proposed"
    NO_DAY = "no_day"
    PLANNED = "planned"
    NOW = "now"
    """Its first day is here, or has been; whether it took place is asked."""
    LACKS_AFTER = "lacks_after"
    DONE = "done"
    DROPPED = "dropped"


ACTIVITY_STATE_NAMES: Mapping[ActivityState, str] = {
    ActivityState.PROPOSED: N_("proposed"),
    ActivityState.NO_DAY: N_("no day yet"),
    ActivityState.PLANNED: N_("planned"),
    ActivityState.NOW: N_("did it take place?"),
    ActivityState.LACKS_AFTER: N_("held, “after” is still to come"),
    ActivityState.DONE: N_("was done"),
    ActivityState.DROPPED: N_("put aside"),
}


@dataclass(frozen=True)
class Doing:
    """What decides how far an activity is."""

    part: Part
    answered: bool
    begins: date | None
    done_on: date | None
    dropped_on: date | None
    after_use: str = ""
    follow_up_on: date | None = None
    followed_up_on: date | None = None

    @property
    def lacks_after(self) -> bool:
        """Whether it is held and its *after* is still to come."""
        return lacks_after(
            self.part, done=self.done_on is not None, after_use=self.after_use, follow_up_on=self.follow_up_on,
            followed_up=self.followed_up_on is not None,
        )  # fmt: skip

    def state(self, on: date) -> ActivityState:
        """How far it is on the day."""
        if self.dropped_on is not None:
            return ActivityState.DROPPED
        if self.done_on is not None:
            return ActivityState.LACKS_AFTER if self.lacks_after else ActivityState.DONE
        if not self.answered:
            return ActivityState.PROPOSED
        if self.begins is None:
            return ActivityState.NO_DAY
        return ActivityState.NOW if self.begins <= on else ActivityState.PLANNED


class PlanState(StrEnum):
    """How far a plan is between the two."""

    NONE = "none"
    DRAFT = "draft"
    WAITS_FOR_EMPLOYEE = "waits_for_employee"
    WAITS_FOR_LEADER = "waits_for_leader"
    AGREED = "agreed"
    CHANGED = "changed"
    """Agreed once, and written in since."""
    PAUSED = "paused"


PLAN_STATE_NAMES: Mapping[PlanState, str] = {
    PlanState.NONE: N_("no plan yet"),
    PlanState.DRAFT: N_("being written"),
    PlanState.WAITS_FOR_EMPLOYEE: N_("waits for the employee's yes"),
    PlanState.WAITS_FOR_LEADER: N_("waits for the leader's yes"),
    PlanState.AGREED: N_("agreed"),
    PlanState.CHANGED: N_("agreed, and written in since"),
    PlanState.PAUSED: N_("on pause"),
}


@dataclass(frozen=True)
class Laid:
    """A version of a plan, as far as its answers go."""

    plan_revision: int
    employee_yes: bool
    leader_yes: bool
    withdrawn: bool = False

    @property
    def agreed(self) -> bool:
        """Whether both have said yes."""
        return self.employee_yes and self.leader_yes and not self.withdrawn

    @property
    def waits(self) -> bool:
        """Whether one of the two has still to answer."""
        return not self.withdrawn and not (self.employee_yes and self.leader_yes)


def plan_state(revision: int | None, *, paused: bool, versions: Iterable[Laid]) -> PlanState:
    """How far the plan is. `revision` None: there is none; `versions` in any order."""
    if revision is None:
        return PlanState.NONE
    if paused:
        return PlanState.PAUSED
    every = list(versions)
    for one in every:
        if one.waits:
            return PlanState.WAITS_FOR_LEADER if one.employee_yes else PlanState.WAITS_FOR_EMPLOYEE
    agreed = max((one.plan_revision for one in every if one.agreed), default=None)
    if agreed is None:
        return PlanState.DRAFT
    return PlanState.AGREED if agreed == revision else PlanState.CHANGED


GUIDE: Mapping[Part, int] = {Part.DAILY: 70, Part.COLLEAGUES: 20, Part.FORMAL: 10}
"""Where learning usually comes from, in per cent: something to steer by, never a target."""
CLOSE = 5
"""So many points from the guide is as good as on it."""


def furthest_below(found: Balance) -> tuple[Part, int] | None:
    """(the part that lies furthest below the guide, the minutes more of it alone that would bring it there).

    Whole half hours, at least one. None where nothing is counted, or no part lies more than CLOSE points below.
    """
    if not found.total:
        return None
    shares = found.shares
    part = max(Part, key=lambda one: (GUIDE[one] - shares[one], GUIDE[one]))
    if GUIDE[part] - shares[part] <= CLOSE:
        return None
    goal = GUIDE[part] / 100
    more = (goal * found.total - found.minutes.get(part, 0)) / (1 - goal)
    return part, max(1, -(-round(more) // 30)) * 30


@dataclass(frozen=True)
class Span:
    """A quarter or a year: the days from `first` until before `end`."""

    first: date
    end: date

    def holds(self, day: date | None) -> bool:
        """Whether the day lies in it; None lies in none."""
        return day is not None and self.first <= day < self.end

    @property
    def last(self) -> date:
        """Its last day."""
        return date.fromordinal(self.end.toordinal() - 1)


def quarter_of(on: date) -> Span:
    """The quarter of the year in which the day lies."""
    month = (on.month - 1) // 3 * 3 + 1
    first = date(on.year, month, 1)
    return Span(first, date(on.year + 1, 1, 1) if month == 10 else date(on.year, month + 3, 1))


def year_of(on: date) -> Span:
    """The calendar year of the day."""
    return Span(date(on.year, 1, 1), date(on.year + 1, 1, 1))


@dataclass(frozen=True)
class Counted:
    """An activity as the balance counts it."""

    part: Part
    minutes: int
    begins: date | None
    done_on: date | None

    @property
    def day(self) -> date | None:
        """The day that decides when it counts: that on which it was done, else its first one."""
        return self.done_on or self.begins


@dataclass(frozen=True)
class Balances:
    """What is planned in a time, that which is done included, and what is done."""

    planned: Balance
    done: Balance


def balances(activities: Iterable[Counted], span: Span) -> Balances:
    """The balances of the time. What has no day yet is in no time."""
    some = [one for one in activities if span.holds(one.day)]
    return Balances(
        balance((one.part, one.minutes) for one in some),
        balance((one.part, one.minutes) for one in some if one.done_on is not None),
    )
