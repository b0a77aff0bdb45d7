"""Who may do what, and how far it reaches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.access.rules import (
    PERMISSION_NAMES,
    POLICY,
    ROLE_NAMES,
    Actor,
    Assigned,
    Permission,
    Reach,
    Role,
    authorise,
)
from competence.foundation.errors import NotAllowed

P = Permission
TEAM, OTHER, DISTRICT = "/1/2/3/", "/1/2/4/", "/1/2/"
PATHS = st.sampled_from(["/1/", "/1/2/", "/1/2/3/", "/1/2/30/", "/1/5/", "/1/5/6/"])
ASSIGNED = st.lists(st.builds(Assigned, st.sampled_from(Role), PATHS), max_size=4).map(tuple)


def actor(*roles: Assigned, home: Role = Role.EMPLOYEE) -> Actor:
    return Actor(1, 1, "Hanne Lykke", roles, home)


@given(ASSIGNED, st.sampled_from(Permission), PATHS)
def test_a_permission_is_the_union_of_the_roles_each_with_its_own_reach(
    roles: tuple[Assigned, ...], permission: Permission, path: str
):
    by_one_of_them = any(permission in POLICY[a.role] and path.startswith(a.path) for a in roles)
    assert actor(*roles).may(permission, path) is by_one_of_them


@given(ASSIGNED, st.sampled_from(Permission), st.sampled_from(Role))
def test_the_role_she_works_in_changes_no_permission(roles: tuple[Assigned, ...], permission: Permission, home: Role):
    assert actor(*roles).reach(permission) == actor(*roles, home=home).reach(permission)


def test_a_role_reaches_its_unit_and_all_below_and_not_beside():
    leader = actor(Assigned(Role.LEADER, TEAM))
    assert leader.may(P.COVERAGE_READ, TEAM)
    assert leader.may(P.COVERAGE_READ, TEAM + "9/")
    assert not leader.may(P.COVERAGE_READ, OTHER)
    assert not leader.may(P.COVERAGE_READ, DISTRICT)


def test_two_roles_do_not_lend_each_other_their_reach():
    both = actor(Assigned(Role.LEADER, TEAM), Assigned(Role.PLANNER, OTHER))
    assert both.may(P.WHO_MAY_ASK, OTHER)
    assert not both.may(P.COVERAGE_READ, OTHER)


def test_a_unit_whose_number_begins_alike_is_out_of_reach():
    assert not Reach(("/1/2/3/",)).covers("/1/2/30/")


def test_without_the_permission_a_command_is_refused():
    with pytest.raises(NotAllowed):
        authorise(actor(Assigned(Role.EMPLOYEE, TEAM)), P.SIGNOFF_SIGN, TEAM)
    authorise(actor(Assigned(Role.GUIDE, TEAM)), P.SIGNOFF_SIGN, TEAM)


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HR, Role.COMMITTEE])
def test_whoever_sees_the_whole_sees_numbers_only(role: Role):
    assert P.COVERAGE_COUNTS in POLICY[role]
    assert not POLICY[role] & {P.COVERAGE_READ, P.PERSON_READ, P.PERSON_HISTORY, P.WHO_MAY_ASK}


def test_an_administrator_sees_no_development_data():
    assert not POLICY[Role.ADMINISTRATOR] & {P.COVERAGE_READ, P.COVERAGE_COUNTS, P.PERSON_HISTORY, P.SIGNOFF_SIGN}


def test_a_planner_sees_no_history():
    assert not POLICY[Role.PLANNER] & {P.PERSON_HISTORY, P.COVERAGE_READ}


def test_an_auditor_changes_nothing():
    everybody = POLICY[Role.EMPLOYEE]
    beyond = POLICY[Role.AUDITOR] - everybody
    assert all(permission.rpartition(":")[2] in {"read", "history"} for permission in beyond)


def test_only_administrators_give_roles_and_only_leaders_and_nurses_appoint():
    assert {role for role in Role if P.ROLE_GIVE in POLICY[role]} == {Role.ADMINISTRATOR}
    assert {role for role in Role if P.APPOINTMENT_GIVE in POLICY[role]} == {Role.LEADER, Role.DEVELOPMENT_NURSE}


def test_everybody_sees_all_her_own_data():
    assert all({P.OWN_READ, P.OWN_ANSWER, P.ACCESS_LOG_READ_OWN} <= POLICY[role] for role in Role)


def test_every_role_and_permission_has_a_place_and_a_name():
    assert set(POLICY) == set(ROLE_NAMES) == set(Role)
    assert set(PERMISSION_NAMES) == set(Permission)
    assert set().union(*POLICY.values()) == set(Permission)
    assert all(re.fullmatch(r"[a-z_]+:[a-z_]+", permission) for permission in Permission)
