"""A municipality's own spreadsheet, step by step: each page a plain form, back and forth without losing an answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires, signed_in_actor
from competence.delegation.rules import RULE_NAMES, CellRule
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import db, say, show, transaction
from competence.imports.commands import OUT_OF_REACH, REPLACED, note_result, take_staged
from competence.imports.fields import shown
from competence.imports.grid import Sheet, SheetProblem, Workbook, column_letter
from competence.imports.kinds import OWN_MATRIX, Kind
from competence.imports.known import key
from competence.imports.mapping import commands, forms, queries
from competence.imports.mapping.choices import ROLES, Choices, from_json
from competence.imports.mapping.reading import (
    Ours,
    Reading,
    asked_without,
    columns_of,
    doubts,
    guess_layout,
    read_sheet,
    remarks,
    same_group_twice,
    same_task_twice,
    unanswered_columns,
)
from competence.imports.matrix import MatrixTask
from competence.imports.matrix.exported import is_exported
from competence.imports.matrix.whole import SYMBOLS
from competence.imports.models import KEPT
from competence.imports.parsed import Parsed
from competence.imports.preview import told
from competence.imports.queries import staged_of
from competence.imports.sheets import read_workbook
from competence.imports.taking import Reading as Taken
from competence.imports.taking import take_in

bp = Blueprint("mapping", __name__, url_prefix="/imports/matrix/steps")
STEPS = {
    "sheet": N_("Sheet"), "layout": N_("Where it stands"), "columns": N_("Headings"), "symbols": N_("Symbols"),
    "tasks": N_("Tasks"), "result": N_("Result"),
}  # fmt: skip
"""After the file itself, in their order."""
SHOWN_COLUMNS, SHOWN_ROWS = 16, 12


@dataclass(frozen=True)
class State:
    """The file that somebody goes through, and what she has said of it."""

    staged_id: int
    staged_at: datetime
    filename: str
    workbook: Workbook
    choices: Choices
    ours: Ours

    @property
    def mark(self) -> str:
        """By which a page says what file it shows."""
        return f"{self.staged_id}-{self.staged_at.timestamp():.3f}"

    @property
    def sheets(self) -> list[Sheet]:
        """Those that hold something, hidden ones aside."""
        return list(self.workbook.visible())

    @property
    def sheet(self) -> Sheet:
        """The chosen one, else the first."""
        return next((sheet for sheet in self.sheets if sheet.name == self.choices.sheet), self.sheets[0])

    def read(self) -> Reading:
        """The sheet by the choices."""
        return read_sheet(self.sheet, self.choices, self.ours)

    def first_open(self) -> str:
        """The first step that has not been answered."""
        if self.choices.sheet is None:
            return "sheet"
        if not self.choices.is_laid_out:
            return "layout"
        if unanswered_columns(self.sheet, self.choices, self.ours):
            return "columns"
        reading = self.read()
        if any(symbol not in self.choices.symbols for symbol, _use in reading.uses):
            return "symbols"
        return "tasks" if reading.asked else "result"


def _state(actor: Actor) -> State | None:
    staged = staged_of(db.session, OWN_MATRIX, actor.person_id)
    if staged is None or staged.content is None:
        return None
    workbook = read_workbook(staged.content, staged.filename)
    choices = from_json(staged.seen.get("choices", {}))
    return State(staged.id, staged.staged_at, staged.filename, workbook, choices, queries.ours_now(db.session))


@bp.route("", methods=["GET", "POST"])
@requires(Permission.IMPORT_MATRIX)
def start(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Choose the file, go on with the one from before, or remove a remembered mapping."""
    form = forms.StartForm()
    if form.validate_on_submit():
        content, filename = form.content(), form.file.data.filename or ""
        try:
            workbook = read_workbook(content, filename)
            if is_exported(workbook):
                raise SheetProblem(
                    N_("The file was taken out of Kompetencetavlen. Load it as it is: it needs no steps.")
                )
        except SheetProblem as refused:
            show(RuleBroken(refused.message, field="file"), form)
        else:
            sheets = list(workbook.visible())
            choices = Choices(sheet=sheets[0].name) if len(sheets) == 1 else Choices()
            offered = queries.fitting(db.session, workbook) is not None
            with transaction() as session:
                commands.begin(session, filename=filename, content=content, choices=choices, by=actor)
            return redirect(url_for(".sheet" if offered or len(sheets) > 1 else ".layout"))
    state = _state(actor)
    return render_template(
        "imports/mapping_start.html", form=form, kept=queries.remembered(db.session), state=state,
        go_on=url_for(f".{state.first_open()}") if state else None,
    )  # fmt: skip


@bp.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """The first page again, with what is wrong at its field: the file is larger than any that is taken."""
    actor = signed_in_actor()
    said = _("The file is larger than 20 MB. Keep the table only, and split it into several files if it is long.")
    if actor is None or not actor.may(Permission.IMPORT_MATRIX):
        return render_template("errors/400.html", reason=said), 413
    form = forms.StartForm(formdata=None)
    form.file.errors = [said]
    return render_template(
        "imports/mapping_start.html", form=form, kept=queries.remembered(db.session), go_on=None
    ), 413


@bp.post("/forget/<int:mapping_id>")
@requires(Permission.IMPORT_MATRIX)
def forget(mapping_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Remove a remembered mapping."""
    with transaction() as session:
        commands.forget(session, mapping_id, by=actor)
    flash(_("The remembered answers are removed."))
    return redirect(url_for(".start"))


def _step(name: str) -> Callable[[Callable[[State, Actor], ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """A page of the steps. Without a file it leads to the first page, too early to the first step not answered."""

    def wrap(run: Callable[[State, Actor], ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @requires(Permission.IMPORT_MATRIX)
        def view(*, actor: Actor, within: Reach) -> ResponseReturnValue:
            state = _state(actor)
            if state is None:
                flash(_("The file is no longer kept here. Choose it again."), "error")
                return redirect(url_for(".start"))
            if request.method == "POST" and request.form.get("staged", state.mark) != state.mark:
                flash(say(REPLACED), "error")
                return redirect(url_for(f".{state.first_open()}"))
            order = list(STEPS)
            waiting = state.first_open()
            if order.index(name) > order.index(waiting):
                return redirect(url_for(f".{waiting}"))
            return run(state, actor)

        bp.add_url_rule(f"/{name}", endpoint=name, view_func=view, methods=["GET", "POST"])
        return view

    return wrap


def _answered(state: State, actor: Actor, name: str, answers: dict[str, Any]) -> ResponseReturnValue:
    """The answers are kept; on to the next step."""
    with transaction() as session:
        commands.answer(session, state.staged_id, staged_at=state.staged_at, answers=answers, by=actor)
    order = list(STEPS)
    return redirect(url_for(f".{order[order.index(name) + 1]}"))


def _page(name: str, state: State, form: Any, **more: Any) -> str:
    order = list(STEPS)
    form.staged.data = state.mark
    number, reached = order.index(name), order.index(state.first_open())
    steps = [
        (say(title), url_for(f".{step}") if place <= reached and place != number else "", place == number)
        for place, (step, title) in enumerate(STEPS.items())
    ]
    return render_template(
        f"imports/mapping_{name}.html", form=form, state=state, steps=steps, back=url_for(f".{order[number - 1]}")
        if number else url_for(".start"), kept_until=state.staged_at + timedelta(hours=KEPT), **more,
    )  # fmt: skip


@_step("sheet")
def sheet(state: State, actor: Actor) -> ResponseReturnValue:
    """Which sheet; and the mapping that was remembered for these headings, if there is one."""
    offered = queries.fitting(db.session, state.workbook)
    form = forms.SheetForm(sheets=state.sheets, sheet=state.choices.sheet)
    if offered and "remembered" in request.form:
        answers = vars(offered[1])
        with transaction() as session:
            commands.answer(session, state.staged_id, staged_at=state.staged_at, answers=answers, by=actor)
        return redirect(url_for(f".{replace(state, choices=offered[1]).first_open()}"))
    if form.validate_on_submit():
        moved = form.sheet.data != state.choices.sheet
        fresh = dict.fromkeys(("top", "bottom", "task", "area")) if moved else {}
        return _answered(state, actor, "sheet", {"sheet": form.sheet.data, **fresh})
    hints = {
        one.name: _("Rows: %(rows)s, columns: %(columns)s", rows=len(one.rows), columns=len(one.rows[0])) for one in state.sheets
    }  # fmt: skip
    return _page("sheet", state, form, kept=offered[0] if offered else None, hints=hints)


@_step("layout")
def layout(state: State, actor: Actor) -> ResponseReturnValue:
    """Where the headings and the tasks stand, beside a picture of the first rows."""
    choices = state.choices if state.choices.is_laid_out else guess_layout(state.sheet, state.ours)
    top, bottom = choices.head
    form = forms.LayoutForm(
        sheet=state.sheet, top=top + 1, bottom=bottom + 1, task="" if choices.task is None else str(choices.task),
        area="" if choices.area is None else str(choices.area),
    )  # fmt: skip
    if form.validate_on_submit():
        return _answered(state, actor, "layout", form.answers())
    return _page("layout", state, form, picture=_picture(state.sheet, choices))


def _picture(sheet: Sheet, choices: Choices) -> dict[str, Any]:
    """The first rows as the page draws them, with what was seen in them."""
    top, bottom = choices.head
    wide = range(min(SHOWN_COLUMNS, len(sheet.rows[0])))
    marked = {choices.task: _("tasks"), choices.area: _("areas")}
    rows = [
        (row + 1, top <= row <= bottom, [shown(sheet.at(row, column)) for column in wide])
        for row in range(min(len(sheet.rows), max(SHOWN_ROWS, bottom + 6)))
    ]
    return {"columns": [(column_letter(column), marked.get(column, "")) for column in wide], "rows": rows}


@_step("columns")
def columns(state: State, actor: Actor) -> ResponseReturnValue:
    """What each heading means."""
    found = columns_of(state.sheet, state.choices, state.ours)
    form = forms.columns_form(found, state.choices, state.ours)
    if form.validate_on_submit():
        meant = forms.column_answers(form, found)
        wrong = same_group_twice(found, meant)
        places = {column.key: number for number, column in enumerate(found)}
        forms.put_errors(form, {f"means_{places[name]}": say(said) for name, said in wrong.items()})
        if not wrong and all(said[0] in ROLES for said in meant.values()):
            form.form_errors = [_("No heading is a staff group. Say which are.")]
        elif not wrong:
            return _answered(state, actor, "columns", {"columns": meant})
    return _page("columns", state, form, columns=[(column, shown(column.example)) for column in found])


@_step("symbols")
def symbols(state: State, actor: Actor) -> ResponseReturnValue:
    """What each symbol means."""
    uses = state.read().uses
    form = forms.symbols_form(uses, state.choices, state.ours)
    if form.validate_on_submit():
        return _answered(state, actor, "symbols", {"symbols": forms.symbol_answers(form, uses)})
    return _page("symbols", state, form, uses=[use for _symbol, use in uses], shown=shown)


@_step("tasks")
def tasks(state: State, actor: Actor) -> ResponseReturnValue:
    """What each row is whose task is not known."""
    asked = asked_without(state.choices, state.sheet, state.ours)
    form = forms.tasks_form(asked, state.choices, state.ours)
    if request.method == "POST" and "rest" in request.form:
        forms.fill_rest(form, asked)
    if form.validate_on_submit():
        meant, wrong = forms.task_answers(form, asked, state.ours)
        plain = read_sheet(state.sheet, replace(state.choices, tasks={}), state.ours).parsed.rows
        settled = {row.task: row.row for row in plain if row.task}
        places = {key(one.name): number for number, one in enumerate(asked)}
        twice = same_task_twice(asked, meant, settled)
        wrong |= {f"task_{places[name]}": say(said) for name, said in twice.items()}
        forms.put_errors(form, wrong)
        if not wrong:
            return _answered(state, actor, "tasks", {"tasks": meant})
    return _page("tasks", state, form, asked=asked, known=[task.name for task in state.ours.tasks])


@_step("result")
def result(state: State, actor: Actor) -> ResponseReturnValue:
    """The result beside the source, every doubt marked; on POST it becomes a draft."""
    form, reading = forms.ResultForm(), state.read()
    if form.validate_on_submit():
        try:
            number = _take(state, reading.parsed, remember=bool(form.remember.data), actor=actor)
        except RuleBroken as broken:
            show(broken, form)
        except NotFound:
            show(RuleBroken(OUT_OF_REACH), form)
        else:
            if number is None:
                flash(_("The file says what you have already. No draft was made."))
                return redirect(url_for("matrix.index"))
            flash(_("It is draft version %(number)s. It counts once somebody has approved it by name.", number=number))
            return redirect(url_for("matrix.show_version", number=number))
    return _page("result", state, form, **_drawn(state, reading))


def _take(state: State, parsed: Parsed[MatrixTask], *, remember: bool, actor: Actor) -> int | None:
    """The number of the new draft; None when the newest version says the same."""
    with transaction() as session:
        take_staged(session, state.staged_id, OWN_MATRIX, staged_at=state.staged_at, by=actor)
        effect = take_in(session, Taken(Kind.MATRIX, parsed), by=actor)
        if remember:
            commands.remember(session, filename=state.filename, sheet=state.sheet, choices=state.choices, by=actor)
        note_result(session, state.staged_id, seen={})
    return effect.version


def _drawn(state: State, reading: Reading) -> dict[str, Any]:
    """Each task: what the file says, what it becomes, and what is doubtful."""
    filled, parsed = reading.sheet.through_spans(), reading.parsed
    columns = [(group.column, known) for group in reading.layout.groups for known in group.groups]
    names = {task.code: task.name for task in state.ours.tasks}
    explained = frozenset(symbol for symbol, use in reading.uses if use.legend)
    rows, doubtful = [], 0
    for row in parsed.rows:
        cells = {cell.staff_group: cell for cell in row.cells}
        fields = []
        for column, known in columns:
            cell = cells.get(known.code)
            rule = cell.rule if cell else CellRule.UNDECIDED
            level = f" {cell.level}" if cell and cell.level and not cell.level_not_stated else ""
            marked = "*" if cell and cell.level and (cell.notes or row.notes) else ""
            fields.append(
                (shown(filled.at(row.row - 1, column)), SYMBOLS[rule] + level + marked, say(RULE_NAMES[rule]))
            )
        unclear = [say(said) for said in doubts(row, explained)]
        doubtful += bool(unclear)
        rows.append(
            (row, names.get(row.task or "", ""), fields, unclear, [say(x) for x in remarks(row, state.choices)])
        )
    heads = [
        (column_letter(column), known.names[1] if len(known.names) > 1 else known.name) for column, known in columns
    ]
    return {
        "rows": rows, "heads": heads, "doubtful": doubtful, "problems": [told(problem) for problem in parsed.problems],
        "skipped": [[line.sheet, str(line.row), line.text] for line in parsed.skipped],
        "new_tasks": sum(1 for row in parsed.rows if row.task is None), "cells": sum(len(row.cells) for row in parsed.rows),
    }  # fmt: skip
