"""The forms of the steps that every walk has: the file, the sheet, the rows of headings, a yes to the result."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange

from competence.foundation.forms import Form, as_choices
from competence.imports.grid import Sheet, column_letter
from competence.imports.known import Register
from competence.imports.sheets import MAX_BYTES

Pairs = list[tuple[str, str]]
MOST_HEADING_ROWS = 6
OTHER = "other"
"""A row is another of our tasks than those that are suggested: its name stands beside."""


class StartForm(Form):
    """The file."""

    file = FileField(
        _l("File"),
        description=_l("An Excel workbook (.xlsx) or .csv, at most 20 MB, without formulas and macros."),
        validators=[FileRequired(_l("Choose the file with the table."))],
    )

    def content(self) -> bytes:
        """The file's bytes; one more than is allowed at most, so that a larger one is refused."""
        found: bytes = self.file.data.read(MAX_BYTES + 1)
        return found


class StepForm(Form):
    """Any step: says what file its page shows."""

    staged = HiddenField()


class SheetForm(StepForm):
    """Which sheet."""

    sheet = RadioField(_l("Which sheet has the table?"), validators=[InputRequired(_l("Choose the sheet."))])

    def __init__(self, *, sheets: Sequence[Sheet], **data: Any) -> None:
        super().__init__(**data)
        self.sheet.choices = as_choices([(sheet.name, sheet.name or _("The table")) for sheet in sheets])


class HeadRowsForm(StepForm):
    """Where the headings stand. Rows are counted from 1, as Excel shows them."""

    top = IntegerField(_l("First row with headings"))
    bottom = IntegerField(
        _l("Last row with headings"), description=_l("The same as the first, unless the headings take several rows.")
    )

    def __init__(self, *, sheet: Sheet, **data: Any) -> None:
        super().__init__(**data)
        highest = len(sheet.rows)
        wide = range(len(sheet.rows[0]) if sheet.rows else 0)
        self.columns = [(str(c), column_letter(c)) for c in wide if any(sheet.at(r, c) for r in range(highest))]
        said = _("Write a row from 1 to %(last)s.", last=highest)
        for field in (self.top, self.bottom):
            field.validators = [InputRequired(said), NumberRange(1, highest, said)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the rows are in order."""
        if not super().validate(extra_validators):
            return False
        if 0 <= (self.bottom.data or 1) - (self.top.data or 1) < MOST_HEADING_ROWS:
            return True
        self.bottom.errors = [
            _("Headings take from 1 to %(most)s rows, the last below the first.", most=MOST_HEADING_ROWS)
        ]
        return False

    def answers(self) -> dict[str, Any]:
        """By the names of Answers."""
        return {"top": (self.top.data or 1) - 1, "bottom": (self.bottom.data or 1) - 1}


class ResultForm(StepForm):
    """A yes to the result."""

    remember = BooleanField(
        _l("Remember my answers for the next file with the same headings"), default=True
    )  # fmt: skip


def put_errors(form: Any, wrong: Mapping[str, str]) -> None:
    """Nothing; each sentence stands at its field."""
    for name, said in wrong.items():
        form[name].errors = [*form[name].errors, said]


class _Asked(Protocol):
    """A row that must be asked about."""

    @property
    def alone(self) -> bool:
        """Nothing stands beside it."""


def fill_rest(form: Any, asked: Sequence[_Asked], value: str) -> None:
    """Nothing; all that stands beside something and has not been answered becomes that."""
    for number, one in enumerate(asked):
        if not form[f"task_{number}"].data and not one.alone:
            form[f"task_{number}"].data = value
            form[f"task_{number}"].raw_data = [value]


def chosen(form: Any, number: int, tasks: Register, wrong: dict[str, str]) -> str | None:
    """What the row was said to be, one of ours by its code; None, noted in `wrong`, when a name is none of them or several."""
    said: str = form[f"task_{number}"].data
    if said != OTHER:
        return said
    named = tasks.find(form[f"other_{number}"].data or "")
    if len(named) == 1:
        return named[0].code
    wrong[f"other_{number}"] = _("Write the name of one of your tasks, as the list suggests it.")
    return None
