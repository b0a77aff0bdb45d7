"""The keys of other systems as the administrator keeps them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.accounts.rules import token_hash
from competence.api.models import ApiKey
from competence.audit.models import AuditEntry
from competence.foundation.clock import today


def said(asking, **changes):
    form = {
        "name": "Omsorgsjournal", "purpose": "Kørelisten", "unit_id": asking.world.district.id,
        "permissions": ["who_may:ask"], "valid_through": (today() + timedelta(days=90)).isoformat(),
    }  # fmt: skip
    return form | changes


def test_a_key_is_shown_once_and_kept_as_a_hash(asking, signed_in):
    client = signed_in(asking.henrik)
    made = client.post("/api-keys", data=said(asking))
    token = re.search(r'value="(kt_[\w-]+)"', made.text).group(1)
    row = asking.world.session.scalars(select(ApiKey)).one()
    assert (row.token_hash, row.permissions) == (token_hash(token), "who_may:ask")
    page = client.get("/api-keys").text
    assert "Omsorgsjournal" in page
    assert "aldrig brugt" in page
    assert token not in page
    assert asking.who_may(token).status_code == 200
    assert "sidst brugt" in client.get("/api-keys").text
    entries = asking.world.session.scalars(select(AuditEntry).where(AuditEntry.subject == "api_key")).all()
    assert [(one.action, one.administrative) for one in entries] == [("make_api_key", True)]
    assert token not in str(entries[0].detail)


def test_a_key_that_is_taken_back_opens_nothing_and_stays_on_the_list(asking, signed_in):
    key, token = asking.key()
    client = signed_in(asking.henrik)
    assert client.post(f"/api-keys/{key.id}/revoke").status_code == 302
    assert asking.who_may(token).status_code == 401
    assert "taget tilbage" in client.get("/api-keys").text
    assert client.post("/api-keys/999/revoke").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Skriv, hvad systemet hedder."),
        ({"purpose": ""}, "Skriv, hvad systemet spørger om, så medarbejderne kan læse det."),
        ({"permissions": []}, "Vælg mindst én ting, som systemet må spørge om."),
        ({"valid_through": (today() + timedelta(days=366)).isoformat()}, "En nøgle gælder højst et år."),
        ({"valid_through": (today() - timedelta(days=1)).isoformat()}, "Den sidste dag er gået."),
        ({"name": "omsorgsjournal", "purpose": "Igen"}, "Der er allerede en nøgle med det navn."),
        ({"purpose": "Om 010190-1234"}, "CPR-nummer"),
    ],
)
def test_a_key_that_cannot_be_is_refused_at_its_field_and_what_was_typed_stays(asking, signed_in, changes, words):
    asking.key()
    refused = signed_in(asking.henrik).post("/api-keys", data=said(asking, **({"name": "Et andet"} | changes)))
    assert refused.status_code == 422
    assert words in refused.text
    if changes.get("purpose") == "Igen":
        assert 'value="Igen"' in refused.text


@pytest.mark.parametrize("role", [Role.LEADER, Role.PLANNER, Role.DIRECTOR, Role.DEVELOPMENT_NURSE])
def test_only_an_administrator_of_all_keeps_them(asking, signed_in, role):
    client = signed_in(asking.world.role(asking.soren, role, over=asking.world.root))
    assert client.get("/api-keys").status_code == 403
    part = signed_in(asking.world.role(asking.karen, Role.ADMINISTRATOR, over=asking.world.district))
    assert part.get("/api-keys").status_code == 404
