"""Søby Kommune issues credentials; here its keys are on the list."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from competence.access.rules import Role
from competence.catalogue.models import Task
from competence.credentials import jose
from competence.credentials.commands import trust_issuer
from competence.credentials.keys import jwk_of
from competence.credentials.rules import Achieved, Issuer, ToIssue
from competence.delegation.rules import CellRule
from competence.foundation.clock import now
from competence.foundation.keys import public_of
from competence.foundation.orm import begin_writing
from tests.factories import Someone, World

SOEBY = Issuer("did:web:kompetence.soeby.example", "Søby Kommune", "https://kompetence.soeby.example")
MOMENT = now()
"""One for all, so that the same credential is the same to the second."""
ADDRESS = "https://kompetence.soeby.example/achievements/7"


def said(**changes: Any) -> ToIssue:
    """What Søby says of Amira, unless something else is said."""
    made = ToIssue(
        uid="5a4c3a3e-0f5a-4f8e-9a55-9f1d3f6f0a11",
        issuer=SOEBY,
        achieved=Achieved(
            ADDRESS, "Insulin med insulinpen", "", ("Finder instruksen",), ((1, "begynder", ""), (2, "rutineret", ""))
        ),
        level=2,
        valid_from=MOMENT - timedelta(days=100),
        valid_until=MOMENT + timedelta(days=100),
        email="amira.haddad@fjordby.example",
        salt="abc",
        status_list="https://kompetence.soeby.example/credentials/status/1",
        status_index=7,
    )
    return replace(made, **changes)


@dataclass
class Arrival:
    """Amira comes from Søby with a credential; Hanne guides her here."""

    world: World
    amira: Someone
    guide: Someone
    administrator: Someone
    task: Task
    key: Ed25519PrivateKey

    def credential(self, *, key: Ed25519PrivateKey | None = None, **changes: Any) -> bytes:
        """The file, signed by Søby."""
        payload = said(**changes).payload()
        return jose.sign(payload, key or self.key, kid=f"{SOEBY.did}#key-1", typ="JWT").encode()


@pytest.fixture
def arrival(world: World) -> Arrival:
    """All of it committed, and the session ready to write."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    administrator = world.role(world.person("Henrik Vestergaard", "SPL"), Role.ADMINISTRATOR, over=world.root)
    amira = world.person("Amira Haddad", "SSH")
    task = world.task("Insulin med pen", observed_times=3)
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.account(amira, "amira.haddad@fjordby.example")
    key = Ed25519PrivateKey.generate()
    jwk = jwk_of(public_of(key)) | {"kid": f"{SOEBY.did}#key-1"}
    trust_issuer(
        world.session, issuer=SOEBY.did, name=SOEBY.name, keys=json.dumps({"keys": [jwk]}), by=administrator.actor
    )  # fmt: skip
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    return Arrival(world, amira, guide, administrator, task, key)
