"""Another municipality's credential: believed only when all of it holds, and evidence until a guide has signed."""

import hashlib
import io
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.audit.models import EvidenceEvent
from competence.credentials.commands import bring, end_issuer, remove_brought
from competence.credentials.models import BroughtCredential, TrustedIssuer
from competence.credentials.queries import brought_of
from competence.credentials.rules import enveloped
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.signoffs.commands import NewSignOff, sign_off
from competence.signoffs.rules import Origin
from tests.credentials.conftest import SOEBY, Arrival, said


def brought(arrival: Arrival, content: bytes | None = None, by=None):
    return bring(
        arrival.world.session,
        arrival.amira.person.id,
        arrival.task.id,
        arrival.credential() if content is None else content,
        by=(by or arrival.guide).actor,
    )


def refused(arrival: Arrival, content: bytes) -> str:
    with pytest.raises(RuleBroken) as broken:
        brought(arrival, content)
    assert broken.value.field == "file"
    assert not arrival.world.session.scalars(select(BroughtCredential)).all()
    return str(broken.value)


def test_a_credential_that_holds_is_kept_with_what_it_says(arrival: Arrival):
    row = brought(arrival)
    assert (row.name, row.level, row.is_hers) == ("Insulin med insulinpen", "rutineret", True)
    assert row.hash == hashlib.sha256(arrival.credential()).hexdigest()
    (shown,) = brought_of(arrival.world.session, arrival.amira.person.id)
    assert (shown.issuer, shown.by) == ("Søby Kommune", "Hanne Lykke")


def test_the_enveloped_file_is_the_same_credential(arrival: Arrival):
    document = json.dumps(enveloped(arrival.credential().decode())).encode()
    assert brought(arrival, document).hash == hashlib.sha256(arrival.credential()).hexdigest()


def test_one_that_names_somebody_else_says_so(arrival: Arrival):
    assert not brought(arrival, arrival.credential(email="somebody.else@soeby.example")).is_hers


def test_she_may_add_it_herself_and_a_colleague_may_not(arrival: Arrival):
    assert brought(arrival, by=arrival.amira).recorded_by == arrival.amira.person.id
    with pytest.raises(NotFound):
        brought(arrival, by=arrival.world.person("Kolja Kollega"))


@pytest.mark.parametrize(
    "content", [b"", b"not JSON", b"{", b"{}", b"[1]", b"\xff\xfe\x00", b"a.b.c", b'{"id": 5}', b"[" * 50_000, b"{" * 50_000]
)  # fmt: skip
def test_what_is_no_credential_is_refused(arrival: Arrival, content: bytes):
    assert "no credential" in refused(arrival, content)


def test_a_signature_of_somebody_else_is_refused(arrival: Arrival):
    assert "signature" in refused(arrival, arrival.credential(key=Ed25519PrivateKey.generate()))


def test_one_letter_changed_is_refused(arrival: Arrival):
    head, _body, signature = arrival.credential().split(b".")
    _head, other, _signature = arrival.credential(level=1).split(b".")
    assert "signature" in refused(arrival, b".".join((head, other, signature)))


def test_a_header_that_asks_for_no_signature_is_refused(arrival: Arrival):
    _head, body, _signature = arrival.credential().split(b".")
    assert "cannot be checked" in refused(arrival, b"eyJhbGciOiJub25lIn0." + body + b".")


def test_an_issuer_who_is_not_on_the_list_is_refused(arrival: Arrival):
    end_issuer(
        arrival.world.session, arrival.world.session.scalars(select(TrustedIssuer.id)).one(), by=arrival.administrator.actor
    )  # fmt: skip
    assert SOEBY.did in refused(arrival, arrival.credential())


def test_one_that_has_run_out_or_not_begun_is_refused(arrival: Arrival):
    assert "counted through" in refused(arrival, arrival.credential(valid_until=now() - timedelta(days=1)))
    assert "counts from" in refused(arrival, arrival.credential(valid_from=now() + timedelta(days=1)))


def test_a_file_of_five_megabytes_is_refused(arrival: Arrival):
    assert "200 kB" in refused(arrival, b"x" * 5_000_000)


def test_a_credential_with_another_kind_of_proof_is_told_apart(arrival: Arrival):
    document = said().payload() | {"proof": {"type": "DataIntegrityProof"}}
    assert "JWT" in refused(arrival, json.dumps(document).encode())


def test_a_cpr_number_in_it_is_refused(arrival: Arrival):
    named = said()
    assert "CPR" in refused(arrival, arrival.credential(achieved=type(named.achieved)(
        named.achieved.id, "Insulin 010190-1234", "", (), ()
    )))  # fmt: skip


def test_the_same_one_twice_is_refused_and_once_more_when_it_was_removed(arrival: Arrival):
    row = brought(arrival)
    with pytest.raises(RuleBroken, match="already"):
        brought(arrival)
    remove_brought(arrival.world.session, row.id, by=arrival.guide.actor)
    assert brought(arrival).id != row.id


def signed_on(arrival: Arrival, credential_id: int | None):
    new = NewSignOff(arrival.task.id, 2, today(), credential_id=credential_id)
    return sign_off(arrival.world.session, arrival.amira.employment.id, new, by=arrival.guide.actor)


def test_a_guide_signs_on_it_and_the_event_names_its_hash(arrival: Arrival):
    row = brought(arrival)
    with pytest.raises(RuleBroken, match="times"):
        signed_on(arrival, None)
    event = signed_on(arrival, row.id)
    stored = arrival.world.session.get(EvidenceEvent, event.id)
    assert stored is not None
    assert stored.fields["origin"] == Origin.CREDENTIAL.value
    assert stored.fields["credential"] == {"hash": row.hash, "issuer": SOEBY.did}
    assert stored.by_person_id == arrival.guide.person.id
    assert not breaks(arrival.world.session)


def test_nobody_signs_on_what_has_run_out_since_or_is_for_another_task(arrival: Arrival):
    row = brought(arrival)
    with set_to(now() + timedelta(days=101)), pytest.raises(RuleBroken, match="run out"):
        signed_on(arrival, row.id)
    other = arrival.world.task("Øjendråber")
    elsewhere = bring(
        arrival.world.session, arrival.amira.person.id, other.id, arrival.credential(), by=arrival.guide.actor
    )  # fmt: skip
    with pytest.raises(NotFound):
        signed_on(arrival, elsewhere.id)


def upload(client, address: str, content: bytes, task: int):
    data = {"task": str(task), "file": (io.BytesIO(content), "bevis.json")}
    return client.post(address, data=data, content_type="multipart/form-data")


def test_a_guide_adds_it_on_the_page_sees_it_at_the_task_and_signs_on_it(signed_in, arrival: Arrival):
    client = signed_in(arrival.guide)
    address = f"/people/{arrival.amira.person.id}/credentials"
    assert address in client.get(f"/people/{arrival.amira.person.id}").text
    assert upload(client, address, arrival.credential(), arrival.task.id).status_code == 302
    assert "Insulin med insulinpen · rutineret" in client.get(address).text
    bedside = f"/sign/{arrival.amira.employment.id}/{arrival.task.id}"
    page = client.get(bedside).text
    assert "Bevis fra en anden kommune" in page
    assert "Søby Kommune" in page
    row = arrival.world.session.scalars(select(BroughtCredential)).one()
    level = f"{bedside}/level?credential={row.id}"
    assert level in page
    assert "På grundlag af beviset fra Søby Kommune" in client.get(level).text
    answer = client.post(level, data={"level": "2", "expects": "0"})
    assert answer.status_code == 302, answer.text
    assert client.get(f"{bedside}/level?credential=9999").status_code == 404
    assert "På grundlag af en anden kommunes bevis" in client.get(f"/people/{arrival.amira.person.id}").text


def test_what_is_wrong_is_said_in_danish_at_the_field(signed_in, arrival: Arrival):
    client = signed_in(arrival.amira)
    task = arrival.task.id
    stranger = Ed25519PrivateKey.generate()
    wrong = {
        "Det er ikke et bevis.": b"ikke JSON",
        "Filen er større end 200 kB.": b"x" * 300_000,
        "Underskriften er ikke fra Søby Kommune": arrival.credential(key=stranger),
        "Beviset gjaldt til og med": arrival.credential(valid_until=now() - timedelta(days=1)),
    }
    for words, content in wrong.items():
        answer = upload(client, "/me/credentials", content, task)
        assert answer.status_code == 422
        assert words in answer.text
    assert "Vælg opgaven." in upload(client, "/me/credentials", arrival.credential(), 9999).text
    assert upload(client, "/me/credentials", arrival.credential(), task).status_code == 302
    assert "Udstedt til din mailadresse" in client.get("/me/credentials").text


def test_whoever_does_not_reach_her_finds_no_page(signed_in, arrival: Arrival):
    away = arrival.world.unit(
        "Team Skoven", under=arrival.world.unit("Distrikt Syd", "distrikt", under=arrival.world.root)
    )
    other = arrival.world.role(arrival.world.person("Gerda Vejleder", "SPL", unit=away), Role.GUIDE)
    client = signed_in(other)
    assert client.get(f"/people/{arrival.amira.person.id}/credentials").status_code == 404
    assert signed_in(arrival.amira).get(f"/people/{arrival.amira.person.id}/credentials").status_code == 403
