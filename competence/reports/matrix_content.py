"""A board as it is printed and as it stands in a spreadsheet: for the wall filled signs and coverage only, for the desk all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.coverage.cells import Face, face, sign_of, spoken
from competence.coverage.queries.board import Board
from competence.coverage.queries.staff import Someone
from competence.coverage.rules import SHIFT_NAMES, Count, Joined, Shift, Standing, Status, join
from competence.coverage.signs import Sign
from competence.coverage.statements import spoken_apart, spoken_count
from competence.coverage.views.drawing import SHOWN_GROUPS, TONES, weekday
from competence.decision.rules import State
from competence.foundation.spreadsheets import Content
from competence.foundation.web import day, say
from competence.reports.matrix_sheet import Field, Mark, MatrixSheet, PersonColumn, TaskRow, Which

_BLANK = Mark(None)


def sheet_of(board: Board, which: Which, *, place: str, at: datetime) -> MatrixSheet:
    """All that stands on the sheet. For the wall nothing tells what somebody lacks, when it lapses, or that she is away."""
    fields = [fields_of(board, task.id) for task in board.tasks]
    people = tuple(_column(board, place_of, one, which) for place_of, one in enumerate(board.people))
    version = _("division of tasks, version %(number)s", number=board.version.number) if board.version else ""
    return MatrixSheet(
        which, board.unit.name, place, f"{weekday(board.on)} {day(board.on)}",
        version or _("no approved division of tasks"),
        summary_of(fields), people,
        tuple(
            TaskRow(task.name, task.area, task.critical, row) for task, row in zip(board.tasks, fields, strict=True)
        ),
        sums_of(board, fields), tuple(say(SHIFT_NAMES[shift]) for shift in Shift), legend_of(board, which),
        tuple(further_of(board)) if which is Which.DESK else (), at,
    )  # fmt: skip


def _faces(board: Board, at: int, one: Someone, *, off_duty: bool) -> list[Face]:
    return [
        face(answer, board.on, ends=one.valid_to, off_duty=off_duty, tab=board.soon(task.id))
        for task, answer in zip(board.tasks, board.columns[at], strict=True)
    ]


def _column(board: Board, at: int, one: Someone, which: Which) -> PersonColumn:
    wall = which is Which.WALL
    marks = []
    for shown in _faces(board, at, one, off_duty=one.worker.absent and not wall):
        sign = sign_of(shown)
        if wall and (shown.state is not State.VALID or shown.citizen):
            marks.append(_BLANK)
        elif wall:
            name = board.level_names.get(shown.level, "")
            marks.append(
                Mark(
                    Sign(sign.shape, sign.kind, sign.level),
                    _("May do it. Level %(level)s, %(name)s.", level=shown.level, name=name),
                )
            )
        else:
            marks.append(Mark(sign, " ".join(say(text) for text in spoken(shown, board.level_names))))
    shifts = "·".join(shift.value for shift in Shift if shift.value in one.worker.shifts)
    return PersonColumn(one.first_name, one.initial, shifts, group_of(one), one.is_guide, tuple(marks))


def group_of(one: Someone) -> str:
    """The heading over her column: her staff group, or that she stands apart."""
    if one.worker.standing not in SHOWN_GROUPS:
        return one.group_plural
    names: Mapping[Standing, str] = {
        Standing.FLOATER: _("Floaters"), Standing.EXTERNAL: _("Externals"), Standing.STUDENT: _("Students")
    }  # fmt: skip
    return names[one.worker.standing]


def fields_of(board: Board, task_id: int) -> tuple[Field, ...]:
    """Have against need of the task on each shift."""
    found = []
    for shift in Shift:
        counts = board.counts[task_id, shift]
        joined: Joined = join(counts)
        one = Count(joined.have, joined.need, joined.floaters, joined.externals, joined.students)
        words = " ".join(say(text) for text in (spoken_count(shift, one), *spoken_apart(one)))
        beside = f"+{joined.floaters}" if joined.floaters else ""
        found.append(Field(joined.have, joined.need, TONES[joined.status], words, beside))
    return tuple(found)


def summary_of(fields: Iterable[Sequence[Field]]) -> str:
    """As "5 gaps · 10 vulnerable spots"."""
    tones = [one.tone for row in fields for one in row]
    gaps, thin = tones.count(TONES[Status.GAP]), tones.count(TONES[Status.VULNERABLE])
    return " · ".join(
        [
            ngettext("%(num)s gap", "%(num)s gaps", gaps),
            ngettext("%(num)s vulnerable spot", "%(num)s vulnerable spots", thin),
        ]
    )


def sums_of(board: Board, fields: Sequence[Sequence[Field]]) -> dict[str, str]:
    """Area -> what is thin in it; areas without are left out."""
    rows: dict[str, list[Sequence[Field]]] = {}
    for task, row in zip(board.tasks, fields, strict=True):
        rows.setdefault(task.area, []).append(row)
    found = {}
    for area, some in rows.items():
        tones = [one.tone for row in some for one in row]
        gaps, thin = tones.count(TONES[Status.GAP]), tones.count(TONES[Status.VULNERABLE])
        said = [ngettext("%(num)s gap", "%(num)s gaps", gaps)] * bool(gaps)
        said += [ngettext("%(num)s vulnerable spot", "%(num)s vulnerable spots", thin)] * bool(thin)
        if said:
            found[area] = " · ".join(said)
    return found


def legend_of(board: Board, which: Which) -> tuple[tuple[Sign, str], ...]:
    """What each sign on the sheet means."""
    levels = [
        (Sign("circle", "valid", level), _("level %(level)s, %(name)s", level=level, name=name))
        for level, name in board.level_names.items()
    ]
    filled = [
        (Sign("square", "valid", 2), _("by education")),
        (Sign("circle", "valid", 2), _("by training and signature")),
        (Sign("diamond", "valid", 2), _("by individual delegation")),
    ]
    if which is Which.WALL:
        return (*filled, *levels)
    return (
        *filled, *levels,
        (Sign("circle", "valid", 2, days=34), _("days left")),
        (Sign("circle", "valid", 2, citizen=True, days=None), _("for one certain citizen")),
        (Sign("circle", "lapsed"), _("lapsed, must be renewed")),
        (Sign("circle", "waiting"), _("waits for own acceptance")),
        (Sign("circle", "training", done=2, of=3), _("in training")),
        (Sign("circle", "low", 1), _("level too low")),
        (Sign("circle", "missing"), _("something must come first")),
        (Sign("circle", "paused"), _("on pause")),
        (Sign("circle", "must_not_begun"), _("must be trained")),
        (Sign("circle", "not_begun"), _("can be trained")),
        (Sign("diamond", "not_begun"), _("can get a delegation")),
        (Sign("none", "assists"), _("takes part")),
        (Sign("none", "not_allowed"), _("not the group's task")),
        (Sign("none", "undecided"), _("not decided")),
    )  # fmt: skip


def further_of(board: Board) -> Iterable[str]:
    """What the small letters and figures of the signs say, person by person: "Camilla Brandt: Insulin med pen, 34 days left"."""
    for at, one in enumerate(board.people):
        said = []
        for task, shown in zip(board.tasks, _faces(board, at, one, off_duty=one.worker.absent), strict=True):
            if shown.days is not None:
                said.append(f"{task.name}: {ngettext('%(num)s day left', '%(num)s days left', shown.days)}")
            elif shown.state is State.TRAINING and not one.worker.absent:
                said.append(
                    _("%(task)s: %(done)s of %(needed)s times", task=task.name, done=shown.done, needed=shown.needed)
                )
        if said:
            yield f"{one.name}. {'; '.join(said)}."


# The same as a spreadsheet.

_SHORT: Mapping[State, str] = {
    State.WAITING: "A", State.LAPSED: "U", State.MISSING: "!", State.PAUSED: "‖", State.STOPPED: "‖", State.ASSISTS: "m",
    State.NOT_ALLOWED: "–", State.UNDECIDED: "?", State.NOT_BEGUN: "○",
}  # fmt: skip


def short(shown: Face) -> str:
    """A cell in a letter or a figure: "2", "2 (34)", "A", "2/3"."""
    if shown.off_duty:
        return f"({shown.level})" if shown.state is State.VALID else ""
    if shown.state is State.VALID:
        tab = " ".join(filter(None, ["B" if shown.citizen else "", str(shown.days) if shown.days is not None else ""]))
        return f"{shown.level} ({tab})" if tab else str(shown.level)
    if shown.state is State.TRAINING:
        return f"{shown.done}/{shown.needed}"
    if shown.state is State.LOW:
        return f"{shown.level}↑"
    return _SHORT.get(shown.state, "")


def table_of(board: Board, which: Which) -> list[list[Content]]:
    """The board as rows: heading, then a task a row; the people's columns, then have and need of each shift."""
    people = board.people
    head: list[Content] = [_("Subject area"), _("Task"), _("Critical")]
    head += [f"{one.name} ({', '.join(filter(None, [group_of(one), one.worker.shifts]))})" for one in people]
    for shift in Shift:
        name = say(SHIFT_NAMES[shift])
        head += [
            _("%(shift)s: have", shift=name),
            _("%(shift)s: need", shift=name),
            _("%(shift)s: floaters", shift=name),
        ]
    columns = [
        _faces(board, at, one, off_duty=one.worker.absent and which is Which.DESK) for at, one in enumerate(people)
    ]
    rows: list[list[Content]] = [head]
    for place, task in enumerate(board.tasks):
        row: list[Content] = [task.area, task.name, _("critical") if task.critical else ""]
        for column in columns:
            shown = column[place]
            if which is Which.DESK:
                row.append(short(shown))
            else:
                row.append(shown.level if shown.state is State.VALID and not shown.citizen else "")
        for one in fields_of(board, task.id):
            row += [one.have, one.need, one.beside.removeprefix("+") and int(one.beside.removeprefix("+"))]
        rows.append(row)
    return rows


def about_of(board: Board, which: Which, *, place: str, at: datetime) -> list[list[Content]]:
    """What the file is, and how it is read."""
    rows: list[list[Content]] = [
        [_("Who may do what in %(unit)s", unit=board.unit.name)],
        [place],
        [_("Day"), board.on],
        [_("Made"), at.astimezone().replace(tzinfo=None).date()],
        [_("Division of tasks"), board.version.number if board.version else None],
        [_("Have and need count those with fixed shift.")],
        [],
    ]
    if which is Which.WALL:
        return [*rows, [_("A figure is the level of whoever may do the task. Empty: nothing is told.")]]
    legend = {
        "2": _("may do it, level 2"), "2 (34)": _("may do it, 34 days left"), "2 (B)": _("may do it for one certain citizen"),
        "(2)": _("not in the roster; does not count"), "A": _("waits for own acceptance"), "U": _("lapsed, must be renewed"),
        "2/3": _("in training"), "1↑": _("level too low"), "!": _("something must come first"), "‖": _("on pause"),
        "○": _("can be trained"), "m": _("takes part"), "–": _("not the group's task"), "?": _("not decided"),
    }  # fmt: skip
    return [*rows, *([sign, words] for sign, words in legend.items())]
