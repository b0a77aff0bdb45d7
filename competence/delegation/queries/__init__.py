"""Reads of the matrix: versions and terms, the page of a version, stops, delegations."""

from competence.delegation.queries.terms import (
    CELLS,
    FOLLOWS,
    MASKS,
    STOPS,
    TASKS,
    VERSIONS,
    Cells,
    cell_for,
    cells_of,
    follows,
    get_version,
    stops_in_force,
    terms,
    version_in_force,
    versions,
)

__all__ = [
    "CELLS",
    "FOLLOWS",
    "MASKS",
    "STOPS",
    "TASKS",
    "VERSIONS",
    "Cells",
    "cell_for",
    "cells_of",
    "follows",
    "get_version",
    "stops_in_force",
    "terms",
    "version_in_force",
    "versions",
]
