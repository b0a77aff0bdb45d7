"""A municipality's own duty roster, step by step: what each column holds, which unit each word means, and the result."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import signed_in_actor
from competence.foundation.text import N_, looks_like_cpr
from competence.foundation.web import db, say
from competence.imports.fields import shown
from competence.imports.grid import Sheet
from competence.imports.kinds import OWN_ROSTER, Kind
from competence.imports.known import KnownUnit
from competence.imports.mapping import walk
from competence.imports.mapping.roster import forms
from competence.imports.mapping.roster.choices import OWN_UNIT, RosterChoices
from competence.imports.mapping.roster.columns import (
    columns_of,
    guess_rows,
    is_answered,
    listing_of,
    unknown_units,
    wrong_with,
)
from competence.imports.mapping.steps import HeadRowsForm, ResultForm, put_errors
from competence.imports.mapping.walk import About, Walk, picture
from competence.imports.parsed import Parsed
from competence.imports.preview import preview, told
from competence.imports.queries import known_units, unit_paths
from competence.imports.roster import RosterRow, parse_roster
from competence.imports.taking import Reading, rehearse
from competence.roster.queries import Staff, known_staff

bp = Blueprint("mapping_roster", __name__, url_prefix="/imports/roster/steps")
STEPS = {
    "sheet": N_("Sheet"), "layout": N_("Where it stands"), "columns": N_("Columns"), "units": N_("Units"),
    "result": N_("Result"),
}  # fmt: skip
"""After the file itself, in their order."""
ABOUT = About(
    OWN_ROSTER,
    Kind.ROSTER,
    N_("Bring your own duty roster, step by step"),
    N_("You say what your columns hold. Nothing is guessed, and nothing is saved before you have seen the result."),
    templates="mapping_roster",
)


@dataclass(frozen=True)
class RosterOurs:
    """What the municipality has, as far as the reader reaches."""

    units: tuple[KnownUnit, ...]
    paths: Mapping[int, str]
    staff: Staff


def ours_now(session: Session) -> RosterOurs:
    """What a roster is compared with, for whoever is signed in."""
    actor = signed_in_actor()
    within = actor.reach(Permission.ROSTER_IMPORT) if actor else Reach()
    return RosterOurs(tuple(known_units(session, within)), unit_paths(session), known_staff(session))


class State(walk.State[RosterChoices, RosterOurs]):
    """The roster that somebody goes through, and what she has said of it."""

    @property
    def sheets(self) -> list[Sheet]:
        """Those that hold something, their dates with the time of day."""
        return [sheet.with_times() for sheet in self.workbook.visible()]

    @staticmethod
    def sound(choices: RosterChoices, ours: RosterOurs) -> RosterChoices:
        """The choices, without those that name a unit that is gone or out of reach."""
        there = {unit.id for unit in ours.units} | {OWN_UNIT}
        return replace(choices, units={word: unit for word, unit in choices.units.items() if unit in there})

    @cached_property
    def parsed(self) -> Parsed[RosterRow]:
        """The duties, by the choices."""
        ours = self.ours
        return parse_roster(
            listing_of(self.sheet, self.choices), units=ours.units, paths=ours.paths, staff=ours.staff,
            called=self.choices.units, name=self.choices.name or "",
        )  # fmt: skip

    def first_open(self) -> str:
        """The first step that has not been answered."""
        if self.choices.sheet is None:
            return "sheet"
        if not self.choices.is_laid_out:
            return "layout"
        if not is_answered(self.sheet, self.choices):
            return "columns"
        words = unknown_units(listing_of(self.sheet, self.choices), self.ours.units)
        return "units" if any(word.key not in self.choices.units for word in words) else "result"


steps = Walk(bp, ABOUT, STEPS, State, RosterChoices, ours_now)


@steps.step("layout")
def layout(state: State, actor: Actor) -> ResponseReturnValue:
    """Where the headings stand, beside a picture of the first rows."""
    choices = state.choices if state.choices.is_laid_out else guess_rows(state.sheet)
    top, bottom = choices.head
    form = HeadRowsForm(sheet=state.sheet, top=top + 1, bottom=bottom + 1)
    if form.validate_on_submit():
        return steps.answered(state, actor, "layout", form.answers())
    return steps.page("layout", state, form, template="mapping_heading_rows", picture=picture(state.sheet, choices, {}))


@steps.step("columns")
def columns(state: State, actor: Actor) -> ResponseReturnValue:
    """What each column holds, and what the roster is called."""
    found = columns_of(state.sheet, state.choices)
    form = forms.columns_form(found, state.choices)
    if form.validate_on_submit():
        meant = forms.column_answers(form, found)
        places = {column.key: f"means_{number}" for number, column in enumerate(found)}
        wrong = {name: say(said) for name, said in wrong_with(found, meant).items()}
        if said := wrong.pop("", None):
            form.form_errors = [said]
        put_errors(form, {places[name]: text for name, text in wrong.items()})
        if not (wrong or said):
            return steps.answered(state, actor, "columns", {"columns": meant, "name": form.name.data or ""})
    shown_columns = [(column, _plain(column.heading), shown(column.example)) for column in found]
    return steps.page("columns", state, form, columns=shown_columns)


@steps.step("units")
def units(state: State, actor: Actor) -> ResponseReturnValue:
    """Which unit each word means that is none of ours."""
    words = unknown_units(listing_of(state.sheet, state.choices), state.ours.units)
    form = forms.units_form(words, state.choices, state.ours.units)
    if form.validate_on_submit():
        return steps.answered(state, actor, "units", {"units": forms.unit_answers(form, words)})
    return steps.page("units", state, form, words=words, plain=_plain)


@steps.step("result")
def result(state: State, actor: Actor) -> ResponseReturnValue:
    """What the roster would change, and everything that is wrong; on POST it is taken in."""
    form, parsed = ResultForm(), state.parsed
    if form.validate_on_submit() and (effect := steps.take(state, form, parsed, actor)):
        if effect.writes:
            flash(_("The roster is loaded. See the week, and which shifts lack somebody."))
        else:
            flash(_("The file says what you have already. Nothing was changed."))
        return redirect(url_for("roster.index" if actor.may(Permission.ROSTER_READ) else "imports.index"))
    return steps.page("result", state, form, **_drawn(state, parsed, actor))


def _plain(text: str) -> str:
    """The text, and nothing that could be a CPR number."""
    return "…" if looks_like_cpr(text) else text


def _drawn(state: State, parsed: Parsed[RosterRow], actor: Actor) -> dict[str, Any]:
    """What it comes to, as the preview of a file without steps shows it."""
    reading, effect = rehearse(db.session, Reading(Kind.ROSTER, parsed), by=actor)
    seen = preview(db.session, reading, effect, filename=state.filename)
    return {"seen": seen, "effect": effect, "problems": [told(problem) for problem in reading.parsed.problems]}
