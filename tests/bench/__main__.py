"""`python -m tests.bench [--quick] [--only NAME] [--database KIND] [--runs N]`. Ends with 0 also where a limit is missed."""

import argparse
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.bench import (
    country,
    data,
    training,
)
from tests.bench.parts import Bench
from tests.bench.timing import Result, result, tell

PARTS = (
    "havnen",
    "rules",
    "figures",
    "strategy",
    "boards",
    "ahead",
    "finder",
    "needs",
    "gaps_today",
    "overview",
    "inspection",
    "sheets",
    "queue",
    "plans",
    "memory",
    "people",
    "roster",
    "check",
    "training",
    "signatures",
    "locks",
)
"""Signatures and locks last: they change what the others read."""
COUNTRY = "country"
"""Only when it is asked for: making 100,000 people takes its time."""
APART = ("havnen", "rules", "figures", "strategy", "training")
"""Those with a municipality of another size, or with none."""


def main() -> int:
    """Nothing but lines on the standard output; the exit status is 1 when a part could not be measured."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="300 people instead of 3,000, to see that it runs")
    asked.add_argument("--runs", type=int, default=30)
    asked.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    asked.add_argument("--only", choices=(*PARTS, COUNTRY), action="append")
    asked.add_argument("--file", type=Path, help="keep the SQLite database here, and use it again when it is there")
    asked.add_argument("--large-file", type=Path, help="the same for the municipality of 10,000 people")
    chosen = asked.parse_args()
    wanted = chosen.only or PARTS
    large = data.QUICK if chosen.quick else data.FULL
    well = True
    for kind in chosen.database or ["sqlite", "postgresql"]:
        if "havnen" in wanted:
            well &= _measure(kind, data.SHIPPED, ("havnen",), chosen.runs, None)
        if "rules" in wanted:
            size = data.QUICK if chosen.quick else data.LARGE
            well &= _measure(kind, size, ("rules",), chosen.runs, chosen.large_file)
        if "figures" in wanted:
            size = data.QUICK if chosen.quick else data.LARGE
            well &= _measure(kind, size, ("figures",), chosen.runs, chosen.large_file)
        if "strategy" in wanted:
            size = data.QUICK if chosen.quick else data.LARGE
            well &= _measure(kind, size, ("strategy",), chosen.runs, chosen.large_file)
        if parts := [part for part in PARTS if part in wanted and part not in APART]:
            well &= _measure(kind, large, parts, chosen.runs, chosen.file)
    if "training" in wanted:
        well &= _told("training", training.measured(chosen.quick, chosen.runs))
    if COUNTRY in wanted:
        size, many = (data.QUICK, 5) if chosen.quick else (country.ONE, country.MUNICIPALITIES)
        well &= _told(f"{COUNTRY} on postgresql", country.measured(size, many, chosen.runs))
    return 0 if well else 1


def _measure(kind: str, size: data.Size, parts: Sequence[str], runs: int, file: Path | None) -> bool:
    """Whether every part could be measured on a municipality of the size."""
    well = True
    with data.loaded(kind, size, file) as database:
        bench = Bench(database, runs)
        loading = (database.facts.get("loaded_s") or 0) * 1000
        tell(result("loading the municipality", kind, [(loading, loading)], [], limit={}, **database.facts))
        for part in parts:
            well &= _told(f"{part} on {kind}", getattr(bench, part)())
        bench.close()
    return well


def _told(name: str, part: Iterable[Result]) -> bool:
    """Whether all of it could be measured and was told."""
    try:
        for found in part:
            tell(found)
    except Exception:
        sys.stderr.write(f"{name} could not be measured:\n{traceback.format_exc()}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
