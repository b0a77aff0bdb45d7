"""How the fields of an overview stand."""

from hypothesis import given
from hypothesis import strategies as st

from competence.coverage.heat import NOTHING, Field, by_area, total
from competence.coverage.rules import DayKind, Need, Shift, Stated

MEDICINE, WOUNDS = 1, 2
INSULIN, DOSING, BANDAGE = 11, 12, 21
AREAS = {INSULIN: MEDICINE, DOSING: MEDICINE, BANDAGE: WOUNDS}


def needed(task, shift, number):
    return Stated(0, 1, "", task, shift, DayKind.EVERY, Need(number))


def stands(*fields, critical=()):
    """`fields` are (task, shift, have, need)."""
    have = {(task, shift): number for task, shift, number, _need in fields}
    needs = {(task, shift): needed(task, shift, need) for task, shift, _have, need in fields}
    return by_area(have, needs, AREAS, critical)


def test_needs_are_counted_by_area_and_those_of_nobody_are_none():
    found = stands(
        (INSULIN, Shift.DAY, 3, 2), (INSULIN, Shift.NIGHT, 0, 1), (DOSING, Shift.DAY, 2, 2), (BANDAGE, Shift.DAY, 0, 0),
        critical={INSULIN},
    )  # fmt: skip
    assert found == {MEDICINE: Field(needs=3, gaps=1, critical_gaps=1, vulnerable=1)}


def test_the_colour_follows_the_gaps():
    assert [
        field.heat for field in (Field(3), Field(3, 0, 0, 1), Field(3, 1), Field(3, 1, 1), Field(3, 2), Field(3, 2, 2))
    ] == [1, 2, 3, 4, 5, 5]


def test_a_hundred_per_cent_is_never_said_where_there_is_a_gap():
    assert Field(1000, 1).whole_met == 99
    assert Field(1000).whole_met == 100
    assert Field(8, 8).whole_met == 0
    assert NOTHING.whole_met == 100


FIELDS = st.builds(Field, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))


@given(st.lists(FIELDS))
def test_a_total_holds_what_its_fields_hold(fields):
    assert total(fields).gaps == sum(field.gaps for field in fields)
    assert total(fields) == total(reversed(fields))
