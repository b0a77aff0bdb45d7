"""Answers for many people, made while others may write, and put in place in one short transaction.

What is made lies in memory: a process that dies on the way has written nothing and leaves nothing behind. What somebody
else has changed meanwhile is seen when it is put in place, and made again there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from competence.decision.commands import (
    Plain,
    answers_of,
    comparable,
    receivers,
    recompute,
    rewrite_groups,
    rows_for,
    slots_of,
    with_dependents,
)
from competence.decision.queries import EMPLOYMENTS, NOTHING, WITH_PATH, Ahead, book, load
from competence.decision.rules import Book, Employment, intervals
from competence.entitlements.queries import ROWS, VECTORS, shape
from competence.entitlements.rules import levels_end, next_change
from competence.foundation.bulk import Ready, Values, given, hold_still, inserting, own, replacing
from competence.foundation.changes import Tell, Touched, quiet, rehearse
from competence.foundation.clock import now, today
from competence.foundation.orm import execute, open_session, several, standing, tenant_id
from competence.signoffs.queries import chunks

BATCH = 200
"""Employments that are made at a time; in between others are let in, and it is told how far it is."""
ATTEMPTS = 3
"""So often all is made anew because others have changed the rules meanwhile; then it is made while they wait."""
MOST_APART = 50
"""Persons that are made again each about her own tasks; more are made whole, many at a time."""
_SAID = ("level", "basis", "citizen_id", "limits", "valid_from", "valid_to")
"""What a row says of its employment and task."""
_CHANGE = (
    update(ROWS)
    .where(ROWS.c.municipality_id == own(), ROWS.c.id == given(ROWS.c.id))
    .values({name: given(ROWS.c[name]) for name in _SAID})
)

Mark = tuple[datetime, date | None, bytes]
"""When a vector was made, and what it said: another one means that somebody has changed something about the employment."""
Tasks = frozenset[int] | None
"""The tasks about which something changes; None = all."""


@dataclass(frozen=True)
class Rules:
    """What answers rest on that is nobody's own."""

    book: Book
    slots: Mapping[int, int]
    size: int
    ranks: int
    on: date

    def same_as(self, other: "Rules") -> bool:
        """Whether the same facts give the same answers under both: when a version was approved does not matter."""
        mine, theirs = (replace(one, book=replace(one.book, approved_at={})) for one in (self, other))
        return mine == theirs


@dataclass(frozen=True, slots=True)
class Made:
    """What is going to be stored about an employment."""

    person_id: int
    tasks: Tasks
    stood: Mark | None
    """The vector that was stored when this was made, None where there was none."""
    gone: tuple[int, ...]
    """The stored rows in whose place nothing comes."""
    changed: tuple[Values, ...]
    new: tuple[Values, ...]
    ends: bytes
    next_change: date | None


class Rows:
    """How rows of entitlements are made ready: those that are added, and those that change in their place.

    SQLite changes a row in less time than it takes to remove one and add another; PostgreSQL does not.
    """

    def __init__(self, session: Session) -> None:
        self.new = inserting(session, ROWS, ("employment_id", "task_id", *_SAID))
        self.changed = Ready(session, _CHANGE)
        self.in_place = session.get_bind().dialect.name == "sqlite"


@dataclass(frozen=True)
class Foreseen:
    """Answers that were made ahead, by employment, and the rules by which they were."""

    rules: Rules
    rows: Rows
    made: Mapping[int, Made]

    def __or__(self, other: "Foreseen") -> "Foreseen":
        """Both, made by the same rules; where both speak of an employment, the other."""
        return replace(self, made={**self.made, **other.made})

    def without(self, persons: Iterable[int]) -> "Foreseen":
        """The same without those about the persons."""
        gone = set(persons)
        return replace(self, made={id_: made for id_, made in self.made.items() if made.person_id not in gone})


def rules_now(session: Session) -> Rules:
    """The rules as the session's transaction sees them."""
    return Rules(book(session), slots_of(session), *shape(session), today())


def foresee(session: Session, run: Callable[[Session], object], tell: Tell = quiet) -> Foreseen | None:
    """What `run` makes of everybody's answers by changing the rules; None when it does not. Wired to `foundation.changes`.

    What others have changed while it was made is made again before it is given back, so that little is left for later.
    """
    foreseen: Foreseen | None = None
    for _ in range(ATTEMPTS):
        touched, rules = rehearse(session, run, lambda apart, touched: (touched, rules_now(apart)))
        if not touched.everybody:
            return None
        known = foreseen if foreseen is not None and rules.same_as(foreseen.rules) else None
        with open_session(session.get_bind().engine, tenant_id(session)) as apart:
            foreseen = make(apart, rules, None, known=known, tell=tell, pause=apart.rollback).without(touched.persons)
        if known is not None:
            break
    return foreseen


def answer(session: Session, touched: Touched) -> None:
    """Nothing; what is stored says again what the rule says: from what was made ahead, else made now. Wired by app.py."""
    foreseen: Foreseen | None = session.info.pop("foreseen", None)
    if touched.new and not touched.everybody:
        _put_new(session, touched.new)
        left = {person: tasks for person, tasks in touched.persons.items() if person not in touched.new}
        touched = replace(touched, persons=left, new=set())
    if foreseen is not None and (touched.everybody or not touched.tasks):
        touched = _put(session, foreseen, touched)
    if touched:
        recompute(session, _widened(touched))


def _widened(touched: Touched) -> Touched:
    """The same; many persons, each with tasks of her own, are made whole: then they are loaded together."""
    if len(touched.persons) <= MOST_APART:
        return touched
    return replace(touched, persons=dict.fromkeys(touched.persons))


def make(
    session: Session,
    rules: Rules,
    wanted: Mapping[int, Tasks] | None,
    *,
    ahead: Ahead = NOTHING,
    known: Foreseen | None = None,
    tell: Tell = quiet,
    pause: Callable[[], None] = lambda: None,
) -> Foreseen:
    """The answers of the persons (None: of everybody) under the rules, when `ahead` is signed, and of whom they delegate to.

    Reads only, in batches with a `pause` after each. What is `known` is taken over where nothing has changed since.
    """
    if wanted is not None:
        wanted = {**wanted, **dict.fromkeys(receivers(session, wanted))}
    rows, plain = Rows(session), Plain(rules.book, rules.slots, rules.size, rules.ranks)
    stand = {id_: at for id_, at in _stand(session, None).items() if wanted is None or at[0] in wanted}
    found = {
        id_: made
        for id_, made in (known.made if known is not None else {}).items()
        if id_ in stand and stand[id_][1] == made.stood
    }
    ids = sorted(stand.keys() - found.keys())
    pause()
    done, total = len(found), len(stand)
    tell(done, total)
    for some in chunks(ids, BATCH):
        stood, stored = _stand(session, some), _stored(session, some)
        for one in load(session, EMPLOYMENTS.c.id.in_(some), shared=rules.book, ahead=ahead):
            tasks = wanted[one.person_id] if wanted is not None else None
            found[one.id] = _made(one, tasks, rules, plain, stood[one.id][1], stored.get(one.id, {}), rows)
        pause()
        done += len(some)
        tell(done, total)
    return Foreseen(rules, rows, found)


_STAND = (
    standing(
        EMPLOYMENTS, EMPLOYMENTS.c.id, EMPLOYMENTS.c.person_id, VECTORS.c.made_at, VECTORS.c.next_change, VECTORS.c.ends
    )
    .outerjoin(
        VECTORS,
        (VECTORS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (VECTORS.c.employment_id == EMPLOYMENTS.c.id),
    )
    .order_by(EMPLOYMENTS.c.id)
)
_STAND_SOME = _STAND.where(EMPLOYMENTS.c.id.in_(several("employments")))
_STORED = standing(ROWS).where(ROWS.c.employment_id.in_(several("employments")))


def _stand(session: Session, employments: Iterable[int] | None) -> dict[int, tuple[int, Mark | None]]:
    """Employment (None: all) -> (person, the mark of what is stored about it)."""
    found: dict[int, tuple[int, Mark | None]] = {}
    results = [execute(session, _STAND)] if employments is None else [
        execute(session, _STAND_SOME, employments=some) for some in chunks(employments)
    ]  # fmt: skip
    for result in results:
        for id_, person, made_at, turns, ends in result:
            found[id_] = (person, None if made_at is None else (made_at, turns, ends))
    return found


def _stored(session: Session, employments: Iterable[int]) -> dict[int, dict[tuple[Any, ...], int]]:
    """Employment -> what each of its rows says -> the row's id."""
    found: dict[int, dict[tuple[Any, ...], int]] = {}
    for row in execute(session, _STORED, employments=list(employments)):
        found.setdefault(row.employment_id, {})[comparable(dict(row._mapping))] = row.id
    return found


def _made(
    employment: Employment, tasks: Tasks, rules: Rules, plain: Plain, stood: Mark | None,
    before: Mapping[tuple[Any, ...], int], ready: Rows,
) -> Made:  # fmt: skip
    """What is to be stored about the employment; about the tasks alone, where what is stored about the others is as of today."""
    if tasks is None or stood is None or _is_past(stood, rules):
        stored = answers_of(employment, rules.book, rules.slots, rules.ranks, plain)
        here, rows, ends, turns = None, stored.rows, stored.ends, stored.next_change
    else:
        here = with_dependents(rules.book, tasks) & set(rules.slots)
        rows, ends, turns = _partly(employment, here, rules, stood)
        before = {said: id_ for said, id_ in before.items() if said[0] in here}
    after = {comparable(row): row for row in rows}
    free: dict[int, list[int]] = {}
    for said, id_ in before.items():
        if said not in after:
            free.setdefault(said[0], []).append(id_)
    changed, new = [], []
    for said, row in after.items():
        if said in before:
            continue
        places = free.get(said[0])
        if places and ready.in_place:
            changed.append(ready.changed.row({**row, "id": places.pop()}))
        else:
            new.append(ready.new.row(row))
    gone = tuple(id_ for places in free.values() for id_ in places)
    covers = None if here is None else frozenset(here)
    return Made(employment.person_id, covers, stood, gone, tuple(changed), tuple(new), ends, turns)


def _is_past(stood: Mark, rules: Rules) -> bool:
    _made_at, turns, ends = stood
    return (turns is not None and turns <= rules.on) or len(ends) < rules.size * rules.ranks * 2


def _partly(
    employment: Employment, tasks: Iterable[int], rules: Rules, stood: Mark
) -> tuple[tuple[dict[str, Any], ...], bytes, date | None]:
    """(rows of the tasks, the vector with their places made again, its next change)."""
    ends = np.frombuffer(stood[2], dtype="<u2").reshape(-1, rules.ranks).copy()
    turns = [stood[1]]
    rows: list[dict[str, Any]] = []
    for task in sorted(tasks):
        found = intervals(employment, task)
        rows += rows_for(employment, rules.book, task, found)
        spans = [(start, end, level) for start, end, level, _, _ in found]
        ends[rules.slots[task]] = levels_end(spans, on=rules.on, ranks=rules.ranks)
        turns.append(next_change([spans], on=rules.on))
    return tuple(rows), ends.tobytes(), min((turn for turn in turns if turn is not None), default=None)


def _put(session: Session, foreseen: Foreseen, touched: Touched) -> Touched:
    """What is still to be made, after all that is true as it was foreseen has been put in place."""
    hold_still(session)
    rules = rules_now(session)
    if not rules.same_as(foreseen.rules):
        return touched
    if touched.everybody:
        rewrite_groups(session, rules.book)
    about = None if touched.everybody else touched.persons | dict.fromkeys(receivers(session, touched.persons))
    fits: dict[int, Made] = {}
    left: set[int] = set()
    for id_, (person, mark) in _stand(session, None).items():
        if about is not None and person not in about:
            continue
        made = foreseen.made.get(id_)
        if made is not None and made.stood == mark and mark is not None and _covers(made, about, rules.book):
            fits[id_] = made
        else:
            left.add(person)
    _write(session, foreseen.rows, fits)
    return Touched(persons=dict.fromkeys(left))


def _put_new(session: Session, persons: Iterable[int]) -> None:
    """Nothing; what the employments of persons alone say, of whom nothing else is known, is stored."""
    rules, on, moment = rules_now(session), today(), now()
    plain = Plain(rules.book, rules.slots, rules.size, rules.ranks)
    rows = Rows(session)
    vectors = inserting(session, VECTORS, ("employment_id", "ends", "next_change", "made_for", "made_at"))
    for some in chunks(persons, 1000):
        new, made = [], []
        for row in execute(session, WITH_PATH.where(EMPLOYMENTS.c.person_id.in_(some))):
            one = Employment(
                id=row.id, person_id=row.person_id, staff_group_id=row.staff_group_id, unit_path=row.path,
                valid_from=row.valid_from, valid_to=row.valid_to, book=rules.book,
                authorisation_checked_on=row.authorisation_checked_on, stage_from=row.stage_from,
            )  # fmt: skip
            stored = answers_of(one, rules.book, rules.slots, rules.ranks, plain)
            new += [rows.new.row(said) for said in stored.rows]
            said = {"ends": stored.ends, "next_change": stored.next_change, "made_for": on, "made_at": moment}
            made.append(vectors.row(said | {"employment_id": one.id}))
        rows.new.write(session, new)
        vectors.write(session, made)


def _covers(made: Made, about: Mapping[int, set[int] | None] | None, shared: Book) -> bool:
    """Whether all that was touched of the person was made."""
    if made.tasks is None:
        return True
    tasks = about[made.person_id] if about is not None else None
    return tasks is not None and with_dependents(shared, tasks) <= made.tasks


_GONE = delete(ROWS).where(ROWS.c.municipality_id == own(), ROWS.c.id.in_(several("rows")))


def _write(session: Session, rows: Rows, fits: Mapping[int, Made]) -> None:
    """Nothing; rows and vectors of the employments are as they were foreseen."""
    for some in chunks((row for made in fits.values() for row in made.gone), 1000):
        execute(session, _GONE, rows=some)
    rows.changed.write(session, (row for made in fits.values() for row in made.changed))
    rows.new.write(session, (row for made in fits.values() for row in made.new))
    on, moment = today(), now()
    again = replacing(session, VECTORS, ("ends", "next_change", "made_for", "made_at"), key="employment_id")
    again.write(
        session,
        (
            again.row(
                {
                    "employment_id": id_, "ends": made.ends, "next_change": made.next_change, "made_for": on,
                    "made_at": moment,
                }
            )
            for id_, made in fits.items()
        ),
    )  # fmt: skip
