"""What a delegation or a task transfer must say, and how one stands on a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.delegation.agreements import (
    DelegationKind,
    Happening,
    Scope,
    Status,
    Step,
    Terms,
    after,
    check,
    known_on,
    may_give_onward,
    next_supervision,
    supervision_state,
)
from competence.foundation.errors import RuleBroken

ON = date(2026, 11, 23)
DAY = timedelta(days=1)
RAMME = Terms(DelegationKind.FRAMEWORK, Scope.ALL, ON, None, ON, instruction="Instruks 7", instruction_version="2")
KONKRET = replace(RAMME, kind=DelegationKind.CONCRETE, scope=Scope.CITIZEN, names_citizen=True, valid_to=ON + 7 * DAY)
TRANSFER = replace(RAMME, kind=DelegationKind.TRANSFER, instruction="", instruction_version="")


def refused(terms: Terms, *, reserved: bool = True, never: str = "") -> str | None:
    """The field at which the terms are refused."""
    with pytest.raises(RuleBroken) as broken:
        check(terms, reserved=reserved, never=never, on=ON)
    return broken.value.field


@pytest.mark.parametrize(("terms", "reserved"), [(RAMME, True), (KONKRET, True), (TRANSFER, False)])
def test_each_kind_can_be_given(terms: Terms, reserved: bool):
    check(terms, reserved=reserved, never="", on=ON)


@pytest.mark.parametrize("kind", DelegationKind)
def test_a_task_that_can_never_be_delegated_is_refused_whatever_it_is_called(kind: DelegationKind):
    assert refused(replace(RAMME, kind=kind), never="autorisationsloven") == "task"
    assert refused(replace(RAMME, kind=kind), reserved=False, never="autorisationsloven") == "task"


def test_a_reserved_task_is_delegated_and_any_other_is_transferred():
    assert refused(TRANSFER, reserved=True) == "kind"
    assert refused(RAMME, reserved=False) == "kind"
    assert refused(KONKRET, reserved=False) == "kind"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(RAMME, instruction=""), "instruction"),
        (replace(RAMME, instruction_version=""), "instruction_version"),
        (replace(KONKRET, scope=Scope.ALL), "scope"),
        (replace(KONKRET, names_citizen=False), "citizen"),
        (replace(KONKRET, valid_to=None), "valid_through"),
        (replace(RAMME, scope=Scope.GROUP), "group"),
        (replace(RAMME, valid_from=ON - DAY), "valid_from"),
        (replace(RAMME, valid_to=ON), "valid_through"),
        (replace(RAMME, instructed_on=ON + DAY), "instructed_on"),
        (replace(RAMME, supervise_on=ON - DAY), "supervise_on"),
        (replace(RAMME, valid_to=ON + 5 * DAY, supervise_on=ON + 5 * DAY), "supervise_on"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(terms: Terms, field: str):
    assert refused(terms) == field


def at(day: date, step: Step, by: int = 1, **fields: object) -> Happening:
    """An event at noon."""
    return Happening(step, datetime(day.year, day.month, day.day, 12, tzinfo=UTC), by, fields)


FIRST = at(ON, Step.DELEGATED, 7, valid_from=ON.isoformat(), supervise_on="2026-12-23", supervise_months=6)


def status(*events: Happening, on: date) -> Status:
    """How it stands."""
    found = after(events)
    assert found is not None
    return found.status(on)


def test_it_waits_until_the_receivers_own_yes():
    assert status(FIRST, on=ON) is Status.WAITING
    assert status(FIRST, at(ON + DAY, Step.ACCEPTED), on=ON) is Status.COMING
    assert status(FIRST, at(ON + DAY, Step.ACCEPTED), on=ON + DAY) is Status.IN_FORCE


def test_a_no_ends_it_before_it_began():
    assert status(FIRST, at(ON, Step.DECLINED), on=ON) is Status.DECLINED


def test_it_no_longer_counts_from_the_day_somebody_ends_it():
    events = (FIRST, at(ON, Step.ACCEPTED), at(ON + 5 * DAY, Step.ENDED))
    assert status(*events, on=ON + 4 * DAY) is Status.IN_FORCE
    assert status(*events, on=ON + 5 * DAY) is Status.ENDED


def test_whoever_takes_it_over_is_its_giver_and_the_yes_stands():
    taken = after((FIRST, at(ON, Step.ACCEPTED), at(ON + DAY, Step.TAKEN_OVER, 9)))
    assert taken is not None
    assert (taken.giver_id, taken.accepted_on) == (9, ON)


def test_a_supervision_plans_the_next():
    done = after((FIRST, at(ON, Step.ACCEPTED), at(ON + DAY, Step.SUPERVISED, on="2026-11-24", next="2027-05-24")))
    assert done is not None
    assert (done.supervised_on, done.supervise_on) == (date(2026, 11, 24), date(2027, 5, 24))


STEPS = st.lists(
    st.tuples(st.sampled_from([Step.ACCEPTED, Step.ENDED, Step.DECLINED, Step.TAKEN_OVER]), st.integers(0, 40)),
    max_size=6,
)


@given(STEPS)
def test_what_is_known_of_a_day_never_changes_with_what_happens_later(steps: list[tuple[Step, int]]):
    events = [FIRST, *(at(ON + days * DAY, step) for step, days in sorted(steps, key=lambda one: one[1]))]
    for days in range(42):
        day = ON + days * DAY
        then = known_on(events, day)
        assert then == after(event for event in events if event.on <= day)
        assert then is not None


@given(STEPS)
def test_what_has_ended_does_not_come_back(steps: list[tuple[Step, int]]):
    events = [FIRST, *(at(ON + days * DAY, step) for step, days in sorted(steps, key=lambda one: one[1]))]
    found = after(events)
    assert found is not None
    over = [found.status(ON + days * DAY) in (Status.ENDED, Status.DECLINED) for days in range(60)]
    assert over == sorted(over)


@given(
    onward=st.booleans(), scope=st.sampled_from(Scope), wants=st.sampled_from(Scope),
    citizen=st.sampled_from([None, 1, 2]), wants_citizen=st.sampled_from([None, 1, 2]), days=st.none() | st.integers(1, 9),
    wants_days=st.none() | st.integers(1, 9), wants_onward=st.booleans(),
)  # fmt: skip
def test_nobody_gives_onward_more_than_she_was_given(
    onward, scope, wants, citizen, wants_citizen, days, wants_days, wants_onward
):
    ends = None if days is None else ON + days * DAY
    wants_ends = None if wants_days is None else ON + wants_days * DAY
    allowed = may_give_onward(
        onward=onward, scope=scope, citizen_id=citizen, valid_to=ends, wants=wants, wants_citizen=wants_citizen,
        wants_valid_to=wants_ends, wants_onward=wants_onward,
    )  # fmt: skip
    if allowed:
        assert onward
        assert not wants_onward
        assert scope is Scope.ALL or (wants is Scope.CITIZEN and citizen == wants_citizen)
        assert ends is None or (wants_ends is not None and wants_ends <= ends)


@given(months=st.sampled_from([None, 1, 3, 6, 12]), left=st.none() | st.integers(1, 500))
def test_a_planned_supervision_lies_before_the_end(months: int | None, left: int | None):
    ends = None if left is None else ON + left * DAY
    planned = next_supervision(ON, months, ends)
    assert planned is None or (planned > ON and (ends is None or planned < ends))
    assert (planned is None) or months


@pytest.mark.parametrize(("days", "said"), [(-1, "overdue"), (0, "near"), (14, "near"), (15, "planned")])
def test_a_supervision_is_near_two_weeks_before(days: int, said: str):
    assert supervision_state(ON + days * DAY, ON) == said
    assert supervision_state(None, ON) == ""
