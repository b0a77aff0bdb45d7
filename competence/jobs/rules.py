"""When a job waits, runs, has been left behind and is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STALE = timedelta(seconds=60)
"""A job of which nothing has been heard for so long was left behind by a process that died: another may take it."""
TRIES = 3
"""So often a job is begun; one that is left behind each time is given up."""


class State(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """A rule was in the way. Nothing was written."""
    FAILED = "failed"
    """It broke, or was left behind too often. Nothing was written."""


@dataclass(frozen=True)
class Standing:
    """What decides whether somebody may take a job."""

    state: State
    beat_at: datetime | None
    """When something was last heard of it."""
    tries: int

    def free(self, now: datetime) -> bool:
        """Whether nobody does it, and somebody still should."""
        left = self.state is State.RUNNING and (self.beat_at is None or now - self.beat_at > STALE)
        return self.state is State.WAITING or left

    @property
    def hopeless(self) -> bool:
        """Whether it has been begun as often as it may be."""
        return self.tries >= TRIES
