"""Every route for every role: own unit, another unit, another municipality, a role or an employment that has ended, nobody.

What is expected follows from POLICY and from how far each role reaches. A route with a parameter that `towns` does not
know fails here, so that whoever adds one says what is within reach and what is not.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from competence.access.rules import Permission, Role
from competence.app import wire
from competence.foundation.clock import today
from competence.foundation.web import db
from tests.architecture import towns
from tests.architecture.towns import (
    FOREIGN_HOST,
    FOREIGNER,
    HOST,
    INSIDER,
    OUTSIDER,
    SIGNER,
    UNKNOWN,
    VISITORS,
    Ids,
    Towns,
)
from tests.databases import Database
from tests.html import problems
from tests.web import PASSWORD, running

OPENS = frozenset({200, 302, 303, 400, 409, 410, 422})
"""What somebody who may gets; the last four for a form that was sent empty, or too late."""

MUNICIPALITY_WIDE = frozenset({"accounts.log", "settings.settings"})
"""Pages about all of the municipality: a role over a part of it does not reach them."""

BODIES = {
    "accounts.switch_role": lambda visitor, ids: {"role": visitor.home},
    "accounts.switch_language": lambda visitor, ids: {"language": "en"},
    "signoffs.ask": lambda visitor, ids: {"employment_id": ids["employment_id"].own, "task_id": ids["task_id"].own},
}
"""What a form must say to say anything at all; all others are sent empty."""
ASKS_FOR = {"signoffs.ask": Permission.SIGNOFF_ASK}
"""What a view asks for besides, once it knows whom it is about."""


QUERIES = {
    "delegations.new": {"employment": "employment_id", "task": "task_id"},
    "requirements.index": {"unit_id": "unit_id"},
    "who_may.index": {"unit": "unit_id"},
}
"""What pages are told after "?" that names something: by the parameter whose ids it takes."""


def is_own(rule: Rule) -> bool:
    """Whether the page is about oneself, so that a colleague's ids lead nowhere however far one reaches."""
    own = {"signoffs.answer", "signoffs.give_back", "delegations.answer", "delegations.end"}
    return rule.endpoint.startswith("me.") or rule.endpoint in own


NO_TRACE = frozenset({"access_entry", "signed_in_session", "sign_in_try"})
"""What a refused request may still write: that somebody looked, and when she was last seen."""


@dataclass(frozen=True)
class Step:
    """One request of the walk."""

    rule: Rule
    method: str
    values: dict[str, Any]
    outside: str = ""
    """Which parameter names something out of the team: "unit_id other", "task_id foreign"; empty when none does."""

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} {self.outside or 'own'}"


class Walk:
    """The application on a copy of the two towns, with one visitor."""

    def __init__(self, app: Flask, file: Path, known: Towns) -> None:
        self.app, self.file, self.known = app, file, known
        self.client: FlaskClient = app.test_client()
        self.visitor: towns.Visitor | None = None

    def sign_in(self, name: str) -> "Walk":
        """The same walk with the visitor signed in."""
        self.visitor = self.known.visitors[name]
        answer = self.client.post(
            "/sign-in", data={"email": self.visitor.email, "password": PASSWORD}, base_url=f"http://{HOST}"
        )
        assert answer.status_code == 302, answer.text
        return self

    def permissions(self, rule: Rule) -> tuple[Permission, ...]:
        """What the view asks for; nothing when it is public."""
        found: tuple[Permission, ...] = self.app.view_functions[rule.endpoint].__dict__.get("requires", ())
        return found

    def steps(self) -> Iterator[Step]:
        """Every route by each of its methods, all parameters within the team, and each of them outside in turn."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint == "static":
                continue
            asked = {name: name for name in rule.arguments} | QUERIES.get(rule.endpoint, {})
            named = {name: self.ids(rule, asked[name]) for name in sorted(asked)}
            own = {name: ids.own for name, ids in named.items()}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield Step(rule, method, own)
                for name, ids in named.items():
                    if ids.other is not None:
                        yield Step(rule, method, own | {name: ids.other}, f"{name} other")
                    yield Step(rule, method, own | {name: ids.foreign}, f"{name} foreign")

    def ids(self, rule: Rule, name: str) -> Ids:
        """What the route's parameter can name."""
        assert name in self.known.ids, f"{rule.rule}: say in tests/architecture/towns.py what <{name}> can name"
        ids = self.known.ids[name]
        if self.visitor and is_own(rule) and name in self.visitor.own:
            return Ids(self.visitor.own[name], UNKNOWN if name == "seq" else ids.own, ids.foreign)
        return Ids(ids.own) if name == "seq" else ids

    def take(self, step: Step, **arguments: Any) -> TestResponse:
        """The answer to the step's request."""
        with self.app.test_request_context(base_url=f"http://{HOST}"):
            address = self.app.url_for(step.rule.endpoint, **step.values)
        body = BODIES.get(step.rule.endpoint) if step.method == "POST" and self.visitor else None
        data = body(self.visitor, self.known.ids) if body else None
        return self.client.open(address, method=step.method, data=data, **({"base_url": f"http://{HOST}"} | arguments))

    def stored(self) -> dict[str, list[Any]]:
        """All rows, but for the traces that a look leaves."""
        with closing(sqlite3.connect(self.file)) as file:
            tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: file.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
                for name in tables
                if name not in NO_TRACE
            }

    def write(self, statement: str, *values: Any) -> None:
        """Nothing; another process has changed the database, while she is signed in."""
        with closing(sqlite3.connect(self.file)) as file, file:
            file.execute(statement, values)

    def keep(self) -> Callable[[], None]:
        """A function that brings the database back to how it is now."""
        kept = self.file.with_suffix(".kept")
        self._close()
        shutil.copyfile(self.file, kept)

        def bring_back() -> None:
            self._close()
            shutil.copyfile(kept, self.file)

        return bring_back

    def _close(self) -> None:
        """SQLite writes all of its journal into the file when the last connection closes."""
        with self.app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def two_towns(laid_out_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Towns]:
    """The file with both municipalities, built once."""
    wire()
    file = tmp_path_factory.mktemp("towns") / "towns.sqlite"
    shutil.copyfile(laid_out_file, file)
    return file, towns.build(Database(f"sqlite:///{file}", f"sqlite:///{file}"))


@pytest.fixture
def walk(two_towns: tuple[Path, Towns], tmp_path: Path) -> Iterator[Walk]:
    """A visitor on a copy of her own. What the wall between municipalities does on PostgreSQL is tested beside it."""
    built, known = two_towns
    file = tmp_path / "walk.sqlite"
    shutil.copyfile(built, file)
    with running(Database(f"sqlite:///{file}", f"sqlite:///{file}")) as app:
        app.test_client_class = FlaskClient
        yield Walk(app, file, known)


def expected(walk: Walk, step: Step) -> frozenset[int]:
    """What POLICY and reach say that the visitor gets."""
    visitor = walk.visitor
    assert visitor is not None
    permissions = walk.permissions(step.rule)
    if not permissions:
        return OPENS | {404}
    if not visitor.has(permissions):
        return frozenset({403})
    if step.outside.endswith("foreign"):
        return frozenset({404})
    if is_own(step.rule) and (step.outside or UNKNOWN in step.values.values()):
        return frozenset({404})
    if step.rule.endpoint in ASKS_FOR and not visitor.has((ASKS_FOR[step.rule.endpoint],)):
        return frozenset({404})
    if step.rule.endpoint in MUNICIPALITY_WIDE and not visitor.reaches(permissions, walk.known.root_path):
        return frozenset({404})
    if step.outside.endswith("other"):
        # Two parameters that do not belong together are no page, however far one reaches.
        alone = len(step.values.keys() - {"task_id", "task"}) == 1
        reached = visitor.reaches(permissions, walk.known.other_path)
        return OPENS if alone and reached else OPENS | {404} if reached else frozenset({404})
    return OPENS


@pytest.mark.parametrize("name", VISITORS)
def test_each_role_opens_what_it_may_within_reach_and_nothing_else(walk: Walk, name: str):
    walk.sign_in(name)
    before = walk.stored()
    wrong = []
    allowed = []
    for step in walk.steps():
        due = expected(walk, step)
        if due <= {403, 404}:
            answer = walk.take(step)
            if answer.status_code not in due:
                wrong.append(f"{step}: {answer.status_code}, not {sorted(due)}")
        else:
            allowed.append((step, due))
    assert walk.stored() == before, "a refused request has written something"
    bring_back = walk.keep()
    for step, due in allowed:
        answer = walk.take(step)
        if answer.status_code not in due:
            wrong.append(f"{step}: {answer.status_code}, not {sorted(due)}")
        wrong += [f"{step}: shows {leak}" for leak in leaks(walk, step, answer)]
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<!doctype" in answer.text[:20].lower():
            wrong += [f"{step}: {fault}" for fault in problems(answer.text)]
        if step.method == "POST":
            bring_back()
    assert not wrong, "\n".join(wrong)


def leaks(walk: Walk, step: Step, answer: TestResponse) -> list[str]:
    """Names on the page that the visitor has no business with."""
    visitor = walk.visitor
    assert visitor is not None
    if answer.mimetype not in {"text/html", "application/json"}:
        return []
    hidden = {FOREIGNER, "Fie Fremmed", "Søby Kommune"}
    roles = {a.role for a in visitor.roles}
    if not any(a.path == walk.known.root_path for a in visitor.roles):
        hidden |= {OUTSIDER, "Olga Vejleder"}
    if roles <= {Role.DIRECTOR, Role.HR, Role.COMMITTEE}:
        hidden |= set(walk.known.working)
    if roles == {Role.PLANNER} and step.rule.endpoint != "people.index":  # there she stands as any colleague
        hidden |= {SIGNER}
    if is_own(step.rule):  # who has signed one's own sign-off is one's own business
        hidden -= {SIGNER}
    return sorted(name for name in hidden - {visitor.name} if name in answer.text)


def test_a_colleague_is_shown_without_her_level_or_how_long_it_lasts(walk: Walk):
    walk.sign_in("employee")
    answer = walk.client.get("/who-may?q=Insulin+med+pen&shift=D", base_url=f"http://{HOST}")
    shown = answer.text.partition("<main")[2].partition("</main")[0]
    assert INSIDER in shown
    for word in ("basis", "øvet", "ekspert", "niveau", "gælder til og med", "udløber", SIGNER):
        assert word.lower() not in shown.lower(), word


def test_whoever_is_signed_out_is_asked_to_sign_in(walk: Walk):
    before = walk.stored()
    _assert_signed_out(walk)
    assert walk.stored() == before, "somebody whom nobody knows has written something"


def _assert_signed_out(walk: Walk, **arguments: Any) -> None:
    wrong = []
    for step in walk.steps():
        if not walk.permissions(step.rule):
            continue
        answer = walk.take(step, **arguments)
        if answer.status_code != 302 or not answer.location.startswith("/sign-in"):
            wrong.append(f"{step}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_sign_in_to_one_municipality_is_none_to_another(walk: Walk):
    walk.sign_in("development_nurse of all")
    cookie = walk.client.get_cookie("kompetence", domain=HOST)
    assert cookie is not None
    walk.client.set_cookie("kompetence", cookie.value, domain=FOREIGN_HOST)
    _assert_signed_out(walk, base_url=f"http://{FOREIGN_HOST}")


def test_with_the_last_employment_all_access_ends_at_once(walk: Walk):
    walk.sign_in("guide")
    assert walk.visitor is not None
    walk.write("UPDATE employment SET valid_to = ? WHERE person_id = ?", str(today()), walk.visitor.person_id)
    _assert_signed_out(walk)


def test_with_the_account_all_access_ends_at_once(walk: Walk):
    walk.sign_in("leader")
    assert walk.visitor is not None
    walk.write("UPDATE account SET disabled_at = recorded_at WHERE person_id = ?", walk.visitor.person_id)
    _assert_signed_out(walk)


def test_a_host_name_that_nobody_has_shows_nothing(walk: Walk):
    walk.sign_in("leader")
    for step in walk.steps():
        if step.rule.endpoint != "healthz":
            assert walk.take(step, base_url="http://andetsteds.example").status_code == 404, str(step)


def test_what_does_not_exist_is_not_found(walk: Walk):
    walk.sign_in("administrator of all")
    assert walk.client.get(f"/units/{UNKNOWN}", base_url=f"http://{HOST}").status_code == 404
