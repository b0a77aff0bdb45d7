"""What may be sent from a phone that had no network: how old it may be, and what must not have happened meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, Sentence, sentence

KEPT_FOR = timedelta(hours=24)
"""How long a phone keeps what has not been sent."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""How far ahead of the server's clock a phone's may be."""


@dataclass(frozen=True)
class State:
    """What stood when the page was shown. None of it says anything about anybody."""

    criteria: str
    """A mark of the criteria's texts and their order."""
    instruction: str
    """A mark of the version of the instruction."""
    signed: int
    """The place in the chain of the newest signature of the task; 0 = none."""
    seen: int
    """The newest observed time of the task; 0 = none."""

    def __str__(self) -> str:
        return f"{self.criteria}.{self.instruction}.{self.signed}.{self.seen}"


def state_read(text: str) -> State | None:
    """The state that a phone gives back; None when it is none."""
    match text.split("."):
        case [criteria, instruction, signed, seen] if _is_number(signed) and _is_number(seen):
            return State(criteria, instruction, int(signed), int(seen))
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def check_moment(at: datetime, *, now: datetime) -> None:
    """Nothing. RuleBroken when the phone's moment lies ahead of the server's clock, or more than 24 hours back."""
    if at > now + CLOCKS_DIFFER:
        raise RuleBroken(
            N_("The phone's clock is ahead, so the time cannot be recorded from it. Record it again on the page.")
        )
    if at < now - KEPT_FOR:
        raise RuleBroken(N_("The time is more than 24 hours old. Record it on the page with its day."))


def conflicts(
    before: State | None,
    after: State,
    *,
    others_since: bool,
    base: Sequence[int] | None,
    ticks: Sequence[int] | None,
    stored: Sequence[int],
) -> list[Sentence]:
    """What has happened since the phone was shown the page, in sentences; none: it can be sent as it stands.

    `stored` are the guide's own ticks as the server has them, `base` those from which the phone went out.
    """
    found = []
    if before is None or before.criteria != after.criteria:
        found.append(sentence(N_("What must be shown has been changed, so the ticks must be set again.")))
    if before is None or before.instruction != after.instruction:
        found.append(sentence(N_("The instruction has a new version.")))
    if before is None or before.signed != after.signed:
        found.append(sentence(N_("The task has been signed.")))
    if others_since:
        found.append(sentence(N_("Somebody else has recorded a time.")))
    if ticks is not None and sorted(stored) not in (sorted(base or ()), sorted(ticks)):
        found.append(sentence(N_("Your ticks have been changed on another device.")))
    return found


CODE_LASTS = timedelta(minutes=10)
"""How long the code counts that somebody holds up to her guide."""
