"""The pages of development as each meets them."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.learning import commands
from competence.learning.models import Activity, Goal, PlannedActivity, PlanVersion
from competence.learning.rules import GoalKind, Part
from tests.learning.conftest import SOON, Two
from tests.statements import counted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def seen_in(page: str, after: str = "<main") -> str:
    """The revision that the first form after the words was shown with."""
    found = re.search(r'name="seen"[^>]*value="(\d+)"', page.partition(after)[2])
    assert found
    return found[1]


def saved(two: Two) -> None:
    two.session.commit()


def test_læring_shows_balance_the_month_courses_and_what_waits(two: Two, signed_in):
    first = today().replace(day=1)
    two.activity(begins=today())
    commands.log_learnt(
        two.session, two.job, commands.NewActivity("Følgevagt", Part.COLLEAGUES, 60), today(), by=two.amira.actor
    )
    two.course(held=False, aim="To borgere med PEG", place="Læringshuset")
    two.goal(by=two.leader, kind=GoalKind.WISH, task_id=None, level=None, words="Tage imod nye")
    asked = two.activity(led_by=two.hanne.person.id, begins=first, name="Sparring om sonde")
    saved(two)
    page = signed_in(two.amira).get("/me/learning").text
    for words in (
        "Din balance", "pejlemærke 70 %", "Tip: ", "Denne måned", "Ilt hos to borgere", "Udført?", "Kursus: sonde", "Før", "Under",
        "Efter", "To borgere med PEG", "Skriv noget, jeg har lært", "Mål: Tage imod nye", "Hanne Lykke er spurgt",
    ):  # fmt: skip
        assert words in page, words
    shares = [int(one) for one in re.findall(r"<b>(\d+) %</b>", page)]
    assert (len(shares), sum(shares)) == (3, 100)
    assert "mål 70" not in page
    hanne = signed_in(two.hanne)
    assert "for Amira Haddad" in hanne.get("/me/learning").text
    hanne.post(f"/me/learning/leading/{asked.id}", data={"answer": "yes"})
    assert "med Hanne Lykke" in signed_in(two.amira).get("/me/learning").text
    assert "Du leder" in hanne.get("/me/learning/leading").text


def test_an_employee_does_moves_and_notes_what_she_learns_by(two: Two, signed_in):
    activity = two.activity(begins=today())
    saved(two)
    amira = signed_in(two.amira)
    done = amira.post(f"/plans/activities/{activity.id}/done", data={"back": "learning"})
    assert done.location == "/me/learning"
    assert "Udført: Ilt hos to borgere." in amira.get("/me/learning").text
    amira.post(f"/plans/activities/{activity.id}/undo")
    said = {"begins": (today() + SOON).isoformat(), "seen": "1"}
    assert "ændret imens" in amira.post(f"/plans/activities/{activity.id}/move", data=said).text
    seen = seen_in(amira.get(f"/plans/activities/{activity.id}/move").text)
    assert amira.post(f"/plans/activities/{activity.id}/move", data=said | {"seen": seen}).status_code == 302
    wrong = amira.post(
        "/me/learning/new",
        data={"name": "Så sonde", "part": "20", "hours": "halvanden", "done_on": today().isoformat()},
    )
    assert wrong.status_code == 422
    assert "Skriv timerne som et tal" in wrong.text
    assert 'value="halvanden"' in wrong.text
    right = {"name": "Så sonde", "part": "20", "hours": "1,5", "done_on": today().isoformat()}
    assert amira.post("/me/learning/new", data=right).location == "/me/learning"
    made = two.session.scalars(select(PlannedActivity).where(PlannedActivity.name == "Så sonde")).one()
    assert (made.minutes, made.done_on, made.part) == (90, today(), "20")


def test_the_two_write_lay_and_agree_a_plan_and_see_what_changed(two: Two, signed_in):
    saved(two)
    leader, amira = signed_in(two.leader), signed_in(two.amira)
    said = {"kind": "task", "task": two.oxygen.id, "level": "2"}
    assert "Efter opgavedelingen" not in leader.get(f"{two.page}/goals/new").text
    assert two.never.name not in leader.get(f"{two.page}/goals/new").text, "not her staff group's task"
    assert leader.post(f"{two.page}/goals/new", data=said).location == two.page
    assert "foreslået" in leader.get(two.page).text
    lay = seen_in(leader.get(two.page).text, '/lay"')
    leader.post(f"{two.page}/lay", data={"seen": lay})
    page = amira.get(two.page).text
    assert "Dorthe Nygaard har lagt planen frem for dig." in page
    version = two.session.scalars(select(PlanVersion)).one()
    address = f"/plans/versions/{version.id}"
    assert "Ja, det er vores plan" in amira.get(address).text
    assert "Ja, det er vores plan" not in leader.get(address).text
    assert amira.post(f"{address}/answer", data={"answer": "maybe"}, follow_redirects=True).status_code == 200
    assert amira.post(f"{address}/answer", data={"answer": "yes"}).location == two.page
    assert "aftalt" in leader.get("/plans").text
    amira.post(f"{two.page}/activities/new", data={"name": "Ilt", "part": "70", "hours": "2"})
    seen = seen_in(amira.get(two.page).text, '/lay"')
    amira.post(f"{two.page}/lay", data={"seen": seen})
    two.session.commit()
    second = two.session.scalars(select(PlanVersion).where(PlanVersion.number == 2)).one()
    compared = leader.get(f"/plans/versions/{second.id}").text
    for words in ("Version 1", "Version 2", "Ændret", "ny"):
        assert words in compared
    assert "venter på lederens ja" in leader.get("/plans").text
    leader.post(f"/plans/versions/{second.id}/answer", data={"answer": "not_yet"})
    assert "trukket tilbage" in leader.get(two.page).text.lower()


def test_a_goal_has_notes_a_state_without_blame_and_a_way_to_close_it(two: Two, signed_in):
    goal = two.goal(level=1, wanted_by=today())
    two.world.signed(two.amira, two.oxygen, 2, by=two.hanne)
    two.world.settle()
    saved(two)
    leader = signed_in(two.leader)
    page = f"/plans/goals/{goal.id}"
    assert "nået, kan lukkes" in leader.get(page).text
    begin_writing(two.session)
    goal.wanted_by = today() - timedelta(days=30)
    saved(two)
    text = leader.get(two.page).text
    for blame in ("overskredet", "forsinket", "for sent", "mangler at"):
        assert blame not in text.lower()
    assert leader.post(f"{page}/notes", data={"words": "Borger 010170-1234"}).status_code == 422
    assert leader.post(f"{page}/notes", data={"words": "Flot arbejde"}).location == page
    assert "Flot arbejde" in signed_in(two.amira).get(two.page).text
    assert leader.post(f"{page}/close", data={"how": "reached"}).location == two.page
    assert two.session.scalars(select(Goal.reached_on)).one() == today()
    leader.post(f"{page}/open")
    changed = {"level": "2", "words": "Også om natten", "wanted_by": (today() + SOON).isoformat(), "seen": "1"}
    assert "ændret imens" in leader.post(page, data=changed).text


def test_the_after_of_a_course_is_written_by_either(two: Two, signed_in):
    course = two.course()
    saved(two)
    leader = signed_in(two.leader)
    page = f"/plans/activities/{course.id}"
    assert "holdt, “efter” mangler" in leader.get(page).text
    seen = seen_in(leader.get(page).text, 'id="after"')
    said = {
        "use": "To besøg med Karen",
        "shared_with": "Tavlemødet",
        "follow_up_on": "",
        "followed_up": "y",
        "seen": seen,
    }
    assert "Skriv dagen for opfølgningen." in leader.post(f"{page}/after", data=said).text
    assert leader.post(f"{page}/after", data=said | {"follow_up_on": today().isoformat()}).location == page
    assert "fulgt op" in leader.get(page).text


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SIGNER, Role.LEADER)])
def test_a_plan_is_nobody_elses_to_see(two: Two, role: Role, signed_in):
    goal, activity = two.goal(words="Hemmeligt ønske"), two.activity(name="Hemmelig følgevagt")
    two.laid(by=two.amira)
    version = two.session.scalars(select(PlanVersion)).one()
    someone = two.world.person("Vera Nysgerrig", "SPL")
    if role is not Role.EMPLOYEE:
        two.world.role(someone, role, over=two.world.root)
    visitor = signed_in(someone)
    for address in (
        two.page,
        f"/plans/goals/{goal.id}",
        f"/plans/activities/{activity.id}",
        f"/plans/versions/{version.id}",
    ):
        assert visitor.get(address).status_code == 404, address
    for address in ("/plans", "/learning-balance", f"/people/{two.amira.person.id}", "/me/learning"):
        assert "Hemmelig" not in visitor.get(address).text


def test_the_list_is_kept_filtered_and_fetched(two: Two, signed_in):
    nurse = signed_in(
        two.world.role(two.world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=two.world.root)
    )
    assert "Ingen aktivitet passer." in nurse.get("/activities").text
    wrong = nurse.post("/activities/new", data={"name": "Netværk", "part": "20", "hours": "-1"})
    assert (wrong.status_code, 'value="Netværk"' in wrong.text) == (422, True)
    said = {
        "name": "=Netværk",
        "part": "20",
        "hours": "1,5",
        "task": two.oxygen.id,
        "level": "2",
        "price": "250",
        "place": "Huset",
    }
    assert nurse.post("/activities/new", data=said).location == "/activities"
    nurse.post("/activities/new", data={"name": "Førstehjælp", "part": "10", "hours": ""})
    page = nurse.get("/activities?part=20").text
    assert "=Netværk" in page
    assert "250 kr." in page
    assert "Førstehjælp" not in page.partition("<main")[2].partition("</main")[0]
    assert "varierer" in nurse.get("/activities?q=førstehjælp").text
    sheet = nurse.get("/activities.csv?part=20").data.decode("utf-8-sig")
    assert "'=Netværk" in sheet
    assert "Førstehjælp" not in sheet
    assert nurse.get("/activities.xlsx").status_code == 200
    one = two.session.scalars(select(Activity).where(Activity.part == "20")).one()
    stale = nurse.post(f"/activities/{one.id}", data=said | {"seen": "7", "name": "Netværk for sonde"})
    assert (stale.status_code, "ændret imens" in stale.text, "Netværk for sonde" in stale.text) == (422, True, True)
    nurse.post(f"/activities/{one.id}/archive", data={"seen": "1"})
    assert "=Netværk" not in nurse.get("/activities").text.partition("<main")[2].partition("</main")[0]
    assert "=Netværk" in nurse.get("/activities?archived=1").text
    two.session.commit()
    assert signed_in(two.leader).get("/activities").status_code == 403
    taken = signed_in(two.amira).get(f"{two.page}/activities/new?activity={one.id}").text
    assert 'value="1,5"' in taken


def test_balances_of_units_are_sums_and_hide_the_few(two: Two, signed_in):
    world = two.world
    forest, leader_of_all = (
        world.unit("Team Skoven", under=world.district),
        world.person("Lise Leder", "UFA", unit=world.root, shifts=""),
    )
    world.role(leader_of_all, Role.LEADER, over=world.root)
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE)
    for number in range(6):
        one = world.person(f"Havnen {number}")
        commands.plan_activity(
            two.session, one.employment.id, commands.NewActivity("Ilt", Part.DAILY, 60, begins=today()), by=one.actor
        )
    for number in range(2):
        one = world.person(f"Skoven {number}", unit=forest)
        commands.plan_activity(
            two.session,
            one.employment.id,
            commands.NewActivity("Kursus", Part.FORMAL, 600, begins=today()),
            by=one.actor,
        )
    saved(two)
    page = signed_in(leader_of_all).get(f"/learning-balance/{world.district.id}").text
    assert "100 – 0 – 0" in page
    assert "0 – 0 – 100" in page
    hidden = signed_in(nurse).get(f"/learning-balance/{world.district.id}").text
    assert "0 – 0 – 100" not in hidden
    assert "100 – 0 – 0" not in hidden, "by subtraction the other unit would be found"
    assert "pejlemærke" in hidden
    assert "Havnen 1" not in hidden
    alone = world.person("Alene", unit=world.unit("Team Ene", under=world.district))
    begin_writing(two.session)
    commands.plan_activity(
        two.session,
        alone.employment.id,
        commands.NewActivity("Ilt", Part.COLLEAGUES, 60, begins=today()),
        by=alone.actor,
    )
    saved(two)
    assert (
        "Skjult: for få deler det." in signed_in(leader_of_all).get(f"/learning-balance/{alone.unit.id}?time=year").text
    )


def test_more_people_and_more_plans_ask_no_more_statements(two: Two, signed_in):
    leader, amira = signed_in(two.leader), signed_in(two.amira)

    def sent(client, address) -> int:
        client.get(address)
        with counted() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    begin_writing(two.session)
    two.goal(), two.activity(begins=today(), led_by=two.hanne.person.id)
    saved(two)
    before = [sent(leader, "/plans"), sent(leader, two.page), sent(amira, "/me/learning")]
    begin_writing(two.session)
    for number in range(4):
        one = two.world.person(f"Kollega {number}")
        commands.add_goal(two.session, one.employment.id, commands.NewGoal(GoalKind.WISH, words="Lære"), by=one.actor)
        two.activity(name=f"Ilt {number}", begins=today(), led_by=one.person.id)
        two.goal(kind=GoalKind.WISH, task_id=None, level=None, words=f"Ønske {number}")
    saved(two)
    assert [sent(leader, "/plans"), sent(leader, two.page), sent(amira, "/me/learning")] == before


def test_whoever_plans_with_her_is_noted_and_she_can_see_it(two: Two, signed_in):
    two.goal()
    saved(two)
    signed_in(two.leader).get(two.page)
    assert "Dorthe Nygaard" in signed_in(two.amira).get("/me/looked").text


def test_dates_of_the_form_are_last_days(two: Two, signed_in):
    saved(two)
    amira, first, last = signed_in(two.amira), today() + SOON, today() + timedelta(days=7)
    said = {"name": "Jobrotation", "part": "70", "hours": "20", "begins": first.isoformat(), "last": last.isoformat()}
    amira.post(f"{two.page}/activities/new", data=said)
    made = two.session.scalars(select(PlannedActivity)).one()
    assert (made.begins, made.ends) == (first, last + timedelta(days=1))
    page = amira.get(f"/plans/activities/{made.id}/change").text
    assert last.isoformat() in page
    assert date.fromordinal(last.toordinal() + 1).isoformat() not in page
