"""Every word in what is issued is defined by the official contexts of W3C and 1EdTech, as openbadgeslib ships them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from openbadgeslib.ob3.contexts import bundled_contexts
from pyld import jsonld

from competence.credentials.rules import Achieved, Issuer, ToIssue, status_payload
from competence.foundation.clock import now

ISSUER = Issuer("did:web:kompetence.example", "Prøveby Kommune", "https://kompetence.example")
TASK = Achieved(
    "https://kompetence.example/achievements/7",
    "Insulin",
    "Giver insulin",
    ("Finder instruksen",),
    ((1, "basis", "Selv"),),
)
LIST = "https://kompetence.example/credentials/status/1"
CREDENTIAL = ToIssue(
    "5a4c3a3e-0f5a-4f8e-9a55-9f1d3f6f0a11",
    ISSUER,
    TASK,
    1,
    now(),
    now() + timedelta(days=1),
    "a@b.example",
    "salt",
    LIST,
    7,
).payload()
STATUS = status_payload(ISSUER, LIST, [7], made=now(), until=now() + timedelta(days=1))
CLAIMS = {"iss", "jti", "nbf", "exp"}
"""Of the token, beside the credential in it."""


def words(value: Any) -> Iterator[str]:
    """Every key of the document, but for the contexts themselves."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if key != "@context":
                yield key
                yield from words(inside)
    elif isinstance(value, list):
        for one in value:
            yield from words(one)


def expanded(document: dict[str, Any]) -> Any:
    def load(address: str, _options: Any) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": address, "document": bundled_contexts()[address]}

    return jsonld.expand(document, {"documentLoader": load})


@pytest.mark.parametrize("payload", [CREDENTIAL, STATUS], ids=["credential", "status list"])
def test_no_word_is_lost_when_it_is_read_as_json_ld(payload: dict[str, Any]):
    said = {key: value for key, value in payload.items() if key not in CLAIMS}
    meant = [word.rpartition("#")[2].rpartition("/")[2] for word in words(expanded(said))]
    for word in words(said):
        known = {"id": "@id", "type": "@type", "criteria": "Criteria"}.get(word, word)
        assert known in meant, word


def test_a_word_that_nobody_has_defined_would_be_noticed():
    said = {**{key: CREDENTIAL[key] for key in ("@context", "id", "type", "name")}, "sundhedskort": "x"}
    assert "sundhedskort" in words(said)
    assert not [word for word in words(expanded(said)) if "sundhedskort" in word]
