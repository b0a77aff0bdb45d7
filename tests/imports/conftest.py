"""A municipality that begins with its own five files."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from competence import config
from competence.access.rules import Actor, Assigned, Role
from competence.app import speaker, wire
from competence.delegation.commands import GroundGiven, approve_version, ungrounded
from competence.delegation.models import MatrixVersion
from competence.delegation.rules import Ground
from competence.foundation.clock import now, today
from competence.foundation.console import Console
from competence.foundation.orm import begin_writing, engine_for, open_session
from competence.imports.cli import import_
from competence.imports.reference import load_reference
from competence.organisation.commands import add_municipality
from competence.organisation.models import Unit
from competence.organisation.queries import municipality_named
from competence.people.models import Person, PersonIdentity
from tests.databases import Database, Fill
from tests.imports.own_files import all_five


@dataclass
class Strandby:
    """A made-up municipality as it starts: its reference data, one administrator, and its files on disk."""

    engine: Engine
    municipality_id: int
    folder: Path
    console: Console
    nurse: Actor
    """The development nurse for all of it, who also administers."""

    def session(self) -> Session:
        """A session that works for it."""
        return open_session(self.engine, self.municipality_id)

    def run(self, kind: str, *options: str, file: str | Path | None = None) -> Result:
        """What `competence import` of the kind did with its own file, or another."""
        chosen = file or self.folder / all_five(today())[kind][0]
        with speaker().app_context():
            return CliRunner().invoke(import_, [kind, str(chosen), *options], obj=self.console)

    def object(self, kind: str, *options: str, file: str | Path | None = None) -> dict[str, Any]:
        """What `--json` printed."""
        found: dict[str, Any] = json.loads(self.run(kind, "--json", *options, file=file).stdout)
        return found

    def write(self, name: str, data: bytes) -> Path:
        """Another file on disk."""
        path = self.folder / name
        path.write_bytes(data)
        return path

    def approve(self, session: Session, number: int, valid_from: Any) -> None:
        """Nothing; the draft is approved by name, with the doctor's order as the ground of what asks for one."""
        begin_writing(session)
        version = session.scalars(select(MatrixVersion).where(MatrixVersion.number == number)).one()
        grounds = {cell.id: GroundGiven(Ground.DOCTORS_ORDER) for cell, _, _ in ungrounded(session, version.id)}
        approve_version(session, number, valid_from=valid_from, by=self.nurse, grounds=grounds)
        session.commit()


def reference(database: Database) -> None:
    """Nothing; the database holds a municipality with its own copy of the reference data."""
    wire()
    engine = engine_for(database.url)
    with open_session(engine, None) as session:
        add_municipality(session, "Strandby Kommune")
        load_reference(session)
        session.commit()
    engine.dispose()


@pytest.fixture
def strandby(
    database: Database, engine: Engine, filled: Callable[[Database, Fill], None], tmp_path: Path
) -> Iterator[Strandby]:
    """The municipality, with nothing brought in yet."""
    wire()
    filled(database, reference)
    with open_session(engine, 1) as session:
        person = Person(recorded_at=now())
        session.add(person)
        session.flush()
        session.add(PersonIdentity(person_id=person.id, name="Birgitte Toft"))
        root = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        roles = (Assigned(Role.DEVELOPMENT_NURSE, root.path), Assigned(Role.ADMINISTRATOR, root.path))
        nurse = Actor(person.id, None, "Birgitte Toft", roles, Role.DEVELOPMENT_NURSE)
        session.commit()
    for name, data in all_five(today()).values():
        (tmp_path / name).write_bytes(data)
    settings = config.for_tests(database.url)
    console = Console(lambda: settings, lambda session, name: municipality_named(session, name).id)
    yield Strandby(engine, 1, tmp_path, console, nurse)
    console.engine.dispose()
