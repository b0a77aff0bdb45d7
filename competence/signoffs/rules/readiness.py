"""How far somebody is on the way to a signature, and what is still missing before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from competence.foundation.text import N_, Sentence, sentence
from competence.signoffs.rules.evidence import How, ObservationKind, Where


@dataclass(frozen=True)
class Seen:
    """One time that somebody was seen, as a signature freezes what it rested on."""

    kind: ObservationKind
    on: date
    by: int | None
    how: How = How.OBSERVED
    unit_id: int | None = None
    place: Where | None = None

    def frozen(self) -> dict[str, Any]:
        """As it stands in the event of the signature; where it was only when that was said."""
        said: dict[str, Any] = {
            "kind": self.kind.value,
            "on": self.on.isoformat(),
            "by": self.by,
            "how": self.how.value,
        }
        if self.unit_id is not None:
            said["unit"] = self.unit_id
        if self.place is not None:
            said["place"] = self.place.value
        return said


@dataclass(frozen=True)
class Progress:
    """How far somebody is on the way to a signature."""

    done: int
    needed: int
    """Times asked for, fewer when it renews one that is in force or has just lapsed."""

    @property
    def complete(self) -> bool:
        """Whether the times are there."""
        return self.done >= self.needed


def times_counted(observed_on: Sequence[date], *, since: date | None) -> int:
    """How many observed times count: those after the last signature was given, all when there is none."""
    return sum(1 for day in observed_on if since is None or day > since)


def too_late_to_undo(signed_at: datetime, now: datetime, *, minutes: int) -> bool:
    """Whether the signer's own regret time has run out."""
    return now - signed_at > timedelta(minutes=minutes)


@dataclass(frozen=True)
class Readiness:
    """What stands between a person and a signature for a task."""

    done: int
    needed: int
    wanted: frozenset[int]
    """Positions of the criteria that must be shown."""
    ticked: frozenset[int]
    gates: tuple[str, ...] = ()
    """Names of the courses, dialogues and checks that are still to be passed."""
    tasks: tuple[str, ...] = ()
    """Names of the tasks that must be held first and are not."""
    seen: tuple[Seen, ...] = ()
    """All observed times that stand, also those that do not count."""

    @property
    def shown(self) -> int:
        """How many of the criteria have been shown."""
        return len(self.wanted & self.ticked)


def missing(ready: Readiness) -> tuple[tuple[str, Sentence], ...]:
    """(field, sentence) for each thing that is missing before a signature, in the order of the page; empty when nothing is."""
    found: list[tuple[str, Sentence]] = []
    if ready.done < ready.needed:
        found.append(
            (
                "times",
                sentence(
                    N_("%(done)s of %(needed)s times are recorded. Record the rest before you sign."),
                    done=ready.done,
                    needed=ready.needed,
                ),
            )
        )
    found += [
        ("gates", sentence(N_("This must be held and passed first: %(name)s."), name=name)) for name in ready.gates
    ]
    found += [
        ("prerequisites", sentence(N_("The task %(task)s must be held first."), task=name)) for name in ready.tasks
    ]
    left = len(ready.wanted) - ready.shown
    if left == 1:
        found.append(("criteria", sentence(N_("1 point has not been shown yet."))))
    elif left:
        found.append(("criteria", sentence(N_("%(count)s points have not been shown yet."), count=left)))
    return tuple(found)
