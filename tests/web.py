"""The application as a visitor meets it: a client that checks every page it is shown, and a server for a browser."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import TestResponse

from competence import config
from competence.accounts.passwords import hashed
from competence.app import create_app
from competence.foundation.web import db
from tests.databases import Database, begin_anew
from tests.factories import Someone, World
from tests.html import problems

ASKED_LATE = {"files_folder", "credential_key", "file_scanner"}
"""Settings that are looked up when they are needed."""
PASSWORD = "en lang sætning til prøver"


class Client(FlaskClient):
    """A test client for which a page with a fault is a failure."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.text.lstrip()[:9].lower() == "<!doctype":
            found = problems(response.text)
            assert not found, f"{response.request.path}\n" + "\n".join(found)
        return response

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        """The answer of the sign-in page."""
        return self.post("/sign-in", data={"email": email, "password": password})


@contextmanager
def running(database: Database, *, own: bool = False, **changes: Any) -> Iterator[Flask]:
    """The application on the database. Forms need no token, unless `WTF_CSRF_ENABLED` is set back.

    To lay out some hundred routes takes longer than most tests, so an application that one test is through with serves the next
    at the same address. `own`: nobody has used it, so that routes can be added.
    """
    with TemporaryDirectory() as folder:
        own_files = {"database_owner_url": database.owner_url, "files_folder": Path(folder) / "files"}
        settings = config.for_tests(database.url, **(own_files | changes))
        anew = own or not changes.keys() <= ASKED_LATE
        made = None if anew else _IDLE.pop(database.url, None)
        if made is None:
            app = create_app(settings)
            app.jinja_env.bytecode_cache = _COMPILED
            made = Made(app, dict(app.config), dict(app.extensions))
        app = made.app
        app.extensions.clear()
        app.extensions.update(made.extensions)
        app.config.clear()
        app.config.update(made.config, SETTINGS=settings, WTF_CSRF_ENABLED=False)
        app.test_client_class = Client
        with app.app_context():
            begin_anew(db.engine)
        yield app
        app.extensions["jobs"].join(10)
        with app.app_context():
            db.engine.dispose()
        if not anew and app.extensions["jobs"].idle:
            _IDLE[database.url] = made


@dataclass(frozen=True)
class Made:
    """An application, and what it was when it was made."""

    app: Flask
    config: Mapping[str, Any]
    extensions: Mapping[str, Any]


class Compiled(BytecodeCache):
    """Templates as compiled by the first application that showed them; all have the same environment."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()
_IDLE: dict[str, Made] = {}


@contextmanager
def served(database: Database, **changes: Any) -> Iterator[str]:
    """The address at which a browser finds the application on the database. Its forms carry their tokens.

    All of the application lives in a thread of its own: Playwright keeps an event loop open in the tests' thread, and
    Flask ends no context beside one.
    """
    made: Queue[BaseWSGIServer | Exception] = Queue()

    def serve() -> None:
        try:
            with running(database, **changes) as app:
                app.config["WTF_CSRF_ENABLED"] = True
                server = make_server("127.0.0.1", 0, app, threaded=True)
                made.put(server)
                server.serve_forever()
                server.server_close()
        except Exception as error:
            made.put(error)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    server = made.get(timeout=30)
    if isinstance(server, Exception):
        raise server
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    """The application on the test's own database."""
    with running(database) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor whom nobody knows yet."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, world: World) -> Callable[[Someone], FlaskClient]:
    """A visitor signed in as the person, who gets an account when she has none; what the test has made is committed."""
    return partial(visitor, app, world)


def visitor(app: Flask, world: World, someone: Someone) -> FlaskClient:
    """The same on any application."""
    account = someone.account or world.account(someone)
    account.password_hash = hashed(PASSWORD)
    world.session.commit()
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": account.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """Where a browser finds the application on the test's own database."""
    with served(database) as address:
        yield address
