"""What more than one of the walks over the routes asks for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from competence.app import wire
from tests.architecture import towns
from tests.architecture.towns import Towns
from tests.architecture.walking import Walk
from tests.databases import Database, lay_out
from tests.web import running


@pytest.fixture(scope="session")
def two_towns(laid_out_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Towns]:
    """The file with both municipalities, built once."""
    wire()
    file = tmp_path_factory.mktemp("towns") / "towns.sqlite"
    shutil.copyfile(laid_out_file, file)
    return file, towns.build(Database(f"sqlite:///{file}", f"sqlite:///{file}"))


@pytest.fixture
def walk(two_towns: tuple[Path, Towns], quick_folder: Path, tmp_path: Path) -> Iterator[Walk]:
    """A visitor on a copy of her own. What the wall between municipalities does on PostgreSQL is tested beside it."""
    built, known = two_towns
    folder = shutil.copytree(built.with_name("files"), tmp_path / "files")
    file = quick_folder / "walk.sqlite"
    with running(lay_out(built, file), files_folder=folder) as app:
        app.test_client_class = FlaskClient
        walk = Walk(app, file, known)
        yield walk
        walk.stop_watching()
