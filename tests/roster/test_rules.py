"""What a duty is by the clock, what an import changes, and to which shift a duty belongs."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from competence.coverage.rostered import answer_for, counted_on, hours_of, shift_of, shift_span
from competence.coverage.rules import Held, Need, Shift, Standing, Worker
from competence.decision.rules import Answer, State
from competence.delegation.rules import CellRule, CellTerms
from competence.organisation.rules import Settings
from competence.roster.rules import (
    Employed,
    Planned,
    Span,
    Stored,
    compare,
    dates_touched,
    day_of,
    employment_for,
    moments_of,
    overlaps,
    too_close,
)

HOURS = hours_of(Settings())
MONDAY = date(2026, 11, 30)
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return moments_of(datetime.combine(day, time(hour, minute)))[0]


def span(day: date, begins: int, ends: int) -> Span:
    return Span(at(day, begins), at(day + timedelta(days=ends <= begins), ends))


SPANS = st.builds(
    lambda start, long: Span(BEGIN + timedelta(minutes=start), BEGIN + timedelta(minutes=start + long)),
    st.integers(0, 60 * 24 * 60), st.integers(15, 24 * 60),
)  # fmt: skip
DUTIES = st.builds(
    lambda person, unit, one, key: Planned(person, person, unit, one.starts_at, one.ends_at, "", key),
    st.integers(1, 3), st.integers(1, 2), SPANS, st.sampled_from(["", "a", "b", "c"]),
)  # fmt: skip


def a_roster(duties: list[Planned]) -> list[Planned]:
    """Those that one file may hold: nobody twice at one time, no number twice."""
    kept: list[Planned] = []
    for duty in duties:
        if not overlaps([*kept, duty]) and not any(duty.key and duty.key == one.key for one in kept):
            kept.append(duty)
    return kept


ROSTERS = st.lists(DUTIES, max_size=12).map(a_roster)


def stored(duties: list[Planned]) -> list[Stored]:
    return [Stored(number, duty) for number, duty in enumerate(duties, 1)]


def after(before: list[Planned], new: list[Planned]) -> list[Planned]:
    """What is kept when the new one has been taken in."""
    found = compare(new, stored(before))
    gone = {one.id for one in found.removed} | {was.id for was, _new in found.changed}
    left = [one.duty for one in stored(before) if one.id not in gone]
    return [*left, *found.added, *(duty for _was, duty in found.changed)]


def told(duties: list[Planned]) -> list[tuple[int, int, datetime, datetime]]:
    return sorted((one.person_id, one.unit_id, one.starts_at, one.ends_at) for one in duties)


def test_a_night_belongs_to_the_day_it_starts_and_touches_both_dates() -> None:
    night = span(MONDAY, 23, 7)
    assert day_of(night.starts_at) == MONDAY
    assert dates_touched(night.starts_at, night.ends_at) == (MONDAY, MONDAY + timedelta(days=1))
    assert shift_of(night, HOURS) is Shift.NIGHT


def test_an_evening_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    evening = span(MONDAY, 16, 0)
    assert dates_touched(evening.starts_at, evening.ends_at) == (MONDAY,)


def test_a_duty_belongs_to_the_shift_in_which_most_of_it_lies() -> None:
    assert shift_of(span(MONDAY, 7, 19), HOURS) is Shift.DAY
    assert shift_of(span(MONDAY, 12, 23), HOURS) is Shift.EVENING
    assert shift_of(span(MONDAY, 11, 19), HOURS) is Shift.DAY, "four hours of each: where it begins"
    assert shift_of(span(MONDAY, 19, 7), HOURS) is Shift.NIGHT


def test_the_nights_when_the_clock_changes_are_as_long_as_they_are() -> None:
    back, forward = span(date(2026, 10, 24), 23, 7), span(date(2027, 3, 27), 23, 7)
    assert back.ends_at - back.starts_at == timedelta(hours=9)
    assert forward.ends_at - forward.starts_at == timedelta(hours=7)
    assert shift_of(back, HOURS) is shift_of(forward, HOURS) is Shift.NIGHT
    assert len(moments_of(datetime.combine(date(2026, 10, 25), time(2, 30)))) == 2
    assert moments_of(datetime.combine(date(2027, 3, 28), time(2, 30))) == ()


@given(SPANS)
def test_every_duty_has_a_shift_and_touches_its_own_day(one: Span) -> None:
    dates = dates_touched(one.starts_at, one.ends_at)
    assert dates[0] == day_of(one.starts_at)
    assert 1 <= len(dates) <= 2
    assert shift_of(one, HOURS) in set(Shift)


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.sampled_from(Shift))
def test_a_duty_with_the_hours_of_a_shift_is_that_shift(day: date, shift: Shift) -> None:
    assert shift_of(shift_span(day, shift, HOURS), HOURS) is shift


@given(ROSTERS, ROSTERS)
def test_after_an_import_all_is_as_the_file_says_and_a_second_one_changes_nothing(
    before: list[Planned], new: list[Planned]
) -> None:
    now = after(before, new)
    assert told(now) == told(new)
    assert not compare(new, stored(now)).writes


@given(ROSTERS, st.randoms(use_true_random=False))
def test_two_orders_of_the_rows_come_to_the_same(new: list[Planned], shuffle: object) -> None:
    turned = list(reversed(new))
    old = stored(new[: len(new) // 2])
    one, other = compare(new, old), compare(turned, list(reversed(old)))
    assert (set(one.added), set(one.removed), one.unchanged) == (set(other.added), set(other.removed), other.unchanged)


@given(ROSTERS, SPANS)
def test_a_rest_is_short_only_between_duties_that_do_not_overlap(some: list[Planned], one: Span) -> None:
    close = too_close(one, [duty.span for duty in some])
    assert close is None or (not close.overlaps(one) and one.rest_to(close) < timedelta(hours=11))


def answer(level: int, limits: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(State.VALID if level else State.LAPSED, level, CellTerms(CellRule.MAY_GENERAL, 1), limits=limits)


def test_a_duty_through_midnight_on_the_last_valid_day_does_not_count() -> None:
    night = span(MONDAY, 23, 7)
    dates = dates_touched(night.starts_at, night.ends_at)
    answers = {dates[0]: answer(2), dates[1]: answer(0)}
    assert answer_for(dates, answers).level == 0
    assert answer_for(dates[:1], answers).level == 2


HELD = st.builds(
    lambda person, standing, absent, level, limited: Held(Worker(person, person, "D", standing, absent), level, limited),
    st.integers(1, 5), st.sampled_from(Standing), st.booleans(), st.integers(0, 3), st.booleans(),
)  # fmt: skip
NEEDS = st.builds(Need, st.integers(1, 3), st.integers(1, 3), st.booleans(), st.booleans())


@given(st.lists(HELD), HELD, NEEDS)
def test_somebody_more_on_duty_never_opens_a_gap(some: list[Held], one: Held, need: Need) -> None:
    assert counted_on([*some, one], need).have >= counted_on(some, need).have


@given(st.lists(HELD), NEEDS)
def test_those_away_and_those_apart_are_not_in_have(some: list[Held], need: Need) -> None:
    there = {one.worker.person_id for one in some if not one.worker.absent and one.meets(need)}
    found = counted_on(some, need)
    assert found.have <= len(there)
    only = [one for one in some if one.worker.standing is Standing.EXTERNAL]
    assert counted_on(only, need).have == 0


def employed(number: int, unit: int, path: str, *, floater: bool = False) -> Employed:
    return Employed(number, 1, unit, path, date(2020, 1, 1), None, floater)


def test_the_employment_of_a_duty_is_the_one_in_its_unit_then_a_floaters_then_the_nearest() -> None:
    own, floating, far = employed(1, 4, "/1/2/4/"), employed(2, 2, "/1/2/", floater=True), employed(3, 9, "/1/8/9/")
    assert employment_for([far, floating, own], on=MONDAY, unit=(4, "/1/2/4/")) == own
    assert employment_for([far, floating], on=MONDAY, unit=(4, "/1/2/4/")) == floating
    assert employment_for([far], on=MONDAY, unit=(4, "/1/2/4/")) == far
    assert employment_for([far, own], on=MONDAY, unit=None) is None, "nobody can tell which"
    assert employment_for([own], on=date(2019, 1, 1), unit=None) is None
