"""The forms of approving and stopping."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from competence.delegation.commands import Framework, GroundGiven
from competence.delegation.rules import GROUND_NAMES, Ground
from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, squeezed
from competence.foundation.web import say


def _chosen(value: Any) -> int | None:
    return int(value) if value else None


class ApproveForm(Form):
    """The first day, and the grounds of reserved cells: one for all, and for each cell one of its own."""

    valid_from = DateField(
        _l("In force from"),
        description=_l("The first day it counts: tomorrow at the earliest."),
        validators=[InputRequired(_l("Choose the first day."))],
    )
    same = RadioField(_l("Ground for all that have none"), validators=[Optional()], default="")
    giver = StringField(_l("Given by"), filters=[squeezed], validators=[AtMost(200), NoCpr()])
    instruction = StringField(_l("Written instruction"), filters=[squeezed], validators=[AtMost(200), NoCpr()])
    instruction_version = StringField(
        _l("The instruction's version"), filters=[squeezed], validators=[AtMost(40), NoCpr()]
    )
    despite_comments = BooleanField(
        _l("I have read the comments that have no answer, and approve all the same"), validators=[Optional()]
    )
    password = PasswordField(
        _l("Your password"),
        description=_l("You are on a phone: write your password once more before you sign."),
        render_kw={"autocomplete": "current-password"},
    )

    def __init__(self, *, asks_password: bool, unanswered: int = 0) -> None:
        super().__init__()
        if not unanswered:
            del self.despite_comments
        self.same.choices = [
            ("", _l("I choose for each cell")),
            *((g.value, say(name)) for g, name in GROUND_NAMES.items()),
        ]
        if not self.is_submitted():
            self.valid_from.data = today() + timedelta(days=1)
        if not asks_password:
            del self.password

    def reads_comments(self) -> bool:
        """Whether the approver has said that she knows of comments without an answer."""
        return "despite_comments" in self and bool(self.despite_comments.data)

    def grounds(self, cell_ids: Iterable[int]) -> dict[int, GroundGiven]:
        """Cell -> the ground chosen for it, its own before the common one. Cells without either are left out."""
        found: dict[int, GroundGiven] = {}
        for cell_id in cell_ids:
            code = request.form.get(f"ground-{cell_id}") or self.same.data
            if code not in set(Ground):
                continue
            ground = Ground(code)
            framework = self._framework(request.form, cell_id) if ground is Ground.FRAMEWORK else None
            found[cell_id] = GroundGiven(ground, framework)
        return found

    def _framework(self, typed: Mapping[str, str], cell_id: int) -> Framework:
        common = (self.giver.data, self.instruction.data, self.instruction_version.data)
        own = tuple(typed.get(f"{part}-{cell_id}", "") for part in ("giver", "instruction", "version"))
        return Framework(*((mine or shared or "") for mine, shared in zip(own, common, strict=True)))


class StopForm(Form):
    """What is stopped, where, for whom, until when, and why."""

    task = SelectField(_l("Task"), coerce=_chosen, validators=[InputRequired(_l("Choose the task to stop."))])
    unit = SelectField(
        _l("Unit"),
        description=_l("The task is closed there and in all units below."),
        coerce=_chosen,
        validators=[InputRequired(_l("Choose the unit."))],
    )
    staff_group = SelectField(_l("Staff group"), coerce=_chosen, validators=[Optional()])
    valid_through = DateField(
        _l("Stopped through"),
        description=_l("The last day it is closed. It can be lifted before."),
        validators=[InputRequired(_l("Choose the last day of the stop."))],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Colleagues read it. One sentence is enough."),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write why the task is stopped, so that colleagues know.")),
            AtMost(400),
            NoCpr(),
        ],
        render_kw={"rows": 3, "maxlength": 400},
    )

    def __init__(
        self, *, tasks: Iterable[tuple[int, str]], units: Iterable[tuple[int, str]], groups: Iterable[tuple[int, str]]
    ) -> None:
        super().__init__()
        self.task.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in tasks)]
        self.unit.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in units)]
        self.staff_group.choices = [("", _l("All staff groups")), *((str(id_), name) for id_, name in groups)]
