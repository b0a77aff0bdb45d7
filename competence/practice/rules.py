"""What an employee writes about her own tasks, and when a refresh is suggested to her. Decides no right. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from competence.foundation.clock import add_months
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence

BACK = timedelta(days=30)
"""So far back somebody can note that she has done a task."""
KEPT_WHEN_OFF = 30
"""Days that what was logged is kept, unseen, after the municipality has stopped using the log."""
MOST_WORDS = 500
MOST_NOTE = 2000


class Wanted(StrEnum):
    """What is asked for."""

    TRAINING = "training"
    REFRESH = "refresh"
    """Of a task that she may do but has not done for some time."""


class Rating(StrEnum):
    """How sure she is of a task, in her own eyes. No level of either scale."""

    UNSURE = "unsure"
    PRACTISING = "practising"
    CONFIDENT = "confident"
    CAN_SHOW = "can_show"


@dataclass(frozen=True)
class Recency:
    """When a task was last done, as far as anybody has noted."""

    last: date
    days: int
    """Since then."""
    months: int
    """Whole months since then."""
    is_due: bool
    """Whether a refresh is suggested."""


def recency(last: date | None, after_months: int | None, *, on: date) -> Recency | None:
    """How long ago the task was done; None when nobody has noted that it ever was, for then nothing can be said.

    `after_months` is the task's rule; None: a refresh is never suggested.
    """
    if last is None:
        return None
    last = min(last, on)
    months = 0
    while add_months(last, months + 1) <= on:
        months += 1
    return Recency(last, (on - last).days, months, after_months is not None and months >= after_months)


def check_done(day: date, *, since: date, on: date) -> None:
    """Nothing. RuleBroken when the day lies ahead, too far back, or before the employment, which began on `since`."""
    if day > on:
        raise RuleBroken(sentence(N_("The day lies ahead. Note it when you have done it.")), field="done_on")
    if day < on - BACK:
        raise RuleBroken(
            sentence(N_("You can note the last %(days)s days. Choose a later day."), days=BACK.days), field="done_on"
        )
    if day < since:
        raise RuleBroken(
            sentence(N_("The day lies before your employment, which began on %(day)s."), day=since), field="done_on"
        )


def check_discussed(day: date, *, on: date) -> None:
    """Nothing. RuleBroken when the day of the committee's discussion lies ahead."""
    if day > on:
        raise RuleBroken(
            sentence(N_("The discussion lies ahead. The log can be used once it has been held.")), field="discussed_on"
        )
