"""Sign-offs as their events tell them: what counts from when to when, what waits, and what a signer must have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from competence.catalogue.rules.scales import Levels, Turn, level_on, levels_held
from competence.foundation.clock import local
from competence.foundation.text import N_, Sentence, sentence


class EventKind(StrEnum):
    """Kinds of evidence. All of a person's stand in one chain."""

    SIGNED = "signed"
    ACCEPTED = "accepted"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    DELEGATED = "delegated"
    DELEGATION_ACCEPTED = "delegation_accepted"
    DELEGATION_DECLINED = "delegation_declined"
    DELEGATION_ENDED = "delegation_ended"
    DELEGATION_SUPERVISED = "delegation_supervised"
    DELEGATION_TAKEN_OVER = "delegation_taken_over"
    MATRIX_APPROVED = "matrix_approved"
    MATRIX_WITHDRAWN = "matrix_withdrawn"


class Origin(StrEnum):
    """Where a sign-off comes from."""

    SIGNED_HERE = "signed_here"
    TRANSFERRED = "transferred"
    """From paper: names the paper's signer and who transferred it."""
    EXTERNAL_INSTRUCTOR = "external_instructor"
    """The first holder: vouched for by an instructor from outside, recorded by the development nurse."""
    CREDENTIAL = "credential"
    """Signed here on the ground of another municipality's credential, which the event names by its hash."""


class ObservationKind(StrEnum):
    """What somebody has seen, or what has been held and passed."""

    SAW = "saw"
    WITH_HELP = "with_help"
    ALONE = "alone"
    DIALOGUE = "dialogue"
    COURSE = "course"
    PRACTICE_CHECK = "practice_check"


TIMES = frozenset({ObservationKind.SAW, ObservationKind.WITH_HELP, ObservationKind.ALONE})
"""The kinds that count as an observed time of a task; the others pass a gate."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a chain, as the rule reads it."""

    kind: EventKind
    seq: int
    recorded_at: datetime
    task_id: int | None = None
    citizen_id: int | None = None
    by_person_id: int | None = None
    refers_to: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    @property
    def on(self) -> date:
        """The Danish date on which it was recorded."""
        return local(self.recorded_at).date()


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-off with all that later events have said of it."""

    seq: int
    task_id: int
    level: int
    """Rank on the practice scale as it is now."""
    valid_from: date
    valid_to: date | None = None
    """First day it no longer counts by what was signed; None = open."""
    accepted_on: date | None = None
    answer_before: date | None = None
    """First day on which a yes is too late."""
    ended_on: date | None = None
    """First day it no longer counts because somebody ended it."""
    ended_by: EventKind | None = None
    origin: Origin = Origin.SIGNED_HERE
    citizen_id: int | None = None
    signer_id: int | None = None
    signer_text: str | None = None
    pauses: tuple[tuple[date, date | None], ...] = ()
    recorded_at: datetime | None = None
    accepted_at: datetime | None = None
    event_id: int = 0
    levels: Levels = ()
    """What the level has been called for since it was signed, where the scale has been changed; empty: always the same."""

    def level_on(self, on: date) -> int:
        """The rank on the practice scale as it was on the day."""
        return level_on(self.levels, on, otherwise=self.level) if self.levels else self.level

    @property
    def signed_level(self) -> int:
        """The rank that the signer vouched for, on the practice scale of that day."""
        return self.levels[0][1] if self.levels else self.level

    @property
    def recorded_on(self) -> date | None:
        """The Danish date on which it was signed here; None when it is not known."""
        return local(self.recorded_at).date() if self.recorded_at else None

    @property
    def withdrawn(self) -> bool:
        """Taken back by the signer before it was answered: as if it had not been."""
        return self.ended_by in (EventKind.WITHDRAWN, EventKind.NOT_YET) and self.origin is not Origin.TRANSFERRED

    @property
    def counts_from(self) -> date:
        """The later of first day and acceptance; date.max while there is no yes. One from paper counts meanwhile."""
        if self.accepted_on is not None:
            return max(self.valid_from, self.accepted_on)
        return self.valid_from if self.origin is Origin.TRANSFERRED else date.max

    @property
    def ends(self) -> date | None:
        """First day it no longer counts, whatever ends it; None = open."""
        ends = [end for end in (self.valid_to, self.ended_on) if end is not None]
        if self.accepted_on is None and self.origin is Origin.TRANSFERRED and self.answer_before is not None:
            ends.append(self.answer_before)
        return min(ends) if ends else None

    def in_force(self, on: date) -> bool:
        """Whether it counts on the day, pauses apart."""
        ends = self.ends
        return not self.withdrawn and self.counts_from <= on and (ends is None or on < ends)

    def paused(self, on: date) -> bool:
        """Whether it is suspended on the day."""
        return any(start <= on and (end is None or on < end) for start, end in self.pauses)

    def waits(self, on: date) -> bool:
        """Whether it was signed by the day and the person's answer is still waited for."""
        return (
            (self.accepted_on is None or on < self.accepted_on)
            and (self.ended_on is None or on < self.ended_on)
            and (self.answer_before is None or on < self.answer_before)
            and (self.valid_to is None or on < self.valid_to)
            and (self.recorded_at is None or local(self.recorded_at).date() <= on)
        )


def rescaled(signed: Signed, turns: Sequence[Turn]) -> Signed:
    """The sign-off as the practice scale reads it after the changes since it was signed."""
    levels = levels_held(signed.level, signed.recorded_at, turns) if turns else ()
    return replace(signed, level=levels[-1][1], levels=levels) if levels else signed


def history(events: Iterable[Event], turns: Sequence[Turn] = ()) -> tuple[Signed, ...]:
    """Every sign-off of one person in the order of signing, with what her later events did to it.

    `turns`: the changes of the practice scale; without them levels are as they were signed.
    """
    signed: dict[int, dict[str, Any]] = {}
    for event in sorted(events, key=lambda e: e.seq):
        if event.kind is EventKind.SIGNED:
            signed[event.seq] = _signed(event)
            continue
        about = signed.get(event.refers_to) if event.refers_to is not None else None
        if about is None:
            continue
        match event.kind:
            case EventKind.ACCEPTED:
                about |= {"accepted_on": event.on, "accepted_at": event.recorded_at}
            case EventKind.NOT_YET | EventKind.WITHDRAWN | EventKind.REVOKED | EventKind.DECLINED:
                about |= {"ended_on": event.on, "ended_by": event.kind}
            case EventKind.SUSPENDED:
                pause = (_date(event.fields["valid_from"]), _date_or_none(event.fields.get("valid_to")))
                about["pauses"] = (*about.get("pauses", ()), pause)
    return tuple(rescaled(Signed(**says), turns) for says in signed.values())


def _signed(event: Event) -> dict[str, Any]:
    """The fields of a Signed as the signature itself says them."""
    says = event.fields
    assert event.task_id is not None
    return {
        "seq": event.seq,
        "task_id": event.task_id,
        "level": int(says["level"]),
        "valid_from": _date(says["valid_from"]),
        "valid_to": _date_or_none(says.get("valid_to")),
        "answer_before": _date_or_none(says.get("answer_before")),
        "accepted_on": _date_or_none(says.get("accepted_on")),
        "origin": Origin(says.get("origin", Origin.SIGNED_HERE)),
        "citizen_id": event.citizen_id,
        "signer_id": event.by_person_id,
        "signer_text": says.get("signer_text"),
        "recorded_at": event.recorded_at,
        "event_id": event.id,
    }


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def latest(signed: Iterable[Signed], *, on: date) -> Signed | None:
    """The sign-off that decides on the day, also when it has ended: what it replaced does not come back.

    One transferred from paper does not replace an accepted one until it is accepted itself.
    """
    begun = [s for s in signed if s.counts_from <= on and not s.withdrawn]
    if len(begun) < 2:
        return begun[0] if begun else None
    accepted = max((s for s in begun if s.accepted_on), key=_order, default=None)
    on_paper = max((s for s in begun if not s.accepted_on), key=_order, default=None)
    if on_paper is not None and (accepted is None or (not accepted.in_force(on) and on_paper.seq > accepted.seq)):
        return on_paper
    return accepted


def current(signed: Iterable[Signed], *, on: date) -> Signed | None:
    """The sign-off that counts on the day, pauses apart; None if there is none or the latest has ended."""
    last = latest(signed, on=on)
    return last if last is not None and last.in_force(on) else None


def waiting(signed: Iterable[Signed], *, on: date) -> Signed | None:
    """The newest signature that the person has not answered and still can."""
    return max((s for s in signed if s.waits(on)), key=lambda s: s.seq, default=None)


def _order(signed: Signed) -> tuple[date, int]:
    return (signed.counts_from, signed.seq)


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
    seen: tuple[tuple[ObservationKind, date, int | None], ...] = ()
    """All observed times that stand: what was seen, when, and by whom."""

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
