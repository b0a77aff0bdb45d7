"""A municipality's own competence profiles, step by step: what each heading, word and row means, to a draft per group."""

from functools import cached_property
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor
from competence.foundation.text import N_, looks_like_cpr
from competence.foundation.web import db, say
from competence.imports.fields import shown
from competence.imports.kinds import OWN_PROFILES, Kind
from competence.imports.mapping import walk
from competence.imports.mapping.profiles import forms
from competence.imports.mapping.profiles.choices import ASKS, GROUP, LEVEL, PRACTICE, STATEMENT, ProfileChoices
from competence.imports.mapping.profiles.columns import (
    ProfileOurs,
    columns_of,
    guess_group,
    guess_rows,
    is_answered,
    lacking,
    meant_twice,
)
from competence.imports.mapping.profiles.found import Reading
from competence.imports.mapping.profiles.putting import sums
from competence.imports.mapping.profiles.queries import drafts_of, ours_now
from competence.imports.mapping.profiles.reading import open_rows, open_words, read_sheet
from competence.imports.mapping.profiles.sound import still_sound
from competence.imports.mapping.steps import HeadRowsForm, ResultForm, fill_rest, put_errors
from competence.imports.mapping.walk import About, Walk, picture
from competence.imports.preview import told

bp = Blueprint("mapping_profiles", __name__, url_prefix="/imports/profiles/steps")
STEPS = {
    "sheet": N_("Sheet"), "layout": N_("Where it stands"), "columns": N_("Headings"), "words": N_("Words"),
    "tasks": N_("Tasks"), "result": N_("Result"),
}  # fmt: skip
"""After the file itself, in their order."""
ABOUT = About(
    OWN_PROFILES,
    Kind.PROFILES,
    N_("Bring your own competence profiles, step by step"),
    N_("You say what your headings and words mean. Nothing is guessed, and nothing is saved before you have seen the result."),
    templates="mapping_profiles",
    refused_export=N_(
        "The file is a division of tasks that was taken out of Kompetencetavlen. Load it as your own division of tasks."
    ),
)  # fmt: skip
WORD_KINDS = {
    GROUP: N_("staff group"), LEVEL: N_("profile level"), PRACTICE: N_("practice level"), ASKS: N_("in the fields"),
}  # fmt: skip


class State(walk.State[ProfileChoices, ProfileOurs]):
    """The profiles that somebody goes through, and what she has said of them."""

    @staticmethod
    def sound(choices: ProfileChoices, ours: ProfileOurs) -> ProfileChoices:
        """The choices, without those that name a staff group, task or level that is gone."""
        return still_sound(choices, ours)

    @cached_property
    def reading(self) -> Reading:
        """The sheet by the choices."""
        return read_sheet(self.sheet, self.choices, self.ours)

    def first_open(self) -> str:
        """The first step that has not been answered."""
        if self.choices.sheet is None:
            return "sheet"
        if not self.choices.is_laid_out:
            return "layout"
        if not is_answered(self.sheet, self.choices, self.ours):
            return "columns"
        if open_words(self.reading, self.choices):
            return "words"
        return "tasks" if open_rows(self.reading, self.choices) else "result"


steps = Walk(bp, ABOUT, STEPS, State, ProfileChoices, ours_now)


@steps.step("layout")
def layout(state: State, actor: Actor) -> ResponseReturnValue:
    """Where the headings stand, beside a picture of the first rows."""
    choices = state.choices if state.choices.is_laid_out else guess_rows(state.sheet, state.ours)
    top, bottom = choices.head
    form = HeadRowsForm(sheet=state.sheet, top=top + 1, bottom=bottom + 1)
    if form.validate_on_submit():
        return steps.answered(state, actor, "layout", form.answers())
    return steps.page("layout", state, form, template="mapping_heading_rows", picture=picture(state.sheet, choices, {}))


@steps.step("columns")
def columns(state: State, actor: Actor) -> ResponseReturnValue:
    """What each heading means, and what the whole sheet is for."""
    found = columns_of(state.sheet, state.choices, state.ours)
    guess = guess_group(state.sheet, state.choices, found, state.ours)
    form = forms.columns_form(found, state.choices, state.ours, guess=guess)
    if form.validate_on_submit():
        meant = forms.column_answers(form, found)
        places = {column.key: f"means_{number}" for number, column in enumerate(found)}
        wrong = {places[name]: say(said) for name, said in meant_twice(found, meant).items()}
        missing = {name: say(said) for name, said in lacking(meant, form.group.data, form.level.data).items()}
        if said := missing.pop("", None):
            form.form_errors = [said]
        put_errors(form, wrong | missing)
        if not (wrong or missing or said):
            whole = {"group": form.group.data, "level": form.level.data, "area": form.area.data}
            return steps.answered(state, actor, "columns", {"columns": meant, **whole})
    return steps.page(
        "columns", state, form, columns=[(column, _plain(column.heading), shown(column.example)) for column in found]
    )


@steps.step("words")
def words(state: State, actor: Actor) -> ResponseReturnValue:
    """What each word means."""
    found = list(state.reading.words.items())
    form = forms.words_form(found, state.choices, state.ours)
    if form.validate_on_submit():
        meant, wrong = forms.word_answers(form, found)
        put_errors(form, wrong)
        if not wrong:
            return steps.answered(state, actor, "words", {"words": meant})
    return steps.page("words", state, form, words=[word for _name, word in found], shown=shown, kinds=WORD_KINDS)


@steps.step("tasks")
def tasks(state: State, actor: Actor) -> ResponseReturnValue:
    """What each row is whose task is not known, or that stands alone."""
    asked = state.reading.asked
    form = forms.rows_form(asked, state.choices, state.ours)
    if request.method == "POST" and "rest" in request.form:
        fill_rest(form, asked, STATEMENT)
    if form.validate_on_submit():
        meant, wrong = forms.row_answers(form, asked, state.ours)
        put_errors(form, wrong)
        if not wrong:
            return steps.answered(state, actor, "tasks", {"tasks": meant})
    return steps.page("tasks", state, form, asked=asked, plain=_plain, known=[task.name for task in state.ours.tasks])


@steps.step("result")
def result(state: State, actor: Actor) -> ResponseReturnValue:
    """The result beside the source, every doubt marked; on POST each staff group in it gets a draft."""
    form, reading = ResultForm(), state.reading
    if form.validate_on_submit() and (effect := steps.take(state, form, reading.parsed, actor)):
        return _to_drafts(reading, wrote=effect.writes)
    return steps.page("result", state, form, **_drawn(state, reading))


def _to_drafts(reading: Reading, *, wrote: bool) -> ResponseReturnValue:
    """On to the draft, or to the list of profiles where there are several or none."""
    if not wrote:
        flash(_("The file says what you have already. No draft was made."))
        return redirect(url_for("profiles.index"))
    drafts, groups = drafts_of(db.session), list(sums(reading.parsed.rows))
    if len(groups) == 1 and groups[0] in drafts:
        group, number, _worked = drafts[groups[0]]
        flash(_("It is a draft. It counts once somebody has approved it by name."))
        return redirect(url_for("profiles.version", staff_group_id=group, number=number))
    flash(_("Each staff group has its draft. It counts once somebody has approved it by name."))
    return redirect(url_for("profiles.index"))


def _plain(text: str) -> str:
    """The text, and nothing that could be a CPR number."""
    return "…" if looks_like_cpr(text) else text


def _lines(text: str) -> list[str]:
    """What a field says, line by line, and nothing that could be a CPR number."""
    return [line for line in _plain(text).split("\n") if line.strip()]


def _drawn(state: State, reading: Reading) -> dict[str, Any]:
    """Each row: what the file says, what it becomes, and what is doubtful; and what each staff group gets."""
    ours, drafts = state.ours, drafts_of(db.session)
    groups = {group.code: group for group in ours.groups}
    tasks = {task.code: task.name for task in ours.tasks}
    rows = []
    for made in reading.made:
        becomes = [
            (
                groups[one.staff_group].names[1] if len(groups[one.staff_group].names) > 1 else groups[one.staff_group].name,
                one.area, ours.profile_levels[one.level - 1], one.text or tasks[one.task],
                ours.practice_levels[one.practice_level - 1] if one.task else "",
            )
            for one in made.rows
        ]  # fmt: skip
        rows.append(
            (made, [(letter, _lines(text)) for letter, text in made.sources], becomes, [say(x) for x in made.doubts],
             [say(x) for x in made.remarks])
        )  # fmt: skip
    return {
        "rows": rows, "doubtful": sum(1 for made in reading.made if made.doubts),
        "sums": [(groups[code].name, *counts, drafts.get(code)) for code, counts in sums(reading.parsed.rows).items()],
        "statements": sum(1 for one in reading.parsed.rows if one.text),
        "asked_tasks": sum(1 for one in reading.parsed.rows if one.task),
        "problems": [told(problem) for problem in reading.parsed.problems],
        "left": [
            [state.sheet.name, str(one.row or ""), one.column, f"{shown(one.text)}: {say(one.why)}" if one.text else say(one.why)]
            for one in reading.left_out
        ],
    }  # fmt: skip
