"""Classes as each role meets them, from the plan to the signature."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.foundation.clock import now, today
from competence.teaching.models import ClassSignUp, ClassTime, TeachingClass

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def form(havnen, **said):
    """What the nurse writes."""
    day = (today() + timedelta(days=9)).isoformat()
    return {
        "name": "Insulin med pen", "part": "10", "task": str(havnen.task.id), "level": "2", "seats": "1", "activity": "0",
        "teacher": "0", "teacher_text": "Anna fra apoteket", "units": [str(havnen.world.team.id)], "t0-day": day,
        "t0-begins": "13:00", "t0-ends": "15:30", "place": "Lokale 2",
    } | said  # fmt: skip


def test_from_the_plan_to_the_signature(havnen, signed_in):
    nurse, leader, amira = signed_in(havnen.nurse), signed_in(havnen.leader), signed_in(havnen.amira)
    wrong = nurse.post("/classes/new", data=form(havnen, **{"t0-ends": ""}))
    assert wrong.status_code == 422
    assert 'value="Insulin med pen"' in wrong.text
    assert nurse.post("/classes/new", data=form(havnen)).location == "/classes/1"
    assert "kl. 13.00–15.30" in leader.get("/classes").text
    page = leader.get("/classes/1/people").text
    assert "Amira Haddad" in page
    assert "Ulla Udenfor" not in page
    said = {"people": [str(one.employment.id) for one in (havnen.amira, havnen.camilla)]}
    assert leader.post("/classes/1/people", data=said).status_code == 302
    assert "Din leder har tilmeldt dig Insulin med pen" in amira.get("/me/classes").text
    assert "Insulin med pen" in amira.get("/me").text
    place = havnen.session.scalars(select(ClassSignUp).where(ClassSignUp.person_id == havnen.amira.person.id)).one()
    assert amira.post(f"/me/classes/places/{place.id}/yes").status_code == 302
    assert "du har en plads" in amira.get("/me/classes").text
    assert "fuldt" in nurse.get("/classes").text
    place_id = place.id
    havnen.session.rollback()
    at = havnen.session.scalars(select(ClassTime)).one()
    at.starts_at, at.ends_at = now() - timedelta(hours=4), now() - timedelta(hours=2)
    havnen.session.commit()
    assert "Hvem var med?" in nurse.get("/classes").text
    revision = havnen.session.scalars(select(TeachingClass.revision)).one()
    assert (
        nurse.post("/classes/1/attendance", data={"there": str(place_id), "seen": str(revision)}).location
        == "/classes/1"
    )
    page = nurse.get("/classes/1").text
    link = f"/classes/sign?task={havnen.task.id}&amp;people={havnen.amira.employment.id}"
    assert link in page
    sign = nurse.get(link.replace("&amp;", "&")).text
    assert "Amira Haddad" in sign
    assert "Camilla Brandt" not in sign


def test_who_has_no_business_with_a_class_does_not_see_it(havnen, signed_in):
    row = havnen.plan(unit_ids=[havnen.skoven.id])
    row_here = havnen.plan(name="Kompression", task_id=None, level=None)
    havnen.sign_up(row_here.id, havnen.amira)
    other = havnen.world.role(havnen.world.person("Lis Leder", "UFA", unit=havnen.skoven, shifts=""), Role.LEADER)
    director = havnen.world.role(
        havnen.world.person("Ulla Thorsen", "UFA", unit=havnen.world.root, shifts=""), Role.DIRECTOR
    )
    leader, away, seen = signed_in(havnen.leader), signed_in(other), signed_in(director)
    assert leader.get(f"/classes/{row.id}").status_code == 404
    assert away.get(f"/classes/{row_here.id}").status_code == 404
    for address in ("/classes", f"/classes/{row.id}", "/desk"):
        assert seen.get(address).status_code == 403
    assert "Amira Haddad" in leader.get(f"/classes/{row_here.id}").text
    assert leader.post(f"/classes/{row_here.id}/cancel", data={"why": "Sne"}).status_code == 403


def test_a_teacher_who_says_no_is_asked_nothing_more(havnen, signed_in):
    row = havnen.plan(teacher_id=havnen.guide.person.id)
    guide = signed_in(havnen.guide)
    assert "Vil du undervise?" in guide.get(f"/classes/{row.id}").text
    assert "Insulin med pen" in guide.get("/queue").text
    assert guide.post(f"/classes/{row.id}/teach", data={"answer": "no"}).location == "/classes"
    assert "Vil du undervise?" not in guide.get(f"/classes/{row.id}").text
    havnen.session.rollback()
    assert "har ingen underviser" in signed_in(havnen.nurse).get("/me/classes").text
