"""The board's rows as joined strings: thousands of cells a page, so no template runs for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from competence.coverage import signs
from competence.coverage.cells import Face, face, sign_of, spoken
from competence.coverage.queries.board import Board, BoardTask
from competence.coverage.queries.staff import Someone
from competence.coverage.rules import Count, Joined, Shift, Standing, Status, join
from competence.coverage.statements import spoken_apart, spoken_count
from competence.decision.rules import Answer, State
from competence.foundation.web import say

Levels = tuple[tuple[int, str], ...]
TONES: Mapping[Status, signs.Status] = {
    Status.GAP: "hole",
    Status.VULNERABLE: "vulnerable",
    Status.COVERED: "covered",
    Status.NO_NEED: "none",
}
SHOWN_GROUPS = {Standing.FLOATER, Standing.EXTERNAL, Standing.STUDENT}


def language() -> str:
    """Of the request, as a key of what is remembered."""
    return str(get_locale() or "da")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is written, and what the filters ask of it."""

    html: str
    expires: bool
    waits: bool


Key = tuple[Any, ...]
_days: dict[Key, dict[Key, Cell]] = {}
MOST_REMEMBERED = 4
"""So many combinations of date, language and level names are remembered; what is drawn depends on the keys alone."""


def _drawn(*said: Any) -> dict[Key, Cell]:
    """What has been drawn for the day, language and levels so far."""
    found = _days.get(said)
    if found is None:
        while len(_days) >= MOST_REMEMBERED:
            _days.pop(next(iter(_days)), None)
        found = _days[said] = {}
    return found


def _key(answer: Answer, ends: date | None, off: bool) -> Key:
    """All that decides how the cell looks on a given day; strings in place of enum members, which are slow to hash."""
    cell, state = answer.cell, answer.state._value_
    if state == "valid":
        return (
            cell.rule._value_, answer.level, answer.named_level, answer.basis, answer.limits, answer.valid_to,
            answer.valid_to == ends, answer.waiting is None, off,
        )  # fmt: skip
    reached = answer.signed.level if answer.signed is not None else cell.education_level
    return (state, cell.rule._value_, reached, cell.minimum_level, answer.done, answer.needed, off)


def _draw_cell(shown: Face, levels: Levels, locale: str) -> Cell:
    """Sign and spoken text of a cell."""
    words = " ".join(say(text) for text in spoken(shown, dict(levels)))
    html = f"{signs.sign_html(sign_of(shown))}<i>{escape(words)}</i>"
    return Cell(html, shown.days is not None, shown.state is State.WAITING)


@lru_cache(maxsize=20_000)
def count_html(have: int, need: int | None, status: Status, words: str) -> str:
    """A field of the coverage columns. Words are read aloud in place of the figures where these do not say enough."""
    if status is Status.NO_NEED:
        return "–"
    if status is Status.COVERED:
        return f"<b>{have}</b>/{need}"
    return f"<span aria-hidden=true>{signs.have_need_html(have, need or 0, TONES[status])}</span><i>{escape(words)}</i>"


@lru_cache(maxsize=20_000)
def _one_count(shift: Shift, count: Count, locale: str) -> str:
    if count.status not in (Status.GAP, Status.VULNERABLE):
        return count_html(count.have, count.need, count.status, "")
    words = " ".join(say(text) for text in (spoken_count(shift, count), *spoken_apart(count)))
    return count_html(count.have, count.need, count.status, words)


def _joined_count(shift: Shift, joined: Joined, names: Sequence[str]) -> str:
    one = Count(joined.have, joined.need)
    words = say(spoken_count(shift, one)) if joined.status in (one.status, Status.NO_NEED) else ""
    if names:
        words = _(
            "Gap in %(units)s. %(have)s of %(need)s in all.", units=", ".join(names), have=joined.have, need=joined.need
        )
    elif not words:
        words = _("Vulnerable. %(have)s of %(need)s in all.", have=joined.have, need=joined.need)
    return count_html(joined.have, joined.need, joined.status, words)


@dataclass(frozen=True)
class Row:
    """A row of the board with what the filters need to know of it."""

    task: BoardTask
    html: str
    statuses: tuple[Status, ...]
    expiring: int
    waiting: int


@dataclass(frozen=True)
class Drawn:
    """The rows, and what there is of each thing on the whole board, whatever is filtered away."""

    rows: tuple[Row, ...]
    expiring: int
    waiting: int


def draw(board: Board, chosen: Sequence[int], shifts: Sequence[Shift]) -> Drawn:
    """The rows of all tasks, with the people at the indexes `chosen` as columns, before any filter on rows."""
    locale, levels = language(), tuple(board.level_names.items())
    on, tab = board.on, board.expiring_days
    columns: list[list[str]] = []
    expiring, waiting = [0] * len(board.tasks), [0] * len(board.tasks)
    all_expiring = all_waiting = 0
    begins = {chosen[place] for place in first_of_group([board.people[at] for at in chosen])}
    shown_at = set(chosen)
    drawn = _drawn(on, tab, levels, locale)
    by_object: dict[int, Cell] = {}
    for at, one in enumerate(board.people):
        off, ends, visible = one.worker.absent, one.valid_to, at in shown_at
        start = "<td class=g>" if at in begins else "<td>"
        cells: list[str] = []
        for row, answer in enumerate(board.columns[at]):
            # What follows from the group alone is one object for all of the group; the rest is known by what it says.
            cell = by_object.get(id(answer)) if not off else None
            if cell is None:
                key = _key(answer, ends, off)
                cell = drawn.get(key)
                if cell is None:
                    cell = drawn[key] = _draw_cell(face(answer, on, ends=ends, off_duty=off, tab=tab), levels, locale)
                if not off:
                    by_object[id(answer)] = cell
            if cell.expires:
                all_expiring += 1
                expiring[row] += visible
            elif cell.waits:
                all_waiting += 1
                waiting[row] += visible
            cells.append(start + cell.html)
        if visible:
            columns.append(cells)
    links = url_for("coverage.task", unit_id=board.unit.id, task_id=0)[: -len("0")]
    query = f"?on={on.isoformat()}" if board.known_at else ""
    critical = f'<span class="kt-tag">{escape(_("critical"))}</span>'
    rows = []
    across: Iterable[tuple[str, ...]] = zip(*columns, strict=True) if columns else ((),) * len(board.tasks)
    for row, (task, cells_of_row) in enumerate(zip(board.tasks, across, strict=True)):
        counts = [board.counts[task.id, shift] for shift in Shift]
        statuses = tuple(join(some).status for some in counts)
        fields = "".join(
            f"<td class=k>{_field(board, shift, some)}"
            for shift, some in zip(Shift, counts, strict=True)
            if shift in shifts
        )
        tag = f" {critical}" if task.critical else ""
        rows.append(
            Row(
                task,
                f'<tr data-row={task.id}><th scope=row class=kt-task><a class=kt-bare href="{links}{task.id}{query}">'
                f"{escape(task.name)}</a>{tag}</th>{''.join(cells_of_row)}{fields}</tr>",
                statuses,
                expiring[row],
                waiting[row],
            )
        )
    return Drawn(tuple(rows), all_expiring, all_waiting)


def _field(board: Board, shift: Shift, counts: Sequence[Count]) -> str:
    if len(counts) == 1:
        return _one_count(shift, counts[0], language())
    names = [place.name for place, one in zip(board.workplaces, counts, strict=True) if one.status is Status.GAP]
    return _joined_count(shift, join(counts), names)


def first_of_group(people: Sequence[Someone]) -> set[int]:
    """The places where a new column group begins."""
    keys = [column_group(one) for one in people]
    return {at for at, key in enumerate(keys) if at == 0 or key != keys[at - 1]}


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
            f"<button type=button aria-expanded=true data-kt-area>"
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
