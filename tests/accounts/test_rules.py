"""How long a sign-in lasts, how tries are slowed down, and which roles are in force."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.access.rules import Assigned, Role
from competence.accounts.rules import (
    IDLE,
    LONGEST,
    TRY_WINDOW,
    Given,
    Works,
    check_password,
    home_role,
    homes,
    is_over,
    minutes_left,
    proof_is_old,
    roles_in_force,
    waits_until,
)
from competence.foundation.errors import RuleBroken

NOW = datetime(2026, 6, 9, 5, 42, tzinfo=UTC)
TODAY = date(2026, 6, 9)
TEAM, DISTRICT = "/1/2/3/", "/1/2/"
MINUTE = timedelta(minutes=1)


def test_four_wrong_passwords_do_not_slow_anybody_down():
    assert waits_until([NOW - MINUTE * n for n in range(4)], 5, now=NOW) is None


def test_the_fifth_wrong_password_makes_the_sixth_wait_until_the_first_is_a_quarter_old():
    tries = [NOW - MINUTE * n for n in (9, 7, 5, 3, 1)]
    assert waits_until(tries, 5, now=NOW) == NOW - MINUTE * 9 + TRY_WINDOW


def test_old_tries_are_forgotten():
    assert waits_until([NOW - TRY_WINDOW] * 50, 5, now=NOW) is None


@given(st.lists(st.integers(0, 3600), max_size=40), st.integers(1, 10))
def test_a_wait_ends_within_the_window(seconds: list[int], limit: int):
    until = waits_until([NOW - timedelta(seconds=s) for s in seconds], limit, now=NOW)
    assert until is None or NOW < until <= NOW + TRY_WINDOW


@given(st.lists(st.integers(0, 3600), max_size=40), st.integers(1, 10))
def test_after_the_wait_a_try_is_let_through(seconds: list[int], limit: int):
    tries = [NOW - timedelta(seconds=s) for s in seconds]
    until = waits_until(tries, limit, now=NOW)
    if until is not None:
        assert waits_until(tries, limit, now=until) is None


def test_a_wait_is_said_in_whole_minutes():
    assert minutes_left(NOW + timedelta(seconds=61), now=NOW) == 2
    assert minutes_left(NOW + timedelta(seconds=1), now=NOW) == 1


def test_a_sign_in_ends_after_half_an_hour_without_use():
    assert not is_over(signed_in_at=NOW - IDLE, last_seen=NOW - IDLE + MINUTE, on_phone=False, now=NOW)
    assert is_over(signed_in_at=NOW - IDLE, last_seen=NOW - IDLE, on_phone=False, now=NOW)


def test_a_phone_stays_signed_in_through_a_shift():
    assert not is_over(
        signed_in_at=NOW - timedelta(hours=7), last_seen=NOW - timedelta(hours=7), on_phone=True, now=NOW
    )
    assert is_over(signed_in_at=NOW - timedelta(hours=8), last_seen=NOW - timedelta(hours=8), on_phone=True, now=NOW)


@pytest.mark.parametrize("on_phone", [True, False])
def test_twelve_hours_is_the_longest(on_phone: bool):
    assert is_over(signed_in_at=NOW - LONGEST, last_seen=NOW, on_phone=on_phone, now=NOW)


def test_a_phone_asks_for_the_password_again_before_a_signature():
    assert proof_is_old(proved_at=NOW - timedelta(minutes=30), on_phone=True, now=NOW)
    assert not proof_is_old(proved_at=NOW - timedelta(minutes=29), on_phone=True, now=NOW)
    assert not proof_is_old(proved_at=NOW - timedelta(hours=9), on_phone=False, now=NOW)


@pytest.mark.parametrize("weak", ["kort", "Hanne.Lykke@fjordby.example", "hanne.lykke", "aaaaaaaaaaaa", "adgangskode1"])
def test_a_weak_password_is_refused_at_its_field(weak: str):
    with pytest.raises(RuleBroken) as broken:
        check_password(weak, email="hanne.lykke@fjordby.example")
    assert broken.value.field == "password"


def test_a_few_words_are_a_good_password():
    check_password("kaffe cykel måge", email="hanne.lykke@fjordby.example")


def given_(role: Role, path: str = TEAM, first: int = -10, until: int | None = None) -> Given:
    return Given(role, path, TODAY + timedelta(days=first), None if until is None else TODAY + timedelta(days=until))


def works(path: str = TEAM, first: int = -10, until: int | None = None, *, may_sign: bool = False) -> Works:
    return Works(
        path, TODAY + timedelta(days=first), None if until is None else TODAY + timedelta(days=until), may_sign
    )


def roles(*given: Given, at: tuple[Works, ...] = ()) -> set[Assigned]:
    return set(roles_in_force(given, at, on=TODAY))


def test_a_running_employment_makes_an_employee_there():
    assert roles(at=(works(),)) == {Assigned(Role.EMPLOYEE, TEAM)}


def test_a_nurse_may_sign_where_she_works():
    assert roles(at=(works(may_sign=True),)) == {Assigned(Role.EMPLOYEE, TEAM), Assigned(Role.SIGNER, TEAM)}


def test_a_role_counts_through_its_last_day_and_not_the_day_after():
    assert Assigned(Role.GUIDE, TEAM) in roles(given_(Role.GUIDE, until=1))
    assert not roles(given_(Role.GUIDE, until=0))


def test_a_role_from_tomorrow_does_not_count_today():
    assert not roles(given_(Role.LEADER, first=1))


def test_with_the_last_employment_all_roles_end():
    assert not roles(given_(Role.LEADER, DISTRICT), at=(works(until=0),))


def test_one_running_employment_keeps_the_roles():
    assert Assigned(Role.LEADER, DISTRICT) in roles(given_(Role.LEADER, DISTRICT), at=(works(until=0), works("/1/5/")))


def test_an_auditor_from_elsewhere_has_no_employment_and_her_role():
    assert roles(given_(Role.AUDITOR, "/1/")) == {Assigned(Role.AUDITOR, "/1/")}


def test_the_role_used_last_is_home_as_long_as_it_is_held():
    held = roles_in_force([given_(Role.LEADER), given_(Role.GUIDE)], [works()], on=TODAY)
    assert home_role(held, "guide") is Role.GUIDE
    assert home_role(held, "planner") is Role.LEADER
    assert home_role(held, None) is Role.LEADER


def test_to_be_allowed_to_sign_is_no_home_of_its_own():
    assert homes(roles_in_force([], [works(may_sign=True)], on=TODAY)) == (Role.EMPLOYEE,)
