"""Taking turns: ours and the floor run one after the other, so that a busy machine slows both."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Call = Callable[[], object]


@dataclass(frozen=True)
class Result:
    """One measurement, as it is printed."""

    name: str
    database: str
    ours_ms: float
    """Median."""
    floor_ms: float | None
    ratio: float | None
    """How many times the floor ours takes; of the medians."""
    p95_ms: float
    runs: int
    limit: dict[str, float]
    """What may not be passed: `ratio`, `ms`, or a figure of `more`."""
    ok: bool
    more: dict[str, Any] = field(default_factory=dict)


Taken = tuple[float, float]
"""Milliseconds on the clock, and of them on this process's own processor time: a busy machine spoils the first more."""


def clocked(call: Call) -> Taken:
    """What the call takes."""
    begun, worked = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def in_turns(ours: Call, floor: Call | None, *, runs: int, warm: int = 3) -> tuple[list[Taken], list[Taken]]:
    """Milliseconds of each run of ours and of the floor, after some runs that are not counted."""
    for _ in range(warm):
        ours()
        if floor:
            floor()
    taken: tuple[list[Taken], list[Taken]] = ([], [])
    for turn in range(runs):
        # Who goes first changes, so that neither always finds the caches as the other left them.
        for which in (0, 1) if turn % 2 else (1, 0):
            call = (ours, floor)[which]
            if call:
                taken[which].append(clocked(call))
    return taken


def p95(taken: Sequence[Taken]) -> float:
    """The time on the clock that 95 of 100 runs stay below."""
    ordered = sorted(one[0] for one in taken)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def result(
    name: str,
    database: str,
    ours: Sequence[Taken],
    floor: Sequence[Taken],
    *,
    limit: dict[str, float],
    **more: Any,
) -> Result:
    """The measurement, judged by its limits."""
    median, cpu = statistics.median(one[0] for one in ours), statistics.median(one[1] for one in ours)
    bare = statistics.median(one[0] for one in floor) if floor else None
    ratio = median / bare if bare else None
    figures = {"ms": median, "p95_ms": p95(ours), "ratio": ratio or 0.0} | more
    if floor:
        bare_cpu = statistics.median(one[1] for one in floor)
        more |= {"cpu_ms": round(cpu, 2), "floor_cpu_ms": round(bare_cpu, 3), "floor_p95_ms": round(p95(floor), 2)}
    return Result(
        name, database, round(median, 2), round(bare, 3) if bare else None, round(ratio, 2) if ratio else None,
        round(p95(ours), 2), len(ours), dict(limit), all(figures[key] <= most for key, most in limit.items()), more,
    )  # fmt: skip


def tell(found: Result) -> None:
    """Nothing; the measurement is one JSON line on the standard output."""
    row = asdict(found)
    more = row.pop("more")
    sys.stdout.write(json.dumps(row | more, ensure_ascii=False) + "\n")
    sys.stdout.flush()
