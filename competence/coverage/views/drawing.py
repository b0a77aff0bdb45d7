"""The board's rows as joined strings: thousands of cells a page, so no template runs for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from competence.coverage import signs
from competence.coverage.cells import Face, face, sign_of, spoken
from competence.coverage.queries.board import Board, BoardTask
from competence.coverage.queries.staff import Someone
from competence.coverage.rules import Count, Joined, Shift, Standing, Status, join
from competence.coverage.statements import spoken_apart, spoken_count
from competence.decision.rules import Answer, State
from competence.foundation.editions import remembered
from competence.foundation.web import as_pattern, language, say

Levels = tuple[tuple[int, str], ...]
TONES: Mapping[Status, signs.Status] = {
    Status.GAP: "hole",
    Status.VULNERABLE: "vulnerable",
    Status.COVERED: "covered",
    Status.NO_NEED: "none",
}
SHIFTS = tuple(Shift)
SHOWN_GROUPS = {Standing.FLOATER, Standing.EXTERNAL, Standing.STUDENT}


def weekday(on: date) -> str:
    """As "tirsdag"."""
    return as_pattern(on, "EEEE")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is written, and what the filters ask of it."""

    html: str
    expires: bool
    waits: bool
    trains: bool
    told: bool
    """Whether it is any of these, as few cells of a page are."""


Key = tuple[Any, ...]
_NEW: tuple[Answer | None, Cell] = (None, Cell("", expires=False, waits=False, trains=False, told=False))
MOST_REMEMBERED = 20_000


class Pen:
    """Draws cells for a day, a language and a scale, each different one once."""

    def __init__(self, on: date, levels: Levels, locale: str) -> None:
        """What is drawn follows from these, the answer and its window alone, so a pen may be kept from page to page."""
        self._on, self._levels, self._locale = on, levels, locale
        self._by_key: dict[Key, Cell] = {}
        self._by_object: dict[int, tuple[Answer | None, Cell]] = {}

    def column(self, answers: Sequence[Answer], soon: Sequence[int], ends: date | None, off: bool) -> list[Cell]:
        """The cells of a person: `ends` is the first day she no longer works here, `off` that she is away.

        `soon`: for each answer, from how many days before its last day it is shown as expiring.
        """
        known, cell = self._by_object.get, self._cell
        if off:
            return [cell(answer, tab, ends, off) for answer, tab in zip(answers, soon, strict=True)]
        return [
            found[1]
            if (found := known(id(answer), _NEW))[0] is answer and (ends is None or answer.valid_to != ends)
            else cell(answer, tab, ends, off)
            for answer, tab in zip(answers, soon, strict=True)
        ]

    def _cell(self, answer: Answer, tab: int, ends: date | None, off: bool) -> Cell:
        key = _key(answer, tab, self._on, ends, off)
        cell = self._by_key.get(key)
        if cell is None:
            if len(self._by_key) >= MOST_REMEMBERED:
                self._by_key.clear()
            shown = face(answer, self._on, ends=ends, off_duty=off, tab=tab)
            cell = self._by_key[key] = _draw_cell(shown, self._levels, self._locale)
        # Answers that hold nobody's evidence are shared by many people and pages, and are known by being the same object.
        plain = answer.signed is None and answer.waiting is None and not answer.done
        if plain and not off and (ends is None or answer.valid_to != ends):
            if len(self._by_object) >= MOST_REMEMBERED:
                self._by_object.clear()
            self._by_object[id(answer)] = answer, cell
        return cell


def pen_for(session: Session, board: Board) -> Pen:
    """The pen of the board's day in the reader's language."""
    on, levels, locale = board.on, tuple(board.level_names.items()), language()
    return remembered(session, ("pen", on, locale), lambda _session: Pen(on, levels, locale))


def _key(answer: Answer, tab: int, on: date, ends: date | None, off: bool) -> Key:
    """All that decides how the cell looks on a given day; strings in place of enum members, which are slow to hash."""
    cell, state = answer.cell, answer.state._value_
    second = answer.waiting is not None and answer.waiting.lacks_second
    if state == "valid":
        return (
            cell.rule._value_, answer.level, answer.named_level, answer.basis, answer.limits, answer.valid_to,
            answer.valid_to == ends, answer.waiting is None, off, answer.conditions, tab, second,
        )  # fmt: skip
    reached = answer.signed.level_on(on) if answer.signed is not None else cell.education_level
    return (state, cell.rule._value_, reached, cell.minimum_level, answer.done, answer.needed, off, second)


def _draw_cell(shown: Face, levels: Levels, _locale: str) -> Cell:
    """Sign and spoken text of a cell."""
    words = " ".join(say(text) for text in spoken(shown, dict(levels)))
    html = f"<td>{signs.sign_html(sign_of(shown))}<i>{escape(words)}</i>"
    expires, trains = shown.days is not None, shown.state is State.TRAINING
    waits = shown.state is State.WAITING and not shown.second
    return Cell(html, expires, waits, trains, expires or waits or trains)


@lru_cache(maxsize=20_000)
def count_html(have: int, need: int | None, status: Status, words: str, floaters: str = "") -> str:
    """A field of the coverage columns. Words are read aloud in place of the figures where these do not say enough.

    `floaters` ("+2 floaters") stand beside the figures, the word in a voice only: they are never in what the unit has.
    """
    if status is Status.NO_NEED:
        return "–"
    number, _space, word = floaters.partition(" ")
    if status is Status.COVERED:
        beside = f"<small>{number}<i> {escape(word)}</i></small>" if floaters else ""
        return f"<b>{have}</b>/{need}{beside}"
    beside = f"<small>{number}</small>" if floaters else ""
    figures = signs.have_need_html(have, need or 0, TONES[status])
    return f"<span aria-hidden=true>{figures}{beside}</span><i>{escape(words)}</i>"


def floaters_too(number: int) -> str:
    """As "+2 floaters", empty when there are none."""
    return str(ngettext("+%(num)s floater", "+%(num)s floaters", number)) if number else ""


@lru_cache(maxsize=20_000)
def _one_count(shift: Shift, count: Count, _locale: str) -> str:
    words = ""
    if count.status in (Status.GAP, Status.VULNERABLE):
        words = " ".join(say(text) for text in (spoken_count(shift, count), *spoken_apart(count)))
    return count_html(count.have, count.need, count.status, words, floaters_too(count.floaters))


def _joined_count(shift: Shift, joined: Joined, names: Sequence[str]) -> str:
    one = Count(joined.have, joined.need, joined.floaters, joined.externals, joined.students)
    words = say(spoken_count(shift, one)) if joined.status in (one.status, Status.NO_NEED) else ""
    if names:
        words = _(
            "Gap in %(units)s. %(have)s of %(need)s in all.", units=", ".join(names), have=joined.have, need=joined.need
        )
    elif not words:
        words = _("Vulnerable. %(have)s of %(need)s in all.", have=joined.have, need=joined.need)
    words = " ".join([words, *(say(text) for text in spoken_apart(one))])
    return count_html(joined.have, joined.need, joined.status, words, floaters_too(joined.floaters))


@dataclass(frozen=True)
class Row:
    """A row of the board with what the filters need to know of it."""

    task: BoardTask
    html: str
    statuses: tuple[Status, ...]
    expiring: int
    waiting: int
    training: int


@dataclass(frozen=True)
class Drawn:
    """The rows, and what there is of each thing on the whole board, whatever is filtered away."""

    rows: tuple[Row, ...]
    expiring: int
    waiting: int
    training: int


def draw(board: Board, chosen: Sequence[int], shifts: Sequence[Shift], pen: Pen) -> Drawn:
    """The rows of all tasks, with the people at the indexes `chosen` as columns, before any filter on rows."""
    locale = language()
    columns: list[list[str]] = []
    expiring, waiting, training = ([0] * len(board.tasks) for _list in range(3))
    all_expiring = all_waiting = all_training = 0
    shown_at = set(chosen)
    soon = [board.soon(task.id) for task in board.tasks]
    for at, one in enumerate(board.people):
        visible = at in shown_at
        cells = pen.column(board.columns[at], soon, one.valid_to, one.worker.absent)
        for row, cell in enumerate(cells):
            if not cell.told:
                continue
            if cell.expires:
                all_expiring += 1
                expiring[row] += visible
            elif cell.waits:
                all_waiting += 1
                waiting[row] += visible
            elif cell.trains:
                all_training += 1
                training[row] += visible
        if visible:
            columns.append([cell.html for cell in cells])
    links = f"{board.unit.id}/task/"  # seen from the page's own address
    # A past day's address holds "=", which only a quoted attribute may.
    quote, query = ('"', f"?on={board.on.isoformat()}") if board.known_at else ("", "")
    critical = f'<span class="kt-tag">{escape(_("critical"))}</span>'
    rows = []
    across: Iterable[tuple[str, ...]] = zip(*columns, strict=True) if columns else ((),) * len(board.tasks)
    for row, (task, cells_of_row) in enumerate(zip(board.tasks, across, strict=True)):
        counts = [board.counts[task.id, shift] for shift in SHIFTS]
        statuses = tuple([some[0].status if len(some) == 1 else join(some).status for some in counts])
        fields = "".join(
            [
                f"<td class=k>{_field(board, shift, some, locale)}"
                for shift, some in zip(SHIFTS, counts, strict=True)
                if shift in shifts
            ]
        )
        tag = f" {critical}" if task.critical else ""
        rows.append(
            Row(
                task,
                f"<tr data-row={task.id}><th scope=row><a href={quote}{links}{task.id}{query}{quote}>"
                f"{escape(task.name)}</a>{tag}</th>{''.join(cells_of_row)}{fields}</tr>",
                statuses,
                expiring[row],
                waiting[row],
                training[row],
            )
        )
    return Drawn(tuple(rows), all_expiring, all_waiting, all_training)


def _field(board: Board, shift: Shift, counts: Sequence[Count], locale: str) -> str:
    if len(counts) == 1:
        return _one_count(shift, counts[0], locale)
    names = [place.name for place, one in zip(board.workplaces, counts, strict=True) if one.status is Status.GAP]
    return _joined_count(shift, join(counts), names)


def column_group(one: Someone) -> tuple[Any, ...]:
    """What a column's group is known by: those who stand apart have one of their own."""
    return (one.worker.standing,) if one.worker.standing in SHOWN_GROUPS else (one.worker.standing, one.group_id)


def body(rows: Sequence[Row], *, columns: int, flat: bool, shifts: Sequence[Shift]) -> Markup:
    """The table's bodies: one for each area with its sum, or a single flat one."""
    if flat:
        return Markup(f"<tbody>{''.join(row.html for row in rows)}</tbody>")  # noqa: S704 - escaped where made
    parts: list[str] = []
    places = [list(Shift).index(shift) for shift in shifts]
    areas: dict[int, list[Row]] = {}
    for row in rows:
        areas.setdefault(row.task.area_id, []).append(row)
    chevron = Markup(
        '<svg class="kt-icon" aria-hidden="true" focusable="false"><use href="{}#chevron-down"></use></svg>'
    ).format(url_for("static", filename="vendor/dkfds/img/all-svg-icons.svg"))
    for some in areas.values():
        stands = [row.statuses[place] for row in some for place in places]
        parts.append(
            f"<tbody><tr class=kt-area><th scope=rowgroup colspan={columns + 1}>"
            f"<button type=button aria-expanded=true data-kt-area={some[0].task.area_id}>"
            f"{chevron}{escape(some[0].task.area)}</button></th>"
            f"<td colspan={len(shifts)} class=kt-area-sum>{_sum(stands)}</td></tr>"
        )
        parts += [row.html for row in some]
        parts.append("</tbody>")
    return Markup("".join(parts))  # noqa: S704 - escaped where made


def _sum(stands: Sequence[Status]) -> str:
    gaps, thin = stands.count(Status.GAP), stands.count(Status.VULNERABLE)
    said = []
    if gaps:
        text = ngettext("%(num)s gap", "%(num)s gaps", gaps)
        said.append(f"<span class=kt-red>{escape(text)}</span>")
    if thin:
        text = ngettext("%(num)s vulnerable spot", "%(num)s vulnerable spots", thin)
        said.append(str(escape(text)))
    return " · ".join(said)


def mark(answer: Answer, on: date, *, ends: date | None = None, off_duty: bool = False, tab: int = 60) -> signs.Sign:
    """The sign alone, for lists and cards."""
    return sign_of(face(answer, on, ends=ends, off_duty=off_duty, tab=tab))


def words(
    answer: Answer,
    on: date,
    levels: Mapping[int, str],
    *,
    ends: date | None = None,
    off_duty: bool = False,
    tab: int = 60,
) -> str:
    """The state in words, as it is read aloud."""
    return " ".join(say(text) for text in spoken(face(answer, on, ends=ends, off_duty=off_duty, tab=tab), levels))
