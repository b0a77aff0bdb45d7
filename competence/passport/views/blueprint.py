"""The blueprint, the address as others reach it, and the lines that a passport shows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Blueprint, g
from flask_babel import gettext as _

from competence.coverage.signs import Sign
from competence.development.queries import Line, Mine
from competence.development.rules import Pile
from competence.development.views.showing import shown
from competence.organisation.queries import Tenancy

bp = Blueprint("passports", __name__)


def municipality() -> Tenancy:
    """The municipality of the request."""
    return cast(Tenancy, g.municipality)


@dataclass(frozen=True)
class Held:
    """A task that she may do on the day, as somebody else reads it."""

    task: str
    sign: Sign
    spoken: str
    level: str
    last_day: date | None
    by_education: bool
    limits: tuple[str, ...]
    """Each as the end of "May, when ..."; never about a citizen, never a note."""


def held(own: Mine, *, employments: Collection[int] | None = None) -> Mapping[str, list[Held]]:
    """Area -> the tasks that she may do today for any citizen, each once, under these employments (None: all)."""
    best: dict[int, Line] = {}
    for line in own.lines:
        inside = employments is None or line.job.employment.id in employments
        if inside and line.pile is Pile.NOW and line.answer.level:
            before = best.get(line.task.id)
            if before is None or line.answer.level > before.answer.level:
                best[line.task.id] = line
    areas: dict[str, list[Held]] = {}
    for line in best.values():
        areas.setdefault(line.task.area.name, []).append(_held(own, line))
    return areas


def _held(own: Mine, line: Line) -> Held:
    answer, drawn = line.answer, shown(own, line)
    level = own.levels[answer.level].name if answer.level in own.levels else str(answer.level)
    limits = tuple(when for _text, when in answer.limits)
    if answer.conditions is not None:
        limits += (_("the agreement's conditions are kept"),)
    education = answer.basis == "education"
    return Held(
        line.task.name, drawn.sign, drawn.spoken, level, None if education else answer.last_day, education, limits
    )
