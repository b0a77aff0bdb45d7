"""What the rule at the centre says while a sign-off is suspended, and before a second approval."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from competence.decision.rules import State, may
from competence.signoffs.rules import EventKind
from tests.decision.facts import INSULIN, JANUARY, MAY, TODAY, accepted, after, employed, signing

DAY = timedelta(days=1)


def test_a_suspension_holds_for_a_renewal_too_and_ends_when_it_is_resumed() -> None:
    pause = after(3, EventKind.SUSPENDED, 1, MAY, valid_from=MAY.isoformat())
    renewed = accepted(4, 2, MAY + DAY)
    resumed = after(6, EventKind.RESUMED, 4, TODAY)
    still = employed(events=(*accepted(1, 2, JANUARY), pause, *renewed))
    assert [may(still, INSULIN, on=day).level for day in (MAY - DAY, MAY, MAY + DAY, TODAY)] == [2, 0, 0, 0]
    assert may(still, INSULIN, on=TODAY).state is State.PAUSED
    again = employed(events=(*accepted(1, 2, JANUARY), pause, *renewed, resumed))
    assert [may(again, INSULIN, on=day).level for day in (MAY, TODAY - DAY, TODAY)] == [0, 0, 2]


def test_a_suspension_called_off_before_its_first_day_was_never_there() -> None:
    pause = after(3, EventKind.SUSPENDED, 1, MAY, valid_from=TODAY.isoformat())
    off = after(4, EventKind.RESUMED, 1, MAY + DAY)
    helper = employed(events=(*accepted(1, 2, JANUARY), pause, off))
    assert may(helper, INSULIN, on=TODAY).level == 2


@given(
    yes=st.none() | st.integers(0, 29), second=st.none() | st.integers(0, 29), revoked=st.booleans(),
    level=st.integers(1, 3),
)  # fmt: skip
def test_nobody_may_before_both_the_second_approval_and_her_own_yes(
    yes: int | None, second: int | None, revoked: bool, level: int
) -> None:
    """Whatever the chain holds, also events that no command would write in that order."""
    signed = signing(1, level, JANUARY)
    events = [replace(signed, fields={**signed.fields, "second": True})]
    for kind, days in ((EventKind.ACCEPTED, yes), (EventKind.SECOND_APPROVED, second)):
        if days is not None:
            events.append(after(len(events) + 1, kind, 1, JANUARY + days * DAY))
    if revoked:
        events.append(after(len(events) + 1, EventKind.REVOKED, 1, JANUARY + 50 * DAY))
    helper = employed(events=tuple(events))
    for days in range(60):
        answer = may(helper, INSULIN, on=JANUARY + days * DAY)
        if yes is None or second is None or days < max(yes, second):
            assert answer.level == 0
        else:
            assert answer.level == (0 if revoked and days >= 50 else level)
