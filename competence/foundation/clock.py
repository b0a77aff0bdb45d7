"""What time it is. The only place that reads the system's clock, so that tests can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def now() -> datetime:
    """The moment in UTC, in whole milliseconds, as evidence and tables store it."""
    moment = _frozen.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today() -> date:
    """The date in Europe/Copenhagen."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """A stored UTC moment as Danish wall time."""
    return moment.astimezone(COPENHAGEN)


def midnight(day: date) -> datetime:
    """The first moment of a Danish date, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN).astimezone(UTC)


def day_after(last: date | None) -> date | None:
    """The half-open end for a last day that still counts; None stays open."""
    return last + timedelta(days=1) if last else None


def last_day(valid_to: date | None) -> date | None:
    """The last day that counts for a half-open end; None stays open."""
    return valid_to - timedelta(days=1) if valid_to else None


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; a short month clamps to its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for dom in range(day.day, 27, -1):
        try:
            return date(year, month + 1, dom)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Within the block the clock stands at `moment` (aware). For tests, and for loading a demonstration's past."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
