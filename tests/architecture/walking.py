"""The application on the two towns, and a visitor who walks over its routes."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from competence.access.rules import Permission
from competence.foundation.web import db
from tests.architecture import towns
from tests.architecture.towns import HOST, UNKNOWN, Ids, Towns
from tests.web import PASSWORD

BODIES = {
    "accounts.switch_role": lambda visitor, ids: {"role": visitor.home},
    "accounts.switch_language": lambda visitor, ids: {"language": "en"},
    "signoffs.ask": lambda visitor, ids: {"employment_id": ids["employment_id"].own, "task_id": ids["task_id"].own},
}
"""What a form must say to say anything at all; all others are sent empty."""


QUERIES = {
    "delegations.new": {"employment": "employment_id", "task": "task_id"},
    "files.own": {"task": "task_id"},
    "files.person": {"task": "task_id"},
    "local.index": {"unit": "unit_id"},
    "teaching.new": {"unit": "unit_id"},
    "requirements.index": {"unit_id": "unit_id"},
    "what_if.keep": {"saved": "scenario_id"},
    "what_if.unit": {"saved": "scenario_id", "step": "step"},
    "training_plan.unit": {"part": "unit_id"},
    "plan_activities.new": {"activity": "activity_id", "goal": "goal_id"},
    "plans.index": {"unit": "unit_id"},
    "who_may.index": {"unit": "unit_id"},
    "gaps_today.index": {"unit": "unit_id"},
}
"""What pages are told after "?" that names something: by the parameter whose ids it takes."""


DRAFTS = ("drafts.", "editing.", "hearing.", "impact.", "matrix.approve")
"""Pages about a draft: their version is the one that stands open."""


def is_own(rule: Rule) -> bool:
    """Whether the page is about oneself, so that a colleague's ids lead nowhere however far one reaches."""
    own = {
        "signoffs.answer",
        "signoffs.give_back",
        "delegations.answer",
        "delegations.index",
        "delegations.mine",
        "jobs.job",
        "brought.remove_own",
        "passports.fetch",
        "learning.answer_leading",
        "plans.remove_note",
        "reminders.bring_back",
        "reminders.put_away",
        "talks.cancel",
        "talks.move",
        "talks.one",
        "talks.prepare",
        "talks.write",
        "inspection_files.kept_pdf",
        "inspection_files.kept_sheet",
        "welcome_letters.own",
        "calendars.close",
        "calendars.renew",
        "own_classes.no",
        "own_classes.seen",
        "own_classes.yes",
        "own_paths.answer",
        "own_paths.end",
        "own_paths.plan",
    }
    return rule.endpoint.startswith(("intro.", "me.", "practice.")) or rule.endpoint in own


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
        self._watcher: sqlite3.Connection | None = None
        self._found: tuple[int, dict[str, list[Any]]] | None = None

    def sign_in(self, name: str) -> "Walk":
        """The same walk with the visitor signed in, in a browser of her own."""
        self.visitor = self.known.visitors[name]
        self.client = self.app.test_client()
        answer = self.client.post(
            "/sign-in", data={"email": self.visitor.email, "password": PASSWORD}, base_url=f"http://{HOST}"
        )
        assert answer.status_code == 302, answer.text
        return self

    def permissions(self, rule: Rule) -> tuple[Permission, ...]:
        """What the view asks for; nothing when it is public."""
        found: tuple[Permission, ...] = self.app.view_functions[rule.endpoint].__dict__.get("requires", ())
        return found

    def keyed(self, rule: Rule) -> bool:
        """Whether the view asks for the key of another system, and knows no sign-in."""
        return "keyed" in self.app.view_functions[rule.endpoint].__dict__

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
        if name == "number" and rule.endpoint.startswith(DRAFTS):
            ids = self.known.ids["draft_number"]
        elif name == "mapping_id" and rule.endpoint.startswith("mapping_profiles."):
            ids = self.known.ids["profile_mapping_id"]
        elif name == "mapping_id" and rule.endpoint.startswith("mapping_roster."):
            ids = self.known.ids["roster_mapping_id"]
        else:
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
        """All rows, but for the traces that a look leaves. They are read again only after somebody has written."""
        if self._watcher is None:
            self._watcher = sqlite3.connect(self.file)
        (edition,) = self._watcher.execute("PRAGMA data_version").fetchone()
        if self._found is None or self._found[0] != edition:
            tables = [name for (name,) in self._watcher.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {
                name: self._watcher.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
                for name in tables
                if name not in NO_TRACE
            }
            self._found = edition, rows
        return self._found[1]

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
        """SQLite writes all of its journal into the file when the last connection closes, a job's too."""
        self.app.extensions["jobs"].join(60)
        self.stop_watching()
        with self.app.app_context():
            db.engine.dispose()

    def stop_watching(self) -> None:
        """Nothing; the walk's own connection is closed, and what it found is forgotten."""
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = self._found = None
