"""Many requirements from a list."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.coverage.commands.writing import (
    UNITS,
    Changes,
    NewRequirement,
    lock_units,
    unit_for,
    vocabulary,
)
from competence.coverage.queries.written import Key, written
from competence.coverage.spans import Span, applied, between, put
from competence.foundation.changes import command
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import N_, sentence

MOST_NAMED = 100
"""Of so many units the requirements are asked for by id; of more, all of the municipality are read."""


@dataclass(frozen=True)
class Imported:
    """What an import of requirements came to."""

    added: int
    changed: int
    unchanged: int


@command
def import_requirements(session: Session, rows: Iterable[NewRequirement], *, by: Actor | None) -> Imported:
    """How many were added, changed and left as they were; the same as `set_requirement` for each. `by` None: the command line.

    A first day that has passed is read as today. Of two rows about the same thing from the same day the last one holds.
    RuleBroken when a row cannot be, or reaches into a later one that is written already.
    """
    wanted = list(rows)
    root = unit_for(session, None)
    paths: dict[int, str] = {
        row.id: row.path for row in session.execute(scoped(session, UNITS, UNITS.c.id, UNITS.c.path))
    }
    units = {new.unit_id or root.id for new in wanted}
    for unit_id in units:
        if unit_id not in paths:
            raise NotFound
        if by is not None:
            authorise(by, Permission.IMPORT_REQUIREMENTS, paths[unit_id])
    words, first = vocabulary(session), today()
    latest: dict[tuple[Key, object], tuple[Span, str]] = {}
    for new in wanted:
        begins = max(new.valid_from or first, first)
        words.check(new.task_id, new.said, begins)
        key: Key = (new.unit_id or root.id, new.unit_kind, new.task_id, new.shift, new.day_kind)
        latest[key, begins] = Span(new.said, begins, new.valid_to), new.source
    lock_units(session, units)
    known = written(session, sorted(units) if len(units) <= MOST_NAMED else None)
    changes = Changes(by.person_id if by else None)
    added = changed = 0
    by_key: dict[Key, list[tuple[Span, str]]] = {}
    for (key, _begins), said in latest.items():
        by_key.setdefault(key, []).append(said)
    for key, some in by_key.items():
        spans = before = known.get(key, [])
        for at, (one, _source) in enumerate(some, 1):
            try:
                change = put(one, spans, today=first)
            except RuleBroken as broken:
                name = words.tasks[key[2]][0]
                raise RuleBroken(sentence(N_("%(task)s: %(said)s"), task=name, said=broken.message)) from broken
            if change:
                # Few rows are about the same thing, and each adds two at most.
                spans = applied(spans, change, number=-10 * at)
                added, changed = added + (not change.ends), changed + bool(change.ends)
        changes.add(key, between(before, spans), source=some[-1][1])
    changes.write(session)
    return Imported(added, changed, len(latest) - added - changed)
