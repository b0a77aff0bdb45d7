"""The forms of delegations, task transfers and framework delegations."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from competence.delegation.agreements import (
    KIND_NAMES,
    SCOPE_NAMES,
    SUPERVISION_NAMES,
    DelegationKind,
    Scope,
    Supervision,
    Terms,
)
from competence.delegation.queries import DelegableTask
from competence.foundation.clock import add_months, day_after, today
from competence.foundation.forms import Form, NoCpr, squeezed
from competence.foundation.web import say

TOO_LONG = _l("The text is too long.")
NO_NAMES = _l("Never write the citizen's name or CPR number.")
DEFAULT_MONTHS = 12
"""How long a delegation is proposed to last; the law names no longest time."""


def _chosen(value: Any) -> int | None:
    return int(value) if value else None


def _text(label: Any, *, description: Any = "", most: int = 200) -> StringField:
    return StringField(
        label, description=description, filters=[squeezed], validators=[Length(max=most, message=TOO_LONG), NoCpr()]
    )


class DelegateForm(Form):
    """The task, for whom, on which terms, and who looks after it."""

    task = SelectField(_l("Task"), coerce=_chosen, validators=[InputRequired(_l("Choose the task."))])
    kind = RadioField(_l("What it is"), validators=[InputRequired(_l("Choose what it is."))])
    scope = RadioField(_l("For whom"), validators=[InputRequired(_l("Choose for whom it counts."))])
    citizen = _text(
        _l("The care system's reference of the citizen"),
        description=_l("For one citizen only. It is encrypted, and never shown outside the unit."),
        most=60,
    )
    group = _text(
        _l("The group"), description=_l("For a group only: which citizens belong to it, in words without names.")
    )
    conditions = TextAreaField(
        _l("Conditions"),
        description=_l("For instance: only while the citizen is stable, at most this dose, not by phone."),
        filters=[squeezed],
        validators=[Length(max=400, message=TOO_LONG), NoCpr()],
        render_kw={"rows": 2, "maxlength": 400},
    )
    instruction = _text(
        _l("Written instruction"), description=_l("A framework delegation cannot do without. Write its name.")
    )
    instruction_version = _text(_l("The instruction's version"), most=40)
    instructed_on = DateField(
        _l("Instructed on"), validators=[InputRequired(_l("Write the day on which the receiver was instructed."))]
    )
    instructor = _text(_l("Instructed by"), description=_l("Leave it empty if you did it yourself."))
    supervisor = SelectField(_l("Who supervises"), coerce=_chosen, validators=[Optional()])
    supervision = RadioField(_l("How it is supervised"), validators=[InputRequired(_l("Choose how it is supervised."))])
    supervise_on = DateField(
        _l("First supervision"), description=_l("Who supervises is reminded on her own page."), validators=[Optional()]
    )
    supervise_months = SelectField(_l("After that"), coerce=_chosen, validators=[Optional()])
    onward = BooleanField(
        _l("The receiver may delegate it onward"),
        description=_l("Usually not. Whoever gets it onward can never give it further."),
    )
    valid_from = DateField(_l("First day"), validators=[InputRequired(_l("Choose the first day."))])
    valid_through = DateField(
        _l("Valid through"),
        description=_l("The last day it counts. Leave empty if it does not end by itself."),
        validators=[Optional()],
    )

    def __init__(
        self,
        *,
        tasks: Iterable[DelegableTask],
        task_id: int | None,
        supervisors: Iterable[tuple[int, str]],
        own_id: int,
    ) -> None:
        super().__init__()
        listed = {task.id: task for task in tasks}
        self.task.choices = [("", _l("Choose")), *((str(one.id), one.name) for one in listed.values())]
        self.kind.choices = [(kind.value, say(name)) for kind, name in KIND_NAMES.items()]
        self.scope.choices = [(scope.value, say(name)) for scope, name in SCOPE_NAMES.items()]
        self.supervision.choices = [(one.value, say(name)) for one, name in SUPERVISION_NAMES.items()]
        self.supervisor.choices = [
            ("", _l("I do")), *((str(person), name) for person, name in supervisors if person != own_id)
        ]  # fmt: skip
        self.supervise_months.choices = [
            ("", _l("only once")), ("1", _l("every month")), ("3", _l("every third month")), ("6", _l("every half year")),
            ("12", _l("every year")),
        ]  # fmt: skip
        if not self.is_submitted():
            self._propose(listed.get(task_id or 0))

    def _propose(self, task: DelegableTask | None) -> None:
        on = today()
        self.valid_from.data = self.instructed_on.data = on
        self.valid_through.data = add_months(on, DEFAULT_MONTHS)
        self.supervise_on.data = add_months(on, 1)
        self.supervise_months.data = 6
        self.supervision.data = Supervision.PRESENT.value
        if task is not None:
            self.task.data = task.id
            self.kind.data = (DelegationKind.FRAMEWORK if task.reserved else DelegationKind.TRANSFER).value
            self.instruction.data, self.instruction_version.data = task.instruction, task.instruction_version

    def to_terms(self) -> Terms:
        """What was written, its last day as the first one after."""
        return Terms(
            kind=DelegationKind(self.kind.data),
            scope=Scope(self.scope.data),
            valid_from=self.valid_from.data or today(),
            valid_to=day_after(self.valid_through.data),
            instructed_on=self.instructed_on.data or today(),
            group=(self.group.data or "") if self.scope.data == Scope.GROUP else "",
            conditions=self.conditions.data or "",
            instruction=self.instruction.data or "",
            instruction_version=self.instruction_version.data or "",
            instructor=self.instructor.data or "",
            supervisor_id=self.supervisor.data,
            supervision=Supervision(self.supervision.data),
            supervise_on=self.supervise_on.data,
            supervise_months=self.supervise_months.data if self.supervise_on.data else None,
            onward=bool(self.onward.data),
        )


class ReasonForm(Form):
    """A reason: optional with a no, asked for when somebody else ends it."""

    reason = TextAreaField(
        _l("Reason"),
        description=NO_NAMES,
        filters=[squeezed],
        validators=[Length(max=400, message=TOO_LONG), NoCpr()],
        render_kw={"rows": 2, "maxlength": 400},
    )


class SupervisedForm(Form):
    """When it was supervised, and what there is to say of it."""

    done_on = DateField(_l("Supervised on"), validators=[InputRequired(_l("Write the day it was supervised."))])
    note = TextAreaField(
        _l("Note"),
        description=NO_NAMES,
        filters=[squeezed],
        validators=[Length(max=400, message=TOO_LONG), NoCpr()],
        render_kw={"rows": 2, "maxlength": 400},
    )

    def __init__(self) -> None:
        super().__init__()
        if not self.is_submitted():
            self.done_on.data = today()


class CitizenForm(Form):
    """The citizen whose list is wanted. It is sent in the body, so that no address and no log holds the reference."""

    citizen = StringField(
        _l("The care system's reference of the citizen"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write the care system's reference of the citizen.")),
            Length(max=60, message=TOO_LONG),
            NoCpr(),
        ],
        render_kw={"autocomplete": "off"},
    )


class FrameworkForm(Form):
    """A written delegation to a staff group."""

    task = SelectField(_l("Task"), coerce=_chosen, validators=[InputRequired(_l("Choose the task."))])
    staff_group = SelectField(
        _l("Staff group"), coerce=_chosen, validators=[InputRequired(_l("Choose the staff group."))]
    )
    giver = StringField(
        _l("Given by"),
        description=_l("Name, profession and authorisation of who delegates."),
        filters=[squeezed],
        validators=[InputRequired(_l("Write who delegates.")), Length(max=200, message=TOO_LONG), NoCpr()],
    )
    instruction = StringField(
        _l("Written instruction"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("A framework delegation asks for a written instruction. Write its name.")),
            Length(max=200, message=TOO_LONG),
            NoCpr(),
        ],
    )
    instruction_version = StringField(
        _l("The instruction's version"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write the version of the instruction, so that it is clear what was agreed.")),
            Length(max=40, message=TOO_LONG),
            NoCpr(),
        ],
    )
    valid_from = DateField(_l("First day"), validators=[InputRequired(_l("Choose the first day."))])
    valid_through = DateField(
        _l("Valid through"),
        description=_l("The last day it counts. Leave empty if it does not end by itself."),
        validators=[Optional()],
    )

    def __init__(
        self,
        *,
        tasks: Iterable[tuple[int, str]],
        groups: Iterable[tuple[int, str]],
        renews: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data=dict(renews or {}))
        self.task.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in tasks)]
        self.staff_group.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in groups)]
        if not self.is_submitted():
            self.valid_from.data = today()
            self.valid_through.data = add_months(today(), DEFAULT_MONTHS)
