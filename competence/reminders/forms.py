"""Which mails one wants."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from competence.foundation.forms import Form
from competence.foundation.web import say
from competence.reminders.rules import MAIL_NAMES, MailKind


class MailsForm(Form):
    """A tick for each kind of mail."""

    wanted = SelectMultipleField(
        _l("Send me mails about"),
        description=_l("What you do not tick still stands under reminders when you sign in."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *, refused: Collection[MailKind], offered: Collection[MailKind]) -> None:
        super().__init__(data={"wanted": [kind.value for kind in MailKind if kind not in refused]})
        self.wanted.choices = [(kind.value, say(name)) for kind, name in MAIL_NAMES.items() if kind in offered]

    def to_command(self) -> list[MailKind]:
        """The kinds that are ticked."""
        return [MailKind(value) for value in self.wanted.data or ()]
