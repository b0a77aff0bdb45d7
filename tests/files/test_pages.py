"""The pages: adding by the client, who may open a file and how it is handed out, and what is refused beside the field."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from competence.accounts.models import RoleAssignment
from competence.accounts.passwords import hashed
from competence.audit.models import AccessEntry, AuditEntry
from competence.files.models import EvidenceFile
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing
from tests.databases import Database
from tests.files import made
from tests.files.conftest import Training
from tests.files.test_commands import signed
from tests.files.test_storing import script
from tests.web import PASSWORD, running


def send(client, address: str, content: bytes, **says: str):
    data = {"purpose": "training", "title": "", **says, "file": (BytesIO(content), "010190-1234 bevis.jpg")}
    return client.post(address, data=data, content_type="multipart/form-data")


def own(training: Training) -> str:
    return f"/me/files?task={training.task.id}"


def row_of(training: Training) -> EvidenceFile:
    training.world.session.rollback()
    row = training.world.session.scalars(select(EvidenceFile)).one()
    training.world.session.commit()
    return row


def test_she_adds_a_photo_and_her_guide_sees_it_where_she_signs(signed_in, training: Training, app):
    client = signed_in(training.amira)
    assert own(training) in client.get(f"/me/may/{training.amira.employment.id}/{training.task.id}").text
    page = client.get(own(training)).text
    assert "Medicinkursus" in page
    assert 'accept="image/jpeg,image/png,application/pdf"' in page
    answer = send(client, own(training), made.jpeg(), purpose="gate:MED1", title="Medicin, foråret")
    assert answer.status_code == 302, answer.text
    row = row_of(training)
    assert "Bilaget er lagt til" in client.get(answer.location).text
    assert "Medicin, foråret" in client.get(f"/me/may/{training.amira.employment.id}/{training.task.id}").text
    (lies,) = (app.config["SETTINGS"].files_folder / str(training.world.municipality.id)).iterdir()
    assert lies.name == row.stored
    guide = signed_in(training.guide)
    bedside = f"/sign/{training.amira.employment.id}/{training.task.id}"
    assert f"/files/{row.id}" in guide.get(bedside).text
    opened = guide.get(f"/files/{row.id}")
    assert hashlib.sha256(opened.data).hexdigest() == row.hash
    assert not dict(Image.open(BytesIO(opened.data)).getexif())


def test_a_file_is_handed_out_so_that_a_browser_does_nothing_with_it(signed_in, training: Training):
    client = signed_in(training.amira)
    send(client, own(training), made.pdf())
    row = row_of(training)
    opened = client.get(f"/files/{row.id}")
    assert (opened.status_code, opened.mimetype, opened.data) == (200, "application/pdf", made.pdf())
    said = opened.headers
    assert said["Content-Disposition"] == f'attachment; filename="bilag-{row.id}.pdf"'
    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Cache-Control"] == "no-store"
    assert "sandbox" in said["Content-Security-Policy"]
    assert "default-src 'none'" in said["Content-Security-Policy"]
    assert "script" not in said["Content-Security-Policy"]


def test_each_look_but_her_own_is_noted_and_she_sees_it(signed_in, training: Training):
    client = signed_in(training.amira)
    send(client, own(training), made.pdf())
    row = row_of(training)
    client.get(f"/files/{row.id}")
    signed_in(training.leader).get(f"/files/{row.id}")
    training.world.session.rollback()
    looks = training.world.session.scalars(select(AccessEntry).where(AccessEntry.page == "files.file")).all()
    assert [(one.by_person_id, one.person_id) for one in looks] == [
        (training.leader.person.id, training.amira.person.id)
    ]
    assert "Dorthe Nygaard" in client.get("/me/looked").text


def test_whoever_may_not_finds_nothing_and_nothing_once_the_role_has_ended(signed_in, training: Training):
    send(signed_in(training.amira), own(training), made.pdf())
    row = row_of(training)
    for other in (training.stranger, training.administrator, training.world.person("Kolja Kollega")):
        client = signed_in(other)
        for address in (f"/files/{row.id}", f"/files/{row.id}/remove"):
            assert client.get(address).status_code == 404
    leader = signed_in(training.leader)
    assert leader.get(f"/files/{row.id}").status_code == 200
    begin_writing(training.world.session)
    given = training.world.session.scalars(
        select(RoleAssignment).where(RoleAssignment.person_id == training.leader.person.id)
    )
    for role in given:
        role.valid_to, role.ended_at = today(), now()
    training.world.session.commit()
    assert leader.get(f"/files/{row.id}").status_code == 404


def test_it_is_taken_away_for_a_reason_and_nobody_opens_it_after(signed_in, training: Training, app):
    client = signed_in(training.guide)
    address = f"/people/{training.amira.person.id}/files"
    assert address in client.get(f"/people/{training.amira.person.id}").text
    assert send(client, f"{address}?task={training.task.id}", made.jpeg()).status_code == 302
    row = row_of(training)
    removing = f"/files/{row.id}/remove"
    assert "Vælg hvorfor." in client.post(removing).text
    assert client.post(removing, data={"why": "citizen"}).location == address
    assert client.get(f"/files/{row.id}").status_code == 404
    assert signed_in(training.amira).get(f"/files/{row.id}").status_code == 404
    assert not list((app.config["SETTINGS"].files_folder / str(training.world.municipality.id)).iterdir())
    training.world.session.rollback()
    entry = training.world.session.scalars(select(AuditEntry).where(AuditEntry.action == "remove_evidence_file")).one()
    assert entry.detail == {"task": training.task.id, "why": "citizen"}


def test_what_is_wrong_stands_in_danish_at_the_field_and_what_was_typed_is_kept(signed_in, training: Training, app):
    client = signed_in(training.amira)
    wrong = {
        "format (HEIC)": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "Filen er noget andet.": b"MZ" * 100,
        "rummer et program": made.launching(),
        "låst med adgangskode": made.locked(),
        "to slags på én gang": made.jpeg() + b"PK\x05\x06" + b"\0" * 18,
    }
    for words, content in wrong.items():
        answer = send(client, own(training), content, title="Medicin, foråret")
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Medicin, foråret"' in answer.text
    assert "Fejl: " in client.post(own(training)).text
    answer = send(client, own(training), made.jpeg(), title="Amira 010190-1234")
    assert "CPR" in answer.text
    assert send(client, own(training), made.jpeg(), purpose="gate:ANDET").status_code == 422
    assert client.post("/me/files?task=9999").status_code == 404
    assert client.post("/me/files").status_code == 404
    folder = app.config["SETTINGS"].files_folder / str(training.world.municipality.id)
    assert not folder.is_dir() or not list(folder.iterdir())


class Unread(BytesIO):
    """A body that fails the test when it is read."""

    def read(self, *_arguments: object) -> bytes:
        raise AssertionError("a request that is too large was read")

    readline = readinto = read  # type: ignore[assignment]


@pytest.mark.parametrize("size", [50_000_000, 11_000_000])
def test_fifty_megabytes_are_refused_before_they_are_read_and_the_task_is_still_chosen(
    signed_in, training: Training, size: int
):
    client = signed_in(training.amira)
    body = {
        "input_stream": Unread(),
        "environ_overrides": {"CONTENT_LENGTH": str(size)},
        "content_type": "multipart/form-data; boundary=x",
    }
    answer = client.post(own(training), **body)
    assert answer.status_code == 413
    assert "Filen er større end 10 MB." in answer.text
    assert f'action="/me/files?task={training.task.id}"' in answer.text
    assert client.post(f"/people/{training.guide.person.id}/files?task={training.task.id}", **body).status_code == 403


@pytest.mark.parametrize(
    ("body", "words", "noted"),
    [
        ("if grep -q Kursus; then exit 1; fi", "Virusscanneren har fundet noget", 1),
        ("exit 2", "kan ikke modtages lige nu", 0),
        ("exit 0", "", 0),
    ],
)
def test_the_scanner_decides_and_a_find_is_audited(
    database: Database, training: Training, tmp_path: Path, body: str, words: str, noted: int
):
    training.world.session.commit()
    with running(database, file_scanner=script(tmp_path, body), files_folder=tmp_path / "kept") as app:
        assert training.amira.account is not None
        training.amira.account.password_hash = hashed(PASSWORD)
        training.world.session.commit()
        client = app.test_client()
        client.post("/sign-in", data={"email": training.amira.account.email, "password": PASSWORD})
        content = made.pdf().replace(b"anonymous", b"Kursus   ")
        answer = send(client, own(training), content)
        assert answer.status_code == (422 if words else 302)
        assert words in answer.text
    kept = [file for file in (tmp_path / "kept").rglob("*") if file.is_file()]
    assert len(kept) == (0 if words else 1)
    training.world.session.rollback()
    entries = training.world.session.scalars(select(AuditEntry).where(AuditEntry.action == "refuse_evidence_file"))
    assert len(entries.all()) == noted


def test_bytes_that_are_gone_are_said_to_be_and_the_folder_that_cannot_be_written_keeps_nothing(
    signed_in, training: Training, app
):
    client = signed_in(training.amira)
    send(client, own(training), made.pdf())
    row = row_of(training)
    folder = app.config["SETTINGS"].files_folder
    (folder / str(training.world.municipality.id) / row.stored).unlink()
    assert client.get(f"/files/{row.id}").status_code == 503
    (folder / str(training.world.municipality.id)).rmdir()
    folder.rmdir()
    folder.write_text("no folder")
    answer = send(client, own(training), made.jpeg())
    assert "kan ikke modtages lige nu" in answer.text
    folder.unlink()


def test_the_signatures_page_says_which_files_it_rests_on_also_when_they_are_erased(signed_in, training: Training):
    row = training.added(made.pdf())
    event = signed(training)
    training.world.session.commit()
    client = signed_in(training.guide)
    address = f"/signed/{training.amira.employment.id}/{event.seq}"
    page = client.get(address).text
    assert f"opbevares · SHA-256 {row.hash[:16]}" in page
    assert client.post(f"/files/{row.id}/remove", data={"why": "citizen"}).status_code == 302
    assert f"slettet · SHA-256 {row.hash[:16]}" in client.get(address).text
    assert "1 bilag" in client.get(f"/people/{training.amira.person.id}").text
