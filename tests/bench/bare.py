"""The floors: one raw statement through the driver, strings joined, gzip; nothing that a program needs besides."""

import gzip
import itertools
import sqlite3
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
from flask import Flask, Response, render_template_string
from markupsafe import Markup, escape
from sqlalchemy import make_url

from competence.foundation.clock import today
from tests.bench.data import Measured

CELLS = """
SELECT s.person_id, s.task_id, max(coalesce(s.valid_to, '9999-12-31')) FROM employment e
CROSS JOIN current_signoff s
WHERE s.municipality_id = e.municipality_id AND s.person_id = e.person_id AND e.municipality_id = :m AND e.unit_id = :unit
  AND s.counts_from <= :day AND s.ended_on IS NULL
GROUP BY s.person_id, s.task_id
"""
"""A team's cells: (a2) of the floors. CROSS JOIN keeps SQLite to the order in which it is written."""

WHO = """
SELECT e.id, e.unit_id, i.name FROM employment e
JOIN person_identity i ON i.municipality_id = e.municipality_id AND i.person_id = e.person_id
JOIN group_entitlement x ON x.municipality_id = e.municipality_id AND x.version_id = :version AND x.task_id = :task
  AND x.staff_group_id = e.staff_group_id
WHERE e.municipality_id = :m AND e.unit_id IN ({units}) AND e.valid_from <= :day AND (e.valid_to IS NULL OR e.valid_to > :day)
UNION ALL
SELECT e.id, e.unit_id, i.name FROM employment e
JOIN person_identity i ON i.municipality_id = e.municipality_id AND i.person_id = e.person_id
JOIN current_signoff s ON s.municipality_id = e.municipality_id AND s.person_id = e.person_id AND s.task_id = :task
WHERE e.municipality_id = :m AND e.unit_id IN ({units}) AND e.valid_from <= :day AND (e.valid_to IS NULL OR e.valid_to > :day)
  AND s.counts_from <= :day AND (s.valid_to IS NULL OR s.valid_to > :day) AND s.ended_on IS NULL
"""
"""Who may do a task in a team and next door: (c1) of the floors, narrowed to the district."""

VECTORS = """
SELECT e.unit_id, v.ends FROM employment e
JOIN entitlement_vector v ON v.municipality_id = e.municipality_id AND v.employment_id = e.id
WHERE e.municipality_id = :m ORDER BY e.unit_id
"""
"""Everybody's vector: (b4) of the floors."""

VERSION = """
SELECT id FROM matrix_version WHERE municipality_id = :m AND approved_at IS NOT NULL AND valid_from <= :day
ORDER BY number DESC
"""
RULES = "SELECT task_id, staff_group_id, rule FROM cell WHERE municipality_id = :m AND version_id = :version"
PEOPLE = """
SELECT e.person_id, e.staff_group_id, i.name FROM employment e
JOIN person_identity i ON i.municipality_id = e.municipality_id AND i.person_id = e.person_id
WHERE e.municipality_id = :m AND e.unit_id = :unit AND e.valid_from <= :day AND (e.valid_to IS NULL OR e.valid_to > :day)
"""
BESIDE = """
SELECT b.id FROM unit a JOIN unit b ON b.municipality_id = a.municipality_id AND b.parent_id = a.parent_id
WHERE a.municipality_id = :m AND a.id = :unit
"""
SIGNED = ("must", "may_general", "may_citizen", "delegation_only")

HEAD = """<!doctype html><html lang=da><head><meta charset=utf-8><title>Kompetencematrix</title>
<link rel=stylesheet href="{{ url_for('static', filename='app.css') }}"></head><body><main><h1>{{ name }}</h1>
<table class=matrix><caption>Hvem må hvad i dag</caption><thead><tr><th scope=col>Opgave</th>
{% for p in people %}<th scope=col>{{ p }}</th>{% endfor %}<th scope=col>Dækning</th></tr></thead><tbody>
{{ body }}</tbody></table></main></body></html>"""
LIST = """<!doctype html><html lang=da><head><meta charset=utf-8><title>Hvem må?</title></head><body><main><h1>{{ count }} må</h1>
<ul>{{ body }}</ul></main></body></html>"""
WORDS = {"ok": ("✓", "Må"), "soon": ("◷", "Udløber"), "exp": ("✗", "Udløbet"), "no": ("–", "Må ikke"),
         "edu": ("●", "Uddannelse"), "gap": ("○", "Mangler")}  # fmt: skip
CELL = {state: f"<td class={state}>{sign}<span class=sr> {word}</span>" for state, (sign, word) in WORDS.items()}

Run = Callable[[str, dict[str, Any]], Sequence[Any]]


def connect(database: Measured, *, owner: bool = False) -> Any:
    """A connection of the driver alone, working for the municipality."""
    url = make_url(database.owner_url if owner else database.url)
    if database.kind == "sqlite":
        connection = sqlite3.connect(str(url.database), isolation_level=None)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=15000;")
        return connection
    made = psycopg.connect(
        host=str(url.query["host"]), dbname=url.database, user=url.username, autocommit=True, options="-c jit=off"
    )
    made.execute(f"SELECT set_config('app.municipality', '{database.municipality_id}', false)".encode())
    return made


def runner(connection: Any, kind: str) -> Run:
    """A call that runs a statement with named parameters and gives its rows."""
    if kind == "sqlite":
        return lambda sql, values: connection.execute(sql, values).fetchall()
    styled: dict[str, str] = {}

    def run(sql: str, values: dict[str, Any]) -> Any:
        if sql not in styled:
            text = sql.replace("'9999-12-31'", "DATE '9999-12-31'")
            for name in values:
                text = text.replace(f":{name}", f"%({name})s")
            styled[sql] = text
        return connection.execute(styled[sql], values).fetchall()

    return run


def bare_app(database: Measured, teams: Sequence[int], tasks: Sequence[int]) -> Flask:
    """Plain routes over the same database: `/cells/<team>` and `/who/<team>/<task>`. What says nothing of a person is in memory."""
    connection = connect(database)
    run = runner(connection, database.kind)
    app = Flask(__name__)
    day, m = today(), database.municipality_id
    d, soon = day.isoformat(), (day + timedelta(days=60)).isoformat()
    names = dict(run("SELECT id, name FROM task WHERE municipality_id = :m", {"m": m}))
    version = run(VERSION, {"m": m, "day": d})[0][0]
    place = {task: at for at, task in enumerate(tasks)}
    rules: dict[int, Any] = {}
    for task, group, rule in run(RULES, {"m": m, "version": version}):
        if task in place:
            column = rules.setdefault(group, np.zeros(len(tasks), dtype=np.int8))
            column[place[task]] = 1 if rule == "core" else 2 if rule in SIGNED else 0
    nothing = np.zeros(len(tasks), dtype=np.int8)
    people = {team: run(PEOPLE, {"m": m, "unit": team, "day": d}) for team in teams}
    beside = {team: [row[0] for row in run(BESIDE, {"m": m, "unit": team})] for team in teams}

    def packed(html: str) -> Response:
        return Response(gzip.compress(html.encode(), 6), headers={"Content-Encoding": "gzip"}, mimetype="text/html")

    @app.get("/cells/<int:team>")
    def cells(team: int) -> Response:
        some = people[team]
        at = {row[0]: number for number, row in enumerate(some)}
        until = np.zeros((len(some), len(tasks)), dtype="U10")
        for person, task, valid_to in run(CELLS, {"m": m, "unit": team, "day": d}):
            if person in at and task in place:
                until[at[person], place[task]] = valid_to if isinstance(valid_to, str) else valid_to.isoformat()
        rule = np.array([rules.get(row[1], nothing) for row in some])
        states = np.full(until.shape, "gap", dtype="U4")
        states[until >= soon] = "ok"
        states[(until >= d) & (until < soon)] = "soon"
        states[(until != "") & (until < d)] = "exp"
        states[rule == 1] = "edu"
        states[rule == 0] = "no"
        may = np.isin(states, ["ok", "soon", "edu"]).sum(axis=0).tolist()
        rows = [
            f"<tr><th scope=row>{escape(names[task])}</th>{''.join([CELL[state] for state in column])}<td>{may[number]}/2</tr>\n"
            for number, (task, column) in enumerate(zip(tasks, states.T.tolist(), strict=True))
        ]
        body = Markup("".join(rows))
        return packed(render_template_string(HEAD, name=team, people=[row[2] for row in some], body=body))

    @app.get("/who/<int:team>/<int:task>")
    def who(team: int, task: int) -> Response:
        units = ", ".join(str(unit) for unit in beside[team])
        found = run(WHO.format(units=units), {"m": m, "task": task, "day": d, "version": version})
        body = Markup("".join([f"<li>{escape(row[2])}</li>" for row in found]))
        return packed(render_template_string(LIST, count=len(found), body=body))

    return app


def all_vectors(run: Run, m: int, slots: int, ranks: int, since: int) -> Callable[[], object]:
    """A call that reads everybody's vector and counts by unit who holds what today."""

    def read() -> object:
        rows = run(VECTORS, {"m": m})
        units = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        may = np.frombuffer(b"".join([row[1] for row in rows]), dtype="<u2").reshape(-1, slots, ranks)[:, :, 0] > since
        start = np.flatnonzero(np.r_[True, units[1:] != units[:-1]])
        return np.add.reduceat(may.view(np.int8), start, axis=0, dtype=np.int16)

    return read


def each(items: Sequence[Any]) -> Callable[[], Any]:
    """A call that gives the next item, round and round: every run asks for another, so that no cache flatters it."""
    turning = itertools.cycle(items)
    return lambda: next(turning)
