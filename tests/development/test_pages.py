"""The employee's own pages, the guide's queue and the page about a person, as they are read."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from competence.access.rules import Role
from competence.delegation.rules import CellRule
from competence.development.views.showing import short_month
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing
from competence.people.models import Absence, Employment
from competence.signoffs import commands
from competence.signoffs.models import Exemption, SignOffRequest
from tests.development.conftest import Team

SignIn = Callable[[Any], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_min_vej_shows_what_waits_first_and_counts_that_lead_to_their_lists(team: Team, signed_in: SignIn) -> None:
    page = signed_in(team.amira).get("/me").text
    assert "Hej Amira" in page
    assert "Insulin med pen venter på dit ja" in page
    assert "Hanne skrev under i går. Niveau 1." in page
    assert "Stomipleje venter på dit ja" in page, "from paper too"
    assert page.index("venter på dit ja") < page.index("må du nu")
    assert "Vejen til avanceret" in page
    assert "1 af 2" in page, "stoma counts from paper, oxygen is missing"
    assert "Næste: gør det selv, Hanne ser på." in page
    assert "Hanne må skrive under." in page
    amira = signed_in(team.amira)
    for show, count in (("now", 2), ("training", 2), ("soon", 2)):
        listed = amira.get(f"/me/may?show={show}").text
        assert f"{count} opgave" in listed, show
        assert listed.count("kt-row-main") == count


def test_det_maa_jeg_says_the_limits_in_words_and_finds_what_is_not_allowed(team: Team, signed_in: SignIn) -> None:
    amira = signed_in(team.amira)
    assert "Må, når forløbet er stabilt" in amira.get("/me/may").text
    found = amira.get("/me/may?q=blod").text
    assert "Blodtransfusion" in found
    assert "Ingen opgave passer til “xyz”." in amira.get("/me/may?q=xyz").text
    why = amira.get(f"/me/may/{team.amira.employment.id}/{team.oxygen.id}").text
    assert "2 af 3 gange" in why
    assert "Hanne" in why
    assert amira.get(f"/me/may/{team.guide.employment.id}/{team.oxygen.id}").status_code == 404, "somebody else's"


def test_an_employee_asks_and_takes_it_back(team: Team, signed_in: SignIn) -> None:
    amira = signed_in(team.amira)
    said = {"employment_id": team.amira.employment.id, "task_id": team.oxygen.id, "back": "/me"}
    assert amira.post("/ask", data=said).location == "/me"
    assert "Du bad om underskrift den" in amira.get("/me").text
    assert amira.post("/ask", data=said).status_code == 302, "once more changes nothing"
    (request,) = team.world.session.query(SignOffRequest).all()
    assert amira.post(f"/me/request/{request.id}/withdraw").status_code == 302
    assert "Du bad om underskrift" not in amira.get("/me").text
    elsewhere = amira.post("/ask", data=said | {"back": "https://ond.example/"})
    assert elsewhere.location == "/me"


def test_nobody_asks_for_somebody_out_of_reach(team: Team, signed_in: SignIn) -> None:
    amira = signed_in(team.amira)
    said = {"employment_id": team.guide.employment.id, "task_id": team.oxygen.id}
    assert amira.post("/ask", data=said).status_code == 404


def test_the_queue_puts_first_who_closes_a_gap(team: Team, signed_in: SignIn) -> None:
    world = team.world
    other = world.person("Emil Bruun", "SSH", shifts="D")
    commands.ask_for_sign_off(world.session, other.employment.id, team.insulin.id, by=other.actor)
    commands.ask_for_sign_off(world.session, team.amira.employment.id, team.oxygen.id, by=team.amira.actor)
    world.settle()
    page = signed_in(team.guide).get("/queue").text
    assert page.index("Iltbehandling") < page.index("Emil Bruun")
    assert page.count("lukker hul") == 2, "among what presses today, and at the request"
    assert "3. gang: gør selv" in page
    assert "Øjendråber" in page, "20 days left"
    assert "Venter på medarbejderens ja" in page
    assert "Overført fra papir" in page


def test_a_queue_with_nothing_says_so(team: Team, signed_in: SignIn) -> None:
    world = team.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    guide = world.role(world.person("Maja Holm", "SPL", unit=elsewhere), Role.GUIDE)
    world.settle()
    page = signed_in(guide).get("/queue").text
    assert "Ingen anmodninger. Du er à jour." in page
    assert "Amira" not in page


def test_a_colleague_who_may_sign_sees_her_own_unit_only(team: Team, signed_in: SignIn) -> None:
    world = team.world
    karen = world.person("Karen Winther", "SPL")
    elsewhere = world.unit("Team Skoven", under=world.district)
    far = world.person("Søren Juul", "SSH", unit=elsewhere)
    commands.ask_for_sign_off(world.session, far.employment.id, team.oxygen.id, by=far.actor)
    commands.ask_for_sign_off(world.session, team.amira.employment.id, team.oxygen.id, by=team.amira.actor)
    world.settle()
    client = signed_in(karen)
    page = client.get("/queue").text
    assert "Amira Haddad" in page
    assert "Søren Juul" not in page
    assert client.get(f"/queue/new/{far.employment.id}").status_code == 404


def test_a_new_signature_offers_only_what_can_be_signed(team: Team, signed_in: SignIn) -> None:
    guide = signed_in(team.guide)
    assert "Amira Haddad" in guide.get("/queue/new?q=amira").text
    assert "Ingen af dine kolleger passer til" in guide.get("/queue/new?q=zzz").text
    page = guide.get(f"/queue/new/{team.amira.employment.id}").text
    assert "Iltbehandling" in page
    assert "Blodtransfusion" not in page
    assert signed_in(team.amira).get("/queue").status_code == 403


def test_the_queue_asks_the_database_as_often_for_three_as_for_one(team: Team, app, signed_in: SignIn) -> None:
    world = team.world
    guide = signed_in(team.guide)

    def statements() -> int:
        seen: list[str] = []
        from competence.foundation.web import db

        with app.app_context():
            engine = db.engine
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        assert guide.get("/queue").status_code == 200
        event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    commands.ask_for_sign_off(world.session, team.amira.employment.id, team.oxygen.id, by=team.amira.actor)
    world.session.commit()
    statements()
    one = statements()
    begin_writing(world.session)
    for name in ("Emil Bruun", "Nadia Olsen"):
        person = world.person(name, "SSH")
        commands.ask_for_sign_off(world.session, person.employment.id, team.oxygen.id, by=person.actor)
        world.signed(person, team.drops, 2, by=team.guide, days_ago=100, valid_days=121)
        world.signed(person, team.insulin, 1, by=team.guide, days_ago=1, accepted=False)
    world.settle()
    world.session.commit()
    assert statements() == one


def test_the_passport_page_and_its_pdf(team: Team, signed_in: SignIn) -> None:
    amira = signed_in(team.amira)
    page = amira.get("/me/passport").text
    assert "Amira Haddad" in page
    assert "1 opgave på niveau øvet" in page
    pdf = amira.get("/me/passport.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")


def test_two_employments_stand_side_by_side_each_line_with_its_own(team: Team, signed_in: SignIn) -> None:
    world = team.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    world.session.add(
        Employment(
            person_id=team.amira.person.id, unit_id=elsewhere.id, staff_group_id=world.groups["UFA"].id, shifts="N",
            valid_from=today() - timedelta(days=10), recorded_at=now(),
        )
    )  # fmt: skip
    world.settle()
    amira = signed_in(team.amira)
    page = amira.get("/me/may?q=dråber").text
    assert "Team Havnen" in page
    assert "Team Skoven" in page
    assert amira.get("/me").status_code == 200
    assert amira.get("/me/passport.pdf").status_code == 200


def test_who_has_looked_is_told_to_the_person(team: Team, signed_in: SignIn) -> None:
    guide, amira = signed_in(team.guide), signed_in(team.amira)
    assert "Ingen har kigget på dine oplysninger." in amira.get("/me/looked").text
    assert guide.get(f"/people/{team.amira.person.id}").status_code == 200
    assert guide.get(f"/sign/{team.amira.employment.id}/{team.oxygen.id}").status_code == 200
    page = amira.get("/me/looked").text
    assert page.count("Hanne Lykke") == 2
    assert "læringsvejleder" in page


def test_the_page_about_a_person_shows_each_reader_her_part(team: Team, signed_in: SignIn) -> None:
    world = team.world
    boss = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER)
    planner = world.role(world.person("Lars Bisgaard", "UFA"), Role.PLANNER)
    auditor = world.role(world.person("Lis Tornbjerg", "UFA", unit=world.root), Role.AUDITOR)
    elsewhere = world.unit("Team Skoven", under=world.district)
    stranger = world.role(world.person("Maja Holm", "SPL", unit=elsewhere), Role.GUIDE)
    world.session.add(
        Absence(
            employment_id=team.amira.employment.id,
            valid_from=today(),
            valid_to=today() + timedelta(days=3),
            recorded_at=now(),
        )
    )
    world.session.add(
        Exemption(person_id=team.amira.person.id, task_id=team.stoma.id, valid_from=today(), recorded_at=now())
    )
    world.settle()
    commands.not_yet(world.session, team.waits, reason="Jeg er utryg ved pennen", by=team.amira.actor)
    world.settle()
    path = f"/people/{team.amira.person.id}"
    as_guide = signed_in(team.guide).get(path).text
    assert "Historik" in as_guide
    assert "Jeg er utryg ved pennen" in as_guide
    assert "Undtaget efter aftale" not in as_guide
    as_leader = signed_in(boss).get(path).text
    assert "Undtaget efter aftale: Stomipleje" in as_leader
    assert signed_in(planner).get(path).status_code == 403
    as_auditor = signed_in(auditor).get(path).text
    assert "Historik" in as_auditor
    assert "utryg" not in as_auditor
    assert "Ikke endnu" not in as_auditor
    assert "Undtaget" not in as_auditor
    assert signed_in(stranger).get(path).status_code == 404
    assert signed_in(team.guide).get("/people/99999").status_code == 404


def test_a_task_given_back_stands_in_no_list_of_what_i_may(team: Team, signed_in: SignIn) -> None:
    amira = signed_in(team.amira)
    seq = 2 if team.waits == 1 else 1
    assert amira.get(f"/answer/{seq}/give-back").status_code == 200
    answer = amira.post(f"/answer/{seq}/give-back", data={"reason": ""})
    assert answer.status_code == 302
    amira.get("/me")
    assert "Øjendråber" not in amira.get("/me/may").text


def test_a_student_or_newcomer_without_profile_is_shown_what_can_be_learned(team: Team, signed_in: SignIn) -> None:
    world = team.world
    newcomer = world.person("Sofie Krag", "UFA")
    world.cell(team.drops, "UFA", CellRule.MAY_GENERAL)
    world.settle()
    page = signed_in(newcomer).get("/me").text
    assert "Din faggruppe har ingen kompetenceprofil endnu." in page


def test_a_last_day_is_a_month_in_short_as_it_is_written_by_hand(team: Team, app: Any) -> None:
    with app.test_request_context():
        said = [short_month(date(2028, month, 1)) for month in range(1, 13)]
    assert [one.removesuffix(" 2028") for one in said] == [
        "jan.", "feb.", "marts", "april", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec.",
    ]  # fmt: skip
