"""The form of an exemption."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional

from competence.foundation.clock import today
from competence.foundation.forms import DateField, Form


def _chosen(value: Any) -> int | None:
    return int(value) if value else None


class ExemptionForm(Form):
    """From, to and task, and nothing else."""

    task = SelectField(_l("Task"), coerce=_chosen, validators=[InputRequired(_l("Choose the task."))])
    valid_from = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))], default=today)
    valid_through = DateField(
        _l("Through"), description=_l("The last day. Leave empty if it is not known yet."), validators=[Optional()]
    )

    def __init__(self, *, tasks: Iterable[tuple[int, str]]) -> None:
        super().__init__()
        self.task.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in tasks)]
