"""The rule at the centre reads the demonstration's events as the pictures show them, on whatever day it is loaded."""

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest

from competence.decision.rules import Answer, Book, Delegated, Employment, State, judge
from competence.delegation.rules import CellRule, CellTerms, Version
from competence.imports.demonstration.files import read
from competence.imports.demonstration.generate import generate
from competence.imports.demonstration.rows import Person, SignOff
from competence.imports.demonstration.town import AUTHORISED
from competence.imports.shipped import seed_folder
from competence.organisation.rules import Settings
from competence.signoffs.rules import Event, EventKind

FILES = read()
DEMO = generate()
TASKS = {name: place for place, name in enumerate(FILES.areas)}
GROUPS = {code: place for place, code in enumerate(dict.fromkeys(group for _, group in FILES.terms))}
SETTINGS = Settings()
SHAPES = {"education": "square", "signature": "circle", "delegation": "diamond"}


def book(today: date) -> Book:
    version = Version(7, 7, today - timedelta(days=4000), None, True)
    cells = {
        (TASKS[task], GROUPS[group]): CellTerms(
            CellRule(t.rule), t.minimum, t.education, t.times or 3, t.days // 30 or None, version=7
        )
        for (task, group), t in FILES.terms.items()
    }
    return Book((version,), {7: cells}, authorised=frozenset(GROUPS[g] for g in AUTHORISED if g in GROUPS))


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def events(signed: list[SignOff], today: date) -> tuple[Event, ...]:
    found: list[Event] = []
    for one in signed:
        recorded = today + timedelta(days=one.recorded)
        first = recorded if one.origin != "transferred" else today + timedelta(days=one.signed)
        wait = SETTINGS.transferred_accept_within_days if one.origin == "transferred" else SETTINGS.accept_within_days
        says = {
            "level": one.level,
            "valid_from": first.isoformat(),
            "valid_to": (today + timedelta(days=one.through + 1)).isoformat(),
            "answer_before": (recorded + timedelta(days=wait)).isoformat(),
            "origin": one.origin,
        }
        seq = len(found) + 1
        found.append(Event(EventKind.SIGNED, seq, moment(recorded, 10), TASKS[one.task], fields=says))
        if one.accepted is not None:
            day = today + timedelta(days=one.accepted)
            found.append(Event(EventKind.ACCEPTED, seq + 1, moment(day, 11), TASKS[one.task], refers_to=seq))
    return tuple(found)


def employment(person: Person, terms: Book, today: date) -> Employment:
    def day(offset: int | None) -> date | None:
        return None if offset is None else today + timedelta(days=offset)

    observed: dict[int, list[date]] = defaultdict(list)
    for seen in DEMO.observations:
        if seen.person == person.number:
            observed[TASKS[seen.task]].append(today + timedelta(days=seen.on))
    delegated: dict[int, list[Delegated]] = defaultdict(list)
    for one in DEMO.delegations:
        if one.person == person.number:
            delegated[TASKS[one.task]].append(
                Delegated(1, today + timedelta(days=one.given), day(one.through + 1), day(one.accepted))
            )
    assert person.staff_group is not None
    return Employment(
        1, 1, GROUPS[person.staff_group], "/1/", today + timedelta(days=person.first), None, terms,
        authorisation_checked_on=day(person.authorisation_checked),
        events=events([s for s in DEMO.signoffs if s.person == person.number], today),
        delegations={task: tuple(some) for task, some in delegated.items()},
        observed={task: tuple(some) for task, some in observed.items()},
    )  # fmt: skip


def drawn(answer: Answer, today: date) -> str:
    match answer.state:
        case State.VALID:
            left = answer.days_left(today)
            shape = "square" if answer.cell.rule is CellRule.CORE else SHAPES[answer.basis]
            tab = f" tab {left}" if left is not None and left <= SETTINGS.expiring_days else ""
            return f"{shape} {answer.level}{tab}"
        case State.TRAINING:
            return f"training {answer.done}/{answer.needed}"
        case other:
            return str(other)


@pytest.mark.parametrize("today", [date(2026, 6, 9), date(2026, 11, 22), date(2028, 3, 1)])
def test_the_rule_shows_team_havnen_as_drawn(today: date) -> None:
    with (seed_folder() / "fjordby" / "havnen_cells.csv").open(encoding="utf-8", newline="") as handle:
        cells = {(c["number"], c["task"]): c["state"] for c in csv.DictReader(handle)}
    terms = book(today)
    wrong = []
    for person in DEMO.people:
        if (person.number, next(iter(TASKS))) not in cells:
            continue
        facts = employment(person, terms, today)
        for task, place in TASKS.items():
            shown = drawn(judge(facts, place, on=today), today)
            if shown != cells[person.number, task]:
                wrong.append((person.name, task, cells[person.number, task], shown))
    assert wrong == []
    assert Counter(state.split(" ")[0] for state in cells.values())["circle"] > 90
