"""The lists of delegations as PDF: what stands on them, who gets them, and that a citizen's reference stays in the body."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader

from competence.access.rules import Role
from competence.app import wire
from competence.delegation import commands
from competence.delegation.models import Delegation
from competence.reports.delegation_list import DelegationList, ListRow, delegation_list_pdf
from tests.delegation.giving import delegable, given, sent
from tests.factories import World

wire()

ROW = ListRow(
    ("Smertepumpe", "Rammedelegation"), ("Alle borgere", "Kun i stabile forløb " * 8), ("Karen Winther",), ("1. juni",), ("Gælder",)
)  # fmt: skip
PAGE = DelegationList(
    "Prøveby Kommune", "Til Amira Haddad", "Som det er", (ROW,) * 30, "Intet", "Ikke på en opslagstavle",
    datetime(2026, 6, 9, tzinfo=UTC)
)  # fmt: skip


def plain(msgid: str, /, **params: object) -> str:
    return msgid % params if params else msgid


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_a_long_list_goes_on_over_sheets_of_a4_and_no_row_is_lost():
    pdf = delegation_list_pdf(PAGE, plain)
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) > 2
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(595, 842)}
    assert words(pdf).count("Smertepumpe") == 30
    assert "Intet" in words(delegation_list_pdf(replace(PAGE, rows=()), plain))
    assert delegation_list_pdf(PAGE, plain) == pdf, "the same list gives the same bytes"


def test_a_persons_list_says_conditions_instruction_and_supervision_to_those_who_read_it(world: World, signed_in):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    outsider = world.role(world.person("Ole", "SPL", unit=world.unit("Team Skoven", under=world.root)), Role.LEADER)
    world.settle()
    given(world, amira, pump, karen, conditions="Kun i stabile forløb")
    said = words(signed_in(leader).get(f"/delegations/person/{amira.person.id}.pdf").data)
    assert all(
        one in said for one in ("Amira Haddad", "Kun i stabile forløb", "Instruks 7, version 2", "Karen Winther")
    )
    assert "Kun i stabile forløb" in words(signed_in(amira).get("/delegations/mine.pdf").data)
    assert signed_in(outsider).get(f"/delegations/person/{amira.person.id}.pdf").status_code == 404
    assert "/delegations/mine.pdf" in signed_in(amira).get("/delegations/mine").text


def test_a_citizens_list_comes_by_a_form_and_is_kept_by_nobody(world: World, signed_in):
    pump, amira = delegable(world), world.person("Amira Haddad")
    nurse = world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    world.settle()
    place = f"/delegations/new?employment={amira.employment.id}"
    signed_in(nurse).post(place, data=sent(pump, scope="citizen", citizen="NX-4471"))
    client = signed_in(leader)
    answer = client.post("/delegations/citizen.pdf", data={"citizen": "NX-4471"})
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert "NX-4471" not in answer.headers["Content-Disposition"]
    assert all(one in words(answer.data) for one in ("NX-4471", "Amira Haddad", "Smertepumpe"))
    nobody = client.post("/delegations/citizen.pdf", data={"citizen": "NX-9999"})
    assert "Amira Haddad" not in words(nobody.data)
    assert "Skriv omsorgssystemets reference på borgeren." in client.post("/delegations/citizen.pdf", data={}).text
    assert signed_in(amira).post("/delegations/citizen.pdf", data={"citizen": "NX-4471"}).status_code in (302, 403)


def test_a_no_is_not_told_to_an_auditor(world: World, signed_in):
    pump, amira, karen = delegable(world), world.person("Amira Haddad"), world.person("Karen Winther", "SPL")
    auditor = world.role(world.person("Lis Tornbjerg", "UFA", unit=world.root), Role.AUDITOR, over=world.root)
    leader = world.role(world.person("Dorthe Nygaard", "SPL"), Role.LEADER, over=world.team)
    world.settle()
    row = given(world, amira, pump, karen, yes=False)
    commands.decline_delegation(world.session, row.id, reason="Ikke klar", by=amira.actor)
    world.session.commit()
    number = world.session.query(Delegation).one().id
    assert signed_in(auditor).get(f"/delegations/{number}/page").status_code == 404
    assert "Smertepumpe" not in words(signed_in(auditor).get(f"/delegations/person/{amira.person.id}.pdf").data)
    assert signed_in(leader).get(f"/delegations/{number}/page").status_code == 200
    assert "Ikke klar" not in signed_in(leader).get(f"/delegations/{number}/page").text
    assert "Ikke klar" in signed_in(karen).get(f"/delegations/{number}/page").text
