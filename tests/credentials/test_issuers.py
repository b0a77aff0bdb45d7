"""The list of issuers that are trusted, which the administrator keeps by hand."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from competence.credentials.commands import read_keys, trust_issuer
from competence.credentials.keys import jwk_of
from competence.credentials.queries import issuers, trusted
from competence.foundation.errors import NotAllowed, RuleBroken
from competence.foundation.keys import public_of
from tests.credentials.conftest import SOEBY, Arrival

JWK = jwk_of(public_of(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))))


def test_a_key_set_a_key_and_a_did_document_are_read():
    assert list(read_keys(json.dumps({"keys": [JWK]}))) == [JWK]
    assert list(read_keys(json.dumps(JWK))) == [JWK]
    method = {"id": "did:web:a#key-1", "type": "JsonWebKey", "publicKeyJwk": JWK}
    assert list(read_keys(json.dumps({"verificationMethod": [method]}))) == [JWK | {"kid": "did:web:a#key-1"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not JSON", "not JSON"),
        ("[]", "no key"),
        ("{}", "no key"),
        (json.dumps({"keys": [{"kty": "RSA", "n": "x", "e": "AQAB"}]}), "no key"),
        (json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "too short"}), "no key"),
        (json.dumps(JWK | {"d": "secret"}), "private"),
        ("[" * 100_000, "not JSON"),
    ],
    ids=["words", "a list", "nothing", "another kind", "too short", "a private key", "too deep"],
)
def test_what_is_no_public_key_is_refused(text: str, words: str):
    with pytest.raises(RuleBroken, match=words) as broken:
        read_keys(text)
    assert broken.value.field == "keys"


def test_new_keys_take_the_place_of_the_old(arrival: Arrival):
    session = arrival.world.session
    trust_issuer(session, issuer=SOEBY.did, name="Søby", keys=json.dumps(JWK), by=arrival.administrator.actor)
    found = trusted(session, SOEBY.did)
    assert found is not None
    assert found.keys == [JWK]
    assert [row.ended_at is None for row in issuers(session)] == [True, False]


def test_only_the_administrator_keeps_the_list(arrival: Arrival):
    with pytest.raises(NotAllowed):
        trust_issuer(arrival.world.session, issuer="did:web:x", name="X", keys=json.dumps(JWK), by=arrival.guide.actor)


def test_the_page_says_what_is_wrong_and_keeps_what_was_written(signed_in, arrival: Arrival):
    client = signed_in(arrival.administrator)
    answer = client.post("/issuers", data={"name": "Lilleby", "issuer": "lilleby", "keys": json.dumps(JWK)})
    assert answer.status_code == 422
    assert "did:web:…" in answer.text
    assert 'value="Lilleby"' in answer.text
    assert client.post(
        "/issuers", data={"name": "Lilleby", "issuer": "did:web:lilleby.example", "keys": json.dumps(JWK)}
    ).location
    page = client.get("/issuers").text
    assert "did:web:lilleby.example" in page
    number = trusted(arrival.world.session, "did:web:lilleby.example")
    assert number is not None
    client.post(f"/issuers/{number.id}/end")
    arrival.world.session.rollback()
    assert trusted(arrival.world.session, "did:web:lilleby.example") is None


def test_a_p256_key_can_be_used():
    numbers = generate_private_key(SECP256R1()).public_key().public_numbers()

    def text(number: int) -> str:
        return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")

    assert read_keys(json.dumps({"kty": "EC", "crv": "P-256", "x": text(numbers.x), "y": text(numbers.y)}))
