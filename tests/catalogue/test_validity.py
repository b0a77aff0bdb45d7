"""How long a signature counts: months, a day that comes every year, or for good; and which rule holds for whom."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.access.rules import Role
from competence.catalogue.models import TaskValidity
from competence.catalogue.rules import FOR_GOOD, Validity, YearDay, validity_of, year_day
from competence.delegation.commands import NewCell, approve_version, new_draft
from competence.delegation.models import Cell
from competence.delegation.queries.terms import cell_for
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.signoffs.commands import NewSignOff, sign_off
from competence.signoffs.models import WaitingSignOff

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
YEAR_DAYS = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: YearDay(day.month, day.day))
MARCH = YearDay(3, 1)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2025, 7, 13), 12, date(2026, 7, 13)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
    ],
)
def test_months_run_through_the_same_day_and_short_months_clamp(first, months, last):
    assert Validity(months=months).last_day(first) == last


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 2, 28), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2027, 3, 1)),
        (date(2026, 11, 22), date(2027, 3, 1)),
    ],
)
def test_a_day_of_the_year_is_the_next_one_after_the_first_day(first, last):
    assert Validity(each=MARCH).last_day(first) == last


def test_29_february_is_the_28th_in_the_years_that_have_none():
    leap = Validity(each=YearDay(2, 29))
    assert leap.last_day(date(2026, 5, 1)) == date(2027, 2, 28)
    assert leap.last_day(date(2027, 2, 28)) == date(2028, 2, 29)


@given(DAYS, st.integers(1, 120))
def test_months_land_in_the_month_so_many_on_and_never_after_the_day(first, months):
    last = Validity(months=months).last_day(first)
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == months
    assert last.day == first.day or (last.day < first.day and (last + timedelta(days=1)).day == 1)


@given(DAYS, YEAR_DAYS)
def test_a_day_of_the_year_lies_within_a_year_and_counts_half_open(first, each):
    last = Validity(each=each).last_day(first)
    assert first < last <= first + timedelta(days=366)
    assert last == each.in_year(last.year)
    assert Validity(each=each).last_day(last) > last, "the day itself begins the next round"


@given(DAYS)
def test_what_does_not_lapse_has_no_last_day(first):
    assert FOR_GOOD.last_day(first) is None


@given(YEAR_DAYS)
def test_a_day_of_the_year_is_stored_and_read_alike(each):
    assert year_day(str(each)) == each
    assert validity_of(None, str(each)) == Validity(each=each)


@pytest.mark.parametrize("text", ["02-30", "13-01", "1. marts"])
def test_a_day_that_no_year_has_is_refused(text):
    with pytest.raises(ValueError):
        year_day(text)


def test_the_staff_groups_own_rule_comes_before_the_tasks_and_the_cells_before_both(world):
    insulin = world.task(validity_months=12)
    for group in ("SPL", "SSA", "SSH"):
        world.cell(insulin, group, CellRule.MAY_GENERAL, **({"validity_months": 6} if group == "SPL" else {}))
    for group in ("SPL", "SSA"):
        world.session.add(
            TaskValidity(task_id=insulin.id, staff_group_id=world.groups[group].id, validity_date="03-01")
        )
    world.session.flush()

    def said(group: str) -> Validity:
        return cell_for(world.session, insulin.id, world.groups[group].id, stage_from=None, on=today()).validity

    assert said("SPL") == Validity(months=6)
    assert said("SSA") == Validity(each=MARCH)
    assert said("SSH") == Validity(months=12)


def test_an_approved_version_keeps_the_day_that_the_task_said(world):
    nurse = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    insulin = world.task(validity_months=None, validity_date="03-01")
    group = world.groups["SSH"]
    draft = new_draft(world.session, [NewCell(insulin.id, group.id, CellRule.MAY_GENERAL, 1)], by=None)
    tomorrow = today() + timedelta(days=1)
    approve_version(world.session, draft.number, valid_from=tomorrow, by=nurse.actor)
    insulin.validity_date, insulin.validity_months = None, 6
    world.session.flush()
    assert cell_for(world.session, insulin.id, group.id, stage_from=None, on=tomorrow).validity == Validity(each=MARCH)
    cell = world.session.query(Cell).filter_by(version_id=draft.id).one()
    assert (cell.validity_months, cell.validity_date) == (None, "03-01")


def test_a_signature_counts_through_the_day_of_the_year(world):
    insulin = world.task(validity_months=None, validity_date="03-01")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.cell(insulin, "SPL", CellRule.CORE)
    camilla = world.person()
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    world.observed(camilla, insulin)
    world.settle()
    sign_off(world.session, camilla.employment.id, NewSignOff(insulin.id, 2, today(), ticked=(1,)), by=guide.actor)
    held = world.session.query(WaitingSignOff).filter_by(person_id=camilla.person.id).one()
    assert held.valid_to == MARCH.after(today()) + timedelta(days=1)
