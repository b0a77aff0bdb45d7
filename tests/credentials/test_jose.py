"""Compact signatures, made here and checked by an independent library, and the other way round."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm

from competence.credentials import jose
from competence.credentials.keys import jwk_of
from competence.foundation.keys import public_of

KEY = Ed25519PrivateKey.generate()
JWK = jwk_of(public_of(KEY)) | {"kid": "one"}
OTHER = jwk_of(public_of(Ed25519PrivateKey.generate())) | {"kid": "two"}


def test_what_is_signed_here_is_accepted_by_another_library():
    token = jose.sign({"iss": "æøå"}, KEY, kid="one", typ="JWT")
    assert jwt.decode(token, KEY.public_key(), algorithms=["EdDSA"]) == {"iss": "æøå"}
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": "one", "typ": "JWT"}


def test_what_another_library_signs_is_accepted_here():
    assert jose.check(jwt.encode({"a": 1}, KEY, algorithm="EdDSA"), [OTHER, JWK]) == {"a": 1}
    p256 = generate_private_key(SECP256R1())
    public = json.loads(ECAlgorithm.to_jwk(p256.public_key()))
    assert jose.is_usable(public)
    assert jose.check(jwt.encode({"a": 1}, p256, algorithm="ES256"), [JWK, public]) == {"a": 1}


def test_a_key_that_the_header_names_is_asked_alone():
    token = jose.sign({}, KEY, kid="two", typ="JWT")
    with pytest.raises(jose.NotSigned):
        jose.check(token, [JWK, OTHER])


def test_a_key_is_never_used_with_another_algorithm_than_its_own():
    token = jwt.encode({"a": 1}, "x" * 32, algorithm="HS256")
    with pytest.raises(jose.OtherKind):
        jose.check(token, [JWK])
    with pytest.raises(jose.OtherKind):
        jose.check(jwt.encode({"a": 1}, None, algorithm="none"), [JWK])


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True))
def test_what_is_no_token_is_told_so_whatever_it_is(text: str):
    with pytest.raises(ValueError):
        jose.check(text, [JWK])


@given(st.integers(0, 3000), st.integers(0, 7))
def test_no_bit_of_a_token_can_be_changed(place: int, bit: int):
    token = jose.sign({"level": 2, "name": "Insulin"}, KEY, kid="one", typ="JWT")
    at = place % (len(token) - 1)  # the last sign of a signature carries bits that mean nothing
    changed = token[:at] + chr(ord(token[at]) ^ (1 << bit)) + token[at + 1 :]
    with pytest.raises(ValueError):
        jose.check(changed, [JWK])
