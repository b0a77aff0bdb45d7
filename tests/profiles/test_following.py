"""Which staff group follows which: what the rule answers afterwards, and what is refused."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from competence.access.rules import Role
from competence.decision.asking import ask
from competence.decision.commands import differences
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken
from competence.people.commands import follow_group, follow_mark, set_stage
from competence.people.models import StaffGroupFollow
from competence.people.rules import FROM_THE_START
from competence.profiles.queries import followed, followed_on
from tests.profiles.conftest import Desk

SignIn = Callable[[Any], FlaskClient]


def test_a_student_follows_from_her_stage_and_takes_part_until_then(desk: Desk):
    world, session = desk.world, desk.world.session
    students = world.groups["UFA"]
    students.is_student = True
    world.cell(desk.insulin, "SSH", CellRule.CORE, education_level=2)
    student = world.person("Sofie Elev", "UFA")
    session.flush()
    row = follow_group(session, students.id, desk.helper.id, from_stage="2. periode", seen="", by=desk.nurse.actor)
    assert follow_mark(row) == f"{desk.helper.id}:2. periode"

    def level() -> int:
        return ask(session, student.employment.id, desk.insulin.id, on=today()).level

    assert level() == 0, "she takes part, not alone"
    clerk = world.role(world.person("Henrik Vestergaard"), Role.ADMINISTRATOR, over=world.root)
    set_stage(session, student.employment.id, today() - timedelta(days=1), by=clerk.actor)
    assert level() == 2
    assert follow_group(session, students.id, None, seen=follow_mark(row), by=desk.nurse.actor) is None
    assert level() == 0, "the group stands alone and has no rule of its own"


def test_a_past_day_is_answered_by_what_was_followed_then(desk: Desk):
    world, session = desk.world, desk.world.session
    unskilled, helpers, nurses = (world.groups[code] for code in ("UFA", "SSH", "SPL"))
    world.cell(desk.insulin, "SSH", CellRule.CORE, education_level=2)
    world.cell(desk.insulin, "SPL", CellRule.CORE, education_level=3)
    session.add(StaffGroupFollow(staff_group_id=unskilled.id, follows_id=nurses.id))
    someone = world.person("Nadia Holst", "UFA")
    world.settle()
    yesterday = today() - timedelta(days=1)

    def level(on: date) -> int:
        return ask(session, someone.employment.id, desk.insulin.id, on=on).level

    assert [level(day) for day in (yesterday, today())] == [3, 3]
    seen = f"{nurses.id}:"
    row = follow_group(session, unskilled.id, helpers.id, seen=seen, by=desk.nurse.actor)
    assert [level(day) for day in (yesterday, today())] == [3, 2]
    assert not list(differences(session))
    follow_group(session, unskilled.id, None, seen=follow_mark(row), by=desk.nurse.actor)
    assert [level(day) for day in (yesterday, today())] == [3, 0]
    assert not list(differences(session))
    spans = [(one.row.follows_id, one.row.valid_from, one.row.valid_to) for one in followed(session)]
    assert spans == [(helpers.id, today(), today()), (nurses.id, FROM_THE_START, today())]
    assert followed_on(session, yesterday)[unskilled.id].follows_id == nurses.id
    assert unskilled.id not in followed_on(session, today())


def test_a_group_follows_one_that_stands_alone_and_only_students_from_a_stage(desk: Desk):
    groups, by = desk.world.groups, desk.nurse.actor
    session = desk.world.session
    with pytest.raises(RuleBroken, match="cannot follow itself"):
        follow_group(session, groups["UFA"].id, groups["UFA"].id, seen="", by=by)
    with pytest.raises(RuleBroken, match="Only students"):
        follow_group(session, groups["UFA"].id, groups["SSH"].id, from_stage="2. periode", seen="", by=by)
    follow_group(session, groups["UFA"].id, groups["SSH"].id, seen="", by=by)
    with pytest.raises(RuleBroken, match="follows Social- og sundhedshjælper itself"):
        follow_group(session, groups["SSA"].id, groups["UFA"].id, seen="", by=by)
    with pytest.raises(RuleBroken, match="Change Ufaglært first"):
        follow_group(session, groups["SSH"].id, groups["SSA"].id, seen="", by=by)
    with pytest.raises(Overtaken):
        follow_group(session, groups["UFA"].id, None, seen="", by=by)
    with pytest.raises(NotAllowed):
        follow_group(session, groups["UFA"].id, None, seen=f"{groups['SSH'].id}:", by=desk.leader.actor)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_administrator_notes_the_day_of_a_students_stage(desk: Desk, signed_in: SignIn):
    world = desk.world
    world.groups["UFA"].is_student = True
    student = world.person("Sofie Elev", "UFA")
    clerk = signed_in(world.role(world.person("Henrik Vestergaard"), Role.ADMINISTRATOR, over=world.root))
    person, address = f"/people/{student.person.id}/edit", f"/people/employments/{student.employment.id}/stage"
    assert "ikke nået endnu" in clerk.get(person).text
    assert clerk.post(address, data={"stage_from": today().isoformat()}).status_code == 302
    assert "ikke nået endnu" not in clerk.get(person).text
    assert clerk.post(address, data={"stage_from": ""}).status_code == 302
    assert "ikke nået endnu" in clerk.get(person).text
    other = clerk.get(f"/people/employments/{desk.nurse.employment.id}/stage", follow_redirects=True).text
    assert "Kun elever og studerende har et trin." in other
