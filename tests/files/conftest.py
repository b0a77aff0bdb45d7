"""Amira is trained by Hanne in Team Havnen; somebody guides another team."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from competence.access.rules import Role
from competence.catalogue.models import Task, TaskGate
from competence.catalogue.rules import GateKind
from competence.delegation.rules import CellRule
from competence.files.checking import accepted
from competence.files.commands import NewFile, add_file
from competence.files.models import EvidenceFile
from competence.files.rules import Purpose
from competence.files.storing import Store
from competence.foundation.orm import begin_writing
from tests.factories import Someone, World
from tests.files import made


@dataclass
class Training:
    """Who is trained by whom in what, and where files lie."""

    world: World
    amira: Someone
    guide: Someone
    leader: Someone
    stranger: Someone
    administrator: Someone
    task: Task
    store: Store

    def added(self, content: bytes | None = None, *, by: Someone | None = None, **says: object) -> EvidenceFile:
        """A file that lies at Amira's task."""
        file = accepted(made.jpeg() if content is None else content)
        new = NewFile(self.store.put(file.content), file.media_type, len(file.content), file.hash, Purpose.TRAINING)
        for name, said in says.items():
            object.__setattr__(new, name, said)
        return add_file(
            self.world.session, self.amira.person.id, self.task.id, new, by=(by or self.guide).actor
        )  # fmt: skip

    def names(self) -> set[str]:
        """What lies in the folder."""
        return {file.name for file in self.store.folder.iterdir()} if self.store.folder.is_dir() else set()


@pytest.fixture
def training(world: World, tmp_path: Path) -> Training:
    """All of it committed, and the session ready to write."""
    guide = world.role(world.person("Hanne Lykke", "SPL"), Role.GUIDE)
    leader = world.role(world.person("Dorthe Nygaard", "UFA"), Role.LEADER)
    away = world.unit("Team Skoven", under=world.root)
    stranger = world.role(world.person("Gerda Vejleder", "SPL", unit=away), Role.GUIDE)
    administrator = world.role(world.person("Henrik Vestergaard", "UFA"), Role.ADMINISTRATOR, over=world.root)
    amira = world.person("Amira Haddad", "SSH")
    task = world.task("Insulin med pen", observed_times=0)
    world.session.add(
        TaskGate(
            task_id=task.id,
            staff_group_id=world.groups["SSH"].id,
            code="MED1",
            kind=GateKind.COURSE,
            name="Medicinkursus",
        )
    )
    world.cell(task, "SPL", CellRule.CORE)
    world.cell(task, "SSH", CellRule.MAY_GENERAL)
    for one in (amira, guide, leader, stranger, administrator):
        world.account(one)
    world.settle()
    world.session.commit()
    begin_writing(world.session)
    store = Store(tmp_path / "files", world.municipality.id, secret="s" * 40, salt=world.municipality.salt)
    return Training(world, amira, guide, leader, stranger, administrator, task, store)
