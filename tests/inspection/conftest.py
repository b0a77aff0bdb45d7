"""A team whose evidence an inspector asks about: signed, accepted, declined, written in later."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.audit.anchoring import add_anchor, gather, note_key
from competence.audit.chain import NewEvent, append_all
from competence.catalogue.models import Task
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.keys import public_of
from competence.foundation.orm import begin_writing
from competence.signoffs import projection
from competence.signoffs.models import Observation
from competence.signoffs.rules import EventKind, ObservationKind, Origin
from tests.factories import Someone, World

PURPOSE = "Tilsyn med medicin i Team Havnen"
SECRETS = ("hemmelig note", "hemmeligt nej")


@dataclass
class Case:
    """What the tests ask about."""

    world: World
    guide: Someone
    amira: Someone
    insulin: Task
    """Signed for Amira 100 days ago as a guide signs, accepted the same day."""
    drops: Task
    """On paper since 200 days ago, written in 10 days ago."""
    auditor: Someone
    leader: Someone
    others: list[Someone] = field(default_factory=list)


def ago(days: int) -> date:
    """So many days before today."""
    return today() - timedelta(days=days)


def anchored(case: Case) -> str:
    """The public key of the first anchor, which vouches for all evidence there is now."""
    key = Ed25519PrivateKey.generate()
    note_key(case.world.session, key)
    add_anchor(case.world.session, gather(case.world.session), key)
    case.world.session.commit()
    begin_writing(case.world.session)
    return public_of(key)


@pytest.fixture
def case(world: World) -> Case:
    """Amira and her team, with much that an inspector is not to see."""
    world.version.approved_at = now() - timedelta(days=310)
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    amira = world.person("Amira Haddad", "SSH")
    insulin, drops, stoma = world.task("Insulin med pen"), world.task("Øjendråber"), world.task("Stomipleje")
    for task in (insulin, drops, stoma):
        world.cell(task, "SPL", CellRule.CORE)
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
    _sign(amira, guide, insulin, days=100, world=world)
    _sign(amira, guide, stoma, days=90, world=world)
    _follow(world, amira, 3, EventKind.DECLINED, stoma, days=60, reason="hemmeligt nej")
    _late(world, amira, drops)
    world.session.add(
        Observation(
            person_id=amira.person.id, task_id=insulin.id, kind=ObservationKind.ALONE, observed_on=ago(101),
            observer_id=guide.person.id, recorded_at=now() - timedelta(days=101),
        )
    )  # fmt: skip
    auditor = world.person("Lis Tornbjerg", "UFA", unit=world.root)
    world.session.add(
        RoleAssignment(
            person_id=auditor.person.id, role=Role.AUDITOR, unit_id=world.team.id, valid_from=ago(5),
            valid_to=today() + timedelta(days=30), purpose=PURPOSE, recorded_at=now(),
        )
    )  # fmt: skip
    leader = world.role(world.person("Lars Bisgaard", "SSA"), Role.LEADER)
    for someone in (guide, amira, leader):
        someone.employment.recorded_at = now() - timedelta(days=390)
    return Case(world.settle(), guide, amira, insulin, drops, auditor, leader)


def _sign(someone: Someone, guide: Someone, task: Task, *, days: int, world: World) -> None:
    moment, first = now() - timedelta(days=days), ago(days)
    fields = {
        "level": 2, "valid_from": first.isoformat(), "valid_to": (first + timedelta(days=365)).isoformat(),
        "answer_before": (first + timedelta(days=30)).isoformat(), "origin": Origin.SIGNED_HERE.value, "matrix_version": 1,
        "instruction": "3.1", "ground": {"as": "guide", "group": "SPL", "own_level": 3},
        "files": ["5eed" * 16],
    }  # fmt: skip
    signed = append_all(
        world.session,
        [NewEvent(someone.person.id, EventKind.SIGNED, guide.person.id, task.id, fields=fields, texts={"note": "hemmelig note"},
                  recorded_at=moment)],
    )[0]  # fmt: skip
    append_all(
        world.session,
        [
            NewEvent(
                someone.person.id,
                EventKind.ACCEPTED,
                someone.person.id,
                task.id,
                refers_to=signed.seq,
                recorded_at=moment,
            )
        ],
    )
    projection.rebuild(world.session, [someone.person.id], on=today(), task_id=task.id)


def _follow(world: World, someone: Someone, seq: int, kind: EventKind, task: Task, *, days: int, reason: str) -> None:
    append_all(
        world.session,
        [NewEvent(someone.person.id, kind, someone.person.id, task.id, refers_to=seq, texts={"reason": reason},
                  recorded_at=now() - timedelta(days=days))],
    )  # fmt: skip
    projection.rebuild(world.session, [someone.person.id], on=today(), task_id=task.id)


def _late(world: World, someone: Someone, task: Task) -> None:
    """A signature from paper, and the yes to it, which nobody had written in before ten days ago."""
    moment = now() - timedelta(days=10)
    before = today() + timedelta(days=80)
    fields = {
        "level": 1, "valid_from": ago(200).isoformat(), "valid_to": None, "answer_before": before.isoformat(),
        "origin": Origin.TRANSFERRED.value,
    }  # fmt: skip
    append_all(
        world.session,
        [NewEvent(someone.person.id, EventKind.SIGNED, None, task.id, fields=fields, texts={"signer": "Gerda Gammel"},
                  recorded_at=moment)],
    )  # fmt: skip
    projection.rebuild(world.session, [someone.person.id], on=today(), task_id=task.id)
