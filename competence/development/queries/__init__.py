"""Reads for the employee's own pages, for the guide's queue, and for the page about a person."""

from competence.development.queries.levels import AreaStanding, Confirmed, Levels, confirmed_of, levels_of
from competence.development.queries.own import (
    Job,
    Line,
    Mine,
    Path,
    colleagues_who_may,
    employments_of,
    guides_by_task,
    guides_for,
    looks_at,
    mine,
    path_of,
    requests_of,
    tasks,
    waiting_for,
)

__all__ = [
    "AreaStanding",
    "Confirmed",
    "Job",
    "Levels",
    "Line",
    "Mine",
    "Path",
    "colleagues_who_may",
    "confirmed_of",
    "employments_of",
    "guides_by_task",
    "guides_for",
    "levels_of",
    "looks_at",
    "mine",
    "path_of",
    "requests_of",
    "tasks",
    "waiting_for",
]
