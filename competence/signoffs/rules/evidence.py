"""Sign-offs as their events tell them: what counts from when to when, and what waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from competence.catalogue.rules.scales import Levels, Turn, level_on, levels_held
from competence.foundation.clock import local


class EventKind(StrEnum):
    """Kinds of evidence. All of a person's stand in one chain."""

    SIGNED = "signed"
    ACCEPTED = "accepted"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SECOND_APPROVED = "second_approved"
    """Somebody else who may sign has approved the signature, where the task asks for two."""
    SECOND_RETURNED = "second_returned"
    DELEGATED = "delegated"
    DELEGATION_ACCEPTED = "delegation_accepted"
    DELEGATION_DECLINED = "delegation_declined"
    DELEGATION_ENDED = "delegation_ended"
    DELEGATION_SUPERVISED = "delegation_supervised"
    DELEGATION_TAKEN_OVER = "delegation_taken_over"
    AGREED = "agreed"
    """The leader has agreed that the person is trained in the task (product.md, the rule, point 6). It gives no right."""
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


class How(StrEnum):
    """How somebody showed it."""

    OBSERVED = "observed"
    """With a citizen."""
    SIMULATED = "simulated"
    ORAL = "oral"
    TEST = "test"


class Where(StrEnum):
    """Where it was shown, where no unit says it. A code and never a text: a text would soon hold a citizen."""

    AT_HOME = "at_home"
    PRACTICE_ROOM = "practice_room"
    CLASSROOM = "classroom"
    ELSEWHERE = "elsewhere"


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
    """Suspensions of the task for her, half-open: they hold for whatever sign-off decides meanwhile."""
    recorded_at: datetime | None = None
    accepted_at: datetime | None = None
    event_id: int = 0
    levels: Levels = ()
    """What the level has been called for since it was signed, where the scale has been changed; empty: always the same."""
    lacks_second: bool = False
    """Whether it still waits for a second approval, and so gives no right and asks for no yes."""
    second_id: int | None = None
    """Who approved it as the second."""
    second_at: datetime | None = None

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
        return self.ended_by in _UNDONE and self.origin is not Origin.TRANSFERRED

    @property
    def never_counted(self) -> bool:
        """Whether it was ended or lapsed before its first day came: then what it was to replace stands."""
        return (
            self.withdrawn
            or (self.ended_on is not None and self.ended_on < self.counts_from)
            or (self.valid_to is not None and self.valid_to <= self.counts_from)
        )

    @property
    def counts_from(self) -> date:
        """The latest of first day, acceptance and second approval; date.max while one of these lacks.

        One from paper counts while its yes is waited for.
        """
        if self.lacks_second:
            return date.max
        if self.accepted_on is not None:
            first = max(self.valid_from, self.accepted_on)
            return first if self.second_at is None else max(first, local(self.second_at).date())
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


_UNDONE = (EventKind.WITHDRAWN, EventKind.NOT_YET, EventKind.SECOND_RETURNED)


def rescaled(signed: Signed, turns: Sequence[Turn]) -> Signed:
    """The sign-off as the practice scale reads it after the changes since it was signed."""
    levels = levels_held(signed.level, signed.recorded_at, turns) if turns else ()
    return replace(signed, level=levels[-1][1], levels=levels) if levels else signed


def history(events: Iterable[Event], turns: Sequence[Turn] = ()) -> tuple[Signed, ...]:
    """Every sign-off of one person in the order of signing, with what her later events did to it.

    `turns`: the changes of the practice scale; without them levels are as they were signed.
    """
    signed: dict[int, dict[str, Any]] = {}
    paused: dict[tuple[int, int | None], Pauses] = {}
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
            case EventKind.SECOND_APPROVED:
                about |= {"lacks_second": False, "second_id": event.by_person_id, "second_at": event.recorded_at}
                about["answer_before"] = _date_or_none(event.fields.get("answer_before")) or about["answer_before"]
            case (
                EventKind.NOT_YET
                | EventKind.WITHDRAWN
                | EventKind.REVOKED
                | EventKind.DECLINED
                | EventKind.SECOND_RETURNED
            ):
                about |= {"ended_on": event.on, "ended_by": event.kind}
            case EventKind.SUSPENDED | EventKind.RESUMED:
                place = (about["task_id"], about["citizen_id"])
                paused[place] = _pauses_after(paused.get(place, ()), event)
    if paused:
        for says in signed.values():
            says["pauses"] = paused.get((says["task_id"], says["citizen_id"]), ())
    return tuple(rescaled(Signed(**says), turns) for says in signed.values())


Pauses = tuple[tuple[date, date | None], ...]


def _pauses_after(pauses: Pauses, event: Event) -> Pauses:
    """The suspensions as the event leaves them: one more, or those that run ended and those ahead gone."""
    if event.kind is EventKind.SUSPENDED:
        return (*pauses, (_date(event.fields["valid_from"]), _date_or_none(event.fields.get("valid_to"))))
    return tuple(
        (start, end if end is not None and end <= event.on else event.on) for start, end in pauses if start < event.on
    )


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
        "lacks_second": bool(says.get("second")),
    }


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _date_or_none(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def latest(signed: Iterable[Signed], *, on: date) -> Signed | None:
    """The sign-off that decides on the day, also when it has ended: what it replaced does not come back.

    One transferred from paper does not replace an accepted one until it is accepted itself.
    """
    begun = [s for s in signed if s.counts_from <= on and not s.never_counted]
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
