"""Keys that sign, places in a status list, issuers that are trusted, and credentials that are brought along."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.queries import account_of_person
from competence.audit.commands import record
from competence.catalogue.queries.tasks import get_task, root_path
from competence.credentials import jose
from competence.credentials.models import BroughtCredential, CredentialKey, IssuedCredential, TrustedIssuer
from competence.credentials.queries import (
    get_issuer,
    is_free,
    keys_of,
    name_within,
    published_keys,
    taken_places,
    trusted,
)
from competence.credentials.rules import FULL, LIST_LENGTH, Presented, last_day_of, presented
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.keys import public_of
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.people.models import PersonIdentity

MOST_BYTES = 200 * 1024
"""A credential takes a few thousand."""
ENVELOPE = "data:application/vc+jwt,"


@command
def note_key(session: Session, key: Ed25519PrivateKey) -> CredentialKey | None:
    """The key, noted as the one that signs from here on; None when it does already. RuleBroken when it signed before."""
    keys, public = keys_of(session), public_of(key)
    if any(one.public_key == public for one in keys):
        if published_keys(session)[:1] == [one for one in keys if one.public_key == public]:
            return None
        raise RuleBroken(N_("This key has signed here before and has been replaced. Make a new one."))
    noted = CredentialKey(number=len(keys) + 1, public_key=public, recorded_at=now())
    session.add(noted)
    session.flush()
    record(
        session, by=None, action="note_credential_key", subject="credential_key", subject_id=noted.id,
        detail={"number": noted.number},
    )  # fmt: skip
    return noted


@command
def withdraw_key(session: Session, number: int) -> None:
    """Nothing; the key is no longer published, so that nothing it signed is believed. NotFound when there is none."""
    key = next((one for one in keys_of(session) if one.number == number), None)
    if key is None:
        raise NotFound
    if key.withdrawn_at is None:
        key.withdrawn_at = now()
        record(
            session, by=None, action="withdraw_credential_key", subject="credential_key", subject_id=key.id,
            detail={"number": number},
        )  # fmt: skip


@command
def give_place(session: Session, task_id: int, seq: int, *, by: Actor) -> IssuedCredential:
    """A new credential of the actor's own sign-off, with a random place in the status list."""
    authorise(by, Permission.OWN_READ)
    number, taken = taken_places(session)
    if taken >= FULL:
        number += 1
    index = secrets.randbelow(LIST_LENGTH)
    while not is_free(session, number, index):
        index = secrets.randbelow(LIST_LENGTH)
    issued = IssuedCredential(
        person_id=by.person_id, task_id=task_id, seq=seq, uid=str(uuid.uuid4()), salt=secrets.token_hex(16),
        list_number=number, status_index=index, issued_at=now(),
    )  # fmt: skip
    session.add(issued)
    session.flush()
    record(
        session, by=by.person_id, action="fetch_credential", subject="issued_credential", subject_id=issued.id,
        person_id=by.person_id, detail={"task": task_id, "refers_to": seq},
    )  # fmt: skip
    return issued


@command
def trust_issuer(session: Session, *, issuer: str, name: str, keys: str, by: Actor) -> TrustedIssuer:
    """The issuer, whose credentials count as evidence from here on. One of the same name in its credentials is replaced.

    `keys` is JSON: a key set, a key, or the issuer's DID document. RuleBroken at the field that is wrong.
    """
    authorise(by, Permission.ISSUER_TRUST, root_path(session))
    issuer, name = squeeze(issuer), squeeze(name)
    if not issuer.startswith(("did:", "https://")) or " " in issuer:
        raise RuleBroken(N_("Write the issuer as its credentials name it: did:web:… or https://…"), field="issuer")
    if looks_like_cpr(issuer + " " + name):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field="name"
        )
    found = read_keys(keys)
    for before in session.scalars(
        select(TrustedIssuer).where(TrustedIssuer.issuer == issuer, TrustedIssuer.ended_at.is_(None))
    ):
        before.ended_at = now()
    row = TrustedIssuer(issuer=issuer, name=name, keys=list(found), recorded_at=now(), recorded_by=by.person_id)
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="trust_issuer", subject="trusted_issuer", subject_id=row.id, administrative=True,
    )  # fmt: skip
    return row


def read_keys(text: str) -> Sequence[dict[str, Any]]:
    """The public keys in a key set, a key or a DID document. RuleBroken at the field `keys` when there are none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise RuleBroken(
            N_("The keys are not JSON. Copy the issuer's whole did.json or jwks.json."), field="keys"
        ) from None
    stated: list[Any] = []
    if isinstance(said, dict) and isinstance(said.get("keys"), list):
        stated = said["keys"]
    elif isinstance(said, dict) and isinstance(said.get("verificationMethod"), list):
        methods = [one for one in said["verificationMethod"] if isinstance(one, dict)]
        stated = [
            {**one["publicKeyJwk"], "kid": one.get("id")}
            for one in methods
            if isinstance(one.get("publicKeyJwk"), dict)
        ]
    elif isinstance(said, dict):
        stated = [said]
    if any(isinstance(one, dict) and "d" in one for one in stated):
        raise RuleBroken(N_("This is a private key. Ask the issuer for the public one."), field="keys")
    usable = [
        {name: one[name] for name in ("kty", "crv", "x", "y", "kid") if isinstance(one.get(name), str)}
        for one in stated
        if jose.is_usable(one)
    ]
    if not usable:
        raise RuleBroken(
            N_("There is no key here that can be checked with. It must be Ed25519 or P-256, as a JSON Web Key."),
            field="keys",
        )
    return usable


@command
def end_issuer(session: Session, issuer_id: int, *, by: Actor) -> None:
    """Nothing; the issuer's credentials no longer count as evidence. Signatures that rest on them stand."""
    authorise(by, Permission.ISSUER_TRUST, root_path(session))
    row = get_issuer(session, issuer_id)
    if row.ended_at is None:
        row.ended_at = now()
        record(
            session, by=by.person_id, action="end_issuer", subject="trusted_issuer", subject_id=row.id, administrative=True,
        )  # fmt: skip


@command
def bring(session: Session, person_id: int, task_id: int, content: bytes, *, by: Actor) -> BroughtCredential:
    """The credential, verified and kept as evidence for the person's task. RuleBroken at `file` or `task` says why not."""
    _authorise_about(session, person_id, by=by)
    task = get_task(session, task_id)
    if task.archived_on is not None and task.archived_on <= today():
        raise RuleBroken(N_("The task is no longer in the catalogue."), field="task")
    token = token_in(content)
    issuer, said = verified(session, token)
    digest = hashlib.sha256(token.encode()).hexdigest()
    known = select(BroughtCredential.id).where(
        BroughtCredential.person_id == person_id,
        BroughtCredential.task_id == task_id,
        BroughtCredential.hash == digest,
        BroughtCredential.removed_at.is_(None),
    )
    if session.scalar(known) is not None:
        raise RuleBroken(N_("This credential is here already, for the same task."), field="file")
    account = account_of_person(session, person_id)
    contact = session.scalar(select(PersonIdentity.email).where(PersonIdentity.person_id == person_id))
    row = BroughtCredential(
        person_id=person_id, task_id=task_id, issuer_id=issuer.id, hash=digest, token=token, name=said.name[:200],
        level=said.level[:80], valid_from=said.valid_from, valid_until=said.valid_until,
        is_hers=said.is_for([one for one in (account.email if account else None, contact) if one]),
        recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="bring_credential", subject="brought_credential", subject_id=row.id,
        person_id=person_id, detail={"task": task_id},
    )  # fmt: skip
    return row


def token_in(content: bytes) -> str:
    """The signed token in the file: an enveloping JSON document, or the token alone. RuleBroken at `file` otherwise."""
    if len(content) > MOST_BYTES:
        raise RuleBroken(
            N_(
                "The file is larger than 200 kB. A credential takes a few: choose the file that was fetched as a credential."
            ),
            field="file",
        )
    no_credential = RuleBroken(
        N_("This is no credential. Choose the .json or .jwt file that the other municipality has issued."), field="file"
    )
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise no_credential from None
    if not text.startswith("{"):
        return text
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise no_credential from None
    inside = said.get("id")
    if isinstance(inside, str) and inside.startswith(ENVELOPE):
        return inside.removeprefix(ENVELOPE)
    if "proof" in said:
        raise RuleBroken(
            N_("The credential is signed in a way that cannot be checked here. Ask for it as a JWT (vc+jwt)."),
            field="file",
        )
    raise no_credential


def verified(session: Session, token: str) -> tuple[TrustedIssuer, Presented]:
    """(the trusted issuer, what the credential says). RuleBroken at `file` says why it is not believed."""
    no_credential = RuleBroken(
        N_("This is no credential. Choose the .json or .jwt file that the other municipality has issued."), field="file"
    )
    try:
        said = presented(jose.read(token)[1])
    except (ValueError, OverflowError, RecursionError):
        raise no_credential from None
    if looks_like_cpr(f"{said.name} {said.level}"):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field="file"
        )
    issuer = trusted(session, said.issuer)
    if issuer is None:
        raise RuleBroken(
            sentence(
                N_(
                    "The issuer %(issuer)s is not on the list of those that are trusted here. The administrator keeps the list."
                ),
                issuer=said.issuer[:200],
            ),
            field="file",
        )
    try:
        jose.check(token, issuer.keys)
    except jose.OtherKind:
        raise RuleBroken(
            N_("The credential is signed in a way that cannot be checked here. Ask for it as a JWT (vc+jwt)."),
            field="file",
        ) from None
    except ValueError:
        raise RuleBroken(
            sentence(
                N_(
                    "The signature is not %(issuer)s's: the credential has been changed, or its key is not on the list."
                ),
                issuer=issuer.name,
            ),
            field="file",
        ) from None
    moment = now()
    if said.valid_until is not None and said.valid_until <= moment:
        raise RuleBroken(
            sentence(N_("The credential counted through %(day)s."), day=last_day_of(said.valid_until)), field="file"
        )
    if said.valid_from > moment:
        raise RuleBroken(sentence(N_("The credential counts from %(day)s only."), day=said.valid_from), field="file")
    return issuer, said


@command
def remove_brought(session: Session, brought_id: int, *, by: Actor) -> int:
    """The person's id; the credential is taken out of view. A signature that rests on it stands."""
    row = session.scalar(
        select(BroughtCredential).where(BroughtCredential.id == brought_id, BroughtCredential.removed_at.is_(None))
    )
    if row is None:
        raise NotFound
    _authorise_about(session, row.person_id, by=by)
    row.removed_at = now()
    record(
        session, by=by.person_id, action="remove_credential", subject="brought_credential", subject_id=row.id,
        person_id=row.person_id, detail={"task": row.task_id},
    )  # fmt: skip
    return row.person_id


def _authorise_about(session: Session, person_id: int, *, by: Actor) -> None:
    """Nothing; `by` is the person herself, or may bring credentials for somebody who works within her reach now."""
    if person_id == by.person_id:
        authorise(by, Permission.OWN_READ)
        return
    name_within(session, person_id, within=by.reach(Permission.CREDENTIAL_BRING))
