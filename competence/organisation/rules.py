"""What a municipality may set itself, with the defaults of product.md."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_

Hours = tuple[str, str]
"""From and to, each as "07:00"; a shift that ends before it begins runs past midnight."""


@dataclass(frozen=True)
class Settings:
    """Days and hours a municipality has chosen. All day counts are whole days."""

    accept_within_days: int = 30
    """A sign-off without the employee's yes lapses after so many days."""
    transferred_accept_within_days: int = 90
    """The same for one transferred from paper, which counts meanwhile."""
    long_absence_days: int = 182
    """From this day of an absence, rights from sign-offs pause."""
    refresh_absence_days: int = 365
    """After an absence this long, one observed time is needed before they resume."""
    delegation_notice_days: int = 14
    """How long a delegation runs after its giver has left or lost the task."""
    expiring_days: int = 60
    """From so many days before the last day, a right is shown as expiring."""
    reminder_days: tuple[int, ...] = (90, 30, 7)
    """So many days before something ends those whom it concerns are reminded; the most first."""
    undo_minutes: int = 10
    """How long a signer may take her own signature back, while the employee has not answered."""
    external_days: int = 14
    """The longest an external may be added for at a time."""
    observed_minutes: int = 120
    """What one observed time takes of two people's day, talk before and after with it. Source: data/activities_70_20_10.csv,
    A70-01, editorial."""
    day_hours: Hours = ("07:00", "15:00")
    evening_hours: Hours = ("15:00", "23:00")
    night_hours: Hours = ("23:00", "07:00")


def settings_from(stored: Mapping[str, Any]) -> Settings:
    """The municipality's settings; unknown keys are ignored, absent ones take the default."""
    known = {f.name for f in fields(Settings)}
    chosen: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stored.items() if key in known
    }
    return Settings(**chosen)


class Measure(StrEnum):
    """What a setting is counted in."""

    DAYS = "days"
    MINUTES = "minutes"
    HOURS = "hours"
    """From one time of day to another."""
    LADDER = "ladder"
    """Several numbers of days, the most first."""


@dataclass(frozen=True)
class Setting:
    """A setting as the page shows it: what it is called, what it does, and what it may be."""

    key: str
    name: str
    text: str
    measure: Measure = Measure.DAYS
    least: int = 0
    most: int = 0
    """Both count; without meaning for hours."""
    meaning: str = ""
    """What another value means for what people may do, with `old` and `new`; "" = it decides nobody's rights."""
    decides_now: bool = False
    """Whether another value changes what is stored about today, and not only what is signed from now on."""

    def value(self, settings: Settings) -> Any:
        """What the municipality has chosen: a number, or hours."""
        return getattr(settings, self.key)

    @property
    def default(self) -> Any:
        """What holds until the municipality chooses otherwise."""
        return self.value(Settings())


@dataclass(frozen=True)
class Group:
    """Settings that belong together."""

    name: str
    settings: tuple[Setting, ...]


GROUPS = (
    Group(
        N_("The employee's yes"),
        (
            Setting(
                "accept_within_days",
                N_("Days to say yes to a signature"),
                N_("A signature counts from the employee's yes. Without one it lapses after so many days."),
                least=7, most=90,
                meaning=N_(
                    "Signatures from now on wait %(new)s days for a yes, not %(old)s. "
                    "Those that wait already keep the day that stands on them."
                ),
            ),
            Setting(
                "transferred_accept_within_days",
                N_("Days to say yes to a signature transferred from paper"),
                N_("It counts at once, and lapses after so many days if the employee has not said yes."),
                least=14, most=365,
                meaning=N_(
                    "Papers transferred from now on count for %(new)s days without a yes, not %(old)s. "
                    "Those that are transferred already keep the day that stands on them."
                ),
            ),
        ),
    ),
    Group(
        N_("Absence and delegation"),
        (
            Setting(
                "long_absence_days",
                N_("Days before a long absence pauses rights"),
                N_("Whoever is away longer than this may not do what rests on a signature until she is back."),
                least=30, most=365, decides_now=True,
                meaning=N_("Rights that rest on a signature pause after %(new)s days away, not %(old)s."),
            ),
            Setting(
                "refresh_absence_days",
                N_("Days away after which one observed time is needed"),
                N_("After an absence this long, somebody must see the task done once before the signature counts again."),
                least=60, most=1095, decides_now=True,
                meaning=N_("One observed time is needed after %(new)s days away, not %(old)s."),
            ),
            Setting(
                "delegation_notice_days",
                N_("Days a delegation runs on without its giver"),
                N_("When the giver leaves, or no longer holds the task, somebody has so many days to take over."),
                least=0, most=60, decides_now=True,
                meaning=N_("A delegation ends %(new)s days after its giver has lost it, not %(old)s."),
            ),
        ),
    ),
    Group(
        N_("What the pages show and allow"),
        (
            Setting(
                "expiring_days",
                N_("Days before the last day that a right is shown as expiring"),
                N_("From then on the sign has its days, and the right stands in the list of what is to be renewed."),
                least=14, most=180,
            ),
            Setting(
                "reminder_days",
                N_("Days before the last day that people are reminded"),
                N_("Of sign-offs, delegations, exemptions and supervision. A task can have its own days in the catalogue."),
                Measure.LADDER,
            ),
            Setting(
                "undo_minutes",
                N_("Minutes to take back one's own signature"),
                N_("As long as the employee has not answered."),
                Measure.MINUTES, least=0, most=60,
            ),
            Setting(
                "external_days",
                N_("Most days an external is added for at a time"),
                N_("After that the external is added again, or extended."),
                least=1, most=31,
            ),
            Setting(
                "observed_minutes",
                N_("Minutes that an observed time takes"),
                N_("For the estimate of hours of training when the division of tasks changes. 120 is a starting point."),
                Measure.MINUTES, least=5, most=480,
            ),
        ),
    ),
    Group(
        N_("The hours of the shifts"),
        (
            Setting(
                "day_hours", N_("Day"), N_("Beside the shift, where somebody asks who may do a task."), Measure.HOURS
            ),
            Setting(
                "evening_hours", N_("Evening"), N_("Beside the shift, where somebody asks who may do a task."),
                Measure.HOURS,
            ),
            Setting(
                "night_hours", N_("Night"), N_("Beside the shift, where somebody asks who may do a task."), Measure.HOURS
            ),
        ),
    ),
)  # fmt: skip
"""All settings, in the order of the page."""

ALL: Mapping[str, Setting] = {setting.key: setting for group in GROUPS for setting in group.settings}
"""By key."""


def check_settings(chosen: Settings) -> None:
    """Nothing. RuleBroken, at the setting's key, when a value is out of its range or two do not fit together."""
    for setting in ALL.values():
        value = setting.value(chosen)
        if setting.measure is Measure.HOURS:
            _check_hours(setting, value)
        elif setting.measure is Measure.LADDER:
            check_ladder(value, setting.key)
        elif not isinstance(value, int) or not setting.least <= value <= setting.most:
            raise RuleBroken(
                N_("Write a whole number from %(least)s to %(most)s."), field=setting.key, least=setting.least,
                most=setting.most,
            )  # fmt: skip
    if chosen.refresh_absence_days < chosen.long_absence_days:
        raise RuleBroken(
            N_("It must be at least as many days as before a long absence pauses rights, %(days)s."),
            field="refresh_absence_days",
            days=chosen.long_absence_days,
        )


def _check_hours(setting: Setting, value: Any) -> None:
    try:
        begins, ends = (time.fromisoformat(part) for part in value)
    except (TypeError, ValueError):
        raise RuleBroken(N_("Write both times, for instance 07:00 and 15:00."), field=setting.key) from None
    if begins == ends:
        raise RuleBroken(N_("A shift must not end at the time it begins."), field=setting.key)


MOST_RUNGS = 5
LONGEST_LADDER = 365


def ladder_from(text: str, field: str) -> tuple[int, ...]:
    """The days that "7, 30 og 90" or "90/30/7" names, the most first, each once. RuleBroken at the field otherwise."""
    words = [word for word in re.split(r"[\s,;/]+|\bog\b|\band\b", text) if word]
    if not all(re.fullmatch(r"[0-9]{1,4}", word) for word in words):
        raise _no_ladder(field)
    ladder = tuple(sorted({int(word) for word in words}, reverse=True))
    check_ladder(ladder, field)
    return ladder


def check_ladder(ladder: Any, field: str) -> None:
    """Nothing. RuleBroken at the field for what is no ladder: one to five numbers of days, the most first."""
    is_one = isinstance(ladder, tuple) and 1 <= len(ladder) <= MOST_RUNGS
    if not is_one or not all(isinstance(one, int) and 1 <= one <= LONGEST_LADDER for one in ladder):
        raise _no_ladder(field)
    if list(ladder) != sorted(set(ladder), reverse=True):
        raise _no_ladder(field)


def _no_ladder(field: str) -> RuleBroken:
    return RuleBroken(
        N_("Write one to %(rungs)s numbers of days from 1 to %(most)s, for instance 90, 30, 7."),
        field=field, rungs=MOST_RUNGS, most=LONGEST_LADDER,
    )  # fmt: skip


def ladder_text(ladder: Iterable[int]) -> str:
    """As "90, 30, 7": how a ladder is typed and kept."""
    return ", ".join(str(days) for days in ladder)


@dataclass(frozen=True)
class Changed:
    """Who gave a setting its value, and when."""

    by_person_id: int | None
    """None: the command line."""
    at: datetime


def last_changed(entries: Iterable[tuple[Mapping[str, Any], int | None, datetime]]) -> dict[str, Changed]:
    """Setting -> its last change, from (detail, who, when) of the changes, newest first; never changed ones are absent."""
    found: dict[str, Changed] = {}
    for detail, by, at in entries:
        for key in detail.get("changes", {}):
            found.setdefault(key, Changed(by, at))
    return found


def is_within(path: str, root: str) -> bool:
    """Whether the unit at `path` is the unit at `root` or lies below it."""
    return path.startswith(root)
