"""The life of a sign-off: no row of steps leads out of the diagram, and the events tell the same as the steps."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from competence.signoffs.rules import (
    LEADS_TO,
    PASSES_TO,
    WHO,
    Event,
    EventKind,
    Part,
    Stage,
    Step,
    current,
    diagram,
    history,
    refusal,
    stage_at,
    stage_of,
)
from tests.signoffs.bedside import in_danish

BEGAN = date(2026, 1, 1)
OPEN = (Stage.NOT_BEGUN, Stage.REQUESTED, Stage.RETURNED)
ABOUT_REQUESTS = (Step.ASK, Step.WITHDRAW_REQUEST, Step.RETURN)
KINDS = {
    Step.APPROVE: EventKind.SECOND_APPROVED, Step.DISAPPROVE: EventKind.SECOND_RETURNED, Step.ACCEPT: EventKind.ACCEPTED,
    Step.NOT_YET: EventKind.NOT_YET, Step.WITHDRAW: EventKind.WITHDRAWN, Step.REVOKE: EventKind.REVOKED,
    Step.DECLINE: EventKind.DECLINED, Step.SUSPEND: EventKind.SUSPENDED, Step.RESUME: EventKind.RESUMED,
}  # fmt: skip


def on(day: int) -> date:
    return BEGAN + timedelta(days=day)


@dataclass
class Tracked:
    """A sign-off as it is followed by hand, step by step."""

    stage: Stage
    first: int
    end: int | None
    answer_before: int
    counts_from: int = 0


class Life(RuleBasedStateMachine):
    """One person and task: requests and sign-offs, days that pass, and anybody trying anything."""

    def __init__(self) -> None:
        super().__init__()
        self.day = 0
        self.events: list[Event] = []
        self.request = Stage.NOT_BEGUN
        self.tracked: dict[int, Tracked] = {}
        self.pauses: list[tuple[int, int | None]] = []

    def place(self) -> Stage:
        waits = [t.stage for t in self.tracked.values() if t.stage in (Stage.TO_APPROVE, Stage.TO_ANSWER)]
        return waits[-1] if waits else self.request

    def tell(self, kind: EventKind, about: int | None = None, **fields: Any) -> int:
        seq = len(self.events) + 1
        at = datetime(2026, 1, 1, 11, tzinfo=UTC) + timedelta(days=self.day)
        self.events.append(Event(kind, seq, at, 7, refers_to=about, fields=fields))
        return seq

    def answered(self, one: Tracked) -> Stage:
        """Where an answered one stands by its dates alone."""
        if one.end is not None and one.end <= self.day:
            return Stage.LAPSED
        if self.day < one.counts_from:
            return Stage.AHEAD
        if any(start <= self.day and (end is None or self.day < end) for start, end in self.pauses):
            return Stage.SUSPENDED
        return Stage.TO_PAUSE if any(start > self.day for start, _ in self.pauses) else Stage.IN_FORCE

    def settle(self, *, stepped: int = 0) -> None:
        """Nothing; the day's changes are drawn into what is tracked, each one a passing that the table has."""
        answered = {Stage.AHEAD, Stage.IN_FORCE, Stage.TO_PAUSE, Stage.SUSPENDED}
        begun = [
            (t.counts_from, seq) for seq, t in self.tracked.items() if t.stage in answered and t.counts_from <= self.day
        ]
        for seq, one in self.tracked.items():
            after = one.stage
            if one.stage in (Stage.TO_APPROVE, Stage.TO_ANSWER, Stage.ON_PAPER):
                if self.day >= one.answer_before or (one.end is not None and one.end <= self.day):
                    after = Stage.UNANSWERED
            elif one.stage in answered:
                after = self.answered(one)
                newer = [at for at in begun if at > (one.counts_from, seq) and (one.end is None or at[0] < one.end)]
                if newer:
                    after = Stage.REPLACED
            if after is not one.stage:
                assert seq == stepped or after in PASSES_TO[one.stage], (one.stage, after)
                one.stage = after

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.day += 1
            self.settle()

    @rule(step=st.sampled_from(ABOUT_REQUESTS), part=st.sampled_from(Part))
    def about_the_request(self, step: Step, part: Part) -> None:
        stage = self.place() if step is Step.ASK else self.request
        if refusal(stage, step, part) is None:
            (self.request,) = LEADS_TO[stage, step]

    @rule(
        part=st.sampled_from(Part), second=st.booleans(), ahead=st.integers(0, 12), length=st.none() | st.integers(1, 90),
        paper=st.integers(0, 3),
    )  # fmt: skip
    def signs(self, part: Part, second: bool, ahead: int, length: int | None, paper: int) -> None:
        stage = self.place()
        step = Step.TRANSFER if paper == 0 and stage is Stage.NOT_BEGUN else Step.SIGN
        if refusal(stage, step, part) is not None:
            return
        transfer = step is Step.TRANSFER
        first = self.day if transfer else self.day + ahead
        seq = self.tell(
            EventKind.SIGNED, level=1, valid_from=on(first).isoformat(), answer_before=on(self.day + 30).isoformat(),
            valid_to=on(first + length).isoformat() if length else None, second=second and not transfer,
            origin="transferred" if transfer else "signed_here",
        )  # fmt: skip
        after = Stage.ON_PAPER if transfer else Stage.TO_APPROVE if second else Stage.TO_ANSWER
        assert after in LEADS_TO[stage, step]
        self.tracked[seq] = Tracked(after, first, first + length if length else None, self.day + 30)
        if not transfer:
            self.request = Stage.NOT_BEGUN

    @precondition(lambda self: bool(self.tracked))
    @rule(
        step=st.sampled_from(sorted(KINDS)), part=st.sampled_from(Part), back=st.integers(0, 2), ahead=st.integers(0, 6),
        length=st.none() | st.integers(1, 30),
    )  # fmt: skip
    def about_a_signature(self, step: Step, part: Part, back: int, ahead: int, length: int | None) -> None:
        seq = sorted(self.tracked)[max(-1 - back, -len(self.tracked))]
        one = self.tracked[seq]
        before = one.stage
        if refusal(before, step, part) is not None:
            return
        fields: dict[str, Any] = {}
        if step is Step.SUSPEND:
            start = self.day + ahead
            self.pauses.append((start, start + length if length else None))
            fields = {
                "valid_from": on(start).isoformat(),
                "valid_to": on(start + length).isoformat() if length else None,
            }
        if step is Step.RESUME:
            self.pauses = [
                (start, end if end is not None and end <= self.day else self.day)
                for start, end in self.pauses
                if start < self.day
            ]
        if step is Step.APPROVE:
            one.answer_before = self.day + 30
            fields = {"answer_before": on(self.day + 30).isoformat()}
        self.tell(KINDS[step], seq, **fields)
        if step is Step.ACCEPT:
            one.counts_from = max(one.first, self.day)
        one.stage = (
            self.answered(one) if step in (Step.ACCEPT, Step.SUSPEND, Step.RESUME) else LEADS_TO[before, step][0]
        )
        assert one.stage in LEADS_TO[before, step]
        self.settle(stepped=seq)

    @invariant()
    def the_events_tell_the_same(self) -> None:
        signed = history(self.events)
        assert {s.seq: stage_of(s, signed, on=on(self.day)) for s in signed} == {
            seq: one.stage for seq, one in self.tracked.items()
        }
        assert stage_at(signed, self.request, on=on(self.day)) is self.place()

    @invariant()
    def only_what_has_its_yes_and_its_second_gives_a_right(self) -> None:
        held = current(history(self.events), on=on(self.day))
        if held is not None:
            assert self.tracked[held.seq].stage in (Stage.IN_FORCE, Stage.TO_PAUSE, Stage.SUSPENDED, Stage.ON_PAPER)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


def test_every_refusal_is_a_danish_sentence() -> None:
    for stage in Stage:
        for step in Step:
            for part in Part:
                why = refusal(stage, step, part)
                allowed = part in WHO[step] and (stage, step) in LEADS_TO
                assert (why is None) == allowed
                if why is not None:
                    assert in_danish(why).strip().endswith(".")


def test_the_drawn_diagram_is_the_rules_own_table() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/developers.md").read_text(encoding="utf-8")
    section = text.split("## The life of a sign-off", 1)[1].split("\n## ", 1)[0]
    drawn = section.split("```mermaid\n", 1)[1].split("\n```", 1)[0]
    assert drawn.splitlines() == list(diagram())


def test_every_state_can_be_reached_and_left_or_is_an_end() -> None:
    reached = {target for targets in (*LEADS_TO.values(), *PASSES_TO.values()) for target in targets}
    assert reached | {Stage.NOT_BEGUN} == set(Stage)


@given(
    old_end=st.integers(2, 200), signed=st.integers(0, 199), wait=st.integers(0, 29), first=st.integers(0, 60),
    length=st.none() | st.integers(1, 400), second=st.booleans(),
)  # fmt: skip
def test_an_early_renewal_leaves_no_day_without_right_and_gives_none_beyond_its_own(
    old_end: int, signed: int, wait: int, first: int, length: int | None, second: bool
) -> None:
    signed %= old_end
    accepted = min(signed + wait, old_end - 1)
    begins = min(signed + first, old_end)  # its first day is no later than the day after the old one's last
    ends = max(begins, accepted) + length if length else None

    def told(seq: int, kind: EventKind, day: int, about: int | None = None, **fields: Any) -> Event:
        return Event(
            kind, seq, datetime(2026, 1, 1, 11, tzinfo=UTC) + timedelta(days=day), 7, refers_to=about, fields=fields
        )

    events = [
        told(1, EventKind.SIGNED, 0, level=1, valid_from=on(0).isoformat(), valid_to=on(old_end).isoformat(),
             answer_before=on(30).isoformat()),
        told(2, EventKind.ACCEPTED, 0, 1),
        told(3, EventKind.SIGNED, signed, level=1, valid_from=on(begins).isoformat(), second=second,
             valid_to=on(ends).isoformat() if ends else None, answer_before=on(signed + 30).isoformat()),
        *([told(4, EventKind.SECOND_APPROVED, accepted, 3, answer_before=on(accepted + 30).isoformat())] if second else []),
        told(5, EventKind.ACCEPTED, accepted, 3),
    ]  # fmt: skip
    chain = history(events)
    last = ends if ends is not None else old_end + 300
    for day in range(max(last, old_end) + 3):
        held = current(chain, on=on(day))
        assert (held is not None) == (ends is None or day < ends), f"day {day}"
        if held is not None and day >= max(begins, accepted):
            assert held.seq == 3, "from its first day the renewal decides, not what it replaced"
