"""Facts for the rule, filled in but for what a test claims."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from competence.decision.rules import Book, Delegated, Employment
from competence.delegation.rules import CellRule, CellTerms, Version
from competence.signoffs.rules import Event, EventKind, Origin

TODAY = date(2026, 6, 9)
JANUARY, MAY = date(2026, 1, 12), date(2026, 5, 4)
INSULIN, OTHER = 1, 2
NURSES, HELPERS = 10, 20
TEAM = "/1/2/"


def cell(rule: CellRule = CellRule.MAY_GENERAL, **said: Any) -> CellTerms:
    """A cell's terms: level 1, three times, twelve months."""
    given = {
        "minimum_level": 1,
        "education_level": 2 if rule is CellRule.CORE else 0,
        "validity_months": 12,
        "version": 7,
    }
    return CellTerms(rule, **(given | said))


def book(terms: CellTerms | None = None, **said: Any) -> Book:
    """One version in force since 2026-01-01 with one cell for insulin and helpers."""
    cells = said.pop("cells", None) or {1: {(INSULIN, HELPERS): terms or cell()}}
    versions = said.pop("versions", (Version(1, 7, date(2026, 1, 1), None, True),))
    return Book(versions=versions, cells=cells, **said)


def employed(terms: CellTerms | None = None, **said: Any) -> Employment:
    """A helper in the team since 2024 with nothing signed."""
    given: dict[str, Any] = {
        "id": 1, "person_id": 100, "staff_group_id": HELPERS, "unit_path": TEAM, "valid_from": date(2024, 1, 1),
        "valid_to": None,
    }  # fmt: skip
    return Employment(**(given | {"book": said.pop("book", None) or book(terms)} | said))


def at(day: date, hour: int = 9) -> datetime:
    """A moment in the morning of the day."""
    return datetime.combine(day, time(hour), UTC)


def signing(
    seq: int, level: int, on: date, *, to: date | None = date(2027, 6, 9), origin: Origin = Origin.SIGNED_HERE,
    task: int = INSULIN, citizen: int | None = None, before: date | None = None,
) -> Event:  # fmt: skip
    """A signature recorded on the day that counts from it."""
    fields = {
        "level": level, "valid_from": on.isoformat(), "valid_to": to.isoformat() if to else None, "origin": origin.value,
        "answer_before": (before or on + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    return Event(EventKind.SIGNED, seq, at(on), task, citizen, 7, None, fields)


def after(seq: int, kind: EventKind, about: int, on: date, *, task: int = INSULIN, **fields: Any) -> Event:
    """What later happened to a signature."""
    return Event(kind, seq, at(on, 10), task, None, 100, about, fields)


def accepted(seq: int, level: int, on: date, **said: Any) -> tuple[Event, Event]:
    """A signature with the person's yes on the same day."""
    return signing(seq, level, on, **said), after(seq + 1, EventKind.ACCEPTED, seq, on, task=said.get("task", INSULIN))


def delegated(giver: int = 7, *, since: date = JANUARY, to: date | None = None, **said: Any) -> Delegated:
    """A personal delegation with the receiver's yes."""
    return Delegated(giver, since, to, said.pop("accepted_on", since), **said)
