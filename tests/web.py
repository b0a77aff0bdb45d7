"""The application as a visitor meets it: a client that checks every page it is shown, and a server for a browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import TestResponse

from competence import config
from competence.accounts.passwords import hashed
from competence.app import create_app
from competence.foundation.web import db
from tests.databases import Database
from tests.factories import Someone, World
from tests.html import problems

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
def running(database: Database, **changes: Any) -> Iterator[Flask]:
    """The application on the database. Forms need no token, unless `WTF_CSRF_ENABLED` is set back."""
    with TemporaryDirectory() as folder:
        own = {"database_owner_url": database.owner_url, "files_folder": Path(folder) / "files"}
        app = create_app(config.for_tests(database.url, **(own | changes)))
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = Client
        yield app
        with app.app_context():
            db.engine.dispose()


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

    def sign_in(someone: Someone) -> FlaskClient:
        account = someone.account or world.account(someone)
        account.password_hash = hashed(PASSWORD)
        world.session.commit()
        client = app.test_client()
        answer = client.post("/sign-in", data={"email": account.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return sign_in


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """Where a browser finds the application on the test's own database."""
    with served(database) as address:
        yield address
