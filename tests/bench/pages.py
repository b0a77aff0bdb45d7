"""Whole requests, signed in, through the application's own WSGI interface."""

import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from competence import config
from competence.access.rules import Role
from competence.accounts.commands import begin_session
from competence.accounts.models import Account, RoleAssignment
from competence.accounts.rules import token_hash
from competence.api.models import ApiKey
from competence.api.rules import KEY_PERMISSIONS, PREFIX
from competence.app import create_app
from competence.catalogue.models import Task
from competence.delegation.models import Cell
from competence.delegation.rules import ENTITLING
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, open_session
from competence.foundation.web import db
from competence.organisation.models import Unit
from competence.people.models import Employment
from tests.bench.data import Measured


@dataclass(frozen=True)
class Places:
    """Which pages are asked for."""

    havnen: int
    teams: tuple[int, ...]
    """Those nearest to 25 people."""
    sizes: tuple[int, ...]
    tasks: tuple[tuple[int, str], ...]
    """All tasks by id and name."""
    asked: tuple[tuple[int, str], ...]
    """Those that a signature opens to most groups: who-may is asked about them."""
    token: str
    """Of a development nurse's sign-in: her reach is the municipality."""


def places(engine: Engine, municipality_id: int) -> Places:
    """The pages to measure, and somebody signed in who may see them."""
    on = today()
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        sizes = {
            row.unit_id: row.people
            for row in session.execute(
                select(Employment.unit_id, func.count().label("people"))
                .where(Employment.valid_from <= on, (Employment.valid_to.is_(None)) | (Employment.valid_to > on))
                .group_by(Employment.unit_id)
            )
        }
        teams = session.execute(select(Unit.id, Unit.name).where(Unit.kind == "team").order_by(Unit.id)).all()
        nearest = sorted(teams, key=lambda row: (abs(sizes.get(row.id, 0) - 25), row.id))[:8]
        tasks = session.execute(select(Task.id, Task.name).order_by(Task.id)).all()
        open_to = select(Cell.task_id).where(Cell.rule.in_(ENTITLING)).group_by(Cell.task_id)
        often = session.scalars(open_to.order_by(func.count().desc(), Cell.task_id).limit(8)).all()
        nurse = session.scalars(
            select(Account)
            .join(RoleAssignment, RoleAssignment.person_id == Account.person_id)
            .where(RoleAssignment.role == Role.DEVELOPMENT_NURSE)
            .order_by(Account.id)
        ).first()
        assert nurse is not None
        token = begin_session(session, nurse, on_phone=False)
        session.commit()
    named = {row.id: row.name for row in tasks}
    return Places(
        next(row.id for row in teams if row.name == "Team Havnen"),
        tuple(row.id for row in nearest), tuple(sizes.get(row.id, 0) for row in nearest),
        tuple((row.id, row.name) for row in tasks), tuple((task, named[task]) for task in often), token,
    )  # fmt: skip


@contextmanager
def serving(database: Measured, *, csrf: bool = True) -> Iterator[Flask]:
    """The application as it is served; its log lines are written, to nowhere. Without `csrf` no form's token is asked for."""
    settings = config.Settings(
        database_url=database.url, database_owner_url=database.owner_url, secret_key="only for measuring " * 3
    )
    kept = sys.stderr
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere
        try:
            app = create_app(settings)
            app.config["WTF_CSRF_ENABLED"] = csrf
            yield app
            with app.app_context():
                db.engine.dispose()
        finally:
            sys.stderr = kept


def signed_in(app: Flask, token: str) -> FlaskClient:
    """A client with the sign-in's cookie."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def fetch(client: FlaskClient, address: str, **query: str | int | list[str]) -> tuple[int, int, bytes]:
    """(bytes of HTML, bytes as sent, the HTML) of a page. RuntimeError when it is not shown."""
    answer = client.get(address, query_string=query, headers={"Accept-Encoding": "gzip"})
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    sent = answer.get_data()
    html = gzip.decompress(sent) if answer.headers.get("Content-Encoding") == "gzip" else sent
    return len(html), len(sent), html


def key_of(engine: Engine, municipality_id: int) -> str:
    """What another system sends that may ask about all of the municipality."""
    token = PREFIX + token_urlsafe(32)
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        root = session.scalars(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
        session.add(
            ApiKey(
                name="Måling", purpose="Måling", unit_id=root, permissions=" ".join(KEY_PERMISSIONS), tail=token[-4:],
                token_hash=token_hash(token), valid_to=today() + timedelta(days=1), recorded_at=now(), recorded_by=0,
            )
        )  # fmt: skip
        session.commit()
    return token


def fetch_by_key(client: FlaskClient, key: str, **query: str | int) -> bytes:
    """The answer about who may. RuntimeError when there is none."""
    answer = client.get("/api/v1/who-may", query_string=query, headers={"Authorization": f"Bearer {key}"})
    if answer.status_code != 200:
        raise RuntimeError(f"who-may: {answer.status}")
    return answer.get_data()
