"""What a unit needs, who counts, and what is said of a gap."""

from datetime import date, time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.coverage.rules import (
    Count,
    Crew,
    DayKind,
    Held,
    Need,
    Place,
    Shift,
    Standing,
    Stated,
    Status,
    Worker,
    by_place,
    count,
    day_kind,
    join,
    needs_of,
    public_holidays,
    shift_at,
    standing_of,
)
from competence.coverage.statements import Candidate, Gap, heading, in_order, nearest, notes, reasons, spoken_count
from competence.decision.rules import Answer, State
from competence.delegation.rules import CellRule, CellTerms

TODAY = date(2026, 6, 9)
INSULIN = 1
TEAM = Place(3, "team", "/1/2/3/")


def stated(number, unit, *, kind="", days=DayKind.EVERY, id=0):
    return Stated(id or number, unit, kind, INSULIN, Shift.DAY, days, Need(number))


def need_in(*some, place=TEAM, days=DayKind.WEEKDAY):
    found = needs_of(place, by_place(some), days).get((INSULIN, Shift.DAY))
    return found.need.need if found else None


def worker(number, shifts="D", **said):
    return Worker(number, said.pop("person", number), shifts, **said)


def test_a_units_own_requirement_comes_before_what_it_inherits():
    assert need_in(stated(5, 1, kind="team"), stated(4, 2), stated(3, 2, kind="team"), stated(2, 3)) == 2


def test_the_nearest_unit_above_decides_and_there_the_kind_before_the_unit_itself():
    assert need_in(stated(5, 1, kind="team"), stated(4, 2)) == 4
    assert need_in(stated(5, 1, kind="team"), stated(4, 2), stated(3, 2, kind="team")) == 3
    assert need_in(stated(5, 1, kind="team"), stated(1, 1)) == 5


def test_a_requirement_for_another_kind_of_unit_says_nothing_here():
    assert need_in(stated(5, 1, kind="plejehjem")) is None


def test_the_kind_of_day_comes_before_every_day_in_one_place_but_not_before_a_nearer_place():
    weekend = stated(1, 3, days=DayKind.WEEKEND)
    assert need_in(stated(2, 3), weekend, days=DayKind.WEEKEND) == 1
    assert need_in(stated(2, 3), weekend) == 2
    assert need_in(stated(2, 3), stated(1, 1, days=DayKind.WEEKEND), days=DayKind.WEEKEND) == 2


def test_a_unit_can_say_that_it_needs_nobody():
    assert need_in(stated(5, 1, kind="team"), stated(0, 3)) == 0
    assert Count(0, 0).status is Status.NO_NEED


def test_just_enough_is_vulnerable_and_so_is_one_alone():
    assert [Count(have, 2).status for have in (1, 2, 3)] == [Status.GAP, Status.VULNERABLE, Status.COVERED]
    assert Count(1, 1).status is Status.VULNERABLE
    assert Count(3, None).status is Status.NO_NEED


def test_only_fixed_people_of_the_shift_count_and_those_apart_stand_apart():
    some = [
        Held(worker(1), 2), Held(worker(2, "A"), 2), Held(worker(3, absent=True), 3),
        Held(worker(4, "", standing=Standing.FLOATER), 2), Held(worker(5, standing=Standing.EXTERNAL), 2),
        Held(worker(6, standing=Standing.STUDENT), 1), Held(worker(7, ""), 2),
    ]  # fmt: skip
    assert count(some, Shift.DAY, Need(2)) == Count(1, 2, floaters=1, externals=1, students=1)


def test_students_count_only_where_the_requirement_says_so():
    student = [Held(worker(1, standing=Standing.STUDENT), 1)]
    assert count(student, Shift.DAY, Need(1, students_count=True)) == Count(1, 1)


def test_a_person_with_two_employments_counts_once():
    twice = [Held(worker(1, person=9), 2), Held(worker(2, "DA", person=9), 2)]
    assert count(twice, Shift.DAY, Need(2)).have == 1
    floating = [Held(worker(1, person=9), 2), Held(worker(2, "", person=9, standing=Standing.FLOATER), 2)]
    assert count(floating, Shift.DAY, Need(2)) == Count(1, 2)


def test_a_level_below_the_requirement_or_a_limit_where_it_asks_for_all_does_not_count():
    assert count([Held(worker(1), 1)], Shift.DAY, Need(1, level=2)).have == 0
    assert count([Held(worker(1), 2, limited=True)], Shift.DAY, Need(1, also_unstable=True)).have == 0
    assert count([Held(worker(1), 2, limited=True)], Shift.DAY, Need(1)).have == 1


def test_a_surplus_in_one_team_does_not_hide_the_gap_of_another():
    joined = join([Count(5, 2), Count(0, 1)])
    assert (joined.have, joined.need, joined.status, joined.gaps) == (5, 3, Status.GAP, 1)


STANDINGS = st.sampled_from(Standing)
HELD = st.builds(
    Held,
    st.builds(
        Worker, st.integers(1, 60), st.integers(1, 40), st.sampled_from(["", "D", "DA", "A", "AN", "N", "DAN"]), STANDINGS,
        st.booleans(),
    ),
    st.integers(0, 3),
    st.booleans(),
)  # fmt: skip
NEEDS = st.builds(Need, st.integers(0, 6), st.integers(1, 3), st.booleans(), st.booleans())


@given(st.lists(HELD, max_size=12), HELD, st.sampled_from(Shift), NEEDS)
def test_one_more_who_may_never_opens_a_gap(some, another, shift, need):
    before, after = count(some, shift, need), count([*some, another], shift, need)
    assert after.have >= before.have
    assert not (after.status is Status.GAP and before.status is not Status.GAP)


@given(st.lists(HELD, max_size=12), st.sampled_from(Shift), NEEDS, st.integers(1, 3), st.booleans())
def test_a_higher_requirement_never_closes_a_gap(some, shift, need, more, stricter):
    raised = Need(
        need.need + more,
        min(3, need.level + stricter),
        need.also_unstable or stricter,
        need.students_count and not stricter,
    )
    if count(some, shift, need).status is Status.GAP:
        assert count(some, shift, raised).status is Status.GAP


def test_easter_and_christmas_are_no_weekdays():
    days = public_holidays(2026)
    assert {date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)} <= days
    assert day_kind(date(2026, 5, 14), days) is DayKind.WEEKEND
    assert day_kind(date(2026, 6, 9), days) is DayKind.WEEKDAY


def test_an_external_floater_is_an_external():
    assert standing_of(is_floater=True, is_external=True, is_student=False) is Standing.EXTERNAL
    assert standing_of(is_floater=True, is_external=False, is_student=True) is Standing.FLOATER


# Words


def someone(name, state=State.NOT_BEGUN, *, rule=CellRule.MAY_GENERAL, done=0, needed=3, **said):
    return Candidate(1, 1, name, Answer(state, said.pop("level", 0), CellTerms(rule), done=done, needed=needed, **said))


def gap(count_=None, **said):
    given_ = {
        "task_id": 1,
        "task": "Skylning af blærekateter",
        "critical": True,
        "shift": Shift.NIGHT,
        "unit_id": 3,
        "unit": "Team",
    }
    return Gap(count=count_ or Count(0, 1), **(given_ | said))


def test_a_gap_is_said_about_the_task_and_the_shift():
    assert str(heading(gap())) == "Nobody may at night: Skylning af blærekateter"
    one = gap(Count(1, 2), holders=(someone("Jonas", State.VALID, level=2),))
    assert heading(one).params["names"] == ["Jonas"]
    assert heading(gap(Count(3, 4))).params == {"have": 3, "need": 4, "task": "Skylning af blærekateter"}


def test_the_nearest_has_the_fewest_times_left_and_those_on_pause_are_not_named():
    some = [
        someone("Maja"), someone("Ali", State.PAUSED), someone("Ida", State.NOT_ALLOWED), someone("Bo", State.TRAINING, done=1),
        someone("Søren", State.TRAINING, done=2), someone("Kim", rule=CellRule.MAY_CITIZEN),
    ]  # fmt: skip
    near = nearest(some)
    assert [one.name for one in near] == ["Søren", "Bo", "Maja"]
    said = [str(text) for text in reasons(gap(near=tuple(near)), on=TODAY, soon=60)]
    assert said[0] == "Søren is nearest: 1 of 3 times and a signature are missing."
    assert said[-1] == "['Maja'] can be trained."


def test_a_signature_that_lapses_soon_is_said():
    last = someone("Jonas", State.VALID, level=2, valid_to=date(2026, 6, 19), basis="signature")
    said = reasons(gap(Count(1, 2), holders=(last,)), on=TODAY, soon=60)
    assert str(said[0]) == "The signature of Jonas lapses in 9 days."


def test_critical_gaps_come_first_then_the_largest():
    small, large = gap(Count(0, 1), critical=False, task_id=1), gap(Count(0, 3), critical=False, task_id=2)
    critical, vulnerable = gap(task_id=3), gap(Count(1, 1), task_id=4)
    assert [one.task_id for one in in_order([small, vulnerable, large, critical])] == [3, 2, 1, 4]


def test_what_stands_beside_the_figures():
    one = gap(elsewhere=((Shift.DAY, Status.VULNERABLE), (Shift.EVENING, Status.COVERED)))
    assert len(notes(one)) == 2
    assert spoken_count(Shift.NIGHT, Count(0, 1)).params["missing"] == 1


@given(
    workers=st.lists(
        st.builds(
            Worker, st.integers(1, 99), st.integers(1, 6), st.sampled_from(["", "D", "DA", "N"]), st.sampled_from(Standing),
            st.booleans(),
        ),
        max_size=8,
    ),
    needs=st.lists(
        st.none() | st.builds(Need, st.integers(0, 3), st.integers(1, 3), st.booleans(), st.booleans()), max_size=5
    ),
    shift=st.sampled_from(Shift),
    data=st.data(),
)  # fmt: skip
def test_many_tasks_counted_at_once_are_each_task_counted_alone(workers, needs, shift, data):
    size = len(needs), len(workers)
    levels = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=size[0] * size[1], max_size=size[0] * size[1])), dtype=np.uint8
    ).reshape(size)
    limited = np.array(
        data.draw(st.lists(st.booleans(), min_size=size[0] * size[1], max_size=size[0] * size[1])), dtype=bool
    ).reshape(size)
    crew = Crew(enumerate(workers))
    assert crew.counts(levels, shift, needs, limited) == [
        crew.count(row.tolist(), shift, need, within.tolist())
        for row, need, within in zip(levels, needs, limited, strict=True)
    ]


USUAL = {Shift.DAY: ("07:00", "15:00"), Shift.EVENING: ("15:00", "23:00"), Shift.NIGHT: ("23:00", "07:00")}
OWN = {Shift.DAY: ("06:30", "14:30"), Shift.EVENING: ("14:30", "22:30"), Shift.NIGHT: ("22:30", "06:00")}


@pytest.mark.parametrize(
    ("at", "usual", "own"),
    [
        (time(0), Shift.NIGHT, Shift.NIGHT), (time(6, 45), Shift.NIGHT, Shift.DAY), (time(7), Shift.DAY, Shift.DAY),
        (time(14, 45), Shift.DAY, Shift.EVENING), (time(22, 45), Shift.EVENING, Shift.NIGHT),
        (time(23), Shift.NIGHT, Shift.NIGHT), (time(6, 15), Shift.NIGHT, Shift.NIGHT),
    ],
)  # fmt: skip
def test_the_shift_that_runs_follows_the_municipality_s_own_hours(at: time, usual: Shift, own: Shift):
    assert (shift_at(at, USUAL), shift_at(at, OWN)) == (usual, own)
