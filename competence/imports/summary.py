"""What a file holds, counted: the object that --json prints."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from competence.foundation.text import Sentence
from competence.imports.matrix import MatrixTask
from competence.imports.parsed import Parsed
from competence.imports.people import NewEmployment
from competence.imports.profiles import ProfileRow
from competence.imports.requirements import NewRequirement
from competence.imports.roster import RosterRow
from competence.imports.signoffs import PaperSignOff
from competence.imports.units import NewUnit

Row = MatrixTask | NewUnit | NewEmployment | PaperSignOff | NewRequirement | ProfileRow | RosterRow
Say = Callable[[Sentence], str]


def as_json(parsed: Parsed[Row], counted: str, *, say: Say = str) -> dict[str, Any]:
    """The counts of a file of one of `KINDS`, with every problem.

    `say` puts a problem into the reader's language. Rules are counted by their codes, those that occur.
    """
    return {
        **_COUNTS[counted](parsed.rows),
        "problems": [
            {"sheet": p.sheet, "row": p.row, "column": p.column, "message": say(p.message)} for p in parsed.problems
        ],
        "unmapped": list(parsed.unmapped),
    }


def _matrix(rows: tuple[Any, ...]) -> dict[str, Any]:
    cells = [cell for task in rows for cell in task.cells]
    return {
        "tasks": len(rows),
        "staff_groups": len({cell.staff_group for cell in cells}),
        "cells": {rule.value: count for rule, count in sorted(Counter(cell.rule for cell in cells).items())},
        "notes": sum(len(task.notes) for task in rows) + sum(len(cell.notes) for cell in cells),
    }


def _units(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {"units": len(rows), "new": len([row for row in rows if row.existing_id is None])}


def _people(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {"people": len({row.number for row in rows}), "employments": len(rows)}


def _signoffs(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "signoffs": len(rows),
        "people": len({row.number for row in rows}),
        "tasks": len({row.task for row in rows}),
    }


def _requirements(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {"requirements": len(rows), "tasks": len({row.task for row in rows})}


def _profiles(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "staff_groups": len({row.staff_group for row in rows}),
        "statements": len([row for row in rows if row.text]),
        "tasks": len([row for row in rows if row.task]),
    }


def _roster(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "duties": len([row for row in rows if row.duty is not None]),
        "people": len({row.person_id for row in rows}),
        "without_duty": len([row for row in rows if row.duty is None]),
    }


_COUNTS: dict[str, Callable[[tuple[Any, ...]], dict[str, Any]]] = {
    "matrix": _matrix,
    "units": _units,
    "people": _people,
    "signoffs": _signoffs,
    "requirements": _requirements,
    "profiles": _profiles,
    "roster": _roster,
}
KINDS = tuple(_COUNTS)
"""The kinds of files, in no order of importing."""
