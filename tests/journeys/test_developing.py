"""Two agree to a plan, a seat goes to whoever waits for it, and those who were at a class are signed for together."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from competence.foundation.clock import now, today
from competence.foundation.orm import TenantSession, engine_for, open_session
from competence.signoffs.models import Observation
from competence.signoffs.rules import ObservationKind
from competence.teaching.models import ClassSignUp, TeachingClass
from competence.teaching.rules import Stand
from tests.databases import Database, lay_out
from tests.journeys.visiting import said, sign_in
from tests.web import served

AMIRA = 12
FULL, HELD = 1, 4
"""Classes of the demonstration: one without a free seat, and one that is over."""


@contextmanager
def changing(database: Database) -> Iterator[TenantSession]:
    """What Fjordby is changed in, before a browser sees it."""
    engine = engine_for(database.url)
    with open_session(engine, 1) as session:
        yield session
        session.commit()
    engine.dispose()


@pytest.fixture
def nobody_waits(demonstration: Path, quick_folder: Path) -> Iterator[str]:
    """Where a browser finds Fjordby Kommune, with a class that is full and has no waiting list."""
    database = lay_out(demonstration, quick_folder / "fjordby.sqlite")
    with changing(database) as session:
        session.execute(
            delete(ClassSignUp).where(
                ClassSignUp.municipality_id == 1, ClassSignUp.class_id == FULL, ClassSignUp.stand != Stand.SEATED
            )
        )
    with served(database) as address:
        yield address


@pytest.fixture
def seen_doing_it(demonstration: Path, quick_folder: Path) -> Iterator[str]:
    """Where a browser finds Fjordby Kommune, where each of those of a class was seen to do its task alone today."""
    database = lay_out(demonstration, quick_folder / "fjordby.sqlite")
    with changing(database) as session:
        task = session.scalars(select(TeachingClass.task_id).where(TeachingClass.id == HELD)).one()
        people = session.scalars(select(ClassSignUp.person_id).where(ClassSignUp.class_id == HELD)).all()
        session.add_all(
            Observation(
                person_id=person, task_id=task, kind=ObservationKind.ALONE, observed_on=today(), recorded_at=now()
            )
            for person in people
        )
    with served(database) as address:
        yield address


def test_an_employee_lays_her_plan_before_her_leader_and_both_have_agreed_to_it(
    fjordby: str, page: Page, phone: Callable[[], Page], everywhere: Callable[[Page], None]
):
    amira = phone()
    sign_in(amira, fjordby, "amira.haddad")
    amira.goto(f"{fjordby}/plans/{AMIRA}")
    amira.get_by_role("button", name=re.compile("^Ja.*Makker for en ny kollega")).click()
    amira.get_by_role("button", name="Læg den frem for min leder").click()
    said(amira, "Planen er lagt frem for din leder, der ikke har svaret endnu.")

    sign_in(page, fjordby, "dorthe.nygaard")
    page.goto(f"{fjordby}/plans")
    page.get_by_role("main").get_by_role("link", name="Amira Haddad").first.click()
    said(page, "Amira Haddad har lagt planen frem for dig.")
    page.get_by_role("link", name="Se, hvad der er ændret, og svar").click()
    expect(page.get_by_role("table", name="Aktiviteter").get_by_role("row").filter(has_text="Makker")).to_contain_text(
        "ny"
    )
    everywhere(page)
    page.get_by_role("button", name="Ja, det er vores plan").click()
    said(page, "Planen er aftalt.")

    amira.reload()
    amira.get_by_role("link", name="Version 2").click()
    said(amira, "Aftalt af begge.")


def test_whoever_waits_gets_the_seat_that_a_colleague_gives_up(
    nobody_waits: str, phone: Callable[[], Page], everywhere: Callable[[Page], None]
):
    camilla, amira = phone(), phone()
    sign_in(camilla, nobody_waits, "camilla.brandt")
    camilla.goto(f"{nobody_waits}/me/classes")
    theirs = camilla.get_by_role("listitem").filter(has_text="Insulin med pen")
    theirs.get_by_role("button", name="Stil mig på venteliste").click()
    expect(theirs).to_contain_text("nummer 1 på ventelisten")

    sign_in(amira, nobody_waits, "amira.haddad")
    amira.goto(f"{nobody_waits}/me/classes")
    hers = amira.get_by_role("listitem").filter(has_text="Insulin med pen")
    expect(hers).to_contain_text("du har en plads")
    hers.get_by_role("button", name="Meld fra").click()
    expect(hers).not_to_contain_text("du har en plads")

    camilla.reload()
    expect(camilla.get_by_role("heading", name="Der er en ledig plads på Insulin med pen")).to_be_visible()
    everywhere(camilla)
    camilla.get_by_role("button", name="Ja, jeg deltager").click()
    expect(theirs).to_contain_text("du har en plads")


def test_a_nurse_notes_who_was_there_and_signs_for_them_together(
    seen_doing_it: str, page: Page, everywhere: Callable[[Page], None]
):
    sign_in(page, seen_doing_it, "marianne.holm")
    page.goto(f"{seen_doing_it}/classes/{HELD}")
    page.get_by_role("link", name="Ret, hvem der var med").click()
    page.get_by_role("checkbox", name="Lone Mikkelsen").uncheck()
    page.get_by_role("button", name="Gem").click()
    page.get_by_role("link", name="Skriv under for dem, der var med").click()
    who = page.get_by_role("table", name="Deltagere")
    expect(who).not_to_contain_text("Lone Mikkelsen")
    expect(who.get_by_role("row").filter(has_text="Camilla Brandt")).to_contain_text("1 af 1")
    for box in page.get_by_role("group", name="Det har alle, du sætter kryds ved, vist").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Se, hvem der så er klar").click()
    who.get_by_role("checkbox", name="Camilla Brandt").check()
    everywhere(page)
    page.get_by_role("radio", name="Øvet").check()
    page.get_by_role("button", name="Skriv under for dem med kryds som Marianne Holm").click()
    expect(page.get_by_role("region", name="1 underskrift er gemt")).to_contain_text("Camilla Brandt")
    everywhere(page)
