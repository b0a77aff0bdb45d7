"""The forms of the steps through a roster: a field for each column, and for each word for a unit."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from competence.foundation.forms import AtMost, NoCpr, as_choices, squeezed
from competence.imports.fields import shown
from competence.imports.known import KnownUnit
from competence.imports.mapping.roster.choices import NOTHING, OWN_UNIT, RosterChoices
from competence.imports.mapping.roster.columns import RosterColumn, UnitWord
from competence.imports.mapping.steps import Pairs, StepForm
from competence.imports.roster import LONGEST_NAME

ROLE_NAMES = {
    "number": _l("The staff number, or the work mail address"), "date": _l("The day on which the duty begins"),
    "start": _l("When it begins: the time, or day and time"), "end_date": _l("The day on which the duty ends"),
    "end": _l("When it ends: the time, or day and time"), "times": _l("From and to in one field, as 7-15"),
    "unit": _l("The unit"), "roster": _l("The name of the roster"), "key": _l("The duty's number in your own system"),
    NOTHING: _l("Nothing"),
}  # fmt: skip


def columns_form(columns: Sequence[RosterColumn], choices: RosterChoices) -> Any:
    """A form with `means_0` ... for each column, and `name` for the roster."""

    class ColumnsForm(StepForm):
        name = StringField(
            _("What the roster is called"), default=choices.name or "", filters=[squeezed],
            description=_("Only where employees stand in several rosters. The next file with the same name replaces this one."),
            validators=[NoCpr(), AtMost(LONGEST_NAME)],
        )  # fmt: skip

    for number, column in enumerate(columns):
        known = choices.columns.get(column.key, column.guess)
        means = SelectField(
            _("What column %(column)s means", column=column.letter), default=known,
            choices=as_choices([("", _("Choose")), *((role, str(name)) for role, name in ROLE_NAMES.items())]),
            validators=[InputRequired(_("Say what column %(column)s means.", column=column.letter))],
        )  # fmt: skip
        setattr(ColumnsForm, f"means_{number}", means)
    return ColumnsForm()


def column_answers(form: Any, columns: Sequence[RosterColumn]) -> dict[str, str]:
    """Column -> what it holds."""
    return {column.key: form[f"means_{number}"].data for number, column in enumerate(columns)}


def units_form(words: Sequence[UnitWord], choices: RosterChoices, units: Sequence[KnownUnit]) -> Any:
    """A form with `unit_0` ... for each word."""

    class UnitsForm(StepForm):
        pass

    offered: Pairs = [(str(unit.id), _named(unit)) for unit in units]
    for number, word in enumerate(words):
        said = choices.units.get(word.key)
        field = SelectField(
            _("The unit that “%(word)s” means", word=shown(word.text)), default="" if said is None else str(said),
            choices=as_choices([("", _("Choose")), (str(OWN_UNIT), _("The employee's own unit")), *offered]),
            validators=[InputRequired(_("Say which unit “%(word)s” means.", word=shown(word.text)))],
        )  # fmt: skip
        setattr(UnitsForm, f"unit_{number}", field)
    return UnitsForm()


def _named(unit: KnownUnit) -> str:
    return f"{unit.name} ({unit.above[0]})" if unit.above else unit.name


def unit_answers(form: Any, words: Sequence[UnitWord]) -> dict[str, int]:
    """Word -> the unit."""
    return {word.key: int(form[f"unit_{number}"].data) for number, word in enumerate(words)}
