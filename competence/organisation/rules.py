"""What a municipality may set itself, with the defaults of product.md."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


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
    undo_minutes: int = 10
    """How long a signer may take her own signature back, while the employee has not answered."""
    external_days: int = 14
    """The longest an external may be added for at a time."""
    day_hours: tuple[str, str] = ("07:00", "15:00")
    evening_hours: tuple[str, str] = ("15:00", "23:00")
    night_hours: tuple[str, str] = ("23:00", "07:00")


def settings_from(stored: Mapping[str, Any]) -> Settings:
    """The municipality's settings; unknown keys are ignored, absent ones take the default."""
    known = {f.name for f in fields(Settings)}
    chosen: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stored.items() if key in known
    }
    return Settings(**chosen)


def is_within(path: str, root: str) -> bool:
    """Whether the unit at `path` is the unit at `root` or lies below it."""
    return path.startswith(root)
