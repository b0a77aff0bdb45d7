"""Goals, activities and balances in words, as the pages draw them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time

from flask_babel import gettext as _

from competence.foundation.clock import today
from competence.foundation.text import N_, Sentence, sentence
from competence.foundation.web import as_pattern, day, language, number, say, short_day
from competence.learning.models import Goal, PlannedActivity
from competence.learning.queries.plans import Levels, Names, doing, is_met
from competence.learning.rules import PART_NAMES, Balance, GoalKind, Part
from competence.learning.rules.standing import (
    ACTIVITY_STATE_NAMES,
    GOAL_STATE_NAMES,
    GUIDE,
    ActivityState,
    GoalState,
    furthest_below,
    goal_state,
)

SOON = 6
"""So many days ahead a day is called by its weekday."""
IN_SHORT: Mapping[Part, str] = {
    Part.DAILY: N_("in the task"),
    Part.COLLEAGUES: N_("colleagues"),
    Part.FORMAL: N_("course"),
}
LEAST_LABELLED = 9
"""A part of the bar that is narrower has its figure below it alone."""
TONES: Mapping[GoalState, str] = {GoalState.MET: "ready", GoalState.REACHED: "ready", GoalState.UNDERWAY: "info"}


@dataclass(frozen=True)
class GoalShown:
    """A goal as it is read."""

    id: int
    title: str
    text: str
    """By when, and the words beside a task or a level."""
    state: GoalState
    said: str
    tone: str
    seen: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it is neither reached nor put aside."""
        return self.state not in (GoalState.REACHED, GoalState.ASIDE)


def goal_title(goal: Goal, names: Names) -> str:
    """What it aims at, in words."""
    if goal.kind == GoalKind.TASK:
        task, level = names.tasks.get(goal.task_id or 0, _("A task")), names.practice.get(goal.level or 0, "")
        return str(_("%(task)s, %(level)s", task=task, level=level)) if level else task
    if goal.kind == GoalKind.PROFILE:
        level = names.profile.get(goal.level or 0, "")
        if goal.area_name:
            return str(_("%(area)s: level %(level)s of the profile", area=goal.area_name, level=level))
        return str(_("The whole profile at level %(level)s", level=level))
    return goal.words


def goal_shown(
    goal: Goal, names: Names, held: Mapping[int, int], levels: Levels | None, begun: Iterable[int] = ()
) -> GoalShown:
    """The goal; `begun` are the goals for which something is planned or done."""
    state = goal_state(
        answered=goal.yes_on is not None, reached=goal.reached_on is not None, aside=goal.set_aside_on is not None,
        met=is_met(goal, held, levels), begun=goal.id in set(begun),
    )  # fmt: skip
    parts = []
    if goal.reached_on is not None:
        parts.append(_("since %(day)s", day=day(goal.reached_on)))
    elif goal.wanted_by is not None and goal.set_aside_on is None:
        parts.append(_("by %(day)s, if it fits", day=day(goal.wanted_by)))
    if goal.words and goal.kind != GoalKind.WISH:
        parts.append(goal.words)
    return GoalShown(
        goal.id, goal_title(goal, names), " · ".join(parts), state, say(GOAL_STATE_NAMES[state]), TONES.get(state, "")
    )


@dataclass(frozen=True)
class ActivityShown:
    """An activity as it is read."""

    id: int
    name: str
    part: Part
    part_name: str
    when: str
    hours: str
    who: str
    """Who leads it, and whether she has said yes; empty when nobody does."""
    place: str
    state: ActivityState
    said: str
    row: PlannedActivity
    learner: str = ""

    @property
    def text(self) -> str:
        """The line under its name."""
        return " · ".join(part for part in (self.when, self.hours, self.who, self.place) if part)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state not in (ActivityState.DONE, ActivityState.DROPPED, ActivityState.LACKS_AFTER)

    @property
    def is_formal(self) -> bool:
        """Whether it has a before, a during and an after."""
        return self.part is Part.FORMAL

    @property
    def asks_whether_done(self) -> bool:
        """Whether its day is here, or it has none."""
        return self.state in (ActivityState.NOW, ActivityState.NO_DAY)


def activity_shown(planned: PlannedActivity, people: Mapping[int, str], *, learner: str = "") -> ActivityShown:
    """The activity; `people` are the names of those who lead something."""
    part, state = Part(planned.part), doing(planned).state(today())
    who = planned.led_text
    if planned.led_by is not None:
        name = people.get(planned.led_by) or _("Somebody")
        who = _("with %(name)s", name=name) if planned.led_yes_at else _("%(name)s is asked", name=name)
    elif who:
        who = _("with %(name)s", name=who)
    return ActivityShown(
        planned.id, planned.name, part, say(PART_NAMES[part]), when_of(planned), hours_of(planned.minutes), str(who),
        planned.place, state, say(ACTIVITY_STATE_NAMES[state]), planned, learner,
    )  # fmt: skip


def hours_of(minutes: int) -> str:
    """As "2 timer", "1 time" or "30 min."."""
    if minutes < 60:
        return str(_("%(minutes)s min.", minutes=minutes))
    if minutes == 60:
        return str(_("1 hour"))
    return str(_("%(hours)s hours", hours=number(round(minutes / 60, 1) if minutes % 60 else minutes // 60)))


def clock(at: time | None) -> str:
    """As "13" or "9.30"; empty for None."""
    if at is None:
        return ""
    mark = "." if language() == "da" else ":"
    return f"{at.hour}{mark}{at:%M}" if at.minute or mark == ":" else str(at.hour)


def when_of(planned: PlannedActivity) -> str:
    """The day or days in words: "i dag", "torsdag kl. 13", "17. juni kl. 9"; empty for none."""
    on = today()
    if planned.done_on is not None:
        return str(_("was done on %(day)s", day=short_day(planned.done_on)))
    if planned.begins is None:
        return ""
    last = date.fromordinal(planned.ends.toordinal() - 1) if planned.ends else planned.begins
    if last != planned.begins:
        return str(_("%(first)s through %(last)s", first=short_day(planned.begins), last=short_day(last)))
    ahead = (planned.begins - on).days
    if ahead == 0:
        text = str(_("today"))
    elif ahead == 1:
        text = str(_("tomorrow"))
    elif 1 < ahead <= SOON:
        text = as_pattern(planned.begins, "EEEE")
    else:
        text = short_day(planned.begins) if planned.begins.year == on.year else day(planned.begins)
    return str(_("%(weekday)s at %(time)s", weekday=text, time=clock(planned.at))) if planned.at else text


@dataclass(frozen=True)
class BarPart:
    """One of the three parts of a balance."""

    part: Part
    share: int
    left: int
    """Where it begins in the bar, in per cent."""
    name: str
    guide: int

    @property
    def middle(self) -> float:
        """Where its figure stands."""
        return self.left + self.share / 2

    @property
    def labelled(self) -> bool:
        """Whether there is room for its figure."""
        return self.share >= LEAST_LABELLED


@dataclass(frozen=True)
class BalanceShown:
    """A balance as it is drawn."""

    hours: str
    parts: tuple[BarPart, ...]
    """Empty when nothing is counted."""

    def __bool__(self) -> bool:
        return bool(self.parts)


def balance_shown(found: Balance | None) -> BalanceShown:
    """The balance; with nothing in it, no parts."""
    if found is None or not found.total:
        return BalanceShown(hours_of(0), ())
    parts, left = [], 0
    for part, share in found.shares.items():
        parts.append(BarPart(part, share, left, say(IN_SHORT[part]), GUIDE[part]))
        left += share
    return BalanceShown(hours_of(found.total), tuple(parts))


def tip(found: Balance, practising: Iterable[str]) -> Sentence | None:
    """One tip, for whoever likes one; None where nothing is counted. `practising`: the tasks of her open goals."""
    if not found.total:
        return None
    below = furthest_below(found)
    if below is None:
        return sentence(N_("It lies close to the guide."))
    part, more = below
    hours, tasks = hours_of(more), list(practising)[:2]
    if part is Part.DAILY and tasks:
        return sentence(
            N_("Tip: %(hours)s more in the daily tasks would fit, for instance with %(tasks)s."),
            hours=hours,
            tasks=tasks,
        )
    return sentence(TIPS[part], hours=hours)


TIPS: Mapping[Part, str] = {
    Part.DAILY: N_(
        "Tip: %(hours)s more in the daily tasks would fit. Ask to do a task yourself while a colleague watches."
    ),
    Part.COLLEAGUES: N_(
        "Tip: %(hours)s more with a colleague would fit. Ask for a shadowing shift or a talk about a task."
    ),
    Part.FORMAL: N_("Tip: %(hours)s of course or e-learning would fit. Talk with your leader about which."),
}


def span_words(first: date, last: date) -> str:
    """As "april–juni" for a quarter, "2026" for a year."""
    if first.month == 1 and last.month == 12:
        return str(first.year)
    return f"{as_pattern(first, 'MMMM')}–{as_pattern(last, 'MMMM')}"
