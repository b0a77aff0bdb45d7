"""A credential that a person fetches, as a verifier who knows nothing of this program sees it.

openbadgeslib is an Open Badges 3.0 library of somebody else's: it resolves the issuer's DID document, checks the signature
with PyJWT, reads the credential, and looks the place up in the signed status list.
"""

import base64
import hashlib
import json

import pytest
from flask import Flask
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from competence.audit.models import AuditEntry
from competence.credentials.commands import note_key, withdraw_key
from competence.credentials.models import IssuedCredential
from competence.foundation.keys import make_key
from competence.foundation.orm import begin_writing
from competence.signoffs import commands as signing
from tests.passport.conftest import Town, Web

DID = "did:web:localhost"


def fetched(client, seq, kind="jwt"):
    answer = client.post(f"/me/passport/credentials/{seq}/{kind}")
    assert answer.status_code == 200, answer.text
    return answer.text


def verified(app, token):
    """What the other library makes of the token; it raises when it does not accept it."""
    web = Web(app)
    found = OB3Verifier.for_issuer_did(DID, download=web).verify(token, check_status=True, download=web)
    assert web.asked[0] == "/.well-known/did.json"
    assert web.asked[-1].startswith("/credentials/status/")
    return found


def payload_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_another_library_accepts_the_credential(signed_in, app: Flask, town: Town):
    found = verified(app, fetched(signed_in(town.amira), town.seq))
    assert found.issuer.id == DID
    assert found.issuer.name == "Prøveby Kommune"
    assert found.achievement.name == "Insulin med pen"
    assert found.achievement.achievement_type == "Competency"
    assert "Finder handlingsanvisning" in found.achievement.criteria_narrative
    assert found.results[0].achieved_level.endswith("#level-2")
    assert found.expiration_date is not None
    assert [one["statusPurpose"] for one in found.credential_status] == ["revocation"]


def test_the_json_file_holds_the_same_credential_in_an_envelope(signed_in, app: Flask, town: Town):
    document = json.loads(fetched(signed_in(town.amira), town.seq, "json"))
    assert document["type"] == "EnvelopedVerifiableCredential"
    kind, _comma, token = document["id"].partition(",")
    assert kind == "data:application/vc+jwt"
    assert verified(app, token).achievement.name == "Insulin med pen"


def test_it_names_her_by_a_salted_hash_and_holds_nothing_else_about_persons(signed_in, app: Flask, town: Town):
    said = payload_of(fetched(signed_in(town.amira), town.seq))
    (identity,) = said["credentialSubject"]["identifier"]
    email = f"amira.haddad@fjordby.example{identity['salt']}"
    assert identity["identityHash"] == f"sha256${hashlib.sha256(email.encode()).hexdigest()}"
    text = json.dumps(said, ensure_ascii=False)
    for hidden in ("Amira", "Haddad", "Hanne", "Lykke", "fjordby.example"):
        assert hidden not in text, hidden


def test_one_letter_changed_is_noticed(signed_in, app: Flask, town: Town):
    head, _body, signature = fetched(signed_in(town.amira), town.seq).split(".")
    said = payload_of(f"{head}.{_body}.{signature}")
    said["name"] = "Insulin med pumpe"
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    with pytest.raises(OB3VerificationError, match="signature"):
        verified(app, f"{head}.{body}.{signature}")


def test_a_revoked_signature_flips_its_place_and_no_other(signed_in, app: Flask, town: Town):
    token = fetched(signed_in(town.amira), town.seq)
    place = int(payload_of(token)["credentialStatus"]["statusListIndex"])
    assert places_set(app) == set()
    begin_writing(town.world.session)
    signing.revoke(
        town.world.session, town.amira.employment.id, town.seq, reason="Fejl", by=town.guide.actor
    )  # fmt: skip
    town.world.session.commit()
    assert places_set(app) == {place}
    with pytest.raises(OB3VerificationError, match="revocation"):
        verified(app, token)


def places_set(app):
    said = payload_of(app.test_client().get("/credentials/status/1").text)
    subject = said["credentialSubject"]
    bits = decode_encoded_list(subject["encodedList"])
    assert len(bits) * 8 == 131_072
    return set(set_indices(bits))


def test_what_she_gives_back_no_longer_counts(signed_in, app: Flask, town: Town):
    token = fetched(signed_in(town.amira), town.seq)
    begin_writing(town.world.session)
    signing.decline(town.world.session, town.seq, by=town.amira.actor)
    town.world.session.commit()
    with pytest.raises(OB3VerificationError, match="revocation"):
        verified(app, token)


def test_the_same_signature_keeps_its_place(signed_in, app: Flask, town: Town):
    client = signed_in(town.amira)
    first, second = (payload_of(fetched(client, town.seq)) for _time in range(2))
    assert first["id"] == second["id"]
    assert first["credentialStatus"] == second["credentialStatus"]


def test_after_the_key_is_replaced_both_verify_and_after_it_is_withdrawn_neither_of_its(
    signed_in, app: Flask, town: Town
):  # fmt: skip
    client = signed_in(town.amira)
    before = fetched(client, town.seq)
    begin_writing(town.world.session)
    town.key_file.unlink()
    note_key(town.world.session, make_key(town.key_file))
    town.world.session.commit()
    after = fetched(client, town.seq)
    header = json.loads(base64.urlsafe_b64decode(after.split(".")[0] + "=="))
    assert header["kid"] == f"{DID}#key-2"
    keys = json.loads(app.test_client().get("/credentials/jwks.json").text)["keys"]
    assert [key["kid"] for key in keys] == [f"{DID}#key-2", f"{DID}#key-1"]
    web = Web(app)
    OB3Verifier.for_issuer_did(DID, download=web).verify(before)
    verified(app, after)
    begin_writing(town.world.session)
    withdraw_key(town.world.session, 1)
    town.world.session.commit()
    with pytest.raises(OB3VerificationError, match="key-1"):
        OB3Verifier.for_issuer_did(DID, download=web).verify(before)
    verified(app, after)


def test_what_anybody_may_read_names_nobody(signed_in, app: Flask, town: Town):
    fetched(signed_in(town.amira), town.seq)
    visitor = app.test_client()
    for address in ("/.well-known/did.json", "/credentials/jwks.json", "/credentials/issuer.json", "/credentials/status/1",
                    f"/achievements/{town.insulin.id}", f"/achievements/{town.insulin.id}.json"):  # fmt: skip
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        for hidden in ("Amira", "Haddad", "Hanne", "Lykke", "fjordby.example"):
            assert hidden not in answer.text, f"{address}: {hidden}"
    page = visitor.get(f"/achievements/{town.insulin.id}").text
    assert "Insulin med pen" in page
    assert "Finder handlingsanvisning og instruks" in page
    assert visitor.get("/credentials/status/2").status_code == 404
    assert visitor.get("/achievements/9999").status_code == 404


def test_the_status_list_is_limited_for_one_address(app: Flask, town: Town):
    visitor = app.test_client()
    answers = [visitor.get("/credentials/status/1").status_code for _time in range(121)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {200}


def test_only_her_own_sign_offs_in_force_are_offered(signed_in, app: Flask, town: Town):
    ended = town.world.signed(town.amira, town.world.task("Øjendråber"), 1, by=town.guide, days_ago=400, valid_days=100)
    waits = town.world.signed(town.amira, town.world.task("Ilt"), 1, by=town.guide, days_ago=1, accepted=False)
    town.world.session.commit()
    client = signed_in(town.amira)
    page = client.get("/me/passport/credentials").text
    assert "Insulin med pen" in page
    assert "Øjendråber" not in page
    assert "Loftlift" not in page
    for seq in (ended, waits):
        assert client.post(f"/me/passport/credentials/{seq}/jwt").location == "/me/passport/credentials"
    assert client.post("/me/passport/credentials/999/jwt").status_code == 404
    other = signed_in(town.guide)
    assert other.post(f"/me/passport/credentials/{town.seq}/jwt").status_code == 404
    assert client.post(f"/me/passport/credentials/{town.seq}/pdf").status_code == 404


def test_without_a_key_nothing_is_issued_and_the_page_says_so(signed_in, app: Flask, town: Town):
    town.key_file.unlink()
    client = signed_in(town.amira)
    assert "Kommunen kan ikke udstede beviser endnu" in client.get("/me/passport/credentials").text
    assert client.post(f"/me/passport/credentials/{town.seq}/jwt").location == "/me/passport/credentials"
    assert app.test_client().get("/credentials/status/1").status_code == 404


def test_each_credential_is_noted_once(signed_in, app: Flask, town: Town):
    client = signed_in(town.amira)
    for _time in range(2):
        fetched(client, town.seq)
    rows = town.world.session.query(AuditEntry).filter_by(action="fetch_credential").all()
    assert [(row.by_person_id, row.person_id) for row in rows] == [(town.amira.person.id, town.amira.person.id)]
    issued = town.world.session.query(IssuedCredential).one()
    assert 0 <= issued.status_index < 131_072
