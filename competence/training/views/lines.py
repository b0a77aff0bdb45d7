"""Each proposal as a row of the table, and each colleague who teaches as a bar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from competence.coverage.rules import DAY_KIND_NAMES, SHIFT_NAMES, DayKind, Shift
from competence.coverage.signs import Sign
from competence.foundation.web import say, short_day
from competence.learning.rules import Part
from competence.training.queries.runs import Day
from competence.training.rules.rows import Content, Row
from competence.training.rules.spots import Spot
from competence.training.views.drawing import week_words, weeks_svg
from competence.training.views.words import class_words, hours, reasons, sign_of, sign_words

Gap = tuple[int, Shift]
"""(task, shift)."""


@dataclass(frozen=True)
class Names:
    """What ids are called; empty for whoever has been forgotten."""

    persons: Mapping[int, str]
    employees: Mapping[int, str]
    """Employment -> the name of whoever has it."""
    tasks: Mapping[int, str]
    units: Mapping[int, str]
    """Empty where all is about one unit, which the page's heading names."""
    wishes: bool = False
    """Whether the reader may know who has asked for what: her leader, who has their plans."""


@dataclass(frozen=True)
class Effect:
    """What a proposal does for one spot."""

    closes: bool
    opens_later: str
    """The day on which the gap opens; empty when it is one of today."""
    have: int
    need: int
    text: str
    """As "Nat 0 → 1"; for a voice too."""


@dataclass(frozen=True)
class Line:
    """A proposal as a row."""

    row: Row
    on: bool
    name: str
    task: str
    unit: str
    teacher: str
    sign: Sign
    spoken: str
    hours: tuple[tuple[Part, str], ...]
    effects: tuple[Effect, ...]
    weeks: Markup
    """The bar."""
    first_week: int
    last_week: int
    """Their numbers in the calendar."""
    why: tuple[str, ...]
    wish: bool
    """Whether she has asked for it, where the reader may know."""
    asked: bool
    """Whether it is about the gap from which somebody came to the page."""


def lines_of(content: Content, weeks: int, names: Names, asked: Gap | None, dated: Mapping[int, Day]) -> list[Line]:
    """Those that are turned on in their order, then those that are off; what is about the gap that was asked about first."""
    have: dict[int, int] = {}
    found = [_line(content, row, weeks, names, asked, have, dated, on=True) for row in content.rows]
    found += [_line(content, row, weeks, names, asked, {}, dated, on=False) for row in content.off]
    return sorted(found, key=lambda line: not line.asked)


def _line(
    content: Content, row: Row, weeks: int, names: Names, asked: Gap | None, have: dict[int, int],
    dated: Mapping[int, Day], *, on: bool,
) -> Line:  # fmt: skip
    spots = {spot.id: spot for spot in content.spots}
    effects, hits = [], False
    for gift in row.gives:
        spot = spots.get(gift.seat_id)
        if spot is None:
            continue
        now = spot.have + have.get(spot.id, 0)
        have[spot.id] = have.get(spot.id, 0) + 1
        effects.append(_effect(spot, now, closes=bool(gift.closes)))
        hits = hits or asked == (spot.task_id, spot.shift)
    first, last = week_words(content, row)
    return Line(
        row, on, names.persons.get(row.person_id, ""), names.tasks.get(row.task_id, ""), names.units.get(row.unit_id, ""),
        names.persons.get(row.teacher_id, ""), sign_of(row), say(sign_words(row)),
        tuple((part, hours(row.minutes[part]) if part in row.minutes else "") for part in Part), tuple(effects),
        weeks_svg(row, weeks), first, last,
        tuple(
            say(text)
            for text in (
                *reasons(row, content, names.persons, names.employees, wishes=names.wishes),
                *class_words(dated.get(row.course_id or 0)),
            )
        ),
        row.wish and names.wishes, hits,
    )  # fmt: skip


def _effect(spot: Spot, now: int, *, closes: bool) -> Effect:
    return Effect(
        closes, short_day(spot.opens_on) if spot.opens_on else "", now, spot.need, f"{shift_words(spot)} {now} → {now + 1}"
    )  # fmt: skip


def shift_words(spot: Spot) -> str:
    """As "Nat", or "Nat, hverdag" where the need is for days of a kind only."""
    shift = say(SHIFT_NAMES[spot.shift])
    return shift if spot.days is DayKind.EVERY else f"{shift}, {say(DAY_KIND_NAMES[spot.days]).lower()}"


@dataclass(frozen=True)
class Teaching:
    """How much a colleague teaches in the plan, and whether she has said yes."""

    person_id: int
    name: str
    minutes: int
    left: int
    """What she has left of the time to teach, over all the weeks."""
    yes: bool
    asked: bool
    """Whether she has been asked; a no looks the same as no answer."""


def teaching_of(content: Content, names: Names, answers: Mapping[int, bool | None]) -> list[Teaching]:
    """Who teaches, most first."""
    return [
        Teaching(
            person, names.persons.get(person, ""), minutes, max(0, content.capacity.get(person, 0) - minutes),
            answers.get(person) is True, person in answers,
        )
        for person, minutes in content.teachers.items()
    ]  # fmt: skip


def persons_in(content: Content) -> Iterable[int]:
    """Everybody whom the page names by person."""
    for row in (*content.rows, *content.off):
        yield from (row.person_id, row.teacher_id)
    yield from (one.who for one in content.relaxations if one.who)
