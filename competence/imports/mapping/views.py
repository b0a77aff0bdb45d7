"""A municipality's own spreadsheet, step by step: each page a plain form, back and forth without losing an answer."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor
from competence.delegation.rules import RULE_NAMES, CellRule
from competence.foundation.text import N_
from competence.foundation.web import say
from competence.imports.fields import shown
from competence.imports.grid import column_letter
from competence.imports.kinds import OWN_MATRIX, Kind
from competence.imports.known import NEW, key
from competence.imports.mapping import forms, queries, walk
from competence.imports.mapping.choices import ROLES, Choices
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
from competence.imports.mapping.steps import ResultForm, fill_rest, put_errors
from competence.imports.mapping.walk import About, Walk, picture
from competence.imports.matrix.whole import SYMBOLS
from competence.imports.preview import told

bp = Blueprint("mapping", __name__, url_prefix="/imports/matrix/steps")
STEPS = {
    "sheet": N_("Sheet"), "layout": N_("Where it stands"), "columns": N_("Headings"), "symbols": N_("Symbols"),
    "tasks": N_("Tasks"), "result": N_("Result"),
}  # fmt: skip
"""After the file itself, in their order."""
ABOUT = About(
    OWN_MATRIX,
    Kind.MATRIX,
    N_("Bring your own spreadsheet, step by step"),
    N_(
        "You say what your headings, symbols and tasks mean. "
        "Nothing is guessed, and nothing is saved before you have seen the result."
    ),
)


class State(walk.State[Choices, Ours]):
    """The matrix that somebody goes through, and what she has said of it."""

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


steps = Walk(bp, ABOUT, STEPS, State, Choices, queries.ours_now)


@steps.step("layout")
def layout(state: State, actor: Actor) -> ResponseReturnValue:
    """Where the headings and the tasks stand, beside a picture of the first rows."""
    choices = state.choices if state.choices.is_laid_out else guess_layout(state.sheet, state.ours)
    top, bottom = choices.head
    form = forms.LayoutForm(
        sheet=state.sheet, top=top + 1, bottom=bottom + 1, task="" if choices.task is None else str(choices.task),
        area="" if choices.area is None else str(choices.area),
    )  # fmt: skip
    if form.validate_on_submit():
        return steps.answered(state, actor, "layout", form.answers())
    drawn = picture(state.sheet, choices, {choices.task: _("tasks"), choices.area: _("areas")})
    return steps.page("layout", state, form, picture=drawn)


@steps.step("columns")
def columns(state: State, actor: Actor) -> ResponseReturnValue:
    """What each heading means."""
    found = columns_of(state.sheet, state.choices, state.ours)
    form = forms.columns_form(found, state.choices, state.ours)
    if form.validate_on_submit():
        meant = forms.column_answers(form, found)
        wrong = same_group_twice(found, meant)
        places = {column.key: number for number, column in enumerate(found)}
        put_errors(form, {f"means_{places[name]}": say(said) for name, said in wrong.items()})
        if not wrong and all(said[0] in ROLES for said in meant.values()):
            form.form_errors = [_("No heading is a staff group. Say which are.")]
        elif not wrong:
            return steps.answered(state, actor, "columns", {"columns": meant})
    return steps.page("columns", state, form, columns=[(column, shown(column.example)) for column in found])


@steps.step("symbols")
def symbols(state: State, actor: Actor) -> ResponseReturnValue:
    """What each symbol means."""
    uses = state.read().uses
    form = forms.symbols_form(uses, state.choices, state.ours)
    if form.validate_on_submit():
        return steps.answered(state, actor, "symbols", {"symbols": forms.symbol_answers(form, uses)})
    return steps.page("symbols", state, form, uses=[use for _symbol, use in uses], shown=shown)


@steps.step("tasks")
def tasks(state: State, actor: Actor) -> ResponseReturnValue:
    """What each row is whose task is not known."""
    asked = asked_without(state.choices, state.sheet, state.ours)
    form = forms.tasks_form(asked, state.choices, state.ours)
    if request.method == "POST" and "rest" in request.form:
        fill_rest(form, asked, NEW)
    if form.validate_on_submit():
        meant, wrong = forms.task_answers(form, asked, state.ours)
        plain = read_sheet(state.sheet, replace(state.choices, tasks={}), state.ours).parsed.rows
        settled = {row.task: row.row for row in plain if row.task}
        places = {key(one.name): number for number, one in enumerate(asked)}
        twice = same_task_twice(asked, meant, settled)
        wrong |= {f"task_{places[name]}": say(said) for name, said in twice.items()}
        put_errors(form, wrong)
        if not wrong:
            return steps.answered(state, actor, "tasks", {"tasks": meant})
    return steps.page("tasks", state, form, asked=asked, known=[task.name for task in state.ours.tasks])


@steps.step("result")
def result(state: State, actor: Actor) -> ResponseReturnValue:
    """The result beside the source, every doubt marked; on POST it becomes a draft."""
    form, reading = ResultForm(), state.read()
    if form.validate_on_submit() and (effect := steps.take(state, form, reading.parsed, actor)):
        if effect.version is None:
            flash(_("The file says what you have already. No draft was made."))
            return redirect(url_for("matrix.index"))
        number = effect.version
        flash(_("It is draft version %(number)s. It counts once somebody has approved it by name.", number=number))
        return redirect(url_for("matrix.show_version", number=number))
    return steps.page("result", state, form, **_drawn(state, reading))


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
