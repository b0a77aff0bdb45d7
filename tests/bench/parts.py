"""The parts of a measurement, each a method that gives its named results."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Engine

from competence.entitlements.queries import shape
from competence.entitlements.rules import EPOCH
from competence.foundation.clock import today
from competence.foundation.orm import engine_for, open_session
from tests.bench import (
    anchors,
    bare,
    data,
    figures,
    foreseen,
    jobs,
    locks,
    matrices,
    packs,
    pages,
    plans,
    queues,
    rosters,
    sheets,
    signing,
    strategies,
)
from tests.bench.timing import Result, Taken, in_turns, result

CHECKS = 3
"""A check takes many seconds, so it is not run thirty times."""
HTML_KB, SENT_KB, HAVNEN_KB = 400, 16, 80


class Bench:
    """The measurements on one database."""

    def __init__(self, database: data.Measured, runs: int) -> None:
        self.database, self.runs = database, runs
        self.engine: Engine = engine_for(database.url)
        self.m = database.municipality_id
        self.places = pages.places(self.engine, self.m)
        with open_session(self.engine, self.m) as session:
            self.slots, self.ranks = shape(session)
        self.owner = bare.connect(database, owner=True)
        for statement in (*signing.FLOOR_TABLES, *jobs.IMPORT_TABLES, *rosters.TABLES):
            self.owner.execute(
                statement.format(**signing.TYPES[database.kind]).replace(
                    "TABLE ", "TABLE IF NOT EXISTS ").replace("INDEX ", "INDEX IF NOT EXISTS ")
            )  # fmt: skip

    def close(self) -> None:
        """Nothing; all connections are given back."""
        self.engine.dispose()
        self.owner.close()

    def _result(self, name: str, ours: list[Taken], floor: list[Taken], limit: dict[str, float], **more: Any) -> Result:
        return result(name, self.database.kind, ours, floor, limit=limit, **more)

    def signatures(self) -> Iterator[Result]:
        """One signature and one yes, each with its commit."""
        signs = signing.Signing(self.engine, self.m, self.runs + 5)
        floor = signing.bare_insert(self.owner, self.database.kind)
        runs = min(self.runs, len(signs.candidates) - 3)
        ours, bare_ = in_turns(signs.sign, floor, runs=runs)
        yield self._result("sign-off, committed", ours, bare_, {"p95_ms": 5, "ratio": 5})
        ours, bare_ = in_turns(signs.answer, floor, runs=runs)
        yield self._result("acceptance, committed", ours, bare_, {"ms": 10, "ratio": 5})
        few, many = 4, 30 * 5
        classes = signing.Signing(self.engine, self.m, (few + 2) * many, tasks=5)
        floor = signing.bare_insert(self.owner, self.database.kind, many=many)
        few = min(few, len(classes.candidates) // many - 1)
        ours, bare_ = in_turns(lambda: classes.sign_together(many), floor, runs=few, warm=1)
        yield self._result("sign-off of 30 people x 5 tasks, committed", ours, bare_, {"ms": 2000})

    def boards(self) -> Iterator[Result]:
        """The coverage page of teams of about 25."""
        yield from self._pages(self._boards)

    def havnen(self) -> Iterator[Result]:
        """The coverage page of Team Havnen, in Fjordby as it is shipped."""
        yield from self._pages(self._havnen)

    def finder(self) -> Iterator[Result]:
        """Who may do a task now, in a team and next door."""
        yield from self._pages(self._finder)

    def figures(self) -> Iterator[Result]:
        """The heat map of 400 teams, the overview's page, and the figures of a month kept."""
        yield from self._pages(self._overview)

    def needs(self) -> Iterator[Result]:
        """A team's requirements as a table, one subject area; and what the team holds and never needs."""
        with pages.serving(self.database) as app:
            client, team = pages.signed_in(app, self.places.token), self.places.teams[0]
            run = bare.runner(bare.connect(self.database), self.database.kind)
            vectors = bare.all_vectors(run, self.m, self.slots, self.ranks, (today() - EPOCH).days)
            for name, address, least in (
                ("requirements as a table, one area", f"/requirements/{team}/sheet", None),
                ("latent competence of a team", f"/coverage/{team}/latent", vectors),
            ):
                html, sent, text = pages.fetch(client, address)
                floor = least or matrices.bare_page(text)
                ours, bare_ = in_turns(partial(pages.fetch, client, address), floor, runs=self.runs)
                yield self._result(name, ours, bare_, {}, html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1))

    def strategy(self) -> Iterator[Result]:
        """The committee's report of a strategic plan, its page, the needs map, and the development nurse's desk."""
        yield from self._pages(self._strategy)

    def _strategy(self, client: Any, _plain: Any) -> Iterator[Result]:
        plan = strategies.filled(self.engine, self.m)
        run = bare.runner(bare.connect(self.database), self.database.kind)
        floor = bare.all_vectors(run, self.m, self.slots, self.ranks, (today() - EPOCH).days)
        needs = client.get("/strategy/needs").headers.get("Location") or "/strategy/needs"
        for name, address, limit in (
            ("strategic plan as PDF, 10,000 people", f"/strategy/{plan.strategy_id}/report.pdf", {"ms": 10_000}),
            ("page of the strategic plan", f"/strategy/{plan.strategy_id}", {}),
            ("needs map of the municipality", needs, {}),
            ("development nurse's desk", "/desk", {}),
            ("what 8 classes for all teams have changed", "/desk/effects", {}),
        ):
            size, _sent, _text = pages.fetch(client, address)
            ours, bare_ = in_turns(partial(pages.fetch, client, address), floor, runs=max(3, self.runs // 3), warm=1)
            yield self._result(name, ours, bare_, dict(limit), kb=round(size / 1000, 1), measures=plan.measures)

    def _pages(self, some: Callable[[Any, Any], Iterator[Result]]) -> Iterator[Result]:
        with pages.serving(self.database) as app:
            tasks = [task for task, _name in self.places.tasks]
            plain = bare.bare_app(self.database, [*self.places.teams, self.places.havnen], tasks).test_client()
            yield from some(pages.signed_in(app, self.places.token), plain)

    def _boards(self, client: Any, plain: Any) -> Iterator[Result]:
        shapes = [pages.fetch(client, f"/coverage/{team}") for team in self.places.teams]
        team, bare_team = bare.each(self.places.teams), bare.each(self.places.teams)
        ours, bare_ = in_turns(
            lambda: pages.fetch(client, f"/coverage/{team()}"), lambda: plain.get(f"/cells/{bare_team()}").get_data(),
            runs=self.runs,
        )  # fmt: skip
        yield self._result(
            "coverage page, 25 x 150", ours, bare_, {"ratio": 2, "html_kb": HTML_KB, "sent_kb": SENT_KB},
            html_kb=round(max(one[0] for one in shapes) / 1000, 1), sent_kb=round(max(one[1] for one in shapes) / 1000, 1),
            people=list(self.places.sizes), rows=[one[2].count(b"<tr data-row=") for one in shapes],
        )  # fmt: skip

    def _havnen(self, client: Any, plain: Any) -> Iterator[Result]:
        havnen = self.places.havnen
        html, sent, text = pages.fetch(client, f"/coverage/{havnen}")
        ours, bare_ = in_turns(
            lambda: pages.fetch(client, f"/coverage/{havnen}"), lambda: plain.get(f"/cells/{havnen}").get_data(),
            runs=self.runs,
        )  # fmt: skip
        yield self._result(
            "coverage page, Team Havnen", ours, bare_, {"ratio": 2, "html_kb": HAVNEN_KB},
            html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1), rows=text.count(b"<tr data-row="),
        )  # fmt: skip

    def ahead(self) -> Iterator[Result]:
        """A team's forecast over twelve months, and a scenario held against it, each beside the team's coverage page."""
        yield from self._pages(self._ahead)

    def _ahead(self, client: Any, _plain: Any) -> Iterator[Result]:
        with open_session(self.engine, self.m) as session:
            scenarios = {team: foreseen.scenario(session, team) for team in self.places.teams}
        for name, limit, page in (("forecast", 5, "/forecast"), ("what if", 2, "/what-if")):
            teams, boards = bare.each(self.places.teams), bare.each(self.places.teams)

            def ours_(page: str = page, team: Callable[[], int] = teams) -> tuple[int, int, bytes]:
                one = team()
                return pages.fetch(client, f"{page}/{one}", step=scenarios[one] if page == "/what-if" else [])

            def coverage(team: Callable[[], int] = boards) -> None:
                pages.fetch(client, f"/coverage/{team()}")

            html, sent, _text = ours_()
            ours, board = in_turns(ours_, coverage, runs=self.runs)
            yield self._result(
                f"{name}, a team over 12 months, beside its coverage", ours, board, {"ratio": limit},
                html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1),
            )  # fmt: skip
        ours, board, more = foreseen.of_all(client, scenarios, self.runs)
        yield self._result("what if, all units at once, beside each of its teams", ours, board, {"ratio": 1}, **more)
        yield from self._ahead_of_all(client)

    def _ahead_of_all(self, client: Any) -> Iterator[Result]:
        top = (client.get("/overview").headers.get("Location") or "/overview").rpartition("/")[2]
        ours, overview = in_turns(
            lambda: pages.fetch(client, f"/forecast/{top}"),
            lambda: pages.fetch(client, f"/overview/{top}"),
            runs=self.runs,
        )
        yield self._result("forecast of all teams by month", ours, overview, {})

    def _finder(self, client: Any, plain: Any) -> Iterator[Result]:
        pairs = [(team, task) for task in self.places.asked for team in self.places.teams[:3]]
        one, bare_one = bare.each(pairs), bare.each(pairs)

        def ours_() -> None:
            team, (_task, name) = one()
            pages.fetch(client, "/who-may", unit=team, q=name)

        def floor() -> None:
            team, (task, _name) = bare_one()
            plain.get(f"/who/{team}/{task}").get_data()

        html, sent, _text = pages.fetch(client, "/who-may", unit=pairs[0][0], q=pairs[0][1][1])
        ours, bare_ = in_turns(ours_, floor, runs=self.runs)
        yield self._result(
            "who-may, team and neighbours", ours, bare_, {"ratio": 2}, html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1)
        )  # fmt: skip

        key = pages.key_of(self.engine, self.m)
        one, bare_one = bare.each(pairs), bare.each(pairs)

        def as_json() -> None:
            team, (task, _name) = one()
            pages.fetch_by_key(client, key, task=task, unit=team, on=today().isoformat(), shift="day")

        ours, bare_ = in_turns(as_json, floor, runs=self.runs)
        yield self._result("who-may as JSON, by a key", ours, bare_, {"ratio": 2})

    def gaps_today(self) -> Iterator[Result]:
        """Today's gaps of the whole municipality, from everybody's vector."""
        yield from self._pages(self._gaps_today)

    def _gaps_today(self, client: Any, _plain: Any) -> Iterator[Result]:
        run = bare.runner(bare.connect(self.database), self.database.kind)
        floor = bare.all_vectors(run, self.m, self.slots, self.ranks, (today() - EPOCH).days)
        html, sent, _text = pages.fetch(client, "/gaps-today")
        ours, bare_ = in_turns(lambda: pages.fetch(client, "/gaps-today"), floor, runs=self.runs)
        yield self._result(
            "today's gaps", ours, bare_, {}, html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1)
        )

    def _overview(self, client: Any, _plain: Any) -> Iterator[Result]:
        run = bare.runner(bare.connect(self.database), self.database.kind)
        floor = bare.all_vectors(run, self.m, self.slots, self.ranks, (today() - EPOCH).days)
        ours, bare_ = in_turns(figures.heat(self.engine, self.m), floor, runs=self.runs)
        yield self._result(
            "heat map of all teams", ours, bare_, {"ms": 30, "ratio": 3}, units=figures.units(self.engine, self.m)
        )
        top = client.get("/overview").headers.get("Location") or "/overview"
        html, sent, _text = pages.fetch(client, top)
        ours, bare_ = in_turns(lambda: pages.fetch(client, top), floor, runs=self.runs)
        yield self._result(
            "overview of the municipality", ours, bare_, {}, html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1)
        )  # fmt: skip
        ours, bare_ = in_turns(figures.keeping(self.engine, self.m), floor, runs=max(3, self.runs // 6), warm=1)
        yield self._result("figures of a month kept", ours, bare_, {"ms": 2000})

    def inspection(self) -> Iterator[Result]:
        """The inspection pack of a team of about 25 over a year: as page, as PDF, as spreadsheet."""
        run, team = bare.runner(bare.connect(self.database), self.database.kind), self.places.teams[0]
        floor = packs.bare_pack(run, self.database.kind, self.m, team, len(self.places.tasks))
        with pages.serving(self.database) as app:
            client = pages.signed_in(app, self.places.token)
            for form in packs.FORMS:
                ask = packs.asking(client, team, form)
                size = ask()
                ours, bare_ = in_turns(ask, floor, runs=max(3, self.runs // 6), warm=0)
                yield self._result(
                    f"inspection pack, 25 x 150 over a year, {form}", ours, bare_, {"ms": 5000}, kb=round(size / 1000, 1),
                    people=self.places.sizes[0], tasks=len(self.places.tasks),
                )  # fmt: skip

    def sheets(self) -> Iterator[Result]:
        """A team's matrix on A3."""
        people, tasks = self.places.sizes[0], len(self.places.tasks)
        with pages.serving(self.database) as app:
            client = pages.signed_in(app, self.places.token)
            for which in sheets.SHEETS:
                ask = sheets.asking(client, self.places.teams[0], which)
                size = ask()
                ours, bare_ = in_turns(ask, sheets.bare_sheet(people, tasks), runs=max(3, self.runs // 3), warm=1)
                yield self._result(
                    f"matrix on A3, {which}",
                    ours,
                    bare_,
                    {"ms": 160},
                    kb=round(size / 1000, 1),
                    people=people,
                    tasks=tasks,
                )

    def queue(self) -> Iterator[Result]:
        """The queue of a guide with 200 open matters."""
        token, matters = queues.a_guide(self.engine, self.m, self.places.teams[0])
        with pages.serving(self.database) as app:
            client = pages.signed_in(app, token)
            html, sent, text = pages.fetch(client, "/queue")
            ours, bare_ = in_turns(lambda: pages.fetch(client, "/queue"), matrices.bare_page(text), runs=self.runs)
            yield self._result(
                "queue of a guide with 200 open matters", ours, bare_, {"ratio": 2}, matters=matters,
                html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1),
            )  # fmt: skip

    def plans(self) -> Iterator[Result]:
        """The leader's page of the plans of a team of about 25."""
        token, people = plans.a_leader(self.engine, self.m, self.places.teams[0])
        floor = plans.bare_plans(
            bare.runner(bare.connect(self.database), self.database.kind), self.m, self.places.teams[0]
        )
        with pages.serving(self.database) as app:
            fetched = partial(pages.fetch, pages.signed_in(app, token), "/plans", unit=self.places.teams[0])
            html, sent, text = fetched()
            assert text.count(b'<tr><th scope="row">') == people - 1, "everybody but the leader stands on the page"
            ours, bare_ = in_turns(fetched, floor, runs=self.runs)
            yield self._result(
                "plans page of a team of 25", ours, bare_, {"ratio": 2}, people=people,
                html_kb=round(html / 1000, 1), sent_kb=round(sent / 1000, 1),
            )  # fmt: skip

    def people(self) -> Iterator[Result]:
        """3,000 people imported."""
        ours, bare_ = in_turns(
            jobs.importing(self.engine, self.m),
            jobs.bare_import(self.owner, self.database.kind),
            runs=self.runs,
            warm=1,
        )
        yield self._result("3,000 people imported", ours, bare_, {"ms": 2000})

    def roster(self) -> Iterator[Result]:
        """A roster of 10,000 duties read, checked and taken in."""
        runs = min(self.runs, CHECKS)
        ours, bare_ = in_turns(
            rosters.taking(self.engine, self.m), rosters.bare_taking(self.engine, self.m, self.owner, self.database.kind),
            runs=runs, warm=1,
        )  # fmt: skip
        yield self._result("roster of 10,000 duties imported", ours, bare_, {"ms": 10_000})

    def check(self) -> Iterator[Result]:
        """`competence check`."""
        run = bare.runner(bare.connect(self.database), self.database.kind)
        ours, bare_ = in_turns(
            jobs.checking(self.engine, self.m), jobs.bare_check(run, self.database.kind, self.m), runs=CHECKS, warm=0
        )
        yield self._result("competence check", ours, bare_, {"ms": 20_000})
        made = anchors.a_year(self.engine, self.m)
        ours, bare_ = in_turns(
            jobs.proving(self.engine, self.m), jobs.bare_check(run, self.database.kind, self.m), runs=CHECKS, warm=0
        )
        yield self._result("evidence and anchors checked", ours, bare_, {"ms": 60_000}, anchors=made)
        ours, bare_ = in_turns(
            jobs.checking(self.engine, self.m), jobs.bare_check(run, self.database.kind, self.m), runs=CHECKS, warm=0
        )
        yield self._result("competence check incl. anchors", ours, bare_, {"ms": 60_000}, anchors=made)
        events, peak = jobs.check_memory(self.database)
        yield self._result("memory of the check", [(0.0, 0.0)], [], {"mb": 400}, mb=round(peak, 1), events=events)

    def memory(self) -> Iterator[Result]:
        """What a worker holds after fifty boards."""
        empty, full = jobs.memory(self.database, self.places.token, self.places.teams)
        yield self._result(
            "memory of a worker", [(0.0, 0.0)], [], {"mb": 250}, mb=round(full, 1), started_mb=round(empty, 1)
        )  # fmt: skip

    def locks(self) -> Iterator[Result]:
        """How long others wait for the right to write."""

        def told(name: str, ready_s: float, taken: list[Taken], **more: Any) -> Result:
            more |= {"ready_s": round(ready_s, 1), "committed_ms": round(taken[-1][0], 1)}
            more["cpu_ms"] = round(statistics.median(one[1] for one in taken), 1)
            return self._result(name, taken, [], {"ms": 2000}, **more)

        few = locks.approving(
            self.engine, self.m, lambda at, cell: replace(cell, minimum_level=3) if not at % 10 else cell
        )
        yield told("lock held: a version with a tenth of its cells changed", *few)
        limit = {"code": "", "text": "ny betingelse", "when": "ny betingelse"}
        every = locks.approving(self.engine, self.m, lambda _at, cell: replace(cell, limits=(*cell.limits, limit)))
        yield told("lock held: a version with every cell changed", *every)
        count, ready_s, taken = locks.transferring(self.engine, self.m)
        yield told("lock held: papers carried over", ready_s, taken, papers=count)
        yield told("lock held: 10,000 people imported", *locks.employing(self.engine, self.m))

    def rules(self) -> Iterator[Result]:
        """The municipality's own rules: the editor, a cell, a draft's effect, publishing, a file."""
        own = matrices.Own(self.engine, self.m)
        run = bare.runner(bare.connect(self.database), self.database.kind)
        few = max(3, self.runs // 6)
        tasks = sorted({task for task, _group in own.places})[: matrices.CHANGED]
        ours, floor = in_turns(own.impact, matrices.bare_signed(run, self.m, tasks), runs=few, warm=1)
        yield self._result("what a draft of 20 cells would do", ours, floor, {"ms": 10_000})
        with pages.serving(self.database, csrf=False) as app:
            client = pages.signed_in(app, self.places.token)
            grid = f"/matrix/drafts/{own.number}"
            html, sent, text = pages.fetch(client, grid)
            ours, floor = in_turns(lambda: pages.fetch(client, grid), matrices.bare_page(text), runs=self.runs)
            yield self._result(
                "editor of the division of tasks", ours, floor, {"ratio": 2}, html_kb=round(html / 1000, 1),
                sent_kb=round(sent / 1000, 1),
            )  # fmt: skip
            one = own.places[0][0]
            ours, floor = in_turns(own.editing(client), matrices.bare_signed(run, self.m, [one]), runs=self.runs)
            yield self._result("a cell saved and its effect shown", ours, floor, {"ms": 500})
        ours, floor = in_turns(own.publishing, matrices.bare_vectors(run, self.m), runs=CHECKS, warm=0)
        yield self._result("a version published", ours, floor, {"ms": 60_000})
        ours, floor = in_turns(*own.reading(), runs=few, warm=1)
        yield self._result("a file of 200 tasks made a draft", ours, floor, {"ms": 2000})
