"""The forms of sign-in, passwords, invitations and roles."""

import re
from collections.abc import Iterable

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import TextInput

from competence.access.rules import ROLE_NAMES, Role
from competence.accounts.commands import NewDeputy, NewRole
from competence.accounts.rules import LONGEST_PASSWORD
from competence.foundation.clock import day_after, today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, squeezed
from competence.foundation.web import say


class SignInForm(Form):
    """E-mail address and password."""

    email = EmailField(
        _l("E-mail"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write your e-mail address.")),
            AtMost(255),
        ],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"),
        validators=[
            InputRequired(_l("Write your password.")),
            AtMost(LONGEST_PASSWORD),
        ],
        render_kw={"autocomplete": "current-password"},
    )


class ProofForm(Form):
    """The password once more, before a signature on a phone."""

    password = PasswordField(
        _l("Your password"),
        validators=[InputRequired(_l("Write your password."))],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )


class ChoosePasswordForm(Form):
    """A first password, behind an invitation's link."""

    password = PasswordField(
        _l("Choose a password"),
        description=_l(
            "At least 10 characters. Three or four words that mean something to you alone are easy to remember."
        ),
        validators=[InputRequired(_l("Choose a password."))],
        render_kw={"autocomplete": "new-password", "autofocus": True},
    )
    again = PasswordField(
        _l("The same password again"),
        validators=[InputRequired(_l("Write the password once more."))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Whether all is filled in and both passwords are the same."""
        if not super().validate(extra_validators):
            return False
        return _same(self)


class ChangePasswordForm(Form):
    """The present password and a new one."""

    old = PasswordField(
        _l("Your present password"),
        validators=[InputRequired(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _l("New password"),
        description=_l(
            "At least 10 characters. Three or four words that mean something to you alone are easy to remember."
        ),
        validators=[InputRequired(_l("Choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same password again"),
        validators=[InputRequired(_l("Write the password once more."))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Whether all is filled in and both new passwords are the same."""
        if not super().validate(extra_validators):
            return False
        return _same(self)


def _same(form: "ChoosePasswordForm | ChangePasswordForm") -> bool:
    if form.password.data != form.again.data:
        form.again.errors = [_l("The two passwords are not the same.")]
        return False
    return True


class InviteForm(Form):
    """The address to invite."""

    email = EmailField(
        _l("E-mail"),
        description=_l("The address by which the person signs in."),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write the e-mail address.")),
            AtMost(255),
        ],
        render_kw={"autocomplete": "off"},
    )


class RoleForm(Form):
    """A role to give over a unit."""

    role = SelectField(
        _l("Role"),
        coerce=lambda value: Role(value) if value else None,
        validators=[InputRequired(_l("Choose a role."))],
    )
    unit = SelectField(
        _l("Unit"),
        description=_l("The role holds for the unit and all below it."),
        coerce=lambda value: int(value) if value else None,
        validators=[InputRequired(_l("Choose a unit."))],
    )
    valid_from = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))], default=today)
    valid_through = DateField(
        _l("Through"),
        validators=[Optional()],
        description=_l("The last day it counts. Leave empty if it does not end."),
    )
    purpose = TextAreaField(
        _l("What the access is for"),
        description=_l("Only for supervision."),
        validators=[
            Optional(),
            AtMost(400),
            NoCpr(),
        ],
    )

    def __init__(
        self, *, roles: Iterable[Role], units: Iterable[tuple[int, str]], for_guide: bool = False, sent: bool = True
    ) -> None:
        super().__init__(**({} if sent else {"formdata": None}))
        if for_guide:
            del self.purpose
        self.role.choices = [("", _l("Choose")), *((role.value, say(ROLE_NAMES[role])) for role in roles)]
        self.unit.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in units)]

    def to_command(self, person_id: int) -> NewRole:
        """The role as the command takes it: half-open."""
        return NewRole(
            person_id=person_id, role=self.role.data, unit_id=self.unit.data, valid_from=self.valid_from.data or today(),
            valid_to=day_after(self.valid_through.data), purpose=(self.purpose.data or None) if "purpose" in self else None,
        )  # fmt: skip


class DeputyForm(Form):
    """Who takes a learning guide's place, from a day to a day."""

    person = SelectField(
        _l("Deputy"),
        description=_l("Learning guides, development nurses, and colleagues in the unit whose staff group may sign."),
        coerce=lambda value: int(value) if value else None,
        validators=[InputRequired(_l("Choose who is to be the deputy."))],
    )
    valid_from = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))], default=today)
    valid_through = DateField(_l("Through"), validators=[InputRequired(_l("Choose the last day."))])

    def __init__(self, *, people: Iterable[tuple[int, str]], sent: bool = True) -> None:
        super().__init__(**({} if sent else {"formdata": None}))
        self.person.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in people)]

    def to_command(self) -> NewDeputy:
        """The deputy as the command takes it: half-open."""
        first = self.valid_from.data or today()
        return NewDeputy(self.person.data, first, day_after(self.valid_through.data) or first)


class HoursField(Field):
    """A time written as hours, "1,5" or "1.5". Its data is whole minutes; None when nothing was written."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else hours_text(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Nothing; the data is set. ValueError with a sentence when it is no number of hours."""
        written = "".join(valuelist[0].split()).replace(",", ".") if valuelist else ""
        self.data = None
        if not written:
            return
        if not _HOURS.fullmatch(written):
            raise ValueError(gettext("Write the hours as a number, for instance 1.5."))
        self.data = round(float(written) * 60)


_HOURS = re.compile(r"\d{1,3}(\.\d{1,2})?")


def hours_text(minutes: int) -> str:
    """The minutes as hours, as "4,5" in Danish."""
    return str(format_decimal(round(minutes / 60, 2)))


class GuideTimeForm(Form):
    """How long a week a learning guide has for it."""

    hours = HoursField(
        _l("Hours a week"),
        description=_l("For observing, signing and following newcomers. Leave empty if no time is set aside."),
        validators=[Optional()],
        render_kw={"inputmode": "decimal"},
    )

    def __init__(self, *, minutes: int | None, sent: bool = True) -> None:
        super().__init__(**({} if sent else {"formdata": None}), hours=minutes)


class SearchForm(Form):
    """Part of a name or an address; sent by GET, so without CSRF."""

    class Meta(Form.Meta):
        """Nothing is changed by a search."""

        csrf = False

    q = StringField(_l("Name or e-mail"), filters=[squeezed])


class RolesForm(SearchForm):
    """Which of the roles that were given are shown."""

    q = StringField(_l("Name or staff number"), filters=[squeezed])
    role = SelectField(_l("Role"), coerce=lambda value: Role(value) if value else None)

    def __init__(self, formdata: object, *, roles: Iterable[Role]) -> None:
        super().__init__(formdata)
        self.role.choices = [("", _l("All roles")), *((role.value, say(ROLE_NAMES[role])) for role in roles)]
