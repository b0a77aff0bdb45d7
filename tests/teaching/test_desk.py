"""The development nurse's desk, and how often it and the pages of classes ask the database."""

from datetime import timedelta

import pytest

from competence.access.rules import Permission, Role
from competence.coverage.rules import Shift
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing
from competence.teaching import commands
from competence.teaching.models import ClassNews, ClassSignUp, ClassTime, ClassUnit, TeachingClass
from competence.teaching.queries.classes import open_places
from competence.teaching.queries.effects import effects, held_classes
from competence.teaching.rules import News, Stand
from tests.statements import counted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def held(havnen, name, days_ago, units, there=()):
    """A class about the task that was held so many days ago."""
    at = now() - timedelta(days=days_ago)
    row = TeachingClass(
        name=name, part="10", task_id=havnen.task.id, seats=8, held_at=at, held_by=havnen.nurse.person.id, changed_at=at,
        recorded_at=at, recorded_by=havnen.nurse.person.id,
    )  # fmt: skip
    havnen.session.add(row)
    havnen.session.flush()
    havnen.session.add(ClassTime(class_id=row.id, starts_at=at - timedelta(hours=2), ends_at=at))
    havnen.session.add_all(ClassUnit(class_id=row.id, unit_id=one.id) for one in units)
    for seat, one in enumerate(there, 1):
        havnen.session.add(
            ClassSignUp(
                class_id=row.id, employment_id=one.employment.id, person_id=one.person.id, stand=Stand.SEATED, seat=seat,
                in_line_since=at, attended=True,
            )
        )  # fmt: skip
    havnen.session.flush()
    return row


def test_a_class_for_ten_teams_says_what_it_changed_in_all_of_them(havnen, signed_in):
    world = havnen.world
    world.version.approved_at = now() - timedelta(days=300)
    teams = [world.unit(f"Team {number}", under=world.district) for number in range(10)]
    guide = world.role(world.person("Hanne Nat", "SPL", shifts="N"), Role.GUIDE)
    for at, team in enumerate(teams):
        world.requirement(havnen.task, Shift.DAY, 1, unit=team)
        learner = world.person(f"Lærer {at}", unit=team)
        if at < 7:
            world.signed(learner, havnen.task, 2, by=guide, days_ago=35)
    row = held(havnen, "Insulin for distriktet", 40, [world.district], there=[havnen.amira, havnen.camilla])
    world.settle().session.commit()
    within = havnen.nurse.actor.reach(Permission.TEACHING_PLAN)
    classes = held_classes(havnen.session, within)
    assert effects(havnen.session, within, classes, most=5) is None
    [effect] = effects(havnen.session, within, classes) or ()
    assert effect.lesson.id == row.id
    assert (effect.before.gaps, effect.after.gaps) == (10, 3)
    assert (effect.before.able, effect.after.able) == (0, 7)
    assert effect.there == 2
    for address in ("/desk", "/desk/effects"):
        page = signed_in(havnen.nurse).get(address).text
        assert "10 huller" in page
        assert "3 huller" in page


def test_the_desk_says_first_how_much_is_missing(havnen, signed_in):
    other = havnen.world.task("Sårpleje", critical=True)
    for task in (havnen.task, other):
        havnen.world.requirement(task, Shift.NIGHT, 1)
    havnen.world.settle().session.commit()
    havnen.plan()
    page = signed_in(havnen.nurse).get("/desk").text
    assert "2 opgaver mangler på mindst én vagt. 1 af dem er kritisk. Til 1 er der intet hold planlagt endnu." in page
    assert "har intet planlagt" in page


def test_whoever_has_left_before_the_class_gives_her_seat_to_the_next(havnen):
    row = havnen.plan(seats=1)
    havnen.sign_up(row.id, havnen.amira, havnen.camilla)
    havnen.amira.employment.valid_to = today() + timedelta(days=2)
    havnen.session.flush()
    assert commands.settle_offers(havnen.session) == 1
    [place] = open_places(havnen.session, row.id)
    assert (place.person_id, place.stand) == (havnen.camilla.person.id, Stand.OFFERED)
    told = havnen.session.query(ClassNews).filter_by(person_id=havnen.camilla.person.id, closed_at=None).all()
    assert [one.news for one in told] == [News.OFFERED]
    assert commands.settle_offers(havnen.session) == 0


PAGES = ("/classes", "/classes?over=1", "/desk")


@pytest.mark.parametrize("who", ["nurse", "amira"])
def test_the_pages_ask_the_database_as_often_for_four_classes_as_for_one(havnen, signed_in, who):
    def fill(number):
        begin_writing(havnen.session)
        row = havnen.plan(
            name=f"Hold {number}", times=[havnen.at(9 + number)], seats=1, teacher_id=havnen.guide.person.id
        )
        havnen.sign_up(row.id, havnen.amira, havnen.camilla)
        havnen.plan(name=f"Åbent {number}", times=[havnen.at(30 + number)])
        held(havnen, f"Holdt {number}", 20 + number, [havnen.world.team], there=[havnen.amira])
        havnen.session.commit()

    pages = PAGES if who == "nurse" else ("/me/classes",)
    havnen.world.requirement(havnen.task, Shift.DAY, 1)
    havnen.world.settle().session.commit()
    fill(0)
    client = signed_in(getattr(havnen, who))

    def statements():
        sent = {}
        for page in pages:
            with counted() as some:
                assert client.get(page).status_code == 200
            sent[page] = len(some)
        return sent

    statements()
    one = statements()
    for number in range(1, 4):
        fill(number)
    statements()
    many = statements()
    # The desk judges two days more for each class that was held: what is known of a day is read once and kept.
    assert {page: many[page] - one[page] for page in pages} == dict.fromkeys(pages, 0)
