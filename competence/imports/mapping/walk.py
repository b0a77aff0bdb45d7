"""What every walk through a municipality's own spreadsheet shares: the file, its steps in order, back and forth."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Reach
from competence.access.web import requires, signed_in_actor
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import db, say, show, transaction
from competence.imports.commands import OUT_OF_REACH, REPLACED, note_result, take_staged
from competence.imports.fields import shown
from competence.imports.grid import Sheet, SheetProblem, Workbook, column_letter
from competence.imports.kinds import NAMES, Kind, permission_of
from competence.imports.mapping import commands, queries
from competence.imports.mapping.answers import A, Answers
from competence.imports.mapping.steps import ResultForm, SheetForm, StartForm
from competence.imports.matrix.exported import is_exported
from competence.imports.models import KEPT
from competence.imports.parsed import Parsed
from competence.imports.queries import staged_of
from competence.imports.sheets import read_workbook
from competence.imports.summary import Row
from competence.imports.taking import Effect, take_in
from competence.imports.taking import Reading as Taken

Has = TypeVar("Has")
SHOWN_COLUMNS, SHOWN_ROWS = 16, 12
ANSWERED_ELSEWHERE = N_("Your answers have been changed since you saw the result. Look at it again.")
TOO_LARGE = N_("The file is larger than 20 MB. Keep the table only, and split it into several files if it is long.")


@dataclass(frozen=True)
class State(ABC, Generic[A, Has]):
    """The file that somebody goes through, and what she has said of it."""

    staged_id: int
    staged_at: datetime
    filename: str
    workbook: Workbook
    choices: A
    ours: Has
    """What the municipality has."""

    @property
    def mark(self) -> str:
        """By which a page says what file it shows."""
        return f"{self.staged_id}-{self.staged_at.timestamp():.3f}"

    @property
    def whole_mark(self) -> str:
        """By which a page says what file and which answers it shows."""
        said = json.dumps(self.choices.as_json(), sort_keys=True)
        return f"{self.mark}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def sheets(self) -> list[Sheet]:
        """Those that hold something, hidden ones aside."""
        return list(self.workbook.visible())

    @property
    def sheet(self) -> Sheet:
        """The chosen one, else the first."""
        return next((sheet for sheet in self.sheets if sheet.name == self.choices.sheet), self.sheets[0])

    @staticmethod
    def sound(choices: A, ours: Has) -> A:
        """The choices, without those that name what is gone: they are asked about anew."""
        return choices

    @abstractmethod
    def first_open(self) -> str:
        """The first step that has not been answered."""


S = TypeVar("S", bound=State[Any, Any])
Run = Callable[[S, Actor], ResponseReturnValue]


@dataclass(frozen=True)
class About:
    """What a walk is about, in the words of its pages."""

    own: str
    """As the kind of the uploaded file and of the remembered answers."""
    kind: Kind
    """What it becomes."""
    title: str
    says: str
    """What the first page says of it."""
    templates: str = "mapping"
    """How the names of its own pages begin."""
    refused_export: str = N_("The file was taken out of Kompetencetavlen. Load it as it is: it needs no steps.")

    @property
    def name(self) -> str:
        """What the file holds."""
        return NAMES[self.kind]

    @property
    def upload(self) -> str:
        """The endpoint where such a file is loaded without steps."""
        return f"imports.{self.kind}"


class Walk(Generic[S]):
    """The pages of a walk. Its steps stand in their order, after the file itself; the first of them is `sheet`."""

    def __init__(
        self, bp: Blueprint, about: About, steps: Mapping[str, str], state: type[S], said: type[Answers],
        ours: Callable[[Session], Any],
    ) -> None:  # fmt: skip
        self.bp, self.about, self.steps = bp, about, steps
        self._state, self._said, self._ours = state, said, ours
        self.permission = permission_of(about.own)
        bp.add_url_rule("", endpoint="start", view_func=self._guarded(self._start), methods=["GET", "POST"])
        bp.add_url_rule(
            "/forget/<int:mapping_id>", endpoint="forget", view_func=self._guarded(self._forget), methods=["POST"]
        )
        bp.register_error_handler(413, self._too_large)
        self.step("sheet")(self._sheet)

    def _guarded(self, run: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        """A page for those who may bring such a file in."""

        @requires(self.permission)
        def view(*, actor: Actor, within: Reach, **named: Any) -> ResponseReturnValue:
            return run(actor, **named)

        return view

    def state(self, actor: Actor) -> S | None:
        """The file that she goes through; None when there is none, or its day is over."""
        staged = staged_of(db.session, self.about.own, actor.person_id)
        if staged is None or staged.content is None:
            return None
        ours = self._ours(db.session)
        return self._state(
            staged.id, staged.staged_at, staged.filename, read_workbook(staged.content, staged.filename),
            self._state.sound(self._said.from_json(staged.seen.get("choices", {})), ours), ours,
        )  # fmt: skip

    def _start(self, actor: Actor) -> ResponseReturnValue:
        """Choose the file, go on with the one from before, or remove a remembered mapping."""
        form = StartForm()
        if form.validate_on_submit():
            try:
                return self._begin(form.content(), form.file.data.filename or "", actor)
            except SheetProblem as refused:
                show(RuleBroken(refused.message, field="file"), form)
        return self._start_page(form, self.state(actor))

    def _begin(self, content: bytes, filename: str, actor: Actor) -> ResponseReturnValue:
        workbook = read_workbook(content, filename)
        if is_exported(workbook):
            raise SheetProblem(self.about.refused_export)
        sheets = list(workbook.visible())
        choices = self._said(sheet=sheets[0].name) if len(sheets) == 1 else self._said()
        offered = queries.fitting(db.session, self.about.own, self._said, workbook) is not None
        with transaction() as session:
            commands.begin(session, self.about.own, filename=filename, content=content, choices=choices, by=actor)
        return redirect(url_for(".sheet" if offered or len(sheets) > 1 else ".layout"))

    def _start_page(self, form: StartForm, state: S | None) -> str:
        return render_template(
            "imports/mapping_start.html", form=form, kept=queries.remembered(db.session, self.about.own), state=state,
            walk=self.about, go_on=url_for(f".{state.first_open()}") if state else None,
        )  # fmt: skip

    def _too_large(self, _error: Exception) -> ResponseReturnValue:
        """The first page again, with what is wrong at its field: the file is larger than any that is taken."""
        actor = signed_in_actor()
        if actor is None or not actor.may(self.permission):
            return render_template("errors/400.html", reason=say(TOO_LARGE)), 413
        form = StartForm(formdata=None)
        form.file.errors = [say(TOO_LARGE)]
        return self._start_page(form, None), 413

    def _forget(self, actor: Actor, mapping_id: int) -> ResponseReturnValue:
        """Remove a remembered mapping."""
        with transaction() as session:
            commands.forget(session, self.about.own, mapping_id, by=actor)
        flash(_("The remembered answers are removed."))
        return redirect(url_for(".start"))

    def step(self, name: str) -> Callable[[Run[S]], Run[S]]:
        """A page of the steps. Without a file it leads to the first page, too early to the first step not answered."""

        def wrap(run: Run[S]) -> Run[S]:
            def page(actor: Actor) -> ResponseReturnValue:
                state = self.state(actor)
                if state is None:
                    flash(_("The file is no longer kept here. Choose it again."), "error")
                    return redirect(url_for(".start"))
                order = list(self.steps)
                waiting = state.first_open()
                seen = request.form.get("staged", "")
                if seen and not f"{seen}-".startswith(f"{state.mark}-"):
                    flash(say(REPLACED), "error")
                    return redirect(url_for(f".{waiting}"))
                if seen and name == order[-1] and seen != state.whole_mark:
                    flash(say(ANSWERED_ELSEWHERE), "error")
                    return redirect(url_for(f".{waiting}"))
                if order.index(name) > order.index(waiting):
                    return redirect(url_for(f".{waiting}"))
                return run(state, actor)

            self.bp.add_url_rule(f"/{name}", endpoint=name, view_func=self._guarded(page), methods=["GET", "POST"])
            return run

        return wrap

    def answer(self, state: S, actor: Actor, answers: Mapping[str, Any]) -> None:
        """Nothing; the answers are kept."""
        with transaction() as session:
            commands.answer(
                session, self.about.own, self._said, state.staged_id, staged_at=state.staged_at, answers=answers, by=actor
            )  # fmt: skip

    def answered(self, state: S, actor: Actor, name: str, answers: Mapping[str, Any]) -> ResponseReturnValue:
        """The answers are kept; on to the next step."""
        self.answer(state, actor, answers)
        order = list(self.steps)
        return redirect(url_for(f".{order[order.index(name) + 1]}"))

    def take(self, state: S, form: ResultForm, parsed: Parsed[Row], actor: Actor) -> Effect | None:
        """What the result was to change, taken in and its answers remembered; None when it was refused, as the form says."""
        own = self.about.own
        try:
            with transaction() as session:
                take_staged(session, state.staged_id, own, staged_at=state.staged_at, by=actor)
                effect = take_in(session, Taken(self.about.kind, parsed), by=actor)
                if form.remember.data:
                    commands.remember(
                        session, own, filename=state.filename, sheet=state.sheet, choices=state.choices, by=actor
                    )
                note_result(session, state.staged_id, seen={})
        except RuleBroken as broken:
            show(broken, form)
        except NotFound:
            show(RuleBroken(OUT_OF_REACH), form)
        else:
            return effect
        return None

    def page(self, name: str, state: S, form: Any, *, template: str = "", **more: Any) -> str:
        """The step as its page draws it."""
        order = list(self.steps)
        form.staged.data = state.whole_mark if name == order[-1] else state.mark
        number, reached = order.index(name), order.index(state.first_open())
        steps = [
            (say(title), url_for(f".{step}") if place <= reached and place != number else "", place == number)
            for place, (step, title) in enumerate(self.steps.items())
        ]
        return render_template(
            f"imports/{template or f'{self.about.templates}_{name}'}.html", form=form, state=state, steps=steps,
            walk=self.about, back=url_for(f".{order[number - 1]}") if number else url_for(".start"),
            kept_until=state.staged_at + timedelta(hours=KEPT), **more,
        )  # fmt: skip

    def _sheet(self, state: S, actor: Actor) -> ResponseReturnValue:
        """Which sheet; and the mapping that was remembered for these headings, if there is one."""
        offered = queries.fitting(db.session, self.about.own, self._said, state.workbook)
        form = SheetForm(sheets=state.sheets, sheet=state.choices.sheet)
        if offered and "remembered" in request.form:
            self.answer(state, actor, vars(offered[1]))
            said = self._state.sound(offered[1], state.ours)
            return redirect(url_for(f".{replace(state, choices=said).first_open()}"))
        if form.validate_on_submit():
            moved = form.sheet.data != state.choices.sheet
            fresh = dict.fromkeys(self._said.placing) if moved else {}
            return self.answered(state, actor, "sheet", {"sheet": form.sheet.data, **fresh})
        hints = {
            one.name: _("Rows: %(rows)s, columns: %(columns)s", rows=len(one.rows), columns=len(one.rows[0]))
            for one in state.sheets
        }
        kept = offered[0] if offered else None
        return self.page("sheet", state, form, template="mapping_sheet", kept=kept, hints=hints)


def picture(sheet: Sheet, choices: Answers, marked: Mapping[int | None, str]) -> dict[str, Any]:
    """The first rows as the page draws them, with what was seen in them. `marked`: column -> what stands there."""
    top, bottom = choices.head
    wide = range(min(SHOWN_COLUMNS, len(sheet.rows[0])))
    rows = [
        (row + 1, top <= row <= bottom, [shown(sheet.at(row, column)) for column in wide])
        for row in range(min(len(sheet.rows), max(SHOWN_ROWS, bottom + 6)))
    ]
    return {"columns": [(column_letter(column), marked.get(column, "")) for column in wide], "rows": rows}
