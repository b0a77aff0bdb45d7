"""How long a code on a phone counts."""

from datetime import datetime, timedelta

CODE_LASTS = timedelta(minutes=10)


def is_living(made_at: datetime, ended_at: datetime | None, *, now: datetime) -> bool:
    """Whether the code can be opened at the moment: for ten minutes, unless it has been closed."""
    return ended_at is None and made_at <= now < made_at + CODE_LASTS
