"""Whom to train next: teams, a district, a municipality, each beside a plain model of the same numbers without weeks."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from competence.training.rules import Aim, Problem, Solution
from competence.training.rules.lookup import Lookup
from competence.training.solving import Solver
from tests.bench.timing import Result, Taken, result
from tests.training.worlds import DISTRICT, municipality

TEAM_MS, DISTRICT_MS, MUNICIPALITY_MS, MEGABYTES = 50, 2000, 30_000, 1024
SECONDS: dict[int, float] = {TEAM_MS: 10, DISTRICT_MS: 20, MUNICIPALITY_MS: 60}
"""What each is given at most, so that a limit missed is measured and not cut off."""
PROVEN = 1e-4


def measured(quick: bool, runs: int) -> Iterator[Result]:
    """By each aim for a team and a district; for a municipality gaps first, once more after a change, and the fastest way."""
    solver = Solver(grace=120)
    floor = _Floor()
    try:
        solver.solve(municipality(1), seconds=SECONDS[TEAM_MS])
        for aim in Aim:
            teams = [municipality(1, seed=seed, aim=aim) for seed in range(1, max(3, runs) + 1)]
            yield _told(f"whom to train: a team, {aim}", teams, solver, floor, TEAM_MS)
        few = 3 if quick else DISTRICT
        for aim in Aim:
            districts = [municipality(few, seed=seed, aim=aim) for seed in (1, 2, 3)]
            yield _told(f"whom to train: a district of {few} teams, {aim}", districts, solver, floor, DISTRICT_MS)
        tight = [municipality(few, seed=seed, guide_minutes=60, nurse_minutes=1500) for seed in (1, 2, 3)]
        yield _told(f"whom to train: a district of {few} teams, guides' hours short", tight, solver, floor, DISTRICT_MS)
        many = 6 if quick else 10 * DISTRICT
        all_ = [municipality(many)]
        yield _told(f"whom to train: a municipality of {many} teams", all_, solver, floor, MUNICIPALITY_MS)
        plan = solver.solve(all_[0], seconds=SECONDS[MUNICIPALITY_MS])
        off = [replace(all_[0], without=frozenset(one.pair for one in plan.proposals[:1]))]
        name = f"whom to train: a municipality of {many} teams, one proposal turned off"
        yield _told(name, off, solver, floor, MUNICIPALITY_MS)
        soon = [municipality(many, aim=Aim.FASTEST)]
        name = f"whom to train: a municipality of {many} teams, {Aim.FASTEST}"
        yield _told(name, soon, solver, floor, MUNICIPALITY_MS)
    finally:
        solver.close()


def _told(name: str, problems: Sequence[Problem], solver: Solver, floor: "_Floor", limit: int) -> Result:
    """Ours is the solving of the answer, the floor the solving of the plain model; `whole_ms` is from question to answer."""
    ours: list[Taken] = []
    bare: list[Taken] = []
    whole: list[float] = []
    found: list[Solution] = []
    for one in problems:
        begun = time.perf_counter()
        solution = solver.solve(one, seconds=SECONDS[limit])
        whole.append((time.perf_counter() - begun) * 1000)
        found.append(solution)
        ours.append((solution.seconds * 1000, solution.seconds * 1000))
        spent = floor.solve(one)
        bare.append((spent, spent))
    # A municipality is a job, with all that it takes; the others are limited in the solving alone.
    whole_limit = {"whole_p95_ms": limit} if limit == MUNICIPALITY_MS else {}
    lost = [one.greedy.cost - one.cost for one in found]
    return result(
        name, "none", ours, bare, limit={"ms": limit, "worst_gap": PROVEN, "mb": MEGABYTES} | whole_limit,
        whole_ms=round(sorted(whole)[len(whole) // 2], 1), whole_p95_ms=round(sorted(whole)[int(len(whole) * 0.95)], 1),
        worst_gap=round(max(one.gap for one in found), 7), unproven=sum(not one.proven for one in found),
        open_before=sum(one.open_before for one in found), open_after=sum(one.open_after for one in found),
        never=sum(sum(left.lacks for left in one.unclosable) for one in found),
        greedy_open=sum(one.greedy.open for one in found), proposals=sum(len(one.proposals) for one in found),
        greedy_dearer_kr=sum(lost), greedy_objective_over_pct=round(_over(found), 2), mb=round(peak(solver.pid), 1),
        load=round(os.getloadavg()[0], 2),
    )  # fmt: skip


def _over(found: Sequence[Solution]) -> float:
    ours = sum(one.objective for one in found)
    return 100 * (sum(one.greedy.objective for one in found) / ours - 1) if ours else 0.0


def peak(process: int | None) -> float:
    """Megabytes of memory that the process has held at most; 0 where the system does not say."""
    path = Path(f"/proc/{process}/status")
    if not path.exists():
        return 0.0
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


class _Floor:
    """Seats, people's time and one pool of the teachers' time for each district: no weeks, no needs, no courses."""

    def solve(self, asked: Problem) -> float:
        """Milliseconds of HiGHS on the plain model, building left out, one district after the other."""
        look = Lookup(asked)
        districts: dict[int, list[int]] = defaultdict(list)
        for i in look.of_use(()):
            districts[look.candidates[i].unit_id // DISTRICT].append(i)
        return sum(self._district(look, group) for group in districts.values())

    def _district(self, look: Lookup, group: Sequence[int]) -> float:
        # Loaded here, so that what the bench itself measures elsewhere is not burdened with it.
        from competence.training.solving.lp import Model

        model, columns = Model(), dict[int, int]()
        seats: dict[int, list[int]] = defaultdict(list)
        people: dict[int, list[int]] = defaultdict(list)
        for i in group:
            columns[i] = model.column(look.weight[i])
            people[look.person[i]].append(i)
            for s in look.in_seats[i]:
                seats[s].append(columns[i])
        for s, mine in seats.items():
            left = model.column(look.prices.reach[s], high=max(1, look.missing[s]), whole=False)
            model.least(look.missing[s], [*mine, left])
            thin = model.column(look.prices.spare[s], high=max(1, look.spare[s]), whole=False)
            model.least(look.missing[s] + look.spare[s], [*mine, left, thin])
        for all_ in people.values():
            model.most(look.limits.person_minutes, [columns[i] for i in all_], [look.minutes[i] for i in all_])
        teachers = {t for i in group for t in look.teachers[i]}
        pool = sum(look.room[t] for t in teachers) * look.weeks
        model.most(pool, [columns[i] for i in group], [look.taught[i] for i in group])
        answer: Any = model.solve(seconds=SECONDS[DISTRICT_MS], gap=PROVEN)
        return float(answer.seconds) * 1000
