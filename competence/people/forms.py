"""The forms about people. A last day becomes half-open here, at the edge."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, SelectField, SelectMultipleField, StringField, TelField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.foundation.clock import day_after, last_day, today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, squeezed
from competence.foundation.web import say
from competence.people.commands import EmploymentChange, Identity, NewEmployment, NewExternal
from competence.people.models import Employment, PersonIdentity
from competence.people.rules import SHIFT_NAMES


def _chosen(value: Any) -> int | None:
    return int(value) if value else None


def _shifts() -> SelectMultipleField:
    return SelectMultipleField(
        _l("Fixed shifts"),
        description=_l("Tick none when no shift is fixed."),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def _text(label: Any, *, longest: int, hint: Any = "", **extra: Any) -> StringField:
    return StringField(
        label, description=hint, filters=[squeezed], validators=[Optional(), AtMost(longest), NoCpr()],
        **extra,
    )  # fmt: skip


class _WithPlaces(Form):
    """Fills the lists of units, staff groups and shifts, those that the form has."""

    def __init__(
        self, *, units: Iterable[tuple[int, str]] = (), groups: Iterable[tuple[int, str]] = (), obj: Any = None
    ) -> None:
        super().__init__(obj=obj)
        for name, options in (("unit", units), ("staff_group", groups)):
            if name in self:
                self[name].choices = [("", _l("Choose")), *((str(id_), text) for id_, text in options)]
        if "shifts" in self:
            self["shifts"].choices = [(letter, say(text)) for letter, text in SHIFT_NAMES.items()]


class IdentityForm(Form):
    """Who a person is."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[InputRequired(_l("Write the name.")), AtMost(120), NoCpr()],
    )
    number = _text(_l("Staff number"), longest=40, hint=_l("As in the payroll system. Never a CPR number."))
    email = EmailField(_l("E-mail"), filters=[squeezed], validators=[Optional(), AtMost(255)])
    phone = TelField(_l("Phone"), filters=[squeezed], validators=[Optional(), AtMost(40), NoCpr()])

    def __init__(self, identity: PersonIdentity) -> None:
        super().__init__(obj=identity)

    def to_command(self) -> Identity:
        """The identity as the command takes it."""
        return Identity(
            self.name.data or "", self.number.data or None, self.email.data or None, self.phone.data or None
        )


class EmploymentForm(_WithPlaces):
    """One more employment of a person."""

    unit = SelectField(_l("Unit"), coerce=_chosen, validators=[InputRequired(_l("Choose the unit."))])
    staff_group = SelectField(
        _l("Staff group"), coerce=_chosen, validators=[InputRequired(_l("Choose the staff group."))]
    )
    shifts = _shifts()
    is_floater = BooleanField(_l("Floater: works in all units below"))
    valid_from = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))], default=today)
    valid_through = DateField(
        _l("Through"), description=_l("The last day. Leave empty if no end is known."), validators=[Optional()]
    )
    authorisation_checked_on = DateField(
        _l("Authorisation looked up"),
        description=_l("The day you looked her up in the register, for staff groups with an authorisation."),
        validators=[Optional()],
    )

    def to_employment(self) -> NewEmployment:
        """The employment as the command takes it: half-open."""
        return NewEmployment(
            unit_id=self.unit.data or 0, staff_group_id=self.staff_group.data or 0,
            valid_from=self.valid_from.data or today(), valid_to=day_after(self.valid_through.data),
            shifts="".join(self.shifts.data or ()), is_floater=bool(self.is_floater.data),
            authorisation_checked_on=self.authorisation_checked_on.data,
        )  # fmt: skip


class NewPersonForm(EmploymentForm):
    """A new person with her first employment."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[InputRequired(_l("Write the name.")), AtMost(120), NoCpr()],
    )
    number = _text(_l("Staff number"), longest=40, hint=_l("As in the payroll system. Never a CPR number."))
    email = EmailField(_l("E-mail"), filters=[squeezed], validators=[Optional(), AtMost(255)])
    phone = TelField(_l("Phone"), filters=[squeezed], validators=[Optional(), AtMost(40), NoCpr()])

    def to_identity(self) -> Identity:
        """The identity as the command takes it."""
        return Identity(
            self.name.data or "", self.number.data or None, self.email.data or None, self.phone.data or None
        )


class ChangeForm(_WithPlaces):
    """What an employment is from a day on."""

    unit = SelectField(_l("Unit"), coerce=_chosen, validators=[InputRequired(_l("Choose the unit."))])
    staff_group = SelectField(
        _l("Staff group"), coerce=_chosen, validators=[InputRequired(_l("Choose the staff group."))]
    )
    shifts = _shifts()
    is_floater = BooleanField(_l("Floater: works in all units below"))
    valid_from = DateField(
        _l("From"),
        description=_l("The first day it reads so. The employment until then stays in the history."),
        validators=[InputRequired(_l("Choose the first day."))],
    )

    def __init__(
        self, employment: Employment, *, units: Iterable[tuple[int, str]], groups: Iterable[tuple[int, str]]
    ) -> None:
        super().__init__(units=units, groups=groups)
        if not self.is_submitted():
            self.unit.data, self.staff_group.data = employment.unit_id, employment.staff_group_id
            self.shifts.data, self.is_floater.data = list(employment.shifts), employment.is_floater
            self.valid_from.data = max(today(), employment.valid_from)

    def to_command(self) -> EmploymentChange:
        """The change as the command takes it."""
        return EmploymentChange(
            self.unit.data or 0, self.staff_group.data or 0, "".join(self.shifts.data or ()), bool(self.is_floater.data),
            self.valid_from.data or today(),
        )  # fmt: skip


class EndForm(Form):
    """The last day of something."""

    valid_through = DateField(
        _l("Last day"),
        description=_l("The last day it counts."),
        validators=[InputRequired(_l("Choose the last day."))],
        default=today,
    )

    @property
    def valid_to(self) -> date:
        """The end, half-open."""
        end = day_after(self.valid_through.data)
        assert end is not None
        return end


class AuthorisationForm(Form):
    """The day an authorisation was looked up."""

    authorisation_checked_on = DateField(
        _l("Authorisation looked up"),
        description=_l("The day you looked her up in the register."),
        validators=[InputRequired(_l("Choose the day."))],
        default=today,
    )


class LostForm(Form):
    """Since when an authorisation turns out not to have held."""

    since = DateField(
        _l("First day it did not hold"),
        description=_l("As the register says it. Nothing that has been signed is changed by it."),
        validators=[InputRequired(_l("Choose the day."))],
    )


class StageForm(Form):
    """From which day a student has reached the stage from which her group follows another."""

    stage_from = DateField(
        _l("Reached from"),
        description=_l("From this day she may what the followed group may. Empty: not reached yet."),
        validators=[Optional()],
    )


class AbsenceForm(Form):
    """From and to, and nothing else."""

    valid_from = DateField(_l("Away from"), validators=[InputRequired(_l("Choose the first day."))], default=today)
    valid_through = DateField(
        _l("Away through"),
        description=_l("The last day. Leave empty if it is not known yet."),
        validators=[Optional()],
    )


class AbsenceEndForm(Form):
    """The last day of an absence, as it is known now."""

    valid_through = DateField(
        _l("Away through"),
        description=_l("The last day. Leave empty if it is not known yet."),
        validators=[Optional()],
    )

    def __init__(self, valid_to: date | None) -> None:
        super().__init__()
        if not self.is_submitted():
            self.valid_through.data = last_day(valid_to) if valid_to else today()


class ExternalForm(_WithPlaces):
    """A temp from an agency."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[InputRequired(_l("Write the name.")), AtMost(120), NoCpr()],
        render_kw={"autocomplete": "off"},
    )
    staff_group = SelectField(
        _l("Staff group"), coerce=_chosen, validators=[InputRequired(_l("Choose the staff group."))]
    )
    authorisation_checked_on = DateField(
        _l("Authorisation looked up"),
        description=_l("The day you looked her up in the register. Needed where the staff group has an authorisation."),
        validators=[Optional()],
    )
    agency = StringField(
        _l("Agency"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write which agency she comes from.")),
            AtMost(120),
            NoCpr(),
        ],
    )
    unit = SelectField(_l("Unit"), coerce=_chosen, validators=[InputRequired(_l("Choose the unit."))])
    valid_from = DateField(
        _l("From"), validators=[InputRequired(_l("Choose the first day."))], default=today, years_ahead=1
    )
    valid_through = DateField(
        _l("Through"), validators=[InputRequired(_l("Choose the last day."))], default=today, years_ahead=1
    )
    shifts = SelectMultipleField(
        _l("Shifts"), validators=[Optional()], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    phone = TelField(
        _l("Phone"), filters=[squeezed], validators=[Optional(), AtMost(40), NoCpr()],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip

    def to_command(self) -> NewExternal:
        """The external as the command takes her: half-open."""
        first = self.valid_from.data or today()
        return NewExternal(
            name=self.name.data or "", staff_group_id=self.staff_group.data or 0, unit_id=self.unit.data or 0,
            valid_from=first, valid_to=day_after(self.valid_through.data) or first, agency=self.agency.data or "",
            shifts="".join(self.shifts.data or ()), phone=self.phone.data or None,
            authorisation_checked_on=self.authorisation_checked_on.data,
        )  # fmt: skip
