"""The data files that ship with the program."""

import csv
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def seed_folder() -> Path:
    """Where the data files lie: beside the package in a checkout, inside it when installed as a wheel."""
    beside = PACKAGE.parent / "seed"
    return beside if beside.is_dir() else PACKAGE / "seed"


def read_rows(path: Path) -> tuple[Mapping[str, str], ...]:
    """The rows of a data file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))
