"""What the finder's one field may mean: tasks by any of their names and codes, and people within reach by name or number."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, func, or_
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.catalogue.models import Task
from competence.catalogue.rules.tasks import other_names
from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.staff import GROUPS, IDENTITIES
from competence.coverage.searching import Named, digits_of, found
from competence.decision.queries import EMPLOYMENTS, UNITS
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.people.queries import described, name_fits

TASKS = cast(Table, Task.__table__)
MOST_PEOPLE = 20
FEWEST_DIGITS = 4
"""Of a telephone number."""


def named_tasks(session: Session, on: date) -> tuple[Named, ...]:
    """The day's tasks in the catalogue's order, with all by which they can be looked for."""
    return remembered(session, ("named tasks", on), lambda s: _read_named(s, on))


def _read_named(session: Session, on: date) -> tuple[Named, ...]:
    c = TASKS.c
    rows = session.execute(scoped(session, TASKS, c.id, c.code, c.fsiii_code, c.also_called, c.plain_text)).all()
    by_id = {row.id: row for row in rows}
    return tuple(
        Named(
            task.id, task.name, other_names(by_id[task.id].also_called),
            tuple(code for code in (by_id[task.id].code, by_id[task.id].fsiii_code) if code),
            by_id[task.id].plain_text, task.area,
        )
        for task in tasks_on(session, on)
    )  # fmt: skip


def tasks_called(session: Session, text: str, *, on: date) -> list[BoardTask]:
    """The tasks that the words may mean, the likeliest first; one of exactly that name, code or other name alone."""
    tasks = tasks_on(session, on)
    wanted = text.casefold()
    exact = [task for task in tasks if task.name.casefold() == wanted]
    if exact or not wanted:
        return exact
    by_id = {task.id: task for task in tasks}
    return [by_id[id_] for id_ in found(named_tasks(session, on), text)]


def get_task(session: Session, said: str, *, on: date) -> BoardTask:
    """The task of that code, else of that id. NotFound when the day's catalogue has none."""
    wanted = said.casefold()
    by_id = {task.id: task for task in tasks_on(session, on)}
    for named in named_tasks(session, on):
        if named.codes and named.codes[0].casefold() == wanted:
            return by_id[named.id]
    if said.isascii() and said.isdigit() and int(said) in by_id:
        return by_id[int(said)]
    raise NotFound


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the words may mean."""

    person_id: int
    name: str
    number: str
    group: str
    unit: str


def people_called(session: Session, text: str, *, on: date, within: Reach) -> list[Person]:
    """Those with an employment within reach, now or to come, whose name, staff number or telephone number it may be."""
    words, digits = text.split(), digits_of(text)
    if not words or not within.roots:
        return []
    fits = name_fits(text)
    if len(digits) >= FEWEST_DIGITS and len(digits) == sum(letter.isalnum() for letter in text.removeprefix("+45")):
        plain = func.replace(func.replace(func.coalesce(IDENTITIES.c.phone, ""), " ", ""), "-", "")
        fits = [or_(plain.contains(digits, autoescape=True), IDENTITIES.c.number.startswith(digits, autoescape=True))]
    rows = session.execute(
        described(
            scoped(
                session, EMPLOYMENTS, EMPLOYMENTS.c.person_id, IDENTITIES.c.name, IDENTITIES.c.number,
                GROUPS.c.short_name.label("group"), UNITS.c.name.label("unit"),
            )
        )
        .where(*fits, IDENTITIES.c.name.is_not(None), GROUPS.c.counts_in_coverage)
        .where(or_(EMPLOYMENTS.c.valid_to.is_(None), EMPLOYMENTS.c.valid_to > on))
        .where(or_(*(UNITS.c.path.startswith(root, autoescape=True) for root in within.roots)))
        .order_by(IDENTITIES.c.name, EMPLOYMENTS.c.person_id, EMPLOYMENTS.c.id)
        .limit(3 * MOST_PEOPLE)
    )  # fmt: skip
    people: dict[int, Person] = {}
    for row in rows:
        people.setdefault(row.person_id, Person(row.person_id, row.name, row.number or "", row.group, row.unit))
    return list(people.values())[:MOST_PEOPLE]
