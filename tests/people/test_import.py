"""A list of people at once equals the single commands, and twice equals once."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from competence.access.rules import Role
from competence.app import wire
from competence.audit.models import AuditEntry
from competence.decision.commands import differences
from competence.delegation.commands import stop_task
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement, EntitlementVector
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.people import commands
from competence.people.commands import Identity, ImportedPerson, NewEmployment, import_people, plan_people
from competence.people.models import Employment, Person, PersonIdentity
from tests.factories import World

DAY = timedelta(days=1)
wire()


def row(world: World, number: str = "77", group: str = "SSH", **columns) -> ImportedPerson:
    said: dict[str, Any] = {
        "name": "Ida Storm",
        "unit_id": world.team.id,
        "valid_from": today() - 100 * DAY,
        "shifts": "D",
    }
    return ImportedPerson(number=number, staff_group=group, **(said | columns))


def employments(world: World, number: str = "77") -> list[Employment]:
    """The employments of the number, by first day."""
    world.session.expire_all()
    return list(
        world.session.scalars(
            select(Employment)
            .join(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
            .where(PersonIdentity.number == number)
            .order_by(Employment.valid_from, Employment.id)
        )
    )


def test_a_list_read_twice_changes_nothing(world):
    rows = [row(world), row(world, "78", "SPL", name="Bo Lund", email="Bo@Fjordby.example")]
    first = import_people(world.session, rows, by=None)
    entries = len(world.session.scalars(select(AuditEntry)).all())
    second = import_people(world.session, rows, by=None)
    assert (first.new_persons, first.new_employments) == (2, 2)
    assert (second.new_persons, second.new_employments, second.changed, second.unchanged) == (0, 0, 0, 2)
    assert len(world.session.scalars(select(AuditEntry)).all()) == entries


def test_other_shifts_count_from_today_and_the_old_ones_stay_in_the_history(world):
    import_people(world.session, [row(world)], by=None)
    import_people(world.session, [row(world, shifts="N")], by=None)
    assert [(e.shifts, e.valid_from, e.valid_to) for e in employments(world)] == [
        ("D", today() - 100 * DAY, today()),
        ("N", today(), None),
    ]
    again = import_people(world.session, [row(world, shifts="N")], by=None)
    assert again.unchanged == 1


def test_who_stands_in_one_row_elsewhere_has_moved(world):
    other = world.unit("Team Åen", under=world.district)
    import_people(world.session, [row(world)], by=None)
    moved = today() - 5 * DAY
    import_people(world.session, [row(world, unit_id=other.id, valid_from=moved)], by=None)
    assert [(e.unit_id, e.valid_to) for e in employments(world)] == [(world.team.id, moved), (other.id, None)]


def test_an_employment_that_the_list_does_not_name_is_left_and_told(world):
    other, third = world.unit("Team Åen", under=world.district), world.unit("Natvagten", under=world.district)
    import_people(world.session, [row(world), row(world, unit_id=other.id)], by=None)
    done = import_people(world.session, [row(world, unit_id=third.id, valid_from=today())], by=None)
    assert set(done.not_in_list) == {("77", world.team.id), ("77", other.id)}
    assert [e.valid_to for e in employments(world)] == [None, None, None]


def test_an_end_and_a_new_name_are_taken_over(world):
    import_people(world.session, [row(world)], by=None)
    done = import_people(world.session, [row(world, name="Ida Lund", valid_to=today() + 9 * DAY)], by=None)
    assert done.changed == 2
    assert [e.valid_to for e in employments(world)] == [today() + 9 * DAY]
    assert world.session.scalar(select(PersonIdentity.name).where(PersonIdentity.number == "77")) == "Ida Lund"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"name": "Ida 010190-1234"}], "CPR"),
        ([{"number": "0101901234"}], "CPR"),
        ([{"number": ""}], "no staff number"),
        ([{}, {"name": "En Anden"}], "two names"),
        ([{}, {}], "same employment twice"),
        ([{"valid_to": date(2000, 1, 1)}], "last day lies before"),
        ([{"group": "XYZ"}], "not known"),
        ([{"email": "a@b.dk"}, {"number": "78", "email": "A@b.dk"}], "somebody else's"),
    ],
)
def test_a_list_with_one_bad_row_is_refused_whole(world, rows, said):
    with pytest.raises(RuleBroken, match=said):
        import_people(world.session, [row(world, "76"), *(row(world, **columns) for columns in rows)], by=None)
    assert not employments(world, "76")


def test_a_list_needs_the_permission_and_the_reach(world):
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER).actor
    with pytest.raises(NotAllowed):
        import_people(world.session, [row(world)], by=leader)
    there = world.role(world.person("Astrid Holt", "SPL"), Role.ADMINISTRATOR, over=world.team).actor
    with pytest.raises(NotFound):
        import_people(world.session, [row(world, unit_id=world.root.id)], by=there)


def test_one_statement_for_each_table_however_long_the_list(world):
    from tests.statements import counted

    with counted() as few:
        import_people(world.session, [row(world, "1")], by=None)
    with counted() as many:
        import_people(world.session, [row(world, str(number)) for number in range(2, 60)], by=None)
    assert len(many) <= len(few) + 4


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["90", "91", "92"]), st.sampled_from(["SPL", "SSA", "SSH", "UFA"]), st.integers(0, 1),
        st.sampled_from(["", "D", "DAN", "N"]), st.integers(-300, 20), st.none() | st.integers(1, 200), st.booleans(),
        st.none() | st.integers(-400, 0),
    ),
    min_size=1, max_size=6, unique_by=lambda said: (said[0], said[1], said[2]),
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=ROWS)
def test_a_list_equals_the_single_commands(world, said):
    administrator = world.role(world.person("Astrid Holt", "SPL"), Role.ADMINISTRATOR, over=world.root).actor
    units = [world.team, world.district]
    rows = [
        row(
            world, number, group, unit_id=units[unit].id, shifts=shifts, valid_from=today() + start * DAY, is_floater=floats,
            valid_to=today() + (start + length) * DAY if length else None,
            authorisation_checked_on=today() + checked * DAY if checked is not None else None,
        )
        for number, group, unit, shifts, start, length, floats, checked in said
    ]  # fmt: skip
    import_people(world.session, rows, by=administrator)
    at_once = _facts(world)
    _forget_all(world)
    persons: dict[str, int] = {}
    for one in rows:
        new = NewEmployment(
            one.unit_id, world.groups[one.staff_group].id, one.valid_from, one.valid_to, one.shifts, one.is_floater,
            one.authorisation_checked_on,
        )  # fmt: skip
        if one.number in persons:
            commands.add_employment(world.session, persons[one.number], new, by=administrator)
        else:
            made = commands.add_person(world.session, Identity(one.name, one.number), new, by=administrator)
            persons[one.number] = made.person_id
    assert _facts(world) == at_once
    _forget_all(world)


def test_the_answers_of_new_people_follow_from_groups_stops_and_authorisation(world):
    insulin, bath = world.task(), world.task("Bad")
    world.cell(insulin, "SPL", CellRule.CORE)
    world.cell(bath, "SSH", CellRule.CORE)
    boss = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root).actor
    world.settle()
    stop_task(
        world.session, bath.id, unit_id=world.team.id, staff_group_id=None, valid_to=today() + 9 * DAY, reason="Nyt sug",
        by=boss,
    )  # fmt: skip
    rows = [
        row(world, "1", "SPL", authorisation_checked_on=today() - DAY), row(world, "2", "SPL"),
        row(world, "3", "SPL", authorisation_checked_on=today()), row(world, "4", "SSH"),
        row(world, "5", "SSH", unit_id=world.district.id), row(world, "6", "SSH", valid_from=today() + 5 * DAY),
        row(world, "7", "SSH", valid_to=today() - 5 * DAY), row(world, "7", "SSH", unit_id=world.district.id),
    ]  # fmt: skip
    import_people(world.session, rows, by=None)
    assert differences(world.session) == []
    assert world.session.scalars(select(Entitlement)).all(), (
        "a stop and a missing authorisation close what the group gives"
    )


def test_a_plan_that_somebody_has_overtaken_is_made_anew(world):
    import_people(world.session, [row(world), row(world, "78", name="Bo Lund")], by=None)
    rows = [row(world, shifts="N"), row(world, "78", name="Bo Lund"), row(world, "79", name="Kit Ny")]
    plan = plan_people(world.session, rows, by=None)
    assert (plan.result.new_persons, plan.result.changed, plan.result.unchanged) == (1, 1, 1)
    import_people(world.session, rows[2:], by=None)
    employment = employments(world, "78")[0]
    employment.valid_to = today() + 3 * DAY
    world.session.flush()
    done = import_people(world.session, rows, by=None, plan=plan)
    assert (done.new_persons, done.changed, done.unchanged) == (0, 2, 1)
    assert [one.valid_to for one in employments(world, "78")] == [None], "what the list says now holds"
    assert [one.shifts for one in employments(world)] == ["D", "N"]


def test_a_plan_that_nobody_has_overtaken_is_what_happens(world):
    rows = [row(world), row(world, "78", name="Bo Lund")]
    plan = plan_people(world.session, rows, by=None)
    assert world.session.scalars(select(PersonIdentity).where(PersonIdentity.number == "77")).all() == []
    assert import_people(world.session, rows, by=None, plan=plan) == plan.result
    assert len(employments(world)) == len(employments(world, "78")) == 1


def _facts(world: World) -> list[tuple[object, ...]]:
    rows = world.session.execute(
        select(PersonIdentity, Employment, EntitlementVector.ends, EntitlementVector.next_change)
        .join(Employment, Employment.person_id == PersonIdentity.person_id)
        .outerjoin(EntitlementVector, EntitlementVector.employment_id == Employment.id)
        .where(PersonIdentity.number.in_(["90", "91", "92"]))
    )
    return sorted(
        (
            identity.number, identity.name, e.unit_id, e.staff_group_id, e.shifts, e.is_floater, e.valid_from.isoformat(),
            str(e.valid_to), str(e.authorisation_checked_on), e.is_external, bytes(ends or b""), str(turns),
        )
        for identity, e, ends, turns in rows
    )  # fmt: skip


def _forget_all(world: World) -> None:
    persons = select(PersonIdentity.person_id).where(PersonIdentity.number.in_(["90", "91", "92"]))
    ids = list(world.session.scalars(persons))
    jobs = list(world.session.scalars(select(Employment.id).where(Employment.person_id.in_(ids))))
    for table, column, wanted in (
        (Entitlement, "employment_id", jobs), (EntitlementVector, "employment_id", jobs), (Employment, "id", jobs),
        (PersonIdentity, "person_id", ids), (Person, "id", ids),
    ):  # fmt: skip
        world.session.execute(delete(table).where(getattr(table, column).in_(wanted)))
    world.session.flush()
    world.session.expire_all()
